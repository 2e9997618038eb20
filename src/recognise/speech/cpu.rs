//! The program's own engine: Whisper on the processor by the crate `risalah-whisper`.
//!
//! Sound is cut into utterances before it comes here. The window that is encoded is the sound and a
//! little more, with official weights never less than 512 frames: below that they loop, and a whole
//! window of 30 s costs five times as much and invents more (benches/README.md). A decoder that
//! loses its way is seen by the engine, which hears the sound again in a longer window; a result
//! that is suspect for another reason ([`guard::is_suspect`]) is heard once more a little later in
//! its window, then in two halves. That is all: sound that holds no words costs a bounded number of
//! attempts.

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::sync::Arc;

use risalah_whisper::{Ending, Options, Precision, Session, Transcription, Weights};

use super::names::{NameBias, Names};
use super::{Error, GiveUp, Hints, Languages, Recogniser, Recognition, Word, guard, letters, parts};
use crate::common::clock::Span;
use crate::recognise::models::{Alignment, Model, Source};

/// Encoder frames (20 ms) below which official weights loop.
const OFFICIAL_WINDOW: usize = 512;
/// Samples beyond which a model of short windows hears the sound in parts (8 s): the shipped one
/// leaves words out of longer ones.
const COMFORTABLE: usize = 128_000;
/// Shorter sound is followed by silence up to this many samples (1 s): the shipped model has never
/// heard a shorter window.
const SHORTEST: usize = 16_000;
/// Silence before sound whose words did not come (60 ms): some words come only where the frames
/// fall otherwise.
const NUDGE: usize = 960;
/// Sound shorter than this many samples (2 s) is not halved.
const HALVES: usize = 32_000;
/// Samples of the utterances that share a window, with the pauses between them: two or three of
/// them fill one of 640 frames better than one of 512, for a fifth fewer windows.
const SHARED: usize = (640 - 8) * risalah_whisper::FRAME;
/// Utterances shorter than this many samples (2 s) are taken for the first of the languages: a *ya*
/// is said in all of them.
const TELLING: usize = 32_000;
/// Probability from which an utterance counts as spoken in another language than the first.
const OTHER_LANGUAGE: f32 = 0.8;

/// A loaded model; [`Self::recogniser`] makes as many recognisers of it as there are workers.
pub(super) struct CpuModel {
    model: Arc<risalah_whisper::Model>,
    /// Codes and tokens of the languages that may be spoken; the first is the usual one.
    languages: Arc<[(String, Option<u32>)]>,
    suppressed: Arc<[u32]>,
    names: Arc<Names>,
    cut_window: bool,
    /// Whether the model's attention tells when a word was said.
    word_times: bool,
}

impl CpuModel {
    pub fn load(model: &Model, languages: &Languages, hints: &Hints, precision: Precision) -> Result<Self, Error> {
        let failed = |error| failure(&model.name, &error);
        let mut weights = match &model.source {
            Source::Path(path) => {
                let file = File::open(path).map_err(|error| failed(error.into()))?;
                Weights::read_ggml(BufReader::with_capacity(1 << 20, file)).map_err(failed)?
            }
            Source::Bytes(bytes) => Weights::read_ggml(Cursor::new(bytes)).map_err(failed)?,
        };
        if let Alignment::Heads(heads) = &model.properties.alignment {
            weights.alignment_heads = Some(heads.iter().map(|&(layer, head)| (layer.into(), head.into())).collect());
        }
        let loaded = risalah_whisper::Model::new(weights, precision).map_err(failed)?;
        let known = languages.codes().iter().map(|code| {
            let token = loaded.language(code).map_err(|_| Error::Language { language: code.clone() })?;
            Ok((code.clone(), token))
        });
        Ok(Self {
            languages: known.collect::<Result<_, Error>>()?,
            suppressed: loaded.non_speech_tokens().into(),
            names: Arc::new(Names::new(&loaded, &hints.names)),
            cut_window: model.properties.cut_audio_ctx,
            word_times: model.properties.alignment != Alignment::Letters,
            model: Arc::new(loaded),
        })
    }

    pub fn describe(&self) -> String {
        let precision = match self.model.precision() {
            Precision::Int8 => "int8",
            Precision::F32 => "f32",
        };
        format!("{precision} {}", self.model.kernel().name())
    }

    pub fn recogniser(&self) -> CpuRecogniser {
        CpuRecogniser {
            session: Session::new(Arc::clone(&self.model)),
            languages: Arc::clone(&self.languages),
            suppressed: Arc::clone(&self.suppressed),
            names: Arc::clone(&self.names),
            cut_window: self.cut_window,
            word_times: self.word_times,
        }
    }
}

