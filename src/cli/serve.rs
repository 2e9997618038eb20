//! `risalah serve`: the clerk's page, in the browser of this computer.

use std::path::Path;
use std::process::{Command, Stdio};

use e_risalah::common::message::Message;
use e_risalah::console::{Options, Server, usual_folder};
use e_risalah::document::risalah::{self, Format, Sheet, Templates};
use e_risalah::lifecycle::folder;
use e_risalah::meeting_folder::LaidOut;

use super::args::Serve;
use super::show::{Console, print};
use super::{End, Failure, STOP, typeset};

pub fn run(args: &Serve, console: Console) -> Result<End, Failure> {
    let program = std::env::current_exe()
        .map_err(|source| folder::Error::Folder { path: "risalah".into(), source })?;
    let options = Options {
        folder: args.folder.clone().unwrap_or_else(usual_folder),
        address: args.listen,
        port: args.port,
        program,
        lay_out: Box::new(lay_out),
        source: args.source.as_deref().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned())),
    };
    let server = Server::bind(options)?;
    let address = server.address();
    print(&address);
    console.note(&Message::new("serve.serving").with("folder", server.folder().display()));
    if !args.no_open && open(&address).is_err() {
        console.note(&Message::new("serve.not_opened").with("address", &address));
    }
    server.run(&STOP)?;
    Ok(End::Done)
}

/// Opens the page in the user's browser.
fn open(address: &str) -> std::io::Result<()> {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut child =
        Command::new(opener).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    // Waited for elsewhere: some browsers end with their window.
    std::thread::spawn(move || child.wait());
    Ok(())
}
