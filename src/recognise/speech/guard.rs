//! Signs that words were never said. A guard only flags: the words stay, and a person listens.

use super::Recognition;
use crate::common::flag::Flag;

/// Confidence below which the recogniser counts as unsure.
const UNSURE: f32 = 0.45;
/// Tokens a second of speech beyond which nobody speaks.
const FASTEST: f32 = 8.0;
/// Letters a second below which words are missing (the meetings of `benches/rooms` have eight to
/// fourteen), and seconds at the edges that hold none.
const SLOWEST: f32 = 4.5;
const EDGES: f32 = 0.6;
/// So many times the same words in a row are a loop rather than emphasis: *Setuju! Setuju! Setuju!*
/// is three.
const LOOP: usize = 4;
/// The longest phrase, in words, whose repetition is looked for.
const PHRASE: usize = 6;

/// Phrases that recognisers trained on subtitles write where nobody spoke. They flag only together
/// with low confidence.
const STOCK: [&str; 8] = [
    "terima kasih telah menonton",
    "terima kasih sudah menonton",
    "jangan lupa subscribe",
    "jangan lupa like",
    "sampai jumpa di video",
    "subtitle by",
    "diterjemahkan oleh",
    "amara.org",
];

/// Whether there are words and none of the signs below.
#[must_use]
pub fn is_good(recognition: &Recognition, samples: usize) -> bool {
    !recognition.words.is_empty() && !is_suspect(recognition, samples)
}

/// Whether the result looks like a loop, a torrent or a part of what was said: then decoding once
/// more, with more care, may do better.
#[must_use]
pub fn is_suspect(recognition: &Recognition, samples: usize) -> bool {
    recognition.is_lost
        || repeats(recognition)
        || too_fast(recognition, samples)
        || too_few(recognition, samples)
        || recognition.mean_log_probability() < -1.0
}

/// Reasons to listen to what was heard in `samples` samples (16 kHz) that hold speech.
#[must_use]
pub fn flags(recognition: &Recognition, samples: usize) -> Vec<Flag> {
    if recognition.words.is_empty() {
        return vec![Flag::NoWords];
    }
    let unsure = recognition.confidence() < UNSURE;
    let text = recognition.text().to_lowercase();
    let mut flags = Vec::new();
    if unsure {
        flags.push(Flag::LowConfidence);
    }
    if recognition.is_lost || repeats(recognition) {
        flags.push(Flag::Repetition);
    }
    if too_fast(recognition, samples) {
        flags.push(Flag::TooFast);
    }
    if too_few(recognition, samples) {
        flags.push(Flag::TooFewWords);
    }
    if unsure && STOCK.iter().any(|phrase| text.contains(phrase)) {
        flags.push(Flag::StockPhrase);
    }
    flags
}

fn too_fast(recognition: &Recognition, samples: usize) -> bool {
    recognition.tokens() as f32 > FASTEST * (samples as f32 / 16_000.0) + FASTEST
}

/// A decoder that stopped in the middle. Figures stand for several words each.
fn too_few(recognition: &Recognition, samples: usize) -> bool {
    let weight = |c: char| if c.is_numeric() { 6.0 } else { f32::from(u8::from(c.is_alphabetic())) };
    let letters: f32 = recognition.words.iter().flat_map(|word| word.text.chars()).map(weight).sum();
    letters < SLOWEST * (samples as f32 / 16_000.0 - EDGES)
}

fn repeats(recognition: &Recognition) -> bool {
    let plain = |text: &str| text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let words: Vec<String> = recognition.words.iter().map(|word| plain(&word.text)).collect();
    (1..=PHRASE).any(|length| {
        words.windows(length * LOOP).any(|window| window.chunks(length).all(|phrase| phrase == &window[..length]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::clock::Span;
    use crate::recognise::speech::Word;

    fn heard(text: &str, mean_log_probability: f32) -> Recognition {
        let word = |text: &str| Word {
            text: text.to_owned(),
            span: Span::new(0, 0),
            probability: 0.9,
            tokens: 2,
            log_probability: 2.0 * mean_log_probability,
        };
        Recognition { words: text.split_whitespace().map(word).collect(), ..Recognition::default() }
    }

    #[test]
    fn emphasis_is_no_loop() {
        assert_eq!(flags(&heard("Setuju! Setuju! Setuju!", -0.1), 32_000), []);
        assert_eq!(flags(&heard("anggota anggota dewan yang benar benar hadir", -0.1), 64_000), []);
    }

    #[test]
    fn a_loop_is_flagged_whatever_its_confidence() {
        assert_eq!(
            flags(&heard("kita lanjut kita lanjut kita lanjut kita lanjut", -0.05), 120_000),
            [Flag::Repetition]
        );
        assert!(is_suspect(&heard("ya ya ya ya", -0.05), 32_000));
    }

    #[test]
    fn thanks_are_said_all_day_and_never_flagged() {
        assert_eq!(flags(&heard("Terima kasih.", -2.0), 16_000), [Flag::LowConfidence]);
        let invented = flags(&heard("Terima kasih telah menonton!", -2.0), 32_000);
        assert_eq!(invented, [Flag::LowConfidence, Flag::StockPhrase]);
        assert_eq!(flags(&heard("Terima kasih telah menonton", -0.1), 32_000), []);
    }

    #[test]
    fn forty_words_in_a_second_are_too_many() {
        let torrent: Vec<String> = (0..40).map(|n| format!("kata{n}")).collect();
        assert_eq!(flags(&heard(&torrent.join(" "), -0.1), 16_000), [Flag::TooFast]);
    }

    #[test]
    fn words_that_fill_half_of_their_time_are_too_few() {
        let part = heard("Belas kali rapat.", -0.1);
        assert!(is_suspect(&part, 70_000));
        assert_eq!(flags(&part, 70_000), [Flag::TooFewWords]);
        for (whole, samples) in
            [(&part, 40_000), (&heard("Setuju.", -0.1), 16_000), (&heard("Tahun anggaran 2029.", -0.1), 56_000)]
        {
            assert!(!is_suspect(whole, samples));
            assert_eq!(flags(whole, samples), []);
        }
    }

    #[test]
    fn speech_without_words_is_said_to_be_so() {
        assert_eq!(flags(&heard("", 0.0), 16_000), [Flag::NoWords]);
    }
}