fn failure(name: &str, error: &risalah_whisper::Error) -> Error {
    Error::Model { name: name.to_owned(), reason: error.to_string() }
}

/// One worker's engine.
pub(super) struct CpuRecogniser {
    session: Session,
    languages: Arc<[(String, Option<u32>)]>,
    suppressed: Arc<[u32]>,
    names: Arc<Names>,
    cut_window: bool,
    word_times: bool,
}

impl Recogniser for CpuRecogniser {
    fn recognise(&mut self, sound: &[f32]) -> Result<Recognition, Error> {
        if self.cut_window && sound.len() > COMFORTABLE {
            return parts::in_halves(sound, |part| self.recognise(part));
        }
        let go_on = || false;
        let first = self.hear(sound, 0, &go_on)?;
        if guard::is_good(&first, sound.len()) {
            return Ok(first);
        }
        let later = self.hear(sound, NUDGE, &go_on)?;
        if guard::is_good(&later, sound.len()) {
            return Ok(later);
        }
        if sound.len() >= HALVES {
            let halves = parts::in_halves(sound, |part| self.hear(part, 0, &go_on))?;
            if guard::is_good(&halves, sound.len()) {
                return Ok(halves);
            }
        }
        Ok(parts::likelier(first, later))
    }

    fn preview(&mut self, sound: &[f32], give_up: GiveUp) -> Result<Option<Recognition>, Error> {
        let heard = if self.cut_window && sound.len() > COMFORTABLE {
            parts::in_halves(sound, |part| self.hear(part, 0, &*give_up))?
        } else {
            self.hear(sound, 0, &*give_up)?
        };
        Ok((!give_up()).then_some(heard))
    }

    fn window(&self) -> Option<usize> {
        (self.word_times && !self.cut_window).then_some(SHARED)
    }
}

impl CpuRecogniser {
    /// Hears `sound` with so many samples of silence before it; the times are those of the sound.
    fn hear(&mut self, sound: &[f32], silence: usize, stop: &dyn Fn() -> bool) -> Result<Recognition, Error> {
        let mut window = vec![0.0; silence];
        window.extend_from_slice(sound);
        if self.cut_window {
            window.resize(window.len().max(SHORTEST), 0.0);
        }
        let candidates: Vec<u32> = self.languages.iter().filter_map(|(_, token)| *token).collect();
        let several = candidates.len() > 1 && sound.len() >= TELLING;
        let bias = NameBias::new(&self.names);
        let options = Options {
            language: self.languages.first().and_then(|(_, token)| *token),
            other_languages: if several { &candidates[1..] } else { &[] },
            other_language_from: OTHER_LANGUAGE,
            suppressed: &self.suppressed,
            stop,
            bias: bias.as_ref().map(|bias| bias as _),
            least_frames: if self.cut_window { 1 } else { OFFICIAL_WINDOW },
            word_times: self.word_times,
            ..Options::default()
        };
        let heard =
            self.session.transcribe(&window, &options).map_err(|error| Error::Engine { code: error.to_string() })?;
        let language = self.languages.iter().skip(1).find(|(_, token)| *token == heard.language && several);
        let words = words(&heard, silence, sound.len() as u64);
        Ok(Recognition { words, language: language.map(|(code, _)| code.clone()), is_lost: lost(heard.ending) })
    }
}

/// Whether the decoder had lost its way when it was stopped.
fn lost(ending: Ending) -> bool {
    ending.is_suspect()
}

/// The words with their places in a sound of so many samples, which `silence` samples went before.
fn words(heard: &Transcription, silence: usize, samples: u64) -> Vec<Word> {
    let spans: Vec<Option<Span>> = heard
        .words
        .iter()
        .map(|word| {
            let within = |sample: usize| (sample.saturating_sub(silence) as u64).min(samples);
            word.span.as_ref().map(|span| Span::new(within(span.start), within(span.end)))
        })
        .collect();
    let spans = match spans.into_iter().collect::<Option<Vec<_>>>() {
        Some(spans) => spans,
        None => letters::spans(heard.words.iter().map(|word| word.text.len()), samples),
    };
    heard
        .words
        .iter()
        .zip(spans)
        .map(|(word, span)| Word {
            text: word.text.clone(),
            span,
            probability: word.probability,
            tokens: word.tokens.len(),
            log_probability: word.log_probability,
        })
        .collect()
}
