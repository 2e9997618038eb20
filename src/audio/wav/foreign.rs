//! AIFF, CAF and AU: uncompressed sound in other houses than WAV.

use std::io::{Read, Seek, SeekFrom};

use crate::audio::codec::{Coding, aac};
use crate::audio::container::Numbers;
use crate::audio::opus::Opus;

use super::header::Found;
use super::layout::Layout;
use super::read_full;
use super::sample::Sample;

/// More than any description; a chunk that is larger is passed over.
const MOST: u64 = 1 << 24;
/// More chunks than any recorder writes.
const MOST_CHUNKS: usize = 4_096;

/// Whether these are the first twelve bytes of AIFF or AIFF-C.
pub(in crate::audio) fn is_aiff(head: &[u8]) -> bool {
    head.starts_with(b"FORM") && matches!(head.get(8..12), Some(b"AIFF" | b"AIFC"))
}

fn content(input: &mut (impl Read + Seek), start: u64, size: u64) -> std::io::Result<Vec<u8>> {
    input.seek(SeekFrom::Start(start))?;
    let mut content = Vec::new();
    input.take(size.min(MOST)).read_to_end(&mut content)?;
    Ok(content)
}

/// What an AIFF or AIFF-C file says of its sound; `None` where it says nothing.
pub(super) fn aiff(input: &mut (impl Read + Seek)) -> std::io::Result<Option<Found>> {
    let mut layout = None;
    let mut data = None;
    let mut position = 12;
    for _ in 0..MOST_CHUNKS {
        input.seek(SeekFrom::Start(position))?;
        let mut head = [0; 8];
        if read_full(input, &mut head)? < head.len() {
            break;
        }
        let size = u64::from(head.be32(4).unwrap_or_default());
        let start = position + 8;
        match &head[..4] {
            b"COMM" => layout = common(&content(input, start, size)?),
            b"SSND" => {
                let skipped = content(input, start, 8)?.be32(0).unwrap_or_default();
                let lead = 8 + u64::from(skipped);
                // A writer that knew no length left it 0 or at its highest.
                let known = size > 8 && size < u64::from(u32::MAX) - 8;
                data = Some((start + lead, known.then(|| size.saturating_sub(lead))));
                if !known {
                    break;
                }
            }
            _ => {}
        }
        if layout.is_some() && data.is_some() {
            break;
        }
        position = start + size + (size & 1);
    }
    let Some(layout) = layout else { return Ok(None) };
    Ok(Some(Found::new(layout, data)))
}

/// The common chunk.
fn common(content: &[u8]) -> Option<Layout> {
    let (channels, bits) = (content.be16(0)?, content.be16(6)?);
    let (exponent, mantissa) = (i32::from(content.be16(8)? & 0x7FFF) - 16_383, content.be64(10)?);
    let rate = (mantissa as f64 * 2_f64.powi(exponent - 63)) as u32;
    let bytes = bits.div_ceil(8);
    let integer = Sample::integer(bytes).map(Sample::signed);
    let sample = match content.get(18..22) {
        None | Some(b"NONE" | b"twos" | b"in16" | b"in24" | b"in32") => integer.map(Sample::big_endian),
        Some(b"sowt" | b"42ni" | b"23ni") => integer,
        Some(b"fl32" | b"FL32") => Some(Sample::F32Big),
        Some(b"fl64" | b"FL64") => Some(Sample::F64Big),
        Some(b"alaw" | b"ALAW") => Some(Sample::ALaw),
        Some(b"ulaw" | b"ULAW") => Some(Sample::MuLaw),
        Some(b"raw ") => Some(Sample::U8),
        Some(_) => None,
    };
    let coding = match (sample, content.get(18..22)) {
        (Some(sample), _) => Coding::Pcm { sample, rate, channels },
        (None, Some(b"ima4")) => Coding::Other("IMA ADPCM (QuickTime)".to_owned()),
        (None, Some(b"agsm" | b"GSM ")) => Coding::Other("GSM 06.10".to_owned()),
        (None, Some(kind)) => Coding::Other(String::from_utf8_lossy(kind).trim().to_owned()),
        (None, None) => Coding::Other(format!("PCM, {bits} bit")),
    };
    Some(Layout { coding, rate, channels, block: 0 })
}

/// What an AU file says of its sound.
pub(super) fn au(input: &mut (impl Read + Seek)) -> std::io::Result<Option<Found>> {
    let head = content(input, 0, 24)?;
    let field = |place| head.be32(place);
    let (Some(start), Some(size), Some(kind), Some(rate), Some(channels)) =
        (field(4), field(8), field(12), field(16), field(20))
    else {
        return Ok(None);
    };
    let sample = match kind {
        1 => Some(Sample::MuLaw),
        2 => Some(Sample::I8),
        3 => Some(Sample::I16Big),
        4 => Some(Sample::I24Big),
        5 => Some(Sample::I32Big),
        6 => Some(Sample::F32Big),
        7 => Some(Sample::F64Big),
        27 => Some(Sample::ALaw),
        _ => None,
    };
    let channels = u16::try_from(channels).unwrap_or(u16::MAX);
    let coding = match sample {
        Some(sample) => Coding::Pcm { sample, rate, channels },
        None => Coding::Other(format!("AU {kind}")),
    };
    let layout = Layout { coding, rate, channels, block: 0 };
    let size = (size != u32::MAX).then_some(u64::from(size));
    let mut found = Found::new(layout, Some((u64::from(start.max(24)), size)));
    found.open = size.is_none();
    Ok(Some(found))
}

