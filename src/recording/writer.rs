//! Appends sound and facts to a recording.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::common::lock;

use super::header::Labels;
use super::ledger::LedgerWriter;
use super::recover::{close, cut};
use super::segment::Segment;
use super::{Cause, End, Error, Fact, Format, LEDGER, Ledger, sealed_segment_name, segment_in, segment_name};
use crate::common::atomic_file::{sync_folder, sync_open_folder};
use crate::seal::{Seal, Sealer, tails_of};

/// Seconds of a segment.
const SEGMENT: u64 = 60;

/// A shorter gap is silence in its segment; a longer one begins a new segment.
const FILLED: u64 = 1;

/// The file that a living recorder holds locked.
pub(super) const LOCK: &str = "perekam.kunci";

/// Room that is kept for the last lines of the ledger when the disk is full.
const RESERVE: &str = ".cadangan";
const RESERVED: usize = 64 << 10;
/// Under seal also for two chunks that stand before them.
const RESERVED_SEALED: usize = 192 << 10;

/// What is known when a recording begins.
#[derive(Clone, Debug)]
pub struct Start {
    /// When its first sample was taken.
    pub utc: Timestamp,
    /// The computer's zone.
    pub zone: TimeZone,
    /// The form of every sample.
    pub format: Format,
    /// What gives the sound.
    pub device: String,
    /// Names of the channels, as seats are called.
    pub names: Vec<String>,
    /// The key of a meeting that is recorded under seal.
    pub seal: Option<Seal>,
}

/// A folder that is held for a recording which has not begun yet.
#[derive(Debug)]
pub struct Claim {
    pub(super) folder: PathBuf,
    pub(super) lock: Lock,
}

impl Claim {
    /// Holds `folder`, which is made where it does not exist and must hold no recording.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let lock = lock(folder)?;
        if folder.join(LEDGER).exists() || segment_in(folder, 1).is_some() {
            return Err(Error::Taken { path: folder.to_owned() });
        }
        // What cannot be written to must be known before the meeting is opened.
        reserve(folder, RESERVED)?;
        Ok(Self { folder: folder.to_owned(), lock })
    }

    /// Holds the folder of a copy of the recording of `of`, which may have been begun before:
    /// nothing else stands in it.
    pub fn take_copy(folder: &Path, of: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let lock = lock(folder)?;
        let (Ok(copied), Ok(whole)) = (fs::read(folder.join(LEDGER)), fs::read(of.join(LEDGER))) else {
            drop(lock);
            return Self::take(folder);
        };
        let same = whole.iter().zip(&copied).take_while(|(one, other)| one == other).count();
        if !copied[..same].contains(&b'\n') {
            return Err(Error::Taken { path: folder.to_owned() });
        }
        // Its last line may be one that a crash cut off in the original.
        let path = folder.join(LEDGER);
        let cut = OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(same as u64));
        cut.map_err(Error::io(&path))?;
        Ok(Self { folder: folder.to_owned(), lock })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets the folder go.
    pub fn release(self) {
        let _ = fs::remove_file(self.folder.join(RESERVE));
    }
}

/// Keeps room for the last lines of the ledger, and of a sealed recording for what stands before
/// them, as far as there is room.
pub(super) fn reserve_again(folder: &Path, is_sealed: bool) {
    let is_kept = is_sealed && reserve(folder, RESERVED_SEALED).is_ok();
    if !is_kept {
        let _ = reserve(folder, RESERVED);
    }
}

fn reserve(folder: &Path, bytes: usize) -> Result<(), Error> {
    let reserve = folder.join(RESERVE);
    fs::write(&reserve, vec![0xFF; bytes]).map_err(|error| {
        let _ = fs::remove_file(&reserve);
        Error::io(&reserve)(error)
    })
}

/// A recording that is being made.
///
/// What the disk has not confirmed stays in memory as well: a disk that reports an error may have
/// lost all that was on its way there.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    format: Format,
    labels: Labels,
    pen: LedgerWriter,
    /// What seals the segments of a closed meeting.
    sealer: Option<Sealer>,
    segment: Option<Segment>,
    number: u64,
    position: u64,
    /// The sound at the end of the open segment of which the disk has not said that it has it.
    unconfirmed: Vec<u8>,
    /// The folder, open: its names are brought to the disk through this.
    names: Option<File>,
    /// The same once more, let go of when no other file can be opened: the next segment must not
    /// fail for want of a descriptor.
    spare: Option<File>,
    lock: Lock,
}

