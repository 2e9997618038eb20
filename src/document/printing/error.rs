//! Why nothing was printed.

use std::path::PathBuf;

use ipp::model::StatusCode;

use super::certificate::fingerprint;
use crate::common::message::{Explain, Message};
use crate::common::paper::Paper;

/// Why a document was not printed.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// No printer was named, and none is the one that prints otherwise.
    #[error("no default printer")]
    NoDefault {
        /// The printers that there are.
        known: Vec<String>,
    },
    /// The print server has no printer of that name.
    #[error("no printer {name}")]
    Unknown {
        name: String,
        /// The printers that there are.
        known: Vec<String>,
    },
    /// Not the address of a printer.
    #[error("`{text}` is not a printer's address")]
    BadAddress { text: String },
    /// The print server does not answer.
    #[error("{server}: {detail}")]
    NoSpooler { server: String, detail: String },
    /// No connection to the printer.
    #[error("{printer}: {detail}")]
    Unreachable { printer: String, detail: String },
    /// It was connected to and says nothing.
    #[error("{printer}: no answer")]
    Silent { printer: String },
    /// The connection ended in the middle.
    #[error("{printer}: {detail}")]
    BrokenOff { printer: String, detail: String },
    /// It shows another certificate than the one that is kept of it.
    #[error("{printer}: another certificate than before")]
    OtherCertificate {
        printer: String,
        /// SHA-256 of the certificate that is kept.
        kept: String,
        /// The day on which it was first seen.
        since: String,
        /// SHA-256 of the one that it shows.
        shown: String,
    },
    /// No connection that others cannot listen to, or nothing proves that it is the printer.
    #[error("{printer}: {detail}")]
    NotSecure { printer: String, detail: String },
    /// The file that keeps its certificate cannot be read or written.
    #[error("{}: {source}", path.display())]
    Kept { path: PathBuf, source: std::io::Error },
    /// There is no folder to keep certificates in.
    #[error("no home directory")]
    NoHome,
    /// What answers does not speak IPP.
    #[error("{printer}: {detail}")]
    NotAPrinter {
        printer: String,
        /// What is wrong with the answer.
        detail: String,
    },
    /// It refuses.
    #[error("{printer}: {detail}")]
    Refused {
        printer: String,
        /// Why.
        refusal: Refusal,
        detail: String,
    },
    /// It does not have the paper that the document is laid out for.
    #[error("{printer}: no {} paper", paper.name())]
    NoPaper {
        printer: String,
        paper: Paper,
        /// Whether it has A4.
        has_a4: bool,
    },
    /// It prints one side only.
    #[error("{printer}: one side only")]
    OneSided { printer: String },
    /// More copies than it makes at a time.
    #[error("{printer}: at most {most} copies")]
    TooManyCopies {
        printer: String,
        /// The most.
        most: u32,
    },
    /// It gave the job up.
    #[error("{printer}: job {job} aborted")]
    Aborted {
        printer: String,
        /// The number of the job.
        job: i32,
        detail: String,
    },
    /// Somebody cancelled the job.
    #[error("{printer}: job {job} cancelled")]
    Cancelled {
        printer: String,
        /// The number of the job.
        job: i32,
    },
    /// The connection ended while the document was sent, or the printer no longer answers about the
    /// job.
    #[error("{printer}: {detail}")]
    Lost { printer: String, detail: String },
}

/// Why a printer refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It takes no jobs at present.
    NotAccepting,
    /// It has too much to do.
    Busy,
    /// It does not print PDF.
    Format,
    /// The document is damaged or could not be read by it.
    Document,
    /// Not this user, or not without a password.
    NotAllowed,
    /// There is no such printer or job.
    NotFound,
    /// It cannot do what was asked for: paper, sides or copies.
    Wish,
    /// Its hardware has a fault.
    Device,
    /// Anything else.
    Other,
}

