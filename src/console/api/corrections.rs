//! Corrections: each is a layer over what was recognised, made on a state that its author has seen.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{Refusal, Turn};
use super::{Body, Name};
use crate::common::message::Message;
use crate::console::actor::Actor;
use crate::console::app::App;
use crate::console::records::Record;
use crate::console::refused::Refused;
use crate::console::visitor::named;
use crate::document::correction::{Difference, difference};
use crate::floor::CLOCK;
use crate::lifecycle::{self, Life};
use crate::meeting::Meeting;
use crate::meeting_folder::now;
use crate::transcript::Utterance;
use crate::transcript::edit::{Change, Layer, Mark, Place, Refusal as No, Source, Speaker, words};
use crate::transcript::store::Store;

/// More letters are in no turn: an hour of speech has some 50,000.
const LONGEST: usize = 200_000;
/// A name or a reason is shorter.
const LINE: usize = 500;

/// A turn's text as it should stand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Who corrects, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// The turn's revision that was seen.
    pub revision: u64,
    /// All of it.
    pub text: String,
    /// Why, if there is something to say.
    #[serde(default)]
    pub why: Option<String>,
}

/// Who a turn is by.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpeakerIs {
    /// Who corrects, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// The turn's revision that was seen.
    pub revision: u64,
    /// `seat`, `unknown`, or the short name of a person.
    pub speaker: String,
    /// Whether it is so for every turn of this microphone that is now said to be by the same
    /// speaker.
    #[serde(default)]
    pub everywhere: bool,
    /// Only of these words: one microphone carried two people without a break.
    #[serde(default)]
    pub words: Option<WordRange>,
}

/// Some of a turn's words.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordRange {
    /// The first, counted from 0.
    pub from: usize,
    /// The one after the last.
    pub until: usize,
}

/// That a turn was listened to and is right as it stands.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    /// Who listened, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// The turn's revision that was seen.
    pub revision: u64,
}

/// That a turn goes on with the one before it at the same microphone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Joined {
    /// Who joins them, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// The turn's revision that was seen.
    pub revision: u64,
}

/// That the meeting decided to leave a turn out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Omitted {
    /// Who enters it, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// The turn's revision that was seen.
    pub revision: u64,
    /// The decision.
    pub decision: String,
}

/// Corrections that are taken back. Taking back what takes back brings the other one back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Undo {
    /// Who takes them back, where nobody is signed in.
    #[serde(default)]
    pub by: Option<String>,
    /// Their numbers; the last one is taken back first.
    pub edits: Vec<u64>,
}

/// What became of a change.
#[derive(Serialize, ToSchema)]
pub struct Changed {
    /// Numbers of the corrections that were laid; none where nothing changed.
    pub edits: Vec<u64>,
    /// The turns that changed, as they stand now.
    pub turns: Vec<Turn>,
    /// The number of the last correction of the whole record.
    pub last_edit: u64,
    /// Who has claimed the passage that was changed, where that is somebody else.
    pub claimed_by: Option<String>,
}

/// Two made a correction on the same state.
#[derive(Serialize, ToSchema)]
pub struct Conflict {
    /// `page.error.conflict`, or what else is in the way.
    pub code: String,
    /// The sentence.
    pub what: String,
    /// How to go on.
    pub hint: Option<String>,
    /// The turn as the other one has left it, where that is why.
    pub current: Option<Turn>,
    /// The text that was not taken, where it was one.
    pub yours: Option<String>,
}

/// A turn's text: only the words that differ are corrected, all others keep their times.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/turns/{turn}/text",
    params(("id" = String, Path, description = "The meeting's name"), ("turn" = String, Path, description = "The turn's name")),
    request_body = Text,
    responses((status = 200, body = Changed), (status = 409, body = Conflict), (status = 404, body = Refusal))
)]
pub async fn text(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name((id, turn)): Name<(String, String)>,
    Body(body): Body<Text>,
) -> Result<Json<Changed>, Refused> {
    app.change(id, move |app, folder| {
        let author = Author::of(&named(&actor, body.by.as_deref())?, body.why.as_deref())?;
        correct_text(app, folder, &turn, body.revision, &body.text, &author)
    })
    .await
    .map(Json)
}

