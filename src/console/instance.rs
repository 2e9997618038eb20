//! One page for a folder of meetings: a second start finds the first.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::message::{Explain, Message};
use crate::common::{lock, runtime};

/// The ending of its file.
const ENDING: &str = "halaman";
/// Only its user may read it: the address holds what lets in.
const PRIVATE: u32 = 0o600;
/// A page that was just started says where it is within this time.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is asked meanwhile.
const PULSE: Duration = Duration::from_millis(20);
/// An address is shorter.
const LONGEST: u64 = 4_096;

/// Why it cannot be known whether a page is at work.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// The file cannot be held.
    #[error(transparent)]
    Lock(#[from] lock::Error),
    /// The place of such files, or the file itself, cannot be used.
    #[error("{source}")]
    Io {
        /// What the system says.
        #[from]
        source: io::Error,
    },
    /// A page is at work and does not say where.
    #[error("{} says nothing", path.display())]
    Silent {
        /// Its file.
        path: PathBuf,
    },
}

impl Explain for InstanceError {
    fn message(&self) -> Message {
        match self {
            Self::Lock(error) => error.message(),
            Self::Io { source } => Message::new("serve.runtime").with("detail", source),
            Self::Silent { path } => Message::new("serve.silent").with("path", path.display()),
        }
    }
}

/// The right to be the page of a folder; it ends with the process.
#[derive(Debug)]
pub struct Instance {
    file: File,
    previous: Option<Previous>,
}

/// Where the page was that ended without saying so. One that is there again with the same secret lets
/// the browsers go on that had it open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Its port.
    pub port: u16,
    /// Its secret, where it had one.
    pub token: Option<String>,
}

impl Previous {
    fn read(address: &str) -> Option<Self> {
        let (_, rest) = address.split_once("://")?;
        let (host, rest) = rest.split_once('/')?;
        let (_, port) = host.rsplit_once(':')?;
        let token = rest.strip_prefix("?token=").map(str::to_owned);
        let is_secret = |token: &String| token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(Self { port: port.parse().ok()?, token: token.filter(is_secret) })
    }
}

/// What a start finds.
#[derive(Debug)]
pub enum Found {
    /// No other: this one is the page.
    None(Instance),
    /// Another one, at this address.
    Running(String),
}

impl Instance {
    /// Becomes the page of this folder, or finds the one that is.
    ///
    /// # Errors
    /// Any [`InstanceError`].
    pub fn take(folder: &Path) -> Result<Found, InstanceError> {
        let path = runtime::path_of(folder, ENDING)?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(PRIVATE).open(&path)?;
        file.set_permissions(Permissions::from_mode(PRIVATE))?;
        drop(file);
        match lock::hold(&path) {
            Ok(file) => {
                let previous = address(&path)?.and_then(|address| Previous::read(&address));
                Ok(Found::None(Self { file, previous }))
            }
            Err(lock::Error::Held { .. }) => said(&path).map(Found::Running),
            Err(error) => Err(error.into()),
        }
    }

    /// What a page that was killed has left.
    #[must_use]
    pub fn previous(&self) -> Option<&Previous> {
        self.previous.as_ref()
    }

    /// Says where the page is.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn announce(&mut self, address: &str) -> Result<(), InstanceError> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(format!("{address}\n").as_bytes())?;
        Ok(())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // It ended as it should: what comes next has a secret of its own.
        let _ = self.file.set_len(0);
    }
}

/// The address of the page that is at work.
fn said(path: &Path) -> Result<String, InstanceError> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(address) = address(path)? {
            return Ok(address);
        }
        thread::sleep(PULSE);
    }
    Err(InstanceError::Silent { path: path.to_owned() })
}

/// What stands in the file; without its line break it is not yet whole.
fn address(path: &Path) -> Result<Option<String>, InstanceError> {
    let mut text = Vec::new();
    File::open(path)?.take(LONGEST).read_to_end(&mut text)?;
    let text = String::from_utf8(text).unwrap_or_default();
    Ok(text.strip_suffix('\n').filter(|address| address.starts_with("http")).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_second_finds_the_first_and_what_is_left_of_it_is_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = runtime::path_of(folder.path(), ENDING).expect("a path");
        // Previous by one that was killed, and open to all.
        fs::write(&path, "http://127.0.0.1:1/?token=lama\n").expect("written");
        fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("set");
        let Ok(Found::None(mut first)) = Instance::take(folder.path()) else { panic!("it is alone") };
        assert_eq!(first.previous(), Some(&Previous { port: 1, token: None }), "what is no secret is none");
        first.announce("http://127.0.0.1:2/?token=baru").expect("told");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, PRIVATE);
        let Ok(Found::Running(address)) = Instance::take(folder.path()) else { panic!("it is not alone") };
        assert_eq!(address, "http://127.0.0.1:2/?token=baru");
        drop(first);
        let Ok(Found::None(next)) = Instance::take(folder.path()) else { panic!("it is alone") };
        assert_eq!(next.previous(), None, "the first one ended as it should");
        drop(next);
        let token = "ab".repeat(32);
        fs::write(&path, format!("http://127.0.0.1:2/?token={token}\n")).expect("written");
        let Ok(Found::None(next)) = Instance::take(folder.path()) else { panic!("it is alone") };
        assert_eq!(next.previous(), Some(&Previous { port: 2, token: Some(token) }));
        fs::remove_file(path).expect("removed");
    }
}
