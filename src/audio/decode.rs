//! One audio file as a stream of frames, whatever its format.

use std::fs::{self, File};
use std::num::NonZeroU32;
use std::path::Path;

use jiff::civil::DateTime;

use super::compressed::Compressed;
use super::wav::{WavReader, is_wav};
use super::{Error, RATES, Warning};
use crate::clock::{Clock, MAX_CHANNELS};

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

    /// Fills `out` with the next frames, interleaved, and returns how many: fewer than asked only at the end.
    fn read(&mut self, out: &mut [f32]) -> Result<usize, Error>;

    /// Passes over up to this many frames; returns how many it passed.
    fn skip(&mut self, frames: u64) -> Result<u64, Error>;

    /// Takes in what was appended since the file was opened, of a file that its recorder vouches for: `frames` in all, once that is
    /// known. Whether there is more than was read.
    fn grow(&mut self, _frames: Option<u64>) -> Result<bool, Error> {
        Ok(false)
    }

    /// What is amiss, as far as it has been read.
    fn warnings(&self) -> Vec<Warning>;

    /// When its recorder says that it began; without a zone.
    fn started(&self) -> Option<DateTime> {
        None
    }

    /// Names of its channels in order; empty where it names none.
    fn names(&self) -> &[Option<String>] {
        &[]
    }
}

/// Opens a file by its content; its name says nothing.
pub(super) fn open(path: &Path) -> Result<Box<dyn Decode>, Error> {
    let io = |source| Error::io(path, source);
    if fs::metadata(path).map_err(io)?.len() == 0 {
        return Err(Error::Empty { path: path.to_owned() });
    }
    let mut file = File::open(path).map_err(io)?;
    let mut head = [0; 12];
    let bytes = super::wav::read_full(&mut file, &mut head).map_err(io)?;
    if is_wav(&head[..bytes]) {
        return match WavReader::new(file, path) {
            Ok(reader) => Ok(Box::new(reader)),
            // Telephone and dictation machines put ADPCM and G.711 into WAV files.
            Err(unsupported @ Error::Encoding { .. }) => match Compressed::open(path) {
                Ok(reader) => Ok(Box::new(reader)),
                Err(_) => Err(unsupported),
            },
            Err(error) => Err(error),
        };
    }
    if is_compressed(&head[..bytes]) {
        return Ok(Box::new(Compressed::open(path)?));
    }
    Err(Error::NotAudio { path: path.to_owned() })
}

/// Whether a file begins as FLAC, Ogg, MP4, MP3 (with or without a tag) or ADTS does.
fn is_compressed(head: &[u8]) -> bool {
    head.starts_with(b"fLaC")
        || head.starts_with(b"OggS")
        || head.starts_with(b"ID3")
        || head.get(4..8) == Some(b"ftyp")
        || matches!(head, [0xFF, second, ..] if second & 0xE0 == 0xE0)
}
