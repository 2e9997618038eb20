//! The identity of a holder: a secret key in a file under a passphrase, in age's own form.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use age::{Decryptor, Encryptor};

use super::{Error, bech32};
use crate::common::atomic_file;

/// Letters of the shortest passphrase.
pub const SHORTEST: usize = 12;

/// 2 to this power is the cost of a passphrase: 128 MiB, and about half a second.
const WORK: u8 = 17;
/// A file that asks for more is not tried: it would take minutes.
const MOST_WORK: u8 = 22;

/// What one that somebody sent is called.
const SENT: &str = "KUNCI.age";

/// What stands before the name in the file.
const NAME: &str = "# nama: ";

/// The secret key of a holder.
#[derive(Clone)]
pub struct Identity {
    name: String,
    key: age::x25519::Identity,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Identity({}, {})", self.name, self.recipient())
    }
}

impl Identity {
    /// A new one.
    #[must_use]
    pub fn generate(name: &str) -> Self {
        Self { name: name.trim().to_owned(), key: age::x25519::Identity::generate() }
    }

    /// Whose it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its public key, `age1…`.
    #[must_use]
    pub fn recipient(&self) -> String {
        self.key.to_public().to_string()
    }

    /// Reads the file of an identity.
    ///
    /// # Errors
    /// [`Error::NotIdentity`], [`Error::Passphrase`] or [`Error::Io`].
    pub fn read(path: &Path, passphrase: &SecretString) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(Error::io(path))?;
        Self::opened(&bytes, path, passphrase, MOST_WORK)
    }

    /// Reads one that somebody sent: it may ask for no more memory than those that this program
    /// writes.
    ///
    /// # Errors
    /// [`Error::NotIdentity`] or [`Error::Passphrase`].
    pub fn sent(bytes: &[u8], passphrase: &SecretString) -> Result<Self, Error> {
        Self::opened(bytes, Path::new(SENT), passphrase, WORK)
    }

    /// `path` is its name in errors.
    fn opened(bytes: &[u8], path: &Path, passphrase: &SecretString, most: u8) -> Result<Self, Error> {
        let not_identity = || Error::NotIdentity { path: path.to_owned() };
        let decryptor = Decryptor::new_buffered(bytes).map_err(|_| not_identity())?;
        if !decryptor.is_scrypt() {
            return Err(not_identity());
        }
        let mut key = age::scrypt::Identity::new(passphrase.clone());
        key.set_max_work_factor(most);
        let mut plain = String::new();
        let wrong = || Error::Passphrase { path: path.to_owned() };
        let mut reader = decryptor.decrypt(std::iter::once(&key as &dyn age::Identity)).map_err(|_| wrong())?;
        reader.read_to_string(&mut plain).map_err(|_| not_identity())?;
        let plain = SecretString::from(plain);
        let mut lines = plain.expose_secret().lines();
        let name = lines.clone().find_map(|line| line.strip_prefix(NAME)).unwrap_or_default().to_owned();
        let key = lines.find_map(|line| age::x25519::Identity::from_str(line.trim()).ok()).ok_or_else(not_identity)?;
        Ok(Self { name, key })
    }

    /// Writes it as a new file under a passphrase.
    ///
    /// # Errors
    /// [`Error::Short`], [`Error::Exists`] or [`Error::Io`].
    pub fn write(&self, path: &Path, passphrase: &SecretString) -> Result<(), Error> {
        let length = passphrase.expose_secret().chars().count();
        if length < SHORTEST {
            return Err(Error::Short { length });
        }
        if path.exists() {
            return Err(Error::Exists { path: path.to_owned() });
        }
        let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
        recipient.set_work_factor(WORK);
        let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient));
        let io = || Error::io(path);
        let encryptor = encryptor.map_err(std::io::Error::other).map_err(io())?;
        let mut writer = encryptor.wrap_output(Vec::new()).map_err(io())?;
        // A name has no line break; what follows it would be read as a key.
        let name: String = self.name.chars().filter(|letter| !letter.is_control()).collect();
        writer.write_all(format!("{NAME}{name}\n").as_bytes()).map_err(io())?;
        writer.write_all(self.key.to_string().expose_secret().as_bytes()).map_err(io())?;
        let sealed = writer.finish().map_err(io())?;
        atomic_file::write_private(path, &sealed).map_err(io())
    }

    pub(super) fn age(&self) -> &age::x25519::Identity {
        &self.key
    }

    /// The words of its recovery sheet: 24 of BIP 39.
    #[must_use]
    pub fn words(&self) -> Option<SecretString> {
        let bytes = bech32::decode(self.key.to_string().expose_secret())?;
        Some(bip39::Mnemonic::from_entropy(&bytes).ok()?.to_string().into())
    }

    /// Its secret as text, for the code of its recovery sheet.
    #[must_use]
    pub fn secret(&self) -> SecretString {
        self.key.to_string()
    }
}

/// The identity that the words of a recovery sheet, or the text of its code, stand for.
///
/// # Errors
/// [`Error::Words`].
pub fn identity_of_words(name: &str, words: &str) -> Result<Identity, Error> {
    let key = if let Ok(key) = age::x25519::Identity::from_str(words.trim()) {
        key
    } else {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let bytes = bip39::Mnemonic::parse_normalized(&words).map_err(|_| Error::Words)?.to_entropy();
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| Error::Words)?;
        age::x25519::Identity::from_str(&bech32::encode(&bytes)).map_err(|_| Error::Words)?
    };
    Ok(Identity { name: name.trim().to_owned(), key })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_comes_back_with_its_passphrase_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sari.age");
        let identity = Identity::generate("Sari\nAGE-SECRET");
        let right = SecretString::from("kata sandi panjang".to_owned());
        assert!(matches!(identity.write(&path, &"pendek".to_owned().into()), Err(Error::Short { length: 6 })));
        identity.write(&path, &right).expect("written");
        assert!(matches!(identity.write(&path, &right), Err(Error::Exists { .. })));
        let read = Identity::read(&path, &right).expect("read");
        assert_eq!((read.name(), read.recipient()), ("SariAGE-SECRET", identity.recipient()));
        let wrong = SecretString::from("kata sandi pendek".to_owned());
        assert!(matches!(Identity::read(&path, &wrong), Err(Error::Passphrase { .. })));
        fs::write(&path, b"bukan").expect("written");
        assert!(matches!(Identity::read(&path, &right), Err(Error::NotIdentity { .. })));
    }

    #[test]
    fn the_words_of_a_sheet_give_the_identity_back() {
        for _ in 0..50 {
            let identity = Identity::generate("Sari");
            let words = identity.words().expect("words");
            assert_eq!(words.expose_secret().split(' ').count(), 24);
            let typed = format!("  {}\n", words.expose_secret().to_uppercase().replace(' ', "\n "));
            for text in [typed.as_str(), identity.secret().expose_secret()] {
                assert_eq!(identity_of_words("Sari", text).expect("an identity").recipient(), identity.recipient());
            }
        }
        let words = Identity::generate("Sari").words().expect("words");
        let mut mistaken: Vec<&str> = words.expose_secret().split(' ').collect();
        mistaken.pop();
        assert!(matches!(identity_of_words("Sari", &mistaken.join(" ")), Err(Error::Words)));
        assert!(matches!(identity_of_words("Sari", "rapat tertutup"), Err(Error::Words)));
    }
}
