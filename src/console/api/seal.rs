//! A sealed meeting that is opened on the page, and closed again.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::Refusal;
use super::{Body, Name};
use crate::audit::Action;
use crate::common::message::Message;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::entering::AuditEvent;
use crate::console::refused::Refused;
use crate::console::visitor::Visitor;
use crate::recording::{Growth, folder_of, open_stretches, sealed_stretches_of, stretches_of};
use crate::seal::{Identity, Opening, SecretString, note_opening};

/// Letters of the longest reason.
const LONGEST: usize = 400;
/// Digits of the longest key file; one that this program wrote has some 800.
const LONGEST_FILE: usize = 16 << 10;
/// What is entered with an opening: the command.
const COMMAND: &str = "serve";

/// A part of a meeting that was closed while it was recorded.
#[derive(Serialize, ToSchema)]
pub struct SealedPart {
    /// Its number, from 1.
    pub number: u64,
    /// When it begins, `hh:mm:ss` of the recording.
    pub from: String,
    /// When it ends; none where it goes to the end.
    pub until: Option<String>,
    /// Whether it was opened for good by a decision.
    pub released: bool,
}

/// How a meeting is sealed, and whether it is open to this session.
#[derive(Serialize, ToSchema)]
pub struct SealStanding {
    /// Whether something of it needs a key.
    pub sealed: bool,
    /// Whether all of it does.
    pub whole: bool,
    /// The parts that were closed, of a meeting that was begun in the open.
    pub parts: Vec<SealedPart>,
    /// Whether it is open to this session.
    pub open: bool,
    /// Whose identity opened it.
    pub by: Option<String>,
    /// How many minutes it stays open without a request.
    pub minutes: Option<u64>,
}

/// How a meeting is sealed.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/seal",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 200, body = SealStanding), (status = 404, body = Refusal))
)]
pub async fn get(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    Name(id): Name<String>,
) -> Result<Json<SealStanding>, Refused> {
    app.work(move |app| standing(app, &visitor, &id)).await.map(Json)
}

/// What a sealed meeting is opened with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenSeal {
    /// The key file of a holder, as hexadecimal digits. It is kept nowhere.
    pub identity: String,
    /// Its passphrase.
    pub passphrase: String,
    /// What for.
    pub reason: String,
}

/// Opens a sealed meeting to this session: from then on its words and its sound are answered with,
/// until it is closed again, the session ends, or nobody has asked for it for half an hour. Who opens
/// it and why is kept in the meeting's folder and in the audit trail before anything is read.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/seal",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = OpenSeal,
    responses((status = 200, body = SealStanding), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn open(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    Extension(actor): Extension<Arc<Actor>>,
    Name(id): Name<String>,
    Body(body): Body<OpenSeal>,
) -> Result<Json<SealStanding>, Refused> {
    let name = id.clone();
    app.change(id, move |app, folder| {
        let reason: String = body.reason.trim().chars().take(LONGEST).collect();
        if reason.is_empty() {
            return Err(Refused::unfit(Message::new("page.error.no_reason")));
        }
        let sealed = stretches_of(folder)?;
        if sealed.is_empty() {
            return Err(Refused::unfit(Message::new("seal.nothing_sealed").with("path", &name)));
        }
        let not_identity = || Refused::unfit(Message::new("page.error.not_identity"));
        let file = unhex(&body.identity).ok_or_else(not_identity)?;
        let identity = Identity::sent(&file, &SecretString::from(body.passphrase))?;
        let keys = open_stretches(folder, &sealed, &identity)?;
        let detail = format!("{COMMAND}: {reason} ({})", identity.name());
        app.entering.enter(&AuditEvent::of(&actor, Action::Unsealed, Some(&name), Some(&detail)))?;
        note_opening(
            folder,
            Opening {
                at: Timestamp::now(),
                by: identity.name().to_owned(),
                key: identity.recipient(),
                reason,
                what: COMMAND.to_owned(),
                released: None,
                before: String::new(),
            },
        )?;
        app.opened.open(&visitor, &name, keys, identity.name().to_owned(), Instant::now());
        standing(app, &visitor, &name)
    })
    .await
    .map(Json)
}

/// Closes a meeting to this session again.
#[utoipa::path(
    delete,
    path = "/api/v1/meetings/{id}/seal",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 204, description = "It is closed"), (status = 404, body = Refusal))
)]
pub async fn close(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    Name(id): Name<String>,
) -> Result<StatusCode, Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        app.opened.close(&visitor, &id);
        app.records.forget(&folder);
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

fn standing(app: &App, visitor: &Visitor, id: &str) -> Result<SealStanding, Refused> {
    let folder = app.folder(id)?;
    let all = stretches_of(&folder)?;
    let sealed = sealed_stretches_of(&folder)?;
    let clock = Growth::open(&folder_of(&folder))?.map(|growth| growth.clock());
    let parts = all.iter().filter(|part| !part.whole).zip(clock.into_iter().cycle());
    let parts = parts.map(|(part, clock)| SealedPart {
        number: part.number,
        from: clock.hms(part.from),
        until: part.until.map(|until| clock.hms(until)),
        released: sealed.iter().all(|one| one.number != part.number),
    });
    let standing = app.opened.standing(visitor, id, Instant::now());
    Ok(SealStanding {
        sealed: !sealed.is_empty(),
        whole: sealed.iter().any(|part| part.whole),
        parts: parts.collect(),
        open: standing.is_some(),
        minutes: standing.as_ref().map(|standing| standing.left.as_secs().div_ceil(60)),
        by: standing.map(|standing| standing.by),
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST_FILE || !text.is_ascii() || text.len() % 2 == 1 {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
