//! The audit trail, as the auditor reads it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::values::{Refusal, Told};
use super::{Name, Query};
use crate::audit::{self, Action, Filter, Head, Kept, Line};
use crate::common::date::typed_date;
use crate::common::language::Language;
use crate::common::message::{Explain, Message};
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::lifecycle::kept_heads;
use crate::meeting_folder::folders;

/// Entries of an answer for which no number was asked.
const USUAL: usize = 100;
/// Entries of one answer.
const MOST: usize = 1000;

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WantedEntries {
    /// Only by somebody in whose name this stands.
    pub by: Option<String>,
    /// Only of this action.
    pub action: Option<String>,
    /// Only of meetings in whose name this stands.
    pub meeting: Option<String>,
    /// Only of this day or later.
    pub from: Option<String>,
    /// Only of this day or earlier.
    pub until: Option<String>,
    /// Only entries before the one of this number, to page on.
    #[param(format = "uint64")]
    pub before: Option<u64>,
    /// How many; 100 where it is not said, at most 1000.
    pub limit: Option<usize>,
}

impl WantedEntries {
    fn filter(&self) -> Result<Filter, Refused> {
        let unfit = |name: &str| Refused::unfit(Message::new("audit.filter").with("name", name));
        let text =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let day = |value: &Option<String>, name: &str| -> Result<Option<Date>, Refused> {
            text(value).map(|value| typed_date(&value).ok_or_else(|| unfit(name))).transpose()
        };
        let action = text(&self.action).map(|key| Action::by_key(&key).ok_or_else(|| unfit("action"))).transpose()?;
        let filter = Filter { by: text(&self.by), action, meeting: text(&self.meeting), ..Filter::default() };
        Ok(filter.between(day(&self.from, "from")?, day(&self.until, "until")?, &TimeZone::system()))
    }

    fn lines(&self, app: &App) -> Result<Vec<Line>, Refused> {
        let filter = self.filter()?;
        let mut lines = app.entering.trail.read()?;
        lines.retain(|line| filter.takes(&line.entry) && self.before.is_none_or(|before| line.line < before));
        Ok(lines)
    }
}

/// An entry of the audit trail.
#[derive(Serialize, ToSchema)]
pub struct TrailEntry {
    /// Its number, from 1.
    pub line: u64,
    /// When, in UTC.
    pub at: String,
    /// The same in the zone of the computer, in words.
    pub time: String,
    /// Who.
    pub by: String,
    /// How it is known who: `computer`, `account`, `member`, `command_line` or `unknown`.
    pub kind: &'static str,
    /// The same in words.
    pub kind_name: String,
    /// Where the request came from.
    pub address: Option<String>,
    /// What.
    pub action: &'static str,
    /// The same in words.
    pub action_name: String,
    /// The meeting's name.
    pub meeting: Option<String>,
    /// What of it.
    pub detail: Option<String>,
    /// SHA-256 of the entry before.
    pub before: String,
}

impl TrailEntry {
    fn of(line: Line, language: Language, zone: &TimeZone) -> Self {
        let (entry, who) = (&line.entry, &line.entry.who);
        Self {
            line: line.line,
            at: entry.at.to_string(),
            time: entry.at.to_zoned(zone.clone()).strftime("%d-%m-%Y %H.%M.%S").to_string(),
            by: who.by.clone(),
            kind: who.kind.key(),
            kind_name: who.kind.name(language),
            address: who.address.map(|address| address.to_string()),
            action: entry.action.key(),
            action_name: entry.action.name(language),
            meeting: entry.meeting.clone(),
            detail: entry.detail.clone(),
            before: line.before,
        }
    }
}

/// Entries of the audit trail.
#[derive(Serialize, ToSchema)]
pub struct TrailEntries {
    /// The newest first.
    pub entries: Vec<TrailEntry>,
    /// How many there are of this kind, those that `before` leaves out not counted.
    pub total: usize,
    /// What `before` is for the next ones; none where these are the last.
    pub next: Option<u64>,
}

/// Who has opened, heard, changed and signed what.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    params(WantedEntries),
    responses((status = 200, body = TrailEntries), (status = 422, body = Refusal))
)]
pub async fn entries(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Query(wanted): Query<WantedEntries>,
) -> Result<Json<TrailEntries>, Refused> {
    app.work(move |app| {
        let lines = wanted.lines(app)?;
        let (total, limit) = (lines.len(), wanted.limit.unwrap_or(USUAL).clamp(1, MOST));
        let zone = TimeZone::system();
        let chosen = lines.into_iter().rev().take(limit);
        let entries: Vec<TrailEntry> = chosen.map(|line| TrailEntry::of(line, language, &zone)).collect();
        let next = entries.last().map(|entry| entry.line).filter(|_| total > limit);
        Ok(Json(TrailEntries { entries, total, next }))
    })
    .await
}

/// The same as a file: `csv` for spreadsheets, `json` as the trail has it. The oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/audit/export/{format}",
    params(("format" = String, Path, description = "`csv` or `json`"), WantedEntries),
    responses((status = 200, description = "The file"), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn export(
    State(app): State<Arc<App>>,
    Name(format): Name<String>,
    Query(wanted): Query<WantedEntries>,
) -> Result<Response, Refused> {
    app.work(move |app| {
        let lines = wanted.lines(app)?;
        let (kind, content) = match format.as_str() {
            "csv" => ("text/csv; charset=utf-8", audit::csv(&lines)?),
            "json" => ("application/json", audit::json(&lines)?),
            _ => return Err(Refused::not_found(Message::new("page.error.format").with("format", &format))),
        };
        let disposition = format!("attachment; filename=\"jejak-audit.{format}\"");
        Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], content).into_response())
    })
    .await
}

/// Where the audit trail stands.
#[derive(Serialize, ToSchema)]
pub struct TrailHead {
    /// The number of the last entry.
    pub line: u64,
    /// Its SHA-256, as the colophon of official records has it.
    pub sha256: String,
}

/// Whether the audit trail is as it was entered.
#[derive(Serialize, ToSchema)]
pub struct TrailVerdict {
    /// Entries that can be read.
    pub lines: u64,
    /// Where it stands; none without an entry.
    pub head: Option<TrailHead>,
    /// What is not as it was entered; none where all is.
    pub findings: Vec<Told>,
    /// Official records that name another trail: the meetings came from elsewhere, or the trail was
    /// replaced.
    pub strangers: Vec<Told>,
}

/// Compares the audit trail with itself, and with what the official records of all meetings name of
/// it.
#[utoipa::path(get, path = "/api/v1/audit/check", responses((status = 200, body = TrailVerdict)))]
pub async fn check(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
) -> Result<Json<TrailVerdict>, Refused> {
    app.work(move |app| {
        let kept: Vec<Kept> = folders(&app.root).iter().flat_map(|(_, folder)| kept_heads(folder)).collect();
        let verdict = audit::verify(&app.root, &kept)?;
        let stranger =
            |document: &String| Told::of(&Message::new("audit.stranger").with("document", document), language);
        Ok(Json(TrailVerdict {
            lines: verdict.lines,
            head: verdict.head.map(|Head { line, sha256, .. }| TrailHead { line, sha256 }),
            findings: verdict.findings.iter().map(|finding| Told::of(&finding.message(), language)).collect(),
            strangers: verdict.strangers.iter().map(stranger).collect(),
        }))
    })
    .await
}
