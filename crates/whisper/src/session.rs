//! One thread's use of a model: a sound is encoded, then decoded as often as need be.

use std::ops::Range;
use std::sync::Arc;

use crate::alignment;
use crate::decoder::State;
use crate::encoder;
use crate::error::{Error, Result};
use crate::guard::{self, Ending};
use crate::kernel::{LANES, loops};
use crate::mel::HOP;
use crate::model::Model;
use crate::timing;

/// Samples at 16 kHz of one encoder frame (20 ms).
pub const FRAME: usize = 2 * HOP;
/// Samples of a second.
const RATE: usize = 16_000;
/// Frames after the sound that a window keeps (160 ms).
const SLACK: usize = 8;
/// A window has a multiple of so many frames.
const GRAIN: usize = 16;
/// Frames that a window grows by when the decoder lost its way in it.
const GROWTH: usize = 256;
/// Windows that one sound is heard in at most: the first, one that is longer, the longest.
const ATTEMPTS: usize = 3;

/// A token that was decoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token {
    /// Its number in the vocabulary.
    pub id: u32,
    /// The model's probability of it among all tokens that were not suppressed, 0 to 1, before any
    /// bias.
    pub probability: f32,
    /// The natural logarithm of that.
    pub log_probability: f32,
}

/// What was decoded at one go.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// Text tokens in their order.
    pub tokens: Vec<Token>,
    /// How it ended.
    pub ending: Ending,
}

/// A word: tokens up to the next that begins with a space.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Its text with punctuation, without spaces around it.
    pub text: String,
    /// Its tokens.
    pub tokens: Range<usize>,
    /// Samples at 16 kHz in the sound; `None` where times were not asked for.
    pub span: Option<Range<usize>>,
    /// Mean probability of its tokens, 0 to 1.
    pub probability: f32,
    /// Sum of the natural logarithms of their probabilities.
    pub log_probability: f32,
}

/// What was heard in a sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Transcription {
    /// Text tokens in their order.
    pub tokens: Vec<Token>,
    /// The words that they write.
    pub words: Vec<Word>,
    /// The token of the language in which it was decoded.
    pub language: Option<u32>,
    /// How the last attempt ended.
    pub ending: Ending,
    /// Frames (20 ms) of the window in which it was heard last.
    pub frames: usize,
    /// Windows in which it was heard.
    pub attempts: usize,
}

/// What is asked of the decoder.
pub struct Options<'o> {
    /// The token of the language that is spoken ([`Model::language`]); `None` for a model of
    /// English only.
    pub language: Option<u32>,
    /// Tokens of other languages that may be spoken, which [`Session::transcribe`] listens for.
    pub other_languages: &'o [u32],
    /// Probability among all candidates from which one of them counts, 0 to 1.
    pub other_language_from: f32,
    /// Tokens of a text that is said to have gone before, such as names ([`Model::tokens_of`]); the
    /// last 223 count.
    pub prompt: &'o [u32],
    /// Tokens that are never chosen.
    pub suppressed: &'o [u32],
    /// Whether the text may end before it begins, or begin with a space alone. OpenAI's decoding
    /// forbids both.
    pub may_be_empty: bool,
    /// Tokens that are decoded at most.
    pub most_tokens: usize,
    /// Asked before each token and between the parts of the work: whether to stop.
    pub stop: &'o dyn Fn() -> bool,
    /// Changes the scores before a token is chosen.
    pub bias: Option<&'o dyn Bias>,
    /// The shortest window in encoder frames (20 ms) for [`Session::transcribe`]. Official weights
    /// bear 512 and not less.
    pub least_frames: usize,
    /// Whether [`Session::transcribe`] tells when each word was said, and [`Session::align`] when
    /// each token was.
    pub word_times: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            language: None,
            other_languages: &[],
            other_language_from: 0.5,
            prompt: &[],
            suppressed: &[],
            may_be_empty: true,
            most_tokens: usize::MAX,
            stop: &|| false,
            bias: None,
            least_frames: 512,
            word_times: false,
        }
    }
}

/// Changes the scores of tokens, for example in favour of names.
pub trait Bias {
    /// `said` is what was decoded so far.
    fn apply(&self, said: &[Token], scores: &mut Scores<'_>);
}

/// The scores (logits) from which the next token is chosen.
pub struct Scores<'s> {
    model: &'s Model,
    logits: &'s mut [f32],
}

