//! Delays after passwords that were wrong. They are kept in memory, for each name that was typed:
//! a new start of the server begins anew, which nobody on the network can bring about.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wrong passwords without a delay.
const FREE: u32 = 3;
/// The first delay; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(2);
/// The longest delay.
const LONGEST: Duration = Duration::from_mins(15);
/// After this time without an attempt all is forgotten.
const FORGOTTEN: Duration = Duration::from_hours(24);
/// Names that nobody has are remembered up to this number.
const STRANGERS: usize = 4096;

#[derive(Clone, Copy)]
struct Tried {
    count: u32,
    last: Instant,
    until: Instant,
}

/// How often a sign-in has failed, by name.
#[derive(Default)]
pub struct Attempts {
    /// Of accounts, which cannot be pushed out by names that nobody has.
    known: Mutex<HashMap<String, Tried>>,
    strangers: Mutex<HashMap<String, Tried>>,
}

impl Attempts {
    /// Begins a sign-in, which counts as failed until [`Attempts::succeeded`].
    ///
    /// # Errors
    /// How long nobody may try this name.
    pub fn begin(&self, name: &str, is_known: bool, now: Instant) -> Result<(), Duration> {
        let mut tried = self.of(is_known).lock().unwrap_or_else(PoisonError::into_inner);
        tried.retain(|_, tried| now.saturating_duration_since(tried.last) < FORGOTTEN);
        if !is_known && tried.len() >= STRANGERS {
            let first = tried.iter().min_by_key(|(_, tried)| tried.until).map(|(name, _)| name.clone());
            first.map(|name| tried.remove(&name));
        }
        let own = tried.entry(key(name)).or_insert(Tried { count: 0, last: now, until: now });
        let rest = own.until.saturating_duration_since(now);
        if !rest.is_zero() {
            return Err(rest);
        }
        own.count = own.count.saturating_add(1);
        own.last = now;
        own.until = now + delay(own.count);
        Ok(())
    }

    /// The sign-in that was begun was right.
    pub fn succeeded(&self, name: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(name));
    }

    fn of(&self, is_known: bool) -> &Mutex<HashMap<String, Tried>> {
        if is_known { &self.known } else { &self.strangers }
    }
}

fn key(name: &str) -> String {
    name.trim().to_ascii_lowercase().chars().take(256).collect()
}

/// How long to wait after so many that failed.
fn delay(count: u32) -> Duration {
    match count.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(0) => FIRST,
        Some(more) => FIRST.checked_mul(1 << more.min(16)).unwrap_or(LONGEST).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_and_ends_with_the_right_password() {
        let (attempts, begun) = (Attempts::default(), Instant::now());
        for name in ["sari", "siapa"] {
            let known = name == "sari";
            let mut now = begun;
            for _ in 0..FREE {
                assert_eq!(attempts.begin(name, known, now), Ok(()));
            }
            let mut waited = Duration::ZERO;
            for _ in 0..20 {
                let rest = attempts.begin(name, known, now).expect_err("a delay");
                assert!(rest >= waited && rest <= LONGEST, "{rest:?} after {waited:?}");
                waited = rest;
                now += rest;
                assert_eq!(attempts.begin(name, known, now), Ok(()));
            }
            assert_eq!(waited, LONGEST);
        }
        // In whatever letters the name is typed.
        assert!(attempts.begin("SARI ", true, begun).is_err());
        attempts.succeeded("Sari");
        assert_eq!(attempts.begin("sari", true, begun), Ok(()));
        assert!(attempts.begin("siapa", false, begun).is_err());
        assert_eq!(attempts.begin("siapa", false, begun + FORGOTTEN * 2), Ok(()));
    }

    #[test]
    fn names_that_nobody_has_fill_no_memory() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for number in 0..STRANGERS + 10 {
            assert_eq!(attempts.begin(&format!("orang {number}"), false, now), Ok(()));
        }
        assert_eq!(attempts.strangers.lock().expect("unlocked").len(), STRANGERS);
    }
}
