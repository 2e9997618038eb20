//! A second copy of the recording in another folder, made from what is on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded};

use crate::common::atomic_file::{self, sync_folder};
use crate::recording::{Claim, LEDGER, segment_in};
use crate::seal::tails_of;

/// How often the copy is brought up to date.
const PULSE: Duration = Duration::from_millis(250);

/// How long its end is waited for; a disk that takes longer is no place to go on.
const PATIENCE: Duration = Duration::from_secs(20);

/// The head of a segment changes as it grows; it is far shorter than this.
const HEAD: u64 = 64 << 10;

/// A copy that follows the recording, in a folder that is held for it.
pub(super) struct MirrorWriter {
    claim: Claim,
    done: Arc<AtomicBool>,
    ended: Receiver<Result<(), String>>,
    /// Why it gave up, if it did.
    failure: Option<String>,
}

impl MirrorWriter {
    /// Begins to copy the recording of `source` into the folder that `claim` holds.
    pub fn begin(source: PathBuf, claim: Claim) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let (end, ended) = bounded(1);
        let (ending, target) = (Arc::clone(&done), claim.folder().to_owned());
        thread::spawn(move || {
            let _ = end.send(follow(&source, &target, &ending).map_err(|error| error.to_string()));
        });
        Self { claim, done, ended, failure: None }
    }

    /// Why it gave up, if it did.
    pub fn failure(&mut self) -> Option<&str> {
        if let Ok(Err(reason)) = self.ended.try_recv() {
            self.failure = Some(reason);
        }
        self.failure.as_deref()
    }

    /// Copies what is there now, and ends; gives the folder, or says why the copy is not whole.
    pub fn finish(mut self) -> Result<Claim, String> {
        self.done.store(true, Ordering::Release);
        if let Some(reason) = self.failure.take() {
            return Err(reason);
        }
        match self.ended.recv_timeout(PATIENCE) {
            Ok(Ok(())) => Ok(self.claim),
            Ok(Err(reason)) => Err(reason),
            Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).to_string()),
        }
    }
}

fn follow(source: &Path, target: &Path, done: &AtomicBool) -> io::Result<()> {
    let mut number = 1;
    loop {
        // Asked before copying: what is there at the end must be copied.
        let last = done.load(Ordering::Acquire);
        while let Some(segment) = segment_in(source, number) {
            // Asked before copying too: a segment behind which there is another grows no more.
            let next = segment_in(source, number + 1).is_some();
            catch_up(source, target, &segment.file_name().unwrap_or_default().to_string_lossy())?;
            copy_tails(&segment, target)?;
            if !next {
                break;
            }
            number += 1;
        }
        if source.join(LEDGER).exists() {
            catch_up(source, target, LEDGER)?;
        }
        if last {
            return sync_folder(target);
        }
        thread::sleep(PULSE);
    }
}

/// Copies the tails of a sealed segment as they are now. One that is taken away in between is in
/// the
/// segment itself by the next time.
fn copy_tails(segment: &Path, target: &Path) -> io::Result<()> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
    let tails = tails_of(segment).unwrap_or_default();
    for (_, tail) in &tails {
        let Ok(content) = fs::read(tail) else { continue };
        let copy = target.join(name(tail));
        if fs::read(&copy).ok().as_ref() != Some(&content) {
            atomic_file::write(&copy, &content)?;
        }
    }
    for (_, copy) in tails_of(&target.join(name(segment)))? {
        if tails.iter().all(|(_, tail)| name(tail) != name(&copy)) {
            fs::remove_file(&copy)?;
        }
    }
    Ok(())
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
