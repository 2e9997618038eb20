//! How much of the record has been listened to, by whom and when.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::corrections::Author;
use super::values::Refusal;
use super::{Body, Name};
use crate::common::clock::{Channel, Span};
use crate::common::message::Message;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::records::Record;
use crate::console::refused::Refused;
use crate::console::visitor::named;
use crate::floor::CLOCK;
use crate::meeting_folder::now;
use crate::transcript::edit::Mark;
use crate::transcript::listening::{self, Heard, Played};
use crate::transcript::store::Store;

/// More passages are told by no page at once.
const MOST: usize = 1_000;

/// A passage that was played.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlayedPassage {
    /// The microphone; the sum of all where none is named.
    #[serde(default)]
    pub channel: Option<u16>,
    /// Its first sample, at 16 kHz.
    pub from: u64,
    /// The sample after its last.
    pub to: u64,
}

/// What somebody has played.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Listening {
    /// Who listened, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// What.
    pub passages: Vec<PlayedPassage>,
}

/// What one has listened to.
#[derive(Serialize, ToSchema)]
pub struct Listener {
    /// Who.
    pub by: String,
    /// When last.
    pub last: String,
    /// Seconds, what was played twice counted twice.
    pub seconds: u64,
}

/// How much of the record has been listened to.
#[derive(Serialize, ToSchema)]
pub struct Listened {
    /// Hundredths of what was said, by its length: played, or marked as right.
    pub percent: u64,
    /// The turns of it.
    pub turns: Vec<String>,
    /// By whom.
    pub listeners: Vec<Listener>,
}

/// How much of the record has been listened to, and by whom.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/listened",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 200, body = Listened), (status = 404, body = Refusal))
)]
pub async fn get(State(app): State<Arc<App>>, Name(id): Name<String>) -> Result<Json<Listened>, Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        let record = app.records.open(&folder)?;
        let played = Store::open_to_read(&folder)?.played()?;
        Ok(Json(told(&record, &played)))
    })
    .await
}

/// Keeps what somebody has played.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/listened",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Listening,
    responses((status = 200, body = Listened), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn post(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name(id): Name<String>,
    Body(body): Body<Listening>,
) -> Result<Json<Listened>, Refused> {
    app.change(id, move |app, folder| {
        let author = Author::of(&named(&actor, body.by.as_deref())?, None)?;
        if body.passages.len() > MOST {
            return Err(Refused::unfit(Message::new("page.error.long")));
        }
        let record = app.records.open(folder)?;
        let at = Timestamp::now();
        let whole = Span::new(0, record.transcript.recording.length);
        let of = |passage: &PlayedPassage| {
            let none = |number: u16| Refused::not_found(Message::new("page.error.channel").with("number", number));
            let channel = match passage.channel {
                None => None,
                Some(number) => Some(Channel::new(number).ok_or_else(|| none(number))?),
            };
            let length = record.clock().convert(whole.end, CLOCK);
            let wanted = Span::new(passage.from.min(length), passage.to.min(length));
            Ok(Played { by: author.name().to_owned(), at, channel, span: CLOCK.convert_span(wanted, record.clock()) })
        };
        let played = body.passages.iter().map(of).collect::<Result<Vec<_>, Refused>>()?;
        let played: Vec<Played> = played.into_iter().filter(|one| !one.span.is_empty()).collect();
        let mut store = Store::open(folder)?;
        store.add_played(&played)?;
        Ok(Json(told(&record, &store.played()?)))
    })
    .await
}

fn told(record: &Record, played: &[Played]) -> Listened {
    let heard = Heard::of(played);
    let (mut samples, mut all) = (0, 0);
    let mut turns = Vec::new();
    for utterance in &record.transcript.utterances {
        let length = utterance.span.len();
        let is_marked = utterance.corrected.has(Mark::Heard);
        samples += if is_marked { length } else { heard.samples(utterance.channel, utterance.span) };
        all += length;
        if is_marked || heard.has(utterance) {
            turns.push(record.id(utterance));
        }
    }
    let zone = now(&record.meeting).time_zone().clone();
    let mut listeners: Vec<Listener> = Vec::new();
    for one in played {
        let millis = record.clock().millis(one.span.len());
        let last = one.at.to_zoned(zone.clone()).strftime("%d-%m-%Y %H.%M").to_string();
        match listeners.iter_mut().find(|listener| listener.by == one.by) {
            Some(listener) => {
                listener.seconds += millis;
                listener.last = last;
            }
            None => listeners.push(Listener { by: one.by.clone(), last, seconds: millis }),
        }
    }
    for listener in &mut listeners {
        listener.seconds /= 1000;
    }
    Listened { percent: listening::percent(samples, all), turns, listeners }
}
