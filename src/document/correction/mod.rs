//! Corrections made in Word or `LibreOffice`: the working copy read back, each difference a layer
//! on its utterance.
//!
//! The working copy ([`crate::document::risalah::Format::Working`]) carries an
//! [`Anchor`](crate::document::risalah::Anchor) at each paragraph, which says what stood there and
//! under which layers. What came back is compared with that, not with what stands there now: a
//! change that somebody else made in the meantime is never taken back by it. A difference whose
//! place is certain becomes a [`Layer`]; whatever else is different is told as a [`Leftover`] with
//! its words, never dropped and never guessed.

mod base;
mod compare;
mod difference;
mod document;
mod error;
mod label;
mod leftover;
mod look;
mod order;
mod package;
mod symbol;

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::meeting::Meeting;
use crate::transcript::Transcript;
use crate::transcript::edit::{Edit, Layer, Source};

pub use difference::{Difference, difference};
pub use document::{Document, Tracked};
pub use error::Error;
pub use label::{Named, who};
pub use leftover::{Kind, Leftover};

/// Who corrects.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrector {
    /// Their name.
    pub by: String,
    /// Why, if it was said.
    pub why: Option<String>,
    /// When, by the clock on the wall.
    pub when: Zoned,
    /// For a member who corrects their own turns: their short name in the meeting.
    pub member: Option<String>,
}

impl Corrector {
    fn source(&self) -> Source {
        if self.member.is_some() { Source::Member } else { Source::Person }
    }
}

/// What a document that came back says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Correction {
    /// What is to be laid, in this order.
    pub layers: Vec<Layer>,
    /// Differences that were taken over before.
    pub known: usize,
    /// What a person must see to.
    pub leftovers: Vec<Leftover>,
    /// Tracked changes, which were read as accepted: whose, and how many.
    pub tracked: Vec<Tracked>,
}

/// Compares a document that came back with the transcript.
///
/// `raw` is the transcript that the copy was made of, `edits` all layers of the store. Nothing is
/// written.
///
/// # Errors
/// When the document is no working copy of this transcript.
pub fn read(
    document: &Document,
    meeting: &Meeting,
    raw: &Transcript,
    edits: &[Edit],
    corrector: &Corrector,
) -> Result<Correction, Error> {
    compare::compare(document, meeting, raw, edits, corrector)
}

/// The last day on which members may correct: so many days after the provisional record went out,
/// or, where the meeting's description does not say when it did, after the transcript was begun.
#[must_use]
pub fn last_day(meeting: &Meeting, transcript: &Transcript, zone: &TimeZone) -> Date {
    let begun = || transcript.version.created.to_zoned(zone.clone()).date();
    let sent = meeting.correction.from.unwrap_or_else(begun);
    sent.saturating_add(jiff::Span::new().days(meeting.correction.days))
}

/// Checks that members may still correct.
///
/// # Errors
/// [`Error::Late`].
pub fn in_time(meeting: &Meeting, transcript: &Transcript, now: &Zoned) -> Result<(), Error> {
    let last = last_day(meeting, transcript, now.time_zone());
    if now.date() > last { Err(Error::Late { last }) } else { Ok(()) }
}
