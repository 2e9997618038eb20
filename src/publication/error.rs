//! Why nothing of a record is published.

use std::io;
use std::path::PathBuf;

use crate::common::message::{Explain, Message};
use crate::document::risalah;
use crate::lifecycle::{self, Finding, State};
use crate::transcript::store;
use crate::{audio, meeting_folder, recording};

/// Why nothing is published.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The meeting was not open, or nobody has said that it was.
    #[error("{path}: not an open meeting")]
    Closed { path: PathBuf, nature: Option<&'static str> },
    /// Its recording is under seal.
    #[error("{path}: sealed")]
    Sealed { path: PathBuf },
    /// The record is not official, or was opened again.
    #[error("{path}: {}", state.key())]
    Provisional { path: PathBuf, state: State },
    /// Something is not as it was signed.
    #[error("not as it was signed")]
    Changed(Finding),
    /// The description of the meeting is not that of the signed edition.
    #[error("{path}: described otherwise than in edition {edition}")]
    Described { path: PathBuf, edition: u32 },
    /// The sound has no such microphone.
    #[error("no channel {number} of {channels}")]
    NoChannel { number: u16, channels: u16 },
    /// The sound could not be encoded.
    #[error("encoder: {0}")]
    Encoder(String),
    /// The folder of the copy holds something else.
    #[error("{path}: not empty")]
    NotEmpty { path: PathBuf },
    /// The institution has not said that its meetings may be in a corpus.
    #[error("{path}: no licence for a corpus")]
    NotOptedIn { path: PathBuf },
    /// No meeting may be in the corpus.
    #[error("no meeting may be in the corpus")]
    NoCorpus { refused: Vec<(PathBuf, Message)> },
    /// A file of the copy cannot be written.
    #[error("{path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    /// It was asked to stop.
    #[error("stopped as asked")]
    Interrupted,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The life of the record could not be read.
    #[error(transparent)]
    Lifecycle(#[from] lifecycle::Error),
    /// The folder could not be read.
    #[error(transparent)]
    Folder(#[from] meeting_folder::Error),
    /// The recording could not be read.
    #[error(transparent)]
    Recording(#[from] recording::Error),
    /// The sound could not be read.
    #[error(transparent)]
    Audio(#[from] audio::Error),
    /// A document could not be made.
    #[error(transparent)]
    Document(#[from] risalah::Error),
}

impl Explain for Error {
    fn message(&self) -> Message {
        let about = |key: &str, path: &PathBuf| Message::new(key).with("path", path.display());
        match self {
            Self::Closed { path, nature } => about("publication.closed", path).with("nature", nature.unwrap_or("–")),
            Self::Sealed { path } => about("publication.sealed", path),
            Self::Provisional { path, state } => about("publication.provisional", path).with("state", state.key()),
            Self::Changed(finding) => finding.message(),
            Self::Described { path, edition } => about("publication.described", path).with("edition", edition),
            Self::NoChannel { number, channels } => {
                Message::new("publication.no_channel").with("number", number).with("channels", channels)
            }
            Self::Encoder(detail) => Message::new("publication.encoder").with("detail", detail),
            Self::NotEmpty { path } => about("publication.not_empty", path),
            Self::NotOptedIn { path } => about("publication.not_opted_in", path),
            Self::NoCorpus { refused } => Message::new("publication.no_corpus").with("count", refused.len()),
            Self::Write { path, source } => about("publication.write", path).with("detail", source),
            Self::Interrupted => Message::new("general.interrupted"),
            Self::Store(error) => error.message(),
            Self::Lifecycle(error) => error.message(),
            Self::Folder(error) => error.message(),
            Self::Recording(error) => error.message(),
            Self::Audio(error) => error.message(),
            Self::Document(error) => error.message(),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Closed { .. }
            | Self::Sealed { .. }
            | Self::Provisional { .. }
            | Self::Described { .. }
            | Self::NoChannel { .. }
            | Self::NotEmpty { .. }
            | Self::NotOptedIn { .. }
            | Self::NoCorpus { .. } => true,
            Self::Changed(_) | Self::Encoder(_) | Self::Write { .. } | Self::Interrupted => false,
            Self::Store(error) => error.is_usage(),
            Self::Lifecycle(error) => error.is_usage(),
            Self::Folder(error) => error.is_usage(),
            Self::Recording(error) => error.is_usage(),
            Self::Audio(error) => error.is_usage(),
            Self::Document(error) => error.is_usage(),
        }
    }
}
