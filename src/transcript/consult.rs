//! What the events say of a transcript: who sat where, and speech on a microphone that is said to
//! have been off.

use super::Transcript;
use crate::common::clock::{Channel, Span};
use crate::common::flag::Flag;
use crate::conference::{Alignment, Change, Events, Said, align};
use crate::meeting::Meeting;

/// How far the hand may be off the switch beside the spread of the clock, in ms: so near to an open
/// microphone, nothing is contradicted.
const TOLERANCE: u64 = 1_000;

/// What came of the events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What the system's clock said at the recording's first sample, as the edges of speech tell;
    /// `None` where they do not.
    pub alignment: Option<Alignment>,
    /// Likewise in ms, as it was used; `None` where the events could not be put to the recording at
    /// all.
    pub origin: Option<i64>,
    /// Utterances on a microphone that is said to have been off all the while: channel and
    /// beginning.
    pub contradicted: Vec<(Channel, u64)>,
    /// Short names that are not on the roster: nobody that is known sits there from then on.
    pub unknown: Vec<String>,
}

/// Puts events to a meeting and its transcript: seats change hands, and what the sound contradicts
/// gets [`Flag::MicrophoneOff`]. Only an origin that the edges of speech show, or the ledger's own,
/// lets an event contradict the sound; `expected` (see [`Events::expected_origin`]) is good for
/// seats alone.
pub fn consult(events: &Events, expected: Option<i64>, meeting: &mut Meeting, transcript: &mut Transcript) -> Finding {
    let clock = transcript.recording.clock;
    let in_millis = |span: Span| Span::new(clock.millis(span.start), clock.millis(span.end));
    let turns: Vec<_> = transcript.utterances.iter().map(|turn| (turn.channel, in_millis(turn.span))).collect();
    let alignment = align(&switched(events), &turns);
    let origin = alignment.map(|found| found.origin).or(expected);
    let mut finding = Finding { alignment, origin, contradicted: Vec::new(), unknown: Vec::new() };
    let Some(origin) = origin else { return finding };
    seat(events, origin, meeting, &mut finding.unknown);
    if alignment.is_some() || events.are_recorded() {
        let spread = alignment.map_or(0, |found| found.spread);
        let reach = i64::try_from(spread.saturating_add(TOLERANCE)).unwrap_or(i64::MAX);
        let open = Open::of(events, origin);
        for (utterance, (channel, span)) in transcript.utterances.iter_mut().zip(turns) {
            if open.is_shut(channel, span, reach) {
                utterance.flags.push(Flag::MicrophoneOff);
                utterance.flags.sort_unstable();
                utterance.flags.dedup();
                finding.contradicted.push((channel, utterance.span.start));
            }
        }
    }
    finding
}

/// The microphones that were switched, by time.
fn switched(events: &Events) -> Vec<(i64, Channel, bool)> {
    let switch = |(at, channel, said): &(i64, Channel, Said)| match said {
        Said::Microphone(Change::On) => Some((*at, *channel, true)),
        Said::Microphone(Change::Off) => Some((*at, *channel, false)),
        Said::Microphone(Change::Requested | Change::Withdrawn) | Said::Seated(_) => None,
    };
    events.list.iter().filter_map(switch).collect()
}

fn seat(events: &Events, origin: i64, meeting: &mut Meeting, unknown: &mut Vec<String>) {
    for (at, channel, said) in &events.list {
        let Said::Seated(person) = said else { continue };
        // What was so before the recording began is so from its first sample on.
        let millis = u64::try_from(at.saturating_sub(origin)).unwrap_or(0);
        meeting.seated(millis, *channel, person.as_deref());
        let is_known = |id: &&String| meeting.people.iter().any(|person| person.id == **id);
        if let Some(id) = person.as_ref().filter(|id| !is_known(id) && !unknown.contains(id)) {
            unknown.push(id.clone());
        }
    }
}

/// When each microphone is said to have been on, on the recording's time.
struct Open {
    /// For each channel its switches by time.
    switches: Vec<Vec<(i64, bool)>>,
}

impl Open {
    fn of(events: &Events, origin: i64) -> Self {
        let mut switches: Vec<Vec<(i64, bool)>> = Vec::new();
        for (at, channel, on) in switched(events) {
            switches.resize_with(switches.len().max(channel.index() + 1), Vec::new);
            switches[channel.index()].push((at.saturating_sub(origin), on));
        }
        Self { switches }
    }

    /// Whether a microphone is said to be off for a whole span and so much before and after it. Of
    /// one that the system never names, nothing is said.
    fn is_shut(&self, channel: Channel, span: Span, reach: i64) -> bool {
        let Some(switches) = self.switches.get(channel.index()).filter(|switches| !switches.is_empty()) else {
            return false;
        };
        let from = (span.start as i64).saturating_sub(reach);
        let until = (span.end as i64).saturating_add(reach);
        let place = switches.partition_point(|(at, _)| *at <= from);
        // Before its first switch a microphone was what that switch changed.
        let was_on = place.checked_sub(1).map_or(!switches[0].1, |last| switches[last].1);
        !was_on && !switches[place..].iter().take_while(|(at, _)| *at < until).any(|(_, on)| *on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conference::Timing;

    fn channel(number: u16) -> Channel {
        Channel::new(number).expect("a channel")
    }

    fn open(list: &[(i64, u16, Change)]) -> Open {
        let list = list.iter().map(|&(at, number, change)| (at, channel(number), Said::Microphone(change))).collect();
        Open::of(&Events { timing: Timing::Elapsed, list }, 0)
    }

    #[test]
    fn only_speech_wholly_outside_is_contradicted() {
        let open = open(&[(10_000, 1, Change::On), (20_000, 1, Change::Off)]);
        let shut = |from, until| open.is_shut(channel(1), Span::new(from, until), 1_000);
        assert!(shut(2_000, 8_000) && shut(22_000, 25_000));
        assert!(!shut(2_000, 10_500) && !shut(12_000, 14_000) && !shut(19_500, 60_000));
        assert!(!shut(2_000, 9_500), "so near to the switch");
        assert!(!open.is_shut(channel(2), Span::new(0, 100), 0), "of this one nothing is said");
    }

    #[test]
    fn before_its_first_switch_a_microphone_was_what_the_switch_changed() {
        let open = open(&[(10_000, 1, Change::Off), (5_000, 2, Change::Requested)]);
        assert!(!open.is_shut(channel(1), Span::new(0, 1_000), 0));
        assert!(open.is_shut(channel(1), Span::new(12_000, 13_000), 0));
        assert!(!open.is_shut(channel(2), Span::new(0, 1_000), 0));
    }
}
