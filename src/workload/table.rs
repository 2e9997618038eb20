//! The meetings as a table for spreadsheets.

use super::sum::hours;
use super::{MeetingWork, Workload};
use crate::common::language::Language;
use crate::common::number::decimal;
use crate::common::table::{self, cell};

const HEAD: [&str; 15] = [
    "meeting",
    "name",
    "date",
    "kind",
    "state",
    "hours",
    "words",
    "corrections",
    "corrections_per_hour",
    "listened_percent",
    "ended",
    "provisional",
    "hours_to_provisional",
    "official",
    "hours_to_official",
];

/// A row for each meeting; decimals with commas, as spreadsheets in Indonesian read them.
///
/// # Errors
/// What is wrong, when the table cannot be made.
pub fn csv(workload: &Workload) -> Result<Vec<u8>, csv::Error> {
    table::csv(HEAD, workload.meetings.iter().map(row))
}

fn row(work: &MeetingWork) -> [String; 15] {
    let moment = |moment: Option<jiff::Timestamp>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    let after = |moment: Option<jiff::Timestamp>| {
        work.ended.zip(moment).and_then(|(ended, moment)| hours(ended, moment)).map(number).unwrap_or_default()
    };
    let recorded = work.seconds / 3600.0;
    [
        cell(&work.meeting),
        cell(&work.name),
        work.date.map(|date| date.to_string()).unwrap_or_default(),
        work.kind.unwrap_or_default().to_owned(),
        work.state.to_owned(),
        number(recorded),
        work.words.to_string(),
        work.corrections.to_string(),
        if recorded > 0.0 { number(work.corrections as f64 / recorded) } else { String::new() },
        work.listened_percent.to_string(),
        moment(work.ended),
        moment(work.provisional),
        after(work.provisional),
        moment(work.official),
        after(work.official),
    ]
}

fn number(value: f64) -> String {
    decimal(value, 2, Language::Indonesian)
}
