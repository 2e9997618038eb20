//! The rows of the attendance list.

use crate::meeting::{Meeting, Member, Mode, Status};

use super::text::printable;
use super::wording::letter;
use super::{Signer, Signing};

/// Members by party group, then invitees. Where no list was read, members come from the roster and nothing is said of their attendance:
/// such a list is signed in the room.
pub(super) fn register(meeting: &Meeting) -> Vec<Signing> {
    let mut signing: Vec<Signing> = meeting
        .groups
        .iter()
        .enumerate()
        .map(|(index, group)| Signing {
            title: format!("{}. {} ({})", letter(index), printable(&group.name), printable(&group.code)),
            note: "Kehadiran".to_owned(),
            rows: members(meeting, &group.code, &group.signatories),
        })
        .collect();
    let guests: Vec<Signer> = meeting
        .invitees
        .iter()
        .flatten()
        .map(|person| Signer {
            name: printable(&person.name),
            note: printable(person.office.as_ref().or(person.institution.as_ref()).map_or("", String::as_str)),
        })
        .collect();
    if !guests.is_empty() {
        signing.push(Signing { title: "UNDANGAN".to_owned(), note: "Jabatan".to_owned(), rows: guests });
    }
    signing
}

fn members(meeting: &Meeting, code: &str, signatories: &[String]) -> Vec<Signer> {
    let listed: Vec<&Member> = meeting.members.iter().filter(|member| member.group == code).collect();
    if !listed.is_empty() {
        let row = |member: &&Member| Signer { name: printable(&member.name), note: status(member.status).to_owned() };
        return listed.iter().map(row).collect();
    }
    let roster = meeting.people.iter().filter(|person| person.group.as_ref().is_some_and(|group| group.code == code));
    let mut names: Vec<&String> = roster.map(|person| &person.name).collect();
    names.extend(signatories.iter().filter(|name| meeting.people.iter().all(|person| person.name != **name)));
    names.into_iter().map(|name| Signer { name: printable(name), note: String::new() }).collect()
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Present(Mode::InRoom) => "Hadir",
        Status::Present(Mode::Online) => "Hadir (daring)",
        Status::Excused => "Izin",
        Status::Absent => "Tanpa keterangan",
    }
}
