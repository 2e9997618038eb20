//! The header: which samples stand where, and whether the bytes bear it out.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use jiff::civil::DateTime;

use super::foreign;
use super::layout::Layout;
use super::sample::Sample;
use super::{metadata, read_full};
use crate::audio::Error;
use crate::audio::codec::Coding;
use crate::audio::decode::Format;
use crate::common::riff;

/// More chunks than any recorder writes; a file with more is made to keep a reader busy.
const MOST_CHUNKS: usize = 4096;
/// A description chunk above this size is passed over.
const MOST_METADATA: u64 = 1 << 20;

/// How what the header says of the length compares with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// The same.
    Exact,
    /// It claims this many frames, more than are there.
    Longer { frames: u64 },
    /// It was never completed, or claims less than is there.
    Unfinished,
}

/// What a reader of the samples needs to know.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) format: Format,
    pub(super) sample: Sample,
    /// Where the first frame stands, in bytes.
    pub(super) start: u64,
    /// Whole frames that are there.
    pub(super) frames: u64,
    pub(super) claim: Claim,
    pub(super) started: Option<DateTime>,
    /// Samples between midnight and the first.
    pub(super) time_reference: Option<u64>,
    pub(super) names: Vec<Option<String>>,
}

/// How a file counts its bytes, and names its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// RIFF, RF64 and BW64.
    Little,
    /// RIFX.
    Big,
    /// Sony's Wave64, with names and sizes of its own.
    Wave64,
}

/// What follows the first four bytes of a name in Wave64.
const WAVE64: [u8; 12] = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A];
/// What follows in the name of the whole file.
const WAVE64_RIFF: [u8; 12] = [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00];

/// A chunk's name and where its content stands; `size` is what it claims.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    id: [u8; 4],
    start: u64,
    size: u64,
    /// Where the next chunk begins.
    next: u64,
}

impl Chunk {
    /// The chunk at `position`, or `None` where less than a chunk's header is left.
    fn at(input: &mut (impl Read + Seek), position: u64, family: Family) -> std::io::Result<Option<Self>> {
        input.seek(SeekFrom::Start(position))?;
        if family == Family::Wave64 {
            let mut head = [0; 24];
            if read_full(input, &mut head)? < head.len() {
                return Ok(None);
            }
            let [a, b, c, d, ..] = head;
            // The size counts the head, and the next chunk begins at a multiple of 8.
            let size = head.last_chunk().map_or(0, |size| u64::from_le_bytes(*size)).saturating_sub(24);
            let next = (position + 24).saturating_add(size).checked_next_multiple_of(8).unwrap_or(u64::MAX);
            return Ok(Some(Self { id: [a, b, c, d], start: position + 24, size, next }));
        }
        let mut head = [0; 8];
        if read_full(input, &mut head)? < head.len() {
            return Ok(None);
        }
        let [a, b, c, d, size @ ..] = head;
        let size = if family == Family::Big { u32::from_be_bytes(size) } else { u32::from_le_bytes(size) };
        let (start, size) = (position + 8, u64::from(size));
        // Chunks begin at even positions.
        Ok(Some(Self { id: [a, b, c, d], start, size, next: start + size + (size & 1) }))
    }

    /// The chunk behind this one. Some writers leave out the byte that ought to follow an odd
    /// length.
    fn after(&self, input: &mut (impl Read + Seek), family: Family) -> std::io::Result<Option<Self>> {
        if family != Family::Wave64 && self.size & 1 == 1 {
            let early = Self::at(input, self.next - 1, family)?;
            if early.is_some_and(|chunk| chunk.named() && chunk.id[0] != b' ') {
                return Ok(early);
            }
        }
        Self::at(input, self.next, family)
    }

    /// Whether its name is one that a chunk may have.
    fn named(&self) -> bool {
        self.id.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ')
    }

    /// Its content up to `most` bytes, as far as it is there.
    fn content(&self, input: &mut (impl Read + Seek), most: u64) -> std::io::Result<Vec<u8>> {
        input.seek(SeekFrom::Start(self.start))?;
        let mut content = Vec::new();
        input.take(self.size.min(most)).read_to_end(&mut content)?;
        Ok(content)
    }
}

