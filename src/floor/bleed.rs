//! Which channels' own voices the room's levels hold: cross-talk is learned and explained away.
//!
//! When one channel alone is active, the others show how loud its voice arrives in them. A channel is accepted only when it is
//! clearly louder than all that the accepted ones, going down from the loudest, bleed into it. Level, not correlation, is
//! the main cue (K. Boakye and A. Stolcke, Interspeech 2006).

use super::level::Level;
use super::profile::Profile;

/// A channel may be active when it is this far above its noise floor, in dB.
const ABOVE_NOISE: f32 = 8.0;
/// Bleed is learned from a leader this far above its noise floor, in dB.
const CLEAR: f32 = 15.0;
/// A channel must exceed what the others explain by this much, in dB: the levels of single frames swing by ±5 dB.
const MARGIN: f32 = 10.0;
/// Bleed of a pair that was never heard, in dB: cautious, so that nothing is attributed wrongly before the room is known.
const UNKNOWN: f32 = -10.0;
/// The slowest learning rate, once a pair is well known.
const SLOWEST: f32 = 0.01;
/// Hops that what is known of a pair from another day weighs.
const KNOWN: u16 = 30;
/// What a voice leaves in the room falls by this much a hop, in dB (60 dB in 0.8 s). The tail lives in every microphone while
/// the direct sound has already left the speaker's own, so it must be remembered.
const TAIL: f32 = 0.75;
/// Step by which a pair that is known both ways moves the two gains.
const GAIN_STEP: f32 = 0.02;

pub(super) struct Room {
    channels: usize,
    /// `bleed[of * channels + into]`: level of channel `of`'s voice in `into`, relative to its own microphone, dB.
    bleed: Vec<f32>,
    heard: Vec<u16>,
    /// Gain of each microphone relative to the others, dB.
    gain: Vec<f32>,
    /// Power of each channel's own voice as the room still holds it.
    tail: Vec<f32>,
    order: Vec<usize>,
    explained: Vec<f32>,
    factor: Vec<f32>,
}

impl Room {
    pub fn new(channels: usize) -> Self {
        Self {
            channels,
            bleed: vec![UNKNOWN; channels * channels],
            heard: vec![0; channels * channels],
            gain: vec![0.0; channels],
            tail: vec![0.0; channels],
            order: Vec::with_capacity(channels),
            explained: vec![0.0; channels],
            factor: vec![from_db(UNKNOWN); channels * channels],
        }
    }

    /// A room of which something is known. What is known is a start, and can be unlearned.
    pub fn known(channels: usize, profile: &Profile) -> Self {
        let mut room = Self::new(channels);
        for of in 0..channels {
            room.gain[of] = profile.gain_db(of).unwrap_or(0.0);
            for into in (0..channels).filter(|into| *into != of) {
                if let Some(bleed) = profile.bleed_db(of, into) {
                    let pair = of * channels + into;
                    room.bleed[pair] = bleed;
                    room.factor[pair] = from_db(bleed);
                    room.heard[pair] = KNOWN;
                }
            }
        }
        room
    }

    /// What was learned.
    pub fn profile(&self) -> Profile {
        let bleed = |of: usize, into: usize| {
            let pair = of * self.channels + into;
            (of != into && self.heard[pair] > 0).then(|| self.bleed[pair])
        };
        Profile::new(self.channels, |channel| self.gain[channel], bleed)
    }

    /// Marks the channels whose own voice is active in this hop.
    pub fn accept(&mut self, levels: &[Level], accepted: &mut [bool]) {
        accepted.fill(false);
        self.order.clear();
        self.order.extend((0..self.channels).filter(|&i| is_candidate(levels[i])));
        let gain = &self.gain;
        let loudness = |i: usize| levels[i].power_db() - gain[i];
        self.order.sort_unstable_by(|&a, &b| loudness(b).total_cmp(&loudness(a)).then(a.cmp(&b)));

        let decay = from_db(-TAIL);
        for (tail, explained) in self.tail.iter_mut().zip(&mut self.explained) {
            *tail *= decay;
            *explained = 0.0;
        }
        for of in 0..self.channels {
            if self.tail[of] > 0.0 {
                self.spread(of, self.tail[of]);
            }
        }
        let margin = from_db(MARGIN);
        for place in 0..self.order.len() {
            let i = self.order[place];
            let level = levels[i];
            if level.power > (self.explained[i] + level.noise) * margin || (place == 0 && self.leads(i, level)) {
                accepted[i] = true;
                if level.power > self.tail[i] {
                    self.spread(i, level.power - self.tail[i]);
                    self.tail[i] = level.power;
                }
            }
        }
        if let Some(&leader) = self.order.first()
            && accepted[leader]
            && accepted.iter().filter(|&&a| a).count() == 1
            && levels[leader].power_db() > levels[leader].noise_db() + CLEAR
        {
            self.learn(leader, levels);
        }
        for tail in &mut self.tail {
            if *tail < 1e-12 {
                *tail = 0.0;
            }
        }
    }

