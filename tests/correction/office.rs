//! The working copy through `LibreOffice`, and one of a whole day.

use super::*;

/// The document as `LibreOffice` saves it after these edits (see `office.py`).
fn edited_in_office(docx: &[u8], edits: &serde_json::Value, folder: &Path) -> Vec<u8> {
    let (source, target) = (folder.join("masuk.docx"), folder.join("keluar.docx"));
    fs::write(&source, docx).expect("written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/correction/office.py");
    let paths = [&script, &source, &target].map(|path| path.to_str().expect("a readable path"));
    run("/usr/bin/python3", "python3-uno", &[paths[0], paths[1], paths[2], &edits.to_string()], folder);
    fs::read(target).expect("saved")
}

pub fn converted(docx: &[u8], through: &[&str], folder: &Path) -> Vec<u8> {
    fs::write(folder.join("ubah.docx"), docx).expect("written");
    let mut from = "ubah.docx".to_owned();
    for (step, to) in through.iter().enumerate() {
        let out = format!("langkah-{step}");
        run(
            "soffice",
            "libreoffice-writer-nogui",
            &["--headless", "--convert-to", to, "--outdir", &out, &from],
            folder,
        );
        from = format!("{out}/ubah.{to}");
    }
    fs::read(folder.join(from)).expect("converted")
}

/// The text without what refers to a comment.
fn without_comments(xml: &str) -> String {
    let refers = |tag: &&str| {
        ["<w:commentRangeStart", "<w:commentRangeEnd", "<w:commentReference"].iter().any(|name| tag.contains(name))
    };
    assert!(xml.contains("<w:commentReference"), "there were some");
    xml.split_inclusive('>').filter(|tag| !refers(tag)).collect()
}

#[test]
fn libreoffice_keeps_what_is_needed_to_read_corrections_back() {
    let place = tempfile::tempdir().expect("a folder");
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let untouched = read(&converted(&docx, &["docx"], place.path()), &raw, &[]);
    assert_eq!(untouched, Correction::default(), "saved without a change");
    // The package without windows (-nogui) lacks the one in which a comment is shown, and dies of it;
    // only what is edited in a window goes without them.
    let docx = with(&docx, |xml| without_comments(&xml), &[]);
    let edits = serde_json::json!([
        ["Rp2,5 miliar", "replace", "Rp2,5", "Rp2,75"],
        ["Terima kasih, Pak Wali Kota.", "retype", "Terima kasih, Bapak Wali Kota."],
        ["rapat paripurna saya tutup", "append", " Wassalam."],
        ["AHMAD FAUZI", "replace", "F-GE (AHMAD FAUZI, S.E.)", "F-CDN (SITI AMINAH, S.Pd.)"],
        ["Fraksi Bahari menyetujui", "split", "catatan"],
    ]);
    let saved = edited_in_office(&docx, &edits, place.path());
    for docx in
        [saved.clone(), converted(&saved, &["docx"], place.path()), converted(&saved, &["odt", "docx"], place.path())]
    {
        let found = read(&docx, &raw, &[]);
        let siti = Change::Speaker { before: Speaker::Seat, after: Speaker::Person("siti".to_owned()) };
        assert_eq!(
            found.layers.iter().map(|layer| &layer.change).collect::<Vec<_>>(),
            [&text(7, "Rp2,5", "Rp2,75"), &siti, &text(2, "Pak", "Bapak"), &text(6, "", "Wassalam.")],
            "{:?}",
            found.leftovers
        );
        assert_eq!(kinds(&found), [Kind::Split], "{:?}", found.leftovers);
    }
    let joined = edited_in_office(&docx, &serde_json::json!([["Silakan, Saudari", "join"]]), place.path());
    assert_eq!(read(&joined, &raw, &[]).layers, [], "joined paragraphs change no word");
}

#[test]
fn what_libreoffice_puts_beside_the_text_is_told() {
    let place = tempfile::tempdir().expect("a folder");
    let raw = sample::plenary();
    let docx = with(&copy(&sample::meeting(), &raw), |xml| without_comments(&xml), &[]);
    let edits = serde_json::json!([
        ["Kebutuhan anggaran tahun", "strike", "pengadaan "],
        ["Angka itu sudah termasuk", "hide", "benar "],
        ["Terima kasih, Pak Wali Kota.", "footnote", "Lihat lampiran."],
        ["Apakah Raperda", "endnote", "Lihat rancangan."],
        ["Fraksi Bahari menyetujui", "frame", "Dalam bingkai"],
        ["Fraksi Gabungan Enggang", "shape", "Dalam bentuk"],
        ["Silakan, Saudari", "header", " draf"],
    ]);
    let saved = edited_in_office(&docx, &edits, place.path());
    for docx in [saved.clone(), converted(&saved, &["docx"], place.path())] {
        let found = read(&docx, &raw, &[]);
        assert_eq!(
            found.layers.iter().map(|layer| &layer.change).collect::<Vec<_>>(),
            [&text(10, "pengadaan", "")],
            "{:?}",
            found.leftovers
        );
        let mut told: Vec<(Kind, &str)> =
            found.leftovers.iter().map(|leftover| (leftover.kind, leftover.text.as_str())).collect();
        told.sort_unstable();
        // Where a frame is anchored, LibreOffice may part the paragraph, which is told besides.
        for one in [
            (Kind::Hidden, "benar"),
            (Kind::Footnote, "Lihat lampiran."),
            (Kind::Footnote, "Lihat rancangan."),
            (Kind::Page, "Risalah Rapat Paripurna, 9 Maret 2027 draf"),
            (Kind::Box, "Dalam bentuk"),
            (Kind::Box, "Dalam bingkai"),
        ] {
            assert!(told.contains(&one), "{one:?} of {told:?}");
        }
    }
}

/// Eight hours: 3,000 turns, 80,000 words.
#[test]
fn five_hundred_corrections_in_eight_hours_are_found_and_nothing_else() {
    let raw = sample::generated(3_000, 27);
    let docx = copy(&sample::meeting(), &raw);
    let docx = with(
        &docx,
        |xml| {
            // Every sixth paragraph of speech gets a word before its last.
            let mut pieces = xml.split_inclusive("</w:p>").map(str::to_owned).collect::<Vec<_>>();
            let speech: Vec<usize> = (0..pieces.len()).filter(|at| pieces[*at].contains(r#""Ucapan""#)).collect();
            assert!(speech.len() >= 3_000, "{}", speech.len());
            for (number, at) in speech.iter().step_by(6).take(500).enumerate() {
                let end = pieces[*at].rfind("</w:t>").expect("text");
                let last = pieces[*at][..end].rfind(' ').expect("words");
                pieces[*at].insert_str(last, &format!(" koreksi{number}"));
            }
            pieces.concat()
        },
        &[],
    );
    let expected: Vec<String> = (0..500).map(|number| format!("koreksi{number}")).collect();
    let found = read(&docx, &raw, &[]);
    let put: Vec<String> = found
        .layers
        .iter()
        .map(|layer| match &layer.change {
            Change::Text { before, after, .. } if before.is_empty() => after.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(put == expected, "{} of 500", put.len());
    assert_eq!((&found.leftovers[..], found.known), (&[][..], 0));
}
