//! The published site: what stands in it, that its links stay, and that a person can use it.
//!
//! Needs Chromium and its driver; the tests that are left out by default need what `make test`
//! fetches.

#[path = "../console/chromium.rs"]
#[allow(dead_code, reason = "the tests of the page use the rest")]
mod chromium;
#[path = "../status/fixture.rs"]
#[allow(dead_code, reason = "the tests of the states use the rest")]
mod fixture;
#[path = "../sample/mod.rs"]
mod sample;

mod browser;
mod corpus;
mod hostile;
mod kept;
mod looked_at;
mod meetings;
mod refused;
mod served;
