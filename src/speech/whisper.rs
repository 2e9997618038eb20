//! The Whisper engine: whisper.cpp through the crate `whisper-rs`.
//!
//! Sound is cut before it comes here, so the library's own voice detection, context and time stamps stay off. Decoding is
//! greedy and draws no random numbers: whisper.cpp's own fallback samples from a generator that lives as long as the state, so
//! its words would depend on what was recognised before. A result that looks wrong ([`guard::is_suspect`]) is decoded again
//! a little later in its window, then with a beam, which draws from that generator too and so gets a new state, and if that fails too in two halves. Word times come from dynamic time
//! warping over the cross-attention, as whisper.cpp computes it, where the model's heads are known; where they are not, [`super::greedy`]
//! decodes what this file gives it.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Once};

use whisper_rs::{
    DtwAhead, DtwMode, DtwModelPreset, DtwParameters, FullParams, SamplingStrategy, WhisperContext,
    WhisperContextParameters, WhisperError, WhisperState,
};

use super::greedy::{self, Greedy, Token};
use super::{Error, GiveUp, Recogniser, Recognition, Word, guard};
use crate::audio::{PAUSE, quietest};
use crate::clock::Span;
use crate::models::{Alignment, Model, Properties, Size, Source};

/// Samples at 16 kHz that one encoder frame covers (20 ms).
const FRAME: usize = 320;
/// Frames of Whisper's whole window of 30 s.
const WINDOW: usize = 1500;
/// Frames after the sound that a cut window keeps (160 ms). Of 8, 16 and 32 none is better for the words (7.4, 7.5 and 7.6 % wrong, in the mean of 24
/// meetings of `benches/rooms`, tuning seeds, easy and normal), and all of them are computed.
const SLACK: usize = 8;
/// A cut window has a multiple of so many frames. With any other number ggml's fast matrix product steps aside in the encoder's attention, which took
/// a sixth of the whole time.
const FRAMES_AT_ONCE: usize = 16;
/// Samples (8 s) beyond which a model of cut windows hears the sound in parts: the shipped one leaves words out of long ones, 12.8 % of the words
/// wrong on four meetings (`fixtures/make.py --acceptance`, seeds 101 to 104, with the weights before the present ones) and 11.4 % in parts. A model of whole windows would pay one for each part.
const COMFORTABLE: usize = 128_000;
/// Shorter sound is followed by silence up to this many samples (1 s): the model has never heard a shorter window.
const SHORTEST: usize = 16_000;
/// Silence that is put before sound whose words did not come (60 ms): some words come only where the frames fall otherwise.
const NUDGE: usize = 960;
/// Sound shorter than this many samples (2 s) is not halved.
const HALVES: usize = 32_000;
/// Tokens a second beyond which a decoder has lost its way. Without a bound it would run into the window's end, where
/// whisper.cpp throws all of its words away.
const FASTEST: usize = 10;
/// Samples (22 s) of the utterances that share a whole window, with the pauses between them: more speech has more tokens than the decoder writes.
const SHARED: usize = 352_000;
const BEAM: i32 = 5;
const GREEDY: SamplingStrategy = SamplingStrategy::Greedy { best_of: 1 };

/// Asked between the encoder and each token. It must be of exactly this type: whisper-rs 0.16 hands its callback a pointer to such a
/// box whatever it was given, and never frees it: some bytes for each preview.
type Abort = Box<dyn FnMut() -> bool>;

/// A loaded model; [`Self::recogniser`] makes as many recognisers of it as there are workers.
pub struct Whisper {
    context: Arc<WhisperContext>,
    language: String,
    cut_window: bool,
    /// For quick decoding, where words have no times of their own.
    greedy: Option<Arc<greedy::Model>>,
}

impl Whisper {
    /// Loads a model that [`crate::models`] has checked. `language` is the two-letter code of the language that is spoken.
    pub fn load(model: &Model, language: &str) -> Result<Self, Error> {
        check_processor()?;
        silence_the_library();
        let Some(number) = whisper_rs::get_lang_id(language) else {
            return Err(Error::Language { language: language.to_owned() });
        };
        let heads = match &model.properties.alignment {
            Alignment::Heads(heads) => heads.iter().map(|(layer, head)| ahead(*layer, *head)).collect(),
            _ => Vec::new(),
        };
        let mut parameters = WhisperContextParameters::default();
        parameters.use_gpu(false).dtw_parameters(DtwParameters { mode: warping(model, &heads), ..Default::default() });
        let context = match &model.source {
            Source::Path(path) => WhisperContext::new_with_params(path, parameters),
            Source::Bytes(bytes) => WhisperContext::new_from_buffer_with_params(bytes, parameters),
        }
        .map_err(|_| Error::Load { name: model.name.clone() })?;
        let (context, language) = (Arc::new(context), language.to_owned());
        let Properties { cut_audio_ctx, alignment, .. } = &model.properties;
        let file = match &model.source {
            Source::Path(_) => None,
            Source::Bytes(bytes) => Some(bytes.as_slice()),
        };
        let greedy = match alignment {
            Alignment::Letters => Some(greedy::Model::new(&context, file, number).map_err(engine)?),
            _ => None,
        };
        Ok(Self { context, language, cut_window: *cut_audio_ctx, greedy: greedy.map(Arc::new) })
    }

