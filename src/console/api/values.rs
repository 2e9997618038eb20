//! What the API says, as values.

use std::collections::HashMap;
use std::path::Path;

use serde::Serialize;
use utoipa::ToSchema;

use crate::audio::SPEECH_RATE;
use crate::common::clock::{Channel, Clock, Span};
use crate::common::flag::Flag;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::console::refused::Refused;
use crate::document::orthography::{self, Doubt, Roster};
use crate::document::risalah::who;
use crate::floor::CLOCK;
use crate::meeting::Meeting;
use crate::meeting_folder::{describe, shown_words};
use crate::transcript::edit::{Edit, Mark, Place, Speaker as Said};
use crate::transcript::store::Store;
use crate::transcript::{Transcript, Utterance};

const _: () = assert!(SPEECH_RATE == 16_000);

/// Why a request was not met.
#[derive(Serialize, ToSchema)]
pub struct Refusal {
    /// The sentence's name, for programs.
    pub code: String,
    /// What happened, in the language of who asks.
    pub what: String,
    /// How to mend it.
    pub hint: Option<String>,
}

/// A sentence for people.
#[derive(Clone, Serialize, ToSchema)]
pub struct Told {
    /// Its name, for programs.
    pub code: String,
    /// What it says.
    pub what: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl Told {
    pub fn of(message: &Message, language: Language) -> Self {
        Self { code: message.key.clone(), what: message.what(language), hint: message.hint(language) }
    }
}

/// An utterance as it stands: what one microphone carried without a break.
#[derive(Clone, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Turn {
    /// Its name, which stays.
    pub id: String,
    /// The microphone.
    pub channel: u16,
    /// Its first sample, at 16 kHz.
    pub start: u64,
    /// The sample after its last.
    pub end: u64,
    /// When it begins, `hh:mm:ss`.
    pub time: String,
    /// Who speaks.
    pub speaker: Speaker,
    /// What was said, as it stands.
    pub text: String,
    /// The same by word; empty where no times are known.
    pub words: Vec<Word>,
    /// The recogniser's mean probability, 0 to 1.
    pub confidence: f32,
    /// Why a person should listen to it.
    #[schema(value_type = Vec<String>)]
    pub flags: Vec<Flag>,
    /// Words that no machine may decide.
    pub doubts: Vec<Doubted>,
    /// Whether it waits to be listened to.
    pub to_hear: bool,
    /// Whether somebody has listened to it.
    pub heard: bool,
    /// Whether the meeting decided to leave it out.
    pub omitted: bool,
    /// Whether corrections have left no word of it.
    pub emptied: bool,
    /// The number of the last correction of it; 0 where there is none. A change is made on it.
    pub revision: u64,
}

/// Who speaks a turn.
#[derive(Clone, Serialize, ToSchema)]
pub struct Speaker {
    /// The short name, where a person is known.
    pub id: Option<String>,
    /// As the record names them.
    pub label: String,
    /// The name, where a person is known.
    pub name: Option<String>,
    /// `seat` where it is whoever sits at the microphone, `person` or `unknown` where a correction
    /// says so.
    pub by: &'static str,
}

/// A word with its time.
#[derive(Clone, Serialize, ToSchema)]
pub struct Word {
    /// The word with its punctuation.
    pub text: String,
    /// Its first sample, at 16 kHz.
    pub start: u64,
    /// The sample after its last.
    pub end: u64,
    /// The recogniser's probability, 0 to 1.
    pub probability: f32,
}

/// Words that a person should listen to.
#[derive(Clone, Serialize, ToSchema)]
pub struct Doubted {
    /// The first of them, counted from 0.
    pub from: usize,
    /// The one after the last.
    pub until: usize,
    /// What is in doubt.
    pub matter: String,
    /// What might be written there once it has been heard.
    pub proposal: Option<String>,
}

/// The record of one meeting, read at once.
pub struct Record {
    pub store: Store,
    pub meeting: Meeting,
    pub transcript: Transcript,
    pub edits: Vec<Edit>,
    roster: Roster,
    revisions: HashMap<Place, u64>,
}

