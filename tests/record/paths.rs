//! Folders as people name them: relative, with a slash at the end, through `..` and through links.

use std::fs;
use std::path::Path;
use std::process::Output;

use e_risalah::recording::{Fact, Growth, folder_of};

use crate::room::{Running, closed, recorded, risalah, samples, stderr, text, tone};

/// Runs in a folder, as a terminal does.
fn run_in(place: &Path, args: &[&str]) -> Output {
    risalah(args).current_dir(place).output().expect("the program runs")
}

#[test]
fn a_rehearsal_into_a_folder_however_it_is_named_ends_without_an_alarm() {
    let place = tempfile::tempdir().expect("a folder");
    tone(place.path(), 3, 1);
    fs::create_dir_all(place.path().join("dalam/lagi")).expect("made");
    fs::create_dir(place.path().join("asli")).expect("made");
    std::os::unix::fs::symlink("asli", place.path().join("tautan")).expect("linked");
    for folder in
        ["gladi/", "gladi-2", "./gladi-3/", "dalam/../gladi-4", "dalam/lagi/../../gladi-5/", "tautan/", "tautan/dalam"]
    {
        let output = run_in(place.path(), &["rekam", "--source", "nada.wav", "--speed", "4", "-o", folder, "-q"]);
        assert_eq!(output.status.code(), Some(0), "{folder}: {}", stderr(&output));
        assert_eq!(samples(&place.path().join(folder)), samples(&place.path().join("nada.wav")), "{folder}");
    }
    let output = run_in(
        place.path(),
        &["rekam", "--source", "nada.wav", "--speed", "4", "-o", "g/", "--mirror", "dalam/../cermin/", "-q"],
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(samples(&place.path().join("cermin")), samples(&place.path().join("nada.wav")));
}

#[test]
fn a_running_recording_is_steered_however_its_folder_is_named() {
    let place = tempfile::tempdir().expect("a folder");
    tone(place.path(), 60, 1);
    fs::create_dir(place.path().join("dalam")).expect("made");
    std::os::unix::fs::symlink("gladi", place.path().join("tautan")).expect("linked");
    let mut desk =
        Running::start(risalah(&["rekam", "--source", "nada.wav", "-o", "gladi/", "-q"]).current_dir(place.path()));
    recorded(&place.path().join("gladi"), 4_000);
    for folder in ["gladi", "./gladi/", "dalam/../gladi/", "tautan", "gladi/rekaman", text(&place.path().join("gladi"))]
    {
        let output = run_in(place.path(), &["rekam", "--status", "-o", folder]);
        assert_eq!(output.status.code(), Some(0), "{folder}: {}", stderr(&output));
        let output = run_in(place.path(), &["rekam", "--event", "palu:1", "-o", folder]);
        assert_eq!(output.status.code(), Some(0), "{folder}: {}", stderr(&output));
    }
    let mut attached = Running::start(risalah(&["rekam", "--attach", "-o", "tautan/", "-q"]).current_dir(place.path()));
    let output = run_in(place.path(), &["rekam", "--stop", "-o", "dalam/../gladi/"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(desk.0.wait().expect("the desk ends").code(), Some(0));
    assert_eq!(attached.0.wait().expect("the other desk ends").code(), Some(0));
    let growth = closed(&place.path().join("gladi"));
    assert_eq!(growth.ledger().facts.iter().filter(|fact| matches!(fact, Fact::Event { .. })).count(), 6);
    assert!(Growth::open(&folder_of(&place.path().join("tautan"))).expect("read").is_some());
}
