//! A file that is read forwards, with leaps.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::audio::Error;
use crate::audio::wav::read_full;

/// Bytes that are read from the system at a time.
const BUFFER: usize = 1 << 16;

/// A file, where in it the reader stands, and its length.
pub(in crate::audio) struct Bytes {
    file: BufReader<File>,
    path: PathBuf,
    position: u64,
    length: u64,
}

impl Bytes {
    pub(in crate::audio) fn open(path: &Path) -> Result<Self, Error> {
        let io = |source| Error::io(path, source);
        let mut file = File::open(path).map_err(io)?;
        let length = file.seek(SeekFrom::End(0)).map_err(io)?;
        file.rewind().map_err(io)?;
        Ok(Self { file: BufReader::with_capacity(BUFFER, file), path: path.to_owned(), position: 0, length })
    }

    pub(in crate::audio) fn path(&self) -> &Path {
        &self.path
    }

    pub(in crate::audio) fn position(&self) -> u64 {
        self.position
    }

    /// Bytes of the whole file.
    pub(in crate::audio) fn length(&self) -> u64 {
        self.length
    }

    /// Bytes from here to the end.
    pub(in crate::audio) fn left(&self) -> u64 {
        self.length.saturating_sub(self.position)
    }

    /// Goes to that place, which may lie behind the end.
    pub(in crate::audio) fn seek(&mut self, position: u64) -> Result<(), Error> {
        let io = |source| Error::io(&self.path, source);
        // A short way stays within what is buffered.
        match i64::try_from(i128::from(position) - i128::from(self.position)) {
            Ok(way) => self.file.seek_relative(way).map_err(io)?,
            Err(_) => {
                self.file.seek(SeekFrom::Start(position.min(self.length))).map_err(io)?;
            }
        }
        self.position = position;
        Ok(())
    }

    /// Fills `buffer` as far as the file goes; returns how many bytes that were.
    pub(in crate::audio) fn fill(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let bytes = read_full(&mut self.file, buffer).map_err(|source| Error::io(&self.path, source))?;
        self.position += bytes as u64;
        Ok(bytes)
    }

    /// The next `N` bytes; `None` where fewer are left.
    pub(in crate::audio) fn array<const N: usize>(&mut self) -> Result<Option<[u8; N]>, Error> {
        let mut bytes = [0; N];
        Ok((self.fill(&mut bytes)? == N).then_some(bytes))
    }

    /// The next bytes; `None` where fewer are left.
    pub(in crate::audio) fn take(&mut self, count: u64) -> Result<Option<Vec<u8>>, Error> {
        if count > self.left() {
            return Ok(None);
        }
        let mut bytes = vec![0; count as usize];
        Ok((self.fill(&mut bytes)? == bytes.len()).then_some(bytes))
    }

    /// Up to so many of the next bytes, without passing over them.
    pub(in crate::audio) fn peek(&mut self, count: usize) -> Result<Vec<u8>, Error> {
        let position = self.position;
        let mut bytes = vec![0; count];
        let held = self.fill(&mut bytes)?;
        bytes.truncate(held);
        self.seek(position)?;
        Ok(bytes)
    }
}

/// Numbers within a slice; `None` where it ends before them.
pub(in crate::audio) trait Numbers {
    fn at<const N: usize>(&self, place: usize) -> Option<[u8; N]>;

    fn be16(&self, place: usize) -> Option<u16> {
        self.at(place).map(u16::from_be_bytes)
    }

    fn be32(&self, place: usize) -> Option<u32> {
        self.at(place).map(u32::from_be_bytes)
    }

    fn be64(&self, place: usize) -> Option<u64> {
        self.at(place).map(u64::from_be_bytes)
    }

    fn le16(&self, place: usize) -> Option<u16> {
        self.at(place).map(u16::from_le_bytes)
    }

    fn le32(&self, place: usize) -> Option<u32> {
        self.at(place).map(u32::from_le_bytes)
    }
}

impl Numbers for [u8] {
    fn at<const N: usize>(&self, place: usize) -> Option<[u8; N]> {
        self.get(place..)?.first_chunk().copied()
    }
}
