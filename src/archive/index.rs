//! The index on disk: one SQLite file in the folder of all meetings. It is never the truth: it can
//! be removed at any time, and is made anew from the meetings.
//!
//! `turn` has the words of each utterance (FTS5, without the text itself). Its row numbers are made
//! of the meeting's slot and the utterance's place, and slots descend with the day: so FTS5 gives
//! the newest first by itself. They are close together, because their distances take most of the
//! room. `word` and `vocabulary` have each word once, by its stems and by how it sounds.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params};

use super::Error;
use super::contents::{Contents, Open, Stamp, sealed};
use super::error::is_damage;
use super::packed::{pack, unpack};
use super::sound::{grams, is_compared, key};
use super::stemming::stems;
use crate::common::database;
use crate::common::digest::sha256;
use crate::common::message::Message;

/// The index's file name in the folder of all meetings.
pub const FILE_NAME: &str = "indeks-pencarian.db";

/// In the file's header, what tells an index from every other database: `RISC`.
const APPLICATION: i64 = 0x5249_5343;
/// The form of the index. One of another form is made anew.
const VERSION: i64 = 1;
/// How long another process is waited for that writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Slots of one day; where they are taken, those of the days before are.
pub(super) const OF_DAY: i64 = 16;
/// The last day that has a place of its own: in the year 2149.
const LAST_DAY: i64 = 65_535;
/// Utterances of one slot; a meeting of more takes the next ones too.
const OF_SLOT: usize = 1 << 11;
/// Utterances that a meeting may have.
pub(super) const MOST_TURNS: usize = 1 << 16;

const SCHEMA: &str = "
CREATE TABLE meeting (
    slot INTEGER PRIMARY KEY,
    slots INTEGER NOT NULL,
    folder TEXT NOT NULL UNIQUE,
    stamps TEXT NOT NULL,
    digest TEXT NOT NULL,
    about TEXT NOT NULL,
    turns BLOB NOT NULL
);
CREATE TABLE purge_due (since TEXT NOT NULL);
CREATE TABLE left_out (name TEXT PRIMARY KEY, stamps TEXT NOT NULL, why TEXT);
CREATE TABLE fact (
    slot INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    at INTEGER,
    item INTEGER NOT NULL,
    text TEXT NOT NULL,
    party TEXT,
    excused INTEGER NOT NULL
);
CREATE INDEX fact_of_meeting ON fact (slot);
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE turn USING fts5(
    same, current, recognised, content='', contentless_delete=1, tokenize=\"ascii tokenchars '.,'\"
);
CREATE VIRTUAL TABLE vocabulary USING fts5(
    stems, grams, content='', columnsize=0, detail='column', tokenize=\"ascii tokenchars '.,'\"
);
";

/// An open index.
pub(super) struct Index {
    pub(super) connection: Connection,
    path: PathBuf,
    /// Whether it is gone when it is closed, because nothing can be written into the folder.
    pub(super) is_in_memory: bool,
    /// Words that are known to be in the vocabulary, and the state of the file for which that is so.
    known: (i64, HashSet<String>),
}

/// What the index knows of a folder.
pub(super) struct Known {
    /// Its files, as JSON; of a closed meeting the hash of that.
    pub(super) stamps: String,
    /// Of what it has of it; nothing of one that was left out.
    pub(super) digest: Option<String>,
}

