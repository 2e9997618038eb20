//! What the lines of a ledger say.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Format;
use crate::common::alarm::Alarm;
use crate::common::clock::Channel;
use crate::conference::{self, Change, Said};
use crate::meeting::EventKind;
use crate::seal::{MeetingKey, Seal, Sealer};

/// What a line says. Positions (`at`, `first`) are samples since the recording's first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The recording begins. Always the first line, and only there.
    Start {
        /// When the first sample was taken, by the computer's clock.
        utc: Timestamp,
        /// The computer's zone, an IANA name or an offset.
        zone: String,
        /// The form of every sample.
        #[serde(flatten)]
        format: Format,
        /// What gave the sound.
        device: String,
        /// The program and its version.
        program: String,
        /// The key of a meeting that is recorded under seal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seal: Option<Box<Seal>>,
    },
    /// A segment's file was begun.
    Open {
        /// Its name in the folder.
        file: String,
        /// Its first sample.
        first: u64,
    },
    /// A segment is complete.
    Segment {
        /// Its name in the folder.
        file: String,
        /// Its first sample.
        first: u64,
        /// Samples of each channel.
        frames: u64,
        /// SHA-256 of the bytes of its samples (not of its head); under seal, of its whole file,
        /// and
        /// of the file of its tail behind it where a crash left one.
        sha256: String,
        /// Whether it was closed after a crash, by what was on the disk.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        recovered: bool,
    },
    /// Samples that were lost. The timeline counts them; shorter gaps are silence in the file,
    /// longer ones are in no file.
    Gap {
        /// Where the first of them would stand.
        at: u64,
        /// How many.
        frames: u64,
        /// Why.
        cause: Cause,
    },
    /// The device is gone.
    Lost {
        /// Up to where there is sound.
        at: u64,
        /// Why, as far as it is known.
        #[serde(default)]
        why: Absence,
        /// What the system says; empty where it says nothing.
        reason: String,
    },
    /// The device is back.
    Returned {
        /// From where there is sound again.
        at: u64,
    },
    /// The operator, the conference system or the recogniser entered something.
    Event {
        /// When.
        at: u64,
        /// What.
        #[serde(flatten)]
        entered: Entered,
        /// The key under which it was asked for: what is asked for twice is entered once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// The number of the line that this one takes back; then `entered` is only a note which
        /// says so, for programs that do not know of taking back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        withdraws: Option<u64>,
        /// Where it closes an open meeting: the key of what follows, until another opens it again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seal: Option<Box<Seal>>,
    },
    /// A text that was entered under seal. Whoever holds the meeting's key reads an event instead.
    Sealed {
        /// When.
        at: u64,
        /// What, sealed.
        sealed: String,
        /// The key under which it was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
    },
    /// The computer's clock at a sample; two of these give the device's drift.
    Clock {
        /// The sample.
        at: u64,
        /// The computer's clock when it arrived.
        utc: Timestamp,
        /// How much faster the device runs than the computer's steady clock since the start, in
        /// millionths; unknown at first.
        ppm: Option<f64>,
        /// How far the computer's civil clock was stepped against its steady clock since the line
        /// before, in milliseconds.
        #[serde(default, skip_serializing_if = "is_zero")]
        stepped_ms: i64,
    },
    /// The disk ends soon.
    Low {
        /// Where the recording stands.
        at: u64,
        /// Minutes that still fit.
        minutes: u64,
    },
    /// The recording goes on in another folder.
    Moved {
        /// Where the recording stands.
        at: u64,
        /// The recording's folder from there on.
        folder: PathBuf,
    },
    /// The copy in the other folder fails; this recording does not depend on it.
    MirrorFailed {
        /// Where the recording stands.
        at: u64,
        /// What the system says.
        reason: String,
    },
    /// What a crash left open was closed.
    Recovered {
        /// Up to where there is sound.
        at: u64,
        /// Segments that were taken up by their bytes alone: the lines that had named them were
        /// lost.
        #[serde(default, skip_serializing_if = "is_none")]
        found: u64,
    },
    /// A channel's whole timeline was put into a FLAC file and compared sample by sample.
    Archived {
        /// Its name in the folder.
        file: String,
        /// The channel.
        channel: Channel,
        /// Samples, gaps counted as silence.
        frames: u64,
        /// SHA-256 of the file.
        sha256: String,
    },
    /// The recording ends. Only archiving follows it, or what was recorded after it was gone on
    /// with.
    Stop {
        /// How many samples there are of each channel, gaps counted.
        at: u64,
        /// The computer's clock.
        utc: Timestamp,
        /// Why.
        end: End,
    },
}

