//! The store of a closed meeting: a database in memory, which is an age file on the disk, whole.
//!
//! Each change is sealed and written in place of the file before, in one step; nothing of it lies
//! open anywhere, no journal and no temporary file. That costs what the whole store costs, some
//! megabytes for a day's meeting, and in return a store is never half sealed. One program writes at
//! a time: one that finds the file changed under its hands refuses.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::Error;
use crate::common::digest::sha256;
use crate::common::{atomic_file, lock};
use crate::seal::{self, MeetingKey, Sealer};

/// The name of the store of a sealed meeting.
pub const FILE_NAME: &str = "transkrip.db.age";

/// Held by the program that writes.
const LOCK: &str = ".transkrip.kunci";

/// Pages that are copied at a time.
const PAGES: i32 = 10_000;

/// What brings a store to the disk.
pub(super) struct Sealed {
    sealer: Sealer,
    state: RefCell<State>,
    /// Whether a change that cannot be kept is only gone when the store is closed.
    pub may_forget: bool,
}

struct State {
    /// The hash of the file as it was read or written last; `None` where there was none.
    known: Option<String>,
    /// Held from the first change on.
    lock: Option<File>,
}

impl Sealed {
    /// Reads the store, or begins an empty one.
    pub fn open(path: &Path, key: &MeetingKey, sealer: Sealer) -> Result<(Connection, Self), Error> {
        let failed = |source| Error::Database { path: path.to_owned(), source };
        let mut connection = Connection::open_in_memory().map_err(failed)?;
        let file = read(path)?;
        if let Some(file) = &file {
            let plain = key.open(file, path)?;
            connection.deserialize_read_exact("main", &plain[..], plain.len(), false).map_err(failed)?;
        }
        // What does not fit into SQLite's memory would lie in a file.
        connection.pragma_update(None, "temp_store", "MEMORY").map_err(failed)?;
        let known = file.map(|file| sha256(&file));
        Ok((connection, Self { sealer, state: RefCell::new(State { known, lock: None }), may_forget: false }))
    }

    /// Writes the store as it is now.
    pub fn write(&self, path: &Path, connection: &Connection) -> Result<(), Error> {
        match self.replace(path, connection) {
            Err(Error::InUse { .. } | Error::Seal(seal::Error::Io { .. })) if self.may_forget => Ok(()),
            written => written,
        }
    }

    fn replace(&self, path: &Path, connection: &Connection) -> Result<(), Error> {
        let failed = |source| Error::Database { path: path.to_owned(), source };
        let io = |source| Error::Seal(seal::Error::Io { path: path.to_owned(), source });
        let mut state = self.state.borrow_mut();
        if state.lock.is_none() {
            state.lock = match lock::hold(&path.with_file_name(LOCK)) {
                Ok(lock) => Some(lock),
                Err(lock::Error::Held { .. }) => return Err(Error::InUse { path: path.to_owned() }),
                // Without locks the comparison below must do.
                Err(lock::Error::Unsupported { .. }) => None,
                Err(lock::Error::Io { source, .. } | lock::Error::Foreign { source, .. }) => return Err(io(source)),
            };
            if read(path)?.map(|file| sha256(&file)) != state.known {
                state.lock = None;
                return Err(Error::InUse { path: path.to_owned() });
            }
        }
        // SQLite gives the bytes only of a database that nothing else looks at.
        let mut copy = Connection::open_in_memory().map_err(failed)?;
        Backup::new(connection, &mut copy)
            .and_then(|backup| backup.run_to_completion(PAGES, Duration::ZERO, None))
            .map_err(failed)?;
        let file = self.sealer.seal(&copy.serialize("main").map_err(failed)?).map_err(io)?;
        atomic_file::write(path, &file).map_err(io)?;
        state.known = Some(sha256(&file));
        Ok(())
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Seal(seal::Error::Io { path: path.to_owned(), source })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{Claim, End, Format, Sample, Start, Writer, folder_of};
    use crate::seal::{Holder, Identity, Role};
    use crate::transcript::store::{Step, Store};

    /// The folder of a meeting that was recorded under seal to this key.
    fn folder(key: &MeetingKey) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let holder = Holder::new("Sari", Role::Ketua, &Identity::generate("Sari").recipient()).expect("a holder");
        let start = Start {
            utc: jiff::Timestamp::UNIX_EPOCH,
            zone: jiff::tz::TimeZone::UTC,
            format: Format { rate: 8_000.try_into().expect("a rate"), channels: 1, sample: Sample::I16 },
            device: "uji".into(),
            names: Vec::new(),
            seal: Some(key.seal(&[holder]).expect("a seal")),
        };
        let claim = Claim::take(&folder_of(folder.path())).expect("a folder");
        Writer::begin(claim, start).and_then(|writer| writer.finish(End::Asked)).expect("closed");
        folder
    }

