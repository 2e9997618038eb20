//! Why something is not sealed or not opened.

use std::io;
use std::path::{Path, PathBuf};

use crate::common::message::{Explain, Message};

/// Why something is not sealed or not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The meeting is closed, and whoever reads it has not opened it.
    #[error("{path} is sealed")]
    Sealed { path: PathBuf },
    /// Nobody is named who could open it again.
    #[error("no holder of a key is named")]
    NoHolder,
    /// This is no public key of age.
    #[error("{key} is no public key")]
    Key { key: String },
    /// The passphrase is another.
    #[error("{path}: wrong passphrase")]
    Passphrase { path: PathBuf },
    /// The passphrase is too short.
    #[error("a passphrase of {length} letters")]
    Short { length: usize },
    /// The file is no identity of this program.
    #[error("{path} is no identity")]
    NotIdentity { path: PathBuf },
    /// The identity is none of the meeting's holders.
    #[error("{path} is not sealed to this identity")]
    NotHolder { path: PathBuf },
    /// What is sealed is not as it was sealed.
    #[error("{path} is damaged")]
    Damaged { path: PathBuf },
    /// These are not the words of a recovery sheet.
    #[error("no words of a recovery sheet")]
    Words,
    /// What is to be written is there already.
    #[error("{path} is there already")]
    Exists { path: PathBuf },
    /// The system cannot read or write.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

impl Error {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Io { path: path.to_owned(), source }
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        let about = |key: &str, path: &Path| Message::new(&format!("seal.{key}")).with("path", path.display());
        match self {
            Self::Sealed { path } => about("sealed", path),
            Self::NoHolder => Message::new("seal.no_holder"),
            Self::Key { key } => Message::new("seal.key").with("key", key),
            Self::Passphrase { path } => about("passphrase", path),
            Self::Short { length } => {
                Message::new("seal.short").with("length", length).with("shortest", super::SHORTEST)
            }
            Self::NotIdentity { path } => about("not_identity", path),
            Self::NotHolder { path } => about("not_holder", path),
            Self::Damaged { path } => about("damaged", path),
            Self::Words => Message::new("seal.words"),
            Self::Exists { path } => about("exists", path),
            Self::Io { path, source } => about("io", path).with("detail", source),
        }
    }

    fn is_usage(&self) -> bool {
        !matches!(self, Self::Damaged { .. } | Self::Io { .. })
    }
}
