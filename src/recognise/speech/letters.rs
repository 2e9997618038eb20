//! Times of words where an engine tells none.

use crate::common::clock::Span;

/// Words of whose times nothing is known share the sound by their letters.
pub(super) fn spans(lengths: impl Iterator<Item = usize> + Clone, samples: u64) -> Vec<Span> {
    let all = lengths.clone().sum::<usize>().max(1) as u64;
    let mut before = 0;
    lengths
        .map(|length| {
            let start = samples * before / all;
            before += length as u64;
            Span::new(start, samples * before / all)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_share_the_sound_by_their_letters() {
        let spans = spans([4, 12].into_iter(), 16_000);
        assert_eq!(spans, [Span::new(0, 4000), Span::new(4000, 16_000)]);
    }
}
