//! Segment-wise Long-form Speech Transcription JSON, as meeteval reads it. The speaker is the
//! microphone channel, of the speaker's own seat where a correction named another speaker.

use serde::Serialize;

use crate::meeting::Meeting;
use crate::transcript::Transcript;

use super::{Error, who};

#[derive(Serialize)]
struct Segment<'a> {
    session_id: &'a str,
    speaker: String,
    start_time: f64,
    end_time: f64,
    words: &'a str,
}

/// Utterances without words are left out: there is nothing in them to score.
pub(super) fn write(meeting: &Meeting, transcript: &Transcript) -> Result<Vec<u8>, Error> {
    let (clock, session) = (transcript.recording.clock, meeting.session());
    let seconds = |position| clock.millis(position) as f64 / 1000.0;
    let utterances = transcript.utterances.iter().filter(|utterance| !utterance.said().trim().is_empty());
    let segments: Vec<Segment> = utterances
        .map(|utterance| Segment {
            session_id: &session,
            speaker: who::channel(meeting, clock, utterance).to_string(),
            start_time: seconds(utterance.span.start),
            end_time: seconds(utterance.span.end),
            words: utterance.said(),
        })
        .collect();
    let mut bytes = serde_json::to_vec_pretty(&segments)?;
    bytes.push(b'\n');
    Ok(bytes)
}
