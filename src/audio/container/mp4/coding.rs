//! How a track is coded: its sample description and its elementary stream descriptor.

use super::super::Numbers;
use super::boxes::{boxes, child};
use crate::audio::codec::{Coding, aac};
use crate::audio::opus::Opus;
use crate::audio::wav::Sample;

/// How a track is coded, by its first sample description.
pub(super) fn coding(stsd: &[u8]) -> Coding {
    let Some((kind, entry)) = stsd.get(8..).and_then(|entries| boxes(entries).next()) else {
        return Coding::Other("MP4".to_owned());
    };
    let other = |name: &str| Coding::Other(name.to_owned());
    let version = entry.be16(8).unwrap_or_default();
    let (mut channels, mut bits) = (entry.be16(16).unwrap_or_default(), entry.be16(18).unwrap_or_default());
    let mut rate = entry.be32(24).unwrap_or_default() >> 16;
    // QuickTime's later versions have more fields before the boxes.
    let mut extra = match version {
        1 => 44,
        2 => 64,
        _ => 28,
    };
    let mut flags = None;
    if version == 2 {
        rate = entry.be64(32).map_or(rate, |bits| f64::from_bits(bits) as u32);
        channels = entry.be32(40).map_or(channels, |count| count as u16);
        bits = entry.be32(48).map_or(bits, |count| count as u16);
        flags = entry.be32(52);
    }
    // Some ISO files bear a version that only QuickTime has.
    if version == 1 && boxes(entry.get(44..).unwrap_or_default()).next().is_none() {
        extra = 28;
    }
    let inner = entry.get(extra..).unwrap_or_default();
    let find = |kind: &[u8]| child(inner, kind).or_else(|| child(child(inner, b"wave")?, kind));
    let pcm = |sample: Option<Sample>, big: bool| match sample {
        Some(sample) if big => Coding::Pcm { sample: sample.big_endian(), rate, channels },
        Some(sample) => Coding::Pcm { sample, rate, channels },
        None => other("PCM"),
    };
    let integer = Sample::integer(bits.div_ceil(8)).map(Sample::signed);
    let big = find(b"enda").and_then(|enda| enda.be16(0)) != Some(1);
    match &kind {
        b"mp4a" => match find(b"esds") {
            Some(esds) => described(esds),
            None => other("MPEG-4 audio"),
        },
        b".mp3" | b"ms\0U" => Coding::Mpeg { layer: 3 },
        b".mp2" | b"ms\0P" => Coding::Mpeg { layer: 2 },
        b"alac" => match find(b"alac") {
            Some(content) => Coding::Alac { cookie: content.get(4..).unwrap_or_default().to_vec() },
            None => other("Apple Lossless (ALAC)"),
        },
        b"fLaC" => match find(b"dfLa").and_then(|content| content.get(8..42)) {
            Some(info) => Coding::Flac { info: info.to_vec() },
            None => other("FLAC"),
        },
        b"Opus" => {
            let opus = find(b"dOps").and_then(Opus::parse_box);
            opus.map_or_else(|| other("Opus"), Coding::Opus)
        }
        b"sowt" => pcm(integer, false),
        b"twos" | b"NONE" => pcm(integer, true),
        b"raw " => pcm(Sample::integer(bits.div_ceil(8)), true),
        b"in24" => pcm(Some(Sample::I24), big),
        b"in32" => pcm(Some(Sample::I32), big),
        b"fl32" => pcm(Some(Sample::F32), big),
        b"fl64" => pcm(Some(Sample::F64), big),
        b"alaw" => pcm(Some(Sample::ALaw), false),
        b"ulaw" => pcm(Some(Sample::MuLaw), false),
        b"ipcm" | b"fpcm" => {
            let [order, size] = find(b"pcmC").and_then(|content| content.at::<2>(4)).unwrap_or([0, bits as u8]);
            let bytes = u16::from(size).div_ceil(8);
            let whole = &kind == b"ipcm";
            pcm(if whole { Sample::integer(bytes).map(Sample::signed) } else { Sample::float(bytes) }, order & 1 == 0)
        }
        b"lpcm" => {
            let flags = flags.unwrap_or_default();
            pcm(if flags & 1 == 1 { Sample::float(bits / 8) } else { integer }, flags & 2 == 2)
        }
        b"samr" => other("AMR"),
        b"sawb" => other("AMR-WB"),
        b"ac-3" => other("AC-3 (Dolby Digital)"),
        b"ec-3" => other("E-AC-3 (Dolby Digital Plus)"),
        b"dtsc" | b"dtsh" | b"dtsl" | b"dtse" => other("DTS"),
        b"sqcp" | b"Qclp" => other("QCELP"),
        b"agsm" => other("GSM 06.10"),
        b"ima4" => other("IMA ADPCM (QuickTime)"),
        b"enca" => other("MP4, DRM"),
        kind => Coding::Other(String::from_utf8_lossy(kind).trim().to_owned()),
    }
}

/// What an elementary stream descriptor says (ISO 14496-1, 7.2.6).
fn described(esds: &[u8]) -> Coding {
    read_described(esds).unwrap_or_else(|| Coding::Other("MPEG-4 audio".to_owned()))
}

fn read_described(esds: &[u8]) -> Option<Coding> {
    let (tag, content, _) = descriptor(esds.get(4..)?)?;
    let mut rest = content;
    if tag == 3 {
        let flags = *content.get(2)?;
        let url = if flags & 0x40 == 0 { 0 } else { 1 + usize::from(*content.get(3)?) };
        rest = content.get(3 + 2 * usize::from(flags >> 7) + url + 2 * usize::from(flags >> 5 & 1)..)?;
    }
    let (_, config, _) = descriptor(rest)?;
    let other = |name: &str| Some(Coding::Other(name.to_owned()));
    match config.first()? {
        0x40 | 0x66..=0x68 => {
            let (_, specific, _) = descriptor(config.get(13..)?)?;
            Some(aac(specific))
        }
        // Layer 1, 2 and 3 share these.
        0x69 | 0x6B => Some(Coding::Mpeg { layer: 3 }),
        0xA5 => other("AC-3 (Dolby Digital)"),
        0xA6 => other("E-AC-3 (Dolby Digital Plus)"),
        0xA9..=0xAC => other("DTS"),
        0xDD => other("Vorbis in MP4"),
        0xE1 => other("QCELP"),
        kind => Some(Coding::Other(format!("MPEG-4 0x{kind:02X}"))),
    }
}

/// The tag of a descriptor, its content, and what follows.
fn descriptor(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, mut rest) = bytes.split_first()?;
    let mut size = 0_usize;
    for _ in 0..4 {
        let (byte, tail) = rest.split_first()?;
        rest = tail;
        size = size << 7 | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    let (content, tail) = rest.split_at(size.min(rest.len()));
    Some((*tag, content, tail))
}
