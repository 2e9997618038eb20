//! The rows of the attendance list.

use crate::meeting::{Meeting, Member, Mode, Status};

use super::text::printable;
use super::wording::{DOTS, letter};
use super::{Signer, Signing, fields};

/// Members by party group, then invitees. Where no list was read, members come from the roster and
/// nothing is said of their attendance: such a list is signed in the room.
pub(super) fn register(meeting: &Meeting) -> Vec<Signing> {
    let mut signing: Vec<Signing> = meeting
        .groups
        .iter()
        .enumerate()
        .map(|(index, group)| Signing {
            title: format!("{}. {} ({})", letter(index), printable(&group.name), printable(&group.code)),
            note: "Kehadiran".to_owned(),
            total: counted(meeting, &group.code, group.members),
            rows: members(meeting, &group.code, &group.signatories),
        })
        .collect();
    let guests: Vec<Signer> = meeting
        .invitees
        .iter()
        .flatten()
        .map(|person| Signer { name: printable(&person.name), note: printable(&fields::office_of(person)) })
        .collect();
    if !guests.is_empty() {
        signing.push(Signing {
            title: "UNDANGAN".to_owned(),
            note: "Jabatan, instansi".to_owned(),
            total: format!("Jumlah undangan: {} orang; hadir {DOTS} orang", guests.len()),
            rows: guests,
        });
    }
    signing
}

/// How many members came in all.
pub(super) fn total(meeting: &Meeting) -> String {
    format!("Jumlah hadir: {}", fields::attendance(meeting))
}

/// How many of a group came: by the list, where one was read, else to be filled in when it is
/// signed.
fn counted(meeting: &Meeting, code: &str, members: Option<u32>) -> String {
    let known = |number: Option<u32>| number.map_or_else(|| DOTS.to_owned(), |number| number.to_string());
    let listed: Vec<Status> =
        meeting.members.iter().filter(|member| member.group == code).map(|member| member.status).collect();
    if listed.is_empty() {
        return format!(
            "Jumlah Anggota fraksi: {}; hadir {DOTS}; izin {DOTS}; tanpa keterangan {DOTS}",
            known(members)
        );
    }
    let count = |is: fn(&Status) -> bool| listed.iter().filter(|status| is(status)).count();
    format!(
        "Jumlah Anggota fraksi: {}; hadir {}; izin {}; tanpa keterangan {}",
        members.map_or(listed.len(), |members| members as usize),
        count(|status| matches!(status, Status::Present(_))),
        count(|status| *status == Status::Excused),
        count(|status| *status == Status::Absent)
    )
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
