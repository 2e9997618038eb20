//! `risalah record attach`: shows a recording that runs.

use std::path::Path;

use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder;
use e_risalah::record::recorder::Client;
use e_risalah::recording::folder_of;

use super::session::RecordSession;
use crate::cli::console::Console;
use crate::cli::outcome::{End, Failure};
use crate::cli::recogniser::Recogniser;
use crate::cli::recogniser_args::RecogniserArgs;

pub fn run(
    folder: &Path,
    description: Option<&Path>,
    recogniser: &RecogniserArgs,
    console: Console,
) -> Result<End, Failure> {
    let recording = folder_of(folder);
    let meeting = match description {
        Some(path) => Meeting::read(path)?,
        None => meeting_folder::describe(folder)?,
    };
    let client = Client::reach(&recording)?;
    RecordSession::new(folder.to_owned(), recording, meeting, console, client).run(Recogniser::new(recogniser))
}
