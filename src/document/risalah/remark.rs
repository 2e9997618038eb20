//! Remarks of this program beside the text of a working copy, and how they are told from those of
//! people when it comes back.

use super::Anchor;

/// In whose name they stand there.
pub(super) const AUTHOR: &str = "E-Risalah";

/// The initials of a remark: they stand for its text, so that one in which somebody has written is
/// told from one that was left alone.
pub(super) fn initials(text: &str) -> String {
    Anchor::hash_of(text)
}

/// Whether a comment is one that this program wrote, and still says what it said then.
pub(crate) fn is_own(author: &str, of: &str, text: &str) -> bool {
    author == AUTHOR && of == initials(text)
}