/// What a header says, before the bytes are asked.
#[derive(Debug)]
pub(in crate::audio) struct Found {
    pub(super) layout: Layout,
    /// Where the sound begins, and how many bytes of it the header claims; `None` where it does not
    /// know.
    pub(super) data: Option<(u64, Option<u64>)>,
    /// Whether the header may leave the length open.
    pub(super) open: bool,
    /// Sound that the header does not count may stand behind the data.
    chunks: Option<(Family, Chunk)>,
    described: Vec<Chunk>,
}

impl Found {
    pub(super) fn new(layout: Layout, data: Option<(u64, Option<u64>)>) -> Self {
        Self { layout, data, open: false, chunks: None, described: Vec::new() }
    }

    /// Reads the header of WAV, AIFF, CAF or AU.
    pub(in crate::audio) fn parse(input: &mut (impl Read + Seek), path: &Path) -> Result<Self, Error> {
        let io = |source| Error::io(path, source);
        input.rewind().map_err(io)?;
        let mut magic = [0; 40];
        let held = read_full(input, &mut magic).map_err(io)?;
        let magic = &magic[..held];
        let foreign = if foreign::is_aiff(magic) {
            foreign::aiff(input)
        } else if magic.starts_with(b".snd") {
            foreign::au(input)
        } else if magic.starts_with(b"caff") {
            foreign::caf(input).map(|found| found.map(|(found, _)| found))
        } else if is_wav(magic) {
            return Self::riff(input, path, family(magic));
        } else {
            return Err(Error::NotAudio { path: path.to_owned() });
        };
        foreign.map_err(io)?.ok_or_else(|| Error::NoFormat { path: path.to_owned() })
    }

    fn riff(input: &mut (impl Read + Seek), path: &Path, family: Family) -> Result<Self, Error> {
        let io = |source| Error::io(path, source);
        let mut wide_size = None;
        let mut layout = None;
        let mut data = None;
        let mut described = Vec::new();
        let first = if family == Family::Wave64 { 40 } else { 12 };
        let mut next = Chunk::at(input, first, family).map_err(io)?;
        for _ in 0..MOST_CHUNKS {
            let Some(chunk) = next else { break };
            match &chunk.id {
                b"ds64" => wide_size = chunk.content(input, 28).map_err(io)?.get(8..16).map(le64),
                b"fmt " if layout.is_none() => {
                    let content = chunk.content(input, 40).map_err(io)?;
                    layout = Layout::parse(&content, family == Family::Big);
                }
                b"data" => {
                    data = Some(chunk);
                    break;
                }
                b"bext" | b"iXML" => described.push(chunk),
                _ => {}
            }
            next = chunk.after(input, family).map_err(io)?;
        }
        let Some(layout) = layout else { return Err(Error::NoFormat { path: path.to_owned() }) };
        // 0xFFFFFFFF sends the reader to the 64-bit size of ds64.
        if let Some(data) = data.as_mut().filter(|data| data.size == u64::from(u32::MAX)) {
            data.size = wide_size.unwrap_or(data.size);
            data.next = data.start.saturating_add(data.size).saturating_add(data.size & 1);
        }
        Ok(Self {
            layout,
            data: data.map(|data| (data.start, Some(data.size).filter(|size| !is_placeholder(*size)))),
            open: false,
            chunks: data.map(|data| (family, data)),
            described,
        })
    }

    /// How the sound is coded.
    pub(in crate::audio) fn coding(&self) -> &Coding {
        &self.layout.coding
    }

    /// Frames a second.
    pub(in crate::audio) fn rate(&self) -> u32 {
        self.layout.rate
    }

    /// Bytes of a block of compressed sound.
    pub(in crate::audio) fn block(&self) -> u16 {
        self.layout.block
    }

    /// Where the sound begins, and how many bytes of it the header claims, where it knows.
    pub(in crate::audio) fn data(&self) -> Option<(u64, Option<u64>)> {
        self.data
    }
}

