//! What a recorder tells of itself, and what it can be told to do.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::floor::Alarm;
use crate::recording::{Entered, Fact, Format};

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
    /// Samples of each channel that are on the disk, gaps counted.
    pub position: u64,
    /// Samples of each channel that were lost.
    pub lost: u64,
    /// One for each channel.
    pub meters: Vec<Meter>,
    /// Seconds of recording that the disk still takes.
    pub disk_seconds: u64,
    /// The copy.
    pub mirror: Mirror,
    /// What was entered to be wrong with microphones, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<Alarm>,
    /// The ledger's last line.
    pub last: Option<Fact>,
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
    /// Entered at this sample.
    Entered {
        /// The sample.
        at: u64,
    },
    /// It will stop.
    Stopping,
    /// The request was not understood or could not be met.
    Refused {
        /// Why.
        reason: String,
    },
}
