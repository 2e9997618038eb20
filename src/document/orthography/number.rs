//! The grammar of Indonesian numbers, from words to a value and from a value to figures.
//!
//! ```text
//! number  = whole [ "koma" decimals ] [ "ribu" | scale ]                                      ("kosong koma" for nol koma)
//! amount  = [ number ] fraction [ "ribu" | scale ] | count scale "setengah"                   (setengah, tiga perempat)
//! whole   = [ trio "triliun" ] [ trio "miliar" ] [ trio "juta" ] [ trio "ribu" ] [ trio ]      (se- for satu)
//! trio    = [ digit "ratus" ] [ pair ]                                                        (seratus)
//! pair    = digit "belas" | digit "puluh" [ digit ] | digit                                   (sebelas, sepuluh)
//! ```
//!
//! It is strict: *dua tiga* is two numbers, not one, and the *lima* of *dua puluh lima belas*
//! belongs to the fifteen. The value is below 10¹⁵; nothing that people say in a meeting is more.

use std::fmt;

use crate::common::language::Language;
use crate::common::number::grouped;

/// Words after *koma* that are read as decimals; more would be noise.
const MOST_DECIMALS: usize = 9;

/// A named power of a thousand that figures keep as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scale {
    Juta,
    Miliar,
    Triliun,
}

impl Scale {
    const ALL: [Self; 3] = [Self::Triliun, Self::Miliar, Self::Juta];

    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "juta" => Some(Self::Juta),
            "miliar" | "milyar" => Some(Self::Miliar),
            "triliun" | "trilyun" => Some(Self::Triliun),
            _ => None,
        }
    }

    pub(super) fn value(self) -> u64 {
        match self {
            Self::Juta => 1_000_000,
            Self::Miliar => 1_000_000_000,
            Self::Triliun => 1_000_000_000_000,
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Juta => "juta",
            Self::Miliar => "miliar",
            Self::Triliun => "triliun",
        })
    }
}

/// A number that was said or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// What stands before the comma, without the scale of a decimal.
    pub(super) whole: u64,
    /// The digits after the comma.
    pub(super) decimals: String,
    /// The scale that belongs to the decimals: *dua koma lima miliar*.
    pub(super) scale: Option<Scale>,
}

impl Number {
    fn integer(whole: u64) -> Self {
        Self { whole, decimals: String::new(), scale: None }
    }

    /// The value where it is a whole number without a scale of its own.
    pub(super) fn as_integer(&self) -> Option<u64> {
        (self.decimals.is_empty() && self.scale.is_none()).then_some(self.whole)
    }

    /// So many thousands; `None` where it has a scale already or comes out below a whole.
    fn in_thousands(&self) -> Option<Self> {
        let decimals = Some(&self.decimals).filter(|decimals| decimals.len() <= 3 && self.scale.is_none())?;
        let thousandths: u64 = format!("{decimals:0<3}").parse().ok()?;
        self.whole.checked_mul(1000).map(|whole| Self::integer(whole + thousandths))
    }

    /// What it is a count of, where it is a round number or has a scale: *juta* of two and a half
    /// million.
    pub(super) fn unit(&self) -> Option<Scale> {
        self.scale.or_else(|| self.as_integer().and_then(scaled).map(|(_, scale)| scale))
    }

    /// Whether it is a million or more.
    pub(super) fn is_large(&self) -> bool {
        self.scale.is_some() || self.whole >= Scale::Juta.value()
    }
}

/// In figures: `2.500`, `2,75 miliar`, `250 juta`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let comma = if self.decimals.is_empty() { "" } else { "," };
        match (self.scale, scaled(self.whole)) {
            (None, Some((count, scale))) if self.decimals.is_empty() => write!(f, "{count} {scale}"),
            (scale, _) => {
                write!(f, "{}{comma}{}", grouped(self.whole, Language::Indonesian), self.decimals)?;
                scale.map_or(Ok(()), |scale| write!(f, " {scale}"))
            }
        }
    }
}

/// A round number as people say it: below a thousand of a scale.
fn scaled(whole: u64) -> Option<(u64, Scale)> {
    let round = |scale: &Scale| whole > 0 && whole.is_multiple_of(scale.value()) && whole / scale.value() < 1000;
    Scale::ALL.into_iter().find(round).map(|scale| (whole / scale.value(), scale))
}

/// In Roman figures, for 1 to 39.
pub(super) fn roman(number: u64) -> Option<String> {
    const TENS: [&str; 4] = ["", "X", "XX", "XXX"];
    const UNITS: [&str; 10] = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];
    let number = usize::try_from(number).ok().filter(|number| (1..40).contains(number))?;
    Some(format!("{}{}", TENS[number / 10], UNITS[number % 10]))
}

