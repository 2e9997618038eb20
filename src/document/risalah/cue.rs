//! Subtitles: what was said, cut into what can be read while it is heard, in the order of time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::meeting::{Label, Meeting};
use crate::transcript::edit::{Mark, words};
use crate::transcript::{Transcript, Utterance};

use super::text::{OMITTED, printable};
use super::who;

/// Characters of a line and lines of a cue, as broadcasters set them.
const WIDTH: usize = 42;
const LINES: usize = 2;
const LONGEST_MS: u64 = 7_000;
/// Words of the longest mark in brackets.
const LONGEST_MARK: usize = 20;
/// What is shown for a shorter time cannot be read.
const SHORTEST_MS: u64 = 800;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cue {
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    pub(super) speaker: String,
    /// Its lines; the first begins with the label where the label takes room and somebody else
    /// begins to speak.
    pub(super) lines: Vec<String>,
}

/// A word with its time. Ordered by it, and at one time by the place in the transcript.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Said {
    start: u64,
    end: u64,
    text: String,
}

/// The rest of an utterance that stands in no cue yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rest {
    start: u64,
    place: usize,
    words: VecDeque<Said>,
}

/// The cues of a transcript in the order of their times. `labelled`: the label of a speaker takes
/// room in the lines.
pub(super) fn cues(meeting: &Meeting, transcript: &Transcript, labelled: bool) -> Vec<Cue> {
    let clock = transcript.recording.clock;
    let mut waiting: BinaryHeap<Reverse<Rest>> = transcript
        .utterances
        .iter()
        .enumerate()
        .filter_map(|(place, utterance)| {
            let words = said(utterance, |position| clock.millis(position));
            Some(Reverse(Rest { start: words.front()?.start, place, words }))
        })
        .collect();
    let mut cues: Vec<Cue> = Vec::new();
    while let Some(Reverse(mut rest)) = waiting.pop() {
        let utterance = &transcript.utterances[rest.place];
        let (speaker, short) = speaker(&who::label(meeting, clock, utterance));
        let begins = cues.last().is_none_or(|last| last.speaker != speaker);
        let label = Some(&short).filter(|_| labelled && begins);
        let cue = take(rest.start, &mut rest.words, label);
        cues.push(Cue { speaker, ..cue });
        if let Some(next) = rest.words.front() {
            // Words of one utterance may overlap by what the recogniser is unsure of; their order holds.
            let start = next.start.max(rest.start);
            waiting.push(Reverse(Rest { start, ..rest }));
        }
    }
    lengthen(&mut cues);
    cues
}

/// As many words as one cue has room for, but one at least.
fn take(start: u64, words: &mut VecDeque<Said>, label: Option<&String>) -> Cue {
    let mut lines: Vec<String> = label.into_iter().flat_map(|label| broken(label)).collect();
    let mut end = start + 1;
    let mut taken = 0;
    while let Some(word) = words.front() {
        let whole = placed(&lines, &word.text);
        let fits = whole.len() <= LINES && word.end.saturating_sub(start) <= LONGEST_MS;
        if taken > 0 && !fits {
            break;
        }
        end = end.max(word.end);
        lines = whole;
        taken += 1;
        words.pop_front();
    }
    Cue { start_ms: start, end_ms: end, speaker: String::new(), lines }
}

/// The lines with one word more.
fn placed(lines: &[String], word: &str) -> Vec<String> {
    let mut lines = lines.to_vec();
    match lines.last_mut() {
        Some(last) if last.chars().count() + 1 + word.chars().count() <= WIDTH => {
            last.push(' ');
            last.push_str(word);
        }
        _ => lines.push(word.to_owned()),
    }
    lines
}

/// A text as lines.
fn broken(text: &str) -> Vec<String> {
    text.split(' ').fold(Vec::new(), |lines, word| placed(&lines, word))
}

