//! What was said, turn by turn.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::values::{Refusal, Turn};
use super::{Name, Query};
use crate::console::app::App;
use crate::console::records::Record;
use crate::console::refused::Refused;
use crate::transcript::edit::{Change, Edit, Mark, Source, Speaker};

/// Which turns.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The place of the first, from 0.
    #[serde(default)]
    pub from: usize,
    /// How many at most; all where it is not given.
    pub limit: Option<usize>,
    /// Only those that were corrected after the correction of this number.
    pub since: Option<u64>,
}

/// Turns of a meeting.
#[derive(Serialize, ToSchema)]
pub struct Turns {
    /// How many there are in all.
    pub total: usize,
    /// The version of the transcript.
    pub version: u32,
    /// Whether everything has been recognised.
    pub complete: bool,
    /// The number of the last correction of the whole record.
    pub last_edit: u64,
    /// How many wait to be listened to.
    pub to_hear: usize,
    /// How many somebody has listened to.
    pub heard: usize,
    /// By start, then microphone.
    pub turns: Vec<Turn>,
}

/// What was said, as it stands now.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/turns",
    params(("id" = String, Path, description = "The meeting's name"), Wanted),
    responses((status = 200, body = Turns), (status = 404, body = Refusal))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    Name(id): Name<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Turns>, Refused> {
    app.work(move |app| {
        let record = app.records.open(&app.folder(&id)?)?;
        Ok(Json(turns(&record, &wanted)))
    })
    .await
}

fn turns(record: &Record, wanted: &Wanted) -> Turns {
    let all = 0..record.len();
    let revision = |index: usize| record.revision(record.place(&record.transcript.utterances[index]));
    let is_wanted = |index: &usize| wanted.since.is_none_or(|since| revision(*index) > since);
    let chosen = all.clone().filter(is_wanted).skip(wanted.from).take(wanted.limit.unwrap_or(usize::MAX));
    Turns {
        total: record.len(),
        version: record.transcript.version.number,
        complete: record.transcript.version.complete,
        last_edit: record.transcript.edition.last_edit,
        to_hear: all.clone().filter(|index| record.is_to_hear(*index)).count(),
        heard: all.filter(|index| record.is_heard(*index)).count(),
        turns: chosen.map(|index| record.turn(index)).collect(),
    }
}

/// One turn.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/turns/{turn}",
    params(("id" = String, Path, description = "The meeting's name"), ("turn" = String, Path, description = "The turn's name")),
    responses((status = 200, body = Turn), (status = 404, body = Refusal))
)]
pub async fn one(State(app): State<Arc<App>>, Name((id, turn)): Name<(String, String)>) -> Result<Json<Turn>, Refused> {
    app.work(move |app| {
        let record = app.records.open(&app.folder(&id)?)?;
        Ok(Json(record.turn(record.index(&turn)?)))
    })
    .await
}

/// A correction of a turn.
#[derive(Serialize, ToSchema)]
pub struct Past {
    /// Its number.
    pub id: u64,
    /// Who made it.
    pub by: String,
    /// When, with its zone.
    pub at: String,
    /// `person`, `member` or `machine`.
    pub source: &'static str,
    /// `text`, `speaker`, `passage` (words that another person says), `heard`, `omitted` or `undo`.
    pub kind: &'static str,
    /// What stood there; of `undo`, the number of what was taken back.
    pub before: String,
    /// What stands there since.
    pub after: String,
    /// Why, if it was said.
    pub why: Option<String>,
    /// Whether it still counts.
    pub counts: bool,
}

/// The corrections of a turn.
#[derive(Serialize, ToSchema)]
pub struct History {
    /// In the order in which they were made.
    pub edits: Vec<Past>,
}

/// Who corrected a turn, when, and how.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/turns/{turn}/history",
    params(("id" = String, Path, description = "The meeting's name"), ("turn" = String, Path, description = "The turn's name")),
    responses((status = 200, body = History), (status = 404, body = Refusal))
)]
pub async fn history(
    State(app): State<Arc<App>>,
    Name((id, turn)): Name<(String, String)>,
) -> Result<Json<History>, Refused> {
    app.work(move |app| {
        let record = app.records.open(&app.folder(&id)?)?;
        let utterance = record.find(&turn)?;
        let place = record.place(utterance);
        let counting: HashSet<u64> = utterance.corrected.edits.iter().copied().collect();
        let own = record.edits.iter().filter(|edit| edit.layer.place == place);
        let name = |speaker: &Speaker| match speaker {
            Speaker::Seat => "–".to_owned(),
            Speaker::Person(id) => record.meeting.person(id).map_or_else(|| id.clone(), |person| person.name.clone()),
            Speaker::Unknown => "?".to_owned(),
        };
        Ok(Json(History { edits: own.map(|edit| past(edit, counting.contains(&edit.id), &name)).collect() }))
    })
    .await
}

fn past(edit: &Edit, counts: bool, name: &dyn Fn(&Speaker) -> String) -> Past {
    let layer = &edit.layer;
    let (kind, before, after) = match &layer.change {
        Change::Text { before, after, .. } => ("text", before.clone(), after.clone()),
        Change::Speaker { before, after } => ("speaker", name(before), name(after)),
        Change::Passage { words, speaker, .. } => ("passage", words.clone(), name(speaker)),
        Change::Mark { mark: Mark::Heard } => ("heard", String::new(), String::new()),
        Change::Mark { mark: Mark::Omitted } => ("omitted", String::new(), String::new()),
        Change::Undo { edit } => ("undo", edit.to_string(), String::new()),
    };
    Past {
        id: edit.id,
        by: layer.by.clone(),
        at: layer.when.strftime("%d-%m-%Y %H.%M").to_string(),
        source: match layer.source {
            Source::Person => "person",
            Source::Member => "member",
            Source::Machine { .. } => "machine",
        },
        kind,
        before,
        after,
        why: layer.why.clone(),
        counts,
    }
}
