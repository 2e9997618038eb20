//! What is taken out of the published copy. Rows are only ever added, and so is that one was taken
//! back.

use rusqlite::params;

use super::{Error, Store};
use crate::common::clock::Channel;
use crate::transcript::redaction::{NewRedaction, Redaction, Withdrawn};

const SELECT: &str = "SELECT id, version, channel, start, end, reason, redaction.by, redaction.made, words, \
    withdrawal.by, withdrawal.made, withdrawal.why FROM redaction \
    LEFT JOIN withdrawal ON withdrawal.redaction = redaction.id ORDER BY id";

impl Store {
    /// Every redaction, in the order in which they were made; those that were taken back too.
    pub fn redactions(&self) -> Result<Vec<Redaction>, Error> {
        let mut statement = self.connection.prepare_cached(SELECT).map_err(self.failed())?;
        let mut rows = statement.query([]).map_err(self.failed())?;
        let mut redactions = Vec::new();
        while let Some(row) = rows.next().map_err(self.failed())? {
            let text = |column| row.get::<_, String>(column).map_err(self.failed());
            let perhaps = |column| row.get::<_, Option<String>>(column).map_err(self.failed());
            let time = |text: &str| text.parse::<jiff::Zoned>().map_err(|error| self.damaged(error));
            let channel: Option<u16> = row.get(2).map_err(self.failed())?;
            let withdrawn = match (perhaps(9)?, perhaps(10)?) {
                (Some(by), Some(when)) => Some(Withdrawn { by, when: time(&when)?, why: perhaps(11)? }),
                _ => None,
            };
            redactions.push(Redaction {
                id: row.get(0).map_err(self.failed())?,
                version: row.get(1).map_err(self.failed())?,
                channel: channel.map(|number| self.channel(number)).transpose()?,
                from: row.get(3).map_err(self.failed())?,
                until: row.get(4).map_err(self.failed())?,
                reason: text(5)?.parse().map_err(|error| self.damaged(error))?,
                by: text(6)?,
                when: time(&text(7)?)?,
                hidden: serde_json::from_str(&text(8)?).map_err(|error| self.damaged(error))?,
                withdrawn,
            });
        }
        Ok(redactions)
    }

    /// Adds redactions, all or none, and gives their numbers; on disk when this returns.
    pub fn redact(&mut self, redactions: &[NewRedaction]) -> Result<Vec<u64>, Error> {
        let path = self.path.clone();
        let failed = |source| Error::Database { path: path.clone(), source };
        let hidden: Vec<String> =
            redactions.iter().map(|one| self.to_json(&one.hidden)).collect::<Result<_, Error>>()?;
        let transaction = self.connection.transaction().map_err(failed)?;
        let mut ids = Vec::with_capacity(redactions.len());
        for (one, hidden) in redactions.iter().zip(&hidden) {
            transaction
                .execute(
                    "INSERT INTO redaction (version, channel, start, end, reason, by, made, words) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    params![
                        one.version,
                        one.channel.map(Channel::number),
                        one.span.start,
                        one.span.end,
                        one.reason.key(),
                        one.by,
                        one.when.to_string(),
                        hidden
                    ],
                )
                .map_err(failed)?;
            ids.push(u64::try_from(transaction.last_insert_rowid()).unwrap_or_default());
        }
        transaction.commit().map_err(failed)?;
        self.persist()?;
        Ok(ids)
    }

    /// Takes a redaction back; on disk when this returns. Whether there was one that counted.
    pub fn withdraw_redaction(&self, id: u64, withdrawn: &Withdrawn) -> Result<bool, Error> {
        let added = self
            .connection
            .execute(
                "INSERT OR IGNORE INTO withdrawal (redaction, by, made, why) \
                 SELECT id, ?2, ?3, ?4 FROM redaction WHERE id = ?1",
                params![id, withdrawn.by, withdrawn.when.to_string(), withdrawn.why],
            )
            .map_err(self.failed())?;
        if added > 0 {
            self.persist()?;
        }
        Ok(added > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::clock::Span;
    use crate::transcript::redaction::{Hidden, Reason};

    #[test]
    fn redactions_come_back_as_they_were_and_are_taken_back_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::create(folder.path()).expect("a store");
        let when: jiff::Zoned = "2027-03-09T13:00:00+08:00[+08:00]".parse().expect("a time");
        let channel = Channel::new(3);
        let new = |channel, reason: &str| NewRedaction {
            version: 1,
            channel,
            span: Span::new(16_000, 48_000),
            reason: reason.parse().expect("a reason"),
            by: "Sari".into(),
            when: when.clone(),
            hidden: channel.map(|channel| Hidden { channel, words: "tiga dua".into() }).into_iter().collect(),
        };
        assert_eq!(store.redact(&[new(channel, "nik"), new(None, "rahasia dagang")]).expect("added"), [1, 2]);
        for statement in [
            "UPDATE redaction SET by = 'Budi'",
            "DELETE FROM redaction",
            "UPDATE withdrawal SET by = 'Budi'",
            "DELETE FROM withdrawal",
        ] {
            let withdrawn = Withdrawn { by: "Budi".into(), when: when.clone(), why: None };
            store.withdraw_redaction(2, &withdrawn).expect("withdrawn");
            assert!(store.connection.execute(statement, []).is_err(), "{statement}");
        }
        let found = store.redactions().expect("read");
        assert_eq!((found[0].reason.clone(), found[0].channel, found[0].counts()), (Reason::Nik, channel, true));
        assert_eq!((found[1].reason.key(), found[1].channel, found[1].counts()), ("rahasia dagang", None, false));
        assert_eq!(found[0].hidden[0].words, "tiga dua");
        let again = Withdrawn { by: "Sari".into(), when, why: Some("keliru".into()) };
        assert!(!store.withdraw_redaction(2, &again).expect("refused"));
        assert!(!store.withdraw_redaction(7, &again).expect("refused"));
    }
}
