//! The pages. What they show and change comes from the API, over the same address as for any other
//! program.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use super::api::Name;
use super::api::meetings::{Listed, all, known};
use super::app::App;
use super::meetings::Summary;
use super::refused::Refused;
use super::words::Words;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::meeting::{Kind, Nature, Zone};

pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(meetings))
        .route("/new", get(new))
        .route("/search", get(search))
        .route("/doctor", get(doctor))
        .route("/meetings/{id}", get(editor))
        .route("/meetings/{id}/prepare", get(prepare))
        .route("/meetings/{id}/soundcheck", get(soundcheck))
        .route("/meetings/{id}/live", get(live))
        .route("/meetings/{id}/state", get(state))
        .route("/member", get(member))
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
}

impl Frame {
    fn new(app: &App, language: Language) -> Self {
        Self { words: Words(language), csrf: app.csrf.clone() }
    }

    fn t(&self, key: &str) -> String {
        self.words.t(key)
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
#[template(path = "refused.html")]
struct RefusedPage<'a> {
    frame: Frame,
    what: &'a str,
    hint: Option<&'a str>,
}

/// A page without its secret, for who may not see the others.
pub fn refused(language: Language, what: &str, hint: Option<&str>) -> Html<String> {
    let frame = Frame { words: Words(language), csrf: String::new() };
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

async fn meetings(State(app): State<Arc<App>>, Extension(language): Extension<Language>) -> Result<Response, Refused> {
    let summaries = app.work(|app| Ok(all(app))).await?;
    let meetings = summaries.iter().map(|summary| Listed::of(summary, language)).collect();
    page(&MeetingsPage { frame: Frame::new(&app, language), meetings, folder: app.root.display().to_string() })
}

async fn new(State(app): State<Arc<App>>, Extension(language): Extension<Language>) -> Result<Response, Refused> {
    let known = app.work(|app| known(&app.root)).await?;
    page(&NewPage {
        frame: Frame::new(&app, language),
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

async fn search(State(app): State<Arc<App>>, Extension(language): Extension<Language>) -> Result<Response, Refused> {
    page(&SearchPage { frame: Frame::new(&app, language), kinds: kinds() })
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

async fn member(State(app): State<Arc<App>>, Extension(language): Extension<Language>) -> Result<Response, Refused> {
    page(&MemberPage { frame: Frame::new(&app, language) })
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

async fn editor(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Response, Refused> {
    let of = of(&app, id, language).await?;
    page(&EditorPage { frame: Frame::new(&app, language), of, place: "editor" })
}

async fn prepare(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Response, Refused> {
    let of = of(&app, id, language).await?;
    let frame = Frame::new(&app, language);
    page(&PreparePage { frame, of, place: "prepare", kinds: kinds(), natures: natures(), zones: zones() })
}

async fn soundcheck(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Response, Refused> {
    let of = of(&app, id, language).await?;
    page(&SoundCheckPage { frame: Frame::new(&app, language), of, place: "prepare" })
}

async fn doctor(State(app): State<Arc<App>>, Extension(language): Extension<Language>) -> Result<Response, Refused> {
    page(&DoctorPage { frame: Frame::new(&app, language) })
}

async fn live(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Response, Refused> {
    let of = of(&app, id, language).await?;
    page(&LivePage { frame: Frame::new(&app, language), of, place: "live" })
}

async fn state(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Response, Refused> {
    let of = of(&app, id, language).await?;
    page(&StatePage { frame: Frame::new(&app, language), of, place: "state" })
}

#[cfg(feature = "print")]
async fn print(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Name(id): Name<String>,
) -> Result<Response, Refused> {
    let of = of(&app, id, language).await?;
    page(&PrintPage { frame: Frame::new(&app, language), of, place: "print" })
}
