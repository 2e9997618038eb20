//! A file of JSON lines that only grows. Each line has its number and the SHA-256 of the line
//! before, so that a line which was changed, moved or taken out of the middle is found.
//!
//! It is for what persons decide, some lines a meeting: it is read whole to be added to. The audit
//! trail and the ledger of a recording, which are long and written all the time, have their own.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::digest::sha256;
use super::message::{Explain, Message};
use super::{atomic_file, lock};

/// How long others who add a line are waited for: each needs some milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// A line as it stands in the file.
#[derive(Serialize, Deserialize)]
struct Line<T> {
    /// Its number, from 1.
    line: u64,
    /// SHA-256 of the line before, without its line break; empty in the first.
    before: String,
    #[serde(flatten)]
    entry: T,
}

/// What is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A line does not follow from the line before.
    Chain {
        /// The file's name.
        file: String,
        /// The number of the line, from 1.
        line: u64,
    },
    /// The file ends in something that is no line, as a power cut leaves it.
    Torn {
        /// The file's name.
        file: String,
    },
}

impl Explain for Finding {
    fn message(&self) -> Message {
        match self {
            Self::Chain { file, line } => Message::new("chained_log.chain").with("path", file).with("line", line),
            Self::Torn { file } => Message::new("chained_log.torn").with("path", file),
        }
    }
}

/// Why a line is not added, or the file not read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    /// The line cannot be written.
    #[error("{path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    /// Somebody else adds lines.
    #[error(transparent)]
    Lock(#[from] lock::Error),
    /// A line was changed: none can follow it.
    #[error("changed")]
    Changed(Finding),
}

impl Explain for Error {
    fn message(&self) -> Message {
        let about = |key: &str, path: &Path, source: &io::Error| {
            Message::new(key).with("path", path.display()).with("detail", source)
        };
        match self {
            Self::Read { path, source } => about("chained_log.read", path, source),
            Self::Write { path, source } => about("chained_log.write", path, source),
            Self::Lock(error) => error.message(),
            Self::Changed(finding) => finding.message(),
        }
    }

    fn is_usage(&self) -> bool {
        matches!(self, Self::Lock(error) if error.is_usage())
    }
}

/// The lines of a file, as far as they can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainedLog<T> {
    entries: Vec<T>,
    finding: Option<Finding>,
    last_hash: String,
    /// Bytes of its whole lines.
    whole: u64,
}

impl<T> Default for ChainedLog<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), finding: None, last_hash: String::new(), whole: 0 }
    }
}

impl<T> ChainedLog<T> {
    /// Every entry, the oldest first.
    #[must_use]
    pub fn entries(&self) -> &[T] {
        &self.entries
    }

    /// What is not as it was written.
    #[must_use]
    pub fn finding(&self) -> Option<&Finding> {
        self.finding.as_ref()
    }
}

impl<T: DeserializeOwned> ChainedLog<T> {
    /// Reads a file; where there is none, there are no lines.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
        };
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut log = Self::default();
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            let number = log.entries.len() as u64 + 1;
            let chain = || Finding::Chain { file: file.clone(), line: number };
            let Some(whole) = piece.strip_suffix(b"\n") else {
                log.finding.get_or_insert(Finding::Torn { file });
                break;
            };
            let Ok(line) = serde_json::from_slice::<Line<T>>(whole) else {
                log.finding.get_or_insert_with(chain);
                break;
            };
            if (line.line, &line.before) != (number, &log.last_hash) {
                log.finding.get_or_insert_with(chain);
            }
            log.last_hash = sha256(whole);
            log.whole += piece.len() as u64;
            log.entries.push(line.entry);
        }
        Ok(log)
    }
}

