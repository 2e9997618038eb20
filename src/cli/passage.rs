//! `risalah heard` and `omit`: what somebody has to say of a passage of the recording.

use e_risalah::common::message::Message;
use e_risalah::lifecycle;
use e_risalah::transcript::store::Store;

use super::args::{Omit, OutputArgs, Passage};
use super::export::description;
use super::show::{Console, print};
use super::status::now;
use super::{End, Failure};

pub fn omit(args: &Omit, console: Console) -> Result<End, Failure> {
    let mut store = Store::open(&args.passage.folder)?;
    let (passage, now) = (passage(&args.passage)?, now(&description(&args.passage.folder)?));
    let count = lifecycle::omit(&mut store, passage, &args.decision, &args.passage.by, &now)?;
    tell("status.omitted", count, args.passage.output_args, console);
    if !args.passage.output_args.quiet {
        console.note(&Message::new("status.omitted_elsewhere"));
    }
    Ok(End::Done)
}

pub fn hear(args: &Passage, console: Console) -> Result<End, Failure> {
    let mut store = Store::open(&args.folder)?;
    let (passage, now) = (passage(args)?, now(&description(&args.folder)?));
    let count = lifecycle::hear(&mut store, passage, &args.by, &now)?;
    tell("status.heard", count, args.output_args, console);
    Ok(End::Done)
}

fn passage(args: &Passage) -> Result<lifecycle::Passage, Failure> {
    let time = |text: &String| {
        lifecycle::seconds(text).ok_or_else(|| Failure::usage(Message::new("status.not_a_time").with("value", text)))
    };
    let from = time(&args.from)?;
    Ok(lifecycle::Passage { from, until: args.until.as_ref().map_or(Ok(from), time)? })
}

fn tell(key: &str, count: usize, output_args: OutputArgs, console: Console) {
    if output_args.json {
        print(&serde_json::json!({ "utterances": count }).to_string());
    } else {
        print(&console.sentence(&Message::new(key).with("count", count)));
    }
}
