//! Files that one process holds, so that another knows.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::message::{Explain, Message};

/// Whoever asks whether a file is held holds it for less than this himself.
const ASKED: Duration = Duration::from_secs(1);

/// Why a file is not held.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// Another process holds it.
    #[error("{path} is held")]
    Held { path: PathBuf },
    /// Its file system has no locks.
    #[error("{path}: {source}")]
    Unsupported { path: PathBuf, source: io::Error },
    /// It belongs to another user.
    #[error("{path}: {source}")]
    Foreign { path: PathBuf, source: io::Error },
    /// It cannot be opened or made.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

impl Error {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Held { path }
            | Self::Unsupported { path, .. }
            | Self::Foreign { path, .. }
            | Self::Io { path, .. } => path,
        }
    }
}

impl Explain for Error {
    fn message(&self) -> Message {
        let (key, path, source) = match self {
            Self::Held { path } => return Message::new("lock.held").with("path", path.display()),
            Self::Unsupported { path, source } => ("lock.unsupported", path, source),
            Self::Foreign { path, source } => ("lock.foreign", path, source),
            Self::Io { path, source } => ("lock.io", path, source),
        };
        let folder = path.parent().unwrap_or(path);
        Message::new(key).with("path", path.display()).with("folder", folder.display()).with("detail", source)
    }

    fn is_usage(&self) -> bool {
        matches!(self, Self::Held { .. })
    }
}

/// Opens a file, which is made where it does not exist, and holds it.
pub fn hold(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(|source| {
        let path = path.to_owned();
        // One that cannot be made is a matter of the folder; one that is there, of its owner.
        if source.kind() == io::ErrorKind::PermissionDenied && path.exists() {
            Error::Foreign { path, source }
        } else {
            Error::Io { path, source }
        }
    })?;
    // One who only asks ([`is_held`]) is waited for, so that asking makes nobody fail.
    hold_open(&file, path, ASKED)?;
    Ok(file)
}

/// Holds a file that is open until it is closed, and waits so long for others who hold it.
pub fn hold_open(file: &File, path: &Path, patience: Duration) -> Result<(), Error> {
    told(wait(|| file.try_lock(), patience), path)
}

/// The same beside others who only read.
pub fn share_open(file: &File, path: &Path, patience: Duration) -> Result<(), Error> {
    told(wait(|| file.try_lock_shared(), patience), path)
}

fn told(held: Result<(), TryLockError>, path: &Path) -> Result<(), Error> {
    let path = path.to_owned();
    match held {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(Error::Held { path }),
        Err(TryLockError::Error(source)) if has_no_locks(&source) => Err(Error::Unsupported { path, source }),
        Err(TryLockError::Error(source)) => Err(Error::Io { path, source }),
    }
}

fn wait(mut take: impl FnMut() -> Result<(), TryLockError>, patience: Duration) -> Result<(), TryLockError> {
    let begun = Instant::now();
    loop {
        match take() {
            Err(TryLockError::WouldBlock) if begun.elapsed() < patience => thread::sleep(Duration::from_millis(5)),
            held => return held,
        }
    }
}

/// Whether somebody holds the file. No file: nobody.
#[must_use]
pub fn is_held(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Whether the system says that a file system, or a share, keeps no locks.
fn has_no_locks(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        let kinds = [Errno::NOLCK, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOSYS];
        if error.raw_os_error().is_some_and(|code| kinds.iter().any(|kind| kind.raw_os_error() == code)) {
            return true;
        }
    }
    error.kind() == io::ErrorKind::Unsupported
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_makes_nobody_fail() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("kunci");
        let (file, asking) = (File::create(&path).expect("made"), File::open(&path).expect("opened"));
        assert!(!is_held(&path));
        // As one who asks, at the worst moment.
        asking.try_lock_shared().expect("asked");
        let waits = thread::spawn(move || wait(|| file.try_lock(), ASKED).map(|()| file));
        thread::sleep(Duration::from_millis(50));
        asking.unlock().expect("asked");
        let held = waits.join().expect("joined").expect("held");
        assert!(is_held(&path));
        assert!(matches!(wait(|| asking.try_lock(), ASKED), Err(TryLockError::WouldBlock)));
        drop(held);
        assert!(!is_held(&path));
    }

    #[test]
    fn one_holds_it_and_another_is_told() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("kunci");
        let first = hold(&path).expect("held");
        assert!(matches!(hold(&path), Err(Error::Held { .. })));
        first.unlock().expect("let go");
        assert!(hold(&path).is_ok());
        assert!(matches!(hold(&place.path().join("tidak/ada")), Err(Error::Io { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_share_without_locks_is_known_by_what_the_system_says() {
        for code in [rustix::io::Errno::NOLCK, rustix::io::Errno::NOTSUP, rustix::io::Errno::OPNOTSUPP] {
            assert!(has_no_locks(&io::Error::from_raw_os_error(code.raw_os_error())), "{code}");
        }
        assert!(!has_no_locks(&io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error())));
    }
}
