//! What must be right before a meeting: the computer, and the sound of each seat.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};

use super::values::{Refusal, Told};
use super::{Name, Query};
use crate::common::language::Language;
use crate::common::message::{Explain, Message};
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::doctor::seats::{self, SeatCheck, is_fault};
use crate::doctor::{Check, Examination, examine};
use crate::meeting::Meeting;
use crate::meeting_folder::{describe_unentered, folders};
use crate::recognise::models;
use crate::record::recorder::Client;
use crate::record::soundcheck::Step;
use crate::recording::folder_of;

/// How long a meeting may take, in hours: as long as the command asks room for.
const HOURS: u64 = 8;
/// A file that stands for the microphones is heard at the pace of a room.
const BLOCK: Duration = Duration::from_millis(100);
/// Below this a microphone only hears its own noise; 1 is full scale.
const AUDIBLE: f32 = 0.005;

/// One sound check at a time: the microphones are one.
static CHECKING: AtomicBool = AtomicBool::new(false);
/// Ends it.
static STOP: AtomicBool = AtomicBool::new(false);

/// Which meeting is to be held.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Of {
    /// The meeting's name; without one, the computer alone is looked at.
    pub meeting: Option<String>,
}

/// One line of the result.
#[derive(Serialize, ToSchema)]
pub struct Line {
    /// `ok`, `warn` or `fail`.
    pub result: &'static str,
    /// What it says, and its remedy.
    #[serde(flatten)]
    pub told: Told,
}

impl Line {
    fn of(check: &Check, language: Language) -> Self {
        Self { result: check.mark.name(), told: Told::of(&check.message, language) }
    }
}

/// What was looked at.
#[derive(Serialize, ToSchema)]
pub struct Examined {
    /// In their order.
    pub lines: Vec<Line>,
}

/// Whether this computer can record a meeting. It takes some seconds, in which microphones are
/// listened to; while a recording has them it is refused.
#[utoipa::path(
    get,
    path = "/api/v1/doctor",
    params(Of),
    responses((status = 200, body = Examined), (status = 404, body = Refusal), (status = 409, body = Refusal))
)]
pub async fn doctor(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Query(of): Query<Of>,
) -> Result<Json<Examined>, Refused> {
    app.work(move |app| {
        let folder = match &of.meeting {
            Some(id) => app.folder(id)?,
            None => app.root.clone(),
        };
        let meeting = if of.meeting.is_some() { describe_unentered(&folder)? } else { Meeting::bare() };
        free(app)?;
        let _alone = Alone::new()?;
        let of = Examination { meeting: &meeting, device: None, folder: &folder, hours: HOURS, stop: &STOP };
        let find_model = || {
            let mut watch = models::Monitor { report: &mut |_| {}, cancel: &STOP };
            models::Store::from_env()?.resolve(None, &mut watch)
        };
        let mut lines = Vec::new();
        examine(&of, find_model, &mut |check| lines.push(Line::of(&check, language)));
        Ok(Json(Examined { lines }))
    })
    .await
}

/// That no recording has the microphones.
fn free(app: &App) -> Result<(), Refused> {
    let taken = folders(&app.root).into_iter().find(|(_, folder)| Client::reach(&folder_of(folder)).is_ok());
    match taken {
        Some((name, _)) => Err(Refused::conflict(Message::new("page.error.devices_taken").with("name", name))),
        None => Ok(()),
    }
}

/// The microphones, for who listens to them alone.
struct Alone;

impl Alone {
    fn new() -> Result<Self, Refused> {
        if CHECKING.swap(true, Ordering::AcqRel) {
            return Err(Refused::conflict(Message::new("page.error.sound_checked")));
        }
        STOP.store(false, Ordering::Release);
        Ok(Self)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        CHECKING.store(false, Ordering::Release);
    }
}

/// A frame, as JSON.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Heard {
    /// How loud each microphone is, 1 for full scale, and the one that is heard.
    Levels { rms: Vec<f32>, heard: Option<usize> },
    /// Whose turn it is, or was, in words.
    Step { asked: Option<u16>, heard: Option<u16>, what: String },
    /// What is to be said of each seat; the check is over.
    Results { lines: Vec<Line>, note: Option<Told> },
    /// Why there is none.
    Refused(Told),
}

