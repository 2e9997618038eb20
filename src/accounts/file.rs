//! The file of accounts, in the folder of all meetings.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::{Account, NewAccount, same_name, valid_name, valid_roles};
use super::error::Error;
use super::password::hash;
use super::role::Roles;
use crate::common::{atomic_file, lock};

/// The name of the file in the folder of all meetings.
pub const FILE_NAME: &str = "akun.json";
/// What one who changes it holds.
const LOCK: &str = ".akun.kunci";
/// The form of the file.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    accounts: Vec<Account>,
}

/// The accounts of a folder of meetings, on disk.
pub struct Accounts {
    path: PathBuf,
}

impl Accounts {
    /// Those of this folder of meetings, which may have none.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { path: folder.join(FILE_NAME) }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of them, by name; none where there is no file.
    ///
    /// # Errors
    /// [`Error::Read`] and [`Error::Damaged`].
    pub fn read(&self) -> Result<Vec<Account>, Error> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(Error::Read { path: self.path.clone(), source }),
        };
        let damaged = |detail: String| Error::Damaged { path: self.path.clone(), detail };
        let content: Content = serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        if content.version != VERSION {
            return Err(damaged(format!("version {}", content.version)));
        }
        Ok(content.accounts)
    }

    /// Whether an account may be made, before its password is asked for.
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn may_add(&self, name: &str, roles: &Roles, person: Option<&str>) -> Result<(), Error> {
        let name = valid_name(name)?;
        valid_roles(roles, person)?;
        is_free(name, &self.read()?)
    }

    /// Makes an account.
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn add(&self, new: &NewAccount<'_>) -> Result<(), Error> {
        let name = valid_name(new.name)?;
        valid_roles(&new.roles, new.person)?;
        let password = hash(name, new.password)?;
        self.change(|accounts| {
            is_free(name, accounts)?;
            accounts.push(Account {
                name: name.to_owned(),
                roles: new.roles.clone(),
                person: new.person.map(str::to_owned),
                password: password.clone(),
                disabled: false,
                changed: Timestamp::now(),
            });
            accounts.sort_by_key(|account| account.name.to_ascii_lowercase());
            Ok(())
        })
    }

    /// Gives an account another password, which ends its sessions.
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn set_password(&self, name: &str, password: &str) -> Result<(), Error> {
        let password = hash(name.trim(), password)?;
        self.change_one(name, |account| {
            account.password = password.clone();
            Ok(())
        })
    }

    /// Disables an account, which ends its sessions, or enables it again.
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn set_disabled(&self, name: &str, disabled: bool) -> Result<(), Error> {
        self.change_one(name, |account| {
            account.disabled = disabled;
            Ok(())
        })
    }

    /// Gives an account other roles, which ends its sessions. A person is kept where none is given.
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn set_roles(&self, name: &str, roles: &Roles, person: Option<&str>) -> Result<(), Error> {
        self.change_one(name, |account| {
            let person = person.or(account.person.as_deref()).map(str::to_owned);
            valid_roles(roles, person.as_deref())?;
            account.roles = roles.clone();
            account.person = person;
            Ok(())
        })
    }

    /// The account of this name.
    ///
    /// # Errors
    /// [`Error::Unknown`], and those of reading.
    pub fn find(&self, name: &str) -> Result<Account, Error> {
        let accounts = self.read()?;
        let found = accounts.iter().find(|account| same_name(&account.name, name.trim()));
        found.cloned().ok_or_else(|| unknown(name, &accounts))
    }

    fn change_one(&self, name: &str, change: impl FnOnce(&mut Account) -> Result<(), Error>) -> Result<(), Error> {
        self.change(|accounts| {
            let place = accounts.iter().position(|account| same_name(&account.name, name.trim()));
            let place = place.ok_or_else(|| unknown(name, accounts))?;
            change(&mut accounts[place])?;
            accounts[place].changed = Timestamp::now();
            Ok(())
        })
    }

    /// Reads, changes and writes, while nobody else does.
    fn change(&self, change: impl FnOnce(&mut Vec<Account>) -> Result<(), Error>) -> Result<(), Error> {
        let failed = |source| Error::Write { path: self.path.clone(), source };
        let folder = self.path.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder).map_err(failed)?;
        let _held = lock::hold(&folder.join(LOCK))?;
        let mut accounts = self.read()?;
        change(&mut accounts)?;
        let content = Content { version: VERSION, accounts };
        let mut text = serde_json::to_vec_pretty(&content).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        atomic_file::write_private(&self.path, &text).map_err(failed)
    }
}

fn is_free(name: &str, accounts: &[Account]) -> Result<(), Error> {
    let is_taken = accounts.iter().any(|account| same_name(&account.name, name));
    if is_taken { Err(Error::Taken { name: name.to_owned() }) } else { Ok(()) }
}

fn unknown(name: &str, accounts: &[Account]) -> Error {
    let known = accounts.iter().map(|account| account.name.as_str()).collect::<Vec<_>>().join(", ");
    Error::Unknown { name: name.to_owned(), known }
}

/// What tells one state of the file from another.
type Stamp = Option<(SystemTime, u64, u64)>;

/// The accounts as a server reads them: anew only where the file has changed.
pub struct Cached {
    accounts: Accounts,
    kept: Mutex<Option<(Stamp, Arc<Vec<Account>>)>>,
}

