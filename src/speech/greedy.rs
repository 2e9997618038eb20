//! The likeliest token, again and again: whisper.cpp's encoder and decoder under a loop of our own.
//!
//! Its `full` spends an eighth of a small model's time on a picture of thirty seconds whatever is heard, and on sorting out, before every token, the
//! tokens that greedy decoding without time stamps would not choose anyway. It alone tells when a word was said, so it stays for the
//! models whose attention tells that.

use std::sync::Arc;

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError, WhisperState};

use super::mel::{HOP, LogMel};
use super::narrow::narrowed;

/// Milliseconds of the window that [`set_window`] has the library look at: so few that it looks at nothing.
const A_GLANCE: i32 = 100;
/// Samples of silence for that. The library mirrors the first 201 of any sound.
const SILENCE: [f32; 2 * HOP] = [0.0; 2 * HOP];

/// Scores so much lower than the highest are no part of the probabilities: all of the vocabulary there weighs less than a millionth.
const NEGLIGIBLE: f32 = 25.0;

/// A token and how sure the model was of it.
pub(super) struct Token {
    pub(super) probability: f32,
    pub(super) log_probability: f32,
}

/// A model and the tokens that control it.
pub(super) struct Model {
    context: Arc<WhisperContext>,
    /// Start, language, task, no time stamps.
    prompt: [i32; 4],
    end: i32,
}

impl Model {
    /// The model in `context`, which was made of `file` where that is in memory. `language` is Whisper's number of what is spoken.
    pub(super) fn new(context: &Arc<WhisperContext>, file: Option<&[u8]>, language: i32) -> Result<Self, WhisperError> {
        let prompt =
            [context.token_sot(), context.token_lang(language), context.token_transcribe(), context.token_not()];
        let end = context.token_eot();
        let [start, language, task, plain] = prompt;
        let Some(narrow) = file.and_then(|file| narrowed(file, &[start, language, task, plain, end])) else {
            return Ok(Self { context: Arc::clone(context), prompt, end });
        };
        let mut parameters = WhisperContextParameters::default();
        parameters.use_gpu(false);
        let context = Arc::new(WhisperContext::new_from_buffer_with_params(&narrow.bytes, parameters)?);
        let place = |id| narrow.tokens.partition_point(|&token| token < id) as i32;
        Ok(Self { context, prompt: prompt.map(place), end: place(end) })
    }
}

/// Decodes with one model, for one thread.
pub(super) struct Greedy {
    model: Arc<Model>,
    state: WhisperState,
    mel: LogMel,
}

impl Greedy {
    pub(super) fn new(model: Arc<Model>) -> Result<Self, WhisperError> {
        let state = model.context.create_state()?;
        Ok(Self { model, state, mel: LogMel::new() })
    }

    /// The tokens of `sound` with their spelling, in a window of so many encoder frames (20 ms), at most `most`; those until `give_up` said so.
    pub(super) fn tokens(
        &mut self,
        sound: &[f32],
        frames: usize,
        most: usize,
        give_up: &dyn Fn() -> bool,
    ) -> Result<Vec<(&[u8], Token)>, WhisperError> {
        let Model { context, prompt, end } = &*self.model;
        set_window(&mut self.state, frames)?;
        self.state.set_mel(&self.mel.draw(sound, 2 * frames))?;
        self.state.encode(0, 1)?;
        // Only the first row of scores can be read, so the token that the first word follows goes in by itself.
        let [begin @ .., mut last] = *prompt;
        self.state.decode(&begin, 0, 1)?;
        let mut tokens = Vec::new();
        while tokens.len() < most && !give_up() {
            self.state.decode(&[last], begin.len() + tokens.len(), 1)?;
            let scores = self.state.get_logits()?;
            let (next, token) = likeliest(scores.get(..=*end as usize).unwrap_or(scores));
            if next == *end {
                break;
            }
            tokens.push((context.token_to_bytes(next)?, token));
            last = next;
        }
        Ok(tokens)
    }
}

/// Has the encoder compute `frames` only. The library takes that from the parameters of `full` alone.
fn set_window(state: &mut WhisperState, frames: usize) -> Result<(), WhisperError> {
    let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    parameters.set_n_threads(1);
    parameters.set_duration_ms(A_GLANCE);
    parameters.set_audio_ctx(frames as i32);
    state.full(parameters, &SILENCE)
}

/// The token of the highest score and its probability among them all. `scores` are of the text tokens and the end; what comes after
/// them are commands and time stamps.
fn likeliest(scores: &[f32]) -> (i32, Token) {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let id = scores.iter().position(|&score| score >= highest).unwrap_or(0);
    let near = scores.iter().map(|score| score - highest).filter(|&below| below > -NEGLIGIBLE);
    let all: f32 = near.map(f32::exp).sum();
    (id as i32, Token { probability: 1.0 / all, log_probability: -all.ln() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio;
    use crate::speech::tests::shipped;
    use std::path::Path;

    /// Some seconds of the chair's microphone in the shipped meeting.
    fn spoken() -> Vec<f32> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna/01.ogg");
        let mut source = audio::Source::open(&audio::Input::File(file)).expect("opened");
        let mut sound = vec![0.0; 16_000 * 12];
        let read = source.read(&mut sound).expect("read");
        sound.truncate(read);
        sound.split_off(16_000 * 5)
    }

    #[test]
    fn with_fewer_tokens_it_says_the_same() {
        let file = shipped();
        let whole = WhisperContext::new_from_buffer_with_params(&file, WhisperContextParameters::default());
        let whole = Arc::new(whole.expect("loaded"));
        let heard = |file: Option<&[u8]>| {
            let model = Arc::new(Model::new(&whole, file, 0).expect("a model"));
            assert_eq!(model.context.n_vocab() < whole.n_vocab(), file.is_some());
            let mut greedy = Greedy::new(model).expect("a state");
            let tokens = greedy.tokens(&spoken(), 368, 90, &|| false).expect("decoded");
            tokens
                .into_iter()
                .map(|(bytes, token)| (bytes.to_vec(), (token.probability * 1000.0).round()))
                .collect::<Vec<_>>()
        };
        let words = heard(None);
        assert!(words.len() > 10, "{words:?}");
        assert_eq!(heard(Some(&file)), words);
    }

    #[test]
    fn the_likeliest_is_told_with_its_share() {
        let (id, token) = likeliest(&[0.0, 2.0f32.ln(), f32::NEG_INFINITY, 0.0]);
        assert_eq!(id, 1);
        assert!((token.probability - 0.5).abs() < 1e-6);
        assert!((token.log_probability - 0.5f32.ln()).abs() < 1e-6);
    }
}
