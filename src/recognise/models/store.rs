//! The models folder: what is installed, and the way from a name to a model that may be opened.

mod change;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Serialize;

use super::card::Card;
use super::file::{check_header, check_weights, expect_hash, hash_path, length};
use super::header::Header;
use super::machine::{WORKING, memory};
use super::manifest::{Official, Size, officials};
use super::measure::{self, Measurement};
use super::{Alignment, Error, Model, Monitor, Origin, Properties, Source, shipped};

/// No file system takes a longer file name than 255 bytes, and names get endings.
const LONGEST_NAME: usize = 200;

/// The folder in which models lie, as `ggml-small-q8_0.bin` and so on.
///
/// One process at a time changes it; reading needs no permission.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    officials: Vec<Official>,
    /// Bytes that a model may need.
    memory: Option<u64>,
}

/// A model that exists, as a list of models shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    /// The language that it is meant for, where that is one; else it knows all of Whisper's.
    pub language: Option<String>,
    /// Bytes of memory for one worker: as measured, else about so many.
    pub memory: u64,
    /// Seconds of work of one core of this machine for a second of speech, where that is known.
    pub real_time_factor: Option<f64>,
    /// Whether that was measured; else it is expected from what another model needed.
    pub is_measured: bool,
    /// Whether it is the best official one that this machine can follow a meeting with, as far as
    /// speeds are known.
    pub is_advised: bool,
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
    /// Tokens of a fine-tune that Whisper does not have, and that were left out.
    pub added_tokens: u64,
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
    /// The folder that `RISALAH_MODELS` names, else `risalah/models` in the user's data folder (XDG
    /// Base Directory Specification: `~/.local/share`). It need not exist.
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
        Self { folder: folder.into(), officials: officials().to_vec(), memory: memory() }
    }

    /// The same folder on a machine with so many bytes of memory.
    #[must_use]
    pub fn with_memory(self, bytes: u64) -> Self {
        Self { memory: Some(bytes), ..self }
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

    /// Every model that exists: official ones in order of preference, then unofficial ones by name,
    /// then the shipped one.
    pub fn list(&self) -> Result<Vec<Entry>, Error> {
        let default = self.best_installed().map(|official| official.name.as_str());
        let known = Speeds { measured: self.measurements()? };
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
            let is_default = default == Some(&official.name);
            let entry = Entry::new(&official.name, Origin::Official, official.bytes, state, is_default);
            entries.push(known.of(entry, &official.sha256, Some(measure::work_of(official.size))));
        }
        if let Some(advised) = entries.iter_mut().find(|entry| self.can_follow(entry)) {
            advised.is_advised = true;
        }
        for (name, file) in self.unofficial()? {
            let bytes = length(&self.path_of(&file))?.unwrap_or_default();
            let entry = Entry::new(&name, Origin::Unofficial, bytes, State::Installed, false);
            let language = Card::read(&self.card_of(&file))?.and_then(|card| card.language);
            let sha256 = self.noted(&file).unwrap_or_default();
            entries.push(known.of(Entry { language, ..entry }, &sha256, None));
        }
        if cfg!(shipped) {
            let card = shipped::card()?;
            let entry = Entry::new(&card.name, Origin::Shipped, card.bytes, State::Installed, default.is_none());
            entries.push(known.of(Entry { language: Some("id".to_owned()), ..entry }, &card.sha256, None));
        }
        Ok(entries)
    }

    /// Whether a model fits into this machine and is known to keep pace with a meeting.
    fn can_follow(&self, entry: &Entry) -> bool {
        self.memory.is_none_or(|memory| entry.memory <= memory)
            && entry.real_time_factor.is_some_and(|factor| factor <= measure::LIVE)
    }

    /// The model that `wish` means: the path of a file, or a name; without a wish
    /// [`Store::best_installed`], else the shipped one. Its whole file has been read and found
    /// right. What is written as a file's name is the file, where there is one.
    pub fn resolve(&self, wish: Option<&OsStr>, watch: &mut Monitor) -> Result<Model, Error> {
        let Some(wish) = wish else {
            return match self.best_installed() {
                Some(official) => self.open_official(official, watch),
                None => shipped::unpack(),
            };
        };
        let path = Path::new(wish);
        if path.components().count() > 1 || (path.extension().is_some_and(|end| end == "bin") && path.is_file()) {
            return self.open_path(path, watch);
        }
        let name = model_name(wish);
        if name.as_deref() == Some(&shipped::card()?.name) {
            return shipped::unpack();
        }
        let official = name.as_deref().and_then(|name| self.official(name));
        if let Some(official) = official.filter(|official| self.path_of(&official.file_name()).exists()) {
            return self.open_official(official, watch);
        }
        if let Some((name, file)) = self.unofficial()?.into_iter().find(|(known, _)| Some(known) == name.as_ref()) {
            return self.open_unofficial(name, &file, watch);
        }
        if path.exists() {
            return self.open_path(path, watch);
        }
        match official {
            Some(official) => Err(Error::NotInstalled(official.name.clone())),
            None => Err(self.unknown(wish)?),
        }
    }

    /// The most preferred official model whose file is there: see the order of [`officials`].
    #[must_use]
    pub fn best_installed(&self) -> Option<&Official> {
        self.officials.iter().find(|official| {
            fs::metadata(self.path_of(&official.file_name())).is_ok_and(|file| file.len() == official.bytes)
        })
    }

    /// Reads every installed model again and says of each whether it still is what was published or
    /// imported. The shipped one comes last.
    pub fn verify(&self, watch: &mut Monitor) -> Result<Vec<Verified>, Error> {
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
        if cfg!(shipped) {
            verified.push(Verified { name: shipped::card()?.name, found: shipped::unpack().map(drop) });
        }
        if watch.is_cancelled() { Err(Error::Cancelled) } else { Ok(verified) }
    }

    fn official(&self, name: &str) -> Option<&Official> {
        self.officials.iter().find(|official| official.name == name)
    }

    fn open_official(&self, official: &Official, watch: &mut Monitor) -> Result<Model, Error> {
        let path = self.path_of(&official.file_name());
        let Some(found) = length(&path)? else {
            return Err(Error::NotInstalled(official.name.clone()));
        };
        if found != official.bytes {
            return Err(Error::Length { path, expected: official.bytes, found });
        }
        self.check_memory(&official.name, found)?;
        check_header(&path)?;
        expect_hash(&path, &official.sha256, watch)?;
        Ok(official_model(official, path))
    }

    fn open_unofficial(&self, name: String, file: &str, watch: &mut Monitor) -> Result<Model, Error> {
        let path = self.path_of(file);
        self.check_memory(&name, length(&path)?.unwrap_or_default())?;
        let header = check_header(&path)?;
        let Some(noted) = self.noted(file) else {
            return Err(Error::NotNoted(path));
        };
        expect_hash(&path, &noted, watch)?;
        let card = Card::read(&self.card_of(file))?;
        Ok(unofficial_model(name, noted, path, &header, card))
    }

    /// The SHA-256 that was noted of an unofficial model.
    fn noted(&self, file: &str) -> Option<String> {
        let note = fs::read_to_string(self.note_of(file)).unwrap_or_default();
        note.split_whitespace().next().filter(|hash| hash.len() == 64).map(str::to_owned)
    }

    /// Refuses a model that this machine cannot hold, before it is read.
    fn check_memory(&self, name: &str, bytes: u64) -> Result<(), Error> {
        let needed = bytes.saturating_add(WORKING);
        match self.memory {
            Some(memory) if needed > memory => Err(Error::TooLarge { name: name.to_owned(), needed, memory }),
            _ => Ok(()),
        }
    }

    /// A file outside the folder: official when its content is, whatever it is called.
    fn open_path(&self, path: &Path, watch: &mut Monitor) -> Result<Model, Error> {
        if path.is_dir() {
            return Err(Error::Folder(path.to_owned()));
        }
        let name = path.file_stem().unwrap_or(path.as_os_str()).display().to_string();
        self.check_memory(&name, length(path)?.unwrap_or_default())?;
        check_header(path)?;
        let sha256 = hash_path(path, watch)?;
        if let Some(official) = self.officials.iter().find(|official| official.sha256 == sha256) {
            return Ok(official_model(official, path.to_owned()));
        }
        let header = check_weights(path, watch)?;
        Ok(unofficial_model(name, sha256, path.to_owned(), &header, None))
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

    fn card_of(&self, file: &str) -> PathBuf {
        self.folder.join(format!("{file}.toml"))
    }
}

