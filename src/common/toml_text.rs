//! TOML that people write by hand: its text however an editor saved it, and what is wrong with it,
//! in plain words.
//!
//! Parsers speak of *basic strings* and *invalid types* in English. Here a mistake becomes a
//! [`Slip`], found by the line that the parser stopped at, and each slip has a sentence with its
//! remedy in the catalogue.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use serde::de::DeserializeOwned;

use crate::common::date::typed_date;
use crate::common::message::Message;

/// A mistake and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub wrong: Wrong,
}

/// What can be wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Wrong {
    /// Quotation marks of a word processor.
    CurlyQuotes,
    /// A space of a word processor or a web page, which only looks like one.
    OddSpace,
    /// A text without quotation marks.
    Unquoted { key: String, value: String },
    /// A date with its day first.
    DateOrder {
        key: String,
        /// As it must be written.
        proposal: String,
    },
    /// A comma for the decimals.
    DecimalComma {
        key: String,
        /// As it must be written.
        proposal: String,
    },
    /// A quotation mark within a text.
    QuoteInside { key: String },
    /// A text whose quotation mark is not closed.
    QuoteOpen { key: String },
    /// A backslash in a text, as in a path of Windows.
    Backslash { key: String },
    /// A list whose bracket is not closed.
    ListOpen { key: String },
    /// Two entries of a list without a comma between them, or something else between its brackets.
    List { key: String },
    /// The heading of a part without all of its brackets.
    Heading,
    /// A line without an equals sign.
    NoEquals,
    /// Nothing behind the equals sign.
    NoValue { key: String },
    /// The same key, or heading, once more.
    Repeated { key: String },
    /// A key that is not known here.
    UnknownKey {
        key: String,
        known: String,
        /// The one that is probably meant.
        near: Option<String>,
    },
    /// A word that this key does not take.
    UnknownWord { key: String, word: String, known: String },
    /// A key that must be there is not.
    Missing { key: String },
    /// Something else than this key takes.
    Type { key: String, wanted: Wanted },
    /// Anything else.
    Other,
}

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A text.
    Text,
    /// A whole number, not below 0.
    Number,
    /// A number.
    Decimal,
    /// *true* or *false*.
    Truth,
    /// A list.
    List,
    /// A part with keys of its own.
    Part,
    /// A date.
    Date,
    /// A time.
    Time,
}

impl Wrong {
    /// Its sentence; `file` and line stand in front.
    #[must_use]
    pub fn message(&self, file: &str, line: usize) -> Message {
        let about = |name: &str| Message::new(&format!("toml.{name}")).with("file", file).with("line", line);
        match self {
            Self::CurlyQuotes => about("curly_quotes"),
            Self::OddSpace => about("odd_space"),
            Self::Unquoted { key, value } => about("unquoted").with("key", key).with("value", value),
            Self::DateOrder { key, proposal } => about("date_order").with("key", key).with("proposal", proposal),
            Self::DecimalComma { key, proposal } => about("decimal_comma").with("key", key).with("proposal", proposal),
            Self::QuoteInside { key } => about("quote_inside").with("key", key),
            Self::QuoteOpen { key } => about("quote_open").with("key", key),
            Self::Backslash { key } => about("backslash").with("key", key),
            Self::ListOpen { key } => about("list_open").with("key", key),
            Self::List { key } => about("list").with("key", key),
            Self::Heading => about("heading"),
            Self::NoEquals => about("no_equals"),
            Self::NoValue { key } => about("no_value").with("key", key),
            Self::Repeated { key } => about("repeated").with("key", key),
            Self::UnknownKey { key, known, near: None } => about("unknown_key").with("key", key).with("known", known),
            Self::UnknownKey { key, near: Some(near), .. } => about("near_key").with("key", key).with("near", near),
            Self::UnknownWord { key, word, known } => {
                about("unknown_word").with("key", key).with("word", word).with("known", known)
            }
            Self::Missing { key } => about("missing").with("key", key),
            Self::Type { key, wanted } => about(match wanted {
                Wanted::Text => "type.text",
                Wanted::Number => "type.number",
                Wanted::Decimal => "type.decimal",
                Wanted::Truth => "type.truth",
                Wanted::List => "type.list",
                Wanted::Part => "type.part",
                Wanted::Date => "type.date",
                Wanted::Time => "type.time",
            })
            .with("key", key),
            Self::Other => about("other"),
        }
    }
}

