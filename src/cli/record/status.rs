//! `risalah record status`: how a recording that runs is doing.

use std::path::Path;

use e_risalah::common::message::Message;
use e_risalah::record::recorder::{Client, State, Status};
use e_risalah::recording::folder_of;

use crate::cli::console::{Console, print};
use crate::cli::outcome::{End, Failure};

pub fn run(folder: &Path, console: Console) -> Result<End, Failure> {
    let status = Client::reach(&folder_of(folder))?.status()?;
    if console.is_json() {
        print(&serde_json::to_string(&status).unwrap_or_default());
    } else {
        print(&console.sentence(&message(&status)));
    }
    Ok(End::warned_if(console.warnings(&status.troubles())))
}

/// The state of a recorder in a sentence.
pub fn message(status: &Status) -> Message {
    let key = match status.state {
        State::Waiting => "record.waiting",
        State::Recording => "record.recording",
        State::DeviceLost => "record.device_lost",
    };
    let clock = status.format.clock();
    Message::new(key)
        .with("elapsed", clock.hms(status.position))
        .with("channels", status.format.channels)
        .with("rate", status.format.rate)
        .with("hours", status.disk_seconds / 3600)
        .with("lost", clock.decimal_seconds(status.lost))
}
