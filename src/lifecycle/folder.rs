//! The meeting folder: everything of one meeting under names that a clerk finds, and nothing of a
//! person's written over.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::common::atomic_file;
use crate::common::digest::sha256;
use crate::common::message::{Explain, Message};
use crate::transcript::store::{self, Store};

/// The description of a meeting, in its folder.
pub const MEETING: &str = "rapat.toml";

/// Why a file of the folder could not be written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// The folder cannot be made or used.
    #[error("{path}: {source}")]
    Folder { path: PathBuf, source: io::Error },
    /// A file cannot be written.
    #[error("{path}: {source}")]
    Write { path: PathBuf, source: io::Error },
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Explain for Error {
    fn message(&self) -> Message {
        let (key, path, source) = match self {
            Self::Folder { path, source } => ("folder.folder", path, source),
            Self::Write { path, source } if source.kind() == io::ErrorKind::StorageFull => {
                ("folder.full", path, source)
            }
            Self::Write { path, source } => ("folder.write", path, source),
            Self::Store(error) => return error.message(),
        };
        Message::new(key).with("path", path.display()).with("detail", source)
    }
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where it is.
    pub path: PathBuf,
    /// The file of that name which a person had changed, and the name under which it was kept.
    pub kept: Option<PathBuf>,
}

impl Written {
    /// That a file was kept under another name, where one was.
    #[must_use]
    pub fn kept_message(&self) -> Option<Message> {
        let kept = self.kept.as_ref()?;
        Some(Message::new("folder.kept").with("path", self.path.display()).with("kept", kept.display()))
    }
}

/// A meeting's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Opens the folder, making it where it does not exist.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Folder { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(failed)?;
        // A folder that cannot be written to must be known before hours of work, not after.
        tempfile_in(path).map_err(failed)?;
        Ok(Self { path: path.to_owned() })
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The description of the meeting, where the folder has one.
    #[must_use]
    pub fn meeting(&self) -> Option<PathBuf> {
        Some(self.path.join(MEETING)).filter(|path| path.is_file())
    }

    /// Writes a file whole or not at all. A file of that name which is not as this program last
    /// wrote it, because a person has worked on it, is kept under another name.
    pub fn write(&self, store: &Store, name: &str, content: &[u8]) -> Result<Written, Error> {
        let path = self.path.join(name);
        let failed = |source| Error::Write { path: path.clone(), source };
        let hash = sha256(content);
        let mut kept = None;
        match fs::read(&path) {
            Ok(present) => {
                let present = sha256(&present);
                if present != hash && store.exported(name)?.as_ref() != Some(&present) {
                    let other = self.free_name(name);
                    atomic_file::rename(&path, &other).map_err(failed)?;
                    kept = Some(other);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        self.put(name, content)?;
        store.set_exported(name, &hash)?;
        Ok(Written { path, kept })
    }

    /// Writes a file of a meeting of which nothing has been recognised yet. Nothing says whether a
    /// file of that name is this program's, so it is kept.
    pub fn write_before(&self, name: &str, content: &[u8]) -> Result<Written, Error> {
        let path = self.path.join(name);
        let same = fs::read(&path).is_ok_and(|present| present == content);
        let kept = if same { None } else { self.set_aside(name)? };
        self.put(name, content)?;
        Ok(Written { path, kept })
    }

    fn put(&self, name: &str, content: &[u8]) -> Result<(), Error> {
        let path = self.path.join(name);
        atomic_file::write(&path, content).map_err(|source| Error::Write { path: path.clone(), source })
    }

    /// Gives a file of the folder another name, if it is there; tells the name.
    pub fn set_aside(&self, name: &str) -> Result<Option<PathBuf>, Error> {
        let path = self.path.join(name);
        let other = self.free_name(name);
        match atomic_file::rename(&path, &other) {
            Ok(()) => Ok(Some(other)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Write { path, source }),
        }
    }

    fn free_name(&self, name: &str) -> PathBuf {
        let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
        (1..u32::MAX)
            .map(|number| self.path.join(format!("{stem}.lama-{number}.{extension}")))
            .find(|path| !path.exists())
            .unwrap_or_else(|| self.path.join(format!("{name}.lama")))
    }
}

fn tempfile_in(folder: &Path) -> io::Result<()> {
    let probe = folder.join(".risalah-uji");
    File::create(&probe)?;
    fs::remove_file(probe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> (tempfile::TempDir, Folder, Store) {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::create(&place.path().join("hasil rapat – paripurna")).expect("made");
        let store = Store::create(folder.path()).expect("a store");
        (place, folder, store)
    }

    #[test]
    fn its_own_file_is_renewed() {
        let (_place, folder, store) = open();
        folder.write(&store, "transkrip.txt", b"satu").expect("written");
        let second = folder.write(&store, "transkrip.txt", b"dua").expect("written");
        assert_eq!(second.kept, None);
        assert_eq!(fs::read(second.path).expect("read"), b"dua");
    }

    #[test]
    fn what_a_person_changed_is_kept() {
        let (_place, folder, store) = open();
        let first = folder.write(&store, "risalah-sementara.docx", b"mesin").expect("written");
        fs::write(&first.path, b"koreksi sekretaris").expect("edited");
        let second = folder.write(&store, "risalah-sementara.docx", b"mesin 2").expect("written");
        let kept = second.kept.expect("kept");
        assert_eq!(kept.file_name().and_then(|n| n.to_str()), Some("risalah-sementara.lama-1.docx"));
        assert_eq!(fs::read(kept).expect("read"), b"koreksi sekretaris");
    }

    #[test]
    fn a_file_that_was_there_before_is_kept_too() {
        let (_place, folder, store) = open();
        fs::write(folder.path().join("rapat.toml"), b"lama").expect("written");
        assert!(folder.write(&store, "rapat.toml", b"lama").expect("the same").kept.is_none());
        fs::write(folder.path().join("rapat.toml"), b"lain").expect("written");
        assert!(folder.write(&store, "rapat.toml", b"baru").expect("written").kept.is_some());
    }

    #[test]
    fn a_folder_under_a_file_is_a_clear_error() {
        let place = tempfile::tempdir().expect("a folder");
        let file = place.path().join("berkas");
        fs::write(&file, b"").expect("written");
        assert!(matches!(Folder::create(&file.join("hasil")), Err(Error::Folder { .. })));
    }
}
