//! The head of a segment: RIFF/WAVE with the extensible format, and the two chunks by which
//! broadcast tools know where it belongs (`bext`, EBU Tech 3285) and what its channels are
//! (`iXML`).
//!
//! `hound`, which writes plain WAV files, has neither chunk and takes samples one at a time; here
//! whole frames go to the disk as the device gave them. Tests read what is written with hound.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::sample::{Format, Sample};
use crate::common::riff::{chunk, length};
use crate::common::xml::escaped;

/// What is written at the head of every segment besides its format.
#[derive(Clone, Debug)]
pub(super) struct Labels {
    /// When the recording's first sample was taken.
    pub start: Timestamp,
    /// The zone in which the head shows it.
    pub zone: TimeZone,
    /// A name for each channel; fewer than channels leave the rest unnamed.
    pub names: Vec<String>,
}

/// Where the two lengths stand that change as a segment grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lengths {
    /// Bytes of the file before its samples.
    pub data: u64,
}

impl Lengths {
    /// Byte position of the RIFF length, and its value for this many bytes of samples.
    pub fn riff(self, bytes: u64) -> (u64, [u8; 4]) {
        (4, length(self.data - 8 + bytes + bytes % 2))
    }

    /// The same of the data chunk.
    pub fn data(self, bytes: u64) -> (u64, [u8; 4]) {
        (self.data - 4, length(bytes))
    }
}

/// The bytes before the samples of the segment that begins at sample `first`. Its lengths say that
/// it is empty.
pub(super) fn head(format: Format, labels: &Labels, first: u64) -> (Vec<u8>, Lengths) {
    let mut out = b"RIFF\0\0\0\0WAVE".to_vec();
    chunk(&mut out, *b"bext", &bext(format, labels, first));
    chunk(&mut out, *b"iXML", ixml(format, labels).as_bytes());
    chunk(&mut out, *b"fmt ", &fmt(format));
    out.extend_from_slice(b"data\0\0\0\0");
    let lengths = Lengths { data: out.len() as u64 };
    let (at, bytes) = lengths.riff(0);
    out[at as usize..at as usize + 4].copy_from_slice(&bytes);
    (out, lengths)
}

/// The same for a segment that is sealed, filled up to `length` bytes. Its lengths are those of a
/// stream, which nobody knows when it begins: they are never written again.
pub(super) fn sealed(format: Format, labels: &Labels, first: u64, length: usize) -> Vec<u8> {
    const UNKNOWN: [u8; 4] = [0xFF; 4];
    let mut out = b"RIFF".to_vec();
    out.extend_from_slice(&UNKNOWN);
    out.extend_from_slice(b"WAVE");
    chunk(&mut out, *b"bext", &bext(format, labels, first));
    chunk(&mut out, *b"fmt ", &fmt(format));
    let names = ixml(format, labels);
    // Names that do not fit are left out; they stand in the meeting's description too.
    if out.len() + names.len() + 32 <= length {
        chunk(&mut out, *b"iXML", names.as_bytes());
    }
    let filled = length.saturating_sub(out.len() + 16);
    chunk(&mut out, *b"JUNK", &vec![0; filled]);
    out.extend_from_slice(b"data");
    out.extend_from_slice(&UNKNOWN);
    out
}

fn fmt(format: Format) -> Vec<u8> {
    const PCM: u16 = 1;
    const FLOAT: u16 = 3;
    const EXTENSIBLE: u16 = 0xFFFE;
    /// The rest of the identifiers that `mmreg.h` gives to a format number.
    const GUID: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
    let bits = (format.sample.bytes() * 8) as u16;
    let tag = if format.sample == Sample::F32 { FLOAT } else { PCM };
    let mut out = Vec::with_capacity(40);
    out.extend_from_slice(&EXTENSIBLE.to_le_bytes());
    out.extend_from_slice(&format.channels.to_le_bytes());
    out.extend_from_slice(&format.rate.get().to_le_bytes());
    out.extend_from_slice(&length(format.bytes_a_second()));
    out.extend_from_slice(&(format.frame() as u16).to_le_bytes());
    out.extend_from_slice(&bits.to_le_bytes());
    out.extend_from_slice(&22u16.to_le_bytes());
    out.extend_from_slice(&bits.to_le_bytes());
    // No loudspeaker positions: these are microphones.
    out.extend_from_slice(&0u32.to_le_bytes());
    out.extend_from_slice(&tag.to_le_bytes());
    out.extend_from_slice(&GUID);
    out
}

/// The 602 fixed bytes of EBU Tech 3285, version 1.
fn bext(format: Format, labels: &Labels, first: u64) -> Vec<u8> {
    let start = labels.start.to_zoned(labels.zone.clone());
    let begun = format.clock().millis(first);
    let moment = start.checked_add(jiff::SignedDuration::from_millis(begun as i64)).unwrap_or_else(|_| start.clone());
    let midnight = moment.start_of_day().unwrap_or_else(|_| moment.clone());
    let since_midnight = moment.timestamp().as_millisecond() - midnight.timestamp().as_millisecond();
    let reference = format.clock().at_millis(since_midnight.max(0) as u64);
    let mut out = vec![0; 602];
    let mut put = |at: usize, text: &str, most: usize| {
        let bytes = &text.as_bytes()[..text.len().min(most)];
        out[at..at + bytes.len()].copy_from_slice(bytes);
    };
    put(0, "E-Risalah", 256);
    put(256, "E-Risalah", 32);
    put(320, &moment.strftime("%Y-%m-%d").to_string(), 10);
    put(330, &moment.strftime("%H:%M:%S").to_string(), 8);
    out[338..346].copy_from_slice(&reference.to_le_bytes());
    out[346..348].copy_from_slice(&1u16.to_le_bytes());
    out
}

/// The sample at which a segment begins, as its `bext` chunk says, in a recording that began at
/// `start`; the inverse of [`head`] to a millisecond.
pub(super) fn first(bext: &[u8], format: Format, start: &Zoned) -> Option<u64> {
    let date: Date = std::str::from_utf8(bext.get(320..330)?).ok()?.parse().ok()?;
    let reference = u64::from_le_bytes(bext.get(338..346)?.try_into().ok()?);
    let midnight = date.to_zoned(start.time_zone().clone()).ok()?.timestamp();
    let since_midnight = start.timestamp().as_millisecond() - midnight.as_millisecond();
    let began = format.clock().at_millis(since_midnight.unsigned_abs());
    if since_midnight < 0 { reference.checked_add(began) } else { reference.checked_sub(began) }
}

/// Whether a `fmt` chunk is the one that [`head`] writes for this format.
pub(super) fn is_of(fmt: &[u8], format: Format) -> bool {
    fmt == self::fmt(format)
}

fn ixml(format: Format, labels: &Labels) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<BWFXML><IXML_VERSION>1.61</IXML_VERSION><TRACK_LIST>",
    );
    // Writing into a string cannot fail.
    let _ = write!(out, "<TRACK_COUNT>{}</TRACK_COUNT>", format.channels);
    for index in 0..usize::from(format.channels) {
        let number = index + 1;
        let name = labels.names.get(index).map(|name| escaped(name)).unwrap_or_default();
        let _ = write!(
            out,
            "<TRACK><CHANNEL_INDEX>{number}</CHANNEL_INDEX><INTERLEAVE_INDEX>{number}</INTERLEAVE_INDEX><NAME>{name}</NAME></TRACK>"
        );
    }
    out + "</TRACK_LIST></BWFXML>\n"
}
