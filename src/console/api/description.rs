//! The description of a meeting: its `rapat.toml` as a form, and its list of attendance.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::values::{Refusal, Told};
use super::{Body, Name, Query};
use crate::common::atomic_file;
use crate::common::digest::sha256;
use crate::common::language::Language;
use crate::common::message::{Explain, Message};
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::lifecycle::folder::{self, MEETING};
use crate::meeting::edit::{Attended, Description, Present, Unfit};
use crate::meeting::{Finding, Meeting, Mode, Slip, Status, checks};
use crate::meeting_folder::{TICKED, attendance_list, enter_recorded, recorded};
use crate::recording::folder_of;

/// The largest list that is taken, in bytes; one of a thousand people is below a hundredth.
pub const LARGEST_LIST: usize = 16 << 20;
/// What a list may be, by the end of its name.
const KINDS: [&str; 5] = ["xlsx", "xls", "ods", "csv", "xlsb"];

/// The description of a meeting, with what a form needs beside it.
#[derive(Serialize, ToSchema)]
pub struct Described {
    /// What the files were when they were read; a change must bring it along.
    pub revision: String,
    /// What `rapat.toml` has.
    pub description: Description,
    /// What holds where the description says nothing, from `lembaga.toml`.
    pub usual: Usual,
    /// Everybody who can be named, those of `lembaga.toml` too.
    pub people: Vec<Somebody>,
    /// Party groups, those of `lembaga.toml` too.
    pub groups: Vec<String>,
    /// Microphones that `lembaga.toml` gives a seat.
    pub seats: Vec<Seat>,
    /// The list of attendance member by member, where one can be read.
    pub members: Vec<Present>,
    /// What the attendance comes to, in words.
    pub attendance: Option<String>,
    /// What is wrong with the description as a whole.
    pub problem: Option<Told>,
    /// What the record lacks.
    pub findings: Vec<Found>,
}

/// What an institution has for all its meetings.
#[derive(Default, Serialize, ToSchema)]
pub struct Usual {
    /// Lines of the letterhead.
    pub kop: Vec<String>,
    /// Where records are signed.
    pub kota: Option<String>,
    /// The zone.
    pub zona: Option<String>,
    /// Room and building.
    pub tempat: Option<String>,
    /// Year of sessions.
    pub tahun_sidang: Option<String>,
    /// Period of sessions.
    pub masa_persidangan: Option<String>,
    /// The chair's name.
    pub ketua: Option<String>,
    /// The secretary's name.
    pub sekretaris: Option<String>,
}

/// Somebody who can be named.
#[derive(Serialize, ToSchema)]
pub struct Somebody {
    /// The short name.
    pub id: String,
    /// The name.
    pub name: String,
    /// The label of the party group.
    pub group: Option<String>,
}

/// A microphone and who sits there.
#[derive(Serialize, ToSchema)]
pub struct Seat {
    /// The microphone.
    pub channel: u16,
    /// The short name.
    pub person: Option<String>,
    /// Whether it is a lectern.
    pub lectern: bool,
}

/// Something that the record lacks.
#[derive(Serialize, ToSchema)]
pub struct Found {
    /// `sementara` or `resmi`, the state that it hinders, or `saran`.
    pub need: &'static str,
    /// The key of `rapat.toml` that mends it.
    pub field: &'static str,
    /// What it is.
    #[serde(flatten)]
    pub told: Told,
}

/// The description of a meeting.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/description",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 200, body = Described), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Json<Described>, Refused> {
    app.work(move |app| described(&app.folder(&id)?, language)).await.map(Json)
}

/// A changed description.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The revision that was changed.
    pub revision: String,
    /// The whole description.
    pub description: Description,
}

