//! Opus (RFC 6716, RFC 7845): packets are taken apart into frames, and each frame goes to the
//! decoder of its stream.

use opus_decoder::OpusDecoder;

use super::container::Numbers;

/// Frames a second of decoded sound.
pub(super) const RATE: u32 = 48_000;
/// The longest packet, 120 ms, in samples.
const LONGEST: usize = 5_760;
/// The longest frame, in bytes.
const LONGEST_FRAME: usize = 1_275;
/// A channel that is silent.
const SILENT: u8 = 255;

/// What an Opus stream says of itself (RFC 7845).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opus {
    /// Frames at 48 kHz before the sound.
    pub(super) lead: u16,
    /// Gain in dB/256.
    gain: i16,
    streams: u8,
    coupled: u8,
    mapping: Vec<u8>,
}

impl Opus {
    /// Its identification header.
    pub(super) fn parse(head: &[u8]) -> Option<Self> {
        let rest = head.strip_prefix(b"OpusHead")?;
        let (channels, family) = (*rest.get(1)?, *rest.get(10)?);
        let mut opus = Self::plain(u16::from(channels))?;
        opus.lead = rest.le16(2)?;
        opus.gain = rest.le16(8)? as i16;
        if family > 0 {
            (opus.streams, opus.coupled) = (*rest.get(11)?, *rest.get(12)?);
            let mapping = rest.get(13..13 + usize::from(channels))?;
            // Family 1 has the order of Vorbis; everywhere else the order of WAV is used.
            opus.mapping = match (family, channels) {
                (1, 1..=8) => wave_order(mapping),
                _ => mapping.to_vec(),
            };
        }
        Some(opus)
    }

    /// The content of a `dOps` box: the same, but for the order of its bytes.
    pub(super) fn parse_box(content: &[u8]) -> Option<Self> {
        let (channels, family) = (*content.get(1)?, *content.get(10)?);
        let mut head = b"OpusHead\x01".to_vec();
        head.push(channels);
        head.extend(content.be16(2)?.to_le_bytes());
        head.extend(content.be32(4)?.to_le_bytes());
        head.extend(content.be16(8)?.to_le_bytes());
        head.push(family);
        head.extend(content.get(11..)?);
        Self::parse(&head)
    }

    /// One stream of one or two channels.
    pub(super) fn plain(channels: u16) -> Option<Self> {
        let channels = u8::try_from(channels).ok().filter(|channels| *channels > 0)?;
        Some(Self { lead: 0, gain: 0, streams: 1, coupled: u8::from(channels > 1), mapping: (0..channels).collect() })
    }

    pub(super) fn channels(&self) -> usize {
        self.mapping.len()
    }
}

/// Channels in the order of Vorbis (front left, centre, front right, …), brought to that of WAV.
fn wave_order(mapping: &[u8]) -> Vec<u8> {
    let order: &[usize] = match mapping.len() {
        3 => &[0, 2, 1],
        5 => &[0, 2, 1, 3, 4],
        6 => &[0, 2, 1, 5, 3, 4],
        7 => &[0, 2, 1, 6, 5, 3, 4],
        8 => &[0, 2, 1, 7, 5, 6, 3, 4],
        _ => return mapping.to_vec(),
    };
    order.iter().map(|place| mapping[*place]).collect()
}

/// Frames at 48 kHz of an Opus packet, from its first two bytes (RFC 6716, 3.1).
pub(super) fn frames(packet: &[u8]) -> u64 {
    let Some(toc) = packet.first() else { return 0 };
    let config = u64::from(toc >> 3);
    let frame = match config {
        0..=11 => [480, 960, 1_920, 2_880][config as usize % 4],
        12..=15 => [480, 960][config as usize % 2],
        _ => [120, 240, 480, 960][config as usize % 4],
    };
    let count = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1).copied().unwrap_or_default() & 0x3F),
    };
    frame * count
}

/// The decoders of a track: one for each stream of a packet.
pub(super) struct OpusStreams {
    decoders: Vec<OpusDecoder>,
    /// Streams of two channels, which come first.
    coupled: usize,
    /// For each channel the place in the channels of all streams.
    mapping: Vec<u8>,
    gain: f32,
    /// Samples of one frame of each stream.
    frames: Vec<Vec<f32>>,
}

