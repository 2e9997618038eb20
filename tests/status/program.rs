//! The same as a clerk does it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::fixture::{Fixture, RAPAT, SECRETARY, SIGNED, done, run, stderr, stdout, words};

#[test]
fn from_provisional_to_official_and_to_the_proof() {
    let fixture = Fixture::new();
    let status = stdout(&run(&fixture, &["keadaan"]));
    assert!(status.contains("dalam penyuntingan") && status.contains("--to sementara"), "{status}");
    done(&run(&fixture, &["lanjutkan", "--to", "sementara", "--by", "Sari"]));
    done(&run(&fixture, &["lanjutkan", "--to", "koreksi", "--by", "Sari"]));
    let status = stdout(&run(&fixture, &["status"]));
    assert!(status.contains("sisa 4 hari"), "{status}");
    let early = run(&fixture, &["lanjutkan", "--to", "verifikasi", "--by", "Sari"]);
    assert_eq!(early.status.code(), Some(1));
    assert!(stderr(&early).contains("masih dapat mengoreksi"), "{}", stderr(&early));
    done(&run(&fixture, &["advance", "--to", "verifikasi", "--by", "Sari", "--note", "semua setuju"]));

    let refused = run(&fixture, &["resmikan", "--signed-by", "siti"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--number") && stderr(&refused).contains("--signed-by"), "{}", stderr(&refused));
    done(&run(&fixture, &["resmikan", "--signed-by", SECRETARY, "--number", "170/12/DPRD/2026"]));
    assert!(fixture.path("risalah-resmi.pdf").is_file());
    let verified = run(&fixture, &["periksa"]);
    done(&verified);
    assert!(stdout(&verified).contains("masih utuh"), "{}", stdout(&verified));

    let twice = run(&fixture, &["finalize", "--signed-by", SECRETARY, "--number", "170/12/DPRD/2026"]);
    assert_eq!(twice.status.code(), Some(1));
    assert!(stderr(&twice).contains("Tidak ada yang berubah"), "{}", stderr(&twice));

    let json: serde_json::Value = serde_json::from_slice(&run(&fixture, &["status", "--json"]).stdout).expect("JSON");
    assert_eq!((&json["state"], &json["edition"], &json["next"]), (&"resmi".into(), &1.into(), &"arsip".into()));
    assert_eq!(json["steps"].as_array().map(Vec::len), Some(4));

    fs::remove_file(fixture.path("risalah-resmi.docx")).expect("removed");
    let missing = run(&fixture, &["verify", "--json"]);
    assert_eq!(missing.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&missing.stdout).expect("JSON");
    assert_eq!((&json["sound"], &json["findings"][0]), (&false.into(), &"status.found.missing".into()));
}

#[test]
fn after_it_is_official_the_short_report_is_too() {
    let fixture = Fixture::new().verified();
    done(&run(&fixture, &["resmikan", "--signed-by", SECRETARY, "--number", "170/12/DPRD/2026"]));
    done(&run(&fixture, &["ekspor", "--format", "lapsing,lapsing-docx"]));
    assert_eq!(
        fs::read(fixture.path("laporan-singkat.pdf")).expect("written"),
        fs::read(fixture.path("laporan-singkat-resmi.pdf")).expect("written")
    );
    assert!(fixture.path("laporan-singkat.docx").is_file());
}

#[test]
fn what_is_missing_is_listed_each_with_its_remedy() {
    let fixture = Fixture::with(&RAPAT.replace("peninjau = 0\n", ""), words(), true);
    let status = stdout(&run(&fixture, &["status"]));
    assert!(status.contains("peninjau") && status.contains("(2)"), "{status}");
    let wrong = run(&fixture, &["advance", "--to", "final", "--by", "Sari"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", stderr(&wrong));
    assert!(stderr(&wrong).contains("verifikasi"), "{}", stderr(&wrong));
}

#[test]
fn nothing_of_a_closed_meeting_is_written_for_publication() {
    let fixture = Fixture::with(&RAPAT.replace("sifat = \"terbuka\"", "sifat = \"tertutup\""), words(), true);
    let output = run(&fixture, &["ekspor", "--format", "srt,vtt,txt"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("tertutup"), "{}", stderr(&output));
    assert!(fixture.path("transkrip.txt").is_file() && fixture.path("risalah-sementara.pdf").is_file());
    assert!(!fixture.path("transkrip.srt").exists() && !fixture.path("transkrip.vtt").exists());
}

#[test]
fn a_passage_is_left_out_by_its_time() {
    let fixture = Fixture::new();
    let output = run(&fixture, &["kecualikan", "00:00:15", "--decision", "keputusan rapat", "--by", "Sari"]);
    done(&output);
    assert!(stdout(&output).contains(": 1."), "{}", stdout(&output));
    done(&run(&fixture, &["ekspor", "--format", "txt"]));
    let text = fs::read_to_string(fixture.path("transkrip.txt")).expect("written");
    assert!(text.contains("[tidak dimuat atas keputusan rapat]") && !text.contains("Terima kasih"), "{text}");
    let wrong = run(&fixture, &["omit", "15", "--decision", "keputusan rapat", "--by", "Sari"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", stderr(&wrong));
}

#[test]
fn what_is_printed_of_an_official_record_is_the_file_that_was_signed() {
    let mut fixture = Fixture::new().verified();
    fixture.finalize(SECRETARY, Some("170/12/DPRD/2026"), SIGNED).expect("official");
    // A desktop that only notes what it is asked to show.
    let viewer = fixture.path("xdg-open");
    fs::write(&viewer, "#!/bin/sh\necho \"$1\" > \"$0.shown\"\n").expect("written");
    fs::set_permissions(&viewer, fs::Permissions::from_mode(0o755)).expect("made executable");
    let preview = |fixture: &Fixture, more: &[&str]| {
        let folder = fixture.place.path().to_str().expect("a readable path");
        let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
        command.args(["cetak", folder, "--preview"]).args(more).env("RISALAH_LANG", "id");
        command.env("PATH", format!("{folder}:/usr/bin:/bin")).output().expect("the program runs")
    };
    let shown = |fixture: &Fixture| fs::read_to_string(fixture.path("xdg-open.shown")).expect("shown");

    done(&preview(&fixture, &[]));
    assert_eq!(shown(&fixture).trim(), fixture.path("risalah-resmi.pdf").to_str().expect("a readable path"));
    let frozen = preview(&fixture, &["--paper", "a4"]);
    assert_eq!(frozen.status.code(), Some(2), "{}", stderr(&frozen));
    assert!(stderr(&frozen).contains("tidak ditata ulang"), "{}", stderr(&frozen));

    fixture.correct(3, "Rapat", "Sidang");
    let older = preview(&fixture, &[]);
    assert_eq!(older.status.code(), Some(3), "{}", stderr(&older));
    assert!(stderr(&older).contains("koreksi sesudah edisi ini"), "{}", stderr(&older));

    let document = fixture.path("risalah-resmi.pdf");
    fs::remove_file(&document).expect("removed");
    fs::write(&document, "%PDF-1.7 dokumen lain").expect("written");
    let other = preview(&fixture, &[]);
    assert_eq!(other.status.code(), Some(1), "{}", stderr(&other));
    assert!(stderr(&other).contains("tidak sama"), "{}", stderr(&other));
}
