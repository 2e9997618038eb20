//! A passage of the recording that somebody has a word on: that it was listened to, or that the
//! meeting decided to leave it out.

use jiff::Zoned;

use super::{Error, Life};
use crate::transcript::Utterance;
use crate::transcript::edit::{Change, Layer, Mark, Place, Source};
use crate::transcript::store::Store;

/// A passage by the time of the recording, in whole seconds since its start; both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    /// The second in which its first utterance begins.
    pub from: u64,
    /// The second in which its last utterance begins.
    pub until: u64,
}

/// The seconds of a time as the record prints it, `hh:mm:ss`.
#[must_use]
pub fn seconds(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let [hours, minutes, seconds] = parts[..] else { return None };
    let number = |text: &str, most: u64| {
        let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u64>().ok().filter(|number| digits && *number <= most)
    };
    Some((number(hours, 9999)? * 60 + number(minutes, 59)?) * 60 + number(seconds, 59)?)
}

/// Leaves out every utterance that begins within a passage: each gets a layer with the decision as
/// its reason, and the record prints that something was left out. What was recognised stays in the
/// store, and taking the layer back brings it back. Says how many utterances there are.
///
/// # Errors
/// [`Error::NoPassage`] when none begins there that is not left out already; [`Error::Nameless`];
/// [`Error::NoDecision`]; or when the store fails.
pub fn omit(store: &mut Store, passage: Passage, decision: &str, by: &str, now: &Zoned) -> Result<usize, Error> {
    let decision = decision.trim();
    if decision.is_empty() {
        return Err(Error::NoDecision);
    }
    mark(store, passage, Mark::Omitted, Some(decision), by, now)
}

/// Says that somebody has listened to every utterance that begins within a passage, and that it is
/// as it stands: it is doubtful no longer. Says how many utterances there are.
///
/// # Errors
/// [`Error::NoPassage`] when none begins there that was not heard before; [`Error::Nameless`]; or
/// when the store fails.
pub fn hear(store: &mut Store, passage: Passage, by: &str, now: &Zoned) -> Result<usize, Error> {
    mark(store, passage, Mark::Heard, None, by, now)
}

fn mark(
    store: &mut Store,
    passage: Passage,
    mark: Mark,
    why: Option<&str>,
    by: &str,
    now: &Zoned,
) -> Result<usize, Error> {
    let by = by.trim();
    if by.is_empty() {
        return Err(Error::Nameless);
    }
    let transcript = store.current()?;
    Life::read(store, &transcript)?.check_clock(now.timestamp())?;
    let rate = u64::from(transcript.recording.clock.rate());
    let seconds = passage.from..=passage.until;
    let is_meant =
        |utterance: &&Utterance| seconds.contains(&(utterance.span.start / rate)) && !utterance.corrected.has(mark);
    let layer = |utterance: &Utterance| Layer {
        place: Place::of(transcript.version.number, utterance),
        change: Change::Mark { mark },
        by: by.to_owned(),
        when: now.clone(),
        why: why.map(str::to_owned),
        source: Source::Person,
    };
    let layers: Vec<Layer> = transcript.utterances.iter().filter(is_meant).map(layer).collect();
    if layers.is_empty() {
        return Err(Error::NoPassage);
    }
    Ok(store.lay(&layers)?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_record_prints_them() {
        assert_eq!(seconds("00:41:12"), Some(2472));
        assert_eq!(seconds("26:00:00"), Some(93_600));
        for wrong in ["", "41:12", "00:60:00", "00:00:60", "-1:00:00", "00:00:1a", "00:00:00:00", "99999:00:00"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
