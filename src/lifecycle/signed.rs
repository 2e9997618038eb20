//! The electronic signature of an edition: what its manifest says of it, and whether that holds.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::manifest::{Document, Manifest};
use super::{Error, Life};
use crate::common::message::{Explain, Message};
use crate::signature::{Chain, Examined, Identity, Method, Signed, examine};
use crate::transcript::store::Store;

/// What a manifest says of the electronic signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The signed document.
    #[serde(flatten)]
    pub signed: Document,
    /// The document that was signed.
    pub of: Document,
    /// Its length in bytes.
    pub of_bytes: usize,
    /// Whether the signed document begins with the bytes of the other.
    pub is_prefix: bool,
    /// How it was signed.
    pub method: Method,
    /// Whose certificate signed.
    pub by: Identity,
    /// When a time-stamp authority has seen the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamped: Option<Timestamp>,
    /// What the e-sign service says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Signature {
    pub(super) fn new(signed: &Signed, file: Document, of: &Document, of_bytes: usize) -> Self {
        Self {
            signed: file,
            of: of.clone(),
            of_bytes,
            is_prefix: signed.is_prefix,
            method: signed.method,
            by: signed.by.clone(),
            stamped: signed.stamped,
            note: signed.note.clone(),
        }
    }
}

/// The signature of an edition, examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The edition.
    pub edition: u32,
    /// The signed document.
    pub path: PathBuf,
    /// What is signed there; none where that cannot be said.
    pub examined: Option<Examined>,
    /// What is wrong.
    pub findings: Vec<Message>,
}

/// Examines the electronic signatures of all editions; `roots` are the certificates that are
/// trusted, as PEM.
///
/// # Errors
/// When the store cannot be read, or the program `openssl` is not there. A manifest that cannot be
/// read is told by [`super::verify`].
pub fn signatures(folder: &Path, store: &Store, roots: Option<&Path>) -> Result<Vec<Verified>, Error> {
    let life = Life::read(store, &store.load()?)?;
    let manifests = life.steps().filter_map(|(_, step)| step.seal.as_ref()).filter_map(|seal| {
        let manifest = Manifest::of(folder, seal.edition).ok()?;
        Some((seal.edition, manifest.signature?))
    });
    manifests.map(|(edition, signature)| one(folder, edition, &signature, roots)).collect()
}

fn one(folder: &Path, edition: u32, signature: &Signature, roots: Option<&Path>) -> Result<Verified, Error> {
    let path = folder.join(&signature.signed.file);
    let mut verified = Verified { edition, path: path.clone(), examined: None, findings: Vec::new() };
    // One that is gone, or is another, is told with the other documents.
    let Ok(bytes) = fs::read(&path) else { return Ok(verified) };
    let found = |key: &str| Message::new(&format!("signature.found.{key}")).with("path", path.display());
    let all = match examine(&bytes, roots) {
        Err(error @ crate::signature::Error::Pdf { .. }) => {
            verified.findings.push(error.message());
            return Ok(verified);
        }
        all => all?,
    };
    let Some(examined) = all.into_iter().next() else {
        verified.findings.push(found("none"));
        return Ok(verified);
    };
    let detail = examined.detail.clone().unwrap_or_default();
    let mut find = |is_wrong: bool, key: &str| {
        if is_wrong {
            verified.findings.push(found(key).with("detail", &detail).with("name", &examined.by.name));
        }
    };
    find(!examined.is_sound, "unsound");
    find(!examined.is_whole, "partial");
    find(examined.is_stamp_bad, "stamp");
    find(examined.chain == Chain::NotTrusted, "not_trusted");
    find(examined.is_sound && examined.by.serial != signature.by.serial, "other_certificate");
    let is_behind = examined.is_behind(&bytes, signature.of_bytes, &signature.of.sha256);
    find(signature.is_prefix && !is_behind, "other_document");
    verified.examined = Some(examined);
    Ok(verified)
}
