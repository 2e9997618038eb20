//! The index of the search in the browser: files that a page fetches one by one, without a server.
//!
//! ```text
//! cari/indeks.json          meetings; where each file of words and of stems begins
//! cari/k-HASH.json          {"dianggarkan": "anggar"}: words and their stems
//! cari/s-HASH.json          {"anggar": ["anggaran dianggarkan", "…"]}: words of a stem, and where
//! cari/teks/ID/HASH-N.json  what is shown of the sixteen texts from number 16 N on
//! ```
//!
//! The stems are those of [`crate::archive`], so the browser needs no stemmer: it looks a word up.
//! Files are named after their content, and the words in each follow each other, so that a query
//! takes one file for each word, one for each of its stems and one for each hit. The crate
//! `pagefind` was weighed: it adds 53 crates, makes all of its index anew for one changed meeting,
//! and has no stems of Indonesian like the ones by which the program itself finds.
//!
//! A place is a number of three varints: meetings skipped, how many texts of it, and between them
//! the texts skipped.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use serde::Serialize;

use super::Error;
use super::state::Record;
use crate::archive::{stems, tokens};
use crate::common::digest::sha256;
use crate::meeting::Kind;

/// Texts of one file.
pub(super) const TEXTS: usize = 16;
/// Bytes of a file of words, and of stems, where one alone is not more.
const WORDS_FILE: usize = 12 << 10;
const STEMS_FILE: usize = 20 << 10;
/// Letters of the hash in the name of a file.
const DIGITS: usize = 10;

/// A text that can be found.
#[derive(Serialize)]
pub(super) struct Text<'a>(
    /// The name of the speech or decision.
    pub(super) &'a str,
    /// Who speaks.
    pub(super) &'a str,
    /// When.
    pub(super) &'a str,
    /// What is said.
    pub(super) &'a str,
);

/// The words of one meeting, each with the numbers of the texts that have it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words(BTreeMap<String, Vec<u32>>);

