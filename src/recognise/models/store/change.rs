//! What changes the models folder: one process at a time, and a file gets its name only when it is
//! whole and right.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::{Installed, Store, model_name};
use crate::common::atomic_file;
use crate::common::lock;
use crate::recognise::models::card::Card;
use crate::recognise::models::file::{check_header, check_weights, copy_hashed, hash_path, length};
use crate::recognise::models::import;
use crate::recognise::models::pull::{self, Hub};
use crate::recognise::models::{Error, Monitor, Origin, shipped};

/// What a download or copy leaves free for the rest of the machine.
const SPARE: u64 = 64 << 20;

impl Store {
    /// Downloads an official model, going on where an earlier download stopped.
    pub fn pull(&self, name: &str, hub: &Hub, watch: &mut Monitor) -> Result<Installed, Error> {
        let name = model_name(OsStr::new(name)).unwrap_or_default();
        if name == shipped::card()?.name {
            return Err(Error::PartOfProgram(name));
        }
        let Some(official) = self.official(&name) else {
            return Err(self.unknown(OsStr::new(&name))?);
        };
        let _lock = self.lock()?;
        let path = self.path_of(&official.file_name());
        let installed = |was_there| Installed {
            name: official.name.clone(),
            origin: Origin::Official,
            path: path.clone(),
            was_there,
            added_tokens: 0,
        };
        if length(&path)? == Some(official.bytes) && hash_path(&path, watch)? == official.sha256 {
            return Ok(installed(true));
        }
        let part = self.part_of(&official.file_name());
        self.check_space(official.bytes.saturating_sub(length(&part)?.unwrap_or_default()))?;
        pull::download(hub, official, &part, watch)?;
        put(&part, &path)?;
        Ok(installed(false))
    }

    /// Takes a model into the folder: a ggml file as it is, weights of another program ([`import`])
    /// as the ggml file that is made of them. What has the length and SHA-256 of an official
    /// model is that one, whatever it is called; all else is unofficial, under the name that is
    /// given or its own.
    pub fn import(&self, source: &Path, name: Option<&str>, watch: &mut Monitor) -> Result<Installed, Error> {
        let folder = if source.is_dir() { Some(source.to_owned()) } else { import::folder_of(source) };
        match folder {
            Some(folder) => self.take_over(&folder, name, watch),
            None => self.import_ggml(source, name, watch),
        }
    }

    fn take_over(&self, folder: &Path, name: Option<&str>, watch: &mut Monitor) -> Result<Installed, Error> {
        let mut checkpoint = import::open(folder)?;
        let name = name.map(str::to_owned).or_else(|| import::name_of(folder));
        let name = name.and_then(|name| model_name(OsStr::new(&name)));
        let name = name.ok_or_else(|| Error::BadName(folder.to_owned()))?;
        let file = format!("{name}.bin");
        self.check_free(&name, &file)?;
        let bytes = checkpoint.bytes();
        self.check_memory(&name, bytes)?;
        let _lock = self.lock()?;
        let card = Card {
            form: checkpoint.kind,
            sha256: checkpoint.origin(watch)?,
            language: checkpoint.language.take(),
            added_tokens: checkpoint.added,
            alignment_heads: std::mem::take(&mut checkpoint.heads),
        };
        let path = self.path_of(&file);
        let (origin, added_tokens) = (Origin::Unofficial, card.added_tokens);
        if path.exists() {
            let is_same = Card::read(&self.card_of(&file))?.is_some_and(|known| known.sha256 == card.sha256);
            if is_same && self.open_unofficial(name.clone(), &file, watch).is_ok() {
                return Ok(Installed { name, origin, path, was_there: true, added_tokens });
            }
            if !is_same {
                return Err(Error::NameTaken(name));
            }
        }
        self.check_space(bytes)?;
        let copy = self.copy_of(&file);
        let made = checkpoint.write(&copy, watch).and_then(|sha256| {
            check_header(&copy)?;
            card.write(&self.card_of(&file))?;
            self.note(&file, &sha256)?;
            put(&copy, &path)
        });
        if made.is_err() {
            let _ = fs::remove_file(&copy);
            if !path.exists() {
                let _ = fs::remove_file(self.card_of(&file));
                let _ = fs::remove_file(self.note_of(&file));
            }
        }
        made.map(|()| Installed { name, origin, path, was_there: false, added_tokens })
    }

    /// Refuses a name that an official model, the shipped one, or another file has.
    fn check_free(&self, name: &str, file: &str) -> Result<(), Error> {
        let is_other = self.unofficial()?.into_iter().any(|(known, other)| known == name && other != file);
        if is_other || self.official(name).is_some() || name == shipped::card()?.name {
            return Err(Error::NameTaken(name.to_owned()));
        }
        Ok(())
    }

    fn import_ggml(&self, source: &Path, name: Option<&str>, watch: &mut Monitor) -> Result<Installed, Error> {
        check_header(source)?;
        let bytes = fs::metadata(source).map_err(Error::at(source))?.len();
        self.check_memory(&source.display().to_string(), bytes)?;
        let _lock = self.lock()?;
        let sha256 = hash_path(source, watch)?;
        let twin = self.officials.iter().find(|official| official.bytes == bytes && official.sha256 == sha256);
        let (name, file_name) = match twin {
            Some(official) => (official.name.clone(), official.file_name()),
            None => self.unofficial_name(source, name, &sha256, bytes)?,
        };
        if twin.is_none() {
            check_weights(source, watch)?;
        }
        let path = self.path_of(&file_name);
        let origin = if twin.is_some() { Origin::Official } else { Origin::Unofficial };
        let was_there = length(&path)? == Some(bytes) && hash_path(&path, watch)? == sha256;
        if !was_there {
            if twin.is_none() && path.exists() {
                return Err(Error::NameTaken(name));
            }
            self.check_space(bytes)?;
            if twin.is_none() {
                // Before the file has its name: without a note nobody vouches for it.
                self.note(&file_name, &sha256)?;
            }
            if let Err(error) = self.copy(source, &file_name, &sha256, watch) {
                if twin.is_none() && !path.exists() {
                    let _ = fs::remove_file(self.note_of(&file_name));
                }
                return Err(error);
            }
        } else if twin.is_none() {
            self.note(&file_name, &sha256)?;
        }
        Ok(Installed { name, origin, path, was_there, added_tokens: 0 })
    }

