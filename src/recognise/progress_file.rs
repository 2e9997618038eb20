//! The file in which a recogniser that follows a recording says how far it is, and who has the
//! floor there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::common::clock::Channel;
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

/// How far a recogniser is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Up to which millisecond the recording was read; 0 where nobody says.
    pub millis: u64,
    /// The microphones that have the floor there.
    pub floor: Vec<Channel>,
}

impl Progress {
    /// As it stands in the file: the millisecond, the numbers of the microphones, and a full stop.
    fn text(&self) -> String {
        let floor: String = self.floor.iter().map(|channel| format!(" {}", channel.number())).collect();
        format!("{:020}{floor}.", self.millis)
    }

    fn parse(text: &str) -> Option<Self> {
        // What follows the stop is the rest of a longer text.
        let (whole, _) = text.split_once('.')?;
        let mut numbers = whole.split(' ');
        let millis = numbers.next()?.parse().ok()?;
        let floor = numbers.map(|number| Channel::new(number.parse().ok()?)).collect::<Option<_>>()?;
        Some(Self { millis, floor })
    }
}

/// How far the recogniser of this meeting is; nothing is known where nobody says.
#[must_use]
pub fn read(folder: &Path) -> Progress {
    let meeting = if folder.ends_with(FOLDER) { folder.parent().unwrap_or(folder) } else { folder };
    fs::read_to_string(meeting.join(NAME)).ok().and_then(|text| Progress::parse(&text)).unwrap_or_default()
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

    /// Says how far the recording was read.
    pub fn tell(&mut self, progress: &Progress) {
        use std::io::{Seek, SeekFrom, Write};
        if self.told.elapsed() < Duration::from_millis(250) {
            return;
        }
        self.told = Instant::now();
        // In one piece, so that a reader sees the one or the other. Nothing depends on it.
        let _ = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(progress.text().as_bytes()));
    }
}

impl Drop for ProgressFile {
    fn drop(&mut self) {
        preview_file::clear(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_is_read_whatever_stood_there_before() {
        let place = tempfile::tempdir().expect("a folder");
        assert_eq!(read(place.path()), Progress::default());
        let mut file = ProgressFile::take(place.path()).expect("free");
        for floor in [vec![0, 6, 15], vec![3], vec![]] {
            let progress = Progress { millis: 4_250, floor: floor.into_iter().map(Channel::from_index).collect() };
            file.told = Instant::now().checked_sub(Duration::from_secs(1)).expect("a time");
            file.tell(&progress);
            assert_eq!(read(place.path()), progress);
        }
        for junk in ["", "00000000000000004250 3", "x.", "00000000000000004250 x.", "00000000000000004250 0."] {
            fs::write(place.path().join(NAME), junk).expect("written");
            assert_eq!(read(place.path()), Progress::default(), "{junk}");
        }
    }
}
