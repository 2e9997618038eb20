//! What a person decides of files.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Zoned;
use jiff::civil::Date;

use super::decision::{Decided, Decision, Log, Tombstone, name_in};
use super::due::Kept;
use super::{Error, files};
use crate::common::atomic_file;
use crate::common::digest::sha256_of;
use crate::common::lock;
use crate::meeting::{Fate, FileKind};
use crate::recording::{self, Growth, folder_of};

/// Held while somebody decides in a meeting's folder.
const LOCK: &str = ".keputusan-retensi.kunci";

/// What a person wants to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Of which files.
    pub file: FileKind,
    /// Who decides.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Wish {
    /// The decision in these words.
    fn decision(&self, decided: Decided, kept: &Kept, now: &Zoned) -> Decision {
        Decision {
            at: now.timestamp(),
            by: self.by.trim().to_owned(),
            reason: self.reason.trim().to_owned(),
            file: self.file,
            decided,
            rule: kept.rule(self.file).map(ToString::to_string),
        }
    }

    fn check(&self) -> Result<(), Error> {
        match (self.by.trim(), self.reason.trim()) {
            ("", _) => Err(Error::Nameless),
            (_, "") => Err(Error::NoReason),
            _ => Ok(()),
        }
    }
}

/// Keeps the decision that files stay: until a day, for good, or because they were handed over.
///
/// # Errors
/// When there are no such files, name or reason is missing, the day has passed, or the decision
/// cannot be written.
pub fn decide(folder: &Path, wish: &Wish, until: Option<Date>, transfer: bool, now: &Zoned) -> Result<Decision, Error> {
    wish.check()?;
    if let Some(until) = until.filter(|until| *until <= now.date()) {
        return Err(Error::Passed { until });
    }
    let _lock = hold(folder)?;
    let mut kept = Kept::open(folder)?;
    if files(folder, wish.file)?.is_empty() {
        return Err(Error::Nothing { file: wish.file });
    }
    let decided = if transfer { Decided::Transfer } else { Decided::Keep { until } };
    let decision = wish.decision(decided, &kept, now);
    kept.log.append(folder, decision.clone())?;
    Ok(decision)
}

fn hold(folder: &Path) -> Result<File, Error> {
    if !crate::meeting_folder::is_meeting(folder) {
        return Err(Error::NoMeeting { path: folder.to_owned() });
    }
    Ok(lock::hold(&folder.join(LOCK))?)
}

/// What would be destroyed; a person confirms it.
pub struct Plan {
    folder: PathBuf,
    wish: Wish,
    early: bool,
    kept: Kept,
    /// The files.
    pub files: Vec<PathBuf>,
    /// Their bytes.
    pub bytes: u64,
    _lock: File,
}

/// What was destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    /// The decision, with what is left of each file.
    pub decision: Decision,
    /// Bytes that became free.
    pub bytes: u64,
}

impl Plan {
    /// What would be destroyed, if it may be: the record is official, nobody records or keeps the
    /// files by rule for ever, and their term is over, unless it is done `early`.
    ///
    /// # Errors
    /// Why it may not be.
    pub fn new(folder: &Path, wish: Wish, early: bool, now: &Zoned) -> Result<Self, Error> {
        wish.check()?;
        let file = wish.file;
        if file == FileKind::Record {
            return Err(Error::RecordKept);
        }
        let lock = hold(folder)?;
        let kept = Kept::open(folder)?;
        if let Some(growth) = Growth::open(&folder_of(folder)).map_err(Error::from)?
            && growth.is_live()
        {
            return Err(recording::Error::Busy { path: growth.folder().to_owned() }.into());
        }
        if kept.official.is_none() {
            return Err(Error::NotOfficial { file });
        }
        let rule = kept.rule(file);
        if let Some(rule) = rule.filter(|rule| rule.fate == Fate::Permanent) {
            return Err(Error::Permanent { file, rule: rule.to_string() });
        }
        let due = rule.and_then(|rule| kept.since(rule));
        let is_due = due.is_some_and(|due| due <= now.date()) && !is_kept(&kept.log, file, now.date());
        if !is_due && !early {
            return Err(Error::NotDue { file, due, rule: rule.map(ToString::to_string) });
        }
        let files = files(folder, file)?;
        if files.is_empty() {
            return Err(Error::Nothing { file });
        }
        let bytes = files.iter().filter_map(|path| fs::metadata(path).ok()).map(|metadata| metadata.len()).sum();
        Ok(Self { folder: folder.to_owned(), wish, early: early && !is_due, kept, files, bytes, _lock: lock })
    }

    /// Destroys them: first their names, lengths and hashes are written down with the decision,
    /// then
    /// each is removed. `progress` hears thousandths. Until the decision is written, `stop` ends
    /// it with nothing changed; then it is brought to its end.
    ///
    /// # Errors
    /// When a file cannot be read or removed, or the decision cannot be written.
    pub fn destroy(
        mut self,
        now: &Zoned,
        stop: &AtomicBool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Destroyed, Error> {
        let whole = self.examine(stop, &mut |done| progress(done / 2))?;
        let all = self.bytes.max(1);
        let mut read = 0;
        let mut tombstones = Vec::with_capacity(self.files.len());
        for path in &self.files {
            let hashed = sha256_of(path, |piece| {
                read += piece.len() as u64;
                progress(500 + (read * 500 / all).min(500));
                if stop.load(Ordering::Relaxed) { Err(io::ErrorKind::Other.into()) } else { Ok(()) }
            });
            let (sha256, bytes) = match hashed {
                Err(_) if stop.load(Ordering::Relaxed) => return Err(Error::Interrupted),
                hashed => hashed.map_err(|source| Error::Read { path: path.clone(), source })?,
            };
            tombstones.push(Tombstone { file: name_in(&self.folder, path), bytes, sha256 });
        }
        let bytes = tombstones.iter().map(|tombstone| tombstone.bytes).sum();
        let decided = Decided::Destroy { early: self.early, whole, files: tombstones };
        let decision = self.wish.decision(decided, &self.kept, now);
        self.kept.log.append(&self.folder, decision.clone())?;
        for path in &self.files {
            fs::remove_file(path).map_err(|source| Error::Remove { path: path.clone(), source })?;
        }
        for place in self.files.iter().filter_map(|path| path.parent()) {
            // Some file systems cannot; the files are gone all the same.
            let _ = atomic_file::sync_folder(place);
        }
        Ok(Destroyed { decision, bytes })
    }

    /// Whether the recording is as its ledger says, where it has one.
    fn examine(&self, stop: &AtomicBool, progress: &mut dyn FnMut(u64)) -> Result<Option<bool>, Error> {
        if self.wish.file != FileKind::Recording {
            return Ok(None);
        }
        let verdict = recording::verify_while(&folder_of(&self.folder), &mut |done, all| {
            progress((done * 1000 / all.max(1)) as u64);
            !stop.load(Ordering::Relaxed)
        });
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
        match verdict {
            Err(recording::Error::Absent { .. }) => Ok(None),
            verdict => Ok(Some(verdict?.findings.iter().all(|finding| match finding {
                // What an interrupted destruction has removed already.
                recording::Finding::Missing(path) => self.kept.log.destroyed(&self.folder, path).is_some(),
                _ => false,
            }))),
        }
    }
}

/// Whether somebody decided that these files are to stay.
fn is_kept(log: &Log, file: FileKind, today: Date) -> bool {
    log.last(file).is_some_and(|last| match &last.decided {
        Decided::Keep { until } => until.is_none_or(|until| today < until),
        Decided::Transfer | Decided::Destroy { .. } => false,
    })
}
