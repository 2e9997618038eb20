//! What was entered while the meeting ran, put to what was known beforehand.

use std::sync::Arc;

use super::error::Origin;
use super::time::millis_until;
use super::{Event, EventKind, Meeting, Occupant, Seat};
use crate::common::clock::Channel;

impl Meeting {
    /// The recording began at this moment, by the recorder's own clock. That goes before what was
    /// written beforehand, except on another day than the meeting's: then it was a rehearsal.
    pub fn began(&mut self, started: jiff::Timestamp) {
        let Some(zone) = self.zone else { return };
        let start = started.to_zoned(zone.offset().to_time_zone()).datetime();
        if self.date.is_none_or(|date| date == start.date()) {
            self.date = Some(start.date());
            self.start = Some(start);
            // What was entered by the clock on the wall happened by that clock, whenever the recording began.
            for event in &mut self.events {
                event.at = event.clock.map_or(event.at, |clock| millis_until(start.time(), clock));
            }
            self.events.sort_by_key(|event| event.at);
        }
    }

    /// Something happened at this millisecond of the recording.
    pub fn happened(&mut self, at: u64, kind: EventKind) {
        let place = self.events.partition_point(|event| event.at <= at);
        self.events.insert(place, Event { at, clock: None, kind, origin: live() });
    }

    /// From this millisecond on, the person of that short name speaks at a microphone; without one,
    /// nobody that is known. A name that is not on the roster is nobody that is known.
    pub fn seated(&mut self, at: u64, channel: Channel, person: Option<&str>) {
        let person = person.and_then(|id| self.people.iter().find(|person| person.id == id)).map(Arc::clone);
        let place = self.seats.partition_point(|seat| seat.channel < channel);
        if self.seats.get(place).is_none_or(|seat| seat.channel != channel) {
            let seat =
                Seat { channel, lectern: false, shared: false, file: None, occupants: Vec::new(), origin: live() };
            self.seats.insert(place, seat);
        }
        let occupants = &mut self.seats[place].occupants;
        occupants.retain(|occupant| occupant.from < at);
        for occupant in occupants.iter_mut() {
            occupant.until = Some(occupant.until.map_or(at, |until| until.min(at)));
        }
        occupants.extend(person.map(|person| Occupant { person, from: at, until: None }));
    }
}

/// Where an entry stands that was made by key and not in a file.
fn live() -> Origin {
    Origin { file: Arc::from("ledger.jsonl"), line: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meeting() -> Meeting {
        let text = "[[orang]]\nid = \"a\"\nnama = \"Ani\"\n[[orang]]\nid = \"b\"\nnama = \"Budi\"\n[[kursi]]\nkanal = 1\norang = \"a\"\n";
        Meeting::parse(text, "rapat.toml").expect("a meeting")
    }

    fn name(meeting: &Meeting, channel: u16, at: u64) -> Option<&str> {
        let person = meeting.speaker(Channel::new(channel).expect("a channel"), at)?;
        Some(person.name.as_str())
    }

    #[test]
    fn the_recorder_knows_best_when_it_began_on_the_day() {
        let text = "[rapat]\ntanggal = 2027-03-09\nzona = \"WITA\"\nmulai = \"10.05\"\n";
        let mut meeting = Meeting::parse(text, "rapat.toml").expect("a meeting");
        let hour = |meeting: &Meeting| meeting.start.map(|start| (start.hour(), start.minute()));
        meeting.began("2027-03-08T02:11:00Z".parse().expect("a moment"));
        assert_eq!(hour(&meeting), Some((10, 5)), "a rehearsal the day before");
        meeting.began("2027-03-09T02:11:00Z".parse().expect("a moment"));
        assert_eq!(hour(&meeting), Some((10, 11)));
    }

    #[test]
    fn what_was_entered_by_the_clock_moves_with_the_recordings_start() {
        let text = "[rapat]\ntanggal = 2027-03-09\nzona = \"WITA\"\nmulai = \"10.05\"\n[[peristiwa]]\njenis = \"buka\"\npukul = \"10.15\"\n";
        let mut meeting = Meeting::parse(text, "rapat.toml").expect("a meeting");
        assert_eq!(meeting.events[0].at, 10 * 60_000);
        meeting.began("2027-03-09T02:11:00Z".parse().expect("a moment"));
        assert_eq!(meeting.events[0].at, 4 * 60_000);
    }

    #[test]
    fn a_seat_changes_hands_from_then_on() {
        let mut meeting = meeting();
        let first = Channel::new(1).expect("a channel");
        meeting.seated(5_000, first, Some("b"));
        meeting.seated(9_000, first, None);
        assert_eq!(
            [4_999, 5_000, 8_999, 9_000].map(|at| name(&meeting, 1, at)),
            [Some("Ani"), Some("Budi"), Some("Budi"), None]
        );
        meeting.seated(1_000, Channel::new(3).expect("a channel"), Some("a"));
        assert_eq!((name(&meeting, 3, 999), name(&meeting, 3, 1_000)), (None, Some("Ani")));
    }

    #[test]
    fn events_stand_in_the_order_of_time() {
        let mut meeting = meeting();
        meeting.happened(2_000, EventKind::Closed);
        meeting.happened(1_000, EventKind::Opened);
        meeting.happened(1_000, EventKind::Gavel(3));
        let kinds: Vec<_> = meeting.events.iter().map(|event| event.kind.clone()).collect();
        assert_eq!(kinds, [EventKind::Opened, EventKind::Gavel(3), EventKind::Closed]);
    }
}
