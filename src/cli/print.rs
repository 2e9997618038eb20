//! `risalah print`: the record onto paper, or onto the screen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::ValueEnum;
use e_risalah::common::digest::sha256;
use e_risalah::common::message::{Explain, Message};
use e_risalah::common::paper::Paper;
use e_risalah::document::printing::{
    self, Order, Outcome, Patience, Printer, Progress, Spooler, Stage, State, Trouble,
};
use e_risalah::document::risalah::{self, Format};
use e_risalah::lifecycle::folder::{self, Folder, MEETING};
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder::{self, LaidOut, describe};
use e_risalah::transcript::Level;
use e_risalah::transcript::store::{self, Store};

use super::console::{Console, print};
use super::interrupt::STOP;
use super::layout::lay_out;
use super::outcome::{End, Failure};
use super::output_args::{FolderArgs, OutputArgs};

#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Args {
    #[command(flatten)]
    pub folder_args: FolderArgs,
    #[arg(long, value_name = "NAME|ipp://…")]
    pub printer: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=999))]
    pub copies: u32,
    #[arg(long)]
    pub duplex: bool,
    #[arg(long, value_name = "PAPER", value_enum)]
    pub paper: Option<Sheet>,
    #[arg(long = "penuh", visible_alias = "full")]
    pub full: bool,
    #[arg(long = "dokumen", visible_alias = "document", value_name = "DOCUMENT", value_enum, default_value_t = Printed::Risalah)]
    pub document: Printed,
    #[arg(long, conflicts_with_all = ["printer", "copies", "duplex"])]
    pub preview: bool,
    #[arg(long, conflicts_with_all = ["folder", "printer", "copies", "duplex", "paper", "full", "document", "preview"])]
    pub printers: bool,
    #[arg(long, requires = "printer")]
    pub new_certificate: bool,
}

/// Paper by the names that it is sold under.
#[derive(Clone, Copy, ValueEnum)]
pub enum Sheet {
    #[value(alias = "folio")]
    F4,
    A4,
}

/// A document that is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Printed {
    Risalah,
    Lapsing,
    Hadir,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let output_args = args.folder_args.output_args;
    if args.printers {
        return list(output_args, console);
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
    if args.new_certificate
        && let Some(address) = args.printer.as_deref().filter(|name| name.contains("://"))
    {
        printing::forget(&address.parse()?)?;
    }
    let printer = printing::find(args.printer.as_deref(), Patience::default())?;
    if let Some(certificate) = printer.certificate().filter(|certificate| certificate.is_new) {
        let message = Message::new("print.pinned").with("printer", printer.address());
        console.note(&message.with("sha256", certificate.fingerprint()));
    }
    let document = document(folder, &mut meeting, args, console)?;
    let order = Order {
        name: format!("risalah {}", meeting.session()),
        paper: meeting.paper,
        copies: args.copies,
        both_sides: args.duplex,
    };
    let end = follow(&printer, &document, &order, output_args, console)?;
    Ok(if matches!(document.end, End::Warned) { End::Warned } else { end })
}

/// What is printed.
struct Document {
    path: PathBuf,
    bytes: Vec<u8>,
    end: End,
}

