//! Passages that somebody is at work on: told to the others, and in nobody's way.
//!
//! They are kept in memory only: a page that is at work says so again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::audio::SPEECH_RATE;

/// Length of a passage, in samples at 16 kHz.
pub const PASSAGE: u64 = 10 * 60 * SPEECH_RATE as u64;
/// How long after the last sign of work a passage is free again.
const LASTS: Duration = Duration::from_mins(15);
/// More passages are in no recording of two days.
const MOST: u64 = 2 * 24 * 6;

/// Who is at work on which passages, by the meeting's folder.
#[derive(Default)]
pub struct Claims {
    of: Mutex<HashMap<PathBuf, Vec<Claim>>>,
}

/// A passage that is claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Which, from 0.
    pub passage: u64,
    pub by: String,
    seen: Instant,
}

impl Claims {
    /// Those of a meeting, in the order of the recording.
    pub fn all(&self, folder: &Path) -> Vec<Claim> {
        self.with(folder, |claims| claims.clone())
    }

    /// Claims a passage, or says again that one is at work on it; gives who has it.
    pub fn take(&self, folder: &Path, passage: u64, by: &str) -> Option<String> {
        self.with(folder, |claims| {
            if passage >= MOST {
                return None;
            }
            match claims.iter_mut().find(|claim| claim.passage == passage) {
                Some(claim) if claim.by == by => claim.seen = Instant::now(),
                Some(claim) => return Some(claim.by.clone()),
                None => {
                    claims.push(Claim { passage, by: by.to_owned(), seen: Instant::now() });
                    claims.sort_by_key(|claim| claim.passage);
                }
            }
            Some(by.to_owned())
        })
    }

    /// Lets a passage go, if it is theirs.
    pub fn release(&self, folder: &Path, passage: u64, by: &str) {
        self.with(folder, |claims| claims.retain(|claim| claim.passage != passage || claim.by != by));
    }

    /// Somebody has changed a turn that begins at this sample of 16 kHz: their own claim lasts on;
    /// gives who else has claimed it.
    pub fn changed(&self, folder: &Path, by: &str, start: u64) -> Option<String> {
        self.with(folder, |claims| {
            let claim = claims.iter_mut().find(|claim| claim.passage == start / PASSAGE)?;
            if claim.by == by {
                claim.seen = Instant::now();
                return None;
            }
            Some(claim.by.clone())
        })
    }

    fn with<T>(&self, folder: &Path, work: impl FnOnce(&mut Vec<Claim>) -> T) -> T {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.values_mut().for_each(|claims| claims.retain(|claim| claim.seen.elapsed() < LASTS));
        of.retain(|_, claims| !claims.is_empty());
        work(of.entry(folder.to_owned()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_has_one_who_works_on_it_until_they_let_it_go_or_are_silent() {
        let (claims, folder) = (Claims::default(), Path::new("/rapat"));
        assert_eq!(claims.take(folder, 1, "Sari").as_deref(), Some("Sari"));
        assert_eq!(claims.take(folder, 1, "Budi").as_deref(), Some("Sari"));
        assert_eq!(claims.take(Path::new("/lain"), 1, "Budi").as_deref(), Some("Budi"));
        assert_eq!(claims.take(folder, u64::MAX, "Sari"), None);
        assert_eq!(claims.changed(folder, "Budi", PASSAGE + 5).as_deref(), Some("Sari"));
        assert_eq!(claims.changed(folder, "Sari", PASSAGE + 5), None);
        assert_eq!(claims.changed(folder, "Budi", PASSAGE - 1), None);
        claims.release(folder, 1, "Budi");
        assert_eq!(claims.all(folder).len(), 1);
        claims.release(folder, 1, "Sari");
        assert_eq!(claims.all(folder), []);
        claims.take(folder, 2, "Sari");
        let long_ago = Instant::now().checked_sub(LASTS).expect("a computer that is on for so long");
        claims.with(folder, |claims| claims[0].seen = long_ago);
        assert_eq!(claims.take(folder, 2, "Budi").as_deref(), Some("Budi"));
    }
}
