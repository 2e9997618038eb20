//! The words of a meeting as they stand now.

use std::path::Path;

use super::{Error, Evidence, Notices};
use crate::common::message::{Explain, Message};
use crate::document::orthography::{self, Lexicon, Writer, lexicon::FILE_NAME};
use crate::lifecycle::recorded;
use crate::meeting::{Finding, Meeting, checks};
use crate::recording::folder_of;
use crate::transcript::Transcript;
use crate::transcript::edit::Edit;
use crate::transcript::store::Store;

/// The lexicon of the first of these folders that has one, else the program's own.
///
/// # Errors
/// When the lexicon cannot be read.
pub fn lexicon(folders: &[&Path]) -> Result<Lexicon, Error> {
    let path = folders.iter().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file());
    Ok(path.map_or_else(|| Ok(Lexicon::default()), |path| Lexicon::read(&path))?)
}

/// The transcript as it stands, after the rules of writing have laid their layers. While it is
/// still being recognised they lay none: how a sentence begins is known when the one before it is.
///
/// # Errors
/// When the store fails.
pub fn current_words(store: &mut Store, meeting: &Meeting, lexicon: Lexicon) -> Result<Transcript, Error> {
    let (raw, edits) = corrected_words(store, meeting, lexicon)?;
    Ok(store.under(&raw, &edits)?)
}

/// What was recognised, and every correction of it, those of the rules of writing among them.
///
/// # Errors
/// When the store fails.
pub fn corrected_words(
    store: &mut Store,
    meeting: &Meeting,
    lexicon: Lexicon,
) -> Result<(Transcript, Vec<Edit>), Error> {
    let raw = store.load()?;
    let edits = store.edits()?;
    if !raw.version.complete {
        return Ok((raw, edits));
    }
    let layers = orthography::layers(&Writer::of(meeting, lexicon), &raw, &edits, &jiff::Zoned::now());
    store.lay(&layers)?;
    // Corrections of an earlier version, onto what the rules have written of this one.
    let is_carried = store.carry(&raw)?;
    let edits = if layers.is_empty() && !is_carried { edits } else { store.edits()? };
    Ok((raw, edits))
}

/// The transcript as documents show it, with what the rules of writing and the conference system
/// have to say.
///
/// # Errors
/// When the store, the lexicon or the events cannot be read.
pub fn shown_words(folder: &Path, store: &mut Store, meeting: &mut Meeting) -> Result<(Transcript, Notices), Error> {
    let mut transcript = current_words(store, meeting, lexicon(&[folder])?)?;
    let mut notices = match Evidence::find(None, folder, &folder_of(folder))? {
        Some(evidence) => evidence.consult(meeting, &mut transcript),
        None => Notices::default(),
    };
    notices.warnings.extend(outside_recording(meeting, &transcript));
    Ok((transcript, notices))
}

/// What was entered at times that the recording does not have: a document would print it all the
/// same.
#[must_use]
pub fn outside_recording(meeting: &Meeting, transcript: &Transcript) -> Vec<Message> {
    let findings = checks(meeting, Some(&recorded(transcript)));
    findings.iter().filter(|finding| matches!(finding, Finding::Outside { .. })).map(Explain::message).collect()
}
