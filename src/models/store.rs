//! The models folder: what is installed, and the way from a name to a model that may be opened.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::header::{self, Header, HeaderError};
use super::manifest::{Official, officials};
use super::pull::{self, Hub};
use super::{Alignment, Error, Model, Origin, Properties, Source, Stage, Watch, shipped};
use crate::digest::hex;

const CHUNK: usize = 1 << 20;
/// What a download or copy leaves free for the rest of the machine.
const SPARE: u64 = 64 << 20;

/// The folder in which models lie, as `ggml-small-q8_0.bin` and so on.
///
/// One process at a time changes it; reading needs no permission.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    officials: Vec<Official>,
}

/// A model that exists, as a list of models shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// Who vouches for it.
    pub origin: Origin,
    /// Length of the file.
    pub bytes: u64,
    /// Whether it is there.
    pub state: State,
    /// Whether it is the one that is taken when none is asked for.
    pub is_default: bool,
}

/// Whether a model is there. Nothing is read for it but lengths; [`Store::verify`] reads the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Ready.
    Installed,
    /// So many bytes were downloaded.
    Partial(u64),
    /// The file has this length, which is not that of the official one.
    WrongLength(u64),
    /// To be pulled or imported.
    Absent,
}

/// What [`Store::pull`] and [`Store::import`] put into the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The model's name.
    pub name: String,
    /// Who vouches for it.
    pub origin: Origin,
    /// Where it lies.
    pub path: PathBuf,
    /// Whether the very same file lay there before.
    pub was_there: bool,
}

/// What [`Store::verify`] found of one installed model.
#[derive(Debug)]
pub struct Verified {
    /// The model's name.
    pub name: String,
    /// Whether it still is what was published or imported.
    pub found: Result<(), Error>,
}

impl Store {
    /// The folder that `RISALAH_MODELS` names, else `risalah/models` in the user's data folder (XDG Base Directory
    /// Specification: `~/.local/share`). It need not exist.
    pub fn from_env() -> Result<Self, Error> {
        if let Some(folder) = std::env::var_os("RISALAH_MODELS").filter(|folder| !folder.is_empty()) {
            return Ok(Self::at(folder));
        }
        let folders = etcetera::choose_base_strategy().map_err(|_| Error::NoHome)?;
        Ok(Self::at(folders.data_dir().join("risalah").join("models")))
    }

