//! The file with the office's mail server and the secrets that are shared with other systems.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::Error;
use crate::common::private_file;
use crate::meeting::Way;
use crate::seal::SecretString;

/// Its name, in the folder of all meetings or above. Only its user may read it.
pub const FILE_NAME: &str = "edaran.toml";

/// How a mail server is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Security {
    /// Under TLS from the first byte (port 465).
    Tls,
    /// Under TLS before anything is sent (port 587).
    #[default]
    Starttls,
    /// In the open: on this computer only.
    Tanpa,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    surel: Option<WrittenMail>,
    #[serde(default)]
    webhook: Vec<WrittenHook>,
    #[serde(default)]
    ulang: Again,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenMail {
    server: String,
    port: Option<u16>,
    #[serde(default)]
    tls: Security,
    pengguna: Option<String>,
    sandi: Option<String>,
    dari: String,
    sertifikat: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenHook {
    alamat: String,
    rahasia: String,
}

/// How patiently another system is asked.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Again {
    percobaan: u32,
    jeda: f64,
    tunggu: u64,
}

impl Default for Again {
    fn default() -> Self {
        Self { percobaan: 5, jeda: 1.0, tunggu: 30 }
    }
}

/// The office's mail server.
#[derive(Debug)]
pub(super) struct Mail {
    pub server: String,
    pub port: u16,
    pub security: Security,
    pub credentials: Option<(String, SecretString)>,
    pub from: lettre::message::Mailbox,
    /// The certificate of the authority that the server's own is from, where it is no public one.
    pub authority: Option<Vec<u8>>,
}

/// What the file says.
#[derive(Debug)]
pub struct Settings {
    pub(super) mail: Option<Mail>,
    /// Each address with the secret that is shared with it.
    pub(super) hooks: Vec<(String, SecretString)>,
    /// So often it is tried, with a pause that doubles, and this much patience each time.
    pub(super) attempts: u32,
    pub(super) pause: Duration,
    pub(super) patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self::with(Again::default())
    }
}

impl Settings {
    fn with(again: Again) -> Self {
        Self {
            mail: None,
            hooks: Vec::new(),
            attempts: again.percobaan,
            pause: Duration::from_secs_f64(again.jeda),
            patience: Duration::from_secs(again.tunggu),
        }
    }

    /// The nearest file above a meeting's folder; where there is none, only folders can be written
    /// to.
    ///
    /// # Errors
    /// When others may read it, or it is not as it should be.
    pub fn of(folder: &Path) -> Result<Self, Error> {
        let Some(path) = private_file::above(folder, FILE_NAME) else { return Ok(Self::default()) };
        let text = private_file::read(&path)?.unwrap_or_default();
        let wrong = |detail: String| Error::Settings { path: path.clone(), detail };
        // The message of a mistake shows its line, which may be that of a secret.
        let written: Written = toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;
        let again = written.ulang;
        if !(1..=20).contains(&again.percobaan)
            || !(0.0..=3600.0).contains(&again.jeda)
            || !(1..=3600).contains(&again.tunggu)
        {
            return Err(wrong("ulang: percobaan 1–20, jeda 0–3600, tunggu 1–3600".to_owned()));
        }
        let mut settings = Self::with(again);
        settings.mail = written.surel.map(|mail| Mail::of(mail, &path)).transpose().map_err(wrong)?;
        settings.hooks = written.webhook.into_iter().map(|hook| (hook.alamat, hook.rahasia.into())).collect();
        Ok(settings)
    }
}

impl Settings {
    /// Whether they have what a way needs.
    pub(super) fn have(&self, way: &Way) -> Result<(), Error> {
        match way {
            Way::Mail(_) if self.mail.is_none() => Err(Error::NoSettings { what: "[surel]" }),
            Way::Webhook(address) if !self.hooks.iter().any(|(known, _)| known == address) => {
                Err(Error::NoSettings { what: "[[webhook]]" })
            }
            _ => Ok(()),
        }
    }
}

impl Mail {
    fn of(written: WrittenMail, path: &Path) -> Result<Self, String> {
        let is_here = ["127.0.0.1", "localhost", "::1"].contains(&written.server.as_str());
        if written.tls == Security::Tanpa && !is_here {
            return Err(format!("surel.tls: {}: tls, starttls", written.server));
        }
        let usual = match written.tls {
            Security::Tls => 465,
            Security::Starttls => 587,
            Security::Tanpa => 25,
        };
        let beside = |file: PathBuf| {
            let file = path.parent().unwrap_or(Path::new("")).join(file);
            fs::read(&file).map_err(|error| format!("surel.sertifikat: {}: {error}", file.display()))
        };
        let credentials = match (written.pengguna, written.sandi) {
            (Some(user), Some(password)) => Some((user, password.into())),
            (None, None) => None,
            _ => return Err("surel: pengguna, sandi".to_owned()),
        };
        Ok(Self {
            port: written.port.unwrap_or(usual),
            security: written.tls,
            credentials,
            from: written.dari.parse().map_err(|error| format!("surel.dari: {error}"))?,
            authority: written.sertifikat.map(beside).transpose()?,
            server: written.server,
        })
    }
}
