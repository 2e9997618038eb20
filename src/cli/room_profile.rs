//! What a sound check has learned of the meeting's room, for its recording.

use std::path::Path;

use e_risalah::common::clock::moment;
use e_risalah::common::message::{Explain, Message};
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder::Notices;
use e_risalah::record::soundcheck::room::{self, Room};
use jiff::tz::TimeZone;

/// Copies what is known of the meeting's room into its folder, where whoever recognises the
/// recording finds it. Where that fails the recording begins all the same.
pub fn copy_room_profile(meeting: &Meeting, folder: &Path) -> Notices {
    let mut notices = Notices::default();
    let Some(name) = &meeting.place else { return notices };
    let copied = room::path_of(name).and_then(|path| Room::read(&path)).and_then(|known| {
        known.as_ref().map_or(Ok(()), |known| known.write(&folder.join(room::FILE)))?;
        Ok(known)
    });
    match copied {
        Ok(Some(known)) => {
            let checked = moment(&known.checked.to_zoned(TimeZone::system()));
            notices.notes.push(Message::new("soundcheck.brought").with("name", name).with("checked", checked));
        }
        Ok(None) => {}
        Err(error) => notices.warnings.push(error.message()),
    }
    notices
}
