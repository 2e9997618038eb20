//! Which channels' own voices the levels of a hop hold: what others explain is taken away.
//!
//! Going down from the loudest, each channel is compared with its noise and with all that the
//! voices before it bleed into it. What stands above that is evidence of its own speaker. Level,
//! not correlation, is the main cue (K. Boakye and A. Stolcke, Interspeech 2006).

use super::bleed::Bleed;
use super::delay::Delays;
use super::gain::Gains;
use super::level::{BANDS, Bands, Level, from_db, to_db};
use super::profile::Profile;

/// A channel may be active when it is this far above its noise floor, in dB.
const ABOVE_NOISE: f32 = 8.0;
/// The room is learned from a leader this far above its noise floor, in dB.
const CLEAR: f32 = 15.0;
/// And this far above what others explain, in dB.
const LEADING: f32 = 1.0;
/// Evidence of a single hop lies within these bounds, in dB: no hop decides alone.
const LEAST: f32 = -8.0;
const MOST: f32 = 15.0;
/// Hops over which evidence is averaged (150 ms): the levels of single hops swing by ±5 dB.
const WINDOW: usize = 15;
/// Hops by which the average comes after what it tells of.
pub(super) const LAG: u64 = WINDOW as u64 / 2;
/// A channel becomes active at this average, in dB, and stays so down to the other.
const OPEN: f32 = 4.5;
const HOLD: f32 = 1.5;
/// A voice that stands so much less above the others than voices do here, in dB, is far from every
/// microphone.
pub(super) const AWAY: f32 = -7.5;
/// What a voice leaves in the room falls by this much a hop, in dB (60 dB in 1 s). The tail lives
/// in every microphone while the direct sound has already left the speaker's own, so it must be
/// remembered.
const TAIL: f32 = 0.6;
/// The loudest may be overtaken by one that hears the voice earlier; so many times at most, for
/// delays may go round in a circle.
const OVERTAKEN: usize = 3;
/// Hops after which bleed is known better than a delay tells.
const KNOWN: f32 = 100.0;
/// Of two whose bleed is known, the louder is overtaken where the other is so much louder than
/// halfway between the two, in dB.
const CLEARLY: f32 = 2.5;
/// So many places behind the first are looked at.
const BEHIND: usize = 3;
/// Hops by which a room answers later than a microphone hears its speaker (30 ms): loudspeakers
/// stand far away, and what is compared at the same moment swings with every syllable.
const LATE: usize = 3;
/// A tail this far below the speaker's own noise is over.
const OVER: f32 = 0.1;

/// What a hop tells of one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ChannelHop {
    /// Whether its own voice is active.
    pub active: bool,
    /// How far it stands above what is explained, averaged, dB.
    pub evidence: f32,
    /// Of the loudest channel: how much further above the others it stands than speakers do here,
    /// averaged, dB.
    pub nearness: Option<f32>,
}

/// The evidence of one channel over the last hops.
struct Average {
    values: [f32; WINDOW],
    next: usize,
}

impl Average {
    fn new() -> Self {
        Self { values: [0.0; WINDOW], next: 0 }
    }

    fn take(&mut self, value: f32) -> f32 {
        self.values[self.next] = value;
        self.next = (self.next + 1) % WINDOW;
        self.values.iter().sum::<f32>() / WINDOW as f32
    }
}

pub(super) struct Room {
    pub gains: Gains,
    pub bleed: Bleed,
    pub delays: Delays,
    /// Power of each channel's own voice as the room still holds it.
    tail: Vec<Bands>,
    /// Powers of the last hops, a ring: the place of the present hop still holds what was [`LATE`]
    /// hops ago while it is heard.
    past: Vec<[Bands; LATE]>,
    averages: Vec<Average>,
    active: Vec<bool>,
    powers: Vec<f32>,
    order: Vec<usize>,
    explained: Vec<Bands>,
    nearness: Average,
    hop: u64,
}

