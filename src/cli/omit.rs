//! `risalah omit`: leaves a passage out of the record because the meeting decided so.

use e_risalah::common::message::Message;
use e_risalah::lifecycle;
use e_risalah::meeting_folder;
use e_risalah::transcript::store::Store;

use super::console::Console;
use super::outcome::{End, Failure};
use super::passage_args::PassageArgs;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub passage: PassageArgs,
    #[arg(long, value_name = "TEXT")]
    pub decision: String,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let folder = &args.passage.folder;
    let mut store = Store::open(folder)?;
    let (passage, now) = (args.passage.passage()?, meeting_folder::now(&meeting_folder::describe(folder)?));
    let count = lifecycle::omit(&mut store, passage, &args.decision, &args.passage.by, &now)?;
    args.passage.tell("status.omitted", count, console);
    console.note(&Message::new("status.omitted_elsewhere"));
    Ok(End::Done)
}