/// The number that the words begin with, and how many of them it takes. Words are in small letters
/// and without punctuation.
pub(super) fn spoken<S: AsRef<str>>(words: &[S]) -> Option<(Number, usize)> {
    let reader = Reader { words };
    // *Kosong* alone is no number: *kursi kosong*.
    let whole = if reader.word(0) == "kosong" && reader.word(1) == "koma" { Some((0, 1)) } else { reader.whole() };
    let (whole, mut used) = whole?;
    let mut number = Number::integer(whole);
    if reader.word(used) == "koma"
        && let Some((decimals, taken)) = reader.decimals(used + 1)
    {
        number.decimals = decimals;
        used += 1 + taken;
        if let Some(thousands) = number.in_thousands().filter(|_| reader.word(used) == "ribu") {
            return Some((thousands, used + 1));
        }
        number.scale = Scale::of(reader.word(used));
        used += usize::from(number.scale.is_some());
    }
    (used > 1 || reader.word(0) != "kosong").then_some((number, used))
}

/// The number that words are from the first to the last, with fractions and with figures before a
/// scale; `None` where they can be understood in another way or come out at no round figure.
pub(super) fn amount<S: AsRef<str>>(words: &[S]) -> Option<Number> {
    let reader = Reader { words };
    let lead = spoken(words).or_else(|| Some((figures(reader.word(0))?, 1)));
    if let Some((number, used)) = &lead {
        match (words.len() - used, reader.word(*used)) {
            (0, _) => return Some(number.clone()),
            (1, "ribu") if number.whole < 1000 => return number.in_thousands(),
            (1, word) if number.scale.is_none() && number.whole < 1000 => {
                if let Some(scale) = Scale::of(word) {
                    return Some(Number { scale: Some(scale), ..number.clone() });
                }
            }
            _ => {}
        }
        // *Dua juta setengah* is two and a half; more than that before it would be guessed at.
        if words.len() - used == 1
            && reader.word(*used) == "setengah"
            && let Some((count, scale)) = number.as_integer().and_then(scaled).filter(|(count, _)| *count < 100)
        {
            return Some(Number { whole: count, decimals: "5".to_owned(), scale: Some(scale) });
        }
    }
    let (whole, used) = match reader.fraction(0) {
        // What stands before a fraction that has a numerator of its own may belong to it or not: *dua tiga perempat*.
        None => lead.and_then(|(number, used)| Some((number.as_integer().filter(|whole| *whole < 1000)?, used)))?,
        Some(_) => (0, 0),
    };
    let (numerator, denominator, taken) = reader.fraction(used)?;
    if used > 0 && numerator > 1 {
        return None;
    }
    let (scale, rest) = match (words.len() - used - taken, reader.word(used + taken)) {
        (0, _) => (1, None),
        (1, "ribu") => (1000, None),
        (1, word) => Scale::of(word).map(|scale| (scale.value(), Some(scale)))?,
        _ => return None,
    };
    let exact = |value: u64| value.is_multiple_of(denominator).then(|| value / denominator);
    match exact((whole * denominator + numerator) * scale) {
        Some(value) if scale > 1 && (whole == 0 || rest.is_none()) => Some(Number::integer(value)),
        _ => Some(Number {
            whole,
            decimals: exact(numerator * 1000)
                .map(|thousandths| format!("{thousandths:03}").trim_end_matches('0').to_owned())?,
            scale: rest,
        }),
    }
}

/// Whether a word can be a part of a number, whatever stands beside it.
pub(super) fn is_part(word: &str) -> bool {
    const WORDS: [&str; 16] = [
        "nol",
        "sepuluh",
        "sebelas",
        "seratus",
        "seribu",
        "sejuta",
        "semiliar",
        "semilyar",
        "setriliun",
        "setrilyun",
        "belas",
        "puluh",
        "ratus",
        "ribu",
        "koma",
        "setengah",
    ];
    WORDS.contains(&word)
        || digit(word).is_some()
        || Scale::of(word).is_some()
        || denominator(word).is_some()
        || word.strip_prefix("se").is_some_and(|rest| denominator(rest).is_some())
        || figures(word).is_some()
}

/// What a word such as *perempat* divides by.
fn denominator(word: &str) -> Option<u64> {
    match word.strip_prefix("per")? {
        "sepuluh" => Some(10),
        "seratus" => Some(100),
        "seribu" => Some(1000),
        rest => digit(rest).filter(|value| *value > 1),
    }
}

