//! `risalah new` and `risalah check` as a clerk types them. Needs python3 for a terminal.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use e_risalah::meeting::{Kind, Meeting};

use crate::institution::shipped;

fn risalah(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(args).env("RISALAH_LANG", "id");
    command
}

fn answering(args: &[&str], answers: &str) -> Output {
    let mut child =
        risalah(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    // A program that needs no answer may be gone already.
    let _ = child.stdin.take().expect("a pipe").write_all(answers.as_bytes());
    child.wait_with_output().expect("ends")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

#[test]
fn answers_become_a_commented_file_that_reads_back() {
    let place = tempfile::tempdir().expect("a folder");
    let house = "DEWAN PERWAKILAN RAKYAT DAERAH\nKOTA \"CONTOH\"\n\nContoh\nWITA\nF-A; Fraksi A; 20\nkeliru\nF-A; Lagi; 3\nF-B; Fraksi B; 25\n\n";
    let output = answering(&["baru", "--institution", text(place.path())], house);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("\"keliru\" tidak dipahami"), "{}", said(&output));
    let folder = place.path().join("paripurna 8");
    fs::create_dir(&folder).expect("made");
    let answers = "paripurna\n31 Februari 2027\n9 Maret 2027\nRuang / \\ \"A\"\nII\n7\nAcara \"satu\"\nمحمد 👍\n\nH. Rusdi Hanafi, S.Sos.\nBambang\n2\nH. Rusdi Hanafi, S.Sos.\n\n";
    let output = answering(&["baru", text(&folder)], answers);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let path = folder.join("rapat.toml");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), text(&path));
    let meeting = Meeting::read(&path).expect("what was written is valid");
    assert_eq!(meeting.letterhead[1], "KOTA \"CONTOH\"");
    assert_eq!((meeting.kind, meeting.sequence), (Some(Kind::Paripurna), Some(7)));
    assert_eq!(meeting.date, Some(jiff::civil::date(2027, 3, 9)));
    assert_eq!(meeting.place.as_deref(), Some("Ruang / \\ \"A\""));
    assert_eq!(meeting.agenda, ["Acara \"satu\"", "محمد 👍"]);
    assert_eq!(meeting.seats.len(), 1);
    assert_eq!(meeting.chair.as_ref().map(|chair| chair.id.as_str()), Some("rusdi"));
    assert_eq!(meeting.quorum.map(|quorum| quorum.rule.name()), Some("2/3"));
    assert!(fs::read_to_string(&path).expect("text").contains("# daftar = \"hadir.xlsx\""));

    let before = fs::read(&path).expect("read");
    let again = answering(&["new", text(&path)], answers);
    assert_eq!(again.status.code(), Some(2));
    assert!(said(&again).contains("tidak akan ditimpa"));
    assert_eq!(fs::read(&path).expect("read"), before);
}

#[test]
fn answers_that_end_too_soon_leave_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let output = answering(&["baru", text(place.path())], "DPRD\n\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("tidak ada yang ditulis"), "{}", said(&output));
    assert_eq!(fs::read_dir(place.path()).expect("read").count(), 0);
}

#[test]
#[cfg(unix)]
fn ctrl_c_at_a_terminal_leaves_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    // At a terminal of its own: an answer, then Ctrl-C as soon as the next question is seen, when nobody may be waiting for a key
    // yet. Often, as that is a matter of chance; the alarm is for a question that never ends.
    let script = r#"
import os, pty, signal, sys
def dialogue():
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.argv[1], sys.argv[1:])
    seen = b""
    def until(words, seen):
        while words not in seen:
            seen += os.read(terminal, 4096)
        return seen[seen.index(words) + len(words):]
    seen = until(b"Baris kop", seen)
    os.write(terminal, b"DPRD\r")
    seen = until(b"Baris kop", seen)
    os.write(terminal, b"\x03")
    try:
        while part := os.read(terminal, 4096):
            seen += part
    except OSError:
        pass
    os.close(terminal)
    end = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if end != 1 or "tidak ada yang ditulis".encode() not in seen:
        sys.exit(f"{end}: {seen.decode(errors='replace')}")
signal.alarm(100)
for _ in range(50):
    dialogue()
"#;
    let output = Command::new("python3")
        .args(["-c", script, env!("CARGO_BIN_EXE_risalah"), "baru", text(place.path())])
        .env("RISALAH_LANG", "id")
        .env("TERM", "xterm")
        .output()
        .expect("python3 (apt-get install python3)");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(fs::read_dir(place.path()).expect("read").count(), 0);
}

#[test]
fn a_check_says_what_is_missing_and_what_the_list_comes_to() {
    let whole = shipped().join("paripurna-8");
    let output = risalah(&["cek", text(&whole)]).output().expect("runs");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}{}", said(&output));
    for line in [
        "Hadir: 32 dari 45 Anggota (fisik 30, daring 2); izin 9; tanpa keterangan 4.",
        "F-MLT: 11 dari 14",
        "Kuorum 2/3: perlu 30, hadir 32: terpenuhi.",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let place = tempfile::tempdir().expect("a folder");
    fs::write(place.path().join("rapat.toml"), "[rapat]\njenis = 'komisi'\n").expect("written");
    let output = risalah(&["check", text(place.path()), "--json"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(3));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&json["provisional"], &json["official"]), (&false.into(), &false.into()));
    let findings = json["findings"].as_array().expect("a list");
    assert!(findings.iter().any(|finding| finding["field"] == "rapat.tempat" && finding["need"] == "sementara"));
    assert!(!findings.iter().any(|finding| finding["field"] == "rapat.jenis"));
}
