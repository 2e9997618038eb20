//! A connection over TLS to a printer whose certificate is known (see [`super::certificate`]).

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned, crypto, version};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};

use super::certificate::Kept;
use super::{Address, Certificate, Error};
use crate::common::digest::sha256;

/// What the last handshake came to; shared by all connections of one [`super::wire::Line`].
#[derive(Clone, Debug, Default)]
pub(super) struct Handshake(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    certificate: Option<Certificate>,
    refusal: Option<Why>,
}

/// Why a certificate is not taken.
#[derive(Debug)]
enum Why {
    Other { kept: Kept, shown: String },
    Failed(Error),
}

impl Handshake {
    /// The certificate, once a connection stood.
    pub fn certificate(&self) -> Option<Certificate> {
        self.state().certificate.clone()
    }

    /// Why the last connection was refused, if it was for the certificate.
    pub fn refused(&self, address: &Address) -> Option<Error> {
        Some(match self.state().refusal.take()? {
            Why::Other { kept, shown } => Error::OtherCertificate {
                printer: address.to_string(),
                kept: kept.sha256,
                since: kept.since.strftime("%d-%m-%Y").to_string(),
                shown,
            },
            Why::Failed(error) => error,
        })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares a certificate with the one that is kept of this printer.
    fn compare(&self, authority: &str, shown: String) -> Result<(), ()> {
        let mut state = self.state();
        state.refusal = match Kept::read(authority) {
            Ok(Some(kept)) if kept.sha256 != shown => Some(Why::Other { kept, shown }),
            Ok(kept) => {
                // The first question of a job pins it; the note of that is still owed after the next.
                let is_new = kept.is_none() || state.certificate.as_ref().is_some_and(|known| known.is_new);
                state.certificate = Some(Certificate { sha256: shown, is_new });
                None
            }
            Err(error) => Some(Why::Failed(error)),
        };
        if state.refusal.is_some() { Err(()) } else { Ok(()) }
    }

    /// Keeps the certificate of a connection that stands, where none was kept.
    fn keep(&self, authority: &str) -> Result<(), ()> {
        let mut state = self.state();
        let Some(certificate) = state.certificate.clone() else { return Ok(()) };
        let kept = Kept::read(authority).and_then(|kept| match kept {
            None => Kept::write(authority, &certificate.sha256),
            Some(_) => Ok(()),
        });
        kept.map_err(|error| state.refusal = Some(Why::Failed(error)))
    }
}

/// Takes a certificate for the printer's when it is the one that is kept. That the printer has its
/// key is proved by its signature, as always.
#[derive(Debug)]
struct Verifier {
    authority: String,
    seen: Handshake,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.seen.compare(&self.authority, sha256(certificate)) {
            Ok(()) => Ok(ServerCertVerified::assertion()),
            Err(()) => Err(rustls::CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Lays TLS over a connection where the address asks for it.
#[derive(Debug)]
pub(super) struct Secure {
    seen: Handshake,
    provider: Arc<CryptoProvider>,
}

impl Secure {
    pub fn new(seen: Handshake) -> Self {
        Self { seen, provider: Arc::new(crypto::ring::default_provider()) }
    }

    fn config(&self, authority: &str) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::clone(&self.provider);
        let verifier =
            Verifier { authority: authority.to_owned(), seen: self.seen.clone(), provider: Arc::clone(&provider) };
        Ok(ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth())
    }
}

impl<In: Transport> Connector<In> for Secure {
    type Out = Either<In, Secured>;

    fn connect(&self, details: &ConnectionDetails, below: Option<In>) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(below) = below else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(below)));
        }
        let authority = details.uri.authority().map(ToString::to_string).unwrap_or_default();
        let host = details.uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host).map_err(|_| ureq::Error::BadUri(authority.clone()))?;
        let mut connection = ClientConnection::new(Arc::new(self.config(&authority)?), name)?;
        let mut socket = TransportAdapter::new(below.boxed(), details.current_time.clone());
        socket.set_timeout(details.timeout);
        while connection.is_handshaking() {
            connection.complete_io(&mut socket)?;
        }
        self.seen.keep(&authority).map_err(|()| io::Error::from(io::ErrorKind::PermissionDenied))?;
        let buffers = LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(Either::B(Secured { buffers, stream: StreamOwned::new(connection, socket) })))
    }
}

/// A connection that others cannot listen to.
pub(super) struct Secured {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl fmt::Debug for Secured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secured").finish_non_exhaustive()
    }
}

impl Transport for Secured {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        Ok(self.stream.write_all(&self.buffers.output()[..amount])?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let amount = match self.stream.read(self.buffers.input_append_buf()) {
            // Many printers end a connection without the message of TLS that says so; HTTP knows how long its answer
            // is.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => 0,
            read => read?,
        };
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
