//! The pages. What they show and change comes from the API, over the same address as for any other
//! program.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use super::actor::Actor;
use super::api::Name;
use super::api::meetings::{Listed, all, known};
use super::app::App;
use super::meetings::Summary;
use super::refused::Refused;
use super::visitor::Visitor;
use super::words::Words;
use crate::accounts::Right;
use crate::audit::Action;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::meeting::{Kind, Nature, Zone};

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(meetings))
        .route("/new", get(new))
        .route("/search", get(search))
        .route("/report", get(report))
        .route("/retention", get(retention))
        .route("/doctor", get(doctor))
        .route("/audit", get(audit))
        .route("/meetings/{id}", get(editor))
        .route("/meetings/{id}/prepare", get(prepare))
        .route("/meetings/{id}/soundcheck", get(soundcheck))
        .route("/meetings/{id}/live", get(live))
        .route("/meetings/{id}/state", get(state))
        .route("/meetings/{id}/distribution", get(distribution))
        .route("/member", get(member))
        .route("/sign-in", get(sign_in))
        .route("/certificate", get(certificate))
        .merge(printing())
}

#[cfg(feature = "print")]
fn printing() -> Router<Arc<App>> {
    Router::new().route("/meetings/{id}/print", get(print))
}

#[cfg(not(feature = "print"))]
fn printing() -> Router<Arc<App>> {
    Router::new()
}

/// What every page has.
struct Frame {
    words: Words,
    csrf: String,
    /// Who is signed in.
    account: Option<String>,
    /// The keys of what they may do, with spaces between them.
    rights: String,
    /// Whether they may end this program.
    quits: bool,
}

impl Frame {
    /// Of a page that everybody may see.
    fn outside(language: Language) -> Self {
        Self { words: Words(language), csrf: String::new(), account: None, rights: String::new(), quits: false }
    }

    fn t(&self, key: &str) -> String {
        self.words.t(key)
    }
}

/// The guard has said who asks, and in which language.
impl<S: Send + Sync> FromRequestParts<S> for Frame {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        let stopped = || Refused::failed(Message::new("page.error.stopped"));
        let language = parts.extensions.get::<Language>().copied().ok_or_else(stopped)?;
        let visitor = parts.extensions.get::<Visitor>().ok_or_else(stopped)?;
        let is_here = parts.extensions.get::<Arc<Actor>>().is_some_and(|actor| actor.is_here());
        Ok(Self {
            words: Words(language),
            csrf: visitor.csrf.clone(),
            account: visitor.session().map(|session| session.name.clone()),
            rights: visitor.rights().collect::<Vec<_>>().join(" "),
            quits: is_here && visitor.may(Right::Record),
        })
    }
}

#[derive(Template)]
#[template(path = "meetings.html")]
struct MeetingsPage {
    frame: Frame,
    meetings: Vec<Listed>,
    folder: String,
}

#[derive(Template)]
#[template(path = "new.html")]
#[expect(clippy::struct_excessive_bools, reason = "each asks for a field of its own")]
struct NewPage {
    frame: Frame,
    kinds: Vec<(&'static str, &'static str)>,
    natures: Vec<(&'static str, &'static str)>,
    zones: Vec<String>,
    /// What `lembaga.toml` has already is not asked for.
    asks_letterhead: bool,
    asks_city: bool,
    asks_zone: bool,
    asks_place: bool,
    asks_chair: bool,
    asks_secretary: bool,
    asks_seats: bool,
    people: Vec<String>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    kinds: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    actions: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "retention.html")]
struct RetentionPage {
    frame: Frame,
}

/// The pages of one meeting.
struct Of {
    id: String,
    name: String,
    date: String,
    state: String,
    closed: Option<String>,
}

#[derive(Template)]
#[template(path = "editor.html")]
struct EditorPage {
    frame: Frame,
    of: Of,
    place: &'static str,
}

#[derive(Template)]
#[template(path = "prepare.html")]
struct PreparePage {
    frame: Frame,
    of: Of,
    place: &'static str,
    kinds: Vec<(&'static str, &'static str)>,
    natures: Vec<(&'static str, &'static str)>,
    zones: Vec<String>,
}

