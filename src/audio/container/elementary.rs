//! MPEG audio and AAC in ADTS: frames that follow one another, with tags and other things between
//! them.

use super::{Bytes, Group, Next, Numbers, Packets};
use crate::audio::Error;
use crate::audio::codec::{AAC_RATES, Coding};

/// Bytes that are searched for a first frame; broadcast dumps and cut files begin anywhere.
const SEARCHED: u64 = 1 << 20;
/// Frames that must follow one another to be taken for sound where no header says so.
const PROOF: usize = 4;

/// One frame, as its header describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Frame {
    /// 1 to 3, or 4 for AAC.
    layer: u8,
    rate: u32,
    channels: u16,
    /// All of its bytes.
    bytes: u64,
    /// Bytes before the payload that its decoder does not want.
    head: usize,
    /// Samples a channel.
    frames: u32,
    /// Object type of AAC, or version of MPEG audio.
    profile: u8,
}

impl Frame {
    fn parse(head: &[u8]) -> Option<Self> {
        if head.be16(0)? & 0xFFE0 != 0xFFE0 {
            return None;
        }
        if head.be16(0)? & 0xFFF6 == 0xFFF0 { Self::adts(head) } else { Self::mpeg(head) }
    }

    fn mpeg(head: &[u8]) -> Option<Self> {
        const RATES: [u32; 3] = [44_100, 48_000, 32_000];
        const MPEG1: [[u32; 14]; 3] = [
            [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        ];
        const MPEG2: [[u32; 14]; 2] = [
            [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ];
        let word = head.be32(0)?;
        let version = (word >> 19 & 3) as u8;
        let layer = 4 - (word >> 17 & 3) as usize;
        // Version 1 and layer 4 are reserved; so is emphasis 2.
        if version == 1 || layer == 4 || word & 3 == 2 {
            return None;
        }
        let first = version == 3;
        let bits = (word >> 12 & 15) as usize;
        let table = if first { &MPEG1[layer - 1] } else { &MPEG2[usize::from(layer > 1)] };
        let kilobits = *table.get(bits.checked_sub(1)?)?;
        let rate = *RATES.get((word >> 10 & 3) as usize)? >> [2, 0, 1, 0][usize::from(version)];
        let padding = word >> 9 & 1;
        let bytes = match layer {
            1 => (12_000 * kilobits / rate + padding) * 4,
            3 if !first => 72_000 * kilobits / rate + padding,
            _ => 144_000 * kilobits / rate + padding,
        };
        let frames = match layer {
            1 => 384,
            3 if !first => 576,
            _ => 1_152,
        };
        let channels = if word >> 6 & 3 == 3 { 1 } else { 2 };
        Some(Self { layer: layer as u8, rate, channels, bytes: bytes.into(), head: 0, frames, profile: version })
    }

    fn adts(head: &[u8]) -> Option<Self> {
        let (second, third, fourth) = (*head.get(1)?, *head.get(2)?, *head.get(3)?);
        let bytes = u64::from(fourth & 3) << 11 | u64::from(*head.get(4)?) << 3 | u64::from(*head.get(5)? >> 5);
        let blocks = u32::from(*head.get(6)? & 3) + 1;
        let rate = *AAC_RATES.get(usize::from(third >> 2 & 15))?;
        let channels = u16::from(third & 1) << 2 | u16::from(fourth >> 6);
        let head = if second & 1 == 1 { 7 } else { 9 };
        let profile = (third >> 6) + 1;
        (bytes > head as u64).then_some(Self { layer: 4, rate, channels, bytes, head, frames: 1_024 * blocks, profile })
    }

    fn coding(&self) -> Coding {
        match (self.layer, self.profile, self.channels) {
            (4, 2, 1 | 2) => Coding::Aac { rate: self.rate, channels: self.channels },
            (4, 2, 7) => Coding::Other("AAC, 8 ch".to_owned()),
            (4, 2, 0) => Coding::Other("AAC, PCE".to_owned()),
            (4, 2, channels) => Coding::Other(format!("AAC, {channels} ch")),
            (4, 1, _) => Coding::Other("AAC Main".to_owned()),
            (4, 3, _) => Coding::Other("AAC SSR".to_owned()),
            (4, ..) => Coding::Other("AAC LTP".to_owned()),
            (layer, ..) => Coding::Mpeg { layer },
        }
    }

    /// Whether both can be frames of one stream.
    fn kin(&self, other: &Self) -> bool {
        (self.layer, self.rate, self.channels, self.profile) == (other.layer, other.rate, other.channels, other.profile)
    }

    /// Where the counts of a first frame of layer 3 stand that holds no sound.
    fn counts(&self) -> usize {
        4 + match (self.profile == 3, self.channels) {
            (true, 2) => 32,
            (true, _) | (false, 2) => 17,
            (false, _) => 9,
        }
    }
}

/// What the first frame of an encoder says instead of sound.
struct Counts {
    frames: Option<u64>,
    /// Samples that the encoder put before the sound.
    lead: i64,
}

impl Counts {
    fn of(frame: &Frame, data: &[u8]) -> Option<Self> {
        /// Samples by which every decoder delays.
        const DECODER: i64 = 529;
        if frame.layer != 3 {
            return None;
        }
        if data.get(36..40) == Some(b"VBRI") {
            return Some(Self { frames: data.be32(50).map(u64::from), lead: 0 });
        }
        let tag = data.get(frame.counts()..)?;
        if !tag.starts_with(b"Xing") && !tag.starts_with(b"Info") {
            return None;
        }
        let flags = tag.be32(4)?;
        let frames = if flags & 1 == 1 { tag.be32(8).map(u64::from) } else { None };
        let fields = [(1, 4), (2, 4), (4, 100), (8, 4)];
        let rest = 8 + fields.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, bytes)| bytes).sum::<usize>();
        // The encoder's own part: its name, and after 21 bytes 12 bits of delay and 12 of padding.
        let named = tag.get(rest).is_some_and(u8::is_ascii_alphabetic);
        let delay = tag.be16(rest + 21).filter(|_| named).map(|bits| i64::from(bits >> 4));
        Some(Self { frames, lead: delay.map_or(0, |delay| delay + DECODER) })
    }
}

