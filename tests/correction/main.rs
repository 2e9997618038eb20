//! The working copy: corrected by hand, in `LibreOffice` and as Word writes it, and read back.
//!
//! Needs `LibreOffice` Writer (libreoffice-writer-nogui) and its Python bridge (python3-uno).

#[path = "../outside/mod.rs"]
mod outside;
#[path = "../sample/mod.rs"]
mod sample;

mod beside;
mod comments;
mod office;
mod program;
mod refused;

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use e_risalah::document::correction::{self, Correction, Corrector, Document, Error, Kind};
use e_risalah::document::risalah::{Format, write};
use e_risalah::meeting::Meeting;
use e_risalah::transcript::Transcript;
use e_risalah::transcript::edit::{Change, Edit, Layer, Mark, Place, Source, Speaker, apply};
use zip::write::SimpleFileOptions;

use outside::run;

fn corrector() -> Corrector {
    Corrector {
        by: "Bambang Wirawan".to_owned(),
        why: None,
        when: "2027-03-10T09:00:00+08:00[+08:00]".parse().expect("a time"),
        member: None,
    }
}

fn copy(meeting: &Meeting, transcript: &Transcript) -> Vec<u8> {
    write(Format::Working, meeting, transcript).expect("a working copy")
}

/// A DOCX with one part changed, and further parts.
fn with(docx: &[u8], change: impl Fn(String) -> String, more: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).expect("a package");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("a part");
        let name = file.name().to_owned();
        if more.iter().any(|(other, _)| *other == name) {
            continue;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).expect("text");
        let text = if name == "word/document.xml" { change(text) } else { text };
        out.start_file(name, SimpleFileOptions::default()).expect("a part");
        out.write_all(text.as_bytes()).expect("written");
    }
    for (name, text) in more {
        out.start_file(*name, SimpleFileOptions::default()).expect("a part");
        out.write_all(text.as_bytes()).expect("written");
    }
    out.finish().expect("a package").into_inner()
}

/// The XML with one text replaced, which must be there.
fn replace<'a>(old: &'a str, new: &'a str) -> impl Fn(String) -> String + 'a {
    move |xml| {
        assert!(xml.contains(old), "{old}");
        xml.replacen(old, new, 1)
    }
}

/// The paragraph that holds a text, changed.
fn paragraph<'a>(holds: &'a str, change: impl Fn(&str) -> String + 'a) -> impl Fn(String) -> String + 'a {
    move |xml| {
        let at = xml.find(holds).unwrap_or_else(|| panic!("{holds}"));
        let start = xml[..at].rfind("<w:p ").max(xml[..at].rfind("<w:p>")).expect("a paragraph");
        let end = at + xml[at..].find("</w:p>").expect("its end") + "</w:p>".len();
        format!("{}{}{}", &xml[..start], change(&xml[start..end]), &xml[end..])
    }
}

fn read(docx: &[u8], raw: &Transcript, edits: &[Edit]) -> Correction {
    let document = Document::parse(docx).expect("a document");
    correction::read(&document, &sample::meeting(), raw, edits, &corrector()).expect("a working copy")
}

fn kinds(correction: &Correction) -> Vec<Kind> {
    correction.leftovers.iter().map(|leftover| leftover.kind).collect()
}

fn laid(edits: &[Edit], layers: &[Layer]) -> Vec<Edit> {
    let first = edits.last().map_or(1, |edit| edit.id + 1);
    let more = (first..).zip(layers).map(|(id, layer)| Edit { id, layer: layer.clone() });
    edits.iter().cloned().chain(more).collect()
}

fn text(at: usize, before: &str, after: &str) -> Change {
    Change::Text { at, before: before.to_owned(), after: after.to_owned() }
}

#[test]
fn an_untouched_copy_says_nothing() {
    let raw = sample::plenary();
    let nothing = read(&copy(&sample::meeting(), &raw), &raw, &[]);
    assert_eq!(nothing, Correction::default());
}

