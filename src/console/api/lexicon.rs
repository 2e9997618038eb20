//! A word that a correction teaches, for the office's `leksikon.toml`: proposed, shown with what it
//! would change, and written only when somebody says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::corrections::Author;
use super::values::Refusal;
use super::{Body, Name, Query};
use crate::common::atomic_file;
use crate::common::message::Message;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::records::Record;
use crate::console::refused::Refused;
use crate::console::visitor::named;
use crate::document::orthography::lexicon::{self, Addition, Lexicon, read_text};
use crate::document::orthography::{self, Writer};
use crate::lifecycle::folder;
use crate::meeting_folder::now;
use crate::transcript::edit::{Edit, apply};

/// Words are shorter.
const LONGEST: usize = 200;
/// Turns that are shown; how many there are is told.
const SHOWN: usize = 20;

/// A correction.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Corrected {
    /// The words that stood there.
    pub before: String,
    /// The words that stand there now.
    pub after: String,
}

/// A correction whose words are to be written into the lexicon.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Taught {
    /// Who teaches it, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// The words that stood there.
    pub before: String,
    /// The words that stand there now.
    pub after: String,
}

/// A turn that the lexicon would have written otherwise.
#[derive(Serialize, ToSchema)]
pub struct Otherwise {
    /// When it begins, `hh:mm:ss`.
    pub time: String,
    /// What stands there.
    pub before: String,
    /// What would stand there.
    pub after: String,
}

/// What a correction teaches.
#[derive(Serialize, ToSchema)]
pub struct Lesson {
    /// The line for `leksikon.toml`; none where it teaches nothing that holds elsewhere too.
    pub line: Option<String>,
    /// Whether it stands there already.
    pub known: bool,
    /// How many turns would be written otherwise, each as a correction that can be taken back.
    pub count: usize,
    /// The first of them.
    pub turns: Vec<Otherwise>,
}

/// What a correction would teach the lexicon, and what that would change. Nothing is written.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/lexicon",
    params(("id" = String, Path, description = "The meeting's name"), Corrected),
    responses((status = 200, body = Lesson), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn get(
    State(app): State<Arc<App>>,
    Name(id): Name<String>,
    Query(corrected): Query<Corrected>,
) -> Result<Json<Lesson>, Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        let record = app.records.open(&folder)?;
        let (lesson, _) = lesson(&folder, &record, &corrected.before, &corrected.after)?;
        Ok(Json(lesson))
    })
    .await
}

/// Writes what a correction teaches into `leksikon.toml` beside the description; what stands there
/// stays.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/lexicon",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Taught,
    responses((status = 200, body = Lesson), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn post(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name(id): Name<String>,
    Body(body): Body<Taught>,
) -> Result<Json<Lesson>, Refused> {
    app.change(id, move |app, folder| {
        Author::of(&named(&actor, body.by.as_deref())?, None)?;
        let record = app.records.open(folder)?;
        let (lesson, text) = lesson(folder, &record, &body.before, &body.after)?;
        if lesson.line.is_none() {
            return Err(Refused::unfit(Message::new("page.error.no_lesson")));
        }
        if let Some(text) = text {
            let path = file(folder);
            atomic_file::write(&path, text.as_bytes()).map_err(|source| folder::Error::Write { path, source })?;
        }
        Ok(Json(lesson))
    })
    .await
}

fn file(folder: &Path) -> PathBuf {
    folder.join(lexicon::FILE_NAME)
}

/// The lesson, and the text of the file with it where that differs.
fn lesson(folder: &Path, record: &Record, before: &str, after: &str) -> Result<(Lesson, Option<String>), Refused> {
    if before.len() > LONGEST || after.len() > LONGEST {
        return Err(Refused::unfit(Message::new("page.error.long")));
    }
    let nothing = Lesson { line: None, known: false, count: 0, turns: Vec::new() };
    let Some(addition) = Addition::of(before, after) else { return Ok((nothing, None)) };
    let path = file(folder);
    let line = Some(addition.line());
    let Some(text) = addition.put(read_text(&path)?.as_deref(), &path)? else {
        return Ok((Lesson { line, known: true, ..nothing }, None));
    };
    let turns = otherwise(record, Lexicon::default().with(&text, &path)?);
    let count = turns.len();
    Ok((Lesson { line, known: false, count, turns: turns.into_iter().take(SHOWN).collect() }, Some(text)))
}

/// The turns that would read otherwise with this lexicon.
fn otherwise(record: &Record, lexicon: Lexicon) -> Vec<Otherwise> {
    let raw = record.recognised();
    if !raw.version.complete {
        return Vec::new();
    }
    let writer = Writer::of(&record.meeting, lexicon);
    let layers = orthography::layers(&writer, raw, &record.edits, &now(&record.meeting));
    if layers.is_empty() {
        return Vec::new();
    }
    let next = record.edits.last().map_or(1, |edit| edit.id + 1);
    let fresh = (next..).zip(layers).map(|(id, layer)| Edit { id, layer });
    let edits: Vec<Edit> = record.edits.iter().cloned().chain(fresh).collect();
    let Ok(changed) = apply(raw, &edits) else { return Vec::new() };
    let pairs = record.transcript.utterances.iter().zip(&changed.utterances);
    let differs = pairs.filter(|(one, other)| one.text != other.text);
    let told = differs.map(|(one, other)| Otherwise {
        time: record.clock().hms(one.span.start),
        before: one.text.clone(),
        after: other.text.clone(),
    });
    told.collect()
}
