//! The clerk's page: its API as any program asks it, and its pages in a browser.

#[path = "../sample/mod.rs"]
mod sample;

mod accounts;
mod audited;
#[path = "../status/authority.rs"]
#[allow(dead_code, reason = "the tests of signatures use the rest")]
mod authority;
mod browser;
mod chromium;
mod correcting;
mod following;
mod guarded;
mod installed;
mod keeping;
mod meetings;
mod member;
mod network;
#[path = "../printing/office.rs"]
#[allow(dead_code, reason = "printing's own tests use the rest")]
mod office;
mod official;
mod pages;
mod pokir;
mod preparing;
mod printing;
mod reading;
mod recording;
mod redacting;
mod report;
mod sealed;
mod searching;
mod sending;
mod server;
mod signing_on;
mod sound;
mod surviving;
mod together;

/// Waits for what comes soon; far beyond anything that a busy machine needs.
fn until(what: &str, mut is: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is() {
        assert!(begun.elapsed() < chromium::DEADLINE, "never: {what}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
