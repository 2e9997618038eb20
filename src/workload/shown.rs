//! The same as texts, for paper, page and terminal.

use jiff::Timestamp;
use serde::Serialize;

use super::sum::hours;
use super::{MeetingWork, Sum, Workload};
use crate::common::date::day;
use crate::common::language::{Language, lookup};
use crate::common::number::{decimal, grouped};

/// A table of texts. The last row is of all together where `has_total` says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// What it is of.
    pub title: String,
    /// Its columns.
    pub head: Vec<String>,
    /// How many of the first columns hold words; the others hold numbers.
    pub words: usize,
    /// Its rows, each as long as the head.
    pub rows: Vec<Vec<String>>,
    /// Whether the last row sums up the others.
    pub has_total: bool,
}

/// The tables: of kinds, of people, of meetings.
#[must_use]
pub fn tables(workload: &Workload, language: Language) -> Vec<Table> {
    let write = Write { language };
    vec![write.kinds(workload), write.people(workload), write.meetings(workload)]
}

/// The period in words, where it has a beginning or an end.
#[cfg(feature = "pdf")]
#[must_use]
pub fn period(workload: &Workload) -> Option<String> {
    match (workload.period.from, workload.period.until) {
        (None, None) => None,
        (from, until) => {
            Some(format!("{} – {}", from.map(day).unwrap_or_default(), until.map(day).unwrap_or_default()))
        }
    }
}

struct Write {
    language: Language,
}

impl Write {
    fn t(&self, key: &str) -> String {
        lookup(self.language, &format!("workload.{key}")).unwrap_or_else(|| key.to_owned())
    }

    fn table(&self, title: &str, head: &[&str], words: usize, rows: Vec<Vec<String>>, has_total: bool) -> Table {
        Table { title: self.t(title), head: head.iter().map(|key| self.t(key)).collect(), words, rows, has_total }
    }

    fn kinds(&self, workload: &Workload) -> Table {
        let other = self.t("other_kind");
        let of_kind = |kind: &super::KindWork| self.sum(kind.name.unwrap_or(&other), &kind.sum);
        let mut rows: Vec<Vec<String>> = workload.kinds.iter().map(of_kind).collect();
        rows.push(self.sum(&self.t("all"), &workload.total));
        let head = [
            "kind",
            "meetings",
            "hours",
            "words",
            "corrections_per_hour",
            "listened",
            "provisional",
            "to_provisional",
            "official",
            "to_official",
        ];
        self.table("by_kind", &head, 1, rows, true)
    }

    fn sum(&self, name: &str, sum: &Sum) -> Vec<String> {
        vec![
            name.to_owned(),
            sum.meetings.to_string(),
            self.hours(sum.seconds),
            self.count(sum.words),
            sum.corrections_per_hour.map_or_else(none, |rate| self.decimal(rate)),
            format!("{}%", sum.listened_percent),
            sum.provisional.to_string(),
            sum.hours_to_provisional.map_or_else(none, |hours| self.duration(hours)),
            sum.official.to_string(),
            sum.hours_to_official.map_or_else(none, |hours| self.duration(hours)),
        ]
    }

    fn people(&self, workload: &Workload) -> Table {
        let rows = workload.people.iter().map(|person| {
            vec![
                person.by.clone(),
                person.meetings.to_string(),
                self.hours(person.seconds),
                self.count(person.corrections),
                self.count(person.heard),
                self.hours(person.played_seconds),
            ]
        });
        let head = ["by", "meetings", "of_hours", "corrections", "heard", "played"];
        self.table("by_person", &head, 1, rows.collect(), false)
    }

    fn meetings(&self, workload: &Workload) -> Table {
        let head =
            ["date", "meeting", "state", "hours", "words", "corrections", "listened", "to_provisional", "to_official"];
        self.table("by_meeting", &head, 3, workload.meetings.iter().map(|work| self.meeting(work)).collect(), false)
    }

    fn meeting(&self, work: &MeetingWork) -> Vec<String> {
        let after = |moment: Option<Timestamp>| {
            let hours = work.ended.zip(moment).and_then(|(ended, moment)| hours(ended, moment));
            match (hours, moment) {
                (Some(hours), _) => self.duration(hours),
                // It is out, and when the meeting ended is not known.
                (None, Some(moment)) => moment.strftime("%d-%m-%Y").to_string(),
                (None, None) => none(),
            }
        };
        vec![
            work.date.map_or_else(none, day),
            work.name.clone(),
            self.state(work.state),
            self.hours(work.seconds),
            self.count(work.words),
            self.count(work.corrections),
            format!("{}%", work.listened_percent),
            after(work.provisional),
            after(work.official),
        ]
    }

    fn state(&self, key: &str) -> String {
        lookup(self.language, &format!("status.name.{key}")).unwrap_or_else(|| key.to_owned())
    }

    /// Hours and minutes, `2:45`.
    fn hours(&self, seconds: f64) -> String {
        let minutes = (seconds / 60.0).round() as u64;
        format!("{}:{:02}", self.count((minutes / 60) as usize), minutes % 60)
    }

    /// Hours of what takes less than two days, days of what takes longer.
    fn duration(&self, hours: f64) -> String {
        if hours < 48.0 {
            format!("{} {}", self.decimal(hours), self.t("hour"))
        } else {
            format!("{} {}", self.decimal(hours / 24.0), self.t("day"))
        }
    }

    fn decimal(&self, value: f64) -> String {
        decimal(value, 1, self.language)
    }

    fn count(&self, value: usize) -> String {
        grouped(value as u64, self.language)
    }
}

fn none() -> String {
    "–".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::State;

    #[test]
    fn times_are_written_as_people_read_them() {
        let indonesian = Write { language: Language::Indonesian };
        let english = Write { language: Language::English };
        assert_eq!(indonesian.hours(9_899.9), "2:45");
        assert_eq!(
            (indonesian.duration(47.9), indonesian.duration(60.0)),
            ("47,9 jam".to_owned(), "2,5 hari".to_owned())
        );
        for state in State::ALL {
            assert_ne!(english.state(state.key()), state.key(), "{state:?}");
        }
    }
}
