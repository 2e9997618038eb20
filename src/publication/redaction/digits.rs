//! Rows of digits, written or spoken one after another.

use std::ops::Range;

/// Digits that stand next to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digits {
    /// All of them.
    pub(super) text: String,
    /// The words that say them.
    pub(super) words: Range<usize>,
}

/// Spoken between digits and none itself.
const BETWEEN: [&str; 6] = ["strip", "setrip", "minus", "garis", "spasi", "titik"];

/// The rows of digits among plain words.
pub(super) fn rows(words: &[String]) -> Vec<Digits> {
    let mut rows: Vec<Digits> = Vec::new();
    let (mut at, mut gap) = (0, 0);
    while at < words.len() {
        let Some((digits, taken)) = number(&words[at..]) else {
            gap += 1;
            if !BETWEEN.contains(&words[at].as_str()) {
                gap = usize::MAX / 2;
            }
            at += 1;
            continue;
        };
        match rows.last_mut() {
            Some(last) if gap <= 1 => {
                last.text += &digits;
                last.words.end = at + taken;
            }
            _ => rows.push(Digits { text: digits, words: at..at + taken }),
        }
        at += taken;
        gap = 0;
    }
    rows
}

/// The digits that the words begin with, and how many words say them.
fn number(words: &[String]) -> Option<(String, usize)> {
    let word = |place: usize| words.get(place).map_or("", String::as_str);
    if let Some(digits) = written(word(0)) {
        return Some((digits, 1));
    }
    let (hundreds, used) = match (word(0), digit(word(0))) {
        ("seratus", _) => (Some('1'), 1),
        (_, Some(digit)) if word(1) == "ratus" => (Some(digit), 2),
        _ => (None, 0),
    };
    let rest = pair(words.get(used..).unwrap_or_default());
    match (hundreds, rest) {
        (Some(hundreds), Some((rest, taken))) => Some((format!("{hundreds}{rest:0>2}"), used + taken)),
        (Some(hundreds), None) => Some((format!("{hundreds}00"), used)),
        (None, rest) => rest,
    }
}

/// Up to two digits.
fn pair(words: &[String]) -> Option<(String, usize)> {
    let word = |place: usize| words.get(place).map_or("", String::as_str);
    match word(0) {
        "sepuluh" => return Some(("10".to_owned(), 1)),
        "sebelas" => return Some(("11".to_owned(), 1)),
        _ => {}
    }
    let first = digit(word(0))?;
    match word(1) {
        "belas" => Some((format!("1{first}"), 2)),
        "puluh" => match digit(word(2)).filter(|_| !["belas", "puluh", "ratus"].contains(&word(3))) {
            Some(second) => Some((format!("{first}{second}"), 3)),
            None => Some((format!("{first}0"), 2)),
        },
        _ => Some((first.to_string(), 1)),
    }
}

/// Figures with what is written between them: `0812-3456`, `3201.0101`, `+62`.
fn written(word: &str) -> Option<String> {
    let apart = |c: char| matches!(c, '-' | '.' | '/' | '+' | '(' | ')' | '\u{2013}');
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let plain = word.chars().all(|c| c.is_ascii_digit() || apart(c));
    (plain && !digits.is_empty()).then_some(digits)
}

fn digit(word: &str) -> Option<char> {
    Some(match word {
        "nol" | "kosong" | "zero" => '0',
        "satu" => '1',
        "dua" => '2',
        "tiga" => '3',
        "empat" => '4',
        "lima" => '5',
        "enam" => '6',
        "tujuh" => '7',
        "delapan" => '8',
        "sembilan" => '9',
        _ => return None,
    })
}

/// A number below a hundred that these words say, such as an age.
pub(super) fn small(words: &[String]) -> Option<(u32, usize)> {
    let (digits, taken) = written(words.first()?).map(|digits| (digits, 1)).or_else(|| pair(words))?;
    Some((digits.parse().ok().filter(|number| *number < 100)?, taken))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::redaction::line::plain_words;

    fn all(text: &str) -> Vec<String> {
        rows(&plain_words(text)).into_iter().map(|row| row.text).collect()
    }

    #[test]
    fn digits_are_read_as_they_are_said() {
        for (text, digits) in [
            ("NIK tiga dua nol satu, nol satu.", "320101"),
            ("nomor 3201 0101 0101 0001", "3201010101010001"),
            ("kosong delapan dua belas lima puluh tiga", "081253"),
            ("delapan ratus dua belas tiga puluh lima enam", "812356"),
            ("0812-3456-789", "08123456789"),
            ("delapan strip dua", "82"),
            ("tiga puluh dua belas", "3012"),
        ] {
            assert_eq!(all(text), [digits], "{text}");
        }
        assert_eq!(all("dua orang dan tiga anak"), ["2", "3"]);
        assert!(all("tidak ada").is_empty());
    }
}
