//! The file that names the office's e-sign service.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::Error;
use crate::common::{http, private_file};
use crate::seal::SecretString;

/// Its name, in the folder of all meetings or above. Only its user may read it.
pub const FILE_NAME: &str = "tandatangan.toml";
/// A service signs within this time, where the file names no other.
const PATIENCE: u64 = 120;
/// Nobody waits for longer.
const LONGEST: u64 = 3600;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    alamat: String,
    pengguna: String,
    sandi: String,
    sertifikat: Option<PathBuf>,
    tunggu: Option<u64>,
}

/// What the file says.
#[derive(Debug)]
pub struct Settings {
    pub(super) address: String,
    pub(super) user: String,
    pub(super) password: SecretString,
    /// The certificate of the authority that the service's own is from, where it is no public one.
    pub(super) authority: Option<Vec<u8>>,
    pub(super) patience: Duration,
}

impl Settings {
    /// The nearest file above a meeting's folder.
    ///
    /// # Errors
    /// When there is none, others may read it, or it is not as it should be.
    pub fn of(folder: &Path) -> Result<Self, Error> {
        let path = private_file::above(folder, FILE_NAME).ok_or(Error::NoService)?;
        let text = private_file::read(&path)?.ok_or(Error::NoService)?;
        let wrong = |detail: String| Error::Settings { path: path.clone(), detail };
        // The message of a mistake shows its line, which may be that of the password.
        let written: Written = toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;
        let address = written.alamat.trim_end_matches('/').to_owned();
        if !http::is_safe(&address) {
            return Err(wrong(format!("alamat: {address}: https://")));
        }
        let patience = written.tunggu.unwrap_or(PATIENCE);
        if !(1..=LONGEST).contains(&patience) {
            return Err(wrong(format!("tunggu: 1–{LONGEST}")));
        }
        let beside = |file: PathBuf| {
            let file = path.parent().unwrap_or(Path::new("")).join(file);
            fs::read(&file).map_err(|error| wrong(format!("sertifikat: {}: {error}", file.display())))
        };
        let authority = written.sertifikat.map(beside).transpose()?;
        let password = SecretString::from(written.sandi);
        Ok(Self { address, user: written.pengguna, password, authority, patience: Duration::from_secs(patience) })
    }
}
