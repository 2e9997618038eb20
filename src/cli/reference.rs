//! The hidden `risalah reference`: every command with its help, as `docs/command-line.md` has it.

use std::fmt::Write as _;

use clap::Command;

use super::console::print_bytes;
use super::outcome::{End, Failure};

/// Columns of the help's text.
const WIDTH: usize = 100;

/// What stands before the commands.
const INTRODUCTION: &str = "# Command line

Every command of `risalah` with its help. Written by `risalah reference`; do not edit it. After a
change of the command line, write it again:

```sh setup
RISALAH_LANG=en target/release/risalah reference > docs/command-line.md
```
";

pub fn run(command: Command) -> Result<End, Failure> {
    let mut text = INTRODUCTION.to_owned();
    add(&mut text, command, 2);
    print_bytes(text.as_bytes())
}

/// Adds the help of a command, then that of each command below it.
fn add(text: &mut String, command: Command, level: usize) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
    let subcommands: Vec<Command> = command.get_subcommands().cloned().collect();
    let help = command.term_width(WIDTH).render_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    // Writing to a string cannot fail.
    let _ = write!(text, "\n{} {name}\n\n```text\n{}\n```\n", "#".repeat(level), help.join("\n").trim_end());
    for subcommand in subcommands {
        add(text, subcommand, (level + 1).min(3));
    }
}
