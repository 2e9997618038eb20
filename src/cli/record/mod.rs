//! `risalah record`: starts a recording, and steers one that runs.
//!
//! The recorder and the recogniser are processes of their own. When the one that shows them dies
//! the recording goes on, and `risalah record attach` shows it again.

mod args;
mod attach;
mod closing;
mod event;
mod recorder_process;
mod second_pass;
mod session;
mod start;
mod status;
mod stop;

use std::path::Path;

pub use args::{Args, Control};

use super::console::Console;
use super::outcome::{End, Failure};

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let here = args.output.as_deref().unwrap_or(Path::new("."));
    match &args.command {
        Some(Control::Status(args)) => status::run(&args.folder, console),
        Some(Control::Event(args)) => event::run(&args.folder, &args.event, console),
        Some(Control::Stop(args)) => stop::run(&args.folder, console),
        Some(Control::Attach(attach)) => {
            let folder = &attach.folder_args.folder;
            attach::run(folder, attach.meeting.as_deref(), &attach.recogniser_args, console)
        }
        None if args.status => status::run(here, console),
        None if args.stop => stop::run(here, console),
        None if args.attach => attach::run(here, args.meeting.as_deref(), &args.recogniser_args, console),
        None => match &args.event {
            Some(event) => event::run(here, event, console),
            None => start::run(args, console),
        },
    }
}
