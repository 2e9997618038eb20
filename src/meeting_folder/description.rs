//! The description of a meeting, with what was entered while it was recorded.

use std::path::{Path, PathBuf};

use jiff::Zoned;

use super::Error;
use crate::lifecycle::folder::MEETING;
use crate::meeting::Meeting;
use crate::recording::{Entered, Growth, folder_of, sealed_stretches_of};

/// The file that describes a meeting: the one that was asked for, else the one beside the
/// recording, else the one in the folder of an earlier run.
#[must_use]
pub fn find_description(asked: Option<&Path>, input: &[PathBuf], before: Option<&Path>) -> Option<PathBuf> {
    let folders = input.iter().map(PathBuf::as_path).filter(|path| path.is_dir()).chain(before);
    asked.map(Path::to_owned).or_else(|| folders.map(|folder| folder.join(MEETING)).find(|path| path.is_file()))
}

/// The meeting that a folder describes, with what was entered while it was recorded. A folder
/// without a description is a meeting of which nothing is known.
///
/// # Errors
/// When the description or the ledger cannot be read.
pub fn describe(folder: &Path) -> Result<Meeting, Error> {
    let mut meeting = describe_unentered(folder)?;
    enter_recorded(&mut meeting, &folder_of(folder))?;
    Ok(meeting)
}

/// The same with the entries of a recording that may lie elsewhere by now.
///
/// # Errors
/// When the description or the ledger cannot be read.
pub fn describe_entered(folder: &Path, recording: &Path) -> Result<Meeting, Error> {
    let mut meeting = describe_unentered(folder)?;
    enter_recorded(&mut meeting, recording)?;
    Ok(meeting)
}

/// The description without what was entered; of a folder that is gone nothing is known.
///
/// # Errors
/// When the description cannot be read.
pub fn describe_unentered(folder: &Path) -> Result<Meeting, Error> {
    let path = folder.join(MEETING);
    if path.is_file() { Ok(Meeting::read(&path)?) } else { Ok(Meeting::bare()) }
}

/// Puts what the ledger of a recording holds to the meeting.
///
/// # Errors
/// When the ledger cannot be read.
pub fn enter_recorded(meeting: &mut Meeting, recording: &Path) -> Result<(), Error> {
    if let Some(growth) = Growth::open(recording)? {
        enter_all(meeting, &growth, None);
        meeting.shows_closed = sealed_stretches_of(recording)?.iter().any(|part| part.key().is_some());
    }
    Ok(())
}

/// The meeting as it would be without what a person entered in this line of the recording's
/// ledger; `None` where no such entry stands.
///
/// # Errors
/// When the description or the ledger cannot be read.
pub fn describe_without(folder: &Path, recording: &Path, line: u64) -> Result<Option<Meeting>, Error> {
    let Some(growth) = Growth::open(recording)? else { return Ok(None) };
    if growth.ledger().entered_in(line).is_none() {
        return Ok(None);
    }
    let mut meeting = describe_unentered(folder)?;
    enter_all(&mut meeting, &growth, Some(line));
    Ok(Some(meeting))
}

/// Puts what stands in a ledger to the meeting, but for one line.
fn enter_all(meeting: &mut Meeting, growth: &Growth, without: Option<u64>) {
    let (ledger, clock) = (growth.ledger(), growth.clock());
    // A clock that was set meanwhile was wrong before: then what a person wrote goes before it.
    if ledger.clock_set(clock).is_empty() || meeting.start.is_none() {
        meeting.began(growth.started());
    }
    for (_, at, entered) in ledger.standing().filter(|(line, ..)| Some(*line) != without) {
        enter(meeting, clock.millis(at), entered);
    }
}

/// Whether what this process reads of a meeting is closed to others: it was recorded under seal as a
/// whole, or a part of it was, and its key is held. What was opened for good is not.
///
/// # Errors
/// When the ledger or the openings cannot be read.
pub fn shows_closed(folder: &Path) -> Result<bool, Error> {
    Ok(sealed_stretches_of(folder)?.iter().any(|part| part.whole || part.key().is_some()))
}

/// Puts one entry to the meeting, at this millisecond of the recording.
pub fn enter(meeting: &mut Meeting, at: u64, entered: &Entered) {
    match entered {
        Entered::Event(kind) => meeting.happened(at, kind.clone()),
        Entered::Seated { channel, person } => meeting.seated(at, *channel, person.as_deref()),
        // What they say of the sound is looked at when the words are there.
        Entered::Microphone { .. } | Entered::Alarm(_) | Entered::ListenAgain => {}
    }
}

/// Now, in the zone of the meeting where that is known.
#[must_use]
pub fn now(meeting: &Meeting) -> Zoned {
    let now = Zoned::now();
    match meeting.zone {
        Some(zone) => now.with_time_zone(zone.offset().to_time_zone()),
        None => now,
    }
}
