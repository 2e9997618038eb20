//! From when on words may still come: workers finish as they can, and whoever shows words in the
//! order of time must know when none is missing before them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::floor::{LONGEST_TURN, RATE};

/// A turn is known at the latest this many samples after it began: it is as long as it may be, and
/// the floor has looked back once more (3 s).
const LATEST: u64 = LONGEST_TURN + 3 * RATE.get() as u64;

/// What was read and is not yet recognised, on the 16 kHz clock.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Beginnings of packs that are with the workers, each with its channel.
    packs: BTreeSet<(u64, usize)>,
    /// No turn that the workers do not have begins before.
    read: u64,
}

impl Pending {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A pack goes to the workers.
    pub fn add(&self, pack: (u64, usize)) {
        self.state().packs.insert(pack);
    }

    /// Its words are there.
    pub fn settle(&self, pack: (u64, usize)) {
        self.state().packs.remove(&pack);
    }

    /// So much was read, and the first pack that waits for more turns begins there.
    pub fn read(&self, now: u64, waiting: Option<u64>) {
        self.state().read = now.saturating_sub(LATEST).min(waiting.unwrap_or(u64::MAX));
    }

    /// Everything was read and handed on.
    pub fn end(&self) {
        self.state().read = u64::MAX;
    }

    /// No word that is still to come belongs to a turn that begins before.
    pub fn before(&self) -> u64 {
        let state = self.state();
        state.packs.first().map_or(state.read, |(start, _)| state.read.min(*start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_settled_before_the_first_that_is_open() {
        let pending = Pending::default();
        assert_eq!(pending.before(), 0);
        pending.add((100, 0));
        pending.add((100, 1));
        pending.read(LATEST + 500, Some(300));
        assert_eq!(pending.before(), 100);
        pending.settle((100, 0));
        assert_eq!(pending.before(), 100);
        pending.settle((100, 1));
        assert_eq!(pending.before(), 300);
        pending.read(LATEST + 500, None);
        assert_eq!(pending.before(), 500);
        pending.end();
        assert_eq!(pending.before(), u64::MAX);
    }
}
