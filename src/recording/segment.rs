//! One segment's file while it is written.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::header::{self, Labels, Lengths};
use super::sealed::Body;
use super::{Error, Format};
use crate::common::digest::hex;
use crate::seal::Sealer;

/// A segment that grows. Its head is brought up to date when it is [`Segment::settle`]d; a reader
/// goes by the bytes.
#[derive(Debug)]
pub(super) struct Segment {
    pub name: String,
    pub first: u64,
    path: PathBuf,
    file: File,
    lengths: Lengths,
    bytes: u64,
    hash: Sha256,
    /// Under seal.
    sealed: Option<Box<Body>>,
}

impl Segment {
    /// Begins the file; one that exists is never written over.
    pub fn create(
        folder: &Path,
        name: String,
        format: Format,
        labels: &Labels,
        first: u64,
        sealer: Option<&Sealer>,
    ) -> Result<Self, Error> {
        let path = folder.join(&name);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(Error::io(&path))?;
        let (head, lengths) = header::head(format, labels, first);
        let begun = match sealer {
            Some(sealer) => Body::begin(sealer, format, labels, first, &mut file).map(Some),
            None => file.write_all(&head).map(|()| None),
        };
        match begun {
            Ok(sealed) => {
                let (bytes, hash, sealed) = (0, Sha256::new(), sealed.map(Box::new));
                Ok(Self { name, first, path, file, lengths, bytes, hash, sealed })
            }
            Err(error) => {
                // A head that did not fit holds no sound.
                let _ = std::fs::remove_file(&path);
                Err(Error::io(&path)(error))
            }
        }
    }

    /// Bytes of samples so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends whole frames. Where the disk takes only a part of them, what is more than whole
    /// frames is taken back and the number of bytes that stay is the error's.
    pub fn append(&mut self, frames: &[u8], frame: usize) -> Result<(), (usize, Error)> {
        if let Some(body) = &mut self.sealed {
            body.take(frames).map_err(|error| (0, Error::io(&self.path)(error)))?;
            self.bytes += frames.len() as u64;
            // What the disk does not take is held, and counts as taken.
            return body.drain(&mut self.file).map_err(|error| (frames.len(), Error::io(&self.path)(error)));
        }
        let mut done = 0;
        while done < frames.len() {
            match self.file.write(&frames[done..]) {
                Ok(0) => return Err(self.keep(frames, done, frame, std::io::ErrorKind::WriteZero.into())),
                Ok(bytes) => done += bytes,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.keep(frames, done, frame, error)),
            }
        }
        self.hash.update(frames);
        self.bytes += frames.len() as u64;
        Ok(())
    }

    fn keep(&mut self, frames: &[u8], done: usize, frame: usize, error: std::io::Error) -> (usize, Error) {
        let whole = done - done % frame;
        self.hash.update(&frames[..whole]);
        self.bytes += whole as u64;
        let end = self.lengths.data + self.bytes;
        let _ = self.file.set_len(end).and_then(|()| self.file.seek(SeekFrom::Start(end)).map(drop));
        (whole, Error::io(&self.path)(error))
    }

    /// Lets the head tell how much there is.
    fn settle(&mut self) -> Result<(), Error> {
        let end = self.lengths.data + self.bytes;
        settle(&mut self.file, self.lengths, self.bytes)
            .and_then(|()| self.file.seek(SeekFrom::Start(end)).map(drop))
            .map_err(Error::io(&self.path))
    }

    /// Brings what was appended to the disk. An error is told once by the system, and what was on
    /// its way may be lost.
    pub fn sync(&mut self) -> Result<(), Error> {
        if let Some(body) = &mut self.sealed {
            let synced = body.drain(&mut self.file).and_then(|()| self.file.sync_data());
            return synced.and_then(|()| body.keep_tail(&self.path)).map_err(Error::io(&self.path));
        }
        self.settle()?;
        self.file.sync_data().map_err(Error::io(&self.path))
    }

    /// Completes the file and brings it to the disk; gives the hash of its samples. May be tried
    /// again.
    pub fn close(&mut self) -> Result<String, Error> {
        if let Some(body) = &mut self.sealed {
            return body.finish(&mut self.file).map_err(Error::io(&self.path));
        }
        if self.bytes % 2 == 1 {
            let end = SeekFrom::Start(self.lengths.data + self.bytes);
            let padded = self.file.seek(end).and_then(|_| self.file.write_all(&[0]));
            padded.map_err(Error::io(&self.path))?;
        }
        settle(&mut self.file, self.lengths, self.bytes)
            .and_then(|()| self.file.sync_all())
            .map_err(Error::io(&self.path))?;
        Ok(self.sha256())
    }

    /// The hash of what was appended, whatever became of it on the disk.
    pub fn sha256(&self) -> String {
        self.sealed.as_ref().map_or_else(|| hex(self.hash.clone()), |body| body.sha256())
    }

    /// Bytes at its end of which a copy of its file has nothing: those that fill no chunk of a
    /// sealed
    /// one, and the rest of the frame before them.
    pub fn open_bytes(&self, frame: usize) -> usize {
        let open = self.sealed.as_ref().map_or(0, |body| body.open_bytes());
        open.next_multiple_of(frame)
    }
}

/// Writes the lengths into the head of a file that holds this many bytes of samples.
pub(super) fn settle(file: &mut File, lengths: Lengths, bytes: u64) -> std::io::Result<()> {
    for (at, value) in [lengths.data(bytes), lengths.riff(bytes)] {
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&value)?;
    }
    Ok(())
}