impl Writer {
    /// Begins the recording.
    pub fn begin(claim: Claim, start: Start) -> Result<Self, Error> {
        let Claim { folder, lock } = claim;
        if start.seal.is_some() {
            reserve_again(&folder, true);
        }
        let mut pen = LedgerWriter::resume(folder.join(LEDGER), &Ledger::default())?;
        pen.write(Fact::Start {
            utc: start.utc,
            zone: zone_name(&start.zone, start.utc),
            format: start.format,
            device: start.device,
            program: concat!("risalah ", env!("CARGO_PKG_VERSION")).to_owned(),
            seal: start.seal.map(Box::new),
        })?;
        sync_folder(&folder).map_err(Error::io(&folder))?;
        let labels = Labels { start: start.utc, zone: start.zone, names: start.names };
        Self::new(folder, start.format, labels, pen, lock)
    }

    pub(super) fn new(
        folder: PathBuf,
        format: Format,
        labels: Labels,
        pen: LedgerWriter,
        lock: Lock,
    ) -> Result<Self, Error> {
        let (unconfirmed, names, spare) = (Vec::new(), open(&folder), open(&folder));
        let sealer = pen.ledger().current_seal().map(Seal::sealer).transpose()?;
        let (segment, number, position) = (None, 0, 0);
        Ok(Self { folder, format, labels, pen, sealer, segment, number, position, unconfirmed, names, spare, lock })
    }

    /// Goes on behind what stands in the folder already.
    pub(super) fn behind(mut self, number: u64, position: u64) -> Self {
        (self.number, self.position) = (number, position);
        self
    }

    /// The form of every sample.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The recording's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Samples of each channel so far, gaps counted.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Samples of each channel of which the disk has said that it has them, gaps counted.
    #[must_use]
    pub fn confirmed(&self) -> u64 {
        self.position - (self.unconfirmed.len() / self.format.frame()) as u64
    }

