//! The life of the record: which state it was given, when and by whom. Steps are only ever added.

use jiff::Timestamp;
use rusqlite::params;
use sha2::{Digest, Sha256};

use super::{Error, Store};
use crate::common::digest::hex;

/// One step in the life of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The state that it was given, by its word.
    pub state: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why, where it was said.
    pub note: Option<String>,
    /// Until when the state lasts, where it has a term.
    pub until: Option<Timestamp>,
    /// The documents that were frozen by it.
    pub seal: Option<Seal>,
}

/// What tells frozen documents from all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The edition, from 1.
    pub edition: u32,
    /// SHA-256 of the manifest that lists them, in lower-case hexadecimal.
    pub manifest: String,
}

impl Store {
    /// Every step, in the order in which they were made.
    pub fn steps(&self) -> Result<Vec<Step>, Error> {
        let mut statement = self
            .connection
            .prepare("SELECT state, at, by, note, until, edition, manifest FROM step ORDER BY id")
            .map_err(self.failed())?;
        let mut rows = statement.query([]).map_err(self.failed())?;
        let mut steps = Vec::new();
        while let Some(row) = rows.next().map_err(self.failed())? {
            let text = |index: usize| row.get::<_, String>(index).map_err(self.failed());
            let perhaps = |index: usize| row.get::<_, Option<String>>(index).map_err(self.failed());
            let time = |text: &str| text.parse::<Timestamp>().map_err(|error| self.damaged(error));
            let edition: Option<u32> = row.get(5).map_err(self.failed())?;
            let manifest = perhaps(6)?;
            steps.push(Step {
                state: text(0)?,
                at: time(&text(1)?)?,
                by: text(2)?,
                note: perhaps(3)?,
                until: perhaps(4)?.as_deref().map(time).transpose()?,
                seal: edition.zip(manifest).map(|(edition, manifest)| Seal { edition, manifest }),
            });
        }
        Ok(steps)
    }

    /// The hash of every correction up to that number, in lower-case hexadecimal: of its columns as
    /// they are kept, each ended by a zero byte.
    pub fn edits_digest(&self, last: u64) -> Result<String, Error> {
        let columns = "utterance, change, by, made, ifnull(why, ''), source";
        let mut statement = self
            .connection
            .prepare(&format!("SELECT id, {columns} FROM edit WHERE id <= ?1 ORDER BY id"))
            .map_err(self.failed())?;
        let mut rows = statement.query([last]).map_err(self.failed())?;
        let mut hash = Sha256::new();
        while let Some(row) = rows.next().map_err(self.failed())? {
            for column in 0..2 {
                hash.update(row.get::<_, i64>(column).map_err(self.failed())?.to_string());
                hash.update([0]);
            }
            for column in 2..7 {
                hash.update(row.get::<_, String>(column).map_err(self.failed())?);
                hash.update([0]);
            }
        }
        Ok(hex(hash))
    }

    /// The hash of what was recognised in a version, a line for each utterance: `channel start end
    /// text`, the text as it is kept. So it is the same with a key and without.
    pub fn words_digest(&self, version: u32) -> Result<String, Error> {
        let mut statement = self
            .connection
            .prepare("SELECT channel, start, end, text FROM utterance WHERE version = ?1 ORDER BY start, channel")
            .map_err(self.failed())?;
        let mut rows = statement.query([version]).map_err(self.failed())?;
        let mut hash = Sha256::new();
        while let Some(row) = rows.next().map_err(self.failed())? {
            let number = |column| row.get::<_, u64>(column).map_err(self.failed());
            let text: String = row.get(3).map_err(self.failed())?;
            hash.update(format!("{} {} {} {text}\n", number(0)?, number(1)?, number(2)?));
        }
        Ok(hex(hash))
    }

    /// Adds a step; on disk when this returns.
    pub fn add_step(&self, step: &Step) -> Result<(), Error> {
        let (edition, manifest) = step.seal.as_ref().map(|seal| (seal.edition, &seal.manifest)).unzip();
        let until = step.until.map(|until| until.to_string());
        self.connection
            .execute(
                "INSERT INTO step (state, at, by, note, until, edition, manifest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![step.state, step.at.to_string(), step.by, step.note, until, edition, manifest],
            )
            .map_err(self.failed())?;
        self.persist()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_back_as_they_were_and_cannot_be_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::create(folder.path()).expect("a store");
        let at = Timestamp::UNIX_EPOCH;
        let bare = Step { state: "koreksi".into(), at, by: "Sari".into(), note: None, until: None, seal: None };
        let full = Step {
            note: Some("diteken".into()),
            until: Some(at),
            seal: Some(Seal { edition: 1, manifest: "ab".repeat(32) }),
            ..bare.clone()
        };
        store.add_step(&bare).expect("added");
        store.add_step(&full).expect("added");
        for statement in ["UPDATE step SET by = 'Budi'", "DELETE FROM step"] {
            assert!(store.connection.execute(statement, []).is_err(), "{statement}");
        }
        assert_eq!(store.steps().expect("steps"), [bare, full.clone()]);
        assert!(store.add_step(&full).is_err(), "an edition is sealed once");
    }
}
