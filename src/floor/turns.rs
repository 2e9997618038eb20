//! From decisions every 10 ms to turns: short gaps are filled, clicks dropped, long turns cut at
//! their quietest place.

use std::collections::VecDeque;

use super::room::{AWAY, ChannelHop, LAG};
use super::{HOP, LONGEST_TURN, PRE_ROLL};
use crate::common::clock::{Channel, Span};

/// A stretch in which one channel has the floor, on the 16 kHz clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The channel.
    pub channel: Channel,
    /// From the first to the last decision for it.
    pub span: Span,
    /// Whether it was cut only for its length: what follows on the channel goes on without a pause.
    pub continues: bool,
    /// Whether the voice was far from every microphone: the channel is the one that heard it best,
    /// not that of its speaker.
    pub off_microphone: bool,
    /// Whether a good part of it is steady tones: music, a howl, a ringing telephone, with a voice
    /// or without.
    pub tones: bool,
}

impl Turn {
    /// What the recogniser should hear: a little more on both sides, where syllables begin and
    /// fade.
    #[must_use]
    pub fn audible(&self) -> Span {
        let after = if self.continues { 0 } else { PRE_ROLL / 2 };
        Span::new(self.span.start.saturating_sub(PRE_ROLL), self.span.end + after)
    }
}

/// A pause shorter than this many hops does not end a turn (0.45 s: a breath, a comma).
const GAP: u64 = 45;
/// A turn needs this many active hops (150 ms), or it was a click.
const SHORTEST: usize = 15;
/// And in this share of them, at least, the detector hears a voice: paper and hum have none.
const VOICED: f32 = 0.3;
/// Where most of it is steady tones: of music it is a third, of speech over music three quarters.
const VOICED_IN_TONES: f32 = 0.5;
/// From this share of steady hops on a turn counts as tones. Human speech has a tenth at most.
const TONES: f32 = 0.3;
/// And they stand this far above what is explained on average, in dB.
const EVIDENCE: f32 = 5.5;
/// A blow gives nearly all of its energy within 80 ms; a short word does not.
const BLOW: usize = 8;
const BLOW_SHARE: f32 = 0.8;
/// Strokes in a row, in a turn of this many hops or more (0.6 s), give more than this share of
/// their energy in a fifth of the time.
const STROKES: usize = 60;
const STROKES_SHARE: f32 = 0.87;
/// Activity that stops for more hops than this goes on as another stretch, which may be a blow.
const APART: usize = 6;
/// A blow is no longer than this many hops (0.4 s), with its echo.
const LONGEST_BLOW: usize = 40;
/// Hops from which a voice is said to be far from every microphone.
const AWAY_HOPS: usize = 20;
/// Hops before a turn that are looked at with it.
const BEFORE: usize = 2 * LAG as usize;
/// A long turn is cut within its last 8 s.
const CUT_WITHIN: usize = 800;
/// At the quietest 100 ms: a pause between words rather than a stop consonant.
const WIDTH: usize = 10;
const LONGEST_HOPS: u64 = LONGEST_TURN / HOP as u64;

/// What is known of one channel in one hop.
#[derive(Clone, Copy)]
pub(super) struct Decision {
    pub finding: ChannelHop,
    pub voiced: bool,
    /// Whether the sound keeps its pitch as no voice does.
    pub steady: bool,
    pub power: f32,
}

struct Open {
    start: u64,
    last_active: u64,
    /// Whether it follows a cut: the end of a speech is kept however short it is.
    follows: bool,
    /// Every hop since `hops_from`.
    hops: Vec<Decision>,
    hops_from: u64,
}

impl Open {
    fn is_speech(&self) -> bool {
        let voiced = self.hops.iter().filter(|hop| hop.voiced).count();
        let active = || self.hops.iter().filter(|hop| hop.finding.active);
        let count = active().count();
        let tones = self.is_tones();
        let is_voiced = voiced as f32 >= if tones { VOICED_IN_TONES } else { VOICED } * count as f32;
        if self.follows {
            return voiced > 0 && (is_voiced || !tones);
        }
        let evidence = active().map(|hop| hop.finding.evidence).sum::<f32>();
        count >= SHORTEST && is_voiced && evidence >= EVIDENCE * count as f32 && !self.is_blow()
    }

    /// A gavel, a knock on the desk; or several strokes in a row.
    fn is_blow(&self) -> bool {
        is_blow(&self.hops) || self.is_strokes()
    }

