//! Certificates of printers that were spoken to over TLS: one small file each, so that another
//! printer in the place of a known one is noticed.
//!
//! A printer of an office signs its own certificate and there is no authority to ask about it. The
//! first one that an address shows is kept, as OpenSSH does with the keys of hosts.

use std::fs;
use std::io;
use std::path::PathBuf;

use etcetera::BaseStrategy;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Address, Error};
use crate::common::atomic_file;
use crate::common::digest::sha256;

/// Far above what is written.
const LIMIT: u64 = 64 << 10;

/// What a printer proves by that it is itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The SHA-256 of the whole certificate (DER), as 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// Whether it was seen now for the first time.
    pub is_new: bool,
}

impl Certificate {
    /// The hash as printers show it: pairs of digits with colons between.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.sha256)
    }
}

/// A hash as printers show it.
pub(super) fn fingerprint(sha256: &str) -> String {
    let pairs: Vec<&str> = sha256.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok()).collect();
    pairs.join(":").to_uppercase()
}

/// The file of one printer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Host and port.
    printer: String,
    /// The SHA-256 of its certificate.
    pub sha256: String,
    /// When it was first seen.
    pub since: Timestamp,
}

impl Kept {
    /// What is kept of the printer at this host and port; `None` where it was never spoken to over
    /// TLS.
    pub fn read(authority: &str) -> Result<Option<Self>, Error> {
        let path = path_of(authority)?;
        let failed = |source| Error::Kept { path: path.clone(), source };
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
            Ok(metadata) if metadata.len() > LIMIT => return Err(failed(io::ErrorKind::InvalidData.into())),
            Ok(_) => {}
        }
        let text = fs::read(&path).map_err(failed)?;
        // A damaged file is not taken for none: whoever damages it could then show another certificate.
        serde_json::from_slice(&text).map(Some).map_err(|_| failed(io::ErrorKind::InvalidData.into()))
    }

    /// Keeps the certificate of this hash, whole or not at all.
    pub fn write(authority: &str, sha256: &str) -> Result<(), Error> {
        let path = path_of(authority)?;
        let failed = |source| Error::Kept { path: path.clone(), source };
        let kept = Self { printer: authority.to_owned(), sha256: sha256.to_owned(), since: Timestamp::now() };
        let text = serde_json::to_vec_pretty(&kept).map_err(|error| failed(error.into()))?;
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
        atomic_file::write(&path, &text).map_err(failed)
    }
}

/// Forgets the certificate of the printer at this address: the next one that it shows is kept in
/// its place. Whether there was one.
///
/// # Errors
/// [`Error::Kept`] when its file cannot be removed.
pub fn forget(address: &Address) -> Result<bool, Error> {
    let path = path_of(address.authority())?;
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(Error::Kept { path, source }),
    }
}

/// In the folder that `RISALAH_PRINTERS` names, else in `risalah/printers` of the user's data
/// folder.
fn path_of(authority: &str) -> Result<PathBuf, Error> {
    let folder = if let Some(folder) = std::env::var_os("RISALAH_PRINTERS").filter(|folder| !folder.is_empty()) {
        PathBuf::from(folder)
    } else {
        let folders = etcetera::choose_base_strategy().map_err(|_| Error::NoHome)?;
        folders.data_dir().join("risalah").join("printers")
    };
    Ok(folder.join(file_name(authority)))
}

/// A name that every file system takes and that differs for another printer: its letters, and a
/// part of its hash.
fn file_name(authority: &str) -> String {
    let authority = authority.to_lowercase();
    let letters = authority.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' });
    let short: String = letters.take(40).collect();
    format!("{}-{}.json", short.trim_matches('-'), &sha256(authority.as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_printer_has_a_file_of_its_own() {
        assert_eq!(file_name("Kantor:631"), file_name("kantor:631"));
        assert_ne!(file_name("kantor:631"), file_name("kantor:632"));
        assert_ne!(file_name("[::1]:631"), file_name("[::2]:631"));
        for odd in ["../../etc:631", "", &"x".repeat(5000)] {
            let name = file_name(odd);
            assert!(name.len() < 64 && !name.contains('/'), "{name}");
        }
    }
}
