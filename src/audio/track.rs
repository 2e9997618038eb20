//! Files that follow one another, as one stream.

use std::fs;
use std::path::PathBuf;

use jiff::civil::DateTime;

use super::arrange::part_number;
use super::decode::{self, Decode, Format};
use super::growing::{Growing, Growth};
use super::{Error, Part, Warning};

/// One or more files on one timeline. Only the file that is being read is open.
pub(super) struct Track {
    /// The first file's, and so every file's.
    pub(super) format: Format,
    /// Frames in all, where every file tells.
    pub(super) length: Option<u64>,
    /// Frames delivered so far.
    pub(super) position: u64,
    pub(super) started: Option<DateTime>,
    pub(super) names: Vec<Option<String>>,
    path: PathBuf,
    reader: Option<Box<dyn Decode>>,
    /// Frames of silence before the reader's, where a recorder lost its sound.
    silence: u64,
    later: bool,
    rest: Rest,
    warnings: Vec<Warning>,
}

/// Files after the one that is being read.
enum Rest {
    /// These, and no more.
    Files(std::vec::IntoIter<Part>),
    /// Those of a recording with a ledger, which may still grow.
    Growing(Box<Growing>),
}

impl Track {
    /// A track of one file.
    pub(super) fn open(path: PathBuf) -> Result<Self, Error> {
        let reader = decode::open(&path)?;
        Ok(Self {
            format: reader.format(),
            length: reader.length(),
            position: 0,
            started: reader.started(),
            names: reader.names().to_vec(),
            path,
            reader: Some(reader),
            silence: 0,
            later: false,
            rest: Rest::Files(Vec::new().into_iter()),
            warnings: Vec::new(),
        })
    }

    /// A track of a recording with a ledger; where it still grows, reading waits for what comes.
    pub(super) fn open_recording(growing: Growing) -> Result<Self, Error> {
        Ok(Self {
            format: growing.format()?,
            length: growing.length(),
            position: 0,
            started: None,
            names: Vec::new(),
            path: growing.folder().to_owned(),
            reader: None,
            silence: 0,
            later: false,
            rest: Rest::Growing(Box::new(growing)),
            warnings: Vec::new(),
        })
    }

    /// When the first sample was taken, where the ledger says so.
    pub(super) fn began(&self) -> Option<jiff::Timestamp> {
        match &self.rest {
            Rest::Files(_) => None,
            Rest::Growing(growing) => Some(growing.began()),
        }
    }

    /// A track of parts. Every header is read now, so that a part of another rate or width is found
    /// before hours of work. A part without readable sound, as a recorder leaves that lost its
    /// power, is passed over with a warning.
    pub(super) fn open_parts(parts: Vec<Part>) -> Result<Self, Error> {
        let mut track: Option<Self> = None;
        let mut readable = Vec::new();
        let mut warnings = Vec::new();
        let mut failure = Error::Nothing;
        for Part { path, start } in parts {
            match Self::open(path.clone()) {
                Ok(mut part) => {
                    if let Some(track) = &mut track {
                        track.accept(&part, start)?;
                        readable.push(Part { path, start });
                    } else {
                        part.silence = start.unwrap_or(0);
                        part.later = part.silence > 0;
                        part.length = part.length.and_then(|length| length.checked_add(part.silence));
                        track = Some(part);
                    }
                }
                Err(
                    error @ (Error::Empty { .. }
                    | Error::NotAudio { .. }
                    | Error::NoFormat { .. }
                    | Error::NoData { .. }),
                ) => {
                    let bytes = fs::metadata(&path).map_err(|source| Error::io(&path, source))?.len();
                    warnings.push(Warning::PartSkipped { path, bytes });
                    failure = error;
                }
                Err(error) => return Err(error),
            }
        }
        let mut track = track.ok_or(failure)?;
        track.rest = Rest::Files(readable.into_iter());
        track.warnings = warnings;
        Ok(track)
    }

    /// Whether it begins with silence, since its microphone was switched on later.
    pub(super) fn begins_later(&self) -> bool {
        self.later
    }

    /// The file that is being read, or the last one.
    pub(super) fn path(&self) -> &PathBuf {
        &self.path
    }

