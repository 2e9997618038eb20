//! What the paths mean that a user gave.

use std::path::{Path, PathBuf};

use e_risalah::audio::{Input, Seat};
use e_risalah::lifecycle::folder::MEETING;
use e_risalah::meeting::Meeting;
use e_risalah::record::soundcheck::room::{self, Room};

use super::Failure;

/// The meeting's description: as asked for, else beside the recording, else in the folder of an earlier run.
pub fn description(asked: Option<&PathBuf>, input: &[PathBuf], before: Option<&Path>) -> Option<PathBuf> {
    let folders = input.iter().map(PathBuf::as_path).filter(|path| path.is_dir()).chain(before);
    asked.cloned().or_else(|| folders.map(|folder| folder.join(MEETING)).find(|path| path.is_file()))
}

/// The files that a meeting's description names and that its folder needs a copy of. The institution's own, and what stands beside it, stay
/// where they are as long as they are found from the folder: a copy would hide what is corrected there.
pub fn needed(meeting: &Meeting, folder: &Path) -> Vec<PathBuf> {
    let house = meeting.institution.as_deref();
    let found = Meeting::read(&folder.join(MEETING)).ok().and_then(|meeting| meeting.institution);
    let same = |one: &Path, other: &Path| one.canonicalize().ok() == other.canonicalize().ok();
    let is_found = house.zip(found.as_deref()).is_some_and(|(house, found)| same(house, found));
    let of_house = |source: &&PathBuf| is_found && source.parent() == house.and_then(Path::parent);
    meeting.sources.iter().filter(|source| !of_house(source)).cloned().collect()
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
