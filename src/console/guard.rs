//! Who may ask what: every request passes here, and every answer.

use std::any::Any;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN,
    REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::actor::Actor;
use super::app::App;
use super::member_links::Member;
use super::refused::Refused;
use super::{pages, words};
use crate::common::language::Language;
use crate::common::message::Message;

/// Nothing from another host, and no script but the files that are served here.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'self'";

/// The header with which a page shows that a change comes from it.
const CSRF: &str = "x-csrf-token";

/// The page of a member, and what it asks.
const MEMBER: &str = "/member";
const MEMBER_API: &str = "/api/v1/member/";

/// How somebody has shown that they may ask.
enum Let {
    /// By what a browser sends along by itself; a change needs more.
    Cookie,
    /// By what only a program sends.
    Bearer,
    /// Not yet: the address of the start was opened, and leads on without its secret.
    Entering,
    /// By a member's link: only that member's turns.
    Member(Arc<Member>),
    /// Not yet: a member's link was opened.
    MemberEntering(String),
}

pub async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let language = words::language(request.headers());
    let path = request.uri().path().to_owned();
    let is_api = path.starts_with("/api/");
    let mut response = match admitted(&app, &request) {
        Ok(Some(Let::Entering)) => enter(&app, &request),
        Ok(Some(Let::MemberEntering(secret))) => enter_as_member(&app, &secret),
        Ok(Some(Let::Member(member))) => {
            let actor = Actor::member(&member.person, app.bound.ip());
            request.extensions_mut().insert(member);
            answered(request, next, language, Some(actor)).await
        }
        Ok(Some(Let::Cookie | Let::Bearer)) => {
            let actor = Actor::computer(app.bound.ip());
            answered(request, next, language, Some(actor)).await
        }
        Ok(None) => answered(request, next, language, None).await,
        Err(refused) => refused.into_response(),
    };
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        response = in_words(&response, language, is_api);
    }
    let headers = response.headers_mut();
    for (name, value) in
        [(CONTENT_SECURITY_POLICY, POLICY), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (REFERRER_POLICY, "same-origin")]
    {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The answer to a request that was let in. Handlers find who asks, and in which language, in its
/// extensions.
async fn answered(mut request: Request, next: Next, language: Language, actor: Option<Actor>) -> Response {
    let is_change = !matches!(*request.method(), Method::GET | Method::HEAD);
    let kind = actor.as_ref().map(|actor| actor.kind);
    request.extensions_mut().insert(language);
    if let Some(actor) = actor {
        request.extensions_mut().insert(Arc::new(actor));
    }
    let response = next.run(request).await;
    if is_change {
        tracing::info!(by = ?kind, status = response.status().as_u16(), "change");
    }
    response
}

/// Whether a request may be answered; of one for what everybody may have, nothing is asked.
fn admitted(app: &App, request: &Request) -> Result<Option<Let>, Refused> {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let refused = |key: &str| Refused::new(StatusCode::FORBIDDEN, Message::new(key));
    // A name that somebody else's server gives to this address is not one of ours.
    let port = app.bound.port();
    let own = [format!("{}", app.bound), format!("localhost:{port}"), format!("127.0.0.1:{port}")];
    let host = request.uri().authority().map_or_else(|| text(HOST), |authority| authority.as_str());
    if !own.iter().any(|own| own.eq_ignore_ascii_case(host)) {
        return Err(refused("page.error.host"));
    }
    let origin = text(ORIGIN);
    if headers.contains_key(ORIGIN) && origin != format!("http://{host}") {
        return Err(refused("page.error.origin"));
    }
    if request.uri().path().starts_with("/assets/") {
        return Ok(None);
    }
    let is_change = !matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path();
    if path == MEMBER || path.starts_with(MEMBER_API) {
        return member(app, request, is_change).map(Some);
    }
    let has = |given: Option<&str>, right: &str| given.is_some_and(|given| same(given, right));
    if has(text(AUTHORIZATION).strip_prefix("Bearer "), &app.token) {
        return Ok(Some(Let::Bearer));
    }
    if has(cookie(headers, &cookie_name(port)), &app.token) {
        if is_change && !has(headers.get(CSRF).and_then(|value| value.to_str().ok()), &app.csrf) {
            return Err(refused("page.error.csrf"));
        }
        let entering = !is_change && given_token(request).is_some();
        return Ok(Some(if entering { Let::Entering } else { Let::Cookie }));
    }
    if !is_change && has(given_token(request), &app.token) {
        let is_api = request.uri().path().starts_with("/api/");
        return Ok(Some(if is_api { Let::Bearer } else { Let::Entering }));
    }
    Err(Refused::new(StatusCode::UNAUTHORIZED, Message::new("page.error.token")))
}

/// What a member's link lets do.
fn member(app: &App, request: &Request, is_change: bool) -> Result<Let, Refused> {
    let unknown = || Refused::new(StatusCode::UNAUTHORIZED, Message::new("page.error.link"));
    let given = request.uri().query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("link=")));
    if let Some(secret) = given.filter(|_| !is_change) {
        app.member_links.find(secret).ok_or_else(unknown)?;
        return Ok(Let::MemberEntering(secret.to_owned()));
    }
    let headers = request.headers();
    let secret = cookie(headers, &member_cookie_name(app.bound.port())).ok_or_else(unknown)?;
    let member = app.member_links.find(secret).ok_or_else(unknown)?;
    let csrf = headers.get(CSRF).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if is_change && !same(csrf, &app.csrf) {
        return Err(Refused::new(StatusCode::FORBIDDEN, Message::new("page.error.csrf")));
    }
    Ok(Let::Member(member))
}

