//! A closed recording becomes one FLAC file for each channel, and only then lets its segments go.
//!
//! Every channel's whole timeline, with silence where samples were lost, is encoded, decoded again
//! and compared sample by sample with the segments. Not before all channels are equal does the
//! ledger name the files, and not before that is a segment removed.

mod comments;

use std::fs::{self, File};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, MetadataBlockData, Stream, StreamInfo};
use flacenc::config::Encoder;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};
use sha2::{Digest, Sha256};

use crate::audio::{self, Input, Source};
use crate::common::atomic_file;
use crate::common::clock::Channel;
use crate::common::digest::hex;
use crate::common::message::{Explain, Message};
use crate::meeting::Meeting;
use crate::recording::{self, Fact, Finding, Format, Growth, Sample, Unarchivable, append_facts, archived_channels};

/// Samples of one FLAC frame.
const BLOCK: usize = 4096;

/// Why a recording was not archived. Its segments are as they were.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The recording.
    #[error(transparent)]
    Recording(#[from] recording::Error),
    /// Its sound.
    #[error(transparent)]
    Audio(#[from] audio::Error),
    /// It was asked to stop.
    #[error("stopped as asked")]
    Interrupted,
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Recording(error) => error.message(),
            Self::Audio(error) => error.message(),
            Self::Interrupted => Message::new("general.interrupted"),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Recording(error) => error.is_usage(),
            Self::Audio(error) => error.is_usage(),
            Self::Interrupted => false,
        }
    }
}

/// What became of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// One file for each channel, in order.
    pub files: Vec<PathBuf>,
    /// Bytes of the segments.
    pub before: u64,
    /// Bytes of the files.
    pub after: u64,
    /// Whether it had been archived before.
    pub was_archived: bool,
}

