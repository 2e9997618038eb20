//! Why nothing is heard.

use std::path::PathBuf;

use crate::audio;
use crate::common::clock::Channel;
use crate::common::message::{Explain, Message};

/// Why a passage is neither played nor written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The recording cannot be read.
    #[error(transparent)]
    Audio(#[from] audio::Error),
    /// The recording is not that long.
    #[error("{from} is beyond {length}")]
    Beyond {
        /// Where the passage begins, `hh:mm:ss`.
        from: String,
        /// How long the recording is, so far.
        length: String,
    },
    /// The recording has no such channel.
    #[error("no {channel} of {channels}")]
    NoChannel { channel: Channel, channels: u16 },
    /// The file cannot be written.
    #[error("{}: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    /// The program was built without sound devices.
    #[error("built without sound devices")]
    LeftOut,
    /// The computer has no loudspeaker.
    #[error("no output device")]
    NoLoudspeaker,
    /// The loudspeaker does not play.
    #[error("{name}: {detail}")]
    Loudspeaker {
        /// What the system calls it.
        name: String,
        detail: String,
    },
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Audio(error) => error.message(),
            Self::Beyond { from, length } => Message::new("play.beyond").with("from", from).with("length", length),
            Self::NoChannel { channel, channels } => {
                Message::new("play.no_channel").with("channel", channel.number()).with("channels", channels)
            }
            Self::Write { path, source } if source.kind() == std::io::ErrorKind::AlreadyExists => {
                Message::new("play.taken").with("path", path.display())
            }
            Self::Write { path, source } => {
                Message::new("play.write").with("path", path.display()).with("detail", source)
            }
            Self::LeftOut => Message::new("capture.left_out"),
            Self::NoLoudspeaker => Message::new("play.no_loudspeaker"),
            Self::Loudspeaker { name, detail } => {
                Message::new("play.loudspeaker").with("name", name).with("detail", detail)
            }
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Audio(error) => error.is_usage(),
            Self::Beyond { .. } | Self::NoChannel { .. } => true,
            Self::Write { source, .. } => source.kind() == std::io::ErrorKind::AlreadyExists,
            Self::LeftOut | Self::NoLoudspeaker | Self::Loudspeaker { .. } => false,
        }
    }
}