impl OpusStreams {
    /// `None` where the header describes what cannot be.
    pub(super) fn new(opus: &Opus) -> Option<Self> {
        let (streams, coupled) = (usize::from(opus.streams), usize::from(opus.coupled));
        let places = streams + coupled;
        let sound = |place: &u8| *place == SILENT || usize::from(*place) < places;
        if streams == 0 || coupled > streams || opus.mapping.is_empty() || !opus.mapping.iter().all(sound) {
            return None;
        }
        let width = |index| if index < coupled { 2 } else { 1 };
        let decoders = (0..streams).map(|index| OpusDecoder::new(RATE, width(index)).ok()).collect::<Option<_>>()?;
        Some(Self {
            decoders,
            coupled,
            mapping: opus.mapping.clone(),
            gain: 10_f32.powf(f32::from(opus.gain) / (20.0 * 256.0)),
            frames: vec![Vec::new(); streams],
        })
    }

    /// Puts the samples of a packet behind those in `out`, interleaved, and returns the number of
    /// channels; `None` where the packet is damaged.
    pub(super) fn decode(&mut self, packet: &[u8], out: &mut Vec<f32>) -> Option<u16> {
        let mut rest = packet;
        let last = self.decoders.len() - 1;
        let mut samples = None;
        for (index, decoder) in self.decoders.iter_mut().enumerate() {
            let frames = split(&mut rest, index < last)?;
            let width = if index < self.coupled { 2 } else { 1 };
            let sound = &mut self.frames[index];
            sound.clear();
            for frame in frames {
                let start = sound.len();
                sound.resize(start + LONGEST * width, 0.0);
                let count = decoder.decode_float(&frame, &mut sound[start..], false).ok()?;
                sound.truncate(start + count * width);
            }
            let count = sound.len() / width;
            if *samples.get_or_insert(count) != count {
                return None;
            }
        }
        for sample in 0..samples? {
            for place in &self.mapping {
                let place = usize::from(*place);
                let value = if place == usize::from(SILENT) {
                    0.0
                } else if place < 2 * self.coupled {
                    self.frames[place / 2][2 * sample + place % 2]
                } else {
                    self.frames[place - self.coupled][sample]
                };
                out.push(value * self.gain);
            }
        }
        u16::try_from(self.mapping.len()).ok()
    }
}

/// Takes the packet of one stream off the front, as packets of one frame each; `None` where it is
/// damaged. One that others follow says its own length (RFC 6716, appendix B).
fn split(rest: &mut &[u8], delimited: bool) -> Option<Vec<Vec<u8>>> {
    let (toc, mut bytes) = rest.split_first()?;
    let code = toc & 3;
    let mut padding = 0;
    let (count, variable) = match code {
        0 => (1, false),
        1 => (2, false),
        2 => (2, true),
        _ => {
            let (flags, tail) = bytes.split_first()?;
            bytes = tail;
            if flags & 0x40 != 0 {
                loop {
                    let (byte, tail) = bytes.split_first()?;
                    bytes = tail;
                    padding += if *byte == 255 { 254 } else { usize::from(*byte) };
                    if *byte < 255 {
                        break;
                    }
                }
            }
            (usize::from(flags & 0x3F), flags & 0x80 != 0)
        }
    };
    if count == 0 {
        return None;
    }
    let mut lengths = Vec::with_capacity(count);
    for _ in 1..if variable { count } else { 1 } {
        lengths.push(length(&mut bytes)?);
    }
    if delimited {
        lengths.resize(count, length(&mut bytes)?);
    } else {
        let left = bytes.len().checked_sub(padding)?.checked_sub(lengths.iter().sum())?;
        let shared = count - lengths.len();
        if left % shared != 0 {
            return None;
        }
        lengths.resize(count, left / shared);
    }
    let mut frames = Vec::with_capacity(count);
    for length in lengths {
        let (frame, tail) = bytes.split_at_checked(length)?;
        bytes = tail;
        if length > LONGEST_FRAME {
            return None;
        }
        // The same configuration, one frame.
        frames.push([&[toc & !3], frame].concat());
    }
    *rest = bytes.get(padding..).filter(|_| delimited).unwrap_or_default();
    Some(frames)
}

/// The length of a frame, of one byte or two.
fn length(bytes: &mut &[u8]) -> Option<usize> {
    let (first, tail) = bytes.split_first()?;
    *bytes = tail;
    if *first < 252 {
        return Some(usize::from(*first));
    }
    let (second, tail) = bytes.split_first()?;
    *bytes = tail;
    Some(usize::from(*first) + 4 * usize::from(*second))
}
