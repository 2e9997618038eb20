//! What the name of a file says: numbers with what each counts, words, and a time.

use std::cmp::Ordering;
use std::path::Path;

use jiff::civil::{Date, DateTime, Time};
use unicode_normalization::UnicodeNormalization;

/// Words that stand before the number of a microphone.
const CHANNEL: [&str; 26] = [
    "ch",
    "chan",
    "chn",
    "channel",
    "kanal",
    "tr",
    "trk",
    "trek",
    "track",
    "mic",
    "mik",
    "mikrofon",
    "mikropon",
    "microphone",
    "in",
    "inp",
    "input",
    "masukan",
    "kursi",
    "seat",
    "iso",
    "jalur",
    "lajur",
    "mc",
    "xlr",
    "line",
];
/// Words that stand before the number of a take: recorders count on with each press of the button.
const TAKE: [&str; 22] = [
    "t",
    "tk",
    "take",
    "s",
    "sc",
    "scene",
    "zoom",
    "ste",
    "mono",
    "dr",
    "tascam",
    "rec",
    "record",
    "recording",
    "mixpre",
    "song",
    "session",
    "sesi",
    "proj",
    "project",
    "proyek",
    "voice",
];
/// Words that stand before the number of a part.
const PART: [&str; 11] =
    ["part", "pt", "bag", "bagian", "seg", "segment", "segmen", "split", "chunk", "lanjutan", "sambungan"];
/// Words by which recorders and editors name a mixture of microphones, or a second copy at another
/// level.
const MIX: [&str; 12] =
    ["lr", "trlr", "mix", "mixdown", "master", "stereo", "ms", "bu", "bkup", "backup", "premix", "campuran"];

/// What a number in a name counts, by the word before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Channel,
    Take,
    Part,
    /// Nothing says it.
    Open,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: u64,
    pub(super) digits: usize,
    pub(super) role: Role,
}

/// A day and time in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment {
    pub(super) at: DateTime,
    /// Whether the name gives whole minutes only.
    pub(super) minutes: bool,
}

/// The name of a file, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Its words, lower case, without numbers, times and marks.
    pub(super) words: Vec<String>,
    /// Its numbers from left to right, without those of a day or time.
    pub(super) numbers: Vec<Number>,
    /// The time that stands in it.
    pub(super) moment: Option<Moment>,
}

impl Name {
    pub(super) fn of(path: &Path) -> Self {
        let stem = stem(path);
        let pieces = pieces(&stem);
        let mut name = Self { words: Vec::new(), numbers: Vec::new(), moment: None };
        let mut place = 0;
        while let Some(piece) = pieces.get(place) {
            if name.moment.is_none()
                && let Some((moment, taken)) = moment(&pieces[place..])
            {
                name.moment = moment;
                place += taken;
                continue;
            }
            place += 1;
            match piece {
                Piece::Words(text) => {
                    let words = text.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty());
                    name.words.extend(words.map(str::to_owned));
                }
                Piece::Digits(digits) => {
                    let before = place.checked_sub(2).and_then(|before| pieces.get(before));
                    let role = match before {
                        Some(Piece::Words(text)) => role(text),
                        _ => Role::Open,
                    };
                    // A number too long for 64 bits counts nothing.
                    name.numbers.push(Number { value: digits.parse().unwrap_or(u64::MAX), digits: digits.len(), role });
                }
            }
        }
        name
    }

    /// The number that its words call that of a microphone: the last such.
    pub(super) fn channel(&self) -> Option<usize> {
        self.numbers.iter().rposition(|number| number.role == Role::Channel)
    }

    /// Whether it calls itself a mixture or a second copy.
    pub(super) fn is_mix(&self) -> bool {
        self.words.iter().any(|word| MIX.contains(&word.as_str()))
    }
}

/// A name without its ending, in one Unicode form and lower case: what is equal here is one name to
/// a person.
pub(super) fn stem(path: &Path) -> String {
    folded(&path.file_stem().unwrap_or_default().to_string_lossy())
}

/// A text in one Unicode form and lower case.
pub(super) fn folded(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).collect()
}

