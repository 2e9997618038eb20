//! The *pokok pikiran* that were raised in all meetings, for the systems that collect them.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;

use super::contents::Items;
use crate::common::message::{Explain, Message};
use crate::common::table::{self, cell};
use crate::document::risalah::who;
use crate::floor::CLOCK;
use crate::meeting::{Kind, Nature};
use crate::meeting_folder::{self, describe, name};
use crate::transcript::store::{self, Store};

const HEAD: [&str; 14] = [
    "meeting", "name", "date", "kind", "item", "person", "member", "fraksi", "title", "field", "time", "clock",
    "channel", "text",
];

/// A *pokok pikiran* where it was raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Raised {
    /// The name of the meeting's folder.
    pub meeting: String,
    /// What the meeting is called.
    pub name: String,
    /// Its day.
    pub date: Option<Date>,
    /// Its kind, as `rapat.toml` writes it.
    pub kind: Option<&'static str>,
    /// The item of the agenda at that time, where it is known.
    pub item: Option<String>,
    /// The short name of whoever raised it.
    pub person: Option<String>,
    /// The name, or the microphone where nobody is known.
    pub member: String,
    /// The label of the party group.
    pub fraksi: Option<String>,
    /// What it is, in a few words.
    pub title: String,
    /// The field of government, where that was said.
    pub field: Option<String>,
    /// When in the recording, `hh:mm:ss`.
    pub time: String,
    /// When by the clock on the wall, `hh.mm.ss`, where it is known.
    pub clock: Option<String>,
    /// The microphone.
    pub channel: u16,
    /// The first sample, at 16 kHz.
    pub start: u64,
    /// What was said, as it stands.
    pub text: String,
}

/// What was raised in some meetings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AllRaised {
    /// By meeting and time.
    pub raised: Vec<Raised>,
    /// Closed meetings that were left out.
    pub closed: usize,
    /// Meetings that cannot be read, and why.
    pub unreadable: Vec<(String, Message)>,
}

/// What was raised in these meetings, each with the name of its folder. Of closed ones nothing is
/// told, unless one of them alone is asked for.
#[must_use]
pub fn pokir(meetings: &[(String, PathBuf)]) -> AllRaised {
    let mut all = AllRaised::default();
    for (id, folder) in meetings {
        match raised(id, folder, meetings.len() == 1) {
            Ok(Some(raised)) => all.raised.extend(raised),
            Ok(None) => all.closed += 1,
            Err(error) => all.unreadable.push((id.clone(), error.message())),
        }
    }
    all
}

/// What was raised in one meeting; `None` of a closed one that is not asked for by itself.
fn raised(id: &str, folder: &Path, is_alone: bool) -> Result<Option<Vec<Raised>>, meeting_folder::Error> {
    let meeting = describe(folder)?;
    if !is_alone && meeting.nature.is_some_and(|nature| nature != Nature::Terbuka) {
        return Ok(None);
    }
    let texts = match Store::open_to_read(folder).and_then(|store| store.texts()) {
        Err(store::Error::Missing { .. }) => return Ok(Some(Vec::new())),
        texts => texts?,
    };
    let (items, recording) = (Items::of(&meeting), &texts.current.recording);
    let clock = recording.clock;
    let mut found = Vec::new();
    for utterance in &texts.current.utterances {
        let Some(pokir) = &utterance.corrected.pokir else { continue };
        let person = who::person(&meeting, clock, utterance);
        let millis = clock.millis(utterance.span.start);
        let label = || meeting.label_of(person, utterance.channel).to_string();
        let civil = meeting.civil(millis, recording.started);
        found.push(Raised {
            meeting: id.to_owned(),
            name: name(&meeting, id),
            date: meeting.date,
            kind: meeting.kind.map(Kind::key),
            item: items.at(millis).checked_sub(1).and_then(|item| meeting.agenda.get(item)).cloned(),
            person: person.map(|person| person.id.clone()),
            member: person.map_or_else(label, |person| person.name.clone()),
            fraksi: person.and_then(|person| person.group.as_ref()).map(|group| group.code.clone()),
            title: pokir.title.clone(),
            field: pokir.field.clone(),
            time: clock.hms(utterance.span.start),
            clock: civil.map(|civil| civil.strftime("%H.%M.%S").to_string()),
            channel: utterance.channel.number(),
            start: clock.convert(utterance.span.start, CLOCK),
            text: utterance.text.clone(),
        });
    }
    Ok(Some(found))
}

/// The same as a table for spreadsheets.
///
/// # Errors
/// What is wrong, when the table cannot be made.
pub fn pokir_csv(raised: &[Raised]) -> Result<Vec<u8>, csv::Error> {
    let text = |text: &Option<String>| text.as_deref().map(cell).unwrap_or_default();
    let rows = raised.iter().map(|one| {
        [
            cell(&one.meeting),
            cell(&one.name),
            one.date.map(|date| date.to_string()).unwrap_or_default(),
            one.kind.unwrap_or_default().to_owned(),
            text(&one.item),
            text(&one.person),
            cell(&one.member),
            text(&one.fraksi),
            cell(&one.title),
            text(&one.field),
            one.time.clone(),
            text(&one.clock),
            one.channel.to_string(),
            cell(&one.text),
        ]
    });
    table::csv(HEAD, rows)
}
