//! A printer as it describes itself.

use ipp::attribute::IppAttributeGroup;
use ipp::model::{DelimiterTag, Operation};

use super::media::Media;
use super::wire::{Line, Question, flag, number, text, texts};
use super::{Address, Certificate, Error, Patience, Refusal, Trouble};
use crate::common::paper::Paper;

/// What is asked of every printer.
pub(super) const DESCRIPTION: [&str; 13] = [
    "printer-name",
    "printer-info",
    "printer-location",
    "printer-uri-supported",
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "document-format-supported",
    "media-supported",
    "sides-supported",
    "copies-supported",
    "print-scaling-supported",
    "printer-type",
];

/// The format that is sent.
pub(super) const PDF: &str = "application/pdf";

/// What a printer does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It waits for jobs.
    Idle,
    /// It prints.
    Printing,
    /// It prints nothing until somebody has seen to it.
    Stopped,
}

/// A queue of the print server or a printer of the network.
#[derive(Clone, Debug)]
pub struct Printer {
    name: String,
    info: String,
    address: Address,
    state: State,
    accepting: bool,
    troubles: Vec<Trouble>,
    formats: Vec<String>,
    media: Media,
    sides: Vec<String>,
    most_copies: Option<u32>,
    scaling: Vec<String>,
    pub(super) line: Line,
    pub(super) patience: Patience,
}

impl Printer {
    /// Asks the printer at an address what it is.
    ///
    /// # Errors
    /// When it does not answer, or not as a printer does.
    pub fn at(address: Address, patience: Patience) -> Result<Self, Error> {
        let line = Line::new(patience);
        let question = Question::new(Operation::GetPrinterAttributes, &address).about(&DESCRIPTION);
        let groups = line.ask(question, &[])?;
        let Some(group) = groups.iter().find(|group| group.tag() == DelimiterTag::PrinterAttributes) else {
            return Err(Error::NotAPrinter { printer: address.to_string(), detail: "no attributes".to_owned() });
        };
        Ok(Self::described(group, address, line, patience))
    }

    pub(super) fn described(group: &IppAttributeGroup, address: Address, line: Line, patience: Patience) -> Self {
        Self {
            name: text(group, "printer-name").unwrap_or_else(|| address.to_string()),
            info: [text(group, "printer-info"), text(group, "printer-location")]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", "),
            state: match number(group, "printer-state") {
                Some(4) => State::Printing,
                Some(5) => State::Stopped,
                _ => State::Idle,
            },
            accepting: flag(group, "printer-is-accepting-jobs").unwrap_or(true),
            troubles: Trouble::from_reasons(&texts(group, "printer-state-reasons")),
            formats: texts(group, "document-format-supported"),
            media: Media::from_names(texts(group, "media-supported")),
            sides: texts(group, "sides-supported"),
            most_copies: number(group, "copies-supported").and_then(|most| u32::try_from(most).ok()),
            scaling: texts(group, "print-scaling-supported"),
            address,
            line,
            patience,
        }
    }

    /// Its short name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is and where it stands, in the words of whoever set it up; may be empty.
    #[must_use]
    pub fn info(&self) -> &str {
        &self.info
    }

    /// What it proves by that it is itself, where it is spoken to over TLS.
    #[must_use]
    pub fn certificate(&self) -> Option<Certificate> {
        self.line.certificate()
    }

    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What it does, as the key of a word: `refusing`, `idle`, `printing` or `stopped`.
    #[must_use]
    pub fn activity(&self) -> &'static str {
        match self.state {
            _ if !self.accepting => "refusing",
            State::Idle => "idle",
            State::Printing => "printing",
            State::Stopped => "stopped",
        }
    }

    /// What it does at the moment.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Whether it takes jobs.
    #[must_use]
    pub fn is_accepting(&self) -> bool {
        self.accepting
    }

    /// What keeps it from printing.
    #[must_use]
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    /// Whether it has a sheet of this paper; `None` where it says nothing of sheets.
    #[must_use]
    pub fn has(&self, paper: Paper) -> Option<bool> {
        (!self.media.is_silent()).then(|| self.media.name_of(paper).is_some())
    }

    /// What is asked for to get this paper; `None` where the printer says nothing of sheets.
    pub(super) fn medium(&self, paper: Paper) -> Result<Option<String>, Error> {
        match self.media.name_of(paper) {
            None if !self.media.is_silent() => Err(Error::NoPaper {
                printer: self.name.clone(),
                paper,
                has_a4: paper != Paper::A4 && self.media.name_of(Paper::A4).is_some(),
            }),
            medium => Ok(medium),
        }
    }

    /// What is asked for to print on one or on both sides.
    pub(super) fn sides(&self, both: bool) -> Result<&'static str, Error> {
        let wanted = if both { "two-sided-long-edge" } else { "one-sided" };
        // A queue without a driver lists nothing, and hands the wish on.
        if both && !self.sides.is_empty() && !self.sides.iter().any(|sides| sides == wanted) {
            return Err(Error::OneSided { printer: self.name.clone() });
        }
        Ok(wanted)
    }

    /// Whether that many copies can be asked for.
    pub(super) fn check_copies(&self, copies: u32) -> Result<(), Error> {
        match self.most_copies {
            Some(most) if copies > most => Err(Error::TooManyCopies { printer: self.name.clone(), most }),
            _ => Ok(()),
        }
    }

    /// Whether it prints PDF, as far as it says.
    pub(super) fn check_format(&self) -> Result<(), Error> {
        let known = self.formats.is_empty()
            || self.formats.iter().any(|format| format == PDF || format == "application/octet-stream");
        if known {
            return Ok(());
        }
        let detail = self.formats.join(", ");
        Err(Error::Refused { printer: self.name.clone(), refusal: Refusal::Format, detail })
    }

    /// Whether it can be told not to scale.
    pub(super) fn can_leave_size(&self) -> bool {
        self.scaling.iter().any(|scaling| scaling == "none")
    }

    /// What keeps it from printing now.
    pub(super) fn look(&self) -> Result<Vec<Trouble>, Error> {
        let question = Question::new(Operation::GetPrinterAttributes, &self.address);
        let groups = self.line.ask(question.about(&["printer-state", "printer-state-reasons"]), &[])?;
        let group = groups.iter().find(|group| group.tag() == DelimiterTag::PrinterAttributes);
        Ok(group.map(|group| Trouble::from_reasons(&texts(group, "printer-state-reasons"))).unwrap_or_default())
    }
}
