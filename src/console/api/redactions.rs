//! What is taken out of the published copy: marked, taken back, and proposed. The record and its
//! turns stay as they are.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{Refusal, Told};
use super::{Body, Name};
use crate::common::clock::{Channel, Span, moment};
use crate::common::language::Language;
use crate::common::message::Message;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::console::visitor::named;
use crate::floor::CLOCK;
use crate::meeting_folder::{describe, now};
use crate::publication::redaction::{self, Error, Proposal, Reason, Redaction, Wish};
use crate::transcript::store::Store;

/// A passage that is to be taken out of the published copy.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Redact {
    /// Who decides, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// The microphone whose words are meant; all where none is named. The sound is silent on every
    /// one.
    #[serde(default)]
    pub channel: Option<u16>,
    /// The first sample, at 16 kHz.
    pub from: u64,
    /// The sample after the last.
    pub until: u64,
    /// Why, printed in place of the words: `nik`, `telepon`, `surel`, `alamat`, `rekening`,
    /// `kesehatan`, `anak`, `nama`, or words.
    pub reason: String,
}

/// That a redaction is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// Who takes it back, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// Why, if there is something to say.
    #[serde(default)]
    pub why: Option<String>,
}

/// What is taken out of the published copy.
#[derive(Serialize, ToSchema)]
pub struct Redacted {
    /// Its number.
    pub id: u64,
    /// The microphone whose words are meant; all where none is named.
    pub channel: Option<u16>,
    /// The first sample, at 16 kHz.
    pub from: u64,
    /// The sample after the last.
    pub until: u64,
    /// When it begins, `hh:mm:ss`.
    pub time: String,
    /// Why, by its word.
    pub reason: String,
    /// Why, as it is printed.
    pub printed: String,
    /// Who decided it.
    pub by: String,
    /// When.
    pub at: String,
    /// The words that stood there.
    pub words: String,
}

/// What looks like personal data.
#[derive(Serialize, ToSchema)]
pub struct Proposed {
    /// The microphone.
    pub channel: u16,
    /// The first sample, at 16 kHz.
    pub from: u64,
    /// The sample after the last.
    pub until: u64,
    /// When it begins, `hh:mm:ss`.
    pub time: String,
    /// What it looks like, by its word.
    pub reason: String,
    /// What it looks like, as it would be printed.
    pub printed: String,
    /// The words.
    pub words: String,
    /// The same with what stands around them.
    pub sentence: String,
}

/// All of it.
#[derive(Serialize, ToSchema)]
pub struct Redactions {
    /// What counts, in the order of time.
    pub redactions: Vec<Redacted>,
    /// What a person should look at; nothing is redacted by itself.
    pub proposals: Vec<Proposed>,
    /// Places that say again what is taken out.
    pub warnings: Vec<Told>,
}

/// What is taken out of the published copy, and what looks like personal data.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/redactions",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 200, body = Redactions), (status = 404, body = Refusal))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Json<Redactions>, Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        all(&Store::open_to_read(&folder)?, &folder, language)
    })
    .await
    .map(Json)
}

/// Takes a passage out of the published copy. The record stays as it is.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/redactions",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Redact,
    responses((status = 200, body = Redactions), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn add(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
    Body(body): Body<Redact>,
) -> Result<Json<Redactions>, Refused> {
    app.change(id, move |_, folder| {
        let none = |number: u16| Refused::unfit(Message::new("page.error.channel").with("number", number));
        let channel = body.channel.map(|number| Channel::new(number).ok_or_else(|| none(number))).transpose()?;
        let mut store = Store::open(folder)?;
        let clock = store.load()?.recording.clock;
        let wish = Wish {
            span: CLOCK.convert_span(Span::new(body.from, body.until), clock),
            channel,
            words: None,
            reason: body.reason.parse::<Reason>().map_err(|_| Error::NoReason)?,
            by: named(&actor, body.by.as_deref())?,
        };
        redaction::add(&mut store, &wish, &now(&describe(folder)?))?;
        all(&store, folder, language)
    })
    .await
    .map(Json)
}

/// Takes a redaction back: the next published copy has the words and the sound again.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/redactions/{number}/withdraw",
    params(("id" = String, Path, description = "The meeting's name"), ("number" = u64, Path, description = "The redaction's number")),
    request_body = Withdraw,
    responses((status = 200, body = Redactions), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn withdraw(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Extension(language): Extension<Language>,
    Name((id, number)): Name<(String, u64)>,
    Body(body): Body<Withdraw>,
) -> Result<Json<Redactions>, Refused> {
    app.change(id, move |_, folder| {
        let (by, store) = (named(&actor, body.by.as_deref())?, Store::open(folder)?);
        redaction::withdraw(&store, number, &by, body.why.as_deref(), &now(&describe(folder)?))?;
        all(&store, folder, language)
    })
    .await
    .map(Json)
}

fn all(store: &Store, folder: &Path, language: Language) -> Result<Redactions, Refused> {
    let meeting = describe(folder)?;
    let (raw, current, redactions) = (store.load()?, store.current()?, store.redactions()?);
    let clock = current.recording.clock;
    let hiding = redaction::hide(&current, &raw, &redactions, &[]);
    let mut warnings = hiding.warnings;
    warnings.extend(redaction::repeated(&meeting, &hiding.transcript, &hiding.texts));
    let redacted = |one: &Redaction| Redacted {
        id: one.id,
        channel: one.channel.map(Channel::number),
        from: clock.convert(one.from, CLOCK),
        until: clock.convert(one.until, CLOCK),
        time: clock.hms(one.from),
        reason: one.reason.key().to_owned(),
        printed: one.reason.to_string(),
        by: one.by.clone(),
        at: moment(&one.when),
        words: one.hidden.iter().map(|hidden| hidden.words.as_str()).collect::<Vec<_>>().join(" / "),
    };
    let proposed = |one: Proposal| Proposed {
        channel: one.channel.number(),
        from: clock.convert(one.from, CLOCK),
        until: clock.convert(one.until, CLOCK),
        time: clock.hms(one.from),
        reason: one.reason.key().to_owned(),
        printed: one.reason.to_string(),
        words: one.words,
        sentence: one.sentence,
    };
    let mut counting: Vec<&Redaction> = redactions.iter().filter(|one| one.counts()).collect();
    counting.sort_by_key(|one| (one.from, one.id));
    Ok(Redactions {
        redactions: counting.into_iter().map(redacted).collect(),
        proposals: redaction::propose(&meeting, &current, &redactions).into_iter().map(proposed).collect(),
        warnings: warnings.iter().map(|message| Told::of(message, language)).collect(),
    })
}
