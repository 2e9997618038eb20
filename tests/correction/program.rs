//! The commands as a clerk types them.

use std::path::Path;
use std::process::{Command, Output};

use e_risalah::transcript::store::{Origin, Store};

use super::*;

fn run(args: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_risalah");
    Command::new(program).args(args).env("RISALAH_LANG", "id").output().expect("the program runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A meeting's folder as `transcribe` leaves it.
fn folder(place: &Path) -> String {
    let transcript = sample::plenary();
    let mut store = Store::create(place).expect("a store");
    store.bind(&transcript.recording, "contoh").expect("bound");
    let origin = Origin {
        model: transcript.version.model.clone(),
        model_sha256: transcript.version.model_sha256.clone(),
        model_origin: None,
        language: "id".to_owned(),
        program: "0.1.0".to_owned(),
    };
    let version = store.version(&origin, transcript.version.created).expect("a version").number;
    for utterance in &transcript.utterances {
        store.add(version, utterance).expect("added");
    }
    store.complete(version).expect("complete");
    fs::write(place.join("rapat.toml"), include_str!("../sample/rapat.toml")).expect("written");
    place.to_str().expect("a readable path").to_owned()
}

#[test]
fn corrections_go_in_are_shown_and_taken_back() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = folder(place.path());
    assert_eq!(run(&["ekspor", &folder, "--format", "kerja"]).status.code(), Some(0));
    let copy = fs::read(place.path().join("risalah-kerja.docx")).expect("a working copy");
    let corrected = with(&copy, replace("Rp2,5 miliar", "Rp2,75 miliar"), &[]);
    let corrected = with(&corrected, replace("F-GE (AHMAD FAUZI, S.E.):", "Siti Aminah"), &[]);
    let corrected = with(&corrected, replace("(RAPAT: SETUJU)", "(RAPAT: TIDAK SETUJU)"), &[]);
    let file = place.path().join("koreksi bu siti.docx");
    fs::write(&file, corrected).expect("written");
    let file = file.to_str().expect("a readable path");

    let check = run(&["impor-koreksi", &folder, file, "--by", "Bambang Wirawan", "--check"]);
    assert_eq!(check.status.code(), Some(3), "{}", stderr(&check));
    assert!(stdout(&check).contains("2 koreksi akan diambil"), "{}", stdout(&check));
    assert!(Store::open(place.path()).expect("a store").edits().expect("read").is_empty());

    let done = run(&["import-edits", &folder, file, "--by", "Bambang Wirawan", "--why", "salah dengar"]);
    assert_eq!(done.status.code(), Some(3));
    assert!(stderr(&done).contains("TIDAK SETUJU") && stdout(&done).contains("2 koreksi diambil"), "{}", stderr(&done));
    let kept: Vec<String> = fs::read_dir(place.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("koreksi-"))
        .collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    let again = run(&["import-edits", &folder, file, "--by", "Bambang Wirawan"]);
    assert!(stdout(&again).contains("0 koreksi diambil; 2 sudah ada"), "{}", stdout(&again));

    let history = stdout(&run(&["riwayat", &folder]));
    assert!(history.contains("“Rp2,5” → “Rp2,75”") && history.contains("salah dengar"), "{history}");
    assert!(history.contains("Ahmad Fauzi, S.E. → Siti Aminah, S.Pd."), "{history}");
    let one = run(&["riwayat", &folder, "00:00:44", "--json"]);
    assert_eq!(stdout(&one).lines().count(), 1);
    let line: serde_json::Value = serde_json::from_str(&stdout(&one)).expect("JSON");
    assert_eq!((&line["id"], &line["counts"], &line["turn"]), (&1.into(), &true.into(), &2.into()), "{line}");
    assert_eq!(run(&["riwayat", &folder, "99"]).status.code(), Some(2));
    let diff = stdout(&run(&["beda", &folder]));
    assert!(diff.contains("[-Rp2,5-] {+Rp2,75+} miliar"), "{diff}");
    assert!(diff.contains("[-Ahmad Fauzi, S.E.-] {+Siti Aminah, S.Pd.+}"), "{diff}");

    assert_eq!(run(&["ekspor", &folder, "--format", "txt"]).status.code(), Some(0));
    let record = fs::read_to_string(place.path().join("transkrip.txt")).expect("text");
    assert!(record.contains("disunting dengan tangan pada 2 ujaran"), "{record}");
    assert!(record.contains("Rp2,75 miliar untuk") && !record.contains("AHMAD FAUZI"), "{record}");

    let undone = run(&["batal", &folder, "1", "--by", "Bambang Wirawan"]);
    assert!(stdout(&undone).contains("Koreksi 1 dibatalkan"), "{}", stderr(&undone));
    let twice = run(&["undo", &folder, "1", "--by", "Bambang Wirawan"]);
    assert_eq!(twice.status.code(), Some(2));
    assert!(stderr(&twice).contains("sudah dibatalkan"), "{}", stderr(&twice));
    assert!(!stdout(&run(&["diff", &folder])).contains("Rp2,75"));
    assert!(stdout(&run(&["history", &folder])).contains("tidak berlaku"));
}

#[test]
fn requests_that_cannot_be_met_are_sentences() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = folder(place.path());
    let file = place.path().join("catatan.docx");
    fs::write(&file, "bukan dokumen").expect("written");
    let file = file.to_str().expect("a readable path");
    let broken = run(&["impor-koreksi", &folder, file, "--by", "Ani"]);
    assert_eq!(broken.status.code(), Some(1));
    assert!(stderr(&broken).contains("bukan dokumen Word") && stderr(&broken).contains("petunjuk: "));
    let missing = run(&["impor-koreksi", &folder, "tidak-ada.docx", "--by", "Ani"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("Tidak ada dokumen tidak-ada.docx"), "{}", stderr(&missing));
    let directory = run(&["import-edits", &folder, &folder, "--by", "Ani"]);
    assert_eq!(directory.status.code(), Some(1));
    assert!(stderr(&directory).contains("tidak dapat dibaca"), "{}", stderr(&directory));
    let nobody = run(&["impor-koreksi", &folder, file, "--by", "Ani", "--member", "Bung Karno", "--why", "x"]);
    assert_eq!(nobody.status.code(), Some(2), "{}", stderr(&nobody));
    assert_eq!(run(&["impor-koreksi", &folder, file, "--by", "Ani", "--member", "siti"]).status.code(), Some(2));
    assert_eq!(run(&["batal", &folder, "7", "--by", "Ani"]).status.code(), Some(2));
}

#[test]
fn what_would_be_taken_is_listed_and_documents_that_lack_it_are_named() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = folder(place.path());
    assert_eq!(run(&["ekspor", &folder, "--format", "kerja,txt"]).status.code(), Some(0));
    let copy = fs::read(place.path().join("risalah-kerja.docx")).expect("a working copy");
    let without = |holds: &'static str| paragraph(holds, |_| String::new());
    let corrected = with(&copy, replace("Rp2,5 miliar", "Rp2,75 miliar"), &[]);
    let corrected = with(&with(&corrected, without("F-GE (AHMAD"), &[]), without("Fraksi Gabungan Enggang dapat"), &[]);
    fs::write(place.path().join("koreksi.docx"), corrected).expect("written");
    let file = place.path().join("koreksi.docx");
    let file = file.to_str().expect("a readable path");

    let check = run(&["impor-koreksi", &folder, file, "--by", "Sari", "--check"]);
    assert_eq!(check.status.code(), Some(0), "{}", stderr(&check));
    let said = stdout(&check);
    assert!(said.contains("[00:00:44] F-CDN (SITI AMINAH, S.Pd.): “Rp2,5” → “Rp2,75”"), "{said}");
    assert!(said.contains("[00:01:53]") && said.contains("“Fraksi Gabungan Enggang dapat menerima"), "{said}");
    assert!(!stderr(&check).contains("belum memuat"), "nothing was changed");
    let done = run(&["impor-koreksi", &folder, file, "--by", "Sari"]);
    assert!(
        stderr(&done).contains("belum memuat koreksi ini") && stderr(&done).contains("transkrip.txt"),
        "{}",
        stderr(&done)
    );
    // The turn is gone from the record; what was done to it is still found by its time.
    let history = run(&["riwayat", &folder, "00:01:53"]);
    assert_eq!(history.status.code(), Some(0), "{}", stderr(&history));
    assert!(stdout(&history).contains("“Fraksi Gabungan Enggang"), "{}", stdout(&history));
    assert_eq!(run(&["riwayat", &folder, "00:01:54"]).status.code(), Some(2));
}
