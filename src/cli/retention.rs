//! `risalah retention`: what is due by the retention schedule, and what persons decide of it.

use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Subcommand, ValueHint};
use e_risalah::common::date::day;
use e_risalah::common::message::Message;
use e_risalah::meeting::FileKind;
use e_risalah::meeting_folder::{self, usual_folder};
use e_risalah::retention::{self, Decided, Decision, Due, Item, Plan, Wish};
use jiff::Zoned;
use jiff::civil::Date;

use super::console::{Console, megabytes, print, relay};
use super::date_arg::date;
use super::interrupt::STOP;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::progress::ShareProgress;
use super::seal_args::SealArgs;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Retention>,
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub meetings: Option<PathBuf>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub on: Option<Date>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[derive(Subcommand)]
pub enum Retention {
    #[command(visible_alias = "putuskan")]
    Decide(DecideArgs),
}

#[derive(clap::Args)]
#[command(group = ArgGroup::new("decision").required(true).args(["keep", "transfer", "destroy"]))]
#[expect(clippy::struct_excessive_bools, reason = "flags")]
pub struct DecideArgs {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(long, value_name = "KIND", value_parser = files())]
    pub file: FileKind,
    #[arg(long)]
    pub keep: bool,
    #[arg(long)]
    pub transfer: bool,
    #[arg(long)]
    pub destroy: bool,
    #[arg(long, value_name = "DATE", value_parser = date, requires = "keep")]
    pub until: Option<Date>,
    #[arg(long, value_name = "NAME")]
    pub by: String,
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    #[arg(long, requires = "destroy")]
    pub early: bool,
    #[arg(long, requires = "destroy")]
    pub yes: bool,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub identity: Option<PathBuf>,
    #[arg(long, requires = "identity")]
    pub passphrase_stdin: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

impl Args {
    /// How the command speaks.
    pub fn output_args(&self) -> OutputArgs {
        match &self.command {
            Some(Retention::Decide(args)) => args.output_args,
            None => self.output_args,
        }
    }

    /// The folder that must be there.
    pub fn folder(&self) -> Option<&PathBuf> {
        match &self.command {
            Some(Retention::Decide(args)) => Some(&args.folder),
            None => self.meetings.as_ref(),
        }
    }
}

impl DecideArgs {
    /// What is decided, by its word.
    pub fn decision(&self) -> &'static str {
        match (self.keep, self.transfer) {
            (true, _) => "keep",
            (_, true) => "transfer",
            _ => "destroy",
        }
    }
}

/// The kinds of files, by their words.
fn files() -> impl TypedValueParser<Value = FileKind> {
    // The list lets no other word through.
    let of = |key: String| FileKind::ALL.into_iter().find(|kind| kind.key() == key).unwrap_or(FileKind::Recording);
    PossibleValuesParser::new(FileKind::ALL.map(FileKind::key)).map(of)
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    match &args.command {
        Some(Retention::Decide(args)) => decide(args, console),
        None => list(args, console),
    }
}

fn list(args: &Args, console: Console) -> Result<End, Failure> {
    let root = args.meetings.clone().unwrap_or_else(usual_folder);
    let on = args.on.unwrap_or_else(|| Zoned::now().date());
    let due = retention::due(&root, on)?;
    let unreadable: Vec<Message> = due
        .unreadable
        .iter()
        .map(|(meeting, why)| {
            Message::new("retention.not_read").with("meeting", meeting).with("why", console.sentence(why))
        })
        .collect();
    if console.is_json() {
        due.items.iter().for_each(|item| print(&item_json(item).to_string()));
        let told = serde_json::json!({
            "on": on,
            "total": due.items.len(),
            "bytes": due.items.iter().map(|item| item.bytes).sum::<u64>(),
            "meetings": due.meetings,
            "ruleless": due.ruleless,
            "unreadable": unreadable.iter().map(|one| console.as_json(one)).collect::<Vec<_>>(),
        });
        print(&told.to_string());
    } else {
        tell(&due, on, console);
    }
    Ok(End::warned_if(console.warnings(&unreadable)))
}

