//! `risalah import-edits` and `undo`: corrections laid over the transcript, and taken back.

use std::fs;
use std::path::Path;

use e_risalah::common::digest::sha256;
use e_risalah::common::message::{Explain, Message};
use e_risalah::document::correction::{self, Correction, Corrector, Document, Named};
use e_risalah::document::risalah::Format;
use e_risalah::lifecycle::Life;
use e_risalah::lifecycle::folder::Folder;
use e_risalah::meeting::Meeting;
use e_risalah::transcript::edit::{Change, Layer, Place, Refusal, Source};
use e_risalah::transcript::store::{Fate, Store};
use e_risalah::transcript::{Transcript, Utterance};
use jiff::Zoned;

use super::args::{ImportEdits, Undo};
use super::export::description;
use super::history::change;
use super::show::{Console, print};
use super::{End, Failure};

/// The largest file that is read: a record of eight hours is some 300 KB, with pictures pasted in some megabytes.
const LARGEST: u64 = 64 << 20;

pub fn import(args: &ImportEdits, console: Console) -> Result<End, Failure> {
    let mut store = Store::open(&args.folder)?;
    let mut meeting = description(&args.folder)?;
    let bytes = read(&args.file)?;
    let raw = store.load()?;
    let edits = store.edits()?;
    let corrector = corrector(args, &meeting)?;
    if corrector.member.is_some() {
        if let Some(period) = Life::read(&store, &raw)?.period(corrector.when.time_zone()) {
            meeting.correction = period;
        }
        correction::in_time(&meeting, &raw, &corrector.when)?;
    }
    let correction = correction::read(&Document::parse(&bytes)?, &meeting, &raw, &edits, &corrector)?;
    let mut first = None;
    if !args.check {
        let laid = store.lay(&correction.layers)?;
        first = laid.first().map(|edit| edit.id);
        if !correction.leftovers.is_empty() {
            keep(args, &store, &bytes, &correction, console)?;
        }
    }
    let stale = if args.check || correction.layers.is_empty() { Vec::new() } else { stale(&args.folder, &store)? };
    if !(args.output_args.json || args.output_args.quiet) {
        list(&correction, &meeting, &raw, console);
    }
    tell(args, &correction, first, &stale, console);
    Ok(if correction.leftovers.is_empty() { End::Done } else { End::Warned })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |source| correction::Error::File { path: path.to_owned(), source };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > LARGEST {
        return Err(correction::Error::TooLarge { bytes, limit: LARGEST }.into());
    }
    Ok(fs::read(path).map_err(failed)?)
}

fn corrector(args: &ImportEdits, meeting: &Meeting) -> Result<Corrector, Failure> {
    let member = match &args.member {
        None => None,
        Some(name) => match correction::who(meeting, name) {
            Named::Person(id) => Some(id),
            _ => return Err(Failure::usage(Message::new("correction.no_member").with("name", name))),
        },
    };
    Ok(Corrector { by: args.by.clone(), why: args.why.clone(), when: now(meeting), member })
}

/// The time of the meeting's zone, or of this machine's where the meeting has none.
fn now(meeting: &Meeting) -> Zoned {
    let now = Zoned::now();
    match meeting.zone {
        Some(zone) => now.with_time_zone(zone.offset().to_time_zone()),
        None => now,
    }
}

/// Keeps the document, and the list of what could not be placed, beside the transcript.
fn keep(
    args: &ImportEdits,
    store: &Store,
    bytes: &[u8],
    correction: &Correction,
    console: Console,
) -> Result<(), Failure> {
    let folder = Folder::create(&args.folder)?;
    let name = format!("koreksi-{}", &sha256(bytes)[..8]);
    folder.write(store, &format!("{name}.docx"), bytes)?;
    let lines: Vec<String> =
        correction.leftovers.iter().map(|leftover| format!("- {}\n", console.sentence(&leftover.message()))).collect();
    let list = folder.write(store, &format!("{name}.txt"), lines.concat().as_bytes())?;
    console.note(&Message::new("correction.list").with("path", list.path.display()));
    Ok(())
}

/// Says what is taken over, each with its time.
fn list(correction: &Correction, meeting: &Meeting, raw: &Transcript, console: Console) {
    let clock = raw.recording.clock;
    for layer in &correction.layers {
        let stands = |utterance: &&Utterance| Place::of(raw.version.number, utterance) == layer.place;
        let utterance = raw.utterances.iter().find(stands);
        let what = change(meeting, clock, &layer.change, utterance, console);
        let start = layer.place.span.start;
        let label = meeting.label(layer.place.channel, clock.millis(start));
        print(&format!("[{}] {label}: {what}", clock.hms(start)));
    }
}

/// The documents of the folder that do not have what was just corrected.
fn stale(folder: &Path, store: &Store) -> Result<Vec<&'static str>, Failure> {
    let mut stale = Vec::new();
    let names = Format::ALL.into_iter().filter(|format| *format != Format::Working).map(Format::file_name);
    for name in names {
        if folder.join(name).is_file() && store.exported(name)?.is_some() {
            stale.push(name);
        }
    }
    Ok(stale)
}

fn tell_stale(stale: &[&str], console: Console) {
    if !stale.is_empty() {
        console.note(&Message::new("correction.stale").with("files", stale.join(", ")));
    }
}

fn tell(args: &ImportEdits, correction: &Correction, first: Option<u64>, stale: &[&str], console: Console) {
    if args.output_args.json {
        let line = serde_json::json!({
            "checked_only": args.check,
            "first": first,
            "layers": correction.layers,
            "known": correction.known,
            "leftovers": correction.leftovers,
            "tracked": correction.tracked,
            "stale": stale,
        });
        return print(&line.to_string());
    }
    for leftover in &correction.leftovers {
        console.warning(&leftover.message());
    }
    for tracked in &correction.tracked {
        let message = Message::new("correction.tracked").with("author", &tracked.author).with("count", tracked.count);
        console.note(&message);
    }
    if !args.output_args.quiet {
        let key = if args.check { "correction.would" } else { "correction.done" };
        let message = Message::new(key)
            .with("count", correction.layers.len())
            .with("known", correction.known)
            .with("left", correction.leftovers.len());
        print(&console.sentence(&message));
        tell_stale(stale, console);
    }
}

pub fn undo(args: &Undo, console: Console) -> Result<End, Failure> {
    let mut store = Store::open(&args.folder)?;
    let meeting = description(&args.folder)?;
    let edits = store.edits()?;
    let place = edits.iter().find(|edit| edit.id == args.edit).ok_or(Refusal::NoEdit(args.edit))?.layer.place;
    let current = store.load()?.version.number;
    if place.version != current
        && let Some(Fate::Carried(now)) = store.fates(current, &edits)?.get(&args.edit)
    {
        return Err(Failure::usage(Message::new("correction.carried").with("edit", args.edit).with("now", now)));
    }
    let layer = Layer {
        place,
        change: Change::Undo { edit: args.edit },
        by: args.by.clone(),
        when: now(&meeting),
        why: args.why.clone(),
        source: Source::Person,
    };
    let laid = store.lay(&[layer])?;
    for edit in &laid {
        if args.output_args.json {
            print(&serde_json::json!(edit).to_string());
        } else if !args.output_args.quiet {
            let message = Message::new("correction.undone").with("edit", args.edit).with("by", edit.id);
            print(&console.sentence(&message));
            tell_stale(&stale(&args.folder, &store)?, console);
        }
    }
    Ok(End::Done)
}
