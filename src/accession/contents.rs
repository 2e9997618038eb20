//! What belongs into a package, and under which name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use super::bag::plain_name;
use crate::common::message::{Explain, Message};
use crate::document::orthography::lexicon;
use crate::lifecycle::folder::MEETING;
use crate::lifecycle::{Audio, Document, Finding, Life, Manifest, sound_files};
use crate::meeting::{FileKind, Meeting};
use crate::recording::{Fact, Growth, LEDGER, archived_channels, folder_of};
use crate::retention::{self, Decided, Log};
use crate::transcript::store::Store;

/// A file that is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) from: PathBuf,
    pub(super) name: String,
    /// The hash that manifest or ledger has of it.
    pub(super) sha256: Option<String>,
}

impl Piece {
    fn new(from: PathBuf, place: &str, sha256: Option<String>) -> Self {
        let name = plain_name(&from.file_name().unwrap_or_default().to_string_lossy());
        Self { name: format!("data/{place}/{name}"), from, sha256 }
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> u64 {
        fs::metadata(&self.from).map_or(0, |metadata| metadata.len())
    }
}

/// What a package holds beside what is made for it.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) pieces: Vec<Piece>,
    /// The recording, where its segments are still to become FLAC.
    pub(super) segments: Vec<Piece>,
    /// What a person should know.
    pub(super) warnings: Vec<Message>,
}

impl Contents {
    /// Everything of a meeting that belongs into its package.
    pub(super) fn of(folder: &Path, meeting: &Meeting, store: &Store, life: &Life, log: &Log) -> Result<Self, Error> {
        let mut contents = Self::default();
        contents.editions(folder, life)?;
        contents.sound(folder, store, life, log)?;
        contents.description(folder, meeting);
        contents.make_unique();
        Ok(contents)
    }

    /// The documents of every official edition, with the hashes that were signed.
    fn editions(&mut self, folder: &Path, life: &Life) -> Result<(), Error> {
        for seal in life.steps().filter_map(|(_, step)| step.seal.as_ref()) {
            let manifest = Manifest::of(folder, seal.edition)?;
            let documents = manifest
                .documents
                .into_iter()
                .map(|document| Piece::new(folder.join(&document.file), "risalah", Some(document.sha256)));
            self.pieces.extend(documents);
            let path = folder.join(Manifest::file_name(seal.edition));
            self.pieces.push(Piece::new(path, "risalah", Some(seal.manifest.clone())));
        }
        Ok(())
    }

    fn sound(&mut self, folder: &Path, store: &Store, life: &Life, log: &Log) -> Result<(), Error> {
        const PLACE: &str = "rekaman";
        let Some(growth) = Growth::open(&folder_of(folder))? else {
            let own = retention::files(folder, FileKind::Recording)?;
            let paths = if own.is_empty() { elsewhere(store)? } else { own };
            let signed = signed_sound(folder, life)?;
            self.pieces.extend(paths.into_iter().map(|path| {
                let sha256 = signed.iter().find(|file| folder.join(&file.file) == path).map(|file| file.sha256.clone());
                Piece::new(path, PLACE, sha256)
            }));
            // What was signed and is neither there nor destroyed by decision cannot be handed over.
            let is_gone = |path: &PathBuf| !path.exists() && log.destroyed(folder, path).is_none();
            if let Some(path) = signed.iter().map(|file| folder.join(&file.file)).find(is_gone) {
                return Err(Error::NotAsSigned(vec![Finding::Missing(path)]));
            }
            if !self.pieces.iter().any(|piece| piece.name.starts_with("data/rekaman/")) {
                self.no_sound(log);
            }
            return Ok(());
        };
        self.pieces.push(Piece::new(growth.folder().join(LEDGER), PLACE, None));
        let hash = |path: &Path| {
            growth.ledger().facts.iter().rev().find_map(|fact| match fact {
                Fact::Archived { file, sha256, .. } if path.ends_with(file) => Some(sha256.clone()),
                _ => None,
            })
        };
        let archived: Vec<PathBuf> = archived_channels(growth.folder()).into_iter().map(|(_, path)| path).collect();
        let parts: Vec<PathBuf> = (0..).map_while(|index| growth.part(index)).map(|part| part.path).collect();
        let is_destroyed = |paths: &[PathBuf]| {
            !paths.is_empty() && paths.iter().all(|path| !path.exists() && log.destroyed(folder, path).is_some())
        };
        if is_destroyed(&archived) || archived.is_empty() && is_destroyed(&parts) {
            self.no_sound(log);
        } else if archived.is_empty() {
            self.segments.extend(parts.into_iter().map(|path| Piece::new(path, PLACE, None)));
        } else {
            self.pieces.extend(archived.into_iter().map(|path| {
                let sha256 = hash(&path);
                Piece::new(path, PLACE, sha256)
            }));
        }
        Ok(())
    }

    /// Why there is no sound, as far as it is known.
    fn no_sound(&mut self, log: &Log) {
        let destroyed = log.last(FileKind::Recording).filter(|last| matches!(last.decided, Decided::Destroy { .. }));
        self.warnings.push(destroyed.map_or_else(|| Message::new("accession.no_sound"), Explain::message));
    }

    /// The description with what it names, the office's words, and what was decided of the files.
    fn description(&mut self, folder: &Path, meeting: &Meeting) {
        let own = [MEETING, lexicon::FILE_NAME, retention::FILE_NAME].map(|name| folder.join(name));
        let named = meeting.sources.iter().map(|source| {
            // The folder's own copy is what the record was made of.
            let copy = source.file_name().map(|name| folder.join(name)).filter(|copy| copy.is_file());
            copy.unwrap_or_else(|| source.clone())
        });
        let paths: BTreeSet<PathBuf> = own.into_iter().chain(named).filter(|path| path.is_file()).collect();
        self.pieces.extend(paths.into_iter().map(|path| Piece::new(path, "keterangan", None)));
    }

    /// Files of one name, from several folders, get names of their own.
    fn make_unique(&mut self) {
        let mut taken = BTreeSet::new();
        for piece in self.pieces.iter_mut().chain(&mut self.segments) {
            let (stem, ending) =
                piece.name.rsplit_once('.').map_or((piece.name.as_str(), None), |(stem, end)| (stem, Some(end)));
            let numbered = |number: u32| match ending {
                Some(ending) => format!("{stem}-{number}.{ending}"),
                None => format!("{stem}-{number}"),
            };
            // Names that differ in case only are one on some systems.
            let is_free = |name: &String| !taken.contains(&name.to_lowercase());
            let name = std::iter::once(piece.name.clone()).chain((2..).map(numbered)).find(is_free);
            piece.name = name.unwrap_or_else(|| piece.name.clone());
            taken.insert(piece.name.to_lowercase());
        }
    }
}

/// The files of sound that the last edition was made of, where they lie in the folder.
fn signed_sound(folder: &Path, life: &Life) -> Result<Vec<Document>, Error> {
    let Some((seal, _)) = life.sealed() else { return Ok(Vec::new()) };
    Ok(match Manifest::of(folder, seal.edition)?.audio {
        Audio::Files { files } => files,
        Audio::Ledger { .. } | Audio::Elsewhere { .. } => Vec::new(),
    })
}

/// The sound where it was when its words were recognised, as far as it is still there.
fn elsewhere(store: &Store) -> Result<Vec<PathBuf>, Error> {
    let of = |path: PathBuf| if path.is_dir() { sound_files(&path) } else { vec![path] };
    Ok(store.sound()?.into_iter().flat_map(of).filter(|path| path.is_file()).collect())
}
