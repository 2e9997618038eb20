//! Recognition of one utterance: sound in, words with times and probabilities out.
//!
//! Who spoke, and what is done with the words, is not known here. [`whisper`] is the engine; [`guard`] looks at what it returned
//! and says where a person should listen. Nothing that was recognised is dropped or rewritten.

mod greedy;
pub mod guard;
mod mel;
mod narrow;
pub mod whisper;

use crate::clock::Span;

/// A word as the engine heard it.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Its text with punctuation, without spaces around it.
    pub text: String,
    /// Where it lies in the sound that was given, in samples at 16 kHz.
    pub span: Span,
    /// Mean probability of its tokens, 0 to 1.
    pub probability: f32,
    /// Number of its tokens.
    pub tokens: usize,
    /// Sum of the natural logarithms of their probabilities.
    pub log_probability: f32,
}

/// What an engine heard in one piece of sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recognition {
    /// The words in their order; none when no words were heard.
    pub words: Vec<Word>,
}

impl Recognition {
    /// Number of text tokens.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.words.iter().map(|word| word.tokens).sum()
    }

    /// Mean natural logarithm of the tokens' probabilities; 0 when there are none.
    #[must_use]
    pub fn mean_log_probability(&self) -> f32 {
        self.words.iter().map(|word| word.log_probability).sum::<f32>() / self.tokens().max(1) as f32
    }

    /// The words with single spaces.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Geometric mean of the tokens' probabilities, 0 to 1; 0 when nothing was heard.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        if self.tokens() == 0 { 0.0 } else { self.mean_log_probability().exp() }
    }
}

/// Asked again and again during a preview: whether somebody else needs the machine.
pub type GiveUp = Box<dyn Fn() -> bool>;

/// Something that recognises speech. One instance belongs to one thread.
pub trait Recogniser {
    /// Recognises mono sound at 16 kHz, at most 30 s. The result depends on nothing but the sound: no context is carried over,
    /// so that a run that was interrupted ends with the same words.
    fn recognise(&mut self, sound: &[f32]) -> Result<Recognition, Error>;

    /// What is heard at first go, for sound that goes on; `None` when `give_up` said so meanwhile.
    fn preview(&mut self, sound: &[f32], give_up: GiveUp) -> Result<Option<Recognition>, Error>;

    /// Samples of sound in which it hears several utterances for the price of one, and tells by the times of the words which is whose; `None` where each costs
    /// what it is long.
    fn window(&self) -> Option<usize> {
        None
    }
}

/// Why recognition could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// whisper.cpp refused the model although its header and size are right.
    #[error("whisper.cpp cannot load the model {name}")]
    Load {
        /// The model's name.
        name: String,
    },
    /// whisper.cpp had no memory for its working state.
    #[error("no memory for the recogniser's working state")]
    State,
    /// whisper.cpp failed on a piece of sound.
    #[error("recognition failed inside whisper.cpp ({code})")]
    Engine {
        /// Its own code.
        code: String,
    },
    /// The language is not one that Whisper knows.
    #[error("unknown language {language}")]
    Language {
        /// As it was asked for.
        language: String,
    },
    /// The processor lacks instructions that the program was compiled for.
    #[error("the processor lacks {missing}")]
    Processor {
        /// The names of the instruction sets.
        missing: String,
    },
}

impl crate::message::Explain for Error {
    fn message(&self) -> crate::message::Message {
        use crate::message::Message;
        match self {
            Self::Load { name } => Message::new("speech.load").with("name", name),
            Self::State => Message::new("speech.state"),
            Self::Engine { code } => Message::new("speech.engine").with("code", code),
            Self::Language { language } => Message::new("speech.language").with("language", language),
            Self::Processor { missing } => Message::new("speech.processor").with("missing", missing),
        }
    }

    fn is_usage(&self) -> bool {
        matches!(self, Self::Language { .. })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use crate::models::{Source, Store, Watch};

    /// The ggml file of the shipped model.
    pub(super) fn shipped() -> Vec<u8> {
        let mut watch = Watch { report: &mut |_| {}, cancel: &AtomicBool::new(false) };
        let store = Store::from_env().expect("a store");
        let model = store.resolve(Some("risalah-demo".as_ref()), &mut watch).expect("the shipped model");
        match model.source {
            Source::Bytes(file) => file,
            Source::Path(path) => panic!("the shipped model lies in the program, not in {path:?}"),
        }
    }
}
