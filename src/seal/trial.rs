//! What is wrong with a sealed segment, said by chunk: for this a key is needed. That something is
//! wrong, the ledger's hashes tell without one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use age::Decryptor;

use super::stream::{CHUNK, SEALED};
use super::{Layout, MeetingKey};

/// What is wrong with a chunk; chunks are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// It is not as it was sealed.
    Changed {
        /// Its number.
        chunk: u64,
    },
    /// Another of the same segment stands in its place.
    Moved {
        /// Its number.
        chunk: u64,
        /// The number of the other.
        from: u64,
    },
    /// One of another segment stands in its place.
    Foreign {
        /// Its number.
        chunk: u64,
        /// The other segment.
        from: PathBuf,
    },
    /// The segment ends before it.
    Cut {
        /// The number of the first that is missing.
        chunk: u64,
    },
    /// The header of the file does not open.
    Header,
}

/// Opens every chunk of a segment and says what is wrong with the first that does not open, or
/// that is missing where the segment holds `plain` bytes. `others` are the segments that a chunk
/// may
/// come from.
///
/// # Errors
/// Where the file cannot be read.
pub fn examine(path: &Path, key: &MeetingKey, plain: u64, others: &[PathBuf]) -> io::Result<Option<Chunk>> {
    let mut file = File::open(path)?;
    let Some(layout) = Layout::of(&mut file)? else { return Ok(Some(Chunk::Header)) };
    let Some(header) = header(&mut file, layout, key)? else { return Ok(Some(Chunk::Header)) };
    let tail = super::tail_of(path, layout.chunks).is_file();
    let count = layout.chunks + u64::from(layout.rest > 0 && !tail);
    for index in 0..count {
        let chunk = chunk_at(&mut file, layout, index)?;
        if opens(&header, &chunk, index, key) {
            continue;
        }
        let number = index + 1;
        let most = plain.div_ceil(CHUNK).max(count);
        if let Some(from) = (0..most).find(|other| *other != index && opens(&header, &chunk, *other, key)) {
            return Ok(Some(Chunk::Moved { chunk: number, from: from + 1 }));
        }
        for other in others.iter().filter(|other| *other != path) {
            let Ok(mut file) = File::open(other) else { continue };
            let Some(layout) = Layout::of(&mut file)? else { continue };
            let Some(header) = self::header(&mut file, layout, key)? else { continue };
            if (0..=layout.chunks).any(|place| opens(&header, &chunk, place, key)) {
                return Ok(Some(Chunk::Foreign { chunk: number, from: other.clone() }));
            }
        }
        return Ok(Some(Chunk::Changed { chunk: number }));
    }
    let mut whole = super::SealedReader::open(path, key.clone()).map_err(io::Error::other)?;
    let held = whole.seek(SeekFrom::End(0))?;
    Ok((held < plain).then_some(Chunk::Cut { chunk: held / CHUNK + 1 }))
}

/// The bytes before the first chunk, if they open.
fn header(file: &mut File, layout: Layout, key: &MeetingKey) -> io::Result<Option<Vec<u8>>> {
    let mut header = vec![0; layout.start as usize];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut header)?;
    let opened = Decryptor::new(&header[..])
        .ok()
        .and_then(|decryptor| decryptor.decrypt(std::iter::once(key.identity() as &dyn age::Identity)).ok());
    Ok(opened.is_some().then_some(header))
}

fn chunk_at(file: &mut File, layout: Layout, index: u64) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::new();
    file.seek(SeekFrom::Start(layout.start + index * SEALED))?;
    file.take(SEALED).read_to_end(&mut chunk)?;
    Ok(chunk)
}

/// Whether this is the chunk of this place in the file of this header.
fn opens(header: &[u8], chunk: &[u8], index: u64, key: &MeetingKey) -> bool {
    let lone = Lone { header, chunk, begin: header.len() as u64 + index * SEALED, position: 0 };
    let identity = std::iter::once(key.identity() as &dyn age::Identity);
    let Some(mut stream) = Decryptor::new(lone).ok().and_then(|decryptor| decryptor.decrypt(identity).ok()) else {
        return false;
    };
    // Within the first chunk it goes nowhere; to the next ones it reads.
    let found = stream.seek(SeekFrom::Start(index * CHUNK + 1)).and_then(|_| {
        stream.seek(SeekFrom::Start(index * CHUNK))?;
        stream.read(&mut [0; 1])
    });
    found.is_ok()
}

