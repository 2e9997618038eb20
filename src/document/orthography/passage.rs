//! An utterance as the rules see it: words with their places, their sentences and the numbers among
//! them.

use std::ops::Range;

use crate::common::clock::Span;

use super::Spoken;
use super::number::{self, Number};

/// What a letter takes in ordinary speech, in milliseconds; measured on nothing, generous for a
/// slow speaker.
const LETTER_MS: u64 = 80;
/// How much longer than its letters a word must last before its speaker counts as halting.
const HALT_MS: u64 = 250;

/// Words that end in a period without ending a sentence.
const ABBREVIATIONS: [&str; 26] = [
    "no", "tgl", "jl", "jln", "gg", "dll", "dsb", "dst", "dkk", "drs", "dra", "ir", "prof", "dr", "drg", "hj", "kab",
    "kec", "kel", "prov", "yth", "bpk", "sdr", "sdri", "rp", "a.n",
];

pub(super) struct Token {
    /// Between the spaces around it.
    pub(super) bytes: Range<usize>,
    /// Without the punctuation around it.
    pub(super) core: Range<usize>,
    /// The core in small letters.
    pub(super) lower: String,
    /// When it was spoken.
    span: Option<Span>,
    /// The recogniser's mean probability.
    pub(super) probability: Option<f32>,
}

/// Words that are a number.
pub(super) struct Numeral {
    pub(super) words: Range<usize>,
    pub(super) number: Number,
    /// Whether it stands in letters.
    pub(super) spoken: bool,
}

impl Numeral {
    /// Whether it is one word in letters, which EYD leaves so.
    pub(super) fn is_one_word(&self) -> bool {
        self.spoken && self.words.len() == 1
    }

    pub(super) fn within(&self, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        self.number.as_integer().filter(|value| range.contains(value))
    }
}

pub(super) struct Passage<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    /// In order, without overlap.
    pub(super) numerals: Vec<Numeral>,
    rate: u64,
    opens: bool,
}

impl<'a> Passage<'a> {
    pub(super) fn new(spoken: Spoken<'a>) -> Self {
        let mut tokens: Vec<Token> = split(spoken.text);
        let same = |(token, word): (&Token, &crate::transcript::Word)| spoken.text[token.bytes.clone()] == *word.text;
        if tokens.len() == spoken.words.len() && tokens.iter().zip(spoken.words).all(same) {
            for (token, word) in tokens.iter_mut().zip(spoken.words) {
                token.span = Some(word.span);
                token.probability = Some(word.probability);
            }
        }
        let rate = u64::from(spoken.clock.rate());
        let mut passage = Self { text: spoken.text, tokens, numerals: Vec::new(), rate, opens: spoken.opens };
        passage.numerals = passage.find_numerals();
        passage
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// A word in small letters without punctuation; empty beyond the end.
    pub(super) fn lower(&self, place: usize) -> &str {
        self.tokens.get(place).map_or("", |token| token.lower.as_str())
    }

    /// The word before, likewise.
    pub(super) fn before(&self, place: usize) -> &str {
        place.checked_sub(1).map_or("", |place| self.lower(place))
    }

    /// A word as it was recognised, without punctuation.
    pub(super) fn core(&self, place: usize) -> &'a str {
        &self.text[self.tokens[place].core.clone()]
    }