    /// What its ledger says.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        self.pen.ledger()
    }

    /// Appends whole frames.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk does not take them. [`Writer::position`] tells how much it took;
    /// the rest may be appended again, also after it [moved](Writer::move_to).
    pub fn append(&mut self, mut frames: &[u8]) -> Result<(), Error> {
        let frame = self.format.frame();
        let longest = self.format.bytes(u64::from(self.format.rate.get()) * SEGMENT);
        while !frames.is_empty() {
            let segment = self.segment()?;
            let room = (longest - segment.bytes()).min(frames.len() as u64) as usize;
            let (taken, failed) = match segment.append(&frames[..room], frame) {
                Ok(()) => (room, None),
                Err((taken, error)) => (taken, Some(error)),
            };
            self.position += (taken / frame) as u64;
            self.unconfirmed.extend_from_slice(&frames[..taken]);
            if let Some(error) = failed {
                return Err(error);
            }
            frames = &frames[room..];
            if self.segment.as_ref().is_some_and(|segment| segment.bytes() == longest) {
                self.close_segment()?;
            }
        }
        Ok(())
    }

    /// Counts samples that were lost.
    pub fn gap(&mut self, frames: u64, cause: Cause) -> Result<(), Error> {
        let at = self.position;
        if frames == 0 {
            return Ok(());
        }
        if self.sealer.is_some() {
            // What fills no chunk yet must not be gone when the line says what comes after it.
            self.sync()?;
        }
        if frames < FILLED * u64::from(self.format.rate.get()) {
            let silence = vec![self.format.sample.silence(); self.format.bytes(frames) as usize];
            self.append(&silence)?;
        } else {
            self.close_segment()?;
            self.position += frames;
        }
        self.pen.write(Fact::Gap { at, frames, cause })
    }

    /// Enters a fact that is no gap, segment, start or end.
    pub fn note(&mut self, fact: Fact) -> Result<(), Error> {
        self.pen.write(fact)
    }

    /// Enters that what follows is sealed to another key than what stands before it, or is open
    /// again: the segment ends here. `fact` is of [`Writer::position`].
    ///
    /// # Errors
    /// [`Error::Io`]: then nothing has changed, and it may be tried again.
    pub fn turn(&mut self, fact: Fact) -> Result<(), Error> {
        self.close_segment()?;
        self.pen.write(fact)?;
        let was_sealed = self.sealer.is_some();
        self.sealer = self.pen.ledger().current_seal().map(Seal::sealer).transpose()?;
        if !was_sealed && self.sealer.is_some() {
            reserve_again(&self.folder, true);
        }
        Ok(())
    }

    /// Brings what was appended to the disk, and lets the open segment's head tell how much there
    /// is.
    ///
    /// # Errors
    /// [`Error::Io`]: what the disk had not confirmed before may be lost on it, and is still in memory.
    pub fn sync(&mut self) -> Result<(), Error> {
        let mut open = 0;
        if let Some(segment) = &mut self.segment {
            segment.sync()?;
            // Of a sealed segment what fills no chunk yet is on the disk in a file of its own; if
            // the
            // recording moves it is written anew.
            open = segment.open_bytes(self.format.frame()).min(self.unconfirmed.len());
        }
        self.unconfirmed.drain(..self.unconfirmed.len() - open);
        Ok(())
    }

    /// Goes on in another folder, where the recording may have been copied to so far; what this
    /// folder holds stays. What the copy is not certain to have is written there from memory.
    /// Gives the samples that are lost: those that this folder's disk had confirmed and
    /// that were not copied.
    ///
    /// # Errors
    /// [`Error::Io`] where the other folder does not take it either; then nothing has changed here.
    pub fn move_to(&mut self, target: Claim) -> Result<u64, Error> {
        let Claim { folder, lock } = target;
        let mut pen = self.pen.copy_to(folder.join(LEDGER))?;
        let (mut lost, mut rest) = (0, 0);
        if let Some(segment) = &self.segment {
            let (file, first, frames) = (segment.name.clone(), segment.first, self.frames_of(segment));
            let confirmed = frames - (self.unconfirmed.len() / self.format.frame()) as u64;
            let copy = folder.join(&file);
            let (held, sha256) = if copy.exists() { close(&copy, self.format)? } else { (0, String::new()) };
            if (held, &sha256) == (frames, &segment.sha256()) {
                pen.write(Fact::Segment { file, first, frames, sha256, recovered: false })?;
            } else {
                let kept = held.min(confirmed);
                if kept == 0 {
                    let _ = fs::remove_file(&copy);
                    for (_, tail) in tails_of(&copy).unwrap_or_default() {
                        let _ = fs::remove_file(tail);
                    }
                    Segment::create(&folder, file.clone(), self.format, &self.labels, first, self.sealer.as_ref())?
                        .close()?;
                }
                let sha256 = cut(&copy, self.format, kept)?;
                pen.write(Fact::Segment { file, first, frames: kept, sha256, recovered: true })?;
                (lost, rest) = (confirmed - kept, frames - confirmed);
                if lost > 0 {
                    pen.write(Fact::Gap { at: first + kept, frames: lost, cause: Cause::Disk })?;
                }
            }
        }
        pen.write(Fact::Moved { at: self.position, folder: folder.clone() })?;
        sync_folder(&folder).map_err(Error::io(&folder))?;
        let _ = fs::remove_file(self.folder.join(RESERVE));
        let old = (std::mem::replace(&mut self.pen, pen), self.segment.take());
        (self.names, self.spare) = (open(&folder), open(&folder));
        (self.folder, self.lock) = (folder, lock);
        self.leave(old);
        self.position -= rest;
        let mut unconfirmed = std::mem::take(&mut self.unconfirmed);
        let rest = unconfirmed.split_off(unconfirmed.len() - self.format.bytes(rest) as usize);
        self.append(&rest)?;
        Ok(lost)
    }

    /// Lets the folder that was left say where the recording went, as far as its disk still takes
    /// that. The new one's ledger counts.
    fn leave(&self, (mut pen, segment): (LedgerWriter, Option<Segment>)) {
        let closed = segment.map_or(Ok(()), |mut segment| {
            let (file, first, frames) = (segment.name.clone(), segment.first, self.frames_of(&segment));
            let sha256 = segment.close()?;
            pen.write(Fact::Segment { file, first, frames, sha256, recovered: false })
        });
        let moved = Fact::Moved { at: self.position, folder: self.folder.clone() };
        let _ = closed.and_then(|()| pen.write(moved));
    }

    /// Closes the recording and lets its folder go.
    pub fn finish(mut self, end: End) -> Result<u64, Error> {
        self.close(end)
    }

    /// Closes the recording. Where its disk does not take the last lines, it may still go on
    /// elsewhere and be closed there.
    pub fn close(&mut self, end: End) -> Result<u64, Error> {
        let _ = fs::remove_file(self.folder.join(RESERVE));
        self.close_segment()?;
        self.pen.write(Fact::Stop { at: self.position, utc: Timestamp::now(), end })?;
        sync_folder(&self.folder).map_err(Error::io(&self.folder))?;
        Ok(self.position)
    }

    fn frames_of(&self, segment: &Segment) -> u64 {
        segment.bytes() / self.format.frame() as u64
    }

    fn segment(&mut self) -> Result<&mut Segment, Error> {
        if self.segment.is_none() {
            let sealer = self.sealer.as_ref();
            let name = if sealer.is_some() { sealed_segment_name } else { segment_name }(self.number + 1);
            let create = |name| Segment::create(&self.folder, name, self.format, &self.labels, self.position, sealer);
            let segment = match create(name.clone()) {
                Err(error) if error.is_out_of_files() && self.spare.take().is_some() => create(name)?,
                created => created?,
            };
            self.number += 1;
            self.spare = self.spare.take().or_else(|| open(&self.folder));
            let begun = Fact::Open { file: segment.name.clone(), first: segment.first };
            // The file is there: what it takes must not depend on whether the ledger takes the line.
            self.segment = Some(segment);
            self.pen.write(begun)?;
            let synced = self.names.as_ref().map_or_else(|| sync_folder(&self.folder), sync_open_folder);
            synced.map_err(Error::io(&self.folder))?;
        }
        self.segment.as_mut().ok_or_else(|| Error::Absent { path: self.folder.clone() })
    }

    /// A segment that the disk did not confirm as a whole stays open.
    fn close_segment(&mut self) -> Result<(), Error> {
        let Some(segment) = &mut self.segment else { return Ok(()) };
        let sha256 = segment.close()?;
        let (file, first) = (segment.name.clone(), segment.first);
        let frames = segment.bytes() / self.format.frame() as u64;
        self.unconfirmed.clear();
        self.pen.write(Fact::Segment { file, first, frames, sha256, recovered: false })?;
        self.segment = None;
        Ok(())
    }
}

