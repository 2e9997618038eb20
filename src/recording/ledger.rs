//! The ledger: one line of JSON for each thing that a reader of the recording must know, each holding the hash of the line before.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Error, Format};
use crate::clock::{Channel, Clock};
use crate::conference::{self, Change, Said};
use crate::digest::sha256;
use crate::meeting::EventKind;

/// The name of its file.
pub const LEDGER: &str = "ledger.jsonl";

/// What a line says. Positions (`at`, `first`) are samples since the recording's first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The recording begins. Always the first line, and only there.
    Start {
        /// When the first sample was taken, by the computer's clock.
        utc: Timestamp,
        /// The computer's zone, an IANA name or an offset.
        zone: String,
        /// The form of every sample.
        #[serde(flatten)]
        format: Format,
        /// What gave the sound.
        device: String,
        /// The program and its version.
        program: String,
    },
    /// A segment's file was begun.
    Open {
        /// Its name in the folder.
        file: String,
        /// Its first sample.
        first: u64,
    },
    /// A segment is complete.
    Segment {
        /// Its name in the folder.
        file: String,
        /// Its first sample.
        first: u64,
        /// Samples of each channel.
        frames: u64,
        /// SHA-256 of the bytes of its samples (not of its head).
        sha256: String,
        /// Whether it was closed after a crash, by what was on the disk.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        recovered: bool,
    },
    /// Samples that were lost. The timeline counts them; shorter gaps are silence in the file, longer ones are in no file.
    Gap {
        /// Where the first of them would stand.
        at: u64,
        /// How many.
        frames: u64,
        /// Why.
        cause: Cause,
    },
    /// The device is gone.
    Lost {
        /// Up to where there is sound.
        at: u64,
        /// What the system says.
        reason: String,
    },
    /// The device is back.
    Returned {
        /// From where there is sound again.
        at: u64,
    },
    /// The operator or the conference system entered something.
    Event {
        /// When.
        at: u64,
        /// What.
        #[serde(flatten)]
        entered: Entered,
    },
    /// The computer's clock at a sample; two of these give the device's drift.
    Clock {
        /// The sample.
        at: u64,
        /// The computer's clock when it arrived.
        utc: Timestamp,
        /// How much faster the device runs than the computer's steady clock since the start, in millionths; unknown at first.
        ppm: Option<f64>,
        /// How far the computer's civil clock was stepped against its steady clock since the line before, in milliseconds.
        #[serde(default, skip_serializing_if = "is_zero")]
        stepped_ms: i64,
    },
    /// The disk ends soon.
    Low {
        /// Where the recording stands.
        at: u64,
        /// Minutes that still fit.
        minutes: u64,
    },
    /// The recording goes on in another folder.
    Moved {
        /// Where the recording stands.
        at: u64,
        /// The recording's folder from there on.
        folder: PathBuf,
    },
    /// The copy in the other folder fails; this recording does not depend on it.
    MirrorFailed {
        /// Where the recording stands.
        at: u64,
        /// What the system says.
        reason: String,
    },
    /// What a crash left open was closed.
    Recovered {
        /// Up to where there is sound.
        at: u64,
    },
    /// A channel's whole timeline was put into a FLAC file and compared sample by sample.
    Archived {
        /// Its name in the folder.
        file: String,
        /// The channel.
        channel: Channel,
        /// Samples, gaps counted as silence.
        frames: u64,
        /// SHA-256 of the file.
        sha256: String,
    },
    /// The recording ends. Only archiving follows it.
    Stop {
        /// How many samples there are of each channel, gaps counted.
        at: u64,
        /// The computer's clock.
        utc: Timestamp,
        /// Why.
        end: End,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

/// Why samples were lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The disk did not take them in time.
    Disk,
    /// The computer did not fetch them from the device in time.
    Overrun,
    /// The device was gone.
    Device,
}

/// How a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// As asked.
    Asked,
    /// The source came to its end.
    SourceEnded,
    /// The disk took no more.
    Disk,
    /// A crash; closed afterwards.
    Crash,
}

/// What an operator, or the room's conference system, enters while a recording runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entered", content = "value", rename_all = "snake_case")]
pub enum Entered {
    /// An event of the meeting.
    Event(EventKind),
    /// From now on this person speaks at this microphone; `None`: nobody that is known.
    Seated {
        /// The microphone.
        channel: Channel,
        /// The short name in `rapat.toml`.
        person: Option<String>,
    },
    /// What the conference system says of a microphone.
    Microphone {
        /// The microphone.
        channel: Channel,
        /// What became of it.
        change: Change,
    },
}

impl From<conference::Event> for Entered {
    fn from(event: conference::Event) -> Self {
        let channel = event.channel;
        match event.said {
            Said::Microphone(change) => Self::Microphone { channel, change },
            Said::Seated(person) => Self::Seated { channel, person },
        }
    }
}

/// A line of the ledger as it stands in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number, from 1.
    pub line: u64,
    /// SHA-256 of the line before, without its line break; empty in the first.
    pub before: String,
    /// What it says.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What can be read of a ledger.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// Its lines up to the first that is not one.
    pub facts: Vec<Fact>,
    /// Bytes of the whole lines that were read.
    pub whole: u64,
    /// Whether something follows that is not a whole line.
    pub torn: bool,
    /// The number of the first line whose hash of the line before is not right.
    pub broken: Option<u64>,
    last_hash: String,
}

