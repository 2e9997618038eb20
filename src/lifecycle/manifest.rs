//! What an official record was made of: hashes of the sound, the recognised words, the corrections,
//! the description and the documents.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Error, Life, Signature};
use crate::audit::{Head, Kept};
use crate::common::digest::{sha256, sha256_of};
use crate::common::message::{Explain, Message};
use crate::common::paper::Paper;
use crate::lifecycle::folder::{self, MEETING};
use crate::recording::{self, LEDGER, Ledger, Stretch, folder_of, sealed_stretches_of, stretches_of};
use crate::seal::{self, Sealer};
use crate::transcript::Transcript;
use crate::transcript::store::Store;

/// Everything that belongs to one edition. Hashes are SHA-256 in lower-case hexadecimal;
/// `docs/guide/official.md` says over what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The edition, from 1.
    pub edition: u32,
    /// The record's number.
    pub number: String,
    /// Who signed.
    pub signed_by: String,
    /// When it became official.
    pub finalized: Timestamp,
    /// The program that wrote it.
    pub program: String,
    /// The paper that the documents are laid out for.
    pub paper: Paper,
    /// The sound.
    pub audio: Audio,
    /// What was recognised.
    pub transcript: Words,
    /// The corrections.
    pub edits: Layers,
    /// The description of the meeting, where there is one.
    pub description: Option<Document>,
    /// Why it became official although something hindered it that may be waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
    /// Where the audit trail of the folder of meetings stood with the entry of the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<Head>,
    /// The electronic signature, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// The documents.
    pub documents: Vec<Document>,
}

/// The sound of which the record was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Audio {
    /// A recording with a ledger. Its chain of hashes covers every sample.
    Ledger {
        /// Lines of the ledger.
        lines: usize,
        /// The hash of the last of them.
        seal: String,
    },
    /// Files within the folder.
    Files {
        /// Each with its hash.
        files: Vec<Document>,
    },
    /// Files elsewhere, which were referred to.
    Elsewhere {
        /// What tells them from others.
        fingerprint: String,
    },
}

/// One version of what was recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Its number in the store.
    pub version: u32,
    /// SHA-256 of its utterances.
    pub sha256: String,
}

/// The corrections that were taken into account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// The number of the last one; 0 where there are none.
    pub last: u64,
    /// SHA-256 of all up to that one.
    pub sha256: String,
}

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its path within the folder.
    pub file: String,
    /// Its hash.
    pub sha256: String,
}

impl Manifest {
    /// Whether another edition made of the same would be the same but for its date.
    pub(super) fn same_matter(&self, other: &Self) -> bool {
        self.transcript == other.transcript
            && self.edits == other.edits
            && self.description == other.description
            && self.number == other.number
            && self.paper == other.paper
            && self.signed_by == other.signed_by
    }

    /// Whether the description of the meeting is as it was when the edition became official.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn describes(&self, folder: &Path) -> Result<bool, Error> {
        Ok(description(folder)? == self.description)
    }

    /// The document with the electronic signature, if it is as it was when it became official;
    /// `None` where there is none.
    #[must_use]
    pub fn signed(&self, folder: &Path) -> Option<Result<PathBuf, Error>> {
        self.document(folder, &self.signature.as_ref()?.signed.file)
    }

    /// Where an edition's document for print is, if it is as it was when it became official.
    ///
    /// # Errors
    /// [`Error::NotTheDocument`] where it is another or gone.
    pub fn printable(&self, folder: &Path) -> Result<PathBuf, Error> {
        let name = format!("{}.pdf", stem(self.edition));
        self.document(folder, &name).unwrap_or_else(|| Err(Error::NotTheDocument(Finding::Missing(folder.join(&name)))))
    }

    /// Where the edition's short report with this ending (`pdf`, `docx`) is, likewise. `None` for
    /// an edition of a version of this program that froze none.
    #[must_use]
    pub fn brief(&self, folder: &Path, ending: &str) -> Option<Result<PathBuf, Error>> {
        self.document(folder, &format!("{}.{ending}", brief_stem(self.edition)))
    }

    fn document(&self, folder: &Path, name: &str) -> Option<Result<PathBuf, Error>> {
        // Of a closed meeting it is sealed.
        let is_it = |document: &&Document| document.file == name || document.file.strip_suffix(SEALED) == Some(name);
        let document = self.documents.iter().find(is_it)?;
        Some(match compare(folder, document) {
            None => Ok(folder.join(&document.file)),
            Some(finding) => Err(Error::NotTheDocument(finding)),
        })
    }

    /// The name of its file.
    #[must_use]
    pub fn file_name(edition: u32) -> String {
        format!("{}.manifest.json", stem(edition))
    }

    /// The manifest of an edition.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn of(folder: &Path, edition: u32) -> Result<Self, Error> {
        Self::read(folder, edition).map(|(manifest, _)| manifest)
    }

    /// The manifest of an edition, and the hash of its file.
    pub(super) fn read(folder: &Path, edition: u32) -> Result<(Self, String), Error> {
        let path = folder.join(Self::file_name(edition));
        let failed = |detail: String| Error::Manifest { path: path.clone(), detail };
        let bytes = fs::read(&path).map_err(|error| failed(error.to_string()))?;
        let manifest = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
        Ok((manifest, sha256(&bytes)))
    }
}

