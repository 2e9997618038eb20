//! The store while the program works on it.

use std::path::Path;

/// Utterances that a folder's transcript holds by now.
pub fn stored(folder: &Path) -> u32 {
    let path = folder.join("transkrip.db");
    rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|database| database.query_row("SELECT count(*) FROM utterance", [], |row| row.get(0)))
        .unwrap_or(0)
}
