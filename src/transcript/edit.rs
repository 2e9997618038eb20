//! Corrections as layers above what was recognised.
//!
//! A [`Layer`] stands on one raw utterance and says one thing: words replaced, another speaker, a
//! mark, or that an earlier layer no longer counts. Layers are only ever added. What is printed is
//! a pure function of the raw transcript and the layers in their order ([`apply`]); taking every
//! layer back gives what was recognised, letter by letter.
//!
//! A layer belongs to the version whose utterance it stands on. Recognising again makes a new
//! version, on which the old layers do not stand: they stay with theirs, and [`carry`] lays others
//! like them where the words agree.

mod carry;
mod layered;
mod passages;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Transcript, Utterance, Word};
use crate::common::clock::{Channel, Span};
use crate::common::message::{Explain, Message};

pub use carry::{Carried, Outcome, carry};
pub use layered::{Layered, Stretch};

/// The raw utterance that a layer stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The version of the transcript.
    pub version: u32,
    /// The utterance's channel.
    pub channel: Channel,
    /// Its span.
    pub span: Span,
}

impl Place {
    /// The place of an utterance of this version.
    #[must_use]
    pub fn of(version: u32, utterance: &Utterance) -> Self {
        Self { version, channel: utterance.channel, span: utterance.span }
    }
}

/// Who an utterance is said to be by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// Whoever sits at the microphone.
    #[default]
    Seat,
    /// The person with this short name in the meeting.
    Person(String),
    /// Somebody who is not known.
    Unknown,
}

/// What a person has noted about an utterance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Somebody has listened to it: it is no longer doubtful.
    Heard,
    /// The meeting decided to leave it out of the record.
    Omitted,
    /// It goes on with the one before it at the same microphone: one paragraph of the record, however
    /// long the pause. Words and times stay where they are.
    Joined,
}

/// What somebody raises for the house to take up: a *pokok pikiran*.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pokir {
    /// What it is, in a few words.
    pub title: String,
    /// The field of government (*urusan*) that it is of, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// What a layer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Change {
    /// Words replaced, taken out (`after` is empty) or put in (`before` is empty).
    Text {
        /// The place of the first word in the text as it was when the layer was laid, from 0.
        at: usize,
        /// The words that stood there, with one space between.
        before: String,
        /// The words that stand there now.
        after: String,
    },
    /// Another speaker.
    Speaker {
        /// Who it was said to be.
        before: Speaker,
        /// Who it is.
        after: Speaker,
    },
    /// Another speaker of some of the words: one microphone carried two people without a break.
    /// It goes before the speaker of the whole utterance.
    Passage {
        /// The place of the first of the words in the text as it was when the layer was laid,
        /// from 0.
        at: usize,
        /// The words, with one space between.
        words: String,
        /// Who says them.
        speaker: Speaker,
    },
    /// A mark set.
    Mark {
        /// Which.
        mark: Mark,
    },
    /// That it raises a *pokok pikiran*, or that it raises none. The last one counts.
    Pokir {
        /// Which, if it raises one.
        pokir: Option<Pokir>,
    },
    /// An earlier layer of the same utterance taken back. Taking back a layer of this kind brings
    /// the other one back.
    Undo {
        /// The other layer's number.
        edit: u64,
    },
}

/// Whose knowledge a layer is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The secretariat.
    Person,
    /// The speaker, within the period of correction.
    Member,
    /// A rule of this program.
    Machine {
        /// The rule's name.
        rule: String,
    },
}

/// A correction before it has a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// The utterance that it stands on.
    #[serde(flatten)]
    pub place: Place,
    /// What it says.
    pub change: Change,
    /// Who made it.
    pub by: String,
    /// When, by the clock on the wall.
    pub when: jiff::Zoned,
    /// Why, if it was said.
    pub why: Option<String>,
    /// Whose knowledge it is.
    pub source: Source,
}

/// A layer as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Its number in the store, ascending in the order in which layers were laid.
    pub id: u64,
    /// What it says, of what, and whose it is.
    #[serde(flatten)]
    pub layer: Layer,
}

/// What layers made of an utterance beside its text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Corrected {
    /// Who speaks.
    pub speaker: Speaker,
    /// Words that another person says, in the order of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passages: Vec<Passage>,
    /// What was noted, ascending.
    pub marks: Vec<Mark>,
    /// The *pokok pikiran* that it raises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pokir: Option<Pokir>,
    /// The layers that count, ascending, without those that only take others back.
    pub edits: Vec<u64>,
    /// Whether every recognised word was taken out and none put in.
    pub emptied: bool,
    /// What rules of this program wrote otherwise, in the order of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<Rewritten>,
    /// What was said, where a rule of this program writes it otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// Words of an utterance that another person says than the rest of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The words of the text as it stands, from 0.
    pub words: Range<usize>,
    /// Who says them.
    pub speaker: Speaker,
}

/// Words that a rule of this program wrote in place of others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewritten {
    /// The words of the text as it stands that it wrote, from 0; empty where it took words out.
    pub words: Range<usize>,
    /// What stood there before.
    pub before: String,
    /// The rule.
    pub rule: String,
    /// What the rule is about, in words.
    pub why: Option<String>,
}

/// The words of an utterance without what rules made of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// All of them.
    pub text: String,
    /// The same by word; empty when the recogniser gives no word times.
    pub words: Vec<Word>,
    /// Words of it that another person says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passages: Vec<Passage>,
}

impl Corrected {
    /// Whether no layer counts.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.edits.is_empty()
    }

    /// Whether this was noted.
    #[must_use]
    pub fn has(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }
}

