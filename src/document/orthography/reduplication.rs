//! Doubled words: a hyphen where the lexicon lists the word, never one word less.

use super::draft::Draft;
use super::{Lexicon, Rule};

pub(super) fn write(draft: &mut Draft, lexicon: &Lexicon) {
    let passage = draft.passage;
    for place in 1..passage.len() {
        let (first, second) = (passage.lower(place - 1), passage.lower(place));
        // Who halts between them says the word twice.
        if !lexicon.is_reduplication(&format!("{first}-{second}")) || passage.halts(place - 1..place) {
            continue;
        }
        let written = format!("{}-{}", passage.core(place - 1), passage.core(place));
        draft.change(place - 1..place + 1, &written, Rule::Reduplication);
    }
}
