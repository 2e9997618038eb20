//! What is live, over one WebSocket.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::claims::{self, AllClaimed};
use super::recordings::{Running, running};
use super::values::Refusal;
use super::{Name, Query};
use crate::common::language::Language;
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::console::visitor::Visitor;
use crate::floor::CLOCK;
use crate::meeting_folder::describe;
use crate::seal::with_keys;
use crate::transcript::store::Store;

/// How often a recording is looked at: what its meters say is on the screen within a tenth of a second.
const PULSE: Duration = Duration::from_millis(50);
/// Every so many looks, the transcript is looked at too, and the recording where none runs.
const SELDOM: u32 = 20;

/// From where on.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// The place in the transcript up to which everything is known; 0 for all that was recognised
    /// so far.
    #[serde(default)]
    pub after: i64,
}

/// A frame, as JSON.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Told {
    /// How the recording is.
    Recording(Box<Running>),
    /// What was recognised since; `after` is the place to go on from.
    Turns { after: i64, turns: Vec<Fresh> },
    /// Somebody has corrected.
    Edited { last_edit: u64 },
    /// Who is at work on which passages.
    Claims(AllClaimed),
}

/// A turn as it was recognised.
#[derive(Serialize)]
struct Fresh {
    channel: u16,
    start: u64,
    time: String,
    speaker: String,
    text: String,
}

/// Frames of JSON: `recording` whenever something of it changes, up to twenty times a second; `turns`
/// as they are recognised; `edited` when somebody has corrected; `claims` when somebody begins or ends
/// to work on a passage.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/live",
    params(("id" = String, Path, description = "The meeting's name"), Since),
    responses((status = 101, description = "A WebSocket"), (status = 404, body = Refusal))
)]
pub async fn live(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Extension(visitor): Extension<Visitor>,
    Name(id): Name<String>,
    Query(since): Query<Since>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refused> {
    let name = id.clone();
    let folder = app.work(move |app| app.folder(&name)).await?;
    let watch =
        Watch { id, folder, language, visitor, after: since.after, last_edit: None, claims: None, was_running: true };
    Ok(upgrade.on_upgrade(move |socket| show(app, watch, socket)))
}

/// What one page has seen.
struct Watch {
    id: String,
    folder: PathBuf,
    language: Language,
    visitor: Visitor,
    after: i64,
    last_edit: Option<u64>,
    claims: Option<AllClaimed>,
    was_running: bool,
}

async fn show(app: Arc<App>, mut watch: Watch, mut socket: WebSocket) {
    let mut ends = app.ending();
    let mut pulse = tokio::time::interval(PULSE);
    pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut looks = 0u32;
    let mut shown = String::new();
    loop {
        tokio::select! {
            _ = ends.wait_for(|ends| *ends) => break,
            heard = socket.recv() => match heard {
                // Nothing is asked over it; what comes only shows that somebody is there.
                Some(Ok(_)) => continue,
                _ => break,
            },
            _ = pulse.tick() => {}
        }
        let seldom = looks.is_multiple_of(SELDOM);
        looks = looks.wrapping_add(1);
        let keys = app.opened.keys_now(&watch.visitor, &watch.id, Instant::now());
        let looked = app
            .work(move |app| {
                let told = with_keys(&keys, || look(app, &mut watch, seldom));
                Ok((told, watch))
            })
            .await;
        let Ok((told, seen)) = looked else { break };
        watch = seen;
        // Whoever watches a recording is not signed out meanwhile.
        if seldom && !app.is_still_in(&watch.visitor, watch.was_running) {
            break;
        }
        for told in told {
            let Ok(text) = serde_json::to_string(&told) else { continue };
            if matches!(told, Told::Recording(_)) {
                if text == shown {
                    continue;
                }
                shown.clone_from(&text);
            }
            if socket.send(Frame::Text(text.into())).await.is_err() {
                return;
            }
        }
    }
    let _ = socket.send(Frame::Close(None)).await;
}

fn look(app: &App, watch: &mut Watch, seldom: bool) -> Vec<Told> {
    let mut told = Vec::new();
    if (watch.was_running || seldom)
        && let Ok(running) = running(app, &watch.id, &watch.folder, watch.language)
    {
        watch.was_running = running.running;
        told.push(Told::Recording(Box::new(running)));
    }
    if seldom {
        told.extend(fresh(&watch.folder, &mut watch.after));
        // While it is recognised there may be no store yet.
        if let Ok(last_edit) = Store::open_to_read(&watch.folder).and_then(|store| store.last_edit())
            && watch.last_edit.replace(last_edit).is_none_or(|known| known != last_edit)
        {
            told.push(Told::Edited { last_edit });
        }
        let claims = claims::all(app, &watch.folder);
        if watch.claims.as_ref() != Some(&claims) {
            watch.claims = Some(claims.clone());
            told.push(Told::Claims(claims));
        }
    }
    told
}

fn fresh(folder: &Path, after: &mut i64) -> Option<Told> {
    let (clock, utterances, last) = Store::open_to_read(folder).ok()?.recognised_since(*after).ok()?;
    if utterances.is_empty() {
        return None;
    }
    *after = last;
    let meeting = describe(folder).ok()?;
    let turns = utterances.into_iter().map(|utterance| Fresh {
        channel: utterance.channel.number(),
        start: clock.convert(utterance.span.start, CLOCK),
        time: clock.hms(utterance.span.start),
        speaker: meeting.label(utterance.channel, clock.millis(utterance.span.start)).to_string(),
        text: utterance.text,
    });
    Some(Told::Turns { after: last, turns: turns.collect() })
}
