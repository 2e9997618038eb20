//! What the operator enters. None of it is ever inferred from the sound.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::common::clock::Channel;

use super::error::Origin;

/// Something that happened, at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Milliseconds since the recording's start.
    pub at: u64,
    /// By the clock on the wall, where it was entered so.
    pub clock: Option<Time>,
    /// What it was.
    pub kind: EventKind,
    pub(super) origin: Origin,
}

/// What can happen in a meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The meeting is opened.
    Opened,
    /// The meeting is suspended.
    Suspended,
    /// The suspension ends.
    Resumed,
    /// The meeting is closed.
    Closed,
    /// Of an open meeting: what follows is closed to the public.
    Private,
    /// It is open to the public again.
    Public,
    /// The gavel falls this many times.
    Gavel(u32),
    /// The meeting says *setuju*; with the decision, where it is one.
    Agreed(Option<String>),
    /// A member on this channel breaks in with the chair's leave.
    Interjection(Channel),
    /// An item of the agenda begins, numbered from 1.
    Item(u32),
    /// A song is sung.
    Song(String),
    /// Anything else worth a line.
    Note(String),
}

impl EventKind {
    /// Its word in `rapat.toml`.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Opened => "buka",
            Self::Suspended => "skors",
            Self::Resumed => "cabut_skors",
            Self::Closed => "tutup",
            Self::Private => "tertutup",
            Self::Public => "terbuka",
            Self::Gavel(_) => "ketuk_palu",
            Self::Agreed(_) => "setuju",
            Self::Interjection(_) => "interupsi",
            Self::Item(_) => "acara",
            Self::Song(_) => "lagu",
            Self::Note(_) => "catatan",
        }
    }
}
