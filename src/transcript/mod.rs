//! What was recognised: utterances on channels, with their words, doubt and origin.
//!
//! The raw transcript is immutable. A recogniser writes one version; recognising again writes
//! another beside it, and a correction is a layer above ([`edit`]). How the words were recognised,
//! and who sits at a channel, is not known here.

pub mod consult;
pub mod edit;
pub mod listening;
mod overlap;
pub mod peaks;
pub mod redaction;
pub mod store;

use serde::{Deserialize, Serialize};

use crate::common::clock::{Channel, Clock, Span};
use crate::common::flag::Flag;
use crate::common::message::Message;

use edit::{Corrected, Mark};

/// One word as it was recognised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word with its punctuation, without surrounding spaces.
    pub text: String,
    /// Where it was spoken, on the recording's clock.
    pub span: Span,
    /// The recogniser's mean probability of its tokens, 0 to 1.
    pub probability: f32,
}

/// An unbroken stretch of speech of one channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Utterance {
    /// The microphone channel that carried it.
    pub channel: Channel,
    /// Where it was spoken, on the recording's clock.
    pub span: Span,
    /// All that was recognised, spaces and punctuation as the recogniser wrote them, trimmed.
    pub text: String,
    /// The same by word; empty when the recogniser gives no word times.
    pub words: Vec<Word>,
    /// Mean probability of the tokens, 0 to 1.
    pub confidence: f32,
    /// Reasons to listen, ascending, each once.
    pub flags: Vec<Flag>,
    /// What corrections made of it; nothing in the raw transcript.
    #[serde(default, skip_serializing_if = "Corrected::is_raw")]
    pub corrected: Corrected,
}

impl Utterance {
    /// Whether somebody should listen to all of it before the record is signed, and nobody has said
    /// that they did.
    #[must_use]
    pub fn wants_listening(&self) -> bool {
        let settled = self.corrected.has(Mark::Heard) || self.corrected.has(Mark::Omitted);
        let unheard = self.flags.contains(&Flag::NoWords) && self.text.trim().is_empty();
        !settled && (unheard || self.flags.iter().any(|flag| flag.is_doubt()))
    }

    /// What was said, as one text, without what rules of this program made of it.
    #[must_use]
    pub fn said(&self) -> &str {
        self.corrected.said.as_ref().map_or(&self.text, |said| &said.text)
    }

    /// The same by word; empty when the recogniser gives no word times.
    #[must_use]
    pub fn said_words(&self) -> &[Word] {
        self.corrected.said.as_ref().map_or(&self.words, |said| &said.words)
    }

    /// Whether corrections have left no word of it, or somebody has listened and heard none.
    #[must_use]
    pub fn is_emptied(&self) -> bool {
        let silent = edit::words(&self.text).next().is_none() && self.corrected.has(Mark::Heard);
        (silent || self.corrected.emptied) && !self.corrected.has(Mark::Omitted)
    }
}

/// How a version of the transcript came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its number in the store, from 1.
    pub number: u32,
    /// The model's name, or its file name when it is not an official one.
    pub model: String,
    /// SHA-256 of the model file, in lower-case hexadecimal.
    pub model_sha256: String,
    /// SHA-256 of the weights that the model file was made from, where they had another form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_origin: Option<String>,
    /// Language the recogniser was told, `id` unless asked otherwise.
    pub language: String,
    /// This program's version.
    pub program: String,
    /// When it was begun.
    pub created: jiff::Timestamp,
    /// Whether every utterance has been recognised.
    pub complete: bool,
}

/// Names of the models that are trained on synthesised speech begin so.
const DEMONSTRATION: &str = "risalah-demo";

impl Version {
    /// Whether the words come from a model for demonstrations, which is not fit for a meeting.
    #[must_use]
    pub fn is_demonstration(&self) -> bool {
        self.model.starts_with(DEMONSTRATION)
    }
}

/// The sound that a transcript speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The recording's clock: every span of the transcript is on it.
    pub clock: Clock,
    /// Number of channels.
    pub channels: u16,
    /// Length in samples of one channel.
    pub length: u64,
    /// When its first sample was taken, if that is known.
    pub started: Option<jiff::Timestamp>,
    /// What a person must know about the sound: gaps, truncation, silent channels.
    pub warnings: Vec<Message>,
}

/// One version of the transcript of one recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The sound.
    pub recording: Recording,
    /// How it was recognised.
    pub version: Version,
    /// Ordered by start, then channel.
    pub utterances: Vec<Utterance>,
    /// Which state of which meeting's transcript it is.
    pub edition: Edition,
}

impl Transcript {
    /// That of a meeting of which nothing has been recorded yet.
    #[must_use]
    pub fn nothing(created: jiff::Timestamp) -> Self {
        Self {
            recording: Recording {
                clock: crate::floor::CLOCK,
                channels: 0,
                length: 0,
                started: None,
                warnings: Vec::new(),
            },
            version: Version {
                number: 0,
                model: String::new(),
                model_sha256: String::new(),
                model_origin: None,
                language: String::new(),
                program: env!("CARGO_PKG_VERSION").to_owned(),
                created,
                complete: false,
            },
            utterances: Vec::new(),
            edition: Edition::default(),
        }
    }

    /// The same as it was said: without what rules of this program wrote otherwise, except where a
    /// person's correction stands on it.
    #[must_use]
    pub fn verbatim(mut self) -> Self {
        for utterance in &mut self.utterances {
            if let Some(said) = utterance.corrected.said.take() {
                (utterance.text, utterance.words) = (said.text, said.words);
                utterance.corrected.passages = said.passages;
            }
        }
        self.edition.level = Level::Full;
        self
    }
}

/// How much of what was said the text of a transcript holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// *Verbatim bersih*: as the rules of writing have it, without fillers and false starts.
    #[default]
    Clean,
    /// *Verbatim penuh*: all that was said, as it was recognised.
    Full,
}

/// What tells a transcript from that of another meeting, and from an earlier or later state of its
/// corrections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// 64 hexadecimal digits that stand for the meeting's recording.
    pub meeting: String,
    /// The last layer that was taken into account; 0 in the raw transcript.
    pub last_edit: u64,
    /// How much of what was said it holds.
    #[serde(default)]
    pub level: Level,
}
