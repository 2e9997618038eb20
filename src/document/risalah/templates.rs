//! The templates of the printed documents: those that are built in, and those of an office.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Error;

/// The folder of an office's templates, beside its `lembaga.toml`.
pub const FOLDER: &str = "templat";

const BUILT_IN: [(&str, &str); 7] = [
    ("dasar.typ", include_str!("templates/dasar.typ")),
    ("risalah.typ", include_str!("templates/risalah.typ")),
    ("laporan-singkat.typ", include_str!("templates/laporan-singkat.typ")),
    ("daftar-hadir.typ", include_str!("templates/daftar-hadir.typ")),
    ("laporan-kerja.typ", include_str!("templates/laporan-kerja.typ")),
    ("kutipan.typ", include_str!("templates/kutipan.typ")),
    ("surat-pengantar.typ", include_str!("templates/surat-pengantar.typ")),
];

/// Files of templates with their pictures are far below this.
const FILES: usize = 100;
const BYTES: u64 = 16 << 20;

/// The files that a document is laid out by. A folder need not have all of them: what it lacks is
/// built in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Templates {
    files: BTreeMap<String, Vec<u8>>,
    folder: Option<PathBuf>,
}

impl Templates {
    /// Those of this program.
    #[must_use]
    pub fn built_in() -> Self {
        let files = BUILT_IN.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        Self { files, folder: None }
    }

    /// Those of a folder: its `.typ` files and the pictures that they use. Folders below it are not
    /// looked into.
    ///
    /// # Errors
    /// When the folder cannot be read, or holds more than templates can.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Folder { path: folder.to_owned(), source };
        let mut templates = Self { folder: Some(folder.to_owned()), ..Self::built_in() };
        let mut left = BYTES;
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let length = entry.metadata().map_err(failed)?.len();
            if !entry.path().is_file() || name.starts_with('.') {
                continue;
            }
            left = left.checked_sub(length).ok_or_else(|| failed(io::ErrorKind::FileTooLarge.into()))?;
            templates.files.insert(name, fs::read(entry.path()).map_err(failed)?);
            if templates.files.len() > FILES {
                return Err(failed(io::ErrorKind::FileTooLarge.into()));
            }
        }
        Ok(templates)
    }

    /// Copies those of this program into a folder, to be changed there.
    ///
    /// # Errors
    /// When one of them is there already, or cannot be written.
    pub fn write(folder: &Path) -> Result<Vec<PathBuf>, Error> {
        let failed = |path: &Path, source| Error::Folder { path: path.to_owned(), source };
        fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        let paths: Vec<PathBuf> = BUILT_IN.iter().map(|(name, _)| folder.join(name)).collect();
        if let Some(present) = paths.iter().find(|path| path.exists()) {
            return Err(failed(present, io::ErrorKind::AlreadyExists.into()));
        }
        for (path, (_, text)) in paths.iter().zip(BUILT_IN) {
            fs::write(path, text).map_err(|error| failed(path, error))?;
        }
        Ok(paths)
    }

    /// The folder that they are from, unless they are built in.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    #[cfg(feature = "pdf")]
    pub(super) fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }
}
