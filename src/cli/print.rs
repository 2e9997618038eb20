//! `risalah print`: the record onto paper, or onto the screen.

mod args;
mod document;
#[cfg_attr(not(feature = "print"), path = "print/left_out.rs")]
mod printer;

use std::path::Path;
use std::process::{Command, Stdio};

use e_risalah::common::message::Message;
use e_risalah::meeting_folder::describe;

pub use args::Args;

use super::console::Console;
use super::outcome::{End, Failure};
use document::document;

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let output_args = args.folder_args.output_args;
    if args.printers {
        return printer::list(output_args, console);
    }
    let folder = args.folder_args.folder.as_path();
    let mut meeting = describe(folder)?;
    if args.preview {
        let document = document(folder, &mut meeting, args, console)?;
        view(&document.path)?;
        if output_args.json {
            console.file(&document.path);
        }
        return Ok(document.end);
    }
    // A printer that is not there is known before the pages are laid out, and one without the paper
    // before anything is sent.
    document::check(folder, args)?;
    let printer = printer::find(args, console)?;
    let document = document(folder, &mut meeting, args, console)?;
    let end = printer::send(&printer, &document, &meeting, args, console)?;
    Ok(End::warned_if(document.end == End::Warned || end == End::Warned))
}

/// Opens a document with the program that the desktop has for it.
fn view(path: &Path) -> Result<(), Failure> {
    let mut command = if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" })
    };
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let opened = command.status().map_err(|error| error.to_string());
    let opened = opened.and_then(|status| if status.success() { Ok(()) } else { Err(status.to_string()) });
    opened.map_err(|detail| {
        Failure::failed(Message::new("print.no_viewer").with("detail", detail).with("path", path.display()))
    })
}
