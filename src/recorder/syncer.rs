//! Brings what was written to the disk, so that the keeper need not wait for it.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crossbeam_channel::{Sender, bounded};

/// Brings files to the disk beside the keeper, and tells how far it came.
pub(super) struct Syncer {
    pub files: Sender<(File, u64)>,
    pub synced: Arc<AtomicU64>,
}

pub(super) fn syncer() -> Syncer {
    let (files, waiting) = bounded::<(File, u64)>(1);
    let synced = Arc::new(AtomicU64::new(0));
    let done = Arc::clone(&synced);
    thread::spawn(move || {
        for (file, position) in waiting {
            if file.sync_data().is_ok() {
                done.store(position, Ordering::Release);
            }
        }
    });
    Syncer { files, synced }
}
