//! From the first sample to the printed record.

use std::fs;

use e_risalah::recorder::State;
use e_risalah::recording::{Entered, Fact, folder_of};

use crate::room::{
    Running, closed, excerpt, fixture, recorded, recorder_pid, risalah, run, samples, status, stderr, text, tone, until,
};

#[test]
fn live_and_afterwards_the_same_words_are_recognised() {
    let place = tempfile::tempdir().expect("a folder");
    let file = excerpt(place.path());
    let live = place.path().join("rapat «langsung»");
    let output = run(&["rekam", "--source", text(&file), "--speed", "6", "-o", text(&live)]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(samples(&live), samples(&file), "the recording is not what was played");
    for name in ["risalah-sementara.pdf", "risalah-sementara.docx", "transkrip.json"] {
        assert!(live.join(name).is_file(), "{name}");
    }
    let batch = place.path().join("sesudahnya");
    for (from, to) in [(&file, &batch), (&live, &live)] {
        let output = run(&["transkrip", text(from), "-o", text(to), "--format", "seglst", "--quiet"]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let words = |folder: &std::path::Path| -> Vec<(String, String, String)> {
        let json = fs::read_to_string(folder.join("transkrip.seglst.json")).expect("seglst");
        let turns: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
        let field = |turn: &serde_json::Value, name: &str| turn[name].to_string();
        turns.iter().map(|turn| (field(turn, "speaker"), field(turn, "start_time"), field(turn, "words"))).collect()
    };
    assert!(words(&live).len() > 3);
    assert_eq!(words(&live), words(&batch));
}

#[test]
fn what_is_entered_stands_in_the_record() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 2);
    let folder = place.path().join("rapat");
    let description = fixture().join("rapat.toml");
    let short = place.path().join("rapat.toml");
    // Two channels only.
    let text_of = fs::read_to_string(description).expect("read");
    let kept = text_of.split("[[kursi]]").next().expect("the beginning").to_owned();
    fs::write(&short, kept + "[[kursi]]\nkanal = 1\norang = \"rusdi\"\n[[kursi]]\nkanal = 2\nmimbar = true\n")
        .expect("written");
    let mut desk = Running::start(&mut risalah(&[
        "rekam",
        "--source",
        text(&file),
        "--meeting",
        text(&short),
        "-o",
        text(&folder),
    ]));
    until("the first second on the disk", || status(&folder).filter(|status| status.state == State::Recording));
    for event in ["buka", "palu:3", "duduk:2:surya", "catatan:Listrik padam", "tutup"] {
        let output = run(&["rekam", "--event", event, "-o", text(&folder)]);
        assert!(output.status.success(), "{event}: {}", stderr(&output));
    }
    let status = run(&["rekam", "--status", "--json", "-o", text(&folder)]);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert_eq!((&status["state"], &status["format"]["channels"]), (&"recording".into(), &2.into()));
    let output = run(&["rekam", "--stop", "-o", text(&folder)]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(desk.0.wait().expect("the desk ends").success());
    let growth = closed(&folder);
    let entered = growth.ledger().facts.iter().filter(|fact| matches!(fact, Fact::Event { .. })).count();
    assert_eq!(entered, 5);
    let seated = |fact: &Fact| matches!(fact, Fact::Event { entered: Entered::Seated { person: Some(id), .. }, .. } if id == "surya");
    assert!(growth.ledger().facts.iter().any(seated));
    let output = run(&["ekspor", text(&folder), "--format", "txt", "-o", text(&folder)]);
    assert!(output.status.success(), "{}", stderr(&output));
    let record = fs::read_to_string(folder.join("transkrip.txt")).expect("text");
    for line in ["RAPAT DIBUKA", "KETUK PALU 3 KALI", "LISTRIK PADAM", "RAPAT DITUTUP"] {
        assert!(record.contains(line), "{line} is not in\n{record}");
    }
}

#[test]
fn a_recording_is_never_started_twice_nor_written_over() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let folder = place.path().join("rapat");
    let begin = ["rekam", "--source", text(&file), "-o", text(&folder)];
    let desk = Running::start(&mut risalah(&begin));
    recorded(&folder, 4_000);
    let twice = run(&begin);
    assert_eq!(twice.status.code(), Some(2));
    assert!(stderr(&twice).contains("sedang dipakai merekam"), "{}", stderr(&twice));
    assert!(!stderr(&run(&["pulihkan", text(&folder)])).is_empty());
    // As a service is asked to end.
    desk.signal("-TERM");
    let length = closed(&folder).length();
    let third = run(&begin);
    assert_eq!(third.status.code(), Some(2));
    assert!(stderr(&third).contains("tidak pernah ditimpa"), "{}", stderr(&third));
    let stop = run(&["rekam", "--stop", "-o", text(&folder)]);
    assert_eq!(stop.status.code(), Some(2), "stopped twice");
    assert_eq!(closed(&folder).length(), length);
}

#[test]
fn what_cannot_be_recorded_is_said_and_leaves_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("rapat");
    for (args, code) in [
        (vec!["rekam", "--source", "/tidak/ada.wav", "-o", text(&folder)], 2),
        (vec!["rekam", "--event", "ngawur", "-o", text(&folder)], 2),
        (vec!["rekam", "--status", "-o", text(&folder)], 2),
        (vec!["pulihkan", text(&folder)], 2),
        (vec!["periksa", text(&folder)], 2),
        (vec!["rekam", "--source", text(&folder), "-o", "/proc/tidak/bisa"], 2),
    ] {
        let output = run(&args);
        assert!(matches!(output.status.code(), Some(1 | 2)), "{args:?}: {:?}", output.status);
        assert!(code == 1 || !stderr(&output).is_empty());
        assert!(stderr(&output).starts_with("galat: "), "{}", stderr(&output));
    }
    assert!(!folder_of(&folder).join("ledger.jsonl").exists());
}

