//! The program as a user runs it, and the commands that its documentation shows.

#[path = "../printing/fake.rs"]
#[allow(dead_code, reason = "the tests of printing use the rest")]
mod fake;
#[path = "../record/room.rs"]
#[allow(dead_code, reason = "the tests of recording use the rest")]
mod room;
#[path = "../stored/mod.rs"]
mod stored;

mod command_line;
mod commands;
mod examples;
mod floor;
mod piped;
mod playback;
mod speaking;
mod transcribing;
mod versions;
mod whole;
