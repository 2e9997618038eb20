//! Why a document was not signed, or its signature not examined.

use std::io;
use std::path::PathBuf;

use crate::common::message::{Explain, Message};
use crate::common::private_file;

/// Why a document was not signed, or its signature not examined. Nothing is stored then.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The program `openssl` is not there.
    #[error("no openssl")]
    NoOpenssl,
    /// The program `openssl` has failed.
    #[error("openssl: {detail}")]
    Openssl { detail: String },
    /// A temporary file failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The document is not as this program writes one.
    #[error("PDF: {detail}")]
    Pdf { detail: String },
    /// The certificate's file cannot be read.
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    /// The file is no PKCS#12.
    #[error("{path}: {detail}")]
    NotPkcs12 { path: PathBuf, detail: String },
    /// The passphrase does not open it.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The certificate is no longer or not yet valid.
    #[error("{name}: {from} to {until}")]
    Expired { name: String, from: String, until: String },
    /// The signature with its chain and stamp is longer than the room for it.
    #[error("{bytes} bytes")]
    TooLong { bytes: usize },
    /// The time-stamp authority did not answer as one.
    #[error("{address}: {detail}")]
    Stamp { address: String, detail: String },
    /// The file with the service's address and credentials is not there.
    #[error("no settings")]
    NoService,
    /// It is not as it should be.
    #[error("{path}: {detail}")]
    Settings { path: PathBuf, detail: String },
    /// Others may read it.
    #[error(transparent)]
    Private(#[from] private_file::Error),
    /// Not the number of an identity card.
    #[error("no NIK")]
    NotNik,
    /// The service does not take the office's credentials.
    #[error("{address}: not authorised")]
    Unauthorised { address: String },
    /// The service does not know the signer, or their certificate is not active.
    #[error("{detail}")]
    NoCertificate { detail: String },
    /// The signer's certificate at the service has expired.
    #[error("{detail}")]
    ServiceExpired { detail: String },
    /// The service has failed.
    #[error("{address}: {status} {detail}")]
    ServiceFailed { address: String, status: u16, detail: String },
    /// The service has refused.
    #[error("{address}: {detail}")]
    Refused { address: String, detail: String },
    /// The service cannot be reached.
    #[error("{address}: {detail}")]
    Unreachable { address: String, detail: String },
    /// The service does not answer.
    #[error("{address}: silent for {seconds} s")]
    Silent { address: String, seconds: u64 },
    /// The service sends far more than was sent to it.
    #[error("{address}: more than {limit} bytes")]
    Huge { address: String, limit: u64 },
    /// What came back is no signed PDF.
    #[error("{address}: {detail}")]
    NotSigned { address: String, detail: String },
    /// What came back does not show the same.
    #[error("{address}: {detail}")]
    Changed { address: String, detail: String },
    /// It was asked to stop.
    #[error("stopped as asked")]
    Interrupted,
}

impl Error {
    #[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands on")]
    pub(super) fn pdf(detail: impl ToString) -> Self {
        Self::Pdf { detail: detail.to_string() }
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        let about = |key: &str| Message::new(&format!("signature.{key}"));
        let service = |key: &str, address: &str| about(key).with("address", address);
        match self {
            Self::NoOpenssl => about("no_openssl"),
            Self::Openssl { detail } => about("openssl").with("detail", detail),
            Self::Io(source) => about("io").with("detail", source),
            Self::Pdf { detail } => about("pdf").with("detail", detail),
            Self::File { path, source } => about("file").with("path", path.display()).with("detail", source),
            Self::NotPkcs12 { path, detail } => about("not_pkcs12").with("path", path.display()).with("detail", detail),
            Self::WrongPassphrase => about("wrong_passphrase"),
            Self::Expired { name, from, until } => {
                about("expired").with("name", name).with("from", from).with("until", until)
            }
            Self::TooLong { bytes } => about("too_long").with("bytes", bytes),
            Self::Stamp { address, detail } => service("stamp", address).with("detail", detail),
            Self::NoService => about("no_service").with("file", super::FILE_NAME),
            Self::Settings { path, detail } => about("settings").with("path", path.display()).with("detail", detail),
            Self::Private(error) => error.message(),
            Self::NotNik => about("not_nik"),
            Self::Unauthorised { address } => service("unauthorised", address).with("file", super::FILE_NAME),
            Self::NoCertificate { detail } => about("no_certificate").with("detail", detail),
            Self::ServiceExpired { detail } => about("service_expired").with("detail", detail),
            Self::ServiceFailed { address, status, detail } => {
                service("service_failed", address).with("status", status).with("detail", detail)
            }
            Self::Refused { address, detail } => service("refused", address).with("detail", detail),
            Self::Unreachable { address, detail } => {
                service("unreachable", address).with("detail", detail).with("file", super::FILE_NAME)
            }
            Self::Silent { address, seconds } => {
                service("silent", address).with("seconds", seconds).with("file", super::FILE_NAME)
            }
            Self::Huge { address, limit } => service("huge", address).with("limit", limit),
            Self::NotSigned { address, detail } => service("not_signed", address).with("detail", detail),
            Self::Changed { address, detail } => service("changed", address).with("detail", detail),
            Self::Interrupted => Message::new("general.interrupted"),
        }
    }

    fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::File { .. }
                | Self::NotPkcs12 { .. }
                | Self::WrongPassphrase
                | Self::NoService
                | Self::Settings { .. }
                | Self::Private(_)
                | Self::NotNik
        )
    }
}
