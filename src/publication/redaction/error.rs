//! Why nothing was redacted or taken back.

use crate::common::message::{Explain, Message};
use crate::lifecycle;
use crate::transcript::redaction::LONGEST_REASON;
use crate::transcript::store;

/// Why nothing was redacted or taken back.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// Nobody's name.
    #[error("no name")]
    Nameless,
    /// The reason is empty, too long, or has signs that would break the mark.
    #[error("no reason")]
    NoReason,
    /// The reason says what it is to take out.
    #[error("the reason repeats the words")]
    ReasonRepeats,
    /// The passage ends before it begins, or lies outside the recording.
    #[error("no such passage")]
    NoPassage,
    /// The words are not said there.
    #[error("`{words}` is not said there")]
    NoWords { words: String },
    /// The same is redacted already.
    #[error("redacted already by {id}")]
    Already { id: u64 },
    /// There is no redaction of this number.
    #[error("no redaction {id}")]
    Unknown { id: u64 },
    /// It was taken back before.
    #[error("redaction {id} is taken back")]
    Withdrawn { id: u64 },
    /// The computer's clock cannot be right, or the life of the record cannot be read.
    #[error(transparent)]
    Lifecycle(#[from] lifecycle::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Nameless => Message::new("status.nameless"),
            Self::NoReason => Message::new("redaction.no_reason").with("longest", LONGEST_REASON),
            Self::ReasonRepeats => Message::new("redaction.reason_repeats"),
            Self::NoPassage => Message::new("redaction.no_passage"),
            Self::NoWords { words } => Message::new("redaction.no_words").with("words", words),
            Self::Already { id } => Message::new("redaction.already").with("id", id),
            Self::Unknown { id } => Message::new("redaction.unknown").with("id", id),
            Self::Withdrawn { id } => Message::new("redaction.withdrawn_before").with("id", id),
            Self::Lifecycle(error) => error.message(),
            Self::Store(error) => error.message(),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Lifecycle(error) => error.is_usage(),
            Self::Store(error) => error.is_usage(),
            _ => true,
        }
    }
}
