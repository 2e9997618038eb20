//! Proposals: what looks like personal data in what was said. Nothing is redacted by itself.

use std::collections::BTreeSet;

use super::line::{Line, Timed, plain, plain_words};
use super::rules::{self, Spoken};
use crate::common::clock::Channel;
use crate::meeting::Meeting;
use crate::transcript::edit::Mark;
use crate::transcript::redaction::{Reason, Redaction};
use crate::transcript::{Transcript, Utterance};

/// A pause after which what somebody says is looked at by itself.
const PAUSE_MS: u64 = 8_000;
/// Words on either side that are shown with what was found.
const AROUND: usize = 8;

/// A place that a person should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What it looks like.
    pub reason: Reason,
    /// The microphone.
    pub channel: Channel,
    /// The first sample, on the recording's clock.
    pub from: u64,
    /// The sample behind the last.
    pub until: u64,
    /// The words.
    pub words: String,
    /// The same with what stands around it.
    pub sentence: String,
}

/// What looks like personal data and is not redacted yet, in the order of time.
#[must_use]
pub fn propose(meeting: &Meeting, transcript: &Transcript, redactions: &[Redaction]) -> Vec<Proposal> {
    let roster = roster(meeting);
    let channels: BTreeSet<Channel> = transcript.utterances.iter().map(|utterance| utterance.channel).collect();
    let mut proposals: Vec<Proposal> = Vec::new();
    for channel in channels {
        for tokens in streams(transcript, channel) {
            proposals.extend(of(&tokens, channel, &roster));
        }
    }
    let is_open = |proposal: &Proposal| {
        let covers = |one: &&Redaction| {
            one.counts() && one.is_of(proposal.channel) && one.from < proposal.until && proposal.from < one.until
        };
        !redactions.iter().any(|one| covers(&one))
    };
    proposals.retain(is_open);
    proposals.sort_by_key(|proposal| (proposal.from, proposal.channel));
    proposals
}

/// What is said at a microphone, apart where there is a long pause: a number may go on after a
/// short one.
fn streams(transcript: &Transcript, channel: Channel) -> Vec<Vec<Timed>> {
    let pause = transcript.recording.clock.at_millis(PAUSE_MS);
    let own = |utterance: &&Utterance| utterance.channel == channel && !utterance.corrected.has(Mark::Omitted);
    let mut streams: Vec<Vec<Timed>> = Vec::new();
    let mut end = None;
    for utterance in transcript.utterances.iter().filter(own) {
        let tokens = Line::new(&utterance.text, &utterance.words, utterance.span).tokens;
        match streams.last_mut() {
            Some(last) if end.is_some_and(|end| utterance.span.start <= end + pause) => last.extend(tokens),
            _ => streams.push(tokens),
        }
        end = Some(utterance.span.end);
    }
    streams
}

fn of(tokens: &[Timed], channel: Channel, roster: &[String]) -> Vec<Proposal> {
    let plain: Vec<String> = tokens.iter().map(|token| plain(&token.text)).collect();
    let written: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    let found = rules::find(&Spoken { plain: &plain, written: &written, roster });
    let proposal = |(reason, words): (Reason, std::ops::Range<usize>)| {
        let (first, last) = (tokens.get(words.start)?, tokens.get(words.end.checked_sub(1)?)?);
        let around = words.start.saturating_sub(AROUND)..(words.end + AROUND).min(tokens.len());
        Some(Proposal {
            reason,
            channel,
            from: first.span.start,
            until: last.span.end.max(first.span.start + 1),
            words: written[words].join(" "),
            sentence: written[around].join(" "),
        })
    };
    found.into_iter().filter_map(proposal).collect()
}

/// The parts of the names of those whom the meeting names: in their office they are no secret.
fn roster(meeting: &Meeting) -> Vec<String> {
    let names = meeting.people.iter().map(|person| person.name.as_str());
    let signed = meeting.groups.iter().flat_map(|group| group.signatories.iter().map(String::as_str));
    names.chain(signed).flat_map(plain_words).collect()
}

#[cfg(test)]
mod tests;
