//! Onto paper: printers that are not there. Real ones in software (`ippeveprinter`, a CUPS server
//! of the test's own) show that a job arrives as it was sent, a small server of the test's own
//! shows every way in which a printer can refuse, stop or talk nonsense.
//!
//! Needs cups, cups-ipp-utils, dbus-daemon and avahi-daemon (Debian).

#[path = "../sample/mod.rs"]
mod sample;

mod fake;
mod office;
mod program;
mod real;
mod refused;
mod secure;

use std::thread::sleep;
use std::time::{Duration, Instant};

/// Far more than anything here takes, on a machine that is busy with something else.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until something is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(Duration::from_millis(20));
    }
}
