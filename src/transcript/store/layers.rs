//! Corrections in the store: read, and added.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::{Error, Store};
use crate::common::clock::Span;
use crate::transcript::edit::{self, Change, Edit, Layer, Layered, Place, Refusal, Source};
use crate::transcript::{Edition, Transcript, Utterance};

const EDITS: &str = "SELECT edit.id, version, channel, start, end, change, by, made, why, source \
    FROM edit JOIN utterance ON utterance.id = edit.utterance";

/// The words of a transcript for who looks for some of them.
pub struct Texts {
    /// Numbers of the utterances in the store, in the order of the transcript.
    pub ids: Vec<i64>,
    /// What was recognised, without the times of words.
    pub recognised: Transcript,
    /// The same as it stands now.
    pub current: Transcript,
}

impl Store {
    /// What [`Store::load`] and [`Store::current`] give, without the times of words, which takes a
    /// fraction of the time.
    pub fn texts(&self) -> Result<Texts, Error> {
        let version = self.shown_version()?;
        let found = self.utterances("version = ?1 ORDER BY start, channel", i64::from(version.number), false)?;
        let (ids, utterances) = found.into_iter().unzip();
        let recording = self.recording()?.ok_or_else(|| Error::Missing { path: self.path.clone() })?;
        let recognised = Transcript { recording, version, utterances, edition: Edition::default() };
        let current = self.under(&recognised, &self.edits()?)?;
        Ok(Texts { ids, recognised, current })
    }

    /// The utterance of this number as it was recognised and as it stands now.
    pub fn utterance(&self, id: i64) -> Result<Option<(Utterance, Utterance)>, Error> {
        let Some((_, raw)) = self.utterances("id = ?1", id, true)?.pop() else { return Ok(None) };
        let current = self.layered(id)?.utterance(&raw);
        Ok(Some((raw, current)))
    }

    /// The transcript as it stands now: that of [`Store::load`] under its corrections.
    pub fn current(&self) -> Result<Transcript, Error> {
        self.under(&self.load()?, &self.edits()?)
    }

    /// A transcript of this store under these corrections.
    pub fn under(&self, raw: &Transcript, edits: &[Edit]) -> Result<Transcript, Error> {
        edit::apply(raw, edits).map_err(|(id, refusal)| self.damaged(format!("edit {id}: {refusal}")))
    }

    /// The same where `before` is what was given of all but the last of these corrections, which are
    /// `laid`.
    pub fn under_on(
        &self,
        before: &Transcript,
        raw: &Transcript,
        edits: &[Edit],
        laid: &[Edit],
    ) -> Result<Transcript, Error> {
        edit::apply_on(before, raw, edits, laid).map_err(|(id, refusal)| self.damaged(format!("edit {id}: {refusal}")))
    }

    /// Every correction of every version, in the order in which they were made.
    pub fn edits(&self) -> Result<Vec<Edit>, Error> {
        self.select("ORDER BY edit.id", [])
    }

    /// The number of the last correction; 0 where there is none.
    pub fn last_edit(&self) -> Result<u64, Error> {
        self.connection.query_row("SELECT coalesce(max(id), 0) FROM edit", [], |row| row.get(0)).map_err(self.failed())
    }

    /// Adds corrections, all or none; on disk when this returns. They are laid in the order given,
    /// each on top of those before it.
    ///
    /// # Errors
    /// [`Error::Refused`] when one of them does not fit what stands there now.
    pub fn lay(&mut self, layers: &[Layer]) -> Result<Vec<Edit>, Error> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).map_err(self.failed())?;
        let next: u64 = transaction
            .query_row("SELECT coalesce(max(id), 0) + 1 FROM edit", [], |row| row.get(0))
            .map_err(self.failed())?;
        let parts = self.parts()?;
        let mut layered: HashMap<i64, Layered> = HashMap::new();
        let mut edits = Vec::with_capacity(layers.len());
        for (id, layer) in (next..).zip(layers) {
            let utterance = self.utterance_at(layer.place)?.ok_or(Refusal::NoUtterance)?;
            let on = match layered.entry(utterance) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => entry.insert(self.layered(utterance)?),
            };
            on.lay(id, &layer.change)?;
            let span = layer.place.span;
            let values = params![
                id,
                utterance,
                parts.keep(span, &self.to_json(&layer.change)?)?,
                layer.by,
                layer.when.to_string(),
                layer.why.as_ref().map(|why| parts.keep(span, why)).transpose()?,
                self.to_json(&layer.source)?
            ];
            transaction
                .prepare_cached("INSERT INTO edit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
                .and_then(|mut statement| statement.execute(values))
                .map_err(self.failed())?;
            edits.push(Edit { id, layer: layer.clone() });
        }
        transaction.commit().map_err(self.failed())?;
        if !edits.is_empty() {
            self.persist()?;
        }
        Ok(edits)
    }

    fn utterance_at(&self, place: Place) -> Result<Option<i64>, Error> {
        self.connection
            .prepare_cached("SELECT id FROM utterance WHERE version = ?1 AND channel = ?2 AND start = ?3 AND end = ?4")
            .and_then(|mut statement| {
                let Place { version, channel, span } = place;
                statement
                    .query_row(params![version, channel.number(), span.start, span.end], |row| row.get(0))
                    .optional()
            })
            .map_err(self.failed())
    }

    /// An utterance under the corrections that the store holds of it.
    fn layered(&self, utterance: i64) -> Result<Layered, Error> {
        let raw = self.utterances("id = ?1", utterance, true)?;
        let (_, raw) = raw.first().ok_or(Refusal::NoUtterance)?;
        let mut layered = Layered::new(raw);
        for edit in self.select("WHERE utterance = ?1 ORDER BY edit.id", [utterance])? {
            let refused = |refusal| self.damaged(format!("edit {}: {refusal}", edit.id));
            layered.lay(edit.id, &edit.layer.change).map_err(refused)?;
        }
        Ok(layered)
    }

    fn select(&self, which: &str, values: impl rusqlite::Params) -> Result<Vec<Edit>, Error> {
        let mut statement = self.connection.prepare_cached(&format!("{EDITS} {which}")).map_err(self.failed())?;
        let mut rows = statement.query(values).map_err(self.failed())?;
        let mut edits = Vec::new();
        let mut parts = None;
        while let Some(row) = rows.next().map_err(self.failed())? {
            let text = |column| row.get::<_, String>(column).map_err(self.failed());
            let number = |column| row.get::<_, u64>(column).map_err(self.failed());
            let Some(change) = self.opened(text(5)?, &mut parts)? else { continue };
            let change: Change = serde_json::from_str(&change).map_err(|error| self.damaged(error))?;
            let why: Option<String> = row.get(8).map_err(self.failed())?;
            let source: Source = serde_json::from_str(&text(9)?).map_err(|error| self.damaged(error))?;
            let place = Place {
                version: row.get(1).map_err(self.failed())?,
                channel: self.channel(row.get(2).map_err(self.failed())?)?,
                span: Span::new(number(3)?, number(4)?),
            };
            let layer = Layer {
                place,
                change,
                by: text(6)?,
                when: text(7)?.parse().map_err(|error| self.damaged(error))?,
                why: why.map(|why| self.opened(why, &mut parts)).transpose()?.flatten(),
                source,
            };
            edits.push(Edit { id: number(0)?, layer });
        }
        Ok(edits)
    }
}
