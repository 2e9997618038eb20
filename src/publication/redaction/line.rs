//! The words of an utterance with their times, some of which are replaced by marks.

use std::ops::Range;

use crate::common::clock::Span;
use crate::transcript::Word;
use crate::transcript::edit::{Passage, words};

/// A redaction that meets no more samples of a word than this leaves it: the ends of words are not
/// known more exactly than 10 to 30 ms, whatever the recording's rate, and the sound has a margin.
const SLACK: u64 = 480;

/// A word and when it was said.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Timed {
    pub(super) text: String,
    pub(super) span: Span,
    probability: f32,
}

impl Timed {
    /// Whether a redaction of this span takes it out.
    pub(super) fn is_in(&self, span: Span) -> bool {
        if self.span.is_empty() {
            return (span.start..=span.end).contains(&self.span.start) && !span.is_empty();
        }
        self.span.overlap(span) > SLACK.min(self.span.len() / 5)
    }
}

/// A text with its words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) tokens: Vec<Timed>,
    /// Whether the recogniser gave the times.
    pub(super) timed: bool,
}

impl Line {
    /// Where there are no times, they follow the length of the words.
    pub(super) fn new(text: &str, timed: &[Word], span: Span) -> Self {
        let texts: Vec<&str> = words(text).collect();
        if timed.iter().map(|word| word.text.as_str()).eq(texts.iter().copied()) && !timed.is_empty() {
            let token = |word: &Word| Timed { text: word.text.clone(), span: word.span, probability: word.probability };
            return Self { tokens: timed.iter().map(token).collect(), timed: true };
        }
        let letters: u64 = texts.iter().map(|text| text.chars().count() as u64 + 1).sum();
        let mut before = 0;
        let place = |letter: u64| span.start + span.len() * letter / letters.max(1);
        let tokens = texts.into_iter().map(|text| {
            let from = before;
            before += text.chars().count() as u64 + 1;
            Timed { text: text.to_owned(), span: Span::new(place(from), place(before)), probability: 1.0 }
        });
        Self { tokens: tokens.collect(), timed: false }
    }

    /// Where these words stand next to each other.
    pub(super) fn find(&self, wanted: &[String]) -> Vec<Range<usize>> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let plain: Vec<String> = self.tokens.iter().map(|token| plain(&token.text)).collect();
        let (mut found, mut at) = (Vec::new(), 0);
        while at + wanted.len() <= plain.len() {
            if plain[at..at + wanted.len()] == *wanted {
                found.push(at..at + wanted.len());
                at += wanted.len();
            } else {
                at += 1;
            }
        }
        found
    }
}