impl<T: Serialize + DeserializeOwned> ChainedLog<T> {
    /// Adds an entry, and gives the log with it; it is on the disk then. What a power cut left of a
    /// line is taken away first.
    ///
    /// # Errors
    /// Any [`Error`]: then nothing was added.
    pub fn append(path: &Path, entry: T) -> Result<Self, Error> {
        let failed = |source| Error::Write { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        // Two who add a line do so one after the other, that each names the line before.
        lock::hold_open(&file, path, PATIENCE)?;
        let mut log = Self::read(path)?;
        if let Some(finding @ Finding::Chain { .. }) = log.finding {
            return Err(Error::Changed(finding));
        }
        let line = Line { line: log.entries.len() as u64 + 1, before: log.last_hash.clone(), entry };
        let mut text = serde_json::to_string(&line).map_err(|error| failed(error.into()))?;
        let hash = sha256(text.as_bytes());
        text.push('\n');
        let written = file
            .set_len(log.whole)
            .and_then(|()| file.write_all(text.as_bytes()))
            .and_then(|()| file.sync_all())
            .and_then(|()| atomic_file::sync_folder(path.parent().unwrap_or(Path::new(""))));
        if let Err(error) = written {
            // A part of a line would hide what follows it.
            let _ = file.set_len(log.whole);
            return Err(failed(error));
        }
        log.whole += text.len() as u64;
        log.last_hash = hash;
        log.finding = None;
        log.entries.push(line.entry);
        Ok(log)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    struct Decision {
        by: String,
    }

    type Log = ChainedLog<Decision>;

    fn add(path: &Path, by: &str) -> Result<Log, Error> {
        Log::append(path, Decision { by: by.to_owned() })
    }

    fn chain(line: u64) -> Finding {
        Finding::Chain { file: "log.jsonl".to_owned(), line }
    }

    #[test]
    fn a_line_that_was_changed_is_named_and_nothing_follows_it() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("log.jsonl");
        assert_eq!(Log::read(&path).expect("read"), Log::default());
        for by in ["satu", "dua", "tiga"] {
            add(&path, by).expect("written");
        }
        let text = fs::read_to_string(&path).expect("read");
        fs::write(&path, text.replace("\"dua\"", "\"dwi\"")).expect("changed");
        assert_eq!(Log::read(&path).expect("read").finding(), Some(&chain(3)));
        assert!(matches!(add(&path, "empat"), Err(Error::Changed(_))));
        let without: String = text.split_inclusive('\n').skip(1).collect();
        fs::write(&path, without).expect("written");
        assert_eq!(Log::read(&path).expect("read").finding(), Some(&chain(1)));
    }

    #[test]
    fn what_a_power_cut_left_of_a_line_is_taken_away() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("log.jsonl");
        let whole = add(&path, "satu").expect("written");
        let text = fs::read_to_string(&path).expect("read");
        for cut in 1..text.len() {
            fs::write(&path, format!("{text}{}", &text[..cut])).expect("torn");
            let log = Log::read(&path).expect("read");
            assert_eq!(
                (log.entries(), log.finding()),
                (whole.entries(), Some(&Finding::Torn { file: "log.jsonl".to_owned() }))
            );
        }
        assert_eq!(add(&path, "dua").expect("written").finding(), None);
        assert_eq!(Log::read(&path).expect("read").entries().len(), 2);
    }

    #[test]
    fn several_at_once_add_their_lines_one_after_the_other() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("log.jsonl");
        std::thread::scope(|scope| {
            for number in 0..8 {
                let path = &path;
                scope.spawn(move || (0..5).for_each(|_| drop(add(path, &number.to_string()).expect("written"))));
            }
        });
        let log = Log::read(&path).expect("read");
        assert_eq!((log.entries().len(), log.finding()), (40, None));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_file_that_is_cut_or_changed_is_read_as_far_as_it_goes(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0usize..300) {
            let place = tempfile::tempdir().expect("a folder");
            let path = place.path().join("log.jsonl");
            for by in ["satu", "dua", "tiga"] {
                add(&path, by).expect("written");
            }
            let mut text = fs::read(&path).expect("read");
            text.truncate(at.min(text.len()));
            let lines = text.split(|byte| *byte == b'\n').count() - 1;
            text.extend(bytes);
            fs::write(&path, text).expect("written");
            prop_assert!(Log::read(&path).expect("read").entries().len() >= lines);
        }
    }
}
