//! The folder of all meetings: where it is, and which meetings are in it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::lifecycle::folder::MEETING;
use crate::meeting::{Kind, Meeting};
use crate::recording::{LEDGER, folder_of};
use crate::transcript::store::FILE_NAME;

/// The folder of meetings in a user's documents.
const FOLDER: &str = "E-Risalah";

/// Where meetings are kept when no folder is named: in the user's documents.
#[must_use]
pub fn usual_folder() -> PathBuf {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let config = std::env::var_os("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from);
    let named = fs::read_to_string(config.join("user-dirs.dirs")).ok().and_then(|text| documents(&text, &home));
    named.unwrap_or_else(|| home.join("Documents")).join(FOLDER)
}

/// The folder of documents as the desktop's own file names it.
fn documents(text: &str, home: &Path) -> Option<PathBuf> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("XDG_DOCUMENTS_DIR="))?;
    let path = line.trim_matches('"');
    match path.strip_prefix("$HOME/") {
        Some(below) => Some(home.join(below)),
        None => Some(PathBuf::from(path)).filter(|path| path.is_absolute()),
    }
}

/// Whether this folder holds a meeting: its description, its recording or its transcript.
#[must_use]
pub fn is_meeting(folder: &Path) -> bool {
    let files = [folder.join(MEETING), folder.join(FILE_NAME), folder_of(folder).join(LEDGER)];
    files.iter().any(|file| file.is_file())
}

/// The folders of meetings below this one, by their names.
#[must_use]
pub fn folders(root: &Path) -> Vec<(String, PathBuf)> {
    let mut found = entries(root);
    found.retain(|(_, path)| is_meeting(path));
    found
}

/// What may be the folder of a meeting below this one, by its name.
#[must_use]
pub fn entries(root: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let shown = |entry: fs::DirEntry| {
        let name = entry.file_name().to_str()?.to_owned();
        let is_shown = !name.starts_with('.') && !name.chars().any(char::is_control);
        is_shown.then(|| (name, entry.path()))
    };
    let mut found: Vec<_> = entries.filter_map(shown).collect();
    found.sort();
    found
}

/// What a meeting is called: its own name, else its kind and number, else the name of its folder.
#[must_use]
pub fn name(meeting: &Meeting, folder: &str) -> String {
    let named = meeting.name.clone().or_else(|| meeting.kind.map(|kind| Kind::name(kind).to_owned()));
    match (named, meeting.sequence) {
        (Some(name), Some(number)) => format!("{name} ke-{number}"),
        (Some(name), None) => name,
        (None, _) => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desktop_says_where_documents_are() {
        let home = Path::new("/home/ani");
        let of = |text: &str| documents(text, home);
        assert_eq!(of("# x\nXDG_DOCUMENTS_DIR=\"$HOME/Dokumen\"\n"), Some(PathBuf::from("/home/ani/Dokumen")));
        assert_eq!(of("XDG_DOCUMENTS_DIR=\"/data/dok\""), Some(PathBuf::from("/data/dok")));
        assert_eq!(of("XDG_DOCUMENTS_DIR=\"dok\""), None);
        assert_eq!(of(""), None);
    }
}
