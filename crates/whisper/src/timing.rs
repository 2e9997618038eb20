//! Moves the edges of words from the frames where the decoder's attention changes to where the
//! sound says so.
//!
//! Attention tells to about a tenth of a second where a word begins, and gives a pause to the word
//! before it. So an edge between two words goes to the quietest place near by, and a word that
//! begins or ends with quiet is cut to its sound.

use std::ops::Range;

/// Samples (10 ms) whose level is one.
const PART: usize = 160;
/// Parts that an edge moves by at most.
const NEAR: usize = 6;
/// A part is quiet at so little of the power of the loud parts (−25 dB) …
const QUIET: f32 = 0.003_162;
/// … which one part in twenty exceeds.
const LOUD: f32 = 0.95;

/// Moves the edges of `spans`, which follow one another in `sound`. They keep their order, stay
/// inside it, and keep `least` samples each where they had them.
pub(crate) fn settle(sound: &[f32], spans: &mut [Range<usize>], least: usize) {
    let power = |part: &[f32]| part.iter().map(|sample| sample * sample).sum::<f32>() / part.len() as f32;
    let levels: Vec<f32> = sound.chunks(PART).map(power).collect();
    let mut sorted = levels.clone();
    sorted.sort_unstable_by(f32::total_cmp);
    let Some(&loud) = sorted.get((LOUD * sorted.len() as f32) as usize) else { return };

    for next in 1..spans.len() {
        let edge = spans[next].start;
        let (first, end) = (spans[next - 1].start + least, spans[next].end.saturating_sub(least));
        if spans[next - 1].end != edge || first > end {
            continue;
        }
        let near = (edge / PART).saturating_sub(NEAR)..(edge / PART + NEAR + 1).min(levels.len());
        let places =
            near.map(|part| (levels[part], part * PART + PART / 2)).filter(|(_, at)| (first..=end).contains(at));
        if let Some((_, quietest)) = places.min_by(|a, b| a.0.total_cmp(&b.0)) {
            spans[next - 1].end = quietest;
            spans[next].start = quietest;
        }
    }
    let is_quiet = |sample: usize| levels.get(sample / PART).is_some_and(|&level| level < loud * QUIET);
    for span in spans {
        while span.start + PART + least <= span.end && is_quiet(span.start) {
            span.start += PART;
        }
        while span.start + PART + least <= span.end && is_quiet(span.end - 1) {
            span.end -= PART;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::Random;
    use proptest::prelude::*;

    #[test]
    fn a_pause_belongs_to_no_word() {
        let mut sound = Random(1).many(16_000, 0.5);
        sound[..1600].fill(0.0);
        sound[6400..11_200].fill(0.001);
        let mut spans = [0..9600, 9600..16_000];
        settle(&sound, &mut spans, 320);
        assert!(spans[0].start.abs_diff(1600) <= PART && spans[0].end.abs_diff(6400) <= PART, "{spans:?}");
        assert!(spans[1].start.abs_diff(11_200) <= PART && spans[1].end == 16_000, "{spans:?}");
    }

    #[test]
    fn an_edge_goes_to_the_quietest_place_near_by() {
        let mut sound = Random(2).many(16_000, 0.5);
        for sample in &mut sound[8000..8160] {
            *sample *= 0.2;
        }
        let mut spans = [0..8600, 8600..16_000];
        settle(&sound, &mut spans, 320);
        assert_eq!(spans, [0..8080, 8080..16_000]);
    }

    proptest! {
        #[test]
        fn spans_keep_their_order(samples in 0usize..20_000, mut edges in prop::collection::vec(0usize..20_000, 1..20), seed in any::<u64>()) {
            for edge in &mut edges {
                *edge = samples.min(*edge);
            }
            edges.sort_unstable();
            let before: Vec<Range<usize>> = edges.windows(2).map(|edge| edge[0]..edge[1]).collect();
            let mut after = before.clone();
            let loudness = Random(seed).next();
            let sound: Vec<f32> = (0..samples).map(|n| if n / 700 % 3 == 0 { 0.0 } else { loudness }).collect();
            settle(&sound, &mut after, 320);
            let mut last = 0;
            for (before, after) in before.iter().zip(&after) {
                prop_assert!(last <= after.start && after.start <= after.end && after.end <= samples);
                prop_assert!(before.len() < 320 || after.len() >= 320);
                last = after.end;
            }
        }
    }
}
