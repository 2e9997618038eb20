//! The file: appended to by the page and by commands, one after the other.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Action, Entry, Error, Line, Who};
use crate::common::digest::sha256;
use crate::common::{atomic_file, lock};

/// The name of the file in the folder of all meetings.
pub const FILE_NAME: &str = "jejak-audit.jsonl";

/// How long others who enter are waited for: each needs some milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// The end of the file that is looked at for its last line, which is shorter.
const END: u64 = 64 << 10;

/// Where a trail stands: what is written down elsewhere to know later that nothing was cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// SHA-256 of the first line, which tells this trail from others.
    pub trail: String,
    /// The number of the last line.
    pub line: u64,
    /// SHA-256 of the last line, without its line break.
    pub sha256: String,
}

/// The audit trail of a folder of meetings.
#[derive(Debug)]
pub struct Trail {
    path: PathBuf,
    /// Where the file ended as this program wrote to it last.
    known: Mutex<Option<End>>,
}

#[derive(Clone, Debug)]
struct End {
    length: u64,
    head: Head,
}

impl Trail {
    /// That of this folder of all meetings, which may have none yet.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { path: folder.join(FILE_NAME), known: Mutex::default() }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Enters something, and gives where the trail stands with it. It is on the disk then.
    ///
    /// # Errors
    /// Any [`Error`]: then what was to be entered must not be done.
    pub fn enter(&self, who: &Who, action: Action, meeting: Option<&str>, detail: Option<&str>) -> Result<Head, Error> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = self.open()?;
        lock::hold_open(&file, &self.path, PATIENCE)?;
        let mut end = self.end(&mut file, known.take())?;
        let entry = Entry::now(who, action, meeting, detail);
        let head = self.append(&mut file, &mut end, entry)?;
        *known = end;
        Ok(head)
    }

    /// All lines that can be read, in the order of the file.
    ///
    /// # Errors
    /// Any [`Error`]; no file has no lines.
    pub fn read(&self) -> Result<Vec<Line>, Error> {
        let text = self.text()?.unwrap_or_default();
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect())
    }

    /// The whole file, while nobody writes to it; `None` where there is none.
    pub(super) fn text(&self) -> Result<Option<Vec<u8>>, Error> {
        let failed = |source| Error::Read { path: self.path.clone(), source };
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed)?,
        };
        lock::share_open(&file, &self.path, PATIENCE)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed)?;
        Ok(Some(text))
    }

    fn open(&self) -> Result<File, Error> {
        let failed = |source| Error::Write { path: self.path.clone(), source };
        let is_new = !self.path.exists();
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.path).map_err(failed)?;
        if is_new {
            atomic_file::sync_folder(self.path.parent().unwrap_or(Path::new(""))).map_err(failed)?;
        }
        Ok(file)
    }

    /// Where the file ends, after what is wrong there was mended with an entry that says so. `None`
    /// for an empty one.
    fn end(&self, file: &mut File, known: Option<End>) -> Result<Option<End>, Error> {
        let failed = |source| Error::Read { path: self.path.clone(), source };
        let length = file.metadata().map_err(failed)?.len();
        let (known, lost) = match known {
            Some(known) if known.length > length => (None, Some(known)),
            known => (known, None),
        };
        let from = known.as_ref().map_or_else(|| length.saturating_sub(END), |known| known.length);
        let mut text = Vec::new();
        let mut rest = |text| file.seek(SeekFrom::Start(from)).and_then(|_| file.take(length - from).read_to_end(text));
        rest(&mut text).map_err(failed)?;
        if known.is_none() && from > 0 {
            // It begins amid a line.
            let begin = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |place| place + 1);
            text.drain(..begin);
        }
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        let (lines, torn) = text.split_at(whole);
        let read = |line: &[u8]| serde_json::from_slice::<Line>(line).ok();
        let mut last = known.as_ref().map(|end| (end.head.line, end.head.sha256.clone()));
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let next = last.as_ref().map_or(1, |(number, _)| number + 1);
            last = Some((read(line).map_or(next, |line| line.line), sha256(line)));
        }
        let mut length = length - torn.len() as u64;
        let cut = match read(torn) {
            Some(line) => {
                // Only its line break is missing.
                self.put(file, b"\n")?;
                length += torn.len() as u64 + 1;
                last = Some((line.line, sha256(torn)));
                0
            }
            None => torn.len(),
        };
        if cut > 0 {
            file.set_len(length).map_err(|source| Error::Write { path: self.path.clone(), source })?;
        }
        let mut end = match (last, known) {
            (None, _) => None,
            (Some((line, sha256)), known) => {
                let trail = match known {
                    Some(known) => known.head.trail,
                    None => self.first(file)?.unwrap_or_else(|| sha256.clone()),
                };
                Some(End { length, head: Head { trail, line, sha256 } })
            }
        };
        let who = Who::command_line();
        if cut > 0 {
            self.append(file, &mut end, Entry::now(&who, Action::Mended, None, Some(&format!("{cut} B"))))?;
        }
        if let Some(lost) = lost {
            let detail = format!("{} {}", lost.head.line, lost.head.sha256);
            self.append(file, &mut end, Entry::now(&who, Action::Shortened, None, Some(&detail)))?;
        }
        Ok(end)
    }

    /// The hash of the first line, where it is whole.
    fn first(&self, file: &mut File) -> Result<Option<String>, Error> {
        let failed = |source| Error::Read { path: self.path.clone(), source };
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let mut text = Vec::new();
        file.take(END).read_to_end(&mut text).map_err(failed)?;
        let line = text.iter().position(|byte| *byte == b'\n');
        Ok(line.map(|end| sha256(&text[..end])))
    }

    fn append(&self, file: &mut File, end: &mut Option<End>, entry: Entry) -> Result<Head, Error> {
        let (line, before) = match end {
            Some(end) => (end.head.line + 1, end.head.sha256.clone()),
            None => (1, String::new()),
        };
        let failed = |source| Error::Write { path: self.path.clone(), source };
        let mut text = serde_json::to_vec(&Line { line, before, entry }).map_err(|error| failed(error.into()))?;
        let hash = sha256(&text);
        text.push(b'\n');
        self.put(file, &text)?;
        let length = file.metadata().map_err(failed)?.len();
        let trail = end.take().map_or_else(|| hash.clone(), |end| end.head.trail);
        let head = Head { trail, line, sha256: hash };
        *end = Some(End { length, head: head.clone() });
        Ok(head)
    }

    /// Brings bytes to the disk, all or none.
    fn put(&self, file: &mut File, bytes: &[u8]) -> Result<(), Error> {
        let failed = |source| Error::Write { path: self.path.clone(), source };
        let length = file.metadata().map_err(failed)?.len();
        let written = file.write_all(bytes).and_then(|()| file.sync_data());
        written.map_err(|source| {
            // A part of a line would only be mended later.
            let _ = file.set_len(length);
            failed(source)
        })
    }
}
