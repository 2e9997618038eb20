//! `risalah keys`: the keys by which closed meetings are sealed and opened.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Subcommand, ValueHint};
use e_risalah::common::atomic_file;
use e_risalah::common::message::Message;
use e_risalah::lifecycle::folder;
use e_risalah::meeting::{INSTITUTION, Meeting};
use e_risalah::meeting_folder::{describe, usual_folder};
use e_risalah::recording::seal_of;
use e_risalah::seal::{self, Holder, Identity, Role, Seal, identity_of_words, openings, sheet};

use super::console::{Console, print};
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::seal_args::{SealArgs, new_passphrase, passphrase};
use super::unseen::{typed_or_piped, unseen};

#[derive(Subcommand)]
pub enum Keys {
    #[command(visible_alias = "baru")]
    New {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "ROLE", value_parser = roles())]
        role: Role,
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: PathBuf,
        #[arg(long)]
        passphrase_stdin: bool,
        #[command(flatten)]
        output_args: OutputArgs,
    },
    #[command(visible_alias = "daftar")]
    List {
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: Option<PathBuf>,
        #[command(flatten)]
        output_args: OutputArgs,
    },
    #[command(visible_alias = "cetak-lembar")]
    ExportPaper {
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        identity: PathBuf,
        #[arg(short, long, value_name = "OUT.SVG", value_hint = ValueHint::FilePath)]
        output: PathBuf,
        #[arg(long)]
        passphrase_stdin: bool,
        #[command(flatten)]
        output_args: OutputArgs,
    },
    #[command(visible_alias = "pulihkan")]
    Restore {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: PathBuf,
        #[command(flatten)]
        output_args: OutputArgs,
    },
    #[command(visible_alias = "bungkus-ulang")]
    Rewrap {
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
        #[command(flatten)]
        seal_args: SealArgs,
        #[command(flatten)]
        output_args: OutputArgs,
    },
}

fn roles() -> impl TypedValueParser<Value = Role> {
    let of = |key: String| Role::ALL.into_iter().find(|role| role.key() == key);
    // The list lets no other word through.
    PossibleValuesParser::new(Role::ALL.map(Role::key)).map(move |key: String| of(key).unwrap_or(Role::Pemulihan))
}

impl Keys {
    /// How the command speaks.
    pub fn output_args(&self) -> OutputArgs {
        match self {
            Self::New { output_args, .. }
            | Self::List { output_args, .. }
            | Self::ExportPaper { output_args, .. }
            | Self::Restore { output_args, .. }
            | Self::Rewrap { output_args, .. } => *output_args,
        }
    }
}

pub fn run(command: &Keys, console: Console) -> Result<End, Failure> {
    match command {
        Keys::New { name, role, output, passphrase_stdin, .. } => {
            let identity = Identity::generate(name);
            identity.write(output, &new_passphrase(output, *passphrase_stdin, console)?)?;
            let holder = Holder::new(identity.name(), *role, &identity.recipient())?;
            if console.is_json() {
                print(&serde_json::to_string(&holder).unwrap_or_default());
            } else {
                print(&block(&holder));
            }
            console.note(&Message::new("seal.new").with("path", output.display()));
        }
        Keys::List { folder, .. } => list(folder.as_deref(), console)?,
        Keys::ExportPaper { identity, output, passphrase_stdin, .. } => {
            if output.exists() {
                return Err(seal::Error::Exists { path: output.clone() }.into());
            }
            let read = Identity::read(identity, &passphrase(identity, *passphrase_stdin, console)?)?;
            let sheet = sheet(&read).ok_or_else(|| seal::Error::NotIdentity { path: identity.clone() })?;
            atomic_file::write_private(output, sheet.as_bytes())
                .map_err(|source| folder::Error::Write { path: output.clone(), source })?;
            console.file(output);
            console.note(&Message::new("seal.sheet").with("path", output.display()));
        }
        Keys::Restore { name, output, .. } => {
            if output.exists() {
                return Err(seal::Error::Exists { path: output.clone() }.into());
            }
            let (words, phrase) = if let Some(lines) = typed_or_piped()? {
                // The words, and behind them the passphrase, a line each.
                let (words, phrase) = lines.trim_end().rsplit_once('\n').unwrap_or((&lines, ""));
                (words.to_owned(), phrase.to_owned().into())
            } else {
                let words = unseen(&console.text("cli.seal.words"))?;
                (words, new_passphrase(output, false, console)?)
            };
            let identity = identity_of_words(name, &words)?;
            identity.write(output, &phrase)?;
            print(&identity.recipient());
            console.note(&Message::new("seal.restored").with("path", output.display()));
        }
        Keys::Rewrap { folder, seal_args, .. } => {
            let Some(found) = seal_of(folder)? else {
                return Err(Failure::usage(Message::new("seal.nothing_sealed").with("path", folder.display())));
            };
            if seal_args.identity.is_none() {
                return Err(seal::Error::Sealed { path: folder.clone() }.into());
            }
            seal_args.open(folder, "keys rewrap", console)?;
            let Some(key) = seal::held(&found.recipient) else {
                return Err(seal::Error::Sealed { path: folder.clone() }.into());
            };
            let holders = describe(folder)?.holders;
            Seal::wrapped_again(folder, &key, &holders)?;
            console.note(&Message::new("seal.rewrapped").with("holders", names(&holders)));
        }
    }
    Ok(End::Done)
}

/// What is written into `lembaga.toml` for a holder.
fn block(holder: &Holder) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let (name, role, key) = (quoted(&holder.name), quoted(holder.role.key()), quoted(&holder.key));
    format!("[[segel.penerima]]\nnama = {name}\nperan = {role}\nkunci = {key}")
}

fn names(holders: &[Holder]) -> String {
    holders.iter().map(|holder| format!("{} ({})", holder.name, holder.role.key())).collect::<Vec<_>>().join(", ")
}

/// To whom a meeting was sealed and who has opened it; else to whom the next ones will be.
fn list(folder: Option<&Path>, console: Console) -> Result<(), Failure> {
    let folder = folder.map_or_else(usual_folder, Path::to_owned);
    let sealed = seal_of(&folder)?;
    let holders = match &sealed {
        Some(seal) => seal.holders.clone(),
        None => match Meeting::institution_of(&folder) {
            Some(path) => Meeting::read_institution(&path)?.holders,
            None => Vec::new(),
        },
    };
    let (opened, broken) = if sealed.is_some() { openings(&folder)? } else { (Vec::new(), None) };
    if console.is_json() {
        print(&serde_json::json!({ "holders": holders, "openings": opened, "broken": broken }).to_string());
        return Ok(());
    }
    if holders.is_empty() {
        console.note(&Message::new("seal.nobody").with("path", folder.join(INSTITUTION).display()));
    }
    for holder in &holders {
        print(&format!("{:<11} {}  {}", holder.role.key(), holder.key, holder.name));
    }
    for opening in &opened {
        print(&format!("{}  {}  {}  {}", opening.at, opening.by, opening.what, opening.reason));
    }
    if let Some(line) = broken {
        console.warning(&Message::new("seal.openings_broken").with("line", line));
    }
    Ok(())
}
