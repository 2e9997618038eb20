//! The meetings, and a new one.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{Refusal, Told};
use super::{Body, Name};
use crate::audit::Action;
use crate::common::date::typed_date;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::entering::AuditEvent;
use crate::console::meetings::Summary;
use crate::console::refused::Refused;
use crate::console::words::Words;
use crate::lifecycle::folder::{self, MEETING};
use crate::meeting::{Draft, Kind, Meeting, Nature, NewPerson, NewSeat, Zone, short_name};
use crate::meeting_folder::folders;
use crate::transcript::store::Store;

/// Longer texts are in no field of a meeting.
const LONGEST: usize = 2_000;
/// More lines are on no agenda, and more people in no room.
const MOST: usize = 200;

/// A meeting as a list shows it.
#[derive(Serialize, ToSchema)]
pub struct Listed {
    /// Its name in the API: that of its folder.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The day, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The kind, as `rapat.toml` writes it.
    pub kind: Option<String>,
    /// The mark of a meeting that is not public.
    pub closed: Option<String>,
    /// Where the record stands.
    pub state: String,
    /// The same in words.
    pub state_name: String,
    /// What is to be done next, in words.
    pub next: String,
    /// Whether it is being recorded.
    pub recording: bool,
    /// Hundredths of what was said that somebody has listened to.
    pub listened: u64,
    /// What is wrong with its files.
    pub problem: Option<Told>,
}

impl Listed {
    pub fn of(summary: &Summary, language: Language) -> Self {
        let words = Words(language);
        let meeting = &summary.meeting;
        Self {
            id: summary.id.clone(),
            name: summary.name.clone(),
            date: meeting.date.map(|date| date.to_string()),
            kind: meeting.kind.map(|kind| kind.key().to_owned()),
            closed: meeting.nature.and_then(Nature::mark).map(str::to_owned),
            state: summary.state.key().to_owned(),
            state_name: words.t(&format!("status.name.{}", summary.state.key())),
            next: words.t(&summary.next(Timestamp::now())),
            recording: summary.is_recorded,
            listened: summary.listened,
            problem: summary.problem.as_ref().map(|problem| Told::of(problem, language)),
        }
    }
}

/// All meetings.
#[derive(Serialize, ToSchema)]
pub struct Meetings {
    /// The latest first.
    pub meetings: Vec<Listed>,
}

/// A person of a meeting.
#[derive(Serialize, ToSchema)]
pub struct Person {
    /// The short name.
    pub id: String,
    /// The name with titles and degrees.
    pub name: String,
    /// The label of the party group.
    pub group: Option<String>,
    /// The microphone at which they sit at the beginning.
    pub channel: Option<u16>,
}

/// A microphone of a meeting.
#[derive(Serialize, ToSchema)]
pub struct Microphone {
    /// Its number.
    pub channel: u16,
    /// Who sits there at the beginning.
    pub name: Option<String>,
    /// Whether it is a lectern.
    pub lectern: bool,
}

/// One meeting.
#[derive(Serialize, ToSchema)]
pub struct One {
    /// As in the list.
    #[serde(flatten)]
    pub listed: Listed,
    /// The items of the agenda.
    pub agenda: Vec<String>,
    /// Who may be named.
    pub people: Vec<Person>,
    /// The microphones that the description names.
    pub microphones: Vec<Microphone>,
    /// Microphones of the recording; 0 where nothing was recognised yet.
    pub channels: u16,
    /// Its length in samples at 16 kHz, as far as it was recognised.
    pub length: u64,
}

/// Every meeting of the folder.
#[utoipa::path(get, path = "/api/v1/meetings", responses((status = 200, body = Meetings), (status = 401, body = Refusal)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
) -> Result<Json<Meetings>, Refused> {
    let summaries = app.work(|app| Ok(all(app))).await?;
    Ok(Json(Meetings { meetings: summaries.iter().map(|summary| Listed::of(summary, language)).collect() }))
}

/// Every meeting, the latest first; those without a day before them all.
pub fn all(app: &App) -> Vec<Summary> {
    let mut found: Vec<Summary> = folders(&app.root).into_iter().map(|(id, folder)| Summary::of(id, &folder)).collect();
    found.sort_by(|a, b| {
        let day = |summary: &Summary| summary.meeting.date.map_or((0, None), |date| (1, Some(std::cmp::Reverse(date))));
        day(a).cmp(&day(b)).then_with(|| b.id.cmp(&a.id))
    });
    found
}

