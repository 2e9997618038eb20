//! Changes to the text of a `rapat.toml` that leave a person's comments, order and other keys as
//! they are.
//!
//! A [`Description`] is what a form shows: the keys of the file with their values as they stand
//! there. [`Description::put`] writes one back into the text, and touches only what differs.

mod merge;
mod shape;

use serde_json::{Map, Value};
use toml_edit::DocumentMut;

pub use shape::{Attended, Counted, Decided, Description, Faction, Happened, House, Named, Placed, Present, Session};

use super::error::Error;
use super::{Meeting, file};
use crate::common::message::{Explain, Message};
use crate::common::toml_text;

/// A longer text is in no field.
const LONGEST: usize = 2_000;
/// More rows are in no list of a meeting.
const MOST: usize = 2_000;

/// Why a change is not made.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Unfit {
    /// The file, before or after the change, is none that can be read.
    #[error(transparent)]
    Meeting(#[from] Error),
    /// A text with a character that is none to be seen.
    #[error("{field} has a control character")]
    Control { field: String },
    /// A text or list that is too long.
    #[error("{field} is too long")]
    Long { field: String },
}

impl Unfit {
    /// The key that must be mended, where it is known.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Meeting(Error::Field { key, .. }) => Some(key),
            Self::Meeting(_) => None,
            Self::Control { field } | Self::Long { field } => Some(field),
        }
    }
}

impl Explain for Unfit {
    fn message(&self) -> Message {
        match self {
            Self::Meeting(error) => error.message(),
            Self::Control { field } => Message::new("meeting.control").with("key", field),
            Self::Long { field } => Message::new("meeting.long").with("key", field),
        }
    }

    fn is_usage(&self) -> bool {
        true
    }
}

impl Description {
    /// What the text of a `rapat.toml` has; `name` is the file's name in errors. What contradicts
    /// itself is read all the same, so that it can be mended.
    ///
    /// # Errors
    /// When it is not TOML or has a key or a kind of value that no description has.
    pub fn of(text: &str, name: &str) -> Result<Self, Error> {
        let (document, _) = open(text, name)?;
        let read = merge::read(document.as_table(), &known());
        let unknown = |_| Meeting::parse(text, name).err().unwrap_or_else(|| not_a_form(name));
        serde_json::from_value(Value::Object(read)).map_err(unknown)
    }

    /// The text with this description in place of its own.
    ///
    /// # Errors
    /// When the text is none that [`Description::of`] reads, or a value is none that can be
    /// written. Whether the whole agrees is [`Meeting::parse`]'s to say.
    pub fn put(&self, text: &str, name: &str) -> Result<String, Unfit> {
        let (mut document, ends) = open(text, name)?;
        let wanted = self.tidy()?;
        let left = merge::put(document.as_table_mut(), &wanted);
        if !left.is_empty() {
            let trailing = format!("{}{left}", document.trailing().as_str().unwrap_or_default());
            document.set_trailing(trailing);
        }
        let written = document.to_string();
        let written = if ends == "\r\n" { written.replace("\r\n", "\n").replace('\n', "\r\n") } else { written };
        // What was written must be what is read.
        Self::of(&written, name)?;
        Ok(written)
    }

    /// As JSON, without blanks at the ends of texts; an empty text is none.
    fn tidy(&self) -> Result<Map<String, Value>, Unfit> {
        let Ok(Value::Object(mut wanted)) = serde_json::to_value(self) else { return Ok(Map::new()) };
        for (section, value) in &mut wanted {
            tidy(section, value)?;
        }
        Ok(wanted)
    }
}

fn tidy(field: &str, value: &mut Value) -> Result<(), Unfit> {
    let long = || Unfit::Long { field: field.to_owned() };
    match value {
        Value::String(text) => {
            let trimmed = text.trim();
            if trimmed.chars().count() > LONGEST {
                return Err(long());
            }
            if trimmed.chars().any(char::is_control) {
                return Err(Unfit::Control { field: field.to_owned() });
            }
            *value = if trimmed.is_empty() { Value::Null } else { Value::String(trimmed.to_owned()) };
        }
        Value::Array(list) => {
            if list.len() > MOST {
                return Err(long());
            }
            for one in list.iter_mut() {
                tidy(field, one)?;
            }
            list.retain(|one| !one.is_null());
        }
        Value::Object(fields) => {
            for (key, one) in fields.iter_mut() {
                tidy(&format!("{field}.{key}"), one)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Every key of a description, with an example of what a row of each list has.
fn known() -> Map<String, Value> {
    let one = Description {
        fraksi: vec![Faction::default()],
        orang: vec![Named::default()],
        kursi: vec![Placed::default()],
        peristiwa: vec![Happened::default()],
        keputusan: vec![Decided::default()],
        ..Description::default()
    };
    match serde_json::to_value(one) {
        Ok(Value::Object(known)) => known,
        _ => Map::new(),
    }
}

/// The text as a document, and how its lines end.
fn open(text: &str, name: &str) -> Result<(DocumentMut, &'static str), Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let slip = |slip: toml_text::Slip| Error::Syntax { file: name.to_owned(), line: slip.line, wrong: slip.wrong };
    let _: file::Meeting = toml_text::read(text).map_err(slip)?;
    let ends = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let document = text.parse().map_err(|_| not_a_form(name))?;
    Ok((document, ends))
}

/// What both readers of TOML do not agree on.
fn not_a_form(name: &str) -> Error {
    let source = std::io::Error::from(std::io::ErrorKind::InvalidData);
    Error::Unreadable { path: name.into(), source }
}
