//! What the paths mean that a user gave.

use std::path::{Path, PathBuf};

use super::error::SoundGone;
use super::{Error, describe};
use crate::audio::{Input, Seat};
use crate::meeting::Meeting;
use crate::record::soundcheck::room::{FILE, Room};
use crate::transcript::store::{self, Store};

/// The recording. Files that the seat map names go to its channels.
///
/// # Errors
/// When there is no sound, or it cannot be told which channel is which.
pub fn input(paths: &[PathBuf], meeting: &Meeting) -> Result<Input, Error> {
    let seats: Vec<Seat<'_>> =
        meeting.seats.iter().map(|seat| Seat { channel: seat.channel, file: seat.file.as_deref() }).collect();
    Ok(Input::with_seats(paths, &seats)?)
}

/// The sound of a meeting: in its folder, else where it was when its words were recognised. `path`
/// may also be a recording without a folder of its own.
///
/// # Errors
/// When the sound is gone, or when the description, the store or the sound cannot be read.
pub fn sound(path: &Path) -> Result<Input, Error> {
    let mut paths = vec![path.to_owned()];
    let mut meeting = Meeting::bare();
    if path.is_dir() {
        meeting = describe(path)?;
        let known = match Store::open_to_read(path) {
            Err(store::Error::Missing { .. }) => Vec::new(),
            store => store?.sound()?,
        };
        if !known.is_empty() {
            paths = known;
        }
    }
    if let Some(gone) = paths.iter().find(|path| !path.exists()) {
        return Err(SoundGone { path: gone.clone() }.into());
    }
    input(&paths, &meeting)
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
