//! Subtitles: what was said, cut into lines that can be read while they are heard.

use crate::meeting::{Label, Meeting};
use crate::transcript::edit::Mark;
use crate::transcript::{Transcript, Utterance, Word};

use super::text::{OMITTED, printable};
use super::who;

/// Two lines of 42 characters, as broadcasters set them.
const MOST_CHARACTERS: usize = 84;
const LONGEST_MS: u64 = 7_000;

pub(super) struct Cue {
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    pub(super) speaker: String,
    pub(super) text: String,
}

/// The cues of a transcript, in its order. An utterance is cut between words where their times are known.
pub(super) fn cues(meeting: &Meeting, transcript: &Transcript) -> Vec<Cue> {
    let clock = transcript.recording.clock;
    let mut cues = Vec::new();
    for utterance in &transcript.utterances {
        let speaker = speaker(&who::label(meeting, clock, utterance));
        for (start, end, text) in pieces(utterance, |position| clock.millis(position)) {
            cues.push(Cue { start_ms: start, end_ms: end.max(start + 1), speaker: speaker.clone(), text });
        }
    }
    cues
}

fn speaker(label: &Label) -> String {
    let microphone = label.microphone().map(|microphone| format!(" [{microphone}]")).unwrap_or_default();
    printable(&format!("{label}{microphone}"))
}

fn pieces(utterance: &Utterance, millis: impl Fn(u64) -> u64) -> Vec<(u64, u64, String)> {
    let whole = printable(utterance.said());
    let (start, end) = (millis(utterance.span.start), millis(utterance.span.end));
    if utterance.corrected.has(Mark::Omitted) {
        return vec![(start, end, OMITTED.to_owned())];
    }
    if whole.is_empty() && utterance.is_emptied() {
        return Vec::new();
    }
    if whole.is_empty() {
        return vec![(start, end, "[tidak jelas]".to_owned())];
    }
    let words: Vec<String> = utterance.said_words().iter().map(|word| printable(&word.text)).collect();
    if words.join(" ") != whole {
        return vec![(start, end, whole)];
    }
    let mut pieces: Vec<(u64, u64, String)> = Vec::new();
    for (Word { span, .. }, word) in utterance.said_words().iter().zip(words) {
        let (from, to) = (millis(span.start), millis(span.end));
        match pieces.last_mut() {
            Some((begin, until, text))
                if text.chars().count() + 1 + word.chars().count() <= MOST_CHARACTERS
                    && to.saturating_sub(*begin) <= LONGEST_MS =>
            {
                *until = to.max(*until);
                text.push(' ');
                text.push_str(&word);
            }
            _ => pieces.push((from, to, word)),
        }
    }
    pieces
}

/// `hh:mm:ss` and milliseconds after this separator.
pub(super) fn timestamp(millis: u64, separator: char) -> String {
    let seconds = millis / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}{separator}{:03}", seconds % 60, millis % 1000)
}
