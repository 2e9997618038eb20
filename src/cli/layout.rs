//! Lays documents out. An office's templates are laid out in a process of their own: one that never
//! ends or takes all memory is stopped, and the document is made all the same.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crossbeam_channel::bounded;
use e_risalah::common::message::Message;
use e_risalah::document::risalah::{self, Format, Sheet, Templates};
use e_risalah::meeting_folder::LaidOut;

use super::own_process::own_process;

/// A meeting of eight hours takes a second or two by the templates that are built in.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lays a sheet out by an office's templates, where there are any. One that is at fault costs a
/// warning, not the document: it is then laid out by the one that is built in.
pub fn lay_out(sheet: &Sheet, format: Format, templates: Option<&Path>) -> Result<LaidOut, risalah::Error> {
    let mut warnings = Vec::new();
    if let Some(templates) = templates {
        match apart(sheet, templates) {
            Ok(content) => return Ok(LaidOut { content, warnings }),
            Err(message) => warnings.push(message),
        }
        warnings.push(Message::new("typeset.built_in").with("format", format.name()));
    }
    Ok(LaidOut { content: sheet.typeset(&Templates::built_in())?, warnings })
}

/// Lays a sheet out by these templates in another process.
fn apart(sheet: &Sheet, templates: &Path) -> Result<Vec<u8>, Message> {
    let failed = |error: &dyn std::fmt::Display| {
        Message::new("typeset.failed").with("path", templates.display()).with("reason", error)
    };
    let order = serde_json::to_vec(sheet).map_err(|error| failed(&error))?;
    let mut process = own_process("typeset").map_err(|_| failed(&"-"))?;
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
    let (tell, told) = bounded(1);
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