#[test]
fn each_difference_is_a_layer_and_the_same_file_twice_adds_nothing() {
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let docx = with(&docx, replace("Rp2,5 miliar", "Rp2,75 triliun"), &[]);
    let docx = with(&docx, replace("benar benar mendesak", "mendesak"), &[]);
    let docx = with(&docx, replace("[tidak jelas 00:01:49]", "Kami tidak jelas mendengar."), &[]);
    let docx = with(&docx, replace("F-GE (AHMAD FAUZI, S.E.):", "Siti Aminah"), &[]);
    let docx = with(&docx, replace("Terima kasih, Pak Wali Kota.", "Terima kasih banyak, Bapak Wali Kota."), &[]);
    let found = read(&docx, &raw, &[]);
    assert_eq!(found.leftovers, []);
    let changes: Vec<(u64, &Change)> =
        found.layers.iter().map(|layer| (layer.place.span.start / (sample::RATE / 10), &layer.change)).collect();
    let siti = Change::Speaker { before: Speaker::Seat, after: Speaker::Person("siti".to_owned()) };
    assert_eq!(
        changes,
        [
            (440, &text(7, "Rp2,5 miliar", "Rp2,75 triliun")),
            (950, &text(5, "benar benar", "")),
            (1090, &text(0, "", "Kami tidak jelas mendengar.")),
            (1130, &siti),
            (1610, &text(1, "kasih, Pak", "kasih banyak, Bapak")),
        ]
    );
    assert!(found.layers.iter().all(|layer| layer.by == "Bambang Wirawan" && layer.source == Source::Person));
    let edits = laid(&[], &found.layers);
    let current = apply(&raw, &edits).expect("they fit");
    assert_eq!(current.utterances[13].text, "Terima kasih banyak, Bapak Wali Kota.");

    let again = read(&docx, &raw, &edits);
    assert_eq!((again.layers.len(), again.known, again.leftovers.len()), (0, 5, 0));
    // What was taken back on purpose does not come again with the same file.
    let undo = |edit: &Edit| Layer { change: Change::Undo { edit: edit.id }, ..edit.layer.clone() };
    let undone = laid(&edits, &edits.iter().map(undo).collect::<Vec<_>>());
    assert!(apply(&raw, &undone).expect("they fit").utterances == raw.utterances, "undone exactly");
    assert_eq!((read(&docx, &raw, &undone).layers.len(), read(&docx, &raw, &undone).known), (0, 5));
    // A copy of what stands there now says nothing.
    assert_eq!(read(&copy(&sample::meeting(), &current), &raw, &edits), Correction::default());
}

#[test]
fn what_others_changed_in_the_meantime_is_not_taken_back() {
    let raw = sample::plenary();
    let docx =
        with(&copy(&sample::meeting(), &raw), replace("untuk pengadaan armada", "untuk membeli armada baru"), &[]);
    let place = Place::of(1, &raw.utterances[3]);
    let layer = |change| Layer {
        place,
        change,
        by: "orang lain".to_owned(),
        when: corrector().when,
        why: None,
        source: Source::Machine { rule: "angka".to_owned() },
    };
    let edits = laid(&[], &[layer(text(0, "Terima", "Baik, terima"))]);
    let found = read(&docx, &raw, &edits);
    let both = apply(&raw, &laid(&edits, &found.layers)).expect("they fit").utterances[3].text.clone();
    assert_eq!(
        both,
        "Baik, terima kasih, Pimpinan. Kebutuhan anggaran tahun pertama Rp2,5 miliar untuk membeli armada baru."
    );
    let edits = laid(&[], &[layer(text(10, "pengadaan armada.", "armada."))]);
    let found = read(&docx, &raw, &edits);
    assert_eq!((found.layers.len(), kinds(&found)), (0, vec![Kind::Conflict]));
}

