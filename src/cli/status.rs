//! `risalah status`: where a record stands, and what it still needs.

use std::path::Path;

use e_risalah::common::message::{Explain, Message};
use e_risalah::lifecycle::{Life, Manifest, State, hindrances, uncarried};
use e_risalah::meeting::{Finding, Meeting};
use e_risalah::recording::{Growth, folder_of};
use e_risalah::transcript::store::{self, Store};
use jiff::{Timestamp, Unit, Zoned};

use super::args::Keeping;
use super::export::description;
use super::print::no_paper;
use super::show::{Console, print};
use super::{End, Failure};

pub fn run(args: &Keeping, console: Console) -> Result<End, Failure> {
    let store = match Store::open_to_read(&args.folder) {
        Err(store::Error::Missing { .. }) => return before(args, console),
        store => store?,
    };
    let meeting = description(&args.folder)?;
    let transcript = store.current()?;
    let life = Life::read(&store, &transcript)?;
    let now = now(&meeting);
    let clock = life.check_clock(now.timestamp()).err();
    let mut hindrances = hindrances(&meeting, &transcript, &life, &now);
    hindrances.extend(uncarried(&store, &transcript)?);
    let state = life.state();
    let later = later(&args.folder, &life, &transcript)?;
    if args.output_args.json {
        let hindrances: Vec<_> = hindrances
            .iter()
            .map(|hindrance| item(&hindrance.message().with("folder", typed(&args.folder)), console))
            .collect();
        let steps: Vec<_> = life.steps().map(|(state, step)| {
            serde_json::json!({ "state": state.key(), "at": step.at, "by": step.by, "note": step.note, "until": step.until })
        }).collect();
        let told = serde_json::json!({
            "state": state.key(),
            "next": state.next().map(State::key),
            "steps": steps,
            "correction_until": life.deadline(),
            "edition": life.sealed().map(|(seal, _)| seal.edition),
            "edits": transcript.edition.last_edit,
            "edits_since_official": later,
            "hindrances": hindrances,
        });
        print(&told.to_string());
    } else {
        tell(&args.folder, &life, &now, console);
        if let Some((seal, at)) = life.sealed() {
            let message =
                Message::new("status.edition").with("edition", seal.edition).with("at", day(at, &now, console));
            print(&console.sentence(&message.with("later", later.unwrap_or(0))));
        }
        if let Some(set) = clock_set(&args.folder)? {
            print(&console.sentence(&set.message()));
        }
        if let Some(message) = no_paper(&meeting).filter(|_| state < State::Official) {
            print(&console.sentence(&message));
        }
        if state < State::Official || later.is_some_and(|later| later > 0) {
            let told = hindrances.iter().map(|hindrance| hindrance.message().with("folder", typed(&args.folder)));
            list(&told.collect::<Vec<_>>(), console);
        }
    }
    match clock {
        Some(error) => {
            console.warning(&error.message());
            Ok(End::Warned)
        }
        None => Ok(End::Done),
    }
}

/// That the computer's clock was set while it recorded.
fn clock_set(folder: &Path) -> Result<Option<Finding>, Failure> {
    let Some(growth) = Growth::open(&folder_of(folder))? else { return Ok(None) };
    let set = growth.ledger().clock_set(growth.clock());
    let by = set.iter().map(|(_, by)| by).sum();
    Ok(set.first().map(|(at, _)| Finding::ClockSet { at: *at, by }))
}

/// A folder of which nothing has been recognised.
fn before(args: &Keeping, console: Console) -> Result<End, Failure> {
    let recorded = Growth::open(&folder_of(&args.folder))?.is_some();
    let state = if recorded { State::Recording } else { State::Scheduled };
    if args.output_args.json {
        print(&serde_json::json!({ "state": state.key() }).to_string());
    } else {
        print(&console.sentence(&Message::new("status.alone").with("state", console.text(&name_of(state)))));
        if let Some(set) = clock_set(&args.folder)? {
            print(&console.sentence(&set.message()));
        }
    }
    Ok(End::Done)
}

fn name_of(state: State) -> String {
    format!("status.name.{}", state.key())
}

/// Where the record stands and since when, until when, and what comes next.
fn tell(folder: &Path, life: &Life, now: &Zoned, console: Console) {
    let state = life.state();
    let name = console.text(&name_of(state));
    let message = match life.steps().last() {
        Some((_, step)) => {
            Message::new("status.since").with("state", name).with("at", day(step.at, now, console)).with("by", &step.by)
        }
        None => Message::new("status.alone").with("state", name),
    };
    print(&console.sentence(&message));
    if let Some(until) = life.deadline().filter(|_| state == State::Correction) {
        let left = until.to_zoned(now.time_zone().clone()).date().since((Unit::Day, now.date()));
        let message = Message::new(if until < now.timestamp() { "status.period_over" } else { "status.period_left" });
        let left = left.map_or(0, |left| left.get_days());
        print(&console.sentence(&message.with("until", day(until, now, console)).with("days", left)));
    }
    if let Some(next) = state.next() {
        let key = if next == State::Official { "status.next_official" } else { "status.next" };
        let message = Message::new(key).with("next", next.key()).with("folder", typed(folder));
        print(&console.sentence(&message));
    }
}

fn list(messages: &[Message], console: Console) {
    let key = if messages.is_empty() { "status.nothing_missing" } else { "status.missing" };
    print(&console.sentence(&Message::new(key).with("count", messages.len())));
    for message in messages {
        print(&format!("  - {}", console.sentence(message)));
        if let Some(hint) = message.hint(console.language()) {
            print(&format!("    {hint}"));
        }
    }
}

fn item(message: &Message, console: Console) -> serde_json::Value {
    serde_json::json!({
        "check": message.key,
        "what": console.sentence(message),
        "hint": message.hint(console.language()),
    })
}

/// How many corrections were made since the last official edition.
fn later(folder: &Path, life: &Life, transcript: &e_risalah::transcript::Transcript) -> Result<Option<u64>, Failure> {
    let Some((seal, _)) = life.sealed() else { return Ok(None) };
    let manifest = Manifest::of(folder, seal.edition)?;
    Ok(Some(transcript.edition.last_edit.saturating_sub(manifest.edits.last)))
}

/// Now, in the zone of the meeting where that is known.
pub fn now(meeting: &Meeting) -> Zoned {
    let now = Zoned::now();
    match meeting.zone {
        Some(zone) => now.with_time_zone(zone.offset().to_time_zone()),
        None => now,
    }
}

/// A moment in that zone.
pub fn day(at: Timestamp, now: &Zoned, console: Console) -> String {
    console.moment(&at.to_zoned(now.time_zone().clone()))
}

/// A path as it is typed in a command.
pub fn typed(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+~".contains(letter);
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