/// What SQLite says of a file that is no index of this form.
enum Unfit {
    Damaged,
    Other,
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Unfit {
    fn from(error: rusqlite::Error) -> Self {
        if is_damage(&error) { Self::Damaged } else { Self::Failed(error) }
    }
}

impl Index {
    /// Opens the index of a folder, or makes an empty one; with what a person should know of it.
    pub(super) fn open(root: &Path) -> Result<(Self, Option<Message>), Error> {
        let path = root.join(FILE_NAME);
        let of = |connection, is_in_memory| Self {
            connection,
            path: path.clone(),
            is_in_memory,
            known: (0, HashSet::new()),
        };
        let key = match on_disk(&path) {
            Ok(connection) => return Ok((of(connection, false), None)),
            Err(Unfit::Failed(source)) if database::is_read_only(&source) => {
                let connection = in_memory(&path).map_err(|source| Error::Index { path: path.clone(), source })?;
                return Ok((of(connection, true), Some(Message::new("search.in_memory").with("path", root.display()))));
            }
            Err(Unfit::Failed(source)) => return Err(Error::Index { path, source }),
            Err(Unfit::Damaged) => "search.damaged",
            Err(Unfit::Other) => "search.other_form",
        };
        remove(&path);
        match on_disk(&path) {
            Ok(connection) => Ok((of(connection, false), Some(Message::new(key).with("path", path.display())))),
            Err(Unfit::Failed(source)) => Err(Error::Index { path, source }),
            Err(Unfit::Damaged | Unfit::Other) => {
                let connection = in_memory(&path).map_err(|source| Error::Index { path: path.clone(), source })?;
                Ok((of(connection, true), Some(Message::new("search.in_memory").with("path", root.display()))))
            }
        }
    }

    /// Takes everything out. Others who have the file open go on with it.
    pub(super) fn clear(&mut self) -> Result<(), Error> {
        let tables: Vec<&str> = SCHEMA
            .lines()
            .filter_map(|line| line.strip_prefix("CREATE TABLE ").or(line.strip_prefix("CREATE VIRTUAL TABLE ")))
            .filter_map(|rest| rest.split(' ').next())
            .collect();
        let drops: String = tables.iter().map(|table| format!("DROP TABLE {table};\n")).collect();
        self.connection.flush_prepared_statement_cache();
        self.together(|index| {
            index.known.1.clear();
            index.connection.execute_batch(&(drops + SCHEMA)).map_err(index.failed())
        })
    }

    /// Removes the index of a folder, so that the next one is empty.
    pub(super) fn discard(root: &Path) {
        remove(&root.join(FILE_NAME));
    }

    pub(super) fn failed(&self) -> impl Fn(rusqlite::Error) -> Error + use<> {
        let path = self.path.clone();
        move |source| Error::Index { path: path.clone(), source }
    }

