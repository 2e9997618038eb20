//! Whether something may be entered into a recording that runs.

use crate::common::message::{Explain, Message};
use crate::meeting::{EventKind, Meeting, Objection};
use crate::recording::Entered;

/// Why something may not be entered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum EntryError {
    /// The recording has no such channel.
    #[error("channel {number} of {channels}")]
    NoChannel {
        /// What was given, from 1.
        number: u16,
        channels: u16,
    },
    /// It cannot be true of this meeting.
    #[error("{0:?}")]
    Objection(Objection),
}

impl From<Objection> for EntryError {
    fn from(objection: Objection) -> Self {
        Self::Objection(objection)
    }
}

impl Explain for EntryError {
    fn message(&self) -> Message {
        match self {
            Self::NoChannel { number, channels } => {
                Message::new("record.objection.channel").with("number", number).with("channels", channels)
            }
            Self::Objection(objection) => objection.message(),
        }
    }

    fn is_usage(&self) -> bool {
        true
    }
}

/// Whether this may be entered now, into a recording of so many channels.
///
/// # Errors
/// What objects to it.
pub fn may_enter(meeting: &Meeting, entered: &Entered, channels: u16) -> Result<(), EntryError> {
    let channel = match entered {
        Entered::Event(EventKind::Interjection(channel)) | Entered::Seated { channel, .. } => Some(*channel),
        _ => None,
    };
    if let Some(channel) = channel.filter(|channel| channel.number() > channels) {
        return Err(EntryError::NoChannel { number: channel.number(), channels });
    }
    match entered {
        Entered::Event(kind) => meeting.may_happen(kind)?,
        Entered::Seated { person: Some(person), .. } => meeting.may_sit(person)?,
        _ => {}
    }
    Ok(())
}
