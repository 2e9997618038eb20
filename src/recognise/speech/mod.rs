//! Recognition of one utterance: sound in, words with times and probabilities out.
//!
//! Who spoke, and what is done with the words, is not known here. [`Engine`] names who computes:
//! the program's own engine or whisper.cpp. [`guard`] looks at what came and says where a person
//! should listen. Nothing that was recognised is dropped or rewritten.

mod cpu;
pub mod guard;
mod letters;
mod names;
mod parts;
#[cfg(feature = "whisper-cpp")]
mod pauses;
#[cfg(feature = "whisper-cpp")]
mod whisper_cpp;

use risalah_whisper::Precision;

use crate::common::clock::Span;
use crate::recognise::models::Model;

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
    /// The code of the language, where it was found to be another than the usual one.
    pub language: Option<String>,
    /// Whether the decoder lost its way, in whatever window it heard the sound.
    pub is_lost: bool,
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

/// Who computes a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// The program's own engine on the processor, weights of 8 bits.
    #[default]
    Cpu,
    /// The same in single precision, for comparison: three times slower.
    CpuF32,
    /// whisper.cpp, for comparison and for graphics processors.
    WhisperCpp,
}

impl Engine {
    /// All of them by the names that a user types.
    pub const NAMES: [(&'static str, Self); 3] =
        [("cpu", Self::Cpu), ("cpu-f32", Self::CpuF32), ("whisper-cpp", Self::WhisperCpp)];

    /// The engine of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|&(_, engine)| engine)
    }

    /// Whether this program was built with it.
    ///
    /// # Errors
    /// When it was not.
    pub fn check(self) -> Result<(), Error> {
        if self == Self::WhisperCpp && cfg!(not(feature = "whisper-cpp")) {
            return Err(Error::EngineLeftOut);
        }
        Ok(())
    }
}

/// What whisper.cpp was built for beside the processor: `None` where there is nothing.
#[must_use]
pub fn graphics() -> Option<&'static str> {
    [("CUDA", cfg!(feature = "cuda")), ("Vulkan", cfg!(feature = "vulkan"))]
        .into_iter()
        .find_map(|(name, built)| built.then_some(name))
}

/// The languages that may be spoken, as two-letter codes of Whisper; the first is the usual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Languages(Vec<String>);

impl Languages {
    /// What is spoken in Indonesian councils: Indonesian, Javanese, Sundanese, English, Arabic.
    const AUTO: [&'static str; 5] = ["id", "jw", "su", "en", "ar"];

    /// From one code, several with commas between, or `auto`, which means `office` or, where that
    /// is empty, those of councils.
    #[must_use]
    pub fn parse(text: &str, office: &[String]) -> Self {
        if text != "auto" {
            return Self(text.split(',').map(|code| code.trim().to_owned()).collect());
        }
        let codes = if office.is_empty() { Self::AUTO.map(str::to_owned).to_vec() } else { office.to_vec() };
        Self(codes)
    }

    /// The codes.
    #[must_use]
    pub fn codes(&self) -> &[String] {
        &self.0
    }
}

/// What helps recognition beside the sound.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Names of people and places of the meeting, as they are written.
    pub names: Vec<String>,
}

/// A model that an engine has loaded; [`Self::recogniser`] makes as many recognisers of it as there
/// are workers.
pub struct Loaded(Inner);

enum Inner {
    Cpu(cpu::CpuModel),
    #[cfg(feature = "whisper-cpp")]
    WhisperCpp(whisper_cpp::WhisperCpp),
}

/// A recogniser for one thread.
pub type AnyRecogniser = Box<dyn Recogniser + Send>;