/// A sound check: each seat in turn says a sentence. Frames of JSON: `levels` ten times a second,
/// `step` when a seat is asked or was heard, `results` at the end, `refused` where it cannot be. It
/// ends when the line is closed.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/soundcheck",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 101, description = "A WebSocket"), (status = 404, body = Refusal))
)]
pub async fn soundcheck(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refused> {
    let folder = app.work(move |app| app.folder(&id)).await?;
    Ok(upgrade.on_upgrade(move |socket| show(app, folder, language, socket)))
}

async fn show(app: Arc<App>, folder: PathBuf, language: Language, mut socket: WebSocket) {
    let mut ends = app.ending();
    let (tell, mut told) = mpsc::unbounded_channel();
    let check = tokio::spawn(async move {
        let done = app
            .work(move |app| {
                free(app)?;
                let _alone = Alone::new()?;
                let results = listen(&folder, app.source.as_deref(), language, &tell)?;
                let _ = tell.send(results);
                Ok(())
            })
            .await;
        done.err().map(|refused| Heard::Refused(Told::of(&refused.message, language)))
    });
    loop {
        let frame = tokio::select! {
            _ = ends.wait_for(|ends| *ends) => break,
            heard = socket.recv() => match heard {
                Some(Ok(_)) => continue,
                _ => break,
            },
            frame = told.recv() => frame,
        };
        let Some(frame) = frame else {
            if let Ok(Some(refused)) = check.await {
                send(&mut socket, &refused).await;
            }
            let _ = socket.send(Frame::Close(None)).await;
            return;
        };
        if !send(&mut socket, &frame).await {
            break;
        }
    }
    STOP.store(true, Ordering::Release);
}

async fn send(socket: &mut WebSocket, heard: &Heard) -> bool {
    let Ok(text) = serde_json::to_string(heard) else { return true };
    socket.send(Frame::Text(text.into())).await.is_ok()
}

fn listen(
    folder: &Path,
    source: Option<&Path>,
    language: Language,
    tell: &mpsc::UnboundedSender<Heard>,
) -> Result<Heard, Refused> {
    let meeting = describe_unentered(folder)?;
    let check = SeatCheck { meeting: &meeting, stop: &STOP };
    let mut show = |told: seats::Told| {
        let frame = match told {
            seats::Told::Levels(rms) => {
                let loudest = rms.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
                let heard = loudest.filter(|(_, rms)| **rms >= AUDIBLE).map(|(index, _)| index + 1);
                if source.is_some() {
                    std::thread::sleep(BLOCK);
                }
                Heard::Levels { rms, heard }
            }
            seats::Told::Step(step) => {
                let (asked, heard) = match step {
                    Step::Asked(seat) => (Some(seat.number()), None),
                    Step::Heard { at, .. } => (None, Some(at.number())),
                    Step::Missed(_) => (None, None),
                };
                Heard::Step { asked, heard, what: check.step(step).what(language).trim().to_owned() }
            }
        };
        // Nobody hears it when the page has gone: then the check ends too.
        if tell.send(frame).is_err() {
            STOP.store(true, Ordering::Release);
        }
    };
    let (verdicts, profile) = match source {
        Some(path) => check.listen_to(path, &mut show)?,
        None => check.listen_live(None, &mut show)?,
    };
    let lines = verdicts.iter().flat_map(|verdict| check.told(verdict)).map(|line| Line::of(&line, language)).collect();
    let has_fault = verdicts.iter().any(|verdict| verdict.troubles.iter().any(|trouble| is_fault(*trouble)));
    let note = if has_fault {
        // What was learned with cables exchanged would mislead every recording of this room.
        Some(Message::new("soundcheck.not_kept"))
    } else {
        match (check.keep(profile), &meeting.place) {
            (Ok(Some(path)), Some(name)) => {
                Some(Message::new("soundcheck.kept").with("name", name).with("path", path.display()))
            }
            (Ok(_), _) => Some(Message::new("soundcheck.nameless")),
            (Err(error), _) => Some(error.message()),
        }
    };
    Ok(Heard::Results { lines, note: note.map(|note| Told::of(&note, language)) })
}
