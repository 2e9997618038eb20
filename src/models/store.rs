//! The models folder: what is installed, and the way from a name to a model that may be opened.

mod change;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Serialize;

use super::file::{check_header, expect_hash, hash_path, length};
use super::header::Header;
use super::manifest::{Official, officials};
use super::{Alignment, Error, Model, Origin, Properties, Source, Watch, shipped};

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

#[cfg(test)]
mod tests {
    use super::*;

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
