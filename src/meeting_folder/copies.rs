//! Copies of what describes a meeting, so that its folder holds all that a record is made of.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use super::{Error, Notices};
use crate::common::atomic_file;
use crate::common::message::Message;
use crate::document::orthography::lexicon;
use crate::document::risalah::TEMPLATES;
use crate::lifecycle::folder::{self, Folder, MEETING};
use crate::meeting::{INSTITUTION, Meeting};
use crate::record::soundcheck::room;
use crate::transcript::store::Store;

/// The files that a meeting's description names and that its folder needs a copy of. The
/// institution's own, and what stands beside it, stay where they are as long as they are found from
/// the folder: a copy would hide what is corrected there.
#[must_use]
pub fn needed_files(meeting: &Meeting, folder: &Path) -> Vec<PathBuf> {
    let institution = meeting.institution.as_deref();
    let found = Meeting::read(&folder.join(MEETING)).ok().and_then(|meeting| meeting.institution);
    let same = |one: &Path, other: &Path| one.canonicalize().ok() == other.canonicalize().ok();
    let is_found = institution.zip(found.as_deref()).is_some_and(|(own, found)| same(own, found));
    let is_the_institutions = |source: &&PathBuf| is_found && source.parent() == institution.and_then(Path::parent);
    meeting.sources.iter().filter(|source| !is_the_institutions(source)).cloned().collect()
}

/// Copies the description and the lists that it names into the meeting's folder.
///
/// # Errors
/// When a file cannot be read or written.
pub fn keep_description(folder: &Folder, store: &Store, path: &Path, meeting: &Meeting) -> Result<Notices, Error> {
    let mut notices = Notices::default();
    notices.warnings.extend(keep_file(folder, store, path, MEETING)?);
    for source in needed_files(meeting, folder.path()) {
        let name = source.file_name().unwrap_or_default().to_string_lossy();
        let is_new = !folder.path().join(&*name).exists();
        notices.warnings.extend(keep_file(folder, store, &source, &name)?);
        if is_new && name == INSTITUTION {
            let message = Message::new("folder.copied").with("path", source.display());
            notices.notes.push(message.with("folder", folder.path().display()));
        }
    }
    Ok(notices)
}

/// Copies one file into the meeting's folder; says what was kept under another name. A list that
/// does not exist yet is looked for again the next time.
///
/// # Errors
/// When the file cannot be read or written.
pub fn keep_file(folder: &Folder, store: &Store, path: &Path, name: &str) -> Result<Option<Message>, Error> {
    let content = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|source| folder::Error::Folder { path: path.to_owned(), source })?,
    };
    Ok(folder.write(store, name, &content)?.kept_message())
}

/// The copying of what describes a meeting into the second folder of its recording, so that a
/// record can be made from that folder alone. It works beside the recording.
pub struct DescriptionCopy {
    folder: PathBuf,
    begun: JoinHandle<Result<(), folder::Error>>,
}

impl DescriptionCopy {
    /// Begins to copy what describes the meeting of `first` into the folder `second`. What somebody
    /// put there before is kept.
    #[must_use]
    pub fn begin(first: &Path, second: &Path, meeting: &Meeting) -> Self {
        let (to, files) = (second.to_owned(), files(first, meeting));
        let begun = thread::spawn(move || {
            let target = Folder::create(&to)?;
            for (source, name) in &files {
                if differs(source, &to.join(name)) {
                    target.set_aside(name)?;
                }
            }
            copy(&to, &files)
        });
        Self { folder: second.to_owned(), begun }
    }

    /// Copies what was changed since; the recording has ended.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn end(self, first: &Path, meeting: &Meeting) -> Result<(), folder::Error> {
        self.begun.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        copy(&self.folder, &files(first, meeting))
    }
}

/// The files that describe a meeting, and their names in its folder; one that lies elsewhere is
/// taken from there.
fn files(folder: &Path, meeting: &Meeting) -> Vec<(PathBuf, String)> {
    let own = |name: String| (folder.join(&name), name);
    let fixed = [MEETING, lexicon::FILE_NAME, room::FILE].map(|name| own(name.to_owned()));
    let named = meeting.sources.iter().map(|source| {
        let (path, name) = own(source.file_name().unwrap_or_default().to_string_lossy().into_owned());
        (if path.is_file() { path } else { source.clone() }, name)
    });
    let templates = fs::read_dir(folder.join(TEMPLATES)).into_iter().flatten().flatten();
    let templates = templates.map(|entry| own(format!("{TEMPLATES}/{}", entry.file_name().to_string_lossy())));
    fixed.into_iter().chain(named).chain(templates).filter(|(path, _)| path.is_file()).collect()
}

fn differs(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one != other)
}

fn copy(to: &Path, files: &[(PathBuf, String)]) -> Result<(), folder::Error> {
    for (source, name) in files {
        let target = to.join(name);
        let failed = |source| folder::Error::Write { path: target.clone(), source };
        let content = match fs::read(source) {
            // The first folder may be gone; what was copied at the beginning stays.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            read => read.map_err(failed)?,
        };
        if fs::read(&target).is_ok_and(|present| present == content) {
            continue;
        }
        target.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
        atomic_file::write(&target, &content).map_err(failed)?;
    }
    Ok(())
}
