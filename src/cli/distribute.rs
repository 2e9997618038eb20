//! `risalah distribute`: records and extracts to recipients, and what became of them.

use clap::ArgGroup;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use e_risalah::common::clock::moment;
use e_risalah::common::date::day;
use e_risalah::common::message::{Explain, Message};
use e_risalah::distribution::{
    self, Disposition, Log, Made, Mark, Order, Parcel, Report, Scope, Settings, Standing, What, mark, recipients,
};
use e_risalah::document::risalah::{Format, Sheet};
use e_risalah::meeting_folder;
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::console::{Console, print};
use super::date_arg::date;
use super::interrupt::STOP;
use super::layout::lay_out;
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;
use super::progress::ShareProgress;

#[derive(clap::Args)]
#[command(group = ArgGroup::new("work").required(true).multiple(false).args(["to", "status", "resume", "again", "mark"]))]
pub struct Args {
    #[command(flatten)]
    pub folder_args: FolderArgs,
    #[arg(long, value_name = "NAME", num_args = 1.., requires = "by")]
    pub to: Vec<String>,
    #[arg(long, value_name = "MEMBER", requires = "to", conflicts_with = "agenda")]
    pub member: Option<String>,
    #[arg(long, value_name = "N", requires = "to")]
    pub agenda: Option<u32>,
    #[arg(long, value_name = "NUMBER", requires = "to")]
    pub number: Option<String>,
    #[arg(long, value_name = "DATE", value_parser = date, requires = "to")]
    pub date: Option<Date>,
    #[arg(long, value_name = "TEXT", requires = "to")]
    pub subject: Option<String>,
    #[arg(long, value_name = "OFFICE", requires = "to")]
    pub pass_to: Option<String>,
    #[arg(long, value_name = "TEXT", requires = "to")]
    pub instruction: Option<String>,
    #[arg(long, value_name = "DATE", value_parser = date, requires = "to")]
    pub due: Option<Date>,
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    #[arg(long)]
    pub status: bool,
    #[arg(long, requires = "by")]
    pub resume: bool,
    #[arg(long, value_name = "ID", num_args = 1.., requires = "by")]
    pub again: Vec<String>,
    #[arg(long, value_name = "ID", requires_all = ["as", "by"])]
    pub mark: Option<String>,
    #[arg(long = "as", id = "as", value_name = "MARK", requires = "mark", value_parser = marks())]
    pub mark_as: Option<Mark>,
    #[arg(long, value_name = "TEXT", requires = "mark")]
    pub text: Option<String>,
}

fn marks() -> impl TypedValueParser<Value = Mark> {
    PossibleValuesParser::new(Mark::ALL.map(Mark::key)).try_map(|key: String| Mark::by_key(&key).ok_or("no mark"))
}

impl Args {
    /// What is done, for the audit trail; `None` where parcels are only listed.
    pub fn change(&self) -> Option<String> {
        let scope = match (&self.member, self.agenda) {
            (Some(member), _) => format!(" member {member}"),
            (None, Some(agenda)) => format!(" agenda {agenda}"),
            (None, None) => String::new(),
        };
        match (&self.mark, self.mark_as) {
            _ if self.status => None,
            (Some(id), Some(mark)) => Some(format!("{id} {}", mark.key())),
            _ if self.resume => Some("resume".to_owned()),
            _ if !self.again.is_empty() => Some(format!("again {}", self.again.join(" "))),
            _ => Some(format!("to {}{scope}", self.to.join("; "))),
        }
    }

    fn scope(&self) -> Scope {
        match (&self.member, self.agenda) {
            (Some(member), _) => Scope::Member(member.trim().to_owned()),
            (None, Some(agenda)) => Scope::Agenda(agenda),
            (None, None) => Scope::Record,
        }
    }

    fn by(&self) -> &str {
        self.by.as_deref().unwrap_or_default()
    }
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let folder = &args.folder_args.folder;
    if args.status {
        return status(args, console);
    }
    if let (Some(id), Some(as_)) = (&args.mark, args.mark_as) {
        let parcel = mark(folder, id, as_, args.text.as_deref().unwrap_or_default(), args.by())?;
        tell(&parcel, console);
        return Ok(End::Done);
    }
    // What is wrong with the settings is told before anything is made.
    let settings = Settings::of(folder)?;
    let mut warned = false;
    let only = if args.to.is_empty() {
        (!args.again.is_empty()).then(|| args.again.clone())
    } else {
        let made = make(args, console, &mut warned)?;
        Some(made.into_iter().map(|made| made.parcel.id).collect())
    };
    let mut progress =
        ShareProgress::new(console, "cli.progress.sending", args.folder_args.output_args.hides_progress());
    let report =
        distribution::send(folder, only.as_deref(), &args.again, args.by(), &settings, &STOP, &mut |done, all| {
            progress.report((done * 1000 / all.max(1)) as u64);
        });
    progress.end();
    Ok(End::warned_if(reported(&report?, console)? || warned))
}

