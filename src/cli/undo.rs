//! `risalah undo`: takes a correction back.

use std::path::PathBuf;

use clap::ValueHint;
use e_risalah::common::message::Message;
use e_risalah::meeting_folder::{describe, now};
use e_risalah::transcript::edit::{Change, Layer, Refusal, Source};
use e_risalah::transcript::store::{Fate, Store};

use super::console::{Console, print};
use super::corrections::{stale_documents, tell_stale};
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::seal_args::SealArgs;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(value_name = "EDIT")]
    pub edit: u64,
    #[arg(long, value_name = "NAME")]
    pub by: String,
    #[arg(long, value_name = "REASON")]
    pub why: Option<String>,
    #[command(flatten)]
    pub output_args: OutputArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let mut store = Store::open(&args.folder)?;
    let meeting = describe(&args.folder)?;
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
            tell_stale(&stale_documents(&args.folder, &store)?, console);
        }
    }
    Ok(End::Done)
}
