//! `risalah import-edits`: reads the corrections of a working copy back.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use e_risalah::common::digest::sha256;
use e_risalah::common::message::{Explain, Message};
use e_risalah::document::correction::{self, Correction, Corrector, Document, Named};
use e_risalah::lifecycle::Life;
use e_risalah::lifecycle::folder::Folder;
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder::{describe, now};
use e_risalah::recording::sealed_stretches_of;
use e_risalah::transcript::edit::Place;
use e_risalah::transcript::store::Store;
use e_risalah::transcript::{Transcript, Utterance};

use super::console::{Console, print};
use super::corrections::{describe_change, stale_documents, tell_stale};
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::seal_args::SealArgs;

/// The largest file that is read: a record of eight hours is some 300 KB, with pictures pasted in
/// some megabytes.
const LARGEST: u64 = 64 << 20;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(value_name = "DOCX", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub by: String,
    #[arg(long, value_name = "REASON")]
    pub why: Option<String>,
    #[arg(long, value_name = "NAME", requires = "why")]
    pub member: Option<String>,
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let mut store = Store::open(&args.folder)?;
    let mut meeting = describe(&args.folder)?;
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
    let stale =
        if args.check || correction.layers.is_empty() { Vec::new() } else { stale_documents(&args.folder, &store)? };
    if !args.output_args.hides_progress() {
        list(&correction, &meeting, &raw, console);
    }
    tell(args, &correction, first, &stale, console);
    Ok(End::warned_if(!correction.leftovers.is_empty()))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |source| correction::Error::File { path: path.to_owned(), source };
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > LARGEST {
        return Err(correction::Error::TooLarge { bytes, limit: LARGEST }.into());
    }
    Ok(fs::read(path).map_err(failed)?)
}

fn corrector(args: &Args, meeting: &Meeting) -> Result<Corrector, Failure> {
    let member = match &args.member {
        None => None,
        Some(name) => match correction::who(meeting, name) {
            Named::Person(id) => Some(id),
            _ => return Err(Failure::usage(Message::new("correction.no_member").with("name", name))),
        },
    };
    Ok(Corrector { by: args.by.clone(), why: args.why.clone(), when: now(meeting), member })
}

/// Keeps the document, and the list of what could not be placed, beside the transcript.
fn keep(args: &Args, store: &Store, bytes: &[u8], correction: &Correction, console: Console) -> Result<(), Failure> {
    if !sealed_stretches_of(&args.folder)?.is_empty() {
        // Both would lie open.
        console.warnings(&correction.leftovers.iter().map(Explain::message).collect::<Vec<_>>());
        return Ok(());
    }
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
        let what = describe_change(meeting, clock, &layer.change, utterance, console);
        let start = layer.place.span.start;
        let label = meeting.label(layer.place.channel, clock.millis(start));
        print(&format!("[{}] {label}: {what}", clock.hms(start)));
    }
}

fn tell(args: &Args, correction: &Correction, first: Option<u64>, stale: &[&str], console: Console) {
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
