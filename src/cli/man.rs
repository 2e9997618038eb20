//! `risalah man`: the manual pages.

use std::fs;
use std::path::PathBuf;

use clap::{Command, ValueHint};
use e_risalah::common::message::Message;
use e_risalah::lifecycle::folder;

use super::console::{Console, print_bytes};
use super::outcome::{End, Failure};

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub command: Vec<String>,
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
}

/// The manual page of the program or of one command in roff, on stdout; or all of them as files of
/// a folder.
pub fn run(args: &Args, command: &Command, console: Console) -> Result<End, Failure> {
    if let Some(folder) = &args.output {
        fs::create_dir_all(folder).map_err(|source| folder::Error::Folder { path: folder.clone(), source })?;
        for (name, roff) in all(command) {
            let path = folder.join(format!("{name}.1"));
            fs::write(&path, roff?).map_err(|source| folder::Error::Write { path: path.clone(), source })?;
            console.file(&path);
        }
        return Ok(End::Done);
    }
    let mut wanted = command;
    for name in &args.command {
        let unknown = || Failure::usage(Message::new("cli.unknown").with("what", name));
        wanted = wanted.find_subcommand(name).ok_or_else(unknown)?;
    }
    print_bytes(&page(wanted)?)
}

/// The page of every command below and including this one, with its name.
fn all(command: &Command) -> Vec<(String, Result<Vec<u8>, Failure>)> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let own = (name, page(command));
    std::iter::once(own).chain(command.get_subcommands().flat_map(all)).collect()
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut roff = Vec::new();
    let rendered = clap_mangen::Man::new(command.clone()).render(&mut roff);
    rendered.map_err(|_| Failure::failed(Message::new("cli.stdout")))?;
    Ok(roff)
}
