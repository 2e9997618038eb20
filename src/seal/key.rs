//! The key of one meeting, and how it is wrapped to those who may open it.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use age::stream::StreamWriter;
use age::{Decryptor, Encryptor};
use serde::{Deserialize, Serialize};

use super::{Error, Holder, Identity, held, hold};
use crate::common::atomic_file;

/// The file of a meeting's folder that holds its key, wrapped to the holders of today.
pub const WRAPPED: &str = "segel.age";

/// The same of a stretch that was closed while an open meeting was recorded.
#[must_use]
pub fn wrapped_name(stretch: u64) -> String {
    format!("segel-{stretch}.age")
}

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
        self.seal_heard(holders, None)
    }

    /// The same, which also the key of this public half opens: the one that a running recogniser
    /// has in its memory, and nobody after it.
    ///
    /// # Errors
    /// As [`MeetingKey::seal`].
    pub fn seal_heard(&self, holders: &[Holder], listener: Option<&str>) -> Result<Seal, Error> {
        let key = self.wrapped(holders, listener)?.iter().map(|byte| format!("{byte:02x}")).collect();
        let listener = listener.map(str::to_owned);
        Ok(Seal { recipient: self.recipient(), key, holders: holders.to_vec(), listener })
    }

    /// Wraps it to these holders.
    fn wrapped(&self, holders: &[Holder], listener: Option<&str>) -> Result<Vec<u8>, Error> {
        if holders.is_empty() {
            return Err(Error::NoHolder);
        }
        let mut recipients = holders.iter().map(Holder::recipient).collect::<Result<Vec<_>, _>>()?;
        if let Some(key) = listener {
            let listener = age::x25519::Recipient::from_str(key).map_err(|_| Error::Key { key: key.to_owned() })?;
            recipients.push(listener);
        }
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
    /// The public half of the key in the memory of the recogniser that was at work, to which it is
    /// wrapped too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listener: Option<String>,
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
        self.open_in(folder, WRAPPED, identity)
    }

    /// The same of a stretch, by the name of the file to which it may have been wrapped later.
    ///
    /// # Errors
    /// As [`Seal::open`].
    pub fn open_in(&self, folder: &Path, wrapped: &str, identity: &Identity) -> Result<MeetingKey, Error> {
        let path = folder.join(wrapped);
        let later = match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io(&path)(error)),
        };
        let damaged = || Error::Damaged { path: folder.to_owned() };
        for wrapped in later.into_iter().chain(unhex(&self.key)) {
            match unwrapped(&wrapped, identity.age()) {
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
        Self::wrapped_again_in(folder, WRAPPED, key, holders)
    }

    /// The same of a stretch, into the file of this name.
    ///
    /// # Errors
    /// As [`Seal::wrapped_again`].
    pub fn wrapped_again_in(folder: &Path, wrapped: &str, key: &MeetingKey, holders: &[Holder]) -> Result<(), Error> {
        let path = folder.join(wrapped);
        atomic_file::write(&path, &key.wrapped(holders, None)?).map_err(Error::io(&path))
    }

    /// Its key, where this process holds it, or that of the recogniser which was at work.
    #[must_use]
    pub fn held(&self) -> Option<MeetingKey> {
        if let Some(key) = held(&self.recipient) {
            return Some(key);
        }
        let listener = held(self.listener.as_deref()?)?;
        let secret = unwrapped(&unhex(&self.key)?, listener.identity()).ok()?;
        let key = MeetingKey::parse(secret.expose_secret()).filter(|key| key.recipient() == self.recipient)?;
        hold(key.clone());
        Some(key)
    }
}

fn unwrapped(wrapped: &[u8], identity: &age::x25519::Identity) -> Result<SecretString, age::DecryptError> {
    let decryptor = Decryptor::new_buffered(wrapped)?;
    let mut plain = String::new();
    let mut reader = decryptor.decrypt(std::iter::once(identity as &dyn age::Identity))?;
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
