//! A disk that really ends: a small tmpfs, where the system lets a test mount one.

use std::path::{Path, PathBuf};
use std::process::Command;

use e_risalah::recording::{Claim, End, Growth, LEDGER, folder_of, recover, verify};
use e_risalah::seal::{self, MeetingKey};

use crate::make::{begin, bytes, small};
use crate::sealed;

/// A file system of one mebibyte, taken away when it is dropped.
struct Small {
    path: PathBuf,
    _place: tempfile::TempDir,
}

impl Small {
    fn mount() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("kecil");
        std::fs::create_dir(&path).expect("made");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&path).status();
        assert!(mounted.is_ok_and(|status| status.success()), "a small disk is mounted, which only root may");
        Self { path, _place: place }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

/// Appends until the disk takes no more; gives the position.
fn fill(writer: &mut e_risalah::recording::Writer) -> u64 {
    loop {
        let at = writer.position();
        if let Err(error) = writer.append(&bytes(small(), at, 4_000)) {
            assert!(error.is_full(), "{error}");
            return writer.position();
        }
    }
}

fn is_sound(place: &Path) -> bool {
    verify(&folder_of(place), &mut |_, _| {}).expect("examined").findings.is_empty()
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_full_disk_closes_the_recording_with_everything_that_fitted() {
    let disk = Small::mount();
    let mut writer = begin(&disk.path, small());
    let position = fill(&mut writer);
    assert!(position > 200_000, "{position}");
    assert_eq!(writer.finish(End::Disk).expect("the reserve lets it be closed"), position);
    assert!(is_sound(&disk.path));
    assert_eq!(Growth::open(&folder_of(&disk.path)).expect("read").expect("a ledger").length(), Some(position));
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_crash_on_a_full_disk_can_be_recovered() {
    let disk = Small::mount();
    let mut writer = begin(&disk.path, small());
    let position = fill(&mut writer);
    drop(writer);
    assert_eq!(recover(&folder_of(&disk.path)).expect("recovered").frames, position);
    assert!(is_sound(&disk.path));
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn the_recording_goes_on_in_another_folder() {
    let disk = Small::mount();
    let other = tempfile::tempdir().expect("a folder");
    let mut writer = begin(&disk.path, small());
    let position = fill(&mut writer);
    // What the disk has was copied, as the recorder does; what it had not confirmed is written from
    // memory.
    let second = folder_of(other.path());
    std::fs::create_dir_all(&second).expect("made");
    for entry in folder_of(&disk.path).read_dir().expect("a folder").flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "wav") {
            std::fs::copy(entry.path(), second.join(entry.file_name())).expect("copied");
        }
    }
    std::fs::copy(folder_of(&disk.path).join(LEDGER), second.join(LEDGER)).expect("copied");
    let claim = Claim::take_copy(&second, &folder_of(&disk.path)).expect("held");
    assert_eq!(writer.move_to(claim).expect("moved"), 0);
    writer.append(&bytes(small(), position, 9_000)).expect("written");
    let length = writer.finish(End::Asked).expect("closed");
    assert_eq!(length, position + 9_000);
    let growth = Growth::open(&folder_of(&disk.path)).expect("read").expect("a ledger");
    assert_eq!(growth.length(), Some(length), "the first folder leads to the second");
    let input = e_risalah::audio::Input::Recording(folder_of(&disk.path));
    let mut source = e_risalah::audio::Source::open(&input).expect("opened");
    assert_eq!(source.skip(u64::MAX).expect("read"), length);
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_full_disk_closes_a_sealed_recording_with_everything_that_was_taken() {
    let (disk, key) = (Small::mount(), MeetingKey::generate());
    let mut writer = sealed::begin(&disk.path, small(), &key);
    let position = fill(&mut writer);
    assert_eq!(writer.finish(End::Disk).expect("the reserve lets it be closed"), position);
    seal::hold(key);
    assert!(is_sound(&disk.path));
    assert_eq!(Growth::open(&folder_of(&disk.path)).expect("read").expect("a ledger").length(), Some(position));
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_crash_on_a_full_disk_while_sealed_costs_what_filled_no_chunk() {
    let (disk, key) = (Small::mount(), MeetingKey::generate());
    let mut writer = sealed::begin(&disk.path, small(), &key);
    let position = fill(&mut writer);
    drop(writer);
    let recovered = recover(&folder_of(&disk.path)).expect("recovered without a key").frames;
    assert!(recovered <= position && small().bytes(position - recovered) <= 3 * seal::CHUNK, "{recovered}");
    seal::hold(key);
    assert!(is_sound(&disk.path));
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_sealed_recording_goes_on_in_another_folder() {
    let (disk, key, other) = (Small::mount(), MeetingKey::generate(), tempfile::tempdir().expect("a folder"));
    let mut writer = sealed::begin(&disk.path, small(), &key);
    let position = fill(&mut writer);
    let second = folder_of(other.path());
    std::fs::create_dir_all(&second).expect("made");
    for entry in folder_of(&disk.path).read_dir().expect("a folder").flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "age") {
            std::fs::copy(entry.path(), second.join(entry.file_name())).expect("copied");
        }
    }
    std::fs::copy(folder_of(&disk.path).join(LEDGER), second.join(LEDGER)).expect("copied");
    let claim = Claim::take_copy(&second, &folder_of(&disk.path)).expect("held");
    assert_eq!(writer.move_to(claim).expect("moved"), 0);
    writer.append(&bytes(small(), position, 9_000)).expect("written");
    assert_eq!(writer.finish(End::Asked).expect("closed"), position + 9_000);
    seal::hold(key);
    assert!(is_sound(other.path()));
}
