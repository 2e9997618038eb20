//! One entry.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Action;
use crate::common::language::{Language, lookup};
use crate::common::user;

/// Letters of the longest name or detail.
const LONGEST: usize = 300;

/// How it is known who did it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// By sitting at the computer where nobody has an account.
    Computer,
    /// By an account.
    Account,
    /// By the link that a member was given.
    Member,
    /// By the user of the computer who gave the command.
    CommandLine,
    /// By a name that was typed, and nothing more.
    Unknown,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Computer, Self::Account, Self::Member, Self::CommandLine, Self::Unknown];

    /// Its word in the file.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Computer => "computer",
            Self::Account => "account",
            Self::Member => "member",
            Self::CommandLine => "command_line",
            Self::Unknown => "unknown",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(self, language: Language) -> String {
        lookup(language, &format!("audit.kind.{}", self.key())).unwrap_or_else(|| self.key().to_owned())
    }
}

/// Who did it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Who {
    /// The name; empty where it is not known.
    pub by: String,
    /// How it is known.
    pub kind: Kind,
    /// Where the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

impl Who {
    /// The user of this computer, who gives a command.
    #[must_use]
    pub fn command_line() -> Self {
        Self { by: user::name(), kind: Kind::CommandLine, address: None }
    }
}

/// What stands in the trail.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who.
    #[serde(flatten)]
    pub who: Who,
    /// What.
    pub action: Action,
    /// The name of the meeting's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meeting: Option<String>,
    /// What of it, in a few words that nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Entry {
    pub(super) fn now(who: &Who, action: Action, meeting: Option<&str>, detail: Option<&str>) -> Self {
        let text = |text: Option<&str>| text.map(clean).filter(|text| !text.is_empty());
        Self {
            at: Timestamp::now(),
            who: Who { by: clean(&who.by), ..who.clone() },
            action,
            meeting: text(meeting),
            detail: text(detail),
        }
    }
}

/// One line of text without what steers a terminal, and not without end.
fn clean(text: &str) -> String {
    let shown = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    // What turns the direction of writing makes one name look like another.
    let shown = shown.filter(
        |letter| !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'),
    );
    let text: String = shown.take(LONGEST).collect();
    text.trim().to_owned()
}

/// An entry as it stands in the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Its number, from 1.
    pub line: u64,
    /// SHA-256 of the line before, without its line break; empty in the first.
    pub before: String,
    /// What it says.
    #[serde(flatten)]
    pub entry: Entry,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_nobody_steers_a_terminal_by_it() {
        let who = Who { by: "Sari\n\u{1b}[31m".to_owned(), kind: Kind::Account, address: "10.0.0.7".parse().ok() };
        let entry = Entry::now(&who, Action::Searched, None, Some(" jalan\u{202e} \"rusak\" "));
        assert_eq!((entry.who.by.as_str(), entry.detail.as_deref()), ("Sari  [31m", Some("jalan \"rusak\"")));
        let line = Line { line: 7, before: "ab".to_owned(), entry };
        let text = serde_json::to_string(&line).expect("JSON");
        assert!(!text.contains('\n') && text.starts_with("{\"line\":7,\"before\":\"ab\",\"at\":"), "{text}");
        assert_eq!(serde_json::from_str::<Line>(&text).expect("a line"), line);
        let long = "a".repeat(LONGEST + 1);
        assert_eq!(
            Entry::now(&who, Action::Opened, Some(&long), Some("\t")).meeting.map(|name| name.len()),
            Some(LONGEST)
        );
    }
}