fn item_json(item: &Item) -> serde_json::Value {
    serde_json::json!({
        "meeting": item.meeting,
        "name": item.name,
        "date": item.date,
        "kind": item.kind,
        "file": item.file,
        "files": item.files,
        "bytes": item.bytes,
        "due": item.due,
        "fate": item.rule.fate,
        "rule": item.rule.to_string(),
        "official": item.official,
        "last": item.last,
    })
}

fn tell(due: &Due, on: Date, console: Console) {
    let mut last = None;
    for item in &due.items {
        if last != Some(&item.meeting) {
            last = Some(&item.meeting);
            let date = item.date.map_or_else(|| "–".to_owned(), day);
            print(&format!("{date}  {}  [{}/]", item.name, item.meeting));
        }
        let line = Message::new("retention.item")
            .with("file", item.file.key())
            .with("count", item.files)
            .with("size", megabytes(item.bytes))
            .with("due", day(item.due))
            .with("rule", &item.rule);
        print(&format!("  {}", console.sentence(&line)));
        if !item.official {
            print(&format!("  {}", console.sentence(&Message::new("retention.not_yet_official"))));
        }
    }
    let bytes = due.items.iter().map(|item| item.bytes).sum();
    console.note(&if due.items.is_empty() {
        Message::new("retention.none").with("on", day(on)).with("meetings", due.meetings)
    } else {
        Message::new("retention.total").with("count", due.items.len()).with("size", megabytes(bytes))
    });
    if due.ruleless > 0 {
        console.note(&Message::new("retention.ruleless").with("count", due.ruleless));
    }
}

fn decide(args: &DecideArgs, console: Console) -> Result<End, Failure> {
    let folder = &args.folder;
    // What is decided and why is the reason for which it is opened.
    let (identity, passphrase_stdin) = (args.identity.clone(), args.passphrase_stdin);
    SealArgs { identity, reason: Some(args.reason.clone()), passphrase_stdin }.open(folder, "retention", console)?;
    let meeting = meeting_folder::describe_unentered(folder)?;
    let now = meeting_folder::now(&meeting);
    let wish = Wish { file: args.file, by: args.by.clone(), reason: args.reason.clone() };
    if !args.destroy {
        let decision = retention::decide(folder, &wish, args.until, args.transfer, &now)?;
        told(&decision, 0, console);
        return Ok(End::Done);
    }
    let plan = Plan::new(folder, wish, args.early, &now)?;
    if !args.yes {
        confirm(&plan, args, &meeting_folder::name(&meeting, &name_of(folder)), console)?;
    }
    let mut progress = ShareProgress::new(console, "cli.progress.checking", args.output_args.hides_progress());
    let destroyed = plan.destroy(&now, &STOP, &mut |done| progress.report(done));
    progress.end();
    let destroyed = destroyed?;
    told(&destroyed.decision, destroyed.bytes, console);
    Ok(End::Done)
}

fn name_of(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    whole.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Asks the person at the terminal; a script says `--yes`.
fn confirm(plan: &Plan, args: &DecideArgs, name: &str, console: Console) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(Message::new("retention.unasked")));
    }
    let question = Message::new("retention.confirm")
        .with("count", plan.files.len())
        .with("file", args.file.key())
        .with("size", megabytes(plan.bytes))
        .with("meeting", name);
    relay(&format!("{} ", console.sentence(&question)));
    let mut answer = String::new();
    // Whoever cannot be heard has not agreed.
    let _ = io::stdin().lock().read_line(&mut answer);
    let agreed = ["ya", "y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    if agreed { Ok(()) } else { Err(Failure::failed(Message::new("retention.not_agreed"))) }
}

fn told(decision: &Decision, bytes: u64, console: Console) {
    if console.is_json() {
        print(&serde_json::json!(decision).to_string());
        return;
    }
    let message = match &decision.decided {
        Decided::Keep { until: Some(until) } => Message::new("retention.kept_until").with("until", day(*until)),
        Decided::Keep { until: None } => Message::new("retention.kept"),
        Decided::Transfer => Message::new("retention.transferred"),
        Decided::Destroy { files, .. } => {
            Message::new("retention.destroyed").with("count", files.len()).with("size", megabytes(bytes))
        }
    };
    print(&console.sentence(&message.with("file", decision.file.key())));
}
