//! The files that the pages are made of; they are part of the program.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::Embed;

use super::app::App;
use super::refused::Refused;
use crate::common::digest::sha256;
use crate::common::message::Message;

#[derive(Embed)]
#[folder = "src/console/assets"]
struct Files;

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/assets/{file}", get(file))
}

async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Refused> {
    let file = Files::get(&name).ok_or_else(|| Refused::not_found(Message::new("page.error.nothing")))?;
    let tag = format!("\"{}\"", sha256(&file.data));
    // Asked for each time, so that a page never has files of two versions of this program.
    let common = [(ETAG, tag.clone()), (CACHE_CONTROL, "no-cache".to_owned())];
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let kind = match name.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "application/octet-stream",
    };
    Ok((common, [(CONTENT_TYPE, kind)], file.data).into_response())
}
