//! Names of the roster that were heard otherwise: proposed, never put in.
//!
//! Two or more words that sound like a full name are compared as one sound, because recognisers
//! part and join names as they like. A single word is compared only after a form of address (*Pak*,
//! *Saudari*): *budi*, *dewi* and *surya* are common words. Where two people sound equally near
//! nobody is proposed.

use std::collections::HashSet;

use super::Matter;
use super::draft::{Draft, UNSURE};
use super::passage::Passage;
use super::sound;

/// From how alike on a full name is proposed: with as many words as it has, and with one more or
/// less.
const ALIKE: f64 = 0.8;
const ALIKE_REJOINED: f64 = 0.86;
/// How alike each word of a full name must be at least, where there are as many as it has.
const ALIKE_BY_WORD: f64 = 0.65;
/// The same for a single word after a form of address.
const ALIKE_ADDRESSED: f64 = 0.72;
/// A shorter sound is like too many words.
const SHORTEST: usize = 3;

const ADDRESS: [&str; 14] =
    ["pak", "bapak", "bu", "ibu", "saudara", "saudari", "sdr", "sdri", "bang", "mas", "mbak", "haji", "hajah", "hj"];

/// Words that often follow a form of address and are nobody's name.
const OFFICES: [&str; 28] = [
    "ketua",
    "wakil",
    "wali",
    "walikota",
    "direktur",
    "camat",
    "lurah",
    "bupati",
    "gubernur",
    "menteri",
    "kepala",
    "sekretaris",
    "sekda",
    "sekwan",
    "pimpinan",
    "anggota",
    "dewan",
    "hadirin",
    "sekalian",
    "pelapor",
    "dan",
    "yang",
    "guru",
    "dokter",
    "juru",
    "kabag",
    "kadis",
    "asisten",
];

/// The people who may be named in a meeting.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    /// Names of two words and more, without titles and degrees.
    full: Vec<Name>,
    /// Each word of a name once.
    parts: Vec<Name>,
}

#[derive(Clone, Debug)]
struct Name {
    written: String,
    /// In small letters.
    words: Vec<String>,
    keys: Vec<String>,
    /// The keys in one.
    key: String,
}

impl Name {
    fn new(written: &[&str]) -> Self {
        let keys: Vec<String> = written.iter().map(|word| sound::key(word)).collect();
        Self {
            written: written.join(" "),
            words: written.iter().map(|word| word.to_lowercase()).collect(),
            key: keys.concat(),
            keys,
        }
    }
}

impl Roster {
    /// The roster of these full names; titles and degrees are left aside.
    pub fn new<'a>(people: impl IntoIterator<Item = &'a str>) -> Self {
        let mut roster = Self::default();
        let (mut full, mut parts) = (HashSet::new(), HashSet::new());
        for name in people {
            // Titles have a period (`Dra.`), degrees stand behind a comma.
            let name = name.split(',').next().unwrap_or_default();
            let words: Vec<&str> = name.split_whitespace().filter(|word| !word.contains('.')).collect();
            if words.len() > 1 && full.insert(words.join(" ")) {
                roster.full.push(Name::new(&words));
            }
            for word in words {
                if parts.insert(word) {
                    roster.parts.push(Name::new(&[word]));
                }
            }
        }
        roster
    }
}

/// A name and the words that may be meant for it.
struct Found {
    end: usize,
    likeness: f64,
    /// `None` where two are equally near.
    proposal: Option<String>,
}

