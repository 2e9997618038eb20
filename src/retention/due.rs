//! What is due by the rules.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::decision::{Decided, Decision, Log};
use super::{Error, files};
use crate::common::message::{Explain, Message};
use crate::lifecycle::State;
use crate::meeting::{Fate, FileKind, Kind, Meeting, Rule, Since};
use crate::meeting_folder::{self, describe_unentered, folders, is_meeting};
use crate::transcript::store::{self, Store};

/// Files of a meeting whose term is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The meeting's folder.
    pub meeting: String,
    /// What the meeting is called.
    pub name: String,
    /// Its day.
    pub date: Option<Date>,
    /// Its kind.
    pub kind: Option<Kind>,
    /// Which files.
    pub file: FileKind,
    /// How many there are.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Since when they are due.
    pub due: Date,
    /// By which rule.
    pub rule: Rule,
    /// Whether the record is official; else nothing of it is destroyed.
    pub official: bool,
    /// What was decided of them last.
    pub last: Option<Decision>,
}

impl Item {
    /// Whether a person may destroy them.
    #[must_use]
    pub fn may_be_destroyed(&self) -> bool {
        self.official && self.file != FileKind::Record && self.rule.fate != Fate::Permanent
    }
}

/// What is due in a folder of meetings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Longest due first.
    pub items: Vec<Item>,
    /// Meetings that were looked at.
    pub meetings: usize,
    /// Meetings for whose files there is no rule at all.
    pub ruleless: usize,
    /// Folders that cannot be read, and why.
    pub unreadable: Vec<(String, Message)>,
}

/// What is due on a day in a folder of meetings, or in the folder of one.
///
/// # Errors
/// When the folder or the institution's rules cannot be read. A meeting that cannot is named in
/// what
/// is returned.
pub fn due(root: &Path, on: Date) -> Result<Due, Error> {
    let root = root.canonicalize().map_err(|source| Error::Read { path: root.to_owned(), source })?;
    let meetings = if is_meeting(&root) {
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        vec![(name, root.clone())]
    } else {
        folders(&root)
    };
    let mut due = Due::default();
    let shared = match meetings.first() {
        Some((_, folder)) => rules(folder)?,
        None => None,
    };
    for (name, folder) in meetings {
        due.meetings += 1;
        match Kept::read(&folder, shared.as_deref()).and_then(|kept| {
            let changed = kept.log.finding().map(Explain::message);
            Ok((kept.due(&name, on)?, kept.rules.is_empty(), changed))
        }) {
            Ok((items, is_ruleless, changed)) => {
                due.items.extend(items);
                due.unreadable.extend(changed.map(|changed| (name, changed)));
                due.ruleless += usize::from(is_ruleless);
            }
            Err(error) => due.unreadable.push((name, error.message())),
        }
    }
    due.items.sort_by(|a, b| (a.due, &a.meeting, a.file).cmp(&(b.due, &b.meeting, b.file)));
    Ok(due)
}

/// The institution's file above a meeting's folder, where there is one. Its schedule and its codes
/// go
/// before those of a copy that the folder keeps from the day on which the record became official:
/// what changed since holds for old meetings too.
///
/// # Errors
/// When that file cannot be read.
pub fn institution(folder: &Path) -> Result<Option<Meeting>, Error> {
    let above = folder.parent().and_then(Meeting::institution_of);
    Ok(above.map(|path| Meeting::read_institution(&path)).transpose()?)
}

fn rules(folder: &Path) -> Result<Option<Vec<Rule>>, Error> {
    Ok(institution(folder)?.map(|institution| institution.retention))
}

/// What is known of a meeting whose files are kept.
pub(super) struct Kept {
    folder: PathBuf,
    pub(super) meeting: Meeting,
    pub(super) rules: Vec<Rule>,
    /// When its last edition became official, unless the record was opened again.
    pub(super) official: Option<Timestamp>,
    pub(super) log: Log,
}

impl Kept {
    /// A meeting with the rules that hold for it.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        if !is_meeting(folder) {
            return Err(Error::NoMeeting { path: folder.to_owned() });
        }
        let folder = folder.canonicalize().map_err(|source| Error::Read { path: folder.to_owned(), source })?;
        Self::read(&folder, rules(&folder)?.as_deref())
    }

    fn read(folder: &Path, shared: Option<&[Rule]>) -> Result<Self, Error> {
        let mut meeting = describe_unentered(folder)?;
        let own = std::mem::take(&mut meeting.retention);
        Ok(Self {
            folder: folder.to_owned(),
            rules: shared.map_or(own, <[Rule]>::to_vec),
            official: official(folder)?,
            log: Log::read(folder)?,
            meeting,
        })
    }

    pub(super) fn rule(&self, file: FileKind) -> Option<&Rule> {
        Rule::find(&self.rules, self.meeting.kind, file)
    }

    /// The day from which these files are due, where a rule gives one.
    pub(super) fn since(&self, rule: &Rule) -> Option<Date> {
        let zone = self.meeting.zone.map_or_else(TimeZone::system, |zone| zone.offset().to_time_zone());
        let from = match rule.since {
            Since::Official => self.official.map(|at| at.to_zoned(zone).date()),
            Since::Held => self.meeting.date,
        };
        rule.term?.after(from?)
    }

    fn due(&self, id: &str, on: Date) -> Result<Vec<Item>, Error> {
        let mut items = Vec::new();
        for file in FileKind::ALL {
            let Some(rule) = self.rule(file) else { continue };
            let Some(due) = self.since(rule).filter(|due| *due <= on) else { continue };
            let last = self.log.last(file);
            let is_settled = last.is_some_and(|last| match &last.decided {
                Decided::Keep { until } => until.is_none_or(|until| on < until),
                Decided::Transfer => true,
                // Files that are there all the same: it was interrupted, or they were brought back.
                Decided::Destroy { .. } => false,
            });
            if is_settled {
                continue;
            }
            let files = files(&self.folder, file)?;
            if files.is_empty() {
                continue;
            }
            items.push(Item {
                meeting: id.to_owned(),
                name: meeting_folder::name(&self.meeting, id),
                date: self.meeting.date,
                kind: self.meeting.kind,
                file,
                bytes: files.iter().filter_map(|path| fs::metadata(path).ok()).map(|metadata| metadata.len()).sum(),
                files: files.len(),
                due,
                rule: rule.clone(),
                official: self.official.is_some(),
                last: last.cloned(),
            });
        }
        Ok(items)
    }
}

/// When the last edition became official; none while the record is not, or is open again.
fn official(folder: &Path) -> Result<Option<Timestamp>, Error> {
    let steps = match Store::open_to_read(folder) {
        Err(store::Error::Missing { .. }) => return Ok(None),
        store => store?.steps()?,
    };
    let state = steps.last().and_then(|step| step.state.parse::<State>().ok());
    let sealed = steps.iter().rev().find(|step| step.seal.is_some()).map(|step| step.at);
    Ok(sealed.filter(|_| state >= Some(State::Official)))
}
