//! The ledger: one line of JSON for each thing that a reader of the recording must know, each
//! holding the hash of the line before.

use std::collections::{BTreeMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::fmt::temporal::DateTimeParser;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use super::{End, Entered, Error, Fact, Format};
use crate::common::alarm::Alarm;
use crate::common::atomic_file;
use crate::common::clock::{Channel, Clock};
use crate::common::digest::sha256;
use crate::conference::{self, Said};
use crate::seal::{Seal, Sealer};

/// The name of its file.
pub const LEDGER: &str = "ledger.jsonl";

/// Milliseconds by which a clock is set for a person to be told: less does not change a minute that
/// is printed, but by chance.
const SET: u64 = 1000;

/// The first line of a ledger is shorter.
const LONGEST_START: u64 = 1 << 20;

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

    /// Reads what was appended since. A line that is not yet whole is left for the next time, and
    /// counts as torn until then.
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
        let mut key = self.current_seal().and_then(Seal::held);
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
            self.facts.push(match &key {
                Some(key) => line.fact.opened(key),
                None => line.fact,
            });
            let turned = self.facts.last().is_some_and(Fact::turns_sealed);
            if number == 1 || turned {
                key = self.current_seal().and_then(Seal::held);
            }
        }
        Ok(())
    }

    /// The key of a meeting that is recorded under seal.
    #[must_use]
    pub fn seal(&self) -> Option<&Seal> {
        match self.facts.first()? {
            Fact::Start { seal, .. } => seal.as_deref(),
            _ => None,
        }
    }

    /// When and in which form the recording began.
    #[must_use]
    pub fn start(&self) -> Option<(Timestamp, Format)> {
        match self.facts.first()? {
            Fact::Start { utc, format, .. } => Some((*utc, *format)),
            _ => None,
        }
    }

    /// When its first sample was taken, in the zone of the computer.
    #[must_use]
    pub fn began(&self) -> Option<Zoned> {
        match self.facts.first()? {
            Fact::Start { utc, zone, .. } => {
                let zone = DateTimeParser::new().parse_time_zone(zone).ok()?;
                Some(utc.to_zoned(zone))
            }
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

    /// Whether the recording was closed, and not gone on with since.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.stop().is_some()
    }

    /// Samples in all, gaps counted, once it was closed.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.stop().map(|(at, _)| at)
    }

    /// Why it ended, once it was closed.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        self.stop().map(|(_, end)| end)
    }

    /// The last line, but for what was archived: one that says the end counts only there, as a
    /// recording may have been gone on with.
    fn stop(&self) -> Option<(u64, End)> {
        match self.facts.iter().rev().find(|fact| !matches!(fact, Fact::Archived { .. }))? {
            Fact::Stop { at, end, .. } => Some((*at, *end)),
            _ => None,
        }
    }

    /// What was entered and stands, in the order in which it was entered, each with its
    /// milliseconds since the start. What was taken back does not stand.
    pub fn entered(&self, clock: Clock) -> impl Iterator<Item = (u64, &Entered)> {
        self.standing().map(move |(_, at, entered)| (clock.millis(at), entered))
    }

    /// The same with the number of the line and the sample of each.
    #[must_use]
    pub fn standing(&self) -> impl DoubleEndedIterator<Item = (u64, u64, &Entered)> {
        let withdrawn = self.withdrawn();
        self.facts.iter().enumerate().filter_map(move |(index, fact)| match fact {
            Fact::Event { at, entered, withdraws: None, .. } => {
                let line = index as u64 + 1;
                (!withdrawn.contains(&line)).then_some((line, *at, entered))
            }
            _ => None,
        })
    }

    /// The last thing that a person entered and did not take back: its line, its sample, and what
    /// it was.
    #[must_use]
    pub fn last_entered(&self) -> Option<(u64, u64, &Entered)> {
        self.standing().rev().find(|(_, _, entered)| entered.is_personal())
    }

    /// What a person entered in this line and did not take back: its sample, and what it was.
    #[must_use]
    pub fn entered_in(&self, line: u64) -> Option<(u64, &Entered)> {
        let is_it = |(other, _, entered): &(u64, u64, &Entered)| *other == line && entered.is_personal();
        self.standing().find(is_it).map(|(_, at, entered)| (at, entered))
    }

    /// The numbers of the lines that later ones take back.
    fn withdrawn(&self) -> HashSet<u64> {
        let line = |fact: &Fact| match fact {
            Fact::Event { withdraws, .. } => *withdraws,
            _ => None,
        };
        self.facts.iter().filter_map(line).collect()
    }

    /// The keys under which events were entered, each with its sample.
    pub fn keys(&self) -> impl Iterator<Item = (&str, u64)> {
        self.facts.iter().filter_map(|fact| match fact {
            Fact::Event { at, key: Some(key), .. } | Fact::Sealed { at, key: Some(key), .. } => {
                Some((key.as_str(), *at))
            }
            _ => None,
        })
    }

    /// Where the computer's clock was set while it recorded, in milliseconds since the start, and
    /// by how many: by so much that a time of day would be another.
    #[must_use]
    pub fn clock_set(&self, clock: Clock) -> Vec<(u64, i64)> {
        let set = self.facts.iter().filter_map(|fact| match fact {
            Fact::Clock { at, stepped_ms, .. } => Some((clock.millis(*at), *stepped_ms)),
            _ => None,
        });
        set.filter(|(_, by)| by.unsigned_abs() >= SET).collect()
    }

    /// What was found to be wrong with microphones while it was recorded.
    pub fn alarms(&self) -> impl Iterator<Item = Alarm> {
        self.facts.iter().filter_map(|fact| match fact {
            Fact::Event { entered: Entered::Alarm(alarm), .. } => Some(*alarm),
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
            Entered::Event(_) | Entered::Seated { .. } | Entered::Alarm(_) | Entered::ListenAgain => None,
        };
        conference::Events::recorded(self.entered(clock).filter_map(said).collect())
    }

    /// The hash of its last line: what tells this recording's state from every other.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.last_hash
    }
}

