//! What is wrong with a microphone, as it is told and kept in the ledger.

use serde::{Deserialize, Serialize};

use super::clock::Channel;
use super::message::{Explain, Message};

/// What a person should look at; each is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Alarm {
    /// A microphone in which nobody in the room is heard, though the others hear them.
    Dead { channel: Channel },
    /// Two channels carry the same sound: one source feeds both.
    Identical {
        /// The channel that keeps the turns.
        channel: Channel,
        /// The one that is taken for its copy.
        copy: Channel,
    },
    /// A channel carries the mix of the others: the room's sum is patched into a seat.
    FloorMix { channel: Channel },
    /// A voice arrives in another microphone nearly as loud as in its own (above -3 dB): they stand
    /// too close together.
    Bleed {
        /// The speaker's own microphone.
        of: Channel,
        into: Channel,
    },
    /// A microphone whose noise is so loud (a howl, a hum, a fan) that softer voices are lost in
    /// it.
    Noise { channel: Channel },
}

impl Explain for Alarm {
    fn message(&self) -> Message {
        match self {
            Self::Dead { channel } => Message::new("floor.dead").with("channel", channel),
            Self::Identical { channel, copy } => {
                Message::new("floor.identical").with("channel", channel).with("copy", copy)
            }
            Self::FloorMix { channel } => Message::new("floor.mix").with("channel", channel),
            Self::Noise { channel } => Message::new("floor.noise").with("channel", channel),
            Self::Bleed { of, into } => Message::new("floor.bleed").with("of", of).with("into", into),
        }
    }
}
