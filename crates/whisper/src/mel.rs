//! The spectrogram that Whisper's encoder takes: the logarithm of the power in mel bands, a row
//! every 10 ms (Radford et al. 2022, section 2.2; `log_mel_spectrogram` in OpenAI's `audio.py`).

use std::f64::consts::TAU;
use std::ops::Range;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use crate::kernel::{Kernel, loops};
use crate::weights::BINS;

/// Samples at 16 kHz from one row to the next.
pub(crate) const HOP: usize = 160;
/// Samples that a row is made of, their middle at its time.
const WIDTH: usize = 400;
/// The least power whose logarithm is taken.
const FLOOR: f32 = 1e-10;
/// Powers of ten below the greatest value at which the others end.
const DEPTH: f32 = 8.0;

/// The transform, its window and the filters of a model.
pub(crate) struct LogMel {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// For each band the bins that it weighs, and how.
    bands: Vec<(Range<usize>, Vec<f32>)>,
}

impl LogMel {
    /// `filters` has a row of [`BINS`] weights for each band.
    pub(crate) fn new(filters: &[f32]) -> Self {
        let window = (0..WIDTH).map(|n| (0.5 - 0.5 * (TAU * n as f64 / WIDTH as f64).cos()) as f32).collect();
        let bands = filters.chunks_exact(BINS).map(|row| {
            let first = row.iter().position(|&weight| weight != 0.0).unwrap_or(0);
            let end = row.iter().rposition(|&weight| weight != 0.0).map_or(first, |last| last + 1);
            (first..end, row[first..end].to_vec())
        });
        Self { transform: RealFftPlanner::new().plan_fft_forward(WIDTH), window, bands: bands.collect() }
    }

