//! Why a recorder cannot begin, or cannot be reached.

use std::io;
use std::path::PathBuf;

use crate::capture;
use crate::message::{Explain, Message};
use crate::recording;

/// Why a recorder cannot begin, or cannot be reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No sound comes.
    #[error(transparent)]
    Capture(#[from] capture::Error),
    /// The disk.
    #[error(transparent)]
    Recording(#[from] recording::Error),
    /// The conference system cannot be heard on that port.
    #[error("port {port}: {source}")]
    Conference {
        /// The port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
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
        /// What the system says.
        source: io::Error,
    },
    /// The recorder refused.
    #[error("the recorder refused: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
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
            Self::Refused { reason } => Message::new("recorder.refused").with("reason", reason),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Capture(error) => error.is_usage(),
            Self::Recording(error) => error.is_usage(),
            Self::Conference { .. } | Self::NotRunning { .. } => true,
            Self::Silent { .. } | Self::Refused { .. } => false,
        }
    }
}
