//! A member's own turns, which they may correct within the period of correction.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::{FromRequestParts, State as Shared};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::corrections::{Author, Changed, Conflict, correct_text};
use super::values::{Refusal, Turn};
use super::{Body, Name, Query, audio};
use crate::audio::SPEECH_RATE;
use crate::common::clock::moment;
use crate::common::message::Message;
use crate::console::app::App;
use crate::console::member_links::Member;
use crate::console::records;
use crate::console::records::Record;
use crate::console::refused::Refused;
use crate::console::visitor::Visitor;
use crate::document::risalah::who;
use crate::lifecycle::Life;
use crate::meeting_folder::{self, folders, now};
use crate::transcript::edit::Source;
use crate::transcript::store::Store;

/// What is heard before and after a turn, in samples.
const AROUND: u64 = SPEECH_RATE as u64;

/// A link for one member.
#[derive(Serialize, ToSchema)]
pub struct MemberLink {
    /// Where it leads, from this server's address on; it holds a secret.
    pub path: String,
    /// The name of the member.
    pub name: String,
    /// Until when it is good for corrections.
    pub until: String,
}

/// Makes a link with which a member sees, hears and corrects their own turns, and nothing else.
/// It is good while speakers may correct, and as long as this server runs.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/members/{person}/link",
    params(("id" = String, Path, description = "The meeting's name"), ("person" = String, Path, description = "The short name of the person")),
    responses((status = 200, body = MemberLink), (status = 404, body = Refusal), (status = 409, body = Refusal))
)]
pub async fn link(
    Shared(app): Shared<Arc<App>>,
    Name((id, person)): Name<(String, String)>,
) -> Result<Json<MemberLink>, Refused> {
    app.work(move |app| {
        let own = Own::open(app, Member { meeting: id, person })?;
        let failed = |_| Refused::failed(Message::new("page.error.stopped"));
        let (name, until) = (own.name()?, own.until.clone());
        let secret = app.member_links.secret(own.member).map_err(failed)?;
        Ok(Json(MemberLink { path: format!("/member?link={secret}"), name, until }))
    })
    .await
}

/// Of which meeting, where an account asks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfMeeting {
    /// The meeting's name; a member's link is for one meeting, and needs none.
    #[serde(default)]
    pub meeting: Option<String>,
}

/// The member who asks, and the meeting: by their link, or by their account and what they ask for.
pub struct Whose(Arc<Member>);

impl<S: Send + Sync> FromRequestParts<S> for Whose {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        if let Some(member) = parts.extensions.get::<Arc<Member>>() {
            return Ok(Self(Arc::clone(member)));
        }
        let person = person(parts.extensions.get::<Visitor>())?;
        let Query(of) = Query::<OfMeeting>::from_request_parts(parts, state).await?;
        let meeting = of.meeting.ok_or_else(|| Refused::unfit(Message::new("page.error.which_meeting")))?;
        Ok(Self(Arc::new(Member { meeting, person })))
    }
}

/// The person whom an account is for.
fn person(visitor: Option<&Visitor>) -> Result<String, Refused> {
    let session = visitor.and_then(|visitor| visitor.session());
    let person = session.and_then(|session| session.person.clone());
    person.ok_or_else(|| Refused::unfit(Message::new("page.error.no_person")))
}

/// A meeting whose record is in its correction period, and in which the member has turns.
#[derive(Serialize, ToSchema)]
pub struct OwnMeeting {
    /// The meeting's name.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Until when they may correct.
    pub until: String,
}

/// What a member may correct now.
#[derive(Serialize, ToSchema)]
pub struct OwnMeetings {
    /// By name, the newest first.
    pub meetings: Vec<OwnMeeting>,
}

/// The meetings in which the member may correct now.
#[utoipa::path(get, path = "/api/v1/member/meetings", responses((status = 200, body = OwnMeetings), (status = 401, body = Refusal)))]
pub async fn meetings(
    Shared(app): Shared<Arc<App>>,
    link: Option<Extension<Arc<Member>>>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Json<OwnMeetings>, Refused> {
    app.work(move |app| {
        let link = link.map(|Extension(member)| member);
        let person = link.as_ref().map_or_else(|| person(Some(&visitor)), |member| Ok(member.person.clone()))?;
        let is_asked = |id: &str| link.as_ref().is_none_or(|member| member.meeting == id);
        let mut found = Vec::new();
        for (id, folder) in folders(&app.root).into_iter().filter(|(id, _)| is_asked(id)) {
            // One without a record, or outside its period, is not for members; its words are not
            // even read.
            if !is_open(&folder) {
                continue;
            }
            let Ok(own) = Own::open(app, Member { meeting: id.clone(), person: person.clone() }) else { continue };
            if (0..own.record.len()).any(|index| own.is_own(index)) {
                found.push(OwnMeeting { name: meeting_folder::name(&own.record.meeting, &id), id, until: own.until });
            }
        }
        found.sort_by(|a, b| b.id.cmp(&a.id));
        Ok(Json(OwnMeetings { meetings: found }))
    })
    .await
}

/// A member's turns.
#[derive(Serialize, ToSchema)]
pub struct OwnTurns {
    /// What the meeting is called.
    pub meeting: String,
    /// The name of the member.
    pub name: String,
    /// Until when they may correct.
    pub until: String,
    /// By start.
    pub turns: Vec<Turn>,
}

/// The turns of the member whose link or account it is.
#[utoipa::path(get, path = "/api/v1/member/turns", params(OfMeeting), responses((status = 200, body = OwnTurns), (status = 401, body = Refusal), (status = 409, body = Refusal)))]
pub async fn turns(Shared(app): Shared<Arc<App>>, Whose(member): Whose) -> Result<Json<OwnTurns>, Refused> {
    app.work(move |app| {
        let own = Own::open(app, Member { meeting: member.meeting.clone(), person: member.person.clone() })?;
        let all = 0..own.record.len();
        let turns = all.filter(|index| own.is_own(*index)).map(|index| own.record.turn(index)).collect();
        let meeting = meeting_folder::name(&own.record.meeting, &own.member.meeting);
        Ok(Json(OwnTurns { meeting, name: own.name()?, until: own.until.clone(), turns }))
    })
    .await
}

/// Which turn.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Its name.
    pub turn: String,
}

