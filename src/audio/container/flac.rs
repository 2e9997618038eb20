//! FLAC as a file of its own: frames whose checksums say where they end.

use symphonia::core::checksum::Crc16Ansi;
use symphonia::core::io::Monitor;

use super::elementary::tag_length;
use super::{Bytes, Group, Next, Numbers, Packets};
use crate::audio::Error;
use crate::audio::codec::Coding;

const MARK: &[u8] = b"fLaC";
/// Bytes of `STREAMINFO`.
const INFO: usize = 34;
/// The longest header of a frame.
const LONGEST_HEADER: usize = 16;
/// No frame is longer: 65535 samples of 8 channels in 32 bits.
const LONGEST_FRAME: usize = 2_200_000;
/// Bytes that are read at a time.
const STEP: usize = 1 << 16;

/// What `STREAMINFO` says.
struct Info {
    content: Vec<u8>,
    /// Samples of a block, where all but the last are as long.
    block: Option<u64>,
    rate: u32,
    /// 0 where it is not known.
    samples: u64,
}

impl Info {
    fn parse(content: &[u8]) -> Option<Self> {
        let (least, most) = (content.be16(0)?, content.be16(2)?);
        let bits = content.be64(10)?;
        Some(Self {
            content: content.get(..INFO)?.to_vec(),
            block: (least == most).then_some(u64::from(most)),
            rate: (bits >> 44) as u32,
            samples: bits & 0xF_FFFF_FFFF,
        })
    }
}

/// The frames of a FLAC file, and of those that were put behind it.
pub(in crate::audio) struct Flac {
    bytes: Bytes,
    info: Info,
    coding: Coding,
    claimed: Option<u64>,
    /// What was read and is not yet given; the reader stands behind it.
    window: Vec<u8>,
    lost: bool,
    /// Whether a frame was given since the stream began.
    sounded: bool,
    cut_off: bool,
}

impl Flac {
    /// Opens the file whose mark stands at `start`; `None` where no usable header follows.
    pub(in crate::audio) fn open(mut bytes: Bytes, start: u64) -> Result<Option<Self>, Error> {
        bytes.seek(start)?;
        let Some(info) = header(&mut bytes)? else { return Ok(None) };
        Ok(Some(Self {
            coding: Coding::Flac { info: info.content.clone() },
            claimed: (info.samples > 0).then_some(info.samples),
            info,
            bytes,
            window: Vec::new(),
            lost: false,
            sounded: false,
            cut_off: false,
        }))
    }

    /// Reads more into the window; whether there was more.
    fn more(&mut self) -> Result<bool, Error> {
        let held = self.window.len();
        self.window.resize(held + STEP, 0);
        let bytes = self.bytes.fill(&mut self.window[held..])?;
        self.window.truncate(held + bytes);
        Ok(bytes > 0)
    }

    /// Takes bytes from the front of the window.
    fn give(&mut self, count: usize) -> Vec<u8> {
        let rest = self.window.split_off(count.min(self.window.len()));
        std::mem::replace(&mut self.window, rest)
    }

    /// Goes on behind so many bytes of the window.
    fn leave(&mut self, count: u64) -> Result<(), Error> {
        let start = self.bytes.position() - self.window.len() as u64;
        self.window.clear();
        self.bytes.seek(start.saturating_add(count).min(self.bytes.length()))
    }

    /// The length of the frame at the front of the window: up to where its checksum holds and
    /// another thing begins. `None` where no such place is.
    fn frame(&mut self) -> Result<Option<usize>, Error> {
        let mut crc = Crc16Ansi::new(0);
        let mut place = 0;
        loop {
            if place + LONGEST_HEADER > self.window.len() && place < LONGEST_FRAME && self.more()? {
                continue;
            }
            if place >= self.window.len().min(LONGEST_FRAME) {
                // The last frame ends with the file.
                return Ok((place > 0 && place == self.window.len() && crc.crc() == 0).then_some(place));
            }
            if place > 4 && crc.crc() == 0 && begins(&self.window[place..]) {
                return Ok(Some(place));
            }
            crc.process_byte(self.window[place]);
            place += 1;
        }
    }

    /// Drops what stands before the next frame or file in the window; whether there is one.
    fn search(&mut self) -> Result<bool, Error> {
        let mut place = 1;
        loop {
            if place + LONGEST_HEADER > self.window.len() && self.more()? {
                continue;
            }
            if place >= self.window.len() {
                self.window.clear();
                return Ok(false);
            }
            if begins(&self.window[place..]) {
                self.give(place);
                return Ok(true);
            }
            place += 1;
            if place > STEP {
                self.give(place - 1);
                place = 1;
            }
        }
    }
}

