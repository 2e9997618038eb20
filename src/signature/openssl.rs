//! The program `openssl`: how it is run, and what it says of certificates.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::seal::{ExposeSecret, SecretString};

/// Whose certificate it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The common name.
    pub name: String,
    /// The organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// The common name of the authority.
    pub issuer: String,
    /// The serial number, hexadecimal.
    pub serial: String,
    /// From when on it is valid, in UTC.
    pub from: String,
    /// Until when, in UTC.
    pub until: String,
}

/// What the program wrote and said.
pub(super) struct Answer {
    pub is_done: bool,
    pub out: Vec<u8>,
    pub said: String,
}

impl Answer {
    /// What it wrote, where it succeeded.
    pub fn done(self) -> Result<Vec<u8>, Error> {
        if self.is_done { Ok(self.out) } else { Err(Error::Openssl { detail: self.line() }) }
    }

    /// The last thing that it said.
    pub fn line(&self) -> String {
        self.said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("–").trim().to_owned()
    }
}

/// Runs it with these arguments; `input` is its stdin. A passphrase goes through a pipe of its own,
/// whose number follows the argument `-passin`: it stands in no argument, environment or file.
pub(super) fn run<S: AsRef<OsStr>>(
    args: impl IntoIterator<Item = S>,
    input: &[u8],
    passphrase: Option<&SecretString>,
) -> Result<Answer, Error> {
    let mut command = Command::new("openssl");
    command.args(args).env("LC_ALL", "C").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Held until it has ended.
    let _pipe = passphrase.map(|passphrase| pipe(&mut command, passphrase)).transpose()?;
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::NoOpenssl,
        _ => Error::Io(error),
    })?;
    let stdin = child.stdin.take();
    let output = thread::scope(|scope| {
        // It may end without having read all.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    })?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Answer { is_done: output.status.success(), out: output.stdout, said })
}

/// The pipe through which a program reads a passphrase; it is shorter than what a pipe holds.
#[cfg(unix)]
fn pipe(command: &mut Command, passphrase: &SecretString) -> Result<io::PipeReader, Error> {
    use std::os::fd::AsRawFd;
    let (reader, mut writer) = io::pipe()?;
    writer.write_all(passphrase.expose_secret().as_bytes())?;
    writer.write_all(b"\n")?;
    rustix::io::fcntl_setfd(&reader, rustix::io::FdFlags::empty()).map_err(io::Error::from)?;
    command.arg("-passin").arg(format!("fd:{}", reader.as_raw_fd()));
    Ok(reader)
}

#[cfg(not(unix))]
fn pipe(command: &mut Command, passphrase: &SecretString) -> Result<(), Error> {
    command.args(["-passin", "env:RISALAH_PASSIN"]).env("RISALAH_PASSIN", passphrase.expose_secret());
    Ok(())
}

/// Whose certificate this is, as PEM.
pub(super) fn identity(certificate: &[u8]) -> Result<Identity, Error> {
    let args = "x509 -noout -subject -issuer -serial -startdate -enddate -dateopt iso_8601";
    let args = args.split(' ').chain(["-nameopt", "multiline,-esc_msb,utf8"]);
    let out = run(args, certificate, None)?.done()?;
    let text = String::from_utf8_lossy(&out);
    let mut identity = Identity::default();
    let mut of_issuer = false;
    for line in text.lines() {
        let Some((key, value)) = line.split_once('=').map(|(key, value)| (key.trim(), value.trim())) else { continue };
        let value = value.to_owned();
        match key {
            "subject" => of_issuer = false,
            "issuer" => of_issuer = true,
            "commonName" if of_issuer => identity.issuer = value,
            "commonName" => identity.name = value,
            "organizationName" if !of_issuer => identity.organisation = Some(value),
            "serial" => identity.serial = value.to_lowercase(),
            "notBefore" => identity.from = value.replace(' ', "T"),
            "notAfter" => identity.until = value.replace(' ', "T"),
            _ => {}
        }
    }
    // A name that says nothing is told as such.
    for name in [&mut identity.name, &mut identity.issuer] {
        if name.is_empty() {
            *name = "–".to_owned();
        }
    }
    Ok(identity)
}

impl Identity {
    /// Whether the certificate is valid at a time.
    #[must_use]
    pub fn is_valid(&self, at: Timestamp) -> bool {
        let moment = |text: &str| text.parse::<Timestamp>().ok();
        moment(&self.from).is_some_and(|from| from <= at) && moment(&self.until).is_some_and(|until| at <= until)
    }
}

/// A folder for what `openssl` reads from files, which nobody else may enter, and which is gone
/// when this is dropped. Only what is public lies in it.
pub(super) struct Desk(std::path::PathBuf);

impl Desk {
    pub fn new() -> Result<Self, Error> {
        let path = std::env::temp_dir().join(format!("risalah-{}", crate::common::secret::random()?));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.join(name)
    }

    pub fn put(&self, name: &str, content: &[u8]) -> Result<std::path::PathBuf, Error> {
        let path = self.path(name);
        std::fs::write(&path, content)?;
        Ok(path)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An argument for each word, and paths among them.
pub(super) fn args<'a>(words: &'a str, more: &[&'a OsStr]) -> Vec<&'a OsStr> {
    words.split(' ').map(OsStr::new).chain(more.iter().copied()).collect()
}

/// `-CAfile` with the roots that are trusted, or that the chain is not judged.
pub(super) fn trust(roots: Option<&Path>) -> Vec<&OsStr> {
    match roots {
        // Nothing but these: what the computer trusts for web pages says nothing of signatures.
        Some(roots) => {
            vec![OsStr::new("-no-CApath"), OsStr::new("-no-CAstore"), OsStr::new("-CAfile"), roots.as_os_str()]
        }
        None => vec![OsStr::new("-noverify")],
    }
}
