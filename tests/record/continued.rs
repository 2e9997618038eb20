//! A recorder that dies: it is started again, and the recording goes on in the same folder with
//! what was missed counted.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use e_risalah::recording::{Cause, End, Fact, Growth, folder_of, recover, verify};

use crate::room::{
    Running, closed, is_true, recorded, recorder_pid, risalah, run, samples, signal_to, status, stderr, text, tone,
    until,
};

/// The process that looks after a recorder.
fn supervisor(recorder: u32) -> u32 {
    let stat = fs::read_to_string(format!("/proc/{recorder}/stat")).expect("a process");
    let behind = stat.rsplit(')').next().expect("fields");
    behind.split_whitespace().nth(1).and_then(|parent| parent.parse().ok()).expect("its parent")
}

/// One recording in one folder: what was missed is a gap, and everything else is as it was played.
fn went_on(folder: &Path, file: &Path) -> Growth {
    let growth = closed(folder);
    let facts = &growth.ledger().facts;
    assert!(facts.iter().any(|fact| matches!(fact, Fact::Recovered { .. })));
    assert!(facts.iter().any(|fact| matches!(fact, Fact::Gap { cause: Cause::Overrun, .. })));
    assert_eq!(verify(&folder_of(folder), &mut |_, _| {}).expect("examined").findings, []);
    is_true(folder, file);
    growth
}

#[test]
fn a_killed_recorder_is_started_again_and_goes_on_in_the_same_folder() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 120, 1);
    let folder = place.path().join("rapat");
    let mut desk = risalah(&["rekam", "--source", text(&file), "-o", text(&folder), "-q"]);
    let desk = desk.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
    for _ in 0..3 {
        let before = recorded(&folder, 8_000);
        let killed = recorder_pid(&folder);
        signal_to(killed, "-KILL");
        until("another recorder", || status(&folder).filter(|_| recorder_pid(&folder) != killed));
        recorded(&folder, before.received + 16_000);
    }
    let event = run(&["rekam", "--event", "catatan:sesudahnya", "-o", text(&folder)]);
    assert!(event.status.success(), "{}", stderr(&event));
    let stopped = run(&["rekam", "--stop", "-o", text(&folder)]);
    assert_eq!(stopped.status.code(), Some(3), "what was lost is told: {}", stderr(&stopped));
    let output = desk.wait_with_output().expect("the desk ends");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let growth = went_on(&folder, &file);
    assert_eq!(growth.ledger().end(), Some(End::Asked));
    assert!(folder.join("risalah-sementara.pdf").is_file(), "the recogniser went on as well");
}

#[test]
fn when_everything_was_killed_the_same_command_goes_on() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 120, 1);
    let (folder, second) = (place.path().join("rapat"), place.path().join("kedua"));
    let begin = ["rekam", "--source", text(&file), "-o", text(&folder), "--mirror", text(&second), "-q"];
    for recovered_before in [false, true] {
        let desk = Running::start(&mut risalah(&begin));
        let before = status(&folder).map_or(0, |status| status.received);
        recorded(&folder, before + 16_000);
        let recorder = recorder_pid(&folder);
        let supervisor = supervisor(recorder);
        signal_to(supervisor, "-KILL");
        desk.signal("-KILL");
        drop(desk);
        signal_to(recorder, "-KILL");
        until("the recorder is gone", || status(&folder).is_none().then_some(()));
        if recovered_before {
            recover(&folder_of(&folder)).expect("recovered");
            assert!(Growth::open(&folder_of(&folder)).expect("read").expect("a ledger").is_closed());
        }
    }
    let mut desk = risalah(&begin);
    let desk = desk.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
    let resumed = until("a recorder", || status(&folder));
    assert!(!Growth::open(&folder_of(&folder)).expect("read").expect("a ledger").is_closed());
    recorded(&folder, resumed.received + 16_000);
    let stopped = run(&["rekam", "--stop", "-o", text(&folder)]);
    assert_eq!(stopped.status.code(), Some(3), "{}", stderr(&stopped));
    let output = desk.wait_with_output().expect("the desk ends");
    assert!(stderr(&output).contains("belum ditutup"), "{}", stderr(&output));
    let growth = went_on(&folder, &file);
    assert_eq!(samples(&second), samples(&folder), "the copy went on too");
    // Closed as asked, it is never gone on with.
    let length = growth.length();
    let again = run(&begin);
    assert_eq!(again.status.code(), Some(2), "{}", stderr(&again));
    assert_eq!(closed(&folder).length(), length);
}

#[test]
fn when_the_supervisor_dies_too_the_screen_starts_both_again() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 120, 1);
    let folder = place.path().join("rapat");
    let mut desk = Running::start(&mut risalah(&["rekam", "--source", text(&file), "-o", text(&folder), "-q"]));
    let before = recorded(&folder, 8_000);
    let recorder = recorder_pid(&folder);
    signal_to(supervisor(recorder), "-KILL");
    signal_to(recorder, "-KILL");
    let other = until("another recorder", || status(&folder).filter(|_| recorder_pid(&folder) != recorder));
    recorded(&folder, other.received.max(before.received) + 8_000);
    assert_eq!(run(&["rekam", "--stop", "-o", text(&folder)]).status.code(), Some(3));
    assert_eq!(desk.0.wait().expect("the desk ends").code(), Some(3));
    went_on(&folder, &file);
}

#[test]
fn a_screen_says_at_once_that_recording_stopped() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 120, 1);
    let folder = place.path().join("rapat");
    let shown = place.path().join("layar");
    let program = format!("{} rekam --source {} -o {}", env!("CARGO_BIN_EXE_risalah"), text(&file), text(&folder));
    let mut terminal = Command::new("script");
    terminal.args(["-q", "-f", "-c", &format!("stty rows 30 cols 100 && exec {program}"), text(&shown)]);
    terminal.env("TERM", "xterm").env("RISALAH_LANG", "id").env("RISALAH_MODELS", "/tidak/ada").stdin(Stdio::piped());
    let mut terminal = Running::start(&mut terminal);
    recorded(&folder, 8_000);
    let recorder = recorder_pid(&folder);
    // Stopped, so that nothing starts it again until the screen has told.
    let supervisor = supervisor(recorder);
    signal_to(supervisor, "-STOP");
    signal_to(recorder, "-KILL");
    let said = |word: &str| fs::read(&shown).is_ok_and(|text| String::from_utf8_lossy(&text).contains(word));
    until("the alarm", || said("BERHENTI").then_some(()));
    signal_to(supervisor, "-CONT");
    let other = until("another recorder", || status(&folder).filter(|_| recorder_pid(&folder) != recorder));
    recorded(&folder, other.received + 8_000);
    assert_eq!(run(&["rekam", "--stop", "-o", text(&folder)]).status.code(), Some(3));
    terminal.0.wait().expect("the screen ends");
    went_on(&folder, &file);
}
