//! Why a record was not sent.

use std::io;
use std::path::PathBuf;

use crate::common::message::{Explain, Message};
use crate::common::{chained_log, lock, private_file};
use crate::document::risalah;
use crate::lifecycle::{self, State};
use crate::meeting_folder;
use crate::recording;
use crate::transcript::store;

/// Why a record was not sent.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The folder of the meeting.
    #[error(transparent)]
    Folder(Box<meeting_folder::Error>),
    /// The steps of the record, or its manifest.
    #[error(transparent)]
    Lifecycle(#[from] lifecycle::Error),
    /// The transcript.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The recording.
    #[error(transparent)]
    Recording(#[from] recording::Error),
    /// A document.
    #[error(transparent)]
    Document(#[from] risalah::Error),
    /// Another process sends records of this meeting.
    #[error(transparent)]
    Lock(#[from] lock::Error),
    /// The settings are open to others.
    #[error(transparent)]
    Private(#[from] private_file::Error),
    /// The settings are not as they should be.
    #[error("{path}: {detail}")]
    Settings { path: PathBuf, detail: String },
    /// The settings do not have what a way needs.
    #[error("no {what}")]
    NoSettings { what: &'static str },
    /// The record is not official.
    #[error("{}", state.key())]
    NotOfficial { state: State },
    /// A sealed meeting: the parcel would hold in the open what is sealed.
    #[error("sealed")]
    Sealed,
    /// A closed meeting, and a recipient who is not entitled.
    #[error("{name} is not entitled")]
    NotEntitled { name: String },
    /// A closed meeting, by e-mail or webhook.
    #[error("{name}: closed, by {way}")]
    ClosedInTheOpen { name: String, way: &'static str },
    /// Nobody of this name.
    #[error("`{name}` is no recipient")]
    Unknown { name: String, known: String },
    /// Nobody at all.
    #[error("no recipient")]
    Nobody,
    /// A list of recipients is not as it should be.
    #[error("{path}, line {line}: {detail}")]
    List { path: PathBuf, line: usize, detail: String },
    /// Nobody of this name spoke, or no such item was taken up.
    #[error("`{of}`: nothing")]
    NothingOf { of: String },
    /// No parcel has this number.
    #[error("`{id}` is no parcel")]
    NoParcel { id: String },
    /// A parcel that was never sent cannot have been opened.
    #[error("{id} was not sent")]
    NotSent { id: String },
    /// No name.
    #[error("no name")]
    Nameless,
    /// An answer without words.
    #[error("no text")]
    NoText,
    /// What was kept of former parcels cannot be read, followed or added to.
    #[error(transparent)]
    Log(#[from] chained_log::Error),
    /// A file of a parcel is not as it was made.
    #[error("{path} was changed")]
    Changed { path: PathBuf },
    /// Another edition has taken the place of the parcel's.
    #[error("replaced by edition {edition}")]
    Replaced { edition: u32 },
    /// A file cannot be read.
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    /// A file cannot be written.
    #[error("{path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    /// The mail server refuses, or cannot be reached.
    #[error("{server}: {detail}")]
    Mail { server: String, detail: String },
    /// The mail server was given a letter, and did not say whether it took it.
    #[error("{server}: {detail}")]
    Unanswered { server: String, detail: String },
    /// The other system refuses, or cannot be reached.
    #[error("{address}: {detail}")]
    Webhook { address: String, detail: String, attempts: u32 },
    /// It was asked to stop.
    #[error("stopped as asked")]
    Interrupted,
}

impl From<meeting_folder::Error> for Error {
    fn from(error: meeting_folder::Error) -> Self {
        Self::Folder(Box::new(error))
    }
}

impl Error {
    /// The error of another module, where it is one.
    fn inner(&self) -> Option<&dyn Explain> {
        Some(match self {
            Self::Folder(error) => error.as_ref(),
            Self::Lifecycle(error) => error,
            Self::Store(error) => error,
            Self::Recording(error) => error,
            Self::Document(error) => error,
            Self::Lock(error) => error,
            Self::Private(error) => error,
            Self::Log(error) => error,
            _ => return None,
        })
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        if let Some(inner) = self.inner() {
            return inner.message();
        }
        let about = |key: &str| Message::new(&format!("distribution.{key}"));
        match self {
            Self::Settings { path, detail } => about("settings").with("path", path.display()).with("detail", detail),
            Self::NoSettings { what } => about("no_settings").with("file", super::SETTINGS).with("what", what),
            Self::NotOfficial { state } => about("not_official").with("state", state.key()),
            Self::Sealed => about("sealed"),
            Self::NotEntitled { name } => about("not_entitled").with("name", name),
            Self::ClosedInTheOpen { name, way } => about("closed_in_the_open").with("name", name).with("way", way),
            Self::Unknown { name, known } => about("unknown").with("name", name).with("known", known),
            Self::Nobody => about("nobody"),
            Self::List { path, line, detail } => {
                about("list").with("path", path.display()).with("line", line).with("detail", detail)
            }
            Self::NothingOf { of } => about("nothing_of").with("of", of),
            Self::NoParcel { id } => about("no_parcel").with("id", id),
            Self::NotSent { id } => about("not_sent").with("id", id),
            Self::Nameless => Message::new("status.nameless"),
            Self::NoText => about("no_text"),
            Self::Changed { path } => about("changed").with("path", path.display()),
            Self::Replaced { edition } => about("replaced").with("edition", edition),
            Self::Read { path, source } => about("read").with("path", path.display()).with("detail", source),
            Self::Write { path, source } => about("write").with("path", path.display()).with("detail", source),
            Self::Mail { server, detail } | Self::Unanswered { server, detail } => {
                about("mail").with("server", server).with("detail", detail).with("file", super::SETTINGS)
            }
            Self::Webhook { address, detail, attempts } => {
                about("webhook").with("address", address).with("detail", detail).with("attempts", attempts)
            }
            _ => Message::new("general.interrupted"),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Settings { .. }
            | Self::NoSettings { .. }
            | Self::Sealed
            | Self::NotEntitled { .. }
            | Self::ClosedInTheOpen { .. }
            | Self::Unknown { .. }
            | Self::Nobody
            | Self::List { .. }
            | Self::NothingOf { .. }
            | Self::NoParcel { .. }
            | Self::NotSent { .. }
            | Self::Nameless
            | Self::NoText => true,
            other => other.inner().is_some_and(Explain::is_usage),
        }
    }
}
