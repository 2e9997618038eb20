//! Whisper by whisper.cpp through the crate `whisper-rs`: for comparison, and for graphics
//! processors (features `vulkan`, `cuda`).
//!
//! Sound is cut before it comes here, so the library's own voice detection, context and time stamps
//! stay off. Decoding is greedy and draws no random numbers: whisper.cpp's own fallback samples
//! from a generator that lives as long as the state, so its words would depend on what was
//! recognised before. A result that looks wrong ([`guard::is_suspect`]) is decoded again a little
//! later in its window, then in two halves. Word times come from dynamic time warping over the
//! cross-attention, as whisper.cpp computes it, where the model's heads are known.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Once};

use whisper_rs::{
    DtwAhead, DtwMode, DtwModelPreset, DtwParameters, FullParams, SamplingStrategy, WhisperContext,
    WhisperContextParameters, WhisperState,
};

use super::{Error, GiveUp, Languages, Recogniser, Recognition, Word, guard, letters, parts, pauses};
use crate::common::clock::Span;
use crate::recognise::models::{Alignment, Model, Size, Source};

/// Samples at 16 kHz that one encoder frame covers (20 ms).
const FRAME: usize = 320;
/// Frames of Whisper's whole window of 30 s.
const WINDOW: usize = 1500;
/// Frames after the sound that a cut window keeps (160 ms).
const SLACK: usize = 8;
/// A cut window has a multiple of so many frames: with any other number ggml's fast matrix product
/// steps aside in the encoder's attention.
const FRAMES_AT_ONCE: usize = 16;
/// Samples (8 s) beyond which a model of cut windows hears the sound in parts.
const COMFORTABLE: usize = 128_000;
/// Shorter sound is followed by silence up to this many samples (1 s): the shipped model has never
/// heard a shorter window.
const SHORTEST: usize = 16_000;
/// Silence that is put before sound whose words did not come (60 ms).
const NUDGE: usize = 960;
/// Sound shorter than this many samples (2 s) is not halved.
const HALVES: usize = 32_000;
/// Tokens a second beyond which a decoder has lost its way. Without a bound it would run into the
/// window's end, where whisper.cpp throws all of its words away.
const FASTEST: usize = 10;
/// Samples (22 s) of the utterances that share a whole window, with the pauses between them: more
/// speech has more tokens than the decoder writes.
const SHARED: usize = 352_000;
/// Identifiers from here on are control tokens and time stamps in every multilingual Whisper.
const FIRST_SPECIAL: i32 = 50_257;

/// Asked between the encoder and each token. It must be of exactly this type: whisper-rs 0.16 hands
/// its callback a pointer to such a box whatever it was given, and never frees it: some bytes for
/// each preview.
type Abort = Box<dyn FnMut() -> bool>;

/// A loaded model.
pub(super) struct WhisperCpp {
    context: Arc<WhisperContext>,
    language: String,
    cut_window: bool,
    word_times: bool,
}

impl WhisperCpp {
    /// Of several languages only the first is listened for: whisper.cpp tells them apart by whole
    /// windows of 30 s.
    pub fn load(model: &Model, languages: &Languages) -> Result<Self, Error> {
        check_processor()?;
        silence_the_library();
        if let Some(code) = languages.codes().iter().find(|code| whisper_rs::get_lang_id(code).is_none()) {
            return Err(Error::Language { language: code.clone() });
        }
        let mode = warping(model);
        let mut parameters = WhisperContextParameters::default();
        parameters.use_gpu(super::graphics().is_some()).dtw_parameters(DtwParameters { mode, ..Default::default() });
        let context = match &model.source {
            Source::Path(path) => WhisperContext::new_with_params(path, parameters),
            Source::Bytes(bytes) => WhisperContext::new_from_buffer_with_params(bytes, parameters),
        }
        .map_err(|_| Error::Load { name: model.name.clone() })?;
        Ok(Self {
            context: Arc::new(context),
            language: languages.codes().first().cloned().unwrap_or_default(),
            cut_window: model.properties.cut_audio_ctx,
            word_times: model.properties.alignment != Alignment::Letters,
        })
    }

    pub fn recogniser(&self) -> Result<WhisperCppRecogniser, Error> {
        let state = self.context.create_state().map_err(|_| Error::State)?;
        let (language, cut_window, word_times) = (self.language.clone(), self.cut_window, self.word_times);
        Ok(WhisperCppRecogniser { state, language, cut_window, word_times })
    }
}

