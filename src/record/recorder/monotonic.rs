//! Time that neither a clock that is set nor a computer that sleeps can move.

use std::fs;
use std::time::{Duration, Instant};

/// A moment on the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct MonotonicTime {
    instant: Instant,
    /// Since the computer was started; only Linux tells, and only there it goes on while the
    /// computer sleeps.
    since_boot: Option<Duration>,
}

impl MonotonicTime {
    pub fn now() -> Self {
        Self { instant: Instant::now(), since_boot: since_boot() }
    }

    /// The moment so much before.
    pub fn before(self, time: Duration) -> Self {
        let instant = self.instant.checked_sub(time).unwrap_or(self.instant);
        Self { instant, since_boot: self.since_boot.map(|since| since.saturating_sub(time)) }
    }

    /// Time since then, to a hundredth of a second; what the computer slept is counted.
    pub fn elapsed(self) -> Duration {
        let slept = match (self.since_boot, since_boot()) {
            (Some(then), Some(now)) => now.saturating_sub(then).saturating_sub(self.instant.elapsed()),
            _ => Duration::ZERO,
        };
        // The two clocks are read one after the other, and one is coarse.
        let slept = if slept < Duration::from_millis(50) { Duration::ZERO } else { slept };
        self.instant.elapsed() + slept
    }
}

fn since_boot() -> Option<Duration> {
    let text = fs::read_to_string("/proc/uptime").ok()?;
    Duration::try_from_secs_f64(text.split_whitespace().next()?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn awake_it_runs_with_the_clock_of_the_system() {
        let (then, instant) = (MonotonicTime::now().before(Duration::from_secs(5)), Instant::now());
        std::thread::yield_now();
        let (elapsed, real) = (then.elapsed(), instant.elapsed() + Duration::from_secs(5));
        assert!(elapsed.abs_diff(real) < Duration::from_millis(20), "{elapsed:?} {real:?}");
    }

    #[test]
    fn asleep_it_goes_on() {
        let now = MonotonicTime::now();
        let slept = MonotonicTime {
            since_boot: now.since_boot.map(|since| since.saturating_sub(Duration::from_secs(3))),
            ..now
        };
        if now.since_boot.is_some() {
            assert!(slept.elapsed() >= Duration::from_millis(2_900));
        }
    }
}
