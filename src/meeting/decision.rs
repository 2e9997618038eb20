//! What the meeting decided, and what it merely agreed to.

use super::{EventKind, Meeting};

/// A decision or conclusion that is written in the file. With a time it says what the meeting
/// agreed to then; without a text, that nothing was decided then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its text.
    pub text: Option<String>,
    /// When the meeting agreed, in milliseconds of the recording.
    pub at: Option<u64>,
    /// The line on which it stands, from 1.
    pub line: usize,
}

impl Meeting {
    /// The decisions in the order of time, each with the millisecond of the recording at which the
    /// meeting agreed; those without a time stand at the end.
    #[must_use]
    pub fn resolved(&self) -> Vec<(Option<u64>, &str)> {
        let entered = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Agreed(Some(text)) if self.decision_at(event.at).is_none() => {
                Some((Some(event.at), text.as_str()))
            }
            _ => None,
        });
        let written = self.decisions.iter().filter_map(|decision| Some((decision.at, decision.text.as_deref()?)));
        let mut decisions: Vec<_> = entered.chain(written).collect();
        decisions.sort_by_key(|(at, _)| at.unwrap_or(u64::MAX));
        decisions
    }

    /// When the meeting agreed to something, and it is neither said to what nor that it was no
    /// decision.
    pub(super) fn open_agreements(&self) -> impl Iterator<Item = u64> {
        let agreements = self.events.iter().filter(|event| event.kind == EventKind::Agreed(None));
        agreements.map(|event| event.at).filter(|at| self.decision_at(*at).is_none())
    }

    /// What the file says of the agreement in this second.
    fn decision_at(&self, millis: u64) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.at.is_some_and(|at| at / 1000 == millis / 1000))
    }
}
