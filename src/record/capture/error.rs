//! Why no sound comes from the room.

use std::path::{Path, PathBuf};

use crate::audio;
use crate::common::message::{Explain, Message};
use crate::recording::Absence;

/// Why no sound comes from the room.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The computer has no device that records.
    #[error("there is no input device")]
    NoDevice,
    /// The program was built without sound devices.
    #[error("built without sound devices")]
    LeftOut,
    /// No device of that name.
    #[error("there is no input device named {name}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        others: Vec<String>,
    },
    /// The device has fewer channels than there are seats.
    #[error("{name} has {channels} channels; {wanted} are needed")]
    TooFewChannels {
        name: String,
        /// The most that it gives.
        channels: u16,
        /// The highest channel of the seats.
        wanted: u16,
    },
    /// The device offers no form of sound that can be recorded.
    #[error("{name} offers no usable configuration")]
    NoConfig { name: String },
    /// Another program uses the device.
    #[error("{name} is in use")]
    InUse { name: String },
    /// The user may not use the device.
    #[error("{name} may not be used")]
    Denied { name: String },
    /// The device went away while it was listened to.
    #[error("{name} is gone: {detail}")]
    Gone {
        name: String,
        /// Why.
        why: Absence,
        detail: String,
    },
    /// The device cannot be used for another reason.
    #[error("{name}: {reason}")]
    Device { name: String, reason: String },
    /// The recording that is to be played cannot be read.
    #[error("{path}: {source}")]
    Rehearsal {
        path: PathBuf,
        /// Why.
        source: audio::Error,
    },
}

impl Explain for Error {
    fn message(&self) -> Message {
        let about = |key: &str, name: &str| Message::new(&format!("capture.{key}")).with("name", name);
        match self {
            Self::NoDevice => Message::new("capture.no_device"),
            Self::LeftOut => Message::new("capture.left_out"),
            Self::Unknown { name, others } => about("unknown", name).with("others", others.join(", ")),
            Self::TooFewChannels { name, channels, wanted } => {
                about("too_few_channels", name).with("channels", channels).with("wanted", wanted)
            }
            Self::NoConfig { name } => about("no_config", name),
            Self::InUse { name } => about("in_use", name),
            Self::Denied { name } => about("denied", name),
            Self::Gone { name, why, detail } => about(gone(*why), name).with("detail", detail),
            Self::Device { name, reason } => about("device", name).with("reason", reason),
            Self::Rehearsal { source, .. } => source.message(),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Unknown { .. } => true,
            Self::Rehearsal { source, .. } => source.is_usage(),
            _ => false,
        }
    }
}

fn gone(why: Absence) -> &'static str {
    match why {
        Absence::Unplugged => "gone.unplugged",
        Absence::Server => "gone.server",
        Absence::Mute => "gone.mute",
        Absence::Other => "gone.other",
    }
}

impl Error {
    pub(super) fn rehearsal(path: &Path) -> impl FnOnce(audio::Error) -> Self {
        |source| Self::Rehearsal { path: path.to_owned(), source }
    }
}
