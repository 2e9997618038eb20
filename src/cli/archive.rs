//! `risalah archive`: turns a closed recording into one FLAC file for each channel.

use e_risalah::common::message::Message;
use e_risalah::meeting_folder;
use e_risalah::record::flac;
use e_risalah::recording::folder_of;

use super::console::{Console, megabytes, print};
use super::interrupt::STOP;
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;
use super::progress::ShareProgress;

pub fn run(args: &FolderArgs, console: Console) -> Result<End, Failure> {
    let meeting = meeting_folder::describe(&args.folder)?;
    let folder = folder_of(&args.folder);
    let mut progress = ShareProgress::new(console, "cli.progress.archiving", args.output_args.hides_progress());
    let archived = flac::archive(&folder, &meeting, &STOP, &mut |done| progress.report(done));
    progress.end();
    let archived = archived?;
    if args.output_args.json {
        let line = serde_json::json!({
            "files": archived.files,
            "before": archived.before,
            "after": archived.after,
        });
        print(&line.to_string());
        return Ok(End::Done);
    }
    let key = if archived.was_archived { "keeping.was_archived" } else { "keeping.archived" };
    let message = Message::new(key)
        .with("files", archived.files.len())
        .with("folder", folder.display())
        .with("before", megabytes(archived.before))
        .with("after", megabytes(archived.after));
    print(&console.sentence(&message));
    Ok(End::Done)
}
