//! The steps that a record has gone, and the next one.

use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Unit, Zoned};

use super::{Error, State};
use crate::meeting::CorrectionPeriod;
use crate::transcript::Transcript;
use crate::transcript::store::{Seal, Step, Store};

/// No step of a record is older than this program; a clock that says so was never set.
const EARLIEST: &str = "2026-01-01T00:00:00Z";

/// A clock may be corrected by this much between two steps.
const SLACK_MINUTES: i64 = 5;

/// The life of one record so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    steps: Vec<(State, Step)>,
    /// Where it stands when nobody has set a state.
    by_itself: State,
    /// The latest moment that is known from elsewhere.
    known: Timestamp,
}

/// A state that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Which.
    pub to: State,
    /// By whom.
    pub by: String,
    /// Why. Needed for the way back, and to end the period of correction early.
    pub note: Option<String>,
    /// Days of the period of correction.
    pub days: u32,
}

impl Life {
    /// What is kept of a record's life.
    ///
    /// # Errors
    /// When the store fails or holds a state that does not exist.
    pub fn read(store: &Store, transcript: &Transcript) -> Result<Self, Error> {
        let steps = store.steps()?.into_iter();
        let steps = steps.map(|step| match step.state.parse() {
            Ok(state) => Ok((state, step)),
            Err(()) => Err(Error::UnknownState(step.state)),
        });
        let by_itself = if transcript.version.complete { State::Editing } else { State::Transcribing };
        // When the recording began may be known from a person's file only; when it was recognised, this
        // computer's clock said.
        Ok(Self { steps: steps.collect::<Result<_, _>>()?, by_itself, known: transcript.version.created })
    }

    /// Until when speakers may correct a record, if they may at this moment: by its steps alone, so
    /// that it can be asked of every meeting.
    ///
    /// # Errors
    /// When the store fails.
    pub fn open_for_correction(store: &Store, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let steps = store.steps()?;
        let last = steps.last().filter(|step| step.state == State::Correction.key());
        Ok(last.and_then(|step| step.until).filter(|until| now < *until))
    }

    /// Where the record stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.steps.last().map_or(self.by_itself, |(state, _)| *state)
    }

    /// Every step, the oldest first.
    pub fn steps(&self) -> impl Iterator<Item = (State, &Step)> {
        self.steps.iter().map(|(state, step)| (*state, step))
    }

    /// The last edition that was made official, and when.
    #[must_use]
    pub fn sealed(&self) -> Option<(&Seal, Timestamp)> {
        self.steps.iter().rev().find_map(|(_, step)| Some((step.seal.as_ref()?, step.at)))
    }

    /// Until when speakers may correct their turns, while that is so or was so last.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        self.steps.iter().rev().find(|(state, _)| *state == State::Correction).and_then(|(_, step)| step.until)
    }

    /// The period that the record was given when it went to its speakers, by the days of this zone.
    /// It goes before what `rapat.toml` says.
    #[must_use]
    pub fn period(&self, zone: &TimeZone) -> Option<CorrectionPeriod> {
        let (_, step) = self.steps.iter().rev().find(|(state, _)| *state == State::Correction)?;
        let day = |moment: Timestamp| moment.to_zoned(zone.clone()).date();
        let (from, last) = (day(step.at), day(step.until?));
        let days = last.since((Unit::Day, from)).ok()?.get_days();
        Some(CorrectionPeriod { from: Some(from), days: u32::try_from(days).ok()? })
    }

    /// Whether speakers have had their time: it is over, or was ended early with a reason.
    #[must_use]
    pub fn is_corrected(&self, now: Timestamp) -> bool {
        let begun = self.steps.iter().rposition(|(state, _)| *state == State::Correction);
        let Some(begun) = begun else { return false };
        let over = self.steps[begun].1.until.is_none_or(|until| until < now);
        let waived =
            self.steps[begun..].iter().any(|(state, step)| *state == State::Verification && step.note.is_some());
        over || waived
    }

    /// Whether the computer's clock can be right.
    ///
    /// # Errors
    /// [`Error::Clock`] when it stands before something that has happened.
    pub fn check_clock(&self, now: Timestamp) -> Result<(), Error> {
        let earliest = EARLIEST.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let steps = self.steps.iter().map(|(_, step)| step.at);
        let known = steps.chain([self.known, earliest]).max().unwrap_or(earliest);
        match known.checked_sub(SLACK_MINUTES.minutes()) {
            Ok(least) if now < least => Err(Error::Clock { now, known }),
            _ => Ok(()),
        }
    }

    /// Sets the next state, or an earlier one. Becoming official is not among what this can do.
    ///
    /// # Errors
    /// When there is no such way, a reason or name is missing, the period of correction still runs,
    /// or the clock cannot be right.
    pub fn advance(&self, store: &Store, wish: &Transition, now: &Zoned) -> Result<Step, Error> {
        let (from, to) = (self.state(), wish.to);
        let (by, note) = (wish.by.trim(), wish.note.as_deref().map(str::trim).filter(|note| !note.is_empty()));
        self.check_clock(now.timestamp())?;
        if to == State::Official {
            return Err(Error::NeedsFinalize);
        }
        if !from.may_become(to) {
            return Err(Error::NoWay { from, to });
        }
        if by.is_empty() {
            return Err(Error::Nameless);
        }
        if to < from && note.is_none() {
            return Err(Error::NeedsReason { from, to });
        }
        let deadline = self.deadline().filter(|deadline| from == State::Correction && *deadline >= now.timestamp());
        if let Some(until) = deadline.filter(|_| to == State::Verification && note.is_none()) {
            return Err(Error::PeriodRuns { until: until.to_zoned(now.time_zone().clone()) });
        }
        let until = if to == State::Correction { Some(end_of_period(now, wish.days)?) } else { None };
        let step = Step {
            state: to.key().to_owned(),
            at: now.timestamp(),
            by: by.to_owned(),
            note: note.map(str::to_owned),
            until,
            seal: None,
        };
        store.add_step(&step)?;
        Ok(step)
    }
}

/// The last second of the day that many days after this one, in the same zone.
fn end_of_period(now: &Zoned, days: u32) -> Result<Timestamp, Error> {
    let span = Span::new().try_days(days).map_err(|_| Error::Period { days })?;
    let day = now.date().checked_add(span).map_err(|_| Error::Period { days })?;
    let end = day.to_datetime(time(23, 59, 59, 0)).to_zoned(now.time_zone().clone());
    end.map(|end| end.timestamp()).map_err(|_| Error::Period { days })
}
