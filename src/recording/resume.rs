//! Goes on with a recording that nobody closed: its recorder died, or its disk was full.

use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::header::Labels;
use super::recover::{Closing, close_open};
use super::writer::{lock, reserve_again};
use super::{End, Error, Fact, Format, Growth, Writer, segment_in};

/// A recording that ended longer ago is of another meeting.
const LONG_AGO: SignedDuration = SignedDuration::from_hours(24);

/// A recording that is gone on with.
#[derive(Debug)]
pub struct Resumed {
    /// It stands where the sound ends.
    pub writer: Writer,
    /// When its first sample was taken.
    pub began: Timestamp,
    /// How long ago that is, by the civil clock without the steps that were noticed while it was
    /// recorded.
    pub elapsed: SignedDuration,
}

impl Resumed {
    /// Whether the recording of a folder may be gone on with: nobody closed it. An error says why
    /// not.
    ///
    /// # Errors
    /// [`Error::Taken`] where it was closed as asked, [`Error::LongAgo`], or what reading comes to.
    pub fn may(growth: &Growth) -> Result<(), Error> {
        let path = || growth.folder().to_owned();
        let archived = growth.ledger().facts.iter().any(|fact| matches!(fact, Fact::Archived { .. }));
        match growth.ledger().end() {
            _ if archived => Err(Error::Taken { path: path() }),
            Some(End::Asked | End::SourceEnded) => Err(Error::Taken { path: path() }),
            Some(End::Crash | End::Disk) | None if elapsed(growth) > length(growth) + LONG_AGO => {
                Err(Error::LongAgo { path: path() })
            }
            Some(End::Crash | End::Disk) | None => Ok(()),
        }
    }

    /// Closes what was left open and goes on behind it, in the folder that the recording is in by
    /// now. What was missed meanwhile is for the caller to count, when sound comes again.
    ///
    /// # Errors
    /// As [`Resumed::may`]; [`Error::Busy`] while a recorder is at work, [`Error::OtherForm`] where
    /// the samples come in another form now.
    pub fn begin(folder: &Path, format: Format, names: Vec<String>) -> Result<Self, Error> {
        let growth = Growth::open(folder)?.ok_or_else(|| Error::Absent { path: folder.to_owned() })?;
        let folder = growth.folder().to_owned();
        let lock = lock(&folder)?;
        Self::may(&growth)?;
        if growth.format() != format {
            return Err(Error::OtherForm { path: folder });
        }
        let zone = growth.ledger().began().map_or(TimeZone::UTC, |began| began.time_zone().clone());
        let (began, elapsed) = (growth.started(), elapsed(&growth));
        let Closing { mut pen, frames, found, .. } = close_open(&growth)?;
        pen.write(Fact::Recovered { at: frames, found: found.len() as u64 })?;
        // Not even a file that holds nothing is written over.
        let number = (0..u64::MAX).find(|number| segment_in(&folder, number + 1).is_none()).unwrap_or_default();
        let number = number.max(pen.ledger().segments().len() as u64);
        // Without it the last lines may find no room; the sound does not depend on it.
        reserve_again(&folder, pen.ledger().current_seal().is_some());
        let labels = Labels { start: began, zone, names };
        let writer = Writer::new(folder, format, labels, pen, lock)?.behind(number, frames);
        Ok(Self { writer, began, elapsed })
    }
}

/// How long the recording has been going on by now.
fn elapsed(growth: &Growth) -> SignedDuration {
    let step = |fact: &Fact| match fact {
        Fact::Clock { stepped_ms, .. } => *stepped_ms,
        _ => 0,
    };
    let stepped: i64 = growth.ledger().facts.iter().map(step).sum();
    let civil = Timestamp::now().as_millisecond() - growth.started().as_millisecond();
    SignedDuration::from_millis(civil.saturating_sub(stepped).max(0))
}

/// How long it is by what its ledger names.
fn length(growth: &Growth) -> SignedDuration {
    let segments = growth.ledger().segments();
    let end = segments.last().map_or(0, |(_, first, frames)| first.saturating_add(frames.unwrap_or(0)));
    let end = growth.gaps().iter().fold(end, |end, gap| end.max(gap.end));
    SignedDuration::from_millis(growth.clock().millis(end) as i64)
}
