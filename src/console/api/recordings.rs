//! A recording that runs: how it is, what the operator enters, its beginning and end.

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{Refusal, Told};
use super::{Body, Name, checks};
use crate::audit::BEGUN_BY_PAGE;
use crate::common::clock::Channel;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::console::app::App;
use crate::console::record::{status as recorder_status, tell};
use crate::console::refused::Refused;
use crate::console::words::Words;
use crate::lifecycle::folder;
use crate::meeting::{EventKind, Meeting};
use crate::meeting_folder::{describe_entered, describe_without, ledger_words, may_enter};
use crate::recognise::pipeline::Preview;
use crate::recognise::{preview_file, progress_file};
use crate::record::recorder::event_words::{self, Request};
use crate::record::recorder::{self, Client, Error, Mirror, State, Status};
use crate::recording::{Entered, Growth, folder_of};

/// A recorder is there within this time, or says why not.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked for.
const PULSE: Duration = Duration::from_millis(30);
/// Words that are longer past are shown no more, in milliseconds.
const PAST: u64 = 10_000;
/// Who had the floor is shown when it is not longer past, in milliseconds.
const RECENT: u64 = 4_000;
/// What `risalah record` says is kept here, beside the recording.
const LOG: &str = "rekam.log";

/// How loud a microphone was in the last moment.
#[derive(Clone, Serialize, ToSchema)]
pub struct Meter {
    /// The microphone.
    pub channel: u16,
    /// Who sits there now.
    pub name: Option<String>,
    /// The greatest magnitude; 1 is full scale.
    pub peak: f32,
    /// The root of the mean square.
    pub rms: f32,
    /// Whether samples stood at the limit.
    pub clipped: bool,
}

/// What was entered.
#[derive(Clone, Serialize, ToSchema)]
pub struct Event {
    /// The number of its line in the ledger, by which it is corrected.
    pub line: u64,
    /// When, in milliseconds of the recording.
    pub at: u64,
    /// The same as `hh:mm:ss`.
    pub time: String,
    /// What, by its word in `rapat.toml`; `duduk` for somebody who sits down at a microphone, `dengar`
    /// for a passage that is to be listened to again.
    pub kind: String,
    /// The words, number or name that belongs to it.
    pub detail: Option<String>,
    /// The same as it is entered.
    pub word: String,
}

/// What is being said, as far as it was recognised: the final words may be others.
#[derive(Clone, Serialize, ToSchema)]
pub struct Said {
    /// When it began, `hh:mm:ss`.
    pub time: String,
    /// Who sits there, or the microphone.
    pub speaker: String,
    /// The words by now.
    pub text: String,
}

/// A recording at a moment.
#[derive(Clone, Serialize, ToSchema)]
pub struct Running {
    /// Whether a recorder is at work.
    pub running: bool,
    /// `waiting`, `recording` or `device_lost`.
    pub state: Option<&'static str>,
    /// How long it is, `hh:mm:ss`.
    pub elapsed: Option<String>,
    /// How long it is, in samples at 16 kHz.
    pub position: u64,
    /// Minutes that the disk still takes.
    pub disk_minutes: Option<u64>,
    /// Seconds of each microphone that were lost.
    pub lost_seconds: f64,
    /// `none`, `following` or `failed`.
    pub mirror: Option<&'static str>,
    /// One for each microphone.
    pub meters: Vec<Meter>,
    /// Whether the meeting is closed at the moment: what is recorded is sealed.
    pub closed: bool,
    /// What a person must see to, the worst first.
    pub troubles: Vec<Told>,
    /// What was entered, in order.
    pub events: Vec<Event>,
    /// The ledger's last line, in words.
    pub last: Option<String>,
    /// How many seconds the recogniser is behind; none where none is at work.
    pub behind: Option<u64>,
    /// The microphones that have the floor, where the recogniser keeps pace.
    pub floor: Vec<u16>,
    /// What is being said.
    pub preview: Option<Said>,
}