/// Writes a description into `rapat.toml`. Comments, order and other keys stay; a file that somebody
/// else has changed meanwhile is left alone.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/description",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Change,
    responses((status = 200, body = Described), (status = 409, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn put(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
    Body(change): Body<Change>,
) -> Result<Json<Described>, Refused> {
    app.change(id, move |_, folder| {
        unchanged(folder, &change.revision)?;
        let stands = Description::of(&text(folder)?, MEETING)?;
        lists_lie_beside(&change.description, &stands)?;
        write(folder, &change.description)?;
        described(folder, language)
    })
    .await
    .map(Json)
}

/// A list that a page names lies beside `rapat.toml`; what a person wrote into the file may lie
/// elsewhere.
fn lists_lie_beside(wanted: &Description, stands: &Description) -> Result<(), Refused> {
    let is_bare = |name: &str| Path::new(name).file_name().is_some_and(|file| file == name);
    match &wanted.hadir.daftar {
        Some(name) if wanted.hadir.daftar != stands.hadir.daftar && !is_bare(name) => {
            let refused = Refused::unfit(Message::new("page.error.list_elsewhere").with("name", name));
            Err(refused.with(json!({ "field": "hadir.daftar" })))
        }
        _ => Ok(()),
    }
}

/// Who came, member by member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ticked {
    /// The revision that was changed.
    pub revision: String,
    /// The members.
    pub members: Vec<Present>,
}

/// Writes who came as a list beside `rapat.toml`, which names it from then on.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/attendance",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Ticked,
    responses((status = 200, body = Described), (status = 409, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn tick(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
    Body(ticked): Body<Ticked>,
) -> Result<Json<Described>, Refused> {
    app.change(id, move |_, folder| {
        unchanged(folder, &ticked.revision)?;
        let odd = |text: &str| text.trim().is_empty() || text.chars().any(char::is_control);
        if ticked.members.iter().any(|member| odd(&member.nama) || odd(&member.fraksi) || odd(&member.kehadiran)) {
            return Err(refused(Unfit::Control { field: "hadir.daftar".to_owned() }));
        }
        list(folder, TICKED, attendance_list(&ticked.members).as_bytes())?;
        described(folder, language)
    })
    .await
    .map(Json)
}

/// Which list is sent.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Sent {
    /// The name of the file, of which only the end counts.
    pub name: String,
    /// The revision that is changed.
    pub revision: String,
}

/// Takes a list of attendance (XLSX, XLS, ODS or CSV), the file itself as the body. It is kept
/// beside `rapat.toml`, which names it from then on; one that cannot be read is not kept.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/attendance/list",
    params(("id" = String, Path, description = "The meeting's name"), Sent),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Described), (status = 409, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn upload(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
    Query(sent): Query<Sent>,
    bytes: Bytes,
) -> Result<Json<Described>, Refused> {
    app.change(id, move |_, folder| {
        unchanged(folder, &sent.revision)?;
        let end = Path::new(&sent.name).extension().and_then(|end| end.to_str()).unwrap_or_default().to_lowercase();
        if !KINDS.contains(&end.as_str()) {
            return Err(Refused::unfit(Message::new("page.error.list_kind").with("name", &sent.name)));
        }
        // Named by what it holds, so that no earlier list is overwritten.
        list(folder, &format!("daftar-hadir-{}.{end}", &sha256(&bytes)[..8]), &bytes)?;
        described(folder, language)
    })
    .await
    .map(Json)
}

/// A refusal that names the field.
#[allow(clippy::needless_pass_by_value, reason = "errors are mapped so")]
fn refused(unfit: Unfit) -> Refused {
    Refused::unfit(unfit.message()).with(json!({ "field": unfit.field() }))
}

/// The text of a `rapat.toml`; a meeting that has none yet has an empty one.
fn text(folder: &Path) -> Result<String, Refused> {
    let path = folder.join(MEETING);
    if path.is_file() { Ok(Meeting::text(&path)?) } else { Ok(String::new()) }
}

/// What the files of a description are at this moment.
fn revision(folder: &Path, text: &str, description: &Description) -> String {
    let list = description.hadir.daftar.as_ref().and_then(|name| Path::new(name).file_name());
    let list = list.and_then(|name| fs::read(folder.join(name)).ok()).unwrap_or_default();
    sha256(format!("{}\n{}", sha256(text.as_bytes()), sha256(&list)).as_bytes())
}

/// Refuses to change what somebody else has changed meanwhile.
fn unchanged(folder: &Path, known: &str) -> Result<(), Refused> {
    let text = text(folder)?;
    let now = revision(folder, &text, &Description::of(&text, MEETING)?);
    if now == known { Ok(()) } else { Err(Refused::conflict(Message::new("page.error.description_changed"))) }
}

/// Writes a description where it agrees with itself.
fn write(folder: &Path, description: &Description) -> Result<(), Refused> {
    let path = folder.join(MEETING);
    let old = text(folder)?;
    let new = description.put(&old, MEETING).map_err(refused)?;
    Meeting::read_as(&path, &new).map_err(|error| refused(Unfit::Meeting(error)))?;
    if new == old {
        return Ok(());
    }
    atomic_file::write(&path, new.as_bytes()).map_err(|source| folder::Error::Write { path, source }.into())
}

/// Puts a list into the folder and its name into the description; counts that were written by hand
/// give way to those of the list.
fn list(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Refused> {
    let path = folder.join(name);
    let before = fs::read(&path).ok();
    let failed = |source| folder::Error::Write { path: path.clone(), source };
    atomic_file::write(&path, bytes).map_err(failed)?;
    let named = name_list(folder, name);
    if named.is_err() {
        // The list that the description has stays as it was.
        match before {
            Some(before) => atomic_file::write(&path, &before).map_err(failed)?,
            None => fs::remove_file(&path).map_err(failed)?,
        }
    }
    named
}

fn name_list(folder: &Path, name: &str) -> Result<(), Refused> {
    let old = text(folder)?;
    let mut description = Description::of(&old, MEETING)?;
    description.hadir =
        Attended { daftar: Some(name.to_owned()), anggota: description.hadir.anggota, ..Attended::default() };
    for group in &mut description.fraksi {
        group.hadir = None;
        group.penanda_tangan.clear();
    }
    let new = description.put(&old, MEETING).map_err(refused)?;
    let meeting = Meeting::read_as(&folder.join(MEETING), &new).map_err(|error| refused(Unfit::Meeting(error)))?;
    let is_none = |slip: &Slip| {
        matches!(
            slip,
            Slip::Absent
                | Slip::Unreadable(_)
                | Slip::TooLarge
                | Slip::Damaged
                | Slip::Password
                | Slip::OnlyHidden(_)
                | Slip::NoNames
                | Slip::NoStatus
        )
    };
    if let Some(remark) = meeting.remarks.iter().find(|remark| remark.file == name && is_none(&remark.slip)) {
        return Err(Refused::unfit(remark.message()));
    }
    write(folder, &description)
}

fn described(folder: &Path, language: Language) -> Result<Described, Refused> {
    let text = text(folder)?;
    let description = Description::of(&text, MEETING)?;
    let (own, problem) = match Meeting::read_as(&folder.join(MEETING), &text) {
        Ok(meeting) => (meeting, None),
        Err(error) => (Meeting::bare(), Some(Told::of(&error.message(), language))),
    };
    let institution = match Meeting::institution_of(folder) {
        Some(path) => Meeting::read_institution(&path).unwrap_or_else(|_| Meeting::bare()),
        None => Meeting::bare(),
    };
    let findings = if problem.is_some() {
        Vec::new()
    } else {
        let mut entered = own.clone();
        enter_recorded(&mut entered, &folder_of(folder))?;
        checks(&entered, recorded(folder)?.as_ref()).iter().map(|finding| found(finding, language)).collect()
    };
    // Of a description that contradicts itself, what it names is offered all the same.
    let mut people: Vec<Somebody> = institution
        .people
        .iter()
        .map(|person| Somebody {
            id: person.id.clone(),
            name: person.name.clone(),
            group: person.group.as_ref().map(|group| group.code.clone()),
        })
        .collect();
    for one in &description.orang {
        let before = people.iter().position(|person| person.id == one.id).map(|place| people.remove(place));
        let (name, group) = before.map_or((None, None), |person| (Some(person.name), person.group));
        people.push(Somebody {
            id: one.id.clone(),
            name: one.nama.clone().or(name).unwrap_or_else(|| one.id.clone()),
            group: one.fraksi.clone().or(group),
        });
    }
    let mut groups: Vec<String> = institution.groups.iter().map(|group| group.code.clone()).collect();
    groups.extend(description.fraksi.iter().map(|group| group.kode.clone()));
    groups.dedup();
    let status = |status| match status {
        Status::Present(Mode::InRoom) => "hadir",
        Status::Present(Mode::Online) => "daring",
        Status::Excused => "izin",
        Status::Absent => "tanpa keterangan",
    };
    let members = own.members.iter().map(|member| Present {
        nama: member.name.clone(),
        fraksi: member.group.clone(),
        kehadiran: status(member.status).to_owned(),
    });
    let seats = institution.seats.iter().map(|seat| Seat {
        channel: seat.channel.number(),
        person: seat.occupant(0).map(|person| person.id.clone()),
        lectern: seat.lectern,
    });
    Ok(Described {
        revision: revision(folder, &text, &description),
        usual: usual(&institution),
        people,
        groups,
        seats: seats.collect(),
        members: members.collect(),
        attendance: own.attendance.map(|attendance| {
            let message = Message::new("check.present")
                .with("present", attendance.present())
                .with("members", attendance.members)
                .with("in_room", attendance.in_room)
                .with("online", attendance.online)
                .with("excused", attendance.excused)
                .with("absent", attendance.absent);
            message.what(language)
        }),
        problem,
        findings,
        description,
    })
}

fn usual(institution: &Meeting) -> Usual {
    Usual {
        kop: institution.letterhead.clone(),
        kota: institution.city.clone(),
        zona: institution.zone.map(|zone| zone.to_string()),
        tempat: institution.place.clone(),
        tahun_sidang: institution.year.clone(),
        masa_persidangan: institution.period.clone(),
        ketua: institution.chair.as_ref().map(|chair| chair.name.clone()),
        sekretaris: institution.secretary.as_ref().map(|secretary| secretary.name.clone()),
    }
}

/// The key of `rapat.toml` that mends what was found.
pub fn form_field(finding: &Finding) -> &'static str {
    match finding {
        Finding::List(_) => "hadir.daftar",
        finding => finding.field(),
    }
}

fn found(finding: &Finding, language: Language) -> Found {
    Found { need: finding.need().key(), field: form_field(finding), told: Told::of(&finding.message(), language) }
}
