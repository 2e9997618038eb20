//! How sensitive each microphone is, and how loud a voice arrives in microphones that are not its
//! own.
//!
//! Gains differ by as much as bleed does, so the loudest channel need not be the speaker's. But
//! while one speaks, all others are bystanders: what they show differs by their gains and, less, by
//! their places. Whoever rises above what it shows as a bystander is the one who speaks.

use super::delay::Verdict;
use super::level::Level;

/// Hops that the guess from the noise floor weighs.
const GUESS: f32 = 50.0;
/// How much of a difference of noise floors is a difference of gains: the rest is the microphone's
/// own noise.
const NOISE_SHARE: f32 = 0.6;
/// The guess goes no further than this, in dB.
const GUESS_LIMIT: f32 = 8.0;
/// How much of a microphone's sensitivity as a bystander it has for its own speaker too. An
/// omnidirectional one hears more of the room, but not more of its speaker.
const OWN_SHARE: f32 = 0.8;
/// Hops that what is known from another day weighs.
const KNOWN: f32 = 200.0;
/// What a microphone shows counts when it is this far above its noise, in dB.
const AUDIBLE: f32 = 4.0;
/// Hops after which a gain follows at its slowest: gains drift.
const MEMORY: f32 = 1000.0;
/// A single reading moves an estimate by no more than this, in dB.
const STEP: f32 = 10.0;
/// Bystanders from which the middle one says how loud the room is.
const QUORUM: usize = 3;
/// Level of a voice in the middle one of the other microphones, before any was heard, in dB.
const ROOM: f32 = -10.0;
/// How far a speaker stands above the quietest quarter of the others, before any was heard, in dB.
const USUAL: f32 = 12.0;
/// Neighbours hear a voice louder than the middle one of all, by about this much, in dB.
const NEIGHBOUR: f32 = 4.0;
/// Whoever hears a voice first is to stand at least this far above the other, in dB.
const FIRST: f32 = 2.0;
/// How much of what is missing is made good by one comparison, and at most how much, in dB.
const MADE_GOOD: f32 = 0.15;
const MOST_AT_ONCE: f32 = 1.5;
/// What delays add to a gain goes no further, in dB.
const ADDED_LIMIT: f32 = 8.0;
/// And is taken back by this factor where it is not needed: by one who stands so much further
/// above, in dB.
const TAKEN_BACK: f32 = 0.97;
const NOT_NEEDED: f32 = 2.0;
/// Hops that the first guess of [`ROOM`] weighs, and after which it follows at its slowest.
const ROOM_GUESS: f32 = 20.0;
const ROOM_MEMORY: f32 = 300.0;
/// Hops between two looks at the noise floors.
const REFRESH: u64 = 10;

pub(super) struct Gains {
    learned: Vec<f32>,
    heard: Vec<f32>,
    guess: Vec<f32>,
    gain: Vec<f32>,
    /// What the delays between microphones taught of a microphone's sensitivity for its own
    /// speaker, dB.
    added: Vec<f32>,
    room: f32,
    room_heard: f32,
    usual: f32,
    usual_heard: f32,
    sorted: Vec<f32>,
}

impl Gains {
    pub fn new(channels: usize) -> Self {
        Self {
            learned: vec![0.0; channels],
            heard: vec![0.0; channels],
            guess: vec![0.0; channels],
            gain: vec![0.0; channels],
            added: vec![0.0; channels],
            room: ROOM,
            room_heard: 0.0,
            usual: USUAL,
            usual_heard: 0.0,
            sorted: Vec::with_capacity(channels),
        }
    }

    /// Begins with what was known of a microphone another day, in dB.
    pub fn know(&mut self, channel: usize, gain: f32) {
        self.learned[channel] = gain;
        self.heard[channel] = KNOWN;
        self.blend(channel);
    }

    /// Takes the noise floors for a first guess.
    pub fn look(&mut self, hop: u64, levels: &[Level]) {
        if !hop.is_multiple_of(REFRESH) {
            return;
        }
        self.sorted.clear();
        self.sorted.extend(levels.iter().map(Level::noise_db));
        let middle = median(&mut self.sorted);
        for (index, level) in levels.iter().enumerate() {
            self.guess[index] = NOISE_SHARE * (level.noise_db() - middle).clamp(-GUESS_LIMIT, GUESS_LIMIT);
            self.blend(index);
        }
    }

    /// Sensitivity of a microphone as a bystander, relative to the others, dB.
    pub fn bystander(&self, channel: usize) -> f32 {
        self.gain[channel]
    }

    /// Its sensitivity for its own speaker, likewise.
    pub fn own(&self, channel: usize) -> f32 {
        OWN_SHARE * self.gain[channel] + self.added[channel]
    }

    /// What to expect of the level of `of`'s voice in `into`, relative to its own microphone, dB.
    pub fn expected(&self, of: usize, into: usize) -> f32 {
        self.room + NEIGHBOUR + self.bystander(into) - self.own(of)
    }

