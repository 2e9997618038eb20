//! A bag while it is written: files that are copied in pieces, and their hashes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::Error;
use crate::common::digest::{sha256, sha256_of};
use crate::common::{atomic_file, lock};

/// What the first file of a bag says (RFC 8493, 2.1.1). It is written first, so that what an
/// earlier run left is known for what it is.
const DECLARATION: (&str, &str) = ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
const INFO: &str = "bag-info.txt";
const PAYLOAD: &str = "manifest-sha256.txt";
const TAGS: &str = "tagmanifest-sha256.txt";

/// A file of the bag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

/// A bag that is not whole yet. Dropped, nothing is left of it.
pub(super) struct Bag<'a> {
    out: PathBuf,
    place: PathBuf,
    _held: Held,
    files: BTreeMap<String, Entry>,
    stop: &'a AtomicBool,
    is_whole: bool,
}

impl<'a> Bag<'a> {
    /// Begins a bag that will have this name. What an earlier run left beside it is taken away.
    pub(super) fn create(out: &Path, stop: &'a AtomicBool) -> Result<Self, Error> {
        let out = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
        if out.symlink_metadata().is_ok() {
            return Err(Error::Taken { path: out });
        }
        let place = atomic_file::part(&out);
        let failed = |source| Error::Write { path: place.clone(), source };
        fs::create_dir_all(out.parent().unwrap_or(Path::new("/"))).map_err(failed)?;
        let held = place.with_extension("kunci");
        let held = Held { _file: lock::hold(&held)?, path: held };
        if place.symlink_metadata().is_ok() {
            if !place.join(DECLARATION.0).is_file() {
                return Err(Error::Taken { path: place });
            }
            fs::remove_dir_all(&place).map_err(failed)?;
        }
        fs::create_dir(&place).map_err(failed)?;
        let mut bag = Self { out, place, _held: held, files: BTreeMap::new(), stop, is_whole: false };
        bag.put(DECLARATION.0, DECLARATION.1.as_bytes())?;
        Ok(bag)
    }

    /// The files so far, by their paths in the bag.
    pub(super) fn files(&self) -> &BTreeMap<String, Entry> {
        &self.files
    }

    /// Where a file of this name is on the disk, with the folders that lead there.
    pub(super) fn path(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.place.join(name);
        let folder = path.parent().unwrap_or(&self.place);
        fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
        Ok(path)
    }

    /// Writes a file.
    pub(super) fn put(&mut self, name: &str, content: &[u8]) -> Result<(), Error> {
        let path = self.path(name)?;
        let written = File::create(&path).and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()));
        written.map_err(|source| Error::Write { path, source })?;
        self.files.insert(name.to_owned(), Entry { sha256: sha256(content), bytes: content.len() as u64 });
        Ok(())
    }

    /// Copies a file piece by piece; `heard` hears the bytes of each. Where a hash is expected,
    /// another one is an error.
    pub(super) fn copy(
        &mut self,
        from: &Path,
        name: &str,
        expected: Option<&str>,
        heard: &mut dyn FnMut(u64),
    ) -> Result<(), Error> {
        let path = self.path(name)?;
        let failed = |source| Error::Write { path: path.clone(), source };
        let mut file = File::create(&path).map_err(failed)?;
        let mut unwritten = None;
        let read = sha256_of(from, |piece| {
            heard(piece.len() as u64);
            if self.stop.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Other.into());
            }
            file.write_all(piece).map_err(|source| {
                unwritten = Some(source);
                io::ErrorKind::Other.into()
            })
        });
        self.check_stop()?;
        if let Some(source) = unwritten {
            return Err(failed(source));
        }
        let (sha256, bytes) = read.map_err(|source| Error::Read { path: from.to_owned(), source })?;
        if expected.is_some_and(|expected| expected != sha256) {
            return Err(Error::Changed { path: from.to_owned() });
        }
        file.sync_all().map_err(failed)?;
        self.files.insert(name.to_owned(), Entry { sha256, bytes });
        Ok(())
    }

    /// Takes a file in that somebody wrote at [`Bag::path`].
    pub(super) fn adopt(&mut self, name: &str) -> Result<(), Error> {
        let path = self.place.join(name);
        let stop = self.stop;
        let read =
            sha256_of(&path, |_| if stop.load(Ordering::Relaxed) { Err(io::ErrorKind::Other.into()) } else { Ok(()) });
        self.check_stop()?;
        let (sha256, bytes) = read.map_err(|source| Error::Read { path, source })?;
        self.files.insert(name.to_owned(), Entry { sha256, bytes });
        Ok(())
    }

    fn check_stop(&self) -> Result<(), Error> {
        if self.stop.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// Bytes and number of the payload.
    pub(super) fn payload(&self) -> (u64, usize) {
        let payload = || self.files.iter().filter(|(name, _)| is_payload(name)).map(|(_, entry)| entry.bytes);
        (payload().sum(), payload().count())
    }

    /// Writes what the bag says of itself, and gives it its name.
    pub(super) fn finish(mut self, info: &[(String, String)]) -> Result<PathBuf, Error> {
        let (bytes, count) = self.payload();
        let oxum = ("Payload-Oxum".to_owned(), format!("{bytes}.{count}"));
        let line = |(label, value): &(String, String)| format!("{label}: {}\n", one_line(value));
        let info: String = info.iter().chain([&oxum]).map(line).collect();
        self.put(INFO, info.as_bytes())?;
        self.put(PAYLOAD, self.manifest(is_payload).as_bytes())?;
        let tags = self.manifest(|name| !is_payload(name));
        self.put(TAGS, tags.as_bytes())?;
        self.check_stop()?;
        let failed = |source| Error::Write { path: self.out.clone(), source };
        sync_folders(&self.place).map_err(failed)?;
        // Somebody may have made something of that name meanwhile; an empty folder would be
        // replaced.
        if self.out.symlink_metadata().is_ok() {
            return Err(Error::Taken { path: self.out.clone() });
        }
        fs::rename(&self.place, &self.out).map_err(failed)?;
        atomic_file::sync_folder(self.out.parent().unwrap_or(Path::new("/"))).map_err(failed)?;
        self.is_whole = true;
        Ok(self.out.clone())
    }

    fn manifest(&self, is_meant: impl Fn(&str) -> bool) -> String {
        let meant = self.files.iter().filter(|(name, _)| is_meant(name));
        meant.map(|(name, entry)| format!("{}  {name}\n", entry.sha256)).collect()
    }
}

