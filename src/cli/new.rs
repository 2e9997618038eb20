//! `risalah new`: asks for what is needed and writes a commented `rapat.toml`, or a `lembaga.toml`.
//!
//! Nothing is written before the last answer, and nothing that is there is written over. Answers
//! that could not be written are kept.

mod ask;
mod kept_answers;
mod line_editor;
mod people;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use e_risalah::common::clock::{Channel, MAX_CHANNELS};
use e_risalah::common::date::typed_date;
use e_risalah::common::message::{Explain, Message};
use e_risalah::common::paper::Paper;
use e_risalah::lifecycle::folder::{self, MEETING};
use e_risalah::meeting::{
    Draft, Emblem, INSTITUTION, Kind, KnownInstitution, Meeting, Nature, NewSeat, QuorumRule, Zone, is_lectern,
    is_shared, roster,
};

use super::console::{Console, print};
use super::outcome::{End, Failure};
use ask::{Clerk, NoAnswer};
use people::People;

const RULES: [QuorumRule; 3] = [QuorumRule::MoreThanHalf, QuorumRule::TwoThirds, QuorumRule::ThreeQuarters];
const PAPERS: [Paper; 2] = [Paper::F4, Paper::A4];

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "RAPAT.TOML|DIR", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub file: PathBuf,
    #[arg(long)]
    pub institution: bool,
    #[arg(long)]
    pub resume: bool,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let path = target(&args.file, if args.institution { INSTITUTION } else { MEETING });
    if path.exists() {
        return Err(taken(&path));
    }
    let folder = folder_of(&path);
    // Before thirty questions are answered, not after.
    writable(&folder)?;
    let known = if args.institution { Meeting::bare() } else { known(&folder, console)? };
    let mut clerk = Clerk::new(console);
    let kept = kept_answers::path_of(&path);
    if let Some(kept) = &kept {
        offer(&mut clerk, kept, args.resume, console)?;
    }
    let written = answered(&mut clerk, &path, args.institution, &known, console);
    let Some(kept) = kept else { return written };
    match &written {
        Ok(_) => kept_answers::forget(&kept),
        Err(_) if clerk.answers().is_empty() => {}
        Err(_) => match kept_answers::write(&kept, clerk.answers()) {
            Ok(()) => console.warning(&Message::new("new.kept").with("count", clerk.answers().len())),
            Err(source) => console.error(&folder::Error::Write { path: kept, source }.message()),
        },
    }
    written
}

/// The file that is meant: a name that does not end in `.toml` is a folder, whether it is there yet
/// or not.
fn target(given: &Path, name: &str) -> PathBuf {
    let is_file = given.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(OsStr::new("toml")));
    if given.is_dir() || !is_file { given.join(name) } else { given.to_owned() }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// Whether the folder can be written to, or made where the nearest above it can.
fn writable(folder: &Path) -> Result<(), Failure> {
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let existing = whole.ancestors().find(|path| path.exists()).unwrap_or(&whole);
    let trial = existing.join(format!(".risalah-uji-{}", std::process::id()));
    let tried = File::create_new(&trial).and_then(|_| fs::remove_file(&trial));
    Ok(tried.map_err(|source| folder::Error::Folder { path: existing.to_owned(), source })?)
}

/// Goes on with what was answered before, where that is wanted.
fn offer(clerk: &mut Clerk, kept: &Path, resume: bool, console: Console) -> Result<(), Failure> {
    let answers = kept_answers::read(kept);
    if answers.is_empty() {
        if resume {
            console.note(&Message::new("new.nothing_kept"));
        }
        return Ok(());
    }
    let found = Message::new("new.ask.resume").with("count", answers.len());
    let wanted = resume
        || clerk.is_at_terminal() && {
            let words = |key: &&str| console.text(&format!("new.resume.{key}"));
            let chosen = clerk.interview(|clerk| clerk.choice(&found, &["yes", "no"], words))?;
            clerk.resume(Vec::new());
            chosen == Some("yes")
        };
    if wanted {
        clerk.resume(answers);
    } else if !clerk.is_at_terminal() {
        console.note(&Message::new("new.found").with("count", answers.len()));
    }
    Ok(())
}

