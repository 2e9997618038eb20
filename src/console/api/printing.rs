//! Onto paper.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{Refusal, Told};
use super::{Body, Name};
use crate::audit::Action;
use crate::common::language::Language;
use crate::common::message::{Explain, Message};
use crate::common::paper::Paper;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::entering::AuditEvent;
use crate::console::print_jobs::{Job, Standing};
use crate::console::refused::Refused;
use crate::console::words::Words;
use crate::document::printing::{self, Order, Patience, Printer, Spooler, Stage};
use crate::document::risalah::Format;
use crate::meeting_folder::{PrintRequest, Printable, describe};
use crate::transcript::Level;

/// More copies are not made at once.
const COPIES: u32 = 999;

/// A printer of this computer.
#[derive(Serialize, ToSchema)]
pub struct KnownPrinter {
    /// Its short name.
    pub name: String,
    /// What it is and where it stands.
    pub info: String,
    /// Whether it prints when none is named.
    pub default: bool,
    /// What it does, in words.
    pub state: String,
    /// Whether it takes jobs.
    pub accepting: bool,
    /// What keeps it from printing.
    pub troubles: Vec<Told>,
    /// Its papers, of those that records are laid out for.
    pub papers: Vec<String>,
}

/// The printers of this computer.
#[derive(Serialize, ToSchema)]
pub struct Printers {
    /// By name.
    pub printers: Vec<KnownPrinter>,
    /// Why none is listed, where the print service does not answer.
    pub problem: Option<Told>,
}

/// The printers that this computer knows.
#[utoipa::path(get, path = "/api/v1/printers", responses((status = 200, body = Printers)))]
pub async fn list(
    Shared(app): Shared<Arc<App>>,
    Extension(language): Extension<Language>,
) -> Result<Json<Printers>, Refused> {
    app.work(move |_| {
        let spooler = Spooler::from_env(Patience::default());
        let found = spooler.printers().and_then(|printers| Ok((printers, spooler.default_name()?)));
        Ok(Json(match found {
            Ok((printers, default)) => {
                let known = |printer: &Printer| known(printer, default.as_deref(), language);
                Printers { printers: printers.iter().map(known).collect(), problem: None }
            }
            Err(error) => Printers { printers: Vec::new(), problem: Some(Told::of(&error.message(), language)) },
        }))
    })
    .await
}

fn known(printer: &Printer, default: Option<&str>, language: Language) -> KnownPrinter {
    let papers = [Paper::F4, Paper::A4].into_iter().filter(|paper| printer.has(*paper) == Some(true));
    KnownPrinter {
        name: printer.name().to_owned(),
        info: printer.info().to_owned(),
        default: default == Some(printer.name()),
        state: Words(language).t(&format!("print.state.{}", printer.activity())),
        accepting: printer.is_accepting(),
        troubles: printer.troubles().iter().map(|trouble| Told::of(&trouble.message(), language)).collect(),
        papers: papers.map(|paper| paper.name().to_owned()).collect(),
    }
}

/// What is to be printed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Print {
    /// `risalah`, `lapsing` (the short report) or `hadir` (the attendance list).
    pub document: String,
    /// The printer's name, or its address `ipp://…`; the default one where none is named.
    #[serde(default)]
    pub printer: Option<String>,
    /// How many times, 1 to 999.
    #[serde(default)]
    pub copies: Option<u32>,
    /// On both sides of the sheet.
    #[serde(default)]
    pub both_sides: bool,
    /// `F4` or `A4`, where it is not the meeting's own.
    #[serde(default)]
    pub paper: Option<String>,
    /// With every filler and false start (*verbatim penuh*).
    #[serde(default)]
    pub full: bool,
}

/// A job that a printer was given.
#[derive(Serialize, ToSchema)]
pub struct PrintJob {
    /// Its number, to ask about it.
    pub job: u64,
    /// The printer's name.
    pub printer: String,
    /// What a person should know of the document.
    pub notices: Vec<Told>,
}

