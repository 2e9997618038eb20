//! What a person should listen to.

use crate::clock::Clock;
use crate::transcript::edit::Mark;
use crate::transcript::{Flag, Utterance};
use crate::writing::{self, Doubt, Roster};

/// Whether all of an utterance is in doubt: the recogniser was unsure of it, or it looks invented.
pub(super) fn is_doubtful(utterance: &Utterance) -> bool {
    let doubt = |flag: &Flag| match flag {
        Flag::LowConfidence | Flag::Repetition | Flag::TooFast | Flag::StockPhrase | Flag::Duplicate => true,
        Flag::NoWords | Flag::Overlap | Flag::Clipped => false,
    };
    !utterance.corrected.has(Mark::Heard) && utterance.flags.iter().any(doubt)
}

/// The places of an utterance that no machine may decide; none once somebody has listened to it.
pub(super) fn doubts(utterance: &Utterance, clock: Clock, roster: &Roster) -> Vec<Doubt> {
    if utterance.corrected.has(Mark::Heard) {
        return Vec::new();
    }
    writing::doubts(writing::spoken(utterance, clock, false), roster)
}