/// The number that a text of figures is: `2.500`, `2,75`, `12`.
pub(super) fn figures(text: &str) -> Option<Number> {
    let (whole, decimals) = text.split_once(',').map_or((text, None), |(whole, decimals)| (whole, Some(decimals)));
    let groups: Vec<&str> = whole.split('.').collect();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    if !grouped || !groups.iter().all(|group| digits(group)) || !decimals.is_none_or(digits) {
        return None;
    }
    Some(Number {
        whole: groups.concat().parse().ok()?,
        decimals: decimals.unwrap_or_default().to_owned(),
        scale: None,
    })
}

struct Reader<'a, S> {
    words: &'a [S],
}

impl<S: AsRef<str>> Reader<'_, S> {
    fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or("", AsRef::as_ref)
    }

    fn whole(&self) -> Option<(u64, usize)> {
        if self.word(0) == "nol" {
            return Some((0, 1));
        }
        let (mut total, mut used) = (0, 0);
        // Each group must be of a smaller scale than the one before.
        let mut below = u64::MAX;
        loop {
            let (count, taken) = match self.word(used) {
                "sejuta" => (1_000_000, 1),
                "semiliar" | "semilyar" => (1_000_000_000, 1),
                "setriliun" | "setrilyun" => (1_000_000_000_000, 1),
                "seribu" => (1000, 1),
                _ => match self.trio(used) {
                    Some((count, taken)) => {
                        let scale = self.scale(used + taken);
                        (count * scale, taken + usize::from(scale > 1))
                    }
                    None => break,
                },
            };
            let scale = [1_000_000_000_000, 1_000_000_000, 1_000_000, 1000, 1].into_iter().find(|size| count >= *size);
            let scale = scale.unwrap_or(1);
            if scale >= below {
                break;
            }
            total += count;
            used += taken;
            below = scale;
            if scale == 1 {
                break;
            }
        }
        (used > 0).then_some((total, used))
    }

    fn scale(&self, place: usize) -> u64 {
        match self.word(place) {
            "ribu" => 1000,
            word => Scale::of(word).map_or(1, Scale::value),
        }
    }

    /// A number from 1 to 999.
    fn trio(&self, place: usize) -> Option<(u64, usize)> {
        let (hundreds, used) = match (self.word(place), digit(self.word(place))) {
            ("seratus", _) => (1, 1),
            (_, Some(digit)) if self.word(place + 1) == "ratus" => (digit, 2),
            _ => return self.pair(place),
        };
        let (rest, taken) = self.pair(place + used).unwrap_or((0, 0));
        Some((hundreds * 100 + rest, used + taken))
    }

    /// A number from 1 to 99. A digit that begins another number (*lima belas*, *lima puluh*, *lima
    /// ratus*) is not taken as a unit.
    fn pair(&self, place: usize) -> Option<(u64, usize)> {
        match self.word(place) {
            "sepuluh" => return Some((10, 1)),
            "sebelas" => return Some((11, 1)),
            _ => {}
        }
        let first = digit(self.word(place))?;
        match self.word(place + 1) {
            "belas" => Some((10 + first, 2)),
            "puluh" => Some(match self.unit(place + 2) {
                Some(unit) => (first * 10 + unit, 3),
                None => (first * 10, 2),
            }),
            _ => self.unit(place).map(|unit| (unit, 1)),
        }
    }

    fn unit(&self, place: usize) -> Option<u64> {
        let begins_another = matches!(self.word(place + 1), "belas" | "puluh" | "ratus");
        digit(self.word(place)).filter(|_| !begins_another)
    }

    /// What follows *koma*: digits one by one, or a number below a hundred (*koma tujuh puluh
    /// lima*).
    fn decimals(&self, place: usize) -> Option<(String, usize)> {
        if let Some((pair, used)) = self.pair(place).filter(|(_, used)| *used > 1 || digit(self.word(place)).is_none())
        {
            return Some((pair.to_string(), used));
        }
        let one = |place| if matches!(self.word(place), "nol" | "kosong") { Some(0) } else { self.unit(place) };
        let digits: Vec<u64> = (place..place + MOST_DECIMALS).map_while(one).collect();
        (!digits.is_empty()).then(|| (digits.iter().map(u64::to_string).collect(), digits.len()))
    }
}

