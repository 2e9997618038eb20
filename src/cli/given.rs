//! What the paths mean that a user gave.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use e_risalah::audio::Input;
use e_risalah::folder::MEETING;
use e_risalah::meeting::Meeting;
use e_risalah::soundcheck::room::{self, Room};

use super::Failure;

/// The meeting's description: as asked for, else beside the recording, else in the folder of an earlier run.
pub fn description(asked: Option<&PathBuf>, input: &[PathBuf], before: Option<&Path>) -> Option<PathBuf> {
    let folders = input.iter().map(PathBuf::as_path).filter(|path| path.is_dir()).chain(before);
    asked.cloned().or_else(|| folders.map(|folder| folder.join(MEETING)).find(|path| path.is_file()))
}

/// The recording. Files that the seat map names go to their channels whatever their order.
pub fn input(paths: &[PathBuf], meeting: &Meeting) -> Result<Input, Failure> {
    let named = |path: &PathBuf| {
        let name = path.file_name().and_then(OsStr::to_str)?;
        Some((meeting.channel_of_file(name)?, path.clone()))
    };
    let input = Input::from_paths(paths)?;
    let files = match &input {
        Input::Set(files) => files.iter().map(|(_, path)| path.clone()).collect(),
        Input::File(path) => vec![path.clone()],
        Input::Parts(_) | Input::Recording(_) => return Ok(input),
    };
    match files.iter().map(named).collect::<Option<Vec<_>>>() {
        Some(channels) => Ok(Input::from_channels(channels)?),
        None => Ok(input),
    }
}

/// What was known of the room when it was recorded: beside the recording, else in the folder of an earlier run.
pub fn room(input: &[PathBuf], before: Option<&Path>) -> Result<Option<Room>, Failure> {
    for folder in input.iter().map(PathBuf::as_path).filter(|path| path.is_dir()).chain(before) {
        if let Some(room) = Room::read(&folder.join(room::FILE))? {
            return Ok(Some(room));
        }
    }
    Ok(None)
}
