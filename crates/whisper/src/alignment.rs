//! When each token was said: the path of the decoder's attention through the sound.
//!
//! `find_alignment` in OpenAI's `timing.py`: the cross-attention of some heads, which follow the
//! words, is normalised over the tokens and smoothed by a median; dynamic time warping (Sakoe and
//! Chiba, 1978) finds the path of most attention through it.

use crate::kernel::{Kernel, loops};
use crate::weights::Dimensions;

/// Frames of the median.
const MEDIAN: usize = 7;

/// Heads that follow the words in the official models, as (layer, head), by (layers of the encoder,
/// layers of the decoder, vocabulary). OpenAI publishes them in `whisper/__init__.py`; fine-tuned
/// weights keep them. The first large model has the sizes of the second, which is the one in use.
type Heads = &'static [(usize, usize)];
const OFFICIAL: [((usize, usize, usize), Heads); 11] = [
    ((4, 4, 51_864), &[(1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)]),
    ((4, 4, 51_865), &[(2, 2), (3, 0), (3, 2), (3, 3), (3, 4), (3, 5)]),
    ((6, 6, 51_864), &[(3, 3), (4, 7), (5, 1), (5, 5), (5, 7)]),
    ((6, 6, 51_865), &[(3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)]),
    (
        (12, 12, 51_864),
        &[
            (6, 6),
            (7, 0),
            (7, 3),
            (7, 8),
            (8, 2),
            (8, 5),
            (8, 7),
            (9, 0),
            (9, 4),
            (9, 8),
            (9, 10),
            (10, 0),
            (10, 1),
            (10, 2),
            (10, 3),
            (10, 6),
            (10, 11),
            (11, 2),
            (11, 4),
        ],
    ),
    ((12, 12, 51_865), &[(5, 3), (5, 9), (8, 0), (8, 4), (8, 7), (8, 8), (9, 0), (9, 7), (9, 9), (10, 5)]),
    (
        (24, 24, 51_864),
        &[
            (11, 4),
            (14, 1),
            (14, 12),
            (14, 14),
            (15, 4),
            (16, 0),
            (16, 4),
            (16, 9),
            (17, 12),
            (17, 14),
            (18, 7),
            (18, 10),
            (18, 15),
            (20, 0),
            (20, 3),
            (20, 9),
            (20, 14),
            (21, 12),
        ],
    ),
    ((24, 24, 51_865), &[(13, 15), (15, 4), (15, 15), (16, 1), (20, 0), (23, 4)]),
    (
        (32, 32, 51_865),
        &[
            (10, 12),
            (13, 17),
            (16, 11),
            (16, 12),
            (16, 13),
            (17, 15),
            (17, 16),
            (18, 4),
            (18, 11),
            (18, 19),
            (19, 11),
            (21, 2),
            (21, 3),
            (22, 3),
            (22, 9),
            (22, 12),
            (23, 5),
            (23, 7),
            (23, 13),
            (25, 5),
            (26, 1),
            (26, 12),
            (27, 15),
        ],
    ),
    ((32, 32, 51_866), &[(7, 0), (10, 17), (12, 18), (13, 12), (16, 1), (17, 14), (19, 11), (21, 4), (24, 1), (25, 6)]),
    ((32, 4, 51_866), &[(2, 4), (2, 11), (3, 3), (3, 6), (3, 11), (3, 14)]),
];

/// The heads that follow the words: the official table of the architecture, else all of the upper
/// half of the layers.
pub(crate) fn heads_of(dimensions: &Dimensions) -> Vec<(usize, usize)> {
    let sizes = (dimensions.audio_layers, dimensions.text_layers, dimensions.vocabulary);
    let fits = |heads: &Heads| heads.iter().all(|&(_, head)| head < dimensions.text_heads);
    if let Some((_, heads)) = OFFICIAL.iter().find(|(official, heads)| *official == sizes && fits(heads)) {
        return heads.to_vec();
    }
    let layers = dimensions.text_layers / 2..dimensions.text_layers;
    layers.flat_map(|layer| (0..dimensions.text_heads).map(move |head| (layer, head))).collect()
}

