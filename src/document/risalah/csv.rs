//! `transkrip.csv`: utterances as a table for spreadsheets.
//!
//! With a byte order mark and semicolons, as Excel expects them where a comma stands before
//! decimals. A cell that a spreadsheet would take for a formula gets an apostrophe before it.

use crate::meeting::Meeting;
use crate::transcript::Transcript;
use crate::transcript::edit::Mark;

use super::text::{OMITTED, printable};
use super::{Error, who};

const HEAD: [&str; 9] =
    ["nomor", "mulai", "selesai", "pukul", "kanal", "pembicara", "fraksi", "ucapan", "perlu_didengarkan"];

pub(super) fn write(meeting: &Meeting, transcript: &Transcript) -> Result<Vec<u8>, Error> {
    let failed = |error: csv::Error| Error::Csv(error.to_string());
    let (clock, started) = (transcript.recording.clock, transcript.recording.started);
    let mut table = csv::WriterBuilder::new().delimiter(b';').from_writer("\u{feff}".as_bytes().to_vec());
    table.write_record(HEAD).map_err(failed)?;
    for (utterance, number) in transcript.utterances.iter().zip(1..) {
        let millis = clock.millis(utterance.span.start);
        let person = who::person(meeting, clock, utterance);
        let group = person.and_then(|person| person.group.as_ref()).map(|group| group.code.as_str());
        let omitted = utterance.corrected.has(Mark::Omitted);
        let civil = meeting.civil(millis, started).map(|civil| civil.strftime("%H.%M.%S").to_string());
        let record = [
            number.to_string(),
            clock.hms(utterance.span.start),
            clock.hms(utterance.span.end),
            civil.unwrap_or_default(),
            utterance.channel.number().to_string(),
            cell(person.map_or("", |person| &person.name)),
            cell(group.unwrap_or_default()),
            if omitted { OMITTED.to_owned() } else { cell(&utterance.text) },
            if utterance.wants_listening() { "ya".to_owned() } else { String::new() },
        ];
        table.write_record(&record).map_err(failed)?;
    }
    table.into_inner().map_err(|error| Error::Csv(error.to_string()))
}

fn cell(text: &str) -> String {
    let text = printable(text);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}
