//! What a recorder tells of itself, and what it can be told to do.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::common::alarm::Alarm;
use crate::common::message::{Explain, Message};
use crate::recording::{Entered, Fact, Format};
use crate::seal::Holder;

/// Below this many minutes of room the disk is an alarm.
pub const LOW_MINUTES: u64 = 30;
/// Milliseconds of sound that wait for the disk from which on it is too slow.
const SLOW: u64 = 5_000;

/// What a recorder is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// No sample of the device has reached the disk yet.
    Waiting,
    /// Samples of every channel reach the disk.
    Recording,
    /// The device is gone; it tries to open it again.
    DeviceLost,
}

/// How loud a channel was over a fifth of a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meter {
    /// The greatest magnitude; full scale is 1.
    pub peak: f32,
    /// The root of the mean square.
    pub rms: f32,
    /// Whether samples stood at the limit.
    pub clipped: bool,
}

/// How the copy in the other folder is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mirror {
    /// None was asked for.
    None,
    /// It follows.
    Following,
    /// It failed; the recording itself goes on.
    Failed(String),
}

/// A recorder at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// What it is doing.
    pub state: State,
    /// The recording's folder.
    pub folder: PathBuf,
    /// When the first sample was taken.
    pub started: Timestamp,
    /// The form of the samples.
    pub format: Format,
    /// What gives the sound.
    pub device: String,
    /// Samples of each channel of which the disk has said that it has them, gaps counted.
    pub position: u64,
    /// Samples of each channel that were taken from the source, gaps counted: what is beyond
    /// [`position`](Self::position) is on its way.
    #[serde(default)]
    pub received: u64,
    /// Samples of each channel that were lost.
    pub lost: u64,
    /// One for each channel.
    pub meters: Vec<Meter>,
    /// Seconds of recording that the disk still takes.
    pub disk_seconds: u64,
    /// The copy.
    pub mirror: Mirror,
    /// Whether the recording has gone on in the second folder.
    #[serde(default)]
    pub moved: bool,
    /// What was entered to be wrong with microphones, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<Alarm>,
    /// The ledger's last line.
    pub last: Option<Fact>,
    /// The sample from which on the meeting is closed: what is recorded is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_from: Option<u64>,
    /// What would be taken back next, and its sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<(u64, Entered)>,
}

impl Status {
    /// What a person must see to, the worst first.
    #[must_use]
    pub fn troubles(&self) -> Vec<Message> {
        let clock = self.format.clock();
        let seconds = |samples: u64| clock.decimal_seconds(samples);
        let mut troubles = Vec::new();
        if self.state == State::DeviceLost {
            troubles.push(Message::new("record.device_lost").with("elapsed", clock.hms(self.position)));
        }
        let minutes = self.disk_seconds / 60;
        if minutes < LOW_MINUTES {
            let low = Message::new("record.low").with("minutes", minutes);
            troubles.push(low.with("path", self.folder.display()));
        }
        let waiting = self.received.saturating_sub(self.position);
        if clock.millis(waiting) >= SLOW {
            troubles.push(Message::new("record.slow").with("seconds", seconds(waiting)));
        }
        if self.moved {
            troubles.push(Message::new("record.moved").with("path", self.folder.display()));
        }
        if let Mirror::Failed(reason) = &self.mirror {
            troubles.push(Message::new("record.copy_failed").with("reason", reason));
        }
        if self.lost > 0 {
            troubles.push(Message::new("record.lost").with("seconds", seconds(self.lost)));
        }
        troubles.extend(self.alarms.iter().map(Explain::message));
        troubles
    }
}

/// What a recorder can be told; one line of JSON each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Tell how it is.
    Status,
    /// Enter what the operator did, so many milliseconds ago.
    Enter {
        /// What.
        #[serde(flatten)]
        entered: Entered,
        /// How long ago the key was pressed.
        #[serde(default)]
        ago_ms: u64,
        /// What is asked for again under the same key is not entered again.
        #[serde(default)]
        key: Option<String>,
        /// Where it closes the meeting: who may open what follows.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        holders: Vec<Holder>,
    },
    /// Take back what a person entered.
    Withdraw {
        /// The number of its line in the ledger; the last one where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<u64>,
        /// What is asked for again under the same key is not taken back again.
        #[serde(default)]
        key: Option<String>,
    },
    /// Close the recording.
    Stop,
}

/// A recorder's answer; one line of JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// How it is.
    Status(Box<Status>),
    /// Entered at this sample, and on the disk.
    Entered {
        /// The sample.
        at: u64,
    },
    /// It will be entered at this sample as soon as the disk takes it.
    Taken {
        /// The sample.
        at: u64,
    },
    /// Taken back.
    Withdrawn {
        /// The sample of what was taken back.
        at: u64,
        /// What it was.
        #[serde(flatten)]
        entered: Entered,
    },
    /// It will stop.
    Stopping,
    /// The request was not understood or could not be met.
    Refused {
        /// Why.
        #[serde(flatten)]
        reason: Refusal,
    },
}

/// Why a recorder refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", content = "detail", rename_all = "snake_case")]
pub enum Refusal {
    /// Nothing was recorded yet: there is no sample at which it could stand.
    Early,
    /// Too many ask at once.
    Busy,
    /// The recording has just ended.
    Ended,
    /// The request is none; in the words of who reads it.
    NotUnderstood(String),
    /// The disk does not take it; in the system's words.
    Disk(String),
    /// There is nothing that could be taken back.
    Nothing,
    /// The meeting cannot be closed: nobody is named, or not rightly, who could open it again.
    NoHolder,
    /// It is closed already.
    Private,
    /// It is not closed.
    NotPrivate,
    /// It is closed as a whole, as its description says.
    Whole,
    /// What closed it, or opened it again, is not taken back: what was recorded since stands as it
    /// is.
    Turned,
}

impl Explain for Refusal {
    fn message(&self) -> Message {
        let about = |key: &str| Message::new(&format!("recorder.refused.{key}"));
        match self {
            Self::Early => about("early"),
            Self::Busy => about("busy"),
            Self::Ended => about("ended"),
            Self::NotUnderstood(detail) => about("not_understood").with("detail", detail),
            Self::Disk(detail) => about("disk").with("detail", detail),
            Self::Nothing => about("nothing"),
            Self::NoHolder => about("no_holder"),
            Self::Private => about("private"),
            Self::NotPrivate => about("not_private"),
            Self::Whole => about("whole"),
            Self::Turned => about("turned"),
        }
    }
}
