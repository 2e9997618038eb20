//! Why no site was written.

use std::io;
use std::path::{Path, PathBuf};

use crate::common::lock;
use crate::common::message::{Explain, Message};

/// Why no site was written; the one that was there is as it was.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// Another process writes the same site.
    #[error(transparent)]
    Lock(#[from] lock::Error),
    /// The folder holds something that is no site of this program.
    #[error("{path} is no site")]
    NotASite { path: PathBuf },
    /// The site would lie in a meeting's folder, or a meeting in the site.
    #[error("{path} and the site contain each other")]
    Inside { path: PathBuf },
    /// A newer version of this program has written the site.
    #[error("{path} was written by a newer version")]
    Newer { path: PathBuf },
    /// What the site says of itself cannot be read.
    #[error("{path}: {detail}")]
    Damaged { path: PathBuf, detail: String },
    /// None of the folders may be published, and there is no site yet.
    #[error("nothing to publish")]
    Nothing { refused: Vec<(PathBuf, Message)> },
    /// A file of a meeting that is not published now was removed from the site.
    #[error("{path} is gone")]
    FileGone { path: PathBuf, id: String },
    /// A meeting that the site does not have.
    #[error("no meeting {id}")]
    NoMeeting { id: String },
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    /// A file cannot be written.
    #[error("{path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    /// A page or a feed cannot be made.
    #[error("{detail}")]
    Page { detail: String },
    /// It was asked to stop.
    #[error("stopped as asked")]
    Interrupted,
}

impl Error {
    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }

    #[allow(clippy::needless_pass_by_value, reason = "`map_err` hands it so")]
    pub(super) fn page(error: impl ToString) -> Self {
        Self::Page { detail: error.to_string() }
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        let of = |key: &str, path: &Path| Message::new(&format!("site.{key}")).with("path", path.display());
        match self {
            Self::Lock(error) => error.message(),
            Self::NotASite { path } => of("not_a_site", path),
            Self::Inside { path } => of("inside", path),
            Self::Newer { path } => of("newer", path),
            Self::Damaged { path, detail } => of("damaged", path).with("detail", detail),
            Self::Nothing { .. } => Message::new("site.nothing"),
            Self::FileGone { path, id } => of("file_gone", path).with("id", id),
            Self::NoMeeting { id } => Message::new("site.no_meeting").with("id", id),
            Self::Read { path, source } => of("read", path).with("detail", source),
            Self::Write { path, source } if source.kind() == io::ErrorKind::StorageFull => of("full", path),
            Self::Write { path, source } => of("write", path).with("detail", source),
            Self::Page { detail } => Message::new("site.page").with("detail", detail),
            Self::Interrupted => Message::new("general.interrupted"),
        }
    }

    fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::NotASite { .. }
                | Self::Inside { .. }
                | Self::Newer { .. }
                | Self::Nothing { .. }
                | Self::NoMeeting { .. }
        ) || matches!(self, Self::Lock(error) if error.is_usage())
    }
}
