//! `risalah accession`: the package of an official record for an archival institution.

use std::path::PathBuf;

use clap::ValueHint;
use e_risalah::accession::{self, Request};
use e_risalah::common::message::Message;
use e_risalah::meeting_folder;

use super::console::{Console, megabytes, print};
use super::interrupt::STOP;
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;
use super::progress::ShareProgress;
use super::seal_args::SealArgs;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub folder_args: FolderArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
    #[arg(short, long, value_name = "OUT", value_hint = ValueHint::DirPath)]
    pub output: PathBuf,
    #[arg(long)]
    pub closed: bool,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let (folder, output_args) = (&args.folder_args.folder, args.folder_args.output_args);
    let now = meeting_folder::now(&meeting_folder::describe_unentered(folder)?);
    let request = Request { out: &args.output, closed: args.closed };
    let mut progress = ShareProgress::new(console, "cli.progress.packing", output_args.hides_progress());
    let package = accession::package(folder, &request, &now, &STOP, &mut |done| progress.report(done));
    progress.end();
    let package = package?;
    let is_warned = console.warnings(&package.warnings);
    if output_args.json {
        let line = serde_json::json!({
            "path": package.path,
            "files": package.files,
            "bytes": package.bytes,
            "warnings": package.warnings.iter().map(|warning| console.as_json(warning)).collect::<Vec<_>>(),
        });
        print(&line.to_string());
    } else {
        let message = Message::new("accession.made")
            .with("path", package.path.display())
            .with("files", package.files)
            .with("bytes", megabytes(package.bytes));
        print(&console.sentence(&message));
    }
    Ok(End::warned_if(is_warned))
}
