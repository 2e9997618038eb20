//! The printed documents beside the record, exports for others, and templates of an office.
//!
//! Needs poppler (Debian: poppler-utils) and `LibreOffice` Writer (libreoffice-writer-nogui).

#[path = "../outside/mod.rs"]
mod outside;
#[path = "../sample/mod.rs"]
mod sample;

mod exports;
mod schemas;
mod templates;

use std::path::{Path, PathBuf};

use e_risalah::meeting::Meeting;

use outside::run;

fn secretariat() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sekretariat")
}

fn plenary() -> Meeting {
    Meeting::read(&secretariat().join("paripurna-8/rapat.toml")).expect("the shipped secretariat")
}
