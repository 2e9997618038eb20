//! What a conference system can say, and when.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::error::Fault;
use crate::common::clock::Channel;
use crate::meeting::{Meeting, offset};

/// What became of a microphone, as the system says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was switched on.
    On,
    /// It was switched off.
    Off,
    /// Someone asks to speak.
    Requested,
    /// They no longer ask.
    Withdrawn,
}

/// What the system says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A microphone changed.
    Microphone(Change),
    /// From now on this person, by the short name in `rapat.toml`, sits there; `None`: nobody that
    /// is known.
    Seated(Option<String>),
}

/// One thing that the system says of one microphone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, in milliseconds on the system's own clock; `None` for now.
    pub at: Option<i64>,
    /// The microphone.
    pub channel: Channel,
    /// What.
    pub said: Said,
}

/// How a system tells the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Moments with their distance from UTC; milliseconds since 1970.
    Instant,
    /// Days and times of the wall clock; milliseconds since 1970, as if the wall's zone were UTC.
    Civil,
    /// Hours, minutes and seconds on a clock that began somewhere.
    Elapsed,
    /// The recording's own.
    Recording,
}

/// The events of one meeting, by time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Events {
    pub(crate) timing: Timing,
    /// Never without their time.
    pub(crate) list: Vec<(i64, Channel, Said)>,
}

impl Events {
    /// Events whose times are milliseconds of the recording, as its ledger has them.
    #[must_use]
    pub fn recorded(mut list: Vec<(i64, Channel, Said)>) -> Self {
        list.sort_by_key(|(at, ..)| *at);
        Self { timing: Timing::Recording, list }
    }

    /// Whether they were entered while the recording ran: their time is its own.
    #[must_use]
    pub fn are_recorded(&self) -> bool {
        self.timing == Timing::Recording
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What the system's clock should say at the recording's first sample, if both clocks are
    /// right; unknown where nobody knows when the recording began.
    #[must_use]
    pub fn expected_origin(&self, meeting: &Meeting, started: Option<Timestamp>) -> Option<i64> {
        match self.timing {
            Timing::Recording => Some(0),
            Timing::Elapsed => None,
            Timing::Instant => Some(started?.as_millisecond()),
            Timing::Civil => meeting.civil(0, started).and_then(civil_millis),
        }
    }
}

impl Events {
    /// A time of the system's clock as the system would write it.
    #[must_use]
    pub fn written(&self, at: i64) -> String {
        match self.timing {
            Timing::Elapsed | Timing::Recording => {
                let (sign, millis) = (if at < 0 { "-" } else { "" }, at.unsigned_abs());
                let seconds = millis / 1000;
                format!("{sign}{}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, millis % 1000)
            }
            Timing::Instant => Timestamp::from_millisecond(at).map(|moment| moment.to_string()).unwrap_or_default(),
            Timing::Civil => {
                let moment = Timestamp::from_millisecond(at).map(|moment| moment.to_zoned(TimeZone::UTC).datetime());
                moment.map(|civil| civil.to_string()).unwrap_or_default()
            }
        }
    }
}

/// Reads a time: with its distance from UTC, of a wall clock, or hours, minutes and seconds.
pub(super) fn time(text: &str) -> Result<(Timing, i64), Fault> {
    let text = text.trim();
    let wrong = || Fault::NotATime(text.chars().take(40).collect());
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok((Timing::Instant, moment.as_millisecond()));
    }
    if let Some(millis) = offset(text) {
        return Ok((Timing::Elapsed, i64::try_from(millis).map_err(|_| wrong())?));
    }
    // A date alone would be midnight to the parser; nobody means that.
    let civil = text.parse::<DateTime>().ok().filter(|_| text.contains(':')).and_then(civil_millis);
    civil.map(|millis| (Timing::Civil, millis)).ok_or_else(wrong)
}

fn civil_millis(civil: DateTime) -> Option<i64> {
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// One event as text names it.
pub(super) fn event(number: &str, word: &str, person: Option<&str>) -> Result<(Channel, Said), Fault> {
    let shown = |text: &str| text.trim().chars().take(40).collect::<String>();
    let channel = number.trim().parse().ok().and_then(Channel::new).ok_or_else(|| Fault::NotAChannel(shown(number)))?;
    let person = person.map(str::trim).filter(|person| !person.is_empty());
    let said = match word.trim().to_lowercase().as_str() {
        "nyala" => Said::Microphone(Change::On),
        "mati" => Said::Microphone(Change::Off),
        "minta" => Said::Microphone(Change::Requested),
        "batal" => Said::Microphone(Change::Withdrawn),
        "duduk" => Said::Seated(person.map(str::to_owned)),
        _ => return Err(Fault::NotAnEvent(shown(word))),
    };
    Ok((channel, said))
}
