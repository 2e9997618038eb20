//! Who has the floor: from the levels of all microphones to turns per channel.
//!
//! Every microphone hears every voice, so the question is not where there is sound but which
//! microphone's own speaker made it. [`level`] measures each channel's power in the bands of speech
//! against its own noise floor; [`gain`] learns how sensitive each microphone is, [`bleed`] how
//! loud each channel's voice arrives in the others; [`delay`] which of two it reaches first;
//! [`room`] finds what the louder channels do not explain; [`voice`] asks a small neural detector
//! whether it is a voice at all, and harder where [`tone`] finds steady tones; [`turns`] makes
//! turns of it; [`alarm`] notices what is wrong with a microphone; [`given`] takes turns from
//! elsewhere instead. Everything is causal and integer-timed: a growing recording and a finished
//! one give the same turns, however the sound is cut into blocks. Equations, reasons and figures:
//! `docs/guide/floor.md`.

mod alarm;
mod bleed;
mod delay;
pub mod external_turns;
mod gain;
mod level;
mod observe;
pub mod plot;
mod profile;
mod room;
mod tone;
mod turns;
mod voice;

use std::num::NonZeroU32;

pub use observe::{HopObserver, HopState};
pub use profile::Profile;
pub use turns::Turn;

use crate::common::alarm::Alarm;
use crate::common::clock::{Channel, Clock};

/// The rate at which speech is detected and recognised.
pub const RATE: NonZeroU32 = NonZeroU32::new(16_000).expect("not zero");

/// The clock of [`RATE`].
pub const CLOCK: Clock = Clock::new(RATE);

/// Samples between two decisions (10 ms).
pub(crate) const HOP: usize = 160;

/// A turn is cut at its quietest place when it grows to this many samples (20 s), so that it fits
/// the recogniser's window.
pub const LONGEST_TURN: u64 = 20 * RATE.get() as u64;

/// How long after a sample has been given the turns that hold it may still be open, in samples. A
/// consumer that keeps this much sound, [`LONGEST_TURN`] and [`PRE_ROLL`] never finds a turn's
/// beginning gone.
pub const DECISION_DELAY: u64 = RATE.get() as u64;

/// Sound before a turn that belongs to its first syllable (200 ms): the detector needs that long to
/// be sure.
pub const PRE_ROLL: u64 = RATE.get() as u64 / 5;

/// The detector for all channels of one recording.
pub struct Floor {
    channels: Vec<level::Channel>,
    voices: Vec<voice::Voice>,
    tones: Vec<tone::Tone>,
    room: room::Room,
    alarms: alarm::AlarmDetector,
    turns: Vec<turns::Smoother>,
    pending: Vec<Vec<f32>>,
    hops: u64,
    levels: Vec<level::Level>,
    findings: Vec<room::ChannelHop>,
    seen: Vec<HopState>,
}

impl Floor {
    /// A detector for that many channels, at the first sample.
    #[must_use]
    pub fn new(channels: usize) -> Self {
        Self {
            channels: (0..channels).map(|_| level::Channel::new()).collect(),
            voices: (0..channels).map(|_| voice::Voice::new()).collect(),
            tones: (0..channels).map(|_| tone::Tone::new()).collect(),
            room: room::Room::new(channels),
            alarms: alarm::AlarmDetector::new(channels),
            turns: (0..channels).map(turns::Smoother::new).collect(),
            pending: vec![Vec::with_capacity(2 * HOP); channels],
            hops: 0,
            levels: vec![level::Level::default(); channels],
            findings: vec![room::ChannelHop::default(); channels],
            seen: Vec::with_capacity(channels),
        }
    }

    /// A detector that begins with what was learned of the room before. Channels that the profile
    /// does not know begin as in [`Floor::new`].
    #[must_use]
    pub fn with_room(channels: usize, profile: &Profile) -> Self {
        Self { room: room::Room::known(channels, profile), ..Self::new(channels) }
    }