pub(super) fn mark(draft: &mut Draft, roster: &Roster) {
    if roster.parts.is_empty() {
        return;
    }
    let passage = draft.passage;
    let keys: Vec<String> = passage.tokens.iter().map(|token| sound::key(&token.lower)).collect();
    let mut place = 0;
    while place < passage.len() {
        let addressed = ADDRESS.contains(&passage.before(place));
        let found = exact(passage, place, &roster.full)
            .or_else(|| alike(passage, place, &keys, &roster.full))
            .or_else(|| {
                exact(passage, place, &roster.parts).filter(|found| addressed || is_capital(passage, place, found))
            })
            .or_else(|| addressed.then(|| single(passage, place, &keys, &roster.parts)).flatten());
        let Some(found) = found else {
            place += 1;
            continue;
        };
        let words = place..found.end;
        let unsure = passage.least_probability(words.clone()) < UNSURE;
        let right = found.proposal.as_deref() == Some(&text(passage, &words));
        if right && !unsure {
            draft.keep(words);
        } else {
            draft.doubt(words, Matter::Name, found.proposal);
        }
        place = found.end;
    }
}

fn text(passage: &Passage, words: &std::ops::Range<usize>) -> String {
    let words: Vec<&str> = words.clone().map(|place| passage.core(place)).collect();
    words.join(" ")
}

/// A part of a name alone is one only where it is written as one: *surya* is the sun.
fn is_capital(passage: &Passage, place: usize, found: &Found) -> bool {
    !passage.opens_sentence(place) && found.proposal.as_deref() == Some(passage.core(place))
}

fn exact(passage: &Passage, place: usize, names: &[Name]) -> Option<Found> {
    let name = names.iter().find(|name| passage.reads(place, &name.words))?;
    Some(Found { end: place + name.words.len(), likeness: 1.0, proposal: Some(name.written.clone()) })
}

/// The full name that the words from here on sound like.
fn alike(passage: &Passage, place: usize, keys: &[String], names: &[Name]) -> Option<Found> {
    let mut best = None;
    for name in names {
        let count = name.words.len();
        for size in count - 1..=count + 1 {
            let words = place..place + size;
            if size == 0 || !passage.is_unbroken(words.clone()) {
                continue;
            }
            let by_word =
                || keys[words.clone()].iter().zip(&name.keys).all(|(a, b)| sound::likeness(a, b) >= ALIKE_BY_WORD);
            let least = if size == count { ALIKE } else { ALIKE_REJOINED };
            if !are_near(&keys[words.clone()], name, least) || (size == count && !by_word()) {
                continue;
            }
            let heard: String = keys[words.clone()].concat();
            consider(&mut best, &heard, name, words.end, least);
        }
    }
    best
}

/// The part of a name that a word after a form of address sounds like. A word in small letters must
/// sound the same: *Bapak harus* is not Bapak Agus.
fn single(passage: &Passage, place: usize, keys: &[String], names: &[Name]) -> Option<Found> {
    if OFFICES.contains(&passage.lower(place)) {
        return None;
    }
    let least = if passage.core(place).starts_with(char::is_uppercase) { ALIKE_ADDRESSED } else { 1.0 };
    let mut best = None;
    for name in names {
        if are_near(&keys[place..=place], name, least) {
            consider(&mut best, &keys[place], name, place + 1, least);
        }
    }
    best
}

/// The first sound is the surest; and what differs much in length cannot be alike.
fn are_near(heard: &[String], name: &Name, least: f64) -> bool {
    let length: usize = heard.iter().map(String::len).sum();
    let first = heard.iter().find_map(|key| key.chars().next());
    let (short, long) = (length.min(name.key.len()), length.max(name.key.len()));
    short >= SHORTEST && first == name.key.chars().next() && short as f64 >= least * long as f64
}

fn consider(best: &mut Option<Found>, heard: &str, name: &Name, end: usize, least: f64) {
    let likeness = sound::likeness(heard, &name.key);
    let nearest = best.as_ref().map_or(least, |found| found.likeness);
    if likeness > nearest || (best.is_none() && likeness >= nearest) {
        *best = Some(Found { end, likeness, proposal: Some(name.written.clone()) });
    } else if let Some(found) = best
        && likeness >= found.likeness
        && found.proposal.as_deref() != Some(&name.written)
    {
        found.proposal = None;
    }
}
