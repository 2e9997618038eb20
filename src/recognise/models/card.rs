//! What is noted of a model that was made from weights in another form, beside its file.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::import::Kind;
use super::{Error, file};

/// A longer note was not written by this program.
const LONGEST: u64 = 64 << 10;

/// The note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Card {
    /// The form that the weights had.
    pub(super) form: Kind,
    /// SHA-256 of their file, or of the list of their files.
    pub(super) sha256: String,
    /// The language that they are meant for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<String>,
    /// Tokens that were left out.
    #[serde(default)]
    pub(super) added_tokens: u64,
    /// Layer and head of the decoder's heads that follow the sound; none where nobody named them.
    #[serde(default)]
    pub(super) alignment_heads: Vec<(u8, u8)>,
}

impl Card {
    /// The note in this file, if there is one that can be read.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Error> {
        if file::length(path)?.is_none_or(|bytes| bytes > LONGEST) {
            return Ok(None);
        }
        let text = fs::read_to_string(path).map_err(Error::at(path))?;
        Ok(toml::from_str(&text).ok())
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), Error> {
        let text = toml::to_string(self).map_err(std::io::Error::other).map_err(Error::at(path))?;
        let mut file = File::create(path).map_err(Error::at(path))?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::at(path))
    }
}