    /// The first and the last active hop without the blows before and after the words: a gavel and
    /// the voice that follows within [`GAP`] are one turn, and the recogniser would hear the
    /// gavel as a syllable, or lose the words after it.
    fn words(&self) -> (u64, u64) {
        let whole = (self.start, self.last_active);
        if self.follows {
            return whole;
        }
        let mut stretches: Vec<(usize, usize)> = Vec::new();
        for (place, _) in self.hops.iter().enumerate().filter(|(_, hop)| hop.finding.active) {
            match stretches.last_mut() {
                Some((_, last)) if place - *last <= APART => *last = place,
                _ => stretches.push((place, place)),
            }
        }
        let holds_words = |&(from, to): &(usize, usize)| to - from > LONGEST_BLOW || !self.is_blow_in(from, to);
        let (Some(first), Some(last)) =
            (stretches.iter().position(holds_words), stretches.iter().rposition(holds_words))
        else {
            return whole;
        };
        let start =
            if first == 0 { self.start } else { (self.hops_from + stretches[first].0 as u64).saturating_sub(LAG) };
        let end =
            if last + 1 == stretches.len() { self.last_active } else { self.hops_from + stretches[last].1 as u64 };
        (start, end)
    }

    /// Whether a stretch of activity, as places in `hops`, is a blow or has no voice. Evidence
    /// comes late: its sound lies before.
    fn is_blow_in(&self, from: usize, to: usize) -> bool {
        let hops = &self.hops[from.saturating_sub(BEFORE)..=to];
        let voiced = hops.iter().filter(|hop| hop.voiced).count();
        is_blow(hops) || (voiced as f32) < VOICED * (to - from + 1) as f32
    }

    fn is_strokes(&self) -> bool {
        let heard = (self.last_active + 1 - self.hops_from) as usize;
        let mut powers: Vec<f32> = self.hops.iter().take(heard).map(|hop| hop.power).collect();
        powers.sort_unstable_by(|a, b| b.total_cmp(a));
        let whole: f32 = powers.iter().sum();
        powers.len() >= STROKES && powers[..powers.len() / 5].iter().sum::<f32>() > STROKES_SHARE * whole
    }

    fn is_tones(&self) -> bool {
        let active = || self.hops.iter().filter(|hop| hop.finding.active);
        active().filter(|hop| hop.steady).count() as f32 > TONES * active().count() as f32
    }

    /// Most of it is: one who spoke at the microphone before or after is not away.
    fn is_away(&self) -> bool {
        let far = self.hops.iter().filter(|hop| hop.finding.nearness.is_some_and(|nearness| nearness < AWAY)).count();
        far >= AWAY_HOPS && 2 * far > self.hops.iter().filter(|hop| hop.finding.active).count()
    }
}

/// Nearly all of the energy within a moment.
fn is_blow(hops: &[Decision]) -> bool {
    let energy = |hops: &[Decision]| hops.iter().map(|hop| hop.power).sum::<f32>();
    hops.windows(BLOW.min(hops.len())).any(|moment| energy(moment) > BLOW_SHARE * energy(hops))
}

/// The turns of one channel.
pub(super) struct Smoother {
    channel: Channel,
    /// The decisions of the last hops: evidence comes late, and the beginning of a word belongs to
    /// it.
    before: VecDeque<Decision>,
    open: Option<Open>,
}

impl Smoother {
    pub fn new(index: usize) -> Self {
        Self { channel: Channel::from_index(index), before: VecDeque::with_capacity(BEFORE + 1), open: None }
    }

