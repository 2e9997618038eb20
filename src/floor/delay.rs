//! Which of two microphones a voice reaches first.
//!
//! Levels tell who speaks only as well as gains are known. But a voice reaches its own speaker's
//! microphone before any other, however sensitive that is; so where two neighbours are about as
//! loud, the delay between them says whose voice it is: the generalised cross-correlation with
//! phase transform (C. Knapp and G. Carter, IEEE Trans. ASSP 24, 1976), over the last quarter
//! of a second. It says nothing more often than it errs: echoes and several voices at once leave no
//! clear peak.
//!
//! Two sound cards have two clocks, and their delays mean nothing. Where one microphone is much
//! louder than another its voice is known anyway; a pair that contradicts that is not believed.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::level::Level;
use super::{HOP, RATE};

/// Samples that are compared (256 ms).
const WINDOW: usize = 4096;
/// With silence after them, so that the correlation does not wrap round.
const PADDED: usize = 2 * WINDOW;
/// Delays that are looked for, in samples (4 ms, 1.4 m): those of neighbours.
const LONGEST: usize = 64;
/// Shorter ones say nothing: a voice between the two, or a wire.
const SHORTEST: usize = 4;
/// Bins of 200 to 4000 Hz, the bands in which levels are measured.
const LOW: usize = 200 * PADDED / RATE.get() as usize;
const HIGH: usize = 4000 * PADDED / RATE.get() as usize;
/// A peak is clear when it stands so many times above the root mean square of all delays, and so
/// many above the highest on the other side.
const PEAK: f32 = 6.0;
const OTHER_PEAK: f32 = 1.6;
/// Hops between two comparisons.
const EVERY: u64 = 10;
/// Hops whose levels are looked at with a comparison: most of [`WINDOW`].
const HOPS: usize = 24;
/// A microphone is compared when it is so far above its noise in both halves, in dB.
const AUDIBLE: f32 = 10.0;
/// And when between the halves the difference of the two changed by no more, in dB: otherwise the
/// speaker did.
const STEADY: f32 = 3.0;
/// Nearer in loudness than this, in dB, a delay decides.
const CLOSE: f32 = 8.0;
/// Up to so much further apart it only shows whether delays are to be believed.
const PROOF: f32 = 6.0;
/// So many of the others are compared with the loudest.
const OTHERS: usize = 3;
/// Comparisons that must agree, and how many are remembered.
const AGREED: i8 = 2;
const REMEMBERED: i8 = 4;
/// Hops for which a verdict holds.
const HOLDS: u64 = 20;
/// What a pair gains in belief by a proof, at most, and loses by a contradiction.
const BELIEVED: i8 = 20;
const CONTRADICTED: i8 = 4;

/// Whose voice it is that two microphones hear.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Verdict {
    /// The microphone that it reaches first.
    pub early: usize,
    /// The other.
    pub late: usize,
    /// How much louder it is in the first, gains taken off, dB.
    pub lead: f32,
}

pub(super) struct Delays {
    channels: usize,
    /// The last samples of each channel, as a ring.
    sound: Vec<Vec<f32>>,
    next_sample: usize,
    /// `powers[channel * HOPS + hop]`, a ring of hops, in dB.
    powers: Vec<f32>,
    next_hop: usize,
    taper: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    backward: Arc<dyn ComplexToReal<f32>>,
    frame: Vec<f32>,
    loudest: Vec<Complex32>,
    other: Vec<Complex32>,
    /// For each pair, lower channel first: how many of the last comparisons said that it hears
    /// earlier, less those that said later.
    votes: Vec<i8>,
    belief: Vec<i8>,
    verdicts: Vec<Verdict>,
    /// Verdicts that hold, and until which hop.
    holding: Vec<(usize, usize, u64)>,
}

