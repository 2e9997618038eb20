//! What the secretariat has worked on in a period.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::values::{Refusal, Told};
use super::{Name, Query};
use crate::common::date::typed_date;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::meeting_folder::folders;
use crate::workload::{self, Period, Workload, measure, tables};

/// From which day until which, both included.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WantedPeriod {
    /// The first day.
    #[serde(default)]
    pub from: Option<String>,
    /// The last day.
    #[serde(default)]
    pub until: Option<String>,
}

impl WantedPeriod {
    fn measure(&self, app: &App) -> Result<Workload, Refused> {
        let day = |text: &Option<String>| {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
            let wrong = |day: &str| Refused::unfit(Message::new("search.not_a_date").with("value", day));
            text.map(|day| typed_date(day).ok_or_else(|| wrong(day))).transpose()
        };
        let period = Period { from: day(&self.from)?, until: day(&self.until)? };
        if period.is_empty() {
            return Err(Refused::unfit(Message::new("workload.period")));
        }
        Ok(measure(&folders(&app.root), period))
    }
}

/// A table of texts.
#[derive(Serialize, ToSchema)]
pub struct ReportTable {
    /// What it is of.
    pub title: String,
    /// Its columns.
    pub head: Vec<String>,
    /// How many of the first columns hold words; the others hold numbers.
    pub words: usize,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row sums up the others.
    pub has_total: bool,
}

/// What was worked on.
#[derive(Serialize, ToSchema)]
pub struct Report {
    /// How many meetings.
    pub meetings: usize,
    /// By kind, by person and by meeting.
    pub tables: Vec<ReportTable>,
    /// What was left out, and why.
    pub notes: Vec<Told>,
}

/// What the secretariat has worked on: meetings, hours, words, the time until the provisional and
/// the official record, corrections, and how much was listened to.
#[utoipa::path(
    get,
    path = "/api/v1/report",
    params(WantedPeriod),
    responses((status = 200, body = Report), (status = 422, body = Refusal))
)]
pub async fn report(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Json<Report>, Refused> {
    app.work(move |app| {
        let workload = wanted.measure(app)?;
        let counted = |key: &str, count: usize| (count > 0).then(|| Message::new(key).with("count", count));
        let unread = workload.unreadable.iter().map(|(meeting, why)| {
            Message::new("search.not_read").with("meeting", meeting).with("why", why.what(language))
        });
        let notes = [counted("workload.undated", workload.undated), counted("workload.sealed", workload.sealed)];
        Ok(Json(Report {
            meetings: workload.meetings.len(),
            tables: tables(&workload, language).into_iter().map(ReportTable::of).collect(),
            notes: notes.into_iter().flatten().chain(unread).map(|note| Told::of(&note, language)).collect(),
        }))
    })
    .await
}

impl ReportTable {
    fn of(table: workload::Table) -> Self {
        let workload::Table { title, head, words, rows, has_total } = table;
        Self { title, head, words, rows, has_total }
    }
}

/// The same as a file: `csv` for spreadsheets, `json` with every figure, `pdf` for paper.
#[utoipa::path(
    get,
    path = "/api/v1/report/{format}",
    params(("format" = String, Path, description = "`csv`, `json` or `pdf`"), WantedPeriod),
    responses((status = 200, description = "The file"), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn file(
    State(app): State<Arc<App>>,
    Name(format): Name<String>,
    Query(wanted): Query<WantedPeriod>,
) -> Result<Response, Refused> {
    app.work(move |app| {
        let failed =
            |error: &dyn std::fmt::Display| Refused::failed(Message::new("workload.table").with("detail", error));
        let workload = wanted.measure(app)?;
        let (kind, content) = match format.as_str() {
            "csv" => ("text/csv; charset=utf-8", workload::csv(&workload).map_err(|error| failed(&error))?),
            "json" => ("application/json", serde_json::to_vec(&workload).map_err(|error| failed(&error))?),
            #[cfg(feature = "pdf")]
            "pdf" => ("application/pdf", pdf(app, &workload)?),
            _ => return Err(Refused::not_found(Message::new("page.error.format").with("format", &format))),
        };
        let disposition = format!("attachment; filename=\"laporan-kerja.{format}\"");
        Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], content).into_response())
    })
    .await
}

#[cfg(feature = "pdf")]
fn pdf(app: &App, workload: &Workload) -> Result<Vec<u8>, Refused> {
    use crate::document::risalah::Templates;
    use crate::meeting::Meeting;

    let file = Meeting::institution_of(&app.root);
    let institution = file.map(|path| Meeting::read_institution(&path)).transpose()?.unwrap_or_default();
    Ok(workload::pdf(workload, &institution, &Templates::built_in(), jiff::Timestamp::now())?)
}
