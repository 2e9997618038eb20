//! Closes what a crash, a power cut or a full disk left open. Nothing is deleted; what must be set
//! aside is kept beside it.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::header::Lengths;
use super::ledger::LedgerWriter;
use super::lost::lost_segments;
use super::segment::settle;
use super::writer::lock;
use super::{Cause, End, Error, Fact, Format, Growth, LEDGER, Ledger, Part};
use super::{is_sealed, sealed};
use crate::common::atomic_file::sync_folder;
use crate::common::digest::hex;

/// What was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The form of the samples.
    pub format: Format,
    /// Samples of each channel in all, gaps counted.
    pub frames: u64,
    /// Segments that were open, and are closed now.
    pub closed: Vec<PathBuf>,
    /// Of these, segments that no line of the ledger named any more.
    pub found: Vec<PathBuf>,
    /// Where the unreadable end of the ledger was kept.
    pub torn: Option<PathBuf>,
    /// Whether there was nothing to do.
    pub was_whole: bool,
}

/// Closes a recording by the bytes that are on the disk.
///
/// # Errors
/// [`Error::Busy`] while a recorder is at work, [`Error::Absent`], [`Error::NoStart`] or
/// [`Error::Io`].
pub fn recover(folder: &Path) -> Result<Recovered, Error> {
    let growth = Growth::open(folder)?.ok_or_else(|| Error::Absent { path: folder.to_owned() })?;
    let format = growth.format();
    if let (true, false, Some(frames)) = (growth.is_closed(), growth.ledger().torn, growth.length()) {
        let (closed, found) = (Vec::new(), Vec::new());
        return Ok(Recovered { format, frames, closed, found, torn: None, was_whole: true });
    }
    let folder = growth.folder().to_owned();
    let _lock = lock(&folder)?;
    let Closing { mut pen, frames, closed, found, torn } = close_open(&growth)?;
    if !pen.ledger().is_closed() {
        pen.write(Fact::Recovered { at: frames, found: found.len() as u64 })?;
        pen.write(Fact::Stop { at: frames, utc: Timestamp::now(), end: End::Crash })?;
    }
    sync_folder(&folder).map_err(Error::io(&folder))?;
    Ok(Recovered { format, frames, closed, found, torn, was_whole: false })
}

/// A recording of which everything that was open is closed, but for the line that says so.
pub(super) struct Closing {
    pub pen: LedgerWriter,
    /// Samples of each channel in all, gaps counted.
    pub frames: u64,
    pub closed: Vec<PathBuf>,
    pub found: Vec<PathBuf>,
    pub torn: Option<PathBuf>,
}

/// Closes what was open. The folder that the recording is in must be held.
pub(super) fn close_open(growth: &Growth) -> Result<Closing, Error> {
    let (folder, format) = (growth.folder(), growth.format());
    let path = folder.join(LEDGER);
    let ledger = Ledger::read(&path)?;
    let torn = if ledger.torn { Some(set_aside(&path, ledger.whole)?) } else { None };
    let mut pen = LedgerWriter::resume(path, &ledger)?;
    let mut frames = 0;
    let (mut closed, mut found) = (Vec::new(), Vec::new());
    for index in 0.. {
        let Some(part) = growth.part(index) else { break };
        let length = match part.frames {
            Some(length) => length,
            None if part.path.exists() => {
                let (length, sha256) = close(&part.path, format)?;
                let file = part.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                pen.write(Fact::Segment { file, first: part.first, frames: length, sha256, recovered: true })?;
                closed.push(part.path);
                length
            }
            None => 0,
        };
        frames = frames.max(part.first.saturating_add(length));
    }
    // A gap at the very end has no segment behind it.
    frames = growth.gaps().iter().fold(frames, |frames, gap| frames.max(gap.end));
    if !ledger.is_closed() {
        for lost in lost_segments(folder, &ledger, frames)? {
            let Part { path, first, .. } = lost;
            let (length, sha256) = close(&path, format)?;
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if first > frames {
                pen.write(Fact::Gap { at: frames, frames: first - frames, cause: Cause::Unknown })?;
            }
            pen.write(Fact::Open { file: file.clone(), first })?;
            pen.write(Fact::Segment { file, first, frames: length, sha256, recovered: true })?;
            frames = first.saturating_add(length);
            closed.push(path.clone());
            found.push(path);
        }
    }
    Ok(Closing { pen, frames, closed, found, torn })
}

