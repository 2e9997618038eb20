//! What the paths mean that a user gave.

use std::path::{Path, PathBuf};

use e_risalah::audio::{Input, Seat};
use e_risalah::folder::MEETING;
use e_risalah::meeting::Meeting;
use e_risalah::soundcheck::room::{self, Room};

use super::Failure;

/// The meeting's description: as asked for, else beside the recording, else in the folder of an earlier run.
pub fn description(asked: Option<&PathBuf>, input: &[PathBuf], before: Option<&Path>) -> Option<PathBuf> {
    let folders = input.iter().map(PathBuf::as_path).filter(|path| path.is_dir()).chain(before);
    asked.cloned().or_else(|| folders.map(|folder| folder.join(MEETING)).find(|path| path.is_file()))
}

/// The recording. Files that the seat map names go to its channels.
pub fn input(paths: &[PathBuf], meeting: &Meeting) -> Result<Input, Failure> {
    let seats: Vec<Seat<'_>> =
        meeting.seats.iter().map(|seat| Seat { channel: seat.channel, file: seat.file.as_deref() }).collect();
    Ok(Input::with_seats(paths, &seats)?)
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