/// A table of the packets of a CAF file, with what frames it leaves out.
#[derive(Debug, Default)]
pub(in crate::audio) struct PacketTable {
    /// Frames of every packet, or 0 where the table says it.
    pub(in crate::audio) frames: u32,
    /// Bytes of every packet, or 0 where the table says it.
    pub(in crate::audio) bytes: u32,
    /// Frames that are heard, and those before them.
    pub(in crate::audio) valid: Option<u64>,
    pub(in crate::audio) lead: u32,
    /// The sizes, each as a number of variable length, and after it the frames where `frames` is 0.
    pub(in crate::audio) sizes: Vec<u8>,
}

/// What a CAF file says of its sound.
pub(in crate::audio) fn caf(input: &mut (impl Read + Seek)) -> std::io::Result<Option<(Found, PacketTable)>> {
    let (mut description, mut cookie, mut data) = (Vec::new(), Vec::new(), None);
    let mut table = PacketTable::default();
    let mut position = 8;
    for _ in 0..MOST_CHUNKS {
        input.seek(SeekFrom::Start(position))?;
        let mut head = [0; 12];
        if read_full(input, &mut head)? < head.len() {
            break;
        }
        let start = position + 12;
        let size = head.be64(4).and_then(|size| u64::try_from(size as i64).ok());
        let length = size.unwrap_or(u64::MAX);
        match &head[..4] {
            b"desc" => description = content(input, start, length)?,
            b"kuki" => cookie = content(input, start, length)?,
            b"pakt" => {
                let pakt = content(input, start, length)?;
                table.valid = pakt.be64(8);
                table.lead = pakt.be32(16).unwrap_or_default();
                table.sizes = pakt.get(24..).unwrap_or_default().to_vec();
            }
            // An edit count stands before the sound.
            b"data" => data = Some((start + 4, size.map(|size| size.saturating_sub(4)))),
            _ => {}
        }
        let Some(next) = size.and_then(|size| start.checked_add(size)) else { break };
        position = next;
    }
    let Some(rate) = description.be64(0).map(f64::from_bits) else { return Ok(None) };
    let field = |place| description.be32(place).unwrap_or_default();
    let (kind, flags) = (description.get(8..12).unwrap_or_default(), field(12));
    let channels = u16::try_from(field(24)).unwrap_or(u16::MAX);
    let (rate, bits) = (rate as u32, field(28));
    (table.bytes, table.frames) = (field(16), field(20));
    let container = if channels > 0 { field(16) / u32::from(channels) } else { 0 };
    let sample = match kind {
        b"lpcm" if flags & 1 == 1 => Sample::float(container as u16),
        b"lpcm" => Sample::integer(container as u16).map(Sample::signed),
        b"alaw" => Some(Sample::ALaw),
        b"ulaw" => Some(Sample::MuLaw),
        _ => None,
    };
    let sample = sample.map(|sample| if flags & 2 == 2 { sample } else { sample.big_endian() });
    let other = |name: &str| Coding::Other(name.to_owned());
    let coding = match (sample, kind) {
        (Some(sample), _) => Coding::Pcm { sample, rate, channels },
        (None, b"alac") => Coding::Alac { cookie },
        (None, b"aac " | b"aach" | b"aacp") => match specific(&cookie) {
            Some(config) => aac(config),
            None => other("AAC"),
        },
        (None, b"opus") => Opus::plain(channels).map_or_else(|| other("Opus"), Coding::Opus),
        (None, b".mp3") => Coding::Mpeg { layer: 3 },
        (None, b".mp2") => Coding::Mpeg { layer: 2 },
        (None, b"flac") => match cookie.windows(4).position(|four| four == b"fLaC").map(|place| place + 8) {
            Some(place) if cookie.len() >= place + 34 => Coding::Flac { info: cookie[place..place + 34].to_vec() },
            _ => other("FLAC"),
        },
        (None, b"lpcm") => Coding::Other(format!("PCM, {bits} bit")),
        (None, b"ima4") => other("IMA ADPCM (QuickTime)"),
        (None, b"samr") => other("AMR"),
        (None, b"aacl") => other("AAC-LD"),
        (None, b"aace" | b"aacf" | b"aacg") => other("AAC-ELD"),
        (None, b"agsm") => other("GSM 06.10"),
        (None, kind) => Coding::Other(String::from_utf8_lossy(kind).trim().to_owned()),
    };
    let layout = Layout { coding, rate, channels, block: 0 };
    let mut found = Found::new(layout, data);
    // A length may be left out where the sound is the last thing in the file.
    found.open = data.is_some_and(|(_, size)| size.is_none());
    Ok(Some((found, table)))
}

/// The decoder's own part of an elementary stream descriptor: behind tag 5 and its length.
fn specific(cookie: &[u8]) -> Option<&[u8]> {
    if cookie.first() != Some(&3) {
        return Some(cookie).filter(|cookie| cookie.len() >= 2);
    }
    // Tag 4 has 13 bytes of its own before tag 5; lengths may take one byte or four.
    let place = cookie.windows(2).enumerate().skip(15).find(|(_, pair)| pair[0] == 5)?.0;
    let rest = cookie.get(place + 1..)?;
    let length = rest.iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
    rest.get(length..)
}
