//! Whisper's tokens from the files of other programs.
//!
//! They are written in the alphabet of byte-level BPE: every byte is one printable character, and
//! those that are not printable stand 256 characters further on. A ggml file has the bytes
//! themselves.

use std::collections::HashMap;

use serde::Deserialize;

use super::fault::{Fault, VocabularyFault};

/// Tokens that spell text, in every multilingual Whisper; the last spells nothing.
const TEXT: usize = 50_257;
/// Tokens in all, up to large-v2 and since large-v3, which knows one more language.
const SIZES: [u32; 2] = [51_865, 51_866];
/// The number of the token without time stamps in each.
const NO_TIMES: [u32; 2] = [50_363, 50_364];
const END: (&str, u32) = ("<|endoftext|>", 50_257);
const START: (&str, u32) = ("<|startoftranscript|>", 50_258);

/// What a decoder's rows stand for.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// The file that it came from.
    file: String,
    /// The text tokens' bytes, in their order.
    pub(super) spellings: Vec<Vec<u8>>,
    /// All tokens that are written as `<|…|>`, with their numbers.
    controls: HashMap<String, u64>,
    /// One more than the highest number.
    count: u64,
}

#[derive(Deserialize)]
struct Tokenizer {
    model: Bpe,
    #[serde(default)]
    added_tokens: Vec<Added>,
}

#[derive(Deserialize)]
struct Bpe {
    vocab: HashMap<String, u64>,
}

#[derive(Deserialize)]
struct Added {
    id: u64,
    content: String,
}

impl Vocabulary {
    /// From `tokenizer.json`.
    pub(super) fn tokenizer(file: &str, text: &[u8]) -> Result<Self, Fault> {
        let tokenizer: Tokenizer = json(file, text)?;
        let added = tokenizer.added_tokens.into_iter().map(|added| (added.content, added.id));
        Self::new(file, tokenizer.model.vocab.into_iter().chain(added))
    }

    /// From `vocab.json`, and `added_tokens.json` where there is one.
    pub(super) fn vocab(file: &str, text: &[u8], added: Option<(&str, &[u8])>) -> Result<Self, Fault> {
        let mut tokens: HashMap<String, u64> = json(file, text)?;
        if let Some((file, text)) = added {
            tokens.extend(json::<HashMap<String, u64>>(file, text)?);
        }
        Self::new(file, tokens)
    }

    /// From `CTranslate2`'s `vocabulary.json`, a list.
    pub(super) fn list(file: &str, text: &[u8]) -> Result<Self, Fault> {
        let tokens: Vec<String> = json(file, text)?;
        Self::new(file, tokens.into_iter().zip(0..))
    }

    /// From `CTranslate2`'s `vocabulary.txt`, a token on each line.
    pub(super) fn lines(file: &str, text: &[u8]) -> Result<Self, Fault> {
        let not_text = |_| Fault::Vocabulary { file: file.to_owned(), fault: VocabularyFault::NotUtf8 };
        let text = std::str::from_utf8(text).map_err(not_text)?;
        Self::new(file, text.lines().map(str::to_owned).zip(0..))
    }

    fn new(file: &str, tokens: impl IntoIterator<Item = (String, u64)>) -> Result<Self, Fault> {
        let fault = |fault| Fault::Vocabulary { file: file.to_owned(), fault };
        let alphabet = alphabet();
        let mut spellings: Vec<Option<Vec<u8>>> = vec![None; TEXT];
        let (mut controls, mut count) = (HashMap::new(), 0);
        for (token, id) in tokens {
            count = count.max(id.saturating_add(1));
            if token.starts_with("<|") && token.ends_with("|>") {
                controls.insert(token, id);
            } else if let Some(place) = spellings.get_mut(usize::try_from(id).unwrap_or(TEXT)) {
                let bytes = token.chars().map(|letter| alphabet.get(&letter).copied()).collect::<Option<_>>();
                let bytes = bytes.ok_or_else(|| fault(VocabularyFault::NotBytes(shown(&token))))?;
                if place.replace(bytes).is_some() {
                    return Err(fault(VocabularyFault::Twice(id)));
                }
            }
        }
        // Some writers leave out the token that spells nothing.
        spellings[TEXT - 1].get_or_insert_default();
        let holes = spellings.iter().position(Option::is_none);
        if let Some(hole) = holes {
            return Err(fault(VocabularyFault::Hole(hole as u64)));
        }
        let moved =
            [END, START].into_iter().find(|(name, id)| controls.get(*name).is_some_and(|at| *at != u64::from(*id)));
        if let Some((name, _)) = moved {
            return Err(fault(VocabularyFault::Moved(name.to_owned())));
        }
        Ok(Self { file: file.to_owned(), spellings: spellings.into_iter().flatten().collect(), controls, count })
    }

    /// How many of a decoder's rows are Whisper's own: what a fine-tune has put behind them is not
    /// among them. `hint` is the number of the token without time stamps, where a configuration
    /// has it.
    pub(super) fn size(&self, rows: u64, hint: Option<u64>) -> Result<u32, Fault> {
        let fault = |fault| Fault::Vocabulary { file: self.file.clone(), fault };
        let found = self.controls.get("<|notimestamps|>").copied().or(hint);
        let size = match found {
            Some(id) => {
                let known = NO_TIMES.iter().position(|known| u64::from(*known) == id);
                SIZES[known.ok_or_else(|| fault(VocabularyFault::Moved("<|notimestamps|>".to_owned())))?]
            }
            // A table that is longer than both was made by large-v3's successors at the earliest.
            None => SIZES[usize::from(rows > u64::from(SIZES[0]))],
        };
        if rows < u64::from(size) || self.count > rows {
            return Err(fault(VocabularyFault::Count { expected: rows, found: self.count }));
        }
        Ok(size)
    }