    /// Every folder that it knows: of a closed meeting by the hash of its name only.
    pub(super) fn known(&self) -> Result<Vec<(String, Known)>, Error> {
        let query = "SELECT folder, stamps, digest FROM meeting UNION ALL SELECT name, stamps, NULL FROM left_out";
        let mut statement = self.connection.prepare_cached(query).map_err(self.failed())?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, Known { stamps: row.get(1)?, digest: row.get(2)? })));
        rows.and_then(Iterator::collect).map_err(self.failed())
    }

    /// How many closed meetings were left out, and what cannot be read and why.
    pub(super) fn left_out(&self) -> Result<(usize, Vec<(String, Message)>), Error> {
        let mut statement =
            self.connection.prepare_cached("SELECT name, why FROM left_out ORDER BY name").map_err(self.failed())?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?)));
        let rows: Vec<_> = rows.and_then(Iterator::collect).map_err(self.failed())?;
        let closed = rows.iter().filter(|(_, why)| why.is_none()).count();
        let unreadable = rows.into_iter().filter_map(|(name, why)| Some((name, serde_json::from_str(&why?).ok()?)));
        Ok((closed, unreadable.collect()))
    }

    /// How many meetings it has.
    pub(super) fn meetings(&self) -> Result<usize, Error> {
        self.connection.query_row("SELECT count(*) FROM meeting", [], |row| row.get(0)).map_err(self.failed())
    }

    /// Does some writing, all or nothing of it.
    pub(super) fn together<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(self.failed())?;
        let version: i64 = self
            .connection
            .pragma_query_value(None, "data_version", |row| row.get(0))
            .map_err(self.failed())
            .unwrap_or(-1);
        if self.known.0 != version {
            // Another process may have taken words out.
            self.known = (version, HashSet::new());
        }
        let done = work(self).and_then(|done| {
            self.connection.execute_batch("COMMIT").map_err(self.failed())?;
            Ok(done)
        });
        if done.is_err() {
            self.known.1.clear();
            // What the transaction did is undone with the connection at the latest.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        done
    }

    /// Takes a folder out: a meeting, or one that was left out. Whether it was a meeting.
    pub(super) fn forget(&mut self, name: &str) -> Result<bool, Error> {
        let failed = self.failed();
        self.connection
            .prepare_cached("DELETE FROM left_out WHERE name = ?1")
            .and_then(|mut statement| statement.execute([name]))
            .map_err(&failed)?;
        let found: Option<(i64, Vec<u8>)> = self
            .connection
            .prepare_cached("SELECT slot, turns FROM meeting WHERE folder = ?1")
            .and_then(|mut statement| statement.query_row([name], |row| Ok((row.get(0)?, row.get(1)?))).optional())
            .map_err(&failed)?;
        let Some((slot, turns)) = found else { return Ok(false) };
        {
            let mut delete = self.connection.prepare_cached("DELETE FROM turn WHERE rowid = ?1").map_err(&failed)?;
            for place in 0..unpack(&turns).len() {
                delete.execute([row(slot, place)]).map_err(&failed)?;
            }
        }
        for query in ["DELETE FROM fact WHERE slot = ?1", "DELETE FROM meeting WHERE slot = ?1"] {
            self.connection
                .prepare_cached(query)
                .and_then(|mut statement| statement.execute([slot]))
                .map_err(&failed)?;
        }
        Ok(true)
    }

    /// Puts what was found in a folder in place of what was known of it.
    pub(super) fn put(&mut self, id: &str, stamps: &[Stamp], contents: &Contents) -> Result<(), Error> {
        let failed = self.failed();
        let stamps = match contents {
            Contents::Closed => sealed(stamps),
            _ => serde_json::to_string(stamps).unwrap_or_default(),
        };
        if self.is_put(id, &stamps)? {
            return Ok(());
        }
        let leave_out = |index: &Self, name: &str, why: Option<String>| {
            index
                .connection
                .execute("INSERT OR REPLACE INTO left_out VALUES (?1, ?2, ?3)", params![name, stamps, why])
                .map(drop)
                .map_err(&failed)
        };
        match contents {
            Contents::Known => {
                self.connection
                    .execute("UPDATE meeting SET stamps = ?2 WHERE folder = ?1", params![id, stamps])
                    .map_err(&failed)?;
            }
            Contents::Closed => {
                if self.forget(id)? {
                    let insert = "INSERT INTO purge_due VALUES (datetime('now'))";
                    self.connection.execute(insert, []).map_err(&failed)?;
                }
                leave_out(self, &closed_name(id), None)?;
            }
            Contents::Unreadable(why) => {
                self.forget_all(id)?;
                leave_out(self, id, serde_json::to_string(why).ok())?;
            }
            Contents::Open(open) => {
                self.forget_all(id)?;
                self.add(id, &stamps, open)?;
            }
        }
        Ok(())
    }

    fn forget_all(&mut self, id: &str) -> Result<(), Error> {
        self.forget(&closed_name(id))?;
        self.forget(id).map(drop)
    }

    /// Whether another process was here first.
    fn is_put(&self, id: &str, stamps: &str) -> Result<bool, Error> {
        let query = "SELECT EXISTS (SELECT 1 FROM meeting WHERE folder = ?1 AND stamps = ?3) \
            OR EXISTS (SELECT 1 FROM left_out WHERE name IN (?1, ?2) AND stamps = ?3)";
        self.connection
            .prepare_cached(query)
            .and_then(|mut statement| statement.query_row(params![id, closed_name(id), stamps], |row| row.get(0)))
            .map_err(self.failed())
    }

    fn add(&mut self, id: &str, stamps: &str, open: &Open) -> Result<(), Error> {
        let failed = self.failed();
        let slots = open.turns.len().div_ceil(OF_SLOT).max(1) as i64;
        let slot = self.free_slot(open.about.date, slots)?;
        let about = serde_json::to_string(&open.about).unwrap_or_default();
        self.connection
            .prepare_cached("INSERT INTO meeting VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .and_then(|mut insert| {
                insert.execute(params![slot, slots, id, stamps, open.digest, about, pack(&open.turns)])
            })
            .map_err(&failed)?;
        {
            let mut insert = self
                .connection
                .prepare_cached("INSERT INTO fact VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
                .map_err(&failed)?;
            for fact in &open.facts {
                insert
                    .execute(params![slot, fact.kind.number(), fact.at, fact.item, fact.text, fact.group, fact.excused])
                    .map_err(&failed)?;
            }
            let mut insert = self
                .connection
                .prepare_cached("INSERT INTO turn (rowid, same, current, recognised) VALUES (?1, ?2, ?3, ?4)")
                .map_err(&failed)?;
            for (place, turn) in open.turns.iter().enumerate() {
                let (current, recognised) = turn.differing.as_ref().map_or(("", ""), |(now, then)| (now, then));
                insert.execute(params![row(slot, place), turn.same, current, recognised]).map_err(&failed)?;
            }
        }
        for word in &open.words {
            self.learn(word)?;
        }
        Ok(())
    }

    /// The next place for a meeting of this day and of so many slots; those without a day come last.
    fn free_slot(&self, day: Option<Date>, slots: i64) -> Result<i64, Error> {
        let first = first_slot(day);
        let before = (MOST_TURNS / OF_SLOT) as i64;
        let mut statement = self
            .connection
            .prepare_cached("SELECT slot, slots FROM meeting WHERE slot > ?1 ORDER BY slot")
            .map_err(self.failed())?;
        let mut rows = statement.query([first - before]).map_err(self.failed())?;
        let mut free = first;
        while let Some(row) = rows.next().map_err(self.failed())? {
            let (taken, count): (i64, i64) =
                row.get(0).and_then(|slot| Ok((slot, row.get(1)?))).map_err(self.failed())?;
            if taken >= free + slots {
                break;
            }
            free = free.max(taken + count);
        }
        Ok(free)
    }

    /// The meeting to which a slot belongs, by its first one.
    pub(super) fn owner(&self, slot: i64) -> Result<i64, Error> {
        self.connection
            .prepare_cached("SELECT coalesce(max(slot), -1) FROM meeting WHERE slot <= ?1")
            .and_then(|mut select| select.query_row([slot], |row| row.get(0)))
            .map_err(self.failed())
    }

    fn learn(&mut self, word: &str) -> Result<(), Error> {
        if self.known.1.contains(word) {
            return Ok(());
        }
        let failed = self.failed();
        let is_new = self
            .connection
            .prepare_cached("INSERT OR IGNORE INTO word (text) VALUES (?1)")
            .and_then(|mut insert| insert.execute([word]))
            .map_err(&failed)?;
        if is_new > 0 {
            let grams = if is_compared(word) { grams(&key(word)).join(" ") } else { String::new() };
            let id = self.connection.last_insert_rowid();
            self.connection
                .prepare_cached("INSERT INTO vocabulary (rowid, stems, grams) VALUES (?1, ?2, ?3)")
                .and_then(|mut insert| insert.execute(params![id, stems(word).join(" "), grams]))
                .map_err(&failed)?;
        }
        self.known.1.insert(word.to_owned());
        Ok(())
    }

    /// Removes from the file what is no longer found, where that is due: words of a meeting that was
    /// closed. Deleting a row only hides its words until FTS5 writes that part of its index anew.
    pub(super) fn purge(&mut self) -> Result<(), Error> {
        let is_due: bool = self
            .connection
            .query_row("SELECT EXISTS (SELECT 1 FROM purge_due)", [], |row| row.get(0))
            .map_err(self.failed())?;
        if !is_due {
            return Ok(());
        }
        self.together(|index| {
            let failed = index.failed();
            let batch = "DELETE FROM purge_due;
                INSERT INTO turn (turn) VALUES ('optimize');
                CREATE VIRTUAL TABLE temp.term USING fts5vocab('main', 'turn', 'row');
                DELETE FROM word WHERE text NOT IN (SELECT term FROM temp.term);
                DROP TABLE temp.term;
                INSERT INTO vocabulary (vocabulary) VALUES ('delete-all');";
            index.connection.execute_batch(batch).map_err(&failed)?;
            let words: Vec<(i64, String)> = index
                .connection
                .prepare("SELECT id, text FROM word")
                .and_then(|mut select| select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
                .map_err(&failed)?;
            let mut insert = index
                .connection
                .prepare("INSERT INTO vocabulary (rowid, stems, grams) VALUES (?1, ?2, ?3)")
                .map_err(&failed)?;
            for (id, word) in words {
                let grams = if is_compared(&word) { grams(&key(&word)).join(" ") } else { String::new() };
                insert.execute(params![id, stems(&word).join(" "), grams]).map_err(&failed)?;
            }
            drop(insert);
            index.known.1.clear();
            Ok(())
        })?;
        // The log keeps pages of before until it is brought into the file.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(self.failed())
    }
}