/// Has a turn read so, if nobody has changed it since it was seen.
pub fn correct_text(
    app: &App,
    folder: &Path,
    turn: &str,
    revision: u64,
    text: &str,
    author: &Author,
) -> Result<Changed, Refused> {
    if text.len() > LONGEST {
        return Err(Refused::unfit(Message::new("page.error.long")));
    }
    let record = app.records.open(folder)?;
    let utterance = seen(&record, turn, revision, Some(text))?;
    if utterance.corrected.has(Mark::Omitted) {
        return Err(Refused::conflict(Message::new("page.error.omitted")));
    }
    let place = record.place(utterance);
    let changes = replaced(&utterance.text, text);
    let layers: Vec<Layer> = changes.into_iter().map(|change| author.layer(place, change, &record.meeting)).collect();
    lay(app, folder, &record, &layers)
}

/// Who a turn is by.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/turns/{turn}/speaker",
    params(("id" = String, Path, description = "The meeting's name"), ("turn" = String, Path, description = "The turn's name")),
    request_body = SpeakerIs,
    responses((status = 200, body = Changed), (status = 409, body = Conflict), (status = 422, body = Refusal))
)]
pub async fn speaker(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name((id, turn)): Name<(String, String)>,
    Body(body): Body<SpeakerIs>,
) -> Result<Json<Changed>, Refused> {
    app.change(id, move |app, folder| {
        let author = Author::of(&named(&actor, body.by.as_deref())?, None)?;
        let record = app.records.open(folder)?;
        let utterance = seen(&record, &turn, body.revision, None)?;
        let after = match body.speaker.as_str() {
            "seat" => Speaker::Seat,
            "unknown" => Speaker::Unknown,
            id => {
                record.meeting.may_sit(id)?;
                Speaker::Person(id.to_owned())
            }
        };
        if let Some(range) = body.words {
            let texts: Vec<&str> = words(&utterance.text).collect();
            let said = texts.get(range.from..range.until).filter(|said| !said.is_empty());
            let said = said.ok_or_else(|| Refused::unfit(Message::new("page.error.words")))?;
            let change = Change::Passage { at: range.from, words: said.join(" "), speaker: after };
            let layer = author.layer(record.place(utterance), change, &record.meeting);
            return lay(app, folder, &record, &[layer]);
        }
        let now = |other: &Utterance| record.speaker(other).id;
        let same = |other: &&Utterance| {
            other.channel == utterance.channel
                && other.corrected.speaker == utterance.corrected.speaker
                && now(other) == now(utterance)
        };
        let meant: Vec<&Utterance> =
            if body.everywhere { record.transcript.utterances.iter().filter(same).collect() } else { vec![utterance] };
        let changed = meant.into_iter().filter(|other| other.corrected.speaker != after);
        let layers = changed.map(|other| {
            let change = Change::Speaker { before: other.corrected.speaker.clone(), after: after.clone() };
            author.layer(record.place(other), change, &record.meeting)
        });
        let layers: Vec<Layer> = layers.collect();
        lay(app, folder, &record, &layers)
    })
    .await
    .map(Json)
}

/// That somebody has listened to a turn, and it is right as it stands.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/turns/{turn}/heard",
    params(("id" = String, Path, description = "The meeting's name"), ("turn" = String, Path, description = "The turn's name")),
    request_body = Heard,
    responses((status = 200, body = Changed), (status = 409, body = Conflict), (status = 404, body = Refusal))
)]
pub async fn heard(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name((id, turn)): Name<(String, String)>,
    Body(body): Body<Heard>,
) -> Result<Json<Changed>, Refused> {
    app.change(id, move |app, folder| {
        let author = Author::of(&named(&actor, body.by.as_deref())?, None)?;
        mark(app, folder, &turn, body.revision, Mark::Heard, &author)
    })
    .await
    .map(Json)
}

