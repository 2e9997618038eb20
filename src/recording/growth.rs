//! A recording as its readers see it: the segments so far, whether more will come, and where there
//! is none.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::writer::LOCK;
use super::{Error, Fact, Format, LEDGER, Ledger};
use crate::common::clock::{Clock, Span};
use crate::common::lock::is_held;
use crate::seal::{Seal, hold_released};

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its file.
    pub path: PathBuf,
    /// The sample at which it begins.
    pub first: u64,
    /// Its samples, once it is complete.
    pub frames: Option<u64>,
}

/// A recording that may still grow.
#[derive(Debug)]
pub struct Growth {
    folders: Vec<PathBuf>,
    ledger: Ledger,
    started: Timestamp,
    format: Format,
}

impl Growth {
    /// Opens the recording of this folder; `None` where the folder has no ledger.
    pub fn open(folder: &Path) -> Result<Option<Self>, Error> {
        let path = folder.join(LEDGER);
        if !path.exists() {
            return Ok(None);
        }
        let mut ledger = Ledger::read(&path)?;
        if !ledger.stretches().is_empty() && super::folder_of(folder) == folder {
            hold_released(folder.parent().unwrap_or(folder))?;
            ledger = Ledger::read(&path)?;
        }
        let (started, format) = ledger.start().ok_or(Error::NoStart { path })?;
        let mut growth = Self { folders: vec![folder.to_owned()], ledger, started, format };
        growth.refresh()?;
        Ok(Some(growth))
    }

    /// Reads what the ledger says by now.
    pub fn refresh(&mut self) -> Result<(), Error> {
        self.ledger.read_on(&self.folder().join(LEDGER))?;
        while let Some(Fact::Moved { folder, .. }) = self.ledger.facts.last() {
            let folder = folder.clone();
            // The ledger names it from the root on; it may have been asked for in another way.
            if is_same(&folder, self.folder()) || !folder.join(LEDGER).exists() {
                break;
            }
            self.ledger = Ledger::read(&folder.join(LEDGER))?;
            self.folders.push(folder);
        }
        Ok(())
    }

    /// The folder that the recording is in, or went on to.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folders.last().map_or(Path::new(""), PathBuf::as_path)
    }

    /// Every folder that holds some of it, the first one first.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Its ledger as far as it was read.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What tells this recording from every other, from its beginning on.
    #[must_use]
    pub fn identity(&self) -> String {
        let first = self.ledger.facts.first().map(serde_json::to_string);
        first.and_then(Result::ok).unwrap_or_default()
    }

    /// The form of its samples.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// When its first sample was taken.
    #[must_use]
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// The segment at this place, if it was begun.
    #[must_use]
    pub fn part(&self, index: usize) -> Option<Part> {
        let (file, first, frames) = *self.ledger.segments().get(index)?;
        // A recording that moved has its first segments in the folder where it began, and copies of them
        // where it went on.
        let path = self.folders.iter().map(|folder| folder.join(file)).find(|path| path.exists());
        Some(Part { path: path.unwrap_or_else(|| self.folder().join(file)), first, frames })
    }

    /// The key to which a segment is sealed, if it is.
    #[must_use]
    pub fn seal_of(&self, part: &Part) -> Option<&Seal> {
        self.ledger.seal_of(part.path.file_name()?.to_str()?)
    }

    /// Whether it was closed: nothing will follow.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.ledger.is_closed()
    }

    /// Whether a recorder is at work.
    #[must_use]
    pub fn is_live(&self) -> bool {
        is_recorded(self.folder())
    }

    /// Where samples were lost.
    #[must_use]
    pub fn gaps(&self) -> Vec<Span> {
        let gap = |fact: &Fact| match fact {
            Fact::Gap { at, frames, .. } => Some(Span::new(*at, at.saturating_add(*frames))),
            _ => None,
        };
        self.ledger.facts.iter().filter_map(gap).collect()
    }

    /// Samples in all, once it is closed.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.ledger.length()
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.format.clock()
    }
}

/// Whether two paths lead to one folder, however they are written.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Whether a recorder holds the folder.
pub(super) fn is_recorded(folder: &Path) -> bool {
    is_held(&folder.join(LOCK))
}