/// Of a closed meeting not even the name is kept.
pub(super) fn closed_name(id: &str) -> String {
    format!("sha256:{}", sha256(id.as_bytes()))
}

/// The row of the utterance at this place of the meeting that begins in this slot.
pub(super) fn row(slot: i64, place: usize) -> i64 {
    slot * OF_SLOT as i64 + place as i64
}

/// The slot of a row.
pub(super) fn slot_of(row: i64) -> i64 {
    row.div_euclid(OF_SLOT as i64)
}

/// The first slot of a day: the later, the smaller.
pub(super) fn first_slot(day: Option<Date>) -> i64 {
    let days = day.and_then(|day| day.since(date(1970, 1, 1)).ok()).map_or(0, |span| i64::from(span.get_days()));
    (LAST_DAY - days.clamp(0, LAST_DAY)) * OF_DAY
}

fn remove(path: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        // One that cannot be removed is told of when it is opened.
        let _ = fs::remove_file(name);
    }
}

fn on_disk(path: &Path) -> Result<Connection, Unfit> {
    let begun = Instant::now();
    loop {
        match connect(path) {
            // Two that begin at once may be told so without a wait.
            Err(Unfit::Failed(error))
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begun.elapsed() < PATIENCE =>
            {
                thread::sleep(Duration::from_millis(20));
            }
            connected => return connected,
        }
    }
}