impl Room {
    pub fn new(channels: usize) -> Self {
        Self {
            gains: Gains::new(channels),
            bleed: Bleed::new(channels),
            delays: Delays::new(channels),
            tail: vec![[0.0; BANDS]; channels],
            past: vec![[[0.0; BANDS]; LATE]; channels],
            averages: (0..channels).map(|_| Average::new()).collect(),
            nearness: Average::new(),
            active: vec![false; channels],
            powers: vec![0.0; channels],
            order: Vec::with_capacity(channels),
            explained: vec![[0.0; BANDS]; channels],
            hop: 0,
        }
    }

    /// A room of which something is known. What is known is a start, and can be unlearned.
    pub fn known(channels: usize, profile: &Profile) -> Self {
        let mut room = Self::new(channels);
        for of in 0..channels {
            if let Some(gain) = profile.gain_db(of) {
                room.gains.know(of, gain);
            }
            for into in (0..channels).filter(|&into| into != of) {
                if let Some(level) = profile.bleed_db(of, into) {
                    room.bleed.know(of, into, level);
                }
            }
        }
        room
    }

    /// What was learned.
    pub fn profile(&self) -> Profile {
        let bleed = |of, into| if of == into { None } else { self.bleed.level(of, into, 1.0) };
        Profile::new(self.active.len(), |channel| self.gains.bystander(channel), bleed)
    }

    /// Level of every channel in the last hop, dB.
    pub fn powers(&self) -> &[f32] {
        &self.powers
    }

    /// Says of every channel whether its own voice is active. `last` names channels that carry
    /// others' sound by wire: they can only be what is left. Returns the channel that leads,
    /// where one clearly does.
    pub fn hear(&mut self, levels: &[Level], last: &[bool], findings: &mut [ChannelHop]) -> Option<usize> {
        for (power, level) in self.powers.iter_mut().zip(levels) {
            *power = level.power_db();
        }
        self.gains.look(self.hop, levels);
        for &verdict in self.delays.look(self.hop, levels, last, |channel| self.gains.own(channel)) {
            self.gains.comes_first(verdict);
        }
        self.hop += 1;
        self.rank(levels, last);
        self.fade(levels);

        findings.fill(ChannelHop { active: false, evidence: LEAST, nearness: None });
        for place in 0..self.order.len() {
            let channel = self.order[place];
            let level = levels[channel];
            let evidence = if self.is_only_later(place) { LEAST } else { self.stands_above(channel, &level) };
            findings[channel].evidence = evidence;
            if self.active[channel] || evidence > OPEN {
                self.spread(channel, &level);
            }
        }
        let leader = self.order.first().copied().filter(|&leader| {
            findings[leader].evidence > LEADING && self.powers[leader] > levels[leader].noise_db() + CLEAR
        });
        let nearness = leader.and_then(|leader| self.gains.nearness(leader, &self.powers));
        let near = nearness.map(|nearness| self.nearness.take(nearness));
        if let Some(leader) = leader {
            findings[leader].nearness = near;
            if near.is_some_and(|near| near < AWAY) {
                // Whoever speaks is far from all: what rises with the loudest is the room.
                for (channel, finding) in findings.iter_mut().enumerate() {
                    if channel != leader {
                        finding.evidence = LEAST;
                    }
                }
            }
        }
        for (channel, finding) in findings.iter_mut().enumerate() {
            finding.evidence = self.averages[channel].take(finding.evidence.clamp(LEAST, MOST));
            finding.active = finding.evidence > if self.active[channel] { HOLD } else { OPEN };
            self.active[channel] = finding.active;
        }
        if let Some(leader) = leader
            && near.is_none_or(|near| near >= AWAY)
        {
            self.learn(leader, levels, last, findings, nearness);
        }
        let now = self.hop as usize % LATE;
        for (past, level) in self.past.iter_mut().zip(levels) {
            past[now] = level.power;
        }
        leader
    }

