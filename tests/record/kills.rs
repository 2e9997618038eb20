//! SIGKILL at moments that nobody chose, as often as it is asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use e_risalah::recording::{folder_of, recover, verify};

use crate::room::{
    Random, Running, closed, excerpt, is_true, recorded, recorder, recorder_pid, risalah, run, samples, signal_to,
    status, text, tone, transcribed, until,
};

/// A killed recorder loses nothing that it said was on the disk.
pub fn recorder_loses_nothing(rounds: u64) {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 300, 2);
    let original = samples(&file);
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for round in 0..rounds {
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

/// A recogniser that is killed again and again misses nothing and says nothing twice.
pub fn recogniser_misses_nothing(lives: u64) {
    let place = tempfile::tempdir().expect("a folder");
    let (file, folder) = (excerpt(place.path()), place.path().join("rapat"));
    let mut recorder = Running::start(&mut recorder(place.path(), &folder, None, &file, 0.5));
    recorded(&folder, 1);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..lives {
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

/// A screen that is killed again and again costs the recording nothing.
pub fn screen_costs_nothing(lives: u64) {
    let place = tempfile::tempdir().expect("a folder");
    // As long as it takes, however slow the machine is: the recording goes on until it is stopped.
    let (file, folder) = (followed_by_silence(&excerpt(place.path()), 600), place.path().join("rapat"));
    let mut recorder = Running::start(&mut recorder(place.path(), &folder, None, &file, 1.0));
    recorded(&folder, 1);
    let pid = recorder_pid(&folder);
    let program = format!("{} rekam --attach -o {}", env!("CARGO_BIN_EXE_risalah"), text(&folder));
    let mut random = Random(0xD1B5_4A32_D192_ED03);
    for life in 0..lives {
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
    // All that is said in it.
    recorded(&folder, 16_000 * 34);
    assert!(run(&["rekam", "--stop", "-o", text(&folder)]).status.success());
    assert!(recorder.0.wait().expect("the recorder ends").success());
    assert!(samples(&file).starts_with(&samples(&folder)), "the recording was touched");
    // The recogniser of the first screen outlived it; when it is done, another finds nothing left to
    // do.
    until("the recogniser's end", || {
        process(&format!("{} transcribe {}", env!("CARGO_BIN_EXE_risalah"), text(&folder))).is_none().then_some(())
    });
    let (live, batch) = (transcribed(&folder, &folder), transcribed(&folder, &place.path().join("sesudahnya")));
    assert!(live.len() > 2, "{live:?}");
    assert_eq!(live, batch);
}

/// A recorder that is killed again and again, and started again by who looks after it, goes on in
/// one folder: what was missed is counted, and everything else is as it was played.
pub fn recording_goes_on(rounds: u64) {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 900, 1);
    let folder = place.path().join("rapat");
    let mut desk = Running::start(&mut risalah(&["rekam", "--source", text(&file), "-o", text(&folder), "-q"]));
    let mut random = Random(0x1234_5678_9ABC_DEF1);
    recorded(&folder, 1);
    for _ in 0..rounds {
        thread::sleep(Duration::from_millis(random.below(1_500)));
        let killed = recorder_pid(&folder);
        signal_to(killed, "-KILL");
        until("another recorder", || status(&folder).filter(|_| recorder_pid(&folder) != killed));
    }
    assert_eq!(run(&["rekam", "--stop", "-o", text(&folder)]).status.code(), Some(3));
    assert_eq!(desk.0.wait().expect("the desk ends").code(), Some(3));
    let growth = closed(&folder);
    let lost: u64 = growth.gaps().iter().map(|gap| gap.len()).sum();
    eprintln!("{rounds} kills: {} of {} s lost", lost / 8_000, growth.length().expect("closed") / 8_000);
    assert_eq!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings, []);
    is_true(&folder, &file);
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
pub fn process(command: &str) -> Option<u32> {
    let found = Command::new("pgrep").args(["-f", &format!("^{command}")]).output().expect("pgrep runs");
    String::from_utf8_lossy(&found.stdout).lines().next().and_then(|line| line.parse().ok())
}
