//! An office's templates are laid out in a process of their own: one that never ends or takes all memory is stopped, and the record is
//! made all the same.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use e_risalah::common::message::{Explain, Message};
use e_risalah::document::risalah::{self, Format, Sheet, Templates};
use e_risalah::meeting::Meeting;
use e_risalah::transcript::Transcript;

use super::args::Typeset;
use super::record::oneself;
use super::show::Console;
use super::{End, Failure};

/// A meeting of eight hours takes a second or two by the templates that are built in.
const PATIENCE: Duration = Duration::from_secs(30);

/// Memory that such a meeting takes is below a tenth of this.
#[cfg(unix)]
const MEMORY: u64 = 4 << 30;

/// A document, by an office's templates where there are any. One that is at fault costs a warning, not the document: it is then laid out
/// by the one that is built in.
pub fn document(
    format: Format,
    meeting: &Meeting,
    transcript: &Transcript,
    templates: Option<&Path>,
    console: Console,
) -> Result<(Vec<u8>, End), Failure> {
    match risalah::sheet(format, meeting, transcript) {
        Some(sheet) => Ok(laid_out(&sheet, format, templates, console)?),
        None => Ok((risalah::write(format, meeting, transcript)?, End::Done)),
    }
}

/// The same of a sheet that is made already.
pub fn laid_out(
    sheet: &Sheet,
    format: Format,
    templates: Option<&Path>,
    console: Console,
) -> Result<(Vec<u8>, End), risalah::Error> {
    let mut end = End::Done;
    if let Some(templates) = templates {
        match apart(sheet, templates) {
            Ok(content) => return Ok((content, End::Done)),
            Err(message) => console.warning(&message),
        }
        console.warning(&Message::new("typeset.built_in").with("format", format.name()));
        end = End::Warned;
    }
    Ok((sheet.typeset(&Templates::built_in())?, end))
}

/// Lays a sheet out by these templates in another process.
fn apart(sheet: &Sheet, templates: &Path) -> Result<Vec<u8>, Message> {
    let failed = |error: &dyn std::fmt::Display| {
        Message::new("typeset.failed").with("path", templates.display()).with("reason", error)
    };
    let order = serde_json::to_vec(sheet).map_err(|error| failed(&error))?;
    let mut process = oneself("typeset").map_err(|_| failed(&"-"))?;
    let mut child = process
        .arg(templates)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(&error))?;
    let (Some(mut stdin), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(failed(&"-"));
    };
    let (tell, told) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let mut answer = Vec::new();
        let read = stdin.write_all(&order).and_then(|()| {
            drop(stdin);
            stdout.read_to_end(&mut answer)
        });
        // Nobody listens any more when it took too long.
        let _ = tell.send(read.map(|_| answer));
    });
    let answer = told.recv_timeout(PATIENCE);
    if answer.is_err() {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| failed(&error))?;
    match answer {
        Ok(Ok(answer)) if status.success() => Ok(answer),
        Ok(Ok(answer)) => Err(serde_json::from_slice(&answer)
            .unwrap_or_else(|_| Message::new("typeset.stopped").with("path", templates.display()))),
        Ok(Err(error)) => Err(failed(&error)),
        Err(_) => {
            Err(Message::new("typeset.endless").with("path", templates.display()).with("seconds", PATIENCE.as_secs()))
        }
    }
}

/// The other process: a sheet on stdin, a PDF on stdout, or what was wrong.
pub fn child(args: &Typeset) -> Result<End, Failure> {
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
