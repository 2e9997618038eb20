//! Matroska and `WebM` (RFC 9559).

use super::{Bytes, Group, Next, Numbers, Packets, TrackInfo};
use crate::audio::Error;
use crate::audio::codec::{Coding, aac};
use crate::audio::opus::{self, Opus};
use crate::audio::wav::{Sample, coding_of_format};

const EBML: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_A966;
const TRACKS: u32 = 0x1654_AE6B;
const CLUSTER: u32 = 0x1F43_B675;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
const SIMPLE_BLOCK: u32 = 0xA3;
const CLUSTER_TIME: u32 = 0xE7;
/// The kind of a track that holds sound.
const SOUND: u64 = 2;
/// More than any description of tracks; a file with more is made to fill the memory.
const MOST_DESCRIPTION: u64 = 1 << 26;
/// Ticks are nanoseconds.
const NANOSECONDS: u32 = 1_000_000_000;
/// A millisecond, where a file does not say otherwise.
const USUAL_SCALE: u64 = 1_000_000;

/// The head of an element: what it is, and the length of its content; `None` where that is not
/// known.
struct Element {
    id: u32,
    size: Option<u64>,
}

impl Element {
    /// The element that begins here; `None` at the end.
    fn read(bytes: &mut Bytes) -> Result<Option<Self>, Error> {
        let head = bytes.peek(12)?;
        let Some((element, length)) = Self::parse(&head) else { return Ok(None) };
        bytes.seek(bytes.position() + length as u64)?;
        Ok(Some(element))
    }

    /// The element at the front of a slice, and the length of its head.
    fn parse(head: &[u8]) -> Option<(Self, usize)> {
        let width = head.first()?.leading_zeros() as usize + 1;
        let id = head.get(..width).filter(|_| width <= 4)?.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
        let (size, more) = number(head.get(width..)?)?;
        let unknown = size == (1 << (7 * more)) - 1;
        Some((Self { id, size: (!unknown).then_some(size) }, width + more))
    }
}

/// A number of variable length, and its length.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let width = bytes.first()?.leading_zeros() as usize + 1;
    let digits = bytes.get(..width).filter(|_| width <= 8)?;
    let all = digits.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    Some((all & ((1 << (7 * width)) - 1), width))
}

/// The elements of a master's content.
fn children(mut content: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    std::iter::from_fn(move || {
        let (element, head) = Element::parse(content)?;
        let size = usize::try_from(element.size?).ok()?;
        let (own, rest) = content.get(head..)?.split_at_checked(size)?;
        content = rest;
        Some((element.id, own))
    })
}