/// What stands at a place that is no frame.
enum Between {
    Frame(Frame),
    /// So many bytes of a tag.
    Tag(u64),
    Nothing,
}

/// The frames of an MPEG audio or ADTS file.
pub(in crate::audio) struct Elementary {
    bytes: Bytes,
    /// Where the sound ends, before what a container may put behind it.
    end: u64,
    coding: Coding,
    frame: Frame,
    /// The time of the next frame within its stream.
    now: i64,
    /// Frames that headers have counted so far, in samples; `None` where a stream has no such
    /// header.
    claimed: Option<u64>,
    lost: bool,
    cut_off: bool,
    /// Sound bytes and samples so far, for the length of what is lost.
    read: (u64, u64),
    first: bool,
}

impl Elementary {
    /// The frames from `start` on, or from the first place behind it that several follow; `None`
    /// where there are none.
    pub(in crate::audio) fn open(mut bytes: Bytes, start: u64, end: Option<u64>) -> Result<Option<Self>, Error> {
        let end = end.unwrap_or(bytes.length()).min(bytes.length());
        let Some((position, frame)) = find(&mut bytes, start, end)? else { return Ok(None) };
        bytes.seek(position)?;
        Ok(Some(Self {
            bytes,
            end,
            coding: frame.coding(),
            frame,
            now: 0,
            claimed: None,
            lost: false,
            cut_off: false,
            read: (0, 0),
            first: true,
        }))
    }

    /// Takes in what an encoder counted.
    fn count(&mut self, frame: &Frame, counts: &Counts) {
        let samples = counts.frames.map(|frames| frames.saturating_mul(frame.frames.into()));
        let samples = samples.map(|samples| samples.saturating_sub(counts.lead.unsigned_abs()));
        self.claimed = match (self.first, self.claimed) {
            (true, _) => samples,
            (false, claimed) => claimed.zip(samples).map(|(a, b)| a.saturating_add(b)),
        };
        self.now = -counts.lead;
    }

