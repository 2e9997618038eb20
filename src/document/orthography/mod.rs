//! The writing layer: from the words as they were recognised to Indonesian as a record prints it
//! (EYD V), and back.
//!
//! [`Writer::write`] is a pure function from a passage, a [`Lexicon`] and the names of a meeting to
//! a list of changes and doubts; [`undo`] gives the raw text back byte for byte. The changes are
//! kept as layers of the transcript ([`layers`]) beside those of people, with the rule and its
//! version: a person's correction stands on the words that were printed, so these must stay what
//! they were even when a rule is mended later. A passage that a person has corrected is theirs: no
//! rule touches it again. Doubts are not kept: [`doubts`] finds them anew in whatever stands there
//! now.
//!
//! **Never changed**, not even a capital: personal names, amounts of money, vote counts, article
//! numbers, *tidak*, *belum*, *bukan*, *setuju*. Amounts, votes and articles become a [`Doubt`]
//! with what the rules would have written as a proposal; so does a word that sounds like a name of
//! the roster. *Tidak*, *belum*, *bukan* and *setuju* become one where the recogniser was unsure of
//! the word: a mark on each of them would soon be read over. A doubled word is never collapsed.
//! `docs/panduan/penulisan.md` has every rule with an example.

mod amounts;
mod capitals;
mod cardinals;
mod dates;
mod draft;
mod fillers;
mod layers;
pub mod lexicon;
mod meeting;
mod names;
mod number;
mod ordinals;
mod passage;
mod prepositions;
mod protected;
mod reduplication;
mod sound;
mod terms;
mod times;

use std::ops::Range;

use serde::Serialize;

use crate::common::clock::Clock;
use crate::transcript::Word;

use draft::Draft;
pub use layers::{layers, spoken};
pub use lexicon::Lexicon;
pub use names::Roster;
use passage::Passage;
use terms::Terms;

/// Of the rules: it grows whenever the same words would be written otherwise.
pub const VERSION: u32 = 2;

/// Which rule made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// *sepuluh Mei dua ribu dua puluh dua* → `10 Mei 2022`.
    Date,
    /// *pukul sepuluh lewat lima menit* → `pukul 10.05`.
    Time,
    /// *hari kedua puluh lima* → `hari ke-25`, *masa sidang dua* → `masa sidang II`.
    Ordinal,
    /// *tiga puluh dua orang* → `32 orang`.
    Cardinal,
    /// *dua belas koma lima persen* → `12,5%`.
    Percent,
    /// *dirumah* → `di rumah`, *di tulis* → `ditulis`.
    Preposition,
    /// *undang undang* → `undang-undang`.
    Reduplication,
    /// *apbd* → `APBD`, *badan anggaran* → `Badan Anggaran`.
    Term,
    /// A capital at the beginning of a sentence, of a month, of a day.
    Capital,
    /// *ee*, *anu*: taken out.
    Filler,
    /// *pem- pembangunan* → `pembangunan`.
    FalseStart,
}

impl Rule {
    /// Its name for programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::Ordinal => "ordinal",
            Self::Cardinal => "cardinal",
            Self::Percent => "percent",
            Self::Preposition => "preposition",
            Self::Reduplication => "reduplication",
            Self::Term => "term",
            Self::Capital => "capital",
            Self::Filler => "filler",
            Self::FalseStart => "false_start",
        }
    }

    /// Its name in a document.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "tanggal",
            Self::Time => "waktu",
            Self::Ordinal => "bilangan tingkat",
            Self::Cardinal => "bilangan",
            Self::Percent => "persen",
            Self::Preposition => "di/ke",
            Self::Reduplication => "kata ulang",
            Self::Term => "singkatan dan nama lembaga",
            Self::Capital => "huruf kapital",
            Self::Filler => "bunyi pengisi dihapus",
            Self::FalseStart => "salah mulai dihapus",
        }
    }
}

/// What a person must listen to because no machine may decide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// Sounds like a name of the roster, or is one in other letters.
    Name,
    /// An amount of money.
    Money,
    /// A count of votes.
    Vote,
    /// The number of a law, article or paragraph.
    Article,
    /// *Tidak*, *belum*, *bukan*, of which the recogniser was unsure.
    Negation,
    /// *Setuju*, of which the recogniser was unsure.
    Consent,
    /// A number that can be understood in two ways, or of which the recogniser was unsure.
    Number,
}

