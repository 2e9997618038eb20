//! `risalah heard`: notes that somebody has listened to a doubtful passage.

use e_risalah::lifecycle;
use e_risalah::meeting_folder;
use e_risalah::transcript::store::Store;

use super::console::Console;
use super::outcome::{End, Failure};
use super::passage_args::PassageArgs;

pub fn run(args: &PassageArgs, console: Console) -> Result<End, Failure> {
    let mut store = Store::open(&args.folder)?;
    let (passage, now) = (args.passage()?, meeting_folder::now(&meeting_folder::describe(&args.folder)?));
    let count = lifecycle::hear(&mut store, passage, &args.by, &now)?;
    args.tell("status.heard", count, console);
    Ok(End::Done)
}