#[test]
fn what_cannot_be_placed_is_listed_with_its_words_and_changes_nothing() {
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let new = "<w:p><w:r><w:t>Ucapan baru sama sekali.</w:t></w:r></w:p>";
    let cut =
        |at: &'static str| move |text: &str| text.replacen(at, &format!("</w:t></w:r></w:p><w:p><w:r><w:t>{at}"), 1);
    let cases: Vec<(&str, Vec<u8>, Vec<Kind>, &str)> = vec![
        (
            "new",
            with(&docx, paragraph("Silakan, Saudari", |text| format!("{text}{new}")), &[]),
            vec![Kind::New],
            "Ucapan baru",
        ),
        (
            "table",
            with(
                &docx,
                paragraph("Silakan, Saudari", |text| format!("{text}<w:tbl><w:tr><w:tc>{new}</w:tc></w:tr></w:tbl>")),
                &[],
            ),
            vec![Kind::Table],
            "Ucapan baru",
        ),
        (
            "split",
            with(&docx, paragraph("Fraksi Bahari menyetujui", cut("dengan catatan")), &[]),
            vec![Kind::Split],
            "dengan catatan",
        ),
        (
            "split and changed",
            with(
                &docx,
                paragraph("Fraksi Bahari menyetujui", |text| cut("dengan catatan")(&text.replace("agar", "supaya"))),
                &[],
            ),
            vec![Kind::Split],
            "supaya",
        ),
        (
            "deleted",
            with(&docx, paragraph("Silakan, Saudari", |_| String::new()), &[]),
            vec![Kind::Deleted],
            "Silakan, Saudari Pelapor",
        ),
        (
            "joined without its anchor",
            with(
                &with(&docx, paragraph("Dari tiga opsi", |_| String::new()), &[]),
                replace("pengadaan armada.", "pengadaan armada. Dari tiga opsi, Pansus memilih"),
                &[],
            ),
            vec![Kind::Merged, Kind::Deleted],
            "Dari tiga opsi, Pansus memilih",
        ),
        (
            "copied",
            with(&docx, paragraph("Silakan, Saudari", |text| text.repeat(2)), &[]),
            vec![Kind::Copied],
            "Silakan, Saudari",
        ),
        (
            "event",
            with(&docx, replace("(RAPAT: SETUJU)", "(RAPAT: TIDAK SETUJU)"), &[]),
            vec![Kind::Outside],
            "TIDAK SETUJU",
        ),
        ("event gone", with(&docx, paragraph("(RAPAT: SETUJU)", |_| String::new()), &[]), vec![Kind::DeletedLine], "1"),
        ("label gone", with(&docx, paragraph("F-GE (AHMAD", |_| String::new()), &[]), vec![Kind::DeletedLine], "1"),
        (
            "nobody",
            with(&docx, replace("F-GE (AHMAD FAUZI, S.E.):", "Bung Karno:"), &[]),
            vec![Kind::Label],
            "Bung Karno",
        ),
        (
            "no interjection",
            with(&docx, replace("INTERUPSI – F-MLT (YUSUF KARIM, S.T.):", "F-MLT (YUSUF KARIM, S.T.):"), &[]),
            vec![Kind::Label],
            "YUSUF KARIM",
        ),
        (
            "mark",
            with(&docx, paragraph("Rp2,75 miliar", |text| text.replace("[bersamaan]", "")), &[]),
            vec![Kind::Mark],
            "[bersamaan]",
        ),
    ];
    for (case, docx, expected, words) in cases {
        let found = read(&docx, &raw, &[]);
        assert_eq!(kinds(&found), expected, "{case}: {:?}", found.leftovers);
        assert_eq!(found.layers, [], "{case}");
        let told: Vec<String> =
            found.leftovers.iter().map(|leftover| format!("{} {}", leftover.was, leftover.text)).collect();
        assert!(told.concat().contains(words), "{case}: {told:?}");
    }
}

#[test]
fn the_mark_of_what_nobody_can_hear_may_be_taken_out() {
    let raw = sample::plenary();
    let docx = with(&copy(&sample::meeting(), &raw), replace("[tidak jelas 00:01:49]", ""), &[]);
    let found = read(&docx, &raw, &[]);
    assert_eq!(
        found.layers.iter().map(|layer| &layer.change).collect::<Vec<_>>(),
        [&Change::Mark { mark: Mark::Heard }]
    );
}