/// The text of a file: by its byte order mark, else UTF-8 or UTF-16 if it is that, else what
/// Windows writes in Indonesia. `None` where it is no text.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<String> {
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count() * 4 > bytes.len();
    let encoding = match bytes {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        _ if zeros(1) && !zeros(0) => UTF_16LE,
        _ if zeros(0) && !zeros(1) => UTF_16BE,
        _ if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
        _ => WINDOWS_1252,
    };
    let text = encoding.decode(bytes).0.into_owned();
    (!text.contains('\0')).then_some(text)
}

/// The line, from 1, of a byte of a text.
#[must_use]
pub fn line_of(text: &str, position: usize) -> usize {
    text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
}

/// Reads a text.
///
/// # Errors
/// The first [`Slip`].
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Slip> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start).min(text.len());
        diagnose(text, at, error.message())
    })
}

/// What the parser means that stopped at this byte.
fn diagnose(text: &str, at: usize, said: &str) -> Slip {
    let number = line_of(text, at);
    let line = text.lines().nth(number - 1).unwrap_or_default().trim();
    let key = || key_at(text, number);
    let found = |wrong| Slip { line: number, wrong };
    let quoted: Vec<&str> = said.split('`').skip(1).step_by(2).collect();
    let known = |names: &[&str]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    if said.starts_with("unknown field") {
        let (key, names) = quoted.split_first().map_or(("", &[][..]), |(key, names)| (*key, names));
        let near = names.iter().map(|name| (strsim::damerau_levenshtein(&key.to_lowercase(), name), *name));
        // One slip of the finger, in a long word two.
        let near = near.min().filter(|(slips, name)| *slips <= 1 + usize::from(name.len() > 6));
        let near = near.map(|(_, name)| name.to_owned());
        return found(Wrong::UnknownKey { key: key.to_owned(), known: names.join(", "), near });
    }
    if said.starts_with("unknown variant") {
        let (word, names) = quoted.split_first().map_or(("", &[][..]), |(word, names)| (*word, names));
        return found(Wrong::UnknownWord { key: key(), word: word.to_owned(), known: known(names) });
    }
    if said.starts_with("missing field") {
        return found(Wrong::Missing { key: quoted.first().copied().unwrap_or_default().to_owned() });
    }
    if said.starts_with("duplicate key") {
        return found(Wrong::Repeated { key: key() });
    }
    if (said.starts_with("invalid type") || said.starts_with("invalid value"))
        && let Some((_, wanted)) = said.rsplit_once("expected ")
    {
        return found(Wrong::Type { key: key(), wanted: wanted_of(wanted) });
    }
    syntax(text, number, line)
}

fn wanted_of(said: &str) -> Wanted {
    match said.trim() {
        "a string" | "string" => Wanted::Text,
        "a boolean" => Wanted::Truth,
        "a sequence" => Wanted::List,
        DATE => Wanted::Date,
        TIME => Wanted::Time,
        "f32" | "f64" => Wanted::Decimal,
        other if other.starts_with(['u', 'i']) && other[1..].bytes().all(|byte| byte.is_ascii_digit()) => {
            Wanted::Number
        }
        other if other.contains("sequence") => Wanted::List,
        other if other.contains("string") || other.contains("variant") || other.contains("enum") => Wanted::Text,
        _ => Wanted::Part,
    }
}

