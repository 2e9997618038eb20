//! Documents that are another's, broken or damaged.

use super::*;

#[test]
fn foreign_and_broken_documents_are_refused_in_words() {
    let (meeting, raw) = (sample::meeting(), sample::plenary());
    let docx = copy(&meeting, &raw);
    let refused = |docx: &[u8], raw: &Transcript, edits: &[Edit]| {
        Document::parse(docx).and_then(|document| correction::read(&document, &meeting, raw, edits, &corrector()))
    };
    let mut other = raw.clone();
    other.edition.meeting = "ef".repeat(32);
    assert!(matches!(refused(&docx, &other, &[]), Err(Error::OtherMeeting)));
    let mut newer = raw.clone();
    newer.version.number = 2;
    assert!(matches!(refused(&docx, &newer, &[]), Err(Error::OtherVersion { found: 1, version: 2 })));
    let mut shown = raw.clone();
    shown.edition.last_edit = 5;
    assert!(matches!(refused(&copy(&meeting, &shown), &raw, &[]), Err(Error::Later { found: 5 })));
    let plain = write(Format::Docx, &meeting, &raw).expect("a document");
    assert!(matches!(refused(&plain, &raw, &[]), Err(Error::NoAnchors)));

    let not_docx = |bytes: &[u8]| matches!(refused(bytes, &raw, &[]), Err(Error::NotDocx(_)));
    assert!(not_docx(b"") && not_docx(b"bukan zip"));
    assert!(not_docx(&docx[..docx.len() / 2]) && not_docx(&docx[100..]));
    let mut broken = docx.clone();
    let middle = broken.len() / 2;
    broken[middle - 500..middle + 500].fill(0x55);
    assert!(refused(&broken, &raw, &[]).is_err() || read(&broken, &raw, &[]) == Correction::default());
    assert!(not_docx(&with(&docx, |xml| xml[..xml.len() - 20].to_owned(), &[])), "cut off");
    let deep = |xml: String| {
        xml.replacen("<w:body>", &format!("<w:body>{}{}", "<w:sdt>".repeat(100_000), "</w:sdt>".repeat(100_000)), 1)
    };
    assert!(not_docx(&with(&docx, deep, &[])), "deep");
    let entities = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><x>&b;</x>";
    assert!(not_docx(&with(&docx, |_| entities.to_owned(), &[])), "entities");
    let bomb = with(&docx, |xml| xml.replacen("</w:body>", &format!("{}</w:body>", " ".repeat(100 << 20)), 1), &[]);
    assert!(bomb.len() < 1 << 20, "it is small where it lies");
    assert!(matches!(refused(&bomb, &raw, &[]), Err(Error::TooLarge { .. })));
}

/// Tags taken out, doubled and exchanged: read or refused, and whatever is found can be laid.
#[test]
fn damaged_documents_are_read_or_refused() {
    let (meeting, raw) = (sample::meeting(), sample::plenary());
    let docx = copy(&meeting, &raw);
    let mut state = 1u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut understood = 0;
    for _ in 0..200 {
        let (kind, from, to) = (draw(4), draw(1 << 20), draw(1 << 20));
        let damage = |xml: String| {
            let mut tags: Vec<&str> = xml.split_inclusive('>').collect();
            let (from, to) = (from % tags.len(), to % tags.len());
            match kind {
                0 => drop(tags.remove(from)),
                1 => tags.insert(to, tags[from]),
                2 => tags.swap(from, to),
                // A stretch that is whole in itself: a paragraph somewhere else.
                _ => {
                    let ends = |tag: &&str| tag.ends_with("</w:p>");
                    let ends: Vec<usize> = (0..tags.len()).filter(|at| ends(&tags[*at])).collect();
                    let (first, second) = (from % (ends.len() - 1), to % ends.len());
                    let piece: Vec<&str> = tags[ends[first] + 1..=ends[first + 1]].to_vec();
                    let rest = tags.split_off(ends[second] + 1);
                    tags.extend(piece.into_iter().chain(rest));
                }
            }
            tags.concat()
        };
        let damaged = with(&docx, damage, &[]);
        let read = Document::parse(&damaged)
            .and_then(|document| correction::read(&document, &meeting, &raw, &[], &corrector()));
        if let Ok(found) = read {
            understood += 1;
            apply(&raw, &laid(&[], &found.layers)).expect("they fit");
        }
    }
    assert!(understood > 20, "{understood}");
}