    /// What has been learned of the room.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.room.profile()
    }

    /// Takes the next samples of all channels (one slice a channel, equally long, 16 kHz) and
    /// appends the turns that are now complete, in the order of their ends.
    ///
    /// # Panics
    /// When the number of slices is not the number of channels, or their lengths differ.
    pub fn push(&mut self, block: &[&[f32]], done: &mut Vec<Turn>) {
        self.push_watched(block, done, &mut |_| ());
    }

    /// The same; `watch` is told what was seen and decided in each hop.
    ///
    /// # Panics
    /// As [`Floor::push`].
    pub fn push_watched(&mut self, block: &[&[f32]], done: &mut Vec<Turn>, watch: &mut HopObserver<'_>) {
        assert_eq!(block.len(), self.channels.len(), "one slice a channel");
        let length = block.first().map_or(0, |samples| samples.len());
        assert!(block.iter().all(|samples| samples.len() == length), "channels in step");
        for (pending, samples) in self.pending.iter_mut().zip(block) {
            pending.extend_from_slice(samples);
        }
        let available = self.pending.first().map_or(0, Vec::len);
        let whole = available - available % HOP;
        for start in (0..whole).step_by(HOP) {
            self.hop(start, done);
            self.look();
            watch(&self.seen);
        }
        for pending in &mut self.pending {
            pending.drain(..whole);
        }
    }

    /// The turns that are going on at this moment.
    pub fn open(&self) -> impl Iterator<Item = Turn> {
        self.turns.iter().filter_map(turns::Smoother::open)
    }

    /// Whether something goes on on a channel that may become a turn.
    #[must_use]
    pub fn is_open(&self, channel: Channel) -> bool {
        self.turns.get(channel.index()).is_some_and(turns::Smoother::is_open)
    }

    /// Ends the recording: what is still open is complete. The last samples that fill no hop are
    /// taken as silence.
    pub fn finish(mut self, done: &mut Vec<Turn>) {
        if self.pending.first().is_some_and(|rest| !rest.is_empty()) {
            for pending in &mut self.pending {
                pending.resize(HOP, 0.0);
            }
            self.hop(0, done);
        }
        for smoother in &mut self.turns {
            smoother.finish(done);
        }
    }

    /// What was noticed so far to be wrong with a microphone, each once, in the order in which it
    /// was. Like the turns it depends on the sound alone.
    #[must_use]
    pub fn alarms(&self) -> &[Alarm] {
        self.alarms.alarms()
    }

    fn hop(&mut self, start: usize, done: &mut Vec<Turn>) {
        for (index, channel) in self.channels.iter_mut().enumerate() {
            self.levels[index] = channel.hop(&self.pending[index][start..start + HOP]);
        }
        self.alarms.listen(&self.levels);
        self.room.delays.listen(|channel| &self.pending[channel][start..start + HOP]);
        let leader = self.room.hear(&self.levels, self.alarms.wired(), &mut self.findings);
        if let Some(leader) = leader {
            let sound = |channel: usize| &self.pending[channel][start..start + HOP];
            self.alarms.look(leader, &self.room, &self.levels, &self.findings, sound);
        }
        for (index, smoother) in self.turns.iter_mut().enumerate() {
            let finding = self.findings[index];
            let asked = finding.active || smoother.is_open();
            let sound = &self.pending[index][start..start + HOP];
            self.voices[index].hop(sound, asked);
            self.tones[index].hop(sound, asked);
            let steady = self.tones[index].is_steady();
            let decision = turns::Decision {
                finding,
                voiced: self.voices[index].is_voice(steady),
                steady,
                power: self.levels[index].power.iter().sum(),
            };
            smoother.hop(self.hops, decision, done);
        }
        self.hops += 1;
    }

    fn look(&mut self) {
        self.seen.clear();
        for (index, level) in self.levels.iter().enumerate() {
            self.seen.push(HopState {
                level_db: level.power_db(),
                noise_db: level.noise_db(),
                candidate: room::is_candidate(level),
                accepted: self.findings[index].active,
                voiced: self.voices[index].is_voice(self.tones[index].is_steady()),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bursts of noise that wander over three microphones; each is heard 20 dB lower in the others.
    fn sound() -> Vec<Vec<f32>> {
        let mut state = 7u32;
        let mut noise = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        let burst: Vec<f32> = (0..64_000).map(|n| if n / 8000 % 2 == 1 { 0.2 * noise() } else { 0.0 }).collect();
        (0..3)
            .map(|channel| {
                let level = |n: usize| if n / 16_000 % 3 == channel { 1.0 } else { 0.1 };
                burst.iter().enumerate().map(|(n, x)| x * level(n) + 1e-4 * noise()).collect()
            })
            .collect()
    }

    /// What was decided in every hop, and the turns.
    fn decided(sound: &[Vec<f32>], blocks: &[usize]) -> (Vec<Vec<HopState>>, Vec<Turn>) {
        let mut floor = Floor::new(sound.len());
        let (mut seen, mut turns, mut at) = (Vec::new(), Vec::new(), 0);
        let mut sizes = blocks.iter().cycle();
        while at < sound[0].len() {
            let end = (at + sizes.next().expect("endless")).min(sound[0].len());
            let slices: Vec<&[f32]> = sound.iter().map(|samples| &samples[at..end]).collect();
            floor.push_watched(&slices, &mut turns, &mut |sights| seen.push(sights.to_vec()));
            at = end;
        }
        floor.finish(&mut turns);
        (seen, turns)
    }

    #[test]
    fn the_bursts_are_seen_where_they_are() {
        let (seen, _) = decided(&sound(), &[4000]);
        for (hop, channel) in [(90, 0), (190, 1), (290, 2)] {
            let active: Vec<bool> = seen[hop].iter().map(|sight| sight.accepted).collect();
            assert_eq!(active, [0, 1, 2].map(|other| other == channel), "hop {hop}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn blocks_of_any_size_give_the_same(blocks in prop::collection::vec(1usize..9000, 1..6)) {
            let sound = sound();
            prop_assert_eq!(decided(&sound, &blocks), decided(&sound, &[4000]));
        }

        #[test]
        fn what_comes_later_changes_nothing_before(cut in 16_000usize..64_000) {
            let sound = sound();
            let start: Vec<Vec<f32>> = sound.iter().map(|samples| samples[..cut].to_vec()).collect();
            let (whole, part) = (decided(&sound, &[4000]).0, decided(&start, &[4000]).0);
            prop_assert_eq!(&whole[..part.len()], &part[..]);
        }
    }
}
