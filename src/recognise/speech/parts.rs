//! A sound heard in two parts, and which of two results is likelier.

use super::{Error, Recognition, Word};
use crate::common::clock::Span;
use crate::common::pause::PAUSE;
use crate::common::pause::quietest;

/// Both sides of the quietest place near the middle, each heard by itself.
pub(super) fn in_halves(
    sound: &[f32],
    mut hear: impl FnMut(&[f32]) -> Result<Recognition, Error>,
) -> Result<Recognition, Error> {
    let middle = quietest_near_middle(sound);
    let (first, second) = sound.split_at(middle);
    Ok(join(hear(first)?, hear(second)?, middle as u64))
}

/// The middle of the quietest 100 ms that begin in the middle half.
fn quietest_near_middle(sound: &[f32]) -> usize {
    let (from, to) = (sound.len() / 4, 3 * sound.len() / 4);
    from + quietest(&sound[from..(to + PAUSE - 1).min(sound.len())])
}

fn join(first: Recognition, second: Recognition, offset: u64) -> Recognition {
    let moved = second
        .words
        .into_iter()
        .map(|word| Word { span: Span::new(word.span.start + offset, word.span.end + offset), ..word });
    let words = first.words.into_iter().chain(moved).collect();
    Recognition { words, language: first.language.or(second.language), is_lost: first.is_lost || second.is_lost }
}

/// The result with the greater mean probability; one without words only where the other has none
/// either.
pub(super) fn likelier(a: Recognition, b: Recognition) -> Recognition {
    if b.words.is_empty() || (!a.words.is_empty() && a.mean_log_probability() >= b.mean_log_probability()) {
        a
    } else {
        b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_halves_are_parted_in_the_pause() {
        let mut sound = vec![0.5; 80_000];
        sound[45_000..48_000].fill(0.0);
        assert!((45_000..48_000).contains(&quietest_near_middle(&sound)));
    }
}