/// What [`serde::de::Visitor::expecting`] says of a date and of a time.
pub(crate) const DATE: &str = "a date";
pub(crate) const TIME: &str = "a time";

/// The key whose value stands on a line: on this one, or where a list over several lines begins.
fn key_at(text: &str, number: usize) -> String {
    let lines: Vec<&str> = text.lines().take(number).collect();
    let named = lines.iter().rev().find_map(|line| {
        let line = line.trim();
        if line.starts_with('[') && line.ends_with(']') {
            return Some(line.trim_matches(['[', ']']).trim());
        }
        let (key, _) = line.split_once('=')?;
        let key = key.trim().trim_start_matches('{').trim();
        key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"')).then_some(key)
    });
    named.unwrap_or_default().trim_matches('"').to_owned()
}

fn syntax(text: &str, number: usize, line: &str) -> Slip {
    let found = |wrong| Slip { line: number, wrong };
    let (bare, closed) = outside_quotes(line);
    if bare.contains(['“', '”', '„', '‘', '’', '«', '»', '´', '`']) {
        return found(Wrong::CurlyQuotes);
    }
    if bare.chars().any(|c| (c.is_whitespace() && !c.is_ascii()) || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}')) {
        return found(Wrong::OddSpace);
    }
    if let Some((line, key)) = open_list(text, number) {
        return Slip { line, wrong: Wrong::ListOpen { key } };
    }
    if line.starts_with('[') && !line.contains('=') {
        return found(Wrong::Heading);
    }
    let Some((key, value)) = line.split_once('=') else {
        let is_heading = line.ends_with(']') && !line.contains(['"', ',']);
        return found(if is_heading { Wrong::Heading } else { Wrong::NoEquals });
    };
    let (key, value) = (key.trim().to_owned(), value.trim());
    let value = if value.starts_with(['"', '\'']) { value } else { value.split('#').next().unwrap_or_default().trim() };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    found(match value.chars().next() {
        None => Wrong::NoValue { key },
        Some('"' | '\'') if value.starts_with('"') && has_foreign_escape(value) => Wrong::Backslash { key },
        Some('"' | '\'') if !closed => Wrong::QuoteOpen { key },
        Some('"' | '\'') => Wrong::QuoteInside { key },
        Some('[' | '{') => Wrong::List { key },
        Some(first) => {
            let numbers = value.split_once(',').filter(|(whole, rest)| digits(whole.trim()) && digits(rest.trim()));
            if let Some((whole, rest)) = numbers {
                Wrong::DecimalComma { key, proposal: format!("{}.{}", whole.trim(), rest.trim()) }
            } else if let Some(date) = typed_date(value) {
                Wrong::DateOrder { key, proposal: date.to_string() }
            } else if first.is_alphanumeric() {
                Wrong::Unquoted { key, value: value.to_owned() }
            } else {
                Wrong::Other
            }
        }
    })
}

/// A line without what stands in straight quotation marks, and whether all of these are closed.
fn outside_quotes(line: &str) -> (String, bool) {
    let mut bare = String::new();
    let mut quote = None;
    let mut escaped = false;
    for c in line.chars() {
        match quote {
            None if c == '#' => break,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => bare.push(c),
            Some('"') if c == '\\' && !escaped => {
                escaped = true;
                continue;
            }
            Some(open) if c == open && !escaped => quote = None,
            Some(_) => {}
        }
        escaped = false;
    }
    (bare, quote.is_none())
}

/// Whether a text in double quotation marks has a backslash that TOML does not know, as the paths
/// of Windows do.
fn has_foreign_escape(value: &str) -> bool {
    let mut letters = value.chars();
    while let Some(c) = letters.next() {
        if c == '\\' && !letters.next().is_some_and(|next| "btnfre\"\\".contains(next)) {
            return true;
        }
    }
    false
}

