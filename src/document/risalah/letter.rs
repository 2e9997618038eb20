//! What goes to others with a record: the covering letter with its disposition sheet, and an
//! extract of the record.

use std::sync::Arc;

use serde::Serialize;

use super::text::printable;
use super::wording::long_date;
use super::{Entry, Risalah, Sheet};
use crate::meeting::{Meeting, Person, capitals};
use crate::transcript::Transcript;

/// The covering letter of a record, in finished texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// Its number.
    pub number: String,
    /// Place and date.
    pub place_and_date: String,
    /// To whom.
    pub to: Vec<String>,
    /// What it is about.
    pub subject: String,
    /// What is enclosed.
    pub enclosed: Vec<String>,
    /// The disposition sheet.
    pub disposition: Disposition,
    /// The office of who signs, and the name.
    pub office: String,
    /// Who signs.
    pub name: String,
    /// Rank and number, below the name.
    pub below: Vec<String>,
}

/// What somebody is to do with a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disposition {
    /// To whom it is passed on; blank lines are filled in by hand.
    pub to: String,
    /// What is to be done.
    pub instruction: String,
    /// Until when.
    pub due: String,
}

/// Which part of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What one person said, by the short name.
    Member(String),
    /// One item of the agenda, from 1.
    Item(u32),
}

impl Letter {
    /// Place and date of a letter.
    #[must_use]
    pub fn place_and_date(city: Option<&str>, date: jiff::civil::Date) -> String {
        let date = long_date(date);
        city.map_or_else(|| date.clone(), |city| format!("{}, {date}", printable(city)))
    }

    /// A day as letters write it.
    #[must_use]
    pub fn day(date: jiff::civil::Date) -> String {
        long_date(date)
    }

    fn printable(&self) -> Self {
        let all = |texts: &[String]| texts.iter().map(|text| printable(text)).collect();
        Self {
            number: printable(&self.number),
            place_and_date: printable(&self.place_and_date),
            to: all(&self.to),
            subject: printable(&self.subject),
            enclosed: all(&self.enclosed),
            disposition: Disposition {
                to: printable(&self.disposition.to),
                instruction: printable(&self.disposition.instruction),
                due: printable(&self.disposition.due),
            },
            office: printable(&capitals(&self.office)),
            name: printable(&capitals(&self.name)),
            below: all(&self.below),
        }
    }
}

/// The covering letter of a record that is official.
#[must_use]
pub fn letter_sheet(official: &Risalah, letter: &Letter) -> Sheet {
    // That the record is official is no mark of its letter; how secret it is, is one.
    let marks = official.marks.iter().skip(1).cloned().collect();
    let shown = Risalah { marks, body: Vec::new(), ..official.clone() };
    Sheet::with("surat-pengantar.typ", &shown, &[("letter", serde_json::json!(letter.printable()))])
}

/// A part of an official record, and how it is called; `None` where nothing belongs to it.
/// `reference` says which record it is of.
#[must_use]
pub fn extract_sheet(
    official: &Risalah,
    meeting: &Meeting,
    transcript: &Transcript,
    part: &Part,
    reference: &str,
) -> Option<Sheet> {
    let (body, of) = match part {
        Part::Member(id) => (said_by(official, meeting, transcript, id), meeting.person(id)?.name.clone()),
        Part::Item(number) => {
            let item = meeting.agenda.get(usize::try_from(number.checked_sub(1)?).ok()?)?;
            (of_item(official, *number, item), format!("Acara {number}: {item}"))
        }
    };
    if !body.iter().any(|entry| matches!(entry, Entry::Turn(_))) {
        return None;
    }
    let mut marks = official.marks.clone();
    if let Some(first) = marks.first_mut() {
        "KUTIPAN RISALAH RESMI".clone_into(first);
    }
    let title = format!("KUTIPAN {}", official.title);
    let shown = Risalah { marks, title, body, ..official.clone() };
    let parts = [("of", printable(&of)), ("reference", printable(reference))];
    let more = parts.map(|(key, text)| (key, serde_json::Value::String(text)));
    Some(Sheet::with("kutipan.typ", &shown, &more))
}

/// The turns of one person, each under the item of the agenda in which it was said.
fn said_by(official: &Risalah, meeting: &Meeting, transcript: &Transcript, id: &str) -> Vec<Entry> {
    let clock = transcript.recording.clock;
    let (mut body, mut item, mut follows) = (Vec::new(), None, false);
    for entry in &official.body {
        match entry {
            Entry::Item { .. } => item = Some(entry.clone()),
            Entry::Event { .. } => {}
            Entry::Turn(turn) => {
                let speaker = meeting.speaker(turn.channel, clock.millis(turn.span.start));
                // What all say at once stands under no one's name.
                let is_theirs =
                    |person: &Arc<Person>| person.id == id && turn.label.contains(&printable(&capitals(&person.name)));
                if !speaker.is_some_and(is_theirs) {
                    follows = false;
                    continue;
                }
                body.extend(item.take());
                let mut turn = turn.clone();
                turn.continued &= follows;
                follows = true;
                body.push(Entry::Turn(turn));
            }
        }
    }
    body
}

/// All between the heading of an item and the next one, as often as it was taken up.
fn of_item(official: &Risalah, number: u32, item: &str) -> Vec<Entry> {
    let wanted = printable(&format!("Acara {number}: {item}"));
    let (mut body, mut is_in): (Vec<Entry>, bool) = (Vec::new(), false);
    for entry in &official.body {
        if let Entry::Item { text } = entry {
            is_in = *text == wanted;
        }
        if is_in {
            let mut entry = entry.clone();
            if let (Entry::Turn(turn), Some(Entry::Item { .. })) = (&mut entry, body.last()) {
                turn.continued = false;
            }
            body.push(entry);
        }
    }
    body
}
