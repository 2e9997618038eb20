//! A meeting's folder that may only be read, as on a disc, and one that is not there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use e_risalah::transcript::edit::{Change, Layer, Place, Source};
use e_risalah::transcript::store::Store;

use super::fixture::{Fixture, NUMBER, SECRETARY, SIGNED, at, stderr, stdout};

/// Runs the program as somebody who may write nowhere but in the folder `own`; an administrator may
/// write everywhere, so he becomes nobody.
fn run(args: &[&str], own: &Path) -> Output {
    let is_root = fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", env!("CARGO_BIN_EXE_risalah")]);
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_risalah"))
    };
    command.args(args).env("RISALAH_LANG", "id").env("HOME", own).output().expect("the program runs")
}

fn allow(path: &Path, folder: u32, file: u32) {
    for entry in fs::read_dir(path).expect("a folder") {
        let path = entry.expect("an entry").path();
        let mode = if path.is_dir() { folder } else { file };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
    }
    fs::set_permissions(path, fs::Permissions::from_mode(folder)).expect("set");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

/// A copy of the folder of a fixture in one that may only be read, and one beside it that may be
/// written to.
fn disc(fixture: &Fixture) -> (tempfile::TempDir, std::path::PathBuf, std::path::PathBuf) {
    let place = tempfile::tempdir().expect("a folder");
    let (disc, own) = (place.path().join("cakram"), place.path().join("luar"));
    fs::create_dir(&disc).expect("made");
    fs::create_dir(&own).expect("made");
    for entry in fs::read_dir(fixture.place.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        // What another process keeps in memory is on no disc.
        if path.extension().is_none_or(|ending| ending != "db-shm") {
            fs::copy(&path, disc.join(path.file_name().expect("a name"))).expect("copied");
        }
    }
    allow(&disc, 0o555, 0o444);
    fs::set_permissions(&own, fs::Permissions::from_mode(0o777)).expect("set");
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("set");
    (place, disc, own)
}

fn reads(fixture: &Fixture) {
    let (place, disc, own) = disc(fixture);
    let folder = text(&disc);
    for args in [
        vec!["keadaan", folder],
        vec!["riwayat", folder],
        vec!["beda", folder],
        vec!["cek", folder],
        vec!["ekspor", folder, "-o", text(&own), "--format", "txt"],
    ] {
        let output = run(&args, &own);
        let expected = if args[0] == "cek" { [Some(0), Some(3)] } else { [Some(0); 2] };
        assert!(expected.contains(&output.status.code()), "{args:?}: {}{}", stdout(&output), stderr(&output));
    }
    if disc.join("risalah-resmi.pdf").exists() {
        let verified = run(&["periksa", folder], &own);
        assert!(stdout(&verified).contains("masih utuh"), "{}{}", stdout(&verified), stderr(&verified));
    }
    let words = fs::read_to_string(own.join("transkrip.txt")).expect("written");
    // The correction stands in the log of the store only, as long as the store is open.
    assert!(words.contains("Kita komisi"), "{words}");
    for args in [
        vec!["lanjutkan", folder, "--to", "penyuntingan", "--by", "Sari", "--note", "uji"],
        vec!["didengar", folder, "00:00:02", "--by", "Sari"],
    ] {
        let output = run(&args, &own);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(stderr(&output).contains("hanya boleh dibaca"), "{args:?}: {}", stderr(&output));
    }
    assert!(!disc.join("transkrip.db-shm").exists());
    allow(&disc, 0o755, 0o644);
    drop(place);
}

#[test]
fn a_finished_folder_on_a_disc_is_read() {
    let mut fixture = Fixture::new();
    fixture.correct(0, "Rapat", "Kita");
    let fixture = fixture.verified();
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    let Fixture { place, store, meeting } = fixture;
    drop(store);
    // Its log was brought into the store when that was closed.
    assert!(!place.path().join("transkrip.db-wal").exists());
    let copy = tempfile::tempdir().expect("a folder");
    let other = Store::create(copy.path()).expect("a store");
    reads(&Fixture { place, store: other, meeting });
}

#[test]
fn what_stands_in_the_log_of_a_store_is_read_too() {
    let mut fixture = Fixture::new();
    fixture.correct(0, "Rapat", "Kita");
    let log = fs::metadata(fixture.path("transkrip.db-wal")).expect("the log of an open store");
    assert!(log.len() > 0);
    reads(&fixture.verified());
}

#[test]
fn what_is_written_to_a_copy_in_memory_is_not_kept() {
    let fixture = Fixture::new();
    let transcript = fixture.store.load().expect("a transcript");
    let layer = Layer {
        place: Place::of(transcript.version.number, &transcript.utterances[0]),
        change: Change::Text { at: 0, before: "Rapat".to_owned(), after: "Kita".to_owned() },
        by: "Sari".to_owned(),
        when: at(SIGNED),
        why: None,
        source: Source::Person,
    };
    // Where it may be written to, reading opens the store itself.
    let mut open = Store::open_to_read(fixture.place.path()).expect("opened");
    open.lay(&[layer]).expect("laid");
    assert_eq!(fixture.store.edits().expect("edits").len(), 1);
}

#[test]
fn a_folder_that_is_not_there_is_said_not_to_be() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("paripurna-77");
    for args in [
        vec!["status"],
        vec!["history"],
        vec!["diff"],
        vec!["verify"],
        vec!["export"],
        vec!["print"],
        vec!["recover"],
        vec!["archive"],
        vec!["check"],
        vec!["advance", "--to", "sementara", "--by", "Sari"],
        vec!["heard", "00:00:01", "--by", "Sari"],
        vec!["finalize", "--signed-by", "Sari"],
    ] {
        let mut all = vec![args[0], text(&folder)];
        all.extend(&args[1..]);
        let output = run(&all, place.path());
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        let said = stderr(&output);
        assert!(said.contains("paripurna-77 tidak ada") && said.contains("petunjuk: "), "{args:?}: {said}");
    }
    assert!(!folder.exists());
}

#[test]
fn a_lock_that_belongs_to_another_is_told_as_one() {
    let place = tempfile::tempdir().expect("a folder");
    let (folder, own) = (place.path().join("hasil"), place.path().join("luar"));
    fs::create_dir(&folder).expect("made");
    fs::create_dir(&own).expect("made");
    let lock = folder.join(".pengikut");
    fs::write(&lock, "").expect("written");
    fs::set_permissions(&lock, fs::Permissions::from_mode(0o444)).expect("set");
    for folder in [&folder, &own] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).expect("set");
    }
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).expect("set");
    let sound = own.join("rapat.ogg");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tones.ogg"), &sound).expect("copied");
    fs::set_permissions(&sound, fs::Permissions::from_mode(0o644)).expect("set");
    let output = run(&["transkrip", text(&sound), "-o", text(&folder)], &own);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let said = stderr(&output);
    assert!(said.contains(".pengikut milik pengguna lain") && said.contains("chown"), "{said}");
}
