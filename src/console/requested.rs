//! What a request enters in the audit trail, and when: a change before it is made, what is read
//! before it is given.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::RequestExt;
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Query, RawPathParams, Request};
use axum::http::header::RANGE;
use axum::http::request::Parts;
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::task::spawn_blocking;

use super::actor::Actor;
use super::app::App;
use super::claims::PASSAGE;
use super::entering::AuditEvent;
use super::member_links::Member;
use super::needs::{Enters, enters};
use super::refused::Refused;
use super::visitor::Visitor;
use super::wav;
use crate::accounts::Right;
use crate::audio::SPEECH_RATE;
use crate::audit::{Action, Head};
use crate::common::message::Message;

/// More letters are in no search.
const LONGEST: usize = 200;

/// What a request enters.
pub struct Requested {
    deed: AuditEvent,
    is_once: bool,
    is_change: bool,
    /// Whether it is answered although it cannot be entered.
    is_let_through: bool,
}

impl Requested {
    /// That of a request of somebody who may ask; `None` where it enters nothing, or its handler
    /// does.
    pub async fn of(request: &mut Request, visitor: &Visitor, actor: &Actor, member: Option<&Member>) -> Option<Self> {
        let matched = request.extensions().get::<MatchedPath>()?.as_str().to_owned();
        let enters = enters(request.method(), &matched)?;
        let (action, is_once) = match enters {
            Enters::Nothing | Enters::ByHandler => return None,
            Enters::Once(action) => (action, true),
            Enters::Each(action) => (action, false),
            Enters::Live => (Action::Opened, true),
        };
        let (meeting, rest) = place(request, &matched).await;
        let pairs = pairs(request.uri());
        let asked = pairs.iter().find(|(name, _)| name == "meeting").map(|(_, value)| value.clone());
        // A filter of the trail is no meeting that is read.
        let asked = asked.filter(|_| matched.starts_with("/api/v1/member/"));
        let meeting = member.map(|member| member.meeting.clone()).or(meeting).or(asked);
        let detail = match action {
            Action::Opened | Action::TrailRead | Action::SignedOut => None,
            Action::Listened => Some(heard(request, &pairs)),
            Action::Searched => Some(searched(&pairs)),
            _ if request.method() == Method::DELETE => Some(format!("delete {rest}")),
            _ => Some(rest),
        };
        Some(Self {
            deed: AuditEvent::of(actor, action, meeting.as_deref(), detail.as_deref()),
            is_once,
            is_change: !matches!(*request.method(), Method::GET | Method::HEAD),
            // Whoever records must see the recording.
            is_let_through: action.is_of_recording() || (enters == Enters::Live && visitor.may(Right::Record)),
        })
    }

    /// Answers the request, with its entry.
    pub async fn answered(self, app: &Arc<App>, request: Request, next: Next) -> Response {
        if !self.is_change {
            let response = next.run(request).await;
            if !response.status().is_success() {
                return response;
            }
            return match self.enter(app).await {
                Err(refused) if !self.is_let_through => refused.into_response(),
                _ => response,
            };
        }
        if self.is_let_through {
            return self.beside(app, request, next).await;
        }
        let entered = match self.enter(app).await {
            Err(refused) => return refused.into_response(),
            Ok(entered) => entered,
        };
        let response = next.run(request).await;
        if let Some(why) = failure(&response) {
            self.not_done(app, entered, why).await;
        }
        response
    }

    /// Answers it without waiting for the disk of the trail.
    async fn beside(self, app: &Arc<App>, request: Request, next: Next) -> Response {
        let mine = Arc::clone(app);
        let entering = tokio::spawn(async move { (self.enter(&mine).await, self, mine) });
        let response = next.run(request).await;
        if let Some(why) = failure(&response) {
            tokio::spawn(async move {
                if let Ok((Ok(entered), requested, app)) = entering.await {
                    requested.not_done(&app, entered, why).await;
                }
            });
        }
        response
    }

    async fn enter(&self, app: &Arc<App>) -> Result<Option<Head>, Refused> {
        let (app, deed, is_once) = (Arc::clone(app), self.deed.clone(), self.is_once);
        let enter = move || {
            if is_once { app.entering.enter_once(&deed, Instant::now()) } else { app.entering.enter(&deed).map(Some) }
        };
        spawn_blocking(enter).await.map_err(|_| Refused::failed(Message::new("page.error.stopped")))?
    }

    async fn not_done(&self, app: &Arc<App>, entered: Option<Head>, why: String) {
        let Some(head) = entered else { return };
        let (app, deed) = (Arc::clone(app), self.deed.clone());
        let _ = spawn_blocking(move || app.entering.not_done(&deed, &head, &why)).await;
    }
}

/// Why something was not done, of an answer that says so.
fn failure(response: &Response) -> Option<String> {
    let status = response.status();
    let key = || response.extensions().get::<Arc<Refused>>().map(|refused| refused.message.key.clone());
    (!status.is_success()).then(|| key().unwrap_or_else(|| status.as_u16().to_string()))
}

/// Where a request comes from, of somebody who is not known yet.
pub struct Peer(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(from.map(|ConnectInfo(from)| from.ip())))
    }
}

