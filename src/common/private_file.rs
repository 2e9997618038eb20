//! Files with secrets that a person has written: only this user may read them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::message::{Explain, Message};

/// What others than its user may do with a file.
#[cfg(unix)]
const OTHERS: u32 = 0o077;
/// Settings are far shorter.
const LIMIT: u64 = 1 << 20;

/// Why a file with secrets is not taken.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// Others may read it.
    #[error("{path} is open to others")]
    Open { path: PathBuf },
    /// It cannot be read.
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::Open { path } => Message::new("private_file.open").with("path", path.display()),
            Self::Read { path, source } => {
                Message::new("private_file.read").with("path", path.display()).with("detail", source)
            }
        }
    }
}

/// The text of such a file; `None` where there is none.
///
/// # Errors
/// Any [`Error`].
pub fn read(path: &Path) -> Result<Option<String>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(failed)?,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if file.metadata().map_err(failed)?.mode() & OTHERS != 0 {
            return Err(Error::Open { path: path.to_owned() });
        }
    }
    let mut text = String::new();
    file.take(LIMIT).read_to_string(&mut text).map_err(failed)?;
    Ok(Some(text))
}

/// The nearest file of this name above a meeting's folder, where there is one. Within the folder it
/// would go along wherever the meeting goes.
#[must_use]
pub fn above(folder: &Path, name: &str) -> Option<PathBuf> {
    let whole = folder.canonicalize().or_else(|_| std::path::absolute(folder)).ok()?;
    whole.ancestors().skip(1).map(|folder| folder.join(name)).find(|path| path.is_file())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn what_others_may_read_is_refused() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("surat.toml");
        assert_eq!(read(&path).expect("none"), None);
        fs::write(&path, "a = 1").expect("written");
        for (mode, is_taken) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false)] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("set");
            assert_eq!(read(&path).is_ok(), is_taken, "{mode:o}");
        }
        let meeting = place.path().join("rapat/satu");
        fs::create_dir_all(&meeting).expect("made");
        fs::write(meeting.join("surat.toml"), "").expect("written");
        let found = above(&meeting, "surat.toml").expect("above");
        assert_eq!(found, path.canonicalize().expect("there"));
    }
}
