//! Files that one process holds as long as it lives.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Whoever asks whether a file is held holds it for less than this himself.
const ASKED: Duration = Duration::from_secs(1);

/// Holds a file. One who only asks ([`is_held`]) is waited for, so that asking makes nobody fail.
///
/// # Errors
/// [`TryLockError::WouldBlock`] where another holds it, [`TryLockError::Error`] where the file system cannot tell.
pub fn hold(file: &File) -> Result<(), TryLockError> {
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if begun.elapsed() < ASKED => thread::sleep(Duration::from_millis(5)),
            held => return held,
        }
    }
}

/// Whether somebody holds the file. No file: nobody.
#[must_use]
pub fn is_held(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_makes_nobody_fail() {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("kunci");
        let (file, asking) = (File::create(&path).expect("made"), File::open(&path).expect("opened"));
        assert!(!is_held(&path));
        // As one who asks, at the worst moment.
        asking.try_lock_shared().expect("asked");
        let waits = thread::spawn(move || hold(&file).map(|()| file));
        thread::sleep(Duration::from_millis(50));
        asking.unlock().expect("asked");
        let held = waits.join().expect("joined").expect("held");
        assert!(is_held(&path));
        assert!(matches!(hold(&asking), Err(TryLockError::WouldBlock)));
        drop(held);
        assert!(!is_held(&path));
    }
}