/// Enters that somebody asked for what they have no right to. They get nothing in any case.
pub async fn refused(app: &Arc<App>, request: &mut Request, actor: &Actor) {
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let (meeting, rest) = place(request, &matched).await;
    let detail = format!("{} {rest}", request.method());
    let deed = AuditEvent::of(actor, Action::Refused, meeting.as_deref(), Some(&detail));
    let app = Arc::clone(app);
    let _ = spawn_blocking(move || app.entering.enter_once(&deed, Instant::now()).is_ok()).await;
}

/// The meeting that an address names.
pub async fn meeting(request: &mut Request) -> Option<String> {
    let matched = request.extensions().get::<MatchedPath>()?.as_str().to_owned();
    if matched.contains("{id}") { place(request, &matched).await.0 } else { None }
}

/// The meeting that an address names, and what stands behind it.
async fn place(request: &mut Request, matched: &str) -> (Option<String>, String) {
    let params = request.extract_parts::<RawPathParams>().await.ok();
    let named = |params: RawPathParams| params.iter().find(|(name, _)| *name == "id").map(|(_, id)| id.to_owned());
    let meeting = params.and_then(named);
    let path = request.uri().path();
    let rest = match matched.split('/').position(|part| part == "{id}") {
        Some(place) => path.split('/').skip(place + 1).collect::<Vec<_>>().join("/"),
        None => path.strip_prefix("/api/v1/").unwrap_or(path).trim_start_matches('/').to_owned(),
    };
    (meeting, rest)
}

fn pairs(uri: &Uri) -> Vec<(String, String)> {
    Query::<Vec<(String, String)>>::try_from_uri(uri).map(|Query(pairs)| pairs).unwrap_or_default()
}

/// Which stretch of the recording is heard, in steps of ten minutes, or which turn.
fn heard(request: &Request, pairs: &[(String, String)]) -> String {
    let value = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    if let Some(turn) = value("turn") {
        return format!("turn {turn}");
    }
    let number = |name: &str| value(name).and_then(|value| value.parse::<u64>().ok());
    let from = number("from").unwrap_or(0);
    let range = request.headers().get(RANGE).and_then(|range| range.to_str().ok());
    let (from, to) = match wav::range(range, u64::MAX) {
        // A player gets eight seconds at a time.
        Ok(Some(bytes)) => {
            let from = from.saturating_add(wav::samples_in(&bytes).start);
            (from, from.saturating_add(1))
        }
        _ => (from, number("to").unwrap_or(from.saturating_add(3 * PASSAGE)).max(from.saturating_add(1))),
    };
    let is_from_the_end = range.is_some_and(|range| range.trim().starts_with("bytes=-"));
    let time = |passage: u64| {
        let seconds = passage.saturating_mul(PASSAGE) / u64::from(SPEECH_RATE);
        format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    };
    if is_from_the_end {
        return format!("{}-", time(number("from").unwrap_or(0) / PASSAGE));
    }
    format!("{}-{}", time(from / PASSAGE), time(to.div_ceil(PASSAGE)))
}

/// What is searched for, as it was asked.
fn searched(pairs: &[(String, String)]) -> String {
    let told = pairs.iter().filter(|(name, value)| !["skip", "limit"].contains(&name.as_str()) && !value.is_empty());
    let told = told.map(|(name, value)| if name == "q" { value.clone() } else { format!("{name}={value}") });
    told.collect::<Vec<_>>().join("; ").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn request(uri: &str, range: Option<&str>) -> Request {
        let request = Request::builder().uri(uri);
        let request = range.into_iter().fold(request, |request, range| request.header(RANGE, range));
        request.body(Body::empty()).expect("a request")
    }

    #[test]
    fn what_is_heard_is_told_in_stretches_of_ten_minutes() {
        let told = |query: &str, range: Option<&str>| {
            let request = request(&format!("/api/v1/meetings/x/audio?{query}"), range);
            heard(&request, &pairs(request.uri()))
        };
        assert_eq!(told("from=0&to=16000", None), "00:00:00-00:10:00");
        assert_eq!(told("channel=2&from=9599999&to=9600001", None), "00:00:00-00:20:00");
        assert_eq!(told("from=9600000&to=9600001", None), "00:10:00-00:20:00");
        assert_eq!(told("", None), "00:00:00-00:30:00");
        // A player has one address for all of the recording, and asks for bytes of it.
        assert_eq!(told("", Some("bytes=0-")), "00:00:00-00:10:00");
        assert_eq!(told("", Some("bytes=38400100-38500000")), "00:20:00-00:30:00");
        assert_eq!(told("from=9600000", Some("bytes=19200100-")), "00:20:00-00:30:00");
        assert_eq!(told("", Some("bytes=-100")), "00:00:00-");
        assert_eq!(told("", Some("bytes=0-1,5-6")), "00:00:00-00:30:00");
        assert_eq!(told("turn=1-1-0-1", None), "turn 1-1-0-1");
        for odd in ["from=18446744073709551615", "from=x&to=-1", "from=5&to=1"] {
            assert!(told(odd, Some("bytes=18446744073709551615-")).contains('-') && told(odd, None).contains('-'));
        }
    }

    #[test]
    fn a_search_is_told_as_it_was_asked() {
        let request = request("/api/v1/search?q=jalan%20rusak&member=Siti&skip=20&kind=", None);
        assert_eq!(searched(&pairs(request.uri())), "jalan rusak; member=Siti");
    }
}
