//! Search in all meetings.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Query;
use super::values::{Refusal, Told};
use crate::archive::{self, Archive, Of, Part, Request};
use crate::common::date::typed_date;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::console::app::App;
use crate::console::refused::Refused;
use crate::floor::CLOCK;
use crate::meeting::Kind;

/// How long one answer waits for meetings to be read into the index.
const PATIENCE: Duration = Duration::from_secs(1);
/// Hits of one answer.
const MOST: usize = 100;
/// Hits of an answer for which no number was asked.
const USUAL: usize = 20;
/// A name is shorter.
const LONGEST: usize = 500;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Words, `"phrases"`, AND, OR, NOT and beginnings of words (`angg*`).
    #[serde(default)]
    pub q: String,
    /// What is looked through; what was said where nothing is named.
    pub what: Option<What>,
    /// Only what people of this name said.
    pub member: Option<String>,
    /// Only what members of this party group said.
    pub fraksi: Option<String>,
    /// Only meetings of this kind, as `rapat.toml` writes it.
    #[param(value_type = Option<String>)]
    pub kind: Option<Kind>,
    /// Only meetings of this day or later.
    pub from: Option<String>,
    /// Only meetings of this day or earlier.
    pub until: Option<String>,
    /// Only what was said at items of the agenda that have these words.
    pub agenda: Option<String>,
    /// Only in one of the two texts.
    pub text: Option<Searched>,
    /// Hits that were shown already.
    #[serde(default)]
    pub skip: usize,
    /// How many hits; 20 where it is not said, at most 100.
    pub limit: Option<usize>,
}

/// What is looked through.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// What was said of sums of money.
    Amounts,
    /// What was decided.
    Decisions,
    /// The items of the agenda.
    Items,
    /// Who was absent.
    Absent,
}

/// Which text of what was said.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Searched {
    /// As it stands now.
    Said,
    /// As it was recognised.
    Recognised,
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub struct Results {
    /// The newest meeting first; within a meeting, in the order of time.
    pub hits: Vec<Hit>,
    /// How many there are in all, as far as they were counted.
    pub total: usize,
    /// Whether there are more than were counted.
    pub more: bool,
    /// Words that sound or look like one of those that were asked for.
    pub also: Vec<Also>,
    /// Meetings that were looked through.
    pub meetings: usize,
    /// Closed meetings, which are not looked through.
    pub closed: usize,
    /// Meetings that are not yet in the index: ask again.
    pub left: usize,
    /// What a person should know of the index, and meetings that cannot be read.
    pub notes: Vec<Told>,
}

/// A word that sounds or looks like one that was asked for.
#[derive(Serialize, ToSchema)]
pub struct Also {
    /// The word.
    pub word: String,
    /// How often it is found, as far as it was counted.
    pub count: usize,
    /// Where, if nothing else was found.
    pub hits: Vec<Hit>,
}

/// A place where it was found.
#[derive(Serialize, ToSchema)]
pub struct Hit {
    /// The meeting's name in the API.
    pub meeting: String,
    /// What the meeting is called.
    pub name: String,
    /// Its day, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Its kind, as `rapat.toml` writes it.
    pub kind: Option<String>,
    /// The item of the agenda, where it is known.
    pub item: Option<String>,
    /// What it is.
    #[schema(value_type = String)]
    pub of: Of,
    /// The page that opens the meeting there.
    pub page: String,
    /// When the first word of it was said, `hh:mm:ss`.
    pub time: Option<String>,
    /// The same as a sample.
    pub start: Option<u64>,
    /// The sample after the last of the utterance.
    pub end: Option<u64>,
    /// The microphone.
    pub channel: Option<u16>,
    /// Who said it, or who was absent.
    pub speaker: Option<String>,
    /// The label of the party group.
    pub group: Option<String>,
    /// The sentence in pieces.
    pub parts: Vec<Part>,
}