/// That a turn goes on with the one before it: one paragraph of the record, however long the pause.
/// Both keep their words and times. It is refused where somebody else speaks in between.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/turns/{turn}/joined",
    params(("id" = String, Path, description = "The meeting's name"), ("turn" = String, Path, description = "The turn's name")),
    request_body = Joined,
    responses((status = 200, body = Changed), (status = 409, body = Conflict), (status = 422, body = Refusal))
)]
pub async fn joined(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name((id, turn)): Name<(String, String)>,
    Body(body): Body<Joined>,
) -> Result<Json<Changed>, Refused> {
    app.change(id, move |app, folder| {
        let author = Author::of(&named(&actor, body.by.as_deref())?, None)?;
        let record = app.records.open(folder)?;
        let index = record.index(&turn)?;
        let all = &record.transcript.utterances;
        let before = index.checked_sub(1).map(|before| &all[before]);
        let goes_on = |before: &Utterance| {
            let (one, other) = (record.speaker(before), record.speaker(&all[index]));
            before.channel == all[index].channel && (&one.id, one.by) == (&other.id, other.by)
        };
        if !before.is_some_and(goes_on) {
            return Err(Refused::unfit(Message::new("page.error.not_next")));
        }
        mark(app, folder, &turn, body.revision, Mark::Joined, &author)
    })
    .await
    .map(Json)
}

/// That the meeting decided to leave a turn out of the record.
#[utoipa::path(
    put,
    path = "/api/v1/meetings/{id}/turns/{turn}/omitted",
    params(("id" = String, Path, description = "The meeting's name"), ("turn" = String, Path, description = "The turn's name")),
    request_body = Omitted,
    responses((status = 200, body = Changed), (status = 409, body = Conflict), (status = 422, body = Refusal))
)]
pub async fn omitted(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name((id, turn)): Name<(String, String)>,
    Body(body): Body<Omitted>,
) -> Result<Json<Changed>, Refused> {
    app.change(id, move |app, folder| {
        let author = Author::of(&named(&actor, body.by.as_deref())?, Some(&body.decision))?;
        if author.why.is_none() {
            return Err(lifecycle::Error::NoDecision.into());
        }
        mark(app, folder, &turn, body.revision, Mark::Omitted, &author)
    })
    .await
    .map(Json)
}

/// Takes corrections back, all or none.
#[utoipa::path(
    post,
    path = "/api/v1/meetings/{id}/undo",
    params(("id" = String, Path, description = "The meeting's name")),
    request_body = Undo,
    responses((status = 200, body = Changed), (status = 409, body = Refusal), (status = 404, body = Refusal))
)]
pub async fn undo(
    State(app): State<Arc<App>>,
    Extension(actor): Extension<Arc<Actor>>,
    Name(id): Name<String>,
    Body(body): Body<Undo>,
) -> Result<Json<Changed>, Refused> {
    app.change(id, move |app, folder| {
        let author = Author::of(&named(&actor, body.by.as_deref())?, None)?;
        let record = app.records.open(folder)?;
        let mut wanted = body.edits.clone();
        wanted.sort_unstable_by(|a, b| b.cmp(a));
        wanted.dedup();
        let version = record.transcript.version.number;
        let layer = |id: u64| {
            let edit = record.edits.iter().find(|edit| edit.id == id).ok_or(No::NoEdit(id))?;
            if edit.layer.place.version != version {
                return Err(Refused::conflict(Message::new("page.error.other_version")));
            }
            Ok(author.layer(edit.layer.place, Change::Undo { edit: id }, &record.meeting))
        };
        let layers = wanted.into_iter().map(layer).collect::<Result<Vec<_>, Refused>>()?;
        lay(app, folder, &record, &layers)
    })
    .await
    .map(Json)
}

/// Who corrects, and why.
pub struct Author {
    by: String,
    pub why: Option<String>,
    source: Source,
}

impl Author {
    pub fn of(by: &str, why: Option<&str>) -> Result<Self, Refused> {
        let by = by.trim();
        if by.is_empty() {
            return Err(Refused::unfit(Message::new("status.nameless")));
        }
        let why = why.map(str::trim).filter(|why| !why.is_empty()).map(str::to_owned);
        if by.chars().count() > LINE || why.as_ref().is_some_and(|why| why.chars().count() > LINE) {
            return Err(Refused::unfit(Message::new("page.error.long")));
        }
        Ok(Self { by: by.to_owned(), why, source: Source::Person })
    }

    /// Their name.
    pub fn name(&self) -> &str {
        &self.by
    }

    /// The same, who corrects by other knowledge than the secretariat's.
    pub fn in_the_name_of(self, source: Source) -> Self {
        Self { source, ..self }
    }

    pub(super) fn layer(&self, place: Place, change: Change, meeting: &Meeting) -> Layer {
        Layer {
            place,
            change,
            by: self.by.clone(),
            when: now(meeting),
            why: self.why.clone(),
            source: self.source.clone(),
        }
    }
}

