//! A model file read from end to end.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use half::f16;
use sha2::{Digest, Sha256};

use super::header::{self, Header, HeaderError, Place, Weights};
use super::{Error, Monitor, Stage};
use crate::common::digest::hex;

const CHUNK: usize = 1 << 20;

/// Checks a model file from end to end, but for the weights themselves.
pub(super) fn check_header(path: &Path) -> Result<Header, Error> {
    Ok(check(path)?.1)
}

fn check(path: &Path) -> Result<(File, Header, Vec<Place>), Error> {
    let file = File::open(path).map_err(Error::at(path))?;
    let bytes = file.metadata().map_err(Error::at(path))?.len();
    let (header, places) = header::read_with_places(&file, bytes).map_err(|source| match source {
        HeaderError::Io(source) => Error::Io { path: path.to_owned(), source },
        source => Error::Invalid { path: path.to_owned(), source },
    })?;
    if header.is_multilingual() { Ok((file, header, places)) } else { Err(Error::EnglishOnly(path.to_owned())) }
}

/// Checks a model file that nobody vouches for: every weight is a number. Of quantised ones the
/// scales decide.
pub(super) fn check_weights(path: &Path, watch: &mut Monitor) -> Result<Header, Error> {
    let (mut file, header, places) = check(path)?;
    let total = places.last().map_or(0, |last| last.bytes.end);
    for Place { name, weights, bytes } in places {
        file.seek(SeekFrom::Start(bytes.start)).map_err(Error::at(path))?;
        let (_, block) = weights.block();
        // A whole number of blocks, so that none is cut.
        let at_once = CHUNK as u64 / block * block;
        let mut chunk = vec![0; at_once.min(bytes.end - bytes.start) as usize];
        let mut done = bytes.start;
        while done < bytes.end {
            let count = at_once.min(bytes.end - done) as usize;
            file.read_exact(&mut chunk[..count]).map_err(Error::at(path))?;
            if !are_numbers(weights, block as usize, &chunk[..count]) {
                let name = name.escape_debug().to_string();
                let source = HeaderError::Tensor { name, fault: "not a number" };
                return Err(Error::Invalid { path: path.to_owned(), source });
            }
            done += count as u64;
            watch.bytes(Stage::Checking, done, total)?;
        }
    }
    Ok(header)
}

fn are_numbers(weights: Weights, block: usize, bytes: &[u8]) -> bool {
    let halves = |bytes: &[u8]| bytes.chunks_exact(2).all(|half| f16::from_le_bytes([half[0], half[1]]).is_finite());
    match weights {
        Weights::F32 => bytes.chunks_exact(4).all(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).is_finite()),
        Weights::F16 => halves(bytes),
        _ => bytes.chunks_exact(block).all(|block| halves(&block[weights.scales()])),
    }
}

pub(super) fn expect_hash(path: &Path, expected: &str, watch: &mut Monitor) -> Result<(), Error> {
    let found = hash_path(path, watch)?;
    if found == expected {
        return Ok(());
    }
    Err(Error::Hash { path: path.to_owned(), expected: expected.to_owned(), found })
}

pub(super) fn hash_path(path: &Path, watch: &mut Monitor) -> Result<String, Error> {
    let mut file = File::open(path).map_err(Error::at(path))?;
    let bytes = file.metadata().map_err(Error::at(path))?.len();
    Ok(hex(hash_file(&mut file, path, bytes, watch)?))
}

/// The hash so far of an open file that is `bytes` long, read from where it stands to its end.
pub(super) fn hash_file(file: &mut File, path: &Path, bytes: u64, watch: &mut Monitor) -> Result<Sha256, Error> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut done = 0;
    loop {
        let count = file.read(&mut chunk).map_err(Error::at(path))?;
        if count == 0 {
            return Ok(hash);
        }
        hash.update(&chunk[..count]);
        done += count as u64;
        watch.bytes(Stage::Checking, done, bytes)?;
    }
}

/// Copies a file to the disk and returns the SHA-256 of what was copied.
pub(super) fn copy_hashed(source: &Path, target: &Path, watch: &mut Monitor) -> Result<String, Error> {
    let mut from = File::open(source).map_err(Error::at(source))?;
    let bytes = from.metadata().map_err(Error::at(source))?.len();
    let mut to = File::create(target).map_err(Error::at(target))?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut done = 0;
    loop {
        let count = from.read(&mut chunk).map_err(Error::at(source))?;
        if count == 0 {
            break;
        }
        to.write_all(&chunk[..count]).map_err(Error::at(target))?;
        hash.update(&chunk[..count]);
        done += count as u64;
        watch.bytes(Stage::Copying, done, bytes)?;
    }
    to.sync_all().map_err(Error::at(target))?;
    Ok(hex(hash))
}

/// The length of a file, or `None` when there is none.
pub(super) fn length(path: &Path) -> Result<Option<u64>, Error> {
    match fs::metadata(path) {
        Ok(file) => Ok(Some(file.len())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::at(path)(error)),
    }
}