/// One worker's whisper.cpp.
pub(super) struct WhisperCppRecogniser {
    state: WhisperState,
    language: String,
    cut_window: bool,
    word_times: bool,
}

impl Recogniser for WhisperCppRecogniser {
    fn recognise(&mut self, sound: &[f32]) -> Result<Recognition, Error> {
        if self.cut_window && sound.len() > COMFORTABLE {
            return parts::in_halves(sound, |part| self.recognise(part));
        }
        let first = self.hear(sound, 0, None)?;
        if guard::is_good(&first, sound.len()) {
            return Ok(first);
        }
        let later = self.hear(sound, NUDGE, None)?;
        if guard::is_good(&later, sound.len()) {
            return Ok(later);
        }
        if sound.len() >= HALVES {
            let halves = parts::in_halves(sound, |part| self.hear(part, 0, None))?;
            if guard::is_good(&halves, sound.len()) {
                return Ok(halves);
            }
        }
        Ok(parts::likelier(first, later))
    }

    fn preview(&mut self, sound: &[f32], give_up: GiveUp) -> Result<Option<Recognition>, Error> {
        let abandoned = Rc::new(Cell::new(false));
        let told = Rc::clone(&abandoned);
        let ask: Rc<dyn Fn() -> bool> = Rc::new(move || {
            told.set(told.get() || give_up());
            told.get()
        });
        let heard = if self.cut_window && sound.len() > COMFORTABLE {
            parts::in_halves(sound, |part| self.hear(part, 0, Some(&ask)))
        } else {
            self.hear(sound, 0, Some(&ask))
        };
        // The library reports what was given up as a failure.
        match heard {
            _ if abandoned.get() => Ok(None),
            heard => heard.map(Some),
        }
    }

    fn window(&self) -> Option<usize> {
        (self.word_times && !self.cut_window).then_some(SHARED)
    }
}

impl WhisperCppRecogniser {
    /// Hears `sound` with so many samples of silence before it; the times are those of the sound.
    fn hear(
        &mut self,
        sound: &[f32],
        silence: usize,
        stop: Option<&Rc<dyn Fn() -> bool>>,
    ) -> Result<Recognition, Error> {
        let mut later = vec![0.0; silence];
        later.extend_from_slice(sound);
        let heard = in_window(&later);
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        // Several recognisers of one thread each beat one of several threads, which wait for each
        // other at every layer.
        parameters.set_n_threads(1);
        parameters.set_language(Some(&self.language));
        parameters.set_no_context(true);
        parameters.set_no_timestamps(true);
        parameters.set_single_segment(true);
        parameters.set_temperature(0.0);
        parameters.set_temperature_inc(0.0);
        parameters.set_no_speech_thold(1.0);
        parameters.set_suppress_blank(false);
        parameters.set_suppress_nst(true);
        parameters.set_print_special(false);
        parameters.set_print_progress(false);
        parameters.set_print_realtime(false);
        parameters.set_print_timestamps(false);
        parameters.set_max_tokens((20 + FASTEST * heard.len() / 16_000) as i32);
        if self.cut_window {
            let needed = (heard.len().div_ceil(FRAME) + SLACK).next_multiple_of(FRAMES_AT_ONCE);
            parameters.set_audio_ctx(needed.min(WINDOW) as i32);
        }
        let abort = stop.map(|ask| {
            let ask = Rc::clone(ask);
            Box::new(move || ask()) as Abort
        });
        parameters.set_abort_callback_safe::<Option<Abort>, Abort>(abort);
        self.state.full(parameters, &heard).map_err(|error| Error::Engine { code: error.to_string() })?;
        Ok(Recognition { words: self.words(silence, sound), ..Recognition::default() })
    }

