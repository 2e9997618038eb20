//! The words of a text as the index knows them. Index, query and marks all take them from here.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// No word is longer; what looks like one is known by its beginning.
const LONGEST: usize = 64;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// The word in lower case and without accents; a number without the dots of its thousands.
    pub text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Other,
}

fn class(c: char) -> Class {
    match c {
        c if c.is_numeric() => Class::Digit,
        c if c.is_alphabetic() || is_combining_mark(c) => Class::Letter,
        _ => Class::Other,
    }
}

/// Whether words go on over this character when letters stand on both sides of it, as in `Jum'at`.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`')
}

/// The words of a text in their order: letters and numbers apart, so that `Rp2,5` is two.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let class_at = |place: usize| letters.get(place).map_or(Class::Other, |(_, c)| class(*c));
    let joins = |place: usize, of: Class| {
        let (_, c) = letters[place];
        let is_joint = if of == Class::Letter { is_apostrophe(c) } else { matches!(c, '.' | ',') };
        is_joint && class_at(place + 1) == of
    };
    let mut found = Vec::new();
    let mut place = 0;
    while place < letters.len() {
        let of = class_at(place);
        let start = place;
        place += 1;
        if of == Class::Other {
            continue;
        }
        while place < letters.len() && (class_at(place) == of || joins(place, of)) {
            place += 1;
        }
        let end = letters.get(place).map_or(text.len(), |(at, _)| *at);
        let at = letters[start].0..end;
        let folded = folded(&text[at.clone()], of);
        if !folded.is_empty() {
            found.push(Token { at, text: folded });
        }
    }
    found
}

/// The words alone, with a space between.
pub(super) fn joined(tokens: &[Token]) -> String {
    tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn folded(word: &str, of: Class) -> String {
    let kept = |c: &char| c.is_alphanumeric() || (of == Class::Digit && matches!(c, '.' | ','));
    let folded: String = if word.is_ascii() {
        word.chars().filter(kept).map(|c| c.to_ascii_lowercase()).take(LONGEST).collect()
    } else {
        let plain = word.chars().flat_map(char::to_lowercase).nfkd().filter(|c| !is_combining_mark(*c));
        plain.flat_map(char::to_lowercase).filter(kept).take(LONGEST).collect()
    };
    if of == Class::Digit { number(folded) } else { folded }
}

/// `2.500.000` as `2500000`; a time such as `10.05` and decimals as in `2,5` stay.
fn number(text: String) -> String {
    for (separator, decimal) in [('.', ','), (',', '.')] {
        let (whole, decimals) = text.split_once(decimal).map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
        let groups: Vec<&str> = whole.split(separator).collect();
        let is_first = (1..=3).contains(&groups[0].len());
        // A comma before three digits alone is that of decimals.
        let enough = if separator == '.' { 2 } else { 3 };
        if is_first && groups.len() >= enough && groups[1..].iter().all(|group| group.len() == 3) {
            let decimals = decimals.map(|decimals| format!(",{decimals}")).unwrap_or_default();
            return groups.concat() + &decimals;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        joined(&tokens(text))
    }

    #[test]
    fn words_are_known_however_they_are_written() {
        for (text, expected) in [
            ("Rapat, PARIPURNA!", "rapat paripurna"),
            ("undang-undang", "undang undang"),
            ("Jum'at Qur’an 'kata'", "jumat quran kata"),
            ("Rp2,5 miliar", "rp 2,5 miliar"),
            ("Rp2.500.000,00", "rp 2500000,00"),
            ("2,500,000.5", "2500000,5"),
            ("pukul 10.05 WITA, ke-7.", "pukul 10.05 wita ke 7"),
            ("3.14159 1.2.3", "3.14159 1.2.3"),
            ("Élysée e\u{301}l İzmir", "elysee el izmir"),
            ("ﬁ Ⅳ 𝐀", "fi iv a"),
            ("\0 . , ' \" * ( ) – 👍 \u{301}", ""),
            ("", ""),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
        assert_eq!(words(&"a".repeat(1 << 20)).len(), LONGEST);
    }

    #[test]
    fn each_word_says_where_it_stands() {
        let text = "“Jum’at” Rp2,5";
        let at: Vec<&str> = tokens(text).iter().map(|token| &text[token.at.clone()]).collect();
        assert_eq!(at, ["Jum’at", "Rp", "2,5"]);
    }
}