    /// A recogniser with a working state of its own, for one thread.
    pub fn recogniser(&self) -> Result<WhisperRecogniser, Error> {
        let greedy = self.greedy.clone().map(Greedy::new).transpose().map_err(|_| Error::State)?;
        let state = if greedy.is_none() { Some(new_state(&self.context)?) } else { None };
        let (context, language) = (Arc::clone(&self.context), self.language.clone());
        Ok(WhisperRecogniser { context, state, greedy, language, cut_window: self.cut_window })
    }
}

/// One worker's Whisper.
pub struct WhisperRecogniser {
    context: Arc<WhisperContext>,
    /// `None` where a new one is to be made before the next use.
    state: Option<WhisperState>,
    /// Where words have no times of their own.
    greedy: Option<Greedy>,
    language: String,
    cut_window: bool,
}

impl Recogniser for WhisperRecogniser {
    fn recognise(&mut self, sound: &[f32]) -> Result<Recognition, Error> {
        if self.is_uncomfortable(sound) {
            return self.in_parts(sound, Self::recognise);
        }
        let quick = self.decode_quickly(sound, None)?;
        let good = |result: &Recognition| guard::is_good(result, sound.len());
        if good(&quick) {
            return Ok(quick);
        }
        let nudged = self.decode_later(sound)?;
        if good(&nudged) {
            return Ok(nudged);
        }
        // Its beam draws candidates by chance, from numbers that begin with the state and go on from one sound to the next: only in a new
        // one do the words depend on the sound alone.
        self.state = None;
        let careful = self.decode(sound, SamplingStrategy::BeamSearch { beam_size: BEAM, patience: -1.0 }, None)?;
        if good(&careful) {
            return Ok(careful);
        }
        if sound.len() >= HALVES {
            let halves = self.in_parts(sound, Self::recognise)?;
            if good(&halves) {
                return Ok(halves);
            }
        }
        Ok(likelier(likelier(quick, nudged), careful))
    }

    fn preview(&mut self, sound: &[f32], give_up: GiveUp) -> Result<Option<Recognition>, Error> {
        let abandoned = Rc::new(Cell::new(false));
        let told = Rc::clone(&abandoned);
        let ask: Rc<dyn Fn() -> bool> = Rc::new(move || {
            told.set(told.get() || give_up());
            told.get()
        });
        // The library reports what was given up as a failure.
        match self.at_first_go(sound, &ask) {
            _ if abandoned.get() => Ok(None),
            result => result.map(Some),
        }
    }

    fn window(&self) -> Option<usize> {
        (self.greedy.is_none() && !self.cut_window).then_some(SHARED)
    }
}

impl WhisperRecogniser {
    fn is_uncomfortable(&self, sound: &[f32]) -> bool {
        self.cut_window && sound.len() > COMFORTABLE
    }

    /// Both sides of the quietest place near the middle, each heard by itself.
    fn in_parts(
        &mut self,
        sound: &[f32],
        mut hear: impl FnMut(&mut Self, &[f32]) -> Result<Recognition, Error>,
    ) -> Result<Recognition, Error> {
        let middle = quietest_near_middle(sound);
        let (first, second) = sound.split_at(middle);
        Ok(join(hear(self, first)?, hear(self, second)?, middle as u64))
    }

    fn at_first_go(&mut self, sound: &[f32], give_up: &Rc<dyn Fn() -> bool>) -> Result<Recognition, Error> {
        if self.is_uncomfortable(sound) {
            return self.in_parts(sound, |this, part| this.at_first_go(part, give_up));
        }
        self.decode_quickly(sound, Some(give_up))
    }

    /// The same with some silence before it; the times are those of the sound.
    fn decode_later(&mut self, sound: &[f32]) -> Result<Recognition, Error> {
        let later: Vec<f32> = std::iter::repeat_n(0.0, NUDGE).chain(sound.iter().copied()).collect();
        let mut heard = self.decode_quickly(&later, None)?;
        for word in &mut heard.words {
            let earlier = |sample: u64| sample.saturating_sub(NUDGE as u64);
            word.span = Span::new(earlier(word.span.start), earlier(word.span.end));
        }
        Ok(heard)
    }

