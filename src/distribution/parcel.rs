//! A parcel: what goes to one recipient, and what became of it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::order::{Disposition, Scope};
use crate::meeting::Recipient;

/// A file of a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its name.
    pub file: String,
    /// Its hash.
    pub sha256: String,
}

/// Something that happened to a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// The parcel's number.
    pub parcel: String,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// It was made.
    Made(Box<Contents>),
    /// It is about to be sent: where nothing follows, nobody knows whether it was.
    Sending,
    /// It was sent; what the other side said.
    Sent {
        /// An answer of the server, or where it lies.
        detail: String,
    },
    /// It was not sent.
    Failed {
        /// Why.
        detail: String,
    },
    /// The recipient has opened, received or answered it, as somebody has heard.
    Marked {
        /// What of these.
        mark: Mark,
        /// In which words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
}

/// What a parcel holds, and to whom it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// To whom.
    pub recipient: Recipient,
    /// Which part of the record.
    pub scope: Scope,
    /// The edition of the record, and the hash of its manifest.
    pub edition: u32,
    /// That hash.
    pub seal: String,
    /// The number of the covering letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its date.
    pub date: Date,
    /// What it is about.
    pub subject: String,
    /// What is to be done.
    pub disposition: Disposition,
    /// Its files.
    pub files: Vec<Document>,
}

/// What a recipient has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Opened it.
    Opened,
    /// Said that it came.
    Acknowledged,
    /// Answered.
    Answered,
}

impl Mark {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Opened, Self::Acknowledged, Self::Answered];

    /// Its word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Acknowledged => "acknowledged",
            Self::Answered => "answered",
        }
    }

    /// That of this word.
    #[must_use]
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.key() == key)
    }
}

/// How far a parcel has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Made, and still to be sent.
    Made,
    /// Begun to be sent, and nothing is known since.
    Uncertain,
    /// Not sent, for a reason that is kept.
    Failed,
    /// Sent.
    Sent,
    /// What the recipient has done since.
    Marked(Mark),
}

impl Standing {
    /// Its word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Uncertain => "uncertain",
            Self::Failed => "failed",
            Self::Sent => "sent",
            Self::Marked(mark) => mark.key(),
        }
    }

    /// Whether it has left the house.
    #[must_use]
    pub fn is_sent(self) -> bool {
        matches!(self, Self::Sent | Self::Marked(_))
    }
}

/// A parcel with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Its number.
    pub id: String,
    /// What it holds.
    pub contents: Contents,
    /// All that happened to it, the oldest first.
    pub events: Vec<Event>,
}

impl Parcel {
    /// How far it has come. The farthest mark counts: who answers has opened it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let mut standing = Standing::Made;
        for event in &self.events {
            standing = match (&event.what, standing) {
                (What::Marked { mark, .. }, Standing::Marked(before)) if (before as u8) > (*mark as u8) => {
                    Standing::Marked(before)
                }
                (What::Marked { mark, .. }, _) => Standing::Marked(*mark),
                (_, Standing::Marked(mark)) => Standing::Marked(mark),
                (What::Made(_), before) => before,
                (What::Sending, _) => Standing::Uncertain,
                (What::Sent { .. }, _) => Standing::Sent,
                (What::Failed { .. }, _) => Standing::Failed,
            };
        }
        standing
    }

    /// Whether it is to be answered, and the day has passed.
    #[must_use]
    pub fn is_late(&self, today: Date) -> bool {
        let due = self.contents.disposition.due;
        due.is_some_and(|due| due < today) && self.standing() != Standing::Marked(Mark::Answered)
    }

    /// When something last happened, and why it was not sent where it was not.
    #[must_use]
    pub fn last(&self) -> Option<&Event> {
        self.events.last()
    }
}