    /// Puts the channels that are above their noise in order, the loudest first.
    fn rank(&mut self, levels: &[Level], last: &[bool]) {
        let (powers, gains) = (&self.powers, &self.gains);
        self.order.clear();
        self.order.extend((0..levels.len()).filter(|&i| is_candidate(&levels[i])));
        let loudness = |i: usize| powers[i] - gains.own(i);
        self.order
            .sort_unstable_by(|&a, &b| last[a].cmp(&last[b]).then(loudness(b).total_cmp(&loudness(a))).then(a.cmp(&b)));
        for _ in 0..OVERTAKEN {
            let mut next = self.order.iter().skip(1).take(BEHIND);
            let Some(place) = next.position(|&other| self.is_likelier(other, self.order[0], levels, last)) else {
                break;
            };
            self.order[..=place + 1].rotate_right(1);
        }
        for _ in 0..OVERTAKEN {
            let Some(&first) = self.order.first() else { break };
            let Some(place) = self.order.iter().position(|&other| self.delays.is_earlier(other, first)) else { break };
            self.order[..=place].rotate_right(1);
        }
    }

    /// Whether what was learned of two microphones makes `other` the speaker's rather than `first`,
    /// however loud the voice is there.
    fn is_likelier(&self, other: usize, first: usize, levels: &[Level], last: &[bool]) -> bool {
        let Some(halfway) = self.bleed.halfway(first, other, KNOWN) else { return false };
        let (mut louder, mut bands) = (0.0, 0.0);
        for band in (0..BANDS).filter(|&band| levels[first].is_clear(band)) {
            louder += to_db(levels[other].power[band]) - to_db(levels[first].power[band]);
            bands += 1.0;
        }
        !last[first] && !last[other] && bands > 0.0 && louder / bands > halfway + CLEARLY
    }

    /// Whether a channel hears the first one's voice, later, and it is not known yet how loud.
    fn is_only_later(&self, place: usize) -> bool {
        let (first, channel) = (self.order[0], self.order[place]);
        place > 0 && !self.bleed.is_known(first, channel, KNOWN) && self.delays.is_earlier(first, channel)
    }

    /// Begins a hop with what the tails of earlier hops explain.
    fn fade(&mut self, levels: &[Level]) {
        self.explained.fill([0.0; BANDS]);
        let decay = from_db(-TAIL);
        for (of, level) in levels.iter().enumerate() {
            let tail = &mut self.tail[of];
            if tail.iter().sum::<f32>() <= level.noise.iter().sum::<f32>() * OVER {
                *tail = [0.0; BANDS];
                continue;
            }
            *tail = tail.map(|power| power * decay);
            explain(&mut self.explained, self.bleed.row(of), tail);
        }
    }

    /// How far a channel stands above its noise and what is explained, in the two bands where it
    /// does so most, dB.
    fn stands_above(&self, channel: usize, level: &Level) -> f32 {
        let (mut first, mut second) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
        for band in 0..BANDS {
            let above = to_db(level.power[band]) - to_db(self.explained[channel][band] + level.noise[band]);
            if above > first {
                (first, second) = (above, first);
            } else {
                second = second.max(above);
            }
        }
        f32::midpoint(first, second)
    }

    /// Lets a channel's own part explain the channels after it.
    fn spread(&mut self, of: usize, level: &Level) {
        self.bleed.refresh(of, &self.gains);
        let own: Bands = std::array::from_fn(|band| level.power[band] - self.explained[of][band] - level.noise[band]);
        let more: Bands = std::array::from_fn(|band| (own[band] - self.tail[of][band]).max(0.0));
        self.tail[of] = std::array::from_fn(|band| self.tail[of][band].max(own[band]));
        explain(&mut self.explained, self.bleed.row(of), &more);
    }