    fn decode_quickly(&mut self, sound: &[f32], give_up: Option<&Rc<dyn Fn() -> bool>>) -> Result<Recognition, Error> {
        let Some(greedy) = &mut self.greedy else {
            let abort = give_up.map(|ask| {
                let ask = Rc::clone(ask);
                Box::new(move || ask()) as Abort
            });
            return self.decode(sound, GREEDY, abort);
        };
        let heard = in_window(sound);
        let ask = || give_up.is_some_and(|ask| ask());
        let tokens =
            greedy.tokens(&heard, frames(&heard, self.cut_window), most_tokens(&heard), &ask).map_err(engine)?;
        let mut words = Vec::new();
        for (bytes, token) in &tokens {
            add(&mut words, bytes, token, None);
        }
        Ok(recognition(words, sound.len() as u64))
    }

    fn decode(
        &mut self,
        sound: &[f32],
        strategy: SamplingStrategy,
        abort: Option<Abort>,
    ) -> Result<Recognition, Error> {
        let heard = in_window(sound);
        let mut parameters = FullParams::new(strategy);
        // Several recognisers of one thread each beat one of several threads, which wait for each other at every layer.
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
        parameters.set_max_tokens(most_tokens(&heard) as i32);
        if self.cut_window {
            parameters.set_audio_ctx(frames(&heard, true) as i32);
        }
        parameters.set_abort_callback_safe::<Option<Abort>, Abort>(abort);
        let state = present(&mut self.state, &self.context)?;
        state.full(parameters, &heard).map_err(engine)?;
        Ok(result(state, sound.len() as u64))
    }
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

fn frames(heard: &[f32], cut: bool) -> usize {
    let needed = (heard.len().div_ceil(FRAME) + SLACK).next_multiple_of(FRAMES_AT_ONCE);
    if cut { needed.min(WINDOW) } else { WINDOW }
}

fn most_tokens(heard: &[f32]) -> usize {
    20 + FASTEST * heard.len() / 16_000
}

fn present<'s>(state: &'s mut Option<WhisperState>, context: &WhisperContext) -> Result<&'s mut WhisperState, Error> {
    Ok(match state {
        Some(state) => state,
        none => none.insert(new_state(context)?),
    })
}

fn engine(error: WhisperError) -> Error {
    Error::Engine { code: error.to_string() }
}

fn new_state(context: &WhisperContext) -> Result<WhisperState, Error> {
    context.create_state().map_err(|_| Error::State)
}

fn result(state: &WhisperState, samples: u64) -> Recognition {
    let mut words = Vec::new();
    for segment in state.as_iter() {
        for index in 0..segment.n_tokens() {
            let Some(token) = segment.get_token(index) else { continue };
            let data = token.token_data();
            let Ok(bytes) = token.to_bytes() else { continue };
            if data.id >= FIRST_SPECIAL {
                continue;
            }
            let start = (data.t_dtw >= 0).then_some(data.t_dtw);
            let token = Token { probability: data.p, log_probability: data.plog };
            add(&mut words, bytes, &token, start);
        }
    }
    recognition(words, samples)
}

fn recognition(mut words: Vec<Building>, samples: u64) -> Recognition {
    words.retain(|word| !word.text().is_empty());
    Recognition { words: timed(&words, samples) }
}

/// Adds a token to the last word, or to a new one that it begins.
fn add(words: &mut Vec<Building>, bytes: &[u8], token: &Token, start: Option<i64>) {
    if bytes.is_empty() {
        return;
    }
    if bytes[0] == b' ' || words.is_empty() {
        words.push(Building::default());
    }
    if let Some(word) = words.last_mut() {
        word.add(bytes, token, start);
    }
}

/// Identifiers from here on are control tokens and time stamps in every multilingual Whisper.
const FIRST_SPECIAL: i32 = 50_257;

/// A word whose tokens are still coming; a letter may be spread over several.
#[derive(Default)]
struct Building {
    bytes: Vec<u8>,
    /// Hundredths of a second; none where the warping gave nothing.
    start: Option<i64>,
    /// Sums over the tokens.
    probability: f32,
    log_probability: f32,
    tokens: u16,
}

impl Building {
    fn add(&mut self, bytes: &[u8], token: &Token, start: Option<i64>) {
        self.bytes.extend_from_slice(bytes);
        self.start = self.start.or(start);
        self.probability += token.probability;
        self.log_probability += token.log_probability;
        self.tokens += 1;
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).trim().to_owned()
    }
}

