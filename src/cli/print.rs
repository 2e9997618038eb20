//! `risalah print`: the record onto paper, or onto the screen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use e_risalah::common::digest::sha256;
use e_risalah::common::message::Message;
use e_risalah::common::paper::Paper;
use e_risalah::document::risalah::{self, Format};
use e_risalah::lifecycle::folder::{self, Folder, MEETING, Written};
use e_risalah::lifecycle::{self, Life, Manifest};
use e_risalah::meeting::Meeting;
use e_risalah::transcript::Level;
use e_risalah::transcript::store::{self, Store};

use super::args::{Print, Printed, Sheet};
use super::export::{description, shown, templates};
use super::show::Console;
use super::{End, Failure, typeset};

#[cfg_attr(not(feature = "print"), path = "print/left_out.rs")]
mod printer;

pub use printer::no_paper;

pub fn run(args: &Print, console: Console) -> Result<End, Failure> {
    let Some(folder) = args.folder.as_deref().filter(|_| !args.printers) else {
        return printer::list(args.output_args, console);
    };
    let mut meeting = description(folder)?;
    if args.preview {
        let document = document(folder, &mut meeting, args, console)?;
        view(&document.path)?;
        if args.output_args.json {
            console.file(&document.path);
        }
        return Ok(document.end);
    }
    // A printer that is not there is known before the pages are laid out, and one without the paper before anything is sent.
    let printer = printer::find(args, console)?;
    let document = document(folder, &mut meeting, args, console)?;
    let end = printer::send(&printer, &document, &meeting, args, console)?;
    Ok(if matches!(document.end, End::Warned) { End::Warned } else { end })
}

/// What is printed.
#[cfg_attr(not(feature = "print"), allow(dead_code, reason = "nothing is sent"))]
struct Document {
    path: PathBuf,
    bytes: Vec<u8>,
    end: End,
}

/// The record as it stands, written into the folder; for another paper than the meeting's, laid out anew under a name of its own.
fn document(folder: &Path, meeting: &mut Meeting, args: &Print, console: Console) -> Result<Document, Failure> {
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
    let (transcript, warned) = shown(folder, &mut store, meeting, console)?;
    let level = if args.full { Level::Full } else { Level::Clean };
    let transcript = if args.full { transcript.verbatim() } else { transcript };
    let mut end = if warned { End::Warned } else { End::Done };
    if !transcript.version.complete {
        console.warning(&Message::new("cli.incomplete").with("path", folder.display()));
        end = End::Warned;
    }
    let word = folder.join(Format::Docx.file_name());
    let last = store.exported(Format::Docx.file_name())?;
    let edited = fs::read(&word).is_ok_and(|present| last.is_none_or(|last| last != sha256(&present)));
    if edited && format != Format::Register {
        console.warning(&Message::new("print.edited").with("path", word.display()));
        end = End::Warned;
    }
    let usual = meeting.paper;
    let name = on_paper(format.file_name_of(level), meeting, args);
    let templates = templates(meeting, folder);
    let (bytes, laid_out) = typeset::document(format, meeting, &transcript, templates.as_deref(), console)?;
    if let End::Warned = laid_out {
        end = End::Warned;
    }
    // On a disc the pages are only printed; to look at them they must be a file.
    let target = match Folder::create(folder) {
        Err(folder::Error::Folder { .. }) if !args.preview && folder.is_dir() => {
            return Ok(Document { path: folder.join(name), bytes, end });
        }
        target => target?,
    };
    let Written { path, kept } = target.write(&store, &name, &bytes)?;
    if let Some(kept) = kept {
        console.warning(&Message::new("folder.kept").with("path", path.display()).with("kept", kept.display()));
    }
    if meeting.paper != usual && !args.output_args.quiet {
        console.note(&Message::new("print.paper").with("paper", meeting.paper.name()).with("path", path.display()));
    }
    Ok(Document { path, bytes, end })
}

/// Sets the paper that is asked for, and says the name of the file on it.
fn on_paper(name: &str, meeting: &mut Meeting, args: &Print) -> String {
    let usual = meeting.paper;
    meeting.paper = args.paper.map_or(usual, paper);
    if meeting.paper == usual {
        return name.to_owned();
    }
    name.replace(".pdf", &format!("-{}.pdf", meeting.paper.name().to_lowercase()))
}

/// The attendance list of a meeting that has not been held.
fn unrecorded(folder: &Path, meeting: &mut Meeting, args: &Print, console: Console) -> Result<Document, Failure> {
    let name = on_paper(Format::Register.file_name(), meeting, args);
    let templates = templates(meeting, folder);
    let sheet = risalah::register_before(meeting, jiff::Timestamp::now());
    let (bytes, end) = typeset::laid_out(&sheet, Format::Register, templates.as_deref(), console)?;
    let Written { path, kept } = Folder::create(folder)?.write_before(&name, &bytes)?;
    if let Some(kept) = kept {
        console.warning(&Message::new("folder.kept").with("path", path.display()).with("kept", kept.display()));
    }
    Ok(Document { path, bytes, end })
}

/// The last official edition, where the record is one and has not been opened again: exactly the file that was signed.
fn official(
    folder: &Path,
    store: &Store,
    meeting: &mut Meeting,
    args: &Print,
    console: Console,
) -> Result<Option<Document>, Failure> {
    let transcript = store.current()?;
    let life = Life::read(store, &transcript)?;
    let Some((seal, _)) = life.sealed().filter(|_| life.state() >= lifecycle::State::Official) else { return Ok(None) };
    let manifest = Manifest::of(folder, seal.edition)?;
    meeting.paper = manifest.paper;
    if args.paper.is_some_and(|sheet| paper(sheet) != manifest.paper) {
        return Err(Failure::usage(Message::new("print.frozen").with("paper", manifest.paper.name())));
    }
    let path = match args.document {
        Printed::Lapsing => manifest.brief(folder, "pdf").transpose()?,
        Printed::Risalah | Printed::Hadir => Some(manifest.printable(folder)?),
    };
    let Some(path) = path else { return Ok(None) };
    let bytes = fs::read(&path).map_err(|source| folder::Error::Folder { path: path.clone(), source })?;
    let mut end = End::Done;
    if transcript.edition.last_edit > manifest.edits.last {
        console.warning(&Message::new("print.older"));
        end = End::Warned;
    }
    Ok(Some(Document { path, bytes, end }))
}

fn paper(sheet: Sheet) -> Paper {
    match sheet {
        Sheet::F4 => Paper::F4,
        Sheet::A4 => Paper::A4,
    }
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
