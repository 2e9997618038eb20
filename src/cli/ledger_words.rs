//! What is said of people, of what was entered, and of the ledger's lines.

use e_risalah::common::clock::{Channel, Clock};
use e_risalah::common::message::{Explain, Message};
use e_risalah::conference::Change;
use e_risalah::meeting::{EventKind, Meeting};
use e_risalah::recording::{Absence, Cause, End, Entered, Fact};

use super::alarms;
use super::console::Console;

/// What stands beside a meter: who sits there, or that nobody does. Empty when nothing is known of
/// the seat.
pub fn seat(console: Console, meeting: &Meeting, channel: Channel, millis: u64) -> String {
    match meeting.speaker(channel, millis) {
        Some(person) => person.name.clone(),
        None if meeting.seat(channel).is_some_and(|seat| seat.lectern) => console.text("screen.lectern"),
        None if meeting.seat(channel).is_some_and(|seat| seat.shared) => console.text("screen.shared"),
        None => String::new(),
    }
}

/// Who speaks: a name, or the number of the microphone.
pub fn who(console: Console, meeting: &Meeting, channel: Channel, millis: u64) -> String {
    let microphone = || console.sentence(&Message::new("screen.microphone").with("number", channel.number()));
    meeting.speaker(channel, millis).map_or_else(microphone, |person| person.name.clone())
}

/// Why a recording ended.
pub fn end(console: Console, end: End) -> String {
    console.text(match end {
        End::Asked => "screen.end.asked",
        End::SourceEnded => "screen.end.source_ended",
        End::Disk => "screen.end.disk",
        End::Crash => "screen.end.crash",
    })
}

/// A line of the ledger as a sentence.
pub fn fact(console: Console, meeting: &Meeting, clock: Clock, fact: &Fact) -> String {
    let say = |key: &str| Message::new(&format!("screen.fact.{key}"));
    let at = |key: &str, at: &u64| say(key).with("at", clock.hms(*at));
    let message = match fact {
        Fact::Start { device, .. } => say("start").with("device", device),
        Fact::Open { file, .. } => say("open").with("file", file),
        Fact::Segment { file, .. } => say("segment").with("file", file),
        Fact::Gap { at: place, frames, cause } => at("gap", place)
            .with("seconds", clock.decimal_seconds(*frames))
            .with("cause", console.text(cause_key(*cause))),
        Fact::Lost { at: place, why, reason } if reason.is_empty() => {
            at("lost", place).with("why", console.text(absence_key(*why)))
        }
        Fact::Lost { at: place, why, reason } => {
            let why = console.text(absence_key(*why));
            at("lost", place).with("why", format!("{why} ({reason})"))
        }
        Fact::Returned { at: place } => at("returned", place),
        Fact::Event { at: place, withdraws: Some(_), entered: Entered::Event(EventKind::Note(text)), .. } => {
            at("event", place).with("what", text)
        }
        Fact::Event { at: place, entered: what, .. } => {
            at("event", place).with("what", entered(console, meeting, what, clock.millis(*place)))
        }
        Fact::Clock { at: place, .. } => at("clock", place),
        Fact::Low { at: place, minutes } => at("low", place).with("minutes", minutes),
        Fact::Moved { at: place, folder } => at("moved", place).with("folder", folder.display()),
        Fact::MirrorFailed { at: place, reason } => at("mirror_failed", place).with("reason", reason),
        Fact::Recovered { at: place, .. } => at("recovered", place),
        Fact::Archived { file, .. } => say("archived").with("file", file),
        Fact::Stop { at: place, end: why, .. } => at("stop", place).with("end", end(console, *why)),
    };
    console.sentence(&message)
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
pub fn entered(console: Console, meeting: &Meeting, entered: &Entered, millis: u64) -> String {
    let say = |key: &str| Message::new(&format!("screen.entered.{key}"));
    let message = match entered {
        Entered::Event(EventKind::Opened) => say("opened"),
        Entered::Event(EventKind::Suspended) => say("suspended"),
        Entered::Event(EventKind::Resumed) => say("resumed"),
        Entered::Event(EventKind::Closed) => say("closed"),
        Entered::Event(EventKind::Gavel(times)) => say("gavel").with("times", times),
        Entered::Event(EventKind::Agreed(None)) => say("agreed"),
        Entered::Event(EventKind::Agreed(Some(decision))) => say("decided").with("decision", decision),
        Entered::Event(EventKind::Interjection(channel)) => {
            say("interjection").with("who", who(console, meeting, *channel, millis))
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
        Entered::Alarm(alarm) => alarms::named(alarm.message(), meeting),
        Entered::Microphone { channel, change } => say(match change {
            Change::On => "on",
            Change::Off => "off",
            Change::Requested => "requested",
            Change::Withdrawn => "withdrawn",
        })
        .with("number", channel.number()),
    };
    console.sentence(&message)
}