/// A stem without the mark that a file manager gives to a copy.
pub(super) fn without_copy_mark(stem: &str) -> &str {
    const MARKS: [&str; 6] = [" - copy", " copy", "_copy", "-copy", " - salinan", " salinan"];
    let bare = stem.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if let (Some(inner), true) = (stem.strip_suffix(')'), stem.contains(" (")) {
        let opened = inner.trim_end_matches(|letter: char| letter.is_ascii_digit());
        if opened.len() < inner.len()
            && let Some(name) = opened.strip_suffix(" (")
        {
            return without_copy_mark(name);
        }
    }
    let marked = |text: &'_ str| MARKS.iter().find_map(|mark| text.strip_suffix(mark)).map(str::len);
    match marked(stem).or_else(|| marked(bare.trim_end())) {
        Some(length) => &stem[..length],
        None => stem,
    }
}

/// The order of names in which `mik2` comes before `mik10`.
pub(in super::super) fn by_name(a: &Path, b: &Path) -> Ordering {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (left, right) = (name(a), name(b));
    let key = |piece: Piece<'_>| match piece {
        // Numbers by length, then digits: their value, however long.
        Piece::Digits(digits) => {
            let value = digits.trim_start_matches('0');
            (value.len(), value.to_owned())
        }
        // After every number, as letters sort after digits.
        Piece::Words(text) => (usize::MAX, text.to_owned()),
    };
    pieces(&left).into_iter().map(key).cmp(pieces(&right).into_iter().map(key)).then_with(|| a.cmp(b))
}

