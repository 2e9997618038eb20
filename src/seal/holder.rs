//! Who may open a closed meeting.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Error;

/// What somebody holds a key for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The secretary, who keeps the record.
    Sekretaris,
    /// The chair.
    Ketua,
    /// Nobody's daily key: it lies in a safe for the day on which the others are lost.
    Pemulihan,
}

impl Role {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Sekretaris, Self::Ketua, Self::Pemulihan];

    /// Its key in `lembaga.toml`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Sekretaris => "sekretaris",
            Self::Ketua => "ketua",
            Self::Pemulihan => "pemulihan",
        }
    }
}

/// Somebody to whom closed meetings are sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The name.
    pub name: String,
    /// What for.
    pub role: Role,
    /// The public key, `age1…`.
    pub key: String,
}

impl Holder {
    /// A holder of this public key.
    ///
    /// # Errors
    /// [`Error::Key`] where it is none.
    pub fn new(name: &str, role: Role, key: &str) -> Result<Self, Error> {
        let holder = Self { name: name.to_owned(), role, key: key.trim().to_owned() };
        holder.recipient().map(|_| holder)
    }

    pub(super) fn recipient(&self) -> Result<age::x25519::Recipient, Error> {
        age::x25519::Recipient::from_str(&self.key).map_err(|_| Error::Key { key: self.key.clone() })
    }
}
