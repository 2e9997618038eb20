//! The states of a record, and the checks before it becomes official.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::description::form_field;
use super::values::{Refusal, Told};
use super::{Body, Name};
use crate::audit::Action;
use crate::common::clock::moment;
use crate::common::language::Language;
use crate::common::message::{Explain, Message};
use crate::common::private_file;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::entering::AuditEvent;
use crate::console::refused::Refused;
use crate::console::visitor::{Visitor, named};
use crate::console::words::Words;
use crate::document::risalah::{Format, Sheet};
use crate::lifecycle::folder::Folder;
use crate::lifecycle::{self, Hindrance, Life, Manifest, Request, Sign, State, Transition, hindrances, uncarried};
use crate::meeting::Meeting;
use crate::meeting_folder::{now, templates};
use crate::seal::SecretString;
use crate::signature::{FILE_NAME, Service, Settings};
use crate::transcript::store::Store;

/// One reason why a record cannot be official yet.
#[derive(Serialize, ToSchema)]
pub struct Missing {
    /// What it is.
    #[serde(flatten)]
    pub told: Told,
    /// When in the recording the first passage of it begins, `hh:mm:ss`, where it is one of
    /// passages.
    pub at: Option<String>,
    /// The key of `rapat.toml` that mends it, where it is one of the description.
    pub field: Option<&'static str>,
    /// Whether it may be waived with a reason.
    pub may_be_waived: bool,
}

/// A step of the record's life.
#[derive(Serialize, ToSchema)]
pub struct Step {
    /// The state that was set.
    pub state: String,
    /// The same in words.
    pub name: String,
    /// When, in words.
    pub at: String,
    /// By whom.
    pub by: String,
    /// Why, or under which number.
    pub note: Option<String>,
    /// The edition that became official with it.
    pub edition: Option<u32>,
}

/// Somebody who may sign.
#[derive(Serialize, ToSchema)]
pub struct Signer {
    /// The short name.
    pub id: String,
    /// The name.
    pub name: String,
}

/// Where a record stands.
#[derive(Serialize, ToSchema)]
pub struct Standing {
    /// The state.
    pub state: String,
    /// The same in words.
    pub name: String,
    /// The states that may be set from here, besides becoming official.
    pub ways: Vec<Way>,
    /// Whether it becomes official next.
    pub official_next: bool,
    /// Until when speakers may correct, in words, while that is so or was so last.
    pub until: Option<String>,
    /// Days of the period of correction, as the description has them.
    pub days: u32,
    /// The last official edition.
    pub edition: Option<u32>,
    /// How many corrections were made since.
    pub corrections_since: Option<u64>,
    /// The record's number, where the description has it.
    pub number: Option<String>,
    /// Whether the office has an e-sign service.
    pub esign: bool,
    /// Chair and secretary.
    pub signers: Vec<Signer>,
    /// Every step, the oldest first.
    pub steps: Vec<Step>,
    /// What keeps it from being official.
    pub missing: Vec<Missing>,
}

/// A state that may be set.
#[derive(Serialize, ToSchema)]
pub struct Way {
    /// The state.
    pub state: String,
    /// The same in words.
    pub name: String,
    /// Whether it leads back, which needs a reason.
    pub back: bool,
}

