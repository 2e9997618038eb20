//! What takes minutes, and root for the disks: `make soak`.

#[path = "../record/kills.rs"]
mod kills;
#[path = "../record/room.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod room;

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use e_risalah::recording::{Cause, Fact, folder_of, verify};
use room::{Disk, Running, Volume, closed, is_true, recorded, recorder, risalah, run, samples, stderr, text, tone};

/// How often something is killed.
const ROUNDS: u64 = 100;
/// Longer than memory holds sound.
const STALLED: Duration = Duration::from_secs(42);

#[test]
#[ignore = "takes minutes: make soak"]
fn a_hundred_recorders_are_killed_and_recovered() {
    kills::recorder_loses_nothing(ROUNDS);
}

#[test]
#[ignore = "takes minutes: make soak"]
fn a_hundred_recorders_are_killed_in_one_recording() {
    kills::recording_goes_on(ROUNDS);
}

#[test]
#[ignore = "takes minutes: make soak"]
fn a_hundred_recognisers_are_killed() {
    kills::recogniser_misses_nothing(ROUNDS);
}

#[test]
#[ignore = "takes minutes: make soak"]
fn a_hundred_screens_are_killed() {
    kills::screen_costs_nothing(ROUNDS);
}

#[test]
#[ignore = "takes minutes, and root: make soak"]
fn a_file_system_that_is_frozen_three_times_for_fifteen_seconds_costs_nothing() {
    let disk = Volume::mount();
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 200, 1);
    let folder = disk.path.join("rapat");
    let mut recorder = Running::start(&mut recorder(place.path(), &folder, None, &file, 1.0));
    let mut now = recorded(&folder, 8_000);
    for _ in 0..3 {
        let stall = Stall::of(&disk);
        thread::sleep(Duration::from_secs(15));
        let during = room::status(&folder).expect("it answers while nothing can be written");
        assert!(during.received >= now.received + 12 * 8_000, "the sound came in");
        drop(stall);
        now = recorded(&folder, during.received + 8_000);
        assert_eq!(now.lost, 0);
    }
    recorder.signal("-TERM");
    assert_eq!(recorder.0.wait().expect("it ends").code(), Some(0));
    assert_eq!(closed(&folder).gaps(), []);
    is_true(&folder, &file);
}

#[test]
#[ignore = "takes minutes, and root: make soak"]
fn a_disk_that_stalls_costs_what_memory_cannot_hold_and_nothing_after_it() {
    let disk = Volume::mount();
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 120, 1);
    let folder = disk.path.join("rapat");
    let mut recorder = Running::start(&mut recorder(place.path(), &folder, None, &file, 1.0));
    let before = recorded(&folder, 8_000).position;
    let stall = Stall::of(&disk);
    thread::sleep(STALLED);
    drop(stall);
    let after = recorded(&folder, before + 8_000 * STALLED.as_secs() + 16_000);
    assert!(after.lost > 0 && after.lost < 8_000 * (STALLED.as_secs() - 28), "{} samples lost", after.lost);
    recorder.signal("-TERM");
    assert_eq!(recorder.0.wait().expect("it ends").code(), Some(3), "what was lost is said");
    let growth = closed(&folder);
    let cause = |fact: &Fact| if let Fact::Gap { cause, .. } = fact { Some(*cause) } else { None };
    let causes: Vec<Cause> = growth.ledger().facts.iter().filter_map(cause).collect();
    assert!(!causes.is_empty() && causes.iter().all(|cause| *cause == Cause::Disk), "{causes:?}");
    is_true(&folder, &file);
    assert_eq!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings, []);
}

/// A file system to which nothing can be written, until this is dropped: before everything that
/// waits for it.
struct Stall<'a>(&'a Volume);

impl<'a> Stall<'a> {
    fn of(volume: &'a Volume) -> Self {
        freeze(volume, "--freeze");
        Self(volume)
    }
}

impl Drop for Stall<'_> {
    fn drop(&mut self) {
        freeze(self.0, "--unfreeze");
    }
}

fn freeze(volume: &Volume, how: &str) {
    assert!(Command::new("fsfreeze").arg(how).arg(&volume.path).status().is_ok_and(|status| status.success()), "{how}");
}

/// A recording whose first disk is full after `kibibytes`.
fn goes_on(place: &Path, kibibytes: u32) {
    let disk = Disk::mount(kibibytes);
    let file = tone(place, 60, 1);
    let (folder, second) = (disk.path.join("rapat"), place.join(format!("kedua-{kibibytes}")));
    let args =
        ["rekam", "--source", text(&file), "--speed", "20", "-o", text(&folder), "--mirror", text(&second), "-q"];
    let output = run(&args);
    assert_eq!(output.status.code(), Some(3), "{kibibytes}: {}", stderr(&output));
    assert_eq!(samples(&second), samples(&file), "{kibibytes}");
    assert_eq!(verify(&folder_of(&second), &mut |_, _| {}).expect("examined").findings, [], "{kibibytes}");
}

#[test]
#[ignore = "takes minutes, and root: make soak"]
fn wherever_a_disk_is_full_the_recording_goes_on_in_the_second_folder() {
    let place = tempfile::tempdir().expect("a folder");
    for kibibytes in (180..1_400).step_by(200) {
        goes_on(place.path(), kibibytes);
    }
    // Nothing of it is left running.
    assert!(risalah(&["rekam", "--status", "-o", text(place.path())]).status().is_ok_and(|status| !status.success()));
}
