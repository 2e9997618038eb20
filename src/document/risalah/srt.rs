//! `SubRip` subtitles.

use std::fmt::Write;

use crate::meeting::Meeting;
use crate::transcript::Transcript;

use super::cue::{cues, timestamp};

pub(super) fn write(meeting: &Meeting, transcript: &Transcript) -> Vec<u8> {
    let mut out = String::new();
    for (number, cue) in cues(meeting, transcript, true).iter().enumerate() {
        let (start, end) = (timestamp(cue.start_ms, ','), timestamp(cue.end_ms, ','));
        let text = unmarked(&cue.lines.join("\n"));
        // Writing to a string cannot fail.
        let _ = write!(out, "{}\n{start} --> {end}\n{text}\n\n", number + 1);
    }
    out.into_bytes()
}

/// The format has no way to escape: angle brackets would be read as mark-up (or as the arrow of a
/// time line), so they are written as the quotation marks that look like them.
fn unmarked(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›")
}
