//! `risalah status`: where a record stands, and what it still needs.

use std::path::Path;

use e_risalah::common::clock::moment;
use e_risalah::common::message::{Explain, Message};
use e_risalah::lifecycle::{Life, Manifest, State, hindrances, uncarried};
use e_risalah::meeting::Finding;
use e_risalah::meeting_folder::{describe, now};
use e_risalah::recording::{Growth, folder_of};
use e_risalah::transcript::Transcript;
use e_risalah::transcript::store::{self, Store};
use jiff::{Timestamp, Unit, Zoned};

use super::console::{Console, print};
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;
use super::paper::missing_paper;
use super::shell::quoted;

pub fn run(args: &FolderArgs, console: Console) -> Result<End, Failure> {
    let store = match Store::open_to_read(&args.folder) {
        Err(store::Error::Missing { .. }) => return before(args, console),
        store => store?,
    };
    let meeting = describe(&args.folder)?;
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
            .map(|hindrance| console.as_json(&hindrance.message().with("folder", quoted(&args.folder))))
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
            let message = Message::new("status.edition").with("edition", seal.edition).with("at", moment_in(at, &now));
            print(&console.sentence(&message.with("later", later.unwrap_or(0))));
        }
        if let Some(set) = clock_set(&args.folder)? {
            print(&console.sentence(&set.message()));
        }
        if let Some(missing) = missing_paper(meeting.paper).filter(|_| state < State::Official) {
            print(&console.sentence(&missing));
        }
        if state < State::Official || later.is_some_and(|later| later > 0) {
            let told = hindrances.iter().map(|hindrance| hindrance.message().with("folder", quoted(&args.folder)));
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
fn before(args: &FolderArgs, console: Console) -> Result<End, Failure> {
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
            Message::new("status.since").with("state", name).with("at", moment_in(step.at, now)).with("by", &step.by)
        }
        None => Message::new("status.alone").with("state", name),
    };
    print(&console.sentence(&message));
    if let Some(until) = life.deadline().filter(|_| state == State::Correction) {
        let left = until.to_zoned(now.time_zone().clone()).date().since((Unit::Day, now.date()));
        let message = Message::new(if until < now.timestamp() { "status.period_over" } else { "status.period_left" });
        let left = left.map_or(0, |left| left.get_days());
        print(&console.sentence(&message.with("until", moment_in(until, now)).with("days", left)));
    }
    if let Some(next) = state.next() {
        let key = if next == State::Official { "status.next_official" } else { "status.next" };
        let message = Message::new(key).with("next", next.key()).with("folder", quoted(folder));
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

/// How many corrections were made since the last official edition.
fn later(folder: &Path, life: &Life, transcript: &Transcript) -> Result<Option<u64>, Failure> {
    let Some((seal, _)) = life.sealed() else { return Ok(None) };
    let manifest = Manifest::of(folder, seal.edition)?;
    Ok(Some(transcript.edition.last_edit.saturating_sub(manifest.edits.last)))
}

/// A moment in the zone of another.
fn moment_in(at: Timestamp, now: &Zoned) -> String {
    moment(&at.to_zoned(now.time_zone().clone()))
}
