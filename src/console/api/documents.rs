//! The documents of a meeting.

use std::fs;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::Name;
use super::values::Refusal;
use crate::common::language::Language;
use crate::common::message::{Explain, Message};
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::console::words::Words;
use crate::document::risalah::Format;
use crate::lifecycle::{Finding, Life, Manifest, folder};
use crate::meeting_folder::{document, official_brief, publishable, templates};
use crate::transcript::store::Store;

/// A document that can be had.
#[derive(Serialize, ToSchema)]
pub struct Document {
    /// The format's name.
    pub format: String,
    /// What it is, in words.
    pub name: String,
    /// The name of its file.
    pub file: String,
    /// Where it is.
    pub path: String,
}

/// A frozen file of an edition.
#[derive(Serialize, ToSchema)]
pub struct Frozen {
    /// The edition, from 1.
    pub edition: u32,
    /// The name of its file.
    pub file: String,
    /// Where it is.
    pub path: String,
}

/// The documents of a meeting.
#[derive(Serialize, ToSchema)]
pub struct Documents {
    /// Those that are made of what is stored when they are asked for.
    pub documents: Vec<Document>,
    /// Those of every official edition, as they were signed.
    pub official: Vec<Frozen>,
}

/// What can be had of a meeting.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/documents",
    params(("id" = String, Path, description = "The meeting's name")),
    responses((status = 200, body = Documents), (status = 404, body = Refusal))
)]
pub async fn list(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Json<Documents>, Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        let record = app.records.open(&folder)?;
        let store = Store::open_to_read(&folder)?;
        let words = Words(language);
        let (formats, _) = publishable(&Format::ALL, &record.meeting);
        let wanted =
            formats.into_iter().filter(|format| *format != Format::Working || record.transcript.version.complete);
        let documents = wanted.map(|format| Document {
            format: format.name().to_owned(),
            name: words.t(&format!("page.format.{}", format.name())),
            file: format.file_name().to_owned(),
            path: format!("/api/v1/meetings/{id}/documents/{}", format.name()),
        });
        let life = Life::read(&store, &record.transcript)?;
        let mut official = Vec::new();
        for (_, step) in life.steps() {
            let Some(seal) = &step.seal else { continue };
            let manifest = Manifest::of(&folder, seal.edition)?;
            official.extend(manifest.documents.iter().map(|document| Frozen {
                edition: seal.edition,
                file: document.file.clone(),
                path: format!("/api/v1/meetings/{id}/official/{}", document.file),
            }));
        }
        Ok(Json(Documents { documents: documents.collect(), official }))
    })
    .await
}

/// A document as the record stands now.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/documents/{format}",
    params(
        ("id" = String, Path, description = "The meeting's name"),
        ("format" = String, Path, description = "The format's name, such as `pdf`")
    ),
    responses((status = 200, description = "The file"), (status = 404, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn one(State(app): State<Arc<App>>, Name((id, format)): Name<(String, String)>) -> Result<Response, Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        let unknown = || Refused::not_found(Message::new("page.error.format").with("format", &format));
        let format = format.parse::<Format>().map_err(|_| unknown())?;
        let record = app.records.open(&folder)?;
        let store = Store::open_to_read(&folder)?;
        let (allowed, withheld) = publishable(&[format], &record.meeting);
        if allowed.is_empty() {
            let message = withheld.into_iter().next().unwrap_or_else(|| Message::new("page.error.nothing"));
            return Err(Refused::new(axum::http::StatusCode::FORBIDDEN, message));
        }
        let templates = templates(&record.meeting, &folder);
        let frozen = match format {
            Format::Brief | Format::BriefWord => official_brief(&folder, &store, &record.transcript, format)?,
            _ => None,
        };
        let made = match frozen {
            Some(frozen) => frozen,
            None => document(format, &record.meeting, &record.transcript, templates.as_deref(), &*app.lay_out)?,
        };
        Ok(file(format.file_name(), made.content))
    })
    .await
}

/// A file of an official edition, as it was signed.
#[utoipa::path(
    get,
    path = "/api/v1/meetings/{id}/official/{file}",
    params(
        ("id" = String, Path, description = "The meeting's name"),
        ("file" = String, Path, description = "The file's name, as the list of documents has it")
    ),
    responses((status = 200, description = "The file"), (status = 404, body = Refusal), (status = 409, body = Refusal))
)]
pub async fn official(
    State(app): State<Arc<App>>,
    Name((id, name)): Name<(String, String)>,
) -> Result<Response, Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        let record = app.records.open(&folder)?;
        let store = Store::open_to_read(&folder)?;
        let life = Life::read(&store, &record.transcript)?;
        for (_, step) in life.steps() {
            let Some(seal) = &step.seal else { continue };
            let manifest = Manifest::of(&folder, seal.edition)?;
            // The name is looked for among those that the manifest has, and is never made into a path.
            let Some(document) = manifest.documents.iter().find(|document| document.file == name) else { continue };
            let path = folder.join(&document.file);
            let kept = fs::read(&path).map_err(|source| folder::Error::Folder { path: path.clone(), source })?;
            if crate::common::digest::sha256(&kept) != document.sha256 {
                return Err(Refused::conflict(Finding::Changed(path).message()));
            }
            let name = document.file.strip_suffix(".age").unwrap_or(&document.file);
            return Ok(file(name, crate::lifecycle::content(&folder, &path)?));
        }
        Err(Refused::not_found(Message::new("page.error.nothing")))
    })
    .await
}

fn file(name: &str, content: Vec<u8>) -> Response {
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("pdf") => "application/pdf",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("csv") => "text/csv; charset=utf-8",
        Some("vtt") => "text/vtt; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    };
    // A document for print is shown in the page; others are saved.
    let how = if kind == "application/pdf" { "inline" } else { "attachment" };
    let disposition = format!("{how}; filename=\"{name}\"");
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], content).into_response()
}