/// Where a record stands, and what keeps it from being official.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/state",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 200, body = Standing), (status = 404, body = Refusal))
)]
pub async fn state(
    Shared(app): Shared<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Json<Standing>, Refused> {
    app.work(move |app| told(app, &app.folder(&id)?, language)).await.map(Json)
}

fn told(app: &App, folder: &Path, language: Language) -> Result<Standing, Refused> {
    let words = Words(language);
    let name = |state: State| words.t(&format!("status.name.{}", state.key()));
    let record = app.records.open(folder)?;
    let store = Store::open_to_read(folder)?;
    let meeting = &record.meeting;
    let life = Life::read(&store, &record.transcript)?;
    let now = now(meeting);
    let mut found = hindrances(meeting, &record.transcript, &life, &now);
    found.extend(uncarried(&store, &record.transcript)?);
    let state = life.state();
    let at = |at: Timestamp| moment(&at.to_zoned(now.time_zone().clone()));
    let since = match life.sealed() {
        None => None,
        Some((seal, _)) => {
            let manifest = Manifest::of(folder, seal.edition)?;
            Some(record.transcript.edition.last_edit.saturating_sub(manifest.edits.last))
        }
    };
    let ways = State::ALL.into_iter().filter(|other| *other != State::Official && state.may_become(*other));
    let signers = [&meeting.chair, &meeting.secretary].into_iter().flatten();
    let steps = life.steps().map(|(state, step)| Step {
        state: state.key().to_owned(),
        name: name(state),
        at: at(step.at),
        by: step.by.clone(),
        note: step.note.clone(),
        edition: step.seal.as_ref().map(|seal| seal.edition),
    });
    Ok(Standing {
        state: state.key().to_owned(),
        name: name(state),
        ways: ways.map(|other| Way { state: other.key().to_owned(), name: name(other), back: other < state }).collect(),
        official_next: state.next() == Some(State::Official),
        until: life.deadline().map(at),
        days: meeting.correction.days,
        edition: life.sealed().map(|(seal, _)| seal.edition),
        corrections_since: since,
        number: meeting.number.clone(),
        esign: private_file::above(folder, FILE_NAME).is_some(),
        signers: signers.map(|person| Signer { id: person.id.clone(), name: person.name.clone() }).collect(),
        steps: steps.collect(),
        missing: found.iter().map(|hindrance| missing(hindrance, folder, language)).collect(),
    })
}

fn missing(hindrance: &Hindrance, folder: &Path, language: Language) -> Missing {
    let at = match hindrance {
        Hindrance::Unmapped { first, .. }
        | Hindrance::Unheard { first, .. }
        | Hindrance::Uncarried { first, .. }
        | Hindrance::Flagged { first, .. } => Some(first.clone()),
        _ => None,
    };
    let field = match hindrance {
        Hindrance::Meeting(finding) => Some(form_field(finding)),
        Hindrance::Number | Hindrance::NumberDiffers { .. } => Some("rapat.nomor"),
        _ => None,
    };
    let message = hindrance.message().with("folder", folder.display());
    Missing { told: Told::of(&message, language), at, field, may_be_waived: hindrance.may_be_waived() }
}

/// A state that is to be set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// The state.
    pub to: String,
    /// By whom, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// Why; needed for the way back, and to end the period of correction early.
    #[serde(default)]
    pub note: Option<String>,
    /// Days of the period of correction, where it begins.
    #[serde(default)]
    pub days: Option<u32>,
}

