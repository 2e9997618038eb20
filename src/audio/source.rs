//! A recording as one stream of frames.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use jiff::civil::DateTime;

use super::arrange::beside;
use super::growing::Growing;
use super::track::{Track, gaps};
use super::{Error, Input, Part, Warning};
use crate::common::clock::{Channel, Clock};
use crate::recording::LEDGER;

/// Beyond this level, 120 dB above full scale, a floating-point sample is not sound but a fault.
const ABSURD: f32 = 1.0e6;

/// A file that a recording is read from; path and size tell on resumption whether it is still the
/// same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// Its path, as given.
    pub path: PathBuf,
    /// Its size when it was opened.
    pub bytes: u64,
}

/// A recording: every channel on one timeline, from the first frame to the last.
///
/// Samples are 1 at full scale; those of floating-point files may exceed it.
pub struct Source {
    tracks: Vec<Track>,
    /// The place in a frame of each track's first channel.
    places: Vec<usize>,
    /// What must be known of how the files were read.
    told: Vec<Warning>,
    files: Vec<FileInfo>,
    clock: Clock,
    channels: u16,
    position: u64,
    ended: bool,
    /// Samples that were not numbers, by channel.
    faults: Vec<u64>,
    scratch: Vec<f32>,
}

impl Source {
    /// Opens every file of the recording and checks that they belong together.
    ///
    /// # Errors
    /// Any [`Error`] but [`Error::Resample`].
    pub fn open(input: &Input) -> Result<Self, Error> {
        static NEVER: AtomicBool = AtomicBool::new(false);
        Self::follow(input, &NEVER)
    }