/// The sound of one of the member's turns, with a second before and after it, as a WAV file.
#[utoipa::path(
    get,
    path = "/api/v1/member/audio",
    params(Wanted, OfMeeting),
    responses(
        (status = 200, description = "The file", content_type = "audio/wav"),
        (status = 206, description = "A part of it", content_type = "audio/wav"),
        (status = 401, body = Refusal),
        (status = 404, body = Refusal)
    )
)]
pub async fn sound(
    Shared(app): Shared<Arc<App>>,
    Whose(member): Whose,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let range = audio::range_of(&headers);
    app.work(move |app| {
        let own = Own::open(app, Member { meeting: member.meeting.clone(), person: member.person.clone() })?;
        let turn = own.record.turn(own.find(&wanted.turn)?);
        let wanted = audio::Wanted {
            channel: Some(turn.channel),
            from: turn.start.saturating_sub(AROUND),
            to: Some(turn.end + AROUND),
        };
        audio::answer(app, &member.meeting, &wanted, range.as_deref())
    })
    .await
}

/// A turn's text as its speaker would have it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnText {
    /// The turn's revision that was seen.
    pub revision: u64,
    /// All of it.
    pub text: String,
    /// Why.
    pub why: String,
}

/// A member corrects a turn of their own; the correction stands in their name, with its reason.
#[utoipa::path(
    put,
    path = "/api/v1/member/turns/{turn}/text",
    params(("turn" = String, Path, description = "The turn's name"), OfMeeting),
    request_body = OwnText,
    responses((status = 200, body = Changed), (status = 409, body = Conflict), (status = 404, body = Refusal))
)]
pub async fn text(
    Shared(app): Shared<Arc<App>>,
    Whose(member): Whose,
    Name(turn): Name<String>,
    Body(body): Body<OwnText>,
) -> Result<Json<Changed>, Refused> {
    app.change(member.meeting.clone(), move |app, folder| {
        let own = Own::open(app, Member { meeting: member.meeting.clone(), person: member.person.clone() })?;
        own.find(&turn)?;
        let author = Author::of(&own.name()?, Some(&body.why))?.in_the_name_of(Source::Member);
        if author.why.is_none() {
            return Err(Refused::unfit(Message::new("page.error.reason")));
        }
        correct_text(app, folder, &turn, body.revision, &body.text, &author)
    })
    .await
    .map(Json)
}

/// Whether speakers may correct a meeting's record now.
fn is_open(folder: &Path) -> bool {
    let store = Store::open_to_read(folder).ok();
    store.is_some_and(|store| matches!(Life::open_for_correction(&store, Timestamp::now()), Ok(Some(_))))
}

/// The record as one member may see it.
struct Own {
    member: Member,
    record: Arc<Record>,
    until: String,
}

impl Own {
    /// Opens it, while speakers may correct.
    fn open(app: &App, member: Member) -> Result<Self, Refused> {
        let folder: PathBuf = app.folder(&member.meeting)?;
        let record = app.records.open(&folder)?;
        let open = Life::open_for_correction(&Store::open_to_read(&folder)?, Timestamp::now())?;
        let zone = now(&record.meeting).time_zone().clone();
        let until = open.map(|until| moment(&until.to_zoned(zone)));
        let until = until.ok_or_else(|| Refused::conflict(Message::new("page.error.no_correction")))?;
        Ok(Self { member, record, until })
    }

    fn name(&self) -> Result<String, Refused> {
        let absent = || Refused::not_found(Message::new("page.error.person").with("name", &self.member.person));
        Ok(self.record.meeting.person(&self.member.person).ok_or_else(absent)?.name.clone())
    }

    fn is_own(&self, index: usize) -> bool {
        let utterance = &self.record.transcript.utterances[index];
        let person = who::person(&self.record.meeting, self.record.clock(), utterance);
        person.is_some_and(|person| person.id == self.member.person)
    }

    /// A turn of this name, if it is the member's own.
    fn find(&self, id: &str) -> Result<usize, Refused> {
        let index = self.record.index(id)?;
        if self.is_own(index) { Ok(index) } else { Err(records::no_turn(id)) }
    }
}
