//! Templates that an office changes: used where they are good, refused with file and line where
//! not, and never in the way of the record.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::document::risalah::{Error, Format, Templates, sheet};
use e_risalah::meeting::Meeting;
use e_risalah::transcript::store::{Origin, Store};

use super::{plenary, run, sample};

/// The built-in templates in a folder, one of them changed.
fn changed(name: &str, old: &str, new: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    Templates::write(folder.path()).expect("written");
    let path = folder.path().join(name);
    let text = fs::read_to_string(&path).expect("there");
    let changed = text.replacen(old, new, 1);
    assert_ne!(changed, text, "{old}");
    fs::write(path, changed).expect("written");
    folder
}

fn typeset(meeting: &Meeting, folder: &Path) -> Result<Vec<u8>, Error> {
    let sheet = sheet(Format::Pdf, meeting, &sample::plenary()).expect("a printed document");
    sheet.typeset(&Templates::read(folder).expect("read"))
}

#[test]
fn what_an_office_changes_is_printed() {
    let folder = changed("risalah.typ", "= JALANNYA RAPAT", "= PEMBICARAAN");
    fs::remove_file(folder.path().join("laporan-singkat.typ")).expect("removed: the built-in one does");
    let pdf = typeset(&plenary(), folder.path()).expect("laid out");
    fs::write(folder.path().join("a.pdf"), pdf).expect("written");
    let text = run("pdftotext", "poppler-utils", &["a.pdf", "-"], folder.path());
    assert!(text.contains("PEMBICARAAN") && !text.contains("JALANNYA RAPAT"));
    assert!(matches!(Templates::write(folder.path()), Err(Error::Folder { .. })), "nothing is written over");
}

#[test]
fn a_faulty_template_is_refused_with_file_and_line() {
    let cases = [
        ("risalah.typ", "#kop(data.title)", "#kop(data.titel)", "risalah.typ"),
        ("risalah.typ", "#kop(data.title)", "#kop(", "risalah.typ"),
        ("dasar.typ", "#let single = leading(1)", "#let single = leading(\"a\")", "dasar.typ"),
        ("risalah.typ", "#kop(data.title)", "#read(\"/etc/passwd\")", "risalah.typ"),
        ("risalah.typ", "#kop(data.title)", "#import \"@preview/cetz:0.1.0\": *", "risalah.typ"),
        ("risalah.typ", "#kop(data.title)", "#while true {}", "risalah.typ"),
        ("risalah.typ", "#kop(data.title)", "#let f(x) = f(x)\n#f(1)", "risalah.typ"),
    ];
    for (name, old, new, at) in cases {
        let folder = changed(name, old, new);
        let error = typeset(&plenary(), folder.path()).expect_err(new);
        let Error::Template { path, line, .. } = &error else { panic!("{new}: {error}") };
        assert_eq!(path, &folder.path().join(at), "{new}");
        let text = fs::read_to_string(path).expect("there");
        assert!(*line >= 1 && *line <= text.lines().count(), "{new}: line {line}");
        for language in [Language::Indonesian, Language::English] {
            assert!(error.message().what(language).contains(&line.to_string()));
            assert!(error.message().hint(language).is_some());
        }
    }
}

#[test]
fn no_template_takes_the_mark_off_a_page() {
    let secret =
        Meeting::parse("rapat = { jenis = 'pansus', sifat = 'tertutup_rahasia' }", "rapat.toml").expect("valid");
    let cases = [
        (
            "dasar.typ",
            "for mark in data.marks { block(spacing: 3pt, strong(mark)) }",
            "",
            "RISALAH SEMENTARA – BELUM DIKOREKSI PEMBICARA",
        ),
        ("dasar.typ", "for mark in data.marks {", "for mark in data.marks.slice(0, 1) {", "RAHASIA"),
        ("dasar.typ", "background: if data.watermark != none {", "background: if false {", "RISALAH SEMENTARA"),
        (
            "risalah.typ",
            "= KEPUTUSAN",
            "#page(header: none)[x]\n= KEPUTUSAN",
            "RISALAH SEMENTARA – BELUM DIKOREKSI PEMBICARA",
        ),
    ];
    for (name, old, new, expected) in cases {
        let folder = changed(name, old, new);
        match typeset(&secret, folder.path()) {
            Err(Error::Unmarked { mark, .. }) => assert_eq!(mark, expected),
            other => panic!("{old}: {:?}", other.map(|pdf| pdf.len())),
        }
    }
}

/// A meeting's folder with a finished transcript.
fn meeting_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let transcript = sample::plenary();
    let mut store = Store::create(folder.path()).expect("a store");
    let origin = Origin {
        model: transcript.version.model.clone(),
        model_sha256: transcript.version.model_sha256.clone(),
        model_origin: transcript.version.model_origin.clone(),
        language: "id".to_owned(),
        program: "0.1.0".to_owned(),
    };
    store.bind(&transcript.recording, "uji").expect("bound");
    let version = store.version(&origin, transcript.version.created).expect("a version").number;
    for utterance in &transcript.utterances {
        store.add(version, utterance).expect("kept");
    }
    store.complete(version).expect("complete");
    folder
}

fn export(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_risalah"))
        .args(["ekspor", folder.to_str().expect("readable")])
        .env("RISALAH_LANG", "id")
        .output()
        .expect("runs")
}

#[test]
fn the_record_is_made_whatever_the_template_does() {
    let folder = meeting_folder();
    let templates = folder.path().join("templat");
    for (template, expected) in [
        ("#sebelum", "templat/risalah.typ, baris 1"),
        // Typst stops one loop, but not loops within loops, nor a list that takes all memory.
        ("#range(2000000000).len()", "dihentikan"),
        (
            "#for a in range(9000) { for b in range(9000) { for c in range(9000) { let d = a } } }",
            "tidak selesai dalam",
        ),
    ] {
        fs::create_dir_all(&templates).expect("made");
        fs::write(templates.join("risalah.typ"), template).expect("written");
        let output = export(folder.path());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{template}: {said}");
        assert!(said.contains(expected) && said.contains("Templat bawaan dipakai untuk pdf"), "{template}: {said}");
        let text = run("pdftotext", "poppler-utils", &["risalah-sementara.pdf", "-"], folder.path());
        assert!(text.contains("JALANNYA RAPAT"), "{template}");
        fs::remove_file(folder.path().join("risalah-sementara.pdf")).expect("written");
    }
    fs::write(templates.join("risalah.typ"), "#import \"dasar.typ\": data, dokumen\n#show: dokumen\nTEMPLAT KAMI")
        .expect("written");
    let output = export(folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(run("pdftotext", "poppler-utils", &["risalah-sementara.pdf", "-"], folder.path()).contains("TEMPLAT KAMI"));
}
