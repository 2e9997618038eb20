//! `risalah history`: the corrections that lie over the transcript.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::ValueHint;
use e_risalah::common::clock::moment;
use e_risalah::common::message::Message;
use e_risalah::lifecycle::Stage;
use e_risalah::transcript::Version;
use e_risalah::transcript::edit::{Change, Edit, Source};
use e_risalah::transcript::store::{Fate, Store};

use super::console::{Console, print};
use super::corrections::{NumberedRecord, describe_change};
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::seal_args::SealArgs;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(value_name = "TURN")]
    pub turn: Option<String>,
    #[command(flatten)]
    pub output_args: OutputArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let store = Store::open_to_read(&args.folder)?;
    let shown = NumberedRecord::open(&args.folder, &store, Stage::Now)?;
    let versions = store.versions()?;
    if versions.len() > 1 {
        for version in &versions {
            tell_version(version, &shown, args.output_args.json, console);
        }
    }
    let fates = store.fates(shown.raw.version.number, &shown.edits)?;
    let wanted = match &args.turn {
        None => None,
        Some(text) => {
            let found = shown.turns.iter().rev().find(|turn| turn.number.to_string() == *text || turn.time == *text);
            let found = found.map(|turn| turn.utterances.clone()).or_else(|| shown.gone(text));
            Some(found.ok_or_else(|| Failure::usage(Message::new("history.no_turn").with("turn", text)))?)
        }
    };
    let counting: HashSet<u64> =
        shown.current.utterances.iter().flat_map(|utterance| utterance.corrected.edits.iter().copied()).collect();
    for edit in &shown.edits {
        let index = shown.index(edit.layer.place);
        if wanted.as_ref().is_some_and(|wanted| index.is_none_or(|index| !wanted.contains(&index))) {
            continue;
        }
        let counts = counting.contains(&edit.id);
        if args.output_args.json {
            let turn = index.and_then(|index| shown.turn(index)).map(|turn| turn.number);
            let mut line = serde_json::json!(edit);
            line["counts"] = counts.into();
            line["turn"] = turn.into();
            if let Some(fate) = fates.get(&edit.id) {
                line["carried"] = serde_json::json!(fate);
            }
            print(&line.to_string());
        } else {
            line(&shown, edit, index, counts, fates.get(&edit.id).copied(), console);
        }
    }
    if shown.edits.is_empty() && !args.output_args.json {
        console.note(&Message::new("history.none"));
    }
    Ok(End::Done)
}

/// A version of the transcript, and whether it is the one that counts.
fn tell_version(version: &Version, shown: &NumberedRecord, json: bool, console: Console) {
    let is_current = version.number == shown.raw.version.number;
    if json {
        let mut line = serde_json::json!(version);
        line["current"] = is_current.into();
        return print(&line.to_string());
    }
    let state = match (is_current, version.complete) {
        (true, _) => "history.current",
        (false, true) => "history.earlier",
        (false, false) => "history.unfinished",
    };
    let message = Message::new("history.one_version")
        .with("number", version.number)
        .with("model", &version.model)
        .with("at", moment(&version.created.to_zoned(shown.zone())))
        .with("state", console.text(state));
    print(&console.sentence(&message));
}

fn line(shown: &NumberedRecord, edit: &Edit, index: Option<usize>, counts: bool, fate: Option<Fate>, console: Console) {
    let layer = &edit.layer;
    let source = match &layer.source {
        Source::Person => console.text("history.person"),
        Source::Member => console.text("history.member"),
        Source::Machine { rule } => format!("{} {rule}", console.text("history.machine")),
    };
    let place = match index {
        Some(index) => shown.heading(index, console),
        None => console.sentence(&Message::new("history.version").with("version", layer.place.version)),
    };
    let undo = matches!(layer.change, Change::Undo { .. });
    // Whether one of an earlier version counts is a matter of what became of it.
    let state = if counts || undo || index.is_none() {
        String::new()
    } else {
        format!(" ({})", console.text("history.does_not_count"))
    };
    print(&format!("#{}  {}{state}", edit.id, place));
    let why = layer.why.as_ref().map(|why| format!(" – {why}")).unwrap_or_default();
    let utterance = index.and_then(|index| shown.raw.utterances.get(index));
    print(&format!("    {}", describe_change(&shown.meeting, shown.clock(), &layer.change, utterance, console)));
    print(&format!("    {}, {} ({source}){why}", moment(&layer.when), layer.by));
    let fate = fate.map(|fate| match fate {
        Fate::Carried(edit) => Message::new("history.carried").with("edit", edit),
        Fate::Already => Message::new("history.already"),
        Fate::Open => Message::new("history.left_open"),
        Fate::Settled => Message::new("history.settled"),
    });
    if let Some(fate) = fate {
        print(&format!("    {}", console.sentence(&fate)));
    }
}
