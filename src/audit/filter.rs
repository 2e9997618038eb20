//! Which entries are wanted.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{Action, Entry};

/// Which entries are wanted; all where nothing is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// By somebody in whose name this stands; capitals make no difference.
    pub by: Option<String>,
    /// Only this.
    pub action: Option<Action>,
    /// Only of meetings in whose folder's name this stands.
    pub meeting: Option<String>,
    /// Not before this.
    pub from: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
}

impl Filter {
    /// The same between two days, both included, in this zone.
    #[must_use]
    pub fn between(self, from: Option<Date>, until: Option<Date>, zone: &TimeZone) -> Self {
        let begins = |day: Date| day.to_zoned(zone.clone()).ok().map(|begin| begin.timestamp());
        let after = until.and_then(|day| day.checked_add(1.day()).ok());
        Self { from: from.and_then(begins), until: after.and_then(begins), ..self }
    }

    /// Whether an entry is wanted.
    #[must_use]
    pub fn takes(&self, entry: &Entry) -> bool {
        let holds = |whole: &str, part: &str| whole.to_lowercase().contains(&part.trim().to_lowercase());
        self.by.as_ref().is_none_or(|by| holds(&entry.who.by, by))
            && self.action.is_none_or(|action| entry.action == action)
            && self.meeting.as_ref().is_none_or(|name| entry.meeting.as_ref().is_some_and(|own| holds(own, name)))
            && self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
    }
}
