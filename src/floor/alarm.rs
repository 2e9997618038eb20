//! What is wrong with a microphone, from how its level follows those of the others.
//!
//! A voice that reaches a second microphone through the room arrives late and smeared. Where the
//! level follows closely and the waves agree without any delay, the two are joined by a wire.

use super::level::{Level, SILENCE};
use super::room::{ChannelHop, Room};
use crate::common::alarm::Alarm;
use crate::common::clock::Channel;

/// Hops of a leader before its followers are judged (1.5 s).
const JUDGED: u16 = 150;
/// How fast the difference of two levels and its swing are followed.
const FAST: f32 = 0.05;
const SLOW: f32 = 0.02;
/// Waves are compared where the difference of levels swings by less than this on average, dB.
const FOLLOWS: f32 = 1.5;
/// Correlation without delay from which two channels are one sound.
const SAME: f32 = 0.97;
/// And from which one is part of the other.
const JOINED: f32 = 0.8;
/// Through the room it stays below this.
const AIR: f32 = 0.6;
/// Both must be this far above their noise, dB: two noises do not follow each other.
const CLEAR: f32 = 15.0;
/// Channels with which a mix is joined, at least.
const PARTS: usize = 2;
/// Hops of speech in which a dead microphone has heard none of it (20 s).
const DEAD: u16 = 2000;
/// And stayed within this above its noise, dB.
const HEARD: f32 = 5.0;
/// Bleed of which a person is told, dB, once it was heard for so many hops: -3 dB, which reads half
/// a decibel higher where it is compared with the speaker a moment before.
const LOUD: f32 = -2.5;
const LOUD_AFTER: f32 = 199.0;
/// Noise of which a person is told, dB of full scale, once it lasted for so many hops (10 s). A
/// member at his microphone has some -30 to -20 dB, the air conditioning of a hall -60 to -54.
const NOISE: f32 = -40.0;
const NOISE_AFTER: u16 = 1000;

#[derive(Clone, Copy, Default)]
struct Pair {
    difference: f32,
    swing: f32,
    alike: f32,
    heard: u16,
}

pub(super) struct AlarmDetector {
    channels: usize,
    pairs: Vec<Pair>,
    /// Pairs that are joined by a wire.
    joined: Vec<(usize, usize)>,
    deaf: Vec<u16>,
    /// Hops in a row in which a channel's noise was loud; beyond [`NOISE_AFTER`] it was told.
    noisy: Vec<u16>,
    /// Speakers whose bleed was told.
    loud: Vec<bool>,
    /// Channels that carry others' sound by wire.
    last: Vec<bool>,
    alarms: Vec<Alarm>,
}

impl AlarmDetector {
    pub fn new(channels: usize) -> Self {
        Self {
            channels,
            pairs: vec![Pair::default(); channels * channels],
            joined: Vec::new(),
            deaf: vec![0; channels],
            noisy: vec![0; channels],
            loud: vec![false; channels],
            last: vec![false; channels],
            alarms: Vec::new(),
        }
    }

    /// Channels whose sound comes from others by wire.
    pub fn wired(&self) -> &[bool] {
        &self.last
    }

    /// What was noticed so far.
    pub fn alarms(&self) -> &[Alarm] {
        &self.alarms
    }

    /// Looks at the noise of all channels.
    pub fn listen(&mut self, levels: &[Level]) {
        for (index, (hops, level)) in
            self.noisy.iter_mut().zip(levels).enumerate().filter(|(_, (hops, _))| **hops <= NOISE_AFTER)
        {
            *hops = if level.noise_db() > NOISE { *hops + 1 } else { 0 };
            if *hops > NOISE_AFTER {
                self.alarms.push(Alarm::Noise { channel: Channel::from_index(index) });
            }
        }
    }

