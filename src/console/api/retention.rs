//! What is due by the retention schedule, and what is decided of it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use axum::extract::State;
use axum::{Extension, Json};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::values::{Refusal, Told};
use super::{Body, Name, Query};
use crate::common::date::typed_date;
use crate::common::language::Language;
use crate::common::message::{Explain, Message};
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::console::visitor::named;
use crate::meeting::FileKind;
use crate::meeting_folder::{describe_unentered, now};
use crate::retention::{self, Decided, Error, Item, Plan, Wish, decide, due};

/// On which day.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// A day; today, where none is given.
    #[serde(default)]
    pub on: Option<String>,
}

/// Files of a meeting whose term is over.
#[derive(Serialize, ToSchema)]
pub struct DueFiles {
    /// The meeting's name.
    pub meeting: String,
    /// What the meeting is called.
    pub name: String,
    /// Its day.
    pub date: Option<String>,
    /// Which files: `rekaman`, `naskah` or `risalah`.
    pub file: &'static str,
    /// How many.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Since when they are due.
    pub due: String,
    /// By which rule, as `lembaga.toml` has it.
    pub rule: String,
    /// What becomes of them by it: `musnah`, `permanen` or `dinilai`.
    pub fate: &'static str,
    /// Whether they may be destroyed.
    pub may_be_destroyed: bool,
}

impl DueFiles {
    fn of(item: &Item) -> Self {
        Self {
            meeting: item.meeting.clone(),
            name: item.name.clone(),
            date: item.date.map(|date| date.to_string()),
            file: item.file.key(),
            files: item.files,
            bytes: item.bytes,
            due: item.due.to_string(),
            rule: item.rule.to_string(),
            fate: item.rule.fate.key(),
            may_be_destroyed: item.may_be_destroyed(),
        }
    }
}

/// What is due.
#[derive(Serialize, ToSchema)]
pub struct DueList {
    /// On which day.
    pub on: String,
    /// Longest due first.
    pub items: Vec<DueFiles>,
    /// Meetings that were looked at.
    pub meetings: usize,
    /// Meetings for whose files there is no rule at all.
    pub ruleless: usize,
    /// Meetings that cannot be read, and why.
    pub notes: Vec<Told>,
}

/// What is due by the retention schedule. Nothing is deleted by itself.
#[utoipa::path(
    get,
    path = "/api/v1/retention",
    params(Wanted),
    responses((status = 200, body = DueList), (status = 422, body = Refusal))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<DueList>, Refused> {
    let on = day(wanted.on.as_deref())?;
    app.work(move |app| {
        let on = on.unwrap_or_else(|| jiff::Zoned::now().date());
        let found = due(&app.root, on)?;
        let note = |(meeting, why): &(String, Message)| {
            Message::new("retention.not_read").with("meeting", meeting).with("why", why.what(language))
        };
        Ok(Json(DueList {
            on: on.to_string(),
            items: found.items.iter().map(DueFiles::of).collect(),
            meetings: found.meetings,
            ruleless: found.ruleless,
            notes: found.unreadable.iter().map(|one| Told::of(&note(one), language)).collect(),
        }))
    })
    .await
}

fn day(text: Option<&str>) -> Result<Option<Date>, Refused> {
    let wrong = |day: &str| Refused::unfit(Message::new("search.not_a_date").with("value", day));
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    text.map(|day| typed_date(day).ok_or_else(|| wrong(day))).transpose()
}

/// What is decided.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The files stay.
    Keep,
    /// They were handed over to an archival institution.
    Transfer,
    /// They are destroyed now.
    Destroy,
}

/// A decision of the files of a meeting that are due.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choose {
    /// Which files: `rekaman`, `naskah` or `risalah`.
    pub file: String,
    /// What is decided.
    pub decision: Choice,
    /// Until which day they are kept; for good, where none is given.
    #[serde(default)]
    pub until: Option<String>,
    /// Why.
    pub reason: String,
    /// By whom, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
}

/// A decision that was kept.
#[derive(Serialize, ToSchema)]
pub struct Chosen {
    /// `keep`, `transfer` or `destroy`.
    pub decision: &'static str,
    /// How many files were destroyed.
    pub destroyed: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Decides what becomes of files. What is not due is never destroyed through this address.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/retention",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Choose,
    responses((status = 200, body = Chosen), (status = 409, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn choose(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name(id): Name<String>,
    Body(body): Body<Choose>,
) -> Result<Json<Chosen>, Refused> {
    let unknown = || Refused::unfit(Message::new("page.error.file_kind").with("file", &body.file));
    let file = FileKind::ALL.into_iter().find(|kind| kind.key() == body.file).ok_or_else(unknown)?;
    let until = day(body.until.as_deref())?;
    let by = named(&actor, body.by.as_deref())?;
    app.change(id, move |_, folder| {
        let now = now(&describe_unentered(folder)?);
        let wish = Wish { file, by, reason: body.reason };
        let made = match body.decision {
            Choice::Keep => decide(folder, &wish, until, false, &now).map(|decision| (decision, 0)),
            Choice::Transfer => decide(folder, &wish, None, true, &now).map(|decision| (decision, 0)),
            Choice::Destroy => destroy(folder, wish, &now),
        };
        let (decision, bytes) = made.map_err(refused)?;
        let destroyed = match &decision.decided {
            Decided::Destroy { files, .. } => files.len(),
            Decided::Keep { .. } | Decided::Transfer => 0,
        };
        Ok(Json(Chosen { decision: decision.decided.key(), destroyed, bytes }))
    })
    .await
}

/// Whoever asked through the page was asked there.
fn destroy(folder: &std::path::Path, wish: Wish, now: &jiff::Zoned) -> Result<(retention::Decision, u64), Error> {
    let never = AtomicBool::new(false);
    let destroyed = Plan::new(folder, wish, false, now)?.destroy(now, &never, &mut |_| {})?;
    Ok((destroyed.decision, destroyed.bytes))
}

fn refused(error: Error) -> Refused {
    if error.is_refusal() { Refused::conflict(error.message()) } else { error.into() }
}