impl Packets for Flac {
    fn coding(&self) -> &Coding {
        &self.coding
    }

    fn ticks(&self) -> u32 {
        self.info.rate
    }

    fn claimed(&self) -> Option<u64> {
        self.claimed
    }

    fn next(&mut self) -> Result<Next, Error> {
        loop {
            while self.window.len() < LONGEST_HEADER && self.more()? {}
            if self.window.is_empty() {
                return Ok(Next::End);
            }
            if let Some(bytes) = tag_length(&self.window) {
                self.leave(bytes)?;
                continue;
            }
            if self.window.starts_with(MARK) {
                self.leave(0)?;
                let position = self.bytes.position();
                if let Some(info) = header(&mut self.bytes)? {
                    let samples = (info.samples > 0).then_some(info.samples);
                    self.claimed = self.claimed.zip(samples).map(|(a, b)| a.saturating_add(b));
                    self.info = info;
                    self.sounded = false;
                    self.coding = Coding::Flac { info: self.info.content.clone() };
                    return Ok(Next::Stream(self.coding.clone()));
                }
                self.bytes.seek(position + MARK.len() as u64)?;
                continue;
            }
            let number = number(&self.window);
            let length = if number.is_some() { self.frame()? } else { None };
            let (Some((number, fixed)), Some(length)) = (number, length) else {
                // Zeros behind the last frame are no sound that was lost.
                let empty = self.window.iter().all(|byte| *byte == 0);
                if self.search()? {
                    self.lost |= !empty;
                    continue;
                }
                self.cut_off |= !empty;
                return Ok(Next::End);
            };
            let data = self.give(length);
            let sample = if fixed { self.info.block.map(|block| number * block) } else { Some(number) };
            let at = sample.and_then(|sample| i64::try_from(sample).ok());
            let lost = std::mem::take(&mut self.lost);
            let first = !std::mem::replace(&mut self.sounded, true);
            return Ok(Next::Sound(Group { packets: vec![data], at, first, lost, ..Group::default() }));
        }
    }

    fn cut_off(&self) -> bool {
        self.cut_off
    }
}

/// Reads the blocks before the first frame; `None` where they are not whole.
fn header(bytes: &mut Bytes) -> Result<Option<Info>, Error> {
    if bytes.array::<4>()?.as_ref().map(<[u8; 4]>::as_slice) != Some(MARK) {
        return Ok(None);
    }
    let mut info = None;
    loop {
        let Some([kind, size @ ..]) = bytes.array::<4>()? else { return Ok(None) };
        let size = size.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let next = bytes.position() + size;
        if kind.trailing_zeros() >= 7 && info.is_none() {
            info = bytes.take(size)?.and_then(|content| Info::parse(&content));
        }
        bytes.seek(next)?;
        if kind & 0x80 != 0 {
            return Ok(info.filter(|info| info.rate > 0));
        }
    }
}

/// Whether a frame, a file or a tag begins here.
fn begins(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(0xFF) => number(bytes).is_some(),
        Some(b'f') => bytes.starts_with(MARK),
        _ => tag_length(bytes).is_some(),
    }
}

/// The number of the frame whose header stands here, and whether it counts blocks of one length,
/// not samples.
fn number(head: &[u8]) -> Option<(u64, bool)> {
    let sync = head.be16(0)?;
    let (size, rate) = (*head.get(2)? >> 4, *head.get(2)? & 15);
    let (channels, bits) = (*head.get(3)? >> 4, *head.get(3)? >> 1 & 7);
    if sync & 0xFFFE != 0xFFF8 || size == 0 || rate == 15 || channels > 10 || bits == 3 || head.get(3)? & 1 == 1 {
        return None;
    }
    let first = *head.get(4)?;
    let more = match first.leading_ones() {
        0 => 0,
        ones @ 2..=7 => ones as usize - 1,
        _ => return None,
    };
    let mask = if more == 0 { 0x7F } else { 0x7F_u8.checked_shr(more as u32 + 1).unwrap_or(0) };
    let mut number = u64::from(first & mask);
    for byte in head.get(5..5 + more)? {
        number = number << 6 | u64::from(byte & 0x3F);
    }
    let fields = usize::from(size == 6) + 2 * usize::from(size == 7);
    let fields = fields + usize::from(rate == 12) + 2 * usize::from(rate == 13 || rate == 14);
    let end = 5 + more + fields;
    let crc = head.get(..end)?.iter().fold(0_u8, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { crc << 1 ^ 7 })
    });
    (crc == *head.get(end)?).then_some((number, sync & 1 == 0))
}