    fn words(&self, silence: usize, sound: &[f32]) -> Vec<Word> {
        let mut words: Vec<Building> = Vec::new();
        for segment in self.state.as_iter() {
            for token in (0..segment.n_tokens()).filter_map(|index| segment.get_token(index)) {
                let data = token.token_data();
                let Ok(bytes) = token.to_bytes() else { continue };
                if data.id >= FIRST_SPECIAL || bytes.is_empty() {
                    continue;
                }
                if bytes[0] == b' ' || words.is_empty() {
                    words.push(Building::default());
                }
                if let Some(word) = words.last_mut() {
                    word.bytes.extend_from_slice(bytes);
                    // It counts hundredths of a second.
                    word.start = word.start.or(u64::try_from(data.t_dtw).ok().map(|time| time * 160));
                    word.probability += data.p;
                    word.log_probability += data.plog;
                    word.tokens += 1;
                }
            }
        }
        words.retain(|word| !word.text().is_empty());
        let spans = spans(&words, silence as u64, sound);
        let timed = words.iter().zip(spans).map(|(word, span)| Word {
            text: word.text(),
            span,
            probability: word.probability / f32::from(word.tokens.max(1)),
            tokens: word.tokens.into(),
            log_probability: word.log_probability,
        });
        timed.collect()
    }
}

/// A word whose tokens are still coming; a letter may be spread over several.
#[derive(Default)]
struct Building {
    bytes: Vec<u8>,
    /// In samples of the window; none where the library told no time.
    start: Option<u64>,
    /// Sums over the tokens.
    probability: f32,
    log_probability: f32,
    tokens: u16,
}

impl Building {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).trim().to_owned()
    }
}

/// Ascending spans inside the sound, which `silence` samples went before: each word lasts until the
/// next begins.
fn spans(words: &[Building], silence: u64, sound: &[f32]) -> Vec<Span> {
    let samples = sound.len() as u64;
    if words.iter().all(|word| word.start.is_none()) {
        return letters::spans(words.iter().map(|word| word.bytes.len()), samples);
    }
    let mut last = 0;
    let mut starts: Vec<u64> = Vec::with_capacity(words.len() + 1);
    for word in words {
        last = word.start.map_or(last, |start| start.saturating_sub(silence)).clamp(last, samples);
        starts.push(last);
    }
    starts.push(samples);
    let spans: Vec<Span> = starts.windows(2).map(|edge| Span::new(edge[0], edge[1])).collect();
    pauses::moved(&spans, sound)
}

/// What is heard of `sound`: filled up to the shortest window, cut at the longest.
fn in_window(sound: &[f32]) -> Cow<'_, [f32]> {
    if sound.len() < SHORTEST {
        let mut padded = sound.to_vec();
        padded.resize(SHORTEST, 0.0);
        padded.into()
    } else {
        sound[..sound.len().min(WINDOW * FRAME)].into()
    }
}

fn warping(model: &Model) -> DtwMode<'static> {
    match &model.properties.alignment {
        Alignment::Letters => DtwMode::None,
        Alignment::Heads(heads) => {
            let ahead = |(layer, head): &(u8, u8)| DtwAhead { n_text_layer: (*layer).into(), n_head: (*head).into() };
            let aheads: Vec<DtwAhead> = heads.iter().map(ahead).collect();
            // The library keeps the pointer for the states that are made later; whisper-rs does not
            // keep what it points to. So these few bytes are never freed.
            DtwMode::Custom { aheads: aheads.leak() }
        }
        Alignment::LastLayers(layers) => DtwMode::TopMost { n_top: i32::from(*layers) },
        Alignment::Official(size) => DtwMode::ModelPreset {
            model_preset: match size {
                Size::Tiny => DtwModelPreset::Tiny,
                Size::Base => DtwModelPreset::Base,
                Size::Small => DtwModelPreset::Small,
                Size::Medium => DtwModelPreset::Medium,
                Size::LargeV3 => DtwModelPreset::LargeV3,
                Size::LargeV3Turbo => DtwModelPreset::LargeV3Turbo,
            },
        },
    }
}

/// whisper.cpp writes to stderr unless its messages are led elsewhere; without a logging feature
/// they end there.
fn silence_the_library() {
    static ONCE: Once = Once::new();
    ONCE.call_once(whisper_rs::install_logging_hooks);
}

/// A missing instruction set would kill the process without a word.
fn check_processor() -> Result<(), Error> {
    #[cfg(target_arch = "x86_64")]
    {
        let needed = [
            ("AVX2", std::is_x86_feature_detected!("avx2")),
            ("FMA", std::is_x86_feature_detected!("fma")),
            ("F16C", std::is_x86_feature_detected!("f16c")),
            ("BMI2", std::is_x86_feature_detected!("bmi2")),
        ];
        let missing: Vec<&str> = needed.iter().filter(|(_, present)| !present).map(|&(name, _)| name).collect();
        if !missing.is_empty() {
            return Err(Error::Processor { missing: missing.join(", ") });
        }
    }
    Ok(())
}
