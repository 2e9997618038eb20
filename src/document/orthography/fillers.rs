//! *Verbatim bersih*: fillers and false starts are taken out where the lexicon lists them and the
//! speaker halted on them.
//!
//! Nothing is taken out beside a number or a word that no machine may change: *lima eh enam miliar*
//! is a correction, and what was corrected is for a person to hear. An utterance of nothing but
//! fillers stays.

use std::ops::Range;

use super::draft::Draft;
use super::passage::Passage;
use super::{Lexicon, Rule};

/// How a recogniser marks a word that breaks off.
const BREAKS: [&str; 6] = ["-", "–", "—", "...", "…", "-,"];

pub(super) fn take_out(draft: &mut Draft, lexicon: &Lexicon) {
    let passage = draft.passage;
    let mut place = 0;
    while place < passage.len() {
        let filler = lexicon.filler_at(|offset| passage.lower(place + offset)).map(|length| place..place + length);
        let found = filler.filter(|words| passage.is_unbroken(words.clone())).map(|words| (words, Rule::Filler));
        let found = found.or_else(|| false_start(passage, place, lexicon).map(|words| (words, Rule::FalseStart)));
        place += match found {
            Some((words, rule)) => {
                let length = words.len();
                if may_go(draft, &words, rule) && passage.halts(words.clone()) {
                    draft.take_out(words, rule);
                }
                length
            }
            None => 1,
        };
    }
}

/// A beginning of the next word that breaks off: *pem- pembangunan*.
fn false_start(passage: &Passage, place: usize, lexicon: &Lexicon) -> Option<Range<usize>> {
    let (piece, whole) = (passage.lower(place), passage.lower(place + 1));
    let begun = lexicon.is_fragment(piece) && whole.len() > piece.len() && whole.starts_with(piece);
    (begun && BREAKS.contains(&passage.tail(place))).then_some(place..place + 1)
}

fn may_go(draft: &Draft, words: &Range<usize>, rule: Rule) -> bool {
    let passage = draft.passage;
    let last = words.end - 1;
    let ends = rule == Rule::Filler && !matches!(passage.tail(last), "" | "," | "…" | "...");
    if ends || !passage.lead(words.start).is_empty() {
        return false;
    }
    let neighbours = [words.start.checked_sub(1), Some(words.end).filter(|next| *next < passage.len())];
    let untouched = |place: usize| {
        draft.is_free(place..place + 1)
            && !passage.is_number(place)
            // A single letter is spelled, or names a paragraph: *huruf e*.
            && passage.lower(place).chars().count() > 1
            && passage.lower(place) != "huruf"
    };
    neighbours.into_iter().flatten().all(untouched)
}
