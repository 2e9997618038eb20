//! From which day until which.

use jiff::civil::Date;
use serde::Serialize;

/// Days; both are included. One that is not given is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first.
    pub from: Option<Date>,
    /// The last.
    pub until: Option<Date>,
}

impl Period {
    /// Whether a meeting of this day belongs to it; one without a day only where all do.
    #[must_use]
    pub fn has(self, date: Option<Date>) -> bool {
        match date {
            Some(date) => self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until),
            None => self == Self::default(),
        }
    }

    /// Whether it ends before it begins.
    #[must_use]
    pub fn is_empty(self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if until < from)
    }
}
