//! Why a recording cannot be read.

use std::io;
use std::path::{Path, PathBuf};

use crate::common::clock::{Channel, MAX_CHANNELS};
use crate::common::message::{Explain, Message};
use crate::recording;
use crate::seal;

use super::RATES;

/// Why a recording cannot be read. Every case names its file; none means that something was
/// changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// No path was given.
    #[error("no recording was named")]
    Nothing,
    /// There is no such file or folder.
    #[error("{path} does not exist")]
    Missing { path: PathBuf },
    /// A folder holds no file with the name of an audio file.
    #[error("the folder {path} holds no audio file")]
    FolderWithoutAudio { path: PathBuf },
    /// A folder holds what looks like sound, but nothing of it can be read.
    #[error("nothing in the folder {path} can be read; {first} is the first that was passed over")]
    NothingRead {
        path: PathBuf,
        /// The first that was passed over.
        first: PathBuf,
    },
    /// The names of several files can be read in two ways, and nothing else in them decides.
    #[error("{path} can be read in two ways: {first} or {second}")]
    TwoReadings {
        /// The folder, or the first file.
        path: PathBuf,
        /// One way: channels with their files.
        first: String,
        second: String,
    },
    /// Two different files of one format have a name that differs only by case or Unicode form.
    #[error("{first} and {second} have one name and different content")]
    OneName { first: PathBuf, second: PathBuf },
    /// One file was named twice, so that one microphone would be two channels.
    #[error("{first} and {second} are one file")]
    NamedTwice {
        /// The path that was named first.
        first: PathBuf,
        second: PathBuf,
    },
    /// So much time lies between two parts that they cannot be of one meeting.
    #[error("{hours} hours lie between {before} and {after}")]
    FarApart {
        before: PathBuf,
        after: PathBuf,
        /// Whole hours between them.
        hours: u64,
    },
    /// A folder was named among several paths, where each must be the file of one channel.
    #[error("{path} is a folder among files")]
    FolderAmongFiles { path: PathBuf },
    /// More files than a recording may have channels.
    #[error("{files} files for at most {MAX_CHANNELS} channels")]
    TooManyFiles { files: usize },
    /// Two files were named for one channel.
    #[error("{channel} was given both {first} and {second}")]
    ChannelTwice { channel: Channel, first: PathBuf, second: PathBuf },
    /// The operating system refused to read.
    #[error("{path} cannot be read: {source}")]
    Io {
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file of no bytes.
    #[error("{path} is empty")]
    Empty { path: PathBuf },
    /// The content is not that of an audio file, whatever its name is.
    #[error("{path} is not an audio file")]
    NotAudio { path: PathBuf },
    /// A WAV file whose header does not say how the samples are stored.
    #[error("{path} has a WAV header without a usable format")]
    NoFormat { path: PathBuf },
    /// A header and no sample after it.
    #[error("{path} has a header but no sound")]
    NoData { path: PathBuf },
    /// An MP4 or CAF file without its index, which is written last: the recording broke off.
    #[error("{path} has no index; its recording broke off")]
    NoIndex { path: PathBuf },
    /// The recording's ledger cannot be used.
    #[error(transparent)]
    Recording(recording::Error),
    /// Samples are stored in a way that this program cannot decode.
    #[error("{path} is stored as {encoding}, which is not supported")]
    Encoding {
        path: PathBuf,
        /// How it is stored, in words.
        encoding: String,
    },
    /// A header with no channel.
    #[error("{path} says that it has 0 channels")]
    NoChannels { path: PathBuf },
    /// More channels than [`MAX_CHANNELS`].
    #[error("{path} has {channels} channels; at most {MAX_CHANNELS} are possible")]
    TooManyChannels { path: PathBuf, channels: u64 },
    /// A sample rate outside [`RATES`].
    #[error("{path} has {rate} samples a second")]
    Rate {
        path: PathBuf,
        /// Its rate, in samples a second.
        rate: u32,
    },
    /// Two files of one recording have different sample rates.
    #[error("{first} has {first_rate} samples a second, {second} has {second_rate}")]
    RatesDiffer {
        first: PathBuf,
        first_rate: u32,
        /// Another.
        second: PathBuf,
        second_rate: u32,
    },
    /// A file that stands for one channel of a set has several.
    #[error("{path} has {channels} channels, but stands for one channel of a set")]
    NotMono { path: PathBuf, channels: u16 },
    /// Two parts of one recording have a different number of channels.
    #[error("{first} has {first_channels} channels, {second} has {second_channels}")]
    ChannelsDiffer {
        first: PathBuf,
        first_channels: u16,
        /// Another.
        second: PathBuf,
        second_channels: u16,
    },
    /// The resampler refused a sample rate that lies in [`RATES`].
    #[error("sound of {rate} samples a second cannot be resampled: {reason}")]
    Resample {
        /// The rate of the source.
        rate: u32,
        /// What the resampler said.
        reason: String,
    },
}