/// How the recording of a meeting is.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/recording",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 200, body = Running), (status = 404, body = Refusal))
)]
pub async fn status(
    Shared(app): Shared<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Json<Running>, Refused> {
    app.work(move |app| running(app, &id, &app.folder(&id)?, language)).await.map(Json)
}

/// A recording in words and numbers.
pub fn running(app: &App, id: &str, folder: &Path, language: Language) -> Result<Running, Refused> {
    let status = recorder_status(app, id, folder);
    let now = status.as_ref().map_or_else(|| folder_of(folder), |status| status.folder.clone());
    let events = match Growth::open(&now)? {
        None => Vec::new(),
        Some(growth) => {
            let clock = growth.clock();
            growth
                .ledger()
                .standing()
                .filter_map(|(line, at, entered)| event(line, clock.millis(at), entered))
                .collect()
        }
    };
    let Some(status) = status else {
        return Ok(Running {
            running: false,
            state: None,
            elapsed: None,
            position: 0,
            disk_minutes: None,
            lost_seconds: 0.0,
            mirror: None,
            meters: Vec::new(),
            closed: false,
            troubles: Vec::new(),
            events,
            last: None,
            behind: None,
            floor: Vec::new(),
            preview: None,
        });
    };
    // With a mistake in its description a meeting is recorded all the same.
    let meeting = describe_entered(folder, &now).unwrap_or_else(|_| Meeting::bare());
    let mut told = told(&status, &meeting, events, language);
    let clock = status.format.clock();
    if progress_file::is_held(folder) {
        let progress = progress_file::read(folder);
        let behind = clock.millis(status.position).saturating_sub(progress.millis);
        told.behind = Some(behind / 1000);
        if behind < RECENT {
            told.floor = progress.floor.iter().map(|channel| channel.number()).collect();
        }
        told.preview = preview_file::read(folder).and_then(|preview| said(&status, &meeting, &preview, language));
    }
    Ok(told)
}

/// What is being said at this moment, and not long past.
fn said(status: &Status, meeting: &Meeting, preview: &Preview, language: Language) -> Option<Said> {
    let clock = status.format.clock();
    let past = clock.millis(status.position.saturating_sub(preview.span.end));
    let millis = clock.millis(preview.span.start);
    let speaker = ledger_words::who(language, meeting, preview.channel, millis);
    (past < PAST).then(|| Said { time: clock.hms(preview.span.start), speaker, text: preview.text.clone() })
}

fn told(status: &Status, meeting: &Meeting, events: Vec<Event>, language: Language) -> Running {
    let clock = status.format.clock();
    let millis = clock.millis(status.position);
    // The recorder has in memory what it sealed; who looks at the page has not opened it.
    let last = status.last.as_ref();
    let last = last.map(|fact| if status.closed_from.is_some() { fact.without_text() } else { fact.clone() });
    let meters = status.meters.iter().enumerate().filter_map(|(index, meter)| {
        let channel = Channel::new(u16::try_from(index).ok()?.checked_add(1)?)?;
        let name = match meeting.speaker(channel, millis) {
            Some(person) => Some(person.name.clone()),
            None if meeting.seat(channel).is_some_and(|seat| seat.lectern) => Some(Words(language).t("screen.lectern")),
            None => None,
        };
        Some(Meter { channel: channel.number(), name, peak: meter.peak, rms: meter.rms, clipped: meter.clipped })
    });
    Running {
        running: true,
        state: Some(match status.state {
            State::Waiting => "waiting",
            State::Recording => "recording",
            State::DeviceLost => "device_lost",
        }),
        elapsed: Some(clock.hms(status.position)),
        position: clock.convert(status.position, crate::floor::CLOCK),
        disk_minutes: Some(status.disk_seconds / 60),
        lost_seconds: clock.millis(status.lost) as f64 / 1000.0,
        mirror: Some(match status.mirror {
            Mirror::None => "none",
            Mirror::Following => "following",
            Mirror::Failed(_) => "failed",
        }),
        meters: meters.collect(),
        closed: status.closed_from.is_some(),
        troubles: status.troubles().iter().map(|trouble| Told::of(trouble, language)).collect(),
        events,
        last: last.as_ref().map(|fact| ledger_words::fact(language, meeting, clock, fact)),
        behind: None,
        floor: Vec::new(),
        preview: None,
    }
}

fn event(line: u64, at: u64, entered: &Entered) -> Option<Event> {
    let clock = crate::floor::CLOCK;
    let (kind, detail) = match entered {
        Entered::Event(kind) => (kind.key().to_owned(), detail(kind)),
        Entered::Seated { channel, person } => {
            let who = person.clone().unwrap_or_else(|| "–".to_owned());
            ("duduk".to_owned(), Some(format!("{}: {who}", channel.number())))
        }
        Entered::ListenAgain => ("dengar".to_owned(), None),
        Entered::Microphone { .. } | Entered::Alarm(_) => return None,
    };
    let word = event_words::word(entered)?;
    Some(Event { line, at, time: clock.hms(clock.at_millis(at)), kind, detail, word })
}

fn detail(kind: &EventKind) -> Option<String> {
    match kind {
        EventKind::Opened
        | EventKind::Suspended
        | EventKind::Resumed
        | EventKind::Closed
        | EventKind::Private
        | EventKind::Public => None,
        EventKind::Gavel(strokes) => Some(format!("{strokes}×")),
        EventKind::Agreed(decision) => decision.clone(),
        EventKind::Interjection(channel) => Some(channel.number().to_string()),
        EventKind::Item(item) => Some(item.to_string()),
        EventKind::Song(text) | EventKind::Note(text) => Some(text.clone()),
    }
}

/// Begins to record a meeting, or goes on with a recording that nobody closed. The recording and
/// its recognition are processes of their own; they go on when this server ends.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/recording",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 201, body = Running), (status = 409, body = Refusal))
)]
pub async fn start(
    Shared(app): Shared<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<(StatusCode, Json<Running>), Refused> {
    let name = id.clone();
    app.change(id, move |app, folder| {
        begin(app, folder, language)?;
        Ok((StatusCode::CREATED, Json(running(app, &name, folder, language)?)))
    })
    .await
}

fn begin(app: &App, folder: &Path, language: Language) -> Result<(), Refused> {
    let recording = folder_of(folder);
    if Client::reach(&recording).is_ok() {
        return Err(Refused::conflict(Message::new("record.running").with("path", recording.display())));
    }
    if Growth::open(&recording)?.is_some_and(|growth| growth.is_closed()) {
        return Err(Refused::conflict(Message::new("page.error.recorded")));
    }
    checks::give_way();
    let path = folder.join(LOG);
    let failed = |source| folder::Error::Write { path: path.clone(), source };
    let mut log = OpenOptions::new().create(true).read(true).append(true).open(&path).map_err(failed)?;
    let before = log.metadata().map_or(0, |log| log.len());
    let mut process = Command::new(&app.program);
    process.arg("record").arg("-o").arg(folder).arg("--quiet").env("RISALAH_LANG", Words(language).code());
    if let Some(source) = &app.source {
        process.arg("--source").arg(source);
    }
    // It stands in the audit trail in the name of who asked.
    process.env(BEGUN_BY_PAGE, "1");
    // A group of its own: what is typed where the server was started is not meant for it.
    process.process_group(0).stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = process.stderr(log.try_clone().map_err(failed)?).spawn().map_err(failed)?;
    let begun = Instant::now();
    let ended = loop {
        if Client::reach(&recording).is_ok() {
            break false;
        }
        if matches!(child.try_wait(), Ok(Some(_))) || begun.elapsed() > PATIENCE {
            break true;
        }
        thread::sleep(PULSE);
    };
    if ended {
        let mut said = String::new();
        let read = log.seek(SeekFrom::Start(before)).and_then(|_| log.take(1 << 14).read_to_string(&mut said));
        let said = if read.is_ok() { said.trim().to_owned() } else { String::new() };
        let said = if said.is_empty() { path.display().to_string() } else { said };
        return Err(Refused::conflict(Message::new("page.error.not_begun").with("detail", said)));
    }
    // It is waited for, so that nothing is left of it when it ends.
    thread::spawn(move || child.wait());
    Ok(())
}

/// Closes the recording of a meeting.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/recording/stop",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 204, description = "It closes"), (status = 409, body = Refusal))
)]
pub async fn stop(Shared(app): Shared<Arc<App>>, Name(id): Name<String>) -> Result<StatusCode, Refused> {
    app.change(id, move |_, folder| {
        tell(folder, Client::stop)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// What the operator enters.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enter {
    /// As behind `risalah record --event`: `buka`, `palu:3`, `interupsi:4`, `duduk:9:surya`,
    /// `catatan:…`, or `batal` to take back what was entered last.
    pub event: String,
    /// How many milliseconds ago it was.
    #[serde(default)]
    pub ago_ms: u64,
}

/// What was entered or taken back.
#[derive(Serialize, ToSchema)]
pub struct Done {
    /// Where it stands, `hh:mm:ss`.
    pub time: String,
    /// Whether something was taken back.
    pub withdrawn: bool,
}

/// Enters an event into a recording that runs, or takes the last one back.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/recording/events",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Enter,
    responses((status = 200, body = Done), (status = 409, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn enter(
    Shared(app): Shared<Arc<App>>,
    Name(id): Name<String>,
    Body(body): Body<Enter>,
) -> Result<Json<Done>, Refused> {
    app.change(id, move |_, folder| {
        let order = event_words::parse(&body.event).ok_or_else(|| unknown(&body.event))?;
        let mut client = Client::reach(&folder_of(folder))?;
        let status = client.status()?;
        let clock = status.format.clock();
        let (at, withdrawn) = match order {
            Request::List => return Err(unknown(&body.event)),
            Request::Withdraw => (client.withdraw()?.0, true),
            Request::Enter(entered) => {
                let meeting = describe_entered(folder, &status.folder)?;
                may_enter(&meeting, &entered, status.format.channels)?;
                (client.enter_for(entered, body.ago_ms, &meeting.holders)?, false)
            }
        };
        Ok(Json(Done { time: clock.hms(at), withdrawn }))
    })
    .await
}

fn unknown(word: &str) -> Refused {
    let message = Message::new("record.event").with("what", word);
    Refused::unfit(message.with("events", event_words::forms().join(", ")))
}

/// How something that was entered should stand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correct {
    /// As behind `risalah record --event`.
    pub event: String,
    /// When it was, in milliseconds of the recording.
    pub at: u64,
}

/// Corrects what was entered: a later line takes it back, and another says it as it was. Nothing is
/// rewritten.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/recording/events/{line}",
    params(("id" = String, Path, description = "The meeting's name"), ("line" = u64, Path, description = "The event's line")),
    request_body = Correct,
    responses((status = 200, body = Done), (status = 404, body = Refusal), (status = 409, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn correct(
    Shared(app): Shared<Arc<App>>,
    Name((id, line)): Name<(String, u64)>,
    Body(body): Body<Correct>,
) -> Result<Json<Done>, Refused> {
    app.change(id, move |_, folder| {
        let Some(Request::Enter(entered)) = event_words::parse(&body.event) else { return Err(unknown(&body.event)) };
        let mut client = Client::reach(&folder_of(folder))?;
        let status = client.status()?;
        let clock = status.format.clock();
        let now = clock.millis(status.received);
        if body.at > now {
            return Err(Refused::unfit(Message::new("page.error.later")));
        }
        let meeting =
            describe_without(folder, &status.folder, line)?.ok_or(Error::Refused(recorder::Refusal::Nothing))?;
        // What was recorded closed stays so: neither its beginning nor its end moves.
        if entered.turns_sealed().is_some() || turns_sealed(&status.folder, line)? {
            return Err(Error::Refused(recorder::Refusal::Turned).into());
        }
        may_enter(&meeting, &entered, status.format.channels)?;
        let at = client.enter(entered, now.saturating_sub(body.at))?;
        client.withdraw_line(line)?;
        Ok(Json(Done { time: clock.hms(at), withdrawn: false }))
    })
    .await
}

/// Whether the entry in this line closed the meeting, or opened it again.
fn turns_sealed(recording: &Path, line: u64) -> Result<bool, Refused> {
    let growth = Growth::open(recording)?;
    let entered = growth.as_ref().and_then(|growth| growth.ledger().entered_in(line));
    Ok(entered.is_some_and(|(_, entered)| entered.turns_sealed().is_some()))
}

/// Takes back what was entered in this line of the ledger.
#[utoipa::path(
    delete,
    path = "/api/v1/meetings/{id}/recording/events/{line}",
    params(("id" = String, Path, description = "The meeting's name"), ("line" = u64, Path, description = "The event's line")),
    responses((status = 200, body = Done), (status = 404, body = Refusal), (status = 409, body = Refusal))
)]
pub async fn withdraw(
    Shared(app): Shared<Arc<App>>,
    Name((id, line)): Name<(String, u64)>,
) -> Result<Json<Done>, Refused> {
    app.change(id, move |_, folder| {
        let mut client = Client::reach(&folder_of(folder))?;
        let clock = client.status()?.format.clock();
        let (at, _) = client.withdraw_line(line)?;
        Ok(Json(Done { time: clock.hms(at), withdrawn: true }))
    })
    .await
}