/// How the name of a sealed document ends.
pub(super) const SEALED: &str = ".age";

/// The content of a document of an edition, which of a closed meeting is sealed. `path` is where it
/// lies, in the meeting's folder.
///
/// # Errors
/// When it cannot be read, or this process holds no key of it.
pub fn content(folder: &Path, path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| folder::Error::Folder { path: path.to_owned(), source };
    let mut content = fs::read(path).map_err(failed)?;
    if !path.as_os_str().as_encoded_bytes().ends_with(SEALED.as_bytes()) {
        return Ok(content);
    }
    let parts = stretches_of(folder)?;
    while content.starts_with(SEALED_BEGINS) {
        let open = |part: &Stretch| part.key()?.open(&content, path).ok();
        let sealed = || recording::Error::from(seal::Error::Sealed { path: path.to_owned() });
        content = parts.iter().find_map(open).ok_or_else(sealed)?;
    }
    Ok(content)
}

/// What an edition of this meeting is sealed to: what is read of it and is closed to others.
pub(super) fn sealers(folder: &Path) -> Result<Vec<Sealer>, Error> {
    let parts = sealed_stretches_of(folder)?;
    let read = parts.iter().filter(|part| part.whole || part.key().is_some());
    Ok(read.map(|part| part.seal.sealer()).collect::<Result<_, _>>().map_err(recording::Error::from)?)
}

/// How an age file begins.
const SEALED_BEGINS: &[u8] = b"age-encryption.org/";

/// Where the audit trail stood when the editions of a meeting became official, as their manifests
/// have it. One that cannot be read is told by [`verify`].
#[must_use]
pub fn kept_heads(folder: &Path) -> Vec<Kept> {
    let meeting = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let manifests = (1..).map_while(|edition| {
        let is_there = folder.join(Manifest::file_name(edition)).exists();
        is_there.then(|| Manifest::of(folder, edition).ok())
    });
    let heads = manifests.flatten().filter_map(|manifest| {
        let document = format!("{meeting}/{}.pdf", stem(manifest.edition));
        Some(Kept { document, head: manifest.audit? })
    });
    heads.collect()
}

/// The name of an edition's documents without their ending.
pub(super) fn stem(edition: u32) -> String {
    if edition == 1 { "risalah-resmi".to_owned() } else { format!("risalah-resmi-{edition}") }
}

/// The name of an edition's record with its electronic signature (*tanda tangan elektronik*).
pub(super) fn signed_name(edition: u32) -> String {
    format!("{}.tte.pdf", stem(edition))
}

/// The name of an edition's short reports without their ending.
pub(super) fn brief_stem(edition: u32) -> String {
    stem(edition).replace("risalah-resmi", "laporan-singkat-resmi")
}

/// What was recognised in a version, and its hash.
pub(super) fn words(store: &Store, version: u32) -> Result<Words, Error> {
    Ok(Words { version, sha256: store.words_digest(version)? })
}

/// The corrections up to one, and their hash.
pub(super) fn layers(store: &Store, last: u64) -> Result<Layers, Error> {
    Ok(Layers { last, sha256: store.edits_digest(last)? })
}

/// The description of the meeting as it is now.
pub(super) fn description(folder: &Path) -> Result<Option<Document>, Error> {
    let path = folder.join(MEETING);
    if path.is_file() { Ok(Some(Document { file: MEETING.to_owned(), sha256: hash(&path)? })) } else { Ok(None) }
}

/// The sound as it is now.
pub(super) fn audio(folder: &Path, raw: &Transcript) -> Result<Audio, Error> {
    let recording = folder_of(folder);
    let ledger = Ledger::read(&recording.join(LEDGER))?;
    if !ledger.facts.is_empty() {
        return Ok(Audio::Ledger { lines: ledger.facts.len(), seal: ledger.head().to_owned() });
    }
    let mut paths: Vec<PathBuf> =
        [folder.to_owned(), folder.join("rekaman")].iter().flat_map(|place| sound_files(place)).collect();
    paths.sort();
    if paths.is_empty() {
        return Ok(Audio::Elsewhere { fingerprint: raw.edition.meeting.clone() });
    }
    let files = paths.iter().map(|path| {
        let file = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
        Ok(Document { file, sha256: hash(path)? })
    });
    Ok(Audio::Files { files: files.collect::<Result<_, Error>>()? })
}

fn hash(path: &Path) -> Result<String, Error> {
    let failed = |error: io::Error| Error::Manifest { path: path.to_owned(), detail: error.to_string() };
    sha256_of(path, |_| Ok(())).map(|(hash, _)| hash).map_err(failed)
}

