//! `risalah new` and `risalah check` as a clerk types them. Needs python3 for a terminal.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use e_risalah::meeting::{Kind, Meeting};

use crate::institution::shipped;

fn risalah(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(args).env("RISALAH_LANG", "id").env("RISALAH_ANSWERS", "/dev/null/tidak-ada");
    command
}

/// The same with answers that are kept in this folder.
fn keeping(kept: &Path, args: &[&str], answers: &str) -> Output {
    let mut command = risalah(args);
    command.env("RISALAH_ANSWERS", kept);
    told(command, answers)
}

fn answering(args: &[&str], answers: &str) -> Output {
    told(risalah(args), answers)
}

fn told(mut command: Command, answers: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
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
    let house = "DEWAN PERWAKILAN RAKYAT DAERAH\nKOTA \"CONTOH\"\n\nContoh\nWITA\n\nF-A; Fraksi A; 20\nkeliru\nF-A; Lagi; 3\nF-B; Fraksi B; 25\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
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
fn a_folder_that_is_not_there_is_made_whether_it_ends_in_a_slash_or_not() {
    let answers = "\n\nkomisi\n\n\n9 Maret 2027\n\n\n\n\n\n\n\n\n\n";
    for name in ["rapat-1/", "rapat 2", "jauh/di/sana/"] {
        let place = tempfile::tempdir().expect("a folder");
        let mut command = risalah(&["new", name]);
        command.current_dir(place.path());
        let output = told(command, answers);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let path = place.path().join(name).join("rapat.toml");
        assert_eq!(Meeting::read(&path).expect("valid").date, Some(jiff::civil::date(2027, 3, 9)));
    }
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("berkas");
    fs::write(&file, "").expect("written");
    let output = answering(&["new", text(&file.join("rapat"))], answers);
    assert_eq!(output.status.code(), Some(1));
    assert!(!said(&output).contains("Jenis rapat"), "asked for nothing: {}", said(&output));
}

#[test]
fn answers_that_were_interrupted_are_kept_and_gone_on_with() {
    let (place, kept) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let target = place.path().join("rapat-1");
    let args = ["new", text(&target)];
    let output = keeping(kept.path(), &args, "DPRD\n\nContoh\nkomisi\nKomisi II\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("5 jawaban") && said(&output).contains("--resume"), "{}", said(&output));
    assert!(!target.exists());
    let output = keeping(kept.path(), &args, "");
    assert!(said(&output).contains("5 jawaban yang dahulu tersimpan"), "{}", said(&output));
    let output = keeping(kept.path(), &[&args[..], &["--resume"]].concat(), "terbuka\n9-3-2027\n\n\n\n\n\n\n\n\n\n");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!said(&output).contains("Baris kop"), "asked again: {}", said(&output));
    let meeting = Meeting::read(&target.join("rapat.toml")).expect("valid");
    assert_eq!((meeting.name.as_deref(), meeting.city.as_deref()), (Some("Komisi II"), Some("Contoh")));
    assert_eq!(fs::read_dir(kept.path()).expect("read").count(), 0, "they are in the file now");
}

#[test]
fn a_less_than_sign_goes_back_one_question() {
    let place = tempfile::tempdir().expect("a folder");
    let answers = "<\nDPRD\nKOTA\n<\nKOTA CONTOH\n\nContoh\nparipurna\n<\nkomisi\n\n\n9 Maret 2027\n\n\n\n\n\n\n\n\n\n";
    let output = answering(&["baru", text(place.path())], answers);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("Ini pertanyaan pertama"), "{}", said(&output));
    let meeting = Meeting::read(&place.path().join("rapat.toml")).expect("valid");
    assert_eq!(meeting.letterhead, ["DPRD", "KOTA CONTOH"]);
    assert_eq!(meeting.kind, Some(Kind::Komisi));
}