/// The folder, open; without that, a segment only has no second chance.
fn open(folder: &Path) -> Option<File> {
    File::open(folder).ok()
}

/// A folder that one recorder holds.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Taken away while it is still held: whoever had opened it before finds that it is not in the
        // folder any more.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
        // Closing alone is not enough where a child process has inherited the file for a moment.
        let _ = self.file.unlock();
    }
}

/// Holds the folder for one recorder.
pub(super) fn lock(folder: &Path) -> Result<Lock, Error> {
    let path = folder.join(LOCK);
    loop {
        match lock::hold(&path) {
            Ok(file) if is_named(&file, &path) => return Ok(Lock { file, path }),
            // Its holder has just let it go and taken it away; a new one is made.
            Ok(_) => {}
            Err(lock::Error::Held { .. }) => return Err(Error::Busy { path: folder.to_owned() }),
            Err(lock::Error::Io { path, source }) => return Err(Error::Io { path, source }),
            Err(error) => return Err(Error::Lock(error)),
        }
    }
}

/// Whether this file is still the one of that name.
#[cfg(unix)]
fn is_named(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Elsewhere an open file keeps its name.
#[cfg(not(unix))]
fn is_named(_: &File, _: &Path) -> bool {
    true
}

fn zone_name(zone: &TimeZone, at: Timestamp) -> String {
    zone.iana_name().map_or_else(|| zone.to_offset(at).to_string(), str::to_owned)
}
