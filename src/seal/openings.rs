//! Who opened a sealed meeting, when, and why: one line of JSON each, which holds the hash of the
//! line before. It stands in the meeting's folder, so that it goes where the meeting goes.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Error, MeetingKey, held, hold};
use crate::common::digest::sha256;

/// The name of its file.
pub const OPENINGS: &str = "pembukaan-segel.jsonl";

/// One opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// Whose identity it was.
    pub by: String,
    /// Its public key.
    pub key: String,
    /// What for, in that person's words.
    pub reason: String,
    /// What was done with it: the command.
    #[serde(rename = "do")]
    pub what: String,
    /// What was opened for good by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Released>,
    /// SHA-256 of the line before, without its line break; empty in the first.
    #[serde(default)]
    pub before: String,
}

/// A part that is closed no more: its key, for everybody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// Which part, from 1.
    pub stretch: u64,
    /// The public half of its key.
    pub recipient: String,
    /// The secret half.
    pub secret: String,
}

impl std::fmt::Debug for Released {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Released({}, {})", self.stretch, self.recipient)
    }
}

/// Holds the keys of the parts of a meeting that were opened for good.
///
/// # Errors
/// [`Error::Io`].
pub fn hold_released(folder: &Path) -> Result<(), Error> {
    let released = openings(folder)?.0.into_iter().filter_map(|opening| opening.released);
    for Released { recipient, secret, .. } in released {
        if held(&recipient).is_none()
            && let Some(key) = MeetingKey::parse(&secret).filter(|key| key.recipient() == recipient)
        {
            hold(key);
        }
    }
    Ok(())
}

/// Adds an opening; on disk when this returns. `opening.before` is filled in here.
///
/// # Errors
/// [`Error::Io`]: then the meeting stays closed.
pub fn note_opening(folder: &Path, mut opening: Opening) -> Result<(), Error> {
    let path = folder.join(OPENINGS);
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(Error::io(&path))?;
    // Two who open at once do so one after the other, that each names the line before.
    file.lock().map_err(Error::io(&path))?;
    let mut text = String::new();
    io::Read::read_to_string(&mut file, &mut text).map_err(Error::io(&path))?;
    opening.before = text.lines().last().map(|line| sha256(line.as_bytes())).unwrap_or_default();
    let mut line = serde_json::to_string(&opening).map_err(io::Error::other).map_err(Error::io(&path))?;
    line.push('\n');
    // A line that a crash cut off is ended first.
    if !text.is_empty() && !text.ends_with('\n') {
        line.insert(0, '\n');
    }
    file.write_all(line.as_bytes()).and_then(|()| file.sync_data()).map_err(Error::io(&path))
}

/// The openings of a meeting, and the number of the first line that does not follow from the one
/// before it.
///
/// # Errors
/// [`Error::Io`].
pub fn openings(folder: &Path) -> Result<(Vec<Opening>, Option<u64>), Error> {
    let path = folder.join(OPENINGS);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::io(&path)(error)),
    };
    let (mut found, mut broken, mut before) = (Vec::new(), None, String::new());
    for (line, number) in text.lines().zip(1..) {
        match serde_json::from_str::<Opening>(line) {
            Ok(opening) => {
                if opening.before != before {
                    broken.get_or_insert(number);
                }
                found.push(opening);
            }
            Err(_) => drop(broken.get_or_insert(number)),
        }
        before = sha256(line.as_bytes());
    }
    Ok((found, broken))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn openings_are_chained() {
        let folder = tempfile::tempdir().expect("a folder");
        let opening = |reason: &str| Opening {
            at: Timestamp::UNIX_EPOCH,
            by: "Sari".into(),
            key: "age1".into(),
            reason: reason.into(),
            what: "print".into(),
            released: None,
            before: String::new(),
        };
        assert_eq!(openings(folder.path()).expect("read"), (Vec::new(), None));
        for reason in ["koreksi", "cetak", "banding"] {
            note_opening(folder.path(), opening(reason)).expect("noted");
        }
        let (found, broken) = openings(folder.path()).expect("read");
        assert_eq!((found.len(), broken), (3, None));
        let path = folder.path().join(OPENINGS);
        let text = fs::read_to_string(&path).expect("read");
        fs::write(&path, text.replace("cetak", "lain")).expect("written");
        assert_eq!(openings(folder.path()).expect("read").1, Some(3));
        let without: String = text.split_inclusive('\n').skip(1).collect();
        fs::write(&path, without).expect("written");
        assert_eq!(openings(folder.path()).expect("read").1, Some(1));
    }
}