impl Error {
    /// The error of a failed system call on `path`; a file that is not there is a case of its own.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        if source.kind() == io::ErrorKind::NotFound { Self::Missing { path } } else { Self::Io { path, source } }
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        let about = |key: &str, path: &Path| Message::new(&format!("audio.{key}")).with("path", path.display());
        match self {
            Self::Nothing => Message::new("audio.nothing"),
            Self::Missing { path } => about("missing", path),
            Self::FolderWithoutAudio { path } => about("folder_without_audio", path),
            Self::NothingRead { path, first } => about("nothing_read", path).with("first", first.display()),
            Self::TwoReadings { path, first, second } => {
                about("two_readings", path).with("first", first).with("second", second)
            }
            Self::OneName { first, second } => {
                Message::new("audio.one_name").with("first", first.display()).with("second", second.display())
            }
            Self::NamedTwice { first, second } => {
                Message::new("audio.named_twice").with("first", first.display()).with("second", second.display())
            }
            Self::FarApart { before, after, hours } => Message::new("audio.far_apart")
                .with("before", before.display())
                .with("after", after.display())
                .with("hours", hours),
            Self::FolderAmongFiles { path } => about("folder_among_files", path),
            Self::TooManyFiles { files } => {
                Message::new("audio.too_many_files").with("files", files).with("most", MAX_CHANNELS)
            }
            Self::ChannelTwice { channel, first, second } => Message::new("audio.channel_twice")
                .with("channel", channel)
                .with("first", first.display())
                .with("second", second.display()),
            Self::Io { path, source } => about("io", path).with("reason", source),
            Self::Empty { path } => about("empty", path),
            Self::NotAudio { path } => about("not_audio", path),
            Self::NoFormat { path } => about("no_format", path),
            Self::NoData { path } => about("no_data", path),
            Self::NoIndex { path } => about("no_index", path),
            Self::Recording(error) => error.message(),
            Self::Encoding { path, encoding } => about("encoding", path).with("encoding", encoding),
            Self::NoChannels { path } => about("no_channels", path),
            Self::TooManyChannels { path, channels } => {
                about("too_many_channels", path).with("channels", channels).with("most", MAX_CHANNELS)
            }
            Self::Rate { path, rate } => {
                about("rate", path).with("rate", rate).with("lowest", RATES.start()).with("highest", RATES.end())
            }
            Self::RatesDiffer { first, first_rate, second, second_rate } => Message::new("audio.rates_differ")
                .with("first", first.display())
                .with("first_rate", first_rate)
                .with("second", second.display())
                .with("second_rate", second_rate),
            Self::NotMono { path, channels } => about("not_mono", path).with("channels", channels),
            Self::ChannelsDiffer { first, first_channels, second, second_channels } => {
                Message::new("audio.channels_differ")
                    .with("first", first.display())
                    .with("first_channels", first_channels)
                    .with("second", second.display())
                    .with("second_channels", second_channels)
            }
            Self::Resample { rate, reason } => Message::new("audio.resample").with("rate", rate).with("reason", reason),
        }
    }

    fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Recording(recording::Error::Seal(seal::Error::Sealed { .. }))
                | Self::Nothing
                | Self::Missing { .. }
                | Self::FolderWithoutAudio { .. }
                | Self::NothingRead { .. }
                | Self::TwoReadings { .. }
                | Self::OneName { .. }
                | Self::NamedTwice { .. }
                | Self::FarApart { .. }
                | Self::FolderAmongFiles { .. }
                | Self::TooManyFiles { .. }
                | Self::ChannelTwice { .. }
        )
    }
}
