//! What must be right before a record becomes official.

use std::path::PathBuf;

use jiff::Zoned;
use jiff::civil::Date;

use super::{Life, State};
use crate::common::clock::{Clock, moment};
use crate::common::message::{Explain, Message};
use crate::document::orthography::{self, Matter, Roster};
use crate::meeting::{self, Meeting, Need, Recorded};
use crate::transcript::edit::{Mark, Speaker};
use crate::transcript::store::{self, Store};
use crate::transcript::{Transcript, Utterance};

/// One reason why a record cannot be official yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Hindrance {
    /// Something is missing in the meeting's description.
    Meeting(meeting::Finding),
    /// The recognition was interrupted.
    Incomplete,
    /// Turns of a microphone to which nobody is mapped.
    Unmapped {
        count: usize,
        /// When the first of them was, `hh:mm:ss`.
        first: String,
    },
    /// Passages with an amount, a vote, an article or a doubtful number that nobody has listened
    /// to.
    Unheard {
        count: usize,
        /// When the first of them was.
        first: String,
    },
    /// Corrections of an earlier recognition that do not agree with this one, and that nobody has
    /// seen to.
    Uncarried {
        count: usize,
        /// When the first of them was.
        first: String,
    },
    /// Turns that the recogniser was unsure of, and nobody has listened to.
    Flagged {
        count: usize,
        /// When the first of them was.
        first: String,
    },
    /// The words come from a model for demonstrations.
    Demonstration { model: String },
    /// The record has not gone through the hands of its speakers.
    NotVerified { state: State },
    /// Speakers may still correct their turns.
    PeriodRuns { until: Zoned },
    /// The computer's clock stands before the day of the meeting.
    BeforeMeeting {
        /// The day of the meeting.
        date: Date,
        today: Date,
    },
    /// Somebody has changed the working copy, and its changes were not brought in.
    EditedByHand { path: PathBuf },
    /// No number.
    Number,
    /// Two numbers.
    NumberDiffers {
        /// That of `rapat.toml`.
        written: String,
        /// The one that was asked for.
        given: String,
    },
    /// Signed by neither chair nor secretary.
    Signer { given: String, may: String },
}

impl Explain for Hindrance {
    fn message(&self) -> Message {
        match self {
            Self::Meeting(finding) => finding.message(),
            Self::Incomplete => Message::new("status.incomplete"),
            Self::Unmapped { count, first } => {
                Message::new("status.unmapped").with("count", count).with("first", first)
            }
            Self::Unheard { count, first } => Message::new("status.unheard").with("count", count).with("first", first),
            Self::Uncarried { count, first } => {
                Message::new("status.uncarried").with("count", count).with("first", first)
            }
            Self::Flagged { count, first } => Message::new("status.flagged").with("count", count).with("first", first),
            Self::Demonstration { model } => Message::new("status.demonstration").with("model", model),
            Self::NotVerified { state } => Message::new("status.not_verified").with("state", state.key()),
            Self::PeriodRuns { until } => Message::new("status.period_runs").with("until", moment(until)),
            Self::BeforeMeeting { date, today } => Message::new("status.before_meeting")
                .with("date", date.strftime("%d-%m-%Y"))
                .with("today", today.strftime("%d-%m-%Y")),
            Self::EditedByHand { path } => Message::new("status.edited_by_hand").with("path", path.display()),
            Self::Number => Message::new("status.number"),
            Self::NumberDiffers { written, given } => {
                Message::new("status.number_differs").with("written", written).with("given", given)
            }
            Self::Signer { given, may } => Message::new("status.signer").with("given", given).with("may", may),
        }
    }
}

impl Hindrance {
    /// Whether the record may become official all the same where somebody gives a reason, which
    /// stands in it. What the law asks of a record, and numbers that nobody has listened to,
    /// may not be waived.
    #[must_use]
    pub fn may_be_waived(&self) -> bool {
        matches!(self, Self::Flagged { .. } | Self::Demonstration { .. })
    }
}

