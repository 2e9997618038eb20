//! The site while it is made: a folder beside the one that is shown, which takes its place in one
//! step when it is whole.
//!
//! What has not changed is a hard link to the file of the old site. Sound that was encoded before
//! an interruption is kept for the next run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::Error;
use crate::common::atomic_file::sync_folder;
use crate::common::digest::{sha256, sha256_of};
use crate::common::lock;

/// Sound by what it was made of, while the site is made.
const SOUND: &str = ".suara";
/// Says that the folder is this program's.
const MARK: &str = ".situs-sebagian";

pub(super) struct Staging {
    site: PathBuf,
    part: PathBuf,
    /// Beside the site; another process that makes the same site waits for it.
    _lock: File,
}

/// Files that were written, with their SHA-256.
pub(super) type Files = BTreeMap<String, String>;

impl Staging {
    /// Begins to make a site in place of the one in this folder, or anew.
    pub(super) fn begin(site: &Path) -> Result<Self, Error> {
        let site = if site.exists() { site.canonicalize().map_err(Error::read(site))? } else { absolute(site)? };
        let (parent, name) = site.parent().zip(site.file_name()).ok_or(Error::NotASite { path: site.clone() })?;
        let beside = |what: &str| parent.join(format!(".{}.{what}", name.to_string_lossy()));
        fs::create_dir_all(parent).map_err(Error::write(parent))?;
        let (lock, part, old) = (beside("kunci"), beside("sebagian"), beside("lama"));
        let lock = lock::hold(&lock)?;
        // What an end between two steps has left.
        if old.join(super::state::FILE).is_file() {
            if site.exists() {
                fs::remove_dir_all(&old).map_err(Error::write(&old))?;
            } else {
                fs::rename(&old, &site).map_err(Error::write(&site))?;
            }
        }
        if part.exists() {
            let is_own = [part.join(MARK), part.join(super::state::FILE)].iter().any(|path| path.is_file());
            if !is_own {
                return Err(Error::NotASite { path: part });
            }
            for entry in fs::read_dir(&part).map_err(Error::read(&part))? {
                let path = entry.map_err(Error::read(&part))?.path();
                if path.file_name().is_some_and(|name| name == SOUND) {
                    continue;
                }
                let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                removed.map_err(Error::write(&path))?;
            }
        }
        let sound = part.join(SOUND);
        fs::create_dir_all(&sound).map_err(Error::write(&sound))?;
        let mark = part.join(MARK);
        fs::write(&mark, "").map_err(Error::write(&mark))?;
        Ok(Self { site, part, _lock: lock })
    }

    /// The site that is shown.
    pub(super) fn site(&self) -> &Path {
        &self.site
    }

    /// Writes a file of the new site, and notes its hash.
    pub(super) fn write(&self, files: &mut Files, name: &str, content: &[u8]) -> Result<(), Error> {
        let path = self.made(name)?;
        fs::write(&path, content).map_err(Error::write(&path))?;
        files.insert(name.to_owned(), sha256(content));
        Ok(())
    }

    /// Takes files of the site that is shown over as they are; whether all of them were there.
    pub(super) fn keep<'a>(&self, names: impl IntoIterator<Item = &'a String>) -> Result<bool, Error> {
        for name in names {
            let from = self.site.join(name);
            // Mostly the folder is there already.
            if fs::hard_link(&from, self.part.join(name)).is_ok() {
                continue;
            }
            let to = self.made(name)?;
            match fs::hard_link(&from, &to) {
                Ok(()) => {}
                Err(_) if !from.is_file() => return Ok(false),
                // A file system without hard links.
                Err(_) => drop(fs::copy(&from, &to).map_err(Error::write(&to))?),
            }
        }
        Ok(true)
    }

    /// A file of sound of the new site: from the site that is shown, from an interrupted run, or
    /// made now.
    pub(super) fn sound(
        &self,
        name: &str,
        made_of: &str,
        is_kept: bool,
        make: impl FnOnce() -> Result<Vec<u8>, Error>,
    ) -> Result<String, Error> {
        if is_kept && self.keep([&name.to_owned()])? {
            let path = self.part.join(name);
            return sha256_of(&path, |_| Ok(())).map(|(hash, _)| hash).map_err(Error::read(&path));
        }
        let stored = self.part.join(SOUND).join(made_of);
        if !stored.is_file() {
            let bytes = make()?;
            let half = stored.with_extension("sebagian");
            fs::write(&half, bytes).and_then(|()| fs::rename(&half, &stored)).map_err(Error::write(&stored))?;
        }
        let path = self.made(name)?;
        fs::hard_link(&stored, &path).or_else(|_| fs::copy(&stored, &path).map(drop)).map_err(Error::write(&path))?;
        sha256_of(&path, |_| Ok(())).map(|(hash, _)| hash).map_err(Error::read(&path))
    }

    /// The new site takes the place of the old one.
    pub(super) fn finish(self) -> Result<(), Error> {
        for path in [self.part.join(SOUND), self.part.join(MARK)] {
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(Error::write(&path))?;
        }
        sync_all(&self.part).map_err(Error::write(&self.part))?;
        if !self.site.exists() {
            fs::rename(&self.part, &self.site).map_err(Error::write(&self.site))?;
        } else if !exchange(&self.part, &self.site) {
            let name = self.part.file_name().unwrap_or_default().to_string_lossy().replace(".sebagian", ".lama");
            let old = self.part.with_file_name(name);
            fs::rename(&self.site, &old).map_err(Error::write(&self.site))?;
            fs::rename(&self.part, &self.site).map_err(Error::write(&self.site))?;
            fs::rename(&old, &self.part).map_err(Error::write(&old))?;
        }
        sync_folder(self.site.parent().unwrap_or(Path::new("."))).map_err(Error::write(&self.site))?;
        if self.part.exists() {
            fs::remove_dir_all(&self.part).map_err(Error::write(&self.part))?;
        }
        Ok(())
    }

    /// Where a file of the new site stands; its folder is there.
    fn made(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.part.join(name);
        let folder = path.parent().unwrap_or(&self.part);
        fs::create_dir_all(folder).map_err(Error::write(folder))?;
        // A link of an earlier step must not be written through.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::write(&path)(error)),
            _ => Ok(path),
        }
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(Error::read(path))
}

/// Two folders in place of each other, in one step; whether the system can.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// Brings all that was written to the disk.
#[cfg(target_os = "linux")]
fn sync_all(folder: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

#[cfg(not(target_os = "linux"))]
fn sync_all(folder: &Path) -> io::Result<()> {
    sync_folder(folder)
}
