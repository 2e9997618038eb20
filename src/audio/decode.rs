//! One audio file as a stream of frames, whatever its format.

use std::fs::File;
use std::num::NonZeroU32;
use std::path::Path;

use jiff::civil::DateTime;

use super::codec::Coding;
use super::compressed::Compressed;
use super::container::caf::Caf;
use super::container::elementary::Elementary;
use super::container::flac::Flac;
use super::container::matroska::{self, Matroska};
use super::container::mp4::{self, Mp4};
use super::container::ogg::{self, Ogg};
use super::container::wrapped::Wrapped;
use super::container::{Bytes, Packets, TrackInfo};
use super::kind::{self, Kind};
use super::several::Several;
use super::wav::{Found, WavReader};
use super::{Error, RATES, Warning};
use crate::common::clock::{Clock, MAX_CHANNELS};
use crate::seal::{MeetingKey, SealedReader};

/// Samples a second and channels of a file, both within what is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    rate: NonZeroU32,
    /// From 1 to [`MAX_CHANNELS`].
    pub channels: u16,
}

impl Format {
    /// Checks both against what is accepted; `path` is the file that claims them.
    pub(super) fn new(rate: u32, channels: u64, path: &Path) -> Result<Self, Error> {
        let path = path.to_owned();
        match (NonZeroU32::new(rate), u16::try_from(channels)) {
            (_, Ok(0)) => Err(Error::NoChannels { path }),
            (Some(accepted), Ok(channels)) if channels <= MAX_CHANNELS => {
                if RATES.contains(&rate) {
                    Ok(Self { rate: accepted, channels })
                } else {
                    Err(Error::Rate { path, rate })
                }
            }
            (None, _) => Err(Error::Rate { path, rate }),
            _ => Err(Error::TooManyChannels { path, channels }),
        }
    }

    /// The clock of its samples.
    #[must_use]
    pub fn clock(self) -> Clock {
        Clock::new(self.rate)
    }
}

/// A file that delivers its frames from the first to the last.
pub(super) trait Decode: Send {
    fn format(&self) -> Format;

    /// Frames in all, where the file tells.
    fn length(&self) -> Option<u64>;

    /// Fills `out` with the next frames, interleaved, and returns how many: fewer than asked only
    /// at the end.
    fn read(&mut self, out: &mut [f32]) -> Result<usize, Error>;

    /// Passes over up to this many frames; returns how many it passed.
    fn skip(&mut self, frames: u64) -> Result<u64, Error>;

    /// Takes in what was appended since the file was opened, of a file that its recorder vouches
    /// for: `frames` in all, once that is known. Whether there is more than was read.
    fn grow(&mut self, _frames: Option<u64>) -> Result<bool, Error> {
        Ok(false)
    }

    /// What is amiss, as far as it has been read.
    fn warnings(&self) -> Vec<Warning>;

    /// When its recorder says that it began; without a zone.
    fn started(&self) -> Option<DateTime> {
        None
    }

    /// Samples between midnight and its first, where its recorder counts them.
    fn time_reference(&self) -> Option<u64> {
        None
    }

    /// Names of its channels in order; empty where it names none.
    fn names(&self) -> &[Option<String>] {
        &[]
    }
}

/// Opens a segment of a recording, which may be sealed to this key; `frames` is its length, once it
/// is complete.
pub(super) fn open_segment(
    path: &Path,
    frames: Option<u64>,
    key: Option<&MeetingKey>,
) -> Result<Box<dyn Decode>, Error> {
    let Some(key) = key else { return open(path) };
    let sealed = SealedReader::open(path, key.clone()).map_err(|error| Error::Recording(error.into()))?;
    let mut reader = WavReader::new(sealed, path)?;
    // Its length stands in the ledger alone.
    Decode::grow(&mut reader, frames)?;
    Ok(Box::new(reader))
}