impl Delays {
    pub fn new(channels: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, backward) = (planner.plan_fft_forward(PADDED), planner.plan_fft_inverse(PADDED));
        let hann = |n| 0.5 - 0.5 * (std::f32::consts::TAU * n as f32 / WINDOW as f32).cos();
        Self {
            channels,
            sound: vec![vec![0.0; WINDOW]; channels],
            next_sample: 0,
            powers: vec![f32::NEG_INFINITY; channels * HOPS],
            next_hop: 0,
            taper: (0..WINDOW).map(hann).collect(),
            frame: forward.make_input_vec(),
            loudest: forward.make_output_vec(),
            other: forward.make_output_vec(),
            forward,
            backward,
            votes: vec![0; channels * channels],
            belief: vec![0; channels * channels],
            verdicts: Vec::with_capacity(OTHERS),
            holding: Vec::with_capacity(channels),
        }
    }

    /// Takes a hop's samples of every channel.
    pub fn listen<'a>(&mut self, samples: impl Fn(usize) -> &'a [f32]) {
        for (channel, ring) in self.sound.iter_mut().enumerate() {
            for (n, &sample) in samples(channel).iter().enumerate() {
                ring[(self.next_sample + n) % WINDOW] = sample;
            }
        }
        self.next_sample = (self.next_sample + HOP) % WINDOW;
    }

    /// Takes the levels of the same hop; from time to time compares the loudest microphone, `own`
    /// gains taken off, with those next to it in loudness. Those that are `wired` carry others'
    /// sound and say nothing. Returns what is new and sure.
    pub fn look(&mut self, hop: u64, levels: &[Level], wired: &[bool], own: impl Fn(usize) -> f32) -> &[Verdict] {
        for (channel, level) in levels.iter().enumerate() {
            self.powers[channel * HOPS + self.next_hop] = level.power_db();
        }
        self.next_hop = (self.next_hop + 1) % HOPS;
        self.holding.retain(|&(_, _, until)| until > hop);
        self.verdicts.clear();
        if hop.is_multiple_of(EVERY) {
            self.compare_loudest(hop, levels, wired, own);
        }
        &self.verdicts
    }

    /// Whether it was found lately that a voice reaches one microphone before another.
    pub fn is_earlier(&self, early: usize, late: usize) -> bool {
        self.holding.iter().any(|&(first, second, _)| (first, second) == (early, late))
    }

    fn compare_loudest(&mut self, hop: u64, levels: &[Level], wired: &[bool], own: impl Fn(usize) -> f32) {
        let loudness = |channel: usize| {
            let [before, after] = self.halves(channel);
            f32::midpoint(before, after) - own(channel)
        };
        let mut order: Vec<usize> = (0..self.channels)
            .filter(|&channel| {
                let [before, after] = self.halves(channel);
                !wired[channel] && before.min(after) > levels[channel].noise_db() + AUDIBLE
            })
            .collect();
        order.sort_unstable_by(|&a, &b| loudness(b).total_cmp(&loudness(a)).then(a.cmp(&b)));
        let Some((&loudest, others)) = order.split_first() else { return };
        let most = loudness(loudest);
        let near: Vec<(usize, f32)> = others
            .iter()
            .map(|&other| (other, most - loudness(other)))
            .take_while(|&(_, below)| below < CLOSE + PROOF)
            .take(OTHERS)
            .filter(|&(other, _)| self.is_steady(loudest, other))
            .collect();
        if near.is_empty() {
            return;
        }
        let (ring, forward) = (&self.sound[loudest], &*self.forward);
        transform(ring, self.next_sample, &self.taper, &mut self.frame, forward, &mut self.loudest);
        for (other, below) in near {
            if let Some(loudest_is_early) = self.loudest_is_early(other) {
                self.judge(hop, loudest, other, below, loudest_is_early);
            }
        }
    }

    /// Mean level of a channel in the first and the second half of the last [`HOPS`], dB.
    fn halves(&self, channel: usize) -> [f32; 2] {
        let ring = &self.powers[channel * HOPS..(channel + 1) * HOPS];
        let half = |from: usize| {
            (from..from + HOPS / 2).map(|hop| ring[(self.next_hop + hop) % HOPS]).sum::<f32>() / (HOPS / 2) as f32
        };
        [half(0), half(HOPS / 2)]
    }

    fn is_steady(&self, a: usize, b: usize) -> bool {
        let ([a_before, a_after], [b_before, b_after]) = (self.halves(a), self.halves(b));
        ((a_before - b_before) - (a_after - b_after)).abs() <= STEADY
    }

    /// Whether the voice reaches the loudest microphone before this one; `None` where there is no
    /// clear answer.
    fn loudest_is_early(&mut self, other: usize) -> Option<bool> {
        transform(&self.sound[other], self.next_sample, &self.taper, &mut self.frame, &*self.forward, &mut self.other);
        for (bin, (a, b)) in self.loudest.iter().zip(&mut self.other).enumerate() {
            let cross = a * b.conj();
            let size = cross.norm();
            *b = if (LOW..HIGH).contains(&bin) && size > 0.0 { cross / size } else { Complex32::ZERO };
        }
        self.backward.process(&mut self.other, &mut self.frame).expect("the plan's own lengths");
        // Where the loudest hears later, the peak is at a positive delay.
        let (later, earlier) = (&self.frame[1..=LONGEST], &self.frame[PADDED - LONGEST..]);
        let energy: f32 = later.iter().chain(earlier).map(|x| x * x).sum();
        let rms = (energy / (2 * LONGEST) as f32).sqrt();
        let highest = |side: &[f32]| side.iter().copied().fold(0.0, f32::max);
        let (early, late) = (highest(&earlier[..=LONGEST - SHORTEST]), highest(&later[SHORTEST - 1..]));
        let at_once =
            highest(&earlier[LONGEST - SHORTEST + 1..]).max(highest(&later[..SHORTEST - 1])).max(self.frame[0]);
        let peak = early.max(late);
        let is_clear = peak > at_once && peak > PEAK * rms && peak > OTHER_PEAK * early.min(late);
        is_clear.then_some(early > late)
    }

    fn judge(&mut self, hop: u64, loudest: usize, other: usize, below: f32, loudest_is_early: bool) {
        let pair = loudest.min(other) * self.channels + loudest.max(other);
        let (early, late, lead) = if loudest_is_early { (loudest, other, below) } else { (other, loudest, -below) };
        if below >= CLOSE {
            let belief = &mut self.belief[pair];
            *belief = if loudest_is_early { (*belief + 1).min(BELIEVED) } else { belief.saturating_sub(CONTRADICTED) };
        }
        let vote = if early < late { 1 } else { -1 };
        self.votes[pair] = (self.votes[pair] + vote).clamp(-REMEMBERED, REMEMBERED);
        if below < CLOSE && self.votes[pair] * vote >= AGREED && self.belief[pair] >= 0 {
            self.holding.retain(|&(a, b, _)| (a.min(b), a.max(b)) != (early.min(late), early.max(late)));
            self.holding.push((early, late, hop + HOLDS));
            self.verdicts.push(Verdict { early, late, lead });
        }
    }
}

