//! The file by which the recogniser shows the screen what is being said. It is replaced as a whole,
//! and nobody depends on it.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::recognise::pipeline::Preview;
use crate::recording::stretches_of;

/// Its name in the meeting's folder.
const FILE: &str = ".pratinjau";
/// Where it is written before it takes that name.
const FRESH: &str = ".pratinjau-baru";
/// More is none of ours: a turn has a few hundred words.
const LONGEST: u64 = 64 << 10;

/// Shows it, in place of what was shown before. Of what is closed nothing is shown: it would stand
/// open on the disk.
pub fn show(folder: &Path, preview: &Preview) {
    if !stretches_of(folder)
        .is_ok_and(|parts| parts.iter().all(|part| part.until.is_some_and(|until| until < preview.span.start)))
    {
        return;
    }
    let fresh = folder.join(FRESH);
    let written = serde_json::to_vec(preview).map_err(Into::into).and_then(|text| fs::write(&fresh, text));
    let _ = written.and_then(|()| fs::rename(&fresh, folder.join(FILE)));
}

/// What is shown.
#[must_use]
pub fn read(folder: &Path) -> Option<Preview> {
    let mut text = Vec::new();
    File::open(folder.join(FILE)).ok()?.take(LONGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// Shows nothing any more.
pub fn clear(folder: &Path) {
    for name in [FILE, FRESH] {
        let _ = fs::remove_file(folder.join(name));
    }
}

#[cfg(test)]
mod tests {
    use crate::common::clock::{Channel, Span};

    use super::*;

    #[test]
    fn the_last_is_seen_until_it_is_cleared_and_anything_else_is_nothing() {
        let place = tempfile::tempdir().expect("a folder");
        assert_eq!(read(place.path()), None);
        let preview = |text: &str| Preview {
            channel: Channel::from_index(2),
            span: Span::new(16_000, 48_000),
            text: text.to_owned(),
        };
        for text in ["Sidang", "Sidang dewan «yang»"] {
            show(place.path(), &preview(text));
            assert_eq!(read(place.path()), Some(preview(text)));
        }
        for junk in [&b""[..], b"{\"channel\":", b"\xFF\x00", &vec![b'['; 200_000]] {
            fs::write(place.path().join(FILE), junk).expect("written");
            assert_eq!(read(place.path()), None);
        }
        show(place.path(), &preview("Sidang"));
        clear(place.path());
        assert_eq!(read(place.path()), None);
        assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 0);
        // A folder that is gone is nobody's trouble.
        show(Path::new("/tidak/ada"), &preview("Sidang"));
    }
}
