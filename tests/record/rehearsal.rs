//! From the first sample to the printed record.

use std::fs;

use e_risalah::record::recorder::State;
use e_risalah::recording::{Entered, Fact, folder_of};

use crate::room::{
    Running, closed, excerpt, fixture, recorded, recorder_pid, risalah, run, samples, status, stderr, text, tone,
    transcribed, until,
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
    let batch = transcribed(&file, &place.path().join("sesudahnya"));
    assert!(batch.len() > 2, "{batch:?}");
    assert_eq!(transcribed(&live, &live), batch);
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
fn a_description_that_is_edited_while_it_records_is_read_again_at_the_end() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let (folder, before) = (place.path().join("rapat"), place.path().join("awal.toml"));
    fs::write(&before, "[rapat]\ntempat = \"Ruang Lama\"\n").expect("written");
    let begin = ["rekam", "--source", text(&file), "--meeting", text(&before), "-o", text(&folder), "--quiet"];
    let stopped = |desk: Running| {
        assert!(run(&["rekam", "--stop", "-o", text(&folder)]).status.success());
        let mut desk = desk;
        desk.0.wait().expect("the desk ends").code()
    };
    let desk = Running::start(&mut risalah(&begin));
    recorded(&folder, 8_000);
    fs::write(folder.join("rapat.toml"), "[rapat]\ntempat = \"Ruang Baru\"\n").expect("edited");
    assert_eq!(stopped(desk), Some(0));
    let record = printed(&folder);
    assert!(record.contains("Ruang Baru") && !record.contains("Ruang Lama"), "{record}");

    // A mistake in it is said, and costs neither the recording nor the record.
    fs::remove_dir_all(&folder).expect("removed");
    let mut desk = risalah(&begin);
    let desk = desk.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().expect("started");
    until("a recogniser", || fs::read(folder.join("transkrip.db")).ok());
    recorded(&folder, 8_000);
    fs::write(folder.join("rapat.toml"), "[rapat]\ntempat = 7\n").expect("edited");
    assert!(run(&["rekam", "--stop", "-o", text(&folder)]).status.success());
    let output = desk.wait_with_output().expect("the desk ends");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("rapat.toml"), "{}", stderr(&output));
    assert!(printed(&folder).contains("Ruang Lama"));
}

/// The text of the printed record.
fn printed(folder: &std::path::Path) -> String {
    let pdf = folder.join("risalah-sementara.pdf");
    let output = std::process::Command::new("pdftotext").arg(pdf).arg("-").output().expect("pdftotext runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
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
        (vec!["rekam", "--source", text(&folder), "-o", "/proc/tidak/bisa"], 1),
    ] {
        let output = run(&args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr(&output));
        assert!(stderr(&output).contains("galat: "), "{}", stderr(&output));
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
fn nobody_else_steers_a_recorder_and_nonsense_does_not_hurt_it() {
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let folder = place.path().join("rapat");
    let _desk = Running::start(&mut risalah(&["rekam", "--source", text(&file), "-o", text(&folder)]));
    recorded(&folder, 4_000);
    let address = fs::read_to_string(folder_of(&folder).join("kendali.json")).expect("an address");
    let address: serde_json::Value = serde_json::from_str(&address).expect("JSON");
    let socket = address["socket"].as_str().expect("a socket");
    let mode = |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o077;
    assert_eq!(mode(std::path::Path::new(socket).parent().expect("a folder")), 0, "others may enter");
    for line in ["", "{", "{\"id\":7,\"request\":\"stopp\"}", "\u{1F3A4}", &"a".repeat(200_000)] {
        let mut stream = std::os::unix::net::UnixStream::connect(socket).expect("reached");
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
