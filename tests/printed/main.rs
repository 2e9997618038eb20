//! The printed documents beside the record, exports for others, and templates of an office.
//!
//! Needs poppler (Debian: poppler-utils) and `LibreOffice` Writer (libreoffice-writer-nogui).

#[path = "../sample/mod.rs"]
mod sample;

mod exports;
mod templates;

use std::path::{Path, PathBuf};
use std::process::Command;

use e_risalah::meeting::Meeting;

/// Runs a program of poppler or `LibreOffice` in a folder.
fn run(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be run ({error}): scripts/setup.sh test"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn secretariat() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sekretariat")
}

fn plenary() -> Meeting {
    Meeting::read(&secretariat().join("paripurna-8/rapat.toml")).expect("the shipped secretariat")
}
