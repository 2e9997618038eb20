//! WAV and its kin (RF64, BW64, RIFX, Wave64), AIFF, CAF and AU: uncompressed sound, read as a
//! stream.
//!
//! Recorders crash, disks fill up and cables are pulled, so a header is a claim and the bytes are
//! the evidence: a file that is cut off is read as far as it goes, and one whose header was never
//! completed is read whole. RF64 (EBU Tech 3306) and BW64 (ITU-R BS.2088) carry files above 4 GiB.

mod foreign;
mod header;
mod layout;
mod metadata;
mod sample;

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;

use super::decode::{Decode, Format};
use super::{Error, Warning};
use header::{Claim, Header};

pub(super) use foreign::{PacketTable, caf, is_aiff};
pub(super) use header::{Found, is_wav};
pub(super) use layout::coding_of_format;
pub(super) use sample::Sample;

/// Bytes that are decoded at a time; a whole number of frames, at least one.
const CHUNK: usize = 1 << 16;

/// The frames of one uncompressed file.
#[derive(Debug)]
pub struct WavReader<R> {
    input: R,
    path: PathBuf,
    header: Header,
    position: u64,
    bytes: Vec<u8>,
}

impl<R: Read + Seek> WavReader<R> {
    /// Reads the header of `input`, which must stand at its beginning; `path` is its name in errors
    /// and warnings.
    ///
    /// # Errors
    /// [`Error::NotAudio`], [`Error::NoFormat`], [`Error::NoData`], [`Error::Encoding`],
    /// [`Error::NoChannels`], [`Error::TooManyChannels`], [`Error::Rate`] or [`Error::Io`].
    pub fn new(mut input: R, path: &Path) -> Result<Self, Error> {
        let found = Found::parse(&mut input, path)?;
        Self::of(found, input, path)
    }

    /// Reads what a header describes.
    pub(super) fn of(found: Found, mut input: R, path: &Path) -> Result<Self, Error> {
        let header = Header::of(found, &mut input, path)?;
        input.seek(SeekFrom::Start(header.start)).map_err(|source| Error::io(path, source))?;
        Ok(Self { input, path: path.to_owned(), header, position: 0, bytes: Vec::new() })
    }

    /// Samples a second and channels.
    #[must_use]
    pub fn format(&self) -> Format {
        self.header.format
    }

    /// Frames that the file holds.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.header.frames
    }

    /// Fills `out` with the next frames, interleaved, and returns how many; 0 at the end. `out`
    /// holds a whole number of frames.
    ///
    /// # Errors
    /// [`Error::Io`] when the system cannot read on.
    pub fn read(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        let channels = usize::from(self.header.format.channels);
        let width = self.header.sample.bytes();
        let wanted =
            (out.len() / channels).min(usize::try_from(self.header.frames - self.position).unwrap_or(usize::MAX));
        let at_once = (CHUNK / (width * channels)).max(1);
        let mut done = 0;
        while done < wanted {
            let frames = (wanted - done).min(at_once);
            self.bytes.resize(frames * channels * width, 0);
            let bytes = read_full(&mut self.input, &mut self.bytes).map_err(|source| Error::io(&self.path, source))?;
            let whole = bytes / (channels * width);
            let target = &mut out[done * channels..(done + whole) * channels];
            self.header.sample.decode(&self.bytes[..whole * channels * width], target);
            done += whole;
            if whole < frames {
                self.cut_off(self.position + done as u64);
                break;
            }
        }
        self.position += done as u64;
        Ok(done)
    }

    /// Passes over up to `frames` frames without reading them; returns how many it passed.
    ///
    /// # Errors
    /// [`Error::Io`] when the system cannot seek.
    pub fn skip(&mut self, frames: u64) -> Result<u64, Error> {
        let frames = frames.min(self.header.frames - self.position);
        let target = self.header.start + (self.position + frames) * self.header.frame_bytes();
        self.input.seek(SeekFrom::Start(target)).map_err(|source| Error::io(&self.path, source))?;
        self.position += frames;
        Ok(frames)
    }

    /// The file became shorter after its header was read.
    fn cut_off(&mut self, held: u64) {
        self.header.claim = Claim::Longer { frames: self.header.frames };
        self.header.frames = held;
    }
}

/// Completes the header of a WAV file whose writer could not, as one that writes to a pipe cannot.
/// Other files, and those above 4 GiB, stay as they are.
///
/// # Errors
/// Where the file cannot be read or written.
pub fn complete(path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut magic = [0; 4];
    if read_full(&mut file, &mut magic)? < magic.len() || &magic != b"RIFF" {
        return Ok(());
    }
    let Ok(header) = Found::parse(&mut file, path).and_then(|found| Header::of(found, &mut file, path)) else {
        return Ok(());
    };
    let bytes = header.frames * header.frame_bytes();
    let (Claim::Unfinished, Ok(size), Ok(whole)) =
        (header.claim, u32::try_from(bytes), u32::try_from(header.start - 8 + bytes))
    else {
        return Ok(());
    };
    file.seek(SeekFrom::Start(header.start - 4))?;
    file.write_all(&size.to_le_bytes())?;
    file.seek(SeekFrom::Start(4))?;
    file.write_all(&whole.to_le_bytes())
}

/// Reads until `buffer` is full or the input ends; returns how many bytes it read.
pub(crate) fn read_full(input: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match input.read(&mut buffer[done..]) {
            Ok(0) => break,
            Ok(bytes) => done += bytes,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

impl<R: Read + Seek + Send> Decode for WavReader<R> {
    fn format(&self) -> Format {
        self.header.format
    }

    fn length(&self) -> Option<u64> {
        Some(self.header.frames)
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        WavReader::read(self, out)
    }

    fn skip(&mut self, frames: u64) -> Result<u64, Error> {
        WavReader::skip(self, frames)
    }

    fn grow(&mut self, frames: Option<u64>) -> Result<bool, Error> {
        let io = |source| Error::io(&self.path, source);
        let end = self.input.seek(SeekFrom::End(0)).map_err(io)?;
        let held = end.saturating_sub(self.header.start) / self.header.frame_bytes();
        self.header.frames = frames.map_or(held, |frames| frames.min(held)).max(self.position);
        // The recorder's ledger vouches for the length, not the head.
        self.header.claim = match frames {
            Some(frames) if frames > held => Claim::Longer { frames },
            _ => Claim::Exact,
        };
        let target = self.header.start + self.position * self.header.frame_bytes();
        self.input.seek(SeekFrom::Start(target)).map_err(io)?;
        Ok(self.header.frames > self.position)
    }

    fn warnings(&self) -> Vec<Warning> {
        let (path, clock, held) = (self.path.clone(), self.header.format.clock(), self.header.frames);
        match self.header.claim {
            Claim::Exact => Vec::new(),
            Claim::Longer { frames } => vec![Warning::Truncated { path, clock, held, claimed: frames }],
            Claim::Unfinished => vec![Warning::Unfinished { path, clock, held }],
        }
    }

    fn started(&self) -> Option<DateTime> {
        self.header.started
    }

    fn time_reference(&self) -> Option<u64> {
        self.header.time_reference
    }

    fn names(&self) -> &[Option<String>] {
        &self.header.names
    }
}
