//! The electronic signature of the official record, as `PAdES` (ETSI EN 319 142-1): made with a
//! certificate (PKCS#12) on this computer, or by the office's e-sign service, and examined.
//!
//! The unsigned document is never touched: a signature is an update behind its last byte, so that
//! its bytes are the first of the signed one. What comes back from a service is taken only if it
//! shows the same. CMS, time stamps (RFC 3161) and certificate chains are made and judged by the
//! program `openssl`. A passphrase is handed on through a pipe or a request, and kept nowhere.

mod certificate;
mod cms;
mod der;
mod error;
mod examine;
mod openssl;
mod pdf;
mod same;
mod service;
mod settings;
mod stamp;

use jiff::Zoned;
use serde::{Deserialize, Serialize};

pub use certificate::Certificate;
pub use error::Error;
pub use examine::{Chain, Examined, examine};
pub use openssl::Identity;
pub use service::{Service, is_nik};
pub use settings::{FILE_NAME, Settings};
pub use stamp::Stamper;

/// How a document was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// With a certificate on this computer.
    Certificate,
    /// By the office's e-sign service.
    Service,
}

/// What stands in a signature beside the signature itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Who signs.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Where.
    pub location: Option<String>,
    /// When, by this computer's clock.
    pub at: Zoned,
}

/// A document that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The whole signed document.
    pub bytes: Vec<u8>,
    /// How.
    pub method: Method,
    /// Whose certificate.
    pub by: Identity,
    /// When a time-stamp authority has seen the signature.
    pub stamped: Option<jiff::Timestamp>,
    /// Whether the unsigned document is the beginning of the signed one.
    pub is_prefix: bool,
    /// What the service says of it, in its own words.
    pub note: Option<String>,
}
