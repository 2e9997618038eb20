//! How loud each channel's voice arrives in the others, learned band by band while its speaker
//! leads.

use super::gain::Gains;
use super::level::{BANDS, Bands, Level, from_db, to_db};

/// Hops that what is expected of a pair weighs against what was heard of it.
const PRIOR: f32 = 20.0;
/// Hops after which a pair follows at its slowest: heads turn.
const MEMORY: f32 = 200.0;
/// Hops that what is known from another day weighs.
const KNOWN: f32 = 30.0;
/// A single reading moves an estimate by no more than this, in dB.
const STEP: f32 = 15.0;
/// Bleed is taken to be no louder than this, in dB: gains differ by 12 dB.
const LIMIT: f32 = 6.0;

pub(super) struct Bleed {
    channels: usize,
    /// `learned[of * channels + into]`: level of channel `of`'s voice in `into`, relative to its
    /// own microphone, dB.
    learned: Vec<Bands>,
    /// Hops in which it was heard.
    heard: Vec<f32>,
    /// The same with what is expected, as a factor of power.
    factor: Vec<Bands>,
}

impl Bleed {
    pub fn new(channels: usize) -> Self {
        let pairs = channels * channels;
        Self {
            channels,
            learned: vec![[0.0; BANDS]; pairs],
            heard: vec![0.0; pairs],
            factor: vec![[0.0; BANDS]; pairs],
        }
    }

    /// Begins with what was known of a pair another day, in dB. It is a start, and can be
    /// unlearned.
    pub fn know(&mut self, of: usize, into: usize, level: f32) {
        let pair = of * self.channels + into;
        self.learned[pair] = [level; BANDS];
        self.heard[pair] = KNOWN;
    }

    /// The factors by which the power of `of`'s voice arrives in every channel.
    pub fn row(&self, of: usize) -> &[Bands] {
        &self.factor[of * self.channels..(of + 1) * self.channels]
    }

    /// Takes what is expected of a speaker now into his factors.
    pub fn refresh(&mut self, of: usize, gains: &Gains) {
        for into in (0..self.channels).filter(|&into| into != of) {
            let pair = of * self.channels + into;
            let (heard, expected) = (self.heard[pair], gains.expected(of, into));
            self.factor[pair] = if heard == 0.0 {
                [from_db(expected.min(LIMIT)); BANDS]
            } else {
                self.learned[pair]
                    .map(|learned| from_db(((PRIOR * expected + heard * learned) / (PRIOR + heard)).min(LIMIT)))
            };
        }
    }

    /// Learns one pair from a hop in which `of` leads and `into` is silent itself: `from` is the
    /// level of the one, a moment earlier, `to` that of the other.
    pub fn learn(&mut self, of: usize, into: usize, from: &Level, to: &Level, gains: &Gains) {
        let pair = of * self.channels + into;
        let expected = gains.expected(of, into);
        let first = self.heard[pair] == 0.0;
        self.heard[pair] = (self.heard[pair] + 1.0).min(MEMORY);
        for band in 0..BANDS {
            let learned = &mut self.learned[pair][band];
            if !from.is_clear(band) {
                if first {
                    *learned = expected;
                }
                continue;
            }
            let observed = to_db(to.power[band]) - to_db(from.power[band]);
            let error = observed - *learned;
            *learned += if first { error } else { error.clamp(-STEP, STEP) / self.heard[pair] };
        }
    }

    /// Whether a pair was heard for at least that many hops.
    pub fn is_known(&self, of: usize, into: usize, hops: f32) -> bool {
        self.heard[of * self.channels + into] >= hops
    }

    /// Mean of the bands of a pair that was heard for at least that many hops, dB.
    pub fn level(&self, of: usize, into: usize, hops: f32) -> Option<f32> {
        let pair = of * self.channels + into;
        self.is_known(of, into, hops).then(|| self.learned[pair].iter().sum::<f32>() / BANDS as f32)
    }

    /// How much louder `other` is than `first`, in dB, where a voice may be either's: halfway
    /// between what is known of the one and of the other. `None` until both were heard for that
    /// many hops.
    pub fn halfway(&self, first: usize, other: usize, hops: f32) -> Option<f32> {
        let of_first = self.level(first, other, hops)?;
        let of_other = -self.level(other, first, hops)?;
        Some(f32::midpoint(of_first, of_other))
    }
}
