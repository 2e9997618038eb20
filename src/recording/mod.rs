//! The recording on disk: what the microphones gave, in segments, and the ledger that says what
//! each is.
//!
//! ```text
//! rekaman/
//!   000001.wav 000002.wav …   every channel interleaved, as the device gave it, a minute each
//!   ledger.jsonl              start, format, gaps, events, SHA-256 of each segment; every line holds the hash of the one before
//!   perekam.kunci             held by the recorder while it lives
//! ```
//!
//! Of a closed meeting the segments are sealed (`000001.wav.age`, see [`crate::seal`]), and so are
//! the texts of the ledger; of an open one, those parts that were closed while it was recorded
//! ([`Stretch`]).
//!
//! A [`Writer`] appends and never goes back; a [`Growth`] lets the same readers that read a
//! finished recording follow a growing one; [`recover()`] closes what a crash left open, and
//! [`verify()`] shows that nothing was changed since. The bytes are the evidence: a header or a
//! ledger that says otherwise is corrected by them. Positions are samples since the recording's
//! first.

mod error;
mod fact;
mod growth;
mod header;
mod ledger;
mod lost;
mod recover;
mod resume;
mod sample;
mod sealed;
mod segment;
mod stretch;
mod verify;
mod writer;

use std::path::{Path, PathBuf};

use crate::seal::ENDING;

pub use error::{Error, Unarchivable};
pub use fact::{Absence, Cause, End, Entered, Fact};
pub use growth::{Growth, Part};
pub use ledger::{LEDGER, Ledger, Line, append_facts, archived_channels, seal_of};
pub use recover::{Recovered, recover, seek_to_samples};
pub use resume::Resumed;
pub use sample::{Format, Sample};
pub use stretch::{Stretch, open_stretches, sealed_stretches_of, stretches_of};
pub use verify::{Finding, Verdict, verify, verify_while};
pub use writer::{Claim, Start, Writer};

/// The folder of a meeting that holds its recording.
pub const FOLDER: &str = "rekaman";

/// The recording's folder within a meeting folder, or the path itself where it is that folder.
#[must_use]
pub fn folder_of(path: &Path) -> PathBuf {
    if path.file_name().is_some_and(|name| name == FOLDER) { path.to_owned() } else { path.join(FOLDER) }
}

/// The name of a segment's file.
#[must_use]
pub fn segment_name(number: u64) -> String {
    format!("{number:06}.wav")
}

/// The same of one that is sealed.
#[must_use]
pub fn sealed_segment_name(number: u64) -> String {
    format!("{number:06}{ENDING}")
}

/// The file of a segment in a folder, by either name, if it is there.
#[must_use]
pub fn segment_in(folder: &Path, number: u64) -> Option<PathBuf> {
    [segment_name(number), sealed_segment_name(number)]
        .map(|name| folder.join(name))
        .into_iter()
        .find(|path| path.exists())
}

/// Whether a path is that of a sealed segment.
pub(crate) fn is_sealed(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(ENDING.as_bytes()))
}