/// The record as it stands, written into the folder; for another paper than the meeting's, laid out
/// anew under a name of its own.
fn document(folder: &Path, meeting: &mut Meeting, args: &Args, console: Console) -> Result<Document, Failure> {
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
    written.kept_message().iter().for_each(|kept| console.warning(kept));
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
    written.kept_message().iter().for_each(|kept| console.warning(kept));
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

/// Sends the document and tells what becomes of it.
fn follow(
    printer: &Printer,
    document: &Document,
    order: &Order,
    output_args: OutputArgs,
    console: Console,
) -> Result<End, Failure> {
    let job = printer.send(&document.bytes, order)?;
    let about = |key: &str| Message::new(key).with("printer", printer.name()).with("job", job.number());
    let quiet = output_args.hides_progress();
    if !quiet {
        console.note(&about("print.sent"));
    }
    let mut report = JobReport { console, quiet, last: None };
    let outcome = job.follow(&STOP, &mut |progress| report.tell(progress))?;
    if output_args.json {
        let line = serde_json::json!({
            "printer": printer.name(),
            "job": job.number(),
            "outcome": name_of(outcome),
            "document": document.path,
        });
        print(&line.to_string());
    }
    match outcome {
        Outcome::Printed => {
            if !output_args.json {
                print(&console.sentence(&about("print.printed").with("path", document.path.display())));
            }
            Ok(End::Done)
        }
        Outcome::Withdrawn => Err(Failure::failed(about("print.withdrawn"))),
        outcome => {
            console.warning(&about(&format!("print.{}", name_of(outcome))));
            Ok(End::Warned)
        }
    }
}

fn name_of(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Printed => "printed",
        Outcome::PrintedWithErrors => "with_errors",
        Outcome::StillWaiting => "still_waiting",
        Outcome::Forgotten => "forgotten",
        Outcome::Withdrawn => "withdrawn",
        Outcome::NotWithdrawn => "not_withdrawn",
    }
}

/// Says what has changed about a job. Troubles are said even when all else is not wanted.
struct JobReport {
    console: Console,
    quiet: bool,
    last: Option<Progress>,
}

impl JobReport {
    fn tell(&mut self, progress: &Progress) {
        let last = self.last.replace(progress.clone());
        let is_new = |trouble: &&Trouble| last.as_ref().is_none_or(|last| !last.troubles.contains(trouble));
        for trouble in progress.troubles.iter().filter(is_new) {
            self.console.warning(&trouble.message());
        }
        if self.quiet {
            return;
        }
        if last.as_ref().map(|last| last.stage) != Some(progress.stage) {
            let key = match progress.stage {
                Stage::Waiting => "print.waiting",
                Stage::Printing => "print.printing",
                Stage::Stopped => "print.stopped",
            };
            self.console.note(&Message::new(key));
        }
        if progress.pages > last.map_or(0, |last| last.pages) {
            self.console.note(&Message::new("print.page").with("page", progress.pages));
        }
    }
}

/// The printers of this computer.
fn list(output_args: OutputArgs, console: Console) -> Result<End, Failure> {
    let spooler = Spooler::from_env(Patience::default());
    let printers = spooler.printers()?;
    let default = spooler.default_name()?;
    if output_args.json {
        let line = |printer: &Printer| {
            serde_json::json!({
                "name": printer.name(),
                "default": default.as_deref() == Some(printer.name()),
                "info": printer.info(),
                "address": printer.address().to_string(),
                "state": state_of(printer),
                "troubles": printer.troubles().iter().map(|trouble| console.sentence(&trouble.message())).collect::<Vec<_>>(),
                "f4": printer.has(Paper::F4),
                "a4": printer.has(Paper::A4),
            })
        };
        print(&printers.iter().map(line).collect::<serde_json::Value>().to_string());
        return Ok(End::Done);
    }
    if printers.is_empty() {
        console.note(&printing::Error::NoDefault { known: Vec::new() }.message());
    }
    for printer in &printers {
        let mark = if default.as_deref() == Some(printer.name()) { '*' } else { ' ' };
        let papers = [Paper::F4, Paper::A4].into_iter().filter(|paper| printer.has(*paper) == Some(true));
        let papers = papers.map(Paper::name).collect::<Vec<_>>().join(" ");
        let state = console.text(&format!("print.state.{}", state_of(printer)));
        print(format!("{mark} {:<20} {state:<14} {papers:<6} {}", printer.name(), printer.info()).trim_end());
        for trouble in printer.troubles() {
            print(&format!("  {:<20} {}", "", console.sentence(&trouble.message())));
        }
    }
    Ok(End::Done)
}

fn state_of(printer: &Printer) -> &'static str {
    match printer.state() {
        _ if !printer.is_accepting() => "refusing",
        State::Idle => "idle",
        State::Printing => "printing",
        State::Stopped => "stopped",
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
