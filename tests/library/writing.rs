//! The writing layer: every example of its description, the scripts of the shipped meetings, and
//! what a clerk gets.
//!
//! Needs poppler (Debian: poppler-utils).

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::sample;
use e_risalah::document::orthography::{self, Lexicon, Matter, Roster, Spoken, Writer};
use e_risalah::meeting::Meeting;
use e_risalah::transcript::edit::{Change, Layer, Place, Source};
use e_risalah::transcript::store::{Origin, Store};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn spoken(text: &str) -> Spoken<'_> {
    Spoken { text, words: &[], clock: sample::transcript(1, Vec::new()).recording.clock, opens: false }
}

/// The rows of the tables of the description below this head.
fn rows(head: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("docs/panduan/penulisan.md")).expect("the description");
    let mut rows = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        inside = line == head || (inside && line.starts_with('|'));
        if inside && line != head && !line.starts_with("|---") {
            let cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
            rows.push(cells.collect());
        }
    }
    rows
}

#[test]
fn every_example_of_the_description_is_true() {
    let writer = Writer::of(&sample::meeting(), Lexicon::default());
    let changed = rows("| dikenali | ditulis |");
    assert!(changed.len() > 25, "{changed:?}");
    for row in changed {
        assert_eq!(writer.write(spoken(&row[0])).text(&row[0]), row[1], "{row:?}");
    }
    let doubted = rows("| dikenali | ditandai | usul |");
    assert!(doubted.len() > 8, "{doubted:?}");
    for row in doubted {
        let written = writer.write(spoken(&row[0]));
        let matters: Vec<&str> = written.doubts.iter().map(|doubt| doubt.matter.name()).collect();
        let proposal = written.doubts.first().and_then(|doubt| doubt.proposal.clone()).unwrap_or_default();
        assert_eq!((matters, proposal), (vec![row[1].as_str()], row[2].clone()), "{row:?}");
        assert_eq!(written.text(&row[0]), row[0], "{row:?}");
    }
}

/// What is said in the scripts, turn by turn.
fn script(name: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("fixtures").join(name).join("naskah.toml")).expect("the script");
    let script: toml::Table = toml::from_str(&text).expect("TOML");
    let turns = script["giliran"].as_array().expect("turns");
    turns.iter().filter_map(|turn| Some(turn.get("teks")?.as_str()?.to_owned())).collect()
}

#[test]
fn no_word_of_a_meeting_is_taken_for_a_name() {
    let meeting = Meeting::read(&root().join("fixtures/paripurna/rapat.toml")).expect("the shipped meeting");
    let roster = Roster::of(&meeting);
    let mut turns = 0;
    for text in script("paripurna").into_iter().chain(script("penerimaan")) {
        // As it is written, and as a recogniser without capitals writes it.
        for said in [text.clone(), text.to_lowercase()] {
            let names = orthography::doubts(spoken(&said), &roster);
            let names: Vec<_> = names.into_iter().filter(|doubt| doubt.matter == Matter::Name).collect();
            let right = |proposal: &String| text.contains(proposal.as_str());
            assert!(names.iter().all(|doubt| doubt.proposal.as_ref().is_some_and(right)), "{said}: {names:?}");
            assert!(said != text || names.is_empty(), "{said}: {names:?}");
        }
        turns += 1;
    }
    assert!(turns > 60);
}

#[test]
fn the_shipped_meeting_is_written_as_a_clerk_would() {
    let meeting = Meeting::read(&root().join("fixtures/paripurna/rapat.toml")).expect("the shipped meeting");
    let writer = Writer::of(&meeting, Lexicon::default());
    let turns = script("paripurna");
    let written: Vec<String> = turns.iter().map(|text| writer.write(spoken(text)).text(text)).collect();
    let whole = written.join("\n");
    for part in [
        "Dari 45 anggota, yang hadir 32 orang. Sembilan orang izin dan empat orang tanpa keterangan.",
        "hari Selasa, 9 Maret 2027, saya nyatakan dibuka",
        "menghasilkan 180 ton sampah",
        "sebesar dua koma lima miliar rupiah, terutama",
        "Di halaman 12 tertulis dua koma tujuh lima miliar.",
        "Selama enam minggu panitia khusus",
    ] {
        assert!(whole.contains(part), "{part}\n{whole}");
    }
    let changed = turns.iter().zip(&written).filter(|(raw, written)| raw != written).count();
    assert_eq!(changed, 4, "{whole}");
}