/// The spectrum of a ring that begins at `from`, tapered and padded.
fn transform(
    ring: &[f32],
    from: usize,
    taper: &[f32],
    frame: &mut [f32],
    forward: &dyn RealToComplex<f32>,
    spectrum: &mut [Complex32],
) {
    for ((slot, sample), factor) in frame.iter_mut().zip(ring[from..].iter().chain(&ring[..from])).zip(taper) {
        *slot = sample * factor;
    }
    frame[WINDOW..].fill(0.0);
    forward.process(frame, spectrum).expect("the plan's own lengths");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::level::{BANDS, from_db};

    /// Noise that is the same every time, without the first samples.
    fn noise(seed: u32, count: usize) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    /// Lets two microphones hear: `late` samples of delay of the second, and how much louder it is,
    /// dB.
    fn hear(delays: &mut Delays, hops: u64, late: isize, louder: f32) -> Vec<Verdict> {
        let count = hops as usize * HOP;
        let source = noise(7, count + 200);
        let at = |offset: isize| &source[(100 - offset) as usize..][..count];
        let sound = [at(0), at(late)];
        let level = |db: f32| Level { power: [from_db(db); BANDS], noise: [1e-9; BANDS] };
        let levels = [level(-40.0), level(-40.0 + louder)];
        let mut found = Vec::new();
        for hop in 0..hops {
            let from = hop as usize * HOP;
            delays.listen(|channel| &sound[channel][from..from + HOP]);
            found.extend_from_slice(delays.look(hop, &levels, &[false; 2], |_| 0.0));
        }
        found
    }

    #[test]
    fn the_microphone_that_hears_first_is_the_speakers_though_the_other_is_louder() {
        let mut delays = Delays::new(2);
        let found = hear(&mut delays, 100, 30, 4.0);
        assert!(!found.is_empty());
        assert!(
            found.iter().all(|verdict| (verdict.early, verdict.late) == (0, 1) && (verdict.lead + 4.0).abs() < 0.1)
        );
        assert!(delays.is_earlier(0, 1) && !delays.is_earlier(1, 0));
        assert!(hear(&mut Delays::new(2), 100, -30, 4.0).iter().all(|verdict| verdict.early == 1));
    }

    #[test]
    fn a_voice_between_two_microphones_says_nothing() {
        assert_eq!(hear(&mut Delays::new(2), 100, 1, 0.5), []);
    }

    #[test]
    fn different_voices_have_no_delay() {
        let sounds = [noise(1, 16_000), noise(2, 16_000)];
        let levels = [Level { power: [1e-4; BANDS], noise: [1e-9; BANDS] }; 2];
        let mut delays = Delays::new(2);
        for hop in 0..100 {
            let from = hop as usize * HOP;
            delays.listen(|channel| &sounds[channel][from..from + HOP]);
            assert_eq!(delays.look(hop, &levels, &[false; 2], |_| 0.0), []);
        }
    }

    #[test]
    fn two_clocks_are_not_believed() {
        let mut delays = Delays::new(2);
        // The second is the speaker's beyond doubt and hears later: it has another clock.
        hear(&mut delays, 100, 30, 12.0);
        assert_eq!(hear(&mut delays, 100, 30, 4.0), []);
    }
}
