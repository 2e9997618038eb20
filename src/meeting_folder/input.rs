//! What the paths mean that a user gave.

use std::path::{Path, PathBuf};

use super::Error;
use crate::audio::{Input, Seat};
use crate::meeting::Meeting;
use crate::record::soundcheck::room::{FILE, Room};

/// The recording. Files that the seat map names go to its channels.
///
/// # Errors
/// When there is no sound, or it cannot be told which channel is which.
pub fn input(paths: &[PathBuf], meeting: &Meeting) -> Result<Input, Error> {
    let seats: Vec<Seat<'_>> =
        meeting.seats.iter().map(|seat| Seat { channel: seat.channel, file: seat.file.as_deref() }).collect();
    Ok(Input::with_seats(paths, &seats)?)
}

/// What was known of the room when it was recorded: beside the recording, else in the folder of an
/// earlier run.
///
/// # Errors
/// When the file cannot be read.
pub fn room(input: &[PathBuf], before: Option<&Path>) -> Result<Option<Room>, Error> {
    for folder in input.iter().map(PathBuf::as_path).filter(|path| path.is_dir()).chain(before) {
        if let Some(room) = Room::read(&folder.join(FILE))? {
            return Ok(Some(room));
        }
    }
    Ok(None)
}
