//! What became of parcels: a line for each event, in a file of the meeting's folder that only grows.

use std::path::Path;

use super::parcel::{Contents, Event, Mark, Parcel, What};
use super::{Error, FOLDER};
use crate::common::chained_log::{ChainedLog, Finding};

/// The name of its file.
pub const FILE_NAME: &str = "edaran.jsonl";

/// Everything that happened to the parcels of a meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log(ChainedLog<Event>);

impl Log {
    /// Reads what is kept in a meeting's folder, as far as it can be read.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        Ok(Self(ChainedLog::read(&folder.join(FILE_NAME))?))
    }

    /// What is not as it was written.
    #[must_use]
    pub fn finding(&self) -> Option<&Finding> {
        self.0.finding()
    }

    /// Each parcel with its history, in the order in which they were made.
    #[must_use]
    pub fn parcels(&self) -> Vec<Parcel> {
        let mut parcels: Vec<Parcel> = Vec::new();
        for event in self.0.entries() {
            match (parcels.iter_mut().find(|parcel| parcel.id == event.parcel), &event.what) {
                (Some(parcel), _) => parcel.events.push(event.clone()),
                (None, What::Made(contents)) => parcels.push(Parcel {
                    id: event.parcel.clone(),
                    contents: Contents::clone(contents),
                    events: vec![event.clone()],
                }),
                (None, _) => {}
            }
        }
        parcels
    }

    /// The parcel of this number.
    ///
    /// # Errors
    /// [`Error::NoParcel`].
    pub fn parcel(&self, id: &str) -> Result<Parcel, Error> {
        let found = self.parcels().into_iter().find(|parcel| parcel.id == id);
        found.ok_or_else(|| Error::NoParcel { id: id.to_owned() })
    }
}

/// Adds an event, and gives the log with it; on disk when this returns.
pub(super) fn append(folder: &Path, event: Event) -> Result<Log, Error> {
    Ok(Log(ChainedLog::append(&folder.join(FILE_NAME), event)?))
}

/// Keeps that a recipient has opened, received or answered a parcel, as somebody has heard.
///
/// # Errors
/// When the parcel is none or was not sent, the name or the words of an answer are missing, or it
/// cannot be written.
pub fn mark(folder: &Path, id: &str, mark: Mark, text: &str, by: &str) -> Result<Parcel, Error> {
    let (by, text) = (by.trim(), text.trim());
    let parcel = Log::read(folder)?.parcel(id)?;
    match (parcel.standing().is_sent(), by, mark, text) {
        (false, ..) => return Err(Error::NotSent { id: id.to_owned() }),
        (_, "", ..) => return Err(Error::Nameless),
        (_, _, Mark::Answered, "") => return Err(Error::NoText),
        _ => {}
    }
    let what = What::Marked { mark, text: text.to_owned() };
    let event = Event { at: jiff::Timestamp::now(), by: by.to_owned(), parcel: id.to_owned(), what };
    append(folder, event)?.parcel(id)
}

/// Where a parcel's files lie.
pub(super) fn place(folder: &Path, id: &str) -> std::path::PathBuf {
    folder.join(FOLDER).join(id)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn event() -> Event {
        let at = "2032-03-10T02:00:00Z".parse().expect("a moment");
        Event { at, by: "Sari".to_owned(), parcel: "ab".to_owned(), what: What::Sending }
    }

    proptest! {
        #[test]
        fn no_file_makes_it_fail(junk in "\\PC*", lines in 0..3usize) {
            let place = tempfile::tempdir().expect("a folder");
            for _ in 0..lines {
                append(place.path(), event()).expect("written");
            }
            let path = place.path().join(FILE_NAME);
            let text = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, text + &junk).expect("written");
            let log = Log::read(place.path()).expect("read");
            prop_assert!(log.0.entries().len() >= lines && log.parcels().is_empty());
        }
    }
}
