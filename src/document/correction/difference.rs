//! Two texts, word by word.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::transcript::edit::words;

/// Longer differences than this many words are taken as one.
const LONGEST: usize = 40_000;

/// Some words of two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// In both.
    Same(String),
    /// In the first only.
    Taken(String),
    /// In the second only.
    Put(String),
}

/// What a text became, in its order.
#[must_use]
pub fn difference(before: &str, after: &str) -> Vec<Difference> {
    let (old, new): (Vec<&str>, Vec<&str>) = (words(before).collect(), words(after).collect());
    let mut parts = Vec::new();
    let mut place = 0;
    let mut push = |kind: fn(String) -> Difference, texts: &[&str]| {
        if !texts.is_empty() {
            parts.push(kind(texts.join(" ")));
        }
    };
    for (taken, put) in hunks(&old, &new) {
        push(Difference::Same, &old[place..taken.start]);
        push(Difference::Taken, &old[taken.clone()]);
        push(Difference::Put, &new[put]);
        place = taken.end;
    }
    push(Difference::Same, &old[place..]);
    parts
}

/// Where two lists of words differ: what was taken out, and what was put in.
pub(super) fn hunks(old: &[&str], new: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    if old_end - head + new_end - head > LONGEST {
        return vec![(head..old_end, head..new_end)];
    }
    capture_diff_slices(Algorithm::Myers, &old[head..old_end], &new[head..new_end])
        .into_iter()
        .map(|operation| operation.as_tag_tuple())
        .filter(|(tag, ..)| *tag != DiffTag::Equal)
        .map(|(_, taken, put)| (taken.start + head..taken.end + head, put.start + head..put.end + head))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_changed_is_marked() {
        let parts = difference("kami tidak setuju dua milyar", "kami setuju dua miliar rupiah");
        let (same, taken, put) = (
            |t: &str| Difference::Same(t.into()),
            |t: &str| Difference::Taken(t.into()),
            |t: &str| Difference::Put(t.into()),
        );
        assert_eq!(parts, [same("kami"), taken("tidak"), same("setuju dua"), taken("milyar"), put("miliar rupiah")]);
    }

    proptest! {
        #[test]
        fn both_texts_are_in_the_difference(before in "[ab ]{0,40}", after in "[ab ]{0,40}") {
            let parts = difference(&before, &after);
            let text = |skip: fn(&Difference) -> bool| {
                let texts = parts.iter().filter(|part| !skip(part)).flat_map(|part| match part {
                    Difference::Same(text) | Difference::Taken(text) | Difference::Put(text) => words(text),
                });
                texts.collect::<Vec<_>>().join(" ")
            };
            let joined = |text: &str| words(text).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(text(|part| matches!(part, Difference::Put(_))), joined(&before));
            prop_assert_eq!(text(|part| matches!(part, Difference::Taken(_))), joined(&after));
        }
    }
}
