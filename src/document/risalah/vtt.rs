//! `WebVTT` subtitles with a voice for each speaker (<https://www.w3.org/TR/webvtt1/>).

use std::fmt::Write;

use crate::meeting::Meeting;
use crate::transcript::Transcript;

use super::cue::{cues, timestamp};

pub(super) fn write(meeting: &Meeting, transcript: &Transcript) -> Vec<u8> {
    let mut out = String::from("WEBVTT\n\n");
    for cue in cues(meeting, transcript, false) {
        let (start, end) = (timestamp(cue.start_ms, '.'), timestamp(cue.end_ms, '.'));
        // Writing to a string cannot fail.
        let _ =
            write!(out, "{start} --> {end}\n<v {}>{}</v>\n\n", escaped(&cue.speaker), escaped(&cue.lines.join(" ")));
    }
    out.into_bytes()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