/// The key of the meeting whose folder this is, where it is recorded under seal. Of a long ledger
/// only the first line is read.
///
/// # Errors
/// [`Error::Io`].
pub fn seal_of(folder: &Path) -> Result<Option<Seal>, Error> {
    let path = super::folder_of(folder).join(LEDGER);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(Error::io(&path)(error)),
    };
    let mut first = Vec::new();
    io::BufReader::new(file).take(LONGEST_START).read_until(b'\n', &mut first).map_err(Error::io(&path))?;
    match serde_json::from_slice::<Line>(&first) {
        Ok(Line { fact: Fact::Start { seal, .. }, .. }) => Ok(seal.map(|seal| *seal)),
        _ => Ok(None),
    }
}

/// Appends facts to the ledger of a recording that was closed.
///
/// # Errors
/// [`Error::Busy`] while it is recorded to, or [`Error::Io`].
pub fn append_facts(folder: &Path, facts: Vec<Fact>) -> Result<(), Error> {
    let _lock = super::writer::lock(folder)?;
    let path = folder.join(LEDGER);
    let mut pen = LedgerWriter::resume(path.clone(), &Ledger::read(&path)?)?;
    facts.into_iter().try_for_each(|fact| pen.write(fact))
}

/// The file of each channel, where the recording was archived; else none.
#[must_use]
pub fn archived_channels(folder: &Path) -> Vec<(Channel, PathBuf)> {
    let Ok(ledger) = Ledger::read(&folder.join(LEDGER)) else { return Vec::new() };
    let file = |fact: &Fact| match fact {
        Fact::Archived { file, channel, .. } => Some((*channel, folder.join(file))),
        _ => None,
    };
    // One that was interrupted between these lines and begun again names a channel twice.
    let files: BTreeMap<Channel, PathBuf> = ledger.facts.iter().filter_map(file).collect();
    let channels = ledger.start().map_or(0, |(_, format)| usize::from(format.channels));
    if files.len() == channels { files.into_iter().collect() } else { Vec::new() }
}

/// Appends to a ledger.
#[derive(Debug)]
pub(super) struct LedgerWriter {
    path: PathBuf,
    file: File,
    /// Everything that was written, so that it can go on elsewhere whatever becomes of the file.
    text: Vec<u8>,
    ledger: Ledger,
    sealer: Option<Sealer>,
}

impl LedgerWriter {
    /// Begins a ledger, or goes on behind the last line that was read.
    pub fn resume(path: PathBuf, ledger: &Ledger) -> Result<Self, Error> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(Error::io(&path))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(Error::io(&path))?;
        let sealer = ledger.current_seal().map(Seal::sealer).transpose()?;
        Ok(Self { path, file, text, ledger: ledger.clone(), sealer })
    }

    /// Writes all of it anew as this file, and goes on there.
    pub fn copy_to(&self, path: PathBuf) -> Result<Self, Error> {
        atomic_file::write(&path, &self.text).map_err(Error::io(&path))?;
        Self::resume(path, &self.ledger)
    }

    /// What was written so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Writes a line and brings it to the disk.
    pub fn write(&mut self, fact: Fact) -> Result<(), Error> {
        let kept = match &self.sealer {
            Some(sealer) => fact.sealed(sealer).map_err(Error::io(&self.path))?,
            None => fact.clone(),
        };
        let line = Line { line: self.ledger.facts.len() as u64 + 1, before: self.ledger.last_hash.clone(), fact: kept };
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
        self.ledger.whole += text.len() as u64;
        self.ledger.last_hash = hash;
        // In memory it stands open: the recorder answers for what was entered.
        let turned = self.ledger.facts.is_empty() || fact.turns_sealed();
        self.ledger.facts.push(fact);
        if turned {
            self.sealer = self.ledger.current_seal().map(Seal::sealer).transpose()?;
        }
        self.text.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
