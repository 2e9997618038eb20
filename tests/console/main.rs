//! The clerk's page: its API as any program asks it, and its pages in a browser.

#[path = "../sample/mod.rs"]
mod sample;

mod browser;
mod correcting;
mod guarded;
mod meetings;
mod official;
mod pages;
mod reading;
mod recording;
mod searching;
mod server;
mod sound;