impl<S: AsRef<str>> Reader<'_, S> {
    /// Numerator, denominator and words of a fraction: *setengah*, *seperempat*, *tiga perempat*.
    fn fraction(&self, place: usize) -> Option<(u64, u64, usize)> {
        let word = self.word(place);
        if word == "setengah" {
            return Some((1, 2, 1));
        }
        if let Some(denominator) = word.strip_prefix("se").and_then(denominator) {
            return Some((1, denominator, 1));
        }
        Some((digit(word)?, denominator(self.word(place + 1))?, 2))
    }
}

/// Whether a word looks as if a number began (or ended) it: recognisers write *empatorang* and
/// *benardua*.
pub(super) fn is_glued(word: &str, ends: bool) -> bool {
    const SIZES: [&str; 8] = ["belas", "puluh", "ratus", "ribu", "juta", "miliar", "triliun", "koma"];
    let mut parts = DIGITS.iter().chain(&SIZES).filter(|part| word.len() >= part.len());
    // *Yang kedua*, *satuan kerja* and *dua puluhan orang* are words of their own.
    let about = |word: &str| word == "satu" || SIZES.contains(&word);
    let own = word.strip_suffix("an").is_some_and(about) || (ends && word.starts_with("ke"));
    !own && parts.any(|part| if ends { word.ends_with(part) } else { word.starts_with(part) })
}

const DIGITS: [&str; 9] = ["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"];