impl Entry {
    fn new(name: &str, origin: Origin, bytes: u64, state: State, is_default: bool) -> Self {
        Self {
            name: name.to_owned(),
            origin,
            bytes,
            state,
            is_default,
            language: None,
            memory: bytes + WORKING,
            real_time_factor: None,
            is_measured: false,
            is_advised: false,
        }
    }
}

/// What is known of speeds.
struct Speeds {
    measured: Vec<Measurement>,
}

impl Speeds {
    /// The entry with what was measured of a file of this SHA-256, or is to be expected of so much
    /// work.
    fn of(&self, entry: Entry, sha256: &str, work: Option<u64>) -> Entry {
        if let Some(measured) = self.measured.iter().find(|measured| measured.sha256 == sha256) {
            Entry {
                memory: measured.memory.unwrap_or(entry.memory),
                real_time_factor: Some(measured.real_time_factor),
                is_measured: true,
                ..entry
            }
        } else {
            let real_time_factor = work.and_then(|work| measure::expected(work, &self.measured));
            Entry { real_time_factor, ..entry }
        }
    }
}

/// What a model file is called by: `small-q8_0` for `ggml-small-q8_0.bin` and for itself. No name
/// from a path.
fn model_name(wish: &OsStr) -> Option<String> {
    let name = wish.to_str()?;
    let name = name.strip_suffix(".bin").or_else(|| name.strip_suffix(".ggml")).unwrap_or(name);
    let name = name.strip_prefix("ggml-").unwrap_or(name);
    let is_plain = !name.contains(['/', '\\']) && !name.contains(char::is_control) && name.len() <= LONGEST_NAME;
    let is_name = is_plain && !name.is_empty() && !name.starts_with('.');
    is_name.then(|| name.to_owned())
}

