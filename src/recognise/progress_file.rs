//! The file in which a recogniser that follows a recording says how far it is.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::common::lock;
use crate::recognise::pipeline::Preview;
use crate::recording::FOLDER;

use super::preview_file;

/// Its name in the meeting's folder; locked while the recogniser lives.
const NAME: &str = ".pengikut";

/// Whether a recogniser is at work in this folder.
#[must_use]
pub fn is_held(folder: &Path) -> bool {
    lock::is_held(&folder.join(NAME))
}

/// Up to which millisecond the recording was read; 0 where nobody says.
#[must_use]
pub fn read(folder: &Path) -> u64 {
    let meeting = if folder.ends_with(FOLDER) { folder.parent().unwrap_or(folder) } else { folder };
    fs::read_to_string(meeting.join(NAME)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

/// Held by a recogniser that follows a recording; tells how far it is.
pub struct ProgressFile {
    folder: PathBuf,
    file: File,
    told: Instant,
}

impl ProgressFile {
    /// Takes it, where no other recogniser is at work.
    pub fn take(folder: &Path) -> Result<Self, lock::Error> {
        let file = lock::hold(&folder.join(NAME))?;
        // One that was killed may have left it.
        preview_file::clear(folder);
        Ok(Self { folder: folder.to_owned(), file, told: Instant::now() })
    }

    /// Shows what is being said.
    pub fn show(&self, said: &Preview) {
        preview_file::show(&self.folder, said);
    }

    /// Says that the recording was read up to this millisecond.
    pub fn tell(&mut self, millis: u64) {
        use std::io::{Seek, SeekFrom, Write};
        if self.told.elapsed() < Duration::from_millis(250) {
            return;
        }
        self.told = Instant::now();
        // Of fixed width, so that a reader never sees the rest of a longer one. Nothing depends on
        // it.
        let _ =
            self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(format!("{millis:020}").as_bytes()));
    }
}

impl Drop for ProgressFile {
    fn drop(&mut self) {
        preview_file::clear(&self.folder);
    }
}
