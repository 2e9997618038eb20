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
mod entry;
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
    let voice = args.command.voice();
    let speaker = Speaker::of(language, voice);
    if let Command::Recorder(args) = args.command {
        // It has signals of its own: only a request to end may end it.
        return exit(recorder::run(args.supervise, speaker), speaker);
    }
    // The second Ctrl-C ends at once: everything that was recognised is on disk already.
    let stop = || {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(1);
        }
    };
    if ctrlc::set_handler(stop).is_err() {
        speaker.note(&Message::new("cli.no_interrupt"));
    }
    if let Some(folder) = args.command.folder().filter(|folder| !folder.exists()) {
        let message = Message::new("general.no_folder").with("path", folder.display());
        return exit(Err(Failure::usage(message)), speaker);
    }
    let end = match args.command {
        Command::Demo(args) => demo::run(&args, speaker),
        Command::Transcribe(args) => transcribe::run(&args, speaker),
        Command::New(args) => new::run(&args, speaker),
        Command::Check(args) => check::run(&args, speaker),
        Command::Export(args) => export::run(&args, speaker),
        Command::Print(args) => print::run(&args, speaker),
        Command::Play(args) => play::run(&args, speaker),
        Command::Floor(args) => floor::run(&args, speaker),
        Command::ImportEdits(args) => correct::import(&args, speaker),
        Command::History(args) => history::history(&args, speaker),
        Command::Diff(args) => history::diff(&args, speaker),
        Command::Undo(args) => correct::undo(&args, speaker),
        Command::Models(args) => models::run(&args, speaker),
        Command::Devices(args) => devices::run(&args, speaker),
        Command::Completions(args) => manual::completions(&args, language),
        Command::Record(args) => record::run(&args, speaker),
        Command::Recorder(_) => Ok(End::Done),
        Command::Typeset(args) => typeset::child(&args),
        Command::Status(args) => status::run(&args, speaker),
        Command::Advance(args) => advance::advance(&args, speaker),
        Command::Heard(args) => passage::hear(&args, speaker),
        Command::Omit(args) => passage::omit(&args, speaker),
        Command::Finalize(args) => advance::finalize(&args, speaker),
        Command::Doctor(args) => doctor::run(&args, speaker),
        Command::Recover(args) => keeping::recover(&args, speaker),
        Command::Verify(args) => keeping::verify(&args, speaker),
        Command::Archive(args) => keeping::archive(&args, speaker),
        Command::Man(args) => manual::pages(&args, language, speaker),
    };
    exit(end, speaker)
}

fn exit(end: Result<End, Failure>, speaker: Speaker) -> ExitCode {
    match end {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Warned) => ExitCode::from(3),
        Err(failure) => {
            match &failure.message {
                Some(message) => speaker.error(message),
                // Whoever told it knew nothing of the other program that reads.
                None if speaker.is_json() && !show::has_printed() => {
                    show::print(&serde_json::json!({ "error": "told", "what": null, "hint": null }).to_string());
                }
                None => {}
            }
            ExitCode::from(if failure.usage { 2 } else { 1 })
        }
    }
}
