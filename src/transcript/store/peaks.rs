//! How loud each microphone was. It follows from the sound alone, so it may be written again.

use rusqlite::params;

use super::{Error, Store};
use crate::common::clock::Span;
use crate::floor::CLOCK;
use crate::transcript::peaks::{STEP, STRETCH, Stretch};

impl Store {
    /// Keeps stretches of peaks, in place of those of the same number; none of what was closed.
    pub fn add_peaks(&mut self, stretches: &[Stretch]) -> Result<(), Error> {
        let parts = self.parts()?;
        let clock = self.recording()?.map_or(CLOCK, |recording| recording.clock);
        for Stretch { number, levels } in stretches {
            let span = Span::new(number * STRETCH * STEP, (number + 1) * STRETCH * STEP);
            if parts.holds(CLOCK.convert_span(span, clock)) {
                continue;
            }
            self.connection
                .prepare_cached("INSERT OR REPLACE INTO peaks (stretch, levels) VALUES (?1, ?2)")
                .and_then(|mut statement| statement.execute(params![number, levels]))
                .map_err(self.failed())?;
        }
        Ok(())
    }

    /// The stretches of these numbers that are there, in order.
    pub fn peaks(&self, numbers: std::ops::RangeInclusive<u64>) -> Result<Vec<Stretch>, Error> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT stretch, levels FROM peaks WHERE stretch BETWEEN ?1 AND ?2 ORDER BY stretch")
            .map_err(self.failed())?;
        let rows = statement.query_map(params![numbers.start(), numbers.end()], |row| {
            Ok(Stretch { number: row.get(0)?, levels: row.get(1)? })
        });
        rows.map_err(self.failed())?.collect::<Result<_, _>>().map_err(self.failed())
    }
}
