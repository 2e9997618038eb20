//! Who may ask what: every request passes here, and every answer.

use std::any::Any;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LOCATION, ORIGIN, REFERRER_POLICY,
    RETRY_AFTER, SET_COOKIE, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::actor::Actor;
use super::app::App;
use super::member_links::Member;
use super::needs::{Need, need};
use super::opened::Opened;
use super::refused::Refused;
use super::requested::{self, Requested};
use super::visitor::{Visitor, without};
use super::{cookies, opened, pages, words};
use crate::accounts::Right;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::common::secret::same;

/// Nothing from another host, and no script but the files that are served here.
const POLICY: &str =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'self'";

/// A browser comes by TLS only for a year after each answer.
const TRANSPORT: &str = "max-age=31536000";

/// The header with which a page shows that a change comes from it.
const CSRF: &str = "x-csrf-token";

/// The page of a member.
const MEMBER: &str = "/member";
/// Where somebody signs in.
const SIGN_IN: &str = "/sign-in";

/// How a request that may be answered is answered.
enum Admission {
    /// One for what everybody may have.
    Anyone,
    /// One of somebody who is known.
    Known(Visitor, Actor, Option<Arc<Member>>),
    /// One that leads elsewhere, with a cookie.
    Redirect { to: String, cookie: Option<String> },
    /// One of somebody who has no right to what they ask for.
    Without(Actor, Refused),
    /// One that comes from the page of somebody else, as with a link in a letter: a page of ours
    /// asks for this again.
    Again(String),
}

pub async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let language = words::language(request.headers());
    let is_api = request.uri().path().starts_with("/api/");
    let is_loopback = host(&request).is_some_and(|host| is_loopback(&host));
    let mut response = match admitted(&app, &request, language) {
        Ok(Admission::Redirect { to, cookie }) => redirect(&to, cookie.as_deref()),
        Ok(Admission::Again(to)) => pages::enter(language, &to),
        Ok(Admission::Known(visitor, actor, member)) => {
            answered(&app, request, next, language, Some((visitor, actor, member))).await
        }
        Ok(Admission::Anyone) => answered(&app, request, next, language, None).await,
        Ok(Admission::Without(actor, refused)) => {
            requested::refused(&app, &mut request, &actor).await;
            refused.into_response()
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
    // On this computer it would close the ports of other programs that have no TLS.
    if app.tls.is_some() && !is_loopback {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(TRANSPORT));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The answer to a request that was let in. Handlers find who asks, what they may do, and in which
/// language, in its extensions.
async fn answered(
    app: &Arc<App>,
    mut request: Request,
    next: Next,
    language: Language,
    known: Option<(Visitor, Actor, Option<Arc<Member>>)>,
) -> Response {
    let is_change = is_change(&request);
    let by = known.as_ref().map(|(_, actor, _)| (actor.kind, actor.address));
    request.extensions_mut().insert(language);
    let mut entered = None;
    let mut keys = Arc::default();
    if let Some((visitor, actor, member)) = known {
        if let Some(meeting) = requested::meeting(&mut request).await {
            // Whether it is still open is asked without keeping it so.
            let asks_only = !is_change && request.uri().path().ends_with("/seal");
            let look = if asks_only { Opened::keys_now } else { Opened::keys };
            keys = look(&app.opened, &visitor, &meeting, Instant::now());
        }
        entered = Requested::of(&mut request, &visitor, &actor, member.as_deref()).await;
        let extensions = request.extensions_mut();
        extensions.insert(visitor);
        extensions.insert(Arc::new(actor));
        member.map(|member| extensions.insert(member));
    }
    let answer = async move {
        match entered {
            Some(entered) => entered.answered(app, request, next).await,
            None => next.run(request).await,
        }
    };
    let response = opened::lend(keys, answer).await;
    if is_change {
        tracing::info!(?by, status = response.status().as_u16(), "change");
    }
    response
}

/// Whether a request may be answered, and to whom.
fn admitted(app: &App, request: &Request, language: Language) -> Result<Admission, Refused> {
    check_origin(app, request)?;
    let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let need = matched.and_then(|path| need(request.method(), path));
    if is_from_elsewhere(request) {
        return Ok(Admission::Again(own_path(request) + &query(request)));
    }
    if need == Some(Need::Nothing) {
        return Ok(Admission::Anyone);
    }
    let found =
        if app.has_accounts()? { signed_in(app, request, need)? } else { at_this_computer(app, request, need)? };
    let Admission::Known(visitor, actor, _) = &found else { return Ok(found) };
    match need {
        Some(Need::Right(right)) if !visitor.may(right) => {
            // A member who opens the first page comes to their own.
            if request.uri().path() == "/" && visitor.may(Right::OwnTurns) {
                return Ok(Admission::Redirect { to: MEMBER.to_owned(), cookie: None });
            }
            Ok(Admission::Without(actor.clone(), without(right, language)))
        }
        // An address that nobody has said the need of is answered to nobody.
        None if matched.is_some() => {
            Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, Message::new("page.error.method")))
        }
        _ => Ok(found),
    }
}

