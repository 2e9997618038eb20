//! What was said, turn by turn.

use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::{IntoParams, ToSchema};

use super::values::{Refusal, Turn};
use super::{Name, Query};
use crate::common::clock::Channel;
use crate::common::message::Message;
use crate::console::app::App;
use crate::console::records::Record;
use crate::console::refused::Refused;
use crate::meeting_folder::now;
use crate::transcript::Utterance;
use crate::transcript::edit::{Change, Edit, Mark, Source, Speaker};
use crate::transcript::store::Store;

/// Bytes that an answer of some turns takes.
const LETTER: usize = 64 << 10;

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
    #[param(format = "uint64")]
    pub since: Option<u64>,
}

/// Turns of a meeting.
#[derive(Serialize, ToSchema)]
pub struct Turns<'a> {
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
    #[schema(value_type = Vec<Turn>)]
    turns: Chosen<'a>,
}

/// Turns that are made one after the other as they are written: all words of a day at once would be
/// twice in memory.
struct Chosen<'a> {
    record: &'a Record,
    indices: Vec<usize>,
}

impl Serialize for Chosen<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.indices.iter().map(|index| self.record.turn(*index)))
    }
}

/// What was said, as it stands now.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/turns",
    params(("id" = String, Path, description = "The meeting's name"), Wanted),
    responses((status = 200, body = Turns<'_>), (status = 404, body = Refusal))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    Name(id): Name<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Refused> {
    app.work(move |app| {
        let record = app.records.open(&app.folder(&id)?)?;
        let failed = |_| Refused::failed(Message::new("page.error.stopped"));
        let mut body = Vec::with_capacity(LETTER);
        serde_json::to_writer(&mut body, &turns(&record, &wanted)).map_err(failed)?;
        Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
    })
    .await
}

fn turns<'a>(record: &'a Record, wanted: &Wanted) -> Turns<'a> {
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
        turns: Chosen { record, indices: chosen.collect() },
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
    /// `text`, `speaker`, `passage` (words that another person says), `heard`, `omitted`,
    /// `joined` or `undo`.
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

/// That somebody has played a turn.
#[derive(Serialize, ToSchema)]
pub struct Hearing {
    /// Who listened.
    pub by: String,
    /// When, with its zone.
    pub at: String,
    /// The microphone; none for the sum of all.
    pub channel: Option<u16>,
}

/// The corrections of a turn.
#[derive(Serialize, ToSchema)]
pub struct History {
    /// Who has played it or a part of it, the last time each day.
    pub listened: Vec<Hearing>,
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
        let edits = own.map(|edit| past(edit, counting.contains(&edit.id), &name)).collect();
        Ok(Json(History { listened: listened(app, &id, utterance, &record)?, edits }))
    })
    .await
}

fn listened(app: &App, id: &str, utterance: &Utterance, record: &Record) -> Result<Vec<Hearing>, Refused> {
    let zone = now(&record.meeting).time_zone().clone();
    let mut told: Vec<(Date, Hearing)> = Vec::new();
    for one in Store::open_to_read(&app.folder(id)?)?.played()? {
        let is_of = one.channel.is_none_or(|channel| channel == utterance.channel);
        if !is_of || one.span.overlap(utterance.span) == 0 {
            continue;
        }
        let at = one.at.to_zoned(zone.clone());
        let channel = one.channel.map(Channel::number);
        told.retain(|(day, other)| *day != at.date() || other.by != one.by || other.channel != channel);
        told.push((at.date(), Hearing { by: one.by, at: at.strftime("%d-%m-%Y %H.%M").to_string(), channel }));
    }
    Ok(told.into_iter().map(|(_, hearing)| hearing).collect())
}

fn past(edit: &Edit, counts: bool, name: &dyn Fn(&Speaker) -> String) -> Past {
    let layer = &edit.layer;
    let (kind, before, after) = match &layer.change {
        Change::Text { before, after, .. } => ("text", before.clone(), after.clone()),
        Change::Speaker { before, after } => ("speaker", name(before), name(after)),
        Change::Passage { words, speaker, .. } => ("passage", words.clone(), name(speaker)),
        Change::Mark { mark: Mark::Heard } => ("heard", String::new(), String::new()),
        Change::Mark { mark: Mark::Omitted } => ("omitted", String::new(), String::new()),
        Change::Mark { mark: Mark::Joined } => ("joined", String::new(), String::new()),
        Change::Pokir { pokir } => {
            let title = pokir.as_ref().map_or("–", |pokir| pokir.title.as_str());
            ("pokir", String::new(), title.to_owned())
        }
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
