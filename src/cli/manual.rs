//! Help for those who typed something else, the manual pages and the shells' completions.

use std::error::Error as _;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use e_risalah::common::language::Language;
use e_risalah::common::message::Message;
use e_risalah::lifecycle::folder;

use super::args::{Completions, Man, OutputArgs};
use super::show::Console;
use super::{End, Failure, language};

/// What is wrong with the words that were typed, as one sentence with a hint; help and version go to stdout.
pub fn explain(error: &clap::Error, language: Language) -> ExitCode {
    if !error.use_stderr() {
        let _ = io::stdout().write_all(styled(&error.render(), io::stdout().is_terminal()).as_bytes());
        return ExitCode::SUCCESS;
    }
    let json = std::env::args_os().any(|arg| arg == "--json");
    if !json && error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = io::stderr().write_all(styled(&error.render(), io::stderr().is_terminal()).as_bytes());
        return ExitCode::from(2);
    }
    Console::of(language, OutputArgs { json, quiet: false }).error(&sentence(error));
    ExitCode::from(2)
}

/// The sentence, with what may have been meant and what may stand there.
fn sentence(error: &clap::Error) -> Message {
    let context = |kind| list(error.get(kind)).join(" ");
    let first = |kinds: &[ContextKind]| {
        kinds.iter().map(|kind| list(error.get(*kind))).find(|list| !list.is_empty()).map(|list| list.join(", "))
    };
    let meant = first(&[ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]);
    let valid = first(&[ContextKind::ValidValue, ContextKind::ValidSubcommand]).or_else(|| range(error));
    let (key, message) = match error.kind() {
        ErrorKind::UnknownArgument => ("cli.unknown", Message::new("").with("what", context(ContextKind::InvalidArg))),
        ErrorKind::InvalidSubcommand => {
            ("cli.unknown", Message::new("").with("what", context(ContextKind::InvalidSubcommand)))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("cli.no_command", Message::new(""))
        }
        ErrorKind::MissingRequiredArgument => {
            ("cli.required", Message::new("").with("what", context(ContextKind::InvalidArg)))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::TooManyValues
            if !context(ContextKind::InvalidValue).is_empty() =>
        {
            let what = Message::new("").with("what", context(ContextKind::InvalidArg));
            ("cli.value", what.with("value", context(ContextKind::InvalidValue)))
        }
        ErrorKind::InvalidValue
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::NoEquals
        | ErrorKind::ValueValidation => {
            ("cli.no_value", Message::new("").with("what", context(ContextKind::InvalidArg)))
        }
        ErrorKind::ArgumentConflict if context(ContextKind::InvalidArg) == context(ContextKind::PriorArg) => {
            ("cli.twice", Message::new("").with("what", context(ContextKind::InvalidArg)))
        }
        ErrorKind::ArgumentConflict => {
            let what = Message::new("").with("what", context(ContextKind::InvalidArg));
            ("cli.conflict", what.with("other", context(ContextKind::PriorArg)))
        }
        ErrorKind::InvalidUtf8 => ("cli.not_utf8", Message::new("")),
        _ => {
            let line = error.render().to_string().lines().next().unwrap_or_default().to_owned();
            ("cli.usage", Message::new("").with("what", line))
        }
    };
    match (meant, valid) {
        (Some(meant), _) if matches!(key, "cli.unknown" | "cli.value") => {
            Message { key: format!("{key}_near"), ..message }.with("meant", meant)
        }
        (_, Some(valid)) if matches!(key, "cli.value" | "cli.no_value") => {
            Message { key: format!("{key}_valid"), ..message }.with("valid", valid)
        }
        _ => Message { key: key.to_owned(), ..message },
    }
}

fn list(value: Option<&ContextValue>) -> Vec<String> {
    match value {
        Some(ContextValue::Strings(values)) => values.clone(),
        Some(ContextValue::String(value)) => vec![value.clone()],
        Some(ContextValue::StyledStrs(values)) => values.iter().map(ToString::to_string).collect(),
        Some(ContextValue::StyledStr(value)) => vec![value.to_string()],
        Some(ContextValue::Number(value)) => vec![value.to_string()],
        _ => Vec::new(),
    }
}

/// `1–999`, where a number was refused for lying outside.
fn range(error: &clap::Error) -> Option<String> {
    let told = error.source()?.to_string();
    let (least, most) = told.rsplit(' ').next()?.split_once("..=")?;
    Some(format!("{least}–{most}"))
}

/// With colours and bold letters where somebody reads it on a screen, without where it goes into a file or another program.
fn styled(text: &StyledStr, screen: bool) -> String {
    if screen { text.ansi().to_string() } else { text.to_string() }
}

/// The manual page of the program or of one command in roff, on stdout; or all of them as files of a folder.
pub fn pages(args: &Man, language: Language, console: Console) -> Result<End, Failure> {
    let command = language::visible(language);
    if let Some(folder) = &args.output {
        fs::create_dir_all(folder).map_err(|source| folder::Error::Folder { path: folder.clone(), source })?;
        for (name, roff) in all(&command) {
            let path = folder.join(format!("{name}.1"));
            fs::write(&path, roff?).map_err(|source| folder::Error::Write { path: path.clone(), source })?;
            console.file(&path);
        }
        return Ok(End::Done);
    }
    let mut wanted = &command;
    for name in &args.command {
        let unknown = || Failure::usage(Message::new("cli.unknown").with("what", name));
        wanted = wanted.find_subcommand(name).ok_or_else(unknown)?;
    }
    write(&page(wanted)?)
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

/// The completions of one shell, on stdout.
pub fn completions(args: &Completions, language: Language) -> Result<End, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut language::visible(language), "risalah", &mut script);
    write(&script)
}

/// A reader that went away (`| head`) is no failure.
fn write(bytes: &[u8]) -> Result<End, Failure> {
    match io::stdout().write_all(bytes) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::failed(Message::new("cli.stdout"))),
        _ => Ok(End::Done),
    }
}
