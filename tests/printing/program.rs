//! `risalah print` as a clerk runs it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use e_risalah::recording::{Claim, End, Format, Sample, Start, Writer, folder_of};
use e_risalah::seal::{self, Holder, Identity, MeetingKey};
use e_risalah::transcript::store::{Origin, Store};
use ipp::model::Operation;

use super::fake::{Fake, Reply, job, keyword, office_printer_with};
use super::office::{Cups, NetworkPrinter};
use super::{sample, until};

/// A meeting's folder with the fictional plenary in it.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("rapat.toml"), include_str!("../sample/rapat.toml")).expect("written");
    let transcript = sample::plenary();
    let mut store = Store::create(folder.path()).expect("a store");
    store.bind(&transcript.recording, "uji").expect("bound");
    let origin = Origin {
        model_origin: None,
        model: transcript.version.model.clone(),
        model_sha256: transcript.version.model_sha256.clone(),
        language: "id".to_owned(),
        program: "0.1.0".to_owned(),
    };
    let version = store.version(&origin, transcript.version.created).expect("a version");
    for utterance in &transcript.utterances {
        store.add(version.number, utterance).expect("added");
    }
    store.complete(version.number).expect("complete");
    folder
}

/// The program, away from any print server and home of the machine that runs the test.
fn risalah(server: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(args).env("RISALAH_LANG", "id").env("CUPS_SERVER", server).env("HOME", "/tidak/ada");
    for other in ["LPDEST", "PRINTER", "IPP_PORT"] {
        command.env_remove(other);
    }
    command
}

