//! From the first transcript to the signed record, and what keeps a record from going there.
//!
//! Needs poppler (Debian: poppler-utils), unzip, flac, openssl, and `bagit` and `aiosmtpd` in `.venv`.

#[path = "../sample/mod.rs"]
mod sample;

mod authority;
mod closed;
mod disc;
mod distributed;
mod fixture;
mod handed_over;
mod keeping;
mod life;
mod official;
mod program;
mod signed;
mod stages;
mod times;