/// Why a layer cannot be laid. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Refusal {
    /// The version has no such utterance.
    #[error("no utterance there")]
    NoUtterance,
    /// The words that are to be replaced do not stand there.
    #[error("`{expected}` does not stand there")]
    NotThere { expected: String },
    /// The speaker was changed in the meantime.
    #[error("another speaker by now")]
    Moved,
    /// It says nothing new.
    #[error("nothing changes")]
    Unchanged,
    /// There is no layer of this number on the utterance.
    #[error("no edit {0}")]
    NoEdit(u64),
    /// The layer was taken back before.
    #[error("edit {0} is undone")]
    Undone(u64),
    /// Another layer must be taken back first.
    #[error("edit {edit} depends on edit {on}")]
    Depends {
        /// The layer that was to be taken back or brought back.
        edit: u64,
        /// The layer that stands on it, or that it stood on.
        on: u64,
    },
}

impl Explain for Refusal {
    fn message(&self) -> Message {
        match self {
            Self::NoUtterance => Message::new("edit.no_utterance"),
            Self::NotThere { expected } => Message::new("edit.not_there").with("expected", expected),
            Self::Moved => Message::new("edit.moved"),
            Self::Unchanged => Message::new("edit.unchanged"),
            Self::NoEdit(edit) => Message::new("edit.no_edit").with("edit", edit),
            Self::Undone(edit) => Message::new("edit.undone").with("edit", edit),
            Self::Depends { edit, on } => Message::new("edit.depends").with("edit", edit).with("on", on),
        }
    }

    fn is_usage(&self) -> bool {
        true
    }
}

/// The words of a text: what stands between white space. A no-break space holds words together.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}')).filter(|word| !word.is_empty())
}

/// The transcript with its layers: those of its own version, in ascending order. Layers of other
/// versions are left aside.
///
/// # Errors
/// With the first layer that does not fit those before it, which no store that this program wrote
/// can hold.
pub fn apply(raw: &Transcript, edits: &[Edit]) -> Result<Transcript, (u64, Refusal)> {
    apply_where(raw, raw, edits, |_| true)
}

/// The same where `before` is what [`apply`] gave of all but the last of these layers: only the
/// utterances on which the `laid` ones stand are made anew.
///
/// # Errors
/// As [`apply`].
pub fn apply_on(
    before: &Transcript,
    raw: &Transcript,
    edits: &[Edit],
    laid: &[Edit],
) -> Result<Transcript, (u64, Refusal)> {
    let places: HashSet<Place> = laid.iter().map(|edit| edit.layer.place).collect();
    apply_where(before, raw, edits, |place| places.contains(place))
}

fn apply_where(
    before: &Transcript,
    raw: &Transcript,
    edits: &[Edit],
    is_meant: impl Fn(&Place) -> bool,
) -> Result<Transcript, (u64, Refusal)> {
    let version = raw.version.number;
    let mut current = before.clone();
    current.edition.last_edit = edits.last().map_or(0, |edit| edit.id);
    let mut own: HashMap<Place, Vec<&Edit>> = HashMap::new();
    for edit in edits.iter().filter(|edit| edit.layer.place.version == version && is_meant(&edit.layer.place)) {
        own.entry(edit.layer.place).or_default().push(edit);
    }
    let mut failed: Option<(u64, Refusal)> = None;
    let mut fail = |edit: u64, refusal: Refusal| {
        if failed.as_ref().is_none_or(|(first, _)| edit < *first) {
            failed = Some((edit, refusal));
        }
    };
    // One after the other: all of them at once would be the whole transcript once more.
    for (index, raw) in raw.utterances.iter().enumerate() {
        let Some(own) = own.remove(&Place::of(version, raw)) else { continue };
        match under(raw, &own) {
            Ok(utterance) => current.utterances[index] = utterance,
            Err((edit, refusal)) => fail(edit, refusal),
        }
    }
    if let Some(edit) = own.values().filter_map(|own| own.first()).map(|edit| edit.id).min() {
        fail(edit, Refusal::NoUtterance);
    }
    failed.map_or(Ok(current), Err)
}

/// An utterance under its layers.
fn under(raw: &Utterance, own: &[&Edit]) -> Result<Utterance, (u64, Refusal)> {
    let mut on = Layered::new(raw);
    for edit in own {
        on.lay(edit.id, &edit.layer.change).map_err(|refusal| (edit.id, refusal))?;
    }
    let mut utterance = on.utterance(raw);
    let is_rule = |edit: &&Edit| {
        matches!((&edit.layer.change, &edit.layer.source), (Change::Text { .. }, Source::Machine { .. }))
    };
    let rules: Vec<&Edit> = own.iter().copied().filter(is_rule).collect();
    if !rules.is_empty() {
        utterance.corrected.written = rewritten(&on, &rules);
        on.forget(rules.iter().map(|edit| edit.id));
        let said = on.utterance(raw);
        let differs = said.text != utterance.text;
        utterance.corrected.said =
            differs.then_some(Said { text: said.text, words: said.words, passages: said.corrected.passages });
    }
    Ok(utterance)
}

/// Where the words of rules stand in an utterance. Where somebody has gone on correcting them they
/// are nobody's but theirs.
fn rewritten(on: &Layered, rules: &[&Edit]) -> Vec<Rewritten> {
    let found = rules.iter().filter_map(|edit| {
        let (Change::Text { before, .. }, Source::Machine { rule }) = (&edit.layer.change, &edit.layer.source) else {
            return None;
        };
        Some(Rewritten {
            words: on.brought(edit.id)?,
            before: before.clone(),
            rule: rule.clone(),
            why: edit.layer.why.clone(),
        })
    });
    let mut found: Vec<Rewritten> = found.collect();
    found.sort_by_key(|rewritten| (rewritten.words.start, rewritten.words.end));
    found
}
