//! Disks that stall or fail where only the recorder sees it: a shim between it and the system
//! (`stall.c`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use e_risalah::record::recorder::{Mirror, Status};
use e_risalah::recording::{End, Fact, Growth, folder_of, verify};

use crate::room::{Running, closed, is_true, recorded, recorder, run, samples, status, stderr, text, tone, until};

/// Seconds of a stall: longer than the recorder waits for anything.
const STALLED: u64 = 12;

/// The shim, compiled once.
pub fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stall-{}.so", std::process::id()));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/record/stall.c");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
        assert!(cc.status().expect("cc runs (Debian package gcc)").success());
        library
    })
}

/// What stalls, as long as this lives; what fails, once.
struct Rules(PathBuf);

impl Rules {
    fn of(place: &Path) -> Self {
        Self(place.join("aturan"))
    }

    fn set(&self, call: &str, action: &str, path: &Path) {
        let fresh = self.0.with_extension("baru");
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        fs::write(&fresh, format!("{call} {action} {}\n", path.display())).expect("written");
        fs::rename(fresh, &self.0).expect("set");
    }

    fn lift(&self) {
        fs::remove_file(&self.0).expect("lifted");
    }

    fn failed(&self) {
        until("the fault was told", || (!self.0.exists()).then_some(()));
    }

    fn put(&self, mut command: Command) -> Command {
        command.env("LD_PRELOAD", shim()).env("RISALAH_STALL", &self.0);
        command
    }
}

/// Waits until so many samples came in beyond those of a status: it answers, and its device is
/// heard.
fn received(folder: &Path, before: &Status, samples: u64) -> Status {
    until("sound that comes in", || {
        // Asked anew each time, as a screen does: it must answer.
        let now = status(folder).expect("it answers");
        (now.received >= before.received + samples).then_some(now)
    })
}

fn end(recorder: &mut Running) -> Option<i32> {
    recorder.signal("-TERM");
    recorder.0.wait().expect("it ends").code()
}

#[test]
fn a_failed_write_back_moves_the_recording_to_the_second_folder_and_costs_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 20, 1);
    let (folder, second, rules) = (place.path().join("rapat"), place.path().join("kedua"), Rules::of(place.path()));
    let command = rules.put(recorder(place.path(), &folder, Some(&second), &file, 2.0));
    let mut recorder = Running::start(&mut { command });
    recorded(&folder, 16_000);
    rules.set("fsync", "fail", &folder_of(&folder).join("000001.wav"));
    rules.failed();
    let moved = until("the second folder", || status(&folder).filter(|status| status.moved));
    assert_eq!(moved.folder, folder_of(&second));
    assert_eq!(recorder.0.wait().expect("it ends").code(), Some(0), "nothing was lost");
    let growth = closed(&second);
    assert_eq!((growth.length(), growth.ledger().end()), (Some(20 * 8_000), Some(End::SourceEnded)));
    assert!(growth.ledger().facts.iter().any(|fact| matches!(fact, Fact::Moved { .. })));
    assert_eq!(samples(&second), samples(&file));
    assert_eq!(verify(&folder_of(&second), &mut |_, _| {}).expect("examined").findings, []);
}

#[test]
fn a_failed_write_back_without_a_second_folder_ends_the_recording_and_says_so() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let (folder, rules) = (place.path().join("rapat"), Rules::of(place.path()));
    let mut recorder = Running::start(&mut rules.put(recorder(place.path(), &folder, None, &file, 1.0)));
    recorded(&folder, 16_000);
    rules.set("fsync", "fail", &folder_of(&folder).join("000001.wav"));
    assert_eq!(recorder.0.wait().expect("it ends").code(), Some(3));
    assert_eq!(closed(&folder).ledger().end(), Some(End::Disk));
}

#[test]
fn what_the_disk_has_not_confirmed_is_not_said_to_be_on_it() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let (folder, rules) = (place.path().join("rapat"), Rules::of(place.path()));
    let mut recorder = Running::start(&mut rules.put(recorder(place.path(), &folder, None, &file, 1.0)));
    recorded(&folder, 8_000);
    rules.set("fsync", "stall", &folder_of(&folder));
    let before = received(&folder, &status(&folder).expect("it answers"), 12_000);
    let after = received(&folder, &before, STALLED * 8_000);
    assert_eq!(after.position, before.position, "the disk confirmed nothing");
    let slow = run(&["rekam", "--status", "-o", text(&folder)]);
    assert_eq!(slow.status.code(), Some(3), "{}", stderr(&slow));
    assert!(stderr(&slow).contains("Disk lambat"), "{}", stderr(&slow));
    rules.lift();
    recorded(&folder, after.received);
    assert_eq!(end(&mut recorder), Some(0), "nothing was lost");
    assert_eq!(closed(&folder).gaps(), []);
    is_true(&folder, &file);
}

