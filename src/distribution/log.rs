//! What became of parcels: a line of JSON for each event, each holding the hash of the line before,
//! in a file of the meeting's folder that only grows.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::parcel::{Contents, Event, Mark, Parcel, What};
use super::{Error, FOLDER};
use crate::common::digest::sha256;
use crate::common::message::{Explain, Message};
use crate::common::{atomic_file, lock};

/// The name of its file.
pub const FILE_NAME: &str = "edaran.jsonl";
/// Held while a line is added.
const LOCK: &str = ".edaran.kunci";
/// Others need some milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
struct Line {
    line: u64,
    before: String,
    #[serde(flatten)]
    event: Event,
}

/// What is wrong with what was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A line does not follow from the line before.
    Chain {
        /// Its number, from 1.
        line: u64,
    },
    /// The file ends in something that is no line.
    Torn,
}

impl Explain for Finding {
    fn message(&self) -> Message {
        match self {
            Self::Chain { line } => Message::new("distribution.chain").with("path", FILE_NAME).with("line", line),
            Self::Torn => Message::new("distribution.torn").with("path", FILE_NAME),
        }
    }
}

/// Everything that happened to the parcels of a meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    events: Vec<Event>,
    finding: Option<Finding>,
    last_hash: String,
    /// Bytes of its whole lines.
    whole: u64,
}

impl Log {
    /// Reads what is kept in a meeting's folder, as far as it can be read.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE_NAME);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(Error::Read { path, source }),
        };
        let mut log = Self::default();
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            let number = log.events.len() as u64 + 1;
            let Some(whole) = piece.strip_suffix(b"\n") else {
                log.finding.get_or_insert(Finding::Torn);
                break;
            };
            let Ok(line) = serde_json::from_slice::<Line>(whole) else {
                log.finding.get_or_insert(Finding::Chain { line: number });
                break;
            };
            if (line.line, &line.before) != (number, &log.last_hash) {
                log.finding.get_or_insert(Finding::Chain { line: number });
            }
            log.last_hash = sha256(whole);
            log.whole += piece.len() as u64;
            log.events.push(line.event);
        }
        Ok(log)
    }

    /// What is not as it was written.
    #[must_use]
    pub fn finding(&self) -> Option<Finding> {
        self.finding
    }

    /// Each parcel with its history, in the order in which they were made.
    #[must_use]
    pub fn parcels(&self) -> Vec<Parcel> {
        let mut parcels: Vec<Parcel> = Vec::new();
        for event in &self.events {
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
    let _lock = hold(folder)?;
    let mut log = Log::read(folder)?;
    if let Some(finding @ Finding::Chain { .. }) = log.finding {
        return Err(Error::Log(finding));
    }
    let path = folder.join(FILE_NAME);
    let failed = |source| Error::Write { path: path.clone(), source };
    let line = Line { line: log.events.len() as u64 + 1, before: log.last_hash.clone(), event };
    let mut text = serde_json::to_string(&line).map_err(|error| failed(error.into()))?;
    let hash = sha256(text.as_bytes());
    text.push('\n');
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(failed)?;
    let written = file
        .set_len(log.whole)
        .and_then(|()| file.write_all(text.as_bytes()))
        .and_then(|()| file.sync_all())
        .and_then(|()| atomic_file::sync_folder(folder));
    if let Err(error) = written {
        let _ = file.set_len(log.whole);
        return Err(failed(error));
    }
    log.whole += text.len() as u64;
    log.last_hash = hash;
    log.finding = None;
    log.events.push(line.event);
    Ok(log)
}

/// The lock is beside the file, which a copy of the folder need not have.
fn hold(folder: &Path) -> Result<File, Error> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|source| Error::Write { path: path.clone(), source })?;
    lock::hold_open(&file, &path, PATIENCE)?;
    Ok(file)
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
            prop_assert!(log.events.len() >= lines && log.parcels().is_empty());
        }
    }
}