impl Fact {
    /// The same without a text that somebody entered.
    #[must_use]
    pub fn without_text(&self) -> Self {
        match self {
            Self::Event { at, entered, withdraws: None, .. } if entered.has_text() => {
                Self::Sealed { at: *at, sealed: String::new(), key: None }
            }
            other => other.clone(),
        }
    }

    /// Whether what follows is sealed otherwise than what stands before it.
    pub(super) fn turns_sealed(&self) -> bool {
        matches!(self, Self::Event { entered, withdraws: None, .. } if entered.turns_sealed().is_some())
    }

    /// The same as it stands in the ledger of a sealed meeting: a text that somebody entered is
    /// sealed.
    pub(super) fn sealed(&self, sealer: &Sealer) -> std::io::Result<Self> {
        match self {
            Self::Event { at, entered, key, withdraws: None, .. } if entered.has_text() => {
                let sealed = sealer.seal_text(&serde_json::to_string(entered)?)?;
                Ok(Self::Sealed { at: *at, sealed, key: key.clone() })
            }
            open => Ok(open.clone()),
        }
    }

    /// The same for one who holds the meeting's key.
    pub(super) fn opened(self, meeting: &MeetingKey) -> Self {
        match &self {
            Self::Sealed { at, sealed, key } => {
                let entered = meeting.open_text(sealed).and_then(|text| serde_json::from_str(&text).ok());
                entered.map_or_else(
                    || self.clone(),
                    |entered| Self::Event { at: *at, entered, key: key.clone(), withdraws: None, seal: None },
                )
            }
            _ => self,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// Why a device is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// It was unplugged or switched off.
    Unplugged,
    /// The sound server does not answer.
    Server,
    /// It is there and gives nothing.
    Mute,
    /// Only the system's own words tell.
    #[default]
    Other,
}

/// Why samples were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The disk did not take them in time.
    Disk,
    /// The computer did not fetch them from the device in time, or no recorder was at work.
    Overrun,
    /// The device was gone.
    Device,
    /// The line that said it was lost.
    Unknown,
}

/// How a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// As asked.
    Asked,
    /// The source came to its end.
    SourceEnded,
    /// The disk took no more.
    Disk,
    /// A crash; closed afterwards.
    Crash,
}

/// What an operator, the room's conference system or the recogniser that listens enters while a
/// recording runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entered", content = "value", rename_all = "snake_case")]
pub enum Entered {
    /// An event of the meeting.
    Event(EventKind),
    /// From now on this person speaks at this microphone; `None`: nobody that is known.
    Seated {
        /// The microphone.
        channel: Channel,
        /// The short name in `rapat.toml`.
        person: Option<String>,
    },
    /// What was said in the last seconds is to be listened to again. It is no event of the meeting, and
    /// stands in no document.
    ListenAgain,
    /// What the recogniser found to be wrong with a microphone.
    Alarm(Alarm),
    /// What the conference system says of a microphone.
    Microphone {
        /// The microphone.
        channel: Channel,
        /// What became of it.
        change: Change,
    },
}

impl Entered {
    /// Whether it holds words that somebody typed.
    fn has_text(&self) -> bool {
        matches!(self, Self::Event(EventKind::Agreed(Some(_)) | EventKind::Song(_) | EventKind::Note(_)))
    }

    /// Whether the recording goes on sealed from it on (`true`) or in the open again (`false`).
    #[must_use]
    pub fn turns_sealed(&self) -> Option<bool> {
        match self {
            Self::Event(EventKind::Private) => Some(true),
            Self::Event(EventKind::Public) => Some(false),
            _ => None,
        }
    }

    /// Whether only a person enters such a thing, by key or by `record event`.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        matches!(self, Self::Event(_) | Self::Seated { .. } | Self::ListenAgain)
    }
}

impl From<conference::Event> for Entered {
    fn from(event: conference::Event) -> Self {
        let channel = event.channel;
        match event.said {
            Said::Microphone(change) => Self::Microphone { channel, change },
            Said::Seated(person) => Self::Seated { channel, person },
        }
    }
}
