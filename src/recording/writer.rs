//! Appends sound and facts to a recording.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::header::Labels;
use super::ledger::Pen;
use super::recover::close;
use super::segment::Segment;
use super::{Cause, End, Entered, Error, Fact, Format, LEDGER, Ledger, segment_name};

/// Seconds of a segment.
const SEGMENT: u64 = 60;

/// A shorter gap is silence in its segment; a longer one begins a new segment.
const FILLED: u64 = 1;

/// The file that a living recorder holds locked.
pub(super) const LOCK: &str = "perekam.kunci";

/// Room that is kept for the last lines of the ledger when the disk is full.
const RESERVE: &str = ".cadangan";
const RESERVED: usize = 64 << 10;

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
}

/// A folder that is held for a recording which has not begun yet.
#[derive(Debug)]
pub struct Claim {
    folder: PathBuf,
    lock: Lock,
}

impl Claim {
    /// Holds `folder`, which is made where it does not exist and must hold no recording.
    pub fn take(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let lock = lock(folder)?;
        if folder.join(LEDGER).exists() || folder.join(segment_name(1)).exists() {
            return Err(Error::Taken { path: folder.to_owned() });
        }
        // What cannot be written to must be known before the meeting is opened.
        let reserve = folder.join(RESERVE);
        if let Err(error) = fs::write(&reserve, vec![0xFF; RESERVED]) {
            let _ = fs::remove_file(&reserve);
            return Err(Error::io(&reserve)(error));
        }
        Ok(Self { folder: folder.to_owned(), lock })
    }

    /// Lets the folder go.
    pub fn release(self) {
        let _ = fs::remove_file(self.folder.join(RESERVE));
    }
}

/// A recording that is being made.
#[derive(Debug)]
pub struct Writer {
    folder: PathBuf,
    format: Format,
    labels: Labels,
    pen: Pen,
    segment: Option<Segment>,
    number: u64,
    position: u64,
    _lock: Lock,
}