#[derive(Template)]
#[template(path = "soundcheck.html")]
struct SoundCheckPage {
    frame: Frame,
    of: Of,
    place: &'static str,
}

#[derive(Template)]
#[template(path = "doctor.html")]
struct DoctorPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "live.html")]
struct LivePage {
    frame: Frame,
    of: Of,
    place: &'static str,
}

#[derive(Template)]
#[template(path = "state.html")]
struct StatePage {
    frame: Frame,
    of: Of,
    place: &'static str,
}

#[derive(Template)]
#[template(path = "distribution.html")]
struct DistributionPage {
    frame: Frame,
    of: Of,
    place: &'static str,
}

#[cfg(feature = "print")]
#[derive(Template)]
#[template(path = "print.html")]
struct PrintPage {
    frame: Frame,
    of: Of,
    place: &'static str,
}

#[derive(Template)]
#[template(path = "member.html")]
struct MemberPage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "sign-in.html")]
struct SignInPage {
    frame: Frame,
    /// What is compared with what the server's terminal shows.
    fingerprint: Option<String>,
    /// Whether the certificate of our own authority can be downloaded.
    has_authority: bool,
    /// Whether the office has a provider of sign-on.
    has_provider: bool,
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedPage<'a> {
    frame: Frame,
    what: &'a str,
    hint: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "enter.html")]
struct EnterPage<'a> {
    frame: Frame,
    to: &'a str,
}

/// A page that leads to `to`. A browser that came from the page of somebody else, as with a link in
/// a letter, sends our cookies along from here, but not after a redirect (SameSite=Strict).
pub fn enter(language: Language, to: &str) -> Response {
    let frame = Frame::outside(language);
    page(&EnterPage { frame, to }).unwrap_or_else(IntoResponse::into_response)
}

/// A page without its secret, for who may not see the others.
pub fn refused(language: Language, what: &str, hint: Option<&str>) -> Html<String> {
    let frame = Frame::outside(language);
    Html(RefusedPage { frame, what, hint }.render().unwrap_or_else(|_| what.to_owned()))
}

/// A date as people read it: the API writes `2027-03-09`, the pages `09-03-2027`.
fn shown_date(date: &str) -> String {
    date.split('-').rev().collect::<Vec<_>>().join("-")
}

fn page(template: &impl Template) -> Result<Response, Refused> {
    let failed = |_| Refused::failed(Message::new("page.error.stopped"));
    Ok(Html(template.render().map_err(failed)?).into_response())
}

