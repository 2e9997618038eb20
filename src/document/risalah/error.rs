//! What can go wrong when a document is written.

use std::io;
use std::path::PathBuf;

use crate::common::message::{Explain, Message};

use super::Format;

/// Why a document was not written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// A format that does not exist.
    #[error("`{0}` is not a format")]
    UnknownFormat(String),
    /// A working copy of a transcript that is still to grow.
    #[error("the transcript is not complete")]
    Incomplete,
    /// The DOCX package could not be put together.
    #[error("DOCX: {0}")]
    Docx(String),
    /// The typesetter refused the document.
    #[error("PDF: {0}")]
    Pdf(String),
    /// The program was built without the typesetter.
    #[error("built without PDF")]
    PdfLeftOut,
    /// A template is at fault.
    #[error("{}, line {line}: {reason}", path.display())]
    Template {
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        reason: String,
    },
    /// A template leaves out what every page must say.
    #[error("page {page} lacks `{mark}`")]
    Unmarked {
        /// The page, from 1.
        page: usize,
        mark: String,
    },
    /// A folder of templates cannot be read or written.
    #[error("{}: {source}", path.display())]
    Folder {
        /// The folder, or the file in it.
        path: PathBuf,
        source: io::Error,
    },
    /// The table could not be written.
    #[error("CSV: {0}")]
    Csv(String),
    /// The XML could not be written.
    #[error("Akoma Ntoso: {0}")]
    Akn(#[from] std::io::Error),
    /// JSON could not be written.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::UnknownFormat(name) => {
                let known = Format::ALL.map(Format::name).join(", ");
                Message::new("risalah.unknown_format").with("name", name).with("known", known)
            }
            Self::Incomplete => Message::new("risalah.incomplete"),
            Self::Docx(reason) => Message::new("risalah.docx").with("reason", reason),
            Self::Pdf(reason) => Message::new("risalah.pdf").with("reason", reason),
            Self::PdfLeftOut => Message::new("risalah.pdf_left_out"),
            Self::Template { path, line, reason } => {
                Message::new("risalah.template").with("path", path.display()).with("line", line).with("reason", reason)
            }
            Self::Unmarked { page, mark } => Message::new("risalah.unmarked").with("page", page).with("mark", mark),
            Self::Folder { path, source } if source.kind() == io::ErrorKind::AlreadyExists => {
                Message::new("risalah.template_there").with("path", path.display())
            }
            Self::Folder { path, source } => {
                Message::new("risalah.templates").with("path", path.display()).with("reason", source)
            }
            Self::Csv(reason) => Message::new("risalah.csv").with("reason", reason),
            Self::Akn(reason) => Message::new("risalah.akn").with("reason", reason),
            Self::Json(reason) => Message::new("risalah.json").with("reason", reason),
        }
    }

    fn is_usage(&self) -> bool {
        matches!(self, Self::UnknownFormat(_) | Self::Incomplete | Self::Folder { .. })
    }
}
