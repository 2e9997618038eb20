//! Names of the meeting, which the decoder is helped to spell.
//!
//! A bonus on the scores (contextual biasing by shallow fusion over a prefix tree; Pundak et al.,
//! *Deep Context*, 2018): tokens that begin a word with two letters or more of a name score a
//! little higher, and where the decoder has begun a word with the first letters of one, so do
//! tokens that go on with it. Three units of the logarithm decide between spellings of what was
//! heard, and no more: a name that nobody says is not written (benches/README.md).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use risalah_whisper::{Bias, Model, Scores, Token};

/// Names with fewer letters are not helped: they are too much like other words.
const SHORTEST: usize = 4;
/// Letters with which a token must begin a name.
const BEGINNING: usize = 2;
/// What a token gains that begins a name or goes on with one, in natural logarithms.
const BONUS: f32 = 3.0;

/// The words of names and the tokens that spell them.
pub(super) struct Names {
    words: Vec<Vec<u8>>,
    /// Tokens that begin a word, and it with a name.
    beginnings: Vec<u32>,
    /// Spelling to token, of tokens that do not begin a word.
    tokens: HashMap<Vec<u8>, u32>,
    /// Spelling of each token.
    spellings: Vec<Vec<u8>>,
}

impl Names {
    /// Those of `names` that are long enough, by word.
    pub fn new(model: &Model, names: &[String]) -> Self {
        let mut seen = HashSet::new();
        let words: Vec<Vec<u8>> = names
            .iter()
            .flat_map(|name| name.split(|c: char| !c.is_alphabetic()))
            .filter(|word| word.chars().count() >= SHORTEST && seen.insert((*word).to_owned()))
            .map(|word| word.as_bytes().to_vec())
            .collect();
        if words.is_empty() {
            return Self { words, beginnings: Vec::new(), tokens: HashMap::new(), spellings: Vec::new() };
        }
        let spellings: Vec<Vec<u8>> =
            (0..model.special_tokens().end).map(|token| model.spelling(token).to_vec()).collect();
        let begins = |spelling: &[u8]| {
            spelling
                .strip_prefix(b" ")
                .is_some_and(|letters| letters.len() >= BEGINNING && words.iter().any(|name| name.starts_with(letters)))
        };
        let beginnings = spellings.iter().zip(0..).filter(|(spelling, _)| begins(spelling)).map(|(_, token)| token);
        let beginnings = beginnings.collect();
        let inside =
            spellings.iter().zip(0..).filter(|(spelling, _)| spelling.first().is_some_and(|&byte| byte != b' '));
        let tokens = inside.map(|(spelling, token)| (spelling.clone(), token)).collect();
        Self { words, beginnings, tokens, spellings }
    }
}

/// The bonus for one decoding.
pub(super) struct NameBias<'n>(&'n Arc<Names>);

impl<'n> NameBias<'n> {
    /// `None` where there are no names.
    pub fn new(names: &'n Arc<Names>) -> Option<Self> {
        (!names.words.is_empty()).then_some(Self(names))
    }
}

impl Bias for NameBias<'_> {
    fn apply(&self, said: &[Token], scores: &mut Scores<'_>) {
        let spelling = |token: &Token| self.0.spellings.get(token.id as usize).map_or(&[][..], Vec::as_slice);
        let begins = |token: &Token| spelling(token).first() == Some(&b' ');
        let from = said.iter().rposition(begins).unwrap_or(0);
        let word: Vec<u8> = said[from..].iter().flat_map(spelling).copied().skip_while(|&byte| byte == b' ').collect();
        self.0.beginnings.iter().for_each(|&token| scores.add(token, BONUS));
        if word.is_empty() {
            return;
        }
        let mut helped = HashSet::new();
        for rest in self.0.words.iter().filter_map(|name| name.strip_prefix(word.as_slice())) {
            for length in 1..=rest.len() {
                if let Some(&token) = self.0.tokens.get(&rest[..length])
                    && helped.insert(token)
                {
                    scores.add(token, BONUS);
                }
            }
        }
    }
}
