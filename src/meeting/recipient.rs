//! To whom records are sent, and in which way.

use std::path::PathBuf;

use lettre::Address;
use serde::{Deserialize, Serialize};

use crate::common::http::is_safe;

/// Somebody to whom records are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Their name.
    pub name: String,
    /// Their office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
    /// In which way.
    #[serde(flatten)]
    pub way: Way,
    /// Whether they may have records of closed meetings.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

/// The way of a record to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", content = "address", rename_all = "snake_case")]
pub enum Way {
    /// Into a folder that another system watches, or a person opens.
    Folder(PathBuf),
    /// By e-mail.
    Mail(String),
    /// To the address of a letters system.
    Webhook(String),
}

impl Way {
    /// Its word.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Folder(_) => "folder",
            Self::Mail(_) => "mail",
            Self::Webhook(_) => "webhook",
        }
    }

    /// Where it leads.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Self::Folder(path) => path.display().to_string(),
            Self::Mail(address) | Self::Webhook(address) => address.clone(),
        }
    }
}

/// What is wrong with a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayFault {
    /// None is given.
    None,
    /// More than one is given.
    Several,
    /// This key has no address of its kind.
    Address(&'static str),
}

impl Way {
    /// The one way that is given, with the keys of `lembaga.toml`.
    ///
    /// # Errors
    /// Any [`WayFault`].
    pub fn of(mail: Option<String>, folder: Option<PathBuf>, webhook: Option<String>) -> Result<Self, WayFault> {
        match (mail, folder, webhook) {
            (Some(mail), None, None) if mail.parse::<Address>().is_ok() => Ok(Self::Mail(mail)),
            (Some(_), None, None) => Err(WayFault::Address("surel")),
            (None, Some(folder), None) => Ok(Self::Folder(folder)),
            (None, None, Some(webhook)) if is_safe(&webhook) => Ok(Self::Webhook(webhook)),
            (None, None, Some(_)) => Err(WayFault::Address("webhook")),
            (None, None, None) => Err(WayFault::None),
            _ => Err(WayFault::Several),
        }
    }
}
