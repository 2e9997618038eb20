//! Signing on by the office's provider: to it and back.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::app::App;
use super::cookies;
use super::refused::Refused;
use crate::accounts::{SignOn, SignOnError};
use crate::common::message::{Explain, Message};
use crate::common::secret::same;

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/sign-on", get(begin)).route("/sign-on/return", get(finish))
}

#[allow(clippy::needless_pass_by_value, reason = "map_err hands it so")]
fn refused(error: SignOnError) -> Refused {
    let status = match error {
        SignOnError::Provider { .. } | SignOnError::Nameless { .. } => StatusCode::BAD_GATEWAY,
        SignOnError::Settings { .. } | SignOnError::Random => StatusCode::INTERNAL_SERVER_ERROR,
        SignOnError::Late => StatusCode::UNAUTHORIZED,
        SignOnError::NoRole { .. } | SignOnError::Taken { .. } => StatusCode::FORBIDDEN,
    };
    tracing::warn!(%error, "sign-on");
    Refused::new(status, error.message())
}

fn provider(app: &App) -> Result<&SignOn, Refused> {
    if !app.has_accounts()? {
        return Err(Refused::conflict(Message::new("page.error.no_accounts")));
    }
    app.sign_on.as_ref().ok_or_else(|| Refused::not_found(Message::new("page.error.nothing")))
}

#[derive(Deserialize)]
struct To {
    #[serde(default)]
    next: String,
}

/// Leads to the provider.
async fn begin(State(app): State<Arc<App>>, Query(to): Query<To>) -> Result<Response, Refused> {
    let start = app.work(move |app| provider(app)?.begin(own(&to.next), Instant::now()).map_err(refused)).await?;
    lead(&start.address, &cookies::set(&app.cookies.sign_on, &start.state, app.tls.is_some()))
}

/// What comes back: a code, or why there is none.
#[derive(Deserialize)]
struct Returned {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
    error: Option<String>,
    error_description: Option<String>,
}

/// Takes in whoever comes back from the provider in the browser that went there.
async fn finish(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, Refused> {
    let is_same = cookies::value(&headers, &app.cookies.sign_on).is_some_and(|own| same(own, &returned.state));
    let done = app.work(move |app| {
        let provider = provider(app)?;
        if let Some(error) = returned.error {
            let message =
                Message::new("accounts.sign_on.refused").with("detail", returned.error_description.unwrap_or(error));
            return Err(Refused::new(StatusCode::UNAUTHORIZED, message));
        }
        if !is_same {
            return Err(refused(SignOnError::Late));
        }
        let accounts = app.accounts.read().map_err(|_| Refused::failed(Message::new("page.error.accounts")))?;
        let (session, next) =
            provider.finish(&returned.state, returned.code, &accounts, Instant::now()).map_err(refused)?;
        let begun = app.sessions.begin(session, Instant::now());
        let (_, secret) = begun.map_err(|_| Refused::failed(Message::new("page.error.stopped")))?;
        Ok((secret, next))
    });
    let (secret, next) = done.await?;
    lead(&next, &cookies::set(&app.cookies.session, &secret, app.tls.is_some()))
}

/// A path on this server; one that begins with two slashes would lead elsewhere.
fn own(next: &str) -> String {
    format!("/{}", next.trim_start_matches(['/', '\\']))
}

fn lead(to: &str, cookie: &str) -> Result<Response, Refused> {
    let stopped = |_| Refused::failed(Message::new("page.error.stopped"));
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(to).map_err(stopped)?);
    response.headers_mut().insert(SET_COOKIE, HeaderValue::from_str(cookie).map_err(stopped)?);
    Ok(response)
}