    fn between(&mut self) -> Result<Between, Error> {
        let position = self.bytes.position();
        let head = self.bytes.peek(32)?;
        if let Some(bytes) = tag_length(&head) {
            return Ok(Between::Tag(bytes));
        }
        let Some(frame) = Frame::parse(&head) else { return Ok(Between::Nothing) };
        let next = position + frame.bytes;
        // In step and of the same kind, or one that another follows.
        if self.frame.kin(&frame) || next >= self.end || self.follows(next, &frame)? {
            return Ok(Between::Frame(frame));
        }
        Ok(Between::Nothing)
    }

    /// Whether a frame of the same kind, or a tag, stands at that place.
    fn follows(&mut self, place: u64, frame: &Frame) -> Result<bool, Error> {
        let position = self.bytes.position();
        self.bytes.seek(place)?;
        let head = self.bytes.peek(32)?;
        self.bytes.seek(position)?;
        Ok(head.is_empty() || tag_length(&head).is_some() || Frame::parse(&head).is_some_and(|next| next.kin(frame)))
    }

    /// Goes to the next frame that another follows; `None` where there is none. Whether sound was
    /// passed over.
    fn search(&mut self) -> Result<Option<bool>, Error> {
        let start = self.bytes.position();
        let mut place = start;
        let mut window = Vec::new();
        let mut offset = 0;
        let mut empty = true;
        while place < self.end {
            if offset + 32 > window.len() {
                self.bytes.seek(place)?;
                window = self.bytes.peek(1 << 16)?;
                offset = 0;
            }
            let head = &window[offset..];
            if head.is_empty() {
                break;
            }
            let found = match Frame::parse(head) {
                Some(frame) if frame.layer == self.frame.layer && place + frame.bytes <= self.end => {
                    self.bytes.seek(place)?;
                    self.follows(place + frame.bytes, &frame)?
                }
                _ => tag_length(head).is_some(),
            };
            if found {
                self.bytes.seek(place)?;
                return Ok(Some(!empty));
            }
            empty &= head[0] == 0;
            offset += 1;
            place += 1;
        }
        self.bytes.seek(self.end)?;
        // Padding at the end is nothing that was lost; a beginning of a frame is.
        self.cut_off |= !empty;
        Ok(None)
    }
}

impl Packets for Elementary {
    fn coding(&self) -> &Coding {
        &self.coding
    }

    fn ticks(&self) -> u32 {
        self.frame.rate
    }

    fn claimed(&self) -> Option<u64> {
        self.claimed
    }

    fn next(&mut self) -> Result<Next, Error> {
        loop {
            let position = self.bytes.position();
            if position >= self.end {
                return Ok(Next::End);
            }
            match self.between()? {
                Between::Tag(bytes) => {
                    // A tag that is cut off ends the file as well as a whole one.
                    self.bytes.seek(position.saturating_add(bytes))?;
                }
                Between::Nothing => {
                    match self.search()? {
                        None => return Ok(Next::End),
                        Some(lost) => self.lost |= lost,
                    }
                    // What was lost lasted as long as as many bytes of sound do.
                    let bytes = self.bytes.position() - position;
                    let (read, samples) = self.read;
                    if self.lost && read > 0 {
                        let frames = u64::from(self.frame.frames);
                        let samples = u128::from(bytes) * u128::from(samples) / u128::from(read);
                        let whole = (samples as u64 + frames / 2) / frames * frames;
                        self.now = self.now.saturating_add(whole as i64);
                    }
                }
                Between::Frame(frame) => {
                    if position + frame.bytes > self.end {
                        self.cut_off = true;
                        self.bytes.seek(self.end)?;
                        return Ok(Next::End);
                    }
                    let Some(mut data) = self.bytes.take(frame.bytes)? else { return Ok(Next::End) };
                    if let Some(counts) = Counts::of(&frame, &data) {
                        self.count(&frame, &counts);
                        self.frame = frame;
                        if self.first {
                            continue;
                        }
                        // Another file was put behind this one.
                        return Ok(Next::Stream(frame.coding()));
                    }
                    if !frame.kin(&self.frame) {
                        self.bytes.seek(position)?;
                        self.frame = frame;
                        self.now = 0;
                        return Ok(Next::Stream(frame.coding()));
                    }
                    data.drain(..frame.head);
                    let at = self.now;
                    self.first = false;
                    self.now += i64::from(frame.frames);
                    self.read.0 += frame.bytes;
                    self.read.1 += u64::from(frame.frames);
                    let lost = std::mem::take(&mut self.lost);
                    return Ok(Next::Sound(Group { packets: vec![data], at: Some(at), lost, ..Group::default() }));
                }
            }
        }
    }