    /// Removes a model and what was downloaded of it; returns the bytes that became free.
    pub fn remove(&self, name: &str) -> Result<u64, Error> {
        let wish = OsStr::new(name);
        let name = model_name(wish).unwrap_or_default();
        if name == shipped::card()?.name {
            return Err(Error::PartOfProgram(name));
        }
        let file = match self.official(&name) {
            Some(official) => official.file_name(),
            None => match self.unofficial()?.into_iter().find(|(known, _)| *known == name) {
                Some((_, file)) => file,
                None => return Err(self.unknown(wish)?),
            },
        };
        let mut freed = 0;
        let files =
            [self.path_of(&file), self.part_of(&file), self.copy_of(&file), self.note_of(&file), self.card_of(&file)];
        if files.iter().all(|path| !path.exists()) {
            return Err(Error::NotInstalled(name));
        }
        let _lock = self.lock()?;
        for path in files {
            if let Some(bytes) = length(&path)? {
                fs::remove_file(&path).map_err(Error::at(&path))?;
                freed += bytes;
            }
        }
        Ok(freed)
    }

    /// The name and file name under which a file that is not official may be kept.
    fn unofficial_name(
        &self,
        source: &Path,
        wished: Option<&str>,
        sha256: &str,
        bytes: u64,
    ) -> Result<(String, String), Error> {
        let own = || source.file_name().and_then(OsStr::to_str);
        let Some(name) = wished.or_else(own).and_then(|name| model_name(OsStr::new(name))) else {
            return Err(Error::BadName(source.to_owned()));
        };
        // A file that lies in the folder already keeps its name there.
        let kept = own().filter(|file| wished.is_none() && file.strip_suffix(".bin").is_some());
        let file = kept.map_or_else(|| format!("{name}.bin"), str::to_owned);
        if let Some(official) = self.official(&name).filter(|_| wished.is_none()) {
            let path = source.to_owned();
            return Err(if bytes == official.bytes {
                Error::Hash { path, expected: official.sha256.clone(), found: sha256.to_owned() }
            } else {
                Error::Length { path, expected: official.bytes, found: bytes }
            });
        }
        self.check_free(&name, &file)?;
        Ok((name, file))
    }

    /// Copies a file whose SHA-256 was taken a moment ago, and makes sure that the copy is that
    /// very content.
    fn copy(&self, source: &Path, file: &str, sha256: &str, watch: &mut Monitor) -> Result<(), Error> {
        let copy = self.copy_of(file);
        let copied = copy_hashed(source, &copy, watch).and_then(|found| {
            if found == sha256 {
                return put(&copy, &self.path_of(file));
            }
            Err(Error::Hash { path: source.to_owned(), expected: sha256.to_owned(), found })
        });
        if copied.is_err() {
            // Why it failed says more than whether its rest could be removed.
            let _ = fs::remove_file(&copy);
        }
        copied
    }

    fn note(&self, file: &str, sha256: &str) -> Result<(), Error> {
        let path = self.note_of(file);
        // As `sha256sum` writes and checks it.
        atomic_file::write(&path, format!("{sha256}  {file}\n").as_bytes()).map_err(Error::at(&path))
    }

    pub(in crate::recognise::models) fn lock(&self) -> Result<File, Error> {
        fs::create_dir_all(&self.folder).map_err(Error::at(&self.folder))?;
        let path = self.folder.join(".lock");
        match lock::hold(&path) {
            Err(lock::Error::Held { .. }) => Err(Error::Busy(self.folder.clone())),
            Err(lock::Error::Io { path, source }) => Err(Error::Io { path, source }),
            held => Ok(held?),
        }
    }

    fn check_space(&self, bytes: u64) -> Result<(), Error> {
        let available = fs4::available_space(&self.folder).map_err(Error::at(&self.folder))?;
        enough(&self.folder, bytes, available)
    }

    fn copy_of(&self, file: &str) -> PathBuf {
        self.folder.join(format!("{file}.import"))
    }
}

fn enough(folder: &Path, bytes: u64, available: u64) -> Result<(), Error> {
    let needed = bytes.saturating_add(SPARE);
    if available >= needed {
        return Ok(());
    }
    Err(Error::NoSpace { folder: folder.to_owned(), needed, available })
}

/// Gives a complete file its name, in one step that survives a loss of power.
fn put(part: &Path, path: &Path) -> Result<(), Error> {
    atomic_file::rename(part, path).map_err(Error::at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_leaves_some_space() {
        let folder = Path::new("models");
        assert!(enough(folder, 100, 100 + SPARE).is_ok());
        let refused = enough(folder, 100, 99 + SPARE);
        assert!(matches!(refused, Err(Error::NoSpace { needed, available, .. })
            if needed == 100 + SPARE && available == 99 + SPARE));
        assert!(enough(folder, u64::MAX, u64::MAX - 1).is_err());
    }
}
