//! What a site knows of itself: `.risalah/` in it. Only what the site shows anyway stands there,
//! and hashes; no path of the computer, and no clock.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::meeting::Kind;

/// The folder in the site.
pub(super) const FOLDER: &str = ".risalah";
/// Says that the folder is a site of this program, and what all its pages were made with.
pub(super) const FILE: &str = ".risalah/situs.json";
/// The form of these files.
const FORMAT: u32 = 1;

/// What all pages have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) format: u32,
    /// What every page is made with; where it differs, all pages are made anew.
    pub(super) look: String,
    /// Where the site stands.
    pub(super) address: Option<String>,
    /// What the institution is called.
    pub(super) name: String,
    /// Its colour.
    pub(super) colour: Option<[u8; 3]>,
    /// The licence of what it publishes.
    #[serde(default)]
    pub(super) licence: Option<String>,
    /// Meetings, by their names in the site.
    pub(super) meetings: Vec<String>,
    /// Every other file of the site and its SHA-256.
    pub(super) files: BTreeMap<String, String>,
}

/// One meeting of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Its name in the site; it stays whatever is corrected.
    pub(super) id: String,
    /// 64 hexadecimal digits that stand for its recording.
    pub(super) recording: String,
    /// SHA-256 of what it was made of.
    pub(super) inputs: String,
    /// What its pages were made with.
    pub(super) look: String,
    pub(super) title: String,
    pub(super) date: Option<Date>,
    pub(super) kind: Option<Kind>,
    pub(super) place: Option<String>,
    pub(super) number: String,
    pub(super) edition: u32,
    /// When this edition became official.
    pub(super) signed: Timestamp,
    pub(super) agenda: Vec<String>,
    pub(super) decisions: Vec<Decision>,
    pub(super) speeches: Vec<Speech>,
    /// Names of speeches and decisions that an earlier edition had and this one has not.
    pub(super) former: Vec<Former>,
    /// Places that were redacted.
    pub(super) redacted: usize,
    /// Seconds of the recording.
    pub(super) seconds: u64,
    /// What can be found in it; the files of its texts are named after their hash.
    pub(super) texts: usize,
    pub(super) texts_hash: String,
    pub(super) withdrawn: Option<Withdrawn>,
    /// Whether it was published without sound because that was asked for.
    pub(super) is_silent: bool,
    pub(super) has_sound: bool,
    /// Its files and their SHA-256.
    pub(super) files: BTreeMap<String, String>,
    /// What each file of sound was made of.
    pub(super) sounds: BTreeMap<String, String>,
}

/// A speech, by its microphone and its samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Speech {
    pub(super) id: String,
    pub(super) channel: u16,
    pub(super) start: u64,
    pub(super) end: u64,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Decision {
    pub(super) id: String,
    pub(super) text: String,
    /// The item of the agenda, from 1; 0 where none is known.
    pub(super) item: usize,
    /// When the meeting agreed, `hh:mm:ss` of the recording.
    pub(super) time: Option<String>,
    /// The speech before it.
    pub(super) speech: Option<String>,
    /// Speeches of invited guests under the same item: what the decision had as answers.
    pub(super) answers: Vec<Answer>,
}

/// What a guest said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) speech: String,
    pub(super) speaker: String,
}

/// A name that an earlier edition had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Former {
    pub(super) id: String,
    /// Where the speech stood in the recording; nowhere for a decision.
    pub(super) place: Option<Speech>,
    /// The first edition without it.
    pub(super) edition: u32,
}

/// Why a meeting is no longer shown, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// The reason, for the public.
    pub reason: String,
    /// The day.
    pub date: Date,
}

impl Record {
    /// Its own file in the site.
    pub(super) fn file(id: &str) -> String {
        format!("{FOLDER}/{id}.json")
    }

    /// Its words for the index.
    pub(super) fn words_file(id: &str) -> String {
        format!("{FOLDER}/{id}.kata")
    }

    /// The folder of its pages.
    pub(super) fn folder(&self) -> String {
        format!("rapat/{}", self.id)
    }

    pub(super) fn theme(&self, item: usize) -> Option<&str> {
        self.agenda.get(item.checked_sub(1)?).map(String::as_str)
    }

    pub(super) fn read(site: &Path, id: &str) -> Result<Self, Error> {
        json(&site.join(Self::file(id)))
    }
}

impl State {
    pub(super) fn new(look: String, address: Option<String>) -> Self {
        Self { format: FORMAT, look, address, ..Self::default() }
    }

    /// What a site says of itself; `None` where there is none yet.
    ///
    /// # Errors
    /// When the folder holds something else, or a newer version has written it.
    pub(super) fn read(site: &Path) -> Result<Option<Self>, Error> {
        let path = site.join(FILE);
        if path.is_file() {
            let state: Self = json(&path)?;
            return if state.format > FORMAT { Err(Error::Newer { path: site.to_owned() }) } else { Ok(Some(state)) };
        }
        let is_empty = match fs::read_dir(site) {
            Ok(mut entries) => entries.next().is_none(),
            Err(_) => !site.exists(),
        };
        if is_empty { Ok(None) } else { Err(Error::NotASite { path: site.to_owned() }) }
    }
}

fn json<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T, Error> {
    let bytes = fs::read(path).map_err(Error::read(path))?;
    serde_json::from_slice(&bytes).map_err(|error| Error::Damaged { path: path.to_owned(), detail: error.to_string() })
}
