//! *Pokok pikiran*: what somebody raises for the house to take up, marked on the turn that raises
//! it, and listed over all meetings.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use utoipa::ToSchema;

use super::corrections::{Author, Changed, Conflict, lay, seen};
use super::values::Refusal;
use super::{Body, Name};
use crate::archive::{pokir, pokir_csv};
use crate::common::message::Message;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::console::visitor::named;
use crate::meeting_folder::folders;
use crate::transcript::edit::{Change, Mark, Pokir};

/// Letters of the longest title or field.
const LONGEST: usize = 200;

/// That a turn raises a *pokok pikiran*, or that it raises none.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PokirIs {
    /// Who marks it, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// The turn's revision that was seen.
    pub revision: u64,
    /// What it is, in a few words; none takes it away.
    #[serde(default)]
    pub title: Option<String>,
    /// The field of government (*urusan*) that it is of.
    #[serde(default)]
    pub field: Option<String>,
}

/// Marks a turn as a *pokok pikiran* of whoever speaks it, or takes the mark away.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/turns/{turn}/pokir",
    params(("id" = String, Path, description = "The meeting's name"), ("turn" = String, Path, description = "The turn's name")),
    request_body = PokirIs,
    responses((status = 200, body = Changed), (status = 409, body = Conflict), (status = 422, body = Refusal))
)]
pub async fn mark(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name((id, turn)): Name<(String, String)>,
    Body(body): Body<PokirIs>,
) -> Result<Json<Changed>, Refused> {
    app.change(id, move |app, folder| {
        let author = Author::of(&named(&actor, body.by.as_deref())?, None)?;
        let line = |text: &Option<String>| {
            let line = text.as_deref().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            Some(line).filter(|line| !line.is_empty())
        };
        let (title, field) = (line(&body.title), line(&body.field));
        if [&title, &field].into_iter().flatten().any(|text| text.chars().count() > LONGEST) {
            return Err(Refused::unfit(Message::new("page.error.long")));
        }
        let record = app.records.open(folder)?;
        let utterance = seen(&record, &turn, body.revision, None)?;
        if utterance.corrected.has(Mark::Omitted) {
            return Err(Refused::conflict(Message::new("page.error.omitted")));
        }
        let pokir = title.map(|title| Pokir { title, field });
        let is_new = utterance.corrected.pokir != pokir;
        let layer = author.layer(record.place(utterance), Change::Pokir { pokir }, &record.meeting);
        lay(app, folder, &record, if is_new { std::slice::from_ref(&layer) } else { &[] })
    })
    .await
    .map(Json)
}

/// What was raised in all meetings that are not closed, as a file: `csv` for spreadsheets, or
/// `json`.
#[utoipa::path(
    get,
    path = "/api/v1/pokir/{format}",
    params(("format" = String, Path, description = "`csv` or `json`")),
    responses((status = 200, description = "The file"), (status = 404, body = Refusal))
)]
pub async fn all(State(app): State<Arc<App>>, Name(format): Name<String>) -> Result<Response, Refused> {
    app.work(move |app| {
        let failed = || Refused::failed(Message::new("page.error.stopped"));
        let raised = |app: &App| pokir(&folders(&app.root)).raised;
        let (kind, content) = match format.as_str() {
            "csv" => ("text/csv; charset=utf-8", pokir_csv(&raised(app)).map_err(|_| failed())?),
            "json" => ("application/json", serde_json::to_vec(&raised(app)).map_err(|_| failed())?),
            _ => return Err(Refused::not_found(Message::new("page.error.format").with("format", &format))),
        };
        let disposition = format!("attachment; filename=\"pokir.{format}\"");
        Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], content).into_response())
    })
    .await
}
