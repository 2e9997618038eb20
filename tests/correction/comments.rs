//! What the program remarks at the side of the working copy.

use std::collections::HashMap;

use e_risalah::common::flag::Flag;
use e_risalah::document::orthography::{Lexicon, Writer, layers};

use super::office::converted;
use super::*;

/// A meeting in which rules have written, and something is to be listened to.
fn written() -> (Transcript, Vec<Edit>) {
    let raw = sample::transcript(
        5,
        vec![
            sample::utterance(1, 20, 110, "Yang hadir tiga puluh dua orang pada sembilan maret.", &[]),
            sample::utterance(5, 150, 290, "Anggarannya Rp2,5 miliar, kata Saudari Siti Amina.", &[]),
            sample::utterance(1, 320, 420, "Kami <lanjutkan> & tutup.", &[Flag::LowConfidence]),
            sample::utterance(
                5,
                500,
                900,
                "Ada dua puluh kursi, tiga puluh meja, empat puluh lampu, lima puluh pintu, dan Rp7 miliar.",
                &[],
            ),
        ],
    );
    let writer = Writer::of(&sample::meeting(), Lexicon::default());
    let layers = layers(&writer, &raw, &[], &corrector().when);
    let edits = laid(&[], &layers);
    (raw, edits)
}

fn part(docx: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).expect("a package");
    let mut text = String::new();
    archive.by_name(name).expect("a part").read_to_string(&mut text).expect("text");
    text
}

/// The comments of a document, in its order: who says it, what, and on which words. Every one must
/// be opened, closed and referred to once.
fn comments(docx: &[u8]) -> Vec<(String, String, String)> {
    let of = |node: roxmltree::Node, name: &str| {
        let found = node.attributes().find(|attribute| attribute.name() == name);
        found.expect("an attribute").value().to_owned()
    };
    let mut said: HashMap<String, (String, String)> = HashMap::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).expect("a package");
    if archive.by_name("word/comments.xml").is_err() {
        return Vec::new();
    }
    let (part_of_comments, document) = (part(docx, "word/comments.xml"), part(docx, "word/document.xml"));
    let parsed = roxmltree::Document::parse(&part_of_comments).expect("well-formed");
    for comment in parsed.descendants().filter(|node| node.tag_name().name() == "comment") {
        let lines = comment
            .children()
            .map(|line| line.descendants().filter(roxmltree::Node::is_text).filter_map(|node| node.text()).collect());
        let text = lines.collect::<Vec<String>>().join(" ");
        assert!(said.insert(of(comment, "id"), (of(comment, "author"), text)).is_none(), "a number twice");
    }
    let (mut on, mut open): (HashMap<String, String>, Vec<String>) = (HashMap::new(), Vec::new());
    let mut found = Vec::new();
    for node in roxmltree::Document::parse(&document).expect("well-formed").descendants() {
        match node.tag_name().name() {
            "commentRangeStart" => open.push(of(node, "id")),
            "commentRangeEnd" => open.retain(|other| *other != of(node, "id")),
            "commentReference" => {
                let (author, text) = said.remove(&of(node, "id")).expect("a comment");
                found.push((author, text, on.remove(&of(node, "id")).unwrap_or_default().trim().to_owned()));
            }
            _ if node.is_text() => {
                for id in &open {
                    on.entry(id.clone()).or_default().push_str(node.text().unwrap_or_default());
                }
            }
            _ => {}
        }
    }
    assert!(open.is_empty() && said.is_empty(), "{open:?} {said:?}");
    found
}

