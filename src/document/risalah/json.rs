//! `transkrip.json`: everything that was recognised, as corrections have left it, with the names,
//! for programs.
//!
//! Positions are samples on the recording's clock (`start`, `end`), and beside them the same in
//! seconds.

use serde::Serialize;

use crate::common::clock::{Channel, Clock, Span};
use crate::common::flag::Flag;
use crate::document::orthography::{Doubt, Roster};
use crate::meeting::Meeting;
use crate::transcript::edit::Corrected;
use crate::transcript::{Recording, Transcript, Utterance, Version, Word};

use super::said::doubts;
use super::{Error, who};

#[derive(Serialize)]
struct Document<'a> {
    session_id: String,
    recording: &'a Recording,
    version: &'a Version,
    utterances: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    channel: Channel,
    speaker: String,
    /// The label of the record.
    label: String,
    /// The name as in the roster; null when nobody is mapped.
    name: Option<&'a str>,
    #[serde(flatten)]
    place: Place,
    text: &'a str,
    confidence: f32,
    flags: &'a [Flag],
    words: Vec<Spoken<'a>>,
    /// Places to listen to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    doubts: Vec<Doubt>,
    /// What corrections made of it, where there are any, and what was said where a rule writes it
    /// otherwise.
    #[serde(skip_serializing_if = "Corrected::is_raw")]
    corrected: &'a Corrected,
}

#[derive(Serialize)]
struct Spoken<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: Place,
    probability: f32,
}

#[derive(Serialize)]
struct Place {
    start: u64,
    end: u64,
    start_time: f64,
    end_time: f64,
}

impl Place {
    fn new(span: Span, clock: Clock) -> Self {
        let seconds = |position| clock.millis(position) as f64 / 1000.0;
        Self { start: span.start, end: span.end, start_time: seconds(span.start), end_time: seconds(span.end) }
    }
}

pub(super) fn write(meeting: &Meeting, transcript: &Transcript) -> Result<Vec<u8>, Error> {
    let roster = Roster::of(meeting);
    let document = Document {
        session_id: meeting.session(),
        recording: &transcript.recording,
        version: &transcript.version,
        utterances: transcript
            .utterances
            .iter()
            .map(|utterance| line(meeting, transcript, &roster, utterance))
            .collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn line<'a>(meeting: &'a Meeting, transcript: &Transcript, roster: &Roster, utterance: &'a Utterance) -> Line<'a> {
    let clock = transcript.recording.clock;
    let spoken = |word: &'a Word| Spoken {
        text: &word.text,
        place: Place::new(word.span, clock),
        probability: word.probability,
    };
    Line {
        channel: utterance.channel,
        speaker: who::channel(meeting, clock, utterance).to_string(),
        label: who::label(meeting, clock, utterance).to_string(),
        name: who::person(meeting, clock, utterance).map(|person| person.name.as_str()),
        place: Place::new(utterance.span, clock),
        text: &utterance.text,
        confidence: utterance.confidence,
        flags: &utterance.flags,
        words: utterance.words.iter().map(spoken).collect(),
        doubts: doubts(utterance, clock, roster),
        corrected: &utterance.corrected,
    }
}