    /// Looks at all others while `leader` speaks; `sound` gives a channel's samples of this hop.
    pub fn look<'a>(
        &mut self,
        leader: usize,
        room: &Room,
        levels: &[Level],
        findings: &[ChannelHop],
        sound: impl Fn(usize) -> &'a [f32],
    ) {
        let (powers, bleed, gains) = (room.powers(), &room.bleed, &room.gains);
        for into in (0..self.channels).filter(|&into| into != leader) {
            let above = powers[into] - levels[into].noise_db();
            if above > CLEAR {
                self.compare(leader, into, powers[leader] - powers[into], &sound);
            }
            if findings[into].active || above > HEARD {
                self.deaf[into] = 0;
            } else {
                self.deaf[into] = self.deaf[into].saturating_add(1);
            }
            let between_seats = !self.last[leader] && !self.last[into];
            let corrected = |level: f32| level - gains.bystander(into) + gains.own(leader);
            let known = bleed.level(leader, into, LOUD_AFTER).map(corrected);
            // What comes by wire is told as that, a moment later.
            let through_air = self.pairs[leader * self.channels + into].alike < AIR;
            if between_seats && through_air && !self.loud[leader] && known.is_some_and(|level| level > LOUD) {
                self.loud[leader] = true;
                self.alarms.push(Alarm::Bleed { of: Channel::from_index(leader), into: Channel::from_index(into) });
            }
        }
        self.find_dead(powers);
    }

    /// Only where most hear the room: a closed microphone of a conference system hears nothing
    /// either.
    fn find_dead(&mut self, powers: &[f32]) {
        let deaf = self.deaf.iter().filter(|&&hops| hops >= DEAD).count();
        let closed = powers.iter().filter(|&&power| power <= 10.0 * SILENCE.log10()).count();
        if 3 * deaf.max(closed) >= self.channels {
            return;
        }
        for (channel, hops) in self.deaf.iter().enumerate() {
            // Told when the count is reached, which it leaves again when the microphone hears something.
            if *hops == DEAD {
                let alarm = Alarm::Dead { channel: Channel::from_index(channel) };
                if !self.alarms.contains(&alarm) {
                    self.alarms.push(alarm);
                }
            }
        }
    }

    fn compare<'a>(&mut self, leader: usize, into: usize, difference: f32, sound: &impl Fn(usize) -> &'a [f32]) {
        let pair = &mut self.pairs[leader * self.channels + into];
        let error = difference - pair.difference;
        if pair.heard == 0 {
            (pair.difference, pair.swing) = (difference, 2.0 * FOLLOWS);
        } else {
            pair.difference += FAST * error;
            pair.swing += SLOW * (error.abs() - pair.swing);
        }
        pair.heard = pair.heard.saturating_add(1);
        if pair.swing > FOLLOWS {
            return;
        }
        pair.alike += SLOW * (correlation(sound(leader), sound(into)) - pair.alike);
        if pair.heard < JUDGED || pair.alike < JOINED {
            return;
        }
        let (alike, (low, high)) = (pair.alike, (leader.min(into), leader.max(into)));
        if !self.joined.contains(&(low, high)) {
            self.joined.push((low, high));
        }
        let parts = |channel: usize| self.joined.iter().filter(|(a, b)| *a == channel || *b == channel).count();
        let mix = [low, high].into_iter().find(|&channel| parts(channel) >= PARTS && !self.last[channel]);
        if let Some(mix) = mix {
            self.last[mix] = true;
            self.alarms.push(Alarm::FloorMix { channel: Channel::from_index(mix) });
        } else if alike > SAME && !self.last[low] && !self.last[high] {
            self.last[high] = true;
            self.alarms.push(Alarm::Identical { channel: Channel::from_index(low), copy: Channel::from_index(high) });
        }
    }
}

/// Of two stretches of sound without delay, whatever their gains and polarity.
fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    if aa * bb > 0.0 { ab.abs() / (aa * bb).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::Floor;

    const SECOND: usize = 16_000;

    fn noise(seed: u32) -> impl FnMut() -> f32 {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        }
    }

    /// Four microphones in which speakers take turns, three seconds each; the others hear them late
    /// and with echoes, 15 dB down.
    fn room(seconds: usize) -> Vec<Vec<f32>> {
        room_of(seconds, 0.08)
    }

    /// The same; each of the five echoes has this part of the voice.
    fn room_of(seconds: usize, echo: f32) -> Vec<Vec<f32>> {
        let mut voice = noise(1);
        let said: Vec<f32> = (0..seconds * SECOND)
            .map(|n| voice() * 0.2 * (n as f32 * std::f32::consts::TAU * 4.0 / SECOND as f32).sin().max(0.0))
            .collect();
        (0..4)
            .map(|channel| {
                let mut own = noise(10 + channel as u32);
                (0..said.len())
                    .map(|n| {
                        let late = |delay: usize| n.checked_sub(delay + 37 * channel).map_or(0.0, |n| said[n]);
                        let heard = if n / (3 * SECOND) % 4 == channel {
                            said[n]
                        } else {
                            echo * (late(90) - late(700) + late(1500) - late(2900) + late(4100))
                        };
                        heard + 1e-4 * own()
                    })
                    .collect()
            })
            .collect()
    }

    fn alarms(sound: &[Vec<f32>]) -> Vec<Alarm> {
        let mut floor = Floor::new(sound.len());
        let slices: Vec<&[f32]> = sound.iter().map(Vec::as_slice).collect();
        floor.push(&slices, &mut Vec::new());
        floor.alarms().to_vec()
    }

    fn channel(number: u16) -> Channel {
        Channel::new(number).expect("a channel")
    }

    #[test]
    fn a_sound_room_gives_no_alarm() {
        assert_eq!(alarms(&room(36)), []);
    }

    #[test]
    fn a_copied_channel_is_told_and_gets_no_turns() {
        let mut sound = room(36);
        sound[3] = sound[1].iter().map(|x| -0.7 * x).collect();
        assert_eq!(alarms(&sound), [Alarm::Identical { channel: channel(2), copy: channel(4) }]);
    }

    #[test]
    fn a_floor_mix_is_told() {
        let mut sound = room(36);
        sound[3] = (0..sound[0].len()).map(|n| 0.7 * (sound[0][n] + sound[1][n] + sound[2][n])).collect();
        assert_eq!(alarms(&sound), [Alarm::FloorMix { channel: channel(4) }]);
    }

    #[test]
    fn bleed_is_told_once_of_each_speaker_and_only_above_its_limit() {
        // 1 dB and 9 dB below the speaker's own microphone.
        let told = alarms(&room_of(36, 0.4));
        let mut speakers: Vec<Channel> = told
            .iter()
            .map(|alarm| if let Alarm::Bleed { of, .. } = alarm { *of } else { panic!("{told:?}") })
            .collect();
        speakers.sort_unstable();
        assert!(!speakers.is_empty() && speakers.windows(2).all(|pair| pair[0] < pair[1]), "{told:?}");
        assert_eq!(alarms(&room_of(36, 0.15)), []);
    }

    #[test]
    fn a_dead_microphone_is_told_once() {
        let mut sound = room(60);
        let mut hiss = noise(99);
        sound[2].iter_mut().for_each(|x| *x = 1e-5 * hiss());
        assert_eq!(alarms(&sound), [Alarm::Dead { channel: channel(3) }]);
    }
}
