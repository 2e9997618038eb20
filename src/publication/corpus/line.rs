//! An utterance as a line of JSON.

use std::ops::Range;

use serde::Serialize;

use crate::audio::SPEECH_RATE;
use crate::common::flag::Flag;
use crate::document::risalah::who;
use crate::meeting::{Meeting, Person};
use crate::publication::Published;
use crate::transcript::Utterance;

#[derive(Debug, Serialize)]
pub(super) struct Line {
    /// Path of its file within the corpus.
    audio: String,
    /// In seconds.
    duration: f64,
    /// What was said, word for word.
    text: String,
    /// As the record prints it, where that is something else and the utterance was not cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<String>,
    /// The name; null where nobody is known.
    speaker: Option<String>,
    /// The label of the party group.
    fraksi: Option<String>,
    /// `ketua_rapat`, `anggota` or `undangan`.
    role: Option<&'static str>,
    session: String,
    date: Option<String>,
    channel: u16,
    /// First sample of the utterance in the recording, at 16 kHz.
    start: u64,
    /// What a listener should know: unsure, overlapping, not at the microphone.
    flags: Vec<Flag>,
    licence: String,
}

impl Line {
    pub(super) fn new(
        published: &Published,
        utterance: &Utterance,
        session: &str,
        licence: &str,
        audio: String,
        samples: Range<u64>,
        text: String,
    ) -> Self {
        let meeting = &published.meeting;
        let person = who::person(meeting, published.transcript.recording.clock, utterance);
        let is_whole = text == utterance.said();
        Self {
            audio,
            duration: (samples.end - samples.start) as f64 / f64::from(SPEECH_RATE),
            written: (is_whole && utterance.text != text).then(|| utterance.text.clone()),
            text,
            speaker: person.map(|person| person.name.clone()),
            fraksi: person.and_then(|person| person.group.as_ref()).map(|group| group.code.clone()),
            role: person.map(|person| role(meeting, person)),
            session: session.to_owned(),
            date: meeting.date.map(|date| date.to_string()),
            channel: utterance.channel.number(),
            start: samples.start,
            flags: utterance.flags.clone(),
            licence: licence.to_owned(),
        }
    }

    pub(super) fn audio(&self) -> &str {
        &self.audio
    }
}

fn role(meeting: &Meeting, person: &Person) -> &'static str {
    if meeting.chair.as_ref().is_some_and(|chair| chair.id == person.id) {
        "ketua_rapat"
    } else if person.group.is_some() {
        "anggota"
    } else {
        "undangan"
    }
}
