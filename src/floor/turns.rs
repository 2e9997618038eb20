//! From decisions every 10 ms to turns: short gaps are filled, clicks dropped, long turns cut at their quietest place.

use super::{HOP, LONGEST_TURN, PRE_ROLL};
use crate::clock::{Channel, Span};

/// A stretch in which one channel has the floor, on the 16 kHz clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The channel.
    pub channel: Channel,
    /// From the first to the last decision for it.
    pub span: Span,
    /// Whether it was cut only for its length: what follows on the channel goes on without a pause.
    pub continues: bool,
}

impl Turn {
    /// What the recogniser should hear: a little more on both sides, where syllables begin and fade.
    #[must_use]
    pub fn audible(&self) -> Span {
        let after = if self.continues { 0 } else { PRE_ROLL / 2 };
        Span::new(self.span.start.saturating_sub(PRE_ROLL), self.span.end + after)
    }
}

/// Decisions that vote on one (90 ms).
const VOTERS: u32 = 9;
/// Hops by which the vote comes after what it decides.
const LAG: u64 = VOTERS as u64 / 2;
/// A pause shorter than this many hops does not end a turn (0.35 s: a stop consonant, a breath).
const GAP: u64 = 35;
/// A turn needs this many active hops (100 ms), or it was a click.
const SHORTEST: usize = 10;
/// And this many hops in which the detector hears a voice (50 ms).
const VOICED: usize = 5;
/// A long turn is cut within its last 8 s.
const CUT_WITHIN: usize = 800;
/// At the quietest 100 ms: a pause between words rather than a stop consonant.
const WIDTH: usize = 10;
const LONGEST_HOPS: u64 = LONGEST_TURN / HOP as u64;

/// What is known of one channel in one hop.
#[derive(Clone, Copy)]
pub(super) struct Decision {
    pub active: bool,
    pub voiced: bool,
    pub power: f32,
}

struct Open {
    start: u64,
    last_active: u64,
    /// Whether it follows a cut: the end of a speech is kept however short it is.
    follows: bool,
    /// Every hop since `hops_from`, as smoothed.
    hops: Vec<Decision>,
    hops_from: u64,
}

impl Open {
    fn is_speech(&self) -> bool {
        let count = |is: fn(&Decision) -> bool| self.hops.iter().filter(|hop| is(hop)).count();
        let voiced = count(|hop| hop.voiced);
        if self.follows { voiced > 0 } else { voiced >= VOICED && count(|hop| hop.active) >= SHORTEST }
    }
}

/// The turns of one channel.
pub(super) struct Smoother {
    channel: Channel,
    votes: u32,
    open: Option<Open>,
}

impl Smoother {
    pub fn new(index: usize) -> Self {
        Self { channel: Channel::from_index(index), votes: 0, open: None }
    }

    pub fn hop(&mut self, hop: u64, decision: Decision, done: &mut Vec<Turn>) {
        self.votes = (self.votes << 1 | u32::from(decision.active)) & ((1 << VOTERS) - 1);
        let active = self.votes.count_ones() * 2 > VOTERS;
        if active {
            // The vote lags by half its width; the turn began with the decisions that carried it.
            let open = self.open.get_or_insert_with(|| Open {
                start: hop.saturating_sub(LAG),
                last_active: hop,
                follows: false,
                hops: Vec::new(),
                hops_from: hop,
            });
            open.last_active = hop;
        }
        let Some(open) = &mut self.open else { return };
        open.hops.push(Decision { active, ..decision });
        if hop - open.last_active >= GAP {
            self.finish(done);
        } else if hop - open.start >= LONGEST_HOPS {
            self.cut(done);
        }
    }

    /// The turn that is still going on, once it is known to be speech; its end is not its last.
    pub fn open(&self) -> Option<Turn> {
        let open = self.open.as_ref().filter(|open| open.is_speech())?;
        let end = (open.last_active + 1).saturating_sub(LAG).max(open.start + 1);
        Some(self.turn(open.start, end, true))
    }

    /// Ends the open turn, if there is one.
    pub fn finish(&mut self, done: &mut Vec<Turn>) {
        if let Some(open) = self.open.take()
            && open.is_speech()
        {
            let end = (open.last_active + 1).saturating_sub(LAG).max(open.start + 1);
            done.push(self.turn(open.start, end, false));
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
            done.push(self.turn(open.start, at, true));
        }
        self.open = Some(Open { start: at, hops_from: at, hops: rest, follows: speech, ..open });
    }

    fn turn(&self, start: u64, end: u64, continues: bool) -> Turn {
        Turn { channel: self.channel, span: Span::new(start * HOP as u64, end * HOP as u64), continues }
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

    fn pattern(parts: &[(usize, bool)]) -> Vec<Decision> {
        parts
            .iter()
            .flat_map(|&(hops, active)| {
                std::iter::repeat_n(Decision { active, voiced: active, power: if active { 1.0 } else { 0.01 } }, hops)
            })
            .collect()
    }

    #[test]
    fn a_short_word_is_a_turn_and_a_click_is_not() {
        let found = turns(pattern(&[(100, false), (30, true), (100, false), (4, true), (100, false)]));
        assert_eq!(found.len(), 1);
        assert!(found[0].span.start.abs_diff(100 * 160) <= 320, "{found:?}");
        assert!(found[0].span.end.abs_diff(130 * 160) <= 320, "{found:?}");
    }

    #[test]
    fn a_breath_does_not_end_a_turn() {
        assert_eq!(turns(pattern(&[(80, true), (25, false), (80, true), (60, false)])).len(), 1);
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
        assert!(found[1].span.end.abs_diff(1990 * 160) <= 320, "{found:?}");
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
                let spoken = Span::new(start * HOP as u64, (start + hops as u64) * HOP as u64);
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
