//! Who attended: a list becomes counts, or remarks that say why it does not.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::sheet::{self, Row};
use super::words::{self, Column, Word};
use super::{Member, Mode, Remarks, Slip, Status, names};
use crate::meeting::{Attendance, Group, Meeting, Person};

/// The heading stands in one of the first rows; titles may stand above it.
const HEADING_WITHIN: usize = 30;

/// Rows below their heading.
pub(super) struct Table {
    columns: Vec<Option<Column>>,
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// Reads a list; the reason why it is none goes to the remarks.
    pub(super) fn read(path: &Path, remarks: &mut Remarks) -> Option<Self> {
        let mut rows = match sheet::rows(path) {
            Ok(rows) => rows,
            Err(slip) => {
                remarks.add(None, slip);
                return None;
            }
        };
        let is_heading = |row: &Row| row.cells.iter().any(|cell| words::column(cell) == Some(Column::Name));
        let Some(place) = rows.iter().take(HEADING_WITHIN).position(is_heading) else {
            remarks.add(None, Slip::NoNames);
            return None;
        };
        let columns = rows[place].cells.iter().map(|cell| words::column(cell)).collect();
        rows.drain(..=place);
        Some(Self { columns, rows })
    }

    /// The first cell of a row in a column of this kind that is not empty.
    pub(super) fn cell<'a>(&self, row: &'a Row, wanted: Column) -> Option<&'a str> {
        let cells = self.columns.iter().zip(&row.cells);
        let mut cells = cells.filter(|(column, _)| **column == Some(wanted)).map(|(_, cell)| cell.as_str());
        cells.find(|cell| !cell.is_empty())
    }

    /// Whether any column says who came.
    pub(super) fn tells_status(&self) -> bool {
        self.columns.iter().flatten().any(|column| matches!(column, Column::Status | Column::Tick(_)))
    }

    /// What a row says of attendance.
    pub(super) fn word(&self, row: &Row, name: &str) -> Result<Word, Slip> {
        let unknown = |word: &str| Slip::UnknownWord { name: name.to_owned(), word: word.to_owned() };
        let mut said: Option<Word> = None;
        let mut mode = None;
        for (column, cell) in self.columns.iter().zip(&row.cells) {
            let word = match column {
                Some(Column::Status) if !cell.is_empty() => words::word(cell).ok_or_else(|| unknown(cell))?,
                Some(Column::Mode) if words::tick(cell) != Some(false) => {
                    mode = Some(words::word(cell).ok_or_else(|| unknown(cell))?);
                    continue;
                }
                Some(Column::Tick(word)) => match words::tick(cell) {
                    Some(true) => *word,
                    Some(false) => continue,
                    None => words::word(cell).ok_or_else(|| unknown(cell))?,
                },
                _ => continue,
            };
            said = Some(match said {
                Some(before) => before.and(word).ok_or_else(|| Slip::Torn(name.to_owned()))?,
                None => word,
            });
        }
        match (said, mode) {
            (Some(said), Some(mode)) => said.and(mode).ok_or_else(|| Slip::Torn(name.to_owned())),
            (Some(word), None) | (None, Some(word)) => Ok(word),
            (None, None) => Err(Slip::Unmarked(name.to_owned())),
        }
    }
}

/// Reads an attendance list into the meeting: counts, groups with those who signed, members. `members` is how many the house has, where
/// that is known. A list that contradicts itself, the roster or the house leaves all that as it is, and its remarks.
pub(in crate::meeting) fn attendance(path: &Path, meeting: &mut Meeting, members: Option<u32>) {
    let mut remarks = Remarks::of(path);
    let listed = listed(path, meeting, &mut remarks);
    whole(&listed, meeting, members, &mut remarks);
    if remarks.all.iter().all(|remark| remark.slip.is_harmless()) {
        accept(meeting, listed.into_iter().map(|(_, member)| member).collect());
    }
    meeting.remarks.append(&mut remarks.all);
}

/// The members of the list with their lines.
fn listed(path: &Path, meeting: &Meeting, remarks: &mut Remarks) -> Vec<(usize, Member)> {
    let Some(table) = Table::read(path, remarks) else { return Vec::new() };
    if !table.tells_status() {
        remarks.add(None, Slip::NoStatus);
        return Vec::new();
    }
    let mut listed: Vec<(usize, Member)> = Vec::new();
    // How often a member was listed, and where first; the roster may have two of one name in one group.
    let mut seen: HashMap<(String, String), (usize, usize)> = HashMap::new();
    for row in &table.rows {
        let Some(name) = table.cell(row, Column::Name) else {
            // Sums and signatures below the list have no name either, but a word of attendance makes it a member.
            if table.cell(row, Column::Status).is_some_and(|cell| words::word(cell).is_some()) {
                remarks.at(row.line, Slip::Nameless);
            }
            continue;
        };
        let word = match table.word(row, name) {
            Ok(word) => word,
            Err(slip) => {
                remarks.at(row.line, slip);
                continue;
            }
        };
        let found = match identify(name, table.cell(row, Column::Group), meeting) {
            Ok(found) => found,
            Err(slip) => {
                remarks.at(row.line, slip);
                continue;
            }
        };
        if found.person.is_none() {
            let name = name.to_owned();
            let slip = if is_complete(found.group, &meeting.people) {
                Slip::NotAMember { name, group: found.group.code.clone() }
            } else {
                Slip::NotOnRoster(name)
            };
            remarks.at(row.line, slip);
        }
        let (count, first) = seen.entry((names::key(name), found.group.code.clone())).or_insert((0, row.line));
        *count += 1;
        if *count > found.namesakes.max(1) {
            remarks.at(row.line, Slip::Twice { name: name.to_owned(), first: *first });
            continue;
        }
        let name = found.person.map_or_else(|| name.to_owned(), |person| person.name.clone());
        listed.push((row.line, Member { name, group: found.group.code.clone(), status: word.status() }));
    }
    listed
}

