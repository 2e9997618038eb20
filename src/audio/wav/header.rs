//! The header: which samples stand where, and whether the bytes bear it out.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use jiff::civil::DateTime;

use super::super::Error;
use super::super::decode::Format;
use super::sample::Sample;
use super::{metadata, read_full};

/// More chunks than any recorder writes; a file with more is made to keep a reader busy.
const MOST_CHUNKS: usize = 4096;
/// A description chunk above this size is passed over.
const MOST_METADATA: u64 = 1 << 20;

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;

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
    pub(super) names: Vec<Option<String>>,
}

/// A chunk's name and where its content stands; `size` is what it claims.
#[derive(Clone, Copy)]
struct Chunk {
    id: [u8; 4],
    start: u64,
    size: u64,
}

impl Chunk {
    /// The chunk at `position`, or `None` where less than a chunk's header is left.
    fn at(input: &mut (impl Read + Seek), position: u64) -> std::io::Result<Option<Self>> {
        input.seek(SeekFrom::Start(position))?;
        let mut head = [0; 8];
        if read_full(input, &mut head)? < head.len() {
            return Ok(None);
        }
        let [a, b, c, d, size @ ..] = head;
        Ok(Some(Self { id: [a, b, c, d], start: position + 8, size: u64::from(u32::from_le_bytes(size)) }))
    }

    /// Where the next chunk begins: chunks begin at even positions.
    fn next(&self) -> u64 {
        self.start + self.size + (self.size & 1)
    }

    /// Its content up to `most` bytes, as far as it is there.
    fn content(&self, input: &mut (impl Read + Seek), most: u64) -> std::io::Result<Vec<u8>> {
        input.seek(SeekFrom::Start(self.start))?;
        let mut content = Vec::new();
        input.take(self.size.min(most)).read_to_end(&mut content)?;
        Ok(content)
    }
}