    /// How much further the loudest channel stands above the quietest quarter of the others than a
    /// speaker does here, dB; a voice that is far from every microphone stands above none.
    /// `None` where there are too few others.
    pub fn nearness(&mut self, loudest: usize, powers: &[f32]) -> Option<f32> {
        let gain = &self.gain;
        self.sorted.clear();
        self.sorted.extend((0..powers.len()).filter(|&i| i != loudest).map(|i| powers[i] - gain[i]));
        let count = self.sorted.len();
        if count < QUORUM {
            return None;
        }
        let quiet = *self.sorted.select_nth_unstable_by(count / 4, f32::total_cmp).1;
        Some(powers[loudest] - self.own(loudest) - quiet - self.usual)
    }

    /// Learns how far speakers stand above the others from one of whom that is known.
    pub fn is_near(&mut self, nearness: f32) {
        self.usual_heard = (self.usual_heard + 1.0).min(ROOM_MEMORY);
        self.usual += nearness.clamp(-STEP, STEP) / (self.usual_heard + ROOM_GUESS);
    }

    /// Learns from a voice that reaches one microphone before another: the first is its speaker's,
    /// and should stand above.
    pub fn comes_first(&mut self, Verdict { early, late, lead }: Verdict) {
        if lead < 0.0 {
            let step = ((FIRST - lead) * MADE_GOOD).min(MOST_AT_ONCE);
            self.added[early] = (self.added[early] - step).max(-ADDED_LIMIT);
            self.added[late] = (self.added[late] + step).min(ADDED_LIMIT);
        } else if lead > FIRST + NOT_NEEDED {
            self.added[early] *= TAKEN_BACK;
            self.added[late] *= TAKEN_BACK;
        }
    }

    /// Learns from a hop in which `leader` speaks and those for which `speaks` is true speak too.
    pub fn learn(&mut self, leader: usize, powers: &[f32], levels: &[Level], speaks: impl Fn(usize) -> bool) {
        let gain = &self.gain;
        let bystanders = || (0..powers.len()).filter(|&i| i != leader && !speaks(i));
        self.sorted.clear();
        self.sorted.extend(bystanders().map(|i| powers[i] - gain[i]));
        let count = self.sorted.len();
        if count == 0 {
            return;
        }
        let middle = median(&mut self.sorted);
        let room = middle - (powers[leader] - self.own(leader));
        self.room_heard = (self.room_heard + 1.0).min(ROOM_MEMORY);
        self.room += (room - self.room).clamp(-STEP, STEP) / (self.room_heard + ROOM_GUESS);
        if count < QUORUM {
            return;
        }
        for index in 0..powers.len() {
            if index == leader || speaks(index) || powers[index] <= levels[index].noise_db() + AUDIBLE {
                continue;
            }
            let error = (powers[index] - self.gain[index] - middle).clamp(-STEP, STEP);
            let target = self.gain[index] + error;
            self.heard[index] = (self.heard[index] + 1.0).min(MEMORY);
            self.learned[index] += (target - self.learned[index]) / self.heard[index];
            self.blend(index);
        }
    }

    fn blend(&mut self, index: usize) {
        let heard = self.heard[index];
        self.gain[index] = (GUESS * self.guess[index] + heard * self.learned[index]) / (GUESS + heard);
    }
}

/// The middle value; the order of the others changes.
fn median(values: &mut [f32]) -> f32 {
    let place = values.len() / 2;
    *values.select_nth_unstable_by(place, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::level::{BANDS, from_db};

    #[test]
    fn bystanders_tell_the_gains() {
        let truth = [6.0, -6.0, 0.0, 3.0, -3.0];
        let mut gains = Gains::new(5);
        for hop in 0..2000 {
            let leader = hop / 100 % 5;
            let powers: Vec<f32> =
                truth.iter().enumerate().map(|(i, g)| g + if i == leader { -30.0 } else { -42.0 }).collect();
            let noise = std::array::from_fn(|band| if band == 0 { from_db(-75.0) } else { 0.0 });
            let levels: Vec<Level> = powers.iter().map(|&p| Level { power: [from_db(p); BANDS], noise }).collect();
            gains.look(hop as u64, &levels);
            gains.learn(leader, &powers, &levels, |_| false);
        }
        for (index, gain) in truth.iter().enumerate() {
            let found = gains.bystander(index) - gains.bystander(2);
            assert!((found - gain).abs() < 1.0, "{index}: {found} for {gain}");
        }
        assert!((gains.room + 12.0).abs() < 2.0, "{}", gains.room);
    }

    #[test]
    fn whoever_hears_first_is_brought_to_the_front_and_left_there() {
        let mut gains = Gains::new(2);
        for _ in 0..40 {
            let lead = -4.0 + gains.own(1) - gains.own(0);
            gains.comes_first(Verdict { early: 0, late: 1, lead });
        }
        let lead = -4.0 + gains.own(1) - gains.own(0);
        assert!((0.0..=FIRST).contains(&lead), "{lead}");
        for _ in 0..200 {
            gains.comes_first(Verdict { early: 0, late: 1, lead: 12.0 });
        }
        assert!(gains.own(1).abs() < 0.1, "what is not needed is taken back");
    }

    #[test]
    fn two_microphones_have_no_middle() {
        let mut gains = Gains::new(2);
        let levels = [Level { power: [1e-3; BANDS], noise: [1e-8; BANDS] }; 2];
        gains.learn(0, &[-24.0, -30.0], &levels, |_| false);
        assert!(gains.bystander(1).abs() < f32::EPSILON);
        assert_eq!(gains.nearness(0, &[-24.0, -30.0]), None);
    }
}
