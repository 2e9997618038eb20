//! `risalah audit`: who has opened, heard, changed and signed what.

use std::path::PathBuf;

use clap::ValueHint;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use e_risalah::audit::{self, Action, Filter, Kind, Line, Trail};
use e_risalah::common::message::Message;
use e_risalah::meeting_folder::{is_meeting, usual_folder};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::console::{Console, print, print_bytes};
use super::date_arg::date;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::trail::trail_of;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    #[arg(long, value_name = "ACTION", value_parser = actions())]
    pub action: Option<Action>,
    #[arg(long, value_name = "NAME")]
    pub meeting: Option<String>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub until: Option<Date>,
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

fn actions() -> impl TypedValueParser<Value = Action> {
    PossibleValuesParser::new(Action::ALL.map(Action::key))
        .try_map(|key: String| Action::by_key(&key).ok_or("no action"))
}

impl Args {
    /// The folder of all meetings, which one of its meetings names as well.
    pub fn root(&self) -> PathBuf {
        match &self.folder {
            Some(folder) if is_meeting(folder) => trail_of(folder).map_or_else(|| folder.clone(), |(root, _)| root),
            folder => folder.clone().unwrap_or_else(usual_folder),
        }
    }

    fn filter(&self) -> Filter {
        let of_folder = self.folder.as_ref().filter(|folder| is_meeting(folder)).and_then(|folder| trail_of(folder));
        let filter = Filter {
            by: self.by.clone(),
            action: self.action,
            meeting: self.meeting.clone().or(of_folder.map(|(_, name)| name)),
            ..Filter::default()
        };
        filter.between(self.from, self.until, &TimeZone::system())
    }
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let root = args.root();
    let trail = Trail::of(&root);
    if !trail.path().exists() {
        return Err(Failure::usage(Message::new("audit.none").with("folder", root.display())));
    }
    let lines = trail.read()?;
    let filter = args.filter();
    let wanted: Vec<&Line> = lines.iter().filter(|line| filter.takes(&line.entry)).collect();
    if args.csv {
        return print_bytes(&audit::csv(wanted)?);
    }
    if console.is_json() {
        print(&String::from_utf8_lossy(&audit::json(wanted)?));
        return Ok(End::Done);
    }
    if wanted.is_empty() {
        console.note(&Message::new("audit.nothing"));
    }
    for line in wanted {
        print(&told(line, console));
    }
    Ok(End::Done)
}

fn told(line: &Line, console: Console) -> String {
    let (entry, who) = (&line.entry, &line.entry.who);
    let at = entry.at.to_zoned(TimeZone::system()).strftime("%d-%m-%Y %H.%M.%S");
    let address = who.address.map(|address| format!(", {address}")).unwrap_or_default();
    let kind = if who.kind == Kind::Account { String::new() } else { who.kind.name(console.language()) };
    let how = format!("{kind}{address}");
    let how = how.strip_prefix(", ").unwrap_or(&how);
    let how = if how.is_empty() { String::new() } else { format!(" ({how})") };
    let rest = [&entry.meeting, &entry.detail].into_iter().flatten();
    let rest: String = rest.map(|part| format!("  {part}")).collect();
    format!("{:>6}  {at}  {}{how}: {}{rest}", line.line, who.by, entry.action.name(console.language()))
}
