//! A document on its way through a printer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ipp::prelude::*;

use super::printer::PDF;
use super::wire::{Question, number, short, text, texts};
use super::{Error, Printer, Refusal, Trouble};
use crate::common::paper::Paper;
use crate::common::user;

/// How a document is to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What the job is called in lists that others may see: no secret.
    pub name: String,
    /// The paper that the pages are laid out for.
    pub paper: Paper,
    /// How many times.
    pub copies: u32,
    /// On both sides of the sheet, turned over the long edge.
    pub both_sides: bool,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for its turn, or for the printer.
    Waiting,
    /// It is being printed.
    Printing,
    /// The printer has stopped in the middle of it.
    Stopped,
}

/// What is known of a job that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Where it stands.
    pub stage: Stage,
    /// Pages (or sheets, where the printer counts only those) that are out.
    pub pages: u32,
    /// What keeps the printer from going on.
    pub troubles: Vec<Trouble>,
}

/// How the following of a job ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The printer says that it is done. A queue of CUPS says so when the printer itself does, as
    /// far as that can be asked.
    Printed,
    /// The printer says that it is done, but not without errors.
    PrintedWithErrors,
    /// Nothing has changed for as long as is waited; the job stays with the printer.
    StillWaiting,
    /// The printer has forgotten the job, as some do when it is done.
    Forgotten,
    /// Cancelled because it was asked for.
    Withdrawn,
    /// It was asked to be cancelled, and the printer would not.
    NotWithdrawn,
}

impl Outcome {
    /// Its name for programs, and in messages.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Printed => "printed",
            Self::PrintedWithErrors => "with_errors",
            Self::StillWaiting => "still_waiting",
            Self::Forgotten => "forgotten",
            Self::Withdrawn => "withdrawn",
            Self::NotWithdrawn => "not_withdrawn",
        }
    }
}

/// A job that a printer has taken.
#[derive(Debug)]
pub struct Job<'a> {
    printer: &'a Printer,
    number: i32,
}

impl Printer {
    /// Whether it can do what is asked for, before a document is sent.
    ///
    /// # Errors
    /// When it lacks the format, the paper or the sides, or makes fewer copies at a time.
    pub fn check(&self, order: &Order) -> Result<(), Error> {
        self.check_format()?;
        self.check_copies(order.copies)?;
        self.medium(order.paper)?;
        self.sides(order.both_sides).map(drop)
    }

    /// Sends a PDF. What it asks for is agreed on before a byte of it is sent; nothing is scaled.
    ///
    /// # Errors
    /// When the printer cannot do what is asked for, refuses, or is not there. [`Error::Lost`] when
    /// the connection ended while the document was sent: then nobody knows how much of it the
    /// printer has.
    pub fn send(&self, document: &[u8], order: &Order) -> Result<Job<'_>, Error> {
        self.check_format()?;
        self.check_copies(order.copies)?;
        let medium = self.medium(order.paper)?;
        let sides = self.sides(order.both_sides)?;
        let mut question = Question::new(Operation::PrintJob, self.address())
            .with("requesting-user-name", IppValue::new_name_without_language(short(&user::name())))
            .with("job-name", IppValue::new_name_without_language(short(&order.name)))
            .with("document-format", IppValue::new_mime_media_type(PDF))
            .wishing("copies", Ok(IppValue::new_integer(i32::try_from(order.copies).unwrap_or(i32::MAX))))
            .wishing("sides", IppValue::new_keyword(sides));
        if let Some(medium) = medium {
            question = question.wishing("media", IppValue::new_keyword(medium));
        }
        if self.can_leave_size() {
            question = question.wishing("print-scaling", IppValue::new_keyword("none"));
        }
        let groups = self.line.ask(question, document).map_err(|error| match error {
            Error::Silent { printer } => Error::Lost { printer, detail: "timeout".to_owned() },
            Error::BrokenOff { printer, detail } => Error::Lost { printer, detail },
            error => error,
        })?;
        let number = groups.iter().find_map(|group| number(group, "job-id"));
        let number = number
            .ok_or_else(|| Error::NotAPrinter { printer: self.name().to_owned(), detail: "no job-id".to_owned() })?;
        Ok(Job { printer: self, number })
    }
}

