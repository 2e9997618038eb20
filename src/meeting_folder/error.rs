//! Why a meeting's folder cannot be read or written.

use std::path::PathBuf;

use crate::audio;
use crate::common::message::{Explain, Message};
use crate::common::paper::Paper;
use crate::conference;
use crate::document::orthography::lexicon;
use crate::document::risalah;
use crate::lifecycle::{self, folder};
use crate::meeting;
use crate::record::soundcheck::room;
use crate::recording;
use crate::transcript::store;

/// Why a meeting's folder cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The description.
    #[error(transparent)]
    Meeting(#[from] meeting::Error),
    /// The recording's ledger.
    #[error(transparent)]
    Recording(#[from] recording::Error),
    /// The sound.
    #[error(transparent)]
    Audio(#[from] audio::Error),
    /// What is known of the room.
    #[error(transparent)]
    Room(#[from] room::Error),
    /// The transcript.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The office's lexicon.
    #[error(transparent)]
    Lexicon(#[from] lexicon::Error),
    /// The conference system's events.
    #[error(transparent)]
    Conference(#[from] conference::Error),
    /// A document.
    #[error(transparent)]
    Document(#[from] risalah::Error),
    /// The steps of the record, or a manifest.
    #[error(transparent)]
    Lifecycle(#[from] lifecycle::Error),
    /// A file of the folder.
    #[error(transparent)]
    Folder(#[from] folder::Error),
    /// The sound is no longer where it was.
    #[error(transparent)]
    SoundGone(#[from] SoundGone),
    /// What was signed is on another paper, and is never laid out anew.
    #[error("signed on {}", paper.name())]
    SignedPaper {
        /// The paper that it is on.
        paper: Paper,
    },
}

/// The sound is no longer where it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is gone", path.display())]
pub struct SoundGone {
    /// Where it was.
    pub path: PathBuf,
}

impl Explain for SoundGone {
    fn message(&self) -> Message {
        Message::new("play.gone").with("path", self.path.display())
    }

    fn is_usage(&self) -> bool {
        true
    }
}

impl Error {
    /// The error of another module, where it is one.
    fn inner(&self) -> Result<&dyn Explain, Message> {
        Ok(match self {
            Self::Meeting(error) => error,
            Self::Recording(error) => error,
            Self::Audio(error) => error,
            Self::Room(error) => error,
            Self::Store(error) => error,
            Self::Lexicon(error) => error,
            Self::Conference(error) => error,
            Self::Document(error) => error,
            Self::Lifecycle(error) => error,
            Self::Folder(error) => error,
            Self::SoundGone(gone) => gone,
            Self::SignedPaper { paper } => return Err(Message::new("print.frozen").with("paper", paper.name())),
        })
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        self.inner().map_or_else(|own| own, Explain::message)
    }

    fn is_usage(&self) -> bool {
        self.inner().is_ok_and(Explain::is_usage) || matches!(self, Self::SignedPaper { .. })
    }
}
