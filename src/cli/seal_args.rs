//! `--identity` and what belongs to it: the arguments of a command that may open a sealed meeting.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use e_risalah::audit::{Action, Trail, Who};
use e_risalah::common::message::Message;
use e_risalah::recording::{FOLDER, open_stretches, stretches_of};
use e_risalah::seal::{self, Identity, Opening, SecretString, note_opening};
use jiff::Timestamp;

use super::console::Console;
use super::outcome::Failure;
use super::output_args::FolderArgs;
use super::trail::trail_of;
use super::unseen::{first_line, unseen};

/// Where a passphrase may stand, for services.
const PASSPHRASE: &str = "RISALAH_PASSPHRASE";

/// Whose key opens a sealed meeting, and what for.
#[derive(clap::Args, Clone, Default)]
pub struct SealArgs {
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub identity: Option<PathBuf>,
    #[arg(long, value_name = "TEXT", requires = "identity")]
    pub reason: Option<String>,
    #[arg(long, requires = "identity")]
    pub passphrase_stdin: bool,
}

/// A command that works on a meeting's folder, and may open a sealed one.
#[derive(clap::Args)]
pub struct SealedFolderArgs {
    #[command(flatten)]
    pub folder_args: FolderArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
}

impl SealArgs {
    /// Opens the sealed meeting of a path for this process, where an identity is given: it is noted
    /// who did it, what for, and by which command, before anything is read.
    pub fn open(&self, path: &Path, command: &str, console: Console) -> Result<(), Failure> {
        let Some(file) = &self.identity else { return Ok(()) };
        let Some(reason) = self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()) else {
            return Err(Failure::usage(Message::new("seal.no_reason")));
        };
        let sealed = stretches_of(path)?;
        if sealed.is_empty() {
            console.note(&Message::new("seal.not_sealed").with("path", path.display()));
            return Ok(());
        }
        let folder = if path.file_name().is_some_and(|name| name == FOLDER) { path.parent() } else { None };
        let folder = folder.unwrap_or(path);
        let identity = Identity::read(file, &passphrase(file, self.passphrase_stdin, console)?)?;
        let keys = open_stretches(folder, &sealed, &identity)?;
        let opening = Opening {
            at: Timestamp::now(),
            by: identity.name().to_owned(),
            key: identity.recipient(),
            reason: reason.to_owned(),
            what: command.to_owned(),
            released: None,
            before: String::new(),
        };
        if let Some((root, name)) = trail_of(folder) {
            let detail = format!("{command}: {reason} ({})", identity.name());
            Trail::of(&root).enter(&Who::command_line(), Action::Unsealed, Some(&name), Some(&detail))?;
        }
        note_opening(folder, opening)?;
        keys.into_iter().for_each(seal::hold);
        Ok(())
    }
}

/// The passphrase of an identity: from stdin, from the environment, or typed unseen.
pub fn passphrase(file: &Path, from_stdin: bool, console: Console) -> Result<SecretString, Failure> {
    let given = std::env::var(PASSPHRASE).ok().filter(|given| !given.is_empty());
    match given {
        _ if from_stdin => Ok(first_line()?.into()),
        Some(given) => Ok(given.into()),
        None => {
            let prompt = console.text("cli.seal.passphrase").replace("%{path}", &file.display().to_string());
            Ok(unseen(&prompt)?.into())
        }
    }
}

/// A passphrase for a new identity: typed twice, where it is typed.
pub fn new_passphrase(file: &Path, from_stdin: bool, console: Console) -> Result<SecretString, Failure> {
    let typed = !from_stdin && std::env::var_os(PASSPHRASE).is_none_or(|given| given.is_empty());
    let first = passphrase(file, from_stdin, console)?;
    if typed && unseen(&console.text("cli.accounts.again"))? != *seal::ExposeSecret::expose_secret(&first) {
        return Err(Failure::usage(Message::new("accounts.differ")));
    }
    Ok(first)
}
