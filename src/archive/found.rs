//! What is looked for, and what was found.

use std::ops::Range;

use jiff::civil::Date;
use serde::Serialize;

use crate::common::message::Message;
use crate::meeting::Kind;

/// What is looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum What {
    /// What was said.
    #[default]
    Words,
    /// What was said of sums of money.
    Amounts,
    /// What was decided.
    Decisions,
    /// The items of the agenda.
    Items,
    /// Who was absent.
    Absent,
}

/// Which text of what was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Text {
    /// Both.
    #[default]
    Both,
    /// As it stands now, with its corrections.
    Current,
    /// As it was recognised.
    Recognised,
}

/// A search.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Words, phrases and operators, as they were typed.
    pub words: String,
    /// What is looked through.
    pub what: What,
    /// Only what people of this name said: any part of it.
    pub member: Option<String>,
    /// Only what members of this party group said: its label or a part of its name.
    pub group: Option<String>,
    /// Only meetings of this kind.
    pub kind: Option<Kind>,
    /// Only meetings of this day or later.
    pub from: Option<Date>,
    /// Only meetings of this day or earlier.
    pub until: Option<Date>,
    /// Only what was said at items of the agenda that have these words.
    pub agenda: Option<String>,
    /// Which text.
    pub text: Text,
    /// Hits that were shown already.
    pub skip: usize,
    /// Hits that are wanted.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The newest meeting first; within a meeting, in the order of time.
    pub hits: Vec<Hit>,
    /// Hits in all, as far as they were counted.
    pub total: usize,
    /// Whether there are more than were counted.
    pub more: bool,
    /// Words that sound or look like one of the query, and which the meetings have.
    pub also: Vec<Also>,
    /// Meetings that were looked through.
    pub meetings: usize,
    /// Closed meetings, which are in no index.
    pub closed: usize,
    /// Folders that cannot be read, and why.
    pub unreadable: Vec<(String, Message)>,
    /// Meetings that were not yet read into the index.
    pub left: usize,
}

/// A place where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The meeting's folder.
    pub meeting: String,
    /// What the meeting is called.
    pub name: String,
    /// Its day.
    pub date: Option<Date>,
    /// Its kind.
    pub kind: Option<Kind>,
    /// The item of the agenda, where it is known.
    pub item: Option<String>,
    /// Where it was said, where that is known.
    pub place: Option<Place>,
    /// Who said it as the record names them; or who was absent, or nobody.
    pub speaker: Option<String>,
    /// The label of the party group.
    pub group: Option<String>,
    /// The sentence, cut where it is long.
    pub text: String,
    /// What was looked for in it, in bytes.
    pub marks: Vec<Range<usize>>,
    /// What it is.
    pub of: Of,
}

/// A place in a recording; samples at 16 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The microphone; none for what was entered.
    pub channel: Option<u16>,
    /// Where the utterance begins.
    pub turn: u64,
    /// Where the word begins.
    pub start: u64,
    /// Where the utterance ends.
    pub end: u64,
}

/// What a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// The text as it stands now.
    Current,
    /// What was recognised; it reads otherwise now.
    Recognised,
    /// A decision.
    Decision,
    /// An item of the agenda.
    Item,
    /// A member who was absent without notice.
    Absent,
    /// A member who was excused.
    Excused,
}

/// Another word that may have been meant, or may be what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Also {
    /// The word.
    pub word: String,
    /// How often it is found in place of the one that was typed, as far as it was counted.
    pub count: usize,
    /// The first of those places, where nothing else was found.
    pub hits: Vec<Hit>,
}

/// A piece of a hit's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "console", derive(utoipa::ToSchema))]
pub struct Part {
    /// The text.
    pub text: String,
    /// Whether it is what was looked for.
    pub mark: bool,
}

impl Hit {
    /// The text in pieces: what was looked for, and what stands between.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let part = |range: Range<usize>, mark| Part { text: self.text[range].to_owned(), mark };
        let mut parts = Vec::new();
        let mut behind = 0;
        for mark in &self.marks {
            if behind < mark.start {
                parts.push(part(behind..mark.start, false));
            }
            parts.push(part(mark.clone(), true));
            behind = mark.end;
        }
        if behind < self.text.len() {
            parts.push(part(behind..self.text.len(), false));
        }
        parts
    }
}
