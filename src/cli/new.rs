//! `risalah new`: asks for what is needed and writes a commented `rapat.toml`, or a `lembaga.toml`.
//!
//! Nothing is written before the last answer, and nothing that is there is written over.

mod ask;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use e_risalah::folder::{self, MEETING};
use e_risalah::meeting::{Draft, House, INSTITUTION, Kind, Meeting, Nature, QuorumRule, Zone, short_name, typed_date};
use e_risalah::message::Message;

use super::args::New;
use super::show::{Speaker, print};
use super::{End, Failure};
use ask::Clerk;

const KINDS: [Kind; 11] = [
    Kind::Paripurna,
    Kind::Komisi,
    Kind::Banggar,
    Kind::Bamus,
    Kind::Bapemperda,
    Kind::Bk,
    Kind::Pansus,
    Kind::Pimpinan,
    Kind::Raker,
    Kind::Rdp,
    Kind::Rdpu,
];
const NATURES: [Nature; 3] = [Nature::Terbuka, Nature::Tertutup, Nature::TertutupRahasia];
const ZONES: [Zone; 3] = [Zone::Wib, Zone::Wita, Zone::Wit];
const RULES: [QuorumRule; 3] = [QuorumRule::MoreThanHalf, QuorumRule::TwoThirds, QuorumRule::ThreeQuarters];

pub fn run(args: &New, speaker: Speaker) -> Result<End, Failure> {
    let name = if args.institution { INSTITUTION } else { MEETING };
    let path = if args.file.is_dir() { args.file.join(name) } else { args.file.clone() };
    if path.exists() {
        return Err(taken(&path));
    }
    let mut clerk = Clerk::new(speaker);
    let (text, advice) = if args.institution {
        (house(&mut clerk)?.text(), "new.institution")
    } else {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let known = known(folder, speaker)?;
        (meeting(&mut clerk, &known)?.text(), "new.meeting")
    };
    write(&path, &text)?;
    print(&path.display().to_string());
    speaker.note(&Message::new(advice).with("path", path.display()));
    Ok(End::Done)
}

/// What the institution has already, with its file.
fn known(folder: &Path, speaker: Speaker) -> Result<Meeting, Failure> {
    let Some(path) = Meeting::institution_of(folder) else { return Ok(Meeting::bare()) };
    let known = Meeting::read_institution(&path)?;
    speaker.note(&Message::new("new.known").with("path", path.display()));
    Ok(known)
}

fn taken(path: &Path) -> Failure {
    Failure::usage(Message::new("new.taken").with("path", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |source| folder::Error::Write { path: path.to_owned(), source };
    let mut file = match File::options().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(taken(path)),
        Err(error) => return Err(failed(error).into()),
    };
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        let _ = fs::remove_file(path);
        return Err(failed(error).into());
    }
    Ok(())
}

fn house(clerk: &mut Clerk) -> Result<House, Failure> {
    let mut house = House {
        letterhead: clerk.lines("letterhead")?,
        city: clerk.text("city")?,
        zone: clerk.choice("zone", &ZONES, ToString::to_string)?,
        groups: Vec::new(),
    };
    while let Some(group) = clerk.one("group", |text| group(text).filter(|(code, ..)| is_new(&house, code)))? {
        house.groups.push(group);
    }
    Ok(house)
}

fn is_new(house: &House, code: &str) -> bool {
    house.groups.iter().all(|(known, ..)| known != code)
}

/// `F-MLT; Fraksi Partai Melati; 14`
fn group(text: &str) -> Option<(String, String, u32)> {
    let parts: Vec<&str> = text.split(';').map(str::trim).collect();
    match parts.as_slice() {
        [code, name, members] if !code.is_empty() && !name.is_empty() => {
            Some(((*code).to_owned(), (*name).to_owned(), members.parse().ok()?))
        }
        _ => None,
    }
}

