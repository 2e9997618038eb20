//! The spectrogram that Whisper's encoder takes: the logarithm of the power in mel bands, a row every 10 ms (Radford et al. 2022,
//! section 2.2; `log_mel_spectrogram` in OpenAI's `audio.py`).

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

    /// The first `rows` rows of `sound` (mono, 16 kHz), silence following it, as `[rows][bands]` into `out`.
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
            let first = (row * HOP) as i64 - (WIDTH / 2) as i64;
            for (place, (value, weight)) in part.iter_mut().zip(&self.window).enumerate() {
                // Before its beginning the sound is mirrored.
                let sample = (first + place as i64).unsigned_abs() as usize;
                *value = sound.get(sample).map_or(0.0, |sample| sample * weight);
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