fn make(args: &Args, console: Console, warned: &mut bool) -> Result<Vec<Made>, Failure> {
    let folder = &args.folder_args.folder;
    let meeting = meeting_folder::describe(folder)?;
    let order = Order {
        recipients: recipients(&args.to, &meeting)?,
        scope: args.scope(),
        number: args.number.clone(),
        date: args.date,
        subject: args.subject.clone(),
        disposition: Disposition { to: args.pass_to.clone(), instruction: args.instruction.clone(), due: args.due },
        by: args.by().to_owned(),
    };
    let templates = meeting_folder::templates(&meeting, folder);
    let warnings = std::cell::RefCell::new(Vec::new());
    let typeset = |sheet: &Sheet| {
        let laid_out = lay_out(sheet, Format::Pdf, templates.as_deref())?;
        warnings.borrow_mut().extend(laid_out.warnings);
        Ok(laid_out.content)
    };
    let made = distribution::make(folder, &order, &meeting_folder::now(&meeting), &typeset)?;
    *warned = console.warnings(&warnings.into_inner());
    Ok(made)
}

/// What was sent and what was not; whether a person must look.
fn reported(report: &Report, console: Console) -> Result<bool, Failure> {
    for parcel in &report.sent {
        tell(parcel, console);
    }
    if report.before > 0 {
        console.note(&Message::new("distribution.sent_before").with("count", report.before));
    }
    for parcel in &report.uncertain {
        let to = &parcel.contents.recipient;
        console.warning(&Message::new("distribution.uncertain").with("name", &to.name).with("id", &parcel.id));
    }
    for (parcel, why) in &report.failed {
        let name = &parcel.contents.recipient.name;
        let failed = Message::new("distribution.failed").with("name", name).with("id", &parcel.id);
        console.error(&failed.with("why", console.sentence(why)));
        if let Some(hint) = why.hint(console.language()) {
            console.note(&Message::new("distribution.remedy").with("hint", hint));
        }
    }
    if report.failed.is_empty() { Ok(!report.uncertain.is_empty()) } else { Err(Failure::told(false)) }
}

fn status(args: &Args, console: Console) -> Result<End, Failure> {
    let log = Log::read(&args.folder_args.folder)?;
    let parcels = log.parcels();
    for parcel in &parcels {
        tell(parcel, console);
    }
    if parcels.is_empty() && !console.is_json() {
        console.note(&Message::new("distribution.none"));
    }
    match log.finding() {
        Some(finding) => {
            console.error(&finding.message());
            Err(Failure::told(false))
        }
        None => Ok(End::Done),
    }
}

fn tell(parcel: &Parcel, console: Console) {
    let contents = &parcel.contents;
    let (standing, late) = (parcel.standing(), parcel.is_late(Zoned::now().date()));
    if console.is_json() {
        let line = serde_json::json!({
            "id": parcel.id,
            "standing": standing.key(),
            "late": late,
            "recipient": contents.recipient,
            "scope": contents.scope,
            "edition": contents.edition,
            "number": contents.number,
            "date": contents.date,
            "subject": contents.subject,
            "disposition": contents.disposition,
            "files": contents.files,
            "events": parcel.events.iter().skip(1).collect::<Vec<_>>(),
        });
        print(&line.to_string());
        return;
    }
    let last = parcel.last();
    let at = last.map_or_else(|| "–".to_owned(), |event| moment(&event.at.to_zoned(TimeZone::system())));
    let word = console.text(&format!("distribution.standing.{}", standing.key()));
    let line = Message::new("distribution.item")
        .with("id", &parcel.id)
        .with("standing", word)
        .with("name", &contents.recipient.name)
        .with("way", contents.recipient.way.address())
        .with("subject", &contents.subject)
        .with("at", at);
    print(&console.sentence(&line));
    let said = last.and_then(|event| match &event.what {
        What::Failed { detail } => Some(detail),
        What::Marked { text, .. } => Some(text).filter(|text| !text.is_empty()),
        _ => None,
    });
    if let Some(said) = said {
        print(&format!("  {said}"));
    }
    if let Some(due) = contents.disposition.due.filter(|_| late && standing != Standing::Made) {
        print(&format!("  {}", console.sentence(&Message::new("distribution.late").with("due", day(due)))));
    }
}
