//! From the first transcript to the signed record, and what keeps a record from going there.
//!
//! Needs poppler (Debian: poppler-utils) and unzip.

#[path = "../sample/mod.rs"]
mod sample;

mod closed;
mod disc;
mod fixture;
mod life;
mod official;
mod program;
mod stages;
mod times;
