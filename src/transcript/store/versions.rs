//! The versions of a transcript, and the corrections that go from one to the next.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use rusqlite::params;
use serde::Serialize;

use super::{Error, Store, version_of};
use crate::transcript::edit::{self, Carried, Edit, Outcome, Source};
use crate::transcript::{Transcript, Version};

/// What became of a person's correction of an earlier version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was laid on the later version too, under this number.
    Carried(u64),
    /// The later version says it already.
    Already,
    /// The words of the later version do not agree, and nobody has worked on that place since.
    Open,
    /// The same, but somebody has.
    Settled,
}

impl Store {
    /// Every version, the oldest first.
    pub fn versions(&self) -> Result<Vec<Version>, Error> {
        let mut statement = self.connection.prepare("SELECT * FROM version ORDER BY number").map_err(self.failed())?;
        let versions = statement.query_map([], version_of).and_then(Iterator::collect);
        versions.map_err(self.failed())
    }

    /// Takes people's corrections of earlier versions over to the one that [`Store::load`] gives,
    /// once it is complete and has the layers of the rules. What was taken over before is not
    /// taken over again.
    ///
    /// Says whether it has added any. `new` is what [`Store::load`] gave.
    pub fn carry(&mut self, new: &Transcript) -> Result<bool, Error> {
        let version = new.version.number;
        if !new.version.complete || version == 1 {
            return Ok(false);
        }
        let edits = self.edits()?;
        let wanted = self.wanted(version, &edits)?;
        let mut sources: BTreeMap<u32, HashSet<u64>> = BTreeMap::new();
        for edit in edits.iter().filter(|edit| wanted.contains(&edit.id)) {
            sources.entry(edit.layer.place.version).or_default().insert(edit.id);
        }
        for (number, wanted) in sources {
            let Some(old) = self.load_version(number)? else { continue };
            let known = self.edits()?;
            let carried = edit::carry((&old, &known), (new, &known), &wanted);
            self.keep(version, &carried)?;
        }
        Ok(!wanted.is_empty())
    }

    /// People's corrections that may have to be taken over to this version: those of the last one
    /// that has any, and what was left open there.
    fn wanted(&self, version: u32, edits: &[Edit]) -> Result<HashSet<u64>, Error> {
        let is_of_person = |edit: &&Edit| !matches!(edit.layer.source, Source::Machine { .. });
        let earlier = |edit: &&Edit| edit.layer.place.version < version && is_of_person(edit);
        let Some(last) = edits.iter().filter(earlier).map(|edit| edit.layer.place.version).max() else {
            return Ok(HashSet::new());
        };
        let of_last = edits.iter().filter(earlier).filter(|edit| edit.layer.place.version == last).map(|edit| edit.id);
        let mut wanted: HashSet<u64> = of_last.collect();
        let mut latest = BTreeMap::new();
        for between in self.versions()?.iter().filter(|between| between.number < version) {
            latest.extend(self.fates(between.number, edits)?);
        }
        // What one version said already, the next one may not.
        let is_wanted = |fate: &Fate| matches!(fate, Fate::Open | Fate::Already);
        wanted.extend(latest.into_iter().filter(|(_, fate)| is_wanted(fate)).map(|(id, _)| id));
        for (id, _) in self.fates(version, edits)? {
            wanted.remove(&id);
        }
        Ok(wanted)
    }

