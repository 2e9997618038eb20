//! Paper: a document is sent to a printer by IPP and followed until the printer says that it is
//! done.
//!
//! A printer is a queue of CUPS, which is asked at `localhost:631` or at the server that
//! `CUPS_SERVER` or `client.conf` names, or a printer of the network by its address (`ipp://…`).
//! Nothing else is ever connected to. The sheet is agreed on before anything is sent, and scaling
//! is switched off: a page laid out for one size never comes out on another. A printer that is
//! spoken to over TLS (`ipps://…`) signs its own certificate, so the one that it shows at first is
//! kept, and another one later is refused. The protocol is RFC 8011, sizes of paper are named as in
//! PWG 5101.1, and CUPS's own operations are those of its IPP specification.

mod address;
mod certificate;
mod error;
mod intact;
mod job;
mod media;
mod missing_paper;
mod printer;
mod secure;
mod spooler;
mod trouble;
mod wire;

use std::time::Duration;

pub use address::Address;
pub use certificate::{Certificate, forget};
pub use error::{Error, Refusal};
pub use job::{Job, Order, Outcome, Progress, Stage};
pub use missing_paper::{MissingPaper, missing_paper};
pub use printer::{Printer, State};
pub use spooler::Spooler;
pub use trouble::Trouble;

/// How long a printer is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the next byte of an answer.
    pub answer: Duration,
    /// Between two questions about a job.
    pub poll: Duration,
    /// For anything to change about a job: somebody may have to fetch paper.
    pub change: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            poll: Duration::from_millis(500),
            change: Duration::from_mins(10),
        }
    }
}

/// The printer of this name or address (`ipp://…`), else the one that prints when none is named.
///
/// # Errors
/// When there is none, none of that name, or it does not answer.
pub fn find(wish: Option<&str>, patience: Patience) -> Result<Printer, Error> {
    match wish {
        Some(wish) if wish.contains("://") => Printer::at(wish.parse()?, patience),
        Some(name) => Spooler::from_env(patience).printer(name),
        None => Spooler::from_env(patience).default_printer(),
    }
}
