//! The tables of the store, and how an older store gets those it lacks.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// What each step adds to a store. A store's schema is the number of steps that were taken; a step
/// is never changed once released.
const STEPS: [&str; 7] = [RECOGNISED, EDITS, LIFE, VERSIONS, PLAYED, PEAKS, REDACTIONS];

/// The schema that this program writes; a file with a higher number was written by a later program.
pub(super) const NUMBER: i64 = STEPS.len() as i64;

const RECOGNISED: &str = "
CREATE TABLE recording (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT NOT NULL,
    description TEXT NOT NULL
);
CREATE TABLE version (
    number INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    language TEXT NOT NULL,
    program TEXT NOT NULL,
    created TEXT NOT NULL,
    complete INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE utterance (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES version,
    channel INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    text TEXT NOT NULL,
    confidence REAL NOT NULL,
    flags TEXT NOT NULL,
    UNIQUE (version, channel, start, end)
);
CREATE TABLE word (
    utterance INTEGER NOT NULL REFERENCES utterance,
    place INTEGER NOT NULL,
    text TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    probability REAL NOT NULL,
    PRIMARY KEY (utterance, place)
) WITHOUT ROWID;
CREATE TABLE export (
    file TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL
);
CREATE TRIGGER utterance_is_raw BEFORE UPDATE ON utterance BEGIN SELECT RAISE(ABORT, 'raw'); END;
CREATE TRIGGER utterance_stays BEFORE DELETE ON utterance BEGIN SELECT RAISE(ABORT, 'raw'); END;
CREATE TRIGGER word_is_raw BEFORE UPDATE ON word BEGIN SELECT RAISE(ABORT, 'raw'); END;
CREATE TRIGGER word_stays BEFORE DELETE ON word BEGIN SELECT RAISE(ABORT, 'raw'); END;
";

const EDITS: &str = "
CREATE TABLE edit (
    id INTEGER PRIMARY KEY,
    utterance INTEGER NOT NULL REFERENCES utterance,
    change TEXT NOT NULL,
    by TEXT NOT NULL,
    made TEXT NOT NULL,
    why TEXT,
    source TEXT NOT NULL
);
CREATE INDEX edit_of_utterance ON edit (utterance);
CREATE TRIGGER edit_is_kept BEFORE UPDATE ON edit BEGIN SELECT RAISE(ABORT, 'edit'); END;
CREATE TRIGGER edit_stays BEFORE DELETE ON edit BEGIN SELECT RAISE(ABORT, 'edit'); END;
";

const LIFE: &str = "
CREATE TABLE step (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    note TEXT,
    until TEXT,
    edition INTEGER UNIQUE,
    manifest TEXT
);
CREATE TRIGGER step_is_kept BEFORE UPDATE ON step BEGIN SELECT RAISE(ABORT, 'step'); END;
CREATE TRIGGER step_stays BEFORE DELETE ON step BEGIN SELECT RAISE(ABORT, 'step'); END;
";

const VERSIONS: &str = "
ALTER TABLE version ADD COLUMN model_origin TEXT;
CREATE TABLE carried (
    version INTEGER NOT NULL REFERENCES version,
    edit INTEGER NOT NULL REFERENCES edit,
    outcome TEXT NOT NULL,
    became INTEGER REFERENCES edit,
    PRIMARY KEY (version, edit)
) WITHOUT ROWID;
CREATE TABLE sound (place INTEGER PRIMARY KEY, path TEXT NOT NULL);
CREATE TRIGGER carried_is_kept BEFORE UPDATE ON carried BEGIN SELECT RAISE(ABORT, 'carried'); END;
CREATE TRIGGER carried_stays BEFORE DELETE ON carried BEGIN SELECT RAISE(ABORT, 'carried'); END;
";

const PLAYED: &str = "
CREATE TABLE played (
    id INTEGER PRIMARY KEY,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    channel INTEGER,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL
);
CREATE TRIGGER played_is_kept BEFORE UPDATE ON played BEGIN SELECT RAISE(ABORT, 'played'); END;
CREATE TRIGGER played_stays BEFORE DELETE ON played BEGIN SELECT RAISE(ABORT, 'played'); END;
";

const PEAKS: &str = "
CREATE TABLE peaks (stretch INTEGER PRIMARY KEY, levels BLOB NOT NULL);
";

const REDACTIONS: &str = "
CREATE TABLE redaction (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    channel INTEGER,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    made TEXT NOT NULL,
    words TEXT NOT NULL
);
CREATE TABLE withdrawal (
    redaction INTEGER PRIMARY KEY REFERENCES redaction,
    by TEXT NOT NULL,
    made TEXT NOT NULL,
    why TEXT
);
CREATE TRIGGER redaction_is_kept BEFORE UPDATE ON redaction BEGIN SELECT RAISE(ABORT, 'redaction'); END;
CREATE TRIGGER redaction_stays BEFORE DELETE ON redaction BEGIN SELECT RAISE(ABORT, 'redaction'); END;
CREATE TRIGGER withdrawal_is_kept BEFORE UPDATE ON withdrawal BEGIN SELECT RAISE(ABORT, 'withdrawal'); END;
CREATE TRIGGER withdrawal_stays BEFORE DELETE ON withdrawal BEGIN SELECT RAISE(ABORT, 'withdrawal'); END;
";

/// Takes the steps that a store lacks, all or none, and says which schema it had. One that is newer
/// is left alone.
pub(super) fn upgrade(connection: &Connection) -> rusqlite::Result<i64> {
    let found = number(connection)?;
    if found >= NUMBER {
        return Ok(found);
    }
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // Another process may have taken them while this one waited.
    let taken = number(&transaction)?;
    for step in STEPS.iter().skip(usize::try_from(taken).unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", taken.max(NUMBER))?;
    transaction.commit()?;
    Ok(found)
}

fn number(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
