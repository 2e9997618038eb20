//! Several meetings together.

use jiff::Timestamp;

use super::{MeetingWork, Sum};

impl Sum {
    /// Of these meetings.
    #[must_use]
    pub fn of<'a>(meetings: impl IntoIterator<Item = &'a MeetingWork>) -> Self {
        let meetings: Vec<&MeetingWork> = meetings.into_iter().collect();
        let seconds: f64 = meetings.iter().map(|meeting| meeting.seconds).sum();
        let corrections = meetings.iter().map(|meeting| meeting.corrections).sum();
        let after = |moment: fn(&MeetingWork) -> Option<Timestamp>| {
            median(meetings.iter().filter_map(|meeting| hours(meeting.ended?, moment(meeting)?)).collect())
        };
        Self {
            meetings: meetings.len(),
            seconds,
            words: meetings.iter().map(|meeting| meeting.words).sum(),
            corrections,
            corrections_per_hour: (seconds > 0.0).then(|| corrections as f64 / (seconds / 3600.0)),
            listened_percent: listened(&meetings),
            provisional: meetings.iter().filter(|meeting| meeting.provisional.is_some()).count(),
            hours_to_provisional: after(|meeting| meeting.provisional),
            official: meetings.iter().filter(|meeting| meeting.official.is_some()).count(),
            hours_to_official: after(|meeting| meeting.official),
        }
    }
}

/// Hours between two moments; none where the second is before the first, as a clock that was set
/// later makes it.
pub(super) fn hours(from: Timestamp, until: Timestamp) -> Option<f64> {
    let hours = until.duration_since(from).as_secs_f64() / 3600.0;
    (hours >= 0.0).then_some(hours)
}

/// The share of what was said, so that a long meeting counts for more than a short one.
fn listened(meetings: &[&MeetingWork]) -> u64 {
    let spoken: f64 = meetings.iter().map(|meeting| meeting.spoken_seconds).sum();
    let heard: f64 = meetings.iter().map(|meeting| meeting.spoken_seconds * meeting.listened_percent as f64).sum();
    if spoken > 0.0 { (heard / spoken).floor() as u64 } else { 0 }
}

/// The middle one; of an even number the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0]), Some(3.0));
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }

    #[test]
    fn a_clock_that_was_set_back_gives_no_time() {
        let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let (early, late) = (moment("2027-03-09T05:00:00Z"), moment("2027-03-10T06:30:00Z"));
        assert_eq!(hours(early, late), Some(25.5));
        assert_eq!(hours(late, early), None);
    }

    proptest! {
        #[test]
        fn the_median_has_as_many_below_as_above(values in prop::collection::vec(0.0..1e6f64, 1..60)) {
            let middle = median(values.clone()).expect("one");
            let below = values.iter().filter(|value| **value < middle).count();
            let above = values.iter().filter(|value| **value > middle).count();
            prop_assert!(below <= values.len() / 2 && above <= values.len() / 2);
        }
    }
}
