//! Looks at the folder and its disk, where looking may take as long as it likes.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::recording::LEDGER;

/// How often it looks.
const PULSE: Duration = Duration::from_secs(1);
/// Looks after which a folder that cannot be found is gone; a network may hesitate.
const GONE: u64 = 3;

/// What was seen of a folder.
pub(super) struct DiskWatch(Arc<DiskState>);

struct DiskState {
    folder: Mutex<PathBuf>,
    /// Bytes that the disk still takes.
    free: AtomicU64,
    /// For how many looks the ledger was not to be found that had been there.
    missing: AtomicU64,
    begun: AtomicBool,
    done: AtomicBool,
}

impl DiskWatch {
    /// Looks once, and then again and again in a thread of its own.
    pub fn begin(folder: &Path) -> Self {
        let seen = Arc::new(DiskState {
            folder: Mutex::new(folder.to_owned()),
            free: AtomicU64::new(u64::MAX),
            missing: AtomicU64::new(0),
            begun: AtomicBool::new(false),
            done: AtomicBool::new(false),
        });
        seen.look();
        let looking = Arc::clone(&seen);
        thread::spawn(move || {
            while !looking.done.load(Ordering::Relaxed) {
                thread::sleep(PULSE);
                looking.look();
            }
        });
        Self(seen)
    }

    /// Looks at this folder from now on; whether it is another than before.
    pub fn turn_to(&self, folder: &Path) -> bool {
        let mut watched = self.0.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let is_other = *watched != folder;
        if is_other {
            folder.clone_into(&mut watched);
            self.0.missing.store(0, Ordering::Relaxed);
            self.0.begun.store(false, Ordering::Relaxed);
            self.0.free.store(u64::MAX, Ordering::Relaxed);
        }
        is_other
    }

    /// Bytes that the disk still takes; the most there can be where the system does not tell.
    pub fn free(&self) -> u64 {
        self.0.free.load(Ordering::Relaxed)
    }

    /// Whether the folder is no longer there under its name: a network share or a disk may be taken
    /// away while files are open on it.
    pub fn is_gone(&self) -> bool {
        self.0.missing.load(Ordering::Relaxed) >= GONE
    }
}

impl Drop for DiskWatch {
    fn drop(&mut self) {
        self.0.done.store(true, Ordering::Relaxed);
    }
}

impl DiskState {
    fn look(&self) {
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (there, free) = (folder.join(LEDGER).exists(), fs4::available_space(&folder));
        let folder_now = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if *folder_now != folder {
            return;
        }
        if there {
            self.begun.store(true, Ordering::Relaxed);
            self.missing.store(0, Ordering::Relaxed);
        } else if self.begun.load(Ordering::Relaxed) {
            self.missing.fetch_add(1, Ordering::Relaxed);
        }
        if let Ok(free) = free {
            self.free.store(free, Ordering::Relaxed);
        }
    }
}
