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

use super::app::App;
use super::refused::Refused;
use super::{pages, words};
use crate::common::language::Language;
use crate::common::message::Message;

/// Nothing from another host, and no script but the files that are served here.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'self'";

/// The header with which a page shows that a change comes from it.
const CSRF: &str = "x-csrf-token";

/// How somebody has shown that they may ask.
enum Let {
    /// By what a browser sends along by itself; a change needs more.
    Cookie,
    /// By what only a program sends.
    Bearer,
    /// Not yet: the address of the start was opened, and leads on without its secret.
    Entering,
}

pub async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let language = words::language(request.headers());
    let path = request.uri().path().to_owned();
    let is_api = path.starts_with("/api/");
    let mut response = match admitted(&app, &request) {
        Ok(Some(Let::Entering)) => enter(&app, &request),
        Ok(_) => {
            request.extensions_mut().insert(language);
            next.run(request).await
        }
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
