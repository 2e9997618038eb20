//! From the first transcript to the signed record, and what keeps a record from going there.
//!
//! Needs poppler (Debian: poppler-utils), unzip, flac, and `bagit` in `.venv`.

#[path = "../sample/mod.rs"]
mod sample;

mod closed;
mod disc;
mod fixture;
mod handed_over;
mod keeping;
mod life;
mod official;
mod program;
mod stages;
mod times;