fn connect(path: &Path) -> Result<Connection, Unfit> {
    let connection = Connection::open(path)?;
    if connection.is_readonly("main")? {
        return Err(Unfit::Failed(database::read_only()));
    }
    connection.busy_timeout(PATIENCE)?;
    if form(&connection)? == Form::Other {
        return Err(Unfit::Other);
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    settle(&connection)?;
    Ok(connection)
}

/// A copy of the index in memory, or an empty one.
fn in_memory(path: &Path) -> rusqlite::Result<Connection> {
    let copied = Some(path).filter(|path| path.is_file()).and_then(|path| database::copy_to_memory(path).ok());
    let usable = copied.filter(|copy| matches!(form(copy), Ok(Form::Index)));
    let connection = usable.map_or_else(Connection::open_in_memory, Ok)?;
    settle(&connection)?;
    Ok(connection)
}

#[derive(PartialEq, Eq)]
enum Form {
    Empty,
    Index,
    Other,
}

fn form(connection: &Connection) -> rusqlite::Result<Form> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (number("application_id")?, number("user_version")?, tables) {
        (APPLICATION, VERSION, 1..) => Form::Index,
        (0, 0, 0) => Form::Empty,
        _ => Form::Other,
    })
}

/// Makes the tables where there are none.
fn settle(connection: &Connection) -> rusqlite::Result<()> {
    // What is taken out leaves no trace in the file.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    if form(connection)? == Form::Empty {
        let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
        // Another process may have made them while this one waited.
        if form(&transaction)? == Form::Empty {
            transaction.execute_batch(SCHEMA)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        transaction.commit()?;
    }
    Ok(())
}