/// Refuses what comes by another name than ours, or from the page of somebody else.
fn check_origin(app: &App, request: &Request) -> Result<(), Refused> {
    let refused = |key: &str| Refused::new(StatusCode::FORBIDDEN, Message::new(key));
    // A name that somebody else's server gives to this address is not one of ours.
    let host = host(request).filter(|host| app.is_own_host(host)).ok_or_else(|| refused("page.error.host"))?;
    let origin = request.headers().get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let own = format!("{}://{host}", app.scheme());
    if origin.is_some_and(|origin| !origin.eq_ignore_ascii_case(&own)) {
        return Err(refused("page.error.origin"));
    }
    Ok(())
}

/// The name and port that were asked for.
fn host(request: &Request) -> Option<String> {
    let authority = request.uri().authority().map(Authority::as_str);
    let header = || request.headers().get(HOST).and_then(|host| host.to_str().ok());
    authority.or_else(header).map(str::to_owned)
}

fn is_loopback(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Where nobody has an account: whoever has the secret of the start, and members by their links.
fn at_this_computer(app: &App, request: &Request, need: Option<Need>) -> Result<Admission, Refused> {
    if need == Some(Need::Right(Right::OwnTurns)) {
        return by_link(app, request);
    }
    let headers = request.headers();
    let known = || {
        let actor = Actor::computer(address(app, request));
        Admission::Known(Visitor::computer(app.csrf.clone()), actor, None)
    };
    if bearer(headers).is_some_and(|given| same(given, &app.token)) {
        return Ok(known());
    }
    let given = query_value(request, "token=").filter(|_| !is_change(request));
    let enters = given.is_some_and(|given| same(given, &app.token));
    let has_cookie = cookies::value(headers, &app.cookies.start).is_some_and(|cookie| same(cookie, &app.token));
    let is_api = request.uri().path().starts_with("/api/");
    if has_cookie && (given.is_none() || is_api) {
        check_csrf(request, &app.csrf)?;
        return Ok(known());
    }
    if enters && is_api {
        return Ok(known());
    }
    if enters || has_cookie {
        // Gives the browser what it sends along from now on, and an address without a secret.
        let cookie = enters.then(|| cookies::set(&app.cookies.start, &app.token, app.tls.is_some()));
        return Ok(Admission::Redirect { to: own_path(request), cookie });
    }
    Err(Refused::new(StatusCode::UNAUTHORIZED, Message::new("page.error.token")))
}

/// Where there are accounts: whoever is signed in, and members by their links.
fn signed_in(app: &App, request: &Request, need: Option<Need>) -> Result<Admission, Refused> {
    let headers = request.headers();
    let is_own_turns = need == Some(Need::Right(Right::OwnTurns));
    let now = Instant::now();
    let by_program = bearer(headers);
    let secret = by_program.or_else(|| cookies::value(headers, &app.cookies.session));
    let session = match secret.and_then(|secret| app.sessions.find(secret, now)) {
        Some(session) if !session.holds(&app.accounts.read()?) => {
            app.sessions.end(&session);
            None
        }
        found => found,
    };
    match session {
        Some(session) if !is_own_turns || session.roles.have(Right::OwnTurns) => {
            if by_program.is_none() {
                check_csrf(request, &session.csrf)?;
            }
            let actor = Actor::account(&session, address(app, request));
            Ok(Admission::Known(Visitor::signed(session), actor, None))
        }
        _ if is_own_turns && has_link(app, request) => by_link(app, request),
        // Somebody who is signed in, but no member.
        Some(session) => {
            let actor = Actor::account(&session, address(app, request));
            Ok(Admission::Known(Visitor::signed(session), actor, None))
        }
        None if request.method() == Method::GET && !request.uri().path().starts_with("/api/") => {
            // The secret of a start from before there were accounts lets nobody in any more.
            let is_start = query_value(request, "token=").is_some();
            let next = own_path(request) + &if is_start { String::new() } else { query(request) };
            let to = if next == "/" { SIGN_IN.to_owned() } else { format!("{SIGN_IN}?next={}", encoded(&next)) };
            Ok(Admission::Redirect { to, cookie: None })
        }
        None => Err(Refused::new(StatusCode::UNAUTHORIZED, Message::new("page.error.signed_out"))),
    }
}

fn has_link(app: &App, request: &Request) -> bool {
    query_value(request, "link=").is_some() || cookies::value(request.headers(), &app.cookies.member).is_some()
}

/// What a member's link lets do.
fn by_link(app: &App, request: &Request) -> Result<Admission, Refused> {
    let unknown = || Refused::new(StatusCode::UNAUTHORIZED, Message::new("page.error.link"));
    if let Some(secret) = query_value(request, "link=").filter(|_| !is_change(request)) {
        app.member_links.find(secret).ok_or_else(unknown)?;
        let cookie = Some(cookies::set(&app.cookies.member, secret, app.tls.is_some()));
        return Ok(Admission::Redirect { to: MEMBER.to_owned(), cookie });
    }
    let secret = cookies::value(request.headers(), &app.cookies.member).ok_or_else(unknown)?;
    let member = app.member_links.find(secret).ok_or_else(unknown)?;
    check_csrf(request, &app.csrf)?;
    let actor = Actor::member(&member.person, address(app, request));
    Ok(Admission::Known(Visitor::member(app.csrf.clone()), actor, Some(member)))
}

/// Whether somebody clicked a link to us on another's page: a browser leaves out our cookies then.
fn is_from_elsewhere(request: &Request) -> bool {
    let is = |name, value: &str| request.headers().get(name).is_some_and(|given| given == value);
    request.method() == Method::GET && is("sec-fetch-mode", "navigate") && is("sec-fetch-site", "cross-site")
}

/// The path that was asked for, on this host: one that begins with two slashes would lead
/// elsewhere.
fn own_path(request: &Request) -> String {
    format!("/{}", request.uri().path().trim_start_matches('/'))
}

/// The query with its question mark, or nothing.
fn query(request: &Request) -> String {
    request.uri().query().map(|query| format!("?{query}")).unwrap_or_default()
}

fn is_change(request: &Request) -> bool {
    !matches!(*request.method(), Method::GET | Method::HEAD)
}

/// What a browser sends along by itself is not enough for a change.
fn check_csrf(request: &Request, right: &str) -> Result<(), Refused> {
    let given = request.headers().get(CSRF).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !is_change(request) || same(given, right) {
        return Ok(());
    }
    Err(Refused::new(StatusCode::FORBIDDEN, Message::new("page.error.csrf")))
}

/// Where the request comes from.
fn address(app: &App, request: &Request) -> IpAddr {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
    from.map_or_else(|| app.bound.ip(), |ConnectInfo(from)| from.ip())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// The value in the query that follows `name`, which ends with `=`.
fn query_value<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.uri().query()?.split('&').find_map(|pair| pair.strip_prefix(name))
}

fn redirect(to: &str, cookie: Option<&str>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, location);
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// A path as a value behind the question mark.
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
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
    let mut headers = vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    if let (Some(body), Some(serde_json::Value::Object(more))) = (body.as_object_mut(), &refused.more) {
        let wait = more.get("wait").and_then(|wait| HeaderValue::from_str(&wait.to_string()).ok());
        headers.extend(wait.map(|wait| (RETRY_AFTER, wait)));
        body.extend(more.clone());
    }
    let mut response = (status, Body::from(body.to_string())).into_response();
    response.headers_mut().extend(headers.into_iter().map(|(name, value): (HeaderName, _)| (name, value)));
    response
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
