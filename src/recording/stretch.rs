//! The parts of a recording that are sealed.

use std::path::Path;

use super::{Error, Fact, LEDGER, Ledger, folder_of};
use crate::common::clock::{Clock, Span};
use crate::seal::{self, Holder, Identity, MeetingKey, Seal, WRAPPED, hold_released, wrapped_name};

/// A part of a recording that is sealed: all of a closed meeting, or what was closed of an open one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its number, from 1.
    pub number: u64,
    /// Its first sample.
    pub from: u64,
    /// The first sample that is open again; `None` where it goes on, or went on to the end.
    pub until: Option<u64>,
    /// Its key.
    pub seal: Seal,
    /// Whether it is all of a meeting that was closed from its beginning.
    pub whole: bool,
}

impl Stretch {
    /// Its key, where this process holds it.
    #[must_use]
    pub fn key(&self) -> Option<MeetingKey> {
        self.seal.held()
    }

    /// Its key, opened with the identity of a holder. `folder` is the meeting's.
    ///
    /// # Errors
    /// As [`Seal::open`].
    pub fn open(&self, folder: &Path, identity: &Identity) -> Result<MeetingKey, seal::Error> {
        self.seal.open_in(folder, &self.wrapped(), identity)
    }

    /// Wraps its key anew to these holders.
    ///
    /// # Errors
    /// As [`Seal::wrapped_again`].
    pub fn wrap_again(&self, folder: &Path, key: &MeetingKey, holders: &[Holder]) -> Result<(), seal::Error> {
        Seal::wrapped_again_in(folder, &self.wrapped(), key, holders)
    }

    /// The file of the meeting's folder to which its key is wrapped anew.
    fn wrapped(&self) -> String {
        if self.whole { WRAPPED.to_owned() } else { wrapped_name(self.number) }
    }

    /// Whether it holds a sample.
    #[must_use]
    pub fn holds(&self, at: u64) -> bool {
        at >= self.from && self.until.is_none_or(|until| at < until)
    }

    /// Its span on another clock than the recording's own; a sample that lies in it by a part only
    /// belongs to it.
    #[must_use]
    pub fn span(&self, own: Clock, other: Clock) -> Span {
        let until = self.until.map_or(u64::MAX, |until| own.convert(until, other).saturating_add(1));
        Span::new(own.convert(self.from, other).saturating_sub(1), until)
    }
}

impl Ledger {
    /// The parts that are sealed, in order.
    #[must_use]
    pub fn stretches(&self) -> Vec<Stretch> {
        let mut found: Vec<Stretch> = Vec::new();
        if let Some(seal) = self.seal() {
            found.push(Stretch { number: 1, from: 0, until: None, seal: seal.clone(), whole: true });
            return found;
        }
        for fact in &self.facts {
            let Fact::Event { at, entered, seal, withdraws: None, .. } = fact else { continue };
            let last = found.last_mut().filter(|last| last.until.is_none());
            match (entered.turns_sealed(), seal, last) {
                (Some(true), Some(seal), None) => {
                    let number = found.len() as u64 + 1;
                    found.push(Stretch { number, from: *at, until: None, seal: (**seal).clone(), whole: false });
                }
                (Some(false), _, Some(last)) => last.until = Some(*at),
                _ => {}
            }
        }
        found
    }

    /// The key to which the segment in this file is sealed, if it is: that of the line before the one
    /// with which it was begun. Its place on the timeline does not tell where a crash left nothing of
    /// it.
    #[must_use]
    pub fn seal_of(&self, file: &str) -> Option<&Seal> {
        let mut seal = self.seal();
        let whole = seal.is_some();
        for fact in &self.facts {
            match fact {
                Fact::Open { file: other, .. } | Fact::Segment { file: other, .. } if other == file => return seal,
                Fact::Event { entered, seal: key, withdraws: None, .. } if !whole => match entered.turns_sealed() {
                    Some(true) => seal = key.as_deref(),
                    Some(false) => seal = None,
                    None => {}
                },
                _ => {}
            }
        }
        None
    }

    /// The key to which what is recorded next is sealed.
    #[must_use]
    pub fn current_seal(&self) -> Option<&Seal> {
        if let Some(seal) = self.seal() {
            return Some(seal);
        }
        self.facts.iter().rev().find_map(|fact| match fact {
            Fact::Event { entered, seal, withdraws: None, .. } => {
                entered.turns_sealed().map(|sealed| seal.as_deref().filter(|_| sealed))
            }
            _ => None,
        })?
    }
}

/// The parts of the recording of a meeting that are sealed; none where there is no recording. The
/// keys of those that were opened for good are held from then on. `folder` is the meeting's.
///
/// # Errors
/// [`Error::Io`] or [`Error::Seal`].
pub fn stretches_of(folder: &Path) -> Result<Vec<Stretch>, Error> {
    let recording = folder_of(folder);
    let path = recording.join(LEDGER);
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let found = Ledger::read(&path)?.stretches();
    if !found.is_empty() {
        hold_released(recording.parent().unwrap_or(folder))?;
    }
    Ok(found)
}

/// The same without those that everybody may hear by now.
///
/// # Errors
/// As [`stretches_of`].
pub fn sealed_stretches_of(folder: &Path) -> Result<Vec<Stretch>, Error> {
    let released = released(folder)?;
    let mut found = stretches_of(folder)?;
    found.retain(|stretch| !released.contains(&stretch.seal.recipient));
    Ok(found)
}

/// The keys of those of these parts that are sealed to this identity. `folder` is the meeting's.
///
/// # Errors
/// [`seal::Error::NotHolder`] where it is none of them, or why one cannot be opened.
pub fn open_stretches(
    folder: &Path,
    stretches: &[Stretch],
    identity: &Identity,
) -> Result<Vec<MeetingKey>, seal::Error> {
    let mut keys = Vec::new();
    for stretch in stretches {
        match stretch.open(folder, identity) {
            Ok(key) => keys.push(key),
            Err(seal::Error::NotHolder { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    if keys.is_empty() { Err(seal::Error::NotHolder { path: folder.to_owned() }) } else { Ok(keys) }
}

/// The public halves of the keys that were opened for good.
fn released(folder: &Path) -> Result<Vec<String>, Error> {
    let recording = folder_of(folder);
    let (openings, _) = seal::openings(recording.parent().unwrap_or(folder))?;
    Ok(openings.into_iter().filter_map(|opening| Some(opening.released?.recipient)).collect())
}