#[test]
fn what_a_rule_wrote_and_what_to_listen_to_stands_beside_the_words() {
    let (raw, edits) = written();
    let current = apply(&raw, &edits).expect("they fit");
    let docx = copy(&sample::meeting(), &current);
    let found = comments(&docx);
    assert!(found.iter().all(|(author, ..)| author == "E-Risalah"));
    let said: Vec<(&str, &str)> = found.iter().map(|(_, text, on)| (on.as_str(), text.as_str())).collect();
    assert_eq!(
        said[..5],
        [
            ("32", "Ditulis program (bilangan). Yang dikenali: “tiga puluh dua”."),
            ("9 Maret.", "Ditulis program (tanggal). Yang dikenali: “sembilan maret.”."),
            ("Rp2,5 miliar,", "Dengarkan: jumlah uang."),
            ("Siti Amina.", "Dengarkan: nama orang. Usul: “Siti Aminah”."),
            ("Kami <lanjutkan> & tutup.", "Dengarkan: pengenal suara ragu."),
        ]
    );
    // A paragraph with more than three: none is lost, each with its words.
    assert_eq!(said.len(), 8, "{said:?}");
    assert_eq!(said[5], ("20", "Ditulis program (bilangan). Yang dikenali: “dua puluh”."));
    assert_eq!(said[6], ("30", "Ditulis program (bilangan). Yang dikenali: “tiga puluh”."));
    assert_eq!(
        said[7],
        (
            "40",
            "Ditulis program (bilangan). Yang dikenali: “empat puluh”. Juga dalam paragraf ini: \
             “50”: Ditulis program (bilangan). Yang dikenali: “lima puluh”. “Rp7 miliar.”: Dengarkan: jumlah uang."
        )
    );
    let given_out = write(Format::Docx, &sample::meeting(), &current).expect("a document");
    assert_eq!(comments(&given_out), []);
    let place = tempfile::tempdir().expect("a folder");
    let pdf = write(Format::Pdf, &sample::meeting(), &current).expect("a document");
    fs::write(place.path().join("risalah.pdf"), pdf).expect("written");
    run("pdftotext", "poppler-utils", &["-layout", "risalah.pdf"], place.path());
    let printed = fs::read_to_string(place.path().join("risalah.txt")).expect("text");
    assert!(printed.contains("Rp2,5 miliar") && !printed.contains("Ditulis program"), "{printed}");
}

#[test]
fn the_programs_own_comments_are_passed_over_and_those_of_people_are_told() {
    let (raw, edits) = written();
    let docx = copy(&sample::meeting(), &apply(&raw, &edits).expect("they fit"));
    assert_eq!(read(&docx, &raw, &edits), Correction::default());

    // Somebody answers in a comment of their own, and writes into one of the program's.
    let own = part(&docx, "word/comments.xml");
    let answer = r#"<w:comment w:id="900" w:author="Citra" w:initials="C"><w:p><w:r><w:t>Sudah </w:t></w:r><w:r><w:t>benar.</w:t></w:r></w:p></w:comment></w:comments>"#;
    let told = own.replacen("Dengarkan: jumlah uang.", "Dengarkan: jumlah uang. Saya dengar Rp2,75.", 1);
    let told = told.replace("</w:comments>", answer);
    let refer = r#"<w:commentReference w:id="0"/></w:r><w:r><w:commentReference w:id="900"/>"#;
    let docx = with(&docx, replace(r#"<w:commentReference w:id="0"/>"#, refer), &[("word/comments.xml", &told)]);
    let found = read(&docx, &raw, &edits);
    let said: Vec<(&str, &str)> =
        found.leftovers.iter().map(|leftover| (leftover.was.as_str(), leftover.text.as_str())).collect();
    assert_eq!(kinds(&found), [Kind::Comment, Kind::Comment]);
    assert_eq!(said, [("Citra", "Sudah benar."), ("E-Risalah", "Dengarkan: jumlah uang. Saya dengar Rp2,75.")]);
    assert_eq!(found.layers, []);
}

#[test]
fn libreoffice_opens_them_and_gives_them_back() {
    let place = tempfile::tempdir().expect("a folder");
    let (raw, edits) = written();
    let docx = copy(&sample::meeting(), &apply(&raw, &edits).expect("they fit"));
    let before: Vec<String> = comments(&docx).into_iter().map(|(_, text, _)| text).collect();
    for through in [&["docx"][..], &["odt", "docx"]] {
        let saved = converted(&docx, through, place.path());
        assert_eq!(comments(&saved).into_iter().map(|(_, text, _)| text).collect::<Vec<_>>(), before, "{through:?}");
        assert_eq!(read(&saved, &raw, &edits), Correction::default(), "{through:?}");
    }
    assert!(converted(&docx, &["pdf"], place.path()).starts_with(b"%PDF"));
}