fn run(server: &str, args: &[&str]) -> Output {
    risalah(server, args).output().expect("the program runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

#[test]
fn the_record_comes_out_of_the_default_printer() {
    let (cups, network, folder) = (Cups::start(), NetworkPrinter::start("exit 0"), folder());
    cups.add("arsip", &network.address);
    let refused = run(&cups.authority, &["cetak", text(folder.path())]);
    assert_eq!(refused.status.code(), Some(1), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("arsip"), "{}", stderr(&refused));

    cups.run("lpadmin", &["-d", "arsip"]);
    let output = run(&cups.authority, &["cetak", text(folder.path())]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let written = fs::read(folder.path().join("risalah-sementara.pdf")).expect("written");
    assert!(network.received() == [written], "not what was written");

    let list = run(&cups.authority, &["print", "--printers", "--json"]);
    let printers: serde_json::Value = serde_json::from_slice(&list.stdout).expect("JSON");
    assert_eq!(printers[0]["name"], "arsip");
    assert_eq!((&printers[0]["default"], &printers[0]["state"]), (&true.into(), &"idle".into()));
    let list = String::from_utf8_lossy(&run(&cups.authority, &["cetak", "--printers"]).stdout).into_owned();
    assert!(list.starts_with("* arsip") && list.contains("siap"), "{list}");

    let doctor = run(&cups.authority, &["diagnosa", "--json"]);
    let checks: Vec<serde_json::Value> = serde_json::from_slice(&doctor.stdout).expect("JSON");
    assert!(checks.iter().any(|line| line["check"] == "doctor.printer" && line["result"] == "ok"), "{checks:?}");
}

#[test]
fn a_printer_without_f4_is_offered_a_record_laid_out_for_a4() {
    let (network, folder) = (NetworkPrinter::start("exit 0"), folder());
    let print = |more: &[&str]| {
        let args = [&["print", text(folder.path()), "--printer", &network.address], more].concat();
        run("127.0.0.1:1", &args)
    };
    let refused = print(&[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--paper a4"), "{}", stderr(&refused));
    assert!(network.received().is_empty());

    let output = print(&["--paper", "a4", "--copies", "2", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(line["outcome"], "printed");
    let path = folder.path().join("risalah-sementara-a4.pdf");
    let written = fs::read(&path).expect("written");
    assert!(network.received() == [written], "not what was written");
    let info = Command::new("pdfinfo").arg(&path).output().expect("pdfinfo: apt-get install poppler-utils");
    assert!(String::from_utf8_lossy(&info.stdout).contains("595.276 x 841.89"), "not A4");
}

#[test]
fn the_short_report_and_the_attendance_list_are_printed_too() {
    let (network, folder) = (NetworkPrinter::start("exit 0"), folder());
    for (document, file) in [("lapsing", "laporan-singkat-a4.pdf"), ("hadir", "daftar-hadir-a4.pdf")] {
        let args =
            ["cetak", text(folder.path()), "--printer", &network.address, "--paper", "a4", "--dokumen", document];
        let output = run("127.0.0.1:1", &args);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let written = fs::read(folder.path().join(file)).expect("written");
        assert!(network.received().contains(&written), "not what was written");
    }
    // Before the meeting there is a list, and nothing else.
    let before = tempfile::tempdir().expect("a folder");
    fs::write(before.path().join("rapat.toml"), include_str!("../sample/rapat.toml")).expect("written");
    let print = |document: &str| {
        let args =
            ["cetak", text(before.path()), "--printer", &network.address, "--paper", "a4", "--dokumen", document];
        run("127.0.0.1:1", &args).status.code()
    };
    assert_eq!((print("hadir"), print("lapsing")), (Some(0), Some(2)));
}

#[test]
fn what_a_person_changed_in_the_word_document_is_not_on_paper_and_said() {
    let folder = folder();
    let fake = Fake::but(|_, _| None);
    fs::write(folder.path().join("risalah-sementara.docx"), "dikoreksi sekretaris").expect("written");
    let output = run("127.0.0.1:1", &["cetak", text(folder.path()), "--printer", &fake.address]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("risalah-sementara.docx"), "{}", stderr(&output));
    assert_eq!(fake.count(Operation::PrintJob), 1);
}

#[test]
fn ctrl_c_cancels_the_job() {
    let folder = folder();
    let fake = Fake::but(|operation, _| match operation {
        Operation::GetPrinterAttributes => Some(office_printer_with("printer-state-reasons", keyword("media-jam"))),
        Operation::GetJobAttributes => Some(job(6, Vec::new())),
        Operation::CancelJob => Some(Reply::Ipp(ipp::model::StatusCode::SuccessfulOk, Vec::new())),
        _ => None,
    });
    let child = risalah("127.0.0.1:1", &["cetak", text(folder.path()), "--printer", &fake.address])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    until("the job is followed", || fake.count(Operation::GetJobAttributes) > 1);
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(interrupted.success());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fake.count(Operation::CancelJob), 1);
    let said = stderr(&output);
    assert!(said.contains("Kertas tersangkut") && said.contains("dibatalkan"), "{said}");
}

#[test]
fn a_preview_is_shown_and_not_printed() {
    let folder = folder();
    let desktop = tempfile::tempdir().expect("a folder");
    let viewer = desktop.path().join("xdg-open");
    fs::write(&viewer, "#!/bin/sh\necho \"$1\" > \"$0.shown\"\n").expect("written");
    fs::set_permissions(&viewer, fs::Permissions::from_mode(0o755)).expect("made executable");
    let path = format!("{}:/usr/bin:/bin", text(desktop.path()));
    let output = risalah("127.0.0.1:1", &["cetak", text(folder.path()), "--preview"]).env("PATH", &path).output();
    let output = output.expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let shown = fs::read_to_string(desktop.path().join("xdg-open.shown")).expect("shown");
    assert_eq!(shown.trim(), text(&folder.path().join("risalah-sementara.pdf")));

    let output =
        risalah("127.0.0.1:1", &["cetak", text(folder.path()), "--preview"]).env("PATH", "/tidak/ada").output();
    let output = output.expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("xdg-utils"), "{}", stderr(&output));
}

#[test]
fn without_printer_service_or_transcript_there_is_a_sentence() {
    let folder = folder();
    let empty = tempfile::tempdir().expect("a folder");
    let fake = Fake::but(|_, _| None);
    for (args, code) in [
        (vec!["cetak", text(folder.path())], 1),
        (vec!["cetak", text(folder.path()), "--printer", "http://kantor/"], 2),
        (vec!["cetak", text(empty.path()), "--printer", &fake.address], 2),
        (vec!["cetak", "--printers"], 1),
        (vec!["cetak"], 2),
        (vec!["cetak", text(folder.path()), "--copies", "0"], 2),
    ] {
        let output = run("127.0.0.1:1", &args);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
        assert!(said.starts_with("galat: ") && said.contains("petunjuk: "), "{args:?}: {said}");
    }
    assert_eq!(fake.count(Operation::PrintJob), 0);
}

#[test]
fn the_pages_of_a_sealed_meeting_reach_the_printer_and_no_file_of_them_is_left() {
    const PHRASE: &str = "kata sandi untuk uji";
    let (place, printer) = (tempfile::tempdir().expect("a folder"), Fake::but(|_, _| None));
    let (folder, file) = (place.path().join("rapat"), place.path().join("sari.age"));
    let (key, identity) = (MeetingKey::generate(), Identity::generate("Sari"));
    identity.write(&file, &PHRASE.to_owned().into()).expect("written");
    let holder = Holder::new("Sari", seal::Role::Sekretaris, &identity.recipient()).expect("a holder");
    let start = Start {
        utc: "2026-03-10T02:00:00Z".parse().expect("a moment"),
        zone: jiff::tz::TimeZone::UTC,
        format: Format { rate: 16_000.try_into().expect("a rate"), channels: 9, sample: Sample::I16 },
        device: "uji".into(),
        names: Vec::new(),
        seal: Some(key.seal(&[holder]).expect("a seal")),
    };
    fs::create_dir(&folder).expect("made");
    fs::write(folder.join("rapat.toml"), include_str!("../sample/rapat.toml")).expect("written");
    let claim = Claim::take(&folder_of(&folder)).expect("a folder");
    Writer::begin(claim, start).and_then(|writer| writer.finish(End::Asked)).expect("closed");
    seal::hold(key);
    drop(sample::stored(&folder, &sample::plenary(), "small-q8_0"));

    let print = |more: &[&str]| {
        let args = ["cetak", text(&folder), "--printer", &printer.address, "--paper", "a4", "-q"];
        let mut command = risalah("127.0.0.1:1", &[&args[..], more].concat());
        command.env("RISALAH_PASSPHRASE", PHRASE).output().expect("the program runs")
    };
    let refused = print(&[]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert_eq!(printer.count(Operation::PrintJob), 0);
    let printed = print(&["--identity", text(&file), "--reason", "tanda tangan"]);
    assert!(matches!(printed.status.code(), Some(0 | 3)), "{}", stderr(&printed));
    assert_eq!(printer.count(Operation::PrintJob), 1);
    let names = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    assert!(names.iter().all(|name| !name.contains(".pdf")), "{names:?}");
}
