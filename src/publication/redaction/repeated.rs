//! Places of a record that say again what was redacted.

use super::digits::rows;
use super::line::plain_words;
use crate::common::language::Language;
use crate::common::message::Message;
use crate::meeting::{EventKind, Meeting};
use crate::transcript::Transcript;

/// Digits in a row that are not there by chance.
const DIGITS: usize = 5;
/// Letters of two neighbouring words that are not there by chance, and of a single one.
const LETTERS: usize = 4;
/// A text of as many words may be a name.
const SHORT: usize = 4;
/// Words that stand everywhere.
const COMMON: [&str; 24] = [
    "yang", "dari", "pada", "untuk", "dengan", "dalam", "tidak", "adalah", "bahwa", "akan", "juga", "sudah", "telah",
    "oleh", "saudara", "bapak", "kami", "kita", "saya", "anggota", "dewan", "rapat", "jalan", "nomor",
];

/// Words of numbers: rows of digits are compared as digits, and amounts are no personal data.
const NUMBERS: [&str; 18] = [
    "satu", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "kosong", "belas", "puluh", "ratus",
    "ribu", "juta", "miliar", "triliun", "koma", "rupiah",
];

/// A sentence for each place of the meeting's own fields and of the other words that says again what
/// was redacted. A person looks at them: what is written there is published.
#[must_use]
pub fn repeated(meeting: &Meeting, transcript: &Transcript, texts: &[(u64, String)]) -> Vec<Message> {
    let known: Vec<(u64, Known)> = texts.iter().map(|(id, text)| (*id, Known::new(text))).collect();
    if known.is_empty() {
        return Vec::new();
    }
    let mut told: Vec<Message> = Vec::new();
    let mut look = |place: &str, text: &str| {
        let words = Known::new(text);
        for (id, _) in known.iter().filter(|(_, known)| known.is_told_by(&words)) {
            let message = Message::new("publication.repeated").with("id", id).with("place", place);
            if !told.contains(&message) {
                told.push(message);
            }
        }
    };
    for (place, text) in fields(meeting) {
        look(place, &text);
    }
    for warning in &transcript.recording.warnings {
        look("kolofon", &warning.what(Language::Indonesian));
    }
    let clock = transcript.recording.clock;
    for utterance in &transcript.utterances {
        let place = format!("{} {}", clock.hms(utterance.span.start), utterance.channel);
        look(&place, &utterance.text);
        look(&place, utterance.said());
        if let Some(pokir) = &utterance.corrected.pokir {
            look(&place, &pokir.title);
        }
    }
    told
}

/// The texts that a meeting has beside what was said, by the words of `rapat.toml`.
fn fields(meeting: &Meeting) -> Vec<(&'static str, String)> {
    let list =
        |place: &'static str, texts: &[String]| texts.iter().map(|text| (place, text.clone())).collect::<Vec<_>>();
    let mut fields = list("acara", &meeting.agenda);
    fields.extend(list("pokok", &meeting.points));
    for event in &meeting.events {
        match &event.kind {
            EventKind::Agreed(Some(text)) | EventKind::Song(text) | EventKind::Note(text) => {
                fields.push(("peristiwa", text.clone()));
            }
            _ => {}
        }
    }
    fields.extend(meeting.decisions.iter().filter_map(|decision| Some(("keputusan", decision.text.clone()?))));
    let single = [("nama", &meeting.name), ("dengan", &meeting.partner), ("tempat", &meeting.place)];
    fields.extend(single.into_iter().filter_map(|(place, text)| Some((place, text.clone()?))));
    fields
}

/// What can be told again of a text.
struct Known {
    words: Vec<String>,
    /// Words with a capital of a short text: parts of a name.
    names: Vec<String>,
    digits: Vec<String>,
}

impl Known {
    fn new(text: &str) -> Self {
        let words = plain_words(text);
        let digits = rows(&words).into_iter().map(|row| row.text).filter(|row| row.len() >= DIGITS).collect();
        let capital = |word: &&str| word.trim_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_uppercase);
        let short = text.split_whitespace().count() <= SHORT;
        let names = text.split_whitespace().filter(|word| short && capital(word)).flat_map(plain_words).collect();
        Self { words, names, digits }
    }

    /// Whether another text has a row of its digits, a part of its name, two neighbouring words of
    /// it, or its only word.
    fn is_told_by(&self, other: &Self) -> bool {
        let shared = |own: &String, other: &String| own.contains(other.as_str()) || other.contains(own.as_str());
        if self.digits.iter().any(|own| other.digits.iter().any(|digits| shared(own, digits))) {
            return true;
        }
        let telling = |word: &String| {
            word.chars().count() >= LETTERS && !COMMON.contains(&word.as_str()) && !NUMBERS.contains(&word.as_str())
        };
        let counted = |word: &String| telling(word) && word.chars().any(char::is_alphabetic);
        if self.names.iter().any(|name| counted(name) && other.words.contains(name)) {
            return true;
        }
        match &self.words[..] {
            [only] => counted(only) && other.words.contains(only),
            words => words
                .windows(2)
                .filter(|pair| pair.iter().all(counted))
                .any(|pair| other.words.windows(2).any(|others| others == pair)),
        }
    }
}
