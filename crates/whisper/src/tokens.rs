//! Control tokens, languages, and the tokens that write no speech.

/// The tokens that control the decoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialTokens {
    /// Ends a text. Every token before it is text.
    pub end: u32,
    /// Begins a transcript.
    pub start: u32,
    /// The token of the first language; the others follow in the order of [`LANGUAGES`].
    pub first_language: u32,
    /// Number of languages; 0 for a model of English only, which is not told a language or task.
    pub languages: usize,
    /// Asks for the words as they were spoken.
    pub transcribe: u32,
    /// Begins text that went before: here the names of a prompt.
    pub previous: u32,
    /// Stands where nobody speaks.
    pub no_speech: u32,
    /// Asks for no time stamps.
    pub no_timestamps: u32,
}

impl SpecialTokens {
    /// Those of an official vocabulary of so many tokens; `None` where it is not one.
    ///
    /// OpenAI's tokenizer puts the end first after the text, then the start, the languages (99,
    /// from large-v3 on 100), two tasks and four more; 1501 time stamps follow.
    #[must_use]
    pub fn of_vocabulary(tokens: usize) -> Option<Self> {
        // A model of English only has one text token less and places for 99 languages all the same.
        let (end, languages) = match tokens {
            51_864 => (50_256, 0),
            51_865 => (50_257, 99),
            51_866 => (50_257, 100),
            _ => return None,
        };
        let translate = end + 2 + if languages == 100 { 100 } else { 99 };
        Some(Self {
            end,
            start: end + 1,
            first_language: end + 2,
            languages,
            transcribe: translate + 1,
            previous: translate + 3,
            no_speech: translate + 4,
            no_timestamps: translate + 5,
        })
    }

    /// The token of a language by its code.
    #[must_use]
    pub fn language(&self, code: &str) -> Option<u32> {
        let place = LANGUAGES.iter().take(self.languages).position(|&known| known == code)?;
        Some(self.first_language + place as u32)
    }
}

/// The codes of Whisper's languages in the order of their tokens; the last one came with large-v3.
pub const LANGUAGES: [&str; 100] = [
    "en", "zh", "de", "es", "ru", "ko", "fr", "ja", "pt", "tr", "pl", "ca", "nl", "ar", "sv", "it", "id", "hi", "fi",
    "vi", "he", "uk", "el", "ms", "cs", "ro", "da", "hu", "ta", "no", "th", "ur", "hr", "bg", "lt", "la", "mi", "ml",
    "cy", "sk", "te", "fa", "lv", "bn", "sr", "az", "sl", "kn", "et", "mk", "br", "eu", "is", "hy", "ne", "mn", "bs",
    "kk", "sq", "sw", "gl", "mr", "pa", "si", "km", "sn", "yo", "so", "af", "oc", "ka", "be", "tg", "sd", "gu", "am",
    "yi", "lo", "uz", "fo", "ht", "ps", "tk", "nn", "mt", "sa", "lb", "my", "bo", "tl", "mg", "as", "tt", "haw", "ln",
    "ha", "ba", "jw", "su", "yue",
];

/// Signs that subtitles hold and nobody speaks: OpenAI's `Tokenizer.non_speech_tokens`. The notes
/// of music (U+2669 to U+266F) are two tokens each, of which the first is shared.
const SIGNS: [&[u8]; 49] = [
    b"\"",
    b"#",
    b"(",
    b")",
    b"*",
    b"+",
    b"/",
    b":",
    b";",
    b"<",
    b"=",
    b">",
    b"@",
    b"[",
    b"\\",
    b"]",
    b"^",
    b"_",
    b"`",
    b"{",
    b"|",
    b"}",
    b"~",
    "「".as_bytes(),
    "」".as_bytes(),
    "『".as_bytes(),
    "』".as_bytes(),
    b"<<",
    b">>",
    b"<<<",
    b">>>",
    b"--",
    b"---",
    b"-(",
    b"-[",
    b"('",
    b"(\"",
    b"((",
    b"))",
    b"(((",
    b")))",
    b"[[",
    b"]]",
    b"{{",
    b"}}",
    "♪♪".as_bytes(),
    "♪♪♪".as_bytes(),
    b"\xe2\x99",
    "♪".as_bytes(),
];

/// The text tokens of `vocabulary` that write signs instead of speech, ascending.
#[must_use]
pub fn non_speech(vocabulary: &[Vec<u8>]) -> Vec<u32> {
    let is_sign = |spelling: &[u8]| {
        // A dash or an apostrophe inside a word is speech, at its beginning it is not.
        let bare = spelling.strip_prefix(b" ").unwrap_or(spelling);
        SIGNS.contains(&bare) || spelling == b" -" || spelling == b" '"
    };
    (0..).zip(vocabulary).filter(|(_, spelling)| is_sign(spelling)).map(|(id, _)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_vocabularies_have_their_tokens() {
        // As `tokenizer.py` and whisper.cpp count them.
        let base = SpecialTokens::of_vocabulary(51_865).expect("official");
        assert_eq!((base.end, base.start, base.transcribe), (50_257, 50_258, 50_359));
        assert_eq!((base.previous, base.no_speech, base.no_timestamps), (50_361, 50_362, 50_363));
        assert_eq!(
            (base.language("en"), base.language("id"), base.language("yue")),
            (Some(50_259), Some(50_275), None)
        );
        let large = SpecialTokens::of_vocabulary(51_866).expect("official");
        assert_eq!((large.transcribe, large.no_timestamps), (50_360, 50_364));
        assert_eq!(large.language("yue"), Some(50_358));
        let english = SpecialTokens::of_vocabulary(51_864).expect("official");
        assert_eq!((english.end, english.start, english.no_timestamps), (50_256, 50_257, 50_362));
        assert_eq!(english.language("en"), None);
        assert_eq!(SpecialTokens::of_vocabulary(51_867), None);
    }

    #[test]
    fn signs_are_no_speech() {
        let words = ["\"", " -", "-", " '", "'", " (", "a", ".", ",", "«", " ♪♪", "--", " kata", "」"];
        let vocabulary: Vec<Vec<u8>> =
            words.iter().map(|word| word.as_bytes().to_vec()).chain([b"\xe2\x99".to_vec()]).collect();
        assert_eq!(non_speech(&vocabulary), [0, 1, 3, 5, 10, 11, 13, 14]);
    }
}