/// Gives a member's browser what it sends along from now on.
fn enter_as_member(app: &App, secret: &str) -> Response {
    let name = member_cookie_name(app.bound.port());
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(cookie) = HeaderValue::from_str(&format!("{name}={secret}; Path=/; HttpOnly; SameSite=Strict")) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response.headers_mut().insert(LOCATION, HeaderValue::from_static(MEMBER));
    response
}

/// Gives the browser what it sends along from now on, and an address without a secret.
fn enter(app: &App, request: &Request) -> Response {
    let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", cookie_name(app.bound.port()), app.token);
    let mut response = StatusCode::SEE_OTHER.into_response();
    let given = given_token(request).is_some_and(|given| same(given, &app.token));
    if let (true, Ok(cookie)) = (given, HeaderValue::from_str(&cookie)) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    // One that begins with two slashes would lead elsewhere.
    let path = format!("/{}", request.uri().path().trim_start_matches('/'));
    let location = HeaderValue::from_str(&path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, location);
    response
}

fn member_cookie_name(port: u16) -> String {
    format!("risalah-member-{port}")
}

/// Cookies are shared by all ports of a computer.
fn cookie_name(port: u16) -> String {
    format!("risalah-{port}")
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|text| text.split(';')).find_map(|pair| {
        let (given, value) = pair.trim().split_once('=')?;
        (given == name).then_some(value)
    })
}

fn given_token(request: &Request) -> Option<&str> {
    request.uri().query()?.split('&').find_map(|pair| pair.strip_prefix("token="))
}

/// Compares in a time that tells nothing of where they differ.
fn same(given: &str, right: &str) -> bool {
    given.len() == right.len() && given.bytes().zip(right.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// The refusal as JSON, or as a page for people.
fn in_words(response: &Response, language: Language, is_api: bool) -> Response {
    let status = response.status();
    let refused = response.extensions().get::<Arc<Refused>>().cloned().unwrap_or_else(|| {
        let key = match status {
            StatusCode::NOT_FOUND => "page.error.nothing",
            StatusCode::METHOD_NOT_ALLOWED => "page.error.method",
            StatusCode::PAYLOAD_TOO_LARGE => "page.error.large",
            status if status.is_client_error() => "page.error.request",
            _ => "page.error.stopped",
        };
        Arc::new(Refused::new(status, Message::new(key)))
    });
    let message = &refused.message;
    let (what, hint) = (message.what(language), words::hint(message, language));
    if !is_api {
        return (status, pages::refused(language, &what, hint.as_deref())).into_response();
    }
    let mut body = json!({ "code": message.key, "what": what, "hint": hint });
    if let (Some(body), Some(serde_json::Value::Object(more))) = (body.as_object_mut(), &refused.more) {
        body.extend(more.clone());
    }
    (status, [(CONTENT_TYPE, "application/json")], Body::from(body.to_string())).into_response()
}

pub async fn nothing_there() -> Refused {
    Refused::not_found(Message::new("page.error.nothing"))
}

pub async fn no_such_method() -> Refused {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, Message::new("page.error.method"))
}

/// A fault of this program costs one answer.
#[allow(clippy::needless_pass_by_value, reason = "the layer hands it so")]
pub fn failed(_: Box<dyn Any + Send + 'static>) -> Response {
    Refused::failed(Message::new("page.error.stopped")).into_response()
}
