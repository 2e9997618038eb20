//! Why no package was made.

use std::io;
use std::path::{Path, PathBuf};

use crate::common::lock;
use crate::common::message::{Explain, Message};
use crate::document::risalah;
use crate::lifecycle::{self, State};
use crate::meeting_folder;
use crate::record::flac;
use crate::recording;
use crate::retention;
use crate::transcript::store;

/// Why no package was made. Nothing is left of it under its name.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The folder of the meeting.
    #[error(transparent)]
    Folder(Box<meeting_folder::Error>),
    /// The steps of the record, or a manifest.
    #[error(transparent)]
    Lifecycle(#[from] lifecycle::Error),
    /// The transcript.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The decisions of retention.
    #[error(transparent)]
    Retention(Box<retention::Error>),
    /// The recording.
    #[error(transparent)]
    Recording(#[from] recording::Error),
    /// The recording as FLAC.
    #[error(transparent)]
    Flac(#[from] flac::Error),
    /// A document.
    #[error(transparent)]
    Document(#[from] risalah::Error),
    /// Another process makes the same package.
    #[error(transparent)]
    Lock(#[from] lock::Error),
    /// The record is not official.
    #[error("{}", state.key())]
    NotOfficial { state: State },
    /// A closed meeting, which leaves the house only where that is asked for.
    #[error("closed")]
    Closed,
    /// A meeting under seal: the package would hold in the open what is sealed.
    #[error("sealed")]
    Sealed,
    /// Something is already where the package would be.
    #[error("{path} is already there")]
    Taken { path: PathBuf },
    /// The package would lie in the folder that it is made of.
    #[error("{path} is in the meeting's folder")]
    Inside { path: PathBuf },
    /// Something is not as it was signed.
    #[error("{} findings", .0.len())]
    NotAsSigned(Vec<lifecycle::Finding>),
    /// A file is not the one that manifest or ledger name.
    #[error("{path} was changed")]
    Changed { path: PathBuf },
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    /// A file cannot be written.
    #[error("{path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    /// It was asked to stop.
    #[error("stopped as asked")]
    Interrupted,
}

impl From<meeting_folder::Error> for Error {
    fn from(error: meeting_folder::Error) -> Self {
        Self::Folder(Box::new(error))
    }
}

impl From<retention::Error> for Error {
    fn from(error: retention::Error) -> Self {
        Self::Retention(Box::new(error))
    }
}

impl Error {
    /// The error of another module, where it is one.
    fn inner(&self) -> Option<&dyn Explain> {
        Some(match self {
            Self::Folder(error) => error.as_ref(),
            Self::Lifecycle(error) => error,
            Self::Store(error) => error,
            Self::Retention(error) => error.as_ref(),
            Self::Recording(error) => error,
            Self::Flac(error) => error,
            Self::Document(error) => error,
            Self::Lock(error) => error,
            _ => return None,
        })
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        if let Some(inner) = self.inner() {
            return inner.message();
        }
        let of = |key: &str, path: &Path| Message::new(&format!("accession.{key}")).with("path", path.display());
        match self {
            Self::NotOfficial { state } => Message::new("accession.not_official").with("state", state.key()),
            Self::Closed => Message::new("accession.closed"),
            Self::Sealed => Message::new("accession.sealed"),
            Self::Taken { path } => of("taken", path),
            Self::Inside { path } => of("inside", path),
            Self::NotAsSigned(findings) => Message::new("accession.not_as_signed").with("count", findings.len()),
            Self::Changed { path } => of("changed", path),
            Self::Read { path, source } => of("read", path).with("detail", source),
            Self::Write { path, source } if source.kind() == io::ErrorKind::StorageFull => of("full", path),
            Self::Write { path, source } => of("write", path).with("detail", source),
            _ => Message::new("general.interrupted"),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Taken { .. } | Self::Inside { .. } | Self::Closed | Self::Sealed => true,
            other => other.inner().is_some_and(Explain::is_usage),
        }
    }
}