fn risalah(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(arguments).env("RISALAH_LANG", "id").output().expect("the program runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder whose transcript is complete and whose speaker halts on *ee*.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let transcript = sample::transcript(9, Vec::new());
    let mut store = Store::create(folder.path()).expect("a store");
    store.bind(&transcript.recording, "rekaman").expect("bound");
    let origin = Origin {
        model: "peraga".to_owned(),
        model_sha256: "ab".repeat(32),
        model_origin: None,
        language: "id".to_owned(),
        program: "0.1.0".to_owned(),
    };
    let version = store.version(&origin, "2027-03-09T04:00:00Z".parse().expect("a time")).expect("a version").number;
    let said = sample::utterance(1, 0, 60, "jadi ee dari disdik hadir tiga puluh dua orang", &[]);
    store.add(version, &said).expect("added");
    store.complete(version).expect("complete");
    folder
}

#[test]
fn a_clerk_gets_clean_and_full_side_by_side() {
    let folder = folder();
    let path = folder.path().to_str().expect("a path");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("written");
    let end = risalah(&["ekspor", path, "--format", "txt,seglst,vtt"]);
    assert!(end.status.success(), "{}", stderr(&end));
    assert!(read("transkrip.txt").contains("\n  Jadi dari disdik hadir 32 orang\n"), "{}", read("transkrip.txt"));
    assert!(read("transkrip.txt").contains("Verbatim bersih: "));
    let raw = "jadi ee dari disdik hadir tiga puluh dua orang";
    assert!(read("transkrip.seglst.json").contains(raw) && read("transkrip.vtt").contains(raw));

    let end = risalah(&["export", path, "--penuh", "--format", "txt"]);
    assert!(end.status.success(), "{}", stderr(&end));
    assert!(read("transkrip-penuh.txt").contains(&format!("\n  {raw}\n")));
    assert!(read("transkrip-penuh.txt").contains("Verbatim penuh: "));
    assert!(folder.path().join("risalah-sementara-penuh.docx").is_file());
    assert!(read("transkrip.txt").contains("32 orang"), "the clean one stays");
    let json: serde_json::Value = serde_json::from_str(&read("transkrip.json")).expect("JSON");
    let utterance = &json["utterances"][0];
    assert_eq!(utterance["text"], "Jadi dari disdik hadir 32 orang");
    assert_eq!(utterance["corrected"]["said"]["text"], raw);

    fs::write(folder.path().join("leksikon.toml"), "[singkatan]\nDisdik = []\n").expect("written");
    let end = risalah(&["export", path, "--format", "txt"]);
    assert!(end.status.success(), "{}", stderr(&end));
    assert!(read("transkrip.txt").contains("Jadi dari Disdik hadir 32 orang"));
}

#[test]
fn a_faulty_lexicon_is_told_with_its_line_and_nothing_is_written() {
    let folder = folder();
    fs::write(folder.path().join("leksikon.toml"), "nama = []\nulang = [\"undang undang\"]\n").expect("written");
    let end = risalah(&["ekspor", folder.path().to_str().expect("a path")]);
    assert_eq!(end.status.code(), Some(2), "{}", stderr(&end));
    assert!(stderr(&end).contains("baris 2: undang undang bukan kata ulang"), "{}", stderr(&end));
    assert!(!folder.path().join("transkrip.json").exists());
}

/// The text of the pages that a preview shows.
#[cfg(unix)]
fn previewed(folder: &Path, flags: &[&str], name: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let programs = tempfile::tempdir().expect("a folder");
    let viewer = programs.path().join("xdg-open");
    fs::write(&viewer, "#!/bin/sh\ntest -s \"$1\"\n").expect("written");
    fs::set_permissions(&viewer, fs::Permissions::from_mode(0o755)).expect("executable");
    let path = format!("{}:{}", programs.path().display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.arg("cetak").arg(folder).arg("--preview").args(flags).env("RISALAH_LANG", "id").env("PATH", path);
    let end = command.output().expect("the program runs");
    assert!(end.status.success(), "{}", stderr(&end));
    let pages = Command::new("pdftotext").arg(folder.join(name)).arg("-").output().expect("poppler-utils");
    assert!(pages.status.success(), "{}", stderr(&pages));
    String::from_utf8_lossy(&pages.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(unix)]
#[test]
fn what_is_printed_is_what_was_corrected_and_written() {
    let folder = folder();
    let mut store = Store::open(folder.path()).expect("a store");
    let raw = store.load().expect("raw");
    let correction = Layer {
        place: Place::of(raw.version.number, &raw.utterances[0]),
        change: Change::Text { at: 0, before: "jadi".to_owned(), after: "Nah,".to_owned() },
        by: "Bambang Wirawan".to_owned(),
        when: "2027-03-09T12:00:00+08:00[Asia/Makassar]".parse().expect("a time"),
        why: None,
        source: Source::Person,
    };
    store.lay(&[correction]).expect("it fits");
    drop(store);
    let corrected = "Nah, ee dari disdik hadir tiga puluh dua orang";
    assert!(previewed(folder.path(), &[], "risalah-sementara.pdf").contains(corrected));

    let folder = self::folder();
    let clean = previewed(folder.path(), &[], "risalah-sementara.pdf");
    assert!(clean.contains("Jadi dari disdik hadir 32 orang"), "{clean}");
    let full = previewed(folder.path(), &["--penuh"], "risalah-sementara-penuh.pdf");
    assert!(full.contains("jadi ee dari disdik hadir tiga puluh dua orang"), "{full}");
}
