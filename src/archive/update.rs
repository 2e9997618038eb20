//! Brings the index up to what the folders hold: what changed, was added, moved or taken away.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::Error;
use super::contents::{Contents, Look, Stamp, is_closed_unchanged, read};
use super::index::{Index, Known, MOST_TURNS, closed_name};
use crate::common::message::Message;
use crate::meeting_folder::{entries, is_meeting};

/// How long one transaction takes at most; then what was read is on disk, and others may write.
const BATCH: Duration = Duration::from_millis(500);
/// Meetings that are read ahead.
const AHEAD: usize = 4;

/// How far an update is: meetings that were looked at, and all that must be.
pub type Report<'a> = dyn FnMut(usize, usize) + 'a;

/// A folder that must be read.
struct Changed {
    id: String,
    folder: PathBuf,
    digest: Option<String>,
}

/// Brings the index up to date, until a time if one is given. How many meetings are left.
pub(super) fn update(
    index: &mut Index,
    root: &Path,
    stop: &AtomicBool,
    until: Option<Instant>,
    report: &mut Report<'_>,
) -> Result<usize, Error> {
    fs::read_dir(root).map_err(|source| Error::Folder { path: root.to_owned(), source })?;
    let (changed, gone) = compare(index, root)?;
    if !gone.is_empty() {
        index.together(|index| gone.iter().try_for_each(|name| index.forget(name).map(drop)))?;
    }
    if changed.is_empty() {
        // One that was ended before it came to that.
        index.purge()?;
        return Ok(0);
    }
    let all = changed.len();
    let mut done = 0;
    report(0, all);
    let written = thread::scope(|scope| {
        let (sender, read_ones) = mpsc::sync_channel(AHEAD);
        scope.spawn(|| {
            // Moved in, so that it ends with this thread.
            let sender = sender;
            for one in &changed {
                let (stamps, contents) = read(root, &one.id, &one.folder, one.digest.as_deref());
                let fits = match contents {
                    Contents::Open(open) if open.turns.len() > MOST_TURNS => {
                        Contents::Unreadable(Message::new("search.too_many_turns").with("most", MOST_TURNS))
                    }
                    contents => contents,
                };
                if stop.load(Ordering::Relaxed) || sender.send((one, stamps, fits)).is_err() {
                    break;
                }
            }
        });
        let is_over = || stop.load(Ordering::Relaxed) || until.is_some_and(|until| Instant::now() >= until);
        while done < all && !is_over() {
            let Ok(first) = read_ones.recv() else { break };
            let begun = Instant::now();
            done += index.together(|index| {
                put(index, &first)?;
                let mut count = 1;
                report(done + count, all);
                while begun.elapsed() < BATCH && !is_over() {
                    let Ok(next) = read_ones.recv() else { break };
                    put(index, &next)?;
                    count += 1;
                    report(done + count, all);
                }
                Ok(count)
            })?;
        }
        Ok(())
    });
    index.purge()?;
    written?;
    if stop.load(Ordering::Relaxed) {
        return Err(Error::Interrupted);
    }
    Ok(all - done)
}

fn put(index: &mut Index, (one, stamps, contents): &(&Changed, Vec<Stamp>, Contents)) -> Result<(), Error> {
    index.put(&one.id, stamps, contents)
}

/// The folders that must be read, the newest by their names first, and the names that are gone.
fn compare(index: &Index, root: &Path) -> Result<(Vec<Changed>, Vec<String>), Error> {
    let mut known: HashMap<String, Known> = index.known()?.into_iter().collect();
    let mut changed = Vec::new();
    let mut look = Look::default();
    for (id, folder) in entries(root).into_iter().rev() {
        let closed = closed_name(&id);
        let is_known = known.get(&id).is_some_and(|open| look.is_unchanged(&folder, &open.stamps))
            || known.get(&closed).is_some_and(|closed| is_closed_unchanged(root, &folder, &closed.stamps));
        if !is_known && !is_meeting(&folder) {
            continue;
        }
        known.remove(&closed);
        let open = known.remove(&id);
        if !is_known {
            changed.push(Changed { id, folder, digest: open.and_then(|open| open.digest) });
        }
    }
    Ok((changed, known.into_keys().collect()))
}
