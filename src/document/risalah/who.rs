//! Who speaks an utterance: whoever sits at its microphone, unless a correction says another.

use crate::common::clock::{Channel, Clock};
use crate::common::flag::Flag;
use crate::meeting::{Label, Meeting, Person};
use crate::transcript::Utterance;
use crate::transcript::edit::Speaker;

/// The person, or `None` where nobody is known: who speaks away from the microphones sits at none
/// of them, until somebody who was there says who it was. A person whom the meeting no longer names
/// is not known either.
pub(crate) fn person<'a>(meeting: &'a Meeting, clock: Clock, utterance: &Utterance) -> Option<&'a Person> {
    said_by(meeting, clock, utterance, &utterance.corrected.speaker)
}

/// The person, where this is said of an utterance or of some of its words.
pub(crate) fn said_by<'a>(
    meeting: &'a Meeting,
    clock: Clock,
    utterance: &Utterance,
    speaker: &Speaker,
) -> Option<&'a Person> {
    let person = match speaker {
        Speaker::Seat if utterance.flags.contains(&Flag::OffMicrophone) => None,
        Speaker::Seat => meeting.speaker(utterance.channel, clock.millis(utterance.span.start)),
        Speaker::Person(id) => meeting.person(id),
        Speaker::Unknown => None,
    };
    person.map(AsRef::as_ref)
}

/// The label in the record.
pub(super) fn label(meeting: &Meeting, clock: Clock, utterance: &Utterance) -> Label {
    meeting.label_of(person(meeting, clock, utterance), utterance.channel)
}

/// The microphone that stands for the speaker: where a correction moved the utterance to somebody
/// with a seat of their own, that seat's.
pub(super) fn channel(meeting: &Meeting, clock: Clock, utterance: &Utterance) -> Channel {
    let Speaker::Person(id) = &utterance.corrected.speaker else { return utterance.channel };
    let millis = clock.millis(utterance.span.start);
    let sits = |channel: Channel| meeting.speaker(channel, millis).is_some_and(|person| person.id == *id);
    if sits(utterance.channel) {
        return utterance.channel;
    }
    meeting.seats.iter().map(|seat| seat.channel).find(|channel| sits(*channel)).unwrap_or(utterance.channel)
}