#[test]
fn the_recorder_outlives_the_desk_and_can_be_seen_again() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let folder = place.path().join("rapat");
    let desk = Running::start(&mut risalah(&["rekam", "--source", text(&file), "-o", text(&folder)]));
    let before = recorded(&folder, 4_000);
    let recorder = recorder_pid(&folder);
    desk.signal("-KILL");
    drop(desk);
    recorded(&folder, before.position + 8_000);
    assert_eq!(recorder_pid(&folder), recorder);
    let mut desk = Running::start(&mut risalah(&["rekam", "--attach", "-o", text(&folder)]));
    let output = run(&["rekam", "--stop", "-o", text(&folder)]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(desk.0.wait().expect("the desk ends").success());
    assert!(folder.join("risalah-sementara.pdf").is_file());
    let length = closed(&folder).length().expect("closed") as usize;
    assert_eq!(samples(&folder), samples(&file)[..length]);
}

#[test]
fn nobody_steers_a_recorder_without_its_key() {
    use std::io::{BufRead, BufReader, Write};
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let folder = place.path().join("rapat");
    let _desk = Running::start(&mut risalah(&["rekam", "--source", text(&file), "-o", text(&folder)]));
    recorded(&folder, 4_000);
    let address = fs::read_to_string(folder_of(&folder).join("kendali.json")).expect("an address");
    let address: serde_json::Value = serde_json::from_str(&address).expect("JSON");
    let port = address["port"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
    for line in
        ["", "{", "{\"token\":\"\",\"request\":\"stop\"}", "{\"request\":\"stop\"}", "\u{1F3A4}", &"a".repeat(200_000)]
    {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("reached");
        let _ = stream.write_all(line.as_bytes()).and_then(|()| stream.write_all(b"\n"));
        let mut answer = String::new();
        let _ = BufReader::new(stream).read_line(&mut answer);
        assert!(answer.is_empty() || answer.contains("refused"), "{line}: {answer}");
    }
    let before = recorded(&folder, 4_000).position;
    recorded(&folder, before + 4_000);
    assert!(run(&["rekam", "--stop", "-o", text(&folder)]).status.success());
    closed(&folder);
}