/// Sets the next state of a record, or an earlier one.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/advance",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Advance,
    responses((status = 200, body = Standing), (status = 409, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn advance(
    Shared(app): Shared<Arc<App>>,
    Extension(language): Extension<Language>,
    Extension(actor): Extension<Arc<Actor>>,
    Name(id): Name<String>,
    Body(body): Body<Advance>,
) -> Result<Json<Standing>, Refused> {
    app.change(id.clone(), move |app, folder| {
        let unknown = |()| Refused::unfit(Message::new("page.error.state").with("state", &body.to));
        let to = body.to.parse::<State>().map_err(unknown)?;
        let record = app.records.open(folder)?;
        let store = Store::open_to_read(folder)?;
        let life = Life::read(&store, &record.transcript)?;
        let days = body.days.unwrap_or(record.meeting.correction.days);
        let wish = Transition { to, by: named(&actor, body.by.as_deref())?, note: body.note.clone(), days };
        let deed = AuditEvent::of(&actor, Action::Advanced, Some(&id), Some(to.key()));
        app.entering.entered(&deed, |_| Ok(life.advance(&store, &wish, &now(&record.meeting))?))?;
        told(app, folder, language)
    })
    .await
    .map(Json)
}

/// What makes a record official.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Finalize {
    /// Short name or name of the chair or the secretary, who has signed.
    pub signed_by: String,
    /// The record's number, where the description does not have it.
    #[serde(default)]
    pub number: Option<String>,
    /// Why it becomes official although something that may be waived hinders it.
    #[serde(default)]
    pub waive: Option<String>,
    /// What the office's e-sign service asks of who signs, where it is to sign; kept nowhere.
    #[serde(default)]
    pub esign: Option<Esign>,
}

/// Who signs at the office's e-sign service.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Esign {
    /// The number of the identity card, of 16 digits.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub nik: SecretString,
    /// The passphrase of the certificate there.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String)]
    pub passphrase: SecretString,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

/// An edition that became official.
#[derive(Serialize, ToSchema)]
pub struct Finalized {
    /// Its number, from 1.
    pub edition: u32,
    /// The hash of its manifest.
    pub seal: String,
    /// The names of its files.
    pub files: Vec<String>,
}

/// Makes a record official: number, signature, frozen documents. What hinders it is told one by
/// one.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/finalize",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Finalize,
    responses((status = 200, body = Finalized), (status = 409, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn finalize(
    Shared(app): Shared<Arc<App>>,
    Extension(language): Extension<Language>,
    Extension(actor): Extension<Arc<Actor>>,
    Extension(visitor): Extension<Visitor>,
    Name(id): Name<String>,
    Body(body): Body<Finalize>,
) -> Result<Json<Finalized>, Refused> {
    app.change(id.clone(), move |app, path| {
        let record = app.records.open(path)?;
        check_signer(&visitor, &record.meeting, &body.signed_by)?;
        let store = Store::open_to_read(path)?;
        let folder = Folder::create(path)?;
        let templates = templates(&record.meeting, path);
        let typeset = |sheet: &Sheet| Ok((app.lay_out)(sheet, Format::Pdf, templates.as_deref())?.content);
        let now = now(&record.meeting);
        let how = if body.esign.is_some() { ", e-sign service" } else { "" };
        let deed = AuditEvent::of(&actor, Action::Signed, Some(&id), Some(&format!("by {}{how}", body.signed_by)));
        let made = app.entering.entered(&deed, |head| {
            let Finalize { signed_by, number, waive, esign } = body;
            let request = Request { signed_by, number, waive, audit: Some(head) };
            let settings = esign.as_ref().map(|_| Settings::of(path)).transpose()?;
            let never = AtomicBool::new(false);
            let sign = settings.as_ref().zip(esign.as_ref()).map(|(settings, who)| {
                let never = &never;
                move |document: &[u8]| Service::new(settings, &who.nik, &who.passphrase, never)?.sign(document)
            });
            let sign = sign.as_ref().map(|sign| sign as &Sign);
            match lifecycle::finalize_signed(&folder, &store, &record.meeting, &request, &now, &typeset, sign) {
                Err(lifecycle::Error::Hindered(found)) => {
                    let list: Vec<Missing> = found.iter().map(|hindrance| missing(hindrance, path, language)).collect();
                    let message = lifecycle::Error::Hindered(found).message();
                    Err(Refused::conflict(message).with(serde_json::json!({ "missing": list })))
                }
                made => Ok(made?),
            }
        })?;
        let name = |file: &std::path::PathBuf| file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Finalized { edition: made.edition, seal: made.seal, files: made.files.iter().map(name).collect() })
    })
    .await
    .map(Json)
}

/// An account that is for one person signs only as that person.
fn check_signer(visitor: &Visitor, meeting: &Meeting, signed_by: &str) -> Result<(), Refused> {
    let Some(person) = visitor.session().and_then(|session| session.person.as_deref()) else { return Ok(()) };
    let name = meeting.person(person).map_or(person, |person| person.name.as_str());
    if [person, name].contains(&signed_by.trim()) {
        return Ok(());
    }
    let message = Message::new("page.error.signs_as").with("name", name).with("other", signed_by);
    Err(Refused::new(StatusCode::FORBIDDEN, message))
}
