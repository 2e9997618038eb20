//! The key of one meeting, and how it is wrapped to those who may open it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

use age::secrecy::{ExposeSecret, SecretString};
use age::stream::StreamWriter;
use age::{Decryptor, Encryptor};
use serde::{Deserialize, Serialize};

use super::{Error, Holder, Identity};
use crate::common::atomic_file;

/// The file of a meeting's folder that holds its key, wrapped to the holders of today.
pub const WRAPPED: &str = "segel.age";

/// The secret half of a meeting's key.
#[derive(Clone)]
pub struct MeetingKey(age::x25519::Identity);

impl std::fmt::Debug for MeetingKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "MeetingKey({})", self.recipient())
    }
}

impl MeetingKey {
    /// A new one, from the system's random numbers.
    #[must_use]
    pub fn generate() -> Self {
        Self(age::x25519::Identity::generate())
    }

    /// The one that [`MeetingKey::secret`] gave.
    #[must_use]
    pub fn parse(secret: &str) -> Option<Self> {
        age::x25519::Identity::from_str(secret.trim()).ok().map(Self)
    }

    /// The key as text, for a process that is handed it.
    #[must_use]
    pub fn secret(&self) -> SecretString {
        self.0.to_string()
    }

    /// The public half.
    #[must_use]
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    /// The seal of a new meeting.
    ///
    /// # Errors
    /// [`Error::NoHolder`] or [`Error::Key`].
    pub fn seal(&self, holders: &[Holder]) -> Result<Seal, Error> {
        let key = self.wrapped(holders)?.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Seal { recipient: self.recipient(), key, holders: holders.to_vec() })
    }

    /// Wraps it to these holders.
    fn wrapped(&self, holders: &[Holder]) -> Result<Vec<u8>, Error> {
        if holders.is_empty() {
            return Err(Error::NoHolder);
        }
        let recipients = holders.iter().map(Holder::recipient).collect::<Result<Vec<_>, _>>()?;
        let recipients = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        encrypted(recipients, self.0.to_string().expose_secret().as_bytes()).map_err(Error::io(Path::new(WRAPPED)))
    }

    /// What was sealed to the meeting; `path` is its name in errors.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn open(&self, sealed: &[u8], path: &Path) -> Result<Vec<u8>, Error> {
        age::decrypt(&self.0, sealed).map_err(|_| Error::Damaged { path: path.to_owned() })
    }

    pub(super) fn identity(&self) -> &age::x25519::Identity {
        &self.0
    }
}

/// What the ledger says of a meeting's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// The public half of the meeting's key.
    pub recipient: String,
    /// The secret half, wrapped to the holders: an age file in hexadecimal digits.
    pub key: String,
    /// To whom.
    pub holders: Vec<Holder>,
}

impl Seal {
    /// What seals to this meeting.
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn sealer(&self) -> Result<Sealer, Error> {
        let key = age::x25519::Recipient::from_str(&self.recipient);
        key.map(Sealer).map_err(|_| Error::Key { key: self.recipient.clone() })
    }

    /// The meeting's key, opened with the identity of a holder: of those in the ledger, or of those
    /// to whom it was wrapped later. `folder` is the meeting's.
    ///
    /// # Errors
    /// [`Error::NotHolder`], [`Error::Damaged`] or [`Error::Io`].
    pub fn open(&self, folder: &Path, identity: &Identity) -> Result<MeetingKey, Error> {
        let path = folder.join(WRAPPED);
        let later = match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io(&path)(error)),
        };
        let damaged = || Error::Damaged { path: folder.to_owned() };
        for wrapped in later.into_iter().chain(unhex(&self.key)) {
            match unwrapped(&wrapped, identity) {
                Err(age::DecryptError::NoMatchingKeys) => {}
                Err(_) => return Err(damaged()),
                Ok(secret) => {
                    let key = MeetingKey::parse(secret.expose_secret()).ok_or_else(damaged)?;
                    // A file of another meeting opens nothing here.
                    return if key.recipient() == self.recipient { Ok(key) } else { Err(damaged()) };
                }
            }
        }
        Err(Error::NotHolder { path: folder.to_owned() })
    }

    /// Wraps the key anew to these holders, beside the recording: who is not among them any more
    /// does not find it there, but in the ledger, which is never changed, whoever held it still
    /// can.
    ///
    /// # Errors
    /// [`Error::NoHolder`], [`Error::Key`] or [`Error::Io`].
    pub fn wrapped_again(folder: &Path, key: &MeetingKey, holders: &[Holder]) -> Result<(), Error> {
        let path = folder.join(WRAPPED);
        atomic_file::write(&path, &key.wrapped(holders)?).map_err(Error::io(&path))
    }
}

fn unwrapped(wrapped: &[u8], identity: &Identity) -> Result<SecretString, age::DecryptError> {
    let decryptor = Decryptor::new_buffered(wrapped)?;
    let mut plain = String::new();
    let mut reader = decryptor.decrypt(std::iter::once(identity.age() as &dyn age::Identity))?;
    io::Read::read_to_string(&mut reader, &mut plain)?;
    Ok(plain.into())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(digit).collect()
}

/// Seals to one meeting; holds no secret.
#[derive(Clone)]
pub struct Sealer(age::x25519::Recipient);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Sealer({})", self.0)
    }
}

