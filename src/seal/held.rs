//! The keys that may be read with at this moment.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use super::MeetingKey;

/// The keys of the meetings that this process has opened, by their public halves. A command works
/// for one person: it reads what it was given an identity for, and ends.
static HELD: RwLock<BTreeMap<String, MeetingKey>> = RwLock::new(BTreeMap::new());

thread_local! {
    /// Those of the person for whom this thread works at the moment.
    static LENT: RefCell<Vec<MeetingKey>> = const { RefCell::new(Vec::new()) };
}

/// Lets this process read what is sealed to this key. From then on neither it nor what it starts
/// leaves an image of its memory when it crashes.
pub fn hold(key: MeetingKey) {
    no_core_dumps();
    HELD.write().unwrap_or_else(PoisonError::into_inner).insert(key.recipient(), key);
}

/// Lets go of every key that [`hold`] was given.
pub fn let_go() {
    HELD.write().unwrap_or_else(PoisonError::into_inner).clear();
}

/// The key of a meeting, where this process has opened it, or the person for whom this thread
/// works.
#[must_use]
pub fn held(recipient: &str) -> Option<MeetingKey> {
    let lent = LENT.with_borrow(|lent| lent.iter().find(|key| key.recipient() == recipient).cloned());
    lent.or_else(|| HELD.read().unwrap_or_else(PoisonError::into_inner).get(recipient).cloned())
}

/// Does something with these keys, in this thread only: a page works for many persons at once, and
/// what one has opened is closed to the others.
pub fn with_keys<T>(keys: &[MeetingKey], work: impl FnOnce() -> T) -> T {
    struct Before(Vec<MeetingKey>);
    impl Drop for Before {
        fn drop(&mut self) {
            LENT.set(std::mem::take(&mut self.0));
        }
    }
    let _before = Before(LENT.replace(keys.to_vec()));
    work()
}

/// From now on neither this process nor what it starts leaves an image of its memory. A limit of 1
/// and not of 0: with 0 Linux still hands the image to a program that collects them.
#[cfg(unix)]
pub fn no_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Where the system does not allow it, it is as before.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(1), maximum: Some(1) });
}

/// Elsewhere there is nothing to switch off.
#[cfg(not(unix))]
pub fn no_core_dumps() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lent_key_is_held_by_its_thread_and_only_while_it_is_lent() {
        let (one, other) = (MeetingKey::generate(), MeetingKey::generate());
        with_keys(std::slice::from_ref(&one), || {
            assert!(held(&one.recipient()).is_some());
            assert!(std::thread::scope(|scope| scope
                .spawn(|| held(&one.recipient()).is_none())
                .join()
                .expect("asked")));
            with_keys(std::slice::from_ref(&other), || assert!(held(&one.recipient()).is_none()));
            assert!(held(&one.recipient()).is_some());
        });
        assert!(std::panic::catch_unwind(|| with_keys(std::slice::from_ref(&one), || panic!("in between"))).is_err());
        assert!(held(&one.recipient()).is_none() && held(&other.recipient()).is_none());
    }
}
