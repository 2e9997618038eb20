//! What was played of the recording, by whom and when. Passages are only ever added.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::params;

use super::{Error, Store};
use crate::common::clock::{Channel, Span};
use crate::transcript::edit::{Change, Mark};
use crate::transcript::listening::{Heard, Played, percent};

impl Store {
    /// Every passage that was played, in the order in which they were told.
    pub fn played(&self) -> Result<Vec<Played>, Error> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT by, at, channel, start, end FROM played ORDER BY id")
            .map_err(self.failed())?;
        let mut rows = statement.query([]).map_err(self.failed())?;
        let mut played = Vec::new();
        while let Some(row) = rows.next().map_err(self.failed())? {
            let at: String = row.get(1).map_err(self.failed())?;
            let channel: Option<u16> = row.get(2).map_err(self.failed())?;
            let (start, end) = (row.get(3).map_err(self.failed())?, row.get(4).map_err(self.failed())?);
            played.push(Played {
                by: row.get(0).map_err(self.failed())?,
                at: at.parse::<Timestamp>().map_err(|error| self.damaged(error))?,
                channel: channel.map(|number| self.channel(number)).transpose()?,
                span: Span::new(start, end),
            });
        }
        Ok(played)
    }

    /// How many hundredths of what was said in a version somebody has listened to, by its length:
    /// played, or marked as right. 0 where nobody has.
    pub fn listened(&self, version: u32) -> Result<u64, Error> {
        let heard = Heard::of(&self.played()?);
        let marked = self.marked_as_heard(version)?;
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, channel, start, end FROM utterance WHERE version = ?1")
            .map_err(self.failed())?;
        let mut rows = statement.query([version]).map_err(self.failed())?;
        let (mut samples, mut all) = (0, 0);
        while let Some(row) = rows.next().map_err(self.failed())? {
            let id: i64 = row.get(0).map_err(self.failed())?;
            let channel = self.channel(row.get(1).map_err(self.failed())?)?;
            let span = Span::new(row.get(2).map_err(self.failed())?, row.get(3).map_err(self.failed())?);
            samples += if marked.contains(&id) { span.len() } else { heard.samples(channel, span) };
            all += span.len();
        }
        Ok(percent(samples, all))
    }

    /// The utterances of a version on which a mark counts that somebody has listened.
    fn marked_as_heard(&self, version: u32) -> Result<HashSet<i64>, Error> {
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT edit.id, utterance, change FROM edit JOIN utterance ON utterance.id = edit.utterance \
                 WHERE version = ?1 AND change NOT LIKE '%\"kind\":\"text\"%' ORDER BY edit.id",
            )
            .map_err(self.failed())?;
        let mut rows = statement.query([version]).map_err(self.failed())?;
        let mut marks: HashMap<u64, (i64, bool)> = HashMap::new();
        let mut undone: HashMap<u64, u64> = HashMap::new();
        let mut parts = None;
        while let Some(row) = rows.next().map_err(self.failed())? {
            let id: u64 = row.get(0).map_err(self.failed())?;
            let Some(text) = self.opened(row.get(2).map_err(self.failed())?, &mut parts)? else { continue };
            match serde_json::from_str(&text).map_err(|error| self.damaged(error))? {
                Change::Mark { mark: Mark::Heard } => {
                    marks.insert(id, (row.get(1).map_err(self.failed())?, true));
                }
                Change::Undo { mut edit } => {
                    undone.insert(id, edit);
                    let mut counts = false;
                    // Taking back what takes back brings the first one back.
                    while let Some(before) = undone.get(&edit).filter(|before| **before < edit) {
                        (edit, counts) = (*before, !counts);
                    }
                    if let Some(mark) = marks.get_mut(&edit) {
                        mark.1 = counts;
                    }
                }
                _ => {}
            }
        }
        Ok(marks.into_values().filter(|(_, counts)| *counts).map(|(utterance, _)| utterance).collect())
    }

    /// Adds passages, all or none; on disk when this returns.
    pub fn add_played(&mut self, played: &[Played]) -> Result<(), Error> {
        let path = self.path.clone();
        let failed = |source| Error::Database { path: path.clone(), source };
        let transaction = self.connection.transaction().map_err(failed)?;
        for one in played {
            let Played { by, at, channel, span } = one;
            transaction
                .execute(
                    "INSERT INTO played (by, at, channel, start, end) VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![by, at.to_string(), channel.map(Channel::number), span.start, span.end],
                )
                .map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        self.persist()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::clock::Channel;

    #[test]
    fn passages_come_back_as_they_were_and_cannot_be_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::create(folder.path()).expect("a store");
        let one =
            |channel| Played { by: "Sari".into(), at: Timestamp::UNIX_EPOCH, channel, span: Span::new(48_000, 96_000) };
        let played = [one(None), one(Channel::new(7))];
        store.add_played(&played).expect("added");
        for statement in ["UPDATE played SET by = 'Budi'", "DELETE FROM played"] {
            assert!(store.connection.execute(statement, []).is_err(), "{statement}");
        }
        assert_eq!(store.played().expect("passages"), played);
    }
}
