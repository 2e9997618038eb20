//! What can be wrong with `rapat.toml` or `lembaga.toml`: each error names the file, the line and
//! the key.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::Zone;
use crate::common::message::{Explain, Message};
use crate::common::toml_text::Wrong;

/// Why a `rapat.toml` was refused.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// More than any meeting's file can be.
    #[error("{}: {bytes} bytes, more than {limit}", path.display())]
    TooLarge {
        path: PathBuf,
        bytes: u64,
        /// The most that is read.
        limit: u64,
    },
    /// The file holds no text.
    #[error("{}: no text", path.display())]
    NotText { path: PathBuf },
    /// Not TOML, an unknown or repeated key, or a value of the wrong kind.
    #[error("{file}, line {line}: {wrong:?}")]
    Syntax {
        file: String,
        /// The line, from 1.
        line: usize,
        wrong: Wrong,
    },
    /// A value that cannot be, or that contradicts another.
    #[error("{file}, line {line}, {key}: {fault}")]
    Field {
        file: String,
        /// The line, from 1.
        line: usize,
        key: &'static str,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with the value of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Fault {
    /// A file that is not there.
    #[error("{} does not exist", .0.display())]
    NoFile(PathBuf),
    /// A picture that cannot be used.
    #[error("{}: {reason}", path.display())]
    NotAPicture {
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Two lists of one name, of which the meeting's folder could keep only one.
    #[error("has the name of another file")]
    SameName,
    /// A number outside what can be set.
    #[error("not between {least} and {most}")]
    Outside {
        least: String,
        /// The most.
        most: String,
    },
    /// An empty text.
    #[error("empty")]
    Empty,
    /// A channel number that no recording has.
    #[error("channel {0} is not between 1 and 64")]
    ChannelRange(i64),
    /// A channel that this recording does not have.
    #[error("channel {channel}, but the recording has {channels}")]
    NoSuchChannel {
        /// The channel of the seat.
        channel: u16,
        channels: u16,
    },
    /// The same thing given twice.
    #[error("`{value}` is already used on line {first}")]
    Twice {
        /// Channel, name of a file, person or group.
        value: String,
        /// Line of the first use.
        first: usize,
    },
    /// A reference to a person or group that the file does not have.
    #[error("`{0}` is not in the file")]
    Unknown(String),
    /// Not a public key of age.
    #[error("`{0}` is not a public key")]
    NotAKey(String),
    /// Not a date alone.
    #[error("`{0}` is not a date")]
    NotADate(String),
    /// Not a time of day.
    #[error("`{0}` is not a time of day")]
    NotATime(String),
    /// A time of day in another zone than the meeting's.
    #[error("`{value}` is not in {zone}")]
    OtherZone {
        value: String,
        /// The meeting's zone.
        zone: Zone,
    },
    /// Not a time within the recording.
    #[error("`{0}` is not hours:minutes:seconds")]
    NotAnOffset(String),
    /// Not a length of time.
    #[error("`{0}` is no number of years, months or days")]
    NotATerm(String),
    /// Not the address of a site.
    #[error("`{0}` is no address of a site")]
    NotAnAddress(String),
    /// Not a colour.
    #[error("`{0}` is no colour")]
    NotAColour(String),
    /// Only one of several keys may be given.
    #[error("more than one of `{0}`")]
    Several(&'static str),
    /// The official record is never destroyed.
    #[error("the official record is kept")]
    RecordKept,
    /// Makes no sense without another key.
    #[error("needs `{0}`")]
    Needs(&'static str),
    /// Cannot stand beside another key.
    #[error("cannot stand beside `{0}`")]
    Excludes(&'static str),
    /// A key that this kind of event does not have.
    #[error("does not belong to an event of kind `{0}`")]
    NotOfKind(&'static str),
    /// A kind of meeting that may only be open.
    #[error("a {0} is always open")]
    AlwaysOpen(&'static str),
    /// Parts that do not make the whole.
    #[error("the parts make {parts}, not {whole}")]
    Sum { parts: u64, whole: u32 },
    /// A number above what it can be.
    #[error("{given} is more than {most}")]
    TooMany {
        given: u64,
        /// The most it can be.
        most: u32,
    },
    /// A number that must not be zero.
    #[error("must be at least 1")]
    Zero,
    /// A time at a seat that ends before it begins.
    #[error("ends before it begins")]
    Backwards,
    /// Two people at one seat at the same time.
    #[error("overlaps the one on line {0}")]
    Overlap(usize),
}

/// Where something stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) file: Arc<str>,
    pub(super) line: usize,
}

impl Error {
    pub(super) fn at(origin: &Origin, key: &'static str, fault: Fault) -> Self {
        Self::Field { file: origin.file.to_string(), line: origin.line, key, fault }
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        let placed = |key: &str, file: &str, line: usize| Message::new(key).with("file", file).with("line", line);
        match self {
            Self::Unreadable { path, source } => {
                Message::new("meeting.unreadable").with("file", path.display()).with("reason", source)
            }
            Self::TooLarge { path, bytes, limit } => {
                Message::new("meeting.too_large").with("file", path.display()).with("bytes", bytes).with("limit", limit)
            }
            Self::NotText { path } => Message::new("meeting.not_text").with("file", path.display()),
            Self::Syntax { file, line, wrong } => wrong.message(file, *line),
            Self::Field { file, line, key, fault } => fault.explain(placed(fault.key(), file, *line).with("key", key)),
        }
    }

    fn is_usage(&self) -> bool {
        true
    }
}

impl Fault {
    fn key(&self) -> &'static str {
        match self {
            Self::NoFile(_) => "meeting.no_file",
            Self::NotAPicture { .. } => "meeting.not_a_picture",
            Self::SameName => "meeting.same_name",
            Self::Outside { .. } => "meeting.outside",
            Self::Empty => "meeting.empty",
            Self::ChannelRange(_) => "meeting.channel_range",
            Self::NoSuchChannel { .. } => "meeting.no_such_channel",
            Self::Twice { .. } => "meeting.twice",
            Self::Unknown(_) => "meeting.unknown",
            Self::NotAKey(_) => "meeting.not_a_key",
            Self::NotADate(_) => "meeting.not_a_date",
            Self::NotATime(_) => "meeting.not_a_time",
            Self::NotAnOffset(_) => "meeting.not_an_offset",
            Self::NotATerm(_) => "meeting.not_a_term",
            Self::NotAnAddress(_) => "meeting.not_an_address",
            Self::NotAColour(_) => "meeting.not_a_colour",
            Self::Several(_) => "meeting.several",
            Self::RecordKept => "meeting.record_kept",
            Self::OtherZone { .. } => "meeting.other_zone",
            Self::Needs(_) => "meeting.needs",
            Self::Excludes(_) => "meeting.excludes",
            Self::NotOfKind(_) => "meeting.not_of_kind",
            Self::AlwaysOpen(_) => "meeting.always_open",
            Self::Sum { .. } => "meeting.sum",
            Self::TooMany { .. } => "meeting.too_many",
            Self::Zero => "meeting.zero",
            Self::Backwards => "meeting.backwards",
            Self::Overlap(_) => "meeting.overlap",
        }
    }

    fn explain(&self, message: Message) -> Message {
        match self {
            Self::Empty | Self::Zero | Self::Backwards | Self::SameName | Self::RecordKept => message,
            Self::NoFile(path) => message.with("path", path.display()),
            Self::NotAPicture { path, reason } => message.with("path", path.display()).with("reason", reason),
            Self::Outside { least, most } => message.with("least", least).with("most", most),
            Self::ChannelRange(channel) => message.with("channel", channel),
            Self::NoSuchChannel { channel, channels } => message.with("channel", channel).with("channels", channels),
            Self::Twice { value, first } => message.with("value", value).with("first", first),
            Self::Unknown(value)
            | Self::NotAKey(value)
            | Self::NotADate(value)
            | Self::NotATime(value)
            | Self::NotAnOffset(value)
            | Self::NotATerm(value)
            | Self::NotAnAddress(value)
            | Self::NotAColour(value) => message.with("value", value),
            Self::OtherZone { value, zone } => message.with("value", value).with("zone", zone),
            Self::Needs(other) | Self::Excludes(other) | Self::Several(other) => message.with("other", other),
            Self::NotOfKind(kind) | Self::AlwaysOpen(kind) => message.with("kind", kind),
            Self::Sum { parts, whole } => message.with("parts", parts).with("whole", whole),
            Self::TooMany { given, most } => message.with("given", given).with("most", most),
            Self::Overlap(first) => message.with("first", first),
        }
    }
}
