//! What is said of people, of what was entered, and of the ledger's lines.

use crate::common::clock::{Channel, Clock};
use crate::common::language::{Language, lookup};
use crate::common::message::{Explain, Message};
use crate::conference::Change;
use crate::meeting::{EventKind, Meeting};
use crate::recording::{Absence, Cause, End, Entered, Fact};

/// What stands beside a meter: who sits there, or that nobody does. Empty when nothing is known of
/// the seat.
#[must_use]
pub fn seat(language: Language, meeting: &Meeting, channel: Channel, millis: u64) -> String {
    match meeting.speaker(channel, millis) {
        Some(person) => person.name.clone(),
        None if meeting.seat(channel).is_some_and(|seat| seat.lectern) => text(language, "screen.lectern"),
        None if meeting.seat(channel).is_some_and(|seat| seat.shared) => text(language, "screen.shared"),
        None => String::new(),
    }
}

/// Who speaks: a name, or the number of the microphone.
#[must_use]
pub fn who(language: Language, meeting: &Meeting, channel: Channel, millis: u64) -> String {
    let microphone = || Message::new("screen.microphone").with("number", channel.number()).what(language);
    meeting.speaker(channel, millis).map_or_else(microphone, |person| person.name.clone())
}

/// Why a recording ended.
#[must_use]
pub fn end(language: Language, end: End) -> String {
    text(
        language,
        match end {
            End::Asked => "screen.end.asked",
            End::SourceEnded => "screen.end.source_ended",
            End::Disk => "screen.end.disk",
            End::Crash => "screen.end.crash",
        },
    )
}

/// A line of the ledger as a sentence.
#[must_use]
pub fn fact(language: Language, meeting: &Meeting, clock: Clock, fact: &Fact) -> String {
    let say = |key: &str| Message::new(&format!("screen.fact.{key}"));
    let at = |key: &str, at: &u64| say(key).with("at", clock.hms(*at));
    let message = match fact {
        Fact::Start { device, .. } => say("start").with("device", device),
        Fact::Open { file, .. } => say("open").with("file", file),
        Fact::Segment { file, .. } => say("segment").with("file", file),
        Fact::Gap { at: place, frames, cause } => at("gap", place)
            .with("seconds", clock.decimal_seconds(*frames))
            .with("cause", text(language, cause_key(*cause))),
        Fact::Lost { at: place, why, reason } if reason.is_empty() => {
            at("lost", place).with("why", text(language, absence_key(*why)))
        }
        Fact::Lost { at: place, why, reason } => {
            let why = text(language, absence_key(*why));
            at("lost", place).with("why", format!("{why} ({reason})"))
        }
        Fact::Returned { at: place } => at("returned", place),
        Fact::Event { at: place, withdraws: Some(_), entered: Entered::Event(EventKind::Note(text)), .. } => {
            at("event", place).with("what", text)
        }
        Fact::Event { at: place, entered: what, .. } => {
            at("event", place).with("what", entered(language, meeting, what, clock.millis(*place)))
        }
        Fact::Sealed { at: place, .. } => at("sealed", place),
        Fact::Clock { at: place, .. } => at("clock", place),
        Fact::Low { at: place, minutes } => at("low", place).with("minutes", minutes),
        Fact::Moved { at: place, folder } => at("moved", place).with("folder", folder.display()),
        Fact::MirrorFailed { at: place, reason } => at("mirror_failed", place).with("reason", reason),
        Fact::Recovered { at: place, .. } => at("recovered", place),
        Fact::Archived { file, .. } => say("archived").with("file", file),
        Fact::Stop { at: place, end: why, .. } => at("stop", place).with("end", end(language, *why)),
    };
    message.what(language)
}

fn absence_key(why: Absence) -> &'static str {
    match why {
        Absence::Unplugged => "screen.absence.unplugged",
        Absence::Server => "screen.absence.server",
        Absence::Mute => "screen.absence.mute",
        Absence::Other => "screen.absence.other",
    }
}

fn cause_key(cause: Cause) -> &'static str {
    match cause {
        Cause::Disk => "screen.cause.disk",
        Cause::Overrun => "screen.cause.overrun",
        Cause::Device => "screen.cause.device",
        Cause::Unknown => "screen.cause.unknown",
    }
}

/// What was entered.
#[must_use]
pub fn entered(language: Language, meeting: &Meeting, entered: &Entered, millis: u64) -> String {
    let say = |key: &str| Message::new(&format!("screen.entered.{key}"));
    let message = match entered {
        Entered::Event(EventKind::Opened) => say("opened"),
        Entered::Event(EventKind::Suspended) => say("suspended"),
        Entered::Event(EventKind::Resumed) => say("resumed"),
        Entered::Event(EventKind::Closed) => say("closed"),
        Entered::Event(EventKind::Private) => say("private"),
        Entered::Event(EventKind::Public) => say("public"),
        Entered::Event(EventKind::Gavel(times)) => say("gavel").with("times", times),
        Entered::Event(EventKind::Agreed(None)) => say("agreed"),
        Entered::Event(EventKind::Agreed(Some(decision))) => say("decided").with("decision", decision),
        Entered::Event(EventKind::Interjection(channel)) => {
            say("interjection").with("who", who(language, meeting, *channel, millis))
        }
        Entered::Event(EventKind::Item(number)) => say("item").with("number", number),
        Entered::Event(EventKind::Song(title)) => say("song").with("title", title),
        Entered::Event(EventKind::Note(text)) => say("note").with("text", text),
        Entered::Seated { channel, person: None } => say("unseated").with("number", channel.number()),
        Entered::Seated { channel, person: Some(id) } => {
            // The roster may have changed since.
            let name = meeting.people.iter().find(|person| person.id == *id).map_or(id, |person| &person.name);
            say("seated").with("number", channel.number()).with("name", name)
        }
        Entered::ListenAgain => say("listen_again"),
        Entered::Alarm(alarm) => named(alarm.message(), meeting),
        Entered::Microphone { channel, change } => say(match change {
            Change::On => "on",
            Change::Off => "off",
            Change::Requested => "requested",
            Change::Withdrawn => "withdrawn",
        })
        .with("number", channel.number()),
    };
    message.what(language)
}

/// What is wrong with microphones, with the names of those who sit at them.
#[must_use]
pub fn named(mut message: Message, meeting: &Meeting) -> Message {
    for (_, value) in &mut message.values {
        let number = value.strip_prefix("ch").and_then(|number| number.parse().ok());
        if let Some(person) = number.and_then(Channel::new).and_then(|channel| meeting.speaker(channel, 0)) {
            *value = format!("{value} ({})", person.name);
        }
    }
    message
}

fn text(language: Language, key: &str) -> String {
    lookup(language, key).unwrap_or_else(|| key.to_owned())
}
