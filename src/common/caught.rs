//! Panics of libraries that read what comes from outside: a damaged file must not end the program.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    static CATCHES: Cell<bool> = const { Cell::new(false) };
}

/// Does what may panic on damaged input; `None` where it did. What it works on may be left half
/// done: only safe code may look at it afterwards.
pub fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = CATCHES.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    CATCHES.set(before);
    done.ok()
}

/// Whether a panic of this thread is caught: a hook lets it pass.
#[must_use]
pub fn is_caught() -> bool {
    CATCHES.get()
}

/// Has nothing said of panics that are caught. A program calls it once, before anything else sets a
/// hook.
pub fn silence_caught() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !is_caught() {
            tell(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing_and_the_next_call_is_as_before() {
        let list = [1, 2, 3];
        let at = |place: usize| caught(|| list[place]);
        assert_eq!([at(2), at(3), at(0)], [Some(3), None, Some(1)]);
        assert!(!is_caught());
        assert_eq!(caught(|| at(9)), Some(None), "one within another");
    }
}
