//! The short report: the fields, what was spoken of, what was decided.

use crate::meeting::Meeting;

use super::compose::INTERJECTION;
use super::text::printable;
use super::wording::LINE;
use super::{Brief, Entry, Risalah};

/// What the short report has beside the fields and the decisions of the record. Where the
/// secretariat has not written what was spoken of, it is said who spoke on which item of the
/// agenda: that much is known, and no more.
pub(super) fn brief(meeting: &Meeting, name: &str, body: &[Entry]) -> Brief {
    let mut points: Vec<String> = meeting.points.iter().map(|point| printable(point)).collect();
    if points.is_empty() {
        points = speakers(body);
    }
    if points.is_empty() {
        points.push(LINE.to_owned());
    }
    Brief { title: format!("LAPORAN SINGKAT {name}"), points }
}

fn speakers(body: &[Entry]) -> Vec<String> {
    let mut items: Vec<(Option<&str>, Vec<&str>)> = vec![(None, Vec::new())];
    for entry in body {
        match entry {
            Entry::Item { text } => items.push((Some(text), Vec::new())),
            Entry::Turn(turn) => {
                let label = turn.label.strip_prefix(INTERJECTION).unwrap_or(&turn.label);
                if let Some((_, labels)) = items.last_mut().filter(|(_, labels)| !labels.contains(&label)) {
                    labels.push(label);
                }
            }
            Entry::Event { .. } => {}
        }
    }
    let line = |(item, labels): (Option<&str>, Vec<&str>)| {
        let labels = labels.join(", ");
        match (item, labels.is_empty()) {
            (None, true) => None,
            (None, false) => Some(format!("Berbicara: {labels}.")),
            (Some(item), true) => Some(format!("{item}.")),
            (Some(item), false) => Some(format!("{item}. Berbicara: {labels}.")),
        }
    };
    items.into_iter().filter_map(line).collect()
}

/// The record as the short report shows it: one of an official record says that it comes from one,
/// and is not the record itself.
pub(super) fn shown(risalah: &Risalah) -> Risalah {
    let mark = |mark: &String| {
        if mark == super::official::OFFICIAL { format!("DARI {mark}") } else { mark.clone() }
    };
    Risalah { marks: risalah.marks.iter().map(mark).collect(), body: Vec::new(), ..risalah.clone() }
}
