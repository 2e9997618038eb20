//! Time as integer samples on a recording's own clock.
//!
//! Nothing in the core holds seconds. A position is a number of samples since the recording began,
//! at the rate that the recording has; civil time is derived from it at the edge, with its zone.

use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// The most channels that one recording may have.
pub const MAX_CHANNELS: u16 = 64;

/// A microphone channel of a recording, counted from 1 as on the label of the socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Channel(u16);

impl Channel {
    /// The channel with this number (1 to [`MAX_CHANNELS`]), or `None` outside that range.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        (1..=MAX_CHANNELS).contains(&number).then_some(Self(number))
    }

    /// The channel at this place (from 0) of an interleaved frame.
    ///
    /// # Panics
    /// When `index` is not below [`MAX_CHANNELS`]: recordings with more channels are refused when
    /// they are opened.
    #[must_use]
    pub fn from_index(index: usize) -> Self {
        assert!(index < usize::from(MAX_CHANNELS), "channel index {index} out of range");
        Self(index as u16 + 1)
    }

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }

    /// Its place in an interleaved frame, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0) - 1
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ch{:02}", self.0)
    }
}

/// A stretch of a recording: samples `start` (included) to `end` (excluded).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First sample.
    pub start: u64,
    /// The sample after the last.
    pub end: u64,
}

impl Span {
    /// The span of these samples; an `end` before `start` gives an empty span.
    #[must_use]
    pub fn new(start: u64, end: u64) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Length in samples.
    #[must_use]
    pub fn len(self) -> u64 {
        self.end - self.start
    }

    /// Whether it holds no sample.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Samples that both spans hold.
    #[must_use]
    pub fn overlap(self, other: Self) -> u64 {
        self.end.min(other.end).saturating_sub(self.start.max(other.start))
    }
}

/// The clock of one recording: how many samples make a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clock {
    rate: NonZeroU32,
}

impl Clock {
    /// A clock of `rate` samples a second.
    #[must_use]
    pub const fn new(rate: NonZeroU32) -> Self {
        Self { rate }
    }

    /// Samples a second.
    #[must_use]
    pub fn rate(self) -> u32 {
        self.rate.get()
    }

    /// The same, as the number that it is: never zero.
    #[must_use]
    pub const fn rate_nonzero(self) -> NonZeroU32 {
        self.rate
    }

    /// Milliseconds since the start, rounded to the nearest.
    #[must_use]
    pub fn millis(self, position: u64) -> u64 {
        let rate = u128::from(self.rate());
        ((u128::from(position) * 1000 + rate / 2) / rate) as u64
    }

    /// The position that many milliseconds after the start, rounded down.
    #[must_use]
    pub fn at_millis(self, millis: u64) -> u64 {
        (u128::from(millis) * u128::from(self.rate()) / 1000) as u64
    }

    /// The same moment on another clock, rounded down.
    #[must_use]
    pub fn convert(self, position: u64, to: Self) -> u64 {
        (u128::from(position) * u128::from(to.rate()) / u128::from(self.rate())) as u64
    }

    /// The same stretch on another clock.
    #[must_use]
    pub fn convert_span(self, span: Span, to: Self) -> Span {
        Span::new(self.convert(span.start, to), self.convert(span.end, to))
    }

    /// `hh:mm:ss` since the start, as marks in the record have it.
    #[must_use]
    pub fn hms(self, position: u64) -> String {
        let seconds = position / u64::from(self.rate());
        format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }

    /// Seconds since the start with millisecond digits, for formats that are written in decimal
    /// seconds.
    #[must_use]
    pub fn decimal_seconds(self, position: u64) -> String {
        let millis = self.millis(position);
        format!("{}.{:03}", millis / 1000, millis % 1000)
    }
}

/// A moment as sentences and lists tell it, `09-03-2027 10.05 WITA`: its day, its minute and its
/// zone, which outside Indonesia is its distance from UTC.
#[must_use]
pub fn moment(at: &jiff::Zoned) -> String {
    let zone = match at.offset().seconds() {
        25_200 => "WIB".to_owned(),
        28_800 => "WITA".to_owned(),
        32_400 => "WIT".to_owned(),
        _ => at.strftime("UTC%:z").to_string(),
    };
    format!("{} {zone}", at.strftime("%d-%m-%Y %H.%M"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clock(rate: u32) -> Clock {
        Clock::new(NonZeroU32::new(rate).expect("a rate"))
    }

    #[test]
    fn channels_run_from_1_to_64() {
        assert_eq!(Channel::new(0), None);
        assert_eq!(Channel::new(65), None);
        assert_eq!(Channel::new(64).map(Channel::index), Some(63));
        assert_eq!(Channel::from_index(6).to_string(), "ch07");
    }

    #[test]
    fn marks_are_hours_minutes_seconds() {
        assert_eq!(clock(48_000).hms(48_000 * 3661 + 47_999), "01:01:01");
        assert_eq!(clock(16_000).decimal_seconds(24_008), "1.501");
    }

    proptest! {
        #[test]
        fn a_position_survives_a_faster_clock(position in 0u64..1 << 40, low in 8_000u32..48_000, factor in 1u32..4) {
            let (slow, fast) = (clock(low), clock(low * factor));
            prop_assert_eq!(fast.convert(slow.convert(position, fast), slow), position);
        }

        #[test]
        fn overlap_is_symmetric_and_bounded(a in 0u64..1000, b in 0u64..1000, c in 0u64..1000, d in 0u64..1000) {
            let (x, y) = (Span::new(a.min(b), a.max(b)), Span::new(c.min(d), c.max(d)));
            prop_assert_eq!(x.overlap(y), y.overlap(x));
            prop_assert!(x.overlap(y) <= x.len().min(y.len()));
        }
    }
}