impl Drop for Bag<'_> {
    fn drop(&mut self) {
        if !self.is_whole {
            let _ = fs::remove_dir_all(&self.place);
        }
    }
}

/// Keeps another process from making the same bag.
struct Held {
    _file: File,
    path: PathBuf,
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn is_payload(name: &str) -> bool {
    name.starts_with("data/")
}

/// A value without line breaks: a line that begins with a blank would go on with the one before.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    atomic_file::sync_folder(folder)
}

/// A name that every system and every reader of a bag takes as it is: without what separates
/// folders, and without what manifests would have to encode.
pub(super) fn plain_name(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_control() || matches!(c, '/' | '\\' | '%' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                '_'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bag_has_its_name_only_when_it_is_whole() {
        static GO: AtomicBool = AtomicBool::new(false);
        let place = tempfile::tempdir().expect("a folder");
        let out = place.path().join("serah");
        let mut bag = Bag::create(&out, &GO).expect("begun");
        bag.put("data/a.txt", b"satu").expect("written");
        assert!(!out.exists());
        assert!(matches!(Bag::create(&out, &GO), Err(Error::Lock(_))), "two at once");
        drop(bag);
        assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 0, "nothing is left");

        let mut bag = Bag::create(&out, &GO).expect("begun");
        fs::write(place.path().join("b.txt"), b"dua").expect("written");
        let (from, other) = (place.path().join("b.txt"), "00".repeat(32));
        assert!(matches!(bag.copy(&from, "data/b.txt", Some(&other), &mut |_| {}), Err(Error::Changed { .. })));
        bag.copy(&from, "data/b.txt", Some(&sha256(b"dua")), &mut |_| {}).expect("copied");
        let made = bag.finish(&[("External-Description".to_owned(), "dua\n baris".to_owned())]).expect("whole");
        assert_eq!(
            fs::read_to_string(made.join(INFO)).expect("read"),
            "External-Description: dua baris\nPayload-Oxum: 3.1\n"
        );
        assert_eq!(fs::read_to_string(made.join(PAYLOAD)).expect("read"), format!("{}  data/b.txt\n", sha256(b"dua")));
        let tags = fs::read_to_string(made.join(TAGS)).expect("read");
        let tags: Vec<&str> = tags.lines().filter_map(|line| line.split("  ").nth(1)).collect();
        assert_eq!(tags, [INFO, DECLARATION.0, PAYLOAD]);
        assert!(matches!(Bag::create(&out, &GO), Err(Error::Taken { .. })));
        assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 2);
    }

    #[test]
    fn what_was_left_is_taken_away_and_what_is_not_ours_is_not() {
        static GO: AtomicBool = AtomicBool::new(false);
        let place = tempfile::tempdir().expect("a folder");
        let left = place.path().join(".serah.sebagian");
        fs::create_dir_all(left.join("data")).expect("made");
        let out = place.path().join("serah");
        assert!(matches!(Bag::create(&out, &GO), Err(Error::Taken { path }) if path == left));
        fs::write(left.join(DECLARATION.0), DECLARATION.1).expect("written");
        fs::write(left.join("data/lama"), b"x").expect("written");
        let bag = Bag::create(&out, &GO).expect("begun");
        assert!(!left.join("data").exists());
        bag.finish(&[]).expect("whole");
    }

    #[test]
    fn one_that_is_stopped_leaves_nothing() {
        let stop = AtomicBool::new(false);
        let place = tempfile::tempdir().expect("a folder");
        let (from, out) = (place.path().join("suara"), place.path().join("serah"));
        fs::write(&from, vec![7; 3 << 20]).expect("written");
        let mut bag = Bag::create(&out, &stop).expect("begun");
        let copied = bag.copy(&from, "data/suara", None, &mut |_| stop.store(true, Ordering::Relaxed));
        assert!(matches!(copied, Err(Error::Interrupted)));
        drop(bag);
        assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn names_need_no_encoding() {
        assert_eq!(plain_name("hadir 9%0A/maret\n.xlsx"), "hadir 9_0A_maret_.xlsx");
        assert_eq!(plain_name("Ni’mah – é.pdf"), "Ni’mah – é.pdf");
    }
}
