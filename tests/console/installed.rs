//! `serve --install` in a home that has nothing yet.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::server::{Served, command};

fn run(home: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.arg("serve").args(more).env_clear().env("HOME", home).env("RISALAH_LANG", "id");
    command.env("RISALAH_LOG_DIR", home.join("log")).output().expect("the program runs")
}

#[test]
fn the_start_menu_has_the_page_and_can_be_rid_of_it() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("rapat 2027 50%");
    let folder = folder.to_str().expect("text");
    let entry = home.path().join(".local/share/applications/risalah.desktop");
    let unit = home.path().join(".config/systemd/user/risalah.service");
    let mut before = None;
    for _ in 0..2 {
        let done = run(home.path(), &["--install", folder]);
        assert!(done.status.success(), "{done:?}");
        let told = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(told.contains(entry.to_str().expect("text")) && told.contains(unit.to_str().expect("text")), "{told}");
        assert!(String::from_utf8_lossy(&done.stderr).contains("--uninstall"), "{done:?}");
        let texts = [&entry, &unit].map(|path| fs::read_to_string(path).expect("read"));
        assert!(texts[0].contains("rapat 2027 50%%\"") && texts[1].contains("rapat 2027 50%%\""), "{texts:?}");
        assert!(texts[0].contains("Terminal=false\n"), "{}", texts[0]);
        assert!(texts[1].contains("KillMode=process"), "a recording outlives the page");
        assert!(texts[1].contains(" serve --no-open ") && texts[1].contains("StandardOutput=null"), "{}", texts[1]);
        assert!(before.replace(texts.clone()).is_none_or(|before| before == texts), "the same each time");
    }
    assert!(!Path::new(folder).exists(), "nothing but the two files is made");
    assert!(run(home.path(), &["--uninstall"]).status.success());
    assert!(!entry.exists() && !unit.exists());
    assert!(run(home.path(), &["--uninstall"]).status.success());
}

#[test]
fn a_file_of_somebody_else_stays_and_xdg_folders_count() {
    let home = tempfile::tempdir().expect("a folder");
    let data = home.path().join("data");
    let entry = data.join("applications/risalah.desktop");
    fs::create_dir_all(entry.parent().expect("a folder")).expect("made");
    fs::write(&entry, "[Desktop Entry]\n").expect("written");
    let run = |flag: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
        command.args(["serve", flag]).env_clear().env("HOME", home.path()).env("XDG_DATA_HOME", &data);
        command.env("XDG_CONFIG_HOME", home.path().join("config")).env("RISALAH_LOG_DIR", home.path().join("log"));
        command.output().expect("the program runs")
    };
    for flag in ["--install", "--uninstall"] {
        assert_eq!(run(flag).status.code(), Some(1), "{flag}");
        assert_eq!(fs::read_to_string(&entry).expect("read"), "[Desktop Entry]\n");
        assert!(!home.path().join("config/systemd").exists());
    }
    fs::remove_file(&entry).expect("removed");
    assert!(run("--install").status.success());
    assert!(entry.is_file() && home.path().join("config/systemd/user/risalah.service").is_file());
}

#[test]
fn a_second_start_finds_the_page_that_is_open() {
    let root = tempfile::tempdir().expect("a folder");
    let first = Served::new(root.path());
    let again = command(root.path(), &["--port", "1"]).output().expect("the program runs");
    assert!(again.status.success(), "{again:?}");
    assert_eq!(String::from_utf8_lossy(&again.stdout).trim(), first.address());
    assert_eq!(first.get("/api/v1/meetings").status, 200);
    // Another folder has a page of its own.
    let elsewhere = tempfile::tempdir().expect("a folder");
    assert_ne!(Served::new(elsewhere.path()).host, first.host);
    // What a loss of power leaves is in nobody's way.
    let before = first.address();
    first.kill();
    let next = Served::new(root.path());
    assert_eq!(next.address(), before, "open pages go on with it");
    // One that ends as it should takes its secret with it.
    assert_eq!(next.interrupt(), Some(0));
    assert_ne!(Served::new(root.path()).token, before.rsplit('=').next().expect("a secret"));
}
