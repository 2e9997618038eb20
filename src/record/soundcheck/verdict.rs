//! What is to be said of a seat.

use serde::Serialize;

use crate::common::clock::Channel;
use crate::floor::HopState;

/// A voice less than this above its own noise is too quiet, in dB: the detector does not learn from
/// it.
const CLEAR: f32 = 15.0;
/// So many hops of sound that is not told from noise may be a voice (0.5 s).
const FAINT: u32 = 50;
/// Samples at the limit that a knock on the microphone may have (a hundredth of a second).
const KNOCK: u32 = 160;
/// A voice that arrives elsewhere closer to its own level than this is not kept apart, in dB.
const BLEED: f32 = -3.0;
/// What stands less than this above a channel's noise is not heard in it, in dB.
const HEARD: f32 = 3.0;

/// What can be wrong with a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "trouble")]
pub enum Trouble {
    /// Nothing was heard.
    Silent,
    /// It is so few dB above its own noise.
    TooQuiet {
        /// How many.
        above_noise_db: i32,
    },
    /// Too loud: the tops are cut off.
    Clipped,
    /// It was heard at another seat's microphone.
    HeardAt {
        /// Whose.
        other: Channel,
    },
    /// And that seat at this one's: the two are exchanged.
    SwappedWith {
        /// With which.
        other: Channel,
    },
    /// It arrives in another microphone nearly as loud as in its own.
    BleedsInto {
        /// In which.
        other: Channel,
        /// So many dB relative to its own.
        db: i32,
    },
}

/// What is to be said of one seat.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The seat.
    pub seat: Channel,
    /// How loud it was at its own microphone, in dB of full scale; `None` where it was not heard.
    pub level_db: Option<f32>,
    /// And how far above the noise.
    pub above_noise_db: Option<f32>,
    /// What is wrong; nothing, where it is well.
    pub troubles: Vec<Trouble>,
}

/// What was heard while one seat was to speak.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// Hops in which each channel led.
    led: Vec<u32>,
    /// Sum of the levels of each channel over the hops with speech, dB.
    levels: Vec<f64>,
    noise: Vec<f32>,
    spoken: u32,
    /// For each channel the hops in which it led without sounding like a voice, and the sum of how
    /// far it stood above its noise, dB.
    faint: Vec<(u32, f64)>,
    /// Samples of each channel that were cut off.
    pub clipped: Vec<u32>,
}

impl Heard {
    pub fn new(channels: usize) -> Self {
        Self {
            led: vec![0; channels],
            levels: vec![0.0; channels],
            noise: vec![0.0; channels],
            spoken: 0,
            faint: vec![(0, 0.0); channels],
            clipped: vec![0; channels],
        }
    }

    /// The noise of the room in a hop.
    pub fn room(&mut self, sights: &[HopState]) {
        for (noise, sight) in self.noise.iter_mut().zip(sights) {
            *noise = sight.noise_db;
        }
    }

    /// A hop in which a channel led.
    pub fn hop(&mut self, leader: usize, sights: &[HopState]) {
        self.led[leader] += 1;
        self.spoken += 1;
        for (level, sight) in self.levels.iter_mut().zip(sights) {
            *level += f64::from(sight.level_db);
        }
    }

    /// A hop in which a channel led without sounding like a voice.
    pub fn faint_hop(&mut self, leader: usize, sights: &[HopState]) {
        let (hops, above) = &mut self.faint[leader];
        *hops += 1;
        *above += f64::from(sights[leader].level_db - sights[leader].noise_db);
    }

    /// How far the sound of a channel stood above its noise, where it may have been a voice too
    /// quiet to be told from noise.
    fn faint(&self, channel: Channel) -> Option<f32> {
        let (hops, above) = self.faint[channel.index()];
        let above = (above / f64::from(hops.max(1))) as f32;
        (hops >= FAINT && above < CLEAR).then_some(above)
    }

    /// Hops with speech.
    pub fn spoken(&self) -> u32 {
        self.spoken
    }

    /// Where the voice was loudest for most of the time.
    pub fn loudest(&self) -> Option<Channel> {
        let (index, led) = self.led.iter().enumerate().max_by_key(|(index, led)| (**led, usize::MAX - index))?;
        (*led > 0).then(|| Channel::from_index(index))
    }

    fn level(&self, channel: Channel) -> f32 {
        (self.levels[channel.index()] / f64::from(self.spoken.max(1))) as f32
    }

    fn above_noise(&self, channel: Channel) -> f32 {
        self.level(channel) - self.noise[channel.index()]
    }
}

/// Judges all seats together: only so is an exchange seen.
pub(super) fn judge(heard: &[(Channel, Heard)]) -> Vec<Verdict> {
    let at = |seat: Channel| heard.iter().find(|(other, _)| *other == seat).and_then(|(_, heard)| heard.loudest());
    let verdict = |(seat, heard): &(Channel, Heard)| {
        let seat = *seat;
        let Some(loudest) = heard.loudest() else {
            let faint = heard.faint(seat);
            let quiet = |above: f32| Trouble::TooQuiet { above_noise_db: above.round() as i32 };
            let troubles = vec![faint.map_or(Trouble::Silent, quiet)];
            return Verdict { seat, level_db: None, above_noise_db: faint, troubles };
        };
        let mut troubles = Vec::new();
        if loudest != seat {
            let swapped = at(loudest) == Some(seat);
            let other = loudest;
            troubles.push(if swapped { Trouble::SwappedWith { other } } else { Trouble::HeardAt { other } });
        }
        let above = heard.above_noise(loudest);
        if above < CLEAR {
            troubles.push(Trouble::TooQuiet { above_noise_db: above.round() as i32 });
        }
        if heard.clipped[loudest.index()] >= KNOCK {
            troubles.push(Trouble::Clipped);
        }
        for other in (0..heard.led.len()).map(Channel::from_index).filter(|other| *other != loudest) {
            let bleed = heard.level(other) - heard.level(loudest);
            if bleed > BLEED && heard.above_noise(other) > HEARD {
                troubles.push(Trouble::BleedsInto { other, db: bleed.round() as i32 });
            }
        }
        Verdict { seat, level_db: Some(heard.level(loudest)), above_noise_db: Some(above), troubles }
    };
    heard.iter().map(verdict).collect()
}
