//! The states of a record and the ways between them.

use std::str::FromStr;

/// Where a record stands, from the notice of the meeting to the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The meeting has not been held.
    Scheduled,
    /// It is being recorded.
    Recording,
    /// It is being recognised.
    Transcribing,
    /// The secretariat corrects it.
    Editing,
    /// The provisional record has been given to the speakers.
    Provisional,
    /// The speakers may correct their own turns until a day.
    Correction,
    /// The secretariat looks at all once more.
    Verification,
    /// Signed: a frozen document with a number.
    Official,
    /// Given out and put into the archive.
    Archived,
}

impl State {
    /// Every state, in the order of a record's life.
    pub const ALL: [Self; 9] = [
        Self::Scheduled,
        Self::Recording,
        Self::Transcribing,
        Self::Editing,
        Self::Provisional,
        Self::Correction,
        Self::Verification,
        Self::Official,
        Self::Archived,
    ];

    /// The word by which it is asked for and kept.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Scheduled => "terjadwal",
            Self::Recording => "perekaman",
            Self::Transcribing => "transkripsi",
            Self::Editing => "penyuntingan",
            Self::Provisional => "sementara",
            Self::Correction => "koreksi",
            Self::Verification => "verifikasi",
            Self::Official => "resmi",
            Self::Archived => "arsip",
        }
    }

    /// The state that comes after it by a person's word; none after the last, nor where the record
    /// gets there by itself.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Editing => Some(Self::Provisional),
            Self::Provisional => Some(Self::Correction),
            Self::Correction => Some(Self::Verification),
            Self::Verification => Some(Self::Official),
            Self::Official => Some(Self::Archived),
            Self::Scheduled | Self::Recording | Self::Transcribing | Self::Archived => None,
        }
    }

    /// Whether a record in this state may be set to that one: one step on, or back to an earlier
    /// state that a person sets. An official record is never taken back; it is opened again,
    /// for a new edition beside it.
    #[must_use]
    pub fn may_become(self, other: Self) -> bool {
        self.next() == Some(other) || (other >= Self::Editing && other < self && other != Self::Official)
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.key() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_goes_on_step_by_step_and_back_to_any_step_of_a_person() {
        use State::{Archived, Correction, Editing, Official, Provisional, Verification};
        let ways: Vec<(State, State)> = State::ALL
            .into_iter()
            .flat_map(|from| State::ALL.map(|to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        assert_eq!(
            ways,
            [
                (Editing, Provisional),
                (Provisional, Editing),
                (Provisional, Correction),
                (Correction, Editing),
                (Correction, Provisional),
                (Correction, Verification),
                (Verification, Editing),
                (Verification, Provisional),
                (Verification, Correction),
                (Verification, Official),
                (Official, Editing),
                (Official, Provisional),
                (Official, Correction),
                (Official, Verification),
                (Official, Archived),
                (Archived, Editing),
                (Archived, Provisional),
                (Archived, Correction),
                (Archived, Verification),
            ]
        );
    }

    #[test]
    fn every_state_is_found_by_its_word() {
        assert!(State::ALL.into_iter().all(|state| state.key().parse() == Ok(state)));
        assert_eq!("final".parse::<State>(), Err(()));
    }
}