impl Writer {
    /// Begins the recording.
    pub fn begin(claim: Claim, start: Start) -> Result<Self, Error> {
        let Claim { folder, lock } = claim;
        let mut pen = Pen::take_up(folder.join(LEDGER), &Ledger::default())?;
        pen.write(Fact::Start {
            utc: start.utc,
            zone: zone_name(&start.zone, start.utc),
            format: start.format,
            device: start.device,
            program: concat!("risalah ", env!("CARGO_PKG_VERSION")).to_owned(),
        })?;
        sync_folder(&folder);
        let labels = Labels { start: start.utc, zone: start.zone, names: start.names };
        Ok(Self { folder, format: start.format, labels, pen, segment: None, number: 0, position: 0, _lock: lock })
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

    /// Appends whole frames.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk does not take them. [`Writer::position`] tells how much it took; the rest may be appended again, to
    /// this writer or to one that [moved](Writer::move_to).
    pub fn append(&mut self, mut frames: &[u8]) -> Result<(), Error> {
        let frame = self.format.frame();
        let longest = self.format.bytes(u64::from(self.format.rate.get()) * SEGMENT);
        while !frames.is_empty() {
            let segment = self.segment()?;
            let room = (longest - segment.bytes()).min(frames.len() as u64) as usize;
            match segment.append(&frames[..room], frame) {
                Ok(()) => self.position += (room / frame) as u64,
                Err((taken, error)) => {
                    self.position += (taken / frame) as u64;
                    return Err(error);
                }
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

    /// Enters what the operator did at a sample.
    pub fn enter(&mut self, at: u64, entered: Entered) -> Result<(), Error> {
        self.pen.write(Fact::Event { at: at.min(self.position), entered })
    }

    /// Lets the open segment's head tell how much there is, and gives a handle by which it can be brought to the disk.
    pub fn settle(&mut self) -> Result<Option<File>, Error> {
        match &mut self.segment {
            Some(segment) => {
                segment.settle()?;
                segment.handle().map(Some)
            }
            None => Ok(None),
        }
    }

    /// Whether its folder is still there under its name: a network share or a disk may be taken away while files are open on it.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.folder.join(LEDGER).exists()
    }

    /// Goes on in another folder, where the recording may have been copied to so far; what this folder holds stays. Gives the samples
    /// that are lost where this folder is gone and the copy had not yet come so far.
    pub fn move_to(self, folder: &Path) -> Result<(Self, u64), Error> {
        let reachable = self.is_reachable();
        let Self { folder: old, format, labels, mut pen, segment, number, position, _lock } = self;
        let _ = fs::remove_file(old.join(RESERVE));
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let lock = lock(folder)?;
        let moved = Fact::Moved { at: position, folder: folder.to_owned() };
        let mut cut_off = None;
        if let Some(segment) = segment {
            let (file, first, frames) = (segment.name.clone(), segment.first, segment.bytes() / format.frame() as u64);
            if reachable {
                // The old folder's disk may have failed: its ledger gets what it still takes, the new one's is what counts.
                let written = segment
                    .close()
                    .and_then(|sha256| pen.write(Fact::Segment { file, first, frames, sha256, recovered: false }));
                let _ = written.and_then(|()| pen.write(moved.clone()));
            } else {
                cut_off = Some((file, first, frames));
            }
        }
        let path = folder.join(LEDGER);
        // A ledger without its name is read through the open file, or else is what was copied of it.
        let text = pen.read_back().or_else(|_| fs::read(&path)).map_err(Error::io(&path))?;
        fs::write(&path, text).map_err(Error::io(&path))?;
        let mut ledger = Ledger::read(&path)?;
        ledger.torn = false;
        let file = OpenOptions::new().write(true).open(&path).map_err(Error::io(&path))?;
        file.set_len(ledger.whole).map_err(Error::io(&path))?;
        let mut pen = Pen::take_up(path, &ledger)?;
        let mut lost = 0;
        if let Some((file, first, frames)) = cut_off {
            let copy = folder.join(&file);
            let mut copied = 0;
            if copy.exists() {
                let (held, sha256) = close(&copy, format)?;
                copied = held.min(frames);
                pen.write(Fact::Segment { file, first, frames: copied, sha256, recovered: true })?;
            }
            lost = frames - copied;
            if lost > 0 {
                pen.write(Fact::Gap { at: first + copied, frames: lost, cause: Cause::Disk })?;
            }
        }
        if ledger.facts.last() != Some(&moved) {
            pen.write(moved)?;
        }
        let folder = folder.to_owned();
        Ok((Self { folder, format, labels, pen, segment: None, number, position, _lock: lock }, lost))
    }

    /// Closes the recording.
    pub fn finish(mut self, end: End) -> Result<u64, Error> {
        let _ = fs::remove_file(self.folder.join(RESERVE));
        self.close_segment()?;
        self.pen.write(Fact::Stop { at: self.position, utc: Timestamp::now(), end })?;
        sync_folder(&self.folder);
        Ok(self.position)
    }

    fn segment(&mut self) -> Result<&mut Segment, Error> {
        if self.segment.is_none() {
            let name = segment_name(self.number + 1);
            let segment = Segment::create(&self.folder, name, self.format, &self.labels, self.position)?;
            self.number += 1;
            let open = Fact::Open { file: segment.name.clone(), first: segment.first };
            // The file is there: what it takes must not depend on whether the ledger takes the line.
            self.segment = Some(segment);
            self.pen.write(open)?;
            sync_folder(&self.folder);
        }
        self.segment.as_mut().ok_or_else(|| Error::Absent { path: self.folder.clone() })
    }

    fn close_segment(&mut self) -> Result<(), Error> {
        let Some(segment) = self.segment.take() else { return Ok(()) };
        let (file, first, frames) = (segment.name.clone(), segment.first, segment.bytes() / self.format.frame() as u64);
        let sha256 = segment.close()?;
        self.pen.write(Fact::Segment { file, first, frames, sha256, recovered: false })
    }
}

/// A folder that one recorder holds.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Taken away while it is still held: whoever had opened it before finds that it is not in the folder any more.
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
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(Error::io(&path))?;
        match file.try_lock() {
            Ok(()) if is_named(&file, &path) => return Ok(Lock { file, path }),
            // Its holder has just let it go and taken it away; a new one is made.
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(Error::Busy { path: folder.to_owned() }),
            Err(fs::TryLockError::Error(source)) => return Err(Error::Io { path, source }),
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

/// A file that was made or renamed is only safe when its folder is on the disk too. Where a system cannot do that, the file itself is.
fn sync_folder(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

fn zone_name(zone: &TimeZone, at: Timestamp) -> String {
    zone.iana_name().map_or_else(|| zone.to_offset(at).to_string(), str::to_owned)
}
