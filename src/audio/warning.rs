//! What a person must know about sound that was read all the same.

use std::path::{Path, PathBuf};

use crate::clock::{Channel, Clock, Span};
use crate::message::{Explain, Message};

/// Something amiss with a recording that did not keep its sound from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The file ends before its header says; all that is there was delivered.
    Truncated {
        /// The file.
        path: PathBuf,
        /// The rate of both figures.
        clock: Clock,
        /// Frames it holds.
        held: u64,
        /// Frames its header claims.
        claimed: u64,
    },
    /// The file ends in the middle of a packet or without the mark of its end; what is missing has no known length.
    EndMissing {
        /// The file.
        path: PathBuf,
        /// The rate of `held`.
        clock: Clock,
        /// Frames it holds; they were delivered.
        held: u64,
    },
    /// A sound track of a container cannot be read, or not beside the others.
    TrackLeftOut {
        /// The file.
        path: PathBuf,
        /// Its number among the sound tracks, from 1.
        track: usize,
        /// How many sound tracks there are.
        tracks: usize,
        /// How it is stored, or its rate.
        form: String,
    },
    /// An edit list of the file leaves out sound that is there; what was delivered is what a player plays.
    Hidden {
        /// The file.
        path: PathBuf,
        /// The rate of `frames`.
        clock: Clock,
        /// Frames that were not delivered.
        frames: u64,
    },
    /// The number of channels changes on the way; what follows was brought to that of the beginning.
    ChannelsChange {
        /// The file.
        path: PathBuf,
        /// The rate of `first`.
        clock: Clock,
        /// The first frame of the other kind.
        first: u64,
        /// Channels at the beginning.
        from: u16,
        /// Channels from there on.
        to: u16,
    },
    /// The header was never completed, or gives less sound than the file holds; all that is there was delivered.
    Unfinished {
        /// The file.
        path: PathBuf,
        /// The rate of `held`.
        clock: Clock,
        /// Frames it holds.
        held: u64,
    },
    /// Parts of a compressed file could not be decoded and became silence of the same length.
    Damaged {
        /// The file.
        path: PathBuf,
        /// How many parts it was.
        places: u64,
        /// The rate of `first`.
        clock: Clock,
        /// The first frame of the file that is silence for this reason.
        first: u64,
    },
    /// The rest of a compressed file could not be decoded.
    Broken {
        /// The file.
        path: PathBuf,
        /// The rate of `held`.
        clock: Clock,
        /// Frames before the break; they were delivered.
        held: u64,
        /// What the decoder said.
        reason: String,
    },
    /// The file of one channel ends earlier than that of another; its end was filled with silence.
    Shorter {
        /// The file that ends early.
        path: PathBuf,
        /// Its channel.
        channel: Channel,
        /// The rate of both figures.
        clock: Clock,
        /// Frames it holds.
        held: u64,
        /// Frames of the longest one.
        longest: u64,
    },
    /// A part of a recording holds no readable sound; what follows it stands too early by its length.
    PartSkipped {
        /// The part.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// The numbers of a recording's parts have a gap; what follows it stands too early by the length of what is missing.
    PartsMissing {
        /// The last part before the gap.
        before: PathBuf,
        /// The first part after it.
        after: PathBuf,
    },
    /// The recorder lost samples here; they are counted, and silent.
    Lost {
        /// The rate of `span`.
        clock: Clock,
        /// Where.
        span: Span,
    },
    /// A crash or power cut ended the recording; what is on the disk was delivered.
    NotClosed {
        /// The recording's folder.
        path: PathBuf,
    },
    /// Samples were not numbers, or beyond any level that sound can have; they became silence.
    NotNumbers {
        /// Their channel.
        channel: Channel,
        /// How many.
        samples: u64,
    },
    /// These channels are digital silence from the first to the last sample.
    Silent {
        /// The channels, ascending.
        channels: Vec<Channel>,
    },
    /// Every channel is digital silence from the first to the last sample.
    AllSilent,
    /// A channel was recorded too loud: its wave is cut off at the limit.
    Clipped {
        /// The channel.
        channel: Channel,
        /// The rate of `samples`.
        clock: Clock,
        /// How many samples stand at the limit.
        samples: u64,
    },
}

impl Explain for Warning {
    fn message(&self) -> Message {
        let about = |key: &str, path: &Path| Message::new(&format!("audio.{key}")).with("path", path.display());
        match self {
            Self::Truncated { path, clock, held, claimed } => about("truncated", path)
                .with("held", clock.decimal_seconds(*held))
                .with("claimed", clock.decimal_seconds(*claimed)),
            Self::EndMissing { path, clock, held } => {
                about("end_missing", path).with("held", clock.decimal_seconds(*held))
            }
            Self::TrackLeftOut { path, track, tracks, form } => {
                about("track_left_out", path).with("track", track).with("tracks", tracks).with("form", form)
            }
            Self::Hidden { path, clock, frames } => {
                about("hidden", path).with("seconds", clock.decimal_seconds(*frames))
            }
            Self::ChannelsChange { path, clock, first, from, to } => {
                about("channels_change", path).with("at", clock.hms(*first)).with("from", from).with("to", to)
            }
            Self::Unfinished { path, clock, held } => {
                about("unfinished", path).with("held", clock.decimal_seconds(*held))
            }
            Self::Damaged { path, places, clock, first } => {
                about("damaged", path).with("places", places).with("at", clock.hms(*first))
            }
            Self::Lost { clock, span } => Message::new("audio.lost")
                .with("at", clock.hms(span.start))
                .with("seconds", clock.decimal_seconds(span.len())),
            Self::NotClosed { path } => about("not_closed", path),
            Self::Broken { path, clock, held, reason } => {
                about("broken", path).with("at", clock.hms(*held)).with("reason", reason)
            }
            Self::Shorter { path, channel, clock, held, longest } => about("shorter", path)
                .with("channel", channel)
                .with("held", clock.decimal_seconds(*held))
                .with("longest", clock.decimal_seconds(*longest)),
            Self::PartSkipped { path, bytes } => about("part_skipped", path).with("bytes", bytes),
            Self::PartsMissing { before, after } => {
                Message::new("audio.parts_missing").with("before", before.display()).with("after", after.display())
            }
            Self::NotNumbers { channel, samples } => {
                Message::new("audio.not_numbers").with("channel", channel).with("samples", samples)
            }
            Self::Silent { channels } => {
                let names: Vec<String> = channels.iter().map(ToString::to_string).collect();
                Message::new("audio.silent").with("channels", names.join(", "))
            }
            Self::AllSilent => Message::new("audio.all_silent"),
            Self::Clipped { channel, clock, samples } => {
                Message::new("audio.clipped").with("channel", channel).with("millis", clock.millis(*samples).max(1))
            }
        }
    }
}
