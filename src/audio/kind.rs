//! What a file is, by its first bytes; its name says nothing.

use std::path::Path;

use super::Error;
use super::codec::Coding;
use super::container::elementary::{Elementary, free_format, tag_length};
use super::container::{Bytes, Packets};
use super::wav;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// WAV and its kin, AIFF and AU.
    Wav,
    Caf,
    Flac,
    Ogg,
    Mp4,
    Matroska,
    /// Perhaps MPEG audio or ADTS; its frames decide.
    Elementary,
    /// A form of sound that is not read, by its name.
    Other(&'static str),
}

/// Boxes with which MP4 and `QuickTime` files begin.
const BOXES: [&[u8]; 9] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof"];

/// Forms that are not read, by what stands at a place.
const OTHERS: [(usize, &[u8], &str); 32] = [
    (0, b"#!AMR-WB", "AMR-WB"),
    (0, b"#!AMR", "AMR"),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Windows Media (WMA, WMV, ASF)"),
    (0, b"\x0B\x77", "AC-3 (Dolby Digital)"),
    (0, b"\x77\x0B", "AC-3 (Dolby Digital)"),
    (0, b"\x7F\xFE\x80\x01", "DTS"),
    (0, b"\xFE\x7F\x01\x80", "DTS"),
    (0, b"\x1F\xFF\xE8\x00", "DTS"),
    (0, b"DTSHDHDR", "DTS"),
    (8, b"AVI ", "AVI"),
    (0, b"FLV\x01", "Flash Video (FLV)"),
    (0, b"\0\0\x01\xBA", "MPEG Program Stream"),
    (0, b"\0\0\x01\xB3", "MPEG video"),
    (0, b".RMF", "RealMedia"),
    (0, b".ra\xFD", "RealAudio"),
    (0, b"wvpk", "WavPack"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"TTA1", "True Audio (TTA)"),
    (0, b"TTA2", "True Audio (TTA)"),
    (0, b"OFR ", "OptimFROG"),
    (0, b"DSD ", "DSD (DSF)"),
    (0, b"FRM8", "DSD (DFF)"),
    (0, b"Creative Voice File", "Creative Voice (VOC)"),
    (0, b"\x02dss", "DSS"),
    (0, b"\x03dss", "DSS"),
    (0, b"\x03ds2", "DS2"),
    (0, b"\x07ds2", "DS2"),
    (0, b"ADIF", "AAC (ADIF)"),
    (8, b"8SVX", "IFF 8SVX"),
    (0, b"2BIT", "AVR"),
];

/// What a file is, and where its content begins behind tags; `None` where it is no sound that is
/// known.
pub(super) fn of(bytes: &mut Bytes) -> Result<Option<(Kind, u64)>, Error> {
    let mut start = 0;
    // A tag in front of a file, or several, is passed over by its length.
    loop {
        bytes.seek(start)?;
        let head = bytes.peek(32)?;
        match tag_length(&head).filter(|_| head.starts_with(b"ID3")) {
            Some(length) if start + length < bytes.length() => start += length,
            _ => break,
        }
    }
    bytes.seek(start)?;
    let head = bytes.peek(64)?;
    let found = named(&head);
    if let Some(kind) = found {
        // The other readers begin at the first byte.
        let tagged = start > 0 && !matches!(kind, Kind::Flac | Kind::Other(_));
        return Ok((!tagged).then_some((kind, start)));
    }
    if transport(bytes, start)? {
        return Ok(Some((Kind::Other("MPEG Transport Stream"), start)));
    }
    if head.starts_with(&[0x56]) && head.get(1).is_some_and(|byte| byte & 0xE0 == 0xE0) {
        return Ok(Some((Kind::Other("AAC (LATM)"), start)));
    }
    if gsm(bytes, start)? {
        return Ok(Some((Kind::Other("GSM 06.10"), start)));
    }
    if free_format(bytes, start)? {
        return Ok(Some((Kind::Other("MP3 (free format)"), start)));
    }
    Ok(Some((Kind::Elementary, start)))
}

/// The ending that the name of a file usually has whose content is such.
///
/// # Errors
/// [`Error::NotAudio`], [`Error::Encoding`], [`Error::Missing`] or [`Error::Io`].
pub fn ending(path: &Path) -> Result<&'static str, Error> {
    let mut bytes = Bytes::open(path)?;
    let not_audio = || Error::NotAudio { path: path.to_owned() };
    let (kind, start) = of(&mut bytes)?.ok_or_else(not_audio)?;
    bytes.seek(start)?;
    let head = bytes.peek(32)?;
    if let Kind::Other(name) = kind {
        return Err(Error::Encoding { path: path.to_owned(), encoding: name.to_owned() });
    }
    if kind == Kind::Elementary {
        let found = Elementary::open(bytes, start, None)?.ok_or_else(not_audio)?;
        return Ok(if let Coding::Aac { .. } = found.coding() { "aac" } else { "mp3" });
    }
    Ok(match kind {
        Kind::Wav if head.starts_with(b"FORM") => "aiff",
        Kind::Wav if head.starts_with(b".snd") => "au",
        Kind::Wav if head.starts_with(b"riff") => "w64",
        Kind::Wav => "wav",
        Kind::Caf => "caf",
        Kind::Flac => "flac",
        Kind::Ogg => "ogg",
        Kind::Mp4 => "mp4",
        Kind::Matroska => "mkv",
        Kind::Elementary | Kind::Other(_) => "mp3",
    })
}

fn named(head: &[u8]) -> Option<Kind> {
    if wav::is_wav(head) || wav::is_aiff(head) || head.starts_with(b".snd") {
        return Some(Kind::Wav);
    }
    if head.starts_with(b"caff") {
        return Some(Kind::Caf);
    }
    if head.starts_with(b"fLaC") {
        return Some(Kind::Flac);
    }
    if head.starts_with(b"OggS") {
        return Some(Kind::Ogg);
    }
    if head.starts_with(b"\x1A\x45\xDF\xA3") {
        return Some(Kind::Matroska);
    }
    if head.get(4..8).is_some_and(|kind| BOXES.contains(&kind)) {
        return Some(Kind::Mp4);
    }
    let other =
        |(place, mark, _): &&(usize, &[u8], &str)| head.get(*place..).is_some_and(|rest| rest.starts_with(mark));
    OTHERS.iter().find(other).map(|(_, _, name)| Kind::Other(name))
}

/// Whether packets of a transport stream follow one another, of 188 bytes, or of 192 with a time
/// before each.
fn transport(bytes: &mut Bytes, start: u64) -> Result<bool, Error> {
    bytes.seek(start)?;
    let window = bytes.peek(192 * 4)?;
    let stands = |first: usize, step: usize| (0..4).all(|index| window.get(first + index * step) == Some(&0x47));
    Ok(stands(0, 188) || stands(4, 192))
}

/// Whether frames of GSM 06.10 follow one another: 33 bytes, each with the same four bits in front.
fn gsm(bytes: &mut Bytes, start: u64) -> Result<bool, Error> {
    bytes.seek(start)?;
    let window = bytes.peek(33 * 32)?;
    Ok(window.len() >= 33 * 8 && window.chunks_exact(33).all(|frame| frame[0] >> 4 == 0xD))
}
