//! What the detector told, brought to the width of a picture while it is told.

use crate::common::clock::Span;
use crate::floor::{HOP, HopState};

/// The most columns that are kept; more than a picture shows, so that none of its columns is empty.
const COLUMNS: usize = 4096;

/// One channel over the hops of one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    /// The lowest and highest level, dB.
    pub low: f32,
    pub high: f32,
    /// The lowest noise floor, dB.
    pub noise: f32,
    /// Whether in any hop it could have been a voice, or was taken for its own.
    pub candidate: bool,
    pub accepted: bool,
}

impl Cell {
    fn of(sight: &HopState) -> Self {
        let &HopState { level_db, noise_db, candidate, accepted, .. } = sight;
        Self { low: level_db, high: level_db, noise: noise_db, candidate, accepted }
    }

    fn join(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            noise: self.noise.min(other.noise),
            candidate: self.candidate || other.candidate,
            accepted: self.accepted || other.accepted,
        }
    }
}

/// What was seen of a stretch of a recording.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The stretch that is wanted, in hops.
    from: u64,
    until: u64,
    /// Hops that were told, wanted or not.
    told: u64,
    /// Hops that one column holds, and those that the last one holds already.
    width: u64,
    filled: u64,
    /// For each channel its columns.
    channels: Vec<Vec<Cell>>,
}

impl Trace {
    /// Nothing yet, of so many channels; what lies outside the stretch (samples of
    /// [`crate::floor::CLOCK`]) will be left out.
    #[must_use]
    pub fn new(channels: usize, stretch: Span) -> Self {
        let hop = HOP as u64;
        let (from, until) = (stretch.start / hop, stretch.end.div_ceil(hop));
        Self { from, until, told: 0, width: 1, filled: 0, channels: vec![Vec::new(); channels] }
    }

    /// Takes the next hop.
    pub fn take(&mut self, sights: &[HopState]) {
        let hop = self.told;
        self.told += 1;
        if hop < self.from || hop >= self.until {
            return;
        }
        let begins = self.filled == 0 || self.filled == self.width;
        self.filled = if begins { 1 } else { self.filled + 1 };
        for (columns, sight) in self.channels.iter_mut().zip(sights) {
            match columns.last_mut() {
                Some(last) if !begins => *last = last.join(Cell::of(sight)),
                _ => columns.push(Cell::of(sight)),
            }
        }
        if self.columns() == COLUMNS && self.filled == self.width {
            self.halve();
        }
    }

    /// The stretch that was seen, in samples of [`crate::floor::CLOCK`].
    #[must_use]
    pub fn stretch(&self) -> Span {
        let hop = HOP as u64;
        Span::new(self.from * hop, self.told.min(self.until) * hop)
    }

    /// For each channel its columns.
    pub(super) fn channels(&self) -> &[Vec<Cell>] {
        &self.channels
    }

    /// Samples of [`crate::floor::CLOCK`] that one column stands for.
    pub(super) fn width(&self) -> u64 {
        self.width * HOP as u64
    }

    fn columns(&self) -> usize {
        self.channels.first().map_or(0, Vec::len)
    }

    fn halve(&mut self) {
        for columns in &mut self.channels {
            *columns = columns.chunks(2).filter_map(|pair| pair.iter().copied().reduce(Cell::join)).collect();
        }
        self.width *= 2;
        self.filled = self.width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sight(level_db: f32) -> HopState {
        HopState { level_db, noise_db: -60.0, candidate: level_db > -52.0, accepted: false, voiced: false }
    }

    proptest! {
        #[test]
        fn every_hop_stands_in_its_column(hops in 1u64..40_000, peak in 0u64..40_000, from in 0u64..30_000) {
            let mut seen = Trace::new(1, Span::new(from * HOP as u64, u64::MAX));
            for hop in 0..hops {
                seen.take(&[sight(if hop == peak { -10.0 } else { -70.0 })]);
            }
            let columns = &seen.channels()[0];
            let per_column = seen.width() / HOP as u64;
            prop_assert_eq!(columns.len() as u64, hops.saturating_sub(from).div_ceil(per_column));
            prop_assert!(columns.len() <= COLUMNS);
            for (place, cell) in columns.iter().enumerate() {
                let holds = peak < hops && peak >= from && (peak - from) / per_column == place as u64;
                prop_assert_eq!(cell.high > -20.0, holds);
                prop_assert_eq!(cell.candidate, holds);
            }
        }
    }
}
