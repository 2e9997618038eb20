//! Why a recorder cannot begin, or cannot be reached.

use std::io;
use std::path::PathBuf;

use super::Refusal;
use crate::common::message::{Explain, Message};
use crate::record::capture;
use crate::recording;

/// Why a recorder cannot begin, or cannot be reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// No sound comes.
    #[error(transparent)]
    Capture(#[from] capture::Error),
    /// The disk.
    #[error(transparent)]
    Recording(#[from] recording::Error),
    /// The conference system cannot be heard on that port.
    #[error("port {port}: {source}")]
    Conference { port: u16, source: io::Error },
    /// No recorder is at work in the folder.
    #[error("no recorder is at work in {path}")]
    NotRunning {
        /// The recording's folder.
        path: PathBuf,
    },
    /// The recorder does not answer.
    #[error("the recorder of {path} does not answer: {source}")]
    Silent {
        /// The recording's folder.
        path: PathBuf,
        source: io::Error,
    },
    /// The recorder refused.
    #[error("the recorder refused: {0:?}")]
    Refused(Refusal),
    /// The second folder is the first.
    #[error("{path} is the recording's own folder")]
    SameFolder { path: PathBuf },
    /// The system gives no random numbers.
    #[error("no random numbers: {source}")]
    NoKey { source: io::Error },
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Capture(error) => error.message(),
            Self::Recording(error) => error.message(),
            Self::Conference { port, source } => {
                Message::new("recorder.conference").with("port", port).with("detail", source)
            }
            Self::NotRunning { path } => Message::new("recorder.not_running").with("path", path.display()),
            Self::Silent { path, source } => {
                Message::new("recorder.silent").with("path", path.display()).with("detail", source)
            }
            Self::Refused(reason) => reason.message(),
            Self::SameFolder { path } => Message::new("recorder.same_folder").with("path", path.display()),
            Self::NoKey { source } => Message::new("recorder.no_key").with("detail", source),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Capture(error) => error.is_usage(),
            Self::Recording(error) => error.is_usage(),
            Self::Conference { .. } | Self::NotRunning { .. } | Self::SameFolder { .. } => true,
            Self::Refused(reason) => matches!(reason, Refusal::Early | Refusal::Nothing),
            Self::Silent { .. } | Self::NoKey { .. } => false,
        }
    }
}
