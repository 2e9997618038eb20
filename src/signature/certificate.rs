//! Signing with a certificate on this computer (PKCS#12).

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;

use super::openssl::{Answer, Desk, Identity, args, identity, run};
use super::pdf::Prepared;
use super::{About, Error, Method, Signed, Stamper};
use crate::seal::SecretString;

/// What a certificate that other programs wrote years ago needs.
const LEGACY: &str = "-provider default -provider legacy";

/// A certificate with its key, which a passphrase opens.
#[derive(Debug)]
pub struct Certificate {
    path: PathBuf,
    passphrase: SecretString,
    /// The signer's certificate and those above it, as PEM.
    own: Vec<u8>,
    chain: Vec<u8>,
    identity: Identity,
    is_legacy: bool,
}

impl Certificate {
    /// Opens a file: whose certificate it is, and whether it is valid now.
    ///
    /// # Errors
    /// When the file or the program `openssl` is not there, the passphrase is wrong, or the
    /// certificate is not valid at this time.
    pub fn open(path: PathBuf, passphrase: SecretString, now: Timestamp) -> Result<Self, Error> {
        fs::File::open(&path).map_err(|source| Error::File { path: path.clone(), source })?;
        let read = |part: &str, is_legacy: bool| -> Result<Answer, Error> {
            let words = format!("pkcs12 -nokeys {part}{}", if is_legacy { " -legacy" } else { "" });
            run(args(&words, &[OsStr::new("-in"), path.as_os_str()]), &[], Some(&passphrase))
        };
        let mut own = read("-clcerts", false)?;
        // An old cipher, which must be asked for.
        let is_legacy = !own.is_done && own.said.contains("unsupported");
        if is_legacy {
            own = read("-clcerts", true)?;
        }
        if !own.is_done {
            let said = own.said.to_lowercase();
            let is_wrong = ["invalid password", "mac verify", "bad decrypt"].iter().any(|sign| said.contains(sign));
            return Err(if is_wrong { Error::WrongPassphrase } else { Error::NotPkcs12 { detail: own.line(), path } });
        }
        let (own, chain) = (own.out, read("-cacerts", is_legacy)?.done()?);
        if !contains(&own, b"BEGIN CERTIFICATE") {
            return Err(Error::NotPkcs12 { path, detail: "–".to_owned() });
        }
        let identity = identity(&own)?;
        if !identity.is_valid(now) {
            let Identity { name, from, until, .. } = identity;
            return Err(Error::Expired { name, from, until });
        }
        Ok(Self { path, passphrase, own, chain, identity, is_legacy })
    }

    /// Whose it is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Signs a document, and has the signature stamped where an authority is named.
    ///
    /// # Errors
    /// When the document is not as this program writes one, `openssl` refuses, or the authority
    /// does not answer as one.
    pub fn sign(
        &self,
        original: &[u8],
        about: &About,
        stamper: Option<&Stamper>,
        stop: &AtomicBool,
    ) -> Result<Signed, Error> {
        let prepared = Prepared::new(original, about)?;
        let mut cms = self.cms(&prepared.content())?;
        let mut stamped = None;
        if let Some(stamper) = stamper {
            let stamp = stamper.stamp(&cms, stop)?;
            (cms, stamped) = (stamp.cms, Some(stamp.at));
        }
        let bytes = prepared.sign(&cms)?;
        let is_prefix = bytes.starts_with(original);
        let by = self.identity.clone();
        Ok(Signed { bytes, method: Method::Certificate, by, stamped, is_prefix, note: None })
    }

    fn cms(&self, content: &[u8]) -> Result<Vec<u8>, Error> {
        let desk = Desk::new()?;
        let (own, chain) = (desk.put("own.pem", &self.own)?, desk.put("chain.pem", &self.chain)?);
        let mut words = "cms -sign -cades -binary -md sha256 -outform DER".to_owned();
        if self.is_legacy {
            words = format!("{words} {LEGACY}");
        }
        let mut more = vec![OsStr::new("-signer"), own.as_os_str(), OsStr::new("-inkey"), self.path.as_os_str()];
        if contains(&self.chain, b"BEGIN CERTIFICATE") {
            more.extend([OsStr::new("-certfile"), chain.as_os_str()]);
        }
        run(args(&words, &more), content, Some(&self.passphrase))?.done()
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}
