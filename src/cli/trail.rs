//! Which folder's audit trail a command belongs to.

use std::path::{Path, PathBuf};

use e_risalah::audit::Trail;
use e_risalah::meeting_folder::{is_meeting, usual_folder};

/// The trail of the folder that holds this meeting, and the meeting's name there; `None` where that
/// is no folder of all meetings.
pub fn trail_of(meeting: &Path) -> Option<(PathBuf, String)> {
    let whole = meeting.canonicalize().or_else(|_| std::path::absolute(meeting)).ok()?;
    // A file within it is meant too.
    let folder = whole.ancestors().take(3).find(|path| is_meeting(path)).unwrap_or(&whole);
    let (root, name) = (folder.parent()?, folder.file_name()?);
    is_of_all(root).then(|| (root.to_owned(), name.to_string_lossy().into_owned()))
}

/// Whether a folder is known to be one of all meetings.
pub fn is_of_all(folder: &Path) -> bool {
    let is_usual =
        || folder.canonicalize().ok().is_some_and(|own| usual_folder().canonicalize().is_ok_and(|it| it == own));
    Trail::of(folder).path().exists() || has_accounts(folder) || is_usual()
}

#[cfg(feature = "console")]
fn has_accounts(folder: &Path) -> bool {
    e_risalah::accounts::Accounts::of(folder).path().exists()
}

#[cfg(not(feature = "console"))]
fn has_accounts(_: &Path) -> bool {
    false
}
