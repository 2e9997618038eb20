//! The program's own engine beside whisper.cpp with the same weights, sound and window.
//!
//! whisper.cpp does not hand out what its encoder found, so the scores of its decoder are compared,
//! which attend to that in every layer.

use std::cell::RefCell;
use std::io::Cursor;
use std::sync::Arc;

use e_risalah::recognise::models::{Model, Source};
use risalah_whisper::{Bias, Kernel, Options, Precision, Scores, Session, SpecialTokens, Token, Weights};
use whisper_rs::{WhisperContext, WhisperContextParameters, WhisperState};

/// Frames of the whole window of 30 s, which whisper.cpp encodes unless it decodes by itself.
const WINDOW: usize = 1500;
/// Tokens that are compared at most.
const MOST: usize = 60;

/// What the two made of one sound.
#[derive(Debug)]
pub struct Compared {
    /// Tokens of the text that whisper.cpp decoded.
    pub tokens: usize,
    /// The root of the mean square of the differences of scores along that text, relative to that
    /// of the scores, each less its mean.
    pub off: f64,
    /// Places of that text at which both find the same token the likeliest.
    pub agreed: usize,
    /// Whether the own engine by itself decodes that very text.
    pub same_text: bool,
}

/// Compares both along what whisper.cpp decodes, the likeliest token after another.
pub fn compare(model: &Model, precision: Precision, kernel: Kernel, sound: &[f32]) -> Compared {
    let bytes = match &model.source {
        Source::Bytes(bytes) => bytes.clone(),
        Source::Path(path) => std::fs::read(path).expect("a model"),
    };
    let weights = Weights::read_ggml(Cursor::new(&bytes)).expect("read");
    let own = risalah_whisper::Model::with_kernel(weights, precision, kernel).expect("a model");
    let special = own.special_tokens().clone();
    let language = own.language("id").expect("Indonesian").expect("several languages");
    let (text, theirs) = Peer::of(&bytes, sound).decode(&special, language);

    let mut session = Session::new(Arc::new(own));
    session.encode(sound, WINDOW).expect("encoded");
    let follow = Follow { text: &text, end: special.end, rows: RefCell::default() };
    let options = Options { language: Some(language), bias: Some(&follow), most_tokens: MOST, ..Options::default() };
    session.decode(&options).expect("decoded");
    let free = session.decode(&Options { bias: None, ..options }).expect("decoded");

    let ours = follow.rows.into_inner();
    let (mut error, mut all, mut agreed) = (0.0, 0.0, 0);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        // Tokens that share their weights with another one have no score of their own.
        let pairs: Vec<(f64, f64)> = ours
            .iter()
            .zip(theirs)
            .filter(|(ours, _)| ours.is_finite())
            .map(|(&ours, &theirs)| (ours.into(), theirs.into()))
            .collect();
        let count = pairs.len() as f64;
        let (our_mean, their_mean) =
            pairs.iter().fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0 / count, sums.1 + pair.1 / count));
        for (ours, theirs) in pairs {
            error += (ours - our_mean - (theirs - their_mean)).powi(2);
            all += (theirs - their_mean).powi(2);
        }
        agreed += usize::from(likeliest(ours) == likeliest(theirs));
    }
    let same_text = free.tokens.iter().map(|token| token.id).eq(text.iter().copied());
    Compared { tokens: text.len(), off: (error / all).sqrt(), agreed, same_text }
}

struct Peer(WhisperState);

impl Peer {
    /// It has encoded the sound.
    fn of(model: &[u8], sound: &[f32]) -> Self {
        whisper_rs::install_logging_hooks();
        let parameters = WhisperContextParameters::default();
        let context = WhisperContext::new_from_buffer_with_params(model, parameters).expect("a model");
        let mut state = context.create_state().expect("memory");
        state.pcm_to_mel(sound, 1).expect("a spectrogram");
        state.encode(0, 1).expect("encoded");
        Self(state)
    }

    /// The text tokens that are likeliest, one after another, and the scores at each place and at
    /// the end.
    fn decode(&mut self, special: &SpecialTokens, language: u32) -> (Vec<u32>, Vec<Vec<f32>>) {
        let mut sequence = vec![special.start, language, special.transcribe, special.no_timestamps];
        let (mut text, mut rows) = (Vec::new(), Vec::new());
        let mut past = 0;
        while text.len() < MOST {
            for token in sequence.drain(..) {
                self.0.decode(&[token.cast_signed()], past, 1).expect("decoded");
                past += 1;
            }
            let scores = self.0.get_logits().expect("scores")[..=special.end as usize].to_vec();
            let next = likeliest(&scores);
            rows.push(scores);
            if next == special.end {
                break;
            }
            text.push(next);
            sequence.push(next);
        }
        (text, rows)
    }
}

/// Has the decoder say a text, and keeps the scores by which it would have chosen.
struct Follow<'t> {
    text: &'t [u32],
    end: u32,
    rows: RefCell<Vec<Vec<f32>>>,
}

impl Bias for Follow<'_> {
    fn apply(&self, said: &[Token], scores: &mut Scores<'_>) {
        self.rows.borrow_mut().push((0..=self.end).map(|token| scores.get(token)).collect());
        scores.add(self.text.get(said.len()).copied().unwrap_or(self.end), 1e9);
    }
}

fn likeliest(scores: &[f32]) -> u32 {
    let best = scores.iter().zip(0..).max_by(|a, b| a.0.total_cmp(b.0).then(b.1.cmp(&a.1)));
    best.map_or(0, |(_, token)| token)
}
