//! Disks that end while a recording runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use e_risalah::recording::{End, Fact, Growth, folder_of, verify};

use crate::room::{Disk, risalah, run, samples, stderr, text, tone};

/// Sixty seconds of one channel are 1.4 MB as they are recorded.
const SECONDS: u32 = 60;

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_full_disk_closes_the_recording_and_says_so() {
    let disk = Disk::mount(900);
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), SECONDS, 1);
    let folder = disk.path.join("rapat");
    let output = run(&["rekam", "--source", text(&file), "--speed", "20", "-o", text(&folder), "--quiet"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("tidak dapat menampung lagi"), "{}", stderr(&output));
    let growth = Growth::open(&folder_of(&folder)).expect("read").expect("a ledger");
    assert_eq!(growth.ledger().end(), Some(End::Disk));
    let length = growth.length().expect("closed") as usize;
    assert!(length > 8_000 * 10, "{length}");
    assert_eq!(samples(&folder), samples(&file)[..length]);
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn without_room_nothing_is_begun() {
    let disk = Disk::mount(32);
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 1, 1);
    let begin = || {
        let output = run(&["rekam", "--source", text(&file), "-o", text(&disk.path.join("rapat")), "--quiet"]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("penuh"), "{}", stderr(&output));
    };
    begin();
    // And without a single byte.
    let full = fs::write(disk.path.join("penuh"), vec![1; 64 << 10]);
    assert!(full.is_err(), "there was room");
    begin();
}

#[test]
fn without_the_right_to_write_nothing_is_begun() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 1, 1);
    let locked = place.path().join("terkunci");
    fs::create_dir(&locked).expect("made");
    for (path, mode) in [(place.path(), 0o755), (&*locked, 0o555)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    }
    let folder = locked.join("rapat");
    let begin = ["rekam", "--source", text(&file), "-o", text(&folder), "--quiet"];
    // An administrator may write everywhere, so he becomes nobody.
    let is_root = fs::write(locked.join("uji"), b"").is_ok();
    let mut command = if is_root { Command::new("setpriv") } else { risalah(&begin) };
    if is_root {
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
        command.arg(env!("CARGO_BIN_EXE_risalah")).args(begin).env("RISALAH_LANG", "id");
    }
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("terkunci") && stderr(&output).contains("petunjuk: "), "{}", stderr(&output));
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn with_a_second_folder_the_recording_goes_on() {
    let disk = Disk::mount(900);
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), SECONDS, 1);
    let (folder, second) = (disk.path.join("rapat"), place.path().join("kedua"));
    let args =
        ["rekam", "--source", text(&file), "--speed", "20", "-o", text(&folder), "--mirror", text(&second), "--quiet"];
    let output = run(&args);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(!stderr(&output).contains("BERHENTI"), "{}", stderr(&output));
    assert!(stderr(&output).contains(&format!("transkrip {}", text(&second))), "{}", stderr(&output));
    let growth = Growth::open(&folder_of(&folder)).expect("read").expect("a ledger");
    assert_eq!((growth.length(), growth.ledger().end()), (Some(u64::from(SECONDS * 8_000)), Some(End::SourceEnded)));
    assert_eq!(growth.folder(), folder_of(&second));
    // The second folder holds all of it.
    assert_eq!(samples(&second), samples(&file));
    assert_eq!(verify(&folder_of(&second), &mut |_, _| {}).expect("examined").findings, []);
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_second_folder_that_fails_does_not_harm_the_recording() {
    let disk = Disk::mount(300);
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), SECONDS, 1);
    let (folder, second) = (place.path().join("rapat"), disk.path.join("kedua"));
    let args =
        ["rekam", "--source", text(&file), "--speed", "10", "-o", text(&folder), "--mirror", text(&second), "--quiet"];
    let output = run(&args);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert_eq!(samples(&folder), samples(&file));
    let growth = Growth::open(&folder_of(&folder)).expect("read").expect("a ledger");
    assert!(growth.ledger().facts.iter().any(|fact| matches!(fact, Fact::MirrorFailed { .. })));
}

#[test]
fn a_second_folder_holds_a_true_copy() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 130, 1);
    let (folder, second) = (place.path().join("rapat"), place.path().join("kedua"));
    let args =
        ["rekam", "--source", text(&file), "--speed", "40", "-o", text(&folder), "--mirror", text(&second), "--quiet"];
    let output = run(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    for entry in folder_of(&second).read_dir().expect("a copy") {
        let name = entry.expect("an entry").file_name();
        let same = fs::read(folder_of(&folder).join(&name)).expect("there")
            == fs::read(folder_of(&second).join(&name)).expect("there");
        assert!(same, "{name:?} differs");
    }
    assert_eq!(verify(&folder_of(&second), &mut |_, _| {}).expect("examined").findings, []);
}