/// Files of sound that lie in a folder, by their names.
#[must_use]
pub fn sound_files(folder: &Path) -> Vec<PathBuf> {
    let is_sound = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        ["wav", "flac", "mp3", "ogg", "m4a", "aac", "w64", "rf64"].contains(&ending.as_str())
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_sound).collect();
    paths.sort();
    paths
}

/// What is not as it was when an edition became official.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The manifest is not the one that was written, or not there.
    Manifest(PathBuf),
    /// A document is not there.
    Missing(PathBuf),
    /// A document is not the one that was written.
    Changed(PathBuf),
    /// The sound is not the same.
    Audio {
        /// The edition.
        edition: u32,
    },
    /// What was recognised is not the same.
    Words {
        /// The edition.
        edition: u32,
    },
    /// A correction that was taken into account is not the same.
    Edits {
        /// The edition.
        edition: u32,
    },
}

impl Explain for Finding {
    fn message(&self) -> Message {
        match self {
            Self::Manifest(path) => Message::new("status.found.manifest").with("path", path.display()),
            Self::Missing(path) => Message::new("status.found.missing").with("path", path.display()),
            Self::Changed(path) => Message::new("status.found.changed").with("path", path.display()),
            Self::Audio { edition } => Message::new("status.found.audio").with("edition", edition),
            Self::Words { edition } => Message::new("status.found.words").with("edition", edition),
            Self::Edits { edition } => Message::new("status.found.edits").with("edition", edition),
        }
    }
}

/// What an examination of the official editions came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Editions that were examined.
    pub editions: u32,
    /// What is not as it was; empty where all is.
    pub findings: Vec<Finding>,
}

/// Compares everything that the manifests of a folder name with what is there. Corrections and
/// changes of the description that came later are no finding: they wait for the next edition.
///
/// # Errors
/// When store or recording cannot be read.
pub fn verify(folder: &Path, store: &Store) -> Result<Verdict, Error> {
    examine(folder, store, true)
}

/// The same without reading files of sound, for who compares them with the manifest while reading
/// them for another reason.
///
/// # Errors
/// As [`verify`].
pub fn verify_without_sound(folder: &Path, store: &Store) -> Result<Verdict, Error> {
    examine(folder, store, false)
}

fn examine(folder: &Path, store: &Store, reads_sound: bool) -> Result<Verdict, Error> {
    let raw = store.load()?;
    let life = Life::read(store, &raw)?;
    let mut verdict = Verdict::default();
    for seal in life.steps().filter_map(|(_, step)| step.seal.as_ref()) {
        verdict.editions += 1;
        let path = folder.join(Manifest::file_name(seal.edition));
        let manifest = match Manifest::read(folder, seal.edition) {
            Ok((manifest, sha256)) if sha256 == seal.manifest => manifest,
            _ => {
                verdict.findings.push(Finding::Manifest(path));
                continue;
            }
        };
        for document in &manifest.documents {
            verdict.findings.extend(compare(folder, document));
        }
        if reads_sound || !matches!(manifest.audio, Audio::Files { .. }) {
            verdict.findings.extend(sound(folder, &manifest, &raw)?);
        }
        let edition = seal.edition;
        if words(store, manifest.transcript.version)? != manifest.transcript {
            verdict.findings.push(Finding::Words { edition });
        }
        if layers(store, manifest.edits.last)? != manifest.edits {
            verdict.findings.push(Finding::Edits { edition });
        }
    }
    Ok(verdict)
}

fn compare(folder: &Path, document: &Document) -> Option<Finding> {
    let path = folder.join(&document.file);
    match hash(&path) {
        Err(_) => Some(Finding::Missing(path)),
        Ok(sha256) if sha256 != document.sha256 => Some(Finding::Changed(path)),
        Ok(_) => None,
    }
}

fn sound(folder: &Path, manifest: &Manifest, raw: &Transcript) -> Result<Vec<Finding>, Error> {
    let other = Finding::Audio { edition: manifest.edition };
    let same = match &manifest.audio {
        Audio::Ledger { lines, seal } => line_hash(&folder_of(folder).join(LEDGER), *lines)?.as_ref() == Some(seal),
        Audio::Files { files } => return Ok(files.iter().filter_map(|file| compare(folder, file)).collect()),
        Audio::Elsewhere { fingerprint } => *fingerprint == raw.edition.meeting,
    };
    Ok(if same { Vec::new() } else { vec![other] })
}

/// The hash of that line of a ledger: lines may have been added since, for example by archiving.
fn line_hash(path: &Path, number: usize) -> Result<Option<String>, Error> {
    let failed = |error: io::Error| Error::Manifest { path: path.to_owned(), detail: error.to_string() };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let line = BufReader::new(file).split(b'\n').nth(number.saturating_sub(1)).transpose().map_err(failed)?;
    Ok(line.map(|line| sha256(&line)))
}