/// One meeting.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 200, body = One), (status = 404, body = Refusal))
)]
pub async fn one(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Json<One>, Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        let summary = Summary::of(id, &folder);
        let (channels, length) = Store::open_to_read(&folder)
            .and_then(|store| store.recording())
            .ok()
            .flatten()
            .map_or((0, 0), |recording| {
                (recording.channels, recording.clock.convert(recording.length, crate::floor::CLOCK))
            });
        let meeting = &summary.meeting;
        let sits = |id: &str| {
            let mut seats = meeting.seats.iter();
            seats.find(|seat| seat.occupant(0).is_some_and(|person| person.id == id)).map(|seat| seat.channel.number())
        };
        let people = meeting.people.iter().map(|person| Person {
            id: person.id.clone(),
            name: person.name.clone(),
            group: person.group.as_ref().map(|group| group.code.clone()),
            channel: sits(&person.id),
        });
        let microphones = meeting.seats.iter().map(|seat| Microphone {
            channel: seat.channel.number(),
            name: seat.occupant(0).map(|person| person.name.clone()),
            lectern: seat.lectern,
        });
        Ok(Json(One {
            listed: Listed::of(&summary, language),
            agenda: meeting.agenda.clone(),
            people: people.collect(),
            microphones: microphones.collect(),
            channels,
            length,
        }))
    })
    .await
}

/// What is known of a meeting that is to be held.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct New {
    /// The kind, as `rapat.toml` writes it.
    pub kind: Option<String>,
    /// Its own name, where it is more than its kind.
    pub name: Option<String>,
    /// `terbuka`, `tertutup` or `tertutup_rahasia`.
    pub nature: Option<String>,
    /// The day, as people type it.
    pub date: Option<String>,
    /// `WIB`, `WITA` or `WIT`.
    pub zone: Option<String>,
    /// Room and building.
    pub place: Option<String>,
    /// Period of sessions, a Roman number.
    pub period: Option<String>,
    /// Which meeting of the period it is.
    pub sequence: Option<u32>,
    /// With whom it is held.
    pub partner: Option<String>,
    /// The items of the agenda.
    pub agenda: Vec<String>,
    /// Lines of the letterhead, where no `lembaga.toml` has them.
    pub letterhead: Vec<String>,
    /// Where the record is signed.
    pub city: Option<String>,
    /// The chair: a name, or the short name of somebody whom `lembaga.toml` has.
    pub chair: Option<String>,
    /// The secretary of the meeting, likewise.
    pub secretary: Option<String>,
    /// Who sits at microphone 1, 2 and so on, likewise; empty for nobody.
    pub seats: Vec<String>,
}

/// A meeting that was made.
#[derive(Serialize, ToSchema)]
pub struct Made {
    /// Its name in the API.
    pub id: String,
}

/// A new meeting: a folder with a commented `rapat.toml`.
#[utoipa::path(
    post,
    path = "/api/v1/meetings",
    request_body = New,
    responses((status = 201, body = Made), (status = 422, body = Refusal))
)]
pub async fn create(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<Made>), Refused> {
    app.work(move |app| {
        let known = known(&app.root)?;
        let draft = draft(&new, &known)?;
        let text = draft.text();
        // What was written must be what is read.
        let meeting = Meeting::parse(&text, MEETING)?;
        let id = write(app, &actor, &wanted_name(&meeting), &text)?;
        Ok((StatusCode::CREATED, Json(Made { id })))
    })
    .await
}

/// What the institution has already.
pub fn known(root: &Path) -> Result<Meeting, Refused> {
    match Meeting::institution_of(root) {
        Some(path) => Ok(Meeting::read_institution(&path)?),
        None => Ok(Meeting::bare()),
    }
}