/// Gives a cue that is too short to be read the time that its neighbours leave.
fn lengthen(cues: &mut [Cue]) {
    for index in 0..cues.len() {
        let next = cues.get(index + 1).map_or(u64::MAX, |next| next.start_ms);
        let before = cues[..index].iter().map(|cue| cue.end_ms).max().unwrap_or(0);
        let cue = &mut cues[index];
        if cue.end_ms - cue.start_ms < SHORTEST_MS {
            cue.end_ms = cue.end_ms.max(next.min(cue.start_ms + SHORTEST_MS));
        }
        if cue.end_ms - cue.start_ms < SHORTEST_MS {
            cue.start_ms = cue.start_ms.min(before.max(cue.end_ms.saturating_sub(SHORTEST_MS)));
        }
    }
}

/// The label in full, and as it fits into a line with a colon: without degrees, else the part or
/// the name alone.
fn speaker(label: &Label) -> (String, String) {
    let microphone = label.microphone().map(|microphone| format!(" [{microphone}]")).unwrap_or_default();
    let whole = printable(&format!("{label}{microphone}"));
    let mut forms = vec![whole.clone()];
    if let Label::Known { role, name } = label {
        let bare = name.split(',').next().unwrap_or(name);
        forms.extend([format!("{role} ({bare})"), role.clone(), bare.to_owned()].map(|form| printable(&form)));
    }
    let fits = forms.into_iter().find(|form| !form.is_empty() && form.chars().count() < WIDTH);
    let short = fits.unwrap_or_else(|| whole.chars().take(WIDTH - 2).chain(['…']).collect());
    (whole, format!("{short}:"))
}

/// What an utterance says, word by word. Where the recogniser gives no times, they follow the
/// length of the words.
fn said(utterance: &Utterance, millis: impl Fn(u64) -> u64) -> VecDeque<Said> {
    let whole = printable(utterance.said());
    let (start, end) = (millis(utterance.span.start), millis(utterance.span.end));
    let one = |text: &str| VecDeque::from([Said { start, end, text: text.to_owned() }]);
    if utterance.corrected.has(Mark::Omitted) {
        return one(OMITTED);
    }
    if whole.is_empty() {
        return if utterance.is_emptied() { VecDeque::new() } else { one("[tidak jelas]") };
    }
    let timed: VecDeque<Said> = utterance
        .said_words()
        .iter()
        .map(|word| Said { start: millis(word.span.start), end: millis(word.span.end), text: printable(&word.text) })
        .collect();
    let texts: Vec<&str> = timed.iter().map(|word| word.text.as_str()).collect();
    if texts.join(" ") == whole {
        return whole_marks(timed);
    }
    let letters = whole.chars().count().max(1) as u64;
    let mut before = 0;
    let place = |letter: u64| start + (end - start) * letter.min(letters) / letters;
    let placed = words(&whole).map(|word| {
        let from = before;
        before += word.chars().count() as u64 + 1;
        Said { start: place(from), end: place(before - 1), text: word.to_owned() }
    });
    whole_marks(placed.collect())
}

/// The same with each mark in brackets as one word: it is read only as a whole.
fn whole_marks(mut words: VecDeque<Said>) -> VecDeque<Said> {
    let mut joined: VecDeque<Said> = VecDeque::with_capacity(words.len());
    while let Some(mut word) = words.pop_front() {
        if word.text.starts_with('[') && !word.text.contains(']') {
            // Without its end it is no mark.
            let end = words.iter().take(LONGEST_MARK).position(|other| other.text.contains(']'));
            for other in words.drain(..end.map_or(0, |end| end + 1)) {
                word = Said { end: word.end.max(other.end), text: format!("{} {}", word.text, other.text), ..word };
            }
        }
        joined.push_back(word);
    }
    joined
}

/// `hh:mm:ss` and milliseconds after this separator.
pub(super) fn timestamp(millis: u64, separator: char) -> String {
    let seconds = millis / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}{separator}{:03}", seconds % 60, millis % 1000)
}