/// The number at the end of a part's name, such as 12 of `000012.wav`.
pub(in super::super) fn part_number(path: &Path) -> Option<u64> {
    let stem = path.file_stem()?.to_str()?;
    let digits = stem.len() - stem.bytes().rev().take_while(u8::is_ascii_digit).count();
    stem[digits..].parse().ok()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Digits(&'a str),
    Words(&'a str),
}

/// A name cut into runs of digits and what stands between them.
fn pieces(name: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|letter: char| letter.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(end);
        pieces.push(if digits { Piece::Digits(piece) } else { Piece::Words(piece) });
        rest = tail;
    }
    pieces
}

/// What the word at the end of this text makes of the number behind it. `Track 3` and `mic-07`
/// count as `CH01` does; a mark with words before it, as in `ruang tr_1`, too.
fn role(text: &str) -> Role {
    let text = text.trim_end_matches(|letter: char| !letter.is_alphabetic());
    let word = text.rsplit(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
    if CHANNEL.contains(&word) {
        Role::Channel
    } else if TAKE.contains(&word) {
        Role::Take
    } else if PART.contains(&word) {
        Role::Part
    } else {
        Role::Open
    }
}

/// The day and time at the beginning of these pieces, and how many pieces they are. A day alone is
/// passed over without a moment: all of one meeting share it, and it counts nothing.
fn moment(pieces: &[Piece<'_>]) -> Option<(Option<Moment>, usize)> {
    if let Some(Piece::Digits(digits)) = pieces.first()
        && matches!(digits.len(), 12 | 14)
        && let Some(date) = date(&digits[..4], &digits[4..6], &digits[6..8])
        && let Some(time) = time(&digits[8..10], &digits[10..12], digits.get(12..14).unwrap_or("00"))
    {
        let moment = Moment { at: DateTime::from_parts(date, time), minutes: digits.len() == 12 };
        return Some((Some(moment), 1));
    }
    let Some((date, taken)) = day(pieces) else {
        // A time of day alone, `10-04-30`, orders parts just as well.
        let [Piece::Digits(hour), mark, Piece::Digits(minute), other, Piece::Digits(second), ..] = pieces else {
            return None;
        };
        let time = time(hour, minute, second).filter(|_| mark == other && is_mark(mark))?;
        let at = DateTime::from_parts(Date::constant(2000, 1, 1), time);
        return Some((Some(Moment { at, minutes: false }), 5));
    };
    let (between, rest) = pieces[taken..].split_first().unzip();
    let at = |time| DateTime::from_parts(date, time);
    let joined = between.is_some_and(|between| is_mark(between) || matches!(between, Piece::Words("t")));
    let found = match rest.unwrap_or_default() {
        _ if !joined => None,
        [Piece::Digits(digits), ..] if digits.len() == 6 => {
            let time = time(&digits[..2], &digits[2..4], &digits[4..]);
            time.map(|time| (Moment { at: at(time), minutes: false }, 1))
        }
        // A take is counted from 0001: nobody meets in the first hour of the day.
        [Piece::Digits(digits), ..] if digits.len() == 4 && !digits.starts_with("00") => {
            time(&digits[..2], &digits[2..], "00").map(|time| (Moment { at: at(time), minutes: true }, 1))
        }
        [Piece::Digits(hour), mark, Piece::Digits(minute), other, Piece::Digits(second), ..]
            if mark == other && is_mark(mark) =>
        {
            time(hour, minute, second).map(|time| (Moment { at: at(time), minutes: false }, 5))
        }
        _ => None,
    };
    Some(match found {
        Some((moment, more)) => (Some(moment), taken + 1 + more),
        None => (None, taken),
    })
}

/// The day at the beginning of these pieces: `20270309`, `270309`, `2027-03-09`, `09.03.2027`.
fn day(pieces: &[Piece<'_>]) -> Option<(Date, usize)> {
    match pieces {
        [Piece::Digits(digits), ..] if digits.len() == 8 => {
            date(&digits[..4], &digits[4..6], &digits[6..]).map(|date| (date, 1))
        }
        [Piece::Digits(digits), ..] if digits.len() == 6 => {
            date(&format!("20{}", &digits[..2]), &digits[2..4], &digits[4..]).map(|date| (date, 1))
        }
        [Piece::Digits(first), mark, Piece::Digits(second), other, Piece::Digits(third), ..]
            if mark == other && is_mark(mark) =>
        {
            let found = if first.len() == 4 { date(first, second, third) } else { date(third, second, first) };
            found.map(|date| (date, 5))
        }
        _ => None,
    }
}

fn is_mark(piece: &Piece<'_>) -> bool {
    matches!(piece, Piece::Words("-" | "_" | "." | " " | ":" | "," | " - "))
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let year: i16 = year.parse().ok().filter(|year| (1990..2100).contains(year))?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

fn time(hour: &str, minute: &str, second: &str) -> Option<Time> {
    if [hour, minute, second].iter().any(|part| part.len() != 2) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> (Vec<u64>, Option<u64>, Option<String>) {
        let read = Name::of(Path::new(name));
        let channel = read.channel().map(|place| read.numbers[place].value);
        (
            read.numbers.iter().map(|number| number.value).collect(),
            channel,
            read.moment.map(|moment| moment.at.to_string()),
        )
    }

    #[test]
    fn names_of_recorders_are_taken_apart() {
        let none = || None::<String>;
        assert_eq!(read("2027-03-09_T002_CH03.wav"), (vec![2, 3], Some(3), none()));
        assert_eq!(read("ZOOM0004_TR2.WAV"), (vec![4, 2], Some(2), none()));
        assert_eq!(read("STE-000.wav"), (vec![0], None, none()));
        assert_eq!(read("mic-07.wav"), (vec![7], Some(7), none()));
        assert_eq!(read("Track 3.aif"), (vec![3], Some(3), none()));
        assert_eq!(read("S01T02_1.wav"), (vec![1, 2, 1], None, none()));
        assert_eq!(read("01-Ani-270309_1004.wav"), (vec![1], None, Some("2027-03-09T10:04:00".into())));
        assert_eq!(read("CH01_20270309_100430.wav"), (vec![1], Some(1), Some("2027-03-09T10:04:30".into())));
        assert_eq!(read("T001_20270309-100430_001_02.wav"), (vec![1, 1, 2], None, Some("2027-03-09T10:04:30".into())));
        assert_eq!(read("2027-03-09 10-04-30.mkv"), (vec![], None, Some("2027-03-09T10:04:30".into())));
        assert_eq!(read("09.03.2027_0001_4.wav"), (vec![1, 4], None, none()));
        assert_eq!(read("000012.wav"), (vec![12], None, none()));
        assert_eq!(read("99999999999999999999999.wav"), (vec![u64::MAX], None, none()));
    }

    #[test]
    fn marks_of_copies_are_taken_off() {
        for copy in
            ["01 (1)", "01 (23)", "01 - copy", "01 copy", "01 copy 2", "01_copy", "01 - salinan", "01 - copy (2)"]
        {
            assert_eq!(without_copy_mark(copy), "01", "{copy}");
        }
        for other in ["01", "mik 1", "(1)", "copy", "podium(1)"] {
            assert_eq!(without_copy_mark(other), other);
        }
    }

    #[test]
    fn case_and_unicode_form_make_no_other_name() {
        assert_eq!(stem(Path::new("MIK É.WAV")), stem(Path::new("mik e\u{301}.wav")));
    }
}
