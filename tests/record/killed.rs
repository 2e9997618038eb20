//! SIGKILL at moments that nobody chose.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use e_risalah::recording::{folder_of, recover, verify};

use crate::room::{
    Random, Running, excerpt, recorded, recorder, recorder_pid, risalah, run, samples, signal_to, status, text, tone,
    transcribed, until,
};

/// Rounds of the killed recorder.
const ROUNDS: u64 = 100;

#[test]
fn a_killed_recorder_loses_nothing_that_it_said_was_on_the_disk() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 300, 2);
    let original = samples(&file);
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for round in 0..ROUNDS {
        let folder = place.path().join(format!("rapat-{round}"));
        let mut recorder = Running::start(&mut recorder(place.path(), &folder, None, &file, 40.0));
        recorded(&folder, 1);
        thread::sleep(Duration::from_millis(random.below(150)));
        let known = status(&folder).map_or(1, |status| status.position);
        recorder.signal("-KILL");
        recorder.0.wait().expect("gone");
        let recovered = recover(&folder_of(&folder)).expect("recovered");
        assert!(recovered.frames >= known, "round {round}: {} of {known}", recovered.frames);
        let verdict = verify(&folder_of(&folder), &mut |_, _| {}).expect("examined");
        assert_eq!(verdict.findings, [], "round {round}");
        assert_eq!(samples(&folder), original[..2 * recovered.frames as usize], "round {round}");
        fs::remove_dir_all(&folder).expect("removed");
    }
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

/// Lives of the recogniser in one recording, and of the screen in another.
const LIVES: u64 = 100;

#[test]
fn a_recogniser_killed_again_and_again_misses_nothing_and_says_nothing_twice() {
    let place = tempfile::tempdir().expect("a folder");
    let (file, folder) = (excerpt(place.path()), place.path().join("rapat"));
    let mut recorder = Running::start(&mut recorder(place.path(), &folder, None, &file, 0.5));
    recorded(&folder, 1);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..LIVES {
        let mut life = Running::start(&mut risalah(&["transkrip", text(&folder), "-o", text(&folder), "--follow"]));
        thread::sleep(Duration::from_millis(random.below(1_200)));
        life.signal("-KILL");
        life.0.wait().expect("gone");
    }
    assert!(recorder.0.wait().expect("the recorder ends").success());
    assert_eq!(samples(&folder), samples(&file), "the recording was touched");
    let (live, batch) = (transcribed(&folder, &folder), transcribed(&file, &place.path().join("sesudahnya")));
    assert!(live.len() > 2, "{live:?}");
    assert_eq!(live, batch);
}

#[test]
fn a_screen_killed_again_and_again_costs_the_recording_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    // As long as it takes, however slow the machine is: the recording goes on until it is stopped.
    let (file, folder) = (followed_by_silence(&excerpt(place.path()), 600), place.path().join("rapat"));
    let mut recorder = Running::start(&mut recorder(place.path(), &folder, None, &file, 1.0));
    recorded(&folder, 1);
    let pid = recorder_pid(&folder);
    let program = format!("{} rekam --attach -o {}", env!("CARGO_BIN_EXE_risalah"), text(&folder));
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    for life in 0..LIVES {
        // `script` gives it a terminal, and keeps what the screen shows there.
        let shown = place.path().join(format!("layar-{life}"));
        let mut terminal = Command::new("script");
        terminal.args(["-q", "-f", "-c", &format!("stty rows 30 cols 100 && exec {program}"), text(&shown)]);
        terminal
            .env("TERM", "xterm")
            .env("RISALAH_LANG", "id")
            .env("RISALAH_MODELS", "/tidak/ada")
            .stdin(Stdio::piped());
        let mut terminal = Running::start(&mut terminal);
        let screen = until("a screen", || process(&program));
        if life % 5 == 0 {
            until("something on it", || fs::read(&shown).ok().filter(|text| text.len() > 2_000));
        }
        thread::sleep(Duration::from_millis(random.below(300)));
        signal_to(screen, "-KILL");
        terminal.0.wait().expect("gone");
        assert_eq!(recorder_pid(&folder), pid);
    }
    assert!(run(&["rekam", "--stop", "-o", text(&folder)]).status.success());
    assert!(recorder.0.wait().expect("the recorder ends").success());
    assert!(samples(&file).starts_with(&samples(&folder)), "the recording was touched");
    // The recogniser of the first screen outlived it; when it is done, another finds nothing left to do.
    until("the recogniser's end", || {
        process(&format!("{} transcribe {}", env!("CARGO_BIN_EXE_risalah"), text(&folder))).is_none().then_some(())
    });
    let (live, batch) = (transcribed(&folder, &folder), transcribed(&folder, &place.path().join("sesudahnya")));
    assert!(live.len() > 2, "{live:?}");
    assert_eq!(live, batch);
}

/// The same sound with seconds of silence behind it.
fn followed_by_silence(file: &Path, seconds: usize) -> PathBuf {
    let mut reader = hound::WavReader::open(file).expect("opened");
    let spec = reader.spec();
    let path = file.with_file_name("petikan-panjang.wav");
    let mut writer = hound::WavWriter::create(&path, spec).expect("created");
    reader.samples::<i16>().for_each(|sample| writer.write_sample(sample.expect("read")).expect("written"));
    let silent = seconds * spec.sample_rate as usize * usize::from(spec.channels);
    (0..silent).for_each(|_| writer.write_sample(0_i16).expect("written"));
    writer.finalize().expect("finished");
    path
}

/// A process whose command line begins so.
fn process(command: &str) -> Option<u32> {
    let found = Command::new("pgrep").args(["-f", &format!("^{command}")]).output().expect("pgrep runs");
    String::from_utf8_lossy(&found.stdout).lines().next().and_then(|line| line.parse().ok())
}