fn answered(
    clerk: &mut Clerk,
    path: &Path,
    institution: bool,
    known: &Meeting,
    console: Console,
) -> Result<End, Failure> {
    let advice = if institution {
        let (house, emblem) = clerk.interview(|clerk| house(clerk, &folder_of(path)))?;
        write(path, &house.text())?;
        if let Some((from, to)) = emblem {
            fs::copy(from, &to).map_err(|source| folder::Error::Write { path: to, source })?;
        }
        "new.institution"
    } else {
        let draft = clerk.interview(|clerk| meeting(clerk, known))?;
        write(path, &draft.text())?;
        "new.meeting"
    };
    print(&path.display().to_string());
    console.note(&Message::new(advice).with("path", path.display()));
    Ok(End::Done)
}

/// What the institution has already, with its file.
fn known(folder: &Path, console: Console) -> Result<Meeting, Failure> {
    let Some(path) = Meeting::institution_of(folder) else { return Ok(Meeting::bare()) };
    let known = Meeting::read_institution(&path)?;
    console.note(&Message::new("new.known").with("path", path.display()));
    Ok(known)
}

fn taken(path: &Path) -> Failure {
    Failure::usage(Message::new("new.taken").with("path", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |source| folder::Error::Write { path: path.to_owned(), source };
    fs::create_dir_all(folder_of(path)).map_err(failed)?;
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

/// A picture that is to be copied beside the file that names it.
type Copied = Option<(PathBuf, PathBuf)>;

fn house(clerk: &mut Clerk, folder: &Path) -> Result<(KnownInstitution, Copied), NoAnswer> {
    let mut house = KnownInstitution {
        letterhead: clerk.lines("letterhead")?,
        city: clerk.text("city")?,
        zone: clerk.choice(&Clerk::asked("zone"), &Zone::ALL, ToString::to_string)?,
        ..KnownInstitution::default()
    };
    let bare = Meeting::bare();
    let mut people = People::new(&bare);
    let listed = clerk.checked(&Clerk::asked("roster"), |text| roster(Path::new(text)).map_err(|why| why.message()))?;
    for row in listed.unwrap_or_default() {
        let group = row.group.as_deref().map(|group| people.group(clerk, group)).transpose()?;
        let seat = if row.is_lectern() {
            NewSeat::Lectern
        } else if row.is_shared() {
            NewSeat::Shared
        } else {
            NewSeat::Person(people.listed(&row, group))
        };
        house.seats.extend(row.channel.map(|channel| (channel.number(), seat)));
    }
    let mut described: Vec<(String, String, u32)> = Vec::new();
    let is_new = |described: &[(String, String, u32)], code: &str| described.iter().all(|(known, ..)| known != code);
    while let Some(group) =
        clerk.one(&Clerk::asked("group"), |text| group(text).filter(|(code, ..)| is_new(&described, code)))?
    {
        people.knows_group(&group.0);
        described.push(group);
    }
    while people.ask(clerk, &Clerk::asked("member"))?.is_some() {}
    if house.seats.is_empty() {
        house.seats = seats(clerk, &mut people)?;
    }
    house.place = clerk.text("place")?;
    house.chair = people.ask(clerk, &Clerk::asked("usual_chair"))?;
    house.secretary = people.ask(clerk, &Clerk::asked("usual_secretary"))?;
    let emblem = clerk.checked(&Clerk::asked("emblem"), |text| {
        let path = PathBuf::from(text);
        if Emblem::is_picture(&path) { Ok(path) } else { Err(Message::new("new.no_picture").with("path", text)) }
    })?;
    let copied = emblem.and_then(|from| {
        let suffix = from.extension().and_then(OsStr::to_str).unwrap_or("png").to_lowercase();
        let beside = from.parent().is_some_and(|parent| same(parent, folder));
        let own = from.file_name().and_then(OsStr::to_str).filter(|_| beside);
        let name = own.map_or_else(|| free_name(folder, &suffix), str::to_owned);
        house.emblem = Some(name.clone());
        (!beside).then(|| (from, folder.join(name)))
    });
    house.paper = clerk.choice(&Clerk::asked("paper"), &PAPERS, |paper| paper.name().to_owned())?;
    house.margins = clerk.one(&Clerk::asked("margins"), margins)?;
    house.size = clerk.one(&Clerk::asked("size"), |text| text.parse().ok().filter(|size| (9..=16).contains(size)))?;
    // Of a group that was not described, those who were named are its members.
    for (code, name) in people.codes() {
        let described = described.iter().find(|(known, ..)| *known == code).cloned();
        let members = people.members(&code);
        house.groups.push(described.unwrap_or((code, name, members)));
    }
    house.people = people.new_ones();
    Ok((house, copied))
}

/// Whether two paths lead to one folder.
fn same(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
    };
    whole(a) == whole(b)
}

/// A name for the emblem that nothing has yet.
fn free_name(folder: &Path, suffix: &str) -> String {
    let numbered =
        |number: u32| if number == 1 { format!("lambang.{suffix}") } else { format!("lambang-{number}.{suffix}") };
    (1..).map(numbered).find(|name| !folder.join(name).exists()).unwrap_or_default()
}

/// `25 30 30 25`: top, bottom, left, right in millimetres.
fn margins(text: &str) -> Option<[u32; 4]> {
    let numbers: Option<Vec<u32>> =
        text.split([' ', ',', ';']).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok().filter(|margins: &[u32; 4]| margins.iter().all(|margin| (5..=70).contains(margin)))
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

fn meeting(clerk: &mut Clerk, known: &Meeting) -> Result<Draft, NoAnswer> {
    let mut draft = Draft::default();
    let mut people = People::new(known);
    if known.letterhead.is_empty() {
        draft.letterhead = clerk.lines("letterhead")?;
    }
    if known.city.is_none() {
        draft.city = clerk.text("city")?;
    }
    draft.kind = clerk.choice(&Clerk::asked("kind"), &Kind::ALL, |kind| format!("{} ({})", kind.name(), kind.key()))?;
    if draft.kind != Some(Kind::Paripurna) {
        draft.name = clerk.text("name")?;
    }
    draft.nature = match draft.kind {
        Some(kind) if kind.is_always_open() => Some(Nature::Terbuka),
        _ => clerk.choice(&Clerk::asked("nature"), &Nature::ALL, |nature| nature.name().to_owned())?,
    };
    if matches!(draft.kind, Some(Kind::Raker | Kind::Rdp | Kind::Rdpu)) {
        draft.partner = clerk.text("partner")?;
    }
    draft.date = clerk.one(&Clerk::asked("date"), typed_date)?;
    if known.zone.is_none() {
        draft.zone = clerk.choice(&Clerk::asked("zone"), &Zone::ALL, ToString::to_string)?;
    }
    if known.place.is_none() {
        draft.place = clerk.text("place")?;
    }
    if known.period.is_none() {
        draft.period = clerk.text("period")?;
    }
    draft.sequence = clerk.one(&Clerk::asked("sequence"), |text| text.parse().ok().filter(|sequence| *sequence > 0))?;
    draft.agenda = clerk.lines("agenda")?;
    if known.chair.is_none() {
        draft.chair = people.ask(clerk, &Clerk::asked("chair"))?;
    }
    if known.secretary.is_none() {
        draft.secretary = people.ask(clerk, &Clerk::asked("secretary"))?;
    }
    draft.rule = clerk.choice(&Clerk::asked("quorum"), &RULES, |rule| rule.name().to_owned())?;
    if known.seats.is_empty() {
        draft.seats = seats(clerk, &mut people)?;
    }
    draft.groups = people.new_codes();
    draft.people = people.new_ones();
    Ok(draft)
}

/// Who speaks at each microphone in turn, until an empty answer.
fn seats(clerk: &mut Clerk, people: &mut People<'_>) -> Result<Vec<(u16, NewSeat)>, NoAnswer> {
    let mut seats = Vec::new();
    for channel in (1..=MAX_CHANNELS).filter_map(Channel::new) {
        let question = Clerk::asked("seat").with("channel", channel.number());
        let Some(text) = clerk.answer(&question)? else { break };
        let seat = if is_lectern(&text) {
            NewSeat::Lectern
        } else if is_shared(&text) {
            NewSeat::Shared
        } else {
            NewSeat::Person(people.named(clerk, &text)?)
        };
        seats.push((channel.number(), seat));
    }
    Ok(seats)
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
    fn a_name_without_toml_is_a_folder() {
        let file = |given: &str| target(Path::new(given), MEETING);
        assert_eq!(file("tidak-ada/rapat-1/"), Path::new("tidak-ada/rapat-1/rapat.toml"));
        assert_eq!(file("tidak-ada/rapat 1"), Path::new("tidak-ada/rapat 1/rapat.toml"));
        assert_eq!(file("tidak-ada/lain.toml"), Path::new("tidak-ada/lain.toml"));
        assert_eq!(file("."), Path::new("./rapat.toml"));
    }

    #[test]
    fn four_numbers_are_margins() {
        assert_eq!(margins("25 30, 30;25"), Some([25, 30, 30, 25]));
        for wrong in ["25", "25 30 30", "25 30 30 71", "a b c d", "25 30 30 25 1"] {
            assert_eq!(margins(wrong), None, "{wrong}");
        }
    }
}
