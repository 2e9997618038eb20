//! The second folder of a recording: what describes the meeting belongs there too, so that a record can be made from it alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use e_risalah::common::atomic_file;
use e_risalah::document::orthography::lexicon;
use e_risalah::document::risalah::TEMPLATES;
use e_risalah::lifecycle::folder::{self, Folder, MEETING};
use e_risalah::meeting::Meeting;
use e_risalah::record::soundcheck::room;

/// The copying of what describes the meeting, beside the recording.
pub struct Described {
    folder: PathBuf,
    begun: JoinHandle<Result<(), folder::Error>>,
}

impl Described {
    /// Begins to copy what describes the meeting of `first` into the folder `second`. What somebody put there before is kept.
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
    pub fn end(self, first: &Path, meeting: &Meeting) -> Result<(), folder::Error> {
        self.begun.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        copy(&self.folder, &files(first, meeting))
    }
}

/// The files that describe a meeting, and their names in its folder; one that lies elsewhere is taken from there.
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