/// Prints a document: the edition that was signed, where the record is official, else the record as
/// it stands. A printer that is not there, or lacks the paper, is told at once.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/print",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Print,
    responses((status = 202, body = PrintJob), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn print(
    Shared(app): Shared<Arc<App>>,
    Extension(language): Extension<Language>,
    Extension(actor): Extension<Arc<Actor>>,
    Name(id): Name<String>,
    Body(wish): Body<Print>,
) -> Result<(StatusCode, Json<PrintJob>), Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        let unknown = |key: &str, text: &str| Refused::unfit(Message::new(key).with("text", text));
        let format = match wish.document.as_str() {
            "risalah" => Format::Pdf,
            "lapsing" => Format::Brief,
            "hadir" => Format::Register,
            other => return Err(unknown("page.error.printed", other)),
        };
        let paper = match wish.paper.as_deref() {
            None => None,
            Some("F4") => Some(Paper::F4),
            Some("A4") => Some(Paper::A4),
            Some(other) => return Err(unknown("page.error.paper", other)),
        };
        let copies = wish.copies.unwrap_or(1);
        if copies == 0 || copies > COPIES {
            return Err(unknown("page.error.copies", &copies.to_string()));
        }
        let mut meeting = describe(&folder)?;
        let wished = wish.printer.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let printer = printing::find(wished, Patience::default())?;
        let level = if wish.full { Level::Full } else { Level::Clean };
        let request = PrintRequest { format, paper, level };
        let made = Printable::new(&folder, &mut meeting, request, &*app.lay_out)?;
        let order = Order {
            name: format!("risalah {}", meeting.session()),
            paper: made.paper,
            copies,
            both_sides: wish.both_sides,
        };
        printer.check(&order)?;
        let detail = format!("{} -> {}", wish.document, printer.name());
        app.entering.enter(&AuditEvent::of(&actor, Action::Printed, Some(&id), Some(&detail)))?;
        let notices = made.notices.warnings.iter().map(|message| Told::of(message, language)).collect();
        let name = printer.name().to_owned();
        let job = app.print_jobs.start(id, printer, made.content, order, made.name);
        Ok((StatusCode::ACCEPTED, Json(PrintJob { job, printer: name, notices })))
    })
    .await
}

/// Where a job stands.
#[derive(Serialize, ToSchema)]
pub struct PrintJobState {
    /// The printer's name.
    pub printer: String,
    /// `sending`, `waiting`, `printing`, `stopped`, `printed` or `ended`.
    pub stage: String,
    /// The same in words; how it ended, where it has.
    pub told: Told,
    /// Pages that are out.
    pub pages: u32,
    /// What keeps the printer from going on.
    pub troubles: Vec<Told>,
    /// Whether it is over.
    pub over: bool,
}

/// What becomes of a job.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/print/{job}",
    params(("id" = String, Path, description = "The meeting's name"), ("job" = u64, Path, description = "The job's number")),
    responses((status = 200, body = PrintJobState), (status = 404, body = Refusal))
)]
pub async fn job(
    Shared(app): Shared<Arc<App>>,
    Extension(language): Extension<Language>,
    Name((id, number)): Name<(String, u64)>,
) -> Result<Json<PrintJobState>, Refused> {
    let job = find(&app, &id, number)?;
    Ok(Json(state(&job, language)))
}

/// Has the printer give a job up. What is on paper already stays there.
#[utoipa::path(
    delete,
    path = "/api/v1/meetings/{id}/print/{job}",
    params(("id" = String, Path, description = "The meeting's name"), ("job" = u64, Path, description = "The job's number")),
    responses((status = 200, body = PrintJobState), (status = 404, body = Refusal))
)]
pub async fn cancel(
    Shared(app): Shared<Arc<App>>,
    Extension(language): Extension<Language>,
    Name((id, number)): Name<(String, u64)>,
) -> Result<Json<PrintJobState>, Refused> {
    let job = find(&app, &id, number)?;
    job.cancel();
    Ok(Json(state(&job, language)))
}

fn find(app: &App, id: &str, number: u64) -> Result<Arc<Job>, Refused> {
    let absent = || Refused::not_found(Message::new("page.error.job").with("number", number));
    app.print_jobs.find(id, number).ok_or_else(absent)
}

fn state(job: &Job, language: Language) -> PrintJobState {
    let (stage, message, pages, troubles, over) = match job.standing() {
        Standing::Sending => ("sending", Message::new("page.print.sending"), 0, Vec::new(), false),
        Standing::GoesOn(progress) => {
            let stage = match progress.stage {
                Stage::Waiting => "waiting",
                Stage::Printing => "printing",
                Stage::Stopped => "stopped",
            };
            (stage, Message::new(&format!("print.{stage}")), progress.pages, progress.troubles, false)
        }
        Standing::Ended { printed, message } => {
            (if printed { "printed" } else { "ended" }, message, 0, Vec::new(), true)
        }
    };
    PrintJobState {
        printer: job.printer.clone(),
        stage: stage.to_owned(),
        told: Told::of(&message, language),
        pages,
        troubles: troubles.iter().map(|trouble| Told::of(&trouble.message(), language)).collect(),
        over,
    }
}
