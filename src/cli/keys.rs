//! `risalah keys`: the keys by which closed meetings are sealed and opened.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Subcommand, ValueHint};
use e_risalah::audit::{Action, Trail, Who};
use e_risalah::common::atomic_file;
use e_risalah::common::message::Message;
use e_risalah::lifecycle::folder;
use e_risalah::meeting::{INSTITUTION, Meeting};
use e_risalah::meeting_folder::{describe, usual_folder};
use e_risalah::record::recorder::Client;
use e_risalah::recording::{Growth, Stretch, folder_of, stretches_of};
use e_risalah::seal::{
    self, Holder, Identity, Opening, Released, Role, identity_of_words, note_opening, openings, sheet,
};

use super::console::{Console, print};
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::seal_args::{SealArgs, new_passphrase, passphrase};
use super::trail::trail_of;
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
    #[command(visible_alias = "buka-segel")]
    Unseal(UnsealArgs),
}

/// What is opened for good, by which decision.
#[derive(clap::Args)]
pub struct UnsealArgs {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub stretch: u64,
    #[arg(long, value_name = "TEXT")]
    pub decision: String,
    #[arg(long, value_name = "NAME")]
    pub by: String,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub identity: PathBuf,
    #[arg(long)]
    pub passphrase_stdin: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
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
            Self::Unseal(args) => args.output_args,
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
            let found = sealed(folder)?;
            if seal_args.identity.is_none() {
                return Err(seal::Error::Sealed { path: folder.clone() }.into());
            }
            seal_args.open(folder, "keys rewrap", console)?;
            let holders = describe(folder)?.holders;
            // A part that is not sealed to this identity stays as it is.
            for stretch in found {
                if let Some(key) = stretch.key() {
                    stretch.wrap_again(folder, &key, &holders)?;
                }
            }
            console.note(&Message::new("seal.rewrapped").with("holders", names(&holders)));
        }
        Keys::Unseal(args) => unseal(args, console)?,
    }
    Ok(End::Done)
}

/// Opens a part for good: its key is kept with the decision, in the chain of openings.
fn unseal(args: &UnsealArgs, console: Console) -> Result<(), Failure> {
    let (decision, by) = (args.decision.trim(), args.by.trim());
    if decision.is_empty() || by.is_empty() {
        return Err(Failure::usage(Message::new("seal.no_decision")));
    }
    let folder = &args.folder;
    let found = sealed(folder)?;
    let about = |key: &str| Message::new(key).with("path", folder.display()).with("number", args.stretch);
    let Some(stretch) = found.iter().find(|stretch| stretch.number == args.stretch) else {
        return Err(Failure::usage(about("seal.no_stretch").with("count", found.len())));
    };
    let (opened, _) = openings(folder)?;
    let mut released = opened.iter().filter_map(|opening| opening.released.as_ref());
    if released.any(|released| released.recipient == stretch.seal.recipient) {
        return Err(Failure::usage(about("seal.unsealed_already")));
    }
    if Client::reach(&folder_of(folder)).is_ok() && stretch.until.is_none() {
        return Err(Failure::usage(about("seal.still_closed")));
    }
    let identity = Identity::read(&args.identity, &passphrase(&args.identity, args.passphrase_stdin, console)?)?;
    let key = stretch.open(folder, &identity)?;
    if let Some((root, name)) = trail_of(folder) {
        let detail = format!("keys unseal {}: {decision} ({by}, {})", args.stretch, identity.name());
        Trail::of(&root).enter(&Who::command_line(), Action::Unsealed, Some(&name), Some(&detail))?;
    }
    let secret = seal::ExposeSecret::expose_secret(&key.secret()).to_owned();
    let released = Released { stretch: stretch.number, recipient: key.recipient(), secret };
    note_opening(
        folder,
        Opening {
            at: jiff::Timestamp::now(),
            by: by.to_owned(),
            key: identity.recipient(),
            reason: decision.to_owned(),
            what: "keys unseal".to_owned(),
            released: Some(released),
            before: String::new(),
        },
    )?;
    console.note(&about("seal.unsealed"));
    Ok(())
}

/// The sealed parts of a meeting, of which there is one at least.
fn sealed(folder: &Path) -> Result<Vec<Stretch>, Failure> {
    let found = stretches_of(folder)?;
    if found.is_empty() {
        return Err(Failure::usage(Message::new("seal.nothing_sealed").with("path", folder.display())));
    }
    Ok(found)
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
    let sealed = stretches_of(&folder)?;
    let holders = match sealed.last() {
        Some(stretch) => stretch.seal.holders.clone(),
        None => match Meeting::institution_of(&folder) {
            Some(path) => Meeting::read_institution(&path)?.holders,
            None => Vec::new(),
        },
    };
    let (opened, broken) = if sealed.is_empty() { (Vec::new(), None) } else { openings(&folder)? };
    let clock = Growth::open(&folder_of(&folder))?.map(|growth| growth.clock());
    let released =
        |number| opened.iter().any(|opening| opening.released.as_ref().is_some_and(|one| one.stretch == number));
    let parts = sealed.iter().filter(|stretch| !stretch.whole).zip(clock.into_iter().cycle());
    let parts: Vec<_> = parts
        .map(|(stretch, clock)| {
            let until = stretch.until.map(|until| clock.hms(until));
            (stretch.number, clock.hms(stretch.from), until, released(stretch.number))
        })
        .collect();
    if console.is_json() {
        let stretch = |(number, from, until, released): &(u64, String, Option<String>, bool)| serde_json::json!({ "number": number, "from": from, "until": until, "released": released });
        let stretches: Vec<_> = parts.iter().map(stretch).collect();
        // A key that was given away by decision is nobody's business in a list.
        let openings: Vec<_> = opened
            .iter()
            .map(|one| serde_json::json!({ "at": one.at, "by": one.by, "key": one.key, "reason": one.reason, "do": one.what, "before": one.before }))
            .collect();
        let line =
            serde_json::json!({ "holders": holders, "stretches": stretches, "openings": openings, "broken": broken });
        print(&line.to_string());
        return Ok(());
    }
    for (number, from, until, released) in &parts {
        let key = if *released { "cli.seal.part_open" } else { "cli.seal.part" };
        let part = Message::new(key).with("number", number).with("from", from);
        print(&console.sentence(&part.with("until", until.as_deref().unwrap_or("…"))));
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
