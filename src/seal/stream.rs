//! A sealed segment as its readers see it: a file of age that may still grow, with the tail behind
//! its last whole chunk.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use age::Decryptor;
use age::stream::StreamReader;

use super::{Error, MeetingKey};

/// Bytes that age encrypts at a time.
pub const CHUNK: u64 = 64 << 10;
/// The same encrypted: with their tag.
pub(super) const SEALED: u64 = CHUNK + TAG;
const TAG: u64 = 16;
/// The nonce that follows the header.
const NONCE: u64 = 16;
/// Longer headers are none of ours.
const LONGEST_HEADER: u64 = 16 << 10;

/// How the name of a sealed segment ends.
pub const ENDING: &str = ".wav.age";
/// How the name of a tail ends.
pub const TAIL: &str = ".ekor.age";

/// Where things stand in a sealed file, which is known without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes before the first chunk.
    pub start: u64,
    /// Whole chunks.
    pub chunks: u64,
    /// Bytes behind them: the last chunk, or one of which only a part was written.
    pub rest: u64,
}

impl Layout {
    /// That of a file; `None` where its header did not wholly reach the disk.
    pub fn of(file: &mut File) -> io::Result<Option<Self>> {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(0))?;
        let mut header = Vec::new();
        file.by_ref().take(LONGEST_HEADER).read_to_end(&mut header)?;
        // The line of the header's authentication code is its last.
        let Some(mac) = find(&header, b"\n--- ") else { return Ok(None) };
        let Some(end) = find(&header[mac + 1..], b"\n") else { return Ok(None) };
        let start = (mac + 1 + end + 1) as u64 + NONCE;
        let Some(payload) = length.checked_sub(start) else { return Ok(None) };
        Ok(Some(Self { start, chunks: payload / SEALED, rest: payload % SEALED }))
    }

    /// The same with no more whole chunks than these, and nothing behind them.
    #[must_use]
    pub fn cut(self, chunks: u64) -> u64 {
        self.start + self.chunks.min(chunks) * SEALED
    }

    /// Bytes that were sealed, if the file is complete.
    #[must_use]
    pub fn plain(self) -> u64 {
        self.chunks * CHUNK + self.rest.saturating_sub(TAG)
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|found| found == wanted)
}

/// The file of the tail of a segment that has so many whole chunks.
#[must_use]
pub fn tail_of(segment: &Path, chunks: u64) -> PathBuf {
    segment.with_file_name(format!("{}-{chunks:06}{TAIL}", stem(segment)))
}

/// The tails of a segment that are there, each with the chunks before it. More than one are there
/// only for the moment between writing one and taking away the one before.
pub fn tails_of(segment: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let folder = segment.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let begin = format!("{}-", stem(segment));
    let mut found = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let chunks = name.and_then(|name| name.strip_prefix(&begin)?.strip_suffix(TAIL)?.parse().ok());
        found.extend(chunks.map(|chunks| (chunks, path)));
    }
    found.sort();
    Ok(found)
}

fn stem(segment: &Path) -> String {
    let name = segment.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.strip_suffix(ENDING).map_or(name.clone(), str::to_owned)
}

/// The bytes that were sealed into a segment, as far as they are there.
pub struct SealedReader {
    path: PathBuf,
    key: MeetingKey,
    file: File,
    /// Set to the chunk `next`.
    stream: Option<StreamReader<File>>,
    next: u64,
    layout: Option<Layout>,
    /// The chunk that was read last.
    chunk: Option<(u64, Vec<u8>)>,
    /// What stands behind the whole chunks.
    tail: Vec<u8>,
    /// What the tail was read from: the chunks before it, and the length of its file.
    tail_from: Option<(u64, u64)>,
    position: u64,
}