impl Ledger {
    /// Reads a ledger as far as it can be read; one that is missing is empty.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut ledger = Self::default();
        ledger.read_on(path)?;
        Ok(ledger)
    }

    /// Reads what was appended since. A line that is not yet whole is left for the next time, and counts as torn until then.
    pub fn read_on(&mut self, path: &Path) -> Result<(), Error> {
        let mut text = Vec::new();
        match File::open(path) {
            Ok(mut file) => {
                file.seek(SeekFrom::Start(self.whole)).map_err(Error::io(path))?;
                file.read_to_end(&mut text).map_err(Error::io(path))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(Error::io(path)(error)),
        }
        self.torn = false;
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            let parsed = piece.strip_suffix(b"\n").map(serde_json::from_slice::<Line>);
            let Some(Ok(line)) = parsed else {
                self.torn = true;
                break;
            };
            let number = self.facts.len() as u64 + 1;
            if (line.line, &line.before) != (number, &self.last_hash) {
                self.broken.get_or_insert(number);
            }
            self.last_hash = sha256(&piece[..piece.len() - 1]);
            self.whole += piece.len() as u64;
            self.facts.push(line.fact);
        }
        Ok(())
    }

    /// When and in which form the recording began.
    #[must_use]
    pub fn start(&self) -> Option<(Timestamp, Format)> {
        match self.facts.first()? {
            Fact::Start { utc, format, .. } => Some((*utc, *format)),
            _ => None,
        }
    }

    /// Its segments in order: file, first sample, and how many samples where it is complete.
    #[must_use]
    pub fn segments(&self) -> Vec<(&str, u64, Option<u64>)> {
        let mut segments: Vec<(&str, u64, Option<u64>)> = Vec::new();
        for fact in &self.facts {
            match fact {
                Fact::Open { file, first } => segments.push((file, *first, None)),
                Fact::Segment { file, first, frames, .. } => match segments.last_mut() {
                    Some((open, _, length)) if open == file => *length = Some(*frames),
                    // A full disk may have kept the line of its beginning out of the ledger.
                    _ => match segments.iter_mut().find(|(open, ..)| open == file) {
                        Some((.., length)) => *length = Some(*frames),
                        None => segments.push((file, *first, Some(*frames))),
                    },
                },
                _ => {}
            }
        }
        segments
    }

    /// Whether the recording was closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.length().is_some()
    }

    /// Samples in all, gaps counted, once it was closed.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.facts.iter().rev().find_map(|fact| match fact {
            Fact::Stop { at, .. } => Some(*at),
            _ => None,
        })
    }

    /// Why it ended, once it was closed.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        self.facts.iter().rev().find_map(|fact| match fact {
            Fact::Stop { end, .. } => Some(*end),
            _ => None,
        })
    }

    /// What the operator entered, each with its milliseconds since the start.
    pub fn entered(&self, clock: Clock) -> impl Iterator<Item = (u64, &Entered)> {
        self.facts.iter().filter_map(move |fact| match fact {
            Fact::Event { at, entered } => Some((clock.millis(*at), entered)),
            _ => None,
        })
    }

    /// What the conference system said of the microphones, in milliseconds since the start.
    #[must_use]
    pub fn conference(&self, clock: Clock) -> conference::Events {
        let said = |(at, entered): (u64, &Entered)| match entered {
            Entered::Microphone { channel, change } => {
                Some((i64::try_from(at).ok()?, *channel, Said::Microphone(*change)))
            }
            Entered::Event(_) | Entered::Seated { .. } => None,
        };
        conference::Events::recorded(self.entered(clock).filter_map(said).collect())
    }

    /// The hash of its last line: what tells this recording's state from every other.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.last_hash
    }
}

/// Appends facts to the ledger of a recording that was closed.
///
/// # Errors
/// [`Error::Busy`] while it is recorded to, or [`Error::Io`].
pub fn append_facts(folder: &Path, facts: Vec<Fact>) -> Result<(), Error> {
    let _lock = super::writer::lock(folder)?;
    let path = folder.join(LEDGER);
    let mut pen = Pen::take_up(path.clone(), &Ledger::read(&path)?)?;
    facts.into_iter().try_for_each(|fact| pen.write(fact))
}

/// The file of each channel, where the recording was archived; else none.
#[must_use]
pub fn archived_channels(folder: &Path) -> Vec<(Channel, PathBuf)> {
    let Ok(ledger) = Ledger::read(&folder.join(LEDGER)) else { return Vec::new() };
    let files: Vec<_> = ledger
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Archived { file, channel, .. } => Some((*channel, folder.join(file))),
            _ => None,
        })
        .collect();
    let channels = ledger.start().map_or(0, |(_, format)| usize::from(format.channels));
    if files.len() == channels { files } else { Vec::new() }
}

/// Appends to a ledger.
#[derive(Debug)]
pub(super) struct Pen {
    path: PathBuf,
    file: File,
    lines: u64,
    last_hash: String,
}

impl Pen {
    /// Begins a ledger, or goes on behind the last line that was read.
    pub fn take_up(path: PathBuf, ledger: &Ledger) -> Result<Self, Error> {
        let file = OpenOptions::new().append(true).create(true).open(&path).map_err(Error::io(&path))?;
        Ok(Self { path, file, lines: ledger.facts.len() as u64, last_hash: ledger.last_hash.clone() })
    }

    /// Writes a line and brings it to the disk.
    pub fn write(&mut self, fact: Fact) -> Result<(), Error> {
        let line = Line { line: self.lines + 1, before: self.last_hash.clone(), fact };
        let mut text = serde_json::to_string(&line).map_err(|error| Error::io(&self.path)(error.into()))?;
        let hash = sha256(text.as_bytes());
        text.push('\n');
        let length = self.file.metadata().map_err(Error::io(&self.path))?.len();
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // A part of a line would hide what follows it.
            let _ = self.file.set_len(length);
            return Err(Error::io(&self.path)(error));
        }
        self.lines += 1;
        self.last_hash = hash;
        Ok(())
    }
}