impl Scores<'_> {
    /// The score of a token; −∞ where it cannot be chosen.
    #[must_use]
    pub fn get(&self, token: u32) -> f32 {
        self.place(token).map_or(f32::NEG_INFINITY, |place| self.logits[place])
    }

    /// Adds to the score of a token.
    pub fn add(&mut self, token: u32, bonus: f32) {
        if let Some(place) = self.place(token) {
            self.logits[place] += bonus;
        }
    }

    fn place(&self, token: u32) -> Option<usize> {
        let place = *self.model.decoder.output_of.get(token as usize)? as usize;
        (place < self.logits.len() && self.model.decoder.token_of[place] == token).then_some(place)
    }
}

/// What [`Session::detect`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// The candidates in the order in which they were given, each with its probability among them.
    pub languages: Vec<f32>,
    /// Probability, among all tokens, that nobody speaks.
    pub no_speech: f32,
}

/// A model with the buffers that one thread needs to compute with it.
pub struct Session {
    model: Arc<Model>,
    buffers: encoder::Buffers,
    state: State,
    /// For each head that follows the words what it looked at while the last tokens were decoded,
    /// from the task on: a score for each frame of each token. Empty where word times were not
    /// asked for.
    seen: Vec<Vec<f32>>,
    /// Rows of it before the one that looks for the first token.
    task: usize,
}

