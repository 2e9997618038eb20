//! Search within one meeting: a plain look through its record, so that a sealed one is searched as
//! well, and in no index.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::values::Refusal;
use super::{Name, Query};
use crate::console::app::App;
use crate::console::refused::Refused;

/// Hits of one answer.
const MOST: usize = 500;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Words, all of which a turn must hold; capitals do not matter.
    #[serde(default)]
    pub q: String,
}

/// A turn that was found.
#[derive(Serialize, ToSchema)]
pub struct FoundTurn {
    /// Its name.
    pub id: String,
    /// When it begins, `hh:mm:ss`.
    pub time: String,
    /// Its first sample, at 16 kHz.
    pub start: u64,
    /// Who speaks.
    pub speaker: String,
    /// What was said.
    pub text: String,
}

/// What was found in a meeting.
#[derive(Serialize, ToSchema)]
pub struct Within {
    /// How many turns hold the words.
    pub total: usize,
    /// The first 500 of them, in order.
    pub turns: Vec<FoundTurn>,
}

/// The turns of a meeting that hold all of these words, as they stand now.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/search",
    params(("id" = String, Path, description = "The meeting's name"), Wanted),
    responses((status = 200, body = Within), (status = 404, body = Refusal))
)]
pub async fn search(
    State(app): State<Arc<App>>,
    Name(id): Name<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Within>, Refused> {
    app.work(move |app| {
        let record = app.records.open(&app.folder(&id)?)?;
        let words: Vec<String> = wanted.q.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let holds = |index: &usize| {
            let text = record.transcript.utterances[*index].text.to_lowercase();
            !words.is_empty() && words.iter().all(|word| text.contains(word))
        };
        let found: Vec<usize> = (0..record.len()).filter(holds).collect();
        let turns = found.iter().take(MOST).map(|index| {
            let turn = record.turn(*index);
            FoundTurn { id: turn.id, time: turn.time, start: turn.start, speaker: turn.speaker.label, text: turn.text }
        });
        Ok(Json(Within { total: found.len(), turns: turns.collect() }))
    })
    .await
}