/// Whom a row means.
struct Found<'a> {
    group: &'a Arc<Group>,
    person: Option<&'a Arc<Person>>,
    /// How many members of that group have that name.
    namesakes: usize,
}

fn identify<'a>(name: &str, group: Option<&str>, meeting: &'a Meeting) -> Result<Found<'a>, Slip> {
    let wanted = names::key(name);
    let members = meeting.people.iter().filter(|person| person.group.is_some());
    let namesakes: Vec<&Arc<Person>> = members.filter(|person| names::key(&person.name) == wanted).collect();
    let code_of = |person: &Person| person.group.as_ref().map(|group| group.code.clone()).unwrap_or_default();
    let group_of = |code: &str| meeting.groups.iter().find(|group| group.code == code);
    let Some(listed) = group else {
        let mut codes: Vec<String> = namesakes.iter().map(|person| code_of(person)).collect();
        codes.dedup();
        return match codes.as_slice() {
            [] => Err(Slip::NoGroup(name.to_owned())),
            [code] => {
                let group = group_of(code).ok_or_else(|| Slip::NoGroup(name.to_owned()))?;
                Ok(Found { group, person: exactly(&namesakes, name), namesakes: namesakes.len() })
            }
            _ => Err(Slip::Ambiguous(name.to_owned())),
        };
    };
    let wanted = names::group(listed);
    let same = |group: &&Arc<Group>| names::group(&group.code) == wanted || names::group(&group.name) == wanted;
    let group = meeting
        .groups
        .iter()
        .find(same)
        .ok_or_else(|| Slip::UnknownGroup { name: name.to_owned(), group: listed.to_owned() })?;
    let within: Vec<&Arc<Person>> = namesakes.iter().copied().filter(|person| code_of(person) == group.code).collect();
    match (within.is_empty(), namesakes.first()) {
        (true, Some(other)) => {
            Err(Slip::OtherGroup { name: name.to_owned(), listed: group.code.clone(), roster: code_of(other) })
        }
        _ => Ok(Found { group, person: exactly(&within, name), namesakes: within.len() }),
    }
}

/// Of members with one name, the one who is written as in the list.
fn exactly<'a>(namesakes: &[&'a Arc<Person>], name: &str) -> Option<&'a Arc<Person>> {
    namesakes.iter().find(|person| person.name == name).or(namesakes.first()).copied()
}

/// Whether the roster has every member of the group.
fn is_complete(group: &Group, people: &[Arc<Person>]) -> bool {
    let known = people.iter().filter(|person| person.group.as_ref().is_some_and(|own| own.code == group.code)).count();
    group.members.is_some_and(|members| members as usize == known)
}

/// Whether the list has everybody.
fn whole(listed: &[(usize, Member)], meeting: &Meeting, members: Option<u32>, remarks: &mut Remarks) {
    if !remarks.all.iter().all(|remark| remark.slip.is_harmless()) {
        // What is missing follows from what could not be read; said twice it would only hide the cause.
        return;
    }
    for group in &meeting.groups {
        let own = || listed.iter().filter(|(_, member)| member.group == group.code).map(|(_, member)| member);
        let count = own().count() as u32;
        let mut left = Vec::new();
        if is_complete(group, &meeting.people) {
            let members =
                meeting.people.iter().filter(|person| person.group.as_ref().is_some_and(|own| own.code == group.code));
            let missing =
                members.filter(|person| own().all(|member| names::key(&member.name) != names::key(&person.name)));
            left.extend(missing.map(|person| person.name.clone()));
        }
        for name in &left {
            remarks.add(None, Slip::LeftOut { name: name.clone(), group: group.code.clone() });
        }
        if let Some(members) = group.members.filter(|members| *members != count && left.is_empty()) {
            remarks.add(None, Slip::GroupCount { group: group.code.clone(), listed: count, members });
        }
    }
    let count = listed.len() as u32;
    if let Some(members) = members.filter(|members| *members != count)
        && remarks.all.iter().all(|remark| remark.slip.is_harmless())
    {
        remarks.add(None, Slip::Count { listed: count, members });
    }
}

fn accept(meeting: &mut Meeting, members: Vec<Member>) {
    let count = |status: Status| members.iter().filter(|member| member.status == status).count() as u32;
    meeting.attendance = Some(Attendance {
        members: members.len() as u32,
        in_room: count(Status::Present(Mode::InRoom)),
        online: count(Status::Present(Mode::Online)),
        excused: count(Status::Excused),
        absent: count(Status::Absent),
    });
    for group in &mut meeting.groups {
        let own = members.iter().filter(|member| member.group == group.code);
        let present = own.filter(|member| matches!(member.status, Status::Present(_)));
        let signatories: Vec<String> = present.map(|member| member.name.clone()).collect();
        *group = Arc::new(Group {
            members: group.members.or(Some(members.iter().filter(|member| member.group == group.code).count() as u32)),
            present: Some(signatories.len() as u32),
            signatories,
            ..Group::clone(group)
        });
    }
    for person in &mut meeting.people {
        let group = person.group.as_ref().and_then(|old| meeting.groups.iter().find(|group| group.code == old.code));
        *person = Arc::new(Person { group: group.cloned(), ..Person::clone(person) });
    }
    meeting.members = members;
}