    /// Whether a turn has begun that has not ended.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub fn hop(&mut self, hop: u64, decision: Decision, done: &mut Vec<Turn>) {
        if self.before.len() == BEFORE {
            self.before.pop_front();
        }
        if decision.finding.active && self.open.is_none() {
            let hops: Vec<Decision> = self.before.drain(..).collect();
            let hops_from = hop - hops.len() as u64;
            self.open =
                Some(Open { start: hop.saturating_sub(LAG), last_active: hop, follows: false, hops, hops_from });
        }
        let Some(open) = &mut self.open else {
            self.before.push_back(decision);
            return;
        };
        open.hops.push(decision);
        if decision.finding.active {
            open.last_active = hop;
        }
        if hop - open.last_active >= GAP {
            self.finish(done);
        } else if hop - open.start >= LONGEST_HOPS {
            self.cut(done);
        }
    }

    /// The turn that is still going on, once it is known to be speech; its end is not its last.
    pub fn open(&self) -> Option<Turn> {
        let open = self.open.as_ref().filter(|open| open.is_speech())?;
        Some(self.spoken(open, true))
    }

    /// Ends the open turn, if there is one.
    pub fn finish(&mut self, done: &mut Vec<Turn>) {
        if let Some(open) = self.open.take()
            && open.is_speech()
        {
            done.push(self.spoken(&open, false));
        }
    }

    fn cut(&mut self, done: &mut Vec<Turn>) {
        let Some(mut open) = self.open.take() else { return };
        let from = open.hops.len().saturating_sub(CUT_WITHIN);
        let quietest = open.hops[from..]
            .windows(WIDTH)
            .map(|window| window.iter().map(|hop| hop.power).sum::<f32>())
            .enumerate()
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map_or(open.hops.len(), |(place, _)| from + place + WIDTH / 2);
        let at = open.hops_from + quietest as u64;
        // What comes after the cut has been heard already; whether it holds a voice is counted from there.
        let rest = open.hops.split_off(quietest);
        let speech = open.is_speech();
        if speech {
            done.push(self.turn(&open, open.words().0, at, true));
        }
        self.open = Some(Open { start: at, hops_from: at, hops: rest, follows: speech, ..open });
    }

    /// The turn from its first word to the last that was heard.
    fn spoken(&self, open: &Open, continues: bool) -> Turn {
        let (start, last) = open.words();
        self.turn(open, start, (last + 1).saturating_sub(LAG).max(start + 1), continues)
    }

    fn turn(&self, open: &Open, start: u64, end: u64, continues: bool) -> Turn {
        Turn {
            channel: self.channel,
            span: Span::new(start * HOP as u64, end * HOP as u64),
            continues,
            off_microphone: open.is_away(),
            tones: open.is_tones(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn turns(decisions: impl IntoIterator<Item = Decision>) -> Vec<Turn> {
        let (mut smoother, mut done) = (Smoother::new(0), Vec::new());
        for (hop, decision) in decisions.into_iter().enumerate() {
            smoother.hop(hop as u64, decision, &mut done);
        }
        smoother.finish(&mut done);
        done
    }

    /// Stretches of hops, with the delay that evidence has.
    fn pattern(parts: &[(usize, bool)]) -> Vec<Decision> {
        parts
            .iter()
            .flat_map(|&(hops, active)| {
                let finding = ChannelHop { active, evidence: if active { 12.0 } else { -5.0 }, nearness: None };
                std::iter::repeat_n(
                    Decision { finding, voiced: active, steady: false, power: if active { 1.0 } else { 0.01 } },
                    hops,
                )
            })
            .collect()
    }

    #[test]
    fn a_short_word_is_a_turn_and_a_click_is_not() {
        let found = turns(pattern(&[(100, false), (30, true), (100, false), (8, true), (100, false)]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].span, Span::new((100 - LAG) * 160, (130 - LAG) * 160));
    }

    #[test]
    fn a_breath_does_not_end_a_turn() {
        assert_eq!(turns(pattern(&[(80, true), (40, false), (80, true), (60, false)])).len(), 1);
        assert_eq!(turns(pattern(&[(80, true), (55, false), (80, true), (60, false)])).len(), 2);
    }

    #[test]
    fn sound_that_is_no_voice_is_no_turn() {
        let knocking = pattern(&[(200, true), (100, false)]).into_iter().map(|d| Decision { voiced: false, ..d });
        assert_eq!(turns(knocking), []);
    }

    #[test]
    fn a_long_speech_is_cut_where_it_is_quiet() {
        let mut speech = pattern(&[(3000, true), (100, false)]);
        for decision in &mut speech[1500..1512] {
            decision.power = 0.1;
        }
        let found = turns(speech);
        assert_eq!(found.len(), 2);
        assert!(found[0].continues && !found[1].continues);
        assert!(found[0].span.end.abs_diff(1506 * 160) <= 5 * 160, "{found:?}");
        assert_eq!(found[0].span.end, found[1].span.start);
    }

    #[test]
    fn a_speech_that_ends_just_after_its_cut_keeps_its_end() {
        // The cut falls 6 s back; by then all of the rest has been heard.
        let mut speech = pattern(&[(1990, true), (100, false)]);
        for decision in &mut speech[1400..1412] {
            decision.power = 0.001;
        }
        let found = turns(speech);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].span.end.abs_diff((1990 - LAG) * 160) <= 320, "{found:?}");
    }

    #[test]
    fn a_blow_is_no_turn_and_a_word_as_short_is_one() {
        let mut blow = pattern(&[(100, false), (25, true), (100, false)]);
        for (hop, decision) in blow[100..].iter_mut().enumerate() {
            decision.power = 10f32.powf(-(hop as f32) / 5.0);
        }
        assert_eq!(turns(blow), []);
        assert_eq!(turns(pattern(&[(100, false), (25, true), (100, false)])).len(), 1);
        let mut strokes = pattern(&[(100, false), (130, true), (100, false)]);
        for (hop, decision) in strokes[100..].iter_mut().enumerate() {
            decision.power = 10f32.powf(-((hop % 55) as f32) / 5.0);
        }
        assert_eq!(turns(strokes), []);
    }

    #[test]
    fn a_gavel_beside_words_is_no_part_of_the_turn() {
        let blow = || {
            let mut blow = pattern(&[(20, true), (20, false)]);
            for (hop, decision) in blow.iter_mut().enumerate() {
                decision.power = 10f32.powf(1.0 - hop as f32 / 5.0);
            }
            blow
        };
        let words = || pattern(&[(120, true)]);
        let turns_of = |parts: [Vec<Decision>; 5]| turns(parts.into_iter().flatten());
        let pause = |hops| pattern(&[(hops, false)]);
        let found = turns_of([pause(100), blow(), words(), pause(20), [blow(), pause(100)].concat()]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].span, Span::new((140 - LAG) * 160, (260 - LAG) * 160));
        let two = turns_of([pause(100), words(), pause(20), words(), pause(100)]);
        assert_eq!(two[0].span, Span::new((100 - LAG) * 160, (360 - LAG) * 160), "words beside words are");
    }

    #[test]
    fn little_evidence_makes_no_turn() {
        let doubtful = pattern(&[(100, false), (60, true), (100, false)]);
        let doubtful =
            doubtful.into_iter().map(|d| Decision { finding: ChannelHop { evidence: 4.0, ..d.finding }, ..d });
        assert_eq!(turns(doubtful), []);
    }

    #[test]
    fn a_voice_far_from_every_microphone_is_marked() {
        let far = |nearness| {
            let said = pattern(&[(100, false), (60, true), (100, false)]);
            turns(said.into_iter().map(|d| Decision { finding: ChannelHop { nearness, ..d.finding }, ..d }))[0]
                .off_microphone
        };
        assert!(far(Some(-9.0)));
        assert!(!far(Some(-2.0)));
        assert!(!far(None));
    }

    #[test]
    fn a_turn_is_seen_while_it_goes_on() {
        let (mut smoother, mut done, mut seen) = (Smoother::new(0), Vec::new(), Vec::new());
        for (hop, decision) in pattern(&[(50, false), (200, true), (60, false)]).into_iter().enumerate() {
            smoother.hop(hop as u64, decision, &mut done);
            seen.extend(smoother.open());
        }
        assert_eq!(done.len(), 1);
        assert!(seen.iter().all(|open| open.span.start == done[0].span.start && open.span.end <= done[0].span.end));
        assert!(seen.windows(2).all(|pair| pair[0].span.end <= pair[1].span.end));
        assert_eq!(seen.last().map(|open| open.span), Some(done[0].span));
        assert_eq!(smoother.open(), None);
    }

    proptest! {
        #[test]
        fn no_speech_is_lost(parts in prop::collection::vec((1usize..900, any::<bool>()), 1..12)) {
            let found = turns(pattern(&parts));
            let mut start = 0;
            for (hops, active) in parts {
                let late = |hop: u64| hop.saturating_sub(LAG) * HOP as u64;
                let spoken = Span::new(late(start), late(start + hops as u64));
                start += hops as u64;
                let kept: u64 = found.iter().map(|turn| turn.span.overlap(spoken)).sum();
                prop_assert!(!active || hops < 20 || kept + 4 * HOP as u64 >= spoken.len(), "{spoken:?} in {found:?}");
            }
        }

        #[test]
        fn turns_are_ordered_disjoint_and_short_enough(parts in prop::collection::vec((1usize..900, any::<bool>()), 1..12)) {
            let found = turns(pattern(&parts));
            for turn in &found {
                prop_assert!(!turn.span.is_empty() && turn.span.len() <= LONGEST_TURN);
            }
            for pair in found.windows(2) {
                prop_assert!(pair[0].span.end <= pair[1].span.start);
                prop_assert!(pair[0].continues || pair[0].span.end < pair[1].span.start);
            }
        }
    }
}
