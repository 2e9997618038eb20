//! What can be wrong with what a conference system says.

use std::io;
use std::path::PathBuf;

use crate::common::message::{Explain, Message};

/// Why events cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// More than any meeting's file can be.
    #[error("{}: {bytes} bytes, more than {limit}", path.display())]
    TooLarge {
        path: PathBuf,
        bytes: u64,
        /// The most that is read.
        limit: u64,
    },
    /// The name of the file does not say in which form it is.
    #[error("{}: neither .csv nor .jsonl", path.display())]
    UnknownForm { path: PathBuf },
    /// A line is not what it should be.
    #[error("{name}, line {line}: {fault}")]
    Line {
        /// Name of the file or source.
        name: String,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// Longer than a line can be.
    #[error("longer than {0} bytes")]
    TooLong(u64),
    /// The source broke off.
    #[error("{0}")]
    Broken(String),
    /// Not CSV or not JSON.
    #[error("not understood: {0}")]
    Syntax(String),
    /// Something that every line must have.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// No channel that a recording has.
    #[error("`{0}` is not a channel")]
    NotAChannel(String),
    /// No event that is known.
    #[error("`{0}` is not an event")]
    NotAnEvent(String),
    /// Not a time.
    #[error("`{0}` is not a time")]
    NotATime(String),
    /// A time of another form than those before it.
    #[error("a time of another form than on line 1")]
    MixedTimes,
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Unreadable { path, source } => {
                Message::new("conference.unreadable").with("path", path.display()).with("detail", source)
            }
            Self::TooLarge { path, bytes, limit } => Message::new("conference.too_large")
                .with("path", path.display())
                .with("bytes", bytes)
                .with("limit", limit),
            Self::UnknownForm { path } => Message::new("conference.unknown_form").with("path", path.display()),
            Self::Line { name, line, fault } => fault.explain().with("name", name).with("line", line),
        }
    }

    fn is_usage(&self) -> bool {
        true
    }
}

impl Fault {
    fn explain(&self) -> Message {
        match self {
            Self::NotUtf8 => Message::new("conference.not_utf8"),
            Self::TooLong(limit) => Message::new("conference.too_long").with("limit", limit),
            Self::Broken(detail) => Message::new("conference.broken").with("detail", detail),
            Self::Syntax(detail) => Message::new("conference.syntax").with("detail", detail),
            Self::Missing(key) => Message::new("conference.missing").with("key", key),
            Self::NotAChannel(value) => Message::new("conference.not_a_channel").with("value", value),
            Self::NotAnEvent(value) => Message::new("conference.not_an_event").with("value", value),
            Self::NotATime(value) => Message::new("conference.not_a_time").with("value", value),
            Self::MixedTimes => Message::new("conference.mixed_times"),
        }
    }
}
