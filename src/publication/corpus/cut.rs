//! Cutting what is too long.

use super::LONGEST;
use crate::common::clock::{Clock, Span};
use crate::transcript::edit::words;
use crate::transcript::{Utterance, Word};

/// A part of an utterance, on the recording's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) span: Span,
    pub(super) text: String,
}

/// An utterance in pieces that are short enough: itself, or parts of it that were cut at its longest
/// pauses. `None` where it is too long and nobody knows when each word was said.
pub(super) fn pieces(utterance: &Utterance, clock: Clock) -> Option<Vec<Piece>> {
    let longest = LONGEST * u64::from(clock.rate());
    let said = words(utterance.said()).collect::<Vec<_>>().join(" ");
    if utterance.span.len() <= longest {
        return Some(vec![Piece { span: utterance.span, text: said }]);
    }
    let words = utterance.said_words();
    let joined = words.iter().map(|word| word.text.trim()).collect::<Vec<_>>().join(" ");
    if joined != said {
        return None;
    }
    let mut pieces = Vec::new();
    cut(words, longest, &mut pieces).then_some(pieces)
}

/// Adds the words as pieces; says whether each is short enough.
fn cut(words: &[Word], longest: u64, pieces: &mut Vec<Piece>) -> bool {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return true };
    let span = Span::new(first.span.start, last.span.end.max(first.span.end));
    if span.len() <= longest {
        let text = words.iter().map(|word| word.text.trim()).collect::<Vec<_>>().join(" ");
        pieces.push(Piece { span, text });
        return true;
    }
    let pause = |at: &usize| words[*at].span.start.saturating_sub(words[*at - 1].span.end);
    // Of pauses that are as long, the one in the middle leaves the most of both sides.
    let middle = |at: &usize| usize::MAX - at.abs_diff(words.len() / 2);
    let Some(at) = (1..words.len()).max_by_key(|at| (pause(at), middle(at))) else { return false };
    cut(&words[..at], longest, pieces) && cut(&words[at..], longest, pieces)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;

    use super::*;
    use crate::common::clock::Channel;
    use crate::transcript::edit::Corrected;

    fn utterance(words: &[(u64, u64)]) -> Utterance {
        let words: Vec<Word> = words
            .iter()
            .enumerate()
            .map(|(place, (start, end))| Word {
                text: format!("k{place}"),
                span: Span::new(*start, *end),
                probability: 1.0,
            })
            .collect();
        let text = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let span = Span::new(words[0].span.start, words[words.len() - 1].span.end);
        let channel = Channel::new(1).expect("a channel");
        Utterance { channel, span, text, words, confidence: 1.0, flags: Vec::new(), corrected: Corrected::default() }
    }

    fn clock() -> Clock {
        Clock::new(NonZeroU32::new(16_000).expect("a rate"))
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_piece_is_too_long(
            steps in prop::collection::vec((1u64..60_000, 0u64..40_000), 1..120),
        ) {
            let mut at = 0;
            let mut words = Vec::new();
            for (length, pause) in steps {
                words.push((at, at + length));
                at += length + pause;
            }
            let utterance = utterance(&words);
            let pieces = pieces(&utterance, clock()).expect("no word is so long");
            let joined = pieces.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(joined, utterance.text);
            prop_assert!(pieces.iter().all(|piece| piece.span.len() <= 30 * 16_000));
            prop_assert!(pieces.windows(2).all(|two| two[0].span.end <= two[1].span.start));
        }
    }

    #[test]
    fn what_cannot_be_cut_is_told() {
        let mut long = utterance(&[(0, 16_000), (20_000, 600_000)]);
        assert_eq!(pieces(&long, clock()), None, "a word of 36 seconds");
        long = utterance(&[(0, 300_000), (310_000, 600_000)]);
        assert_eq!(pieces(&long, clock()).map(|pieces| pieces.len()), Some(2));
        long.words.clear();
        assert_eq!(pieces(&long, clock()), None);
    }
}
