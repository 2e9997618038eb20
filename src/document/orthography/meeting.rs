//! What the rules take from a meeting.

use crate::meeting::Meeting;

use super::{Lexicon, Roster, Writer};

impl Roster {
    /// Everyone whom the meeting names.
    #[must_use]
    pub fn of(meeting: &Meeting) -> Self {
        let people = meeting.people.iter().map(|person| person.name.as_str());
        let signatories = meeting.groups.iter().flat_map(|group| group.signatories.iter().map(String::as_str));
        Self::new(people.chain(signatories))
    }
}

impl Writer {
    /// A writer that knows the people, groups and places of the meeting.
    #[must_use]
    pub fn of(meeting: &Meeting, lexicon: Lexicon) -> Self {
        let groups = meeting.groups.iter().map(|group| group.name.as_str());
        let institutions = meeting.people.iter().filter_map(|person| person.institution.as_deref());
        Self::new(lexicon, Roster::of(meeting), groups.chain(institutions).chain(meeting.city.as_deref()))
    }
}
