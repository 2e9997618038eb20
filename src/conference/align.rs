//! By how much the system's clock and the recording's differ, found from the edges of speech.
//!
//! Who speaks switches the microphone on first and off afterwards. So under the right origin (what
//! the system's clock says at the recording's first sample) speech begins soon after *on*, and has
//! ended soon before *off*. Each edge allows some stretches of origins; the origin that most edges
//! allow is the one, if it stands out. Where in that stretch it lies follows from the tightest
//! edges: nobody speaks before *on* or after *off*.

use crate::common::clock::{Channel, Span};

/// Speech begins this much before (the clocks' own granularity) or after *on*, and ends so before
/// or after *off*, in ms.
const EARLY: i64 = 500;
const LATE: i64 = 3_000;
/// An edge of speech is one where the channel was or stays silent for so long, in ms: pauses within
/// a speech tell nothing of its microphone.
const PAUSE: u64 = 2_000;
/// So many edges must agree at least.
const LEAST: usize = 4;
/// Beyond this distance from the best origin, another is a rival; it may have at most this share of
/// the edges.
const APART: i64 = 6_000;
const RIVAL: f64 = 0.6;
/// Of the edges within the recording, this share and [`LEAST`] more must agree, or all: a
/// microphone may well be on without a word, but of few edges a third agrees by chance, as speeches
/// of like length bring two edges at once.
const SHARE: f64 = 0.34;
/// More pairs of edges than this are thinned out evenly; far more than tell the origin.
const PAIRS: usize = 1 << 21;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// What the system's clock says at the recording's first sample, in ms.
    pub origin: i64,
    /// How far off that may be either way, in ms.
    pub spread: u64,
    /// Edges that agree with it.
    pub agreeing: usize,
    /// Edges that fall into the recording.
    pub edges: usize,
}

/// A microphone that was switched.
#[derive(Clone, Copy, Debug)]
struct Edge {
    at: i64,
    channel: Channel,
    on: bool,
}

/// Finds the origin of a system's clock. `switched` are its microphones that went on (`true`) or
/// off, in ms of its clock; `turns` are the speech of the recording, in ms of it. Both in any
/// order. `None` where too few edges agree, or where they agree with another origin nearly as well.
#[must_use]
pub fn align(switched: &[(i64, Channel, bool)], turns: &[(Channel, Span)]) -> Option<Alignment> {
    let edges: Vec<Edge> = switched.iter().map(|&(at, channel, on)| Edge { at, channel, on }).collect();
    let speech = edges_of_speech(turns);
    let length = turns.iter().map(|(_, span)| span.end).max()? as i64;
    let allowed = allowed(&edges, &speech);
    let (best, from, until) = most_allowed(&allowed, None)?;
    let middle = i64::midpoint(from, until);
    let rival = most_allowed(&allowed, Some(middle)).map_or(0, |(count, ..)| count);
    let within = |edge: &&Edge| (0..=length).contains(&(edge.at - middle));
    let inside = edges.iter().filter(within).count();
    let stands_out = rival as f64 <= RIVAL * best as f64;
    let needed = (SHARE * inside as f64 + LEAST as f64).min(inside as f64);
    if best < LEAST || (best as f64) < needed || !stands_out {
        return None;
    }
    let (origin, spread) = refine(&edges, &speech, middle);
    Some(Alignment { origin, spread, agreeing: best, edges: inside })
}

/// Where speech begins and ends on each channel, after and before silence: by channel number,
/// beginnings and ends.
fn edges_of_speech(turns: &[(Channel, Span)]) -> Vec<[Vec<i64>; 2]> {
    let mut turns = turns.to_vec();
    turns.sort_unstable_by_key(|(channel, span)| (*channel, span.start));
    let mut speech: Vec<[Vec<i64>; 2]> = Vec::new();
    let mut last: Option<(Channel, u64)> = None;
    for (channel, span) in turns {
        speech.resize_with(speech.len().max(channel.index() + 1), Default::default);
        let [starts, ends] = &mut speech[channel.index()];
        match last {
            Some((before, end)) if before == channel && span.start < end.saturating_add(PAUSE) => {
                let end = end.max(span.end);
                if let Some(known) = ends.last_mut() {
                    *known = end as i64;
                }
                last = Some((channel, end));
            }
            _ => {
                starts.push(span.start as i64);
                ends.push(span.end as i64);
                last = Some((channel, span.end));
            }
        }
    }
    speech
}

/// When speech begins (beside *on*) or ends (beside *off*) on the channel of an edge.
fn beside<'a>(edge: &Edge, speech: &'a [[Vec<i64>; 2]]) -> &'a [i64] {
    speech.get(edge.channel.index()).map_or(&[], |sides| &sides[usize::from(!edge.on)])
}

/// The origins under which an edge lies beside a time of speech.
fn stretch(edge: &Edge, time: i64) -> (i64, i64) {
    let exact = edge.at.saturating_sub(time);
    if edge.on { (exact - EARLY, exact + LATE) } else { (exact - LATE, exact + EARLY) }
}

/// For each edge, the stretches of origins that it allows; those of one edge do not overlap.
fn allowed(edges: &[Edge], speech: &[[Vec<i64>; 2]]) -> Vec<(i64, i64)> {
    let pairs: usize = edges.iter().map(|edge| beside(edge, speech).len()).fold(0, usize::saturating_add);
    let step = pairs.div_ceil(PAIRS).max(1);
    let mut all = Vec::with_capacity(pairs.min(PAIRS));
    for edge in edges.iter().step_by(step) {
        let own = all.len();
        // The later the speech, the earlier the origin.
        for &time in beside(edge, speech).iter().rev() {
            let (from, until) = stretch(edge, time);
            match all[own..].last_mut() {
                Some((_, last)) if *last >= from => *last = until,
                _ => all.push((from, until)),
            }
        }
    }
    all
}

