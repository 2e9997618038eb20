//! What the server shows on the network: a certificate of the office, or one of its own authority,
//! made and renewed by itself.

mod names;
mod own;
mod plain;

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;

use crate::common::digest::sha256;
use crate::common::lock;
use crate::common::message::{Explain, Message};
use own::Own;
use plain::Plain;

/// Which certificate the server shows.
pub enum Certificate {
    /// One of its own authority, kept in this folder.
    Own {
        /// The folder of authority, certificate and keys.
        folder: PathBuf,
        /// Names that the certificate has besides those that the computer knows of itself.
        names: Vec<String>,
    },
    /// One of the office, in PEM.
    Given {
        /// The certificate, with those between it and its authority.
        chain: PathBuf,
        /// Its key.
        key: PathBuf,
    },
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another server is at it.
    #[error(transparent)]
    Lock(#[from] lock::Error),
    /// The file has no certificate.
    #[error("{} has no certificate", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The file has no key.
    #[error("{} has no key", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key do not fit each other, or are of a kind that is not known.
    #[error("{detail}")]
    Unfit {
        /// The file of the certificate.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// No certificate can be made for a name.
    #[error("{name} is no name")]
    Name {
        /// The name.
        name: String,
    },
    /// A certificate could not be made.
    #[error("{detail}")]
    Make {
        /// What is wrong.
        detail: String,
    },
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Io { path, source } => {
                Message::new("serve.tls_io").with("path", path.display()).with("detail", source)
            }
            Self::Lock(error) => error.message(),
            Self::NoCertificate { path } => Message::new("serve.no_certificate").with("path", path.display()),
            Self::NoKey { path } => Message::new("serve.no_key").with("path", path.display()),
            Self::Unfit { path, detail } => {
                Message::new("serve.tls_unfit").with("path", path.display()).with("detail", detail)
            }
            Self::Name { name } => Message::new("serve.tls_name").with("name", name),
            Self::Make { detail } => Message::new("serve.tls_make").with("detail", detail),
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Lock(error) => error.is_usage(),
            Self::NoCertificate { .. } | Self::NoKey { .. } | Self::Unfit { .. } | Self::Name { .. } => true,
            Self::Io { .. } | Self::Make { .. } => false,
        }
    }
}

/// A certificate that is shown.
pub struct Tls {
    config: RustlsConfig,
    /// What is shown now; of a new one, the names.
    shown: Mutex<CertificateDer<'static>>,
    /// The authority's certificate, which browsers must know, where it is our own; the same in PEM.
    authority: Option<(CertificateDer<'static>, String)>,
    /// What is made anew in time.
    own: Option<(PathBuf, IpAddr, Vec<String>)>,
}

impl Tls {
    /// Reads the office's certificate, or makes one.
    pub fn new(certificate: &Certificate, address: IpAddr) -> Result<Self, Error> {
        let (chain, key, authority, own) = match certificate {
            Certificate::Given { chain, key } => {
                let (chain, key) = (read_chain(chain)?, read_key(key)?);
                (chain, key, None, None)
            }
            Certificate::Own { folder, names } => {
                let made = Own::current(folder, &names::of(address, names)?, Timestamp::now())?;
                let own = Some((folder.clone(), address, names.clone()));
                (made.chain, made.key, Some((made.authority, made.authority_pem)), own)
            }
        };
        let path = match certificate {
            Certificate::Given { chain, .. } => chain.clone(),
            Certificate::Own { folder, .. } => folder.clone(),
        };
        let unfit = |detail: rustls::Error| Error::Unfit { path: path.clone(), detail: detail.to_string() };
        let shown = chain.first().cloned().ok_or_else(|| Error::NoCertificate { path: path.clone() })?;
        ParsedCertificate::try_from(&shown).map_err(unfit)?;
        let config = RustlsConfig::from_config(Arc::new(config(chain, key).map_err(unfit)?));
        Ok(Self { config, shown: Mutex::new(shown), authority, own })
    }

    /// What takes connections: TLS, and a sentence to who speaks without it.
    pub fn acceptor(&self) -> RustlsAcceptor<Plain> {
        RustlsAcceptor::new(self.config.clone()).acceptor(Plain)
    }

    /// Whether the certificate is for a name or an address.
    pub fn is_for(&self, name: &str) -> bool {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(parsed) = ParsedCertificate::try_from(&*shown) else { return false };
        ServerName::try_from(name).is_ok_and(|name| rustls::client::verify_server_name(&parsed, &name).is_ok())
    }

    /// The certificate that a browser must know, in PEM, where it is of our own authority.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_ref().map(|(_, text)| text.as_str())
    }

    /// The SHA-256 of what is compared: of our authority's certificate, or of the office's own.
    pub fn fingerprint(&self) -> String {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let hex = sha256(self.authority.as_ref().map_or(&*shown, |(authority, _)| authority)).to_uppercase();
        let pairs: Vec<&str> = hex.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok()).collect();
        pairs.join(":")
    }

    /// Makes a certificate of our own anew when its end is near, or the computer has another
    /// address. The authority stays as it is.
    pub fn renew(&self) -> Result<(), Error> {
        let Some((folder, address, names)) = &self.own else { return Ok(()) };
        let made = Own::current(folder, &names::of(*address, names)?, Timestamp::now())?;
        let Some(first) = made.chain.first().cloned() else { return Ok(()) };
        if *self.shown.lock().unwrap_or_else(PoisonError::into_inner) == first {
            return Ok(());
        }
        let unfit = |detail: rustls::Error| Error::Make { detail: detail.to_string() };
        self.config.reload_from_config(Arc::new(config(made.chain, made.key).map_err(unfit)?));
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = first;
        Ok(())
    }

    /// The addresses and names by which this computer may be reached.
    pub fn names(address: IpAddr) -> Vec<String> {
        names::of(address, &[]).unwrap_or_default()
    }
}

fn config(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // A WebSocket begins as a request of HTTP/1.1.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let text = fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let chain = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>().unwrap_or_default();
    if chain.is_empty() { Err(Error::NoCertificate { path: path.to_owned() }) } else { Ok(chain) }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let text = fs::read(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|_| Error::NoKey { path: path.to_owned() })
}