/// A file of which only the header and one chunk are there.
struct Lone<'a> {
    header: &'a [u8],
    chunk: &'a [u8],
    begin: u64,
    position: u64,
}

impl Read for Lone<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let piece = if self.position < self.header.len() as u64 {
            &self.header[self.position as usize..]
        } else {
            let from = self.position.checked_sub(self.begin).and_then(|from| usize::try_from(from).ok());
            from.and_then(|from| self.chunk.get(from..)).unwrap_or_default()
        };
        let taken = piece.len().min(out.len());
        out[..taken].copy_from_slice(&piece[..taken]);
        self.position += taken as u64;
        Ok(taken)
    }
}

impl Seek for Lone<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => (self.begin + self.chunk.len() as u64).checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::seal::{Holder, Identity, Role};

    const PLAIN: usize = 5 * CHUNK as usize + 1234;

    struct Room {
        _folder: tempfile::TempDir,
        key: MeetingKey,
        paths: [PathBuf; 2],
    }

    fn room() -> Room {
        let folder = tempfile::tempdir().expect("a folder");
        let key = MeetingKey::generate();
        let holder = Holder::new("Sari", Role::Ketua, &Identity::generate("Sari").recipient()).expect("a holder");
        let sealer = key.seal(&[holder]).expect("a seal").sealer().expect("a sealer");
        let paths = ["000001.wav.age", "000002.wav.age"].map(|name| folder.path().join(name));
        for (path, byte) in paths.iter().zip(1..) {
            fs::write(path, sealer.seal(&vec![byte; PLAIN]).expect("sealed")).expect("written");
        }
        Room { _folder: folder, key, paths }
    }

    impl Room {
        /// What is found when the first segment was changed in this way.
        fn found(&self, change: impl FnOnce(&mut Vec<u8>, usize, &[u8], usize)) -> Option<Chunk> {
            let [path, other] = &self.paths;
            let layout = |path| Layout::of(&mut File::open(path).expect("opened")).expect("read").expect("a layout");
            let (mut bytes, before) = (fs::read(path).expect("read"), fs::read(path).expect("read"));
            let foreign = fs::read(other).expect("read");
            change(&mut bytes, layout(path).start as usize, &foreign, layout(other).start as usize);
            fs::write(path, &bytes).expect("written");
            let found = examine(path, &self.key, PLAIN as u64, &self.paths).expect("examined");
            fs::write(path, before).expect("written");
            found
        }
    }

    #[test]
    fn each_wrong_done_to_a_segment_is_named() {
        const ONE: usize = SEALED as usize;
        let room = room();
        assert_eq!(room.found(|_, _, _, _| {}), None);
        assert_eq!(room.found(|bytes, start, _, _| bytes[start + 2 * ONE + 7] ^= 1), Some(Chunk::Changed { chunk: 3 }));
        assert_eq!(room.found(|bytes, _, _, _| bytes[40] ^= 1), Some(Chunk::Header));
        assert_eq!(
            room.found(|bytes, start, _, _| {
                let (one, two) = bytes[start + ONE..].split_at_mut(ONE);
                one.swap_with_slice(&mut two[..ONE]);
            }),
            Some(Chunk::Moved { chunk: 2, from: 3 })
        );
        // Taken out of the middle, and off the end.
        assert_eq!(
            room.found(|bytes, start, _, _| drop(bytes.drain(start + ONE..start + 2 * ONE))),
            Some(Chunk::Moved { chunk: 2, from: 3 })
        );
        assert_eq!(room.found(|bytes, start, _, _| bytes.truncate(start + 4 * ONE)), Some(Chunk::Cut { chunk: 5 }));
        assert_eq!(
            room.found(|bytes, start, foreign, there| {
                bytes[start + 3 * ONE..start + 4 * ONE].copy_from_slice(&foreign[there + ONE..there + 2 * ONE]);
            }),
            Some(Chunk::Foreign { chunk: 4, from: room.paths[1].clone() })
        );
        assert!(matches!(
            examine(&room.paths[0], &MeetingKey::generate(), 0, &[]).expect("examined"),
            Some(Chunk::Header)
        ));
    }
}
