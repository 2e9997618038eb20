//! `risalah pokir`: the *pokok pikiran* that members raised, over meetings.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use e_risalah::archive::{self, Raised};
use e_risalah::common::date::day;
use e_risalah::common::message::Message;
use e_risalah::meeting_folder::{folders, is_meeting, usual_folder};

use super::console::{Console, print, print_bytes};
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folders: Vec<PathBuf>,
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

impl Args {
    /// The meetings, and the folders of meetings.
    pub fn places(&self) -> Vec<PathBuf> {
        if self.folders.is_empty() { vec![usual_folder()] } else { self.folders.clone() }
    }
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let mut meetings = Vec::new();
    for place in args.places() {
        if !place.is_dir() {
            return Err(Failure::usage(Message::new("general.no_folder").with("path", place.display())));
        }
        if is_meeting(&place) { meetings.push((named(&place), place)) } else { meetings.extend(folders(&place)) }
    }
    let all = archive::pokir(&meetings);
    if args.csv {
        let failed = |error: csv::Error| Failure::failed(Message::new("audit.export").with("detail", error));
        print_bytes(&archive::pokir_csv(&all.raised).map_err(failed)?)?;
    } else if console.is_json() {
        print(&serde_json::json!(all.raised).to_string());
    } else {
        tell(&all.raised, console);
    }
    if all.closed > 0 {
        console.note(&Message::new("pokir.closed").with("count", all.closed));
    }
    let of = |(meeting, why): &(String, Message)| {
        Message::new("search.not_read").with("meeting", meeting).with("why", console.sentence(why))
    };
    Ok(End::warned_if(console.warnings(&all.unreadable.iter().map(of).collect::<Vec<_>>())))
}

fn named(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    whole.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn tell(raised: &[Raised], console: Console) {
    if raised.is_empty() {
        console.note(&Message::new("pokir.none"));
    }
    let mut last = None;
    for one in raised {
        if last != Some(&one.meeting) {
            let date = one.date.map(|date| format!(" ({})", day(date))).unwrap_or_default();
            print(&format!("{}{date}", one.name));
        }
        last = Some(&one.meeting);
        let group = one.fraksi.as_ref().map(|group| format!(" ({group})")).unwrap_or_default();
        let field = one.field.as_ref().map(|field| format!(" [{field}]")).unwrap_or_default();
        print(&format!("  {}  {}{group}: {}{field}", one.time, one.member, one.title));
    }
}
