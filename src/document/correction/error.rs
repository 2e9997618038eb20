//! Why a document cannot be read as corrections.

use std::io;
use std::path::PathBuf;

use crate::common::message::{Explain, Message};

/// Why nothing was taken over.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The document is not there, or cannot be read.
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    /// More than any record can be.
    #[error("{bytes} bytes, more than {limit}")]
    TooLarge {
        /// How much there is, at least.
        bytes: u64,
        /// The most that is read.
        limit: u64,
    },
    /// Not a Word document, or a broken one.
    #[error("not a Word document: {0}")]
    NotDocx(String),
    /// A document without a single anchor.
    #[error("no working copy")]
    NoAnchors,
    /// The working copy of another meeting.
    #[error("another meeting's working copy")]
    OtherMeeting,
    /// Made of another version of the transcript.
    #[error("made of version {found}, not {version}")]
    OtherVersion {
        /// The version that it was made of.
        found: u32,
        /// The version that is corrected.
        version: u32,
    },
    /// It shows layers that the store does not have.
    #[error("edit {found} is not in the store")]
    Later {
        /// The last layer that it shows.
        found: u64,
    },
    /// The members' period of correction is over.
    #[error("the period ended on {last}")]
    Late { last: jiff::civil::Date },
    /// The store contradicts itself.
    #[error("edit {edit}: {refusal}")]
    Damaged {
        /// The layer that does not fit.
        edit: u64,
        /// Why.
        refusal: crate::transcript::edit::Refusal,
    },
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::File { path, source } if source.kind() == io::ErrorKind::NotFound => {
                Message::new("correction.missing").with("path", path.display())
            }
            Self::File { path, source } => {
                Message::new("correction.unreadable").with("path", path.display()).with("detail", source)
            }
            Self::TooLarge { bytes, limit } => {
                Message::new("correction.too_large").with("bytes", bytes).with("limit", limit)
            }
            Self::NotDocx(detail) => Message::new("correction.not_docx").with("detail", detail),
            Self::NoAnchors => Message::new("correction.no_anchors"),
            Self::OtherMeeting => Message::new("correction.other_meeting"),
            Self::OtherVersion { found, version } => {
                Message::new("correction.other_version").with("found", found).with("version", version)
            }
            Self::Later { found } => Message::new("correction.later").with("found", found),
            Self::Late { last } => Message::new("correction.late").with("last", last.strftime("%d-%m-%Y")),
            Self::Damaged { edit, refusal } => {
                Message::new("correction.damaged").with("edit", edit).with("detail", refusal)
            }
        }
    }

    fn is_usage(&self) -> bool {
        matches!(self, Self::NoAnchors | Self::OtherMeeting | Self::OtherVersion { .. })
    }
}
