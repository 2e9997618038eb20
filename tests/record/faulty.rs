//! Disks that stall, break or are taken away while a recording runs.

use std::path::Path;
use std::process::Command;

use e_risalah::recording::{End, Fact, folder_of, verify};

use crate::room::{Disk, Running, Volume, closed, is_true, recorded, recorder, samples, status, tone, until};

fn end(recorder: &mut Running) -> Option<i32> {
    recorder.signal("-TERM");
    recorder.0.wait().expect("it ends").code()
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_disk_that_breaks_ends_the_recording_and_keeps_what_is_on_it() {
    let disk = Volume::mount();
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let folder = disk.path.join("rapat");
    let mut recorder = Running::start(&mut recorder(place.path(), &folder, None, &file, 2.0));
    let known = recorded(&folder, 24_000).position;
    disk.fail();
    assert_eq!(recorder.0.wait().expect("it ends").code(), Some(3));
    let found = samples(&folder);
    assert!(found.len() as u64 >= known, "{} of {known}", found.len());
    assert_eq!(found, samples(&file)[..found.len()]);
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn when_a_disk_breaks_the_recording_goes_on_in_the_second_folder() {
    let disk = Volume::mount();
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 30, 1);
    let (folder, second) = (disk.path.join("rapat"), place.path().join("kedua"));
    let mut recorder = Running::start(&mut recorder(place.path(), &folder, Some(&second), &file, 2.0));
    recorded(&folder, 24_000);
    disk.fail();
    recorder.0.wait().expect("it ends");
    let growth = closed(&second);
    assert_eq!((growth.length(), growth.ledger().end()), (Some(30 * 8_000), Some(End::SourceEnded)));
    assert!(growth.ledger().facts.iter().any(|fact| matches!(fact, Fact::Moved { .. })));
    assert_eq!(samples(&second), samples(&file));
    assert_eq!(verify(&folder_of(&second), &mut |_, _| {}).expect("examined").findings, []);
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn when_a_network_folder_is_taken_away_the_recording_goes_on_in_the_second() {
    let share = Disk::mount(4_000);
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let (folder, second) = (share.path.join("rapat"), place.path().join("kedua"));
    let mut recorder = Running::start(&mut recorder(place.path(), &folder, Some(&second), &file, 1.0));
    recorded(&folder, 24_000);
    // As when a server or a cable is gone for good: what is open stays open, and nothing has a name any
    // more.
    assert!(Command::new("umount").arg("-l").arg(&share.path).status().expect("umount").success());
    let moved = until("the second folder is in use", || status(&second));
    assert_eq!(moved.folder, folder_of(&second));
    recorded(&second, moved.position + 16_000);
    let code = end(&mut recorder);
    let growth = closed(&second);
    let lost: u64 = growth.gaps().iter().map(|gap| gap.len()).sum();
    // What was written after the share was gone and before it was missed, and was not copied.
    assert!(lost < 6 * 8_000, "{lost} samples lost");
    assert_eq!(code, Some(if lost > 0 { 3 } else { 0 }));
    is_true(&second, &file);
    assert_eq!(verify(&folder_of(&second), &mut |_, _| {}).expect("examined").findings, []);
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_folder_that_is_taken_away_without_a_second_one_ends_the_recording_and_says_so() {
    let share = Disk::mount(8_000);
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 150, 1);
    let folder = share.path.join("rapat");
    let mut desk = crate::room::risalah(&[
        "rekam",
        "--source",
        file.to_str().expect("a path"),
        "--speed",
        "20",
        "-o",
        folder.to_str().expect("a path"),
        "--quiet",
    ]);
    let desk = desk.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().expect("started");
    recorded(&folder, 24_000);
    assert!(Command::new("umount").arg("-l").arg(&share.path).status().expect("umount").success());
    let output = desk.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("tidak ada lagi"), "{said}");
}

#[test]
fn the_civil_clock_may_be_set_while_it_records() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let (folder, clock) = (place.path().join("rapat"), place.path().join("jam"));
    let library = ["x86_64", "aarch64"]
        .map(|machine| format!("/usr/lib/{machine}-linux-gnu/faketime/libfaketimeMT.so.1"))
        .into_iter()
        .find(|path| Path::new(path).exists())
        .expect("libfaketime (Debian package faketime)");
    std::fs::write(&clock, "+0s").expect("written");
    let mut command = recorder(place.path(), &folder, None, &file, 1.0);
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &clock);
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let mut recorder = Running::start(&mut command);
    let before = recorded(&folder, 8_000).position;
    std::fs::write(&clock, "+3600s").expect("written");
    recorded(&folder, before + 16_000);
    assert_eq!(end(&mut recorder), Some(0));
    let growth = closed(&folder);
    // The timeline did not move: as many samples as before, and no gap.
    assert_eq!(growth.gaps(), []);
    let found = samples(&folder);
    assert_eq!(found, samples(&file)[..found.len()]);
    assert_eq!(growth.length(), Some(found.len() as u64));
    assert!(found.len() < 60 * 8_000);
    // The step is entered.
    let stepped: i64 = growth
        .ledger()
        .facts
        .iter()
        .map(|fact| if let Fact::Clock { stepped_ms, .. } = fact { *stepped_ms } else { 0 })
        .sum();
    assert!((3_599_000..=3_601_000).contains(&stepped), "{stepped} ms");
}
