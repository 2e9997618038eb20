//! Why an account is not made, changed or read.

use std::io;
use std::path::PathBuf;

use super::password::{LONGEST, SHORTEST};
use crate::common::lock;
use crate::common::message::{Explain, Message};

/// Why an account is not made, changed or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be a name.
    #[error("{name:?} is no name")]
    Name {
        /// What was given.
        name: String,
    },
    /// There is one of this name.
    #[error("{name} is there")]
    Taken {
        /// The name.
        name: String,
    },
    /// There is none of this name.
    #[error("no account {name}")]
    Unknown {
        /// The name.
        name: String,
        /// The names that there are, with commas.
        known: String,
    },
    /// No role was given.
    #[error("no role")]
    NoRole,
    /// A member must be somebody of the roster.
    #[error("a member without a person")]
    NoPerson,
    /// The password is too short or too long.
    #[error("a password of {length} letters")]
    Length {
        /// Its letters.
        length: usize,
    },
    /// The password is the name.
    #[error("the password is the name")]
    IsName,
    /// The system gives no random numbers.
    #[error("no random numbers")]
    Random,
    /// Somebody else changes the accounts.
    #[error(transparent)]
    Lock(#[from] lock::Error),
    /// The file is not one of accounts. It is not taken for an empty one.
    #[error("{}: {detail}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be written; the old one is as it was.
    #[error("{}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Name { name } => Message::new("accounts.name").with("name", name),
            Self::Taken { name } => Message::new("accounts.taken").with("name", name),
            Self::Unknown { name, known } if known.is_empty() => Message::new("accounts.none").with("name", name),
            Self::Unknown { name, known } => Message::new("accounts.unknown").with("name", name).with("known", known),
            Self::NoRole => Message::new("accounts.no_role"),
            Self::NoPerson => Message::new("accounts.no_person"),
            Self::Length { length } => Message::new("accounts.length")
                .with("count", length)
                .with("shortest", SHORTEST)
                .with("longest", LONGEST),
            Self::IsName => Message::new("accounts.is_name"),
            Self::Random => Message::new("accounts.random"),
            Self::Lock(error) => error.message(),
            Self::Damaged { path, detail } => {
                Message::new("accounts.damaged").with("path", path.display()).with("detail", detail)
            }
            Self::Read { path, source } => {
                Message::new("accounts.read").with("path", path.display()).with("detail", source)
            }
            Self::Write { path, source } => {
                Message::new("accounts.write").with("path", path.display()).with("detail", source)
            }
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Lock(error) => error.is_usage(),
            Self::Random | Self::Damaged { .. } | Self::Read { .. } | Self::Write { .. } => false,
            _ => true,
        }
    }
}
