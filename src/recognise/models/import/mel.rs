//! The filters that turn a spectrum into mel bands, as Whisper's weights were trained with them:
//! Slaney's scale (linear below 1 kHz, logarithmic above), each triangle of unit area, as
//! `librosa.filters.mel` computes them.

/// Bins of the spectrum: 400 samples at 16 kHz.
const BINS: usize = 201;
const HERTZ_PER_BIN: f64 = 40.0;
const HIGHEST: f64 = 8000.0;
/// Where the scale turns logarithmic, in hertz and in mels.
const CORNER: (f64, f64) = (1000.0, 15.0);
/// Mels for each factor of e above the corner.
const PER_E: f64 = 27.0;
/// The factor in frequency of 27 mels.
const FACTOR: f64 = 6.4;

fn mels(hertz: f64) -> f64 {
    let (corner, at) = CORNER;
    if hertz < corner { hertz * at / corner } else { at + (hertz / corner).ln() * PER_E / FACTOR.ln() }
}

fn hertz(mels: f64) -> f64 {
    let (corner, at) = CORNER;
    if mels < at { mels * corner / at } else { corner * ((mels - at) * FACTOR.ln() / PER_E).exp() }
}

/// Weights of `bands` filters, one row of 201 bins after the other.
pub(super) fn filters(bands: usize) -> Vec<f32> {
    let edge = |place: usize| hertz(mels(HIGHEST) * place as f64 / (bands + 1) as f64);
    let mut weights = Vec::with_capacity(bands * BINS);
    for band in 0..bands {
        let (low, peak, high) = (edge(band), edge(band + 1), edge(band + 2));
        for bin in 0..BINS {
            let at = bin as f64 * HERTZ_PER_BIN;
            let height = ((at - low) / (peak - low)).min((high - at) / (high - peak)).max(0.0);
            weights.push((height * 2.0 / (high - low)) as f32);
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognise::models::{Source, shipped};

    /// Magic and eleven dimensions, then bands and bins.
    const FILTERS: usize = 4 * (12 + 2);

    #[test]
    fn they_are_those_of_the_shipped_model() {
        let Source::Bytes(file) = shipped::unpack().expect("the shipped model").source else { panic!("a file") };
        let own = filters(80);
        let theirs = file[FILTERS..].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        for (place, (own, theirs)) in own.iter().zip(theirs).enumerate() {
            assert!((own - theirs).abs() < 1e-7, "{place}: {own} {theirs}");
        }
    }

    #[test]
    fn each_band_hears_something() {
        for bands in [80, 128] {
            let weights = filters(bands);
            assert_eq!(weights.len(), bands * BINS);
            // The lowest of 128 triangles are narrower than a bin, and may miss all of them.
            let empty = weights.chunks(BINS).filter(|band| band.iter().all(|weight| *weight == 0.0)).count();
            assert!(empty <= bands / 16, "{empty} of {bands}");
        }
    }
}