async fn meetings(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Refused> {
    let summaries = app.work(|app| Ok(all(app))).await?;
    let meetings = summaries.iter().map(|summary| Listed::of(summary, frame.words.0)).collect();
    page(&MeetingsPage { frame, meetings, folder: app.root.display().to_string() })
}

async fn new(State(app): State<Arc<App>>, frame: Frame) -> Result<Response, Refused> {
    let known = app.work(|app| known(&app.root)).await?;
    page(&NewPage {
        frame,
        kinds: kinds(),
        natures: natures(),
        zones: zones(),
        asks_letterhead: known.letterhead.is_empty(),
        asks_city: known.city.is_none(),
        asks_zone: known.zone.is_none(),
        asks_place: known.place.is_none(),
        asks_chair: known.chair.is_none(),
        asks_secretary: known.secretary.is_none(),
        asks_seats: known.seats.is_empty(),
        people: known.people.iter().map(|person| person.name.clone()).collect(),
    })
}

async fn search(frame: Frame) -> Result<Response, Refused> {
    page(&SearchPage { frame, kinds: kinds() })
}

async fn audit(frame: Frame) -> Result<Response, Refused> {
    let actions = Action::ALL.map(|action| (action.key(), action.name(frame.words.0))).to_vec();
    page(&AuditPage { frame, actions })
}

async fn report(frame: Frame) -> Result<Response, Refused> {
    page(&ReportPage { frame })
}

async fn retention(frame: Frame) -> Result<Response, Refused> {
    page(&RetentionPage { frame })
}

fn kinds() -> Vec<(&'static str, &'static str)> {
    Kind::ALL.map(|kind| (kind.key(), kind.name())).to_vec()
}

fn natures() -> Vec<(&'static str, &'static str)> {
    Nature::ALL.map(|nature| (nature.key(), nature.name())).to_vec()
}

fn zones() -> Vec<String> {
    Zone::ALL.iter().map(ToString::to_string).collect()
}

async fn member(frame: Frame) -> Result<Response, Refused> {
    page(&MemberPage { frame })
}

/// Where somebody signs in. The only page that everybody may see.
async fn sign_in(State(app): State<Arc<App>>, Extension(language): Extension<Language>) -> Result<Response, Refused> {
    page(&SignInPage {
        frame: Frame::outside(language),
        fingerprint: app.tls.as_ref().map(|tls| tls.fingerprint()),
        has_provider: app.sign_on.is_some(),
        has_authority: app.tls.as_ref().is_some_and(|tls| tls.authority().is_some()),
    })
}

/// The certificate that a browser must know before it trusts this server.
async fn certificate(State(app): State<Arc<App>>) -> Result<Response, Refused> {
    let authority = app.tls.as_ref().and_then(|tls| tls.authority());
    let text = authority.ok_or_else(|| Refused::not_found(Message::new("page.error.nothing")))?.to_owned();
    let headers = [
        (CONTENT_TYPE, "application/x-x509-ca-cert"),
        (CONTENT_DISPOSITION, "attachment; filename=\"risalah-ca.crt\""),
    ];
    Ok((headers, text).into_response())
}

async fn of(app: &Arc<App>, id: String, language: Language) -> Result<Of, Refused> {
    app.work(move |app| {
        let folder = app.folder(&id)?;
        let listed = Listed::of(&Summary::of(id, &folder), language);
        Ok(Of {
            id: listed.id,
            name: listed.name,
            date: listed.date.as_deref().map(shown_date).unwrap_or_default(),
            state: listed.state_name,
            closed: listed.closed,
        })
    })
    .await
}

async fn editor(State(app): State<Arc<App>>, frame: Frame, Name(id): Name<String>) -> Result<Response, Refused> {
    let of = of(&app, id, frame.words.0).await?;
    page(&EditorPage { frame, of, place: "editor" })
}

async fn prepare(State(app): State<Arc<App>>, frame: Frame, Name(id): Name<String>) -> Result<Response, Refused> {
    let of = of(&app, id, frame.words.0).await?;
    page(&PreparePage { frame, of, place: "prepare", kinds: kinds(), natures: natures(), zones: zones() })
}

async fn soundcheck(State(app): State<Arc<App>>, frame: Frame, Name(id): Name<String>) -> Result<Response, Refused> {
    let of = of(&app, id, frame.words.0).await?;
    page(&SoundCheckPage { frame, of, place: "prepare" })
}

async fn doctor(frame: Frame) -> Result<Response, Refused> {
    page(&DoctorPage { frame })
}

async fn live(State(app): State<Arc<App>>, frame: Frame, Name(id): Name<String>) -> Result<Response, Refused> {
    let of = of(&app, id, frame.words.0).await?;
    page(&LivePage { frame, of, place: "live" })
}

async fn state(State(app): State<Arc<App>>, frame: Frame, Name(id): Name<String>) -> Result<Response, Refused> {
    let of = of(&app, id, frame.words.0).await?;
    page(&StatePage { frame, of, place: "state" })
}

async fn distribution(State(app): State<Arc<App>>, frame: Frame, Name(id): Name<String>) -> Result<Response, Refused> {
    let of = of(&app, id, frame.words.0).await?;
    page(&DistributionPage { frame, of, place: "distribution" })
}

#[cfg(feature = "print")]
async fn print(State(app): State<Arc<App>>, frame: Frame, Name(id): Name<String>) -> Result<Response, Refused> {
    let of = of(&app, id, frame.words.0).await?;
    page(&PrintPage { frame, of, place: "print" })
}
