//! The picture of sound that Whisper's encoder looks at: 80 bands of the mel scale every 10 ms (Radford et al. 2022,
//! arXiv:2212.04356), in the numbers of whisper.cpp. That one reckons thirty seconds of silence after every utterance, and its Fourier transform is a
//! plain one: together a tenth of the time that a small model needs for a meeting.

use std::f32::consts::TAU;
use std::ops::Range;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// Samples at 16 kHz from one column to the next.
pub(super) const HOP: usize = 160;
const BANDS: usize = 80;
/// Samples of which a column is made, their middle at its time.
const WIDTH: usize = 400;
const RATE: f32 = 16_000.0;
/// The least power whose logarithm is taken.
const FLOOR: f32 = 1e-10;
/// Powers of ten below the loudest place at which the picture ends.
const DEPTH: f32 = 8.0;

/// A triangle over some bins of the spectrum.
struct Band {
    bins: Range<usize>,
    weights: Vec<f32>,
}

/// Draws sound; it keeps what every picture needs.
pub(super) struct LogMel {
    transform: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    bands: Vec<Band>,
}

impl LogMel {
    pub(super) fn new() -> Self {
        let window = (0..WIDTH).map(|n| 0.5 - 0.5 * (TAU * n as f32 / WIDTH as f32).cos()).collect();
        Self { transform: RealFftPlanner::new().plan_fft_forward(WIDTH), window, bands: bands() }
    }

    /// The first `columns` of the sound, silence following it; each band by itself, one after another.
    pub(super) fn draw(&self, sound: &[f32], columns: usize) -> Vec<f32> {
        let mut part = self.transform.make_input_vec();
        let mut spectrum = self.transform.make_output_vec();
        let mut scratch = self.transform.make_scratch_vec();
        let mut picture = vec![FLOOR.log10(); BANDS * columns];
        for column in 0..columns.min((sound.len() + WIDTH / 2) / HOP + 1) {
            let first = (column * HOP) as i64 - (WIDTH / 2) as i64;
            for (place, (value, weight)) in part.iter_mut().zip(&self.window).enumerate() {
                // Before its beginning the sound is mirrored.
                let sample = (first + place as i64).unsigned_abs() as usize;
                *value = sound.get(sample).map_or(0.0, |sample| sample * weight);
            }
            if self.transform.process_with_scratch(&mut part, &mut spectrum, &mut scratch).is_err() {
                continue; // the three have the lengths that the transform itself gave them
            }
            for (number, band) in self.bands.iter().enumerate() {
                let bins = spectrum[band.bins.clone()].iter().map(Complex32::norm_sqr);
                let power: f32 = bins.zip(&band.weights).map(|(power, weight)| power * weight).sum();
                picture[number * columns + column] = power.max(FLOOR).log10();
            }
        }
        let darkest = picture.iter().copied().fold(f32::MIN, f32::max) - DEPTH;
        for value in &mut picture {
            *value = (value.max(darkest) + 4.0) / 4.0;
        }
        picture
    }
}

/// Triangles whose corners lie evenly on the mel scale from 0 to 8 kHz, each of the same area.
fn bands() -> Vec<Band> {
    let top = mel(RATE / 2.0);
    let corners: Vec<f32> = (0..BANDS + 2).map(|n| hertz(top * n as f32 / (BANDS + 1) as f32)).collect();
    let bin = RATE / WIDTH as f32;
    corners
        .windows(3)
        .map(|corner| {
            let bins = (corner[0] / bin).ceil() as usize..(corner[2] / bin).ceil() as usize;
            let height = 2.0 / (corner[2] - corner[0]);
            let weight = |frequency: f32| {
                let rising = (frequency - corner[0]) / (corner[1] - corner[0]);
                let falling = (corner[2] - frequency) / (corner[2] - corner[1]);
                height * rising.min(falling).max(0.0)
            };
            Band { weights: bins.clone().map(|n| weight(n as f32 * bin)).collect(), bins }
        })
        .collect()
}

/// Slaney's mel scale (Auditory Toolbox, 1998): even up to 1 kHz, logarithmic above.
fn mel(hertz: f32) -> f32 {
    if hertz < 1000.0 { hertz * 3.0 / 200.0 } else { 15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4f32.ln() }
}

fn hertz(mel: f32) -> f32 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) * 6.4f32.ln() / 27.0).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn it_is_the_picture_that_the_model_was_trained_on() {
        // `log_mel` of `models/train/features.py`, that is PyTorch's transform and the filters that OpenAI publishes.
        let picture = LogMel::new().draw(&rising(), 64);
        for (column, expected) in [
            (0, [0.2144, 0.226, -0.0223, 0.2365, 0.1789, 0.136]),
            (1, [1.1232, 0.0932, 0.1996, 0.2137, 0.1735, 0.1804]),
            (17, [0.552, 0.325, 0.2621, 0.1048, 0.0947, 0.194]),
            (49, [0.0328, 0.4308, 0.2878, 0.2726, 0.163, 0.1334]),
            (50, [0.6362, 0.9107, 0.5969, 0.4365, 0.2124, 0.1531]),
            (51, [0.1848, 0.2701, 0.0775, -0.0923, -0.2982, -0.4148]),
            (60, [-0.6624; 6]),
        ] {
            for (band, expected) in [0, 7, 23, 40, 61, 79].into_iter().zip(expected) {
                let drawn: f32 = picture[band * 64 + column];
                assert!((drawn - expected).abs() < 3e-4, "column {column}, band {band}: {drawn}, not {expected}");
            }
        }
    }

    #[test]
    fn silence_is_even_and_nothing_is_nothing() {
        let drawn = LogMel::new();
        assert!(drawn.draw(&[0.0; 1600], 30).iter().all(|&value| (value + 1.5).abs() < 1e-6));
        assert!(drawn.draw(&[], 0).is_empty());
    }
}
