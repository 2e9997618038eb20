//! The document that is printed.

use std::fs;
use std::path::{Path, PathBuf};

use e_risalah::common::digest::sha256;
use e_risalah::common::message::Message;
use e_risalah::common::paper::Paper;
use e_risalah::document::risalah::{self, Format};
use e_risalah::lifecycle::folder::{self, Folder, MEETING};
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder::{self, LaidOut};
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

/// The record as it stands, written into the folder; for another paper than the meeting's, laid out
/// anew under a name of its own.
pub fn document(folder: &Path, meeting: &mut Meeting, args: &Args, console: Console) -> Result<Document, Failure> {
    let format = match args.document {
        Printed::Risalah => Format::Pdf,
        Printed::Lapsing => Format::Brief,
        Printed::Hadir => Format::Register,
    };
    let mut store = match Store::open_to_read(folder) {
        Err(store::Error::Missing { .. }) if format == Format::Register && folder.join(MEETING).is_file() => {
            return unrecorded(folder, meeting, args, console);
        }
        store => store?,
    };
    if format != Format::Register
        && let Some(document) = official(folder, &store, meeting, args, console)?
    {
        return Ok(document);
    }
    let (transcript, notices) = meeting_folder::shown_words(folder, &mut store, meeting)?;
    let mut warned = console.notices(&notices);
    let level = if args.full { Level::Full } else { Level::Clean };
    let transcript = if args.full { transcript.verbatim() } else { transcript };
    if !transcript.version.complete {
        console.warning(&Message::new("cli.incomplete").with("path", folder.display()));
        warned = true;
    }
    let word = folder.join(Format::Docx.file_name());
    let last = store.exported(Format::Docx.file_name())?;
    let edited = fs::read(&word).is_ok_and(|present| last.is_none_or(|last| last != sha256(&present)));
    if edited && format != Format::Register {
        console.warning(&Message::new("print.edited").with("path", word.display()));
        warned = true;
    }
    let usual = meeting.paper;
    let name = on_paper(format.file_name_of(level), meeting, args);
    let templates = meeting_folder::templates(meeting, folder);
    let LaidOut { content: bytes, warnings } =
        meeting_folder::document(format, meeting, &transcript, templates.as_deref(), &lay_out)?;
    warned |= console.warnings(&warnings);
    let end = End::warned_if(warned);
    // On a disc the pages are only printed; to look at them they must be a file.
    let target = match Folder::create(folder) {
        Err(folder::Error::Folder { .. }) if !args.preview && folder.is_dir() => {
            return Ok(Document { path: folder.join(name), bytes, end });
        }
        target => target?,
    };
    let written = target.write(&store, &name, &bytes)?;
    if let Some(kept) = written.kept_message() {
        console.warning(&kept);
    }
    let path = written.path;
    if meeting.paper != usual {
        console.note(&Message::new("print.paper").with("paper", meeting.paper.name()).with("path", path.display()));
    }
    Ok(Document { path, bytes, end })
}

/// Sets the paper that is asked for, and says the name of the file on it.
fn on_paper(name: &str, meeting: &mut Meeting, args: &Args) -> String {
    let usual = meeting.paper;
    meeting.paper = args.paper.map_or(usual, paper);
    if meeting.paper == usual {
        return name.to_owned();
    }
    name.replace(".pdf", &format!("-{}.pdf", meeting.paper.name().to_lowercase()))
}

/// The attendance list of a meeting that has not been held.
fn unrecorded(folder: &Path, meeting: &mut Meeting, args: &Args, console: Console) -> Result<Document, Failure> {
    let name = on_paper(Format::Register.file_name(), meeting, args);
    let templates = meeting_folder::templates(meeting, folder);
    let sheet = risalah::register_before(meeting, jiff::Timestamp::now());
    let LaidOut { content: bytes, warnings } = lay_out(&sheet, Format::Register, templates.as_deref())?;
    let end = End::warned_if(console.warnings(&warnings));
    let written = Folder::create(folder)?.write_before(&name, &bytes)?;
    if let Some(kept) = written.kept_message() {
        console.warning(&kept);
    }
    Ok(Document { path: written.path, bytes, end })
}

/// The last official edition, where the record is one and has not been opened again: exactly the
/// file that was signed.
fn official(
    folder: &Path,
    store: &Store,
    meeting: &mut Meeting,
    args: &Args,
    console: Console,
) -> Result<Option<Document>, Failure> {
    let transcript = store.current()?;
    let frozen = meeting_folder::official_document(folder, store, &transcript, |manifest| match args.document {
        Printed::Lapsing => manifest.brief(folder, "pdf").transpose(),
        Printed::Risalah | Printed::Hadir => manifest.printable(folder).map(Some),
    })?;
    let Some((path, LaidOut { content: bytes, warnings }, manifest)) = frozen else { return Ok(None) };
    meeting.paper = manifest.paper;
    if args.paper.is_some_and(|sheet| paper(sheet) != manifest.paper) {
        return Err(Failure::usage(Message::new("print.frozen").with("paper", manifest.paper.name())));
    }
    Ok(Some(Document { path, bytes, end: End::warned_if(console.warnings(&warnings)) }))
}

fn paper(sheet: Sheet) -> Paper {
    match sheet {
        Sheet::F4 => Paper::F4,
        Sheet::A4 => Paper::A4,
    }
}