impl Header {
    /// Compares what a header says with what is there.
    pub(super) fn of(found: Found, input: &mut (impl Read + Seek), path: &Path) -> Result<Self, Error> {
        let io = |source| Error::io(path, source);
        let no_data = || Error::NoData { path: path.to_owned() };
        let Found { layout, data, open, chunks, mut described } = found;
        let format = Format::new(layout.rate, layout.channels.into(), path)?;
        let Coding::Pcm { sample, .. } = layout.coding else {
            return Err(Error::Encoding { path: path.to_owned(), encoding: layout.coding.name() });
        };
        let (start, claimed) = data.ok_or_else(no_data)?;
        let held = input.seek(SeekFrom::End(0)).map_err(io)?;
        let frame = sample.bytes() as u64 * u64::from(format.channels);
        let there = held.saturating_sub(start);
        let (bytes, claim) = match (claimed, chunks) {
            (None, _) if open => (there, Claim::Exact),
            (None, _) => (there, Claim::Unfinished),
            (Some(size), _) if size > there => (there, Claim::Longer { frames: size / frame }),
            (Some(size), None) => (size, Claim::Exact),
            (Some(size), Some((family, data))) => {
                if let Some(after) = chunks_to_the_end(input, &data, family, held).map_err(io)? {
                    described.extend(after);
                    (size, Claim::Exact)
                } else if there / frame == size / frame {
                    (size, Claim::Exact)
                } else {
                    (there, Claim::Unfinished)
                }
            }
        };
        let frames = bytes / frame;
        if frames == 0 {
            return Err(no_data());
        }

        let mut header =
            Self { format, sample, start, frames, claim, started: None, time_reference: None, names: Vec::new() };
        for chunk in described {
            let content = chunk.content(input, MOST_METADATA).map_err(io)?;
            match &chunk.id {
                b"bext" => {
                    header.started = metadata::origination(&content);
                    header.time_reference = metadata::time_reference(&content).or(header.time_reference);
                }
                b"iXML" => {
                    header.names = metadata::track_names(&content, format.channels);
                    header.time_reference = header.time_reference.or_else(|| metadata::ixml_time_reference(&content));
                }
                _ => {}
            }
        }
        Ok(header)
    }

    /// Bytes of one frame.
    pub(super) fn frame_bytes(&self) -> u64 {
        self.sample.bytes() as u64 * u64::from(self.format.channels)
    }
}

/// Whether these are the first bytes of a WAV file or its kin.
pub(in crate::audio) fn is_wav(head: &[u8]) -> bool {
    riff::is_wave(head)
        || head.starts_with(b"riff") && head.get(4..16) == Some(&WAVE64_RIFF) && head.get(28..40) == Some(&WAVE64)
}

fn family(magic: &[u8]) -> Family {
    match magic.get(..4) {
        Some(b"RIFX") => Family::Big,
        Some(b"riff") => Family::Wave64,
        _ => Family::Little,
    }
}

/// Sizes that writers put where they do not know the length: all ones (ffmpeg), or about 2 GiB
/// (sox, arecord).
fn is_placeholder(size: u64) -> bool {
    matches!(size, 0x7FFF_F000..=0x8000_0000 | 0xFFFF_FF00..=0xFFFF_FFFF | 0x7FFF_FFFF_FFFF_0000..)
}

/// The chunks behind the sound, if they fill the file to its end; `None` when what stands there is
/// not chunks, so that it must be sound that the header does not count.
fn chunks_to_the_end(
    input: &mut (impl Read + Seek),
    data: &Chunk,
    family: Family,
    held: u64,
) -> std::io::Result<Option<Vec<Chunk>>> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut before = *data;
    while before.start.saturating_add(before.size).saturating_add(8) <= held {
        let Some(chunk) = before.after(input, family)? else { break };
        if !chunk.named() || chunk.start.saturating_add(chunk.size) > held || chunks.len() == MOST_CHUNKS {
            return Ok(None);
        }
        chunks.push(chunk);
        before = chunk;
    }
    // A few stray bytes behind chunks are no sound; alone they may be.
    Ok((before.next >= held || !chunks.is_empty()).then_some(chunks))
}

fn le64(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
