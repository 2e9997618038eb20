//! Documents that printers were given from the page, and what becomes of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::common::message::{Explain, Message};
use crate::document::printing::{Order, Outcome, Printer, Progress, Stage};

/// Jobs that are remembered.
const KEPT: usize = 32;

/// Where a job stands.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It is on its way to the printer.
    Sending,
    /// The printer has it.
    GoesOn(Progress),
    /// It is over, with the sentence that says how.
    Ended {
        /// Whether all of it is on paper.
        printed: bool,
        /// How it ended.
        message: Message,
    },
}

/// A job of one meeting.
pub struct Job {
    /// The meeting's name.
    pub meeting: String,
    /// The printer's name.
    pub printer: String,
    standing: Mutex<Standing>,
    stop: AtomicBool,
}

impl Job {
    /// Where it stands.
    pub fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the printer to give it up.
    pub fn cancel(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn set(&self, standing: Standing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }

    fn print(&self, printer: &Printer, document: &[u8], order: &Order, file: &str) {
        let job = match printer.send(document, order) {
            Ok(job) => job,
            Err(error) => return self.set(Standing::Ended { printed: false, message: error.message() }),
        };
        let waiting = Progress { stage: Stage::Waiting, pages: 0, troubles: Vec::new() };
        self.set(Standing::GoesOn(waiting));
        let followed = job.follow(&self.stop, &mut |progress| self.set(Standing::GoesOn(progress.clone())));
        let about = |key: &str| Message::new(key).with("printer", printer.name()).with("job", job.number());
        let (printed, message) = match followed {
            Ok(Outcome::Printed) => (true, about("print.printed").with("path", file)),
            Ok(outcome) => (false, about(&format!("print.{}", outcome.key()))),
            Err(error) => (false, error.message()),
        };
        self.set(Standing::Ended { printed, message });
    }
}

/// The jobs that were given last, by their numbers.
#[derive(Default)]
pub struct PrintJobs {
    kept: Mutex<BTreeMap<u64, Arc<Job>>>,
}

impl PrintJobs {
    /// Gives a document to a printer, and says under which number it is asked about.
    pub fn start(&self, meeting: String, printer: Printer, document: Vec<u8>, order: Order, file: String) -> u64 {
        let job = Arc::new(Job {
            meeting,
            printer: printer.name().to_owned(),
            standing: Mutex::new(Standing::Sending),
            stop: AtomicBool::new(false),
        });
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let number = kept.last_key_value().map_or(1, |(last, _)| last + 1);
        kept.insert(number, Arc::clone(&job));
        let is_over = |job: &Arc<Job>| matches!(job.standing(), Standing::Ended { .. });
        let oldest = kept.iter().find(|(_, job)| is_over(job)).map(|(number, _)| *number);
        if let Some(oldest) = oldest.filter(|_| kept.len() > KEPT) {
            kept.remove(&oldest);
        }
        drop(kept);
        thread::spawn(move || job.print(&printer, &document, &order, &file));
        number
    }

    /// The job of this number that was given for this meeting.
    pub fn find(&self, meeting: &str, number: u64) -> Option<Arc<Job>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&number).filter(|job| job.meeting == meeting).map(Arc::clone)
    }
}
