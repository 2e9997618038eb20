//! A paper that no printer of this computer has.

use std::time::Duration;

use super::{Patience, Printer, Spooler};
use crate::common::message::{Explain, Message};
use crate::common::paper::Paper;

/// No printer of this computer has the paper, though one has another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingPaper {
    /// The one that is missing.
    pub paper: Paper,
    /// The one that is there.
    pub other: Paper,
}

impl Explain for MissingPaper {
    fn message(&self) -> Message {
        Message::new("check.no_paper").with("paper", self.paper.name()).with("other", self.other.name())
    }
}

/// Whether every printer of this computer lacks this paper while one has another. Printers that do
/// not answer within seconds are not asked.
#[must_use]
pub fn missing_paper(paper: Paper) -> Option<MissingPaper> {
    let patience = Patience { connect: Duration::from_secs(1), answer: Duration::from_secs(2), ..Patience::default() };
    let printers = Spooler::from_env(patience).printers().ok()?;
    let lacks = |printer: &Printer| printer.has(paper) == Some(false);
    let has = |other: Paper| printers.iter().any(|printer| printer.has(other) == Some(true));
    let other = [Paper::A4, Paper::F4].into_iter().find(|other| *other != paper && has(*other))?;
    (!printers.is_empty() && printers.iter().all(lacks)).then_some(MissingPaper { paper, other })
}
