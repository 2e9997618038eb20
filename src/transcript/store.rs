//! The transcript on disk: one SQLite file a meeting, `transkrip.db`.
//!
//! What was recognised is written once: triggers refuse to change or delete it. Each version is one
//! run of one model over the recording; a run that was interrupted goes on in its own version.
//! Corrections are layers in a table of their own, which is guarded in the same way.

mod closed;
mod layers;
mod peaks;
mod played;
mod redactions;
mod schema;
mod sealed;
mod steps;
mod versions;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use super::edit::{self, Corrected};
use super::{Edition, Recording, Transcript, Utterance, Version, Word, overlap};
use crate::common::clock::{Channel, Clock, Span};
use crate::common::database;
use crate::common::digest::sha256;
use crate::common::flag::Flag;
use crate::common::message::{Explain, Message};
use crate::recording::seal_of;
use crate::seal;

use closed::Closed;
pub use layers::Texts;
pub use sealed::FILE_NAME as SEALED_FILE_NAME;
use sealed::Sealed;
pub use steps::{Seal, Step};
pub use versions::Fate;

/// The store's file name in a meeting folder.
pub const FILE_NAME: &str = "transkrip.db";

/// In a fingerprint, what stands before the hash of all content. Stores of earlier versions lack
/// it; the name of a meeting, which is made of what comes before, is the same with and without.
pub const CONTENT: &str = "\nisi ";

/// SQLite takes no longer path in bytes: 512 with a zero, and eight for the ending of its journal.
const LONGEST_PATH: usize = 500;

/// Why the store could not be used.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// SQLite or the disk failed.
    #[error("{path}: {source}")]
    Database {
        /// The store's file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The store's path is longer than SQLite can take.
    #[error("{path}: more than {LONGEST_PATH} bytes")]
    PathTooLong {
        /// The store's file.
        path: PathBuf,
    },
    /// The folder holds no transcript.
    #[error("{path}: no transcript")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The store belongs to another recording.
    #[error("{path}: transcript of another recording")]
    OtherRecording {
        /// The store's file.
        path: PathBuf,
    },
    /// A later program wrote it.
    #[error("{path}: schema {found} is newer than {}", schema::NUMBER)]
    Newer {
        /// The store's file.
        path: PathBuf,
        found: i64,
    },
    /// Its content contradicts itself.
    #[error("{path}: damaged ({detail})")]
    Damaged {
        /// The store's file.
        path: PathBuf,
        detail: String,
    },
    /// It is under seal.
    #[error(transparent)]
    Seal(#[from] seal::Error),
    /// The recording's ledger, which says whether the store is under seal, cannot be read.
    #[error(transparent)]
    Recording(#[from] crate::recording::Error),
    /// Another program has written to the sealed store, or is writing to it.
    #[error("{path}: in use")]
    InUse {
        /// The store's file.
        path: PathBuf,
    },
    /// A correction does not fit. None of those that came with it was kept.
    #[error(transparent)]
    Refused(#[from] edit::Refusal),
}

impl Explain for Error {
    fn message(&self) -> Message {
        let (key, path) = match self {
            Self::Database { path, source } if is_full(source) => ("transcript.full", path),
            Self::Database { path, source } if database::is_read_only(source) => ("transcript.read_only", path),
            Self::Database { path, .. } => ("transcript.database", path),
            Self::PathTooLong { path } => ("transcript.path_too_long", path),
            Self::Missing { path } => ("transcript.missing", path),
            Self::OtherRecording { path } => ("transcript.other_recording", path),
            Self::Newer { path, .. } => ("transcript.newer", path),
            Self::Damaged { path, .. } => ("transcript.damaged", path),
            Self::InUse { path } => ("transcript.in_use", path),
            Self::Seal(error) => return error.message(),
            Self::Recording(error) => return error.message(),
            Self::Refused(refusal) => return refusal.message(),
        };
        let message = Message::new(key).with("path", path.display());
        match self {
            Self::Database { source, .. } => message.with("detail", source),
            Self::Damaged { detail, .. } => message.with("detail", detail),
            Self::PathTooLong { .. } => message.with("longest", LONGEST_PATH),
            _ => message,
        }
    }

    fn is_usage(&self) -> bool {
        match self {
            Self::Missing { .. } | Self::OtherRecording { .. } | Self::PathTooLong { .. } | Self::InUse { .. } => true,
            Self::Seal(error) => error.is_usage(),
            Self::Recording(error) => error.is_usage(),
            Self::Refused(refusal) => refusal.is_usage(),
            Self::Database { .. } | Self::Newer { .. } | Self::Damaged { .. } => false,
        }
    }
}

fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
}

/// What makes a version: the same of all of these gives the same words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The model's name.
    pub model: String,
    /// SHA-256 of the model file, hexadecimal.
    pub model_sha256: String,
    /// SHA-256 of the weights that the model file was made from, where they had another form.
    pub model_origin: Option<String>,
    /// The language that the recogniser was told.
    pub language: String,
    /// This program's version.
    pub program: String,
}

/// What tells one state of a transcript from another: a store whose content is the same gives the
/// same words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// The number of the last correction; 0 where there is none.
    last_edit: u64,
    last_utterance: i64,
    last_version: i64,
    last_complete: i64,
    recording: String,
}

