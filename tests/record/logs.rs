//! The recorder keeps a log that may be sent to anybody: nothing of the meeting stands in it.

use std::fs;

use e_risalah::seal::Identity;

use crate::room::{Running, recorded, risalah, run, stderr, text, tone};

/// A closed meeting with names that nothing else in the program says.
const MEETING: &str = "[rapat]
jenis = \"bk\"
sifat = \"tertutup_rahasia\"
tempat = \"Ruang Kenanga\"
acara = [\"Pembahasan perkara Zulkarnaen\"]

[[orang]]
id = \"zulkarnaen\"
nama = \"Zulkarnaen Mangkubumi\"

[[kursi]]
kanal = 1
orang = \"zulkarnaen\"
";

#[test]
fn a_recording_is_logged_without_words_names_and_paths() {
    let place = tempfile::tempdir().expect("a folder");
    let (folder, logs) = (place.path().join("perkara-mangkubumi"), place.path().join("log"));
    let meeting = place.path().join("rapat.toml");
    fs::write(&meeting, MEETING).expect("written");
    let key = Identity::generate("Zulkarnaen").recipient();
    let holder = format!("[[segel.penerima]]\nnama = \"Zulkarnaen\"\nperan = \"ketua\"\nkunci = \"{key}\"\n");
    fs::write(place.path().join("lembaga.toml"), holder).expect("written");
    let source = tone(place.path(), 60, 1);
    let command = ["rekam", "--source", text(&source), "--meeting", text(&meeting), "-o", text(&folder), "-q"];
    let mut begin = risalah(&command);
    begin.env("RISALAH_LOG_DIR", &logs).env("RISALAH_LOG", "trace");
    let mut desk = Running::start(&mut begin);
    recorded(&folder, 8_000);
    for event in ["buka", "catatan:Zulkarnaen menolak menjawab", "duduk:1:zulkarnaen", "batal"] {
        let entered = run(&["rekam", "peristiwa", text(&folder), event]);
        assert!(entered.status.success(), "{event}: {}", stderr(&entered));
    }
    assert!(run(&["rekam", "hentikan", text(&folder)]).status.success());
    desk.0.wait().expect("it ends");

    let files: Vec<_> = fs::read_dir(&logs).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    assert!(!files.is_empty());
    for file in &files {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(name.starts_with("perekam.20") && name.ends_with(".log"), "{name}");
    }
    let log: String = files.iter().map(|file| fs::read_to_string(file).expect("text")).collect();
    for expected in ["recorder started", "recording begins", "entry written", "recording closed"] {
        assert!(log.contains(expected), "{expected}: {log}");
    }
    let log = log.to_lowercase();
    for secret in ["zulkarnaen", "mangkubumi", "kenanga", "menolak", "perkara", text(place.path())] {
        assert!(!log.contains(&secret.to_lowercase()), "{secret}: {log}");
    }
}

#[test]
fn a_folder_for_logs_that_cannot_be_written_costs_no_recording() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("rapat");
    let blocked = place.path().join("berkas");
    fs::write(&blocked, "").expect("written");
    let source = tone(place.path(), 60, 1);
    let mut begin = risalah(&["rekam", "--source", text(&source), "-o", text(&folder), "-q"]);
    let mut desk = Running::start(begin.env("RISALAH_LOG_DIR", blocked.join("log")));
    recorded(&folder, 8_000);
    assert!(run(&["rekam", "hentikan", text(&folder)]).status.success());
    desk.0.wait().expect("it ends");
}
