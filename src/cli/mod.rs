//! The command line: one file for each command, and the one place where errors become sentences and exit codes.
//!
//! stdout carries results, stderr messages and progress. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with warnings that a
//! person must see.

mod args;
mod export;
mod language;
mod manual;
mod models;
mod show;
mod transcribe;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::FromArgMatches;
use e_risalah::message::{Explain, Message};

use args::{Args, Command};
use show::Speaker;

/// How a command ended.
pub enum End {
    /// All is well.
    Done,
    /// Done, but a person must look.
    Warned,
}

/// An error on its way to the user.
pub struct Failure {
    message: Message,
    usage: bool,
}

impl<E: Explain> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { message: error.message(), usage: error.is_usage() }
    }
}

impl Failure {
    /// A failure that only the command line can know.
    pub fn failed(message: Message) -> Self {
        Self { message, usage: false }
    }
}

/// Set by Ctrl-C or a request to end.
static STOP: AtomicBool = AtomicBool::new(false);

pub fn run() -> ExitCode {
    let language = language::current();
    let matches = match language::command(language).try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return manual::explain(&error, language),
    };
    let speaker = Speaker::new(language);
    let args = match Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => return manual::explain(&error, language),
    };
    // The second Ctrl-C ends at once: everything that was recognised is on disk already.
    let stop = || {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
    };
    if ctrlc::set_handler(stop).is_err() {
        speaker.note(&Message::new("cli.no_interrupt"));
    }
    let end = match args.command {
        Command::Transcribe(args) => transcribe::run(&args, speaker),
        Command::Export(args) => export::run(&args, speaker),
        Command::Models(args) => models::run(&args, speaker),
        Command::Completions(args) => manual::completions(&args, language),
        Command::Man => manual::page(language),
    };
    match end {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Warned) => ExitCode::from(3),
        Err(failure) => {
            speaker.error(&failure.message);
            ExitCode::from(if failure.usage { 2 } else { 1 })
        }
    }
}
