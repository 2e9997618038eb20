//! Numbers as the languages write them.

use super::language::Language;

/// With a mark for each thousand: `1.234.567` in Indonesian.
#[must_use]
pub fn grouped(whole: u64, language: Language) -> String {
    let mark = if language == Language::Indonesian { '.' } else { ',' };
    let digits = whole.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// With so many decimals, behind a comma in Indonesian.
#[must_use]
pub fn decimal(value: f64, places: usize, language: Language) -> String {
    let number = format!("{value:.places$}");
    if language == Language::Indonesian { number.replace('.', ",") } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_writes_them() {
        use Language::{English, Indonesian};
        let written = [grouped(1_234_567, Indonesian), grouped(999, English), grouped(1_000, English)];
        assert_eq!(written, ["1.234.567", "999", "1,000"]);
        assert_eq!((decimal(2.25, 1, Indonesian), decimal(2.0, 2, English)), ("2,2".to_owned(), "2.00".to_owned()));
    }
}