impl SealedReader {
    /// Opens a segment that is sealed to this key.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn open(path: &Path, key: MeetingKey) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io(path))?;
        let mut reader = Self {
            path: path.to_owned(),
            key,
            file,
            stream: None,
            next: 0,
            layout: None,
            chunk: None,
            tail: Vec::new(),
            tail_from: None,
            position: 0,
        };
        reader.refresh().map_err(Error::io(path))?;
        Ok(reader)
    }

    /// Takes in what was written since.
    fn refresh(&mut self) -> io::Result<()> {
        let Some(layout) = Layout::of(&mut self.file)? else { return Ok(()) };
        let before = self.layout.replace(layout);
        let path = tail_of(&self.path, layout.chunks);
        if let Ok(metadata) = fs::metadata(&path) {
            let from = Some((layout.chunks, metadata.len()));
            if self.tail_from != from {
                // It may be replaced or taken away at this moment; then the next look finds more.
                let tail = fs::read(&path).ok().and_then(|sealed| self.key.open(&sealed, &path).ok());
                self.tail_from = tail.as_ref().and(from);
                self.tail = tail.unwrap_or_default();
            }
            return Ok(());
        }
        if before == self.layout && self.tail_from.is_none() {
            return Ok(());
        }
        (self.tail, self.tail_from) = (Vec::new(), None);
        if layout.rest > TAG {
            // Either the last chunk, or a part of one that is on its way.
            self.tail = self.load(layout.chunks).unwrap_or_default();
        }
        Ok(())
    }

    fn whole(&self) -> u64 {
        self.layout.map_or(0, |layout| layout.chunks * CHUNK)
    }

    fn length(&self) -> u64 {
        self.whole() + self.tail.len() as u64
    }

    fn load(&mut self, index: u64) -> io::Result<Vec<u8>> {
        let loaded = self.decrypt(index);
        if loaded.is_err() {
            // A reader that has failed does not stand where it says.
            self.stream = None;
        }
        loaded
    }

    fn begin(&mut self) -> io::Result<StreamReader<File>> {
        let decryptor = Decryptor::new(File::open(&self.path)?).map_err(io::Error::other)?;
        let identity = std::iter::once(self.key.identity() as &dyn age::Identity);
        self.next = 0;
        decryptor.decrypt(identity).map_err(|error| match error {
            age::DecryptError::Io(error) => error,
            other => io::Error::new(io::ErrorKind::InvalidData, other),
        })
    }

    fn decrypt(&mut self, index: u64) -> io::Result<Vec<u8>> {
        let mut stream = if let Some(stream) = self.stream.take() { stream } else { self.begin()? };
        if self.next != index {
            // To the beginning of a chunk itself it goes only in a file that is complete.
            stream.seek(SeekFrom::Start(index * CHUNK + 1))?;
            stream.seek(SeekFrom::Start(index * CHUNK))?;
        }
        let mut chunk = vec![0; CHUNK as usize];
        let length = stream.read(&mut chunk)?;
        chunk.truncate(length);
        self.next = index + 1;
        self.stream = Some(stream);
        Ok(chunk)
    }
}

impl Read for SealedReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let (whole, index) = (self.whole(), self.position / CHUNK);
        let piece = if self.position >= whole {
            let from = usize::try_from(self.position - whole).unwrap_or(usize::MAX);
            self.tail.get(from..).unwrap_or_default()
        } else {
            if self.chunk.as_ref().is_none_or(|(held, _)| *held != index) {
                self.chunk = Some((index, self.load(index)?));
            }
            let chunk = self.chunk.as_ref().map_or(&[][..], |(_, chunk)| chunk);
            chunk.get((self.position % CHUNK) as usize..).unwrap_or_default()
        };
        let taken = piece.len().min(out.len());
        out[..taken].copy_from_slice(&piece[..taken]);
        self.position += taken as u64;
        Ok(taken)
    }
}

