//! Recordings for the tests.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use e_risalah::recording::{Claim, Format, Sample, Start, Writer, folder_of};
use jiff::tz::TimeZone;

pub fn format(rate: u32, channels: u16, sample: Sample) -> Format {
    Format { rate: NonZeroU32::new(rate).expect("a rate"), channels, sample }
}

/// Sixteen bits, two channels, 8 kHz: small files.
pub fn small() -> Format {
    format(8_000, 2, Sample::I16)
}

pub fn start(format: Format) -> Start {
    Start {
        utc: "2027-03-09T02:05:00Z".parse().expect("a moment"),
        zone: TimeZone::get("Asia/Makassar").expect("a zone"),
        format,
        device: "uji".into(),
        names: vec!["Ketua & Wakil".into(), "Mimbar <1>".into()],
        seal: None,
    }
}

pub fn begin(place: &Path, format: Format) -> Writer {
    Writer::begin(Claim::take(&folder_of(place)).expect("a folder"), start(format)).expect("begun")
}

/// Frames whose every byte tells where it stands.
pub fn bytes(format: Format, first: u64, frames: u64) -> Vec<u8> {
    let start = format.bytes(first);
    (start..start + format.bytes(frames)).map(|at| (at.wrapping_mul(31).wrapping_add(at >> 8) & 0x7F) as u8).collect()
}

pub fn segment(place: &Path, number: u64) -> PathBuf {
    folder_of(place).join(e_risalah::recording::segment_name(number))
}