impl Matter {
    /// Its name for programs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Money => "money",
            Self::Vote => "vote",
            Self::Article => "article",
            Self::Negation => "negation",
            Self::Consent => "consent",
            Self::Number => "number",
        }
    }

    /// Its name in a document.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "nama orang",
            Self::Money => "jumlah uang",
            Self::Vote => "jumlah suara",
            Self::Article => "nomor pasal",
            Self::Negation => "kata ingkar",
            Self::Consent => "kata persetujuan",
            Self::Number => "bilangan",
        }
    }
}

/// One thing that the rules write otherwise than it was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The words of the raw text that it covers, from 0.
    pub words: Range<usize>,
    /// The bytes of the raw text that it replaces.
    pub bytes: Range<usize>,
    /// What stands there in the raw text.
    pub before: String,
    /// What is written in its place; empty where words are taken out.
    pub after: String,
    /// Why.
    pub rule: Rule,
}

/// A place that a person should listen to. Nothing is changed there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The words of the raw text that it covers, from 0.
    pub words: Range<usize>,
    /// The bytes of the raw text that it covers.
    pub bytes: Range<usize>,
    /// What is in doubt.
    pub matter: Matter,
    /// What might be written there once it has been heard.
    pub proposal: Option<String>,
}

/// What the rules make of one passage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// In the order of the text, without overlap.
    pub changes: Vec<Change>,
    /// In the order of the text, without overlap with each other or with a change.
    pub doubts: Vec<Doubt>,
}

impl Written {
    /// The written text of the passage whose raw text this is.
    #[must_use]
    pub fn text(&self, raw: &str) -> String {
        let mut written = String::with_capacity(raw.len());
        let mut last = 0;
        for change in &self.changes {
            written.push_str(&raw[last..change.bytes.start]);
            written.push_str(&change.after);
            last = change.bytes.end;
        }
        written.push_str(&raw[last..]);
        written
    }
}

/// The raw text that these changes made `written` of, or `None` when they did not.
#[must_use]
pub fn undo(written: &str, changes: &[Change]) -> Option<String> {
    let mut raw = String::with_capacity(written.len());
    let mut rest = written;
    for change in changes {
        let (same, from) = rest.split_at_checked(change.bytes.start.checked_sub(raw.len())?)?;
        raw.push_str(same);
        raw.push_str(&change.before);
        rest = from.strip_prefix(change.after.as_str())?;
    }
    raw.push_str(rest);
    Some(raw)
}

/// One utterance, as it was recognised.
#[derive(Clone, Copy, Debug)]
pub struct Spoken<'a> {
    /// All of it.
    pub text: &'a str,
    /// The same by word; without them nothing is taken out, because nobody knows where the speaker
    /// halted.
    pub words: &'a [Word],
    /// The clock of the words.
    pub clock: Clock,
    /// Whether a sentence begins here, rather than goes on from an utterance before.
    pub opens: bool,
}

/// The rules with the words and names that they know.
#[derive(Clone, Debug)]
pub struct Writer {
    lexicon: Lexicon,
    terms: Terms,
    roster: Roster,
}

impl Writer {
    /// A writer for a meeting; `proper` are names of places and groups that are written with
    /// capitals.
    pub fn new<'a>(lexicon: Lexicon, roster: Roster, proper: impl IntoIterator<Item = &'a str>) -> Self {
        let terms = Terms::new(&lexicon, proper);
        Self { lexicon, terms, roster }
    }

    /// What the rules make of a passage.
    #[must_use]
    pub fn write(&self, spoken: Spoken) -> Written {
        let passage = Passage::new(spoken);
        let mut draft = decided(&passage, &self.roster);
        terms::write(&mut draft, &self.terms);
        prepositions::write(&mut draft);
        reduplication::write(&mut draft, &self.lexicon);
        fillers::take_out(&mut draft, &self.lexicon);
        capitals::write(&mut draft);
        draft.finish()
    }
}

/// The places of a passage that a person should listen to, whoever wrote it.
#[must_use]
pub fn doubts(spoken: Spoken, roster: &Roster) -> Vec<Doubt> {
    let passage = Passage::new(spoken);
    decided(&passage, roster).finish().doubts
}

/// What must not be changed and what is a number. Whoever comes first keeps its words: what is
/// protected goes before everything that changes.
fn decided<'a>(passage: &'a Passage<'a>, roster: &Roster) -> Draft<'a> {
    let mut draft = Draft::new(passage);
    protected::words(&mut draft);
    names::mark(&mut draft, roster);
    protected::articles(&mut draft);
    dates::write(&mut draft);
    times::write(&mut draft);
    ordinals::write(&mut draft);
    amounts::mark(&mut draft);
    protected::votes(&mut draft);
    cardinals::write(&mut draft);
    draft
}

#[cfg(test)]
mod tests;
