//! What a person should be told of a work that was done.

use crate::common::message::Message;

/// Sentences about a work that was done all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// What a person must look at.
    pub warnings: Vec<Message>,
    /// What is worth knowing.
    pub notes: Vec<Message>,
}

impl Notices {
    /// Adds what another part of the work has to say.
    pub fn extend(&mut self, other: Self) {
        self.warnings.extend(other.warnings);
        self.notes.extend(other.notes);
    }
}
