//! What persons have decided of the files of a meeting: one line of JSON for each decision, each
//! holding the hash of the line before, in a file that only grows.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::common::atomic_file;
use crate::common::date::day;
use crate::common::digest::sha256;
use crate::common::message::{Explain, Message};
use crate::meeting::FileKind;

/// The name of its file, in the meeting's folder.
pub const FILE_NAME: &str = "keputusan-retensi.jsonl";

/// What a person has decided of the files of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Which files.
    pub file: FileKind,
    /// What.
    #[serde(flatten)]
    pub decided: Decided,
    /// The rule of the schedule then, in the words of `lembaga.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decided {
    /// They are kept: until this day, when they are due again, or for good.
    Keep {
        /// That day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    /// They were handed over to an archival institution, and stay here as a copy.
    Transfer,
    /// They were removed.
    Destroy {
        /// Whether that was before their term was over.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        early: bool,
        /// Whether the recording was as its ledger says; none where there is no ledger to say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        whole: Option<bool>,
        /// Each of them.
        files: Vec<Tombstone>,
    },
}

impl Decided {
    /// Its word.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Keep { .. } => "keep",
            Self::Transfer => "transfer",
            Self::Destroy { .. } => "destroy",
        }
    }
}

/// What is left of a file that was destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Its path within the meeting's folder, or from the root on where it lay elsewhere.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// A line as it stands in the file.
#[derive(Serialize, Deserialize)]
struct Line {
    line: u64,
    before: String,
    #[serde(flatten)]
    decision: Decision,
}

/// What is wrong with the decisions that were kept.
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
        let message = match self {
            Self::Chain { line } => Message::new("retention.chain").with("line", line),
            Self::Torn => Message::new("retention.torn"),
        };
        message.with("path", FILE_NAME)
    }
}

/// Every decision of a meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    decisions: Vec<Decision>,
    finding: Option<Finding>,
    last_hash: String,
    /// Bytes of its whole lines.
    whole: u64,
}

impl Log {
    /// Reads the decisions of a meeting's folder as far as they can be read; where there is no
    /// file,
    /// there are none.
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
            let number = log.decisions.len() as u64 + 1;
            let line: Line = match piece.strip_suffix(b"\n").map(serde_json::from_slice) {
                Some(Ok(line)) => line,
                Some(Err(_)) => {
                    log.finding.get_or_insert(Finding::Chain { line: number });
                    break;
                }
                None => {
                    log.finding.get_or_insert(Finding::Torn);
                    break;
                }
            };
            if (line.line, &line.before) != (number, &log.last_hash) {
                log.finding.get_or_insert(Finding::Chain { line: number });
            }
            log.last_hash = sha256(&piece[..piece.len() - 1]);
            log.whole += piece.len() as u64;
            log.decisions.push(line.decision);
        }
        Ok(log)
    }

    /// What is not as it was written.
    #[must_use]
    pub fn finding(&self) -> Option<Finding> {
        self.finding
    }

    /// Every decision, the oldest first.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// The last decision of these files.
    #[must_use]
    pub fn last(&self, file: FileKind) -> Option<&Decision> {
        self.decisions.iter().rev().find(|decision| decision.file == file)
    }

    /// The decision by which a file was destroyed, if it was.
    #[must_use]
    pub fn destroyed(&self, folder: &Path, path: &Path) -> Option<&Decision> {
        let name = name_in(folder, path);
        self.decisions.iter().rev().find(|decision| match &decision.decided {
            Decided::Destroy { files, .. } => files.iter().any(|tombstone| is_same(&tombstone.file, &name)),
            _ => false,
        })
    }

    /// Adds a decision; on disk when this returns. What a power cut left of a line is taken away
    /// first; a line that was changed is none that can be followed.
    pub(super) fn append(&mut self, folder: &Path, decision: Decision) -> Result<(), Error> {
        let path = folder.join(FILE_NAME);
        if let Some(finding @ Finding::Chain { .. }) = self.finding {
            return Err(Error::Log(finding));
        }
        let line = Line { line: self.decisions.len() as u64 + 1, before: self.last_hash.clone(), decision };
        let failed = |source| Error::Write { path: path.clone(), source };
        let mut text = serde_json::to_string(&line).map_err(|error| failed(error.into()))?;
        let hash = sha256(text.as_bytes());
        text.push('\n');
        let mut file = OpenOptions::new().append(true).create(true).open(&path).map_err(failed)?;
        let written = file
            .set_len(self.whole)
            .and_then(|()| file.write_all(text.as_bytes()))
            .and_then(|()| file.sync_all())
            .and_then(|()| atomic_file::sync_folder(folder));
        if let Err(error) = written {
            // A part of a line would hide what follows it.
            let _ = file.set_len(self.whole);
            return Err(failed(error));
        }
        self.whole += text.len() as u64;
        self.last_hash = hash;
        self.finding = None;
        self.decisions.push(line.decision);
        Ok(())
    }
}