impl From<StatusCode> for Refusal {
    fn from(status: StatusCode) -> Self {
        match status {
            StatusCode::ServerErrorNotAcceptingJobs => Self::NotAccepting,
            StatusCode::ServerErrorBusy
            | StatusCode::ServerErrorServiceUnavailable
            | StatusCode::ServerErrorTemporaryError => Self::Busy,
            StatusCode::ClientErrorDocumentFormatNotSupported | StatusCode::ClientErrorCompressionNotSupported => {
                Self::Format
            }
            StatusCode::ClientErrorDocumentFormatError | StatusCode::ClientErrorDocumentAccessError => Self::Document,
            StatusCode::ClientErrorForbidden
            | StatusCode::ClientErrorNotAuthenticated
            | StatusCode::ClientErrorNotAuthorized => Self::NotAllowed,
            StatusCode::ClientErrorNotFound | StatusCode::ClientErrorGone => Self::NotFound,
            StatusCode::ClientErrorAttributesOrValuesNotSupported | StatusCode::ClientErrorConflictingAttributes => {
                Self::Wish
            }
            StatusCode::ServerErrorDeviceError => Self::Device,
            _ => Self::Other,
        }
    }
}

impl Refusal {
    fn key(self) -> &'static str {
        match self {
            Self::NotAccepting => "printing.refused.not_accepting",
            Self::Busy => "printing.refused.busy",
            Self::Format => "printing.refused.format",
            Self::Document => "printing.refused.document",
            Self::NotAllowed => "printing.refused.not_allowed",
            Self::NotFound => "printing.refused.not_found",
            Self::Wish => "printing.refused.wish",
            Self::Device => "printing.refused.device",
            Self::Other => "printing.refused.other",
        }
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        let of = |key: &str, printer: &str| Message::new(key).with("printer", printer);
        match self {
            Self::NoDefault { known } if known.is_empty() => Message::new("printing.no_printer"),
            Self::NoDefault { known } => Message::new("printing.no_default").with("known", known.join(", ")),
            Self::Unknown { name, known } if known.is_empty() => {
                Message::new("printing.unknown_alone").with("name", name)
            }
            Self::Unknown { name, known } => {
                Message::new("printing.unknown").with("name", name).with("known", known.join(", "))
            }
            Self::BadAddress { text } => Message::new("printing.bad_address").with("text", text),
            Self::NoSpooler { server, detail } => {
                Message::new("printing.no_spooler").with("server", server).with("detail", detail)
            }
            Self::Unreachable { printer, detail } => of("printing.unreachable", printer).with("detail", detail),
            Self::Silent { printer } => of("printing.silent", printer),
            Self::BrokenOff { printer, detail } => of("printing.broken_off", printer).with("detail", detail),
            Self::OtherCertificate { printer, kept, since, shown } => of("printing.other_certificate", printer)
                .with("kept", fingerprint(kept))
                .with("since", since)
                .with("shown", fingerprint(shown)),
            Self::NotSecure { printer, detail } => of("printing.not_secure", printer).with("detail", detail),
            Self::Kept { path, source } => {
                Message::new("printing.certificate").with("path", path.display()).with("detail", source)
            }
            Self::NoHome => Message::new("printing.no_home"),
            Self::NotAPrinter { printer, detail } => of("printing.not_a_printer", printer).with("detail", detail),
            Self::Refused { printer, refusal, detail } => of(refusal.key(), printer).with("detail", detail),
            Self::NoPaper { printer, paper, has_a4: true } => {
                of("printing.no_paper_but_a4", printer).with("paper", paper.name())
            }
            Self::NoPaper { printer, paper, has_a4: false } => {
                of("printing.no_paper", printer).with("paper", paper.name())
            }
            Self::OneSided { printer } => of("printing.one_sided", printer),
            Self::TooManyCopies { printer, most } => of("printing.too_many_copies", printer).with("most", most),
            Self::Aborted { printer, job, detail } => {
                of("printing.aborted", printer).with("job", job).with("detail", detail)
            }
            Self::Cancelled { printer, job } => of("printing.cancelled", printer).with("job", job),
            Self::Lost { printer, detail } => of("printing.lost", printer).with("detail", detail),
        }
    }

    fn is_usage(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::BadAddress { .. })
    }
}
