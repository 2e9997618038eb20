//! `risalah advance`: brings a record to its next state, or back to an earlier one.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use e_risalah::common::clock::moment;
use e_risalah::common::message::Message;
use e_risalah::lifecycle::{Life, State, Transition};
use e_risalah::meeting_folder;
use e_risalah::transcript::store::Store;

use super::console::{Console, print};
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;
use super::seal_args::SealArgs;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub folder_args: FolderArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
    #[arg(long, value_name = "STATE", value_parser = states())]
    pub to: State,
    #[arg(long, value_name = "NAME")]
    pub by: String,
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=365))]
    pub days: Option<u32>,
}

/// The states that a person may ask for, by their words.
fn states() -> impl TypedValueParser<Value = State> {
    let keys = State::ALL.into_iter().filter(|state| *state >= State::Editing).map(State::key);
    // The list lets no other word through.
    PossibleValuesParser::new(keys).map(|key| key.parse().unwrap_or(State::Editing))
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let to = args.to;
    let folder = &args.folder_args.folder;
    let store = Store::open(folder)?;
    let life = Life::read(&store, &store.load()?)?;
    let meeting = meeting_folder::describe(folder)?;
    let days = args.days.unwrap_or(meeting.correction.days);
    let request = Transition { to, by: args.by.clone(), note: args.note.clone(), days };
    let now = meeting_folder::now(&meeting);
    let step = life.advance(&store, &request, &now)?;
    if args.folder_args.output_args.json {
        print(&serde_json::json!({ "state": step.state, "at": step.at, "until": step.until }).to_string());
        return Ok(End::Done);
    }
    let name = console.text(&format!("status.name.{}", to.key()));
    let message = match step.until {
        Some(until) => {
            let until = until.to_zoned(now.time_zone().clone());
            Message::new("status.advanced_until").with("until", moment(&until))
        }
        None => Message::new("status.advanced"),
    };
    print(&console.sentence(&message.with("state", name).with("by", &step.by)));
    Ok(End::Done)
}
