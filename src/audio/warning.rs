//! What a person must know about sound that was read all the same.

use std::path::{Path, PathBuf};

use super::Error;
use crate::common::clock::{Channel, Clock, Span};
use crate::common::message::{Explain, Message};

/// Why something that looks like a recording was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// A program was still copying it, or was stopped.
    Unfinished,
    /// A link to a file that is not there.
    DeadLink,
    /// A pipe, a socket or a device.
    NotAFile,
    /// The system refuses to read it; what it says.
    Unreadable(String),
    /// Its content is sound, but its name does not end as that of sound.
    Ending,
    /// A folder that holds sound.
    Folder,
    /// It lies beside the recording of a meeting folder.
    BesideRecording,
    /// It holds no bytes.
    Empty,
    /// It holds no readable sound.
    NoSound,
    /// It is stored in a way that cannot be decoded.
    Encoding(String),
    /// Its name says that it is a mixture of the microphones or a second copy at another level.
    Mixture,
    /// It holds a picture, and its sound is that of the room.
    Picture,
    /// It holds two channels and no number that says which microphones they are.
    Stereo,
}

impl Why {
    /// Why a file was not read that could not be opened.
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Empty { .. } => Self::Empty,
            Error::Encoding { encoding, .. } => Self::Encoding(encoding.clone()),
            Error::Missing { .. } => Self::DeadLink,
            Error::Io { source, .. } => Self::Unreadable(source.to_string()),
            _ => Self::NoSound,
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Self::Unfinished => "audio.passed.unfinished",
            Self::DeadLink => "audio.passed.dead_link",
            Self::NotAFile => "audio.passed.not_a_file",
            Self::Unreadable(_) => "audio.passed.unreadable",
            Self::Ending => "audio.passed.ending",
            Self::Folder => "audio.passed.folder",
            Self::BesideRecording => "audio.passed.beside_recording",
            Self::Empty => "audio.passed.empty",
            Self::NoSound => "audio.passed.no_sound",
            Self::Encoding(_) => "audio.passed.encoding",
            Self::Mixture => "audio.passed.mixture",
            Self::Picture => "audio.passed.picture",
            Self::Stereo => "audio.passed.stereo",
        }
    }
}

/// How two files come to hold one sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Double {
    /// They have one name, and are of one take.
    Format,
    /// They are equal byte for byte.
    Copy,
    /// They are one file under two names.
    Link,
}