    /// Fills `out` with the next frames, interleaved, and returns how many: fewer than asked only
    /// at the end.
    pub(super) fn read(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        let channels = usize::from(self.format.channels);
        let wanted = out.len() / channels;
        let mut done = 0;
        while done < wanted {
            let silent = self.silence.min((wanted - done) as u64) as usize;
            if silent > 0 {
                out[done * channels..(done + silent) * channels].fill(0.0);
                self.silence -= silent as u64;
                done += silent;
                continue;
            }
            done += match &mut self.reader {
                Some(reader) => reader.read(&mut out[done * channels..wanted * channels])?,
                None => 0,
            };
            if done < wanted && !self.go_on(done as u64)? {
                break;
            }
        }
        self.position += done as u64;
        Ok(done)
    }

    /// Passes over up to this many frames; returns how many it passed.
    pub(super) fn skip(&mut self, frames: u64) -> Result<u64, Error> {
        let mut done = 0;
        while done < frames {
            let silent = self.silence.min(frames - done);
            self.silence -= silent;
            done += silent;
            done += match &mut self.reader {
                Some(reader) => reader.skip(frames - done)?,
                None => 0,
            };
            if done < frames && self.silence == 0 && !self.go_on(done)? {
                break;
            }
        }
        self.position += done;
        Ok(done)
    }

    /// What is amiss, as far as it has been read.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let current = self.reader.iter().flat_map(|reader| reader.warnings());
        let recorded = match &self.rest {
            Rest::Files(_) => Vec::new(),
            Rest::Growing(growing) => growing.warnings(),
        };
        self.warnings.iter().cloned().chain(current).chain(recorded).collect()
    }

    /// Makes more ready, behind `done` frames that were read since `position`: what has come to the
    /// file, or the next file. False at the end.
    fn go_on(&mut self, done: u64) -> Result<bool, Error> {
        let position = self.position + done;
        let next = match &mut self.rest {
            Rest::Files(files) => match files.next() {
                Some(Part { path, start }) => Some((decode::open(&path)?, path, start.unwrap_or(position))),
                None => None,
            },
            Rest::Growing(growing) => match growing.wait(self.reader.as_deref_mut())? {
                Growth::Grown => return Ok(true),
                Growth::Next(reader, path, first) => Some((reader, path, first)),
                Growth::Missing(missing, first) => {
                    let bytes = fs::metadata(&missing).map_or(0, |metadata| metadata.len());
                    self.warnings.push(Warning::PartSkipped { path: missing, bytes });
                    self.silence = first.saturating_sub(position);
                    return Ok(true);
                }
                Growth::Sealed(until) => {
                    self.reader = None;
                    self.silence = until.saturating_sub(position);
                    return Ok(true);
                }
                Growth::Silence(until) => {
                    self.silence = until.saturating_sub(position);
                    return Ok(self.silence > 0);
                }
                Growth::End => None,
            },
        };
        self.warnings.extend(self.reader.take().iter().flat_map(|reader| reader.warnings()));
        let Some((reader, path, first)) = next else { return Ok(false) };
        self.silence = first.saturating_sub(position);
        self.path = path;
        self.reader = Some(reader);
        Ok(true)
    }

    /// Takes the length of a later part into account, if it fits.
    fn accept(&mut self, part: &Self, start: Option<u64>) -> Result<(), Error> {
        let (first, second) = (self.path.clone(), part.path.clone());
        let (first_rate, second_rate) = (self.format.clock().rate(), part.format.clock().rate());
        if first_rate != second_rate {
            return Err(Error::RatesDiffer { first, first_rate, second, second_rate });
        }
        let (first_channels, second_channels) = (self.format.channels, part.format.channels);
        if first_channels != second_channels {
            return Err(Error::ChannelsDiffer { first, first_channels, second, second_channels });
        }
        let begins = self.length.map(|end| start.unwrap_or(end).max(end));
        self.length = begins.zip(part.length).map(|(begins, length)| begins.saturating_add(length));
        Ok(())
    }
}

/// Where the numbers of the parts leap.
pub(super) fn gaps(parts: &[PathBuf]) -> Vec<Warning> {
    let leap = |pair: &[PathBuf]| match pair {
        [before, after] if part_number(before)?.checked_add(1)? != part_number(after)? => {
            Some(Warning::PartsMissing { before: before.clone(), after: after.clone() })
        }
        _ => None,
    };
    parts.windows(2).filter_map(leap).collect()
}
