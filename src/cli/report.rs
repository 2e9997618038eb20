//! `risalah report`: what the secretariat has worked on in a period.

use std::path::PathBuf;

use clap::ValueHint;
use e_risalah::common::message::Message;
use e_risalah::meeting_folder::{folders, is_meeting, usual_folder};
use e_risalah::workload::{self, Period, Table, Workload, measure};
use jiff::civil::Date;

use super::console::{Console, print, print_bytes};
use super::date_arg::date;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;

/// Columns of the text.
const WIDTH: usize = 80;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Date>,
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub until: Option<Date>,
    #[arg(long, conflicts_with_all = ["json", "pdf"])]
    pub csv: bool,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub pdf: Option<PathBuf>,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

impl Args {
    /// The folder of all meetings.
    pub fn root(&self) -> PathBuf {
        self.folder.clone().unwrap_or_else(usual_folder)
    }
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let root = args.root();
    let period = Period { from: args.from, until: args.until };
    if period.is_empty() {
        return Err(Failure::usage(Message::new("workload.period")));
    }
    if !root.is_dir() {
        return Err(Failure::usage(Message::new("general.no_folder").with("path", root.display())));
    }
    let meetings = if is_meeting(&root) {
        let whole = root.canonicalize().unwrap_or_else(|_| root.clone());
        vec![(whole.file_name().unwrap_or_default().to_string_lossy().into_owned(), root.clone())]
    } else {
        folders(&root)
    };
    let workload = measure(&meetings, period);
    if let Some(path) = &args.pdf {
        write_pdf(&workload, &root, path, console)?;
    } else if args.csv {
        let failed = |error: csv::Error| Failure::failed(Message::new("workload.table").with("detail", error));
        print_bytes(&workload::csv(&workload).map_err(failed)?)?;
    } else if console.is_json() {
        print(&serde_json::json!(workload).to_string());
    } else {
        tell(&workload, console);
    }
    Ok(End::warned_if(left_out(&workload, console)))
}

#[cfg(feature = "pdf")]
fn write_pdf(
    workload: &Workload,
    root: &std::path::Path,
    path: &std::path::Path,
    console: Console,
) -> Result<(), Failure> {
    use e_risalah::common::atomic_file;
    use e_risalah::document::risalah::Templates;
    use e_risalah::meeting::Meeting;

    let file = Meeting::institution_of(root);
    let institution = file.map(|path| Meeting::read_institution(&path)).transpose()?.unwrap_or_default();
    let pdf = workload::pdf(workload, &institution, &Templates::built_in(), jiff::Timestamp::now())?;
    let failed =
        |source| Failure::failed(Message::new("workload.file").with("path", path.display()).with("detail", source));
    atomic_file::write(path, &pdf).map_err(failed)?;
    console.file(path);
    Ok(())
}

#[cfg(not(feature = "pdf"))]
fn write_pdf(_: &Workload, _: &std::path::Path, _: &std::path::Path, _: Console) -> Result<(), Failure> {
    Err(e_risalah::document::risalah::Error::PdfLeftOut.into())
}

fn tell(workload: &Workload, console: Console) {
    if workload.meetings.is_empty() {
        console.note(&Message::new("workload.none"));
        return;
    }
    for (place, table) in workload::tables(workload, console.language()).iter().enumerate() {
        if table.rows.is_empty() {
            continue;
        }
        if place > 0 {
            print("");
        }
        print(&table.title);
        table.rows.iter().flat_map(|row| lines(table, row)).for_each(|line| print(&line));
    }
}

/// A row on lines that fit the screen: its words, and below them the name and value of each number.
fn lines(table: &Table, row: &[String]) -> Vec<String> {
    let (words, numbers) = row.split_at(table.words.min(row.len()));
    let mut lines = vec![format!("  {}", words.join("  "))];
    let mut line = String::new();
    for (name, value) in table.head[words.len()..].iter().zip(numbers) {
        let part = format!("{name} {value}");
        if !line.is_empty() && 4 + line.chars().count() + 2 + part.chars().count() > WIDTH {
            lines.push(format!("    {line}"));
            line = String::new();
        }
        if !line.is_empty() {
            line.push_str("; ");
        }
        line.push_str(&part);
    }
    if !line.is_empty() {
        lines.push(format!("    {line}"));
    }
    lines
}

/// Says what is not counted, and whether a person must look at it.
fn left_out(workload: &Workload, console: Console) -> bool {
    for (key, count) in [("workload.undated", workload.undated), ("workload.sealed", workload.sealed)] {
        if count > 0 {
            console.note(&Message::new(key).with("count", count));
        }
    }
    let of = |(meeting, why): &(String, Message)| {
        Message::new("search.not_read").with("meeting", meeting).with("why", console.sentence(why))
    };
    console.warnings(&workload.unreadable.iter().map(of).collect::<Vec<_>>())
}
