//! The sound.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::values::Refusal;
use super::{Name, Query};
use crate::audio::SPEECH_RATE;
use crate::common::clock::Channel;
use crate::common::message::Message;
use crate::console::app::App;
use crate::console::record;
use crate::console::refused::Refused;
use crate::console::sound::Sound;
use crate::console::wav;

/// Samples of one answer that holds all that is asked for: half an hour.
const LONGEST: u64 = 30 * 60 * SPEECH_RATE as u64;
/// Bytes of an answer to a part of it, eight seconds: a player begins when the first part is there,
/// and asks for the next by itself.
const PART: u64 = 256 << 10;

/// Which sound.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The microphone; the sum of all where none is named.
    pub channel: Option<u16>,
    /// The first sample, at 16 kHz.
    #[serde(default)]
    #[param(format = "uint64")]
    pub from: u64,
    /// The sample after the last; the end of the recording, so far, where it is not given.
    #[param(format = "uint64")]
    pub to: Option<u64>,
}

/// A passage as a WAV file: one channel, 16 bits, 16 kHz, exact to the sample. Half an hour at
/// once; longer ones by `Range`.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/audio",
    params(("id" = String, Path, description = "The meeting's name"), Wanted),
    responses(
        (status = 200, description = "The file", content_type = "audio/wav"),
        (status = 206, description = "A part of it", content_type = "audio/wav"),
        (status = 404, body = Refusal),
        (status = 416, body = Refusal),
        (status = 422, body = Refusal)
    )
)]
pub async fn audio(
    State(app): State<Arc<App>>,
    Name(id): Name<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let range = range_of(&headers);
    app.work(move |app| answer(app, &id, &wanted, range.as_deref())).await
}

/// The part that a player asks for.
pub fn range_of(headers: &HeaderMap) -> Option<String> {
    headers.get(RANGE).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

pub fn answer(app: &App, id: &str, wanted: &Wanted, range: Option<&str>) -> Result<Response, Refused> {
    let folder = app.folder(id)?;
    let channel = match wanted.channel {
        None => None,
        Some(number) => {
            let none = || Refused::not_found(Message::new("page.error.channel").with("number", number));
            Some(Channel::new(number).ok_or_else(none)?)
        }
    };
    let sound = Sound::open(&folder)?;
    let end = match sound.length {
        Some(length) => length,
        // What has reached the disk by now.
        None => record::status(app, id, &folder).map_or(u64::MAX, |status| sound.at_16_khz(status.position)),
    };
    let until = wanted.to.unwrap_or(u64::MAX).min(end);
    if until <= wanted.from {
        return Err(Refused::unfit(Message::new("page.error.no_sound_there")));
    }
    let mut total = until - wanted.from;
    let unsatisfied = || Refused::new(StatusCode::RANGE_NOT_SATISFIABLE, Message::new("page.error.no_sound_there"));
    let part = if end == u64::MAX { None } else { wav::range(range, wav::size(total)).map_err(|()| unsatisfied())? };
    let common = [(CONTENT_TYPE, "audio/wav".to_owned()), (ACCEPT_RANGES, "bytes".to_owned())];
    if let Some(mut bytes) = part {
        bytes.end = bytes.end.min(bytes.start + PART);
        let held = wav::samples_in(&bytes);
        let samples = sound.samples(channel, &(wanted.from + held.start..wanted.from + held.end))?;
        let body = wav::part(total, &bytes, &samples);
        let end = bytes.start + body.len() as u64;
        let place = format!("bytes {}-{}/{}", bytes.start, end.saturating_sub(1), wav::size(total));
        return Ok((StatusCode::PARTIAL_CONTENT, common, [(CONTENT_RANGE, place)], body).into_response());
    }
    if end != u64::MAX && total > LONGEST {
        return Err(Refused::unfit(Message::new("page.error.too_much_sound")));
    }
    let samples = sound.samples(channel, &(wanted.from..until.min(wanted.from + LONGEST)))?;
    total = samples.len() as u64;
    let body = wav::part(total, &(0..wav::size(total)), &samples);
    Ok((common, [(CONTENT_LENGTH, body.len().to_string())], body).into_response())
}
