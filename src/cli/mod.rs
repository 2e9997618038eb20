//! The command line: one file for each command, and the one place where errors become sentences and exit codes.
//!
//! stdout carries results, stderr messages and progress. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with warnings that a
//! person must see.

mod advance;
mod alarms;
mod args;
mod check;
mod conference;
mod correct;
mod demo;
mod described;
mod devices;
mod doctor;
mod export;
mod fingerprint;
mod floor;
mod follower;
mod given;
mod history;
mod keeping;
mod language;
mod manual;
mod models;
mod new;
mod passage;
mod piped;
mod play;
mod preview;
mod print;
mod record;
mod recorder;
mod screen;
mod show;
mod soundcheck;
mod status;
mod transcribe;
mod typeset;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::FromArgMatches;
use e_risalah::common::message::{Explain, Message};

use args::{Args, Command};
use show::Console;

/// How a command ended.
pub enum End {
    /// All is well.
    Done,
    /// Done, but a person must look.
    Warned,
}

/// An error on its way to the user.
pub struct Failure {
    /// `None` where it was told already.
    message: Option<Message>,
    usage: bool,
}

impl<E: Explain> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { message: Some(error.message()), usage: error.is_usage() }
    }
}

impl Failure {
    /// A failure that only the command line can know.
    pub fn failed(message: Message) -> Self {
        Self { message: Some(message), usage: false }
    }

    /// A request that cannot be met as it was typed.
    pub fn usage(message: Message) -> Self {
        Self { message: Some(message), usage: true }
    }

    /// What happened.
    pub fn what(self) -> Message {
        self.message.unwrap_or_else(|| Message::new("general.interrupted"))
    }

    /// A failure of another process, which has told the user itself.
    pub fn told(usage: bool) -> Self {
        Self { message: None, usage }
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
    let args = match Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => return manual::explain(&error, language),
    };
    let output_args = args.command.output_args();
    let console = Console::of(language, output_args);
    if let Command::Recorder(args) = args.command {
        // It has signals of its own: only a request to end may end it.
        return exit(recorder::run(args.supervise, console), console);
    }
    // The second Ctrl-C ends at once: everything that was recognised is on disk already.
    let stop = || {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
    };
    if ctrlc::set_handler(stop).is_err() {
        console.note(&Message::new("cli.no_interrupt"));
    }
    if let Some(folder) = args.command.folder().filter(|folder| !folder.exists()) {
        let message = Message::new("general.no_folder").with("path", folder.display());
        return exit(Err(Failure::usage(message)), console);
    }
    let end = match args.command {
        Command::Demo(args) => demo::run(&args, console),
        Command::Transcribe(args) => transcribe::run(&args, console),
        Command::New(args) => new::run(&args, console),
        Command::Check(args) => check::run(&args, console),
        Command::Export(args) => export::run(&args, console),
        Command::Print(args) => print::run(&args, console),
        Command::Play(args) => play::run(&args, console),
        Command::Floor(args) => floor::run(&args, console),
        Command::ImportEdits(args) => correct::import(&args, console),
        Command::History(args) => history::history(&args, console),
        Command::Diff(args) => history::diff(&args, console),
        Command::Undo(args) => correct::undo(&args, console),
        Command::Models(args) => models::run(&args, console),
        Command::Devices(args) => devices::run(&args, console),
        Command::Completions(args) => manual::completions(&args, language),
        Command::Record(args) => record::run(&args, console),
        Command::Recorder(_) => Ok(End::Done),
        Command::Typeset(args) => typeset::child(&args),
        Command::Status(args) => status::run(&args, console),
        Command::Advance(args) => advance::advance(&args, console),
        Command::Heard(args) => passage::hear(&args, console),
        Command::Omit(args) => passage::omit(&args, console),
        Command::Finalize(args) => advance::finalize(&args, console),
        Command::Doctor(args) => doctor::run(&args, console),
        Command::Recover(args) => keeping::recover(&args, console),
        Command::Verify(args) => keeping::verify(&args, console),
        Command::Archive(args) => keeping::archive(&args, console),
        Command::Man(args) => manual::pages(&args, language, console),
    };
    exit(end, console)
}

fn exit(end: Result<End, Failure>, console: Console) -> ExitCode {
    match end {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Warned) => ExitCode::from(3),
        Err(failure) => {
            match &failure.message {
                Some(message) => console.error(message),
                // Whoever told it knew nothing of the other program that reads.
                None if console.is_json() && !show::has_printed() => {
                    show::print(&serde_json::json!({ "error": "told", "what": null, "hint": null }).to_string());
                }
                None => {}
            }
            ExitCode::from(if failure.usage { 2 } else { 1 })
        }
    }
}