    fn learn(
        &mut self,
        leader: usize,
        levels: &[Level],
        last: &[bool],
        findings: &[ChannelHop],
        nearness: Option<f32>,
    ) {
        let alone = self.active.iter().enumerate().all(|(i, &active)| i == leader || !active);
        if alone && let Some(nearness) = nearness {
            self.gains.is_near(nearness);
        }
        // One who is only held active may be a bystander that was taken for a speaker: unlearned, it would
        // stay so.
        let speaks = |finding: &ChannelHop| finding.evidence > OPEN;
        self.gains.learn(leader, &self.powers, levels, |channel| speaks(&findings[channel]));
        let earlier = Level { power: self.past[leader][self.hop as usize % LATE], noise: levels[leader].noise };
        for into in (0..levels.len()).filter(|&into| into != leader) {
            if !speaks(&findings[into]) || last[into] {
                self.bleed.learn(leader, into, &earlier, &levels[into], &self.gains);
            }
        }
    }
}

/// Whether a channel may be active at all.
pub(super) fn is_candidate(level: &Level) -> bool {
    level.power_db() > level.noise_db() + ABOVE_NOISE
}

fn explain(explained: &mut [Bands], row: &[Bands], power: &Bands) {
    for (explained, factor) in explained.iter_mut().zip(row) {
        for band in 0..BANDS {
            explained[band] += factor[band] * power[band];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOISE: f32 = 1e-7;

    /// Levels of a hop in which these channels speak at this power, heard in each other microphone
    /// 18 dB down.
    fn hop(channels: usize, speakers: &[(usize, f32)], gains: &[f32]) -> Vec<Level> {
        (0..channels)
            .map(|i| {
                let sound: f32 = speakers.iter().map(|&(s, p)| if s == i { p } else { p * from_db(-18.0) }).sum();
                let gain = from_db(gains.get(i).copied().unwrap_or(0.0));
                Level { power: [(sound + NOISE) * gain; BANDS], noise: [NOISE * gain; BANDS] }
            })
            .collect()
    }

    fn run(room: &mut Room, levels: &[Level], hops: usize) -> Vec<bool> {
        let mut findings = vec![ChannelHop::default(); levels.len()];
        let last = vec![false; levels.len()];
        for _ in 0..hops {
            room.hear(levels, &last, &mut findings);
        }
        findings.iter().map(|finding| finding.active).collect()
    }

    #[test]
    fn cross_talk_is_never_active() {
        let mut room = Room::new(4);
        for speaker in 0..4 {
            let levels = hop(4, &[(speaker, 1e-3)], &[]);
            let mut expected = vec![false; 4];
            expected[speaker] = true;
            assert_eq!(run(&mut room, &levels, 200), expected);
            run(&mut room, &hop(4, &[], &[]), 100);
        }
    }

    #[test]
    fn the_loudest_microphone_is_not_the_speakers_own() {
        // Gains as far apart as the voice is from its neighbours, and a loudspeaker that carries it
        // everywhere.
        let gains = [-6.0, 6.0, 0.0, 3.0, -3.0];
        let mut room = Room::new(5);
        for speaker in [0, 2, 4, 0] {
            let levels: Vec<Level> = gains
                .iter()
                .enumerate()
                .map(|(i, &gain)| {
                    let sound = 1e-3 * if i == speaker { 1.0 } else { from_db(-9.0) };
                    Level { power: [(sound + NOISE) * from_db(gain); BANDS], noise: [NOISE * from_db(gain); BANDS] }
                })
                .collect();
            let mut expected = vec![false; 5];
            expected[speaker] = true;
            assert_eq!(run(&mut room, &levels, 200), expected);
            run(&mut room, &hop(5, &[], &gains), 150);
        }
    }

    #[test]
    fn four_who_consent_at_once_are_all_active_before_the_room_is_known() {
        let mut room = Room::new(8);
        run(&mut room, &hop(8, &[], &[]), 100);
        run(&mut room, &hop(8, &[(0, 1e-3)], &[]), 300);
        run(&mut room, &hop(8, &[], &[]), 50);
        let chorus = hop(8, &[(2, 1e-3), (3, 7e-4), (5, 9e-4), (6, 6e-4)], &[]);
        assert_eq!(run(&mut room, &chorus, 30), [false, false, true, true, false, true, true, false]);
    }

    #[test]
    fn a_room_that_is_known_need_not_be_learned() {
        let mut room = Room::new(3);
        for speaker in [0, 1, 2, 0, 1, 2] {
            run(&mut room, &hop(3, &[(speaker, 1e-3)], &[]), 200);
            run(&mut room, &hop(3, &[], &[]), 100);
        }
        let both = hop(3, &[(0, 1e-3), (2, 2e-4)], &[]);
        assert_eq!(run(&mut Room::new(3), &both, 30), [true, false, false], "of a room that is not known, caution");
        assert_eq!(run(&mut Room::known(3, &room.profile()), &both, 30), [true, false, true]);
    }

    #[test]
    fn a_neighbour_that_hears_as_much_is_not_taken_for_the_speaker() {
        let mut room = Room::new(6);
        // The second microphone hears the first voice well, the first hears the second hardly; then the
        // first speaker turns his head.
        let speak = |speaker: usize, turned: f32| {
            let mut levels = hop(6, &[(speaker, 1e-3)], &[]);
            if speaker == 0 {
                levels[0].power = [1e-3 * from_db(-turned); BANDS];
                levels[1].power = [1e-3 * from_db(-4.0); BANDS];
            }
            levels
        };
        for speaker in [0, 1, 2, 3, 0, 1, 4, 5] {
            run(&mut room, &speak(speaker, 0.0), 200);
            run(&mut room, &hop(6, &[], &[]), 100);
        }
        let leader = room.hear(&speak(0, 7.5), &[false; 6], &mut [ChannelHop::default(); 6]);
        assert_eq!(leader, Some(0));
    }

    #[test]
    fn syllables_that_come_back_late_are_not_another_speaker() {
        let mut room = Room::new(5);
        let syllable = |hop: usize| if hop % 24 < 10 { 1e-3 } else { 1e-5 };
        let mut findings = vec![ChannelHop::default(); 5];
        for hop in 4..3000 {
            let levels: Vec<Level> = (0..5)
                .map(|i| {
                    let sound = if i == 0 { syllable(hop) } else { syllable(hop - 4) * from_db(10.0 - i as f32) };
                    Level { power: [sound + NOISE; BANDS], noise: [NOISE; BANDS] }
                })
                .collect();
            room.hear(&levels, &[false; 5], &mut findings);
            assert!(hop < 300 || findings[1..].iter().all(|finding| !finding.active), "{hop}: {findings:?}");
        }
    }

    #[test]
    fn an_echo_after_the_speaker_stops_is_not_another_speaker() {
        let mut room = Room::new(2);
        run(&mut room, &hop(2, &[(0, 1e-3)], &[]), 300);
        // The direct sound has left microphone 0; the room still rings in microphone 1.
        let echo = [4e-6, 1e-5].map(|power| Level { power: [power; BANDS], noise: [NOISE; BANDS] });
        assert!(!run(&mut room, &echo, 3)[1]);
    }

    #[test]
    fn a_voice_far_from_every_microphone_is_not_near() {
        let mut room = Room::new(6);
        for speaker in [0, 1, 2, 3] {
            run(&mut room, &hop(6, &[(speaker, 1e-3)], &[]), 200);
            run(&mut room, &hop(6, &[], &[]), 100);
        }
        let mut far = hop(6, &[], &[]);
        for (index, level) in far.iter_mut().enumerate() {
            level.power = [if index == 4 { 1.5e-5 } else { 1e-5 }; BANDS];
        }
        let mut findings = vec![ChannelHop::default(); 6];
        for _ in 0..40 {
            room.hear(&far, &[false; 6], &mut findings);
        }
        let nearness = findings[4].nearness.expect("it leads alone");
        assert!(nearness < -8.0, "{nearness}");
    }
}
