//! Why somebody is not signed on.

use std::path::{Path, PathBuf};

use super::settings::FILE_NAME;
use crate::common::message::{Explain, Message};

/// Why somebody is not signed on.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The file that names the provider is not as it should be.
    #[error("{}: {detail}", path.display())]
    Settings { path: PathBuf, detail: String },
    /// The provider does not answer as one.
    #[error("{issuer}: {detail}")]
    Provider { issuer: String, detail: String },
    /// Nobody was led to the provider in this way, or too long ago.
    #[error("too late")]
    Late,
    /// The provider gives no name.
    #[error("no claim {claim}")]
    Nameless { claim: &'static str },
    /// None of the groups has a role here.
    #[error("{name} has no role")]
    NoRole { name: String },
    /// Somebody of this name has an account of the house.
    #[error("{name} has an account")]
    Taken { name: String },
    /// The system gives no random numbers.
    #[error("no random numbers")]
    Random,
}

impl Error {
    pub(super) fn settings(folder: &Path, detail: String) -> Self {
        Self::Settings { path: folder.join(FILE_NAME), detail }
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        let about = |key: &str| Message::new(&format!("accounts.sign_on.{key}"));
        match self {
            Self::Settings { path, detail } => about("settings").with("path", path.display()).with("detail", detail),
            Self::Provider { issuer, detail } => about("provider").with("issuer", issuer).with("detail", detail),
            Self::Late => about("late"),
            Self::Nameless { claim } => about("nameless").with("claim", claim),
            Self::NoRole { name } => about("no_role").with("name", name),
            Self::Taken { name } => about("taken").with("name", name),
            Self::Random => Message::new("accounts.random"),
        }
    }
}