    /// This folder. It need not exist.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), officials: officials().to_vec() }
    }

    /// The same folder with other models as official ones, the preferred first.
    #[must_use]
    pub fn with_officials(self, officials: Vec<Official>) -> Self {
        Self { officials, ..self }
    }

    /// Where models lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every model that exists: official ones in order of preference, then unofficial ones by name, then the shipped one.
    pub fn list(&self) -> Result<Vec<Entry>, Error> {
        let default = self.best_installed().map(|official| official.name.as_str());
        let mut entries = Vec::new();
        for official in &self.officials {
            let found = length(&self.path_of(&official.file_name()))?;
            let part = length(&self.part_of(&official.file_name()))?;
            let state = match (found, part) {
                (Some(found), _) if found == official.bytes => State::Installed,
                (Some(found), _) => State::WrongLength(found),
                (None, Some(part)) => State::Partial(part),
                (None, None) => State::Absent,
            };
            entries.push(Entry {
                name: official.name.clone(),
                origin: Origin::Official,
                bytes: official.bytes,
                state,
                is_default: default == Some(&official.name),
            });
        }
        for (name, file) in self.unofficial()? {
            let bytes = length(&self.path_of(&file))?.unwrap_or_default();
            entries.push(Entry { name, origin: Origin::Unofficial, bytes, state: State::Installed, is_default: false });
        }
        let card = shipped::card()?;
        entries.push(Entry {
            name: card.name,
            origin: Origin::Shipped,
            bytes: card.bytes,
            state: State::Installed,
            is_default: default.is_none(),
        });
        Ok(entries)
    }

    /// The model that `wish` means: a name, or the path of a file; without a wish [`Store::best_installed`], else the shipped
    /// one. Its whole file has been read and found right.
    pub fn resolve(&self, wish: Option<&OsStr>, watch: &mut Watch) -> Result<Model, Error> {
        let Some(wish) = wish else {
            return match self.best_installed() {
                Some(official) => self.open_official(official, watch),
                None => shipped::unpack(),
            };
        };
        let name = model_name(wish);
        if name.as_deref() == Some(&shipped::card()?.name) {
            return shipped::unpack();
        }
        if let Some(official) = name.as_deref().and_then(|name| self.official(name)) {
            return self.open_official(official, watch);
        }
        if let Some((name, file)) = self.unofficial()?.into_iter().find(|(known, _)| Some(known) == name.as_ref()) {
            return self.open_unofficial(name, &file, watch);
        }
        let path = Path::new(wish);
        if path.is_file() || path.components().count() > 1 {
            return self.open_path(path, watch);
        }
        Err(self.unknown(wish)?)
    }

    /// The most preferred official model whose file is there: see the order of [`officials`].
    #[must_use]
    pub fn best_installed(&self) -> Option<&Official> {
        self.officials.iter().find(|official| {
            fs::metadata(self.path_of(&official.file_name())).is_ok_and(|file| file.len() == official.bytes)
        })
    }

    /// Downloads an official model, going on where an earlier download stopped.
    pub fn pull(&self, name: &str, hub: &Hub, watch: &mut Watch) -> Result<Installed, Error> {
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
        };
        if length(&path)? == Some(official.bytes) && hash_path(&path, watch)? == official.sha256 {
            return Ok(installed(true));
        }
        let part = self.part_of(&official.file_name());
        self.check_space(official.bytes.saturating_sub(length(&part)?.unwrap_or_default()))?;
        pull::download(hub, official, &part, watch)?;
        self.put(&part, &path)?;
        Ok(installed(false))
    }

    /// Copies a model file into the folder: as the official model whose length and SHA-256 it has, whatever it is called,
    /// else under its own file name as an unofficial one.
    pub fn import(&self, source: &Path, watch: &mut Watch) -> Result<Installed, Error> {
        check_header(source)?;
        let bytes = fs::metadata(source).map_err(Error::at(source))?.len();
        let _lock = self.lock()?;
        let sha256 = hash_path(source, watch)?;
        let twin = self.officials.iter().find(|official| official.bytes == bytes && official.sha256 == sha256);
        let (name, file_name) = match twin {
            Some(official) => (official.name.clone(), official.file_name()),
            None => self.unofficial_name(source, &sha256, bytes)?,
        };
        let path = self.path_of(&file_name);
        let origin = if twin.is_some() { Origin::Official } else { Origin::Unofficial };
        let was_there = length(&path)? == Some(bytes) && hash_path(&path, watch)? == sha256;
        if !was_there {
            if twin.is_none() && path.exists() {
                return Err(Error::NameTaken(name));
            }
            self.check_space(bytes)?;
            self.copy(source, &file_name, &sha256, watch)?;
        }
        if twin.is_none() {
            self.note(&file_name, &sha256)?;
        }
        Ok(Installed { name, origin, path, was_there })
    }

    /// Reads every installed model again and says of each whether it still is what was published or imported. The shipped one
    /// comes last.
    pub fn verify(&self, watch: &mut Watch) -> Result<Vec<Verified>, Error> {
        let mut verified = Vec::new();
        for official in &self.officials {
            if self.path_of(&official.file_name()).exists() {
                let found = self.open_official(official, watch).map(drop);
                verified.push(Verified { name: official.name.clone(), found });
            }
        }
        for (name, file) in self.unofficial()? {
            let found = self.open_unofficial(name.clone(), &file, watch).map(drop);
            verified.push(Verified { name, found });
        }
        verified.push(Verified { name: shipped::card()?.name, found: shipped::unpack().map(drop) });
        if watch.is_cancelled() { Err(Error::Cancelled) } else { Ok(verified) }
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
        let files = [self.path_of(&file), self.part_of(&file), self.copy_of(&file), self.note_of(&file)];
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

    fn official(&self, name: &str) -> Option<&Official> {
        self.officials.iter().find(|official| official.name == name)
    }

    fn open_official(&self, official: &Official, watch: &mut Watch) -> Result<Model, Error> {
        let path = self.path_of(&official.file_name());
        let Some(found) = length(&path)? else {
            return Err(Error::NotInstalled(official.name.clone()));
        };
        if found != official.bytes {
            return Err(Error::Length { path, expected: official.bytes, found });
        }
        check_header(&path)?;
        expect_hash(&path, &official.sha256, watch)?;
        Ok(official_model(official, path))
    }

    fn open_unofficial(&self, name: String, file: &str, watch: &mut Watch) -> Result<Model, Error> {
        let path = self.path_of(file);
        let header = check_header(&path)?;
        let note = fs::read_to_string(self.note_of(file)).unwrap_or_default();
        let Some(noted) = note.split_whitespace().next().filter(|hash| hash.len() == 64) else {
            return Err(Error::NotNoted(path));
        };
        expect_hash(&path, noted, watch)?;
        Ok(unofficial_model(name, noted.to_owned(), path, &header))
    }

    /// A file outside the folder: official when its content is, whatever it is called.
    fn open_path(&self, path: &Path, watch: &mut Watch) -> Result<Model, Error> {
        let header = check_header(path)?;
        let sha256 = hash_path(path, watch)?;
        if let Some(official) = self.officials.iter().find(|official| official.sha256 == sha256) {
            return Ok(official_model(official, path.to_owned()));
        }
        let name = path.file_stem().unwrap_or(path.as_os_str()).display().to_string();
        Ok(unofficial_model(name, sha256, path.to_owned(), &header))
    }

    /// Name and file name of the unofficial models, by name.
    fn unofficial(&self) -> Result<Vec<(String, String)>, Error> {
        let mut found = Vec::new();
        if !self.folder.exists() {
            return Ok(found);
        }
        for item in fs::read_dir(&self.folder).map_err(Error::at(&self.folder))? {
            let item = item.map_err(Error::at(&self.folder))?;
            let Ok(file) = item.file_name().into_string() else { continue };
            if file.strip_suffix(".bin").is_some()
                && let Some(name) = model_name(OsStr::new(&file))
                && self.official(&name).is_none()
            {
                found.push((name, file));
            }
        }
        found.sort();
        Ok(found)
    }

    /// The name and file name under which a file that is not official may be kept.
    fn unofficial_name(&self, source: &Path, sha256: &str, bytes: u64) -> Result<(String, String), Error> {
        let file = source
            .file_name()
            .and_then(OsStr::to_str)
            .filter(|file| file.strip_suffix(".bin").is_some() && file.is_ascii());
        let Some((name, file)) = file.and_then(|file| Some((model_name(OsStr::new(file))?, file))) else {
            return Err(Error::BadName(source.to_owned()));
        };
        if let Some(official) = self.official(&name) {
            let path = source.to_owned();
            return Err(if bytes == official.bytes {
                Error::Hash { path, expected: official.sha256.clone(), found: sha256.to_owned() }
            } else {
                Error::Length { path, expected: official.bytes, found: bytes }
            });
        }
        let same_name = self.unofficial()?.into_iter().any(|(known, other)| known == name && other != file);
        if same_name || name == shipped::card()?.name {
            return Err(Error::NameTaken(name));
        }
        Ok((name, file.to_owned()))
    }

    /// Copies a file whose SHA-256 was taken a moment ago, and makes sure that the copy is that very content.
    fn copy(&self, source: &Path, file: &str, sha256: &str, watch: &mut Watch) -> Result<(), Error> {
        let copy = self.copy_of(file);
        let copied = copy_hashed(source, &copy, watch).and_then(|found| {
            if found == sha256 {
                return self.put(&copy, &self.path_of(file));
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
        fs::write(&path, format!("{sha256}  {file}\n")).map_err(Error::at(&path))
    }

    /// Gives a complete file its name, in one step that survives a loss of power.
    fn put(&self, part: &Path, path: &Path) -> Result<(), Error> {
        fs::rename(part, path).map_err(Error::at(path))?;
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(Error::at(&self.folder))
    }

    fn lock(&self) -> Result<File, Error> {
        fs::create_dir_all(&self.folder).map_err(Error::at(&self.folder))?;
        let path = self.folder.join(".lock");
        let file = File::create(&path).map_err(Error::at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(Error::Busy(self.folder.clone())),
            Err(TryLockError::Error(source)) => Err(Error::Io { path, source }),
        }
    }

    fn check_space(&self, bytes: u64) -> Result<(), Error> {
        let available = fs4::available_space(&self.folder).map_err(Error::at(&self.folder))?;
        enough(&self.folder, bytes, available)
    }

    fn unknown(&self, wish: &OsStr) -> Result<Error, Error> {
        let mut known: Vec<String> = self.officials.iter().map(|official| official.name.clone()).collect();
        known.extend(self.unofficial()?.into_iter().map(|(name, _)| name));
        known.push(shipped::card()?.name);
        Ok(Error::Unknown { name: wish.display().to_string(), known: known.join(", ") })
    }

    fn path_of(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    fn part_of(&self, file: &str) -> PathBuf {
        self.folder.join(format!("{file}.part"))
    }

    fn copy_of(&self, file: &str) -> PathBuf {
        self.folder.join(format!("{file}.import"))
    }

    fn note_of(&self, file: &str) -> PathBuf {
        self.folder.join(format!("{file}.sha256"))
    }
}

/// What a model file is called by: `small-q8_0` for `ggml-small-q8_0.bin` and for itself. No name from a path.
fn model_name(wish: &OsStr) -> Option<String> {
    let name = wish.to_str()?;
    let name = name.strip_suffix(".bin").unwrap_or(name);
    let name = name.strip_prefix("ggml-").unwrap_or(name);
    let is_name = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\']);
    is_name.then(|| name.to_owned())
}

fn official_model(official: &Official, path: PathBuf) -> Model {
    Model {
        name: official.name.clone(),
        origin: Origin::Official,
        sha256: official.sha256.clone(),
        source: Source::Path(path),
        properties: Properties {
            cut_audio_ctx: false,
            synthetic: false,
            alignment: Alignment::Official(official.size),
        },
    }
}

fn unofficial_model(name: String, sha256: String, path: PathBuf, header: &Header) -> Model {
    // The upper half of the decoder, as Whisper itself takes it for weights whose heads nobody has looked at.
    let layers = (header.text_layers / 2).max(1) as u8;
    Model {
        name,
        origin: Origin::Unofficial,
        sha256,
        source: Source::Path(path),
        properties: Properties { cut_audio_ctx: false, synthetic: false, alignment: Alignment::LastLayers(layers) },
    }
}

/// Checks a model file from end to end.
fn check_header(path: &Path) -> Result<Header, Error> {
    let file = File::open(path).map_err(Error::at(path))?;
    let bytes = file.metadata().map_err(Error::at(path))?.len();
    let header = header::read(file, bytes).map_err(|source| match source {
        HeaderError::Io(source) => Error::Io { path: path.to_owned(), source },
        source => Error::Invalid { path: path.to_owned(), source },
    })?;
    if header.is_multilingual() { Ok(header) } else { Err(Error::EnglishOnly(path.to_owned())) }
}

fn expect_hash(path: &Path, expected: &str, watch: &mut Watch) -> Result<(), Error> {
    let found = hash_path(path, watch)?;
    if found == expected {
        return Ok(());
    }
    Err(Error::Hash { path: path.to_owned(), expected: expected.to_owned(), found })
}

fn hash_path(path: &Path, watch: &mut Watch) -> Result<String, Error> {
    let mut file = File::open(path).map_err(Error::at(path))?;
    let bytes = file.metadata().map_err(Error::at(path))?.len();
    Ok(hex(hash_file(&mut file, path, bytes, watch)?))
}

/// The hash so far of an open file that is `bytes` long, read from where it stands to its end.
pub(super) fn hash_file(file: &mut File, path: &Path, bytes: u64, watch: &mut Watch) -> Result<Sha256, Error> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut done = 0;
    loop {
        let count = file.read(&mut chunk).map_err(Error::at(path))?;
        if count == 0 {
            return Ok(hash);
        }
        hash.update(&chunk[..count]);
        done += count as u64;
        watch.bytes(Stage::Checking, done, bytes)?;
    }
}

/// Copies a file to the disk and returns the SHA-256 of what was copied.
fn copy_hashed(source: &Path, target: &Path, watch: &mut Watch) -> Result<String, Error> {
    let mut from = File::open(source).map_err(Error::at(source))?;
    let bytes = from.metadata().map_err(Error::at(source))?.len();
    let mut to = File::create(target).map_err(Error::at(target))?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut done = 0;
    loop {
        let count = from.read(&mut chunk).map_err(Error::at(source))?;
        if count == 0 {
            break;
        }
        to.write_all(&chunk[..count]).map_err(Error::at(target))?;
        hash.update(&chunk[..count]);
        done += count as u64;
        watch.bytes(Stage::Copying, done, bytes)?;
    }
    to.sync_all().map_err(Error::at(target))?;
    Ok(hex(hash))
}

/// The length of a file, or `None` when there is none.
fn length(path: &Path) -> Result<Option<u64>, Error> {
    match fs::metadata(path) {
        Ok(file) => Ok(Some(file.len())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::at(path)(error)),
    }
}

fn enough(folder: &Path, bytes: u64, available: u64) -> Result<(), Error> {
    let needed = bytes.saturating_add(SPARE);
    if available >= needed {
        return Ok(());
    }
    Err(Error::NoSpace { folder: folder.to_owned(), needed, available })
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

    #[test]
    fn a_model_is_called_by_name_or_by_file_name() {
        let name = |wish: &str| model_name(OsStr::new(wish));
        assert_eq!(name("small-q8_0").as_deref(), Some("small-q8_0"));
        assert_eq!(name("ggml-small-q8_0.bin").as_deref(), Some("small-q8_0"));
        for path in ["", ".bin", "./small", "..", "a/b.bin", "ggml-.bin"] {
            assert_eq!(name(path), None, "{path}");
        }
    }
}
