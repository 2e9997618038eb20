//! The words that a secretariat writes in a way of its own: `leksikon.toml`.
//!
//! The program brings a lexicon of its own (`leksikon.toml` beside this file, where each key is
//! explained). A file of that name beside `rapat.toml` adds to it; what it lists under `abaikan` is
//! forgotten.

mod addition;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::common::message::{Explain, Message};
use crate::common::toml_text::{self, Slip, Wrong, line_of};

pub use addition::{Addition, read_text};

/// The file's name, beside the description of the meeting.
pub const FILE_NAME: &str = "leksikon.toml";

const BUILT_IN: &str = include_str!("leksikon.toml");

/// Far above a lexicon of ten thousand words.
const LIMIT: u64 = 1 << 20;

/// Why a `leksikon.toml` was refused.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// More than a lexicon can be.
    #[error("{}: more than {LIMIT} bytes", path.display())]
    TooLarge { path: PathBuf },
    /// The file holds no text.
    #[error("{}: no text", path.display())]
    NotText { path: PathBuf },
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("{}, line {line}: {wrong:?}", path.display())]
    Syntax {
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        wrong: Wrong,
    },
    /// An entry that says nothing.
    #[error("{}, line {line}: an empty entry", path.display())]
    Empty {
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A doubled word without its hyphen.
    #[error("{}, line {line}: `{entry}` is not a doubled word", path.display())]
    NotDoubled {
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        entry: String,
    },
}

impl Explain for Error {
    fn message(&self) -> Message {
        let placed = |key: &str, path: &Path| Message::new(key).with("file", path.display());
        match self {
            Self::Unreadable { path, source } => placed("lexicon.unreadable", path).with("reason", source),
            Self::TooLarge { path } => placed("lexicon.too_large", path).with("limit", LIMIT),
            Self::NotText { path } => placed("lexicon.not_text", path),
            Self::Syntax { path, line, wrong } => wrong.message(&path.display().to_string(), *line),
            Self::Empty { path, line } => placed("lexicon.empty", path).with("line", line),
            Self::NotDoubled { path, line, entry } => {
                placed("lexicon.not_doubled", path).with("line", line).with("entry", entry)
            }
        }
    }

    fn is_usage(&self) -> bool {
        true
    }
}

/// As it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    singkatan: BTreeMap<String, Vec<Spanned<String>>>,
    nama: Vec<Spanned<String>>,
    ulang: Vec<Spanned<String>>,
    pengisi: Vec<Spanned<String>>,
    penggalan: Vec<Spanned<String>>,
    abaikan: Vec<Spanned<String>>,
}

/// Acronyms, names, doubled words and fillers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lexicon {
    /// How an acronym is written → how else it may be heard.
    acronyms: BTreeMap<String, Vec<String>>,
    /// Names of institutions and places, as they are written.
    names: BTreeSet<String>,
    /// In small letters, with the hyphen.
    reduplications: HashSet<String>,
    /// In small letters, by word; the longest first.
    fillers: Vec<Vec<String>>,
    /// In small letters.
    fragments: HashSet<String>,
}

impl Default for Lexicon {
    /// The program's own.
    fn default() -> Self {
        let empty = Self {
            acronyms: BTreeMap::new(),
            names: BTreeSet::new(),
            reduplications: HashSet::new(),
            fillers: Vec::new(),
            fragments: HashSet::new(),
        };
        let own = empty.with(BUILT_IN, Path::new(FILE_NAME));
        own.expect("a test reads the program's own lexicon")
    }
}

impl Lexicon {
    /// The program's own with what a file adds.
    ///
    /// # Errors
    /// When the file cannot be read or is not a lexicon.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
        let mut bytes = Vec::new();
        fs::File::open(path).map_err(unreadable)?.take(LIMIT + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > LIMIT {
            return Err(Error::TooLarge { path: path.to_owned() });
        }
        let text = toml_text::decode(&bytes).ok_or_else(|| Error::NotText { path: path.to_owned() })?;
        Self::default().with(&text, path)
    }

    /// The same with what the text of a file adds; `path` is its name in errors.
    ///
    /// # Errors
    /// When the text is not a lexicon.
    pub fn with(mut self, text: &str, path: &Path) -> Result<Self, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let failed = |slip: Slip| Error::Syntax { path: path.to_owned(), line: slip.line, wrong: slip.wrong };
        let written: File = toml_text::read(text).map_err(failed)?;
        let File { singkatan, nama, ulang, pengisi, penggalan, abaikan } = written;
        let entry = |entry: &Spanned<String>| {
            let words: Vec<&str> = entry.get_ref().split_whitespace().collect();
            let line = line_of(text, entry.span().start);
            if words.is_empty() { Err(Error::Empty { path: path.to_owned(), line }) } else { Ok(words.join(" ")) }
        };
        for name in &abaikan {
            self.forget(&entry(name)?);
        }
        for (written, heard) in &singkatan {
            let heard = heard.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
            self.acronyms.entry(written.trim().to_owned()).or_default().extend(heard);
        }
        self.acronyms.remove("");
        for name in &nama {
            self.names.insert(entry(name)?);
        }
        for doubled in &ulang {
            let word = entry(doubled)?.to_lowercase();
            if !word.split_once('-').is_some_and(|(first, second)| !first.is_empty() && !second.is_empty()) {
                let line = line_of(text, doubled.span().start);
                return Err(Error::NotDoubled { path: path.to_owned(), line, entry: word });
            }
            self.reduplications.insert(word);
        }
        for filler in &pengisi {
            self.fillers.push(entry(filler)?.to_lowercase().split(' ').map(str::to_owned).collect());
        }
        self.fillers.sort_by_key(|words| std::cmp::Reverse(words.len()));
        for fragment in &penggalan {
            self.fragments.insert(entry(fragment)?.to_lowercase());
        }
        Ok(self)
    }

    fn forget(&mut self, entry: &str) {
        let lower = entry.to_lowercase();
        self.acronyms.retain(|written, _| written.to_lowercase() != lower);
        self.names.retain(|name| name.to_lowercase() != lower);
        self.reduplications.remove(&lower);
        self.fillers.retain(|words| words.join(" ") != lower);
        self.fragments.remove(&lower);
    }

    /// How each acronym is written, and how else it may be heard.
    pub(super) fn acronyms(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.acronyms.iter().map(|(written, heard)| (written.as_str(), heard.as_slice()))
    }

    /// Names that are written with capitals.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether a word in small letters, with its hyphen, is listed as a doubled one.
    pub(super) fn is_reduplication(&self, word: &str) -> bool {
        self.reduplications.contains(word)
    }

    /// How many words the filler has that begins here; `word` gives the word so far ahead, in small
    /// letters.
    pub(super) fn filler_at<'a>(&self, word: impl Fn(usize) -> &'a str) -> Option<usize> {
        let here = |filler: &&Vec<String>| filler.iter().enumerate().all(|(offset, part)| word(offset) == part);
        self.fillers.iter().find(here).map(Vec::len)
    }

    /// Whether a piece of a word is listed as a beginning that may break off.
    pub(super) fn is_fragment(&self, piece: &str) -> bool {
        self.fragments.contains(piece)
    }
}
