//! The hidden `risalah typeset`: lays a sheet out by an office's templates, in a process of its
//! own.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use e_risalah::common::message::{Explain, Message};
use e_risalah::document::risalah::{Sheet, Templates};

use super::outcome::{End, Failure};

/// Memory that a meeting of eight hours takes is below a tenth of this.
#[cfg(unix)]
const MEMORY: u64 = 4 << 30;

#[derive(clap::Args)]
pub struct Args {
    pub templates: PathBuf,
}

/// A sheet on stdin, a PDF on stdout, or what was wrong.
pub fn run(args: &Args) -> Result<End, Failure> {
    #[cfg(unix)]
    limit_memory();
    let laid_out = read()
        .map_err(|error| Message::new("typeset.failed").with("path", args.templates.display()).with("reason", error))
        .and_then(|sheet| {
            let templates = Templates::read(&args.templates).map_err(|error| error.message())?;
            sheet.typeset(&templates).map_err(|error| error.message())
        });
    let (answer, end) = match laid_out {
        Ok(pdf) => (pdf, Ok(End::Done)),
        Err(message) => (serde_json::to_vec(&message).unwrap_or_default(), Err(Failure::told(false))),
    };
    let written = io::stdout().write_all(&answer);
    if written.is_err() { Err(Failure::told(false)) } else { end }
}

fn read() -> io::Result<Sheet> {
    let mut order = Vec::new();
    io::stdin().read_to_end(&mut order)?;
    Ok(serde_json::from_slice(&order)?)
}

#[cfg(unix)]
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Where it cannot be set, the time is still limited.
    let _ = setrlimit(Resource::As, Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) });
}
