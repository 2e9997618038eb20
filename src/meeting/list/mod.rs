//! Lists that come from spreadsheets: who attended, who was invited.
//!
//! What cannot be read without a guess is told by line ([`Remark`]) and gives no figure: a list
//! with a contradiction leaves dots in the record until it is mended.

mod attendance;
mod invitees;
mod names;
mod roster;
mod sheet;
mod table;
mod words;

use std::path::Path;

use jiff::civil::Date;

use crate::common::message::{Explain, Message};

pub(super) use attendance::attendance;
pub(super) use invitees::invitees;
pub(super) use names::key;
pub use names::likeness;
pub use roster::{Listed, Unlisted, is_lectern, is_shared, roster};

/// Whether a member came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Present, in the room or by video.
    Present(Mode),
    /// Excused.
    Excused,
    /// Absent without notice.
    Absent,
}

/// How a member was present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// In the room.
    InRoom,
    /// By video.
    Online,
}

/// A member as the attendance list has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name as in the roster, or as in the list where the roster does not have it.
    pub name: String,
    /// Label of the party group.
    pub group: String,
    /// Whether they came.
    pub status: Status,
}

/// What is wrong with a list, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Name of the list's file.
    pub file: String,
    /// The line of the file or row of the sheet, from 1; `None` where it concerns the whole list.
    pub line: Option<usize>,
    /// What is wrong.
    pub slip: Slip,
}

/// What can be wrong with a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Slip {
    /// The file is not there (yet).
    Absent,
    /// The file cannot be read as what its name says.
    Unreadable(String),
    /// More than any list can have.
    TooLarge,
    /// A file that its reader cannot make anything of.
    Damaged,
    /// The file takes a password.
    Password,
    /// Several sheets hold a list, and neither their names nor their titles say which one is of
    /// this meeting.
    Sheets(Vec<String>),
    /// Only sheets that are hidden hold a list.
    OnlyHidden(Vec<String>),
    /// The sheet that the description names is not there.
    NoSheet { sheet: String, known: Vec<String> },
    /// Which sheet was read where there are several.
    Sheet {
        /// The one that was read.
        sheet: String,
        others: Vec<String>,
    },
    /// The list says that it is of another day.
    OtherDate(Date),
    /// A row was hidden by a hand.
    HiddenRow,
    /// A formula without a result, in this column.
    NoResult(String),
    /// No row has the column of names.
    NoNames,
    /// No column says who came.
    NoStatus,
    /// A row without a name.
    Nameless,
    /// A row that does not say whether the member came.
    Unmarked(String),
    /// A word for attendance that is not known.
    UnknownWord {
        /// Who.
        name: String,
        word: String,
    },
    /// Two columns of a row contradict each other.
    Torn(String),
    /// A party group that the institution does not have.
    UnknownGroup {
        /// Who.
        name: String,
        group: String,
    },
    /// A member without a group in the list whom the roster does not have either.
    NoGroup(String),
    /// The roster has this member in another group.
    OtherGroup {
        /// Who.
        name: String,
        /// The group in the list.
        listed: String,
        /// The group in the roster.
        roster: String,
    },
    /// Several members of the roster have this name, and the list does not say which one it is.
    Ambiguous(String),
    /// The same member twice.
    Twice {
        /// Who.
        name: String,
        first: usize,
    },
    /// The roster has every member of the group, but not this one.
    NotAMember {
        /// Who.
        name: String,
        group: String,
    },
    /// The roster does not have this name, but it is not said to be complete either.
    NotOnRoster(String),
    /// A member of the roster whom the list leaves out.
    LeftOut {
        /// Who.
        name: String,
        group: String,
    },
    /// More or fewer members than the house has.
    Count { listed: u32, members: u32 },
    /// More or fewer members than the group has.
    GroupCount { group: String, listed: u32, members: u32 },
}

