//! The documents of a meeting: which may be made, and their files in its folder.

use std::path::{Path, PathBuf};

use super::Error;
use crate::common::message::Message;
use crate::document::risalah::{self, Format, Sheet, TEMPLATES};
use crate::lifecycle::folder::{Folder, Written};
use crate::lifecycle::{self, Life, Manifest, State};
use crate::meeting::Meeting;
use crate::transcript::store::Store;
use crate::transcript::{Level, Transcript};

/// What every transcription is written as.
const ALWAYS: &[Format] =
    if cfg!(feature = "pdf") { &[Format::Json, Format::Docx, Format::Pdf] } else { &[Format::Json, Format::Docx] };

/// A document, and what a person should know of how it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaidOut {
    /// The content of its file.
    pub content: Vec<u8>,
    /// What a person must look at.
    pub warnings: Vec<Message>,
}

/// Lays a sheet out by the templates of this folder, or by those that are built in.
pub type LayOut<'a> = dyn Fn(&Sheet, Format, Option<&Path>) -> Result<LaidOut, risalah::Error> + 'a;

/// A document's file, and what a person should know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The file.
    pub written: Written,
    /// What a person must look at.
    pub warnings: Vec<Message>,
}

/// The formats that are asked for, after those that are always written.
///
/// # Errors
/// [`risalah::Error::UnknownFormat`].
pub fn formats(wanted: &[String]) -> Result<Vec<Format>, risalah::Error> {
    let mut formats = ALWAYS.to_vec();
    for format in Format::list(&wanted.join(","))? {
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    Ok(formats)
}

/// Those of the formats that may be written of this meeting, and a sentence for each that may not:
/// of a closed one, none that is for publication (Peraturan DPR RI 1/2014 Pasal 273).
#[must_use]
pub fn publishable(formats: &[Format], meeting: &Meeting) -> (Vec<Format>, Vec<Message>) {
    let closed = meeting.secrecy().is_some();
    let (withheld, allowed) =
        formats.iter().partition::<Vec<Format>, _>(|format| closed && format.is_for_publication());
    let messages = withheld.into_iter().map(|format| Message::new("folder.closed").with("format", format));
    (allowed, messages.collect())
}

/// The office's templates: in the meeting's folder, or beside its institution's file.
#[must_use]
pub fn templates(meeting: &Meeting, folder: &Path) -> Option<PathBuf> {
    let beside = meeting.sources.iter().filter_map(|source| source.parent());
    [folder].into_iter().chain(beside).map(|folder| folder.join(TEMPLATES)).find(|folder| folder.is_dir())
}

/// A document of a meeting in one format.
///
/// # Errors
/// When it cannot be composed or laid out.
pub fn document(
    format: Format,
    meeting: &Meeting,
    transcript: &Transcript,
    templates: Option<&Path>,
    lay_out: &LayOut<'_>,
) -> Result<LaidOut, Error> {
    match risalah::sheet(format, meeting, transcript) {
        Some(sheet) => Ok(lay_out(&sheet, format, templates)?),
        None => Ok(LaidOut { content: risalah::write(format, meeting, transcript)?, warnings: Vec::new() }),
    }
}

/// What the documents of a meeting are made of, and where they are written.
pub struct Documents<'a> {
    /// Where they are written.
    pub folder: &'a Folder,
    /// Knows which files the program wrote last.
    pub store: &'a Store,
    /// The meeting.
    pub meeting: &'a Meeting,
    /// Its words.
    pub transcript: &'a Transcript,
    /// How much of what was said they hold.
    pub level: Level,
    /// The office's templates.
    pub templates: Option<&'a Path>,
    /// Lays out those that are printed.
    pub lay_out: &'a LayOut<'a>,
}

impl Documents<'_> {
    /// Writes the document in this format.
    ///
    /// # Errors
    /// When it cannot be composed, laid out or written.
    pub fn write(&self, format: Format) -> Result<Output, Error> {
        let name = format.file_name_of(self.level);
        // A format with one file for both levels holds both.
        let full = self.level == Level::Full && name != format.file_name();
        let verbatim = full.then(|| self.transcript.clone().verbatim());
        let transcript = verbatim.as_ref().unwrap_or(self.transcript);
        let LaidOut { content, warnings } = document(format, self.meeting, transcript, self.templates, self.lay_out)?;
        Ok(Output { written: self.folder.write(self.store, name, &content)?, warnings })
    }
}

/// The short report of the last official edition as it was frozen then, where the record is
/// official and has not been opened again.
///
/// # Errors
/// When the manifest or the file cannot be read, or the file is not what was frozen.
pub fn official_brief(
    folder: &Path,
    store: &Store,
    transcript: &Transcript,
    format: Format,
) -> Result<Option<LaidOut>, Error> {
    let ending = if format == Format::Brief { "pdf" } else { "docx" };
    let frozen = official_document(folder, store, transcript, |manifest| manifest.brief(folder, ending).transpose())?;
    Ok(frozen.map(|(_, laid_out, _)| laid_out))
}

/// A file of the last official edition, exactly as it was signed: its path, its content and its
/// manifest. `None` where the record is not official, was opened again, or froze no such file.
///
/// # Errors
/// When the manifest or the file cannot be read, or the file is not what was frozen.
pub fn official_document(
    folder: &Path,
    store: &Store,
    transcript: &Transcript,
    file: impl FnOnce(&Manifest) -> Result<Option<PathBuf>, crate::lifecycle::Error>,
) -> Result<Option<(PathBuf, LaidOut, Manifest)>, Error> {
    let life = Life::read(store, transcript)?;
    let Some((seal, _)) = life.sealed().filter(|_| life.state() >= State::Official) else { return Ok(None) };
    let manifest = Manifest::of(folder, seal.edition)?;
    let Some(path) = file(&manifest)? else { return Ok(None) };
    let content = lifecycle::content(folder, &path)?;
    let is_older = transcript.edition.last_edit > manifest.edits.last;
    let warnings = is_older.then(|| Message::new("print.older")).into_iter().collect();
    Ok(Some((path, LaidOut { content, warnings }, manifest)))
}
