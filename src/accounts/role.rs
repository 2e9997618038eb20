//! What somebody does in the office of the house.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::right::{RIGHTS, Right};

/// What somebody does in the office of the house. One account may have several.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Prepares the room and records.
    Operator,
    /// Corrects the words.
    Editor,
    /// Chair or secretary, who signs the record.
    Signer,
    /// A member of the house: their own turns only.
    Member,
    /// Reads and listens.
    Reader,
    /// Looks at who has done what.
    Auditor,
}

impl Role {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 6] = [Self::Operator, Self::Editor, Self::Signer, Self::Member, Self::Reader, Self::Auditor];

    /// Its word on the command line, in files and in the API.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Editor => "editor",
            Self::Signer => "signer",
            Self::Member => "member",
            Self::Reader => "reader",
            Self::Auditor => "auditor",
        }
    }

    /// The role of this word.
    #[must_use]
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

    /// Whether it has a right.
    #[must_use]
    pub fn has(self, right: Right) -> bool {
        RIGHTS.iter().any(|(known, roles)| *known == right && roles.contains(&self))
    }
}

/// The roles of one account.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(BTreeSet<Role>);

impl Roles {
    /// Whether one of them has a right.
    #[must_use]
    pub fn have(&self, right: Right) -> bool {
        self.0.iter().any(|role| role.has(right))
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn contains(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().collect())
    }
}
