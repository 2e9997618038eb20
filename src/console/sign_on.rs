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
use super::entering::AuditEvent;
use super::refused::Refused;
use super::requested::Peer;
use crate::accounts::{Session, SignOn, SignOnError};
use crate::audit::{Action, Kind, Who};
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
    peer: Peer,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, Refused> {
    let is_same = cookies::value(&headers, &app.cookies.sign_on).is_some_and(|own| same(own, &returned.state));
    let done = app.work(move |app| {
        let event = |by: &str, kind: Kind, action, detail: Option<&str>| {
            let who = Who { by: by.to_owned(), kind, address: peer.0 };
            AuditEvent { who, action, meeting: None, detail: detail.map(str::to_owned) }
        };
        let provider = provider(app)?;
        let (session, next) = taken_in(app, provider, returned, is_same).inspect_err(|refused| {
            let failed = event("", Kind::Unknown, Action::SignInFailed, Some(&refused.message.key));
            app.entering.enter_failed(&failed, Instant::now());
        })?;
        app.entering.enter(&event(&session.name, Kind::Account, Action::SignedIn, Some("sign-on")))?;
        let begun = app.sessions.begin(session, Instant::now());
        let (_, secret) = begun.map_err(|_| Refused::failed(Message::new("page.error.stopped")))?;
        Ok((secret, next))
    });
    let (secret, next) = done.await?;
    lead(&next, &cookies::set(&app.cookies.session, &secret, app.tls.is_some()))
}

/// Whoever the provider says it is, and where they wanted to go.
fn taken_in(app: &App, provider: &SignOn, returned: Returned, is_same: bool) -> Result<(Session, String), Refused> {
    if let Some(error) = returned.error {
        let message =
            Message::new("accounts.sign_on.refused").with("detail", returned.error_description.unwrap_or(error));
        return Err(Refused::new(StatusCode::UNAUTHORIZED, message));
    }
    if !is_same {
        return Err(refused(SignOnError::Late));
    }
    let accounts = app.accounts.read().map_err(|_| Refused::failed(Message::new("page.error.accounts")))?;
    provider.finish(&returned.state, returned.code, &accounts, Instant::now()).map_err(refused)
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