    /// The same; reading a recording that is still being made waits for what comes, and ends early
    /// when `stop` is set.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn follow(input: &Input, stop: &'static AtomicBool) -> Result<Self, Error> {
        Self::begin(input, stop, false)
    }

    /// The same, in which what was closed of an open meeting is silence to who does not hold its key.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn follow_open(input: &Input, stop: &'static AtomicBool) -> Result<Self, Error> {
        Self::begin(input, stop, true)
    }

    fn begin(input: &Input, stop: &'static AtomicBool, lenient: bool) -> Result<Self, Error> {
        let (mut told, mut least) = (Vec::new(), 0);
        let (tracks, places, files) = match input {
            Input::File(path) => (vec![Track::open(path.clone())?], vec![0], vec![file_info(path)?]),
            Input::Parts(parts) => {
                let files = parts.iter().map(|path| file_info(path)).collect::<Result<_, _>>()?;
                told = gaps(parts);
                told.extend(parts.first().and_then(|part| part.parent()).map(beside).unwrap_or_default());
                (vec![Track::open_parts(parts.iter().cloned().map(Part::new).collect())?], vec![0], files)
            }
            Input::Recording(folder) => {
                let track = Track::open_recording(Growing::open(folder, stop, lenient)?)?;
                told = beside(folder);
                (vec![track], vec![0], vec![file_info(&folder.join(LEDGER))?])
            }
            Input::Set(set) => {
                told.clone_from(&set.warnings);
                least = usize::from(set.least);
                let mut tracks = Vec::with_capacity(set.members.len());
                for member in &set.members {
                    let track = match member.parts.as_slice() {
                        [Part { path, start: None | Some(0) }] => Track::open(path.clone())?,
                        parts => Track::open_parts(parts.to_vec())?,
                    };
                    // Only what begins at the first channel may hold several.
                    let alone = set.members.len() == 1 && member.first.index() == 0;
                    tracks.push(if alone { track } else { mono(track, tracks.first())? });
                }
                let places = set.members.iter().map(|member| member.first.index()).collect();
                let parts = set.members.iter().flat_map(|member| &member.parts);
                let files = parts.map(|part| file_info(&part.path)).collect::<Result<_, _>>()?;
                (tracks, places, files)
            }
        };
        let ends = tracks.iter().zip(&places).map(|(track, place)| place + usize::from(track.format.channels));
        let channels = ends.max().unwrap_or_default().max(least);
        let clock = tracks.first().ok_or(Error::Nothing)?.format.clock();
        Ok(Self {
            tracks,
            places,
            told,
            files,
            clock,
            channels: channels as u16,
            position: 0,
            ended: false,
            faults: vec![0; channels],
            scratch: Vec::new(),
        })
    }

    /// The recording's own clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Number of channels.
    #[must_use]
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// Frames in all, where every file tells. What is read is the truth; this is for progress.
    #[must_use]
    pub fn expected_length(&self) -> Option<u64> {
        self.tracks.iter().map(|track| track.length).reduce(|a, b| Some(a?.max(b?))).flatten()
    }

    /// Frames read or skipped so far.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The files, in the order of channels or of time.
    #[must_use]
    pub fn files(&self) -> &[FileInfo] {
        &self.files
    }

    /// The local time at which the recorder says that it began, where every channel's file says the
    /// same. It has no zone.
    #[must_use]
    pub fn started(&self) -> Option<DateTime> {
        let mut whole = self.tracks.iter().filter(|track| !track.begins_later());
        let first = whole.next()?.started;
        whole.all(|track| track.started == first).then_some(first).flatten()
    }

    /// When its first sample was taken, where the recording's ledger says so.
    #[must_use]
    pub fn began(&self) -> Option<jiff::Timestamp> {
        self.tracks.first()?.began()
    }

    /// The name that the recorder gave to a channel.
    #[must_use]
    pub fn name(&self, channel: Channel) -> Option<&str> {
        self.tracks.iter().zip(&self.places).find_map(|(track, place)| {
            let name = track.names.get(channel.index().checked_sub(*place)?)?;
            name.as_deref()
        })
    }

    /// Channels for which there is no file.
    pub(super) fn without_file(&self) -> impl Iterator<Item = Channel> {
        let held = |index: usize| {
            let mut tracks = self.tracks.iter().zip(&self.places);
            tracks.any(|(track, place)| (*place..place + usize::from(track.format.channels)).contains(&index))
        };
        (0..usize::from(self.channels)).filter(move |index| !held(*index)).map(Channel::from_index)
    }

    /// Fills `out` with the next frames, interleaved, and returns how many: fewer than fit only at
    /// the end. `out` is cut to whole frames. A channel whose file has ended is silent.
    ///
    /// # Errors
    /// [`Error::Io`] when the system cannot read on, or a later part's error.
    pub fn read(&mut self, out: &mut [f32]) -> Result<usize, Error> {
        let channels = usize::from(self.channels);
        let wanted = out.len() / channels;
        let out = &mut out[..wanted * channels];
        let frames = match self.tracks.as_mut_slice() {
            [track] if track.format.channels == self.channels => track.read(out)?,
            tracks => {
                out.fill(0.0);
                self.scratch.resize(wanted, 0.0);
                let mut longest = 0;
                for (track, place) in tracks.iter_mut().zip(&self.places) {
                    let frames = track.read(&mut self.scratch)?;
                    for (frame, sample) in out.chunks_exact_mut(channels).zip(&self.scratch[..frames]) {
                        frame[*place] = *sample;
                    }
                    longest = longest.max(frames);
                }
                longest
            }
        };
        for frame in out[..frames * channels].chunks_exact_mut(channels) {
            for (sample, faults) in frame.iter_mut().zip(&mut self.faults) {
                // NaN lies in no range.
                if !(-ABSURD..=ABSURD).contains(sample) {
                    *sample = 0.0;
                    *faults += 1;
                }
            }
        }
        self.position += frames as u64;
        self.ended |= frames < wanted;
        Ok(frames)
    }

    /// Passes over up to this many frames; returns how many it passed. Quick where the files are
    /// uncompressed.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn skip(&mut self, frames: u64) -> Result<u64, Error> {
        let mut longest = 0;
        for track in &mut self.tracks {
            longest = longest.max(track.skip(frames)?);
        }
        self.position += longest;
        self.ended |= longest < frames;
        Ok(longest)
    }

    /// What a person must know about the sound that has been read so far; complete when it has been
    /// read to the end.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = self.told.clone();
        let without: Vec<Channel> = self.without_file().collect();
        if !without.is_empty() {
            warnings.push(Warning::NoFile { channels: without });
        }
        warnings.extend(self.tracks.iter().flat_map(Track::warnings));
        if self.ended {
            let longest = self.position;
            // Editors and encoders round lengths; a tenth of a second holds no word.
            let tolerated = u64::from(self.clock.rate() / 10);
            for (track, place) in self.tracks.iter().zip(&self.places) {
                if track.position + tolerated < longest {
                    warnings.push(Warning::Shorter {
                        path: track.path().clone(),
                        channel: Channel::from_index(*place),
                        clock: self.clock,
                        held: track.position,
                        longest,
                    });
                }
            }
        }
        let faults = self.faults.iter().enumerate().filter(|(_, samples)| **samples > 0);
        warnings.extend(
            faults
                .map(|(index, samples)| Warning::NotNumbers { channel: Channel::from_index(index), samples: *samples }),
        );
        warnings
    }
}

/// The track, if it can stand for one channel beside `first`.
fn mono(track: Track, first: Option<&Track>) -> Result<Track, Error> {
    if track.format.channels != 1 {
        return Err(Error::NotMono { path: track.path().clone(), channels: track.format.channels });
    }
    if let Some(first) = first {
        let (first_rate, second_rate) = (first.format.clock().rate(), track.format.clock().rate());
        if first_rate != second_rate {
            let (first, second) = (first.path().clone(), track.path().clone());
            return Err(Error::RatesDiffer { first, first_rate, second, second_rate });
        }
    }
    Ok(track)
}

fn file_info(path: &Path) -> Result<FileInfo, Error> {
    let metadata = fs::metadata(path).map_err(|source| Error::io(path, source))?;
    Ok(FileInfo { path: path.to_owned(), bytes: metadata.len() })
}
