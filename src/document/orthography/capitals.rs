//! Capitals: the beginning of a sentence, months, days.

use super::Rule;
use super::draft::{Draft, capitalised};
use crate::common::date::month_number;

/// *Minggu* is also a week; only after *hari* is it surely a day.
const DAYS: [&str; 6] = ["senin", "selasa", "rabu", "kamis", "jumat", "sabtu"];

pub(super) fn write(draft: &mut Draft) {
    let passage = draft.passage;
    for place in 0..passage.len() {
        let word = passage.lower(place);
        let named = DAYS.contains(&word)
            || (word == "minggu" && passage.before(place) == "hari")
            || month_number(word).is_some();
        if named || passage.opens_sentence(place) {
            draft.change(place..place + 1, &capitalised(passage.core(place)), Rule::Capital);
        }
    }
}
