//! What is wrong with a command as it was typed, and help where it was asked for.

use std::error::Error as _;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use e_risalah::common::language::Language;
use e_risalah::common::message::Message;

use super::args::Args;
use super::console::Console;
use super::output_args::OutputArgs;

/// What is wrong with the words that were typed, as one sentence with a hint; help and version go
/// to stdout.
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
    let meant = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .iter()
        .map(|kind| list(error.get(*kind)))
        .find_map(|mut names| {
            // What is not for people is not proposed; the likest comes last.
            names.retain(|name| !is_hidden(name));
            names.reverse();
            (!names.is_empty()).then(|| names.join(", "))
        });
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
        (Some(meant), Some(valid)) if key == "cli.value" => {
            Message { key: "cli.value_near".to_owned(), ..message }.with("meant", meant).with("valid", valid)
        }
        (Some(meant), _) if key == "cli.unknown" => {
            Message { key: "cli.unknown_near".to_owned(), ..message }.with("meant", meant)
        }
        (_, Some(valid)) if matches!(key, "cli.value" | "cli.no_value") => {
            Message { key: format!("{key}_valid"), ..message }.with("valid", valid)
        }
        _ => Message { key: key.to_owned(), ..message },
    }
}

fn is_hidden(command: &str) -> bool {
    Args::command().get_subcommands().any(|sub| sub.get_name() == command && sub.is_hide_set())
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

/// With colours and bold letters where somebody reads it on a screen, without where it goes into a
/// file or another program.
fn styled(text: &StyledStr, screen: bool) -> String {
    if screen { text.ansi().to_string() } else { text.to_string() }
}