    fn step(by: &str) -> Step {
        let at = jiff::Timestamp::UNIX_EPOCH;
        Step { state: "koreksi".into(), at, by: by.into(), note: None, until: None, seal: None }
    }

    #[test]
    fn each_change_is_on_the_disk_and_sealed_and_there_is_no_store_without_the_key() {
        let key = MeetingKey::generate();
        let folder = folder(&key);
        for store in [Store::create(folder.path()), Store::open(folder.path()), Store::open_to_read(folder.path())] {
            assert!(matches!(store, Err(Error::Seal(seal::Error::Sealed { .. }))));
        }
        seal::hold(key);
        assert!(matches!(Store::open(folder.path()), Err(Error::Missing { .. })));
        let store = Store::create(folder.path()).expect("a store");
        store.add_step(&step("Zulkarnaen")).expect("added");
        let again = Store::open(folder.path()).expect("opened beside it");
        assert_eq!(again.steps().expect("steps"), [step("Zulkarnaen")]);
        let names: Vec<_> = fs::read_dir(folder.path())
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name.contains("transkrip"))
            .collect();
        assert!(names.iter().all(|name| [FILE_NAME, LOCK].contains(&name.as_str())), "{names:?}");
        let file = fs::read(folder.path().join(FILE_NAME)).expect("read");
        assert!(!file.windows(10).any(|piece| piece == b"Zulkarnaen" || piece == b"SQLite for"), "it lies open");
        // Without its ledger it is no open meeting.
        fs::remove_dir_all(folder_of(folder.path())).expect("removed");
        assert!(matches!(Store::create(folder.path()), Err(Error::Seal(seal::Error::Sealed { .. }))));
    }

    #[test]
    fn of_two_who_write_one_is_refused_and_nothing_of_the_other_is_lost() {
        let key = MeetingKey::generate();
        let folder = folder(&key);
        seal::hold(key);
        let store = Store::create(folder.path()).expect("a store");
        store.add_step(&step("Sari")).expect("added");
        let late = Store::open(folder.path()).expect("opened");
        assert!(matches!(late.add_step(&step("Budi")), Err(Error::InUse { .. })));
        // One who only reads forgets what rules would lay over it.
        Store::open_to_read(folder.path()).expect("opened").add_step(&step("Aturan")).expect("forgotten");
        store.add_step(&step("Sari lagi")).expect("added");
        drop(store);
        // What it has seen is not what is there by now.
        assert!(matches!(late.add_step(&step("Budi")), Err(Error::InUse { .. })));
        drop(late);
        let store = Store::open(folder.path()).expect("opened");
        store.add_step(&step("Budi")).expect("added");
        let steps = Store::open(folder.path()).expect("opened").steps().expect("steps");
        assert_eq!(steps.iter().map(|step| step.by.as_str()).collect::<Vec<_>>(), ["Sari", "Sari lagi", "Budi"]);
    }

    #[test]
    fn a_damaged_store_is_told_and_left_alone() {
        let key = MeetingKey::generate();
        let folder = folder(&key);
        seal::hold(key);
        Store::create(folder.path()).expect("a store").add_step(&step("Sari")).expect("added");
        let path = folder.path().join(FILE_NAME);
        let mut file = fs::read(&path).expect("read");
        let last = file.len() - 1;
        file[last] ^= 1;
        fs::write(&path, &file).expect("written");
        assert!(matches!(Store::create(folder.path()), Err(Error::Seal(seal::Error::Damaged { .. }))));
        assert_eq!(fs::read(&path).expect("read"), file);
    }
}
