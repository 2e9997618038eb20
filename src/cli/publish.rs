//! `risalah publish`: a site of official records of open meetings.

use std::path::PathBuf;

use clap::ValueHint;
use e_risalah::common::message::Message;
use e_risalah::meeting::Site;
use e_risalah::publication::site::{self, Error, Report, Request, Withdrawn};
use jiff::Zoned;
use jiff::civil::Date;

use super::console::{Console, print};
use super::date_arg::date;
use super::interrupt::STOP;
use super::layout::lay_out;
use super::left_out::left_out;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::progress::ShareProgress;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "DIR", required_unless_present = "withdraw", value_hint = ValueHint::DirPath)]
    pub folders: Vec<PathBuf>,
    #[arg(short, long, value_name = "OUT", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    #[arg(long)]
    pub no_sound: bool,
    #[arg(long, value_name = "NAME", requires = "reason")]
    pub withdraw: Option<String>,
    #[arg(long, value_name = "TEXT", requires = "withdraw")]
    pub reason: Option<String>,
    #[arg(long, value_name = "DATE", value_parser = date, requires = "withdraw")]
    pub on: Option<Date>,
    #[arg(long)]
    pub republish: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    if let Some(folder) = args.folders.iter().find(|folder| !folder.exists()) {
        return Err(Failure::usage(Message::new("general.no_folder").with("path", folder.display())));
    }
    let address = args
        .url
        .as_ref()
        .map(|url| Site::address(url).ok_or_else(|| Failure::usage(Message::new("site.address").with("url", url))));
    let date = args.on.unwrap_or_else(|| Zoned::now().date());
    let withdraw = args.withdraw.as_ref().zip(args.reason.as_ref());
    let request = Request {
        folders: &args.folders,
        out: &args.output,
        address: address.transpose()?,
        no_sound: args.no_sound,
        withdraw: withdraw.map(|(id, reason)| (id.clone(), Withdrawn { reason: reason.clone(), date })),
        republish: args.republish,
        lay_out: &lay_out,
    };
    let mut progress = ShareProgress::new(console, "cli.progress.publishing", args.output_args.hides_progress());
    let report = site::publish(&request, &STOP, &mut |done| progress.report(done));
    progress.end();
    match report {
        Ok(report) => Ok(told(&report, args.output_args, console)),
        Err(Error::Nothing { refused }) => {
            for (path, message) in &refused {
                console.warning(&left_out("site.refused", path, message, console));
            }
            Err(Error::Nothing { refused }.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn told(report: &Report, output_args: OutputArgs, console: Console) -> End {
    report.notes.iter().for_each(|note| console.note(note));
    let mut is_warned = console.warnings(&report.warnings);
    for (path, message) in &report.refused {
        console.warning(&left_out("site.refused", path, message, console));
        is_warned = true;
    }
    if output_args.json {
        let refused = report
            .refused
            .iter()
            .map(|(path, message)| serde_json::json!({ "path": path, "why": console.as_json(message) }));
        let line = serde_json::json!({
            "path": report.site,
            "meetings": report.meetings,
            "made": report.made,
            "unchanged": report.unchanged,
            "refused": refused.collect::<Vec<_>>(),
            "warnings": report.warnings.iter().map(|warning| console.as_json(warning)).collect::<Vec<_>>(),
        });
        print(&line.to_string());
    } else {
        let message = Message::new("site.done")
            .with("path", report.site.display())
            .with("meetings", report.meetings)
            .with("made", report.made)
            .with("unchanged", report.unchanged);
        print(&console.sentence(&message));
    }
    End::warned_if(is_warned)
}
