//! Answers that could not be written: kept, and offered again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use e_risalah::common::atomic_file;
use e_risalah::common::digest::sha256;
use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

/// A question, by its words, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub question: String,
    pub answer: String,
}

/// Where the answers for a file are kept: in the folder that `RISALAH_ANSWERS` names, else in
/// `risalah/answers` of the user's data folder.
pub fn path_of(file: &Path) -> Option<PathBuf> {
    let folder = match std::env::var_os("RISALAH_ANSWERS").filter(|folder| !folder.is_empty()) {
        Some(folder) => PathBuf::from(folder),
        None => etcetera::choose_base_strategy().ok()?.data_dir().join("risalah").join("answers"),
    };
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    Some(folder.join(format!("{}.json", &sha256(file.as_os_str().as_encoded_bytes())[..16])))
}

/// What is kept there; a file that is none is no loss.
pub fn read(path: &Path) -> Vec<Answer> {
    fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

pub fn write(path: &Path, answers: &[Answer]) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(answers)?;
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    atomic_file::write(path, &text)
}

/// They are in their file now.
pub fn forget(path: &Path) {
    let _ = fs::remove_file(path);
}