/// What keeps the record from being official, but for number and signature: those are given with
/// the request. `transcript` is the corrected one.
#[must_use]
pub fn hindrances(meeting: &Meeting, transcript: &Transcript, life: &Life, now: &Zoned) -> Vec<Hindrance> {
    let clock = transcript.recording.clock;
    let recorded = recorded(transcript);
    let mut found: Vec<Hindrance> = meeting::checks(meeting, Some(&recorded))
        .into_iter()
        .filter(|finding| finding.need() != Need::Advice)
        .map(Hindrance::Meeting)
        .collect();
    if let Some(date) = meeting.date.filter(|date| *date > now.date()) {
        found.push(Hindrance::BeforeMeeting { date, today: now.date() });
    }
    if !transcript.version.complete {
        found.push(Hindrance::Incomplete);
    }
    let (count, first) = of_turns(&transcript.by_speaker(), |utterance| is_unmapped(meeting, clock, utterance));
    found.extend(first.map(|first| Hindrance::Unmapped { count, first }));
    let roster = Roster::of(meeting);
    let (count, first) = of_turns(transcript, |utterance| is_unheard(&roster, clock, utterance));
    found.extend(first.map(|first| Hindrance::Unheard { count, first }));
    let (count, first) = of_turns(transcript, Utterance::wants_listening);
    found.extend(first.map(|first| Hindrance::Flagged { count, first }));
    if transcript.version.is_demonstration() {
        found.push(Hindrance::Demonstration { model: transcript.version.model.clone() });
    }
    if life.state() < State::Verification {
        found.push(Hindrance::NotVerified { state: life.state() });
    } else if let Some(until) = life.deadline().filter(|_| !life.is_corrected(now.timestamp())) {
        found.push(Hindrance::PeriodRuns { until: until.to_zoned(now.time_zone().clone()) });
    }
    found
}

/// Corrections that were lost on the way from one recognition to the next, if there are any.
///
/// # Errors
/// When the store fails.
pub fn uncarried(store: &Store, transcript: &Transcript) -> Result<Option<Hindrance>, store::Error> {
    let open = store.open_corrections(transcript)?;
    let first = open.iter().map(|edit| edit.layer.place.span.start).min();
    let first = first.map(|start| transcript.recording.clock.hms(start));
    Ok(first.map(|first| Hindrance::Uncarried { count: open.len(), first }))
}

/// What a transcript knows of the recording that it was made of.
#[must_use]
pub fn recorded(transcript: &Transcript) -> Recorded {
    let recording = &transcript.recording;
    // While it is recognised, the end is not known.
    let length = Some(recording.clock.millis(recording.length)).filter(|_| transcript.version.complete);
    Recorded { started: recording.started, length, clock_set: Vec::new() }
}

/// How many utterances are so, and when the first was.
fn of_turns(transcript: &Transcript, is_so: impl Fn(&Utterance) -> bool) -> (usize, Option<String>) {
    let mut those = transcript.utterances.iter().filter(|utterance| is_so(utterance)).peekable();
    let first = those.peek().map(|utterance| transcript.recording.clock.hms(utterance.span.start));
    (those.count(), first)
}

/// Nobody is mapped, and nobody has said that the speaker is not known.
fn is_unmapped(meeting: &Meeting, clock: Clock, utterance: &Utterance) -> bool {
    if utterance.is_emptied() || utterance.corrected.has(Mark::Omitted) {
        return false;
    }
    match &utterance.corrected.speaker {
        Speaker::Seat => meeting.speaker(utterance.channel, clock.millis(utterance.span.start)).is_none(),
        Speaker::Person(id) => meeting.person(id).is_none(),
        Speaker::Unknown => false,
    }
}

/// Whether there is a number in it that no machine may decide, and nobody has listened to it.
fn is_unheard(roster: &Roster, clock: Clock, utterance: &Utterance) -> bool {
    if utterance.corrected.has(Mark::Heard) || utterance.corrected.has(Mark::Omitted) {
        return false;
    }
    let doubts = orthography::doubts(orthography::spoken(utterance, clock, false), roster);
    doubts.iter().any(|doubt| match doubt.matter {
        Matter::Money | Matter::Vote | Matter::Article | Matter::Number => true,
        Matter::Name | Matter::Negation | Matter::Consent => false,
    })
}