    /// What became of people's corrections of earlier versions in this one, by their numbers.
    pub fn fates(&self, version: u32, edits: &[Edit]) -> Result<BTreeMap<u64, Fate>, Error> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT edit, outcome, became FROM carried WHERE version = ?1")
            .map_err(self.failed())?;
        let mut rows = statement.query([version]).map_err(self.failed())?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(self.failed())? {
            let id: u64 = row.get(0).map_err(self.failed())?;
            let outcome: String = row.get(1).map_err(self.failed())?;
            let became: Option<u64> = row.get(2).map_err(self.failed())?;
            found.push((id, outcome, became));
        }
        let laid: HashSet<u64> = found.iter().filter_map(|(.., became)| *became).collect();
        let settles = |place: edit::Place, other: &Edit| {
            let there = other.layer.place;
            there.version == version
                && there.channel == place.channel
                && there.span.start < place.span.end
                && there.span.end > place.span.start
                && !laid.contains(&other.id)
                && !matches!(other.layer.source, Source::Machine { .. })
        };
        let fate = |(id, outcome, became): (u64, String, Option<u64>)| {
            let place = edits.iter().find(|edit| edit.id == id).map(|edit| edit.layer.place);
            let fate = match (outcome.as_str(), became) {
                ("carried", Some(became)) => Fate::Carried(became),
                ("already", _) => Fate::Already,
                _ if place.is_some_and(|place| edits.iter().any(|other| settles(place, other))) => Fate::Settled,
                _ => Fate::Open,
            };
            (id, fate)
        };
        Ok(found.into_iter().map(fate).collect())
    }

    /// People's corrections of earlier versions that could not be taken over to this transcript,
    /// and still wait for a person.
    pub fn open_corrections(&self, transcript: &Transcript) -> Result<Vec<Edit>, Error> {
        let edits = self.edits()?;
        let fates = self.fates(transcript.version.number, &edits)?;
        let is_open = |edit: &Edit| fates.get(&edit.id) == Some(&Fate::Open);
        Ok(edits.into_iter().filter(is_open).collect())
    }

    /// Lays what is taken over, and notes what became of each correction. Noted last: a run that
    /// ends in between finds the layers laid.
    fn keep(&mut self, version: u32, carried: &Carried) -> Result<(), Error> {
        // A layer that takes back another names it by a number that stands already.
        let laid = self.lay(&carried.layers)?;
        let path = self.path.clone();
        let failed = |source| Error::Database { path: path.clone(), source };
        let transaction = self.connection.transaction().map_err(failed)?;
        // One that went several ways is open as long as one of them is.
        let mut outcomes: Vec<&(u64, Outcome)> = carried.outcomes.iter().collect();
        outcomes.sort_by_key(|(_, outcome)| match outcome {
            Outcome::Open => 0,
            Outcome::Layer(_) => 1,
            Outcome::Already => 2,
        });
        for (edit, outcome) in outcomes {
            let (outcome, became) = match outcome {
                Outcome::Layer(place) => ("carried", laid.get(*place).map(|edit| edit.id)),
                Outcome::Already => ("already", None),
                Outcome::Open => ("open", None),
            };
            transaction
                .execute(
                    "INSERT OR IGNORE INTO carried VALUES (?1, ?2, ?3, ?4)",
                    params![version, edit, outcome, became],
                )
                .map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        self.persist()
    }

    /// Where the sound lies that this is the transcript of, as it was given last; nothing where the
    /// folder itself holds it.
    pub fn sound(&self) -> Result<Vec<PathBuf>, Error> {
        let mut statement = self.connection.prepare("SELECT path FROM sound ORDER BY place").map_err(self.failed())?;
        let paths = statement.query_map([], |row| row.get::<_, String>(0).map(PathBuf::from));
        paths.and_then(Iterator::collect).map_err(self.failed())
    }

    /// Keeps where the sound lies. A path that is no text is not kept.
    pub fn set_sound(&mut self, paths: &[PathBuf]) -> Result<(), Error> {
        let path = self.path.clone();
        let failed = |source| Error::Database { path: path.clone(), source };
        let transaction = self.connection.transaction().map_err(failed)?;
        transaction.execute("DELETE FROM sound", []).map_err(failed)?;
        if let Some(texts) = paths.iter().map(|path| path.to_str()).collect::<Option<Vec<_>>>() {
            for (place, text) in texts.into_iter().enumerate() {
                transaction.execute("INSERT INTO sound VALUES (?1, ?2)", params![place, text]).map_err(failed)?;
            }
        }
        transaction.commit().map_err(failed)?;
        self.persist()
    }
}