    /// The loudest channel need not exceed the tails by the whole margin: someone is speaking, and it is most likely its owner.
    fn leads(&self, i: usize, level: Level) -> bool {
        level.power > self.explained[i] * 2.0
    }

    fn spread(&mut self, of: usize, power: f32) {
        let row = &self.factor[of * self.channels..(of + 1) * self.channels];
        for (into, (explained, factor)) in self.explained.iter_mut().zip(row).enumerate() {
            if into != of {
                *explained += factor * power;
            }
        }
    }

    fn learn(&mut self, leader: usize, levels: &[Level]) {
        let own = levels[leader].power_db();
        for (into, level) in levels.iter().enumerate() {
            if into == leader {
                continue;
            }
            let pair = leader * self.channels + into;
            let step = (1.0 / (2.0 + f32::from(self.heard[pair]))).max(SLOWEST);
            self.heard[pair] = self.heard[pair].saturating_add(1);
            self.bleed[pair] += step * (level.power_db() - own - self.bleed[pair]);
            self.factor[pair] = from_db(self.bleed[pair]);
            let back = into * self.channels + leader;
            if self.heard[back] > 0 {
                // The way between two mouths and microphones is the same in both directions; what differs is the gain.
                let expected = (self.bleed[pair] - self.bleed[back]) / 2.0;
                let error = self.gain[into] - self.gain[leader] - expected;
                self.gain[into] -= GAIN_STEP * error;
                self.gain[leader] += GAIN_STEP * error;
            }
        }
    }
}

/// Whether a channel may be active at all.
pub(super) fn is_candidate(level: Level) -> bool {
    level.power_db() > level.noise_db() + ABOVE_NOISE
}

fn from_db(db: f32) -> f32 {
    10f32.powf(db / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOISE: f32 = 1e-7;

    /// Levels of a hop in which these channels speak at this power, heard in each other microphone 18 dB down.
    fn hop(channels: usize, speakers: &[(usize, f32)], gains: &[f32]) -> Vec<Level> {
        (0..channels)
            .map(|i| {
                let sound: f32 = speakers.iter().map(|&(s, p)| if s == i { p } else { p * from_db(-18.0) }).sum();
                let gain = from_db(gains.get(i).copied().unwrap_or(0.0));
                Level { power: (sound + NOISE) * gain, noise: NOISE * gain }
            })
            .collect()
    }

    fn run(room: &mut Room, levels: &[Level], hops: usize) -> Vec<bool> {
        let mut accepted = vec![false; levels.len()];
        for _ in 0..hops {
            room.accept(levels, &mut accepted);
        }
        accepted
    }

    #[test]
    fn cross_talk_is_never_accepted() {
        let mut room = Room::new(4);
        for speaker in 0..4 {
            let levels = hop(4, &[(speaker, 1e-3)], &[]);
            let mut expected = vec![false; 4];
            expected[speaker] = true;
            assert_eq!(run(&mut room, &levels, 200), expected);
        }
    }

    #[test]
    fn two_who_speak_at_once_are_both_accepted_once_the_room_is_known() {
        let mut room = Room::new(3);
        for speaker in [0, 1, 2, 0, 1, 2] {
            run(&mut room, &hop(3, &[(speaker, 1e-3)], &[]), 200);
            run(&mut room, &hop(3, &[], &[]), 100);
        }
        assert_eq!(run(&mut room, &hop(3, &[(0, 1e-3), (2, 7e-4)], &[]), 30), [true, false, true]);
    }

    #[test]
    fn gains_are_learned_from_both_directions() {
        let gains = [6.0, -6.0, 0.0];
        let mut room = Room::new(3);
        for _ in 0..10 {
            for speaker in 0..3 {
                run(&mut room, &hop(3, &[(speaker, 1e-3)], &gains), 100);
                run(&mut room, &hop(3, &[], &gains), 150);
            }
        }
        assert!((room.gain[0] - room.gain[1] - 12.0).abs() < 3.0, "{:?}", room.gain);
    }

    #[test]
    fn a_room_that_is_known_need_not_be_learned() {
        let mut room = Room::new(3);
        for speaker in [0, 1, 2, 0, 1, 2] {
            run(&mut room, &hop(3, &[(speaker, 1e-3)], &[]), 200);
            run(&mut room, &hop(3, &[], &[]), 100);
        }
        let both = hop(3, &[(0, 1e-3), (2, 3e-4)], &[]);
        assert_eq!(run(&mut Room::new(3), &both, 30), [true, false, false], "of a room that is not known, caution");
        assert_eq!(run(&mut Room::known(3, &room.profile()), &both, 30), [true, false, true]);
    }

    #[test]
    fn an_echo_after_the_speaker_stops_is_not_another_speaker() {
        let mut room = Room::new(2);
        run(&mut room, &hop(2, &[(0, 1e-3)], &[]), 300);
        // The direct sound has left microphone 0; the room still rings in microphone 1.
        let echo = [Level { power: 4e-6, noise: NOISE }, Level { power: 1e-5, noise: NOISE }];
        assert!(!run(&mut room, &echo, 3)[1]);
    }
}