/// Opens a file by its content; its name says nothing.
pub(super) fn open(path: &Path) -> Result<Box<dyn Decode>, Error> {
    let mut bytes = Bytes::open(path)?;
    if bytes.length() == 0 {
        return Err(Error::Empty { path: path.to_owned() });
    }
    let not_audio = || Error::NotAudio { path: path.to_owned() };
    let no_data = || Error::NoData { path: path.to_owned() };
    let (kind, start) = kind::of(&mut bytes)?.ok_or_else(not_audio)?;
    match kind {
        Kind::Wav => open_wav(path),
        Kind::Caf => {
            let found = Found::parse(&mut file(path)?, path)?;
            if let Coding::Pcm { .. } = found.coding() {
                return open_wav(path);
            }
            compressed(path, Caf::open(bytes)?.ok_or_else(no_data)?)
        }
        Kind::Flac => compressed(path, Flac::open(bytes, start)?.ok_or_else(no_data)?),
        Kind::Elementary => compressed(path, Elementary::open(bytes, start, None)?.ok_or_else(not_audio)?),
        Kind::Ogg => {
            let tracks = ogg::tracks(&mut bytes)?;
            several(path, tracks, |bytes, index| Ok(Ogg::open(bytes, index)?.map(boxed)))
        }
        Kind::Matroska => {
            let tracks = matroska::tracks(&mut bytes)?;
            several(path, tracks, |bytes, index| Ok(Matroska::open(bytes, index)?.map(boxed)))
        }
        Kind::Mp4 => {
            let tracks = mp4::tracks(&mut bytes)?.ok_or_else(|| Error::NoIndex { path: path.to_owned() })?;
            several(path, tracks, |bytes, index| Ok(Mp4::open(bytes, index)?.map(boxed)))
        }
        Kind::Other(name) => Err(Error::Encoding { path: path.to_owned(), encoding: name.to_owned() }),
    }
}

fn file(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|source| Error::io(path, source))
}

fn boxed(packets: impl Packets + 'static) -> Box<dyn Packets> {
    Box::new(packets)
}

fn compressed(path: &Path, packets: impl Packets + 'static) -> Result<Box<dyn Decode>, Error> {
    Ok(Box::new(Compressed::open(path, boxed(packets))?))
}

/// Opens WAV and its kin, whose sound may be compressed: telephone and dictation machines write
/// ADPCM, others MP3.
fn open_wav(path: &Path) -> Result<Box<dyn Decode>, Error> {
    let mut file = file(path)?;
    let found = Found::parse(&mut file, path)?;
    let refused = || Error::Encoding { path: path.to_owned(), encoding: found.coding().name() };
    match found.coding() {
        Coding::Mpeg { .. } => {
            let (start, size) = found.data().ok_or_else(|| Error::NoData { path: path.to_owned() })?;
            let end = size.and_then(|size| start.checked_add(size));
            compressed(path, Elementary::open(Bytes::open(path)?, start, end)?.ok_or_else(refused)?)
        }
        Coding::Adpcm { .. } => compressed(path, Wrapped::open(Bytes::open(path)?, &found)?.ok_or_else(refused)?),
        _ => Ok(Box::new(WavReader::of(found, file, path)?)),
    }
}

/// Opens every sound track of a container. Those that cannot be read with the others are left out,
/// which is told.
fn several(
    path: &Path,
    tracks: Vec<TrackInfo>,
    open: impl Fn(Bytes, usize) -> Result<Option<Box<dyn Packets>>, Error>,
) -> Result<Box<dyn Decode>, Error> {
    let count = tracks.len();
    let mut readers: Vec<Box<dyn Decode>> = Vec::new();
    let mut names = Vec::new();
    let mut failures = Vec::new();
    for (index, track) in tracks.into_iter().enumerate() {
        let reader = match &track.coding {
            Coding::Other(name) => Err(Error::Encoding { path: path.to_owned(), encoding: name.clone() }),
            _ => match open(Bytes::open(path)?, index)? {
                Some(packets) => Compressed::open(path, packets),
                None => Err(Error::NoData { path: path.to_owned() }),
            },
        };
        match reader {
            Ok(reader) => {
                let format = reader.format();
                if readers.first().is_some_and(|first| first.format().clock() != format.clock()) {
                    failures.push((index, Err(format.clock().rate())));
                    continue;
                }
                names.extend(std::iter::repeat_n(track.name, usize::from(format.channels)));
                readers.push(Box::new(reader));
            }
            Err(error @ Error::Io { .. }) => return Err(error),
            Err(error) => failures.push((index, Ok((track.coding.name(), error)))),
        }
    }
    let Some(first) = readers.first() else {
        let first = failures.into_iter().find_map(|(_, failure)| failure.ok());
        return Err(first.map_or_else(|| Error::NoData { path: path.to_owned() }, |(_, error)| error));
    };
    let channels = readers.iter().map(|reader| u64::from(reader.format().channels)).sum();
    let format = Format::new(first.format().clock().rate(), channels, path)?;
    let left_out = failures.into_iter().map(|(index, failure)| Warning::TrackLeftOut {
        path: path.to_owned(),
        track: index + 1,
        tracks: count,
        form: failure.map_or_else(|rate| format!("{rate} Hz"), |(name, _)| name),
    });
    Ok(Box::new(Several::new(readers, names, format, left_out.collect())))
}
