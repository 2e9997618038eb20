//! Where a process that is at work on a folder can be found: a file in a place that only its user may
//! enter.
//!
//! It does not lie in the folder itself, as many file systems of sticks and shares have neither
//! sockets nor locks; and its name follows from that of the folder, so that it is found even when the
//! folder's disk is gone.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::common::digest::sha256;

/// What others than its user may do with a file.
const OTHERS: u32 = 0o077;

/// The file of this ending that belongs to a folder, whether that is there or not.
///
/// # Errors
/// When the place of such files cannot be made, or is not private.
pub fn path_of(of: &Path, ending: &str) -> io::Result<PathBuf> {
    let name = sha256(canonical(of)?.as_os_str().as_encoded_bytes());
    Ok(folder()?.join(format!("{}.{ending}", &name[..24])))
}

/// The place of the files, made where there is none. A path to a socket must be short, so this lies
/// near the root.
fn folder() -> io::Result<PathBuf> {
    let user = rustix::process::geteuid();
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_dir());
    let path =
        own.map_or_else(|| PathBuf::from(format!("/tmp/risalah-{}", user.as_raw())), |folder| folder.join("risalah"));
    match DirBuilder::new().mode(0o700).create(&path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // Anybody could have put something there.
    let there = fs::symlink_metadata(&path)?;
    if there.is_dir() && there.uid() == user.as_raw() && there.mode() & OTHERS == 0 {
        return Ok(path);
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{} is not private", path.display())))
}

/// The path from the root on, through no link and no `..`; of what is not there, as it is written.
fn canonical(path: &Path) -> io::Result<PathBuf> {
    let whole = std::path::absolute(path)?;
    let (mut there, mut rest) = (whole.as_path(), Vec::<OsString>::new());
    loop {
        if let Ok(found) = there.canonicalize() {
            return Ok(rest.into_iter().rev().fold(found, |path, name| path.join(name)));
        }
        let (Some(parent), Some(name)) = (there.parent(), there.file_name()) else { return Ok(whole) };
        rest.push(name.to_owned());
        there = parent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_place_however_it_is_named_and_whether_it_is_there() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("rapat/rekaman");
        let before = path_of(&folder, "sock").expect("a path");
        fs::create_dir_all(&folder).expect("made");
        std::os::unix::fs::symlink("rapat", place.path().join("tautan")).expect("linked");
        for path in ["rapat/rekaman/", "rapat/../rapat/rekaman", "tautan/rekaman"] {
            assert_eq!(path_of(&place.path().join(path), "sock").expect("a path"), before, "{path}");
        }
        assert_ne!(path_of(&place.path().join("rapat"), "sock").expect("a path"), before);
        assert!(before.as_os_str().len() < 100, "{}", before.display());
    }
}
