//! What was sent of a meeting's record, to whom, and what came of it.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use jiff::Zoned;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::Refusal;
use super::{Body, Name};
use crate::common::clock::moment;
use crate::common::language::{Language, lookup};
use crate::common::message::{Explain, Message};
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::console::visitor::named;
use crate::distribution::{self, Log, Mark, Parcel, What, mark};

/// A parcel, and how far it has come.
#[derive(Serialize, ToSchema)]
pub struct SentParcel {
    /// Its number.
    pub id: String,
    /// To whom.
    pub name: String,
    /// Their office.
    pub office: Option<String>,
    /// In which way: `folder`, `mail` or `webhook`.
    pub way: &'static str,
    /// The number of its letter.
    pub number: Option<String>,
    /// What it is about.
    pub subject: String,
    /// What is to be done.
    pub instruction: Option<String>,
    /// Until when.
    pub due: Option<String>,
    /// Whether that day has passed without an answer.
    pub late: bool,
    /// `made`, `uncertain`, `failed`, `sent`, `opened`, `acknowledged` or `answered`.
    pub standing: &'static str,
    /// The same in words.
    pub standing_name: String,
    /// All that happened to it, the oldest first.
    pub events: Vec<ParcelEvent>,
}

/// Something that happened to a parcel.
#[derive(Serialize, ToSchema)]
pub struct ParcelEvent {
    /// When.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What, in words.
    pub what: String,
    /// More of it.
    pub detail: String,
}

/// The parcels of a meeting.
#[derive(Serialize, ToSchema)]
pub struct Parcels {
    /// In the order in which they were made.
    pub parcels: Vec<SentParcel>,
    /// What is not as it was written, where something is not.
    pub finding: Option<String>,
}

impl SentParcel {
    fn of(parcel: &Parcel, language: Language) -> Self {
        let word = |key: &str| {
            let key = format!("distribution.standing.{key}");
            lookup(language, &key).unwrap_or(key)
        };
        let event = |event: &distribution::Event| {
            let (key, detail) = match &event.what {
                What::Made(_) => ("made", String::new()),
                What::Sending => ("sending", String::new()),
                What::Sent { detail } => ("sent", detail.clone()),
                What::Failed { detail } => ("failed", detail.clone()),
                What::Marked { mark, text } => (mark.key(), text.clone()),
            };
            let at = moment(&event.at.to_zoned(TimeZone::system()));
            ParcelEvent { at, by: event.by.clone(), what: word(key), detail }
        };
        let (contents, standing) = (&parcel.contents, parcel.standing());
        Self {
            id: parcel.id.clone(),
            name: contents.recipient.name.clone(),
            office: contents.recipient.office.clone(),
            way: contents.recipient.way.key(),
            number: contents.number.clone(),
            subject: contents.subject.clone(),
            instruction: contents.disposition.instruction.clone(),
            due: contents.disposition.due.map(|due| due.to_string()),
            late: parcel.is_late(Zoned::now().date()),
            standing: standing.key(),
            standing_name: word(standing.key()),
            events: parcel.events.iter().map(event).collect(),
        }
    }
}

/// What was sent of a meeting's record, and what came of it.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/distribution",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 200, body = Parcels))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Json<Parcels>, Refused> {
    app.work(move |app| {
        let log = Log::read(&app.folder(&id)?)?;
        let parcels = log.parcels().iter().map(|parcel| SentParcel::of(parcel, language)).collect();
        Ok(Json(Parcels { parcels, finding: log.finding().map(|finding| finding.message().what(language)) }))
    })
    .await
}

/// What a recipient has done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkParcel {
    /// `opened`, `acknowledged` or `answered`.
    pub mark: String,
    /// In which words; needed for an answer.
    #[serde(default)]
    pub text: String,
    /// Who has heard it, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
}

/// Keeps that a recipient has opened, received or answered a parcel.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/distribution/{parcel}",
    params(
        ("id" = String, Path, description = "The meeting's name"),
        ("parcel" = String, Path, description = "The parcel's number")
    ),
    request_body = MarkParcel,
    responses(
        (status = 200, body = SentParcel),
        (status = 404, body = Refusal),
        (status = 409, body = Refusal),
        (status = 422, body = Refusal)
    )
)]
pub async fn set(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Extension(actor): Extension<Arc<Actor>>,
    Name((id, parcel)): Name<(String, String)>,
    Body(body): Body<MarkParcel>,
) -> Result<Json<SentParcel>, Refused> {
    let unknown = || Refused::unfit(Message::new("page.error.mark").with("mark", &body.mark));
    let wanted = Mark::by_key(&body.mark).ok_or_else(unknown)?;
    let by = named(&actor, body.by.as_deref())?;
    app.change(id, move |_, folder| {
        let marked = mark(folder, &parcel, wanted, &body.text, &by).map_err(|error| match error {
            distribution::Error::NoParcel { .. } => Refused::not_found(error.message()),
            distribution::Error::NotSent { .. } => Refused::conflict(error.message()),
            other => other.into(),
        })?;
        Ok(Json(SentParcel::of(&marked, language)))
    })
    .await
}