fn draft(new: &New, known: &Meeting) -> Result<Draft, Refused> {
    let lists = [&new.agenda, &new.letterhead, &new.seats];
    let texts = [&new.name, &new.date, &new.place, &new.period, &new.partner, &new.city, &new.chair, &new.secretary];
    let too_long = |text: &String| text.chars().count() > LONGEST;
    if lists.iter().any(|list| list.len() > MOST || list.iter().any(too_long))
        || texts.iter().any(|text| text.as_ref().is_some_and(too_long))
    {
        return Err(Refused::unfit(Message::new("page.error.long")));
    }
    let text = |value: &Option<String>| {
        let line = value.as_deref().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        Some(line).filter(|line| !line.is_empty())
    };
    let lines = |list: &[String]| list.iter().filter_map(|line| text(&Some(line.clone()))).collect::<Vec<_>>();
    let mut people = People { known, new: Vec::new() };
    let date = match text(&new.date) {
        None => return Err(field("date")),
        Some(date) => Some(typed_date(&date).ok_or_else(|| field("date"))?),
    };
    let kind = match text(&new.kind) {
        None => None,
        Some(key) => Some(Kind::ALL.into_iter().find(|kind| kind.key() == key).ok_or_else(|| field("kind"))?),
    };
    let nature = match text(&new.nature) {
        _ if kind.is_some_and(Kind::is_always_open) => Some(Nature::Terbuka),
        None => None,
        Some(key) => Some(Nature::ALL.into_iter().find(|nature| nature.key() == key).ok_or_else(|| field("nature"))?),
    };
    let zone = match text(&new.zone) {
        None => None,
        Some(name) => Some(Zone::ALL.into_iter().find(|zone| zone.to_string() == name).ok_or_else(|| field("zone"))?),
    };
    let chair = text(&new.chair).map(|name| people.id(&name));
    let secretary = text(&new.secretary).map(|name| people.id(&name));
    let mut seats = Vec::new();
    for (number, name) in (1u16..).zip(&new.seats) {
        if let Some(name) = text(&Some(name.clone())) {
            let seat = if crate::meeting::is_lectern(&name) {
                NewSeat::Lectern
            } else if crate::meeting::is_shared(&name) {
                NewSeat::Shared
            } else {
                NewSeat::Person(people.id(&name))
            };
            seats.push((number, seat));
        }
    }
    Ok(Draft {
        letterhead: lines(&new.letterhead),
        city: text(&new.city),
        kind,
        name: text(&new.name),
        nature,
        period: text(&new.period),
        sequence: new.sequence.filter(|number| *number > 0),
        partner: text(&new.partner),
        date,
        zone,
        place: text(&new.place),
        agenda: lines(&new.agenda),
        chair,
        secretary,
        rule: None,
        groups: Vec::new(),
        people: people.new,
        seats,
    })
}

fn field(name: &str) -> Refused {
    Refused::unfit(Message::new(&format!("page.error.field.{name}"))).with(serde_json::json!({ "field": name }))
}

/// Those whom a form names.
struct People<'a> {
    known: &'a Meeting,
    new: Vec<NewPerson>,
}

impl People<'_> {
    /// The short name of somebody, who is put to the new ones where nobody of that name is known.
    fn id(&mut self, name: &str) -> String {
        let is = |known: &str| known.to_lowercase() == name.to_lowercase();
        if let Some(person) = self.known.people.iter().find(|person| is(&person.name) || person.id == name) {
            return person.id.clone();
        }
        if let Some(person) = self.new.iter().find(|person| is(&person.name)) {
            return person.id.clone();
        }
        let taken = |id: &str| self.known.person(id).is_some() || self.new.iter().any(|person| person.id == id);
        let id = short_name(name, taken);
        self.new.push(NewPerson { id: id.clone(), name: name.to_owned(), ..NewPerson::default() });
        id
    }
}

/// The meeting's short name, which is that of its folder: only letters, digits and hyphens.
fn wanted_name(meeting: &Meeting) -> String {
    let session = meeting.session();
    if session == "rapat" { Zoned::now().strftime("rapat-%Y-%m-%d-%H%M").to_string() } else { session }
}

/// Makes a folder that was not there with the description, and tells its name.
fn write(app: &App, actor: &Actor, wanted: &str, text: &str) -> Result<String, Refused> {
    let failed = |path: &Path, source| folder::Error::Folder { path: path.to_owned(), source };
    for number in 1..=MOST {
        let name = if number == 1 { wanted.to_owned() } else { format!("{wanted}-{number}") };
        let path = app.root.join(&name);
        match fs::create_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
            made => made.map_err(|source| failed(&path, source))?,
        }
        let file = path.join(MEETING);
        // An empty folder is no meeting yet.
        let deed = AuditEvent::of(actor, Action::MeetingMade, Some(&name), None);
        let made = app.entering.entered(&deed, |_| {
            let mut written = File::create_new(&file).map_err(|source| failed(&file, source))?;
            written
                .write_all(text.as_bytes())
                .and_then(|()| written.sync_all())
                .map_err(|source| folder::Error::Write { path: file.clone(), source })?;
            Ok(name.clone())
        });
        return made.inspect_err(|_| drop(fs::remove_dir(&path)));
    }
    Err(Refused::conflict(Message::new("page.error.taken").with("name", wanted)))
}
