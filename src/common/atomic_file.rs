//! Files that are there whole or not at all, and stay there when the power fails.
//!
//! A file that takes another's place is brought to the disk first, then renamed, and then its
//! folder is brought to the disk too: without the last step the old name may come back, or none.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes a file in place of the one of that name. Where that fails, the old one is as it was and
/// nothing is left beside it.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    put(path, content, |part| File::create(part))
}

/// The same for a file that nobody but this user may read.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    put(path, content, |part| {
        // One that is left of before may be open to others.
        match fs::remove_file(part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = File::options();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.write(true).create_new(true).open(part)
    })
}

fn put(path: &Path, content: &[u8], create: impl FnOnce(&Path) -> io::Result<File>) -> io::Result<()> {
    let part = part(path);
    let written = create(&part).and_then(|mut file| file.write_all(content)).and_then(|()| rename(&part, path));
    if written.is_err() {
        // What is left of a file that did not fit would only take the room that is missing.
        let _ = fs::remove_file(&part);
    }
    written
}

/// Gives a file that is complete another name, in one step that survives a loss of power.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    File::open(from)?.sync_all()?;
    fs::rename(from, to)?;
    sync_folder(to.parent().unwrap_or(Path::new("")))
}

/// Brings the names in a folder to the disk. Where a system or a file system has no such thing,
/// there is nothing to do.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match File::open(folder) {
        Ok(folder) => sync_open_folder(&folder),
        // Elsewhere a folder is not opened as a file is.
        Err(error) => {
            if cfg!(unix) {
                Err(error)
            } else {
                Ok(())
            }
        }
    }
}

/// The same for a folder that is open.
pub fn sync_open_folder(folder: &File) -> io::Result<()> {
    match folder.sync_all() {
        Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Err(error),
        _ => Ok(()),
    }
}

/// Where a file is written before it takes its name.
#[must_use]
pub fn part(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.sebagian"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_one_stands_in_place_of_the_old_one_and_nothing_beside_it() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("catatan.txt");
        for content in ["satu", "dua, lebih panjang", ""] {
            write(&path, content.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("read"), content);
        }
        assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn what_cannot_take_the_name_leaves_nothing() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("folder");
        fs::create_dir(&path).expect("made");
        fs::write(path.join("isi"), b"").expect("written");
        assert!(write(&path, b"lain").is_err());
        assert!(!part(&path).exists() && path.join("isi").exists());
        assert!(write(&place.path().join("tidak/ada"), b"").is_err());
    }
}
