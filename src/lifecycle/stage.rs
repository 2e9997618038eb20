//! What a record said at a stage of its life: its words under the corrections that had been made by
//! then.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::{Error, Life, Manifest, State};
use crate::transcript::Transcript;
use crate::transcript::edit::Edit;
use crate::transcript::store::Store;

/// A stage of which the words can be had again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What was recognised.
    Recognised,
    /// The provisional record as it was when it was last given out.
    Provisional,
    /// This official edition, or the last one.
    Official(Option<u32>),
    /// The record as it stands.
    Now,
    /// The version of this number, by its last corrections.
    Version(u32),
}

impl Stage {
    /// The transcript as it was at this stage.
    ///
    /// # Errors
    /// [`Error::NeverWas`] when the record has not come so far; [`Error::OtherRecognition`] when it
    /// was recognised anew since; or when the store or a manifest cannot be read.
    pub fn transcript(self, folder: &Path, store: &Store) -> Result<Transcript, Error> {
        let (raw, edits) = (store.load()?, store.edits()?);
        let life = Life::read(store, &raw)?;
        let last = match self {
            Self::Recognised => return Ok(raw),
            Self::Now => None,
            Self::Version(number) => {
                let raw = store.load_version(number)?.ok_or(Error::NeverWas(self))?;
                return Ok(store.under(&raw, &edits)?);
            }
            Self::Provisional => {
                let given = life.steps().filter(|(state, _)| *state == State::Provisional).last();
                let (_, step) = given.ok_or(Error::NeverWas(self))?;
                if raw.version.created > step.at {
                    return Err(Error::OtherRecognition(self));
                }
                Some(edits.iter().rfind(|edit| edit.layer.when.timestamp() <= step.at).map_or(0, |edit| edit.id))
            }
            Self::Official(edition) => {
                let sealed = life.steps().filter_map(|(_, step)| step.seal.as_ref());
                let seal = sealed.filter(|seal| edition.is_none_or(|edition| edition == seal.edition)).last();
                let manifest = Manifest::of(folder, seal.ok_or(Error::NeverWas(self))?.edition)?;
                if manifest.transcript.version != raw.version.number {
                    return Err(Error::OtherRecognition(self));
                }
                Some(manifest.edits.last)
            }
        };
        let edits: Vec<Edit> = edits.into_iter().filter(|edit| last.is_none_or(|last| edit.id <= last)).collect();
        Ok(store.under(&raw, &edits)?)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recognised => f.write_str("mentah"),
            Self::Provisional => f.write_str("sementara"),
            Self::Official(None) => f.write_str("resmi"),
            Self::Official(Some(edition)) => write!(f, "resmi-{edition}"),
            Self::Now => f.write_str("kini"),
            Self::Version(number) => write!(f, "versi-{number}"),
        }
    }
}

impl FromStr for Stage {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = |prefix: &str| text.strip_prefix(prefix)?.parse().ok().filter(|number| *number > 0);
        let edition = || number("resmi-").map(|edition| Self::Official(Some(edition)));
        let version = || number("versi-").map(Self::Version);
        match text {
            "mentah" => Ok(Self::Recognised),
            "sementara" => Ok(Self::Provisional),
            "resmi" => Ok(Self::Official(None)),
            "kini" => Ok(Self::Now),
            _ => edition().or_else(version).ok_or_else(|| Error::NoStage(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_read_as_they_are_written() {
        for text in ["mentah", "sementara", "resmi", "resmi-1", "resmi-12", "kini", "versi-2"] {
            assert_eq!(text.parse::<Stage>().map(|stage| stage.to_string()).ok().as_deref(), Some(text));
        }
        for wrong in ["", "final", "resmi-", "resmi-0", "resmi--1", "resmi-x", "versi-", "versi-0"] {
            assert!(matches!(wrong.parse::<Stage>(), Err(Error::NoStage(text)) if text == wrong));
        }
    }
}