/// Words with ascending spans inside the sound: each lasts until the next begins. Where nothing is known of their times, they
/// share it by their letters.
fn timed(words: &[Building], samples: u64) -> Vec<Word> {
    let mut starts = Vec::with_capacity(words.len() + 1);
    let letters = |words: &[Building]| words.iter().map(|word| word.bytes.len() as u64).sum::<u64>();
    let all = letters(words).max(1);
    let known = words.iter().any(|word| word.start.is_some());
    let mut last = 0;
    for (place, word) in words.iter().enumerate() {
        let share = || if known { last } else { samples * letters(&words[..place]) / all };
        let start = word.start.map_or_else(share, |hundredths| hundredths as u64 * 160);
        last = start.clamp(last, samples);
        starts.push(last);
    }
    starts.push(samples);
    words
        .iter()
        .zip(starts.windows(2))
        .map(|(word, edge)| Word {
            text: word.text(),
            span: Span::new(edge[0], edge[1]),
            probability: word.probability / f32::from(word.tokens.max(1)),
            tokens: usize::from(word.tokens),
            log_probability: word.log_probability,
        })
        .collect()
}

/// The middle of the quietest 100 ms that begin in the middle half.
fn quietest_near_middle(sound: &[f32]) -> usize {
    let (from, to) = (sound.len() / 4, 3 * sound.len() / 4);
    from + quietest(&sound[from..(to + PAUSE - 1).min(sound.len())])
}

fn join(first: Recognition, second: Recognition, offset: u64) -> Recognition {
    let moved = second
        .words
        .into_iter()
        .map(|word| Word { span: Span::new(word.span.start + offset, word.span.end + offset), ..word });
    Recognition { words: first.words.into_iter().chain(moved).collect() }
}

fn likelier(a: Recognition, b: Recognition) -> Recognition {
    if b.words.is_empty() || (!a.words.is_empty() && a.mean_log_probability() >= b.mean_log_probability()) {
        a
    } else {
        b
    }
}

fn ahead(layer: u8, head: u8) -> DtwAhead {
    DtwAhead { n_text_layer: layer.into(), n_head: head.into() }
}

fn warping<'h>(model: &Model, heads: &'h [DtwAhead]) -> DtwMode<'h> {
    match &model.properties.alignment {
        Alignment::Letters => DtwMode::None,
        Alignment::Heads(_) => DtwMode::Custom { aheads: heads },
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

/// whisper.cpp writes to stderr unless its messages are led elsewhere; without a logging feature they end there.
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn building(text: &str, start: Option<i64>) -> Building {
        Building { bytes: text.as_bytes().to_vec(), start, probability: 1.0, log_probability: 0.0, tokens: 1 }
    }

    #[test]
    fn a_word_lasts_until_the_next_begins() {
        let words = timed(&[building(" Rapat", Some(10)), building(" dibuka.", Some(60))], 20_000);
        assert_eq!(words[0].span, Span::new(1600, 9600));
        assert_eq!((words[1].text.as_str(), words[1].span), ("dibuka.", Span::new(9600, 20_000)));
    }

    #[test]
    fn without_times_words_share_by_their_letters() {
        let words = timed(&[building("saya", None), building("menyetujui..", None)], 16_000);
        assert_eq!(words[1].span, Span::new(4000, 16_000));
    }

    #[test]
    fn letters_split_over_tokens_are_one_word() {
        let mut words = Vec::new();
        let token = |p: f32| Token { probability: p, log_probability: p.ln() };
        add(&mut words, b" caf\xc3", &token(0.5), Some(5));
        add(&mut words, b"\xa9", &token(1.0), Some(7));
        let words = recognition(words, 16_000).words;
        assert_eq!((words[0].text.as_str(), words[0].probability), ("café", 0.75));
    }

    #[test]
    fn the_halves_are_parted_in_the_pause() {
        let mut sound = vec![0.5; 80_000];
        sound[45_000..48_000].fill(0.0);
        assert!((45_000..48_000).contains(&quietest_near_middle(&sound)));
    }

    proptest! {
        #[test]
        fn word_spans_ascend_and_stay_inside(starts in prop::collection::vec(prop::option::of(0i64..4000), 0..40), samples in 0u64..480_000) {
            let words: Vec<Building> = starts.into_iter().map(|start| building("ya", start)).collect();
            let spans: Vec<Span> = timed(&words, samples).into_iter().map(|word| word.span).collect();
            prop_assert_eq!(spans.len(), words.len());
            for pair in spans.windows(2) {
                prop_assert_eq!(pair[0].end, pair[1].start);
            }
            prop_assert!(spans.iter().all(|span| span.end <= samples));
        }
    }
}
