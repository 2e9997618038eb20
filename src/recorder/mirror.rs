//! A second copy of the recording in another folder, made from what is on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::recording::{LEDGER, segment_name};

/// How often the copy is brought up to date.
const PULSE: Duration = Duration::from_millis(250);

/// The head of a segment changes as it grows; it is far shorter than this.
const HEAD: u64 = 64 << 10;

/// A copy that follows the recording.
pub(super) struct Copy {
    target: PathBuf,
    done: Arc<AtomicBool>,
    failure: Arc<Mutex<Option<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Copy {
    /// Begins to copy the recording of `source` into `target`.
    pub fn begin(source: PathBuf, target: PathBuf) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let failure = Arc::new(Mutex::new(None));
        let (ending, failed, folder) = (Arc::clone(&done), Arc::clone(&failure), target.clone());
        let thread = thread::spawn(move || {
            if let Err(error) = follow(&source, &folder, &ending) {
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
            }
        });
        Self { target, done, failure, thread: Some(thread) }
    }

    /// Where it copies to.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Why it gave up, if it did.
    pub fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Copies what is there now, and ends; whether the copy is whole.
    pub fn finish(&mut self) -> bool {
        self.done.store(true, Ordering::Release);
        let joined = self.thread.take().is_none_or(|thread| thread.join().is_ok());
        joined && self.failure().is_none()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.finish();
    }
}

fn follow(source: &Path, target: &Path, done: &AtomicBool) -> io::Result<()> {
    fs::create_dir_all(target)?;
    let mut number = 1;
    loop {
        // Asked before copying: what is there at the end must be copied.
        let last = done.load(Ordering::Acquire);
        while source.join(segment_name(number)).exists() {
            // Asked before copying too: a segment behind which there is another grows no more.
            let next = source.join(segment_name(number + 1)).exists();
            catch_up(source, target, &segment_name(number))?;
            if !next {
                break;
            }
            number += 1;
        }
        if source.join(LEDGER).exists() {
            catch_up(source, target, LEDGER)?;
        }
        if last {
            return Ok(());
        }
        thread::sleep(PULSE);
    }
}

/// Appends what the file has grown by, and renews its head.
fn catch_up(source: &Path, target: &Path, name: &str) -> io::Result<()> {
    // A recording that is gone is no fault of its copy.
    let Ok(mut from) = File::open(source.join(name)) else { return Ok(()) };
    let mut to = OpenOptions::new().create(true).truncate(false).write(true).open(target.join(name))?;
    let copied = to.metadata()?.len();
    from.seek(SeekFrom::Start(copied))?;
    to.seek(SeekFrom::Start(copied))?;
    let more = io::copy(&mut from, &mut to)?;
    if name != LEDGER {
        from.seek(SeekFrom::Start(0))?;
        to.seek(SeekFrom::Start(0))?;
        io::copy(&mut from.take(HEAD.min(copied)), &mut to)?;
    }
    if more > 0 { to.sync_data() } else { Ok(()) }
}
