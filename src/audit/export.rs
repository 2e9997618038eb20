//! Entries for other programs.

use super::{Error, Line};
use crate::common::table::{self, cell};

const HEAD: [&str; 9] = ["line", "at", "by", "kind", "address", "action", "meeting", "detail", "before"];

/// Entries as a table for spreadsheets.
///
/// # Errors
/// [`Error::Export`] when it cannot be made.
pub fn csv<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Result<Vec<u8>, Error> {
    let rows = lines.into_iter().map(|line| {
        let (entry, who) = (&line.entry, &line.entry.who);
        [
            line.line.to_string(),
            entry.at.to_string(),
            cell(&who.by),
            who.kind.key().to_owned(),
            who.address.map(|address| address.to_string()).unwrap_or_default(),
            entry.action.key().to_owned(),
            cell(entry.meeting.as_deref().unwrap_or_default()),
            cell(entry.detail.as_deref().unwrap_or_default()),
            line.before.clone(),
        ]
    });
    table::csv(HEAD, rows).map_err(|error| Error::Export { detail: error.to_string() })
}

/// Entries as a list of JSON, each as it stands in the file.
///
/// # Errors
/// [`Error::Export`] when it cannot be made.
pub fn json<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Result<Vec<u8>, Error> {
    let lines: Vec<&Line> = lines.into_iter().collect();
    serde_json::to_vec(&lines).map_err(|error| Error::Export { detail: error.to_string() })
}
