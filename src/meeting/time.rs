//! Civil zones and the two ways in which `rapat.toml` writes a time.

use std::fmt;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

/// The three zones of Indonesia. None has summer time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Zone {
    /// Western, UTC+7.
    Wib,
    /// Central, UTC+8.
    Wita,
    /// Eastern, UTC+9.
    Wit,
}

impl Zone {
    /// Each of them, from west to east.
    pub const ALL: [Self; 3] = [Self::Wib, Self::Wita, Self::Wit];

    /// Its distance from UTC.
    #[must_use]
    pub fn offset(self) -> jiff::tz::Offset {
        jiff::tz::offset(match self {
            Self::Wib => 7,
            Self::Wita => 8,
            Self::Wit => 9,
        })
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        })
    }
}

/// A time of day as Indonesian writes it, `10.05` or `10.05.30`; a colon in place of the period is
/// understood.
pub(super) fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute, second) = three(text, &['.', ':'])?;
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()
}

/// A time and the zone that stands behind it, if one does.
pub(super) fn split_zone(text: &str) -> (&str, Option<Zone>) {
    let text = text.trim();
    let zones = [("WITA", Zone::Wita), ("WIB", Zone::Wib), ("WIT", Zone::Wit)];
    let named = zones.into_iter().find_map(|(name, zone)| {
        let at = text.len().checked_sub(name.len()).filter(|at| text.is_char_boundary(*at))?;
        text[at..].eq_ignore_ascii_case(name).then(|| (text[..at].trim_end(), Some(zone)))
    });
    named.unwrap_or((text, None))
}

/// A time since the recording's start, `jam:menit:detik` with as many hours as it takes, in
/// milliseconds.
#[must_use]
pub fn offset(text: &str) -> Option<u64> {
    let (whole, fraction) = text.trim().split_once(['.', ',']).unwrap_or((text.trim(), ""));
    if whole.split(':').count() != 3 || fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hour, minute, second) = three(whole, &[':'])?;
    if minute > 59 || second > 59 {
        return None;
    }
    let millis: u64 = format!("{fraction:0<3}").parse().ok()?;
    Some(((u64::from(hour) * 60 + u64::from(minute)) * 60 + u64::from(second)) * 1000 + millis)
}

/// Milliseconds from one time of day to the next occurrence of another: a meeting may go on past
/// midnight. A time that is written to the minute is not before one within that minute.
pub(super) fn millis_until(from: Time, to: Time) -> u64 {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    const MINUTE: i64 = 60_000;
    let elapsed = to.duration_since(from).as_millis() as i64;
    if to.second() == 0 && elapsed < 0 && elapsed > -MINUTE { 0 } else { elapsed.rem_euclid(DAY).unsigned_abs() }
}

/// Two or three groups of digits; the third is 0 when left out.
fn three(text: &str, separators: &[char]) -> Option<(u32, u32, u32)> {
    let mut parts = text.trim().split(separators);
    let mut number = || -> Option<Option<u32>> {
        parts.next().map_or(Some(None), |part| {
            let digits = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse().ok()).flatten().map(Some)
        })
    };
    let (first, second, third) = (number()??, number()??, number()?.unwrap_or(0));
    parts.next().is_none().then_some((first, second, third))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read_as_indonesian_writes_them() {
        assert_eq!(time_of_day("10.05"), Some(jiff::civil::time(10, 5, 0, 0)));
        assert_eq!(time_of_day("10:05:30"), Some(jiff::civil::time(10, 5, 30, 0)));
        for wrong in ["", "10", "24.00", "10.60", "10.05.30.1", "-1.05", "１０.05", "10.05 WITA"] {
            assert_eq!(time_of_day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_zone_may_stand_behind_a_time() {
        assert_eq!(split_zone("10.05 WITA"), ("10.05", Some(Zone::Wita)));
        assert_eq!(split_zone("10.05wib"), ("10.05", Some(Zone::Wib)));
        assert_eq!(split_zone("10.05"), ("10.05", None));
        assert_eq!(split_zone("é"), ("é", None));
    }

    #[test]
    fn offsets_are_hours_minutes_seconds() {
        assert_eq!(offset("00:12:03"), Some(723_000));
        assert_eq!(offset("26:00:00,5"), Some(93_600_500));
        assert_eq!(offset("00:00:01.250"), Some(1_250));
        for wrong in ["12:03", "00:60:00", "00:00:60", "00:00:01.0001", "99999:00:00", "aa:00:00", "00:00:01.-5"] {
            assert_eq!(offset(wrong), None, "{wrong}");
        }
    }
}
