//! What only the whole of the utterances shows: who spoke at the same time, and the same words on
//! two channels.

use super::Utterance;
use crate::common::flag::Flag;

/// A shared stretch of this share of the shorter utterance makes a duplicate possible.
const SHARED: f64 = 0.5;
/// Fewer words are said by several people at once all the time (*Setuju.*).
const WORDS: usize = 3;

/// Adds [`Flag::Overlap`] and [`Flag::Duplicate`] where they apply. `utterances` are ordered by
/// start.
pub fn mark(utterances: &mut [Utterance]) {
    let mut found = Vec::new();
    for (place, first) in utterances.iter().enumerate() {
        for (offset, second) in utterances[place + 1..].iter().enumerate() {
            if second.span.start >= first.span.end {
                break;
            }
            if second.channel == first.channel {
                continue;
            }
            let other = place + 1 + offset;
            found.extend([(place, Flag::Overlap), (other, Flag::Overlap)]);
            let shorter = first.span.len().min(second.span.len()) as f64;
            if first.span.overlap(second.span) as f64 > SHARED * shorter && same_words(first, second) {
                found.extend([(place, Flag::Duplicate), (other, Flag::Duplicate)]);
            }
        }
    }
    for (place, flag) in found {
        utterances[place].flags.push(flag);
    }
    for utterance in utterances {
        utterance.flags.sort_unstable();
        utterance.flags.dedup();
    }
}

fn same_words(first: &Utterance, second: &Utterance) -> bool {
    let plain = |utterance: &Utterance| -> Vec<String> {
        let letters = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        utterance.text.split_whitespace().map(letters).collect()
    };
    let (a, b) = (plain(first), plain(second));
    let (shorter, longer) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    shorter.len() >= WORDS && longer.windows(shorter.len()).any(|window| window == shorter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::clock::{Channel, Span};
    use crate::transcript::edit::Corrected;

    fn utterance(channel: u16, start: u64, end: u64, text: &str) -> Utterance {
        Utterance {
            channel: Channel::new(channel).expect("a channel"),
            span: Span::new(start, end),
            text: text.into(),
            words: Vec::new(),
            confidence: 1.0,
            flags: Vec::new(),
            corrected: Corrected::default(),
        }
    }

    #[test]
    fn overlap_is_marked_on_both_and_only_there() {
        let mut all = [utterance(1, 0, 100, "a"), utterance(2, 90, 120, "b"), utterance(1, 120, 200, "c")];
        mark(&mut all);
        assert_eq!(all.map(|u| u.flags), [vec![Flag::Overlap], vec![Flag::Overlap], vec![]]);
    }

    #[test]
    fn the_same_sentence_on_two_channels_is_a_duplicate_and_stays() {
        let mut all =
            [utterance(1, 0, 100, "Rapat saya nyatakan dibuka."), utterance(2, 10, 95, "saya nyatakan dibuka")];
        mark(&mut all);
        assert_eq!(all[0].flags, [Flag::Overlap, Flag::Duplicate]);
        assert_eq!(all[1].text, "saya nyatakan dibuka");
    }

    #[test]
    fn a_chorus_of_consent_is_no_duplicate() {
        let mut all = [utterance(1, 0, 100, "Setuju."), utterance(2, 0, 100, "Setuju.")];
        mark(&mut all);
        assert_eq!(all[0].flags, [Flag::Overlap]);
    }
}
