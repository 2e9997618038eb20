//! A meeting's folder as a whole: what describes the meeting, its words as they stand now, and the
//! documents that may be made of them. Command line and page ask here, and say what comes back.

mod attendance;
mod copies;
mod description;
mod documents;
mod entries;
mod error;
mod evidence;
mod input;
pub mod ledger_words;
mod meetings;
mod notices;
mod printable;
mod recorded;
mod words;

pub use attendance::{TICKED, attendance_list};
pub use copies::{DescriptionCopy, keep_description, keep_file, needed_files};
pub use description::{
    describe, describe_entered, describe_unentered, describe_without, enter, enter_recorded, find_description, now,
    shows_closed,
};
pub use documents::{
    Documents, LaidOut, LayOut, Output, document, formats, official_brief, official_document, publishable, templates,
};
pub use entries::{EntryError, may_enter};
pub use error::{Error, SoundGone};
pub use evidence::{Evidence, keep_events};
pub use input::{input, room, sound};
pub use meetings::{entries, folders, is_meeting, name, usual_folder};
pub use notices::Notices;
pub use printable::{PrintRequest, Printable};
pub use recorded::recorded;
pub use words::{corrected_words, current_words, lexicon, outside_recording, shown_words};