fn unsigned(content: &[u8]) -> u64 {
    content.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

fn float(content: &[u8]) -> Option<f64> {
    content.be64(0).map(f64::from_bits).or_else(|| Some(f32::from_bits(content.be32(0)?).into()))
}

/// A track, as the file describes it.
struct Track {
    number: u64,
    coding: Coding,
    name: Option<String>,
    /// Bytes that were taken off the front of every packet.
    stripped: Vec<u8>,
    /// Nanoseconds of every packet's sound before what is heard.
    lead: u64,
}

impl Track {
    /// `None` where it is no sound.
    fn parse(entry: &[u8]) -> Option<Self> {
        let (mut number, mut kind, mut codec, mut private, mut name) = (0, 0, String::new(), Vec::new(), None);
        let (mut rate, mut channels, mut bits) = (8_000.0, 1, 0);
        let (mut stripped, mut encoded, mut lead) = (Vec::new(), false, 0);
        for (id, content) in children(entry) {
            match id {
                0xD7 => number = unsigned(content),
                0x83 => kind = unsigned(content),
                0x86 => String::from_utf8_lossy(content).trim_end_matches('\0').clone_into(&mut codec),
                0x63A2 => content.clone_into(&mut private),
                0x536E => name = Some(String::from_utf8_lossy(content).trim_end_matches('\0').trim().to_owned()),
                0x56AA => lead = unsigned(content),
                0xE1 => {
                    for (id, content) in children(content) {
                        match id {
                            0xB5 => rate = float(content).unwrap_or(rate),
                            0x9F => channels = unsigned(content) as u16,
                            0x6264 => bits = unsigned(content),
                            _ => {}
                        }
                    }
                }
                0x6D80 => {
                    for (_, encoding) in children(content) {
                        for (id, compression) in children(encoding) {
                            let (mut header, mut algorithm) = (None, 0);
                            for (id, content) in children(compression) {
                                match id {
                                    0x4254 => algorithm = unsigned(content),
                                    0x4255 => header = Some(content),
                                    _ => {}
                                }
                            }
                            match (id, algorithm) {
                                (0x5034, 3) => header.unwrap_or_default().clone_into(&mut stripped),
                                (0x5034 | 0x5035, _) => encoded = true,
                                _ => {}
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        let coding = if encoded {
            Coding::Other(format!("{codec}, ContentEncoding"))
        } else {
            coding(&codec, &private, rate as u32, channels, bits)
        };
        let name = name.filter(|name| !name.is_empty());
        if let Coding::Opus(opus) = &coding {
            // Some writers count the delay at another rate.
            lead = u64::from(opus.lead) * u64::from(NANOSECONDS) / u64::from(opus::RATE);
        }
        (kind == SOUND).then_some(Self { number, coding, name, stripped, lead })
    }
}

fn coding(codec: &str, private: &[u8], rate: u32, channels: u16, bits: u64) -> Coding {
    let other = |name: &str| Coding::Other(name.to_owned());
    let pcm =
        |sample: Option<Sample>| sample.map_or_else(|| other("PCM"), |sample| Coding::Pcm { sample, rate, channels });
    match codec {
        "A_OPUS" => Opus::parse(private).or_else(|| Opus::plain(channels)).map_or_else(|| other("Opus"), Coding::Opus),
        "A_VORBIS" => vorbis(private).map_or_else(|| other("Vorbis"), |headers| Coding::Vorbis { headers }),
        "A_FLAC" => match private.get(8..42) {
            Some(info) => Coding::Flac { info: info.to_vec() },
            None => other("FLAC"),
        },
        "A_ALAC" => Coding::Alac { cookie: private.to_vec() },
        "A_MPEG/L3" => Coding::Mpeg { layer: 3 },
        "A_MPEG/L2" => Coding::Mpeg { layer: 2 },
        "A_MPEG/L1" => Coding::Mpeg { layer: 1 },
        "A_PCM/INT/LIT" => pcm(Sample::integer(bits.div_ceil(8) as u16)),
        "A_PCM/INT/BIG" => pcm(Sample::integer(bits.div_ceil(8) as u16).map(Sample::big_endian)),
        "A_PCM/FLOAT/IEEE" => pcm(Sample::float(bits.div_ceil(8) as u16)),
        "A_MS/ACM" => coding_of_format(private),
        "A_AC3" => other("AC-3 (Dolby Digital)"),
        "A_EAC3" => other("E-AC-3 (Dolby Digital Plus)"),
        "A_TRUEHD" => other("Dolby TrueHD"),
        "A_WAVPACK4" => other("WavPack"),
        _ if codec.starts_with("A_AAC") => {
            // Old files name the profile instead of a configuration.
            if !private.is_empty() {
                aac(private)
            } else if matches!(channels, 1 | 2) && codec.contains("/LC") {
                Coding::Aac { rate, channels }
            } else {
                other(codec.trim_start_matches("A_"))
            }
        }
        _ if codec.starts_with("A_DTS") => other("DTS"),
        _ => other(codec.trim_start_matches("A_")),
    }
}

/// The identification and setup packets of three that are laid together.
fn vorbis(private: &[u8]) -> Option<Vec<u8>> {
    let rest = private.strip_prefix(&[2])?;
    let (first, rest) = xiph(rest)?;
    let (second, rest) = xiph(rest)?;
    let setup = rest.get(first + second..)?;
    Some([rest.get(..first)?, setup].concat())
}

/// A length as a sum of bytes that ends with one below 255.
fn xiph(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let more = bytes.iter().take_while(|byte| **byte == 255).count();
    let length = more * 255 + usize::from(*bytes.get(more)?);
    Some((length, bytes.get(more + 1..)?))
}

/// What stands before the first cluster.
struct Head {
    tracks: Vec<Track>,
    /// Nanoseconds of one step of the file's time.
    scale: u64,
    /// Nanoseconds in all.
    duration: Option<u64>,
    /// Where the segment ends, where that is known.
    end: Option<u64>,
}

impl Head {
    fn read(bytes: &mut Bytes) -> Result<Self, Error> {
        bytes.seek(0)?;
        let mut head = Self { tracks: Vec::new(), scale: USUAL_SCALE, duration: None, end: None };
        let mut duration = None;
        loop {
            let position = bytes.position();
            let Some(element) = Element::read(bytes)? else { break };
            let next = element.size.map(|size| bytes.position().saturating_add(size));
            match (element.id, next) {
                (SEGMENT, next) => head.end = next,
                (INFO | TRACKS, Some(_)) => {
                    let size = element.size.unwrap_or_default();
                    let Some(content) = bytes.take(size.min(MOST_DESCRIPTION).min(bytes.left()))? else { break };
                    for (id, content) in children(&content) {
                        match id {
                            0xAE => head.tracks.extend(Track::parse(content)),
                            0x2A_D7B1 => head.scale = unsigned(content).max(1),
                            0x4489 => duration = float(content),
                            _ => {}
                        }
                    }
                }
                // Some writers describe the tracks behind the sound.
                (CLUSTER, _) if !head.tracks.is_empty() => {
                    bytes.seek(position)?;
                    break;
                }
                (_, Some(next)) => bytes.seek(next)?,
                (_, None) => {}
            }
        }
        head.duration = duration.map(|steps| (steps * head.scale as f64) as u64).filter(|duration| *duration > 0);
        Ok(head)
    }
}

/// The sound tracks of a file.
pub(in crate::audio) fn tracks(bytes: &mut Bytes) -> Result<Vec<TrackInfo>, Error> {
    let head = Head::read(bytes)?;
    Ok(head.tracks.into_iter().map(|track| TrackInfo { coding: track.coding, name: track.name }).collect())
}

/// The packets of one track.
pub(in crate::audio) struct Matroska {
    bytes: Bytes,
    track: Track,
    scale: u64,
    duration: Option<u64>,
    end: Option<u64>,
    /// The present cluster's time, in steps, and the first one's, which is the file's beginning.
    cluster: u64,
    zero: Option<u64>,
    lost: bool,
    cut_off: bool,
}

impl Matroska {
    /// Opens the sound track with that index; `None` where there is none.
    pub(in crate::audio) fn open(mut bytes: Bytes, index: usize) -> Result<Option<Self>, Error> {
        let mut head = Head::read(&mut bytes)?;
        if index >= head.tracks.len() {
            return Ok(None);
        }
        let track = head.tracks.swap_remove(index);
        bytes.seek(0)?;
        Ok(Some(Self {
            bytes,
            track,
            scale: head.scale,
            duration: head.duration,
            end: head.end,
            cluster: 0,
            zero: None,
            lost: false,
            cut_off: false,
        }))
    }

    /// The packets of a block, if it belongs to the track.
    fn block(&mut self, content: &[u8]) -> Option<Group> {
        let (track, width) = number(content)?;
        if track != self.track.number {
            return None;
        }
        let time = i64::from(content.be16(width)? as i16);
        let flags = *content.get(width + 2)?;
        let frames = content.get(width + 3..)?;
        let pieces = match flags >> 1 & 3 {
            0 => vec![frames],
            1 => xiph_lacing(frames)?,
            2 => {
                let count = usize::from(*frames.first()?) + 1;
                let rest = frames.get(1..)?;
                rest.chunks_exact((rest.len() / count).max(1)).collect()
            }
            _ => ebml_lacing(frames)?,
        };
        let packets = pieces.into_iter().map(|piece| [&self.track.stripped, piece].concat()).collect();
        let zero = self.zero.unwrap_or_default();
        let steps = i128::from(self.cluster) - i128::from(zero) + i128::from(time);
        let at = steps * i128::from(self.scale) - i128::from(self.track.lead);
        let at = i64::try_from(at).ok();
        Some(Group { packets, at, lost: std::mem::take(&mut self.lost), ..Group::default() })
    }

    /// Goes to the next cluster behind what cannot be read; whether there is one.
    fn search(&mut self) -> Result<bool, Error> {
        loop {
            let window = self.bytes.peek(1 << 16)?;
            if window.len() < 4 {
                return Ok(false);
            }
            match window.windows(4).position(|four| four == CLUSTER.to_be_bytes()) {
                Some(offset) => {
                    self.bytes.seek(self.bytes.position() + offset as u64)?;
                    return Ok(true);
                }
                None => self.bytes.seek(self.bytes.position() + window.len() as u64 - 3)?,
            }
        }
    }
}

/// The content that belongs together in lacing of Xiph's kind.
fn xiph_lacing(frames: &[u8]) -> Option<Vec<&[u8]>> {
    let (count, mut rest) = frames.split_first()?;
    let mut lengths = Vec::new();
    for _ in 0..*count {
        let (length, tail) = xiph(rest)?;
        lengths.push(length);
        rest = tail;
    }
    split(&lengths, rest)
}

fn ebml_lacing(frames: &[u8]) -> Option<Vec<&[u8]>> {
    let (count, mut rest) = frames.split_first()?;
    let mut lengths: Vec<usize> = Vec::new();
    for _ in 0..*count {
        let (value, width) = number(rest)?;
        rest = rest.get(width..)?;
        let length = match lengths.last() {
            None => i64::try_from(value).ok()?,
            // The others are differences, laid around 0.
            Some(before) => *before as i64 + value as i64 - ((1 << (7 * width - 1)) - 1),
        };
        lengths.push(usize::try_from(length).ok()?);
    }
    split(&lengths, rest)
}

/// Pieces of these lengths, and the rest.
fn split<'a>(lengths: &[usize], mut rest: &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let mut pieces = Vec::with_capacity(lengths.len() + 1);
    for length in lengths {
        let (piece, tail) = rest.split_at_checked(*length)?;
        pieces.push(piece);
        rest = tail;
    }
    pieces.push(rest);
    Some(pieces)
}

impl Packets for Matroska {
    fn coding(&self) -> &Coding {
        &self.track.coding
    }

    fn ticks(&self) -> u32 {
        NANOSECONDS
    }

    fn claimed(&self) -> Option<u64> {
        self.duration
    }

    fn claims_track(&self) -> bool {
        false
    }

    fn next(&mut self) -> Result<Next, Error> {
        loop {
            let position = self.bytes.position();
            if self.bytes.left() == 0 {
                // The segment's length says whether all of it is there.
                self.cut_off |= self.end.is_some_and(|end| end > self.bytes.length());
                return Ok(Next::End);
            }
            let element = Element::read(&mut self.bytes)?;
            let Some(Element { id, size }) = element else {
                self.bytes.seek(position + 1)?;
                if self.search()? {
                    self.lost = true;
                } else {
                    self.cut_off = true;
                    self.bytes.seek(self.bytes.length())?;
                }
                continue;
            };
            let start = self.bytes.position();
            match (id, size) {
                (SEGMENT | CLUSTER | BLOCK_GROUP, _) => {}
                (CLUSTER_TIME, Some(size @ ..=8)) => {
                    let Some(content) = self.bytes.take(size)? else { continue };
                    self.cluster = unsigned(&content);
                    self.zero.get_or_insert(self.cluster);
                }
                (SIMPLE_BLOCK | BLOCK, Some(size)) if size <= self.bytes.left() => {
                    // Pictures are large, and passed over.
                    let head = self.bytes.peek(size.min(8) as usize)?;
                    let group = match number(&head) {
                        Some((track, _)) if track == self.track.number => {
                            let content = self.bytes.take(size)?.unwrap_or_default();
                            self.block(&content)
                        }
                        _ => None,
                    };
                    self.bytes.seek(start + size)?;
                    if let Some(group) = group {
                        return Ok(Next::Sound(group));
                    }
                }
                (EBML, Some(size)) => {
                    self.bytes.seek(start.saturating_add(size).min(self.bytes.length()))?;
                    // Another file was put behind this one.
                    if self.zero.take().is_some() {
                        return Ok(Next::Stream(self.track.coding.clone()));
                    }
                }
                (_, Some(size)) if size <= self.bytes.left() => self.bytes.seek(start + size)?,
                // An element that claims more than the file holds: the end of a copy that broke off, or damage.
                _ => {
                    if self.search()? {
                        self.lost = true;
                    } else {
                        self.cut_off = true;
                        self.bytes.seek(self.bytes.length())?;
                    }
                }
            }
        }
    }

    fn cut_off(&self) -> bool {
        self.cut_off
    }
}