impl Header {
    pub(super) fn parse(input: &mut (impl Read + Seek), path: &Path) -> Result<Self, Error> {
        let io = |source| Error::io(path, source);
        let held = input.seek(SeekFrom::End(0)).map_err(io)?;
        input.rewind().map_err(io)?;
        let mut magic = [0; 12];
        read_full(input, &mut magic).map_err(io)?;
        if !is_wav(&magic) {
            return Err(Error::NotAudio { path: path.to_owned() });
        }

        let mut wide_size = None;
        let mut layout = None;
        let mut data = None;
        let mut described = Vec::new();
        let mut position = 12;
        for _ in 0..MOST_CHUNKS {
            let Some(chunk) = Chunk::at(input, position).map_err(io)? else { break };
            match &chunk.id {
                b"ds64" => wide_size = chunk.content(input, 28).map_err(io)?.get(8..16).map(le64),
                b"fmt " if layout.is_none() => {
                    layout = Some(Layout::parse(&chunk.content(input, 40).map_err(io)?, path)?);
                }
                b"data" => {
                    data = Some(chunk);
                    break;
                }
                b"bext" | b"iXML" => described.push(chunk),
                _ => {}
            }
            position = chunk.next();
        }
        let Some(Layout { format, sample }) = layout else {
            return Err(Error::NoFormat { path: path.to_owned() });
        };
        let Some(mut data) = data else {
            return Err(Error::NoData { path: path.to_owned() });
        };
        // 0xFFFFFFFF sends the reader to the 64-bit size of ds64.
        if data.size == u64::from(u32::MAX) {
            data.size = wide_size.unwrap_or(data.size);
        }

        let frame = sample.bytes() as u64 * u64::from(format.channels);
        let there = held.saturating_sub(data.start);
        let (bytes, claim) = if data.size > there {
            let placeholder = is_placeholder(data.size);
            (there, if placeholder { Claim::Unfinished } else { Claim::Longer { frames: data.size / frame } })
        } else if let Some(after) = chunks_to_the_end(input, data.next(), held).map_err(io)? {
            described.extend(after);
            (data.size, Claim::Exact)
        } else if there / frame == data.size / frame {
            (data.size, Claim::Exact)
        } else {
            (there, Claim::Unfinished)
        };
        let frames = bytes / frame;
        if frames == 0 {
            return Err(Error::NoData { path: path.to_owned() });
        }

        let mut header = Self { format, sample, start: data.start, frames, claim, started: None, names: Vec::new() };
        for chunk in described {
            let content = chunk.content(input, MOST_METADATA).map_err(io)?;
            match &chunk.id {
                b"bext" => header.started = metadata::origination(&content),
                b"iXML" => header.names = metadata::track_names(&content, format.channels),
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

/// Whether these are the first twelve bytes of a WAV file or its kin.
pub(in super::super) fn is_wav(head: &[u8]) -> bool {
    matches!(head.get(..4), Some(b"RIFF" | b"RF64" | b"BW64")) && head.get(8..12) == Some(b"WAVE")
}

/// Sizes that writers put where they do not know the length: all ones (ffmpeg), or about 2 GiB (sox, arecord).
fn is_placeholder(size: u64) -> bool {
    matches!(size, 0x7FFF_F000..=0x8000_0000 | 0xFFFF_FF00..=0xFFFF_FFFF | u64::MAX)
}

/// The chunks from `position` on, if they fill the file to its end; `None` when what stands there is not chunks, so that it
/// must be sound that the header does not count.
fn chunks_to_the_end(
    input: &mut (impl Read + Seek),
    mut position: u64,
    held: u64,
) -> std::io::Result<Option<Vec<Chunk>>> {
    let mut chunks = Vec::new();
    while position + 8 <= held {
        let Some(chunk) = Chunk::at(input, position)? else { break };
        let named = chunk.id.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        if !named || chunk.start + chunk.size > held || chunks.len() == MOST_CHUNKS {
            return Ok(None);
        }
        chunks.push(chunk);
        position = chunk.next();
    }
    // A few stray bytes behind chunks are no sound; alone they may be.
    Ok((position >= held || !chunks.is_empty()).then_some(chunks))
}

/// What the format chunk says.
struct Layout {
    format: Format,
    sample: Sample,
}

impl Layout {
    fn parse(content: &[u8], path: &Path) -> Result<Self, Error> {
        let path = || path.to_owned();
        let field = |at: usize| content.get(at..at + 2).map(le16);
        let rate = content.get(4..8).map(le32);
        let (Some(tag), Some(channels), Some(rate), Some(block), Some(bits)) =
            (field(0), field(2), rate, field(12), field(14))
        else {
            return Err(Error::NoFormat { path: path() });
        };
        let format = Format::new(rate, channels.into(), &path())?;
        // The extension's subformat is a GUID that begins with the plain tag.
        let tag = if tag == EXTENSIBLE { field(24).unwrap_or(PCM) } else { tag };
        // The container may be wider than the sample (24 bits in 4 bytes); some writers leave it wrong, then the bits decide.
        let least = bits.div_ceil(8);
        let container = if block % channels == 0 && block / channels >= least { block / channels } else { least };
        let sample = match tag {
            PCM => Sample::integer(container).or_else(|| Sample::integer(least)),
            FLOAT => Sample::float(container).or_else(|| Sample::float(least)),
            _ => None,
        };
        let sample = sample.filter(|_| bits > 0).ok_or_else(|| Error::Encoding {
            path: path(),
            encoding: match tag {
                PCM => format!("PCM, {bits} bit"),
                FLOAT => format!("floating point, {bits} bit"),
                _ => format!("WAV 0x{tag:04X}, {bits} bit"),
            },
        })?;
        Ok(Self { format, sample })
    }
}

fn le16(bytes: &[u8]) -> u16 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u16::from(*byte))
}

fn le32(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte))
}

fn le64(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
