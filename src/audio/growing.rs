//! A recording with a ledger as files that follow one another, read while it may still grow.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::decode::{self, Decode, Format};
use super::{Error, Warning};
use crate::recording::{self, Part};
use crate::seal::{self, Seal};

/// How often a recording that grows is looked at. Its recorder writes about as often.
const PULSE: Duration = Duration::from_millis(20);
/// A recorder that died is at work again within this time, or will not be.
const RESTARTED: Duration = Duration::from_secs(10);

pub(super) struct Growing {
    recording: recording::Growth,
    /// Whether what is sealed, and whose key is not held, is passed over as silence.
    lenient: bool,
    /// The place of the part after the one that is being read.
    next: usize,
    /// The part that is being read.
    part: Option<Part>,
    /// Whether the silence behind the last part was given.
    ended: bool,
    stop: &'static AtomicBool,
    /// When a recorder was last at work.
    live: Option<Instant>,
}

/// How a recording goes on.
pub(super) enum Growth {
    /// The file that is being read has more by now.
    Grown,
    /// The next file, and the position of its first frame.
    Next(Box<dyn Decode>, PathBuf, u64),
    /// A sealed file whose key is not held, and the position up to which it goes.
    Sealed(u64),
    /// A file that is gone, and the position up to which nothing is left.
    Missing(PathBuf, u64),
    /// Nothing but lost sound up to this position.
    Silence(u64),
    /// Nothing more will come.
    End,
}

impl Growing {
    /// Opens the recording of a folder. Reading ends early when `stop` is set.
    /// What was closed of an open meeting is silence to a `lenient` reader without its key; to any
    /// other it is an error.
    pub(super) fn open(folder: &Path, stop: &'static AtomicBool, lenient: bool) -> Result<Self, Error> {
        let recording = recording::Growth::open(folder).map_err(Error::Recording)?;
        let recording = recording.ok_or_else(|| Error::FolderWithoutAudio { path: folder.to_owned() })?;
        let stretches = recording.ledger().stretches();
        if stretches.iter().any(|stretch| (stretch.whole || !lenient) && stretch.key().is_none()) {
            return Err(sealed(folder));
        }
        Ok(Self { recording, lenient, next: 0, part: None, ended: false, stop, live: None })
    }

    pub(super) fn format(&self) -> Result<Format, Error> {
        let format = self.recording.format();
        Format::new(format.rate.get(), u64::from(format.channels), self.recording.folder())
    }

    pub(super) fn folder(&self) -> &Path {
        self.recording.folder()
    }

    pub(super) fn began(&self) -> jiff::Timestamp {
        self.recording.started()
    }

    pub(super) fn length(&self) -> Option<u64> {
        self.recording.length()
    }

    /// Waits until `reader`, which was read to its end, has more, or another file follows.
    pub(super) fn wait(&mut self, reader: Option<&mut (dyn Decode + 'static)>) -> Result<Growth, Error> {
        let mut reader = reader;
        loop {
            // Asked before looking: what was written before the end must not be missed.
            let live = self.is_live();
            self.recording.refresh().map_err(Error::Recording)?;
            if let (Some(reader), Some(part)) = (reader.as_deref_mut(), &mut self.part) {
                *part = self.recording.part(self.next - 1).unwrap_or_else(|| part.clone());
                if reader.grow(part.frames)? {
                    return Ok(Growth::Grown);
                }
            }
            if let Some(part) = self.recording.part(self.next) {
                let (path, first, length) = (part.path.clone(), part.first, part.frames.unwrap_or(0));
                let seal = self.recording.seal_of(&part);
                let key = seal.and_then(Seal::held);
                if seal.is_some() && key.is_none() {
                    if !self.lenient {
                        return Err(sealed(self.recording.folder()));
                    }
                    if part.frames.is_some() || !live {
                        self.next += 1;
                        return Ok(Growth::Sealed(first.saturating_add(length)));
                    }
                    if self.stop.load(Ordering::Relaxed) {
                        return Ok(Growth::End);
                    }
                    thread::sleep(PULSE);
                    continue;
                }
                match decode::open_segment(&path, part.frames, key.as_ref()) {
                    Ok(reader) => {
                        self.next += 1;
                        self.part = Some(part);
                        return Ok(Growth::Next(reader, path, first));
                    }
                    // Begun, and nothing in it yet.
                    Err(_) if live && part.frames.is_none() => {}
                    Err(error @ Error::Io { .. }) => return Err(error),
                    Err(_) => {
                        self.next += 1;
                        return Ok(Growth::Missing(path, first.saturating_add(length)));
                    }
                }
            } else if !live {
                return Ok(self.end());
            }
            if self.stop.load(Ordering::Relaxed) {
                return Ok(Growth::End);
            }
            thread::sleep(PULSE);
        }
    }

    /// Whether more may come: a recorder is at work, or has died a moment ago and will be started
    /// again.
    fn is_live(&mut self) -> bool {
        if self.recording.is_live() {
            self.live = Some(Instant::now());
            return true;
        }
        !self.recording.is_closed() && self.live.is_some_and(|live| live.elapsed() < RESTARTED)
    }

    /// What is left when no file follows: perhaps a loss at the very end, once.
    fn end(&mut self) -> Growth {
        match self.recording.length() {
            Some(length) if !self.ended => {
                self.ended = true;
                Growth::Silence(length)
            }
            _ => Growth::End,
        }
    }

    /// What a person must know of the recording itself.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let clock = self.recording.clock();
        let lost = |span| Warning::Lost { clock, span };
        let mut warnings: Vec<Warning> = self.recording.gaps().into_iter().map(lost).collect();
        let set = self.recording.ledger().clock_set(clock);
        if let Some((at, _)) = set.first() {
            warnings.push(Warning::ClockSet { at: *at, by: set.iter().map(|(_, by)| by).sum() });
        }
        if !self.recording.is_closed() && !self.recording.is_live() {
            warnings.push(Warning::NotClosed { path: self.recording.folder().to_owned() });
        }
        warnings
    }
}

fn sealed(folder: &Path) -> Error {
    Error::Recording(seal::Error::Sealed { path: folder.to_owned() }.into())
}