impl Session {
    /// A session of `model`. Its buffers grow with the first sound.
    #[must_use]
    pub fn new(model: Arc<Model>) -> Self {
        Self { model, buffers: encoder::Buffers::default(), state: State::default(), seen: Vec::new(), task: 0 }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Encodes the first `frames` frames (20 ms) of a sound (mono, 16 kHz) with silence after it.
    /// Needed before anything is decoded.
    pub fn encode(&mut self, sound: &[f32], frames: usize) -> Result<()> {
        self.check_frames(frames)?;
        self.draw(sound, frames);
        self.encode_drawn(frames);
        Ok(())
    }

    /// Encodes a spectrogram: two rows (10 ms) for each frame, of one value for each mel band.
    pub fn encode_mel(&mut self, mel: &[f32]) -> Result<()> {
        let bands = self.model.dimensions.mels;
        let frames = mel.len() / bands / 2;
        self.check_frames(frames)?;
        if mel.len() != 2 * frames * bands || !mel.iter().all(|value| value.is_finite()) {
            return Err(Error::Input(format!("a spectrogram of {} values in {bands} bands", mel.len())));
        }
        self.buffers.spectrogram(2 * frames, bands).copy_from_slice(mel);
        self.encode_drawn(frames);
        Ok(())
    }

    fn check_frames(&self, frames: usize) -> Result<()> {
        let most = self.model.dimensions.audio_context;
        if (1..=most).contains(&frames) {
            Ok(())
        } else {
            Err(Error::Input(format!("a window of {frames} frames, not 1 to {most}")))
        }
    }

    /// The spectrogram of the first `frames` frames of a sound, as the model takes it: `[2 ·
    /// frames][mels]`.
    pub fn log_mel(&mut self, sound: &[f32], frames: usize) -> &[f32] {
        self.draw(sound, frames);
        let bands = self.model.dimensions.mels;
        &self.buffers.mel[bands..(2 * frames + 1) * bands]
    }

    fn draw(&mut self, sound: &[f32], frames: usize) {
        let out = self.buffers.spectrogram(2 * frames, self.model.dimensions.mels);
        self.model.mel.compute(self.model.kernel, sound, 2 * frames, out);
    }

    fn encode_drawn(&mut self, frames: usize) {
        let model = &self.model;
        let (kernel, precision, heads) = (model.kernel, model.precision, model.dimensions.audio_heads);
        let encoded = model.encoder.run(kernel, precision, heads, &mut self.buffers, frames);
        self.seen.clear();
        self.state.listen(model, encoded);
    }

    /// What was encoded last: `[frames][width]`.
    #[must_use]
    pub fn encoded(&self) -> &[f32] {
        self.buffers.encoded(self.state.frames * self.model.dimensions.width)
    }

    /// How likely each of `languages` (tokens) is to be spoken in what was encoded, and that nobody
    /// speaks.
    pub fn detect(&mut self, languages: &[u32]) -> Result<Detection> {
        let model = Arc::clone(&self.model);
        self.check_encoded()?;
        self.check_tokens(languages)?;
        self.state.length = 0;
        self.state.forward(&model, &[model.special.start], None);
        let count = model.decoder.token_of.len();
        let logits = &self.state.logits(&model, 0, 0..count.div_ceil(LANES))[..count];
        let logit = |token: u32| logits[model.decoder.output_of[token as usize] as usize];
        let (top, sum) = loops::log_sum(model.kernel, logits);
        let no_speech = (logit(model.special.no_speech) - top).exp() / sum;
        let best = languages.iter().map(|&token| logit(token)).fold(f32::NEG_INFINITY, f32::max);
        let weights: Vec<f32> = languages.iter().map(|&token| (logit(token) - best).exp()).collect();
        let all: f32 = weights.iter().sum();
        Ok(Detection { languages: weights.into_iter().map(|weight| weight / all).collect(), no_speech })
    }

    /// Decodes what was encoded: the likeliest token, again and again, without time stamps.
    pub fn decode(&mut self, options: &Options<'_>) -> Result<Decoded> {
        let model = Arc::clone(&self.model);
        self.check_encoded()?;
        self.check_tokens(options.prompt)?;
        self.check_tokens(options.language.as_slice())?;
        let special = &model.special;
        let context = model.dimensions.text_context;
        let mut prompt = Vec::new();
        if !options.prompt.is_empty() {
            // Half of the context is for the prompt, as in OpenAI's decoding.
            let from = options.prompt.len().saturating_sub(context / 2 - 1);
            prompt.push(special.previous);
            prompt.extend(&options.prompt[from..]);
        }
        let task = self.task(options.language);
        let most = options.most_tokens.min(context.saturating_sub(prompt.len() + task.len()));

        let decoder = &model.decoder;
        // Text tokens and the end; what comes after them are commands and time stamps.
        let count = decoder.token_of.partition_point(|&token| token <= special.end);
        let place = |token: u32| decoder.output_of.get(token as usize).map(|&place| place as usize);
        let suppressed: Vec<usize> = options.suppressed.iter().filter_map(|&token| place(token)).collect();
        let blank: Vec<usize> = if options.may_be_empty {
            Vec::new()
        } else {
            let space = model.vocabulary.iter().position(|spelling| spelling == b" ").map(|token| token as u32);
            space.into_iter().chain([special.end]).filter_map(place).collect()
        };

        let mut tokens: Vec<Token> = Vec::new();
        let mut ids: Vec<u32> = Vec::new();
        self.state.length = 0;
        if !prompt.is_empty() {
            self.state.forward(&model, &prompt, None);
        }
        self.seen.clear();
        if options.word_times {
            self.seen.resize_with(model.alignment_heads.len(), Vec::new);
        }
        self.task = task.len() - 1;
        self.forward(&task);
        let mut row = self.task;
        let mut ahead = Vec::new();
        let ending = loop {
            if (options.stop)() {
                break Ending::Stopped;
            }
            if tokens.len() >= most {
                break Ending::Runaway;
            }
            let logits = &mut self.state.logits(&model, row, 0..count.div_ceil(LANES))[..count];
            let never = suppressed.iter().chain(if tokens.is_empty() { blank.as_slice() } else { &[] });
            for &place in never {
                if place < count {
                    logits[place] = f32::NEG_INFINITY;
                }
            }
            let (top, sum) = loops::log_sum(model.kernel, logits);
            let (mut chosen, mut score) = likeliest(logits);
            if let Some(bias) = options.bias {
                let before = logits.to_vec();
                bias.apply(&tokens, &mut Scores { model: &model, logits });
                chosen = likeliest(logits).0;
                score = before[chosen];
            }
            let id = decoder.token_of[chosen];
            if id == special.end {
                break Ending::Complete;
            }
            let log_probability = score - top - sum.ln();
            tokens.push(Token { id, probability: log_probability.exp(), log_probability });
            ids.push(id);
            if guard::is_loop(&ids) {
                ahead.push(id);
                break Ending::Loop;
            }
            self.forward(&[id]);
            row = 0;
        };
        if options.word_times {
            // What the last tokens look at belongs to the alignment, as far as the context goes.
            ahead.push(special.end);
            ahead.truncate(context - self.state.length);
            self.forward(&ahead);
        }
        Ok(Decoded { tokens, ending })
    }

    /// The decoder goes on with `tokens`. What the heads that follow the words look at is kept
    /// where that was asked for.
    fn forward(&mut self, tokens: &[u32]) {
        let heads = &self.model.alignment_heads;
        let seen = &mut self.seen;
        let mut watch = |layer: usize, head: usize, scores: &[f32]| {
            for (seen, _) in seen.iter_mut().zip(heads).filter(|(_, at)| **at == (layer, head)) {
                seen.extend_from_slice(scores);
            }
        };
        self.state.forward(&self.model, tokens, Some(&mut watch));
    }

    /// What tells the model its task: start, language, "transcribe", "no time stamps".
    fn task(&self, language: Option<u32>) -> Vec<u32> {
        let special = &self.model.special;
        let task = language.map(|language| [language, special.transcribe]);
        let begin = [special.start].into_iter().chain(task.into_iter().flatten());
        begin.chain([special.no_timestamps]).collect()
    }

    /// The frame at which each token of what was decoded last begins, and that at which the last
    /// one ends: one more than there are tokens. Only the first `heard` frames hold sound. `None`
    /// where [`Options::word_times`] was not asked for.
    #[must_use]
    pub fn align(&self, decoded: &Decoded, heard: usize) -> Option<Vec<usize>> {
        let (frames, count) = (heard.clamp(1, self.state.frames.max(1)), decoded.tokens.len());
        let rows = self.seen.first()?.len() / self.state.frames;
        // The last row of the task looks for the first token, that of the last token for the end.
        let last = self.task + 1 + count;
        if rows < last {
            return None;
        }
        let heard = |scores: &Vec<f32>| -> Vec<f32> {
            scores.chunks_exact(self.state.frames).flat_map(|row| &row[..frames]).copied().collect()
        };
        let mut seen: Vec<Vec<f32>> = self.seen.iter().map(heard).collect();
        let mut beginnings = alignment::beginnings(self.model.kernel, &mut seen, rows, frames, self.task, last);
        beginnings.resize(count + 1, frames);
        Some(beginnings)
    }

    /// Hears a sound (mono, 16 kHz, no longer than the longest window; the rest is not heard).
    ///
    /// The window is the sound and a little more, at least [`Options::least_frames`]. When the
    /// decoder loses its way in it, the sound is heard again in a window that is longer by 256
    /// frames, then in the longest. What comes depends on nothing but the sound, the model and its
    /// kernel.
    pub fn transcribe(&mut self, sound: &[f32], options: &Options<'_>) -> Result<Transcription> {
        let longest = self.model.dimensions.audio_context;
        let sound = &sound[..sound.len().min(longest * FRAME)];
        if !sound.iter().all(|sample| sample.is_finite()) {
            return Err(Error::Input("sound with samples that are not finite".to_owned()));
        }
        let heard = sound.len().div_ceil(FRAME);
        let first = (heard + SLACK).max(options.least_frames).next_multiple_of(GRAIN).min(longest);
        let most = options.most_tokens.min(most_tokens(sound.len()));
        let mut frames = first;
        let mut attempts = 0;
        let mut language = options.language;
        let decoded = loop {
            attempts += 1;
            self.encode(sound, frames)?;
            if attempts == 1 {
                language = self.spoken_language(options)?;
            }
            let decoded = self.decode(&Options { most_tokens: most, language, ..*options })?;
            if !decoded.ending.is_suspect() || attempts == ATTEMPTS || frames == longest {
                break decoded;
            }
            frames = if attempts + 1 == ATTEMPTS { longest } else { (frames + GROWTH).min(longest) };
        };
        let is_timed = !decoded.tokens.is_empty() && !(options.stop)();
        let edges = self
            .align(&decoded, heard)
            .filter(|_| is_timed)
            .map(|frames| frames.into_iter().map(|frame| (frame * FRAME).min(sound.len())).collect::<Vec<_>>());
        let Decoded { tokens, ending } = decoded;
        let mut words = self.words(&tokens, edges.as_deref(), sound.len());
        let mut spans: Vec<Range<usize>> = words.iter().filter_map(|word| word.span.clone()).collect();
        timing::settle(sound, &mut spans, FRAME);
        for (word, span) in words.iter_mut().zip(spans) {
            word.span = Some(span);
        }
        Ok(Transcription { tokens, words, language, ending, frames, attempts })
    }

    /// The usual language, or another one that is clearly spoken in what was encoded.
    fn spoken_language(&mut self, options: &Options<'_>) -> Result<Option<u32>> {
        let Some(usual) = options.language.filter(|_| !options.other_languages.is_empty()) else {
            return Ok(options.language);
        };
        let candidates: Vec<u32> = [usual].into_iter().chain(options.other_languages.iter().copied()).collect();
        let found = self.detect(&candidates)?.languages;
        let (place, probability) = likeliest(&found);
        Ok(Some(if probability >= options.other_language_from { candidates[place] } else { usual }))
    }

    /// The words that `tokens` write. `edges` are the samples at which the tokens begin and the
    /// last one ends, within a sound of `samples`; with any other number of them the words have no
    /// times.
    #[must_use]
    pub fn words(&self, tokens: &[Token], edges: Option<&[usize]>, samples: usize) -> Vec<Word> {
        let mut groups: Vec<Range<usize>> = Vec::new();
        for (place, token) in tokens.iter().enumerate() {
            match groups.last_mut() {
                Some(last) if self.model.spelling(token.id).first() != Some(&b' ') => last.end = place + 1,
                _ => groups.push(place..place + 1),
            }
        }
        let text = |group: &Range<usize>| {
            let bytes: Vec<u8> =
                tokens[group.clone()].iter().flat_map(|token| self.model.spelling(token.id)).copied().collect();
            String::from_utf8_lossy(&bytes).trim().to_owned()
        };
        groups.retain(|group| !text(group).is_empty());
        let edges = edges.filter(|edges| edges.len() == tokens.len() + 1);
        let spans = edges.map(|edges| spans(&groups, edges, samples));
        groups
            .into_iter()
            .enumerate()
            .map(|(number, group)| {
                let inside = &tokens[group.clone()];
                Word {
                    text: text(&group),
                    span: spans.as_ref().map(|spans| spans[number].clone()),
                    probability: inside.iter().map(|token| token.probability).sum::<f32>() / inside.len() as f32,
                    log_probability: inside.iter().map(|token| token.log_probability).sum(),
                    tokens: group,
                }
            })
            .collect()
    }

    /// The tokens begin anew, as for the definition that the decoder is compared with.
    #[cfg(test)]
    pub(crate) fn restart(&mut self) {
        self.state.length = 0;
    }

    /// The scores of all tokens after each of `tokens`.
    #[cfg(test)]
    pub(crate) fn scores_after(&mut self, tokens: &[u32]) -> Vec<f32> {
        let model = Arc::clone(&self.model);
        self.state.forward(&model, tokens, None);
        let count = model.decoder.token_of.len();
        let row = |row| self.state.logits(&model, row, 0..count.div_ceil(LANES))[..count].to_vec();
        (0..tokens.len()).flat_map(row).collect()
    }

    fn check_encoded(&self) -> Result<()> {
        if self.state.frames == 0 { Err(Error::Input("no sound was encoded".to_owned())) } else { Ok(()) }
    }

    fn check_tokens(&self, tokens: &[u32]) -> Result<()> {
        match tokens.iter().find(|&&token| token as usize >= self.model.dimensions.vocabulary) {
            Some(token) => Err(Error::Input(format!("token {token} is not in the vocabulary"))),
            None => Ok(()),
        }
    }
}

/// Spans of words that follow one another inside the sound, each of a frame at least where there is
/// room for that.
fn spans(groups: &[Range<usize>], edges: &[usize], samples: usize) -> Vec<Range<usize>> {
    let least = FRAME.min(samples / groups.len().max(1));
    let mut spans: Vec<Range<usize>> = Vec::with_capacity(groups.len());
    for (number, group) in groups.iter().enumerate() {
        let after = groups.len() - number;
        let earliest = spans.last().map_or(0, |last| last.end);
        let start = edges[group.start].clamp(earliest, samples - after * least);
        let end = edges[group.end].clamp(start + least, samples - (after - 1) * least);
        spans.push(start..end);
    }
    spans
}

/// Tokens that nobody exceeds in so many samples: 10 a second and some more.
fn most_tokens(samples: usize) -> usize {
    20 + 10 * samples / RATE
}

/// The first of the highest scores.
fn likeliest(scores: &[f32]) -> (usize, f32) {
    let mut best = (0, f32::NEG_INFINITY);
    for (place, &score) in scores.iter().enumerate() {
        if score > best.1 {
            best = (place, score);
        }
    }
    best
}