impl Content {
    /// The same with corrections up to this one.
    #[must_use]
    pub fn with_edits_up_to(self, last_edit: u64) -> Self {
        Self { last_edit, ..self }
    }
}

/// An open store.
pub struct Store {
    path: PathBuf,
    connection: Connection,
    /// Of a sealed meeting: the database is in memory, and this brings it to the disk.
    sealed: Option<Sealed>,
    /// What was closed of an open meeting.
    closed: Closed,
}

impl Store {
    /// Opens the store of a meeting folder, or makes an empty one.
    pub fn create(folder: &Path) -> Result<Self, Error> {
        if let Some(store) = Self::sealed(folder, true)? {
            return Ok(store);
        }
        Self::connect(folder.join(FILE_NAME))
    }

    /// Opens the store of a meeting folder that has one.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        if let Some(store) = Self::sealed(folder, false)? {
            return Ok(store);
        }
        let path = folder.join(FILE_NAME);
        if !path.is_file() {
            return Err(Error::Missing { path });
        }
        Self::connect(path)
    }

    /// The same, to read it. Where the folder may only be read, as on a disc or another person's
    /// share, the store is read into memory: what rules of this program lay over it is gone
    /// when it is closed.
    pub fn open_to_read(folder: &Path) -> Result<Self, Error> {
        match Self::open(folder) {
            Ok(mut store) => {
                if let Some(sealed) = &mut store.sealed {
                    sealed.may_forget = true;
                }
                Ok(store)
            }
            Err(Error::Database { path, source }) if database::is_read_only(&source) => {
                let connection =
                    database::copy_to_memory(&path).map_err(|_| Error::Database { path: path.clone(), source })?;
                Self::upgraded(path, connection, None)
            }
            opened => opened,
        }
    }

    /// The store of a sealed meeting; `None` where the meeting is open. Without the meeting's key
    /// there is none to be had.
    fn sealed(folder: &Path, create: bool) -> Result<Option<Self>, Error> {
        let path = folder.join(sealed::FILE_NAME);
        let Some(seal) = seal_of(folder)? else {
            // Whatever became of the ledger, what is sealed is not begun anew in the open.
            return if path.exists() { Err(seal::Error::Sealed { path: folder.to_owned() }.into()) } else { Ok(None) };
        };
        if seal::held(&seal.recipient).is_none() {
            // It may have been opened for good by a decision.
            seal::hold_released(folder)?;
        }
        let key = seal::held(&seal.recipient).ok_or_else(|| seal::Error::Sealed { path: folder.to_owned() })?;
        if !create && !path.is_file() {
            return Err(Error::Missing { path });
        }
        let (connection, sealed) = Sealed::open(&path, &key, seal.sealer()?)?;
        Self::upgraded(path, connection, Some(sealed)).map(Some)
    }

    /// Brings a change of a sealed store to the disk.
    fn persist(&self) -> Result<(), Error> {
        self.sealed.as_ref().map_or(Ok(()), |sealed| sealed.write(&self.path, &self.connection))
    }

    fn connect(path: PathBuf) -> Result<Self, Error> {
        if std::path::absolute(&path).is_ok_and(|whole| whole.as_os_str().len() > LONGEST_PATH) {
            return Err(Error::PathTooLong { path });
        }
        let failed = |source| Error::Database { path: path.clone(), source };
        let connection = Connection::open(&path).map_err(failed)?;
        if connection.is_readonly("main").map_err(failed)? {
            return Err(failed(database::read_only()));
        }
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        Self::upgraded(path, connection, None)
    }

    fn upgraded(path: PathBuf, connection: Connection, sealed: Option<Sealed>) -> Result<Self, Error> {
        let failed = |source| Error::Database { path: path.clone(), source };
        connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
        match schema::upgrade(&connection).map_err(failed)? {
            found if found > schema::NUMBER => Err(Error::Newer { path, found }),
            _ => Ok(Self { closed: Closed::of(&path), path, connection, sealed }),
        }
    }

    /// Says which recording this is the transcript of, or checks that it is the same one.
    /// `fingerprint` is any text that differs for another recording. Where it ends in
    /// [`CONTENT`] and a hash, a store that knows only what comes before takes the whole
    /// of it over.
    pub fn bind(&self, recording: &Recording, fingerprint: &str) -> Result<(), Error> {
        let known: Option<String> = self
            .connection
            .query_row("SELECT fingerprint FROM recording", [], |row| row.get(0))
            .optional()
            .map_err(self.failed())?;
        match known {
            Some(known) if known == fingerprint => self.describe(recording),
            Some(known) if known == without_content(fingerprint) => {
                self.connection
                    .execute("UPDATE recording SET fingerprint = ?1", [fingerprint])
                    .map_err(self.failed())?;
                self.describe(recording)
            }
            Some(_) => Err(Error::OtherRecording { path: self.path.clone() }),
            None => self
                .connection
                .execute("INSERT INTO recording VALUES (1, ?1, ?2)", params![fingerprint, self.to_json(recording)?])
                .map_err(self.failed())
                .and_then(|_| self.persist()),
        }
    }

    /// Keeps what is now known of the recording: its length and warnings are complete only at its
    /// end.
    pub fn describe(&self, recording: &Recording) -> Result<(), Error> {
        self.connection
            .execute("UPDATE recording SET description = ?1", [self.to_json(recording)?])
            .map_err(self.failed())?;
        self.persist()
    }

    /// The version of this origin, going on with one that exists, else a new one.
    pub fn version(&self, origin: &Origin, now: jiff::Timestamp) -> Result<Version, Error> {
        if let Some(version) = self.known_version(origin)? {
            return Ok(version);
        }
        let version = self
            .connection
            .query_row(
                "INSERT INTO version (model, model_sha256, model_origin, language, program, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING *",
                params![
                    origin.model,
                    origin.model_sha256,
                    origin.model_origin,
                    origin.language,
                    origin.program,
                    now.to_string()
                ],
                version_of,
            )
            .map_err(self.failed())?;
        self.persist()?;
        Ok(version)
    }

    /// The version of this origin, if there is one.
    pub fn known_version(&self, origin: &Origin) -> Result<Option<Version>, Error> {
        self.connection
            .query_row(
                "SELECT * FROM version WHERE model_sha256 = ?1 AND language = ?2 AND program = ?3 ORDER BY number DESC LIMIT 1",
                params![origin.model_sha256, origin.language, origin.program],
                version_of,
            )
            .optional()
            .map_err(self.failed())
    }

    /// The spans of a version that are already recognised.
    pub fn recognised(&self, version: u32) -> Result<HashSet<(Channel, Span)>, Error> {
        let mut statement = self
            .connection
            .prepare("SELECT channel, start, end FROM utterance WHERE version = ?1")
            .map_err(self.failed())?;
        let rows = statement
            .query_map([version], |row| Ok((row.get::<_, u16>(0)?, row.get::<_, u64>(1)?, row.get::<_, u64>(2)?)))
            .map_err(self.failed())?;
        let mut spans = HashSet::new();
        for row in rows {
            let (channel, start, end) = row.map_err(self.failed())?;
            spans.insert((self.channel(channel)?, Span::new(start, end)));
        }
        Ok(spans)
    }

    /// Adds an utterance with its words; on disk when this returns.
    pub fn add(&mut self, version: u32, utterance: &Utterance) -> Result<(), Error> {
        let flags = self.to_json(&utterance.flags)?;
        let sealed = self.parts()?.keep_words(utterance)?;
        let path = self.path.clone();
        let failed = |source| Error::Database { path: path.clone(), source };
        let transaction = self.connection.transaction().map_err(failed)?;
        transaction
            .execute(
                "INSERT INTO utterance (version, channel, start, end, text, confidence, flags) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    version,
                    utterance.channel.number(),
                    utterance.span.start,
                    utterance.span.end,
                    sealed.as_ref().unwrap_or(&utterance.text),
                    utterance.confidence,
                    flags
                ],
            )
            .map_err(failed)?;
        let id = transaction.last_insert_rowid();
        let words = if sealed.is_some() { &[][..] } else { &utterance.words };
        for (place, word) in words.iter().enumerate() {
            transaction
                .execute(
                    "INSERT INTO word VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![id, place, word.text, word.span.start, word.span.end, word.probability],
                )
                .map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        self.persist()
    }

    /// Marks a version as holding every utterance of the recording.
    pub fn complete(&self, version: u32) -> Result<(), Error> {
        self.connection
            .execute("UPDATE version SET complete = 1 WHERE number = ?1", [version])
            .map_err(self.failed())?;
        self.persist()
    }

    /// What was recognised: the newest version that is complete, else the newest.
    pub fn load(&self) -> Result<Transcript, Error> {
        self.transcript(self.shown_version()?)
    }

    fn shown_version(&self) -> Result<Version, Error> {
        self.connection
            .query_row("SELECT * FROM version ORDER BY complete DESC, number DESC LIMIT 1", [], version_of)
            .optional()
            .map_err(self.failed())?
            .ok_or_else(|| Error::Missing { path: self.path.clone() })
    }

    /// What was recognised in this version, if there is one of that number.
    pub fn load_version(&self, number: u32) -> Result<Option<Transcript>, Error> {
        let version = self.connection.query_row("SELECT * FROM version WHERE number = ?1", [number], version_of);
        version.optional().map_err(self.failed())?.map(|version| self.transcript(version)).transpose()
    }

    fn transcript(&self, version: Version) -> Result<Transcript, Error> {
        let (description, fingerprint): (String, String) = self
            .connection
            .query_row("SELECT description, fingerprint FROM recording", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(self.failed())?;
        let recording = serde_json::from_str(&description).map_err(|error| self.damaged(error))?;
        let found = self.utterances("version = ?1 ORDER BY start, channel", i64::from(version.number), true)?;
        let mut utterances: Vec<Utterance> = found.into_iter().map(|(_, utterance)| utterance).collect();
        overlap::mark(&mut utterances);
        let edition =
            Edition { meeting: sha256(without_content(&fingerprint).as_bytes()), last_edit: 0, ..Edition::default() };
        Ok(Transcript { recording, version, utterances, edition })
    }

    /// The recording that it is the transcript of, once that is known.
    pub fn recording(&self) -> Result<Option<Recording>, Error> {
        let description: Option<String> = self
            .connection
            .query_row("SELECT description FROM recording", [], |row| row.get(0))
            .optional()
            .map_err(self.failed())?;
        description.map(|text| serde_json::from_str(&text).map_err(|error| self.damaged(error))).transpose()
    }

    /// What was recognised since the place `after` (0 for all), in the order in which it was, with
    /// the clock of its spans; and the place to go on from. For showing a transcript while it
    /// grows.
    pub fn recognised_since(&self, after: i64) -> Result<(Clock, Vec<Utterance>, i64), Error> {
        let recording = self.recording()?.ok_or_else(|| Error::Missing { path: self.path.clone() })?;
        let found = self.utterances("id > ?1 ORDER BY id", after, true)?;
        let last = found.last().map_or(after, |(id, _)| *id);
        Ok((recording.clock, found.into_iter().map(|(_, utterance)| utterance).collect(), last))
    }

    /// What it holds, to be compared with what it holds later.
    pub fn content(&self) -> Result<Content, Error> {
        const QUERY: &str = "SELECT (SELECT ifnull(max(id), 0) FROM edit), (SELECT ifnull(max(id), 0) FROM utterance), \
            (SELECT ifnull(max(number), 0) FROM version), (SELECT ifnull(max(number), 0) FROM version WHERE complete), \
            ifnull((SELECT description FROM recording), '')";
        let content = |row: &rusqlite::Row| {
            Ok(Content {
                last_edit: row.get(0)?,
                last_utterance: row.get(1)?,
                last_version: row.get(2)?,
                last_complete: row.get(3)?,
                recording: row.get(4)?,
            })
        };
        self.connection.query_row(QUERY, [], content).map_err(self.failed())
    }

    /// With the times of the words, or without: most of the time goes into them.
    fn utterances(&self, wanted: &str, value: i64, timed: bool) -> Result<Vec<(i64, Utterance)>, Error> {
        let query = format!("SELECT id, channel, start, end, text, confidence, flags FROM utterance WHERE {wanted}");
        let mut statement = self.connection.prepare(&query).map_err(self.failed())?;
        let mut words = self
            .connection
            .prepare("SELECT text, start, end, probability FROM word WHERE utterance = ?1 ORDER BY place")
            .map_err(self.failed())?;
        let mut rows = statement.query([value]).map_err(self.failed())?;
        let mut utterances = Vec::new();
        let mut parts = None;
        while let Some(row) = rows.next().map_err(self.failed())? {
            let id: i64 = row.get(0).map_err(self.failed())?;
            let text: String = row.get(4).map_err(self.failed())?;
            let (text, held) = if closed::is_sealed(&text) {
                if parts.is_none() {
                    parts = Some(self.parts()?);
                }
                let opened = parts.as_ref().and_then(|parts| parts.open_words(text));
                let Some((text, words)) = opened else { continue };
                (text, Some(words))
            } else {
                (text, None)
            };
            let flags: String = row.get(6).map_err(self.failed())?;
            let flags: Vec<Flag> = serde_json::from_str(&flags).map_err(|error| self.damaged(error))?;
            let word = |row: &rusqlite::Row<'_>| {
                Ok(Word { text: row.get(0)?, span: Span::new(row.get(1)?, row.get(2)?), probability: row.get(3)? })
            };
            let words = if let Some(words) = held {
                if timed { words } else { Vec::new() }
            } else if timed {
                words.query_map([id], word).and_then(Iterator::collect).map_err(self.failed())?
            } else {
                Vec::new()
            };
            let utterance = Utterance {
                channel: self.channel(row.get(1).map_err(self.failed())?)?,
                span: Span::new(row.get(2).map_err(self.failed())?, row.get(3).map_err(self.failed())?),
                text,
                words,
                confidence: row.get(5).map_err(self.failed())?,
                flags,
                corrected: Corrected::default(),
            };
            utterances.push((id, utterance));
        }
        Ok(utterances)
    }

    /// The hash of a file as this program last wrote it, if it ever did.
    pub fn exported(&self, file: &str) -> Result<Option<String>, Error> {
        self.connection
            .query_row("SELECT sha256 FROM export WHERE file = ?1", [file], |row| row.get(0))
            .optional()
            .map_err(self.failed())
    }

    /// Keeps the hash of a file that this program has written, so that a person's changes to it can
    /// be told later.
    pub fn set_exported(&self, file: &str, sha256: &str) -> Result<(), Error> {
        self.connection
            .execute("INSERT OR REPLACE INTO export VALUES (?1, ?2)", [file, sha256])
            .map_err(self.failed())?;
        self.persist()
    }

    fn failed(&self) -> impl Fn(rusqlite::Error) -> Error {
        let path = self.path.clone();
        move |source| Error::Database { path: path.clone(), source }
    }

    fn damaged(&self, detail: impl std::fmt::Display) -> Error {
        Error::Damaged { path: self.path.clone(), detail: detail.to_string() }
    }

    fn channel(&self, number: u16) -> Result<Channel, Error> {
        Channel::new(number).ok_or_else(|| self.damaged(format!("channel {number}")))
    }

    fn to_json(&self, value: &impl serde::Serialize) -> Result<String, Error> {
        serde_json::to_string(value).map_err(|error| self.damaged(error))
    }
}

fn without_content(fingerprint: &str) -> &str {
    fingerprint.rsplit_once(CONTENT).map_or(fingerprint, |(before, _)| before)
}

fn version_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Version> {
    let created: String = row.get("created")?;
    Ok(Version {
        number: row.get("number")?,
        model: row.get("model")?,
        model_sha256: row.get("model_sha256")?,
        model_origin: row.get("model_origin")?,
        language: row.get("language")?,
        program: row.get("program")?,
        created: created.parse().map_err(|error: jiff::Error| {
            rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
        })?,
        complete: row.get("complete")?,
    })
}

#[cfg(test)]
mod tests;