fn digit(word: &str) -> Option<u64> {
    DIGITS.iter().zip(1..).find(|(digit, _)| **digit == word).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNITS: [&str; 10] = ["", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"];

    /// A number in words, by the schoolbook: written apart from the reader above.
    fn spell(number: u64) -> String {
        let below = |part: u64, rest: u64, one: &str, name: &str| {
            let head = if part == 1 && !one.is_empty() { one.to_owned() } else { format!("{} {name}", spell(part)) };
            if rest == 0 { head } else { format!("{head} {}", spell(rest)) }
        };
        match number {
            0 => "nol".to_owned(),
            1..=9 => UNITS[number as usize].to_owned(),
            10 => "sepuluh".to_owned(),
            11 => "sebelas".to_owned(),
            12..=19 => format!("{} belas", UNITS[number as usize - 10]),
            20..=99 => below(number / 10, number % 10, "", "puluh"),
            100..=999 => below(number / 100, number % 100, "seratus", "ratus"),
            1000..=999_999 => below(number / 1000, number % 1000, "seribu", "ribu"),
            1_000_000..=999_999_999 => below(number / 1_000_000, number % 1_000_000, "", "juta"),
            1_000_000_000..=999_999_999_999 => below(number / 1_000_000_000, number % 1_000_000_000, "", "miliar"),
            _ => below(number / 1_000_000_000_000, number % 1_000_000_000_000, "", "triliun"),
        }
    }

    fn read(text: &str) -> Option<(Number, usize)> {
        spoken(&text.split(' ').collect::<Vec<_>>())
    }

    fn written(text: &str) -> String {
        read(text).map_or_else(String::new, |(number, _)| number.to_string())
    }

    #[test]
    fn every_number_below_a_million_is_read_back() {
        for number in 0..1_000_000 {
            let text = spell(number);
            let (read, used) = read(&text).expect("a number");
            assert_eq!((read.as_integer(), used), (Some(number), text.split(' ').count()), "{text}");
        }
    }

    #[test]
    fn figures_are_as_eyd_writes_them() {
        for (text, expected) in [
            ("nol", "0"),
            ("tiga puluh dua", "32"),
            ("seratus delapan puluh", "180"),
            ("dua ribu lima ratus", "2.500"),
            ("lima belas ribu", "15.000"),
            ("dua koma tujuh lima miliar", "2,75 miliar"),
            ("dua koma tujuh puluh lima", "2,75"),
            ("nol koma nol lima", "0,05"),
            ("dua ratus lima puluh juta", "250 juta"),
            ("dua juta lima ratus ribu", "2.500.000"),
            ("seribu dua ratus miliar", "1.000"),
            ("sejuta", "1 juta"),
            ("satu triliun", "1 triliun"),
            ("dua belas koma lima milyar", "12,5 miliar"),
        ] {
            assert_eq!(written(text), expected, "{text}");
        }
    }

    #[test]
    fn fractions_and_scales_come_out_in_figures() {
        let amount = |text: &str| amount(&text.split(' ').collect::<Vec<_>>()).map(|number| number.to_string());
        for (text, expected) in [
            ("satu setengah miliar", Some("1,5 miliar")),
            ("setengah miliar", Some("500 juta")),
            ("seperempat juta", Some("250.000")),
            ("tiga perempat miliar", Some("750 juta")),
            ("dua seperempat triliun", Some("2,25 triliun")),
            ("dua setengah ribu", Some("2.500")),
            ("dua koma lima ribu", Some("2.500")),
            ("dua ratus lima puluh setengah juta", Some("250,5 juta")),
            ("dua juta setengah", Some("2,5 juta")),
            ("kosong koma lima miliar", Some("0,5 miliar")),
            ("kosong koma kosong lima", Some("0,05")),
            ("nol koma tujuh lima triliun", Some("0,75 triliun")),
            ("tiga perlima miliar", Some("600 juta")),
            ("2,5 miliar", Some("2,5 miliar")),
            ("500 ribu", Some("500.000")),
            ("setengah", Some("0,5")),
            ("dua setengah", Some("2,5")),
            ("dua pertiga miliar", None),
            ("sepertiga juta", None),
            ("dua tiga perempat juta", None),
            ("dua tiga juta", None),
            ("seribu dua ratus miliar", None),
            ("dua ratus juta setengah", None),
            ("juta", None),
            ("kosong", None),
            ("", None),
        ] {
            assert_eq!(amount(text).as_deref(), expected, "{text}");
        }
        assert_eq!(read("kosong"), None, "an empty chair is no number");
    }

    #[test]
    fn words_that_touch_stay_two_numbers() {
        for (text, value, used) in [
            ("dua tiga", 2, 1),
            ("sepuluh lima belas", 10, 1),
            ("dua puluh lima belas", 20, 2),
            ("dua belas tiga puluh", 12, 2),
            ("seratus dua ratus", 100, 1),
            ("dua puluh lima ratus", 20, 2),
            ("lima ribu ribu", 5000, 2),
            ("dua juta tiga miliar", 2_000_000, 2),
            ("satu ribu lima", 1005, 3),
            ("tiga ratus koma", 300, 2),
            ("sepuluh puluh", 10, 1),
        ] {
            let (number, taken) = read(text).expect("a number");
            assert_eq!((number.whole, taken), (value, used), "{text}");
        }
        for text in ["", "puluh", "koma lima", "belas", "ribu", "juta juta", "kedua", "nolnol", "ratus satu"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn figures_that_are_written_already_are_read() {
        assert_eq!(figures("2.500").and_then(|number| number.as_integer()), Some(2500));
        assert_eq!(figures("2,75").map(|number| number.to_string()), Some("2,75".to_owned()));
        for text in ["", "2.5", "1.2.3", "12a", "2,", ",5", "12.3456", "99999999999999999999999", "１２"] {
            assert_eq!(figures(text), None, "{text}");
        }
    }

    #[test]
    fn roman_figures() {
        assert_eq!(
            [1, 2, 4, 9, 14, 39].map(roman).map(Option::unwrap_or_default),
            ["I", "II", "IV", "IX", "XIV", "XXXIX"]
        );
        assert_eq!((roman(0), roman(40)), (None, None));
    }

    proptest! {
        #[test]
        fn large_numbers_are_read_back(number in 0u64..1_000_000_000_000_000) {
            let text = spell(number);
            let (read, used) = read(&text).expect("a number");
            prop_assert_eq!((read.as_integer(), used), (Some(number), text.split(' ').count()));
            let plain = grouped(number, Language::Indonesian);
            prop_assert_eq!(figures(&plain).and_then(|number| number.as_integer()), Some(number));
        }

        #[test]
        fn decimals_are_read_back(whole in 0u64..1000, digits in "[0-9]{1,9}") {
            let names: Vec<&str> = digits.bytes().map(|digit| UNITS[usize::from(digit - b'0')]).collect();
            let names: Vec<&str> = names.into_iter().map(|name| if name.is_empty() { "nol" } else { name }).collect();
            let text = format!("{} koma {} miliar", spell(whole), names.join(" "));
            let (read, used) = read(&text).expect("a number");
            prop_assert_eq!(used, text.split(' ').count());
            prop_assert_eq!(read.to_string(), format!("{whole},{digits} miliar"));
        }

        #[test]
        fn no_words_make_it_fail(words in prop::collection::vec(prop::sample::select(vec![
            "nol", "satu", "lima", "sembilan", "sepuluh", "sebelas", "seratus", "seribu", "sejuta", "belas", "puluh", "ratus",
            "ribu", "juta", "miliar", "triliun", "koma", "setriliun", "", "dan",
        ]), 0..40)) {
            if let Some((number, used)) = spoken(&words) {
                prop_assert!(used >= 1 && used <= words.len());
                prop_assert!(number.whole < 1_000_000_000_000_000);
                prop_assert!(!number.to_string().is_empty());
            }
        }
    }
}
