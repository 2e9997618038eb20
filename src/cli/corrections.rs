//! What the commands of correction share: turns by number, layers in words, stale documents.

use std::ops::Range;
use std::path::Path;

use e_risalah::common::clock::Clock;
use e_risalah::common::message::Message;
use e_risalah::document::risalah::{Format, Numbered, compose, turns};
use e_risalah::lifecycle::Stage;
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder::describe;
use e_risalah::transcript::edit::{Change, Edit, Mark, Place, Speaker};
use e_risalah::transcript::store::Store;
use e_risalah::transcript::{Transcript, Utterance};
use jiff::tz::TimeZone;

use super::console::Console;
use super::outcome::Failure;

/// A turn as it is numbered in the working copy.
pub struct Turn {
    pub number: usize,
    pub time: String,
    label: String,
    pub utterances: Range<usize>,
}

/// The record of a folder at a stage, turn by turn.
pub struct NumberedRecord {
    pub meeting: Meeting,
    pub raw: Transcript,
    pub current: Transcript,
    pub edits: Vec<Edit>,
    pub turns: Vec<Turn>,
}

impl NumberedRecord {
    /// The record of a folder at a stage.
    pub fn open(folder: &Path, store: &Store, stage: Stage) -> Result<Self, Failure> {
        let meeting = describe(folder)?;
        let edits = store.edits()?;
        let current = stage.transcript(folder, store)?;
        let newest = || store.load();
        let raw = store.load_version(current.version.number)?.map_or_else(newest, Ok)?;
        let clock = raw.recording.clock;
        let turn = |(number, turn): (usize, Numbered)| Turn {
            number,
            time: clock.hms(current.utterances[turn.utterances.start].span.start),
            label: turn.label,
            utterances: turn.utterances,
        };
        let turns = (1..).zip(turns(&compose(&meeting, &current))).map(turn).collect();
        Ok(Self { meeting, raw, current, edits, turns })
    }

    /// The turn of an utterance; one that has no words left belongs to the turn before it.
    pub fn turn(&self, utterance: usize) -> Option<&Turn> {
        self.turns.iter().rev().find(|turn| turn.utterances.start <= utterance).or_else(|| self.turns.first())
    }

    /// The utterances of a turn of the recognised text that began at this time, although
    /// corrections have left none of it, or joined it to another.
    pub fn gone(&self, time: &str) -> Option<Range<usize>> {
        let began = |turn: &Numbered| self.clock().hms(self.raw.utterances[turn.utterances.start].span.start) == time;
        turns(&compose(&self.meeting, &self.raw)).into_iter().find(began).map(|turn| turn.utterances)
    }

    pub fn index(&self, place: Place) -> Option<usize> {
        let version = self.raw.version.number;
        self.raw.utterances.iter().position(|utterance| Place::of(version, utterance) == place)
    }

    pub fn clock(&self) -> Clock {
        self.raw.recording.clock
    }

    /// The zone of the meeting, else of this computer.
    pub fn zone(&self) -> TimeZone {
        self.meeting.zone.map_or_else(TimeZone::system, |zone| zone.offset().to_time_zone())
    }

    pub fn heading(&self, utterance: usize, console: Console) -> String {
        let Some(turn) = self.turn(utterance) else { return String::new() };
        let message = Message::new("history.turn")
            .with("number", turn.number)
            .with("time", &turn.time)
            .with("label", &turn.label);
        console.sentence(&message)
    }
}

/// What a correction of an earlier version waits for: one sentence for each, with where it was and
/// what it said.
pub fn open_corrections(transcript: &Transcript, edits: &[Edit], meeting: &Meeting, console: Console) -> Vec<Message> {
    let clock = transcript.recording.clock;
    let sentence = |edit: &Edit| {
        let place = edit.layer.place;
        Message::new("history.not_carried")
            .with("edit", edit.id)
            .with("time", clock.hms(place.span.start))
            .with("channel", place.channel)
            .with("change", describe_change(meeting, clock, &edit.layer.change, None, console))
            .with("by", &edit.layer.by)
    };
    edits.iter().map(sentence).collect()
}

/// What a layer says, in words.
pub fn describe_change(
    meeting: &Meeting,
    clock: Clock,
    change: &Change,
    utterance: Option<&Utterance>,
    console: Console,
) -> String {
    match change {
        Change::Text { before, after, .. } => format!("“{before}” → “{after}”"),
        Change::Speaker { before, after } => {
            let name = |said: &Speaker| speaker_name(meeting, clock, said, utterance, console);
            format!("{} → {}", name(before), name(after))
        }
        Change::Passage { words, speaker, .. } => {
            format!("“{words}”: {}", speaker_name(meeting, clock, speaker, utterance, console))
        }
        Change::Mark { mark: Mark::Heard } => console.text("history.heard"),
        Change::Mark { mark: Mark::Omitted } => console.text("history.omitted"),
        Change::Mark { mark: Mark::Joined } => console.text("history.joined"),
        Change::Pokir { pokir: Some(pokir) } => {
            console.sentence(&Message::new("history.pokir").with("title", &pokir.title))
        }
        Change::Pokir { pokir: None } => console.text("history.no_pokir"),
        Change::Undo { edit } => console.sentence(&Message::new("history.undo").with("edit", edit)),
    }
}

/// Who speaks, by a correction.
pub fn speaker_name(
    meeting: &Meeting,
    clock: Clock,
    said: &Speaker,
    utterance: Option<&Utterance>,
    console: Console,
) -> String {
    let known = match said {
        Speaker::Person(id) => return meeting.person(id).map_or_else(|| id.clone(), |person| person.name.clone()),
        Speaker::Unknown => None,
        Speaker::Seat => {
            utterance.and_then(|utterance| meeting.speaker(utterance.channel, clock.millis(utterance.span.start)))
        }
    };
    known.map_or_else(|| console.text("history.unknown"), |person| person.name.clone())
}

/// The documents of the folder that do not have what was just corrected.
pub fn stale_documents(folder: &Path, store: &Store) -> Result<Vec<&'static str>, Failure> {
    let mut stale = Vec::new();
    let names = Format::ALL.into_iter().filter(|format| *format != Format::Working).map(Format::file_name);
    for name in names {
        if folder.join(name).is_file() && store.exported(name)?.is_some() {
            stale.push(name);
        }
    }
    Ok(stale)
}

/// Says which documents must be written again.
pub fn tell_stale(stale: &[&str], console: Console) {
    if !stale.is_empty() {
        console.note(&Message::new("correction.stale").with("files", stale.join(", ")));
    }
}