impl Cached {
    /// Those of this folder of meetings.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self { accounts: Accounts::of(folder), kept: Mutex::default() }
    }

    /// As they are now.
    ///
    /// # Errors
    /// [`Error::Read`] and [`Error::Damaged`].
    pub fn read(&self) -> Result<Arc<Vec<Account>>, Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp =
            stamp(&self.accounts.path).map_err(|source| Error::Read { path: self.accounts.path.clone(), source })?;
        if let Some((known, accounts)) = kept.as_ref()
            && *known == stamp
        {
            return Ok(Arc::clone(accounts));
        }
        let accounts = Arc::new(self.accounts.read()?);
        *kept = Some((stamp, Arc::clone(&accounts)));
        Ok(accounts)
    }
}

/// Every writing makes another file, so that its number changes even where its time does not.
fn stamp(path: &Path) -> io::Result<Stamp> {
    #[cfg(unix)]
    let number = |file: &fs::Metadata| std::os::unix::fs::MetadataExt::ino(file);
    #[cfg(not(unix))]
    let number = |_: &fs::Metadata| 0;
    match fs::metadata(path) {
        Ok(file) => Ok(Some((file.modified()?, file.len(), number(&file)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::{Role, Verdict, verify};

    const PASSWORD: &str = "rapat yang panjang";

    fn new<'a>(name: &'a str, roles: &[Role], person: Option<&'a str>) -> NewAccount<'a> {
        NewAccount { name, roles: roles.iter().copied().collect(), person, password: PASSWORD }
    }

    #[test]
    fn accounts_are_made_changed_and_read_again() {
        let place = tempfile::tempdir().expect("a folder");
        let (accounts, cached) = (Accounts::of(place.path()), Cached::of(place.path()));
        assert!(accounts.read().expect("none").is_empty() && cached.read().expect("none").is_empty());
        accounts.add(&new("Sari", &[Role::Editor, Role::Operator], None)).expect("made");
        accounts.add(&new("ani", &[Role::Member], Some("siti"))).expect("made");
        assert!(matches!(accounts.add(&new("SARI", &[Role::Reader], None)), Err(Error::Taken { .. })));
        assert!(matches!(accounts.add(&new("budi", &[], None)), Err(Error::NoRole)));
        assert!(matches!(accounts.add(&new("budi", &[Role::Member], None)), Err(Error::NoPerson)));
        let known = cached.read().expect("two");
        assert_eq!(known.iter().map(|account| account.name.as_str()).collect::<Vec<_>>(), ["ani", "Sari"]);
        assert!(matches!(verify(&known, "sari ", PASSWORD), Verdict::Right(account) if account.name == "Sari"));
        assert!(matches!(verify(&known, "sari", "rapat yang pendek"), Verdict::Wrong));
        assert!(matches!(verify(&known, "siapa", PASSWORD), Verdict::Wrong));
        accounts.set_disabled("sari", true).expect("disabled");
        let known = cached.read().expect("two");
        assert!(matches!(verify(&known, "Sari", PASSWORD), Verdict::Disabled));
        assert!(matches!(verify(&known, "Sari", "rapat yang pendek"), Verdict::Wrong));
        accounts.set_disabled("sari", false).expect("enabled");
        accounts.set_password("sari", "kata sandi yang baru").expect("set");
        let known = cached.read().expect("two");
        assert!(matches!(verify(&known, "Sari", PASSWORD), Verdict::Wrong));
        assert!(matches!(verify(&known, "Sari", "kata sandi yang baru"), Verdict::Right(_)));
        accounts.set_roles("ani", &[Role::Signer].into_iter().collect(), None).expect("set");
        assert_eq!(accounts.find("ANI").expect("there").person.as_deref(), Some("siti"));
        assert!(
            matches!(accounts.set_disabled("budi", true), Err(Error::Unknown { known, .. }) if known == "ani, Sari")
        );
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().expect("a folder");
        let accounts = Accounts::of(place.path());
        // What a crash has left, open to all, is not written into.
        fs::write(atomic_file::part(accounts.path()), "x").expect("written");
        accounts.add(&new("Sari", &[Role::Editor], None)).expect("made");
        let mode = fs::metadata(accounts.path()).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    }

    #[test]
    fn a_damaged_file_is_not_an_empty_one() {
        let place = tempfile::tempdir().expect("a folder");
        let accounts = Accounts::of(place.path());
        for text in ["", "{}", "[]", "{\"version\":2,\"accounts\":[]}", "{\"version\":1,\"accounts\":[{}]}"] {
            fs::write(accounts.path(), text).expect("written");
            assert!(matches!(accounts.read(), Err(Error::Damaged { .. })), "{text}");
            assert!(matches!(accounts.add(&new("Sari", &[Role::Editor], None)), Err(Error::Damaged { .. })), "{text}");
            assert_eq!(fs::read_to_string(accounts.path()).expect("there"), text, "it stays as it was");
        }
    }

    #[test]
    fn two_who_add_at_once_both_have_their_account() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path();
        std::thread::scope(|scope| {
            for name in ["satu", "dua", "tiga"] {
                scope.spawn(move || Accounts::of(folder).add(&new(name, &[Role::Reader], None)).expect("made"));
            }
        });
        assert_eq!(Accounts::of(folder).read().expect("three").len(), 3);
    }
}