impl Words {
    /// The words of texts, and of who says them.
    pub(super) fn of(texts: &[Text<'_>]) -> Self {
        let mut words: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (number, text) in (0..).zip(texts) {
            for token in tokens(text.1).into_iter().chain(tokens(text.3)) {
                let places = words.entry(token.text).or_default();
                if places.last() != Some(&number) {
                    places.push(number);
                }
            }
        }
        Self(words)
    }

    /// A line for each word: the word, and the texts skipped before each that has it.
    pub(super) fn written(&self) -> String {
        let mut text = String::new();
        for (word, places) in &self.0 {
            text.push_str(word);
            let mut last = 0;
            for place in places {
                // Writing to a string cannot fail.
                let _ = write!(text, " {}", place - last);
                last = *place;
            }
            text.push('\n');
        }
        text
    }

    /// What [`Words::written`] wrote.
    pub(super) fn read(text: &str) -> Option<Self> {
        let line = |line: &str| {
            let mut parts = line.split(' ');
            let word = parts.next()?.to_owned();
            let mut last = 0_u32;
            let places = parts.map(|part| {
                last = last.checked_add(part.parse().ok()?)?;
                Some(last)
            });
            Some((word, places.collect::<Option<_>>()?))
        };
        text.lines().map(line).collect::<Option<_>>().map(Self)
    }
}

/// The files of the texts of one meeting, and their common name.
pub(super) fn texts(texts: &[Text<'_>]) -> Result<(String, Vec<Vec<u8>>), Error> {
    let files: Vec<Vec<u8>> =
        texts.chunks(TEXTS).map(serde_json::to_vec).collect::<Result<_, _>>().map_err(Error::page)?;
    let all: Vec<u8> = files.concat();
    Ok((sha256(&all).chars().take(DIGITS).collect(), files))
}

/// What stands in `cari/indeks.json`.
#[derive(Serialize)]
struct Index<'a> {
    version: u32,
    texts: usize,
    meetings: Vec<Found<'a>>,
    words: Vec<(String, String)>,
    stems: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Found<'a>(&'a str, &'a str, Option<String>, Option<&'static str>, &'a str);

/// The index of all meetings, file by file; `meetings` in the order in which hits are shown.
pub(super) fn files(meetings: &[(&Record, &Words)]) -> Result<Vec<(String, Vec<u8>)>, Error> {
    // Every stem has a number, so that places are put together by numbers alone.
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut known: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut postings: Vec<Posting> = Vec::new();
    for (meeting, (_, words)) in (0..).zip(meetings) {
        let mut found: Vec<(usize, u32)> = Vec::new();
        for (word, places) in &words.0 {
            let stems = known.entry(word).or_insert_with(|| numbered(stems(word), &mut numbers));
            found.extend(stems.iter().flat_map(|stem| places.iter().map(|place| (*stem, *place))));
        }
        postings.resize_with(numbers.len(), Posting::default);
        found.sort_unstable();
        found.dedup();
        for of_stem in found.chunk_by(|a, b| a.0 == b.0) {
            postings[of_stem[0].0].add(meeting, of_stem);
        }
    }
    let mut names: Vec<&str> = vec![""; numbers.len()];
    for (stem, number) in &numbers {
        names[*number] = stem;
    }
    let mut forms: Vec<Vec<&str>> = vec![Vec::new(); numbers.len()];
    for (word, stems) in &known {
        for stem in stems {
            forms[*stem].push(word);
        }
    }
    let of_word = |stems: &[usize]| stems.iter().map(|stem| names[*stem]).collect::<Vec<_>>().join(" ");
    let words: Vec<(&str, String)> = known.iter().map(|(word, stems)| (*word, pair(word, &of_word(stems)))).collect();
    let stems: Vec<(&str, String)> = names
        .iter()
        .zip(&mut forms)
        .zip(&postings)
        .map(|((stem, forms), posting)| {
            forms.sort_unstable();
            let value = format!("[{},\"{}\"]", quoted(&forms.join(" ")), base64(&posting.bytes));
            (*stem, format!("{}:{value}", quoted(stem)))
        })
        .collect();
    let mut made = Vec::new();
    let index = Index {
        version: 1,
        texts: TEXTS,
        meetings: meetings.iter().map(|(record, _)| found(record)).collect(),
        words: shards("k", words, WORDS_FILE, &mut made),
        stems: shards("s", stems, STEMS_FILE, &mut made),
    };
    made.push(("cari/indeks.json".to_owned(), serde_json::to_vec(&index).map_err(Error::page)?));
    Ok(made)
}

/// The numbers of stems; one that is new gets the next.
fn numbered(stems: Vec<String>, numbers: &mut HashMap<String, usize>) -> Vec<usize> {
    let number = |stem| {
        let next = numbers.len();
        *numbers.entry(stem).or_insert(next)
    };
    stems.into_iter().map(number).collect()
}

fn found(record: &Record) -> Found<'_> {
    let date = record.date.map(|date| date.to_string());
    Found(&record.id, &record.title, date, record.kind.map(Kind::key), &record.texts_hash)
}

/// Cuts entries into files of about this size; the first word and the name of each.
fn shards(
    of: &str,
    mut entries: Vec<(&str, String)>,
    size: usize,
    made: &mut Vec<(String, Vec<u8>)>,
) -> Vec<(String, String)> {
    // As the browser compares them.
    entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    let mut table = Vec::new();
    let mut rest = &entries[..];
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |(_, entry): &&(&str, String)| {
            bytes += entry.len() + 1;
            bytes <= size
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (these, others) = rest.split_at(count);
        let lines: Vec<&str> = these.iter().map(|(_, entry)| entry.as_str()).collect();
        let content = format!("{{{}}}", lines.join(",")).into_bytes();
        let name = format!("{of}-{}", sha256(&content).chars().take(DIGITS).collect::<String>());
        table.push((these[0].0.to_owned(), name.clone()));
        made.push((format!("cari/{name}.json"), content));
        rest = others;
    }
    table
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn pair(key: &str, value: &str) -> String {
    format!("{}:{}", quoted(key), quoted(value))
}

/// Where a stem is found.
#[derive(Default)]
struct Posting {
    bytes: Vec<u8>,
    /// The meeting behind the last.
    next: u32,
}

impl Posting {
    /// Places of a meeting, ascending, each beside the number of the stem.
    fn add(&mut self, meeting: u32, places: &[(usize, u32)]) {
        self.number(meeting - self.next);
        self.next = meeting + 1;
        self.number(places.len() as u32);
        let mut next = 0;
        for (_, place) in places {
            self.number(place - next);
            next = place + 1;
        }
    }

    fn number(&mut self, mut number: u32) {
        while number >= 0x80 {
            self.bytes.push((number as u8) | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

/// Base64 as `atob` takes it.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = (at(0) << 16) | (at(1) << 8) | at(2);
        for place in 0..4 {
            let letter = if place <= three.len() { LETTERS[((bits >> (18 - 6 * place)) & 63) as usize] } else { b'=' };
            text.push(char::from(letter));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base64_is_that_of_everybody() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn words_are_those_of_the_text_and_of_who_speaks() {
        let texts =
            [Text("m01-0", "KETUA", "", "Rapat dibuka, rapat!"), Text("m02-5", "SITI", "", "Rapat Rp2.500.000")];
        let words = Words::of(&texts);
        assert_eq!(words.written(), "2500000 1\ndibuka 0\nketua 0\nrapat 0 1\nrp 1\nsiti 1\n");
        assert_eq!(Words::read(&words.written()), Some(words));
        assert_eq!(Words::read("kata x\n"), None);
    }

    proptest! {
        #[test]
        fn files_are_cut_between_entries_and_each_entry_is_in_one(
            words in prop::collection::btree_set("[a-zé𝐀]{1,8}", 1..200), size in 10usize..200,
        ) {
            let entries: Vec<(&str, String)> = words.iter().map(|word| (word.as_str(), pair(word, "x"))).collect();
            let mut made = Vec::new();
            let table = shards("k", entries, size, &mut made);
            prop_assert!(table.windows(2).all(|two| two[0].0.encode_utf16().lt(two[1].0.encode_utf16())));
            let mut found = BTreeSet::new();
            for (_, content) in made {
                let map: BTreeMap<String, String> = serde_json::from_slice(&content).expect("JSON");
                prop_assert!(content.len() <= size + 2 || map.len() == 1);
                found.extend(map.into_keys());
            }
            prop_assert_eq!(found, words);
        }
    }
}
