//! The audit trail: who has opened, heard, searched, taken away, changed and signed what, in one
//! file of the folder of all meetings.
//!
//! The file only grows: a line of JSON for each entry, numbered, each holding the hash of the line
//! before, as the ledger of a recording does. An entry is on the disk before what it tells of is
//! done. Words that were said stand in no entry. [`verify`] names what is not as it was entered;
//! what was cut off at the end is known by the [`Head`] that official records carry.

mod action;
mod entry;
mod error;
mod export;
mod filter;
mod trail;
mod verify;

pub use action::Action;
pub use entry::{Entry, Kind, Line, Who};
pub use error::Error;
pub use export::{csv, json};
pub use filter::Filter;
pub use trail::{FILE_NAME, Head, Trail};
pub use verify::{Finding, Kept, Verdict, verify};

/// Set for the recordings that the page begins: in whose name was entered already.
pub const BEGUN_BY_PAGE: &str = "RISALAH_BEGUN_BY_PAGE";