impl Sealer {
    /// Seals these bytes.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn seal(&self, plain: &[u8]) -> io::Result<Vec<u8>> {
        encrypted(std::iter::once(&self.0 as &dyn age::Recipient), plain)
    }

    /// Seals what is written, with a fresh key.
    ///
    /// # Errors
    /// Where `output` does not take the header.
    pub fn writer<W: Write>(&self, output: W) -> io::Result<StreamWriter<W>> {
        encryptor(std::iter::once(&self.0 as &dyn age::Recipient))?.wrap_output(output)
    }

    /// Seals a text for a line of the ledger.
    ///
    /// # Errors
    /// As [`Sealer::seal`].
    pub fn seal_text(&self, text: &str) -> io::Result<String> {
        Ok(self.seal(text.as_bytes())?.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl MeetingKey {
    /// What [`Sealer::seal_text`] sealed; `None` where it is not that.
    #[must_use]
    pub fn open_text(&self, sealed: &str) -> Option<String> {
        String::from_utf8(age::decrypt(&self.0, &unhex(sealed)?).ok()?).ok()
    }
}

fn encryptor<'a>(recipients: impl Iterator<Item = &'a dyn age::Recipient>) -> io::Result<Encryptor> {
    Encryptor::with_recipients(recipients).map_err(io::Error::other)
}

fn encrypted<'a>(recipients: impl Iterator<Item = &'a dyn age::Recipient>, plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = encryptor(recipients)?.wrap_output(Vec::with_capacity(plain.len() + 1024))?;
    writer.write_all(plain)?;
    writer.finish()
}

/// The keys of the meetings that this process has opened, by their public halves. One process works
/// for one person: `risalah` reads what it was given an identity for, and ends.
static HELD: RwLock<BTreeMap<String, MeetingKey>> = RwLock::new(BTreeMap::new());

/// Lets this process read what is sealed to this key. From then on neither it nor what it starts
/// leaves an image of its memory when it crashes.
pub fn hold(key: MeetingKey) {
    no_core_dumps();
    HELD.write().unwrap_or_else(PoisonError::into_inner).insert(key.recipient(), key);
}

/// A limit of 1 and not of 0: with 0 Linux still hands the image to a program that collects them.
#[cfg(unix)]
fn no_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Where the system does not allow it, it is as before.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(1), maximum: Some(1) });
}

#[cfg(not(unix))]
fn no_core_dumps() {}

/// The key of a meeting, where this process has opened it.
#[must_use]
pub fn held(recipient: &str) -> Option<MeetingKey> {
    HELD.read().unwrap_or_else(PoisonError::into_inner).get(recipient).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::Role;

    fn holder(name: &str) -> (Identity, Holder) {
        let identity = Identity::generate(name);
        let holder = Holder::new(name, Role::Sekretaris, &identity.recipient()).expect("a holder");
        (identity, holder)
    }

    #[test]
    fn each_holder_opens_it_and_nobody_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let ((one, first), (two, second), (stranger, _)) = (holder("Sari"), holder("Budi"), holder("Tono"));
        let key = MeetingKey::generate();
        let seal = key.seal(&[first, second]).expect("a seal");
        for identity in [&one, &two] {
            assert_eq!(seal.open(folder.path(), identity).expect("opened").recipient(), key.recipient());
        }
        assert!(matches!(seal.open(folder.path(), &stranger), Err(Error::NotHolder { .. })));
        assert!(matches!(key.seal(&[]), Err(Error::NoHolder)));
        assert!(!format!("{key:?}{seal:?}").contains("SECRET"));
    }

    #[test]
    fn a_holder_who_is_added_later_opens_it_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let ((one, first), (late, second)) = (holder("Sari"), holder("Budi"));
        let key = MeetingKey::generate();
        let seal = key.seal(std::slice::from_ref(&first)).expect("a seal");
        assert!(matches!(seal.open(folder.path(), &late), Err(Error::NotHolder { .. })));
        let opened = seal.open(folder.path(), &one).expect("opened");
        Seal::wrapped_again(folder.path(), &opened, &[second]).expect("wrapped");
        assert_eq!(seal.open(folder.path(), &late).expect("opened").recipient(), key.recipient());
        // The line of the ledger stays.
        assert!(seal.open(folder.path(), &one).is_ok());
        // The key of another meeting is not taken for this one's.
        Seal::wrapped_again(folder.path(), &MeetingKey::generate(), &[first]).expect("wrapped");
        assert!(matches!(seal.open(folder.path(), &one), Err(Error::Damaged { .. })));
    }

    #[test]
    fn a_text_comes_back_and_a_changed_one_does_not() {
        let key = MeetingKey::generate();
        let sealed = key.seal(&[holder("Sari").1]).expect("a seal").sealer().expect("a sealer");
        let text = sealed.seal_text("Catatan rahasia").expect("sealed");
        assert_eq!(key.open_text(&text).as_deref(), Some("Catatan rahasia"));
        let last = if text.ends_with('0') { "1" } else { "0" };
        assert_eq!(key.open_text(&format!("{}{last}", &text[..text.len() - 1])), None);
        assert_eq!(MeetingKey::generate().open_text(&text), None);
        assert_eq!(key.open_text("bukan"), None);
    }
}
