//! Rich Transcription Time Marked: who spoke when, one line an utterance.

use std::fmt::Write;

use crate::meeting::Meeting;
use crate::transcript::Transcript;

use super::who;

pub(super) fn write(meeting: &Meeting, transcript: &Transcript) -> Vec<u8> {
    let (clock, session) = (transcript.recording.clock, meeting.session());
    let mut out = String::new();
    for utterance in &transcript.utterances {
        let (channel, span) = (who::channel(meeting, clock, utterance), utterance.span);
        let (start, length) = (clock.decimal_seconds(span.start), clock.decimal_seconds(span.len()));
        let number = channel.number();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "SPEAKER {session} {number} {start} {length} <NA> <NA> {channel} <NA> <NA>");
    }
    out.into_bytes()
}
