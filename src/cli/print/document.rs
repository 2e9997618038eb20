//! The document that is printed.

use std::path::{Path, PathBuf};

use e_risalah::common::message::Message;
use e_risalah::common::paper::Paper;
use e_risalah::document::risalah::Format;
use e_risalah::lifecycle::folder::{self, Folder, MEETING};
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder::{PrintRequest, Printable, shows_closed};
use e_risalah::transcript::Level;
use e_risalah::transcript::store::{self, Store};

use super::args::{Args, Printed, Sheet};
use crate::cli::console::Console;
use crate::cli::layout::lay_out;
use crate::cli::outcome::{End, Failure};

/// A document, its file, and whether a person must look.
#[cfg_attr(not(feature = "print"), allow(dead_code, reason = "nothing is sent"))]
pub struct Document {
    pub path: PathBuf,
    pub bytes: Vec<u8>,
    pub paper: Paper,
    pub end: End,
}

/// That there is something to print, which is known before a printer is asked.
pub fn check(folder: &Path, args: &Args) -> Result<(), Failure> {
    if args.document == Printed::Hadir && folder.join(MEETING).is_file() {
        return Ok(());
    }
    Store::open_to_read(folder)?;
    Ok(())
}

/// What was signed, else the record as it stands, written into the folder; for another paper than
/// the meeting's, laid out anew under a name of its own.
pub fn document(folder: &Path, meeting: &mut Meeting, args: &Args, console: Console) -> Result<Document, Failure> {
    let format = match args.document {
        Printed::Risalah => Format::Pdf,
        Printed::Lapsing => Format::Brief,
        Printed::Hadir => Format::Register,
    };
    let level = if args.full { Level::Full } else { Level::Clean };
    let usual = meeting.paper;
    let request = PrintRequest { format, paper: args.paper.map(paper), level };
    let made = Printable::new(folder, meeting, request, &lay_out)?;
    let end = End::warned_if(console.notices(&made.notices));
    let document = |path| Document { path, paper: made.paper, end, bytes: made.content.clone() };
    let closed = shows_closed(folder)?;
    if let Some(path) = made.signed.filter(|_| !closed) {
        return Ok(document(path));
    }
    if closed {
        // No file of it lies in the folder; a spool that keeps jobs is told of.
        if args.preview {
            return Err(Failure::usage(Message::new("seal.no_preview").with("path", folder.display())));
        }
        console.note(&Message::new("seal.spool"));
        return Ok(document(folder.join(made.name)));
    }
    // On a disc the pages are only printed; to look at them they must be a file.
    let target = match Folder::create(folder) {
        Err(folder::Error::Folder { .. }) if !args.preview && folder.is_dir() => {
            return Ok(document(folder.join(made.name)));
        }
        target => target?,
    };
    let written = match Store::open_to_read(folder) {
        Err(store::Error::Missing { .. }) => target.write_before(&made.name, &made.content)?,
        store => target.write(&store?, &made.name, &made.content)?,
    };
    if let Some(kept) = written.kept_message() {
        console.warning(&kept);
    }
    if made.paper != usual {
        let message = Message::new("print.paper").with("paper", made.paper.name());
        console.note(&message.with("path", written.path.display()));
    }
    Ok(document(written.path))
}

fn paper(sheet: Sheet) -> Paper {
    match sheet {
        Sheet::F4 => Paper::F4,
        Sheet::A4 => Paper::A4,
    }
}
