//! The last half minute of every channel, so that a turn's sound is there when the turn is known to
//! be complete.

use crate::common::clock::{Channel, Span};
use crate::floor::{DECISION_DELAY, LONGEST_TURN, PRE_ROLL};

/// Samples kept of each channel: the longest turn, its beginnings and the time until it is known.
/// In 16 bit, as 64 channels then take 46 MB.
const KEPT: usize = (LONGEST_TURN + DECISION_DELAY + 2 * PRE_ROLL) as usize;

pub(super) struct History {
    channels: Vec<Vec<i16>>,
    end: u64,
}

impl History {
    pub fn new(channels: usize) -> Self {
        Self { channels: vec![vec![0; KEPT]; channels], end: 0 }
    }

    /// Takes the next samples of all channels, equally many.
    pub fn push(&mut self, block: &[Vec<f32>]) {
        let length = block.first().map_or(0, Vec::len);
        for (kept, samples) in self.channels.iter_mut().zip(block) {
            for (offset, &sample) in samples.iter().enumerate() {
                // Saturates beyond full scale; a sample that is not a number becomes silence.
                kept[((self.end + offset as u64) % KEPT as u64) as usize] = (sample * 32_767.0).round() as i16;
            }
        }
        self.end += length as u64;
    }

    /// The samples of a span; what lies before the history or after its end is left out.
    pub fn get(&self, channel: Channel, span: Span) -> Vec<f32> {
        let first = span.start.max(self.end.saturating_sub(KEPT as u64));
        let kept = &self.channels[channel.index()];
        (first..span.end.min(self.end)).map(|at| f32::from(kept[(at % KEPT as u64) as usize]) / 32_767.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_pushed_comes_back_however_it_was_cut(blocks in prop::collection::vec(1usize..90_000, 1..12), start in 0u64..400_000, length in 0u64..320_000) {
            let mut history = History::new(1);
            let mut next = 0u64;
            let value = |at: u64| (at % 30_011) as f32 / 32_767.0;
            for size in blocks {
                history.push(&[(next..next + size as u64).map(value).collect()]);
                next += size as u64;
            }
            let span = Span::new(start, start + length);
            let got = history.get(Channel::from_index(0), span);
            let first = span.start.max(next.saturating_sub(KEPT as u64));
            let expected: Vec<f32> = (first..span.end.min(next)).map(value).collect();
            prop_assert_eq!(got.len(), expected.len());
            prop_assert!(got.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6));
        }
    }
}