/// A stall of one call in one folder, while the recorder records to another and answers.
fn a_stall_costs_nothing(call: &str, in_second: bool) {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let (folder, second, rules) = (place.path().join("rapat"), place.path().join("kedua"), Rules::of(place.path()));
    let command = recorder(place.path(), &folder, Some(&second), &file, 1.0);
    let mut recorder = Running::start(&mut rules.put(command));
    let before = recorded(&folder, 8_000);
    rules.set(call, "stall", &folder_of(if in_second { &second } else { &folder }));
    let after = received(&folder, &before, STALLED * 8_000);
    rules.lift();
    recorded(&folder, after.received);
    assert_eq!(end(&mut recorder), Some(0), "nothing was lost");
    assert_eq!(closed(&folder).gaps(), []);
    is_true(&folder, &file);
    assert_eq!(samples(&second), samples(&folder));
}

#[test]
fn a_first_disk_that_takes_nothing_for_a_while_costs_nothing() {
    a_stall_costs_nothing("write", false);
}

#[test]
fn a_second_disk_that_takes_nothing_for_a_while_costs_nothing() {
    a_stall_costs_nothing("write", true);
}

#[test]
fn a_slow_stick_as_second_folder_costs_nothing() {
    a_stall_costs_nothing("fsync", true);
}

#[test]
fn a_folder_that_is_looked_at_for_a_while_costs_nothing() {
    a_stall_costs_nothing("look", false);
}

#[test]
fn a_move_to_a_stick_that_is_slow_at_that_moment_costs_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let (folder, second, rules) = (place.path().join("rapat"), place.path().join("kedua"), Rules::of(place.path()));
    let command = recorder(place.path(), &folder, Some(&second), &file, 1.0);
    let mut recorder = Running::start(&mut rules.put(command));
    recorded(&folder, 8_000);
    let (first, stick) = (folder_of(&folder).canonicalize().expect("there"), folder_of(&second).canonicalize());
    let rule = format!("fsync stall {}\n", stick.expect("there").display());
    fs::write(&rules.0, rule.clone()).expect("set");
    // The first disk is full now as well: what goes there is refused once, which also lifts the rule of
    // the stick; it is set again.
    fs::write(&rules.0, format!("{rule}write fail {}\n", first.join("000001.wav").display())).expect("set");
    until("the fault", || (!rules.0.exists()).then_some(()));
    fs::write(&rules.0, rule).expect("set");
    let before = status(&folder).expect("it answers");
    received(&folder, &before, STALLED * 8_000);
    rules.lift();
    let moved = until("the second folder", || status(&folder).filter(|status| status.moved));
    assert_eq!(moved.folder, folder_of(&second));
    recorded(&folder, moved.received + 8_000);
    assert_eq!(end(&mut recorder), Some(0), "nothing was lost");
    let growth = closed(&second);
    assert_eq!(growth.gaps(), []);
    is_true(&second, &file);
}

#[test]
fn a_second_folder_that_fails_at_the_end_is_told() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let (folder, second, rules) = (place.path().join("rapat"), place.path().join("kedua"), Rules::of(place.path()));
    let command = recorder(place.path(), &folder, Some(&second), &file, 1.0);
    let mut recorder = Running::start(&mut rules.put(command));
    recorded(&folder, 8_000);
    rules.set("write", "fail", &folder_of(&second));
    let failed =
        until("the copy gave up", || status(&folder).filter(|status| matches!(status.mirror, Mirror::Failed(_))));
    let told = run(&["rekam", "--status", "-o", text(&folder)]);
    assert_eq!(told.status.code(), Some(3), "{}", stderr(&told));
    assert!(stderr(&told).contains("Salinan di folder kedua gagal"), "{}", stderr(&told));
    recorded(&folder, failed.received + 8_000);
    assert_eq!(end(&mut recorder), Some(3), "a copy that is not whole is told");
    let growth = Growth::open(&folder_of(&folder)).expect("read").expect("a ledger");
    assert!(growth.ledger().facts.iter().any(|fact| matches!(fact, Fact::MirrorFailed { .. })));
    is_true(&folder, &file);
}