impl Slip {
    /// Whether the list can be used all the same.
    #[must_use]
    pub fn is_harmless(&self) -> bool {
        matches!(self, Self::NotOnRoster(_) | Self::Sheet { .. })
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Unreadable(_) => "unreadable",
            Self::TooLarge => "too_large",
            Self::Damaged => "damaged",
            Self::Password => "password",
            Self::Sheets(_) => "sheets",
            Self::OnlyHidden(_) => "only_hidden",
            Self::NoSheet { .. } => "no_sheet",
            Self::Sheet { .. } => "sheet",
            Self::OtherDate(_) => "other_date",
            Self::HiddenRow => "hidden_row",
            Self::NoResult(_) => "no_result",
            Self::NoNames => "no_names",
            Self::NoStatus => "no_status",
            Self::Nameless => "nameless",
            Self::Unmarked(_) => "unmarked",
            Self::UnknownWord { .. } => "unknown_word",
            Self::Torn(_) => "torn",
            Self::UnknownGroup { .. } => "unknown_group",
            Self::NoGroup(_) => "no_group",
            Self::OtherGroup { .. } => "other_group",
            Self::Ambiguous(_) => "ambiguous",
            Self::Twice { .. } => "twice",
            Self::NotAMember { .. } => "not_a_member",
            Self::NotOnRoster(_) => "not_on_roster",
            Self::LeftOut { .. } => "left_out",
            Self::Count { .. } => "count",
            Self::GroupCount { .. } => "group_count",
        }
    }

    fn explain(&self, message: Message) -> Message {
        match self {
            Self::Absent
            | Self::TooLarge
            | Self::Damaged
            | Self::Password
            | Self::HiddenRow
            | Self::NoNames
            | Self::NoStatus
            | Self::Nameless => message,
            Self::Sheets(sheets) | Self::OnlyHidden(sheets) => message.with("sheets", quoted(sheets)),
            Self::NoSheet { sheet, known } => message.with("sheet", sheet).with("known", quoted(known)),
            Self::Sheet { sheet, others } => message.with("sheet", sheet).with("others", quoted(others)),
            Self::OtherDate(date) => message.with("date", date.strftime("%d-%m-%Y")),
            Self::NoResult(column) => message.with("column", column),
            Self::Unreadable(reason) => message.with("reason", reason),
            Self::Unmarked(name)
            | Self::Torn(name)
            | Self::NoGroup(name)
            | Self::Ambiguous(name)
            | Self::NotOnRoster(name) => message.with("name", name),
            Self::UnknownWord { name, word } => message.with("name", name).with("word", word),
            Self::UnknownGroup { name, group } | Self::NotAMember { name, group } | Self::LeftOut { name, group } => {
                message.with("name", name).with("group", group)
            }
            Self::OtherGroup { name, listed, roster } => {
                message.with("name", name).with("listed", listed).with("roster", roster)
            }
            Self::Twice { name, first } => message.with("name", name).with("first", first),
            Self::Count { listed, members } => message.with("listed", listed).with("members", members),
            Self::GroupCount { group, listed, members } => {
                message.with("group", group).with("listed", listed).with("members", members)
            }
        }
    }
}

impl Explain for Remark {
    fn message(&self) -> Message {
        let message = Message::new(&format!("list.{}", self.slip.name())).with("file", &self.file);
        let message = match self.line {
            Some(line) => message.with("line", line),
            None => message,
        };
        self.slip.explain(message)
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// Remarks on one list.
struct Remarks {
    file: String,
    all: Vec<Remark>,
}

impl Remarks {
    fn of(path: &Path) -> Self {
        let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Self { file, all: Vec::new() }
    }

    fn add(&mut self, line: Option<usize>, slip: Slip) {
        self.all.push(Remark { file: self.file.clone(), line, slip });
    }

    fn at(&mut self, line: usize, slip: Slip) {
        self.add(Some(line), slip);
    }
}
