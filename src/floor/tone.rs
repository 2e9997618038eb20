//! Whether a channel carries steady tones: a hum, a howl of the loudspeakers, a ringing telephone,
//! music.
//!
//! A voice never keeps its pitch for long. The magnitude spectra of two moments 80 ms apart are
//! compared by their cosine; of the hops of human speech (`INDspeech` news and telephone readers)
//! at most a tenth come above [`STEADY`], of tones and held notes two thirds or more.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::HOP;

/// Samples of one spectrum (64 ms): bins of 15.6 Hz keep the partials of a voice apart.
const WINDOW: usize = 1024;
/// Bins that are compared, 200 to 4000 Hz.
const BINS: std::ops::Range<usize> = 13..257;
/// Hops between the two spectra (80 ms).
const APART: usize = 8;
/// Cosine from which the sound counts as unchanged.
const STEADY: f32 = 0.9;

pub(super) struct Tone {
    transform: Arc<dyn RealToComplex<f32>>,
    shape: Vec<f32>,
    /// The last [`WINDOW`] samples.
    sound: Vec<f32>,
    input: Vec<f32>,
    spectrum: Vec<Complex32>,
    /// Magnitudes of the last hops, each of length 1, in a ring.
    before: [Vec<f32>; APART],
    /// Hops in a row that were heard, as many as `before` holds at most.
    heard: usize,
    next: usize,
    steady: bool,
}

impl Tone {
    pub fn new() -> Self {
        let transform = RealFftPlanner::new().plan_fft_forward(WINDOW);
        let shape = |n: usize| (0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / WINDOW as f64).cos()) as f32;
        Self {
            spectrum: transform.make_output_vec(),
            input: transform.make_input_vec(),
            transform,
            shape: (0..WINDOW).map(shape).collect(),
            sound: vec![0.0; WINDOW],
            before: std::array::from_fn(|_| vec![0.0; BINS.len()]),
            heard: 0,
            next: 0,
            steady: false,
        }
    }

    /// Takes the sound of a hop; looks at it only when `asked`.
    pub fn hop(&mut self, samples: &[f32], asked: bool) {
        self.sound.copy_within(HOP.., 0);
        self.sound[WINDOW - HOP..].copy_from_slice(samples);
        if !asked {
            (self.heard, self.steady) = (0, false);
            return;
        }
        for ((input, x), shape) in self.input.iter_mut().zip(&self.sound).zip(&self.shape) {
            *input = x * shape;
        }
        // It fails only for buffers of another length.
        if self.transform.process(&mut self.input, &mut self.spectrum).is_err() {
            return;
        }
        let magnitude = |bin: &Complex32| bin.norm();
        let length = self.spectrum[BINS].iter().map(Complex32::norm_sqr).sum::<f32>().sqrt();
        let before = &mut self.before[self.next];
        let cosine =
            self.spectrum[BINS].iter().zip(&*before).map(|(bin, old)| magnitude(bin) * old).sum::<f32>() / length;
        self.steady = self.heard == APART && cosine > STEADY;
        for (old, bin) in before.iter_mut().zip(&self.spectrum[BINS]) {
            *old = if length > 0.0 { magnitude(bin) / length } else { 0.0 };
        }
        self.next = (self.next + 1) % APART;
        self.heard = (self.heard + 1).min(APART);
    }

    pub fn is_steady(&self) -> bool {
        self.steady
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steady_hops(sound: impl Fn(f32) -> f32) -> usize {
        let mut tone = Tone::new();
        let sound: Vec<f32> = (0..16_000).map(|n| sound(n as f32 / 16_000.0)).collect();
        sound
            .chunks_exact(HOP)
            .filter(|hop| {
                tone.hop(hop, true);
                tone.is_steady()
            })
            .count()
    }

    #[test]
    fn a_held_note_is_steady_and_a_gliding_one_is_not() {
        let wave =
            |phase: f32| (1..8).map(|k| (std::f32::consts::TAU * phase * k as f32).sin() / k as f32).sum::<f32>();
        assert!(steady_hops(|t| wave(220.0 * t)) > 80);
        // As much as a voice that falls by a fifth in half a second.
        assert!(steady_hops(|t| wave(220.0 * t - 60.0 * t * t)) < 10);
        assert_eq!(steady_hops(|_| 0.0), 0);
    }
}