/// For each of `rows` tokens the frame at which it begins, from the scores of several heads before
/// the softmax: `rows × frames` each. Rows before `skip` have a part in the normalisation only. The
/// frames ascend; the first token begins at 0.
pub(crate) fn beginnings(
    kernel: Kernel,
    scores: &mut [Vec<f32>],
    rows: usize,
    frames: usize,
    skip: usize,
    last: usize,
) -> Vec<usize> {
    let mut cost = vec![0.0; (last - skip) * frames];
    for head in scores.iter_mut() {
        for row in head.chunks_exact_mut(frames) {
            loops::softmax(kernel, row, frames);
        }
        standardise(head, rows, frames);
        let kept = head[skip * frames..last * frames].chunks_exact(frames);
        for (row, cost) in kept.zip(cost.chunks_exact_mut(frames)) {
            for (frame, cost) in cost.iter_mut().enumerate() {
                *cost -= median(row, frame);
            }
        }
    }
    let mut beginnings = Vec::with_capacity(last - skip);
    for (token, frame) in path(&cost, last - skip, frames) {
        if token == beginnings.len() {
            beginnings.push(frame);
        }
    }
    beginnings
}

/// Every frame over all tokens: mean 0, variance 1.
fn standardise(values: &mut [f32], rows: usize, frames: usize) {
    let mut mean = vec![0.0; frames];
    for row in values.chunks_exact(frames) {
        for (mean, value) in mean.iter_mut().zip(row) {
            *mean += value;
        }
    }
    for mean in &mut mean {
        *mean /= rows as f32;
    }
    let mut inverse = vec![0.0; frames];
    for row in values.chunks_exact(frames) {
        let off = row.iter().zip(&mean).map(|(value, mean)| (value - mean).powi(2));
        for (sum, off) in inverse.iter_mut().zip(off) {
            *sum += off;
        }
    }
    for sum in &mut inverse {
        *sum = 1.0 / (*sum / rows as f32).sqrt().max(1e-12);
    }
    for row in values.chunks_exact_mut(frames) {
        for (value, (mean, inverse)) in row.iter_mut().zip(mean.iter().zip(&inverse)) {
            *value = (*value - mean) * inverse;
        }
    }
}

/// The median of the frames around `frame`; beyond its ends a row is mirrored.
fn median(row: &[f32], frame: usize) -> f32 {
    let half = MEDIAN / 2;
    if row.len() <= half {
        return row[frame];
    }
    let mut around = [0.0; MEDIAN];
    for (place, value) in around.iter_mut().enumerate() {
        let at = (frame + place).abs_diff(half);
        *value = row[if at < row.len() { at } else { 2 * (row.len() - 1) - at }];
    }
    around.sort_unstable_by(f32::total_cmp);
    around[half]
}

