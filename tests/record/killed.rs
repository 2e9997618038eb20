//! SIGKILL at moments that nobody chose; more of them with `make soak`.

use std::process::Stdio;

use crate::kills::{self, process};
use crate::room::{
    Running, closed, excerpt, recorded, recorder_pid, risalah, run, signal_to, stderr, text, transcribed, twins, until,
};

/// How often.
const ROUNDS: u64 = 10;

#[test]
fn a_killed_recorder_loses_nothing_that_it_said_was_on_the_disk() {
    kills::recorder_loses_nothing(ROUNDS);
}

#[test]
fn a_recogniser_killed_again_and_again_misses_nothing_and_says_nothing_twice() {
    kills::recogniser_misses_nothing(ROUNDS);
}

#[test]
fn a_screen_killed_again_and_again_costs_the_recording_nothing() {
    kills::screen_costs_nothing(ROUNDS);
}

#[test]
fn a_recording_whose_recorder_is_killed_again_and_again_goes_on() {
    kills::recording_goes_on(ROUNDS);
}

#[test]
fn a_wait_that_is_interrupted_leaves_no_recogniser_behind_and_its_hint_works() {
    let place = tempfile::tempdir().expect("a folder");
    let file = twins(place.path());
    let folder = place.path().join("rapat");
    let mut desk = risalah(&["rekam", "--source", text(&file), "--speed", "100", "-o", text(&folder)]);
    let mut desk = desk.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started");
    let program = format!("{} transcribe {}", env!("CARGO_BIN_EXE_risalah"), text(&folder));
    until("a recogniser", || process(&program));
    closed(&folder);
    // The screen is closed by now, or closes in a moment; what is left is waited for.
    signal_to(desk.id(), "-INT");
    until("the desk's end", || desk.try_wait().expect("asked"));
    assert_eq!(process(&program), None, "a recogniser is left");
    let again = run(&["transkrip", text(&folder), "-o", text(&folder), "-q"]);
    assert!(matches!(again.status.code(), Some(0 | 3)), "{}", stderr(&again));
    assert!(folder.join("risalah-sementara.pdf").is_file());
}

#[test]
fn a_killed_recogniser_is_started_again_and_misses_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let file = excerpt(place.path());
    let folder = place.path().join("rapat");
    let mut desk =
        Running::start(&mut risalah(&["rekam", "--source", text(&file), "--speed", "2", "-o", text(&folder)]));
    let program = format!("{} transcribe {}", env!("CARGO_BIN_EXE_risalah"), text(&folder));
    let recogniser = until("a recogniser", || process(&program));
    let recorder = recorder_pid(&folder);
    recorded(&folder, 16_000 * 12);
    signal_to(recogniser, "-KILL");
    assert_eq!(recorder_pid(&folder), recorder, "the recording went on");
    assert!(desk.0.wait().expect("the desk ends").success());
    let (live, batch) = (transcribed(&folder, &folder), transcribed(&file, &place.path().join("sesudahnya")));
    assert!(live.len() > 2, "{live:?}");
    assert_eq!(live, batch);
}