/// Archives the recording of `folder`; what is known of the meeting, its seats and its time is
/// written into every file. `progress` hears the share done, of encoding and comparing together, in
/// thousandths.
///
/// # Errors
/// [`recording::Error::Busy`] while it is recorded to, [`recording::Error::NotWhole`] before it was
/// closed or where a segment is not as it was recorded, [`recording::Error::Unarchivable`] where
/// FLAC cannot hold the samples exactly.
pub fn archive(
    folder: &Path,
    meeting: &Meeting,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<Archived, Error> {
    let growth = Growth::open(folder)?.ok_or_else(|| recording::Error::Absent { path: folder.to_owned() })?;
    let folder = growth.folder().to_owned();
    let format = growth.format();
    if !growth.ledger().stretches().is_empty() {
        // The files would hold in the open what is sealed.
        return Err(recording::Error::Unarchivable { path: folder, reason: Unarchivable::Sealed }.into());
    }
    let findings = recording::verify(&folder, &mut |_, _| {})?.findings;
    // What an interrupted archiving left under a name of its own, no line of the ledger knows: it is
    // written over.
    let is_left = |finding: &Finding| matches!(finding, Finding::Unknown(path) if is_own(&folder, path, format));
    if !findings.iter().all(is_left) {
        return Err(recording::Error::NotWhole { path: folder }.into());
    }
    let segments: Vec<PathBuf> = (0..).map_while(|index| growth.part(index)).map(|part| part.path).collect();
    let present = archived_channels(&folder);
    if !present.is_empty() {
        // The ledger names the files and they are as it says; all that may be left to do is to let the
        // segments go.
        let files: Vec<PathBuf> = present.into_iter().map(|(_, path)| path).collect();
        let before = let_go(&folder, &segments)?;
        return Ok(Archived { before, after: size(&files), files, was_archived: before == 0 });
    }
    let files = make(&growth, meeting, &folder, stop, progress)?;
    let facts = files.iter().map(|track| Fact::Archived {
        file: name(track.channel),
        channel: track.channel,
        frames: track.frames,
        sha256: track.sha256.clone(),
    });
    let facts = facts.collect();
    let files = take_names(files, &folder)?;
    append_facts(&folder, facts)?;
    let before = let_go(&folder, &segments)?;
    Ok(Archived { before, after: size(&files), files, was_archived: false })
}

/// The same files in a folder elsewhere; the recording stays as it is.
///
/// # Errors
/// As those of [`archive`].
pub fn copy(
    folder: &Path,
    meeting: &Meeting,
    into: &Path,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<PathBuf>, Error> {
    let growth = Growth::open(folder)?.ok_or_else(|| recording::Error::Absent { path: folder.to_owned() })?;
    // Reading everything once takes a tenth of encoding and comparing it.
    let verdict = recording::verify_while(growth.folder(), &mut |done, all| {
        progress((done * 100 / all.max(1)) as u64);
        !stop.load(Ordering::Relaxed)
    })?;
    if stop.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    if !verdict.findings.is_empty() {
        return Err(recording::Error::NotWhole { path: growth.folder().to_owned() }.into());
    }
    let files = make(&growth, meeting, into, stop, &mut |done| progress(100 + done * 9 / 10))?;
    Ok(take_names(files, into)?)
}

/// Encodes every channel into a folder and compares it with the recording. The files have names of
/// their own until [`take_names`].
fn make(
    growth: &Growth,
    meeting: &Meeting,
    into: &Path,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<Finished>, Error> {
    let format = growth.format();
    let segments: Vec<PathBuf> = (0..).map_while(|index| growth.part(index)).map(|part| part.path).collect();
    if format.sample == Sample::I32 {
        if !growth.ledger().stretches().is_empty() {
            let path = growth.folder().to_owned();
            return Err(recording::Error::Unarchivable { path, reason: Unarchivable::Sealed }.into());
        }
        segments.iter().try_for_each(|segment| no_low_bits(segment))?;
    }
    let whole = growth.length().unwrap_or_default().max(1);
    let input = Input::Recording(growth.folder().to_owned());
    let mut source = Source::open(&input)?;
    let began = growth.ledger().began();
    // What a sealed one says of itself is sealed too.
    let first = segments.first().filter(|segment| segment.extension().is_some_and(|ending| ending == "wav"));
    let named = first.map(|segment| Source::open(&Input::File(segment.clone()))).transpose()?;
    let mut tracks = (0..format.channels)
        .map(|index| {
            let channel = Channel::from_index(usize::from(index));
            let name = named.as_ref().and_then(|segment| segment.name(channel));
            let comments = comments::comments(meeting, name, began.as_ref(), channel, format.channels);
            Track::create(into, channel, format, &comments)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let encoded = encode(&mut source, &mut tracks, stop, &mut |done| progress(done * 500 / whole));
    let result = encoded.and_then(|()| {
        let files = tracks.into_iter().map(Track::finish).collect::<Result<Vec<_>, _>>()?;
        compare(&input, &files, stop, &mut |done| progress(500 + done * 500 / whole))?;
        Ok(files)
    });
    if result.is_err() {
        for index in 0..format.channels {
            let _ = fs::remove_file(partial(into, Channel::from_index(usize::from(index))));
        }
    }
    result
}

/// Gives files that were compared the names of their channels.
fn take_names(files: Vec<Finished>, folder: &Path) -> Result<Vec<PathBuf>, recording::Error> {
    let take = |track: Finished| {
        let path = folder.join(name(track.channel));
        match atomic_file::rename(&track.path, &path) {
            Ok(()) => Ok(path),
            Err(source) => Err(recording::Error::Io { path, source }),
        }
    };
    files.into_iter().map(take).collect()
}

/// Removes the segments that lie in the folder, of which the ledger names the archive; gives their
/// bytes. The names of the archive's files and those lines are on the disk before the first of them
/// goes.
fn let_go(folder: &Path, segments: &[PathBuf]) -> Result<u64, recording::Error> {
    let io = |path: &Path| {
        let path = path.to_owned();
        |source| recording::Error::Io { path, source }
    };
    atomic_file::sync_folder(folder).map_err(io(folder))?;
    let there: Vec<PathBuf> =
        segments.iter().filter(|segment| segment.starts_with(folder) && segment.exists()).cloned().collect();
    let bytes = size(&there);
    for segment in &there {
        fs::remove_file(segment).map_err(io(segment))?;
    }
    atomic_file::sync_folder(folder).map_err(io(folder))?;
    Ok(bytes)
}

/// Whether a file has the name of a channel's archive.
fn is_own(folder: &Path, path: &Path, format: Format) -> bool {
    let channels = (0..format.channels).map(|index| Channel::from_index(usize::from(index)));
    channels.into_iter().any(|channel| folder.join(name(channel)) == path)
}

fn name(channel: Channel) -> String {
    format!("kanal-{:02}.flac", channel.number())
}

fn partial(folder: &Path, channel: Channel) -> PathBuf {
    folder.join(format!(".{}.sebagian", name(channel)))
}

fn size(files: &[PathBuf]) -> u64 {
    files.iter().filter_map(|file| fs::metadata(file).ok()).map(|metadata| metadata.len()).sum()
}

fn encode(
    source: &mut Source,
    tracks: &mut [Track],
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Error> {
    let mut samples = vec![0.0; BLOCK * tracks.len()];
    loop {
        let frames = source.read(&mut samples)?;
        for (index, track) in tracks.iter_mut().enumerate() {
            track.push(
                samples[..frames * usize::from(source.channels())]
                    .iter()
                    .skip(index)
                    .step_by(usize::from(source.channels())),
            )?;
        }
        progress(source.position());
        if frames < BLOCK {
            return Ok(());
        }
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
    }
}

/// Decodes the files again and compares every sample.
fn compare(input: &Input, files: &[Finished], stop: &AtomicBool, progress: &mut dyn FnMut(u64)) -> Result<(), Error> {
    let mut original = Source::open(input)?;
    let channels = files.iter().map(|track| (track.channel, track.path.clone())).collect();
    let mut copy = Source::open(&Input::from_channels(channels)?)?;
    let (mut left, mut right) = (vec![0.0; BLOCK * files.len()], vec![0.0; BLOCK * files.len()]);
    loop {
        let (a, b) = (original.read(&mut left)?, copy.read(&mut right)?);
        let samples = a * files.len();
        if let Some(place) = (0..samples)
            // A whole number has no negative zero.
            .find(|place| a != b || (left[*place] + 0.0).to_bits() != (right[*place] + 0.0).to_bits())
        {
            let path = files[place % files.len()].path.clone();
            return Err(recording::Error::NotLossless { path }.into());
        }
        progress(original.position());
        if a < BLOCK {
            return if a == b {
                Ok(())
            } else {
                Err(recording::Error::NotLossless { path: files[0].path.clone() }.into())
            };
        }
        if stop.load(Ordering::Relaxed) {
            return Err(Error::Interrupted);
        }
    }
}

/// One channel's file while it is encoded.
struct Track {
    channel: Channel,
    path: PathBuf,
    out: BufWriter<File>,
    config: Verified<Encoder>,
    info: StreamInfo,
    comments: MetadataBlockData,
    buffer: FrameBuf,
    context: Context,
    block: Vec<i32>,
    /// What a sample of 1 becomes.
    scale: f32,
    frames: usize,
}

/// A channel's file that is complete and not yet compared.
struct Finished {
    channel: Channel,
    path: PathBuf,
    frames: u64,
    sha256: String,
}

impl Track {
    fn create(folder: &Path, channel: Channel, format: Format, comments: &[(&str, String)]) -> Result<Self, Error> {
        let path = partial(folder, channel);
        let impossible = |reason: String| recording::Error::Unarchivable {
            path: folder.to_owned(),
            reason: Unarchivable::Encoder(reason),
        };
        let bits = match format.sample {
            Sample::U8 => 8,
            Sample::I16 => 16,
            Sample::I24 | Sample::I32 | Sample::F32 => 24,
        };
        let file = File::create(&path).map_err(|source| recording::Error::Io { path: path.clone(), source })?;
        let info =
            StreamInfo::new(format.rate.get() as usize, 1, bits).map_err(|error| impossible(error.to_string()))?;
        let comments = comments::block(comments).map_err(|error| impossible(error.to_string()))?;
        let config = Encoder::default().into_verified().map_err(|(_, error)| impossible(error.to_string()))?;
        let buffer = FrameBuf::with_size(1, BLOCK).map_err(|error| impossible(error.to_string()))?;
        let mut track = Self {
            channel,
            path,
            out: BufWriter::new(file),
            config,
            info,
            comments,
            buffer,
            context: Context::new(bits, 1),
            block: Vec::with_capacity(BLOCK),
            scale: (1u32 << (bits - 1)) as f32,
            frames: 0,
        };
        track.write_head()?;
        Ok(track)
    }

    /// Encodes one block; only the last may be shorter than [`BLOCK`].
    fn push<'a>(&mut self, samples: impl Iterator<Item = &'a f32>) -> Result<(), Error> {
        self.block.clear();
        for sample in samples {
            let value = sample * self.scale;
            // Both are exact in a float: every whole number up to 24 bits is.
            if value.fract() != 0.0 || value < -self.scale || value >= self.scale {
                return Err(self.unarchivable(Unarchivable::Float).into());
            }
            self.block.push(value as i32);
        }
        if self.block.is_empty() {
            return Ok(());
        }
        if self.block.len() < BLOCK {
            self.buffer.resize(self.block.len());
        }
        let filled =
            self.buffer.fill_interleaved(&self.block).and_then(|()| self.context.fill_interleaved(&self.block));
        filled.map_err(|error| self.impossible(error.to_string()))?;
        let number = self.context.current_frame_number().unwrap_or_default();
        let frame = flacenc::encode_fixed_size_frame(&self.config, &self.buffer, number, &self.info)
            .map_err(|error| self.impossible(error.to_string()))?;
        self.info.update_frame_info(&frame);
        let mut sink = ByteSink::new();
        frame.write(&mut sink).map_err(|error| self.impossible(error.to_string()))?;
        self.frames += self.block.len();
        self.out.write_all(sink.as_slice()).map_err(|source| self.io(source))
    }

    fn finish(mut self) -> Result<Finished, Error> {
        self.info.set_total_samples(self.frames);
        self.info.set_md5_digest(&self.context.md5_digest());
        // The last frame does not count: all others are of one size.
        let _ = self.info.set_block_sizes(BLOCK, BLOCK);
        self.out.seek(SeekFrom::Start(0)).map_err(|source| self.io(source))?;
        self.write_head()?;
        let synced = self.out.flush().and_then(|()| self.out.get_ref().sync_all());
        synced.map_err(|source| self.io(source))?;
        let mut hash = Sha256::new();
        let hashed = File::open(&self.path).and_then(|mut file| {
            let mut buffer = vec![0; 1 << 20];
            loop {
                match file.read(&mut buffer)? {
                    0 => return Ok(()),
                    read => hash.update(&buffer[..read]),
                }
            }
        });
        hashed.map_err(|source| self.io(source))?;
        Ok(Finished { channel: self.channel, path: self.path, frames: self.frames as u64, sha256: hex(hash) })
    }

    /// The mark of the format and the metadata blocks; always of the same length.
    fn write_head(&mut self) -> Result<(), Error> {
        let mut sink = ByteSink::new();
        let mut head = Stream::with_stream_info(self.info.clone());
        head.add_metadata_block(self.comments.clone());
        head.write(&mut sink).map_err(|error| self.impossible(error.to_string()))?;
        self.out.write_all(sink.as_slice()).map_err(|source| self.io(source))
    }

    fn io(&self, source: std::io::Error) -> Error {
        recording::Error::Io { path: self.path.clone(), source }.into()
    }

    fn impossible(&self, reason: String) -> recording::Error {
        self.unarchivable(Unarchivable::Encoder(reason))
    }

    fn unarchivable(&self, reason: Unarchivable) -> recording::Error {
        recording::Error::Unarchivable { path: self.path.clone(), reason }
    }
}

/// Devices give 24 bits in 32; where the last eight hold something, the encoder's 24 are too few.
fn no_low_bits(segment: &Path) -> Result<(), Error> {
    let io = |source| recording::Error::Io { path: segment.to_owned(), source };
    let mut file = File::open(segment).map_err(io)?;
    recording::seek_to_samples(&mut file).map_err(io)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = audio::wav::read_full(&mut file, &mut buffer).map_err(io)?;
        if buffer[..read].chunks_exact(4).any(|sample| sample[0] != 0) {
            let reason = Unarchivable::LowBits;
            return Err(recording::Error::Unarchivable { path: segment.to_owned(), reason }.into());
        }
        if read < buffer.len() {
            return Ok(());
        }
    }
}