/// Something amiss with a recording that did not keep its sound from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Warning {
    /// The file ends before its header says; all that is there was delivered.
    Truncated {
        path: PathBuf,
        /// The rate of both figures.
        clock: Clock,
        /// Frames it holds.
        held: u64,
        /// Frames its header claims.
        claimed: u64,
    },
    /// The file ends in the middle of a packet or without the mark of its end; what is missing has
    /// no known length.
    EndMissing {
        path: PathBuf,
        /// The rate of `held`.
        clock: Clock,
        /// Frames it holds; they were delivered.
        held: u64,
    },
    /// A sound track of a container cannot be read, or not beside the others.
    TrackLeftOut {
        path: PathBuf,
        /// Its number among the sound tracks, from 1.
        track: usize,
        /// How many sound tracks there are.
        tracks: usize,
        /// How it is stored, or its rate.
        form: String,
    },
    /// An edit list of the file leaves out sound that is there; what was delivered is what a player
    /// plays.
    Hidden {
        path: PathBuf,
        /// The rate of `frames`.
        clock: Clock,
        /// Frames that were not delivered.
        frames: u64,
    },
    /// The number of channels changes on the way; what follows was brought to that of the
    /// beginning.
    ChannelsChange {
        path: PathBuf,
        /// The rate of `first`.
        clock: Clock,
        /// The first frame of the other kind.
        first: u64,
        /// Channels at the beginning.
        from: u16,
        to: u16,
    },
    /// The header was never completed, or gives less sound than the file holds; all that is there
    /// was delivered.
    Unfinished {
        path: PathBuf,
        /// The rate of `held`.
        clock: Clock,
        /// Frames it holds.
        held: u64,
    },
    /// Parts of a compressed file could not be decoded and became silence of the same length.
    Damaged {
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
        path: PathBuf,
        /// The rate of `held`.
        clock: Clock,
        /// Frames before the break; they were delivered.
        held: u64,
        reason: String,
    },
    /// The file of one channel ends earlier than that of another; its end was filled with silence.
    Shorter {
        /// The file that ends early.
        path: PathBuf,
        channel: Channel,
        /// The rate of both figures.
        clock: Clock,
        /// Frames it holds.
        held: u64,
        /// Frames of the longest one.
        longest: u64,
    },
    /// What looks like a recording was not read.
    PassedOver {
        path: PathBuf,
        /// Why.
        why: Why,
    },
    /// One sound lies in two files, and was read from one.
    Doubled {
        /// The file that was read.
        taken: PathBuf,
        /// The file that was not.
        left: PathBuf,
        /// How they come to hold one sound.
        why: Double,
    },
    /// Channels have no file and are silent.
    NoFile {
        /// The channels, ascending.
        channels: Vec<Channel>,
    },
    /// The number in a file's name is a channel at which the seat map has no seat.
    NoSeat { path: PathBuf, channel: Channel },
    /// A file has no number where others have; it stands on a channel behind all others, where it
    /// takes nobody's place.
    NoNumber { path: PathBuf, channel: Channel },
    /// No file has a number, so that the order of their names decided.
    InOrder {
        /// The files with their channels.
        files: Vec<(Channel, PathBuf)>,
    },
    /// Files that were named one by one have numbers which are not their places in the order in
    /// which they were named.
    NumbersIgnored {
        /// The files with their channels.
        files: Vec<(Channel, PathBuf)>,
    },
    /// The numbers begin with 0, so that each channel is one more.
    FromZero {
        /// The file with the number 0.
        path: PathBuf,
    },
    /// The seat map names a file that is not there.
    SeatWithoutFile {
        /// The seat's channel.
        channel: Channel,
        file: String,
    },
    /// Names that may count parts or microphones were taken to count microphones, since all files
    /// have one length.
    ReadByLength { paths: Vec<PathBuf> },
    /// Between two parts lies time that no file holds; it is silent.
    Gap {
        before: PathBuf,
        after: PathBuf,
        /// The channels in which it lies.
        channels: Vec<Channel>,
        /// The rate of `span`.
        clock: Clock,
        /// Where.
        span: Span,
    },
    /// Two files were joined, and nothing says how much time lies between them.
    Joined { before: PathBuf, after: PathBuf },
    /// The numbers of the parts do not begin with the first.
    FirstPartMissing {
        /// The part with the lowest number.
        path: PathBuf,
    },
    /// By the time in its head or name a file begins later than the others, and was placed there.
    BeganLater {
        path: PathBuf,
        channel: Channel,
        /// The rate of `frames`.
        clock: Clock,
        /// By how many frames.
        frames: u64,
    },
    /// By the time in its head or name a file begins later than the others, but its length
    /// contradicts that; it was not moved.
    TimesDiffer {
        path: PathBuf,
        channel: Channel,
        /// The rate of `frames`.
        clock: Clock,
        /// By how many frames.
        frames: u64,
    },
    /// A file changed while it was read.
    Changed { path: PathBuf },
    /// A part of a recording holds no readable sound; what follows it stands too early by its
    /// length.
    PartSkipped { path: PathBuf, bytes: u64 },
    /// The numbers of a recording's parts have a gap; what follows it stands too early by the
    /// length of what is missing.
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
    /// The computer's clock was set while it recorded: times of day rest on how it stood at the
    /// beginning.
    ClockSet {
        /// When first, in milliseconds of the recording.
        at: u64,
        /// By how many milliseconds in all.
        by: i64,
    },
    /// A crash or power cut ended the recording; what is on the disk was delivered.
    NotClosed {
        /// The recording's folder.
        path: PathBuf,
    },
    /// Samples were not numbers, or beyond any level that sound can have; they became silence.
    NotNumbers { channel: Channel, samples: u64 },
    /// These channels are digital silence from the first to the last sample.
    Silent {
        /// The channels, ascending.
        channels: Vec<Channel>,
    },
    /// Every channel is digital silence from the first to the last sample.
    AllSilent,
    /// A channel was recorded too loud: its wave is cut off at the limit.
    Clipped {
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
            Self::ClockSet { at, by } => crate::meeting::Finding::ClockSet { at: *at, by: *by }.message(),
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
            Self::PassedOver { path, why } => {
                let message = Message::new(why.key()).with("path", path.display());
                match why {
                    Why::Unreadable(reason) => message.with("reason", reason),
                    Why::Encoding(encoding) => message.with("encoding", encoding),
                    _ => message,
                }
            }
            Self::Doubled { taken, left, why } => {
                let key = match why {
                    Double::Format => "audio.doubled.format",
                    Double::Copy => "audio.doubled.copy",
                    Double::Link => "audio.doubled.link",
                };
                Message::new(key).with("taken", taken.display()).with("left", left.display())
            }
            Self::NoFile { channels } => Message::new("audio.no_file").with("channels", list(channels)),
            Self::NoSeat { path, channel } => about("no_seat", path).with("channel", channel),
            Self::NoNumber { path, channel } => about("no_number", path).with("channel", channel),
            Self::InOrder { files } => Message::new("audio.in_order").with("files", placed(files)),
            Self::NumbersIgnored { files } => Message::new("audio.numbers_ignored").with("files", placed(files)),
            Self::FromZero { path } => about("from_zero", path),
            Self::SeatWithoutFile { channel, file } => {
                Message::new("audio.seat_without_file").with("channel", channel).with("file", file)
            }
            Self::ReadByLength { paths } => {
                let names: Vec<String> = paths.iter().map(|path| file_name(path)).collect();
                Message::new("audio.read_by_length").with("files", names.join(", "))
            }
            Self::Gap { before, after, channels, clock, span } => Message::new("audio.gap")
                .with("before", file_name(before))
                .with("after", file_name(after))
                .with("channels", list(channels))
                .with("at", clock.hms(span.start))
                .with("samples", span.len())
                .with("seconds", clock.decimal_seconds(span.len())),
            Self::Joined { before, after } => {
                Message::new("audio.joined").with("before", before.display()).with("after", after.display())
            }
            Self::FirstPartMissing { path } => about("first_part_missing", path),
            Self::BeganLater { path, channel, clock, frames } => about("began_later", path)
                .with("channel", channel)
                .with("samples", frames)
                .with("seconds", clock.decimal_seconds(*frames)),
            Self::TimesDiffer { path, channel, clock, frames } => {
                about("times_differ", path).with("channel", channel).with("seconds", clock.decimal_seconds(*frames))
            }
            Self::Changed { path } => about("changed", path),
            Self::NotNumbers { channel, samples } => {
                Message::new("audio.not_numbers").with("channel", channel).with("samples", samples)
            }
            Self::Silent { channels } => Message::new("audio.silent").with("channels", list(channels)),
            Self::AllSilent => Message::new("audio.all_silent"),
            Self::Clipped { channel, clock, samples } => {
                Message::new("audio.clipped").with("channel", channel).with("millis", clock.millis(*samples).max(1))
            }
        }
    }
}

fn list(channels: &[Channel]) -> String {
    channels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn placed(files: &[(Channel, PathBuf)]) -> String {
    let one = |(channel, path): &(Channel, PathBuf)| format!("{channel} = {}", file_name(path));
    files.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
