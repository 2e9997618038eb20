//! `risalah record stop`: closes a recording that runs.

use std::path::Path;

use e_risalah::record::recorder::Client;
use e_risalah::recording::folder_of;

use super::closing;
use crate::cli::console::{Console, print};
use crate::cli::outcome::{End, Failure};

pub fn run(folder: &Path, console: Console) -> Result<End, Failure> {
    let recording = folder_of(folder);
    let mut client = Client::reach(&recording)?;
    let moved_to = client.status().map_or_else(|_| recording.clone(), |status| status.folder);
    client.stop()?;
    let closed = closing::wait(&recording, &moved_to)?;
    if console.is_json() {
        print(&closed.as_json(console).to_string());
    }
    Ok(closed.tell(console))
}