/// The first line and the key of a list that is still open where this line begins.
fn open_list(text: &str, number: usize) -> Option<(usize, String)> {
    let mut open: Option<(usize, String)> = None;
    let mut depth = 0;
    for (index, line) in text.lines().take(number).enumerate() {
        let (bare, _) = outside_quotes(line);
        let begins = bare.split_once('=').filter(|(_, value)| value.trim_start().starts_with('['));
        if depth > 0
            && index + 1 == number
            && (begins.is_some() || bare.contains('=') || bare.trim_start().starts_with('['))
        {
            return open;
        }
        let counted = match begins {
            Some((key, value)) if depth == 0 => {
                open = Some((index + 1, key.trim().to_owned()));
                value
            }
            _ if depth > 0 => bare.as_str(),
            _ => continue,
        };
        let count = |wanted: char| counted.chars().filter(|c| *c == wanted).count() as i64;
        depth += count('[') - count(']');
    }
    // A file may also end in the middle of a list.
    open.filter(|_| depth > 0 && text.lines().count() <= number)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::common::language::Language;
    use crate::common::message::Message;

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    #[allow(dead_code, reason = "only what cannot be read is looked at")]
    struct Part {
        nama: Option<String>,
        nomor: Option<u32>,
        spasi: Option<f64>,
        acara: Vec<String>,
        buka: Option<bool>,
        anak: Option<Child>,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only what cannot be read is looked at")]
    struct Child {
        id: String,
    }

    fn slip(text: &str) -> (usize, Wrong) {
        let slip = read::<Part>(text).expect_err(text);
        (slip.line, slip.wrong)
    }

    #[test]
    fn each_slip_is_told_with_its_line() {
        let key = |key: &str| key.to_owned();
        for (text, line, wrong) in [
            ("nomor = 1\nnama = “Ani”", 2, Wrong::CurlyQuotes),
            ("nama = ‘Ani’", 1, Wrong::CurlyQuotes),
            ("nama =\u{a0}\"Ani\"", 1, Wrong::OddSpace),
            ("\u{200b}nama = \"Ani\"", 1, Wrong::OddSpace),
            ("nama = Ruang Rapat", 1, Wrong::Unquoted { key: key("nama"), value: key("Ruang Rapat") }),
            ("nama = 10.04.30", 1, Wrong::Unquoted { key: key("nama"), value: key("10.04.30") }),
            ("nama = 09-03-2027", 1, Wrong::DateOrder { key: key("nama"), proposal: key("2027-03-09") }),
            ("nama = 9 Maret 2027", 1, Wrong::DateOrder { key: key("nama"), proposal: key("2027-03-09") }),
            ("spasi = 1,5", 1, Wrong::DecimalComma { key: key("spasi"), proposal: key("1.5") }),
            ("nama = \"Ruang \"A\" Lt. 2\"", 1, Wrong::QuoteInside { key: key("nama") }),
            ("nama = \"Ani\nnomor = 1", 1, Wrong::QuoteOpen { key: key("nama") }),
            ("nama = \"C:\\Users\\sekwan\"", 1, Wrong::Backslash { key: key("nama") }),
            ("acara = [\"a\", \"b\"\nnama = \"x\"", 1, Wrong::ListOpen { key: key("acara") }),
            ("acara = [\n  \"a\",\n  \"b\"\n", 1, Wrong::ListOpen { key: key("acara") }),
            ("acara = [\"a\" \"b\"]", 1, Wrong::List { key: key("acara") }),
            ("[anak\nid = \"a\"", 1, Wrong::Heading),
            ("anak]\nid = \"a\"", 1, Wrong::Heading),
            ("nama: \"Ani\"", 1, Wrong::NoEquals),
            ("nama \"Ani\"", 1, Wrong::NoEquals),
            ("nama =\nnomor = 1", 1, Wrong::NoValue { key: key("nama") }),
            ("nama = \"a\"\nnama = \"b\"", 2, Wrong::Repeated { key: key("nama") }),
            ("[anak]\nid = \"a\"\n[anak]\nid = \"b\"", 3, Wrong::Repeated { key: key("anak") }),
            ("nomor = \"satu\"", 1, Wrong::Type { key: key("nomor"), wanted: Wanted::Number }),
            ("nomor = -1", 1, Wrong::Type { key: key("nomor"), wanted: Wanted::Number }),
            ("spasi = \"satu\"", 1, Wrong::Type { key: key("spasi"), wanted: Wanted::Decimal }),
            ("nama = 5", 1, Wrong::Type { key: key("nama"), wanted: Wanted::Text }),
            ("acara = \"a\"", 1, Wrong::Type { key: key("acara"), wanted: Wanted::List }),
            ("acara = [\n  \"a\",\n  5,\n]", 3, Wrong::Type { key: key("acara"), wanted: Wanted::Text }),
            ("buka = \"ya\"", 1, Wrong::Type { key: key("buka"), wanted: Wanted::Truth }),
            ("anak = \"a\"", 1, Wrong::Type { key: key("anak"), wanted: Wanted::Part }),
            ("nama = \"a\"\n[anak]\n", 2, Wrong::Missing { key: key("id") }),
        ] {
            assert_eq!(slip(text), (line, wrong), "{text}");
        }
        let (_, wrong) = slip("nma = \"Ani\"");
        assert!(matches!(&wrong, Wrong::UnknownKey { key, near: Some(near), .. } if key == "nma" && near == "nama"));
        let (_, wrong) = slip("tempat = \"Ani\"");
        assert!(matches!(&wrong, Wrong::UnknownKey { near: None, known, .. } if known.contains("acara")), "{wrong:?}");
    }

    #[test]
    fn every_sentence_is_there_in_both_languages() {
        let text = String::new;
        let wanted = [
            Wanted::Text,
            Wanted::Number,
            Wanted::Decimal,
            Wanted::Truth,
            Wanted::List,
            Wanted::Part,
            Wanted::Date,
            Wanted::Time,
        ];
        let types = wanted.map(|wanted| Wrong::Type { key: text(), wanted });
        let others = [Wrong::CurlyQuotes, Wrong::OddSpace, Wrong::Heading, Wrong::NoEquals, Wrong::Other];
        for wrong in others.into_iter().chain(types) {
            let message: Message = wrong.message("rapat.toml", 1);
            for language in [Language::Indonesian, Language::English] {
                assert!(!message.what(language).contains("toml.type"), "{wrong:?}");
                assert!(message.hint(language).is_some(), "{wrong:?}");
            }
        }
    }

    #[test]
    fn whatever_an_editor_saves_is_read() {
        let text = "nama = \"René – Ni’mah\"\r\n";
        let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let windows: Vec<u8> = text
            .chars()
            .map(|c| match c {
                '’' => 0x92,
                '–' => 0x96,
                c => c as u8,
            })
            .collect();
        for (what, bytes) in [
            ("UTF-8", text.as_bytes().to_vec()),
            ("with its mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            ("UTF-16", [b"\xff\xfe".to_vec(), utf16(u16::to_le_bytes)].concat()),
            ("UTF-16, the other way", [b"\xfe\xff".to_vec(), utf16(u16::to_be_bytes)].concat()),
            ("UTF-16 without its mark", utf16(u16::to_le_bytes)),
            ("Windows-1252", windows),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Some(text), "{what}");
        }
        assert_eq!(decode(b"PK\x03\x04\0\0\0\x01"), None);
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_fail(text in "\\PC*", lines in proptest::collection::vec("[a-z]{0,4} ?=? ?[\\[\"“0-9a-z,\\\\\\]]{0,6}", 0..6)) {
            let text = format!("{}\n{text}", lines.join("\n"));
            if let Err(slip) = read::<Part>(&text) {
                proptest::prop_assert!(slip.line >= 1 && slip.line <= text.lines().count() + 1);
            }
        }
    }
}