fn meeting(clerk: &mut Clerk, known: &Meeting) -> Result<Draft, Failure> {
    let mut draft = Draft::default();
    if known.letterhead.is_empty() {
        draft.letterhead = clerk.lines("letterhead")?;
    }
    if known.city.is_none() {
        draft.city = clerk.text("city")?;
    }
    draft.kind = clerk.choice("kind", &KINDS, |kind| format!("{} ({})", kind.name(), kind.key()))?;
    if draft.kind != Some(Kind::Paripurna) {
        draft.name = clerk.text("name")?;
    }
    draft.nature = match draft.kind {
        Some(kind) if kind.is_always_open() => Some(Nature::Terbuka),
        _ => clerk.choice("nature", &NATURES, |nature| nature.name().to_owned())?,
    };
    if matches!(draft.kind, Some(Kind::Raker | Kind::Rdp | Kind::Rdpu)) {
        draft.partner = clerk.text("partner")?;
    }
    draft.date = clerk.one("date", typed_date)?;
    if known.zone.is_none() {
        draft.zone = clerk.choice("zone", &ZONES, ToString::to_string)?;
    }
    if known.place.is_none() {
        draft.place = clerk.text("place")?;
    }
    if known.period.is_none() {
        draft.period = clerk.text("period")?;
    }
    draft.sequence = clerk.one("sequence", |text| text.parse().ok().filter(|sequence| *sequence > 0))?;
    draft.agenda = clerk.lines("agenda")?;
    if known.chair.is_none() {
        draft.chair = person(clerk, "chair", known, &mut draft.people)?;
    }
    if known.secretary.is_none() {
        draft.secretary = person(clerk, "secretary", known, &mut draft.people)?;
    }
    draft.rule = clerk.choice("quorum", &RULES, |rule| rule.name().to_owned())?;
    if known.seats.is_empty() {
        for channel in 1..=e_risalah::clock::MAX_CHANNELS {
            let asked = Clerk::asked("seat").with("channel", channel);
            match who(clerk.answer(&asked)?, known, &mut draft.people) {
                Some(id) => draft.seats.push((channel, id)),
                None => break,
            }
        }
    }
    Ok(draft)
}

fn person(
    clerk: &mut Clerk,
    question: &str,
    known: &Meeting,
    people: &mut Vec<(String, String)>,
) -> Result<Option<String>, Failure> {
    let name = clerk.text(question)?;
    Ok(who(name, known, people))
}

/// The short name of somebody by short name or name; who is not known yet becomes known.
fn who(name: Option<String>, known: &Meeting, people: &mut Vec<(String, String)>) -> Option<String> {
    let name = name?;
    let roster = known.people.iter().find(|person| person.id == name || person.name.eq_ignore_ascii_case(&name));
    if let Some(person) = roster {
        return Some(person.id.clone());
    }
    if let Some((id, _)) = people.iter().find(|(id, full)| *id == name || full.eq_ignore_ascii_case(&name)) {
        return Some(id.clone());
    }
    let taken =
        |id: &str| people.iter().any(|(other, _)| other == id) || known.people.iter().any(|other| other.id == id);
    let id = short_name(&name, taken);
    people.push((id.clone(), name));
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_code_name_and_members() {
        let expected = ("F-MLT".to_owned(), "Fraksi Partai Melati".to_owned(), 14);
        assert_eq!(group("F-MLT; Fraksi Partai Melati ;14"), Some(expected));
        for wrong in ["F-MLT", "F-MLT; Melati; banyak", ";Melati;3", "F-MLT;;3"] {
            assert_eq!(group(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_same_person_is_asked_for_once() {
        let mut people = Vec::new();
        let first = who(Some("H. Rusdi Hanafi, S.Sos.".to_owned()), &Meeting::bare(), &mut people);
        assert_eq!(first.as_deref(), Some("rusdi"));
        assert_eq!(who(Some("rusdi".to_owned()), &Meeting::bare(), &mut people), first);
        assert_eq!(who(Some("Rusdi Lain".to_owned()), &Meeting::bare(), &mut people).as_deref(), Some("rusdi-2"));
        assert_eq!(people.len(), 2);
    }
}
