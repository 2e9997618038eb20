//! How loud the microphones were.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::values::Refusal;
use super::{Name, Query};
use crate::common::clock::Channel;
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::transcript::peaks::{STEP, STRETCH};
use crate::transcript::store::Store;

/// Stretches of one answer: ten minutes.
const MOST: u64 = 10;

/// Which part of the recording.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// A sample of the first minute, at 16 kHz.
    #[serde(default)]
    #[param(format = "uint64")]
    pub from: u64,
    /// A sample of the last minute; ten minutes are given at most.
    #[param(format = "uint64")]
    pub to: Option<u64>,
}

/// How loud the microphones were, minute by minute. A minute that was not recognised yet is left
/// out.
#[derive(Serialize, ToSchema)]
pub struct Peaks {
    /// Samples at 16 kHz that one number stands for.
    pub step: u64,
    /// The minutes that are there.
    pub minutes: Vec<Minute>,
}

/// A minute.
#[derive(Serialize, ToSchema)]
pub struct Minute {
    /// Its first sample, at 16 kHz.
    pub from: u64,
    /// For each microphone the peak of each step: half decibels above -100 dB of full scale, 0 to
    /// 200.
    pub channels: Vec<Vec<u8>>,
}

/// How loud the microphones were.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/peaks",
    params(("id" = String, Path, description = "The meeting's name"), Wanted),
    responses((status = 200, body = Peaks), (status = 404, body = Refusal), (status = 409, body = Refusal))
)]
pub async fn peaks(
    State(app): State<Arc<App>>,
    Name(id): Name<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Peaks>, Refused> {
    app.work(move |app| {
        let store = Store::open_to_read(&app.folder(&id)?)?;
        let channels = store.recording()?.map_or(0, |recording| usize::from(recording.channels));
        let minute = |sample: u64| sample / (STEP * STRETCH);
        let first = minute(wanted.from);
        let last = wanted.to.map_or(first, minute).clamp(first, first + (MOST - 1));
        let minutes = store.peaks(first..=last)?.into_iter().map(|stretch| Minute {
            from: stretch.number * STRETCH * STEP,
            channels: (0..channels).map(|index| stretch.of(Channel::from_index(index), channels).collect()).collect(),
        });
        Ok(Json(Peaks { step: STEP, minutes: minutes.collect() }))
    })
    .await
}
