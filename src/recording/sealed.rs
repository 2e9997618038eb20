//! A segment under seal: how it is written, and how it is closed by the bytes that are on the disk,
//! without a key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use age::stream::StreamWriter;
use sha2::{Digest, Sha256};

use super::header::{self, Labels};
use super::{Error, Format};
use crate::common::atomic_file;
use crate::common::digest::hex;
use crate::seal::{CHUNK, Layout, Sealer, tail_of, tails_of};

/// What the WAV header of a sealed segment takes: one chunk. Its samples begin at the same place in
/// every segment, so that their number is known without a key.
pub(super) const HEADER: u64 = CHUNK;

/// Bytes of a chunk on the disk.
const ON_DISK: usize = CHUNK as usize + 16;

/// Takes what age has sealed, until the disk takes it: when a disk is full nothing of it is lost.
#[derive(Clone, Debug, Default)]
struct Outbox(Arc<Mutex<Vec<u8>>>);

impl Outbox {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|held| held.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a sealed segment has beside a plain one.
pub(super) struct Body {
    sealer: Sealer,
    /// `None` once its last chunk was sealed.
    stream: Option<StreamWriter<Outbox>>,
    outbox: Outbox,
    /// What age holds back until it knows that more follows: at most one chunk.
    open: Vec<u8>,
    /// Chunks that were sealed.
    chunks: u64,
    hash: Sha256,
    /// The tail that is on the disk.
    tail: Option<PathBuf>,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Body").field("chunks", &self.chunks).finish_non_exhaustive()
    }
}

impl Body {
    /// Begins the file: the header of age, and in the first chunk that of a WAV file.
    pub fn begin(sealer: &Sealer, format: Format, labels: &Labels, first: u64, file: &mut File) -> io::Result<Self> {
        let outbox = Outbox::default();
        let stream = sealer.writer(outbox.clone())?;
        let mut body = Self {
            sealer: sealer.clone(),
            stream: Some(stream),
            outbox,
            open: Vec::new(),
            chunks: 0,
            hash: Sha256::new(),
            tail: None,
        };
        let header = body.outbox.with(std::mem::take);
        file.write_all(&header)?;
        body.hash.update(&header);
        body.take(&header::sealed(format, labels, first, HEADER as usize))?;
        Ok(body)
    }

    /// Seals these bytes; what fills chunks waits for the disk.
    pub fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(stream) = &mut self.stream else { return Err(io::ErrorKind::WriteZero.into()) };
        stream.write_all(bytes)?;
        self.open.extend_from_slice(bytes);
        // As age does it: the last chunk, even a full one, is sealed when more comes.
        let sealed = (self.open.len() as u64).saturating_sub(1) / CHUNK;
        self.open.drain(..(sealed * CHUNK) as usize);
        self.chunks += sealed;
        Ok(())
    }

    /// Writes what waits. A chunk that does not fit as a whole is taken back, and waits on.
    pub fn drain(&mut self, file: &mut File) -> io::Result<()> {
        self.outbox.clone().with(|waiting| {
            let mut done = 0;
            let written = loop {
                let piece = &waiting[done..waiting.len().min(done + ON_DISK)];
                if piece.is_empty() {
                    break Ok(());
                }
                let at = file.stream_position()?;
                if let Err(error) = file.write_all(piece) {
                    let _ = file.set_len(at).and_then(|()| file.seek(SeekFrom::Start(at)).map(drop));
                    break Err(error);
                }
                self.hash.update(piece);
                done += piece.len();
            };
            waiting.drain(..done);
            written
        })
    }

    /// Bytes of samples that are in no chunk on the disk yet.
    pub fn open_bytes(&self) -> usize {
        // The header alone is no sound.
        if self.chunks == 0 { self.open.len().saturating_sub(HEADER as usize) } else { self.open.len() }
    }

    /// Keeps what fills no chunk yet, in the file of the tail.
    pub fn keep_tail(&mut self, segment: &Path) -> io::Result<()> {
        let path = tail_of(segment, self.chunks);
        atomic_file::write(&path, &self.sealer.seal(&self.open)?)?;
        if let Some(before) = self.tail.replace(path.clone()).filter(|before| *before != path) {
            let _ = fs::remove_file(before);
        }
        Ok(())
    }

    /// Seals the last chunk; gives the hash of the file. May be tried again.
    pub fn finish(&mut self, file: &mut File) -> io::Result<String> {
        if let Some(stream) = self.stream.take() {
            stream.finish()?;
        }
        self.drain(file)?;
        file.sync_all()?;
        self.open.clear();
        if let Some(tail) = self.tail.take() {
            fs::remove_file(tail)?;
        }
        Ok(self.sha256())
    }

    /// The hash of what was written.
    pub fn sha256(&self) -> String {
        hex(self.hash.clone())
    }
}

/// What the files of a segment hold, as far as it is known without a key.
struct Held {
    layout: Option<Layout>,
    /// The tail that belongs behind the last whole chunk.
    tail: Option<PathBuf>,
    /// Whether a tail shows that it was not closed.
    is_open: bool,
    /// Bytes that were sealed.
    plain: u64,
}

fn held(path: &Path) -> io::Result<Held> {
    let layout = Layout::of(&mut File::open(path)?)?;
    let Some(found) = layout else {
        return Ok(Held { layout, tail: None, is_open: true, plain: 0 });
    };
    let tails = tails_of(path)?;
    let is_open = !tails.is_empty();
    let tail = tails.iter().find(|(chunks, _)| *chunks == found.chunks).map(|(_, path)| path.clone());
    let plain = match &tail {
        Some(tail) => {
            let tail = Layout::of(&mut File::open(tail)?)?.map_or(0, Layout::plain);
            found.chunks * CHUNK + tail
        }
        // Where a tail is left the segment was not closed, and what stands behind its whole chunks
        // is no
        // last chunk.
        None if is_open => found.chunks * CHUNK,
        None => found.plain(),
    };
    Ok(Held { layout, tail, is_open, plain })
}

fn frames_of(plain: u64, format: Format) -> u64 {
    plain.saturating_sub(HEADER) / format.frame() as u64
}

/// Frames that a segment holds.
pub(super) fn frames(path: &Path, format: Format) -> Result<u64, Error> {
    Ok(frames_of(held(path).map_err(Error::io(path))?.plain, format))
}

/// Closes a segment that a crash left open: a chunk of which only a part was written is cut off.
/// Its
/// tail stays beside it, and so does one whose bytes should stand in whole chunks by now. Gives its
/// frames and the hash of its files.
pub(super) fn close(path: &Path, format: Format) -> Result<(u64, String), Error> {
    let closed = || {
        let Held { layout, is_open, plain, .. } = held(path)?;
        if let Some(layout) = layout.filter(|layout| is_open && layout.rest > 0) {
            let file = OpenOptions::new().write(true).open(path)?;
            file.set_len(layout.cut(layout.chunks))?;
            file.sync_all()?;
        }
        Ok((frames_of(plain, format), hash(path)?))
    };
    closed().map_err(Error::io(path))
}

/// SHA-256 of a segment's file, and of its tail behind it.
pub(super) fn hash(path: &Path) -> io::Result<String> {
    let tail = held(path)?.tail;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    for path in std::iter::once(path).chain(tail.as_deref()) {
        let mut file = File::open(path)?;
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => hash.update(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(hex(hash))
}