impl Job<'_> {
    /// The number that the printer gave it.
    #[must_use]
    pub fn number(&self) -> i32 {
        self.number
    }

    /// Asks until the printer says that it is done, until nothing changes any more, or until `stop`
    /// is set: then the job is cancelled. `watch` hears each change.
    ///
    /// # Errors
    /// When the printer gives the job up, somebody else cancels it, or the printer answers no more.
    pub fn follow(&self, stop: &AtomicBool, watch: &mut dyn FnMut(&Progress)) -> Result<Outcome, Error> {
        let patience = self.printer.patience;
        let mut last = None;
        let mut changed = Instant::now();
        let mut heard = changed;
        loop {
            if stop.load(Ordering::Relaxed) {
                return Ok(self.withdraw());
            }
            let seen = self.look();
            if seen.is_ok() {
                heard = Instant::now();
            }
            match seen {
                Ok(JobProgress::Ended(outcome)) => return Ok(outcome),
                Ok(JobProgress::GoesOn(progress)) if last.as_ref() != Some(&progress) => {
                    watch(&progress);
                    last = Some(progress);
                    changed = Instant::now();
                }
                Ok(JobProgress::GoesOn(_)) if changed.elapsed() < patience.change => {}
                Ok(JobProgress::GoesOn(_)) => return Ok(Outcome::StillWaiting),
                // A printer that is busy with a page may fail to answer for a moment.
                Err(Error::Unreachable { .. } | Error::Silent { .. } | Error::BrokenOff { .. })
                    if heard.elapsed() < patience.answer => {}
                Err(
                    Error::Unreachable { printer, detail }
                    | Error::BrokenOff { printer, detail }
                    | Error::NotAPrinter { printer, detail },
                ) => return Err(Error::Lost { printer, detail }),
                Err(Error::Silent { printer }) => return Err(Error::Lost { printer, detail: "timeout".to_owned() }),
                Err(error) => return Err(error),
            }
            pause(stop, patience.poll);
        }
    }

    fn look(&self) -> Result<JobProgress, Error> {
        let question = self.question(Operation::GetJobAttributes).about(&[
            "job-state",
            "job-state-reasons",
            "job-state-message",
            "job-printer-state-message",
            "job-impressions-completed",
            "job-media-sheets-completed",
        ]);
        let groups = match self.printer.line.ask(question, &[]) {
            Err(Error::Refused { refusal: Refusal::NotFound, .. }) => {
                return Ok(JobProgress::Ended(Outcome::Forgotten));
            }
            answer => answer?,
        };
        let Some(group) = groups.iter().find(|group| group.tag() == DelimiterTag::JobAttributes) else {
            return Err(Error::NotAPrinter {
                printer: self.printer.name().to_owned(),
                detail: "no job attributes".to_owned(),
            });
        };
        let printer = || self.printer.name().to_owned();
        let stage = match number(group, "job-state").and_then(JobState::from_i32) {
            Some(JobState::Completed) => return Ok(JobProgress::Ended(completed(group))),
            Some(JobState::Canceled) => return Err(Error::Cancelled { printer: printer(), job: self.number }),
            Some(JobState::Aborted) => {
                return Err(Error::Aborted { printer: printer(), job: self.number, detail: words(group) });
            }
            Some(JobState::Processing) => Stage::Printing,
            Some(JobState::ProcessingStopped) => Stage::Stopped,
            _ => Stage::Waiting,
        };
        let counted = ["job-impressions-completed", "job-media-sheets-completed"];
        let pages = counted.iter().filter_map(|name| number(group, name)).max().unwrap_or(0);
        Ok(JobProgress::GoesOn(Progress {
            stage,
            pages: u32::try_from(pages).unwrap_or(0),
            troubles: self.printer.look()?,
        }))
    }

    /// Cancels it; what is on paper already stays there.
    fn withdraw(&self) -> Outcome {
        let question = self
            .question(Operation::CancelJob)
            .with("requesting-user-name", IppValue::new_name_without_language(short(&user::name())));
        match self.printer.line.ask(question, &[]) {
            Ok(_) => Outcome::Withdrawn,
            Err(_) => Outcome::NotWithdrawn,
        }
    }

    fn question(&self, operation: Operation) -> Question {
        Question::new(operation, self.printer.address()).with("job-id", Ok(IppValue::new_integer(self.number)))
    }
}

/// Waits between two questions, but not longer than until `stop` is set.
fn pause(stop: &AtomicBool, length: Duration) {
    let until = Instant::now() + length;
    while !stop.load(Ordering::Relaxed) && Instant::now() < until {
        sleep(length.min(Duration::from_millis(50)));
    }
}

/// What one look at a job shows.
enum JobProgress {
    GoesOn(Progress),
    Ended(Outcome),
}

fn completed(group: &IppAttributeGroup) -> Outcome {
    let errors = texts(group, "job-state-reasons").iter().any(|reason| reason == "job-completed-with-errors");
    if errors { Outcome::PrintedWithErrors } else { Outcome::Printed }
}

/// Why a job ended, in the printer's own words.
fn words(group: &IppAttributeGroup) -> String {
    let said = ["job-printer-state-message", "job-state-message"].iter().find_map(|name| text(group, name));
    said.unwrap_or_else(|| texts(group, "job-state-reasons").join(", "))
}
