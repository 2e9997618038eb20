//! The people of a meeting and their party groups as Popolo (<https://www.popoloproject.com/specs/>),
//! for those who compare parliaments.

use serde_json::{Value, json};

use super::Error;
use super::text::printable;
use crate::meeting::{Group, Meeting, Person};

/// The house, of which everyone with a group is a member.
const HOUSE: &str = "lembaga";

pub(super) fn write(meeting: &Meeting) -> Result<Vec<u8>, Error> {
    let house = printable(&meeting.letterhead.join(" "));
    let house = json!({ "id": HOUSE, "name": house, "classification": "legislature" });
    let organizations: Vec<Value> = [house].into_iter().chain(meeting.groups.iter().map(|group| of(group))).collect();
    let memberships: Vec<Value> = meeting.people.iter().flat_map(|person| memberships(person)).collect();
    let persons: Vec<Value> = meeting.people.iter().map(|person| named(person)).collect();
    let document = json!({ "persons": persons, "organizations": organizations, "memberships": memberships });
    let mut bytes = serde_json::to_vec_pretty(&document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn of(group: &Group) -> Value {
    json!({
        "id": group.code,
        "name": printable(&group.name),
        "other_names": [{ "name": printable(&group.code), "note": "singkatan" }],
        "classification": "fraksi",
        "parent_id": HOUSE,
    })
}

/// The number of a civil servant is nobody's business outside.
fn named(person: &Person) -> Value {
    json!({ "id": person.id, "name": printable(&person.name) })
}

fn memberships(person: &Person) -> Vec<Value> {
    let role = person.office.as_ref().or(person.title.as_ref()).map(|role| printable(role));
    let member = |organization: &str, role: Option<String>| json!({ "person_id": person.id, "organization_id": organization, "role": role });
    if let Some(group) = &person.group {
        let role = role.unwrap_or_else(|| "Anggota".to_owned());
        return vec![member(HOUSE, Some(role)), member(&group.code, Some("Anggota".to_owned()))];
    }
    let institution = person.institution.as_ref().map(|name| printable(name));
    vec![json!({
        "person_id": person.id,
        "role": role,
        "organization": institution.map(|name| json!({ "name": name })),
    })]
}
