//! Times of words moved to where the sound pauses.

use crate::common::clock::Span;

/// Samples (10 ms) whose power is compared.
const HOP: usize = 160;
/// Hops before a word's start among which the quietest is looked for (150 ms): the decoder attends
/// to a word a little after it begins.
const BACK: u64 = 15;

/// Words whose times the attention tells, each start moved to the quietest 10 ms shortly before it.
/// Starts ascend, and no word is without length where there is room.
pub(super) fn moved(spans: &[Span], sound: &[f32]) -> Vec<Span> {
    let power: Vec<f32> = sound.chunks(HOP).map(|hop| hop.iter().map(|x| x * x).sum()).collect();
    let mut starts: Vec<u64> = Vec::with_capacity(spans.len());
    for (place, span) in spans.iter().enumerate() {
        let hop = span.start / HOP as u64;
        // Never before the middle of the word above, which would lose its own sound.
        let before =
            place.checked_sub(1).map_or(0, |before| u64::midpoint(starts[before], span.start).max(starts[before] + 1));
        let from = hop.saturating_sub(BACK).max(before.div_ceil(HOP as u64));
        let quietest = (from..=hop).filter_map(|hop| Some((hop, power.get(hop as usize)?)));
        let found = quietest.min_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        starts.push(found.map_or(span.start, |(hop, _)| (hop * HOP as u64).clamp(before, span.start.max(before))));
    }
    (0..spans.len())
        .map(|place| {
            let end = spans[place].end;
            let end = starts
                .get(place + 1)
                .map_or(end, |&next| if end > next || spans[place + 1].start == end { next } else { end });
            Span::new(starts[place], end.max(starts[place]))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_word_begins_in_the_pause_before_it() {
        let mut sound = vec![0.5; 16_000];
        sound[6400..6560].fill(0.0);
        let spans = moved(&[Span::new(0, 7040), Span::new(7040, 16_000)], &sound);
        assert_eq!(spans, [Span::new(0, 6400), Span::new(6400, 16_000)]);
    }

    proptest! {
        #[test]
        fn starts_ascend_and_stay_inside(edges in prop::collection::btree_set(0u64..200, 2..40), seed: u32) {
            let edges: Vec<u64> = edges.into_iter().map(|edge| 320 * edge).collect();
            let spans: Vec<Span> = edges.windows(2).map(|pair| Span::new(pair[0], pair[1])).collect();
            let mut state = seed;
            let sound: Vec<f32> = (0..64_000).map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 8_388_608.0 - 1.0
            }).collect();
            let found = moved(&spans, &sound);
            prop_assert_eq!(found.len(), spans.len());
            for pair in found.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start && pair[0].start < pair[1].start);
            }
            prop_assert!(found.iter().all(|span| span.end > span.start && span.end <= 64_000));
        }
    }
}