/// The stretch of origins that most edges allow, and how many; away from an origin, if one is
/// given.
fn most_allowed(allowed: &[(i64, i64)], away_from: Option<i64>) -> Option<(usize, i64, i64)> {
    let mut steps: Vec<(i64, i32)> = Vec::new();
    for &(from, until) in allowed {
        if away_from.is_none_or(|origin| until < origin - APART || from > origin + APART) {
            steps.extend([(from, 1), (until, -1)]);
        }
    }
    // Of equal times the beginnings first: stretches that touch have a point in common.
    steps.sort_unstable_by_key(|&(at, step)| (at, -step));
    let (mut count, mut best) = (0, None::<(i32, i64, i64)>);
    for (place, &(at, step)) in steps.iter().enumerate() {
        count += step;
        if step > 0 && best.is_none_or(|(most, ..)| count > most) {
            let end = steps.get(place + 1).map_or(at, |next| next.0);
            best = Some((count, at, end));
        }
    }
    best.map(|(count, from, until)| (usize::try_from(count).unwrap_or(0), from, until))
}

/// Between what the quickest speakers allow and what the quickest hands allow.
fn refine(edges: &[Edge], speech: &[[Vec<i64>; 2]], middle: i64) -> (i64, u64) {
    let exact = |on: bool| -> Vec<i64> {
        let nearest = |edge: &Edge| {
            let holds = |time: &&i64| {
                let (from, until) = stretch(edge, **time);
                from <= middle && middle <= until
            };
            let origins = beside(edge, speech).iter().filter(holds).map(|time| edge.at.saturating_sub(*time));
            origins.min_by_key(|origin| origin.abs_diff(middle))
        };
        let mut origins: Vec<i64> = edges.iter().filter(|edge| edge.on == on).filter_map(nearest).collect();
        origins.sort_unstable();
        origins
    };
    let (ons, offs) = (exact(true), exact(false));
    // One edge in ten may be wrong: a cough before the button, a word into a microphone that is already
    // off.
    let lower = ons.get(ons.len().saturating_sub(1) * 9 / 10).copied();
    let upper = offs.get(offs.len() / 10).copied();
    match (lower, upper) {
        (Some(lower), Some(upper)) => (i64::midpoint(lower, upper), lower.abs_diff(upper).div_ceil(2)),
        (Some(only), None) | (None, Some(only)) => (only, only.abs_diff(middle)),
        (None, None) => (middle, LATE.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Switches = Vec<(i64, Channel, bool)>;

    /// Speech on so many channels, and the switches of hands that need `hand` ms, on a clock whose
    /// origin is `origin`.
    fn meeting(seed: u64, turns: usize, hand: i64, origin: i64) -> (Vec<(Channel, Span)>, Switches) {
        let mut state = seed;
        let mut random = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below.max(1)
        };
        let (mut spoken, mut switched) = (Vec::new(), Vec::new());
        let mut now = 5_000;
        for _ in 0..turns {
            let channel = Channel::from_index(random(6) as usize);
            let end = now + 2_000 + random(30_000);
            spoken.push((channel, Span::new(now, end)));
            let delay = |random: &mut dyn FnMut(u64) -> u64| hand / 4 + random(hand.unsigned_abs()) as i64;
            switched.push((origin + now as i64 - delay(&mut random), channel, true));
            switched.push((origin + end as i64 + delay(&mut random), channel, false));
            now = end + 1_000 + random(6_000);
        }
        switched.sort_unstable_by_key(|edge| edge.0);
        (spoken, switched)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_origin_is_found_whatever_it_is(seed in any::<u64>(), turns in 12usize..60, origin in -1i64 << 41..1 << 41) {
            let (spoken, switched) = meeting(seed, turns, 1_200, origin);
            let found = align(&switched, &spoken).expect("found");
            prop_assert!(found.origin.abs_diff(origin) <= 500, "{found:?}, not {origin}");
            prop_assert!(found.agreeing * 10 >= found.edges * 7, "{found:?}");
        }

        #[test]
        fn switches_of_another_meeting_are_not_taken(seed in any::<u64>(), turns in 12usize..60) {
            let (spoken, _) = meeting(seed, turns, 1_200, 0);
            let (_, switched) = meeting(seed ^ 0x5555, turns, 1_200, 0);
            prop_assert_eq!(align(&switched, &spoken), None);
        }
    }

    #[test]
    fn three_speeches_of_like_length_do_not_make_another_meeting_this_one() {
        let (spoken, _) = meeting(0x5d9f_b9e6_39cd_fa04, 12, 1_200, 0);
        let (_, switched) = meeting(0x5d9f_b9e6_39cd_fa04 ^ 0x5555, 12, 1_200, 0);
        assert_eq!(align(&switched, &spoken), None);
    }

    #[test]
    fn microphones_that_stay_on_without_a_word_and_lost_events_do_no_harm() {
        let (spoken, mut switched) = meeting(7, 40, 1_000, 90_000);
        for place in 0..20 {
            let at = 90_000 + place * 23_456;
            switched.extend([(at, Channel::from_index(7), true), (at + 4_000, Channel::from_index(2), true)]);
        }
        switched.retain(|(at, ..)| at % 5 != 0);
        let found = align(&switched, &spoken).expect("found");
        assert!(found.origin.abs_diff(90_000) <= 500, "{found:?}");
    }

    #[test]
    fn a_few_events_prove_nothing() {
        let first = Channel::from_index(0);
        assert_eq!(align(&[(100, first, true)], &[(first, Span::new(100, 5_000))]), None);
        assert_eq!(align(&[], &[]), None);
    }
}