    fn cut_off(&self) -> bool {
        self.cut_off
    }
}

/// The first place from `start` on where frames follow one another, and the first of them.
fn find(bytes: &mut Bytes, start: u64, end: u64) -> Result<Option<(u64, Frame)>, Error> {
    bytes.seek(start)?;
    let window = bytes.peek(SEARCHED.min(end.saturating_sub(start)) as usize)?;
    for (offset, pair) in window.windows(2).enumerate() {
        if pair[0] != 0xFF || pair[1] & 0xE0 != 0xE0 {
            continue;
        }
        let Some(first) = Frame::parse(&window[offset..]) else { continue };
        let place = start + offset as u64;
        if proven(bytes, place, end, first, offset == 0)? {
            return Ok(Some((place, first)));
        }
    }
    Ok(None)
}

/// Whether enough frames of one kind follow one another from a place on. A short file at whose
/// beginning they stand may have fewer.
fn proven(bytes: &mut Bytes, place: u64, end: u64, first: Frame, beginning: bool) -> Result<bool, Error> {
    let mut next = place + first.bytes;
    for count in 1..PROOF {
        bytes.seek(next.min(end))?;
        let head = if next < end { bytes.peek(32)? } else { Vec::new() };
        if head.len() < 8 || tag_length(&head).is_some() {
            // A single frame that is whole proves little, but at the beginning of a file it is all that there
            // can be.
            return Ok(next <= end && (beginning || count > 2) || beginning && count > 1);
        }
        match Frame::parse(&head) {
            Some(frame) if frame.kin(&first) => next += frame.bytes,
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Bytes of the tag that stands here, if one does.
pub(in crate::audio) fn tag_length(head: &[u8]) -> Option<u64> {
    if head.starts_with(b"ID3") {
        let size: [u8; 4] = head.at(6)?;
        let bytes = size.iter().fold(0_u64, |sum, byte| sum << 7 | u64::from(byte & 0x7F));
        let footer = if head.get(5)? & 0x10 == 0 { 0 } else { 10 };
        return Some(10 + bytes + footer);
    }
    if head.starts_with(b"TAG+") {
        return Some(227);
    }
    if head.starts_with(b"TAG") {
        return Some(128);
    }
    if head.starts_with(b"APETAGEX") {
        // The size leaves out the header, where this is one, and counts the footer.
        return Some(u64::from(head.le32(12)?) + if head.le32(20)? >> 29 & 1 == 1 { 32 } else { 0 });
    }
    None
}

/// The name of MPEG audio of free format, where frames of one length without a stated bit rate
/// follow one another.
pub(in crate::audio) fn free_format(bytes: &mut Bytes, start: u64) -> Result<bool, Error> {
    bytes.seek(start)?;
    let window = bytes.peek(16_384)?;
    let Some(word) = window.be32(0) else { return Ok(false) };
    let free = word & 0xFFE0_F000 == 0xFFE0_0000 && word >> 19 & 3 != 1 && word >> 17 & 3 != 0 && word >> 10 & 3 != 3;
    // Padding may differ from frame to frame.
    let same = |place: usize| window.be32(place).is_some_and(|other| other & 0xFFFE_FC00 == word & 0xFFFE_FC00);
    Ok(free && (64..5_762).filter(|place| same(*place)).any(|bytes| same(2 * bytes) || same(2 * bytes + 1)))
}
