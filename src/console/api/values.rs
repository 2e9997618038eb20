//! What the API says, as values.

use serde::Serialize;
use utoipa::ToSchema;

use crate::audio::SPEECH_RATE;
use crate::common::clock::Clock;
use crate::common::flag::Flag;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::console::words;
use crate::document::orthography::Doubt;
use crate::floor::CLOCK;
use crate::transcript::edit::Pokir;

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
        Self { code: message.key.clone(), what: message.what(language), hint: words::hint(message, language) }
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
    /// Words of it that another person says.
    pub passages: Vec<Passage>,
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
    /// Whether it goes on with the one before it: one paragraph of the record.
    pub joined: bool,
    /// The *pokok pikiran* that it raises.
    pub pokir: Option<RaisedPokir>,
    /// Whether somebody asked, while it was recorded, that it be listened to again.
    pub marked: bool,
    /// Whether corrections have left no word of it.
    pub emptied: bool,
    /// The number of the last correction of it; 0 where there is none. A change is made on it.
    pub revision: u64,
}

/// A *pokok pikiran*: what somebody raises for the house to take up.
#[derive(Clone, Serialize, ToSchema)]
pub struct RaisedPokir {
    /// What it is, in a few words.
    pub title: String,
    /// The field of government (*urusan*), where that was said.
    pub field: Option<String>,
}

impl RaisedPokir {
    pub fn of(pokir: &Pokir) -> Self {
        Self { title: pokir.title.clone(), field: pokir.field.clone() }
    }
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

/// Words of a turn that another person says than the rest of it.
#[derive(Clone, Serialize, ToSchema)]
pub struct Passage {
    /// The first of them, counted from 0.
    pub from: usize,
    /// The one after the last.
    pub until: usize,
    /// The short name, where a person is known.
    pub id: Option<String>,
    /// As the record names them.
    pub label: String,
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

impl Word {
    pub fn of(word: &crate::transcript::Word, clock: Clock) -> Self {
        let span = clock.convert_span(word.span, CLOCK);
        Self { text: word.text.clone(), start: span.start, end: span.end, probability: word.probability }
    }
}

impl Doubted {
    pub fn of(doubt: &Doubt) -> Self {
        Self {
            from: doubt.words.start,
            until: doubt.words.end,
            matter: doubt.matter.key().to_owned(),
            proposal: doubt.proposal.clone(),
        }
    }
}
