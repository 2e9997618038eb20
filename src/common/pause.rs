//! Where speech that is too long may be cut.

/// Samples at 16 kHz of 100 ms: a pause between words rather than a stop consonant.
pub const PAUSE: usize = 1_600;
/// 10 ms.
const HOP: usize = PAUSE / 10;

/// The middle of the quietest 100 ms of speech at 16 kHz, in samples from its start; the end of
/// sound that has no more than that.
#[must_use]
pub fn quietest(sound: &[f32]) -> usize {
    let power: Vec<f32> = sound.chunks_exact(HOP).map(|hop| hop.iter().map(|x| x * x).sum()).collect();
    let sums = power.windows(PAUSE / HOP).map(|hops| hops.iter().sum::<f32>()).enumerate();
    sums.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(sound.len(), |(hop, _)| hop * HOP + PAUSE / 2)
}
