//! Rich Transcription Time Marked: who spoke when, one line an utterance.

use crate::common::clock::{Channel, Clock, Span};
use crate::meeting::Meeting;
use crate::transcript::Transcript;

use super::who;

/// The line of one turn, without its line break.
#[must_use]
pub fn line(session: &str, clock: Clock, channel: Channel, span: Span) -> String {
    let (start, length) = (clock.decimal_seconds(span.start), clock.decimal_seconds(span.len()));
    let number = channel.number();
    format!("SPEAKER {session} {number} {start} {length} <NA> <NA> {channel} <NA> <NA>")
}

pub(super) fn write(meeting: &Meeting, transcript: &Transcript) -> Vec<u8> {
    let (clock, session) = (transcript.recording.clock, meeting.session());
    let lines = transcript
        .utterances
        .iter()
        .map(|turn| line(&session, clock, who::channel(meeting, clock, turn), turn.span) + "\n");
    lines.collect::<String>().into_bytes()
}
