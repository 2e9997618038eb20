//! The format chunk of WAV and its kin: how the sound is stored.

use crate::audio::codec::Coding;
use crate::audio::container::Numbers;
use crate::audio::opus::Opus;

use super::sample::Sample;

const PCM: u16 = 1;
const MICROSOFT_ADPCM: u16 = 2;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const IMA_ADPCM: u16 = 0x11;
const MPEG_LAYER_2: u16 = 0x50;
const MPEG_LAYER_3: u16 = 0x55;
const OPUS: u16 = 0x704F;
const EXTENSIBLE: u16 = 0xFFFE;

/// What a format chunk says.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) coding: Coding,
    pub(super) rate: u32,
    pub(super) channels: u16,
    /// Bytes of a frame, or of a block of compressed sound.
    pub(super) block: u16,
}

impl Layout {
    /// Reads the content of the chunk; `None` where it is too short.
    pub(super) fn parse(content: &[u8], big: bool) -> Option<Self> {
        let short = |place| if big { content.be16(place) } else { content.le16(place) };
        let rate = if big { content.be32(4)? } else { content.le32(4)? };
        let (tag, channels, block, bits) = (short(0)?, short(2)?, short(12)?, short(14)?);
        // The extension's subformat is a GUID that begins with the plain tag.
        let tag = if tag == EXTENSIBLE { short(24).unwrap_or(PCM) } else { tag };
        // The container may be wider than the sample (24 bits in 4 bytes); some writers leave it wrong,
        // then the bits decide.
        let least = bits.div_ceil(8);
        let fits = channels > 0 && block % channels == 0 && block / channels >= least;
        let container = if fits { block / channels } else { least };
        let sample = match tag {
            PCM => Sample::integer(container).or_else(|| Sample::integer(least)),
            FLOAT => Sample::float(container).or_else(|| Sample::float(least)),
            A_LAW => Some(Sample::ALaw),
            MU_LAW => Some(Sample::MuLaw),
            _ => None,
        };
        let sample = sample.filter(|_| bits > 0 || matches!(tag, A_LAW | MU_LAW));
        let sample = sample.map(|sample| if big { sample.big_endian() } else { sample });
        let coding = match (sample, tag) {
            (Some(sample), _) => Coding::Pcm { sample, rate, channels },
            (None, MPEG_LAYER_2) => Coding::Mpeg { layer: 2 },
            (None, MPEG_LAYER_3) => Coding::Mpeg { layer: 3 },
            (None, MICROSOFT_ADPCM | IMA_ADPCM) if matches!(channels, 1 | 2) && !big => {
                let block_frames = frames(tag == MICROSOFT_ADPCM, block, channels);
                Coding::Adpcm { microsoft: tag == MICROSOFT_ADPCM, rate, channels, block_frames }
            }
            (None, OPUS) => Opus::plain(channels).map_or_else(|| other(tag, bits), Coding::Opus),
            (None, _) => other(tag, bits),
        };
        Some(Self { coding, rate, channels, block })
    }
}

/// Frames of a block of ADPCM; 0 where it has no room for its head.
fn frames(microsoft: bool, block: u16, channels: u16) -> u32 {
    let head = if microsoft { 7 } else { 4 } * u32::from(channels);
    let rest = u32::from(block).saturating_sub(head);
    let nibbles = rest * 2 / u32::from(channels);
    match (rest, microsoft) {
        (0, _) => 0,
        (_, true) => nibbles + 2,
        // Eight nibbles of each channel in turn.
        (_, false) => nibbles / 8 * 8 + 1,
    }
}

fn other(tag: u16, bits: u16) -> Coding {
    Coding::Other(match tag {
        PCM => format!("PCM, {bits} bit"),
        FLOAT => format!("floating point, {bits} bit"),
        0x22 => "DSP Group TrueSpeech".to_owned(),
        0x31 | 0x32 | 0x1500 => "GSM 06.10".to_owned(),
        0x40 | 0x45 | 0x64 | 0x14 | 0x85 => "G.726 ADPCM".to_owned(),
        0x65 | 0x28F => "G.722".to_owned(),
        0x42 | 0x111 => "G.723.1".to_owned(),
        0x83 | 0x133 => "G.729".to_owned(),
        0x57 | 0x7A21 => "AMR".to_owned(),
        0x58 | 0x7A22 => "AMR-WB".to_owned(),
        MICROSOFT_ADPCM | IMA_ADPCM => "ADPCM, > 2 ch".to_owned(),
        0xFF | 0x1600 | 0x1602 | 0x1610 | 0x706D => "AAC in WAV".to_owned(),
        0x160..=0x163 => "Windows Media Audio".to_owned(),
        0x2000 => "AC-3 (Dolby Digital)".to_owned(),
        0x8 | 0x2001 => "DTS".to_owned(),
        0x674F..=0x6771 => "Vorbis in WAV".to_owned(),
        0xA109 => "Speex".to_owned(),
        _ => format!("WAV 0x{tag:04X}, {bits} bit"),
    })
}

/// How the sound is coded that such a description belongs to.
pub(in crate::audio) fn coding_of_format(content: &[u8]) -> Coding {
    Layout::parse(content, false).map_or_else(|| Coding::Other("ACM".to_owned()), |layout| layout.coding)
}