    /// Whether it has exactly so many tokens, as `CTranslate2` wants it.
    pub(super) fn fills(&self, rows: u64) -> Result<(), Fault> {
        if self.count == rows {
            return Ok(());
        }
        let fault = VocabularyFault::Count { expected: rows, found: self.count };
        Err(Fault::Vocabulary { file: self.file.clone(), fault })
    }
}

fn json<T: for<'de> Deserialize<'de>>(file: &str, text: &[u8]) -> Result<T, Fault> {
    if std::str::from_utf8(text).is_err() {
        return Err(Fault::Vocabulary { file: file.to_owned(), fault: VocabularyFault::NotUtf8 });
    }
    serde_json::from_slice(text).map_err(|error| Fault::Json { file: file.to_owned(), reason: error.to_string() })
}

fn shown(token: &str) -> String {
    token.escape_debug().take(40).collect()
}

/// The byte that each character stands for.
fn alphabet() -> HashMap<char, u8> {
    let is_printable = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut next = 256_u32;
    (0..=u8::MAX)
        .filter_map(|byte| {
            if is_printable(byte) {
                return Some((char::from(byte), byte));
            }
            next += 1;
            Some((char::from_u32(next - 1)?, byte))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(count: usize) -> String {
        let controls = ["<|endoftext|>".to_owned(), "<|startoftranscript|>".to_owned()];
        let text = (0..TEXT).map(|id| if id == TEXT - 1 { String::new() } else { format!("Ġ{id}") });
        let mut tokens: Vec<String> = text.chain(controls).collect();
        while tokens.len() < count {
            let next = tokens.len();
            tokens.push(if next == 50_363 { "<|notimestamps|>".to_owned() } else { format!("<|{next}|>") });
        }
        tokens.truncate(count);
        tokens.join("\n") + "\n"
    }

    fn faulty(text: &str) -> VocabularyFault {
        match Vocabulary::lines("vocabulary.txt", text.as_bytes()) {
            Err(Fault::Vocabulary { fault, .. }) => fault,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_byte_has_a_letter() {
        let alphabet = alphabet();
        assert_eq!(alphabet.len(), 256);
        assert_eq!((alphabet[&'Ġ'], alphabet[&'Ċ'], alphabet[&'a'], alphabet[&'Ń']), (b' ', b'\n', b'a', 0xad));
    }

    #[test]
    fn tokens_are_the_bytes_that_they_spell() {
        let vocabulary = Vocabulary::lines("vocabulary.txt", lines(51_865).as_bytes()).expect("a vocabulary");
        assert_eq!((vocabulary.spellings.len(), vocabulary.spellings[7].as_slice()), (TEXT, b" 7".as_slice()));
        assert_eq!(vocabulary.size(51_865, None), Ok(51_865));
        assert_eq!(vocabulary.size(51_872, None), Ok(51_865));
        assert!(vocabulary.fills(51_865).is_ok() && vocabulary.fills(51_866).is_err());
        assert!(matches!(vocabulary.size(51_864, None), Err(Fault::Vocabulary { .. })));
    }

    #[test]
    fn without_controls_the_rows_tell_the_size() {
        let text: HashMap<String, u64> = lines(TEXT).lines().map(str::to_owned).zip(0..).collect();
        let text = serde_json::to_vec(&text).expect("JSON");
        let vocabulary = Vocabulary::vocab("vocab.json", &text, None).expect("a vocabulary");
        assert_eq!((vocabulary.size(51_865, None), vocabulary.size(51_866, None)), (Ok(51_865), Ok(51_866)));
        assert_eq!(vocabulary.size(51_872, Some(50_363)), Ok(51_865));
        assert!(vocabulary.size(51_872, Some(1)).is_err());
        let added = br#"{"<|notimestamps|>": 50363, "rapat": 51865}"#;
        let vocabulary = Vocabulary::vocab("vocab.json", &text, Some(("added_tokens.json", added))).expect("more");
        assert_eq!(vocabulary.size(51_866, None), Ok(51_865));
        assert!(matches!(vocabulary.size(51_865, None), Err(Fault::Vocabulary { .. })), "a token without a row");
    }

    #[test]
    fn what_is_not_whispers_is_refused() {
        assert_eq!(faulty(&lines(1000)), VocabularyFault::Hole(1000));
        assert_eq!(faulty(&lines(51_865).replacen("Ġ12\n", "a b\n", 1)), VocabularyFault::NotBytes("a b".to_owned()));
        assert_eq!(faulty(&format!("x\n{}", lines(51_864))), VocabularyFault::Moved("<|endoftext|>".to_owned()));
        let wrong = Vocabulary::lines("vocabulary.txt", b"\xff\xfe");
        assert!(matches!(wrong, Err(Fault::Vocabulary { fault: VocabularyFault::NotUtf8, .. })));
        for wrong in
            [&b"{"[..], b"[]", b"{\"model\": {\"vocab\": {\"a\": -1}}}", b"{\"model\": {\"vocab\": {\"a\": 1e300}}}"]
        {
            assert!(matches!(Vocabulary::tokenizer("tokenizer.json", wrong), Err(Fault::Json { .. })));
        }
        let twice = Vocabulary::vocab("vocab.json", br#"{"a": 7, "b": 7}"#, None);
        assert!(matches!(twice, Err(Fault::Vocabulary { fault: VocabularyFault::Twice(7), .. })));
        let empty = Vocabulary::tokenizer("tokenizer.json", b"{\"model\": {\"vocab\": {}}}");
        assert!(matches!(empty, Err(Fault::Vocabulary { fault: VocabularyFault::Hole(0), .. })));
    }
}