/// The turn, if nobody has changed it since it was seen.
pub(super) fn seen<'a>(
    record: &'a Record,
    id: &str,
    revision: u64,
    yours: Option<&str>,
) -> Result<&'a Utterance, Refused> {
    let index = record.index(id)?;
    let utterance = &record.transcript.utterances[index];
    if record.revision(record.place(utterance)) == revision {
        return Ok(utterance);
    }
    let more = serde_json::json!({ "current": record.turn(index), "yours": yours });
    Err(Refused::conflict(Message::new("page.error.conflict")).with(more))
}

fn mark(app: &App, folder: &Path, turn: &str, revision: u64, mark: Mark, author: &Author) -> Result<Changed, Refused> {
    let record = app.records.open(folder)?;
    let utterance = seen(&record, turn, revision, None)?;
    // What was heard or decided stands in the record with its time.
    Life::read(&Store::open_to_read(folder)?, &record.transcript)?.check_clock(Timestamp::now())?;
    let layers = if utterance.corrected.has(mark) {
        Vec::new()
    } else {
        vec![author.layer(record.place(utterance), Change::Mark { mark }, &record.meeting)]
    };
    lay(app, folder, &record, &layers)
}

/// Lays corrections, and tells how the turns stand then.
pub(super) fn lay(app: &App, folder: &Path, record: &Record, layers: &[Layer]) -> Result<Changed, Refused> {
    let before = record.transcript.edition.last_edit;
    if layers.is_empty() {
        return Ok(Changed { edits: Vec::new(), turns: Vec::new(), last_edit: before, claimed_by: None });
    }
    // One that could only be read from a folder that may not be written to is not corrected in memory.
    let mut store = Store::open(folder)?;
    let laid = store.lay(layers)?;
    let record = app.records.laid(folder, record, &store, &laid)?;
    let claimed_by = laid.iter().find_map(|edit| {
        let start = record.clock().convert(edit.layer.place.span.start, CLOCK);
        app.claims.changed(folder, &edit.layer.by, start)
    });
    let is_changed = |utterance: &Utterance| record.revision(record.place(utterance)) > before;
    let changed = record.transcript.utterances.iter().enumerate().filter(|(_, utterance)| is_changed(utterance));
    Ok(Changed {
        edits: laid.iter().map(|edit| edit.id).collect(),
        turns: changed.map(|(index, _)| record.turn(index)).collect(),
        last_edit: record.transcript.edition.last_edit,
        claimed_by,
    })
}

/// What turns one text into the other, the last words first, so that the places of those before
/// stay as they are.
fn replaced(before: &str, after: &str) -> Vec<Change> {
    // What no keyboard writes is in no record.
    let after: String = after.chars().filter(|c| c.is_whitespace() || !c.is_control()).collect();
    let mut changes: Vec<Change> = Vec::new();
    let mut place = 0;
    let mut is_open = false;
    for part in difference(before, &after) {
        match part {
            Difference::Same(text) => {
                place += words(&text).count();
                is_open = false;
            }
            Difference::Taken(text) => {
                let count = words(&text).count();
                changes.push(Change::Text { at: place, before: text, after: String::new() });
                place += count;
                is_open = true;
            }
            Difference::Put(text) => match changes.last_mut() {
                Some(Change::Text { after, .. }) if is_open => *after = text,
                _ => changes.push(Change::Text { at: place, before: String::new(), after: text }),
            },
        }
    }
    changes.reverse();
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::edit::Layered;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn laid_one_after_the_other_they_give_the_new_text(before in "[abc ]{0,30}", after in "[abcd ]{0,30}") {
            let raw = Utterance {
                channel: crate::common::clock::Channel::from_index(0),
                span: crate::common::clock::Span::new(0, 100),
                text: before.clone(),
                words: Vec::new(),
                confidence: 1.0,
                flags: Vec::new(),
                corrected: crate::transcript::edit::Corrected::default(),
            };
            let mut layered = Layered::new(&raw);
            for (id, change) in (1..).zip(replaced(&before, &after)) {
                layered.lay(id, &change).expect("fits");
            }
            prop_assert_eq!(layered.words(), words(&after).collect::<Vec<_>>());
        }
    }
}