    /// The punctuation before a word.
    pub(super) fn lead(&self, place: usize) -> &'a str {
        let token = &self.tokens[place];
        &self.text[token.bytes.start..token.core.start]
    }

    /// The punctuation after a word.
    pub(super) fn tail(&self, place: usize) -> &'a str {
        let token = &self.tokens[place];
        &self.text[token.core.end..token.bytes.end]
    }

    /// Whether the words of a range follow each other without punctuation between them.
    pub(super) fn is_unbroken(&self, words: Range<usize>) -> bool {
        words.end <= self.len()
            && words.clone().skip(1).all(|place| self.tail(place - 1).is_empty() && self.lead(place).is_empty())
    }

    /// Whether the words from a place on are these, without punctuation between them.
    pub(super) fn reads<S: AsRef<str>>(&self, place: usize, words: &[S]) -> bool {
        words.iter().enumerate().all(|(offset, word)| self.lower(place + offset) == word.as_ref())
            && self.is_unbroken(place..place + words.len())
    }

    /// Whether a word begins a sentence.
    pub(super) fn opens_sentence(&self, place: usize) -> bool {
        if place == 0 { self.opens } else { self.closes_sentence(place - 1) }
    }

    /// Whether a sentence ends with a word.
    pub(super) fn closes_sentence(&self, place: usize) -> bool {
        let (tail, lower) = (self.tail(place), self.lower(place));
        let tail = tail.trim_end_matches(['"', '”', '’', '\'', ')', ']']);
        if tail.ends_with(['?', '!']) {
            return true;
        }
        let period = tail.ends_with('.') && !tail.ends_with("..");
        let abbreviation = lower.contains('.') || lower.chars().count() < 2 || ABBREVIATIONS.contains(&lower);
        period && !abbreviation && !lower.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether two words stand in one sentence.
    pub(super) fn are_in_one_sentence(&self, first: usize, second: usize) -> bool {
        !(first..second).any(|place| self.closes_sentence(place))
    }

    /// The sentences, one behind the other.
    pub(super) fn sentences(&self) -> Vec<Range<usize>> {
        let mut start = 0;
        let ends = (0..self.len()).filter(|place| place + 1 == self.len() || self.closes_sentence(*place));
        ends.map(|last| std::mem::replace(&mut start, last + 1)..last + 1).collect()
    }

    /// Whether the speaker halted on these words: from the end of the word before to the beginning
    /// of the word after, they last much longer than their letters do. `false` where times are
    /// not known.
    pub(super) fn halts(&self, words: Range<usize>) -> bool {
        let spans: Option<Vec<Span>> = self.tokens[words.clone()].iter().map(|token| token.span).collect();
        let Some((first, last)) = spans.as_ref().and_then(|spans| Some((spans.first()?, spans.last()?))) else {
            return false;
        };
        let span_of = |place: Option<usize>| place.and_then(|place| self.tokens.get(place)?.span);
        let from = span_of(words.start.checked_sub(1)).map_or(first.start, |before| before.end.min(first.start));
        let to = span_of(Some(words.end)).map_or(last.end, |after| after.start.max(last.end));
        let letters: usize = self.tokens[words].iter().map(|token| token.lower.chars().count()).sum();
        to.saturating_sub(from) * 1000 >= (HALT_MS + LETTER_MS * letters as u64) * self.rate
    }

    /// The probability of the least certain of these words; 1 where none is known.
    pub(super) fn least_probability(&self, words: Range<usize>) -> f32 {
        self.tokens[words].iter().filter_map(|token| token.probability).fold(1.0, f32::min)
    }

    /// The numeral that begins at a word.
    pub(super) fn numeral_at(&self, place: usize) -> Option<&Numeral> {
        let index = self.numerals.binary_search_by_key(&place, |numeral| numeral.words.start).ok()?;
        Some(&self.numerals[index])
    }

    /// The numeral whose last word stands directly before a word.
    pub(super) fn numeral_before(&self, place: usize) -> Option<&Numeral> {
        let index = self.numerals.binary_search_by_key(&place, |numeral| numeral.words.end).ok()?;
        Some(&self.numerals[index])
    }

    /// Whether a word belongs to a number.
    pub(super) fn is_number(&self, place: usize) -> bool {
        let after = self.numerals.partition_point(|numeral| numeral.words.end <= place);
        self.numerals.get(after).is_some_and(|numeral| numeral.words.contains(&place))
    }

    /// Whether another number, or a word that seems to hold a part of one, stands directly beside
    /// this one: then nobody knows where it begins and ends.
    pub(super) fn touches(&self, numeral: &Numeral) -> bool {
        let Range { start, end } = numeral.words;
        let comes_from = start > 0
            && self.is_unbroken(start - 1..start + 1)
            && (self.is_number(start - 1) || number::is_glued(self.lower(start - 1), true));
        comes_from || self.goes_on(end)
    }

    /// Whether the number whose words end here seems to go on.
    pub(super) fn goes_on(&self, end: usize) -> bool {
        end < self.len()
            && self.is_unbroken(end - 1..end + 1)
            && (self.is_number(end) || number::is_glued(self.lower(end), false))
    }

    /// Where the number begins to which a word such as *sampai* joins the one that ends here.
    pub(super) fn joined(&self, end: usize) -> Option<usize> {
        const LINKS: [&[&str]; 5] = [&["sampai", "dengan"], &["sampai"], &["hingga"], &["s/d"], &["s.d"]];
        let link = LINKS.iter().find(|link| self.reads(end, link))?;
        let start = end + link.len();
        (end > 0 && self.is_unbroken(end - 1..start + 1)).then_some(start)
    }

    /// The numbers that are the two ends of a range, *sepuluh sampai dua puluh*.
    pub(super) fn ranges(&self) -> impl Iterator<Item = (&Numeral, &Numeral)> {
        self.numerals.iter().filter_map(|first| Some((first, self.numeral_at(self.joined(first.words.end)?)?)))
    }

    fn find_numerals(&self) -> Vec<Numeral> {
        let mut numerals = Vec::new();
        let mut place = 0;
        while place < self.len() {
            let mut end = place + 1;
            while end < self.len() && self.is_unbroken(end - 1..end + 1) {
                end += 1;
            }
            let words: Vec<&str> = (place..end).map(|word| self.lower(word)).collect();
            place = numerals_among(&words, place, &mut numerals);
        }
        numerals
    }
}

/// Adds the numerals of an unbroken stretch that begins at `start`, and returns where it ends.
fn numerals_among(words: &[&str], start: usize, numerals: &mut Vec<Numeral>) -> usize {
    let mut place = 0;
    while place < words.len() {
        let found = number::spoken(&words[place..]).map(|(number, used)| (number, used, true));
        let found = found.or_else(|| {
            let mut number = number::figures(words[place])?;
            // *2,5 miliar* and *25 juta*: figures with their scale in letters.
            number.scale = words.get(place + 1).and_then(|word| number::Scale::of(word));
            let used = 1 + usize::from(number.scale.is_some());
            Some((number, used, false))
        });
        place += match found {
            Some((number, used, spoken)) => {
                let words = start + place..start + place + used;
                numerals.push(Numeral { words, number, spoken });
                used
            }
            None => 1,
        };
    }
    start + words.len()
}

/// White space that separates words, as corrections count them; a no-break space holds a word
/// together.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}')
}

fn split(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut from = 0;
    for piece in text.split(is_space) {
        let bytes = from..from + piece.len();
        from = bytes.end + text[bytes.end..].chars().next().map_or(0, char::len_utf8);
        if piece.is_empty() {
            continue;
        }
        let inner = piece.trim_matches(|c: char| !c.is_alphanumeric());
        let offset = if inner.is_empty() {
            0
        } else {
            piece.len() - piece.trim_start_matches(|c: char| !c.is_alphanumeric()).len()
        };
        let start = bytes.start + offset;
        let core = start..start + inner.len();
        tokens.push(Token { bytes, core, lower: inner.to_lowercase(), span: None, probability: None });
    }
    tokens
}
