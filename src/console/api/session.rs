//! Signing in and out.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Body;
use super::values::Refusal;
use crate::accounts::{self, Account, Role, Session, Verdict, same_name};
use crate::audit::{Action, Kind, Who as Person};
use crate::common::message::Message;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::cookies;
use crate::console::entering::AuditEvent;
use crate::console::refused::Refused;
use crate::console::requested::Peer;
use crate::console::visitor::Visitor;

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The account's name.
    pub name: String,
    /// Its password.
    pub password: String,
    /// Whether a program asks: it gets a token in place of a cookie.
    #[serde(default)]
    pub program: bool,
}

/// Somebody who may ask.
#[derive(Serialize, ToSchema)]
pub struct Who {
    /// The name.
    pub name: String,
    /// The keys of their roles; none of who sits at this computer where nobody has an account.
    pub roles: Vec<&'static str>,
    /// The keys of their rights.
    pub rights: Vec<&'static str>,
    /// The short name of the person that a member's account is for.
    pub person: Option<String>,
    /// What a page sends with every change as `X-CSRF-Token`.
    pub csrf: String,
    /// What a program sends as `Authorization: Bearer TOKEN`; only when it has just signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl Who {
    fn of(name: &str, visitor: &Visitor, token: Option<String>) -> Self {
        let session = visitor.session();
        Self {
            name: name.to_owned(),
            roles: session.map(|session| session.roles.iter().map(Role::key).collect()).unwrap_or_default(),
            rights: visitor.rights().collect(),
            person: session.and_then(|session| session.person.clone()),
            csrf: visitor.csrf.clone(),
            token,
        }
    }
}

/// Signs in. Each wrong password but the first three makes the next attempt wait longer.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    request_body = SignIn,
    responses(
        (status = 200, body = Who),
        (status = 401, description = "Name or password is wrong", body = Refusal),
        (status = 403, description = "The account is disabled", body = Refusal),
        (status = 409, description = "Nobody has an account", body = Refusal),
        (status = 429, description = "Too many attempts; `wait` has the seconds", body = Refusal)
    )
)]
pub async fn sign_in(State(app): State<Arc<App>>, peer: Peer, Body(body): Body<SignIn>) -> Result<Response, Refused> {
    if !app.has_accounts()? {
        return Err(Refused::conflict(Message::new("page.error.no_accounts")));
    }
    let program = body.program;
    let (session, secret) = app.work(move |app| entered(app, &body, peer)).await?;
    let visitor = Visitor::signed(Arc::clone(&session));
    if program {
        return Ok(Json(Who::of(&session.name, &visitor, Some(secret))).into_response());
    }
    let cookie = cookies::set(&app.cookies.session, &secret, app.tls.is_some());
    with_cookie(Json(Who::of(&session.name, &visitor, None)).into_response(), &cookie)
}

/// Enters who signs in, or fails to. A name that nobody has may be a password and is not kept, so
/// that all of them from one address are the same.
fn entered(app: &App, body: &SignIn, Peer(address): Peer) -> Result<(Arc<Session>, String), Refused> {
    let who = |by: &str, kind: Kind| Person { by: by.to_owned(), kind, address };
    let deed = |who, action, detail: Option<&str>| AuditEvent {
        who,
        action,
        meeting: None,
        detail: detail.map(str::to_owned),
    };
    match verified(app, body) {
        Ok((session, secret)) => {
            let entered = app.entering.enter(&deed(who(&session.name, Kind::Account), Action::SignedIn, None));
            entered.inspect_err(|_| app.sessions.end(&session))?;
            Ok((session, secret))
        }
        Err(refused) => {
            let known = app.accounts.read().ok().and_then(|accounts| {
                let own = accounts.iter().find(|account| same_name(&account.name, body.name.trim()))?;
                Some(own.name.clone())
            });
            let why = refused.message.key.clone();
            let failed = deed(who(&known.unwrap_or_default(), Kind::Unknown), Action::SignInFailed, Some(&why));
            app.entering.enter_failed(&failed, Instant::now());
            Err(refused)
        }
    }
}

fn verified(app: &App, body: &SignIn) -> Result<(Arc<Session>, String), Refused> {
    let failed = |_: accounts::Error| Refused::failed(Message::new("page.error.stopped"));
    let accounts = app.accounts.read().map_err(|_| Refused::failed(Message::new("page.error.accounts")))?;
    let is_known = accounts.iter().any(|account: &Account| same_name(&account.name, body.name.trim()));
    let now = Instant::now();
    app.attempts.begin(&body.name, is_known, now).map_err(|wait| {
        let seconds = wait.as_secs() + 1;
        let message = Message::new("page.error.wait").with("count", seconds);
        Refused::new(StatusCode::TOO_MANY_REQUESTS, message).with(serde_json::json!({ "wait": seconds }))
    })?;
    let account = match accounts::verify(&accounts, &body.name, &body.password) {
        Verdict::Right(account) => account,
        Verdict::Wrong => return Err(Refused::new(StatusCode::UNAUTHORIZED, Message::new("page.error.sign_in"))),
        Verdict::Disabled => return Err(Refused::new(StatusCode::FORBIDDEN, Message::new("page.error.disabled"))),
    };
    app.attempts.succeeded(&body.name);
    app.sessions.begin(Session::of(account).map_err(failed)?, now).map_err(failed)
}

/// Who is signed in, and what they may do.
#[utoipa::path(get, path = "/api/v1/session", responses((status = 200, body = Who), (status = 401, body = Refusal)))]
pub async fn who(Extension(actor): Extension<Arc<Actor>>, Extension(visitor): Extension<Visitor>) -> Json<Who> {
    Json(Who::of(&actor.name, &visitor, None))
}

/// Signs out: the session ends at once.
#[utoipa::path(delete, path = "/api/v1/session", responses((status = 204, description = "Signed out"), (status = 401, body = Refusal)))]
pub async fn sign_out(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Refused> {
    app.close_all(&visitor);
    if let Some(session) = visitor.session() {
        app.sessions.end(session);
    }
    let cookie = cookies::unset(&app.cookies.session, app.tls.is_some());
    with_cookie(StatusCode::NO_CONTENT.into_response(), &cookie)
}

fn with_cookie(mut response: Response, cookie: &str) -> Result<Response, Refused> {
    let cookie = HeaderValue::from_str(cookie).map_err(|_| Refused::failed(Message::new("page.error.stopped")))?;
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}
