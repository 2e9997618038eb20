//! What may be done, and who may do it.

use super::role::Role;
use crate::common::language::{Language, lookup};

/// Something that may be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Right {
    /// See the list of meetings, their words, their state, and search them.
    Read,
    /// Hear the sound of meetings.
    Listen,
    /// Take documents away.
    Export,
    /// Give documents to a printer.
    Print,
    /// Make meetings and change what is known beforehand.
    Prepare,
    /// Begin and end recordings, enter events, check the room and the computer.
    Record,
    /// Correct words and speakers, and say what was heard.
    Correct,
    /// Set the state of a record, and give members their links.
    Advance,
    /// Make a record official, and decide what becomes of files whose term is over.
    Sign,
    /// Send official records to others, and enter what became of them.
    Distribute,
    /// See, hear and correct one's own turns, within the period of correction.
    OwnTurns,
    /// Read the audit trail.
    Audit,
}

/// The one table of rights: each with the roles that have it.
pub const RIGHTS: [(Right, &[Role]); 12] = {
    use Role::{Auditor, Editor, Member, Operator, Reader, Signer};
    [
        (Right::Read, &[Operator, Editor, Signer, Reader, Auditor]),
        (Right::Listen, &[Operator, Editor, Signer, Reader]),
        (Right::Export, &[Operator, Editor, Signer, Reader]),
        (Right::Print, &[Operator, Editor, Signer]),
        (Right::Prepare, &[Operator, Editor]),
        (Right::Record, &[Operator]),
        (Right::Correct, &[Editor]),
        (Right::Advance, &[Editor, Signer]),
        (Right::Sign, &[Signer]),
        (Right::Distribute, &[Operator, Signer]),
        (Right::OwnTurns, &[Member]),
        (Right::Audit, &[Auditor]),
    ]
};

impl Right {
    /// Its word in the API.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Listen => "listen",
            Self::Export => "export",
            Self::Print => "print",
            Self::Prepare => "prepare",
            Self::Record => "record",
            Self::Correct => "correct",
            Self::Advance => "advance",
            Self::Sign => "sign",
            Self::Distribute => "distribute",
            Self::OwnTurns => "own_turns",
            Self::Audit => "audit",
        }
    }

    /// What it lets do, in words.
    #[must_use]
    pub fn name(self, language: Language) -> String {
        lookup(language, &format!("accounts.right.{}", self.key())).unwrap_or_else(|| self.key().to_owned())
    }

    /// The roles that have it, in words.
    #[must_use]
    pub fn held_by(self, language: Language) -> String {
        let roles = Role::ALL.into_iter().filter(|role| role.has(self));
        roles.map(|role| role.name(language)).collect::<Vec<_>>().join(", ")
    }
}

impl Role {
    /// What it is called.
    #[must_use]
    pub fn name(self, language: Language) -> String {
        lookup(language, &format!("accounts.role.{}", self.key())).unwrap_or_else(|| self.key().to_owned())
    }
}

/// The table as Markdown, for the documentation.
#[must_use]
pub fn table(language: Language) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let roles = Role::ALL.map(|role| format!("`{}`", role.key()));
    let mut text = row([String::new()].into_iter().chain(roles).collect());
    text += &row(vec!["---".to_owned(); Role::ALL.len() + 1]);
    for (right, _) in RIGHTS {
        let mark = |role: Role| if role.has(right) { "✓" } else { "–" };
        text += &row([right.name(language)].into_iter().chain(Role::ALL.map(|role| mark(role).to_owned())).collect());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_right_stands_once_and_somebody_has_it() {
        for (place, (right, roles)) in RIGHTS.iter().enumerate() {
            assert!(!roles.is_empty(), "{right:?}");
            assert!(RIGHTS[..place].iter().all(|(other, _)| other != right && other.key() != right.key()), "{right:?}");
        }
        // Whoever signs does not correct, and whoever audits changes nothing.
        assert!(!Role::Signer.has(Right::Correct) && !Role::Editor.has(Right::Sign));
        for right in [Right::Prepare, Right::Record, Right::Correct, Right::Advance, Right::Sign] {
            assert!(!Role::Auditor.has(right) && !Role::Reader.has(right) && !Role::Member.has(right), "{right:?}");
        }
    }
}
