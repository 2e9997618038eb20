//! `risalah recover`: closes a recording that a crash or a power cut left open.

use e_risalah::common::message::Message;
use e_risalah::recording::{self, folder_of};

use super::console::{Console, print};
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;

pub fn run(args: &FolderArgs, console: Console) -> Result<End, Failure> {
    let recovered = recording::recover(&folder_of(&args.folder))?;
    let clock = recovered.format.clock();
    let key = if recovered.was_whole { "keeping.was_whole" } else { "keeping.recovered" };
    let message = Message::new(key)
        .with("length", clock.hms(recovered.frames))
        .with("segments", recovered.closed.len())
        .with("folder", args.folder.display());
    if let Some(torn) = &recovered.torn {
        console.note(&Message::new("keeping.torn").with("path", torn.display()));
    }
    if !recovered.found.is_empty() {
        console.note(&Message::new("keeping.found").with("segments", recovered.found.len()));
    }
    if args.output_args.json {
        let line = serde_json::json!({
            "frames": recovered.frames,
            "rate": clock.rate(),
            "closed": recovered.closed,
            "found": recovered.found,
            "was_whole": recovered.was_whole,
        });
        print(&line.to_string());
    } else {
        print(&console.sentence(&message));
    }
    Ok(End::Done)
}
