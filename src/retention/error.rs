//! Why nothing can be said or decided of the files of a meeting.

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::common::date::day;
use crate::common::message::{Explain, Message};
use crate::common::{chained_log, lock};
use crate::meeting::{self, FileKind};
use crate::meeting_folder;
use crate::recording;
use crate::transcript::store;

/// Why nothing can be said or decided. No file was removed, but for [`Error::Remove`].
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// A description or the institution's file.
    #[error(transparent)]
    Meeting(#[from] meeting::Error),
    /// The folder of a meeting.
    #[error(transparent)]
    Folder(#[from] meeting_folder::Error),
    /// The recording.
    #[error(transparent)]
    Recording(#[from] recording::Error),
    /// The transcript.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Another process decides in the same folder.
    #[error(transparent)]
    Lock(#[from] lock::Error),
    /// A folder or file cannot be read.
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    /// The decision cannot be written.
    #[error("{path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    /// The decisions that were kept cannot be read, followed or added to.
    #[error(transparent)]
    Log(#[from] chained_log::Error),
    /// No such folder.
    #[error("{path}: no meeting")]
    NoMeeting { path: PathBuf },
    /// Nobody's name.
    #[error("no name")]
    Nameless,
    /// No reason.
    #[error("no reason")]
    NoReason,
    /// There are no such files.
    #[error("no {}", file.key())]
    Nothing { file: FileKind },
    /// The official record and its words stay.
    #[error("the record is kept")]
    RecordKept,
    /// The record of the meeting is not official.
    #[error("not official")]
    NotOfficial { file: FileKind },
    /// The schedule keeps them for ever.
    #[error("permanent by {rule}")]
    Permanent { file: FileKind, rule: String },
    /// Their term is not over.
    #[error("not due")]
    NotDue { file: FileKind, due: Option<Date>, rule: Option<String> },
    /// The day until which they are to be kept has passed.
    #[error("{until} has passed")]
    Passed { until: Date },
    /// A file could not be removed; those before it are gone, and the decision says which they
    /// were.
    #[error("{path}: {source}")]
    Remove { path: PathBuf, source: io::Error },
    /// It was asked to stop.
    #[error("stopped as asked")]
    Interrupted,
}

impl Error {
    /// Whether it says why files may not be destroyed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Nothing { .. }
                | Self::RecordKept
                | Self::NotOfficial { .. }
                | Self::Permanent { .. }
                | Self::NotDue { .. }
        )
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        let about = |key: &str| Message::new(&format!("retention.{key}"));
        let of = |key: &str, path: &Path| about(key).with("path", path.display());
        match self {
            Self::Meeting(error) => error.message(),
            Self::Folder(error) => error.message(),
            Self::Recording(error) => error.message(),
            Self::Store(error) => error.message(),
            Self::Lock(error) => error.message(),
            Self::Read { path, source } => of("read", path).with("detail", source),
            Self::Write { path, source } => of("write", path).with("detail", source),
            Self::Log(error) => error.message(),
            Self::NoMeeting { path } => of("no_meeting", path),
            Self::Nameless => about("nameless"),
            Self::NoReason => Message::new("retention.no_reason"),
            Self::Nothing { file } => about("nothing").with("file", file.key()),
            Self::RecordKept => about("record_kept"),
            Self::NotOfficial { file } => Message::new("retention.not_official").with("file", file.key()),
            Self::Permanent { file, rule } => about("permanent").with("file", file.key()).with("rule", rule),
            Self::NotDue { file, due: Some(due), rule } => {
                let rule = rule.as_deref().unwrap_or("–");
                Message::new("retention.not_due").with("file", file.key()).with("due", day(*due)).with("rule", rule)
            }
            Self::NotDue { file, due: None, .. } => about("never_due").with("file", file.key()),
            Self::Passed { until } => about("passed").with("until", day(*until)),
            Self::Remove { path, source } => of("remove", path).with("detail", source),
            Self::Interrupted => Message::new("general.interrupted"),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Meeting(error) => error.is_usage(),
            Self::Folder(error) => error.is_usage(),
            Self::Recording(error) => error.is_usage(),
            Self::Store(error) => error.is_usage(),
            Self::Lock(error) => error.is_usage(),
            Self::NoMeeting { .. } | Self::Nameless | Self::NoReason | Self::Passed { .. } => true,
            _ => false,
        }
    }
}