impl Hit {
    fn of(hit: &archive::Hit) -> Self {
        Self {
            meeting: hit.meeting.clone(),
            name: hit.name.clone(),
            date: hit.date.map(|date| date.to_string()),
            kind: hit.kind.map(|kind| kind.key().to_owned()),
            item: hit.item.clone(),
            of: hit.of,
            page: page(hit),
            time: hit.place.map(|place| CLOCK.hms(place.start)),
            start: hit.place.map(|place| place.start),
            end: hit.place.map(|place| place.end),
            channel: hit.place.and_then(|place| place.channel),
            speaker: hit.speaker.clone(),
            group: hit.group.clone(),
            parts: hit.parts(),
        }
    }

    fn all(hits: &[archive::Hit]) -> Vec<Self> {
        hits.iter().map(Self::of).collect()
    }
}

/// What was said, decided and by whom in all meetings that are not closed.
#[utoipa::path(
    get,
    path = "/api/v1/search",
    params(Wanted),
    responses((status = 200, body = Results), (status = 401, body = Refusal), (status = 422, body = Refusal))
)]
pub async fn search(
    State(app): State<Arc<App>>,
    Extension(language): Extension<Language>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Results>, Refused> {
    let request = request(&wanted)?;
    app.work(move |app| {
        let mut held = app.archive.lock().unwrap_or_else(PoisonError::into_inner);
        let archive = match &mut *held {
            Some(archive) => archive,
            empty => empty.insert(Archive::open(&app.root)?),
        };
        let never = AtomicBool::new(false);
        let found = archive.search(&request, &never, Some(Instant::now() + PATIENCE), &mut |_, _| {});
        let mut notes = archive.notes();
        if matches!(found, Err(archive::Error::Index { .. })) {
            // The next one opens it anew.
            *held = None;
        }
        let found = found?;
        let unreadable = found.unreadable.iter().map(|(meeting, why)| {
            Message::new("search.not_read").with("meeting", meeting).with("why", why.what(language))
        });
        notes.extend(unreadable);
        Ok(Json(Results {
            hits: Hit::all(&found.hits),
            total: found.total,
            more: found.more,
            also: found
                .also
                .iter()
                .map(|also| Also { word: also.word.clone(), count: also.count, hits: Hit::all(&also.hits) })
                .collect(),
            meetings: found.meetings,
            closed: found.closed,
            left: found.left,
            notes: notes.iter().map(|note| Told::of(note, language)).collect(),
        }))
    })
    .await
}

/// The editor at the utterance, or at the beginning of the meeting.
fn page(hit: &archive::Hit) -> String {
    let letter = |byte: &u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-_.~".contains(byte) => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let name: String = hit.meeting.as_bytes().iter().map(letter).collect();
    let time = hit.place.map(|place| format!("#t={}", CLOCK.hms(place.turn))).unwrap_or_default();
    format!("/meetings/{name}{time}")
}

fn request(wanted: &Wanted) -> Result<Request, Refused> {
    let names = [&wanted.member, &wanted.fraksi, &wanted.agenda];
    if names.iter().any(|name| name.as_ref().is_some_and(|name| name.chars().count() > LONGEST)) {
        return Err(Refused::unfit(Message::new("page.error.long")));
    }
    let text = |text: Option<&String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let day = |day: Option<&String>| {
        let wrong = |day: &str| Refused::unfit(Message::new("search.not_a_date").with("value", day));
        text(day).map(|day| typed_date(&day).ok_or_else(|| wrong(&day))).transpose()
    };
    Ok(Request {
        words: wanted.q.clone(),
        what: match wanted.what {
            None => archive::What::Words,
            Some(What::Amounts) => archive::What::Amounts,
            Some(What::Decisions) => archive::What::Decisions,
            Some(What::Items) => archive::What::Items,
            Some(What::Absent) => archive::What::Absent,
        },
        member: text(wanted.member.as_ref()),
        group: text(wanted.fraksi.as_ref()),
        kind: wanted.kind,
        from: day(wanted.from.as_ref())?,
        until: day(wanted.until.as_ref())?,
        agenda: text(wanted.agenda.as_ref()),
        text: match wanted.text {
            None => archive::Text::Both,
            Some(Searched::Said) => archive::Text::Current,
            Some(Searched::Recognised) => archive::Text::Recognised,
        },
        skip: wanted.skip,
        limit: wanted.limit.unwrap_or(USUAL).min(MOST),
    })
}
