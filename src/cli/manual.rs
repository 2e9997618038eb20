//! Help for those who typed something else, the manual page and the shells' completions.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ErrorKind};
use e_risalah::message::{Language, Message};

use super::args::Completions;
use super::show::Speaker;
use super::{End, Failure, language};

/// What is wrong with the words that were typed, as one sentence with a hint; help and version go to stdout.
pub fn explain(error: &clap::Error, language: Language) -> ExitCode {
    if !error.use_stderr() {
        let _ = io::stdout().write_all(styled(&error.render(), io::stdout().is_terminal()).as_bytes());
        return ExitCode::SUCCESS;
    }
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            let help = language::command(language).render_help();
            let _ = io::stderr().write_all(styled(&help, io::stderr().is_terminal()).as_bytes());
            return ExitCode::from(2);
        }
        ErrorKind::UnknownArgument => Message::new("cli.unknown").with("what", context(ContextKind::InvalidArg)),
        ErrorKind::InvalidSubcommand => {
            Message::new("cli.unknown").with("what", context(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => {
            Message::new("cli.required").with("what", context(ContextKind::InvalidArg))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => Message::new("cli.value")
            .with("what", context(ContextKind::InvalidArg))
            .with("value", context(ContextKind::InvalidValue)),
        ErrorKind::ArgumentConflict => Message::new("cli.conflict")
            .with("what", context(ContextKind::InvalidArg))
            .with("other", context(ContextKind::PriorArg)),
        _ => Message::new("cli.usage").with("what", error.render().to_string().lines().next().unwrap_or_default()),
    };
    Speaker::new(language).error(&message);
    ExitCode::from(2)
}

/// With colours and bold letters where somebody reads it on a screen, without where it goes into a file or another program.
fn styled(text: &StyledStr, screen: bool) -> String {
    if screen { text.ansi().to_string() } else { text.to_string() }
}

/// The manual page in roff, on stdout.
pub fn page(language: Language) -> Result<End, Failure> {
    let mut roff = Vec::new();
    let rendered = clap_mangen::Man::new(language::command(language)).render(&mut roff);
    rendered.and_then(|()| io::stdout().write_all(&roff)).map_err(|_| Failure::failed(Message::new("cli.stdout")))?;
    Ok(End::Done)
}

/// The completions of one shell, on stdout.
pub fn completions(args: &Completions, language: Language) -> Result<End, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut language::command(language), "risalah", &mut script);
    io::stdout().write_all(&script).map_err(|_| Failure::failed(Message::new("cli.stdout")))?;
    Ok(End::Done)
}
