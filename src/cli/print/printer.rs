//! The printers: which one, what is sent to it, and what becomes of it.

use e_risalah::common::message::{Explain, Message};
use e_risalah::common::paper::Paper;
use e_risalah::document::printing::{self, Order, Outcome, Patience, Printer, Progress, Spooler, Stage, Trouble};
use e_risalah::meeting::Meeting;

use super::args::Args;
use super::document::Document;
use crate::cli::console::{Console, print};
use crate::cli::interrupt::STOP;
use crate::cli::outcome::{End, Failure};
use crate::cli::output_args::OutputArgs;

/// The printer that is asked for. The certificate that it shows for the first time is told.
pub fn find(args: &Args, console: Console) -> Result<Printer, Failure> {
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
    Ok(printer)
}

/// Sends the document and tells what becomes of it.
pub fn send(
    printer: &Printer,
    document: &Document,
    meeting: &Meeting,
    args: &Args,
    console: Console,
) -> Result<End, Failure> {
    let order = Order {
        name: format!("risalah {}", meeting.session()),
        paper: document.paper,
        copies: args.copies,
        both_sides: args.duplex,
    };
    let job = printer.send(&document.bytes, &order)?;
    let output_args = args.folder_args.output_args;
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
            "outcome": outcome.key(),
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
            console.warning(&about(&format!("print.{}", outcome.key())));
            Ok(End::Warned)
        }
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
pub fn list(output_args: OutputArgs, console: Console) -> Result<End, Failure> {
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
                "state": printer.activity(),
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
        let state = console.text(&format!("print.state.{}", printer.activity()));
        print(format!("{mark} {:<20} {state:<14} {papers:<6} {}", printer.name(), printer.info()).trim_end());
        for trouble in printer.troubles() {
            print(&format!("  {:<20} {}", "", console.sentence(&trouble.message())));
        }
    }
    Ok(End::Done)
}