impl Loaded {
    /// Loads a model that [`crate::recognise::models`] has checked.
    ///
    /// # Errors
    /// When the model, a language or the engine cannot be used here.
    pub fn new(model: &Model, languages: &Languages, hints: &Hints, engine: Engine) -> Result<Self, Error> {
        let cpu =
            |precision| cpu::CpuModel::load(model, languages, hints, precision).map(|loaded| Self(Inner::Cpu(loaded)));
        match engine {
            Engine::Cpu => cpu(Precision::Int8),
            Engine::CpuF32 => cpu(Precision::F32),
            #[cfg(feature = "whisper-cpp")]
            Engine::WhisperCpp => {
                whisper_cpp::WhisperCpp::load(model, languages).map(|loaded| Self(Inner::WhisperCpp(loaded)))
            }
            #[cfg(not(feature = "whisper-cpp"))]
            Engine::WhisperCpp => Err(Error::EngineLeftOut),
        }
    }

    /// A recogniser with a working memory of its own.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn recogniser(&self) -> Result<AnyRecogniser, Error> {
        match &self.0 {
            Inner::Cpu(model) => Ok(Box::new(model.recogniser())),
            #[cfg(feature = "whisper-cpp")]
            Inner::WhisperCpp(model) => Ok(Box::new(model.recogniser()?)),
        }
    }

    /// The engine and how it computes, for the version of a transcript: `cpu int8 avx512-vnni`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.0 {
            Inner::Cpu(model) => format!("cpu {}", model.describe()),
            #[cfg(feature = "whisper-cpp")]
            Inner::WhisperCpp(_) => "whisper.cpp".to_owned(),
        }
    }
}

impl Recogniser for AnyRecogniser {
    fn recognise(&mut self, sound: &[f32]) -> Result<Recognition, Error> {
        (**self).recognise(sound)
    }

    fn preview(&mut self, sound: &[f32], give_up: GiveUp) -> Result<Option<Recognition>, Error> {
        (**self).preview(sound, give_up)
    }

    fn window(&self) -> Option<usize> {
        (**self).window()
    }
}

/// Asked again and again during a preview: whether somebody else needs the machine.
pub type GiveUp = Box<dyn Fn() -> bool>;

/// Something that recognises speech. One instance belongs to one thread.
pub trait Recogniser {
    /// Recognises mono sound at 16 kHz, at most 30 s. The result depends on nothing but the sound:
    /// no context is carried over, so that a run that was interrupted ends with the same words.
    fn recognise(&mut self, sound: &[f32]) -> Result<Recognition, Error>;

    /// What is heard at first go, for sound that goes on; `None` when `give_up` said so meanwhile.
    fn preview(&mut self, sound: &[f32], give_up: GiveUp) -> Result<Option<Recognition>, Error>;

    /// Samples of sound in which it hears several utterances for the price of one, and tells by the
    /// times of the words which is whose; `None` where each costs what it is long.
    fn window(&self) -> Option<usize> {
        None
    }
}

/// Why recognition could not be done.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The program's own engine refused the model.
    #[error("the model {name} cannot be used: {reason}")]
    Model {
        /// The model's name.
        name: String,
        /// Why.
        reason: String,
    },
    /// The program was built without this engine.
    #[error("the program was built without whisper.cpp")]
    EngineLeftOut,
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
    Engine { code: String },
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

impl crate::common::message::Explain for Error {
    fn message(&self) -> crate::common::message::Message {
        use crate::common::message::Message;
        match self {
            Self::Model { name, reason } => Message::new("speech.model").with("name", name).with("reason", reason),
            Self::EngineLeftOut => Message::new("speech.engine_left_out"),
            Self::Load { name } => Message::new("speech.load").with("name", name),
            Self::State => Message::new("speech.state"),
            Self::Engine { code } => Message::new("speech.engine").with("code", code),
            Self::Language { language } => Message::new("speech.language").with("language", language),
            Self::Processor { missing } => Message::new("speech.processor").with("missing", missing),
        }
    }

    fn is_usage(&self) -> bool {
        matches!(self, Self::Language { .. } | Self::EngineLeftOut)
    }
}
