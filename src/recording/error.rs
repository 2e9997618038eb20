//! Why a recording cannot be written, closed or believed.

use std::io;
use std::path::{Path, PathBuf};

use crate::common::message::{Explain, Message};

/// Why a recording cannot be written, closed or believed. No case means that sound on the disk was
/// changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The system cannot read or write.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    /// The folder holds a recording already.
    #[error("{path} already holds a recording")]
    Taken {
        /// The recording's folder.
        path: PathBuf,
    },
    /// A recorder is at work in the folder.
    #[error("{path} is being recorded to")]
    Busy {
        /// The recording's folder.
        path: PathBuf,
    },
    /// The folder holds no recording.
    #[error("{path} holds no recording")]
    Absent {
        /// The recording's folder.
        path: PathBuf,
    },
    /// The ledger's first line does not say what the recording is.
    #[error("{path} does not begin with the start of a recording")]
    NoStart { path: PathBuf },
    /// A FLAC file did not give back the samples that went into it.
    #[error("{path} does not hold the same samples as the recording")]
    NotLossless {
        /// The FLAC file.
        path: PathBuf,
    },
    /// This form of samples cannot be archived without loss.
    #[error("{path}: {reason:?}")]
    Unarchivable {
        path: PathBuf,
        /// Why.
        reason: Unarchivable,
    },
    /// The device gives another form of samples than the recording has.
    #[error("{path} was recorded in another form")]
    OtherForm {
        /// The recording's folder.
        path: PathBuf,
    },
    /// The recording ended too long ago to be gone on with.
    #[error("{path} ended long ago")]
    LongAgo {
        /// The recording's folder.
        path: PathBuf,
    },
    /// The folder cannot be held for one recorder.
    #[error(transparent)]
    Lock(#[from] crate::common::lock::Error),
    /// What is sealed cannot be read or written.
    #[error(transparent)]
    Seal(#[from] crate::seal::Error),
    /// The recording must be whole before it is archived.
    #[error("{path} is not whole")]
    NotWhole {
        /// The recording's folder.
        path: PathBuf,
    },
}

/// Why the encoder cannot hold samples exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unarchivable {
    /// Whole numbers of 32 bits, of which all are used: it takes 24.
    LowBits,
    /// Floating-point samples that are no whole numbers of 24 bits, or beyond full scale.
    Float,
    /// What is sealed stays so.
    Sealed,
    /// In its own words.
    Encoder(String),
}

impl Error {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Io { path: path.to_owned(), source }
    }

    /// Whether the system opens no more files.
    pub(super) fn is_out_of_files(&self) -> bool {
        // Of this process (EMFILE) and of the whole system (ENFILE); the standard library has no name for
        // them.
        matches!(self, Self::Io { source, .. } if matches!(source.raw_os_error(), Some(23 | 24)))
    }

    /// Whether the disk had no room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Io { source, .. }
            if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        let about = |key: &str, path: &Path| Message::new(&format!("recording.{key}")).with("path", path.display());
        match self {
            Self::Io { path, source } if self.is_full() => about("full", path).with("detail", source),
            Self::Io { path, source } => about("io", path).with("detail", source),
            Self::Taken { path } => about("taken", path),
            Self::Busy { path } => about("busy", path),
            Self::Absent { path } => about("absent", path),
            Self::NoStart { path } => about("no_start", path),
            Self::NotLossless { path } => about("not_lossless", path),
            Self::Unarchivable { path, reason: Unarchivable::LowBits } => about("unarchivable.low_bits", path),
            Self::Unarchivable { path, reason: Unarchivable::Sealed } => about("unarchivable.sealed", path),
            Self::Unarchivable { path, reason: Unarchivable::Float } => about("unarchivable.float", path),
            Self::Unarchivable { path, reason: Unarchivable::Encoder(detail) } => {
                about("unarchivable.encoder", path).with("detail", detail)
            }
            Self::Lock(error) => error.message(),
            Self::Seal(error) => error.message(),
            Self::NotWhole { path } => about("not_whole", path),
            Self::OtherForm { path } => about("other_form", path),
            Self::LongAgo { path } => about("long_ago", path),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Seal(error) => error.is_usage(),
            Self::Taken { .. }
            | Self::Busy { .. }
            | Self::Absent { .. }
            | Self::OtherForm { .. }
            | Self::LongAgo { .. } => true,
            _ => false,
        }
    }
}
