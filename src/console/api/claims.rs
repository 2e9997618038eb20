//! Passages of ten minutes that somebody is at work on.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::corrections::Author;
use super::values::Refusal;
use super::{Body, Name};
use crate::audio::SPEECH_RATE;
use crate::common::message::Message;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::claims::PASSAGE;
use crate::console::refused::Refused;
use crate::console::visitor::named;
use crate::floor::CLOCK;

/// Who is at work.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// Who is at work, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// Whether the passage is let go; else it is claimed for a quarter of an hour from now on.
    #[serde(default)]
    pub release: bool,
}

/// A passage that somebody is at work on.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Claimed {
    /// Which, from 0: each has ten minutes.
    pub passage: u64,
    /// Its first sample, at 16 kHz.
    pub start: u64,
    /// The sample after its last.
    pub end: u64,
    /// The same in words.
    pub name: String,
    /// Who.
    pub by: String,
}

/// Passages that somebody is at work on.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AllClaimed {
    /// In the order of the recording.
    pub claims: Vec<Claimed>,
}

/// The passages of a meeting that somebody is at work on.
pub fn all(app: &App, folder: &Path) -> AllClaimed {
    let claims = app.claims.all(folder).into_iter().map(|claim| {
        let start = claim.passage * PASSAGE;
        let end = start + PASSAGE;
        let minute = |at: u64| {
            let minutes = at / (60 * u64::from(SPEECH_RATE));
            format!("{:02}.{:02}", minutes / 60, minutes % 60)
        };
        Claimed {
            passage: claim.passage, start, end, name: format!("{}–{}", minute(start), minute(end)), by: claim.by
        }
    });
    AllClaimed { claims: claims.collect() }
}

/// Which passages of ten minutes somebody is at work on.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/claims",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 200, body = AllClaimed), (status = 404, body = Refusal))
)]
pub async fn list(State(app): State<Arc<App>>, Name(id): Name<String>) -> Result<Json<AllClaimed>, Refused> {
    app.work(move |app| Ok(Json(all(app, &app.folder(&id)?)))).await
}

/// Claims a passage of ten minutes, or lets it go. Nobody is kept from changing it: who does so is
/// told.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/claims/{passage}",
    params(("id" = String, Path, description = "The meeting's name"), ("passage" = u64, Path, description = "The passage, from 0")),
    request_body = Work,
    responses(
        (status = 200, body = AllClaimed),
        (status = 404, body = Refusal),
        (status = 409, body = Refusal),
        (status = 422, body = Refusal)
    )
)]
pub async fn put(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name((id, passage)): Name<(String, u64)>,
    Body(body): Body<Work>,
) -> Result<Json<AllClaimed>, Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        let author = Author::of(&named(&actor, body.by.as_deref())?, None)?;
        if body.release {
            app.claims.release(&folder, passage, author.name());
            return Ok(Json(all(app, &folder)));
        }
        let record = app.records.open(&folder)?;
        let length = record.clock().convert(record.transcript.recording.length, CLOCK);
        if passage.checked_mul(PASSAGE).is_none_or(|start| start >= length.max(1)) {
            return Err(Refused::not_found(Message::new("page.error.no_passage")));
        }
        match app.claims.take(&folder, passage, author.name()) {
            Some(by) if by == author.name() => Ok(Json(all(app, &folder))),
            Some(by) => Err(Refused::conflict(Message::new("page.error.claimed").with("name", by))),
            None => Err(Refused::not_found(Message::new("page.error.no_passage"))),
        }
    })
    .await
}
