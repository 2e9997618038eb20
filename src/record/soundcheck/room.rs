//! Rooms that were checked: one small file each, found again by the name of the room.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::common::atomic_file;
use crate::common::digest::sha256;
use crate::common::message::{Explain, Message};
use crate::floor::Profile;

/// The file in a meeting's folder that says what was known of its room when it was recorded.
/// Whoever recognises the recording begins with it, at that time or later, and so finds the same
/// turns.
pub const FILE: &str = "ruang.json";

/// Far above a room of 64 microphones.
const LIMIT: u64 = 1 << 20;

/// Why what is known of a room cannot be kept or read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    /// The file is not what this program writes.
    #[error("{}: {detail}", path.display())]
    Damaged { path: PathBuf, detail: String },
    /// The user has no data folder.
    #[error("no home directory")]
    NoHome,
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Io { path, source } => {
                Message::new("soundcheck.io").with("path", path.display()).with("detail", source)
            }
            Self::Damaged { path, detail } => {
                Message::new("soundcheck.damaged").with("path", path.display()).with("detail", detail)
            }
            Self::NoHome => Message::new("soundcheck.no_home"),
        }
    }
}

/// A room that was checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// Its name, as `tempat` in `rapat.toml` has it.
    pub name: String,
    /// When it was checked.
    pub checked: Timestamp,
    /// What was learned.
    pub profile: Profile,
}

impl Room {
    /// Reads the file of a room; `None` where there is none.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        let failed = |source| Error::Io { path: path.to_owned(), source };
        let damaged = |detail: String| Error::Damaged { path: path.to_owned(), detail };
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            Ok(metadata) if metadata.len() > LIMIT => return Err(damaged(format!("{} bytes", metadata.len()))),
            Ok(_) => {}
        }
        let text = fs::read(path).map_err(failed)?;
        serde_json::from_slice(&text).map(Some).map_err(|error| damaged(error.to_string()))
    }

    /// What tells it from every other room, and from itself at another check.
    #[must_use]
    pub fn identity(&self) -> String {
        sha256(&serde_json::to_vec(&self.profile).unwrap_or_default())
    }

    /// Writes it, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let failed = |source| Error::Io { path: path.to_owned(), source };
        let text = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
        atomic_file::write(path, &text).map_err(failed)
    }
}

/// Where a room of that name is kept: in the folder that `RISALAH_ROOMS` names, else in
/// `risalah/rooms` of the user's data folder (XDG Base Directory Specification on Linux).
pub fn path_of(name: &str) -> Result<PathBuf, Error> {
    if let Some(folder) = std::env::var_os("RISALAH_ROOMS").filter(|folder| !folder.is_empty()) {
        return Ok(PathBuf::from(folder).join(file_name(name)));
    }
    let folders = etcetera::choose_base_strategy().map_err(|_| Error::NoHome)?;
    Ok(folders.data_dir().join("risalah").join("rooms").join(file_name(name)))
}

/// A name that every file system takes and that differs for another room: its letters, and a part
/// of its hash.
fn file_name(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let letters = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
    let short: String = letters.take(40).collect();
    format!("{}-{}.json", short.trim_matches('-'), &sha256(name.as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_found_again_by_its_name_and_no_other() {
        assert_eq!(file_name("Ruang Paripurna,  Gedung DPRD"), file_name("ruang paripurna, gedung DPRD"));
        assert_ne!(file_name("Ruang Komisi I"), file_name("Ruang Komisi II"));
        for odd in ["../../etc/passwd", "", "ルーム", "a\0b", &"x".repeat(5000)] {
            let name = file_name(odd);
            assert!(name.len() < 64 && !name.contains(['/', '\0']) && Path::new(&name).extension().is_some(), "{name}");
        }
    }

    #[test]
    fn a_damaged_file_is_an_error_and_a_missing_one_is_none() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("a").join(FILE);
        assert_eq!(Room::read(&path).expect("none"), None);
        let room = Room { name: "Ruang".into(), checked: Timestamp::UNIX_EPOCH, profile: Profile::default() };
        room.write(&path).expect("written");
        assert_eq!(Room::read(&path).expect("read"), Some(room));
        fs::write(&path, "{\"name\":").expect("written");
        assert!(matches!(Room::read(&path), Err(Error::Damaged { .. })));
    }
}
