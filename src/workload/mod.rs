//! What the secretariat has worked on: the meetings of a period, how long each took until its
//! record was out, how much was corrected and listened to, by meeting, by kind and by person.
//!
//! Everything is read from the folders of the meetings. Times are those that were entered when it
//! happened, never estimated: what is not known is left empty.

mod measure;
mod period;
#[cfg(feature = "pdf")]
mod sheet;
mod shown;
mod sum;
mod table;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::common::message::Message;

pub use measure::measure;
pub use period::Period;
#[cfg(feature = "pdf")]
pub use sheet::pdf;
pub use shown::{Table, tables};
pub use table::csv;

/// The work on the meetings of a period.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Workload {
    /// The period.
    #[serde(flatten)]
    pub period: Period,
    /// The meetings, by their days.
    pub meetings: Vec<MeetingWork>,
    /// The meetings of each kind together, in the order of the kinds.
    pub kinds: Vec<KindWork>,
    /// What each person did, by name.
    pub people: Vec<PersonWork>,
    /// All meetings together.
    pub total: Sum,
    /// Meetings without a day, which belong to no period that has a beginning or an end.
    pub undated: usize,
    /// Sealed meetings, which are not opened for this.
    pub sealed: usize,
    /// Meetings that cannot be read, and why.
    #[serde(skip)]
    pub unreadable: Vec<(String, Message)>,
}

/// The work on one meeting.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeetingWork {
    /// The name of its folder.
    pub meeting: String,
    /// What it is called.
    pub name: String,
    /// Its day.
    pub date: Option<Date>,
    /// Its kind, as `rapat.toml` writes it.
    pub kind: Option<&'static str>,
    /// Where its record stands.
    pub state: &'static str,
    /// Length of the recording in seconds.
    pub seconds: f64,
    /// Words of the record as it stands.
    pub words: usize,
    /// Changes of words or speakers that people made.
    pub corrections: usize,
    /// Seconds that were said, microphones added up.
    pub spoken_seconds: f64,
    /// Hundredths of what was said that somebody has listened to.
    pub listened_percent: u64,
    /// When the recording ended.
    pub ended: Option<Timestamp>,
    /// When the provisional record was out first.
    pub provisional: Option<Timestamp>,
    /// When the record became official first.
    pub official: Option<Timestamp>,
}

/// The work on several meetings together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Sum {
    /// How many meetings.
    pub meetings: usize,
    /// Length of their recordings in seconds.
    pub seconds: f64,
    /// Their words.
    pub words: usize,
    /// Changes that people made.
    pub corrections: usize,
    /// The same for an hour of recording; none where nothing was recorded.
    pub corrections_per_hour: Option<f64>,
    /// Hundredths of what was said that somebody has listened to.
    pub listened_percent: u64,
    /// How many have a provisional record.
    pub provisional: usize,
    /// Hours from the end of the meeting until it was out: the median of those that are known.
    pub hours_to_provisional: Option<f64>,
    /// How many are official.
    pub official: usize,
    /// Hours from the end of the meeting until then: the median of those that are known.
    pub hours_to_official: Option<f64>,
}

/// The meetings of one kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindWork {
    /// The kind, as `rapat.toml` writes it; none for meetings that name none.
    pub kind: Option<&'static str>,
    /// In words.
    pub name: Option<&'static str>,
    /// Their work.
    #[serde(flatten)]
    pub sum: Sum,
}

/// What one person did with the meetings of a period.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PersonWork {
    /// The name under which it was entered.
    pub by: String,
    /// How many meetings.
    pub meetings: usize,
    /// Length of the recordings of these in seconds.
    pub seconds: f64,
    /// Changes of words or speakers.
    pub corrections: usize,
    /// Utterances marked as listened to.
    pub heard: usize,
    /// Seconds that were played; what was played twice counts once.
    pub played_seconds: f64,
}