/// The cheapest way from the first token and frame to the last of both, each step going on by a
/// token, a frame, or both.
pub(crate) fn path(cost: &[f32], tokens: usize, frames: usize) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy)]
    enum Step {
        Both,
        Token,
        Frame,
    }
    let width = frames + 1;
    let mut total = vec![f32::INFINITY; (tokens + 1) * width];
    let mut steps = vec![Step::Both; (tokens + 1) * width];
    total[0] = 0.0;
    for token in 1..=tokens {
        for frame in 1..=frames {
            let (both, one, other) = (
                total[(token - 1) * width + frame - 1],
                total[(token - 1) * width + frame],
                total[token * width + frame - 1],
            );
            let (least, step) = if both < one && both < other {
                (both, Step::Both)
            } else if one < both && one < other {
                (one, Step::Token)
            } else {
                (other, Step::Frame)
            };
            total[token * width + frame] = cost[(token - 1) * frames + frame - 1] + least;
            steps[token * width + frame] = step;
        }
    }
    let (mut token, mut frame) = (tokens, frames);
    let mut path = Vec::new();
    while token > 0 && frame > 0 {
        path.push((token - 1, frame - 1));
        match steps[token * width + frame] {
            Step::Both => (token, frame) = (token - 1, frame - 1),
            Step::Token => token -= 1,
            Step::Frame => frame -= 1,
        }
    }
    // What is left of the tokens began with the sound.
    path.extend((0..token).rev().map(|token| (token, 0)));
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)]

    use super::*;
    use crate::reference::Random;
    use proptest::prelude::*;

    /// The least cost of all ways, each tried.
    fn least(cost: &[f32], frames: usize, token: usize, frame: usize) -> f32 {
        let before = match (token, frame) {
            (0, 0) => 0.0,
            (0, _) => least(cost, frames, token, frame - 1),
            (_, 0) => least(cost, frames, token - 1, frame),
            _ => [(token - 1, frame - 1), (token - 1, frame), (token, frame - 1)]
                .into_iter()
                .map(|(token, frame)| least(cost, frames, token, frame))
                .fold(f32::INFINITY, f32::min),
        };
        before + cost[token * frames + frame]
    }

    proptest! {
        #[test]
        fn the_path_is_the_cheapest(tokens in 1usize..6, frames in 1usize..6, seed in any::<u64>()) {
            let cost = Random(seed).many(tokens * frames, 1.0);
            let path = path(&cost, tokens, frames);
            prop_assert_eq!(path.first(), Some(&(0, 0)));
            prop_assert_eq!(path.last(), Some(&(tokens - 1, frames - 1)));
            for pair in path.windows(2) {
                let step = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
                prop_assert!([(0, 1), (1, 0), (1, 1)].contains(&step));
            }
            let found: f32 = path.iter().map(|&(token, frame)| cost[token * frames + frame]).sum();
            prop_assert!((found - least(&cost, frames, tokens - 1, frames - 1)).abs() < 1e-5);
        }

        #[test]
        fn the_median_is_that_of_a_sorted_window(length in 1usize..30, seed in any::<u64>()) {
            let row = Random(seed).many(length, 1.0);
            for frame in 0..length {
                let mirrored = |at: i64| {
                    let at = at.unsigned_abs() as usize;
                    row[if at < length { at } else { 2 * (length - 1) - at }]
                };
                let expected = if length <= 3 { row[frame] } else {
                    let mut around: Vec<f32> = (-3..=3).map(|by| mirrored(frame as i64 + by)).collect();
                    around.sort_by(f32::total_cmp);
                    around[3]
                };
                prop_assert_eq!(median(&row, frame), expected);
            }
        }
    }

    #[test]
    fn tokens_begin_where_they_are_attended_to() {
        // Two heads look at frames 0–9, 10–24, 25–39 and 40–49 for the four tokens after two of the
        // task.
        let (rows, frames, edges) = (7, 50, [0, 10, 25, 40, 50]);
        let mut random = Random(3);
        let mut head = || {
            let mut scores = random.many(rows * frames, 0.5);
            for (token, span) in edges.windows(2).enumerate() {
                scores[(token + 2) * frames..][span[0]..span[1]].iter_mut().for_each(|score| *score += 6.0);
            }
            scores
        };
        let found = beginnings(Kernel::best(), &mut [head(), head()], rows, frames, 2, 6);
        assert_eq!(found.len(), 4);
        for (found, edge) in found.iter().zip(edges) {
            assert!(found.abs_diff(edge) <= 1, "{found} {edge}");
        }
    }

    #[test]
    fn official_models_have_their_own_heads_and_others_the_upper_half() {
        let base = Dimensions {
            mels: 80,
            audio_context: 1500,
            width: 512,
            audio_heads: 8,
            audio_layers: 6,
            text_context: 448,
            text_heads: 8,
            text_layers: 6,
            vocabulary: 51_865,
        };
        assert_eq!(heads_of(&base)[0], (3, 1));
        let demo = Dimensions { audio_layers: 4, text_layers: 3, text_heads: 2, ..base };
        assert_eq!(heads_of(&demo), [(1, 0), (1, 1), (2, 0), (2, 1)]);
    }
}
