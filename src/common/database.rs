//! A database in a folder that may only be read, such as that of a finished meeting on a disc.
//!
//! SQLite wants a file beside a database in WAL mode even to read it. Where it cannot have one, the
//! database is read without, together with what its log holds that was not yet brought into it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, ErrorCode, OpenFlags, Result, ffi};

/// Pages that are copied at a time.
const PAGES: i32 = 1000;

/// Whether this is what SQLite says of a file or folder that may only be read.
#[must_use]
pub fn is_read_only(error: &rusqlite::Error) -> bool {
    let codes = [ErrorCode::ReadOnly, ErrorCode::CannotOpen, ErrorCode::PermissionDenied];
    error.sqlite_error_code().is_some_and(|code| codes.contains(&code))
}

/// What it says of one that could be opened all the same.
#[must_use]
pub fn read_only() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_READONLY), None)
}

/// A copy of the database in memory.
pub fn copy_to_memory(path: &Path) -> Result<Connection> {
    let source = source(path)?;
    let mut memory = Connection::open_in_memory()?;
    Backup::new(&source, &mut memory)?.run_to_completion(PAGES, Duration::ZERO, None)?;
    Ok(memory)
}

/// A copy of the database in a file that does not exist yet, whole in itself: it needs no log
/// beside
/// it.
pub fn copy_to_file(path: &Path, copy: &Path) -> Result<()> {
    let source = source(path)?;
    let mut target = Connection::open(copy)?;
    Backup::new(&source, &mut target)?.run_to_completion(PAGES, Duration::ZERO, None)?;
    target.pragma_update(None, "journal_mode", "DELETE")
}

fn source(path: &Path) -> Result<Connection> {
    // With its log, while another process writes it.
    if let Ok(connection) = open(path, "mode=ro", false) {
        return Ok(connection);
    }
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if fs::metadata(log).is_ok_and(|log| log.len() > 0) {
        // Without locks, which a disc does not give, and with the index of the log in memory.
        let locks = if cfg!(windows) { "mode=ro&vfs=win32-none" } else { "mode=ro&vfs=unix-none" };
        return open(path, locks, true);
    }
    open(path, "mode=ro&immutable=1", false)
}

fn open(path: &Path, how: &str, alone: bool) -> Result<Connection> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let letter = |byte: &u8| match byte {
        b'/' | b'-' | b'_' | b'.' => char::from(*byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let path: String = path.as_os_str().as_encoded_bytes().iter().map(letter).collect();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(format!("file:{path}?{how}"), flags)?;
    if alone {
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    }
    // Only now is the file looked at.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}
