//! A folder of meetings.

use std::fs;
use std::path::{Path, PathBuf};

use e_risalah::common::flag::Flag;
use e_risalah::transcript::Utterance;
use tempfile::TempDir;

use super::sample;

/// The name of the meeting whose words are known.
pub const KNOWN: &str = "2026-03-10-komisi-7";

const RAPAT: &str = include_str!("../status/rapat.toml");

/// Seconds of its sound.
pub const LENGTH: u32 = 60;

/// Words with something to listen to: an amount of money, and a turn of which the recogniser was
/// unsure.
pub fn words() -> Vec<Utterance> {
    let said = |channel, start, end, text, flags: &[Flag]| sample::utterance(channel, start, end, text, flags);
    vec![
        said(1, 20, 90, "Rapat komisi saya nyatakan dibuka dan terbuka untuk umum.", &[]),
        said(2, 150, 300, "Terima kasih, Pimpinan. Anggarannya Rp2,5 miliar untuk tahun ini.", &[]),
        said(1, 400, 480, "Apakah rancangan ini dapat disetujui?", &[Flag::LowConfidence]),
        said(2, 485, 540, "Kami menyetujui rancangan ini.", &[]),
        said(1, 550, 580, "Rapat saya tutup.", &[]),
    ]
}

/// A meeting with words, and sound of its own: another tone at each microphone.
pub fn known() -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    meeting(&root.path().join(KNOWN), RAPAT, words());
    root
}

pub fn meeting(folder: &Path, rapat: &str, utterances: Vec<Utterance>) {
    fs::create_dir_all(folder).expect("made");
    fs::write(folder.join("rapat.toml"), rapat).expect("written");
    let transcript = sample::transcript(2, utterances);
    sample::stored(folder, &transcript, "small-q8_0");
    tones(folder, 48_000);
}

/// The sample of a microphone that makes it known from every other place.
pub fn tone(at: u32, channel: u16) -> i16 {
    (f64::from(at) * 0.03 * f64::from(channel)).sin().mul_add(9_000.0, f64::from(at % 977)) as i16
}

/// Two microphones as one file, in the meeting's own folder.
pub fn tones(folder: &Path, rate: u32) -> PathBuf {
    let path = folder.join("rekaman").join("000001.wav");
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let format =
        hound::WavSpec { channels: 2, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(&path, format).expect("a file");
    for at in 0..LENGTH * rate {
        for channel in 1..=2 {
            writer.write_sample(tone(at, channel)).expect("written");
        }
    }
    writer.finalize().expect("written");
    path
}
