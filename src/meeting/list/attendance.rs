//! Who attended: a list becomes counts, or remarks that say why it does not.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::table::{Table, Wanted};
use super::words::{self, Column};
use super::{Member, Mode, Remarks, Slip, Status, names};
use crate::meeting::{Attendance, Group, Meeting, Person};

/// Reads an attendance list into the meeting: counts, groups with those who signed, members.
/// `members` is how many the house has, where that is known; `sheet` is the name of the sheet,
/// where the description gives it. What contradicts itself, the roster or the house leaves
/// its own group without a figure, and the house; the other groups have theirs.
pub(in crate::meeting) fn attendance(path: &Path, meeting: &mut Meeting, members: Option<u32>, sheet: Option<&str>) {
    let mut remarks = Remarks::of(path);
    let list = listed(path, meeting, sheet, &mut remarks);
    let sound = whole(&list, meeting, members, &mut remarks);
    let is_whole = remarks.all.iter().all(|remark| remark.slip.is_harmless());
    accept(meeting, list.members, &sound, is_whole);
    meeting.remarks.append(&mut remarks.all);
}

/// What a list has.
#[derive(Default)]
struct List {
    /// Its members, without those whose row cannot be read.
    members: Vec<Member>,
    /// The groups that have a row which cannot be read.
    doubtful: HashSet<String>,
    /// Whether there is such a row of which nobody knows the group.
    open: bool,
}

fn listed(path: &Path, meeting: &Meeting, sheet: Option<&str>, remarks: &mut Remarks) -> List {
    let wanted = Wanted { date: meeting.date, sheet, status: true };
    let table = Table::read(path, &wanted, remarks);
    let mut list = List { open: remarks.all.iter().any(|remark| !remark.slip.is_harmless()), ..List::default() };
    let Some(table) = table else { return list };
    if !table.tells_status() {
        remarks.add(None, Slip::NoStatus);
        list.open = true;
        return list;
    }
    // How often a member was listed, and where first; the roster may have two of one name in one group.
    let mut seen: HashMap<(String, String), (usize, usize)> = HashMap::new();
    for row in &table.rows {
        let Some(name) = table.cell(row, Column::Name) else {
            // Sums and signatures below the list have no name either, but a word of attendance makes it a
            // member.
            if table.cell(row, Column::Status).is_some_and(|cell| words::word(cell).is_some()) {
                remarks.at(row.line, Slip::Nameless);
                list.open = true;
            }
            continue;
        };
        let found = identify(name, table.cell(row, Column::Group), meeting);
        let word = match table.word(row, name) {
            Ok(word) => word,
            Err(slip) => {
                remarks.at(row.line, slip);
                match found {
                    Ok(found) => list.doubtful.insert(found.group.code.clone()),
                    Err(_) => std::mem::replace(&mut list.open, true),
                };
                continue;
            }
        };
        let found = match found {
            Ok(found) => found,
            Err(slip) => {
                if let Slip::OtherGroup { listed, roster, .. } = &slip {
                    list.doubtful.extend([listed.clone(), roster.clone()]);
                } else {
                    list.open = true;
                }
                remarks.at(row.line, slip);
                continue;
            }
        };
        let code = &found.group.code;
        if found.person.is_none() {
            let name = name.to_owned();
            let slip = if is_complete(found.group, &meeting.people) {
                list.doubtful.insert(code.clone());
                Slip::NotAMember { name, group: code.clone() }
            } else {
                Slip::NotOnRoster(name)
            };
            remarks.at(row.line, slip);
        }
        let (count, first) = seen.entry((names::key(name), code.clone())).or_insert((0, row.line));
        *count += 1;
        if *count > found.namesakes.max(1) {
            list.doubtful.insert(code.clone());
            remarks.at(row.line, Slip::Twice { name: name.to_owned(), first: *first });
            continue;
        }
        let name = found.person.map_or_else(|| name.to_owned(), |person| person.name.clone());
        list.members.push(Member { name, group: code.clone(), status: word.status() });
    }
    list
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

/// The groups of which the list has everybody; what is missing of the others is told, unless it
/// follows from what could not be read.
fn whole(list: &List, meeting: &Meeting, members: Option<u32>, remarks: &mut Remarks) -> HashSet<String> {
    let mut sound = HashSet::new();
    for group in meeting.groups.iter().filter(|group| !list.doubtful.contains(&group.code)) {
        let own = || list.members.iter().filter(|member| member.group == group.code);
        let count = own().count() as u32;
        if list.open {
            // A row that cannot be read may be of any group that is short of one.
            if group.members == Some(count) {
                sound.insert(group.code.clone());
            }
            continue;
        }
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
        match group.members.filter(|members| *members != count) {
            Some(members) if left.is_empty() => {
                remarks.add(None, Slip::GroupCount { group: group.code.clone(), listed: count, members });
            }
            Some(_) => {}
            None if left.is_empty() => {
                sound.insert(group.code.clone());
            }
            None => {}
        }
    }
    let count = list.members.len() as u32;
    if let Some(members) = members.filter(|members| *members != count)
        && remarks.all.iter().all(|remark| remark.slip.is_harmless())
    {
        remarks.add(None, Slip::Count { listed: count, members });
    }
    sound
}

/// Puts the figures of sound groups to the meeting; those of the house where the list is whole.
fn accept(meeting: &mut Meeting, members: Vec<Member>, sound: &HashSet<String>, is_whole: bool) {
    let count = |status: Status| members.iter().filter(|member| member.status == status).count() as u32;
    if is_whole {
        meeting.attendance = Some(Attendance {
            members: members.len() as u32,
            in_room: count(Status::Present(Mode::InRoom)),
            online: count(Status::Present(Mode::Online)),
            excused: count(Status::Excused),
            absent: count(Status::Absent),
        });
    }
    for group in meeting.groups.iter_mut().filter(|group| is_whole || sound.contains(&group.code)) {
        let own = || members.iter().filter(|member| member.group == group.code);
        let present = own().filter(|member| matches!(member.status, Status::Present(_)));
        let signatories: Vec<String> = present.map(|member| member.name.clone()).collect();
        *group = Arc::new(Group {
            members: group.members.or(Some(own().count() as u32)),
            present: Some(signatories.len() as u32),
            signatories,
            ..Group::clone(group)
        });
    }
    for person in &mut meeting.people {
        let group = person.group.as_ref().and_then(|old| meeting.groups.iter().find(|group| group.code == old.code));
        *person = Arc::new(Person { group: group.cloned(), ..Person::clone(person) });
    }
    if is_whole {
        meeting.members = members;
    }
}
