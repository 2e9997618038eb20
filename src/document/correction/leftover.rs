//! What a person must see to: differences that could not be placed.

use serde::Serialize;

use crate::common::message::{Explain, Message};

/// A difference that became no layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leftover {
    /// What sort of difference.
    pub kind: Kind,
    /// Where in the recording, `hh:mm:ss`: the turn itself, or the one before it.
    pub time: String,
    /// What stood there, as far as that is known.
    pub was: String,
    /// What stands in the document.
    pub text: String,
}

/// Why a difference could not be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A paragraph outside all turns.
    New,
    /// Text in a table.
    Table,
    /// A paragraph of a turn that was split.
    Split,
    /// Paragraphs that were joined.
    Merged,
    /// A paragraph of a turn that is gone.
    Deleted,
    /// A label, an event or a field that is gone.
    DeletedLine,
    /// A paragraph that was copied.
    Copied,
    /// An event, a field or another line that comes from the meeting's description.
    Outside,
    /// A label that names nobody of the roster.
    Label,
    /// A label that names several of the roster.
    SeveralNamed,
    /// A mark that the program sets.
    Mark,
    /// Words that somebody else changed in the meantime.
    Conflict,
    /// A member's correction of another's turn.
    NotOwn,
    /// A remark at the side.
    Comment,
    /// A paragraph, or its words, at another place.
    Moved,
    /// Hidden text.
    Hidden,
    /// A footnote or endnote.
    Footnote,
    /// A head or foot of the pages that is not as it was written.
    Page,
    /// Text in a box, in artful letters or above other text.
    Box,
    /// A picture, a shape, a formula or a symbol.
    Object,
    /// A part of the document in another format, which is not read.
    Embedded,
}

impl Kind {
    fn key(self) -> &'static str {
        match self {
            Self::New => "correction.left.new",
            Self::Table => "correction.left.table",
            Self::Split => "correction.left.split",
            Self::Merged => "correction.left.merged",
            Self::Deleted => "correction.left.deleted",
            Self::DeletedLine => "correction.left.deleted_line",
            Self::Copied => "correction.left.copied",
            Self::Outside => "correction.left.outside",
            Self::Label => "correction.left.label",
            Self::SeveralNamed => "correction.left.several_named",
            Self::Mark => "correction.left.mark",
            Self::Conflict => "correction.left.conflict",
            Self::NotOwn => "correction.left.not_own",
            Self::Comment => "correction.left.comment",
            Self::Moved => "correction.left.moved",
            Self::Hidden => "correction.left.hidden",
            Self::Footnote => "correction.left.footnote",
            Self::Page => "correction.left.page",
            Self::Box => "correction.left.box",
            Self::Object => "correction.left.object",
            Self::Embedded => "correction.left.embedded",
        }
    }
}

impl Explain for Leftover {
    fn message(&self) -> Message {
        Message::new(self.kind.key()).with("time", &self.time).with("was", &self.was).with("text", &self.text)
    }
}