/// That files were destroyed, for people: how many, by whom, when, why.
impl Explain for Decision {
    fn message(&self) -> Message {
        let files = match &self.decided {
            Decided::Destroy { files, .. } => files.len(),
            _ => 0,
        };
        Message::new("retention.destroyed_by")
            .with("count", files)
            .with("file", self.file.key())
            .with("by", &self.by)
            .with("at", day(self.at.to_zoned(jiff::tz::TimeZone::system()).date()))
            .with("reason", &self.reason)
    }
}

/// The path of a file within the meeting's folder, or from the root on where it lies elsewhere.
pub(super) fn name_in(folder: &Path, path: &Path) -> String {
    let whole =
        |path: &Path| path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
    let (Some(place), Some(name)) = (path.parent(), path.file_name()) else { return path.display().to_string() };
    // The file itself may be gone, or be a link.
    let path: PathBuf = whole(place).join(name);
    let inside = path.strip_prefix(whole(folder)).unwrap_or(&path);
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    if inside.is_absolute() { inside.display().to_string() } else { parts.join("/") }
}

/// Whether two names mean one file. A recording that went on in another folder has copies of its
/// segments there: those are told by their own names.
fn is_same(one: &str, other: &str) -> bool {
    let last = |name: &str| name.rsplit(['/', '\\']).next().map(str::to_owned);
    let is_elsewhere = |name: &str| Path::new(name).is_absolute();
    one == other || ((is_elsewhere(one) || is_elsewhere(other)) && last(one) == last(other))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decision(reason: &str, decided: Decided) -> Decision {
        Decision {
            at: "2032-03-10T02:00:00Z".parse().expect("a moment"),
            by: "Bambang".to_owned(),
            reason: reason.to_owned(),
            file: FileKind::Recording,
            decided,
            rule: None,
        }
    }

    fn destroyed(file: &str) -> Decided {
        let tombstone = Tombstone { file: file.to_owned(), bytes: 7, sha256: "ab".repeat(32) };
        Decided::Destroy { early: false, whole: Some(true), files: vec![tombstone] }
    }

    #[test]
    fn what_was_decided_is_read_back_and_only_grows() {
        let place = tempfile::tempdir().expect("a folder");
        assert_eq!(Log::read(place.path()).expect("read"), Log::default());
        let all = [
            decision("masih dipakai", Decided::Keep { until: Some(jiff::civil::date(2033, 1, 1)) }),
            decision("serah", Decided::Transfer),
            decision("jatuh tempo", destroyed("rekaman/000001.wav")),
        ];
        let mut before = Vec::new();
        for one in &all {
            Log::read(place.path()).expect("read").append(place.path(), one.clone()).expect("written");
            let now = fs::read(place.path().join(FILE_NAME)).expect("read");
            assert!(now.starts_with(&before) && now.len() > before.len());
            before = now;
        }
        let log = Log::read(place.path()).expect("read");
        assert_eq!((log.decisions(), log.finding()), (&all[..], None));
        assert_eq!(log.last(FileKind::Recording), Some(&all[2]));
        let gone = place.path().join("rekaman/000001.wav");
        assert_eq!(log.destroyed(place.path(), &gone), Some(&all[2]));
        assert_eq!(log.destroyed(place.path(), &place.path().join("rekaman/000002.wav")), None);
        assert_eq!(log.destroyed(place.path(), &place.path().join("000001.wav")), None);
        // A recording that went on elsewhere names the same segment there.
        assert_eq!(log.destroyed(place.path(), Path::new("/mnt/cadangan/000001.wav")), Some(&all[2]));
    }

    #[test]
    fn a_line_that_was_changed_is_named_and_nothing_follows_it() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join(FILE_NAME);
        for reason in ["satu", "dua", "tiga"] {
            Log::read(place.path())
                .expect("read")
                .append(place.path(), decision(reason, Decided::Transfer))
                .expect("written");
        }
        let text = fs::read_to_string(&path).expect("read");
        fs::write(&path, text.replace("\"dua\"", "\"dwi\"")).expect("changed");
        let mut log = Log::read(place.path()).expect("read");
        assert_eq!(log.finding(), Some(Finding::Chain { line: 3 }));
        assert!(log.append(place.path(), decision("empat", Decided::Transfer)).is_err());
        // What a power cut left of a line is no lie.
        fs::write(&path, format!("{text}{{\"line\":4,")).expect("torn");
        let mut log = Log::read(place.path()).expect("read");
        assert_eq!((log.finding(), log.decisions().len()), (Some(Finding::Torn), 3));
        log.append(place.path(), decision("empat", Decided::Transfer)).expect("written");
        let log = Log::read(place.path()).expect("read");
        assert_eq!((log.finding(), log.decisions().len()), (None, 4));
    }

    proptest! {
        #[test]
        fn no_file_makes_it_fail(junk in "\\PC*", lines in 0..3usize) {
            let place = tempfile::tempdir().expect("a folder");
            for _ in 0..lines {
                Log::read(place.path()).expect("read").append(place.path(), decision("x", Decided::Transfer)).expect("written");
            }
            let path = place.path().join(FILE_NAME);
            let text = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, text + &junk).expect("written");
            prop_assert!(Log::read(place.path()).expect("read").decisions().len() >= lines);
        }
    }
}
