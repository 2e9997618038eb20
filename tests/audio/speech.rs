//! What the recogniser is given: level, place and length are those of the source.

use std::f64::consts::TAU;
use std::path::Path;

use e_risalah::audio::{Block, Input, Source, SpeechStream, Warning};
use e_risalah::common::clock::Channel;
use proptest::prelude::*;

use crate::make::{Wav, assert_sentence, folder};

fn stream(path: &Path) -> SpeechStream {
    SpeechStream::new(Source::open(&Input::File(path.to_owned())).expect("a recording")).expect("a stream")
}

/// All of a recording at 16 kHz, read in blocks of this size.
fn resampled(wav: &Wav, block_size: usize) -> Vec<Vec<f32>> {
    let dir = folder();
    let mut stream = stream(&wav.write(&dir, "a.wav"));
    let mut all = vec![Vec::new(); usize::from(wav.channels)];
    let mut block = Block::default();
    loop {
        let frames = stream.read(&mut block, block_size).expect("sound");
        assert_eq!(block.frames(), frames);
        assert_eq!(block.span().start, all[0].len() as u64);
        if frames == 0 {
            break;
        }
        for (all, samples) in all.iter_mut().zip(block.channels()) {
            all.extend_from_slice(samples);
        }
    }
    assert_eq!(stream.expected_length(), Some(all[0].len() as u64));
    all
}

fn sine(rate: u32, hertz: f64, seconds: f64) -> Vec<f32> {
    let frames = (f64::from(rate) * seconds) as usize;
    (0..frames).map(|index| (0.5 * (TAU * hertz * index as f64 / f64::from(rate)).sin()) as f32).collect()
}

fn decibels(signal: &[f32]) -> f64 {
    let power = signal.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / signal.len() as f64;
    10.0 * (2.0 * power / 0.25).max(1.0e-20).log10()
}

const RATES: [u32; 9] = [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000];

#[test]
fn a_sine_keeps_its_level_and_place() {
    for rate in RATES {
        let highest = f64::from(rate.min(16_000)) / 2.0;
        for share in [0.02, 0.1, 0.3, 0.6, 0.9] {
            let hertz = highest * share;
            let out = resampled(&Wav::float(1, rate, &sine(rate, hertz, 0.5)), 4_000).remove(0);
            let ideal = sine(16_000, hertz, 0.5);
            assert_eq!(out.len(), ideal.len());
            // The ends ring, as a tone that is cut off must.
            let middle = 1_600..6_400;
            let error: Vec<f32> = out[middle.clone()].iter().zip(&ideal[middle]).map(|(a, b)| a - b).collect();
            assert!(decibels(&error) < -60.0, "{rate} Hz, {hertz} Hz: {:.1} dB", decibels(&error));
        }
    }
}

#[test]
fn what_lies_above_speech_does_not_fold_into_it() {
    for rate in [22_050, 32_000, 44_100, 48_000, 96_000, 192_000] {
        let mut hertz = 8_300.0;
        while hertz < f64::from(rate) / 2.0 {
            let out = resampled(&Wav::float(1, rate, &sine(rate, hertz, 0.3)), 4_000).remove(0);
            let level = decibels(&out[1_200..3_600]);
            assert!(level < -60.0, "{rate} Hz, {hertz:.0} Hz: {level:.1} dB");
            hertz *= 1.13;
        }
    }
}

#[test]
fn a_click_stays_where_it_was() {
    for rate in RATES.into_iter().chain([8_001, 48_001]) {
        for moment in [0.0, 0.1, 0.35, 0.4999] {
            let mut samples = vec![0.0; rate as usize / 2];
            let position = ((f64::from(rate) * moment) as usize).min(samples.len() - 1);
            samples[position] = 1.0;
            let out = resampled(&Wav::float(1, rate, &samples), 4_000).remove(0);
            let loudest = (0..out.len()).max_by(|a, b| out[*a].abs().total_cmp(&out[*b].abs())).expect("samples");
            let exact = position as f64 * 16_000.0 / f64::from(rate);
            let least = exact.round().min(out.len() as f64 - 1.0);
            assert!((loudest as f64 - least).abs() <= 1.0, "{rate} Hz: at {loudest}, expected {exact:.2}");
        }
    }
}

#[test]
fn sixteen_kilohertz_pass_unchanged() {
    let samples: Vec<f32> = sine(16_000, 3_333.0, 0.7);
    assert_eq!(resampled(&Wav::float(1, 16_000, &samples), 999).remove(0), samples);
}

#[test]
fn channels_do_not_mix() {
    let (low, high) = (sine(48_000, 300.0, 0.3), sine(48_000, 2_000.0, 0.3));
    let interleaved: Vec<f32> = low.iter().zip(&high).flat_map(|(low, high)| [*low, 0.0, *high]).collect();
    let out = resampled(&Wav::float(3, 48_000, &interleaved), 4_000);
    assert_eq!(out[0], resampled(&Wav::float(1, 48_000, &low), 4_000).remove(0));
    assert!(out[1].iter().all(|sample| *sample == 0.0));
    assert_eq!(out[2], resampled(&Wav::float(1, 48_000, &high), 4_000).remove(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn blocks_do_not_matter(
        rate in prop::sample::select(vec![8_000u32, 16_000, 44_100, 48_000, 10_007]),
        seed in prop::collection::vec(-1.0f32..1.0, 1..40),
        frames in 1usize..12_000,
        block in 1usize..5_000,
    ) {
        let samples: Vec<f32> = seed.into_iter().cycle().take(frames * 2).collect();
        let wav = Wav::float(2, rate, &samples);
        let whole = resampled(&wav, 1 << 20);
        prop_assert_eq!(whole[1].len() as u64, (frames as u64 * 16_000).div_ceil(rate.into()));
        prop_assert!(whole.iter().flatten().all(|sample| sample.is_finite()));
        prop_assert_eq!(resampled(&wav, block), whole);
    }
}

#[test]
fn silence_and_clipping_are_told() {
    let dir = folder();
    // Channel 1 speaks, 2 is dead, 3 is cut off at both limits, 4 just touches the limit.
    let frames = (0..16_000).flat_map(|index| {
        let cut = if index % 20 < 10 { i16::MAX } else { i16::MIN };
        [1_000, 0, cut, if index == 7 { i16::MAX } else { 3 }]
    });
    let path = Wav::pcm16(4, 16_000, &frames.collect::<Vec<_>>()).write(&dir, "a.wav");
    let mut sound = stream(&path);
    let mut block = Block::default();
    assert_eq!(sound.read(&mut block, 1 << 20).expect("sound"), 16_000);
    assert_eq!(sound.read(&mut block, 1).expect("the end"), 0);
    let channel = Channel::from_index;
    assert_eq!(
        sound.warnings(),
        [
            Warning::Silent { channels: vec![channel(1)] },
            Warning::Clipped { channel: channel(2), clock: sound.source().clock(), samples: 16_000 },
        ]
    );
    sound.warnings().iter().for_each(assert_sentence);
    assert_eq!(sound.levels()[3].clipped, 0);
    assert!(sound.levels()[3].peak > 0.999);

    let mut dead = stream(&Wav::pcm16(2, 48_000, &[0; 96]).write(&dir, "b.wav"));
    while dead.read(&mut block, 100).expect("sound") > 0 {}
    assert_eq!(dead.warnings(), [Warning::AllSilent]);
    assert_sentence(&dead.warnings()[0]);
}
