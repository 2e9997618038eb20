//! FLAC, MP3, Vorbis and AAC, whole and damaged. `tests/data/make.sh` says what the files hold.

use std::fs;

use e_risalah::audio::Warning;

use crate::make::{assert_sentence, data, drain, folder, open, read, write};

const RATE: usize = 16_000;

/// The amplitude of one frequency on one of two channels, in the middle of a second of sound.
fn tone(samples: &[f32], channel: usize, hertz: f32) -> f32 {
    let middle: Vec<f32> = samples.iter().skip(channel).step_by(2).skip(RATE / 4).take(RATE / 2).copied().collect();
    let (mut re, mut im) = (0.0, 0.0);
    for (index, sample) in middle.iter().enumerate() {
        let phase = std::f32::consts::TAU * hertz * index as f32 / RATE as f32;
        re += sample * phase.cos();
        im += sample * phase.sin();
    }
    2.0 * re.hypot(im) / middle.len() as f32
}

#[test]
fn every_format_gives_its_channels() {
    for name in ["tones.flac", "tones.mp3", "tones.ogg", "tones.m4a", "tones-adpcm.wav"] {
        let mut source = open(&data(name)).expect(name);
        assert_eq!((source.clock().rate(), source.channels()), (16_000, 2), "{name}");
        let samples = drain(&mut source);
        let frames = samples.len() / 2;
        assert!(frames.abs_diff(RATE) <= 1_600, "{name}: {frames} frames");
        for (channel, own, other) in [(0, 440.0, 1_000.0), (1, 1_000.0, 440.0)] {
            let (own, other) = (tone(&samples, channel, own), tone(&samples, channel, other));
            assert!((0.45..0.55).contains(&own), "{name}: {own}");
            assert!(other < 0.02, "{name}: {other}");
        }
        assert_eq!(source.warnings(), [], "{name}");
    }
}

#[test]
fn flac_is_exact() {
    let (samples, _) = read(&data("tones.flac"));
    let expected = |index: usize, hertz: f64| 0.5 * (std::f64::consts::TAU * hertz * index as f64 / RATE as f64).sin();
    assert_eq!(samples.len(), 2 * RATE);
    for (index, frame) in samples.chunks(2).enumerate() {
        for (sample, hertz) in frame.iter().zip([440.0, 1_000.0]) {
            assert!((f64::from(*sample) - expected(index, hertz)).abs() <= 1.0 / 32_768.0);
        }
    }
}

#[test]
fn skipping_is_reading_without_looking() {
    for name in ["tones.flac", "tones.mp3", "tones.ogg", "tones.m4a"] {
        let (whole, _) = read(&data(name));
        let mut source = open(&data(name)).expect(name);
        assert_eq!(source.skip(10_001).expect("a leap"), 10_001);
        assert_eq!(drain(&mut source), whole[2 * 10_001..], "{name}");
        assert_eq!(source.skip(1).expect("the end"), 0);
    }
}

#[test]
fn a_cut_file_gives_what_is_there() {
    let dir = folder();
    for name in ["tones.flac", "tones.mp3", "tones.ogg"] {
        let bytes = fs::read(data(name)).expect(name);
        let (whole, _) = read(&data(name));
        let (cut, warnings) = read(&write(&dir, name, &bytes[..bytes.len() * 3 / 4]));
        assert!(cut.len() >= whole.len() / 5 && cut.len() < whole.len(), "{name}: {} of {}", cut.len(), whole.len());
        let same = cut.len() - 2 * 1_152;
        assert_eq!(cut[..same], whole[..same], "{name}");
        warnings.iter().for_each(assert_sentence);
        if name == "tones.flac" {
            assert!(matches!(warnings[..], [Warning::Truncated { claimed: 16_000, .. }]), "{warnings:?}");
        }
    }
}

#[test]
fn damage_in_the_middle_is_silence_and_the_rest_stays_in_place() {
    let dir = folder();
    let mut bytes = fs::read(data("tones.flac")).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xA5);
    let (whole, _) = read(&data("tones.flac"));
    let (damaged, warnings) = read(&write(&dir, "rusak.flac", &bytes));
    assert!(matches!(warnings[..], [Warning::Damaged { .. }]), "{warnings:?}");
    assert_sentence(&warnings[0]);
    assert_eq!(damaged.len(), whole.len());
    let lost = damaged.iter().zip(&whole).filter(|(damaged, whole)| damaged.to_bits() != whole.to_bits());
    assert!(lost.clone().all(|(damaged, _)| *damaged == 0.0));
    assert!((1..=2 * 2 * 4_608).contains(&lost.count()));
}

#[test]
fn no_damage_is_a_panic() {
    let dir = folder();
    for name in ["tones.flac", "tones.mp3", "tones.ogg", "tones.m4a", "tones-adpcm.wav"] {
        let original = fs::read(data(name)).expect(name);
        // A fixed stride walks over headers and frames alike.
        for start in (0..original.len()).step_by(97) {
            let mut bytes = original.clone();
            let end = (start + 5).min(bytes.len());
            bytes[start..end].fill(start as u8 ^ 0x5A);
            if let Ok(mut source) = open(&write(&dir, name, &bytes)) {
                let channels = usize::from(source.channels());
                let mut block = vec![0.0; 4_096 * channels];
                let mut frames = 0;
                while let Ok(count @ 1..) = source.read(&mut block) {
                    frames += count;
                    assert!(frames < 100 * RATE, "{name} at {start} does not end");
                }
                source.warnings().iter().for_each(assert_sentence);
            }
        }
    }
}
