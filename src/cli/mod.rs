//! The command line: one file for each command, and the one place where errors become sentences
//! and exit codes. What commands share stands in files that know no command.
//!
//! stdout carries results, stderr messages and progress. Exit codes: 0 done, 1 failed, 2 wrong
//! usage, 3 done with warnings that a person must see.

mod accession;
#[cfg(feature = "console")]
mod accounts;
mod advance;
mod alarms;
mod archive;
mod args;
mod audio_copy;
mod audit;
mod audited;
mod check;
mod command_line;
mod completions;
mod console;
mod corpus;
mod corrections;
mod date_arg;
mod demo;
mod devices;
mod diff;
mod distribute;
mod doctor;
mod export;
mod export_published;
mod finalize;
mod floor;
mod heard;
mod history;
mod import_edits;
mod interrupt;
mod keys;
mod language;
mod layout;
mod left_out;
mod logs;
mod man;
mod microphone_check;
mod models;
mod new;
mod omit;
mod outcome;
mod output_args;
mod own_process;
mod paper;
mod passage_args;
mod piped;
mod play;
mod pokir;
mod print;
mod progress;
mod publish;
mod recogniser;
mod recogniser_args;
mod record;
mod recorder;
mod recorder_order;
mod recording_time;
mod recover;
mod redact;
mod reference;
mod report;
mod retention;
mod room_profile;
mod screen;
mod seal_args;
mod search;
#[cfg(feature = "console")]
mod serve;
mod shell;
mod signatures;
mod signing;
mod source_fingerprint;
mod status;
mod trail;
mod transcribe;
mod transcription_view;
mod typeset;
mod undo;
mod unseen;
mod usage_error;
mod verify;

use std::process::ExitCode;

use clap::FromArgMatches;
use e_risalah::audit::Head;
use e_risalah::common::caught::silence_caught;
use e_risalah::common::language::Language;
use e_risalah::common::message::Message;

use args::{Args, Command};
use console::Console;
use outcome::{End, Failure};

pub fn run() -> ExitCode {
    silence_caught();
    let language = language::current();
    let matches = match command_line::command(language).try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return usage_error::explain(&error, language),
    };
    let args = match Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => return usage_error::explain(&error, language),
    };
    let console = Console::of(language, args.command.output_args());
    if let Command::Recorder(args) = args.command {
        // It has signals and a log of its own: only a request to end may end it.
        let _log = logs::to_file("perekam");
        return exit(recorder::run(&args, console), console);
    }
    // Held until the command ends: then what it said is on disk.
    let _log: Option<logs::Guard> = match args.command {
        #[cfg(feature = "console")]
        Command::Serve(_) => logs::to_file("halaman"),
        _ => {
            logs::to_stderr();
            None
        }
    };
    if interrupt::catch().is_err() {
        console.note(&Message::new("cli.no_interrupt"));
    }
    if let Some(folder) = args.command.folder().filter(|folder| !folder.exists()) {
        let message = Message::new("general.no_folder").with("path", folder.display());
        return exit(Err(Failure::usage(message)), console);
    }
    let name = matches.subcommand_name().unwrap_or_default();
    let end = match audited::enter(&args.command) {
        Ok(entered) => {
            let head = entered.head();
            let opened = args.command.seal().map_or(Ok(()), |(seal, path)| seal.open(path, name, console));
            entered.end(opened.and_then(|()| command(args.command, head, language, console)), console)
        }
        Err(failure) => Err(failure),
    };
    exit(end, console)
}

/// Does a command; `head` is where the audit trail stands with it.
fn command(command: Command, head: Option<Head>, language: Language, console: Console) -> Result<End, Failure> {
    match command {
        Command::Demo(args) => demo::run(&args, console),
        Command::Transcribe(args) => transcribe::run(&args, console),
        Command::New(args) => new::run(&args, console),
        Command::Check(args) => check::run(&args, console),
        Command::Export(args) => export::run(&args, console),
        Command::Print(args) => print::run(&args, console),
        Command::Play(args) => play::run(&args, console),
        Command::Floor(args) => floor::run(&args, console),
        #[cfg(feature = "console")]
        Command::Serve(args) => serve::run(&args, console),
        #[cfg(feature = "console")]
        Command::Accounts(args) => accounts::run(&args, console),
        Command::Pokir(args) => pokir::run(&args, console),
        Command::Audit(args) => audit::run(&args, console),
        Command::Search(args) => search::run(&args, console),
        Command::ImportEdits(args) => import_edits::run(&args, console),
        Command::History(args) => history::run(&args, console),
        Command::Diff(args) => diff::run(&args, console),
        Command::Undo(args) => undo::run(&args, console),
        Command::Report(args) => report::run(&args, console),
        Command::Retention(args) => retention::run(&args, console),
        Command::Accession(args) => accession::run(&args, console),
        Command::Corpus(args) => corpus::run(&args, console),
        Command::Publish(args) => publish::run(&args, console),
        Command::Models(args) => models::run(&args, console),
        Command::Keys(args) => keys::run(&args, console),
        Command::Devices(args) => devices::run(&args, console),
        Command::Record(args) => record::run(&args, console),
        Command::Recorder(args) => recorder::run(&args, console),
        Command::Typeset(args) => typeset::run(&args),
        Command::Status(args) => status::run(&args.folder_args, console),
        Command::Advance(args) => advance::run(&args, console),
        Command::Heard(args) => heard::run(&args, console),
        Command::Omit(args) => omit::run(&args, console),
        Command::Finalize(args) => finalize::run(&args, head, console),
        Command::Redact(args) => redact::run(&args, console),
        Command::Distribute(args) => distribute::run(&args, console),
        Command::Doctor(args) => doctor::run(&args, console),
        Command::Recover(args) => recover::run(&args, console),
        Command::Verify(args) => verify::run(&args.folder_args, console),
        Command::Archive(args) => archive::run(&args, console),
        Command::Completions(args) => completions::run(&args, command_line::visible(language)),
        Command::Man(args) => man::run(&args, &command_line::visible(language), console),
        Command::Reference => reference::run(command_line::visible(Language::English)),
    }
}

fn exit(end: Result<End, Failure>, console: Console) -> ExitCode {
    match end {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::Warned) => ExitCode::from(3),
        Err(failure) => {
            match failure.message() {
                Some(message) => console.error(message),
                // Whoever told it knew nothing of the other program that reads.
                None if console.is_json() && !console::has_printed() => {
                    let told = serde_json::json!({ "error": "told", "what": null, "hint": null });
                    console::print(&told.to_string());
                }
                None => {}
            }
            ExitCode::from(if failure.is_usage() { 2 } else { 1 })
        }
    }
}
