//! `risalah completions`: the completions of a shell.

use clap::Command;
use clap_complete::Shell;

use super::console::print_bytes;
use super::outcome::{End, Failure};

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

pub fn run(args: &Args, mut command: Command) -> Result<End, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "risalah", &mut script);
    print_bytes(&script)
}
