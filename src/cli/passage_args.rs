//! A passage of a recording and who has something to say of it, as commands take it.

use std::path::PathBuf;

use clap::ValueHint;
use e_risalah::common::message::Message;
use e_risalah::lifecycle::{self, Passage};

use super::console::{Console, print};
use super::outcome::Failure;
use super::output_args::OutputArgs;
use super::seal_args::SealArgs;

#[derive(clap::Args)]
pub struct PassageArgs {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(value_name = "HH:MM:SS")]
    pub from: String,
    #[arg(long, value_name = "HH:MM:SS")]
    pub until: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub by: String,
    #[command(flatten)]
    pub output_args: OutputArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
}

impl PassageArgs {
    /// The passage that was typed.
    pub fn passage(&self) -> Result<Passage, Failure> {
        let time = |text: &String| {
            lifecycle::seconds(text)
                .ok_or_else(|| Failure::usage(Message::new("status.not_a_time").with("value", text)))
        };
        let from = time(&self.from)?;
        Ok(Passage { from, until: self.until.as_ref().map_or(Ok(from), time)? })
    }

    /// Says how many utterances it was.
    pub fn tell(&self, key: &str, count: usize, console: Console) {
        if self.output_args.json {
            print(&serde_json::json!({ "utterances": count }).to_string());
        } else {
            print(&console.sentence(&Message::new(key).with("count", count)));
        }
    }
}
