//! What of a record may go out: what is refused, and what is left of it when the package is taken
//! apart.
//!
//! Needs poppler (Debian: poppler-utils), unzip, and binutils for `strings`.

#[path = "../sample/mod.rs"]
mod sample;

#[allow(dead_code, reason = "the tests of the life of a record use more of it")]
#[path = "../status/fixture.rs"]
mod fixture;

mod allowed;
mod package;
