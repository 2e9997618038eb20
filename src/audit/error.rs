//! Why nothing is entered, or read.

use std::io;
use std::path::PathBuf;

use crate::common::lock;
use crate::common::message::{Explain, Message};

/// Why nothing is entered, or read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// Somebody else holds it for too long, or it cannot be held.
    #[error(transparent)]
    Lock(#[from] lock::Error),
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// An entry cannot be written.
    #[error("{}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// A list cannot be made of it.
    #[error("{detail}")]
    Export { detail: String },
}

impl Explain for Error {
    fn message(&self) -> Message {
        let (key, path, source) = match self {
            Self::Lock(error) => {
                return Message::new("audit.lock").with("path", error.path().display()).with("detail", error);
            }
            Self::Export { detail } => return Message::new("audit.export").with("detail", detail),
            Self::Read { path, source } => ("audit.read", path, source),
            Self::Write { path, source } => ("audit.write", path, source),
        };
        Message::new(key).with("path", path.display()).with("detail", source)
    }
}
