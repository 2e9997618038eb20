//! What is to be sent, and to whom.

use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::meeting::{Meeting, Recipient, Way, WayFault};

/// Which part of a record is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "scope", content = "of")]
pub enum Scope {
    /// All of it.
    #[default]
    Record,
    /// What one person said, by the short name.
    Member(String),
    /// An item of the agenda, from 1.
    Agenda(u32),
}

/// What the recipient is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disposition {
    /// To whom it is to be passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What is to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
}

/// What is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// To whom.
    pub recipients: Vec<Recipient>,
    /// Which part.
    pub scope: Scope,
    /// The number of the covering letter; room is left for it where there is none.
    pub number: Option<String>,
    /// Its date; today, where none is given.
    pub date: Option<Date>,
    /// What it is about; the record, where that is not said.
    pub subject: Option<String>,
    /// What is to be done.
    pub disposition: Disposition,
    /// Who sends it.
    pub by: String,
}

/// The recipients that are named: by their names in `lembaga.toml`, or by lists (CSV).
///
/// # Errors
/// When a name is not known, or a list is not as it should be.
pub fn recipients(named: &[String], meeting: &Meeting) -> Result<Vec<Recipient>, Error> {
    let mut found: Vec<Recipient> = Vec::new();
    for name in named.iter().map(|name| name.trim()) {
        let path = Path::new(name);
        let is_list = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let more = if is_list { list(path)? } else { vec![one(name, meeting)?] };
        for recipient in more {
            if !found.contains(&recipient) {
                found.push(recipient);
            }
        }
    }
    if found.is_empty() { Err(Error::Nobody) } else { Ok(found) }
}

fn one(name: &str, meeting: &Meeting) -> Result<Recipient, Error> {
    let same = |recipient: &&Recipient| recipient.name.to_lowercase() == name.to_lowercase();
    let found = meeting.recipients.iter().find(same).cloned();
    found.ok_or_else(|| {
        let known: Vec<&str> = meeting.recipients.iter().map(|recipient| recipient.name.as_str()).collect();
        let known = if known.is_empty() { "–".to_owned() } else { known.join("; ") };
        Error::Unknown { name: name.to_owned(), known }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    nama: String,
    jabatan: Option<String>,
    surel: Option<String>,
    folder: Option<PathBuf>,
    webhook: Option<String>,
    tertutup: Option<String>,
}

/// Recipients of a list with the columns of `[[edaran]]`.
fn list(path: &Path) -> Result<Vec<Recipient>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let wrong = |line: usize, detail: String| Error::List { path: path.to_owned(), line, detail };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
    let mut found = Vec::new();
    for (row, line) in reader.deserialize::<Row>().zip(2..) {
        let row = row.map_err(|error| wrong(line, error.to_string()))?;
        if row.nama.is_empty() {
            return Err(wrong(line, "nama: –".to_owned()));
        }
        let beside = |folder: PathBuf| path.parent().unwrap_or(Path::new("")).join(folder);
        let folder = row.folder.map(beside).map(|folder| std::path::absolute(&folder).unwrap_or(folder));
        let way = Way::of(row.surel, folder, row.webhook).map_err(|fault| {
            wrong(
                line,
                match fault {
                    WayFault::None => "surel, folder, webhook: –".to_owned(),
                    WayFault::Several => "surel, folder, webhook: 1".to_owned(),
                    WayFault::Address(key) => key.to_owned(),
                },
            )
        })?;
        let closed = match row.tertutup.as_deref().map(str::to_lowercase).as_deref() {
            Some("ya" | "true" | "1") => true,
            None | Some("tidak" | "false" | "0") => false,
            Some(other) => return Err(wrong(line, format!("tertutup: {other}"))),
        };
        found.push(Recipient { name: row.nama, office: row.jabatan, way, closed });
    }
    Ok(found)
}