/// Keeps the ledger as it was under another name and cuts off what is no line.
fn set_aside(path: &Path, whole: u64) -> Result<PathBuf, Error> {
    let kept = (1..u32::MAX)
        .map(|number| path.with_extension(format!("rusak-{number}.jsonl")))
        .find(|kept| !kept.exists())
        .unwrap_or_else(|| path.with_extension("rusak.jsonl"));
    fs::copy(path, &kept).map_err(Error::io(&kept))?;
    let file = OpenOptions::new().write(true).open(path).map_err(Error::io(path))?;
    file.set_len(whole).and_then(|()| file.sync_all()).map_err(Error::io(path))?;
    Ok(kept)
}

/// Lets the head of a segment tell what the file holds; gives its frames and the hash of their
/// bytes.
pub(super) fn close(path: &Path, format: Format) -> Result<(u64, String), Error> {
    if is_sealed(path) {
        return sealed::close(path, format);
    }
    let io = || Error::io(path);
    let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(io())?;
    let data = data_start(&mut file).map_err(io())?;
    let length = file.metadata().map_err(io())?.len();
    // Without a whole head there is no sound.
    let held = if data == 0 { 0 } else { length.saturating_sub(data) };
    let frames = held / format.frame() as u64;
    if data > 0 {
        settle(&mut file, Lengths { data }, format.bytes(frames)).and_then(|()| file.sync_all()).map_err(io())?;
    }
    Ok((frames, hash(path, data, format.bytes(frames))?))
}

/// Lets a segment end after so many frames, of which it holds at least as many; gives the hash of
/// their bytes.
pub(super) fn cut(path: &Path, format: Format, frames: u64) -> Result<String, Error> {
    if is_sealed(path) {
        // Its length stands in the ledger alone.
        return sealed::close(path, format).map(|(_, sha256)| sha256);
    }
    let io = || Error::io(path);
    let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(io())?;
    let data = data_start(&mut file).map_err(io())?;
    file.set_len(data + format.bytes(frames)).map_err(io())?;
    close(path, format).map(|(_, sha256)| sha256)
}

/// SHA-256 of `bytes` bytes of a file from `start` on.
pub(super) fn hash(path: &Path, start: u64, bytes: u64) -> Result<String, Error> {
    use std::io::{Seek, SeekFrom};
    let io = || Error::io(path);
    let mut file = File::open(path).map_err(io())?;
    file.seek(SeekFrom::Start(start)).map_err(io())?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut left = bytes;
    while left > 0 {
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        match file.read(&mut buffer[..most]) {
            Ok(0) => break,
            Ok(read) => {
                hash.update(&buffer[..read]);
                left -= read as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(io()(error)),
        }
    }
    Ok(hex(hash))
}

/// Sets a segment's file to its first sample.
pub fn seek_to_samples(file: &mut File) -> std::io::Result<()> {
    use std::io::{Seek, SeekFrom};
    let start = data_start(file)?;
    file.seek(SeekFrom::Start(start)).map(drop)
}

/// Where the samples begin; 0 where the head itself did not reach the disk.
pub(super) fn data_start(file: &mut File) -> std::io::Result<u64> {
    use std::io::{Seek, SeekFrom};
    let length = file.metadata()?.len();
    let mut at = 12;
    loop {
        let mut head = [0; 8];
        if at + 8 > length {
            return Ok(0);
        }
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut head)?;
        let [a, b, c, d, size @ ..] = head;
        if [a, b, c, d] == *b"data" {
            return Ok(at + 8);
        }
        let size = u64::from(u32::from_le_bytes(size));
        at += 8 + size + size % 2;
    }
}
