//! SIGKILL at moments that nobody chose.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::Duration;

use e_risalah::recording::{folder_of, recover, verify};

use crate::room::{
    Running, excerpt, recorded, recorder_pid, risalah, run, samples, signal_to, status, stderr, text, tone, until,
};

/// Rounds of the killed recorder.
const ROUNDS: u64 = 100;

#[test]
fn a_killed_recorder_loses_nothing_that_it_said_was_on_the_disk() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 300, 2);
    let original = samples(&file);
    let mut random = 0x2545_F491_4F6C_DD1Du64;
    for round in 0..ROUNDS {
        let folder = place.path().join(format!("rapat-{round}"));
        let order = serde_json::json!({
            "folder": folder_of(&folder), "mirror": null, "device": null, "channels": null,
            "source": file, "speed": 40.0, "names": [],
        });
        let order_file = place.path().join("perintah.json");
        fs::write(&order_file, order.to_string()).expect("written");
        let mut command = risalah(&["recorder"]);
        let mut recorder = Running::start(command.stdin(fs::File::open(&order_file).expect("opened")));
        recorded(&folder, 1);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        thread::sleep(Duration::from_millis(random % 150));
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
    let recogniser = until("a recogniser", || {
        let found =
            Command::new("pgrep").args(["-f", &format!("transcribe {} ", text(&folder))]).output().expect("pgrep runs");
        String::from_utf8_lossy(&found.stdout).lines().next().and_then(|line| line.parse().ok())
    });
    let recorder = recorder_pid(&folder);
    recorded(&folder, 16_000 * 12);
    signal_to(recogniser, "-KILL");
    assert_eq!(recorder_pid(&folder), recorder, "the recording went on");
    assert!(desk.0.wait().expect("the desk ends").success());
    let batch = place.path().join("sesudahnya");
    for (from, to) in [(&folder, &folder), (&file, &batch)] {
        let output = run(&["transkrip", text(from), "-o", text(to), "--format", "txt", "--quiet"]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let words = |folder: &std::path::Path| -> Vec<String> {
        let text = fs::read_to_string(folder.join("transkrip.txt")).expect("text");
        text.lines().filter(|line| line.contains("ch0")).map(str::to_owned).collect()
    };
    assert_eq!(words(&folder), words(&batch));
}
