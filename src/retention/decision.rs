//! What persons have decided of the files of a meeting: one line of JSON for each decision, each
//! holding the hash of the line before, in a file that only grows.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::common::chained_log::{ChainedLog, Finding};
use crate::common::date::day;
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

/// Every decision of a meeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log(ChainedLog<Decision>);

impl Log {
    /// Reads the decisions of a meeting's folder as far as they can be read; where there is no
    /// file, there are none.
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

    /// Every decision, the oldest first.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        self.0.entries()
    }

    /// The last decision of these files.
    #[must_use]
    pub fn last(&self, file: FileKind) -> Option<&Decision> {
        self.decisions().iter().rev().find(|decision| decision.file == file)
    }

    /// The decision by which a file was destroyed, if it was.
    #[must_use]
    pub fn destroyed(&self, folder: &Path, path: &Path) -> Option<&Decision> {
        let name = name_in(folder, path);
        self.decisions().iter().rev().find(|decision| match &decision.decided {
            Decided::Destroy { files, .. } => files.iter().any(|tombstone| is_same(&tombstone.file, &name)),
            _ => false,
        })
    }

    /// Adds a decision; on disk when this returns. What a power cut left of a line is taken away
    /// first; a line that was changed is none that can be followed.
    pub(super) fn append(&mut self, folder: &Path, decision: Decision) -> Result<(), Error> {
        self.0 = ChainedLog::append(&folder.join(FILE_NAME), decision)?;
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
    use std::fs;

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
}
