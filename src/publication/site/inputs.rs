//! What the pages of a meeting are made of, by its content: so that what has not changed is not
//! made again, whatever the times of its files.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use crate::common::digest::{sha256, sha256_of};
use crate::meeting::Meeting;
use crate::meeting_folder::{folders, is_meeting};
use crate::recording::{LEDGER, folder_of};
use crate::transcript::store::Store;

/// Endings of the names of files that a record is made of beside its words; documents are named by
/// the manifest with their hashes.
const ENDINGS: [&str; 8] = [".toml", ".csv", ".xlsx", ".xls", ".ods", ".jsonl", ".manifest.json", ".png"];

/// Hashes of files that several meetings share.
#[derive(Default)]
pub(super) struct Inputs {
    shared: HashMap<PathBuf, String>,
}

impl Inputs {
    /// SHA-256 over what the meeting in this folder is made of.
    pub(super) fn digest(&mut self, folder: &Path) -> Result<String, Error> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(Error::read(folder))? {
            let path = entry.map_err(Error::read(folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            if ENDINGS.iter().any(|ending| name.ends_with(ending)) && path.is_file() {
                names.push(path);
            }
        }
        names.push(folder_of(folder).join(LEDGER));
        names.sort();
        let mut lines = String::new();
        for path in names.iter().filter(|path| path.is_file()) {
            let (hash, _) = sha256_of(path, |_| Ok(())).map_err(Error::read(path))?;
            lines.push_str(&format!("{} {hash}\n", path.file_name().unwrap_or_default().to_string_lossy()));
        }
        lines.push_str(&decided(folder));
        if let Some(path) = Meeting::institution_of(folder) {
            if !self.shared.contains_key(&path) {
                let (hash, _) = sha256_of(&path, |_| Ok(())).map_err(Error::read(&path))?;
                self.shared.insert(path.clone(), hash);
            }
            lines.push_str(self.shared.get(&path).map_or("", String::as_str));
        }
        Ok(sha256(lines.as_bytes()))
    }
}

/// What became of the record, and what was redacted in it: of its words, the manifest has the hash.
/// What cannot be read is told by whoever publishes it.
fn decided(folder: &Path) -> String {
    let Ok(store) = Store::open_to_read(folder) else { return String::new() };
    format!("{:?} {:?}\n", store.steps().ok(), store.redactions().ok())
}

/// The folders of meetings among these, or within them; each once, sorted.
pub(super) fn meetings(named: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for path in named {
        if is_meeting(path) {
            found.push(path.clone());
            continue;
        }
        let within: Vec<PathBuf> = folders(path).into_iter().map(|(_, path)| path).collect();
        // One that holds no meeting is told by whoever reads it.
        if within.is_empty() { found.push(path.clone()) } else { found.extend(within) }
    }
    let place = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    found.sort_by_cached_key(place);
    found.dedup_by_key(|path| place(path));
    found
}