impl Record {
    pub fn open(folder: &Path) -> Result<Self, Refused> {
        let mut store = Store::open_to_read(folder)?;
        let mut meeting = describe(folder)?;
        let (transcript, _) = shown_words(folder, &mut store, &mut meeting)?;
        let edits = store.edits()?;
        let revisions = edits.iter().map(|edit| (edit.layer.place, edit.id)).collect();
        Ok(Self { roster: Roster::of(&meeting), store, meeting, transcript, edits, revisions })
    }

    pub fn clock(&self) -> Clock {
        self.transcript.recording.clock
    }

    pub fn place(&self, utterance: &Utterance) -> Place {
        Place::of(self.transcript.version.number, utterance)
    }

    /// The number of the last correction of a turn.
    pub fn revision(&self, place: Place) -> u64 {
        self.revisions.get(&place).copied().unwrap_or(0)
    }

    /// The turn of this name.
    pub fn find(&self, id: &str) -> Result<&Utterance, Refused> {
        let absent = || Refused::not_found(Message::new("page.error.turn").with("name", id));
        let place = place_of(id).ok_or_else(absent)?;
        self.transcript.utterances.iter().find(|utterance| self.place(utterance) == place).ok_or_else(absent)
    }

    /// A turn as it is told.
    pub fn turn(&self, utterance: &Utterance) -> Turn {
        let clock = self.clock();
        let span = clock.convert_span(utterance.span, CLOCK);
        let place = self.place(utterance);
        let (heard, omitted) = (utterance.corrected.has(Mark::Heard), utterance.corrected.has(Mark::Omitted));
        let doubts = if heard || omitted {
            Vec::new()
        } else {
            orthography::doubts(orthography::spoken(utterance, clock, false), &self.roster)
        };
        Turn {
            id: id_of(place),
            channel: utterance.channel.number(),
            start: span.start,
            end: span.end,
            time: clock.hms(utterance.span.start),
            speaker: self.speaker(utterance),
            text: utterance.text.clone(),
            words: utterance.words.iter().map(|word| told(word, clock)).collect(),
            confidence: utterance.confidence,
            flags: utterance.flags.clone(),
            to_hear: utterance.wants_listening() || !doubts.is_empty(),
            doubts: doubts.into_iter().map(doubted).collect(),
            heard,
            omitted,
            emptied: utterance.is_emptied(),
            revision: self.revision(place),
        }
    }

    fn speaker(&self, utterance: &Utterance) -> Speaker {
        let person = who::person(&self.meeting, self.clock(), utterance);
        Speaker {
            id: person.map(|person| person.id.clone()),
            label: self.meeting.label_of(person, utterance.channel).to_string(),
            name: person.map(|person| person.name.clone()),
            by: match utterance.corrected.speaker {
                Said::Seat => "seat",
                Said::Person(_) => "person",
                Said::Unknown => "unknown",
            },
        }
    }
}

fn told(word: &crate::transcript::Word, clock: Clock) -> Word {
    let span = clock.convert_span(word.span, CLOCK);
    Word { text: word.text.clone(), start: span.start, end: span.end, probability: word.probability }
}

fn doubted(doubt: Doubt) -> Doubted {
    Doubted {
        from: doubt.words.start,
        until: doubt.words.end,
        matter: doubt.matter.key().to_owned(),
        proposal: doubt.proposal,
    }
}

/// Version, microphone and samples of its own clock.
fn id_of(place: Place) -> String {
    format!("{}-{}-{}-{}", place.version, place.channel.number(), place.span.start, place.span.end)
}

fn place_of(id: &str) -> Option<Place> {
    let parts: Vec<&str> = id.split('-').collect();
    let [version, channel, start, end] = parts[..] else { return None };
    let (start, end) = (start.parse().ok()?, end.parse().ok()?);
    Some(Place {
        version: version.parse().ok()?,
        channel: Channel::new(channel.parse().ok()?)?,
        span: Span::new(start, end),
    })
}