fn official_model(official: &Official, path: PathBuf) -> Model {
    Model {
        name: official.name.clone(),
        origin: Origin::Official,
        sha256: official.sha256.clone(),
        origin_sha256: None,
        source: Source::Path(path),
        properties: Properties {
            cut_audio_ctx: false,
            synthetic: false,
            alignment: Alignment::Official(official.size),
        },
    }
}

fn unofficial_model(name: String, sha256: String, path: PathBuf, header: &Header, card: Option<Card>) -> Model {
    let named = card.as_ref().map(|card| card.alignment_heads.clone()).filter(|heads| {
        let is_there =
            |(layer, head): &(u8, u8)| u32::from(*layer) < header.text_layers && u32::from(*head) < header.text_heads;
        !heads.is_empty() && heads.iter().all(is_there)
    });
    // Training on other speech leaves the heads that follow the sound where they were.
    let alignment = named.map(Alignment::Heads).or_else(|| Size::of(header).map(Alignment::Official));
    // Else the upper half of the decoder, as Whisper itself takes it for weights whose heads nobody has
    // looked at.
    let alignment = alignment.unwrap_or(Alignment::LastLayers((header.text_layers / 2).max(1) as u8));
    Model {
        name,
        origin: Origin::Unofficial,
        sha256,
        origin_sha256: card.map(|card| card.sha256),
        source: Source::Path(path),
        properties: Properties { cut_audio_ctx: false, synthetic: false, alignment },
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
