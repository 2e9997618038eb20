//! Why nothing can be looked for.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::common::message::{Explain, Message};

/// Why nothing can be looked for.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// There is no word in the query.
    #[error("no word")]
    NoWords,
    /// The query only says what is not wanted.
    #[error("only what is not wanted")]
    OnlyNot,
    /// A beginning of a word that too many words have.
    #[error("`{beginning}*` is too short")]
    ShortBeginning { beginning: String, least: usize },
    /// Nobody types so much.
    #[error("more than {most} characters, or too many words")]
    TooLong {
        /// Characters that a query may have.
        most: usize,
    },
    /// Decisions and items of the agenda have no speaker.
    #[error("no speaker there")]
    NoSpeaker,
    /// What was given is one meeting.
    #[error("{} is a meeting", path.display())]
    OneMeeting { path: PathBuf },
    /// The folder of all meetings cannot be read.
    #[error("{}: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    /// The index cannot be used.
    #[error("{}: {source}", path.display())]
    Index {
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// It was asked to stop.
    #[error("stopped as asked")]
    Interrupted,
}

impl Error {
    /// Whether the index is damaged: then it is made anew.
    pub(super) fn is_damage(&self) -> bool {
        matches!(self, Self::Index { source, .. } if is_damage(source))
    }
}

/// Whether this is what SQLite says of a file whose content makes no sense: tables that are not
/// there, values of another type.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code().is_none_or(|code| {
        matches!(
            code,
            ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::SchemaChanged
                | ErrorCode::ConstraintViolation
                | ErrorCode::TypeMismatch
                | ErrorCode::Unknown
        )
    })
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::NoWords => Message::new("search.no_words"),
            Self::OnlyNot => Message::new("search.only_not"),
            Self::ShortBeginning { beginning, least } => {
                Message::new("search.short_beginning").with("beginning", beginning).with("least", least)
            }
            Self::TooLong { most } => Message::new("search.too_long").with("most", most),
            Self::NoSpeaker => Message::new("search.no_speaker"),
            Self::OneMeeting { path } => {
                let above = path.canonicalize().ok().and_then(|path| path.parent().map(ToOwned::to_owned));
                let above = above.unwrap_or_else(|| PathBuf::from(".."));
                Message::new("search.one_meeting").with("path", path.display()).with("above", above.display())
            }
            Self::Folder { path, source } => {
                Message::new("search.folder").with("path", path.display()).with("detail", source)
            }
            Self::Index { path, source } => {
                let full = source.sqlite_error_code() == Some(ErrorCode::DiskFull);
                let busy = source.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
                let key = match (full, busy) {
                    (true, _) => "search.full",
                    (_, true) => "search.busy",
                    _ => "search.index",
                };
                Message::new(key).with("path", path.display()).with("detail", source)
            }
            Self::Interrupted => Message::new("general.interrupted"),
        }
    }

    fn is_usage(&self) -> bool {
        !matches!(self, Self::Folder { .. } | Self::Index { .. } | Self::Interrupted)
    }
}