    /// The first `rows` rows of `sound` (mono, 16 kHz), silence following it, as `[rows][bands]`
    /// into `out`.
    pub(crate) fn compute(&self, kernel: Kernel, sound: &[f32], rows: usize, out: &mut [f32]) {
        let bands = self.bands.len();
        let mut part = self.transform.make_input_vec();
        let mut spectrum = self.transform.make_output_vec();
        let mut scratch = self.transform.make_scratch_vec();
        let mut parts = [0.0; 2 * BINS];
        let mut power = [0.0; BINS];
        out.fill(FLOOR.log10());
        let heard = rows.min((sound.len() + WIDTH / 2).div_ceil(HOP));
        for (row, out) in out.chunks_exact_mut(bands).take(heard).enumerate() {
            match (row * HOP).checked_sub(WIDTH / 2).and_then(|first| sound.get(first..first + WIDTH)) {
                Some(whole) => {
                    for (value, (sample, weight)) in part.iter_mut().zip(whole.iter().zip(&self.window)) {
                        *value = sample * weight;
                    }
                }
                None => {
                    for (place, (value, weight)) in part.iter_mut().zip(&self.window).enumerate() {
                        // Before its beginning the sound is mirrored.
                        let sample = (row * HOP + place).abs_diff(WIDTH / 2);
                        *value = sound.get(sample).map_or(0.0, |sample| sample * weight);
                    }
                }
            }
            if self.transform.process_with_scratch(&mut part, &mut spectrum, &mut scratch).is_err() {
                continue; // the three have the lengths that the transform itself gave them
            }
            for (pair, bin) in parts.chunks_exact_mut(2).zip(&spectrum) {
                pair.copy_from_slice(&[bin.re, bin.im]);
            }
            loops::power(kernel, &parts, &mut power);
            for (out, (bins, weights)) in out.iter_mut().zip(&self.bands) {
                let sum: f32 = power[bins.clone()].iter().zip(weights).map(|(power, weight)| power * weight).sum();
                *out = sum.max(FLOOR).log10();
            }
        }
        let least = out.iter().copied().fold(f32::MIN, f32::max) - DEPTH;
        for value in out {
            *value = (value.max(least) + 4.0) / 4.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Triangles whose corners lie evenly on Slaney's mel scale (Auditory Toolbox, 1998) from 0 to
    /// 8 kHz, each of the same area: the filters of the official models.
    fn filters(bands: usize) -> Vec<f32> {
        let mel = |hertz: f64| {
            if hertz < 1000.0 { hertz * 3.0 / 200.0 } else { 15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4f64.ln() }
        };
        let hertz =
            |mel: f64| if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp() };
        let corners: Vec<f64> = (0..bands + 2).map(|n| hertz(mel(8000.0) * n as f64 / (bands + 1) as f64)).collect();
        let weight = |corner: &[f64], bin: usize| {
            let frequency = bin as f64 * 40.0;
            let rising = (frequency - corner[0]) / (corner[1] - corner[0]);
            let falling = (corner[2] - frequency) / (corner[2] - corner[1]);
            (2.0 / (corner[2] - corner[0]) * rising.min(falling).max(0.0)) as f32
        };
        corners.windows(3).flat_map(|corner| (0..BINS).map(move |bin| weight(corner, bin))).collect()
    }

    /// A rising tone in noise, half a second of it.
    fn rising() -> Vec<f32> {
        let mut seed: u64 = 1;
        (0..8000u32)
            .map(|n| {
                seed = (seed * 1_103_515_245 + 12_345) % (1 << 31);
                let noise = seed as f64 / f64::from(1 << 30) - 1.0;
                ((1e-5 * f64::from(n).powi(2)).sin() * 0.3) as f32 + (noise * 0.02) as f32
            })
            .collect()
    }

    #[test]
    fn it_is_the_spectrogram_that_models_are_trained_on() {
        // `log_mel` of `models/train/features.py`: PyTorch's transform and the filters that OpenAI
        // publishes.
        for kernel in Kernel::available() {
            let mut drawn = vec![0.0; 64 * 80];
            LogMel::new(&filters(80)).compute(kernel, &rising(), 64, &mut drawn);
            for (row, expected) in [
                (0, [0.2144, 0.226, -0.0223, 0.2365, 0.1789, 0.136]),
                (1, [1.1232, 0.0932, 0.1996, 0.2137, 0.1735, 0.1804]),
                (17, [0.552, 0.325, 0.2621, 0.1048, 0.0947, 0.194]),
                (49, [0.0328, 0.4308, 0.2878, 0.2726, 0.163, 0.1334]),
                (50, [0.6362, 0.9107, 0.5969, 0.4365, 0.2124, 0.1531]),
                (51, [0.1848, 0.2701, 0.0775, -0.0923, -0.2982, -0.4148]),
                (60, [-0.6624; 6]),
            ] {
                for (band, expected) in [0, 7, 23, 40, 61, 79].into_iter().zip(expected) {
                    let drawn: f32 = drawn[row * 80 + band];
                    assert!((drawn - expected).abs() < 3e-4, "row {row}, band {band}: {drawn}, not {expected}");
                }
            }
        }
    }

    #[test]
    fn a_transform_by_its_definition_gives_the_same() {
        let (bands, sound) = (128, rising());
        let filters = filters(bands);
        let mut drawn = vec![0.0; 60 * bands];
        LogMel::new(&filters).compute(Kernel::best(), &sound, 60, &mut drawn);
        let mut expected: Vec<f64> = Vec::new();
        for row in 0..60i64 {
            let sample = |n: i64| {
                let at = (row * 160 - 200 + n).unsigned_abs() as usize;
                let window = 0.5 - 0.5 * (TAU * n as f64 / 400.0).cos();
                f64::from(sound.get(at).copied().unwrap_or(0.0)) * window
            };
            let samples: Vec<f64> = (0..400).map(sample).collect();
            let power = |bin: usize| {
                let part = |turn: f64| -> f64 {
                    let each = samples.iter().enumerate();
                    each.map(|(n, x)| x * (TAU * (n * bin % 400) as f64 / 400.0 + turn).cos()).sum()
                };
                part(0.0).powi(2) + part(TAU / 4.0).powi(2)
            };
            let powers: Vec<f64> = (0..BINS).map(power).collect();
            for filter in filters.chunks(BINS) {
                let sum: f64 = filter.iter().zip(&powers).map(|(weight, power)| f64::from(*weight) * power).sum();
                expected.push(sum.max(1e-10).log10());
            }
        }
        let top = expected.iter().copied().fold(f64::MIN, f64::max);
        for (drawn, expected) in drawn.iter().zip(expected) {
            let expected = (expected.max(top - 8.0) + 4.0) / 4.0;
            assert!((f64::from(*drawn) - expected).abs() < 2e-4, "{drawn}, not {expected}");
        }
    }

    #[test]
    fn silence_is_even_and_nothing_is_nothing() {
        let drawn = LogMel::new(&filters(80));
        for sound in [&[0.0; 1600][..], &[]] {
            let mut rows = vec![0.0; 30 * 80];
            drawn.compute(Kernel::best(), sound, 30, &mut rows);
            assert!(rows.iter().all(|&value| (value + 1.5).abs() < 1e-6));
        }
        drawn.compute(Kernel::best(), &[1.0], 0, &mut []);
    }
}