#[test]
fn members_and_seats_come_from_a_spreadsheet_and_a_near_name_is_offered() {
    let place = tempfile::tempdir().expect("a folder");
    let list = "Daftar Anggota\nNama;Fraksi;Jabatan;No. Mikrofon\n\"H. Rusdi Hanafi, S.Sos.\";F-MLT;Ketua DPRD;1\n\
                Siti Aminah;Fraksi Partai Cendana;;2\nMimbar;;;9\n";
    fs::write(place.path().join("anggota.csv"), list).expect("written");
    fs::copy(shipped().join("lambang.png"), place.path().join("asal.png")).expect("copied");
    fs::create_dir(place.path().join("lembaga")).expect("made");
    let answers = [
        "DPRD",
        "",
        "Contoh",
        "wita",
        "tidak-ada.csv",
        "anggota.csv",
        "Fraksi Partai Melati",
        "F-CDN",
        "",
        "Bambang Wirawan; ; Sekretaris DPRD",
        "Rusdy Hanafi",
        "1",
        "Rusdi Hartono; F-MLT",
        "",
        "Ruang Paripurna",
        "rusdi",
        "Bambang Wirawan",
        "anggota.csv",
        "asal.png",
        "a4",
        "20 20 25",
        "20 20 25 15",
        "11",
        "",
    ];
    let mut command = risalah(&["baru", "--institution", "lembaga"]);
    command.current_dir(place.path());
    let output = told(command, &answers.join("\n"));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let said = said(&output);
    assert!(said.contains("tidak-ada.csv") && said.contains("1. H. Rusdi Hanafi, S.Sos."), "{said}");
    let meeting = Meeting::read_institution(&place.path().join("lembaga/lembaga.toml")).expect("valid");
    let ids: Vec<&str> = meeting.people.iter().map(|person| person.id.as_str()).collect();
    assert_eq!(ids, ["rusdi", "siti", "bambang", "rusdi-2"]);
    let groups: Vec<_> = meeting.groups.iter().map(|group| (group.code.as_str(), group.members)).collect();
    assert_eq!(groups, [("F-MLT", Some(2)), ("F-CDN", Some(1))]);
    assert!(meeting.seats.iter().any(|seat| seat.lectern && seat.channel.number() == 9));
    assert_eq!(meeting.chair.as_ref().map(|chair| chair.id.as_str()), Some("rusdi"));
    assert!(meeting.emblem.is_some());
    assert_eq!((meeting.page.top, meeting.page.right), (20, 15));
    assert_eq!(meeting.paper.name(), "A4");
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
    // At a terminal of its own: an answer, then Ctrl-C as soon as the next question is seen, when
    // nobody may be waiting for a key yet. Often, as that is a matter of chance; the alarm is for a
    // question that never ends.
    let kept = tempfile::tempdir().expect("a folder");
    let script = r#"
import os, pty, shutil, signal, sys
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
    if not os.listdir(os.environ["RISALAH_ANSWERS"]):
        sys.exit("the answer was not kept")
    shutil.rmtree(os.environ["RISALAH_ANSWERS"])
"#;
    let output = Command::new("python3")
        .args(["-c", script, env!("CARGO_BIN_EXE_risalah"), "baru", text(place.path())])
        .env("RISALAH_LANG", "id")
        .env("RISALAH_ANSWERS", kept.path())
        .env("TERM", "xterm")
        .output()
        .expect("python3 (apt-get install python3)");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(fs::read_dir(place.path()).expect("read").count(), 0);
}

#[test]
#[cfg(unix)]
fn at_a_terminal_esc_goes_back_and_kept_answers_are_offered() {
    let (place, kept) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let script = r#"
import os, pty, signal, sys
signal.alarm(100)
def begin():
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.argv[1], sys.argv[1:])
    return child, terminal
def until(terminal, words, seen=b""):
    while words.encode() not in seen:
        seen += os.read(terminal, 4096)
    return seen[seen.index(words.encode()) + len(words.encode()):]
child, terminal = begin()
seen = until(terminal, "Baris kop")
os.write(terminal, b"DPRD KELIRU\r")
seen = until(terminal, "Baris kop", until(terminal, "\n", seen))
os.write(terminal, b"\x1b")
# The answer before stands there again, to be changed.
seen = until(terminal, "DPRD KELIRU", until(terminal, "\n", seen))
os.write(terminal, b"\x7f" * 7 + b"\r")
seen = until(terminal, "Baris kop", until(terminal, "\n", seen))
os.write(terminal, b"\x03")
os.waitpid(child, 0)
child, terminal = begin()
seen = until(terminal, "mulai dari awal")
os.write(terminal, b"\r")
seen = until(terminal, "Baris kop", seen)
os.write(terminal, b"\x03")
os.waitpid(child, 0)
"#;
    let output = Command::new("python3")
        .args(["-c", script, env!("CARGO_BIN_EXE_risalah"), "baru", text(place.path())])
        .env("RISALAH_LANG", "id")
        .env("RISALAH_ANSWERS", kept.path())
        .env("TERM", "xterm")
        .output()
        .expect("python3 (apt-get install python3)");
    assert!(output.status.success(), "{}", said(&output));
    let answers = fs::read_dir(kept.path()).expect("read").next().expect("kept").expect("a file").path();
    let answers = fs::read_to_string(answers).expect("text");
    assert!(answers.contains("\"DPRD\"") && !answers.contains("KELIRU"), "{answers}");
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