#[test]
fn paragraphs_that_word_joined_are_told_apart_by_their_anchors() {
    let raw = sample::plenary();
    let docx = with(
        &copy(&sample::meeting(), &raw),
        |xml| {
            // Both paragraphs of the first speaker's second turn, as Word joins them: one paragraph, both
            // anchors.
            let at = xml.find("Menurut daftar hadir").expect("there");
            let end = at + xml[at..].find("</w:p>").expect("its end");
            let next = end + xml[end..].find("<w:bookmarkStart").expect("the next anchor");
            format!("{}{}", &xml[..end], &xml[next..]).replacen("kuorum telah tercapai", "kuorum sudah tercapai", 1)
        },
        &[],
    );
    let found = read(&docx, &raw, &[]);
    assert_eq!(kinds(&found), [], "{:?}", found.leftovers);
    assert_eq!(found.layers.iter().map(|layer| &layer.change).collect::<Vec<_>>(), [&text(4, "telah", "sudah")]);
}

#[test]
fn tracked_changes_are_read_as_accepted_and_comments_are_told() {
    let raw = sample::plenary();
    let docx = copy(&sample::meeting(), &raw);
    let run = |text: &str| format!("<w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r>");
    let tracked = format!(
        "Terima kasih, </w:t></w:r><w:del w:id=\"1\" w:author=\"Ani\"><w:r><w:delText>Pak</w:delText></w:r></w:del>\
         <w:ins w:id=\"2\" w:author=\"Budi\">{}</w:ins><w:r><w:commentReference w:id=\"7\"/></w:r><w:r><w:t xml:space=\"preserve\"> Wali Kota.",
        run("Bapak")
    );
    let comments = "<w:comments xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
        <w:comment w:id=\"7\" w:author=\"Citra\"><w:p><w:r><w:t>Dengarkan lagi.</w:t></w:r></w:p></w:comment></w:comments>";
    let docx = with(&docx, replace("Terima kasih, Pak Wali Kota.", &tracked), &[("word/comments.xml", comments)]);
    let found = read(&docx, &raw, &[]);
    assert_eq!(found.layers.iter().map(|layer| &layer.change).collect::<Vec<_>>(), [&text(2, "Pak", "Bapak")]);
    assert_eq!(
        found.tracked.iter().map(|tracked| (tracked.author.as_str(), tracked.count)).collect::<Vec<_>>(),
        [("Ani", 1), ("Budi", 1)]
    );
    assert_eq!(kinds(&found), [Kind::Comment]);
    assert_eq!((found.leftovers[0].was.as_str(), found.leftovers[0].text.as_str()), ("Citra", "Dengarkan lagi."));
}

#[test]
fn a_member_corrects_their_own_turns_in_time() {
    let (meeting, raw) = (sample::meeting(), sample::plenary());
    let docx = copy(&meeting, &raw);
    let docx = with(&docx, replace("pengadaan armada", "pengadaan truk"), &[]);
    let docx = with(&docx, replace("Silakan, Saudari", "Mohon, Saudari"), &[]);
    let docx = with(&docx, replace("F-GE (AHMAD FAUZI, S.E.):", "Siti Aminah"), &[]);
    let siti = Corrector { member: Some("siti".to_owned()), why: Some("salah dengar".to_owned()), ..corrector() };
    let document = Document::parse(&docx).expect("a document");
    let found = correction::read(&document, &meeting, &raw, &[], &siti).expect("a working copy");
    assert_eq!(found.layers.iter().map(|layer| &layer.change).collect::<Vec<_>>(), [&text(11, "armada.", "truk.")]);
    assert_eq!((&found.layers[0].source, found.layers[0].why.as_deref()), (&Source::Member, Some("salah dengar")));
    assert_eq!(kinds(&found), [Kind::NotOwn, Kind::NotOwn]);

    let day = |date: &str| format!("{date}T23:59:00+08:00[+08:00]").parse().expect("a time");
    correction::in_time(&meeting, &raw, &day("2027-03-13")).expect("the fourth day");
    assert!(matches!(correction::in_time(&meeting, &raw, &day("2027-03-14")), Err(Error::Late { .. })));
    let later = Meeting::parse("koreksi = { mulai = 2027-03-20, hari = 7 }", "rapat.toml").expect("valid");
    correction::in_time(&later, &raw, &day("2027-03-27")).expect("the seventh day");
    assert!(matches!(correction::in_time(&later, &raw, &day("2027-03-28")), Err(Error::Late { .. })));
}
