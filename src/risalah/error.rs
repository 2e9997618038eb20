//! What can go wrong when a document is written.

use crate::message::{Explain, Message};

use super::Format;

/// Why a document was not written.
#[derive(Debug, thiserror::Error)]
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
            Self::Json(reason) => Message::new("risalah.json").with("reason", reason),
        }
    }

    fn is_usage(&self) -> bool {
        matches!(self, Self::UnknownFormat(_) | Self::Incomplete)
    }
}