impl Seek for SealedReader {
    /// The end is where it is by now.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => {
                self.refresh()?;
                self.length().checked_add_signed(by)
            }
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::seal::{Holder, Identity, Role, Sealer};

    fn sealer(key: &MeetingKey) -> Sealer {
        let holder = Holder::new("Sari", Role::Sekretaris, &Identity::generate("Sari").recipient()).expect("a holder");
        key.seal(&[holder]).expect("a seal").sealer().expect("a sealer")
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at * 31 % 251) as u8).collect()
    }

    fn read_all(reader: &mut SealedReader) -> Vec<u8> {
        let mut out = Vec::new();
        reader.seek(SeekFrom::End(0)).expect("refreshed");
        reader.seek(SeekFrom::Start(0)).expect("begun");
        reader.read_to_end(&mut out).expect("read");
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

        #[test]
        fn any_stretch_of_a_sealed_file_is_that_of_the_plain_one(
            length in prop_oneof![0_usize..300, 65_500..65_600_usize, 131_000..131_200_usize, 0..400_000_usize],
            places in prop::collection::vec((0.0..1.0_f64, 0_usize..100_000), 1..8),
        ) {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("000001.wav.age");
            let (key, plain) = (MeetingKey::generate(), bytes(length));
            fs::write(&path, sealer(&key).seal(&plain).expect("sealed")).expect("written");
            let layout = Layout::of(&mut File::open(&path).expect("opened")).expect("read").expect("a layout");
            prop_assert_eq!(layout.plain(), length as u64);
            let mut reader = SealedReader::open(&path, key).expect("opened");
            prop_assert_eq!(&read_all(&mut reader), &plain);
            for (place, length) in places {
                let from = (place * plain.len() as f64) as usize;
                reader.seek(SeekFrom::Start(from as u64)).expect("set");
                let mut out = vec![0; length];
                let mut done = 0;
                while done < length {
                    match reader.read(&mut out[done..]).expect("read") {
                        0 => break,
                        read => done += read,
                    }
                }
                prop_assert_eq!(&out[..done], &plain[from..plain.len().min(from + length)]);
            }
        }
    }

    #[test]
    fn a_file_is_followed_while_it_grows() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("000001.wav.age");
        let (key, plain) = (MeetingKey::generate(), bytes(3 * CHUNK as usize + 100));
        let mut writer = sealer(&key).writer(File::create(&path).expect("made")).expect("a writer");
        let mut reader = SealedReader::open(&path, key.clone()).expect("opened");
        assert!(read_all(&mut reader).is_empty());
        let mut fed = 0;
        for end in [70_000, 140_000, 3 * CHUNK as usize, 3 * CHUNK as usize + 1, plain.len()] {
            writer.write_all(&plain[fed..end]).expect("written");
            fed = end;
            let now = read_all(&mut reader);
            assert_eq!(now, plain[..now.len()]);
            assert!(now.len() + CHUNK as usize >= end, "{} of {end}", now.len());
        }
        // A tail stands behind what is whole, and one of another place does not.
        let layout = Layout::of(&mut File::open(&path).expect("opened")).expect("read").expect("a layout");
        let whole = (layout.chunks * CHUNK) as usize;
        fs::write(tail_of(&path, layout.chunks), sealer(&key).seal(&plain[whole..]).expect("sealed")).expect("written");
        fs::write(tail_of(&path, 1), sealer(&key).seal(b"lama").expect("sealed")).expect("written");
        assert_eq!(read_all(&mut reader), plain);
        assert_eq!(tails_of(&path).expect("listed").len(), 2);
        writer.finish().expect("finished");
        for (_, tail) in tails_of(&path).expect("listed") {
            fs::remove_file(tail).expect("removed");
        }
        assert_eq!(read_all(&mut reader), plain);
    }

    #[test]
    fn another_key_and_a_changed_byte_give_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("000001.wav.age");
        let (key, plain) = (MeetingKey::generate(), bytes(200_000));
        let mut sealed = sealer(&key).seal(&plain).expect("sealed");
        fs::write(&path, &sealed).expect("written");
        let mut stranger = SealedReader::open(&path, MeetingKey::generate()).expect("opened");
        assert!(stranger.read(&mut [0; 10]).is_err());
        let layout = Layout::of(&mut File::open(&path).expect("opened")).expect("read").expect("a layout");
        sealed[(layout.start + SEALED + 5) as usize] ^= 1;
        fs::write(&path, &sealed).expect("written");
        let mut reader = SealedReader::open(&path, key).expect("opened");
        let mut out = vec![0; CHUNK as usize];
        reader.read_exact(&mut out).expect("the first chunk is as it was");
        assert!(reader.read(&mut out).is_err());
        reader.seek(SeekFrom::Start(2 * CHUNK)).expect("set");
        reader.read_exact(&mut out[..100]).expect("the third is too");
        assert_eq!(out[..100], plain[2 * CHUNK as usize..][..100]);
    }
}