/// A word without capitals and without the signs around it.
pub(super) fn plain(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// A text as such words; those that are signs alone are left out.
pub(super) fn plain_words(text: &str) -> Vec<String> {
    words(text).map(plain).filter(|word| !word.is_empty()).collect()
}

/// A line in which marks stand in place of words.
pub(super) struct Marked {
    pub(super) text: String,
    /// Empty where the line has no times.
    pub(super) words: Vec<Word>,
    /// For each word of the line before, the words that stand there now.
    places: Vec<Range<usize>>,
}

impl Marked {
    /// Puts a mark in place of each run of words that have the same one and are of one person.
    pub(super) fn new(line: &Line, marks: &[Option<String>], passages: &[Passage]) -> Self {
        let of = |place: usize| passages.iter().position(|passage| passage.words.contains(&place));
        let (mut tokens, mut places): (Vec<Timed>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
        let mut last: Option<(&str, Option<usize>)> = None;
        for (place, token) in line.tokens.iter().enumerate() {
            let Some(mark) = &marks[place] else {
                places.push(tokens.len()..tokens.len() + 1);
                tokens.push(token.clone());
                last = None;
                continue;
            };
            let here = (mark.as_str(), of(place));
            if last == Some(here)
                && let Some(before) = places.last().cloned()
            {
                // The mark lasts as long as all that it stands for.
                let start = tokens[before.start].span.start;
                spread(&mut tokens[before.clone()], Span::new(start, token.span.end.max(start)));
                places.push(before);
                continue;
            }
            let begin = tokens.len();
            tokens.extend(words(mark).map(|text| Timed { text: text.to_owned(), span: token.span, probability: 1.0 }));
            spread(&mut tokens[begin..], token.span);
            places.push(begin..tokens.len());
            last = Some(here);
        }
        let texts: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
        let word = |token: &Timed| Word { text: token.text.clone(), span: token.span, probability: token.probability };
        Self {
            text: texts.join(" "),
            words: if line.timed { tokens.iter().map(word).collect() } else { Vec::new() },
            places,
        }
    }

    /// Where these words of the line before stand now.
    pub(super) fn range(&self, before: &Range<usize>) -> Range<usize> {
        let count = self.places.last().map_or(0, |last| last.end);
        let start = self.places.get(before.start).map_or(count, |place| place.start);
        let end = before.end.checked_sub(1).and_then(|last| self.places.get(last)).map_or(start, |place| place.end);
        start..if before.is_empty() { start } else { end.max(start) }
    }

    pub(super) fn passages(&self, before: &[Passage]) -> Vec<Passage> {
        let moved = |passage: &Passage| Passage { words: self.range(&passage.words), speaker: passage.speaker.clone() };
        before.iter().map(moved).collect()
    }
}

/// Gives the words of a mark equal shares of its time.
fn spread(tokens: &mut [Timed], span: Span) {
    let count = tokens.len().max(1) as u64;
    let edge = |place: u64| span.start + span.len() * place / count;
    for (place, token) in (0..).zip(tokens) {
        token.span = Span::new(edge(place), edge(place + 1));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transcript::edit::Speaker;

    fn line(count: usize) -> Line {
        let text = (0..count).map(|place| format!("w{place}")).collect::<Vec<_>>().join(" ");
        let words: Vec<Word> = (0..count as u64)
            .map(|place| Word {
                text: format!("w{place}"),
                span: Span::new(place * 1_000, place * 1_000 + 900),
                probability: 0.5,
            })
            .collect();
        Line::new(&text, &words, Span::new(0, count as u64 * 1_000))
    }

    #[test]
    fn neighbours_with_one_mark_make_one() {
        let marks: Vec<Option<String>> =
            [None, Some("[dihapus: NIK]"), Some("[dihapus: NIK]"), None].map(|mark| mark.map(str::to_owned)).into();
        let marked = Marked::new(&line(4), &marks, &[]);
        assert_eq!(marked.text, "w0 [dihapus: NIK] w3");
        assert_eq!(marked.words[1].span, Span::new(1_000, 1_950));
        assert_eq!(marked.words[2].span, Span::new(1_950, 2_900));
        assert_eq!((marked.range(&(0..2)), marked.range(&(2..4)), marked.range(&(4..4))), (0..3, 1..4, 4..4));
    }

    proptest! {
        #[test]
        fn every_word_is_there_or_marked_and_times_ascend(
            marked in prop::collection::vec(prop::option::of(0u8..3), 0..30),
            cuts in prop::collection::btree_set(0usize..30, 0..5),
        ) {
            let line = line(marked.len());
            let marks: Vec<Option<String>> =
                marked.iter().map(|mark| mark.map(|mark| format!("[dihapus: alasan {mark}]"))).collect();
            let cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < marked.len()).collect();
            let passages: Vec<Passage> =
                cuts.windows(2).map(|pair| Passage { words: pair[0]..pair[1], speaker: Speaker::Unknown }).collect();
            let done = Marked::new(&line, &marks, &passages);
            for (place, mark) in marked.iter().enumerate() {
                let stands = words(&done.text).any(|word| word == format!("w{place}"));
                prop_assert_eq!(stands, mark.is_none());
            }
            prop_assert!(words(&done.text).eq(done.words.iter().map(|word| word.text.as_str())));
            prop_assert!(done.words.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
            let moved = done.passages(&passages);
            prop_assert!(moved.windows(2).all(|pair| pair[0].words.end <= pair[1].words.start));
            prop_assert!(moved.iter().all(|passage| !passage.words.is_empty() && passage.words.end <= done.words.len()));
        }
    }
}
