//! The meetings of a folder, and what is to be done next with each.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::common::message::{Explain, Message};
use crate::lifecycle::folder::MEETING;
use crate::lifecycle::{Life, State};
use crate::meeting::{Kind, Meeting};
use crate::meeting_folder::{self, describe};
use crate::record::recorder::Client;
use crate::recording::{Growth, LEDGER, folder_of};
use crate::transcript::Transcript;
use crate::transcript::store::{self, FILE_NAME, Store};

/// Whether this folder holds a meeting: its description, its recording or its transcript.
pub fn is_meeting(folder: &Path) -> bool {
    let files = [folder.join(MEETING), folder.join(FILE_NAME), folder_of(folder).join(LEDGER)];
    files.iter().any(|file| file.is_file())
}

/// The folders of meetings below this one, by their names.
pub fn folders(root: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let folder = |entry: fs::DirEntry| {
        let name = entry.file_name().to_str()?.to_owned();
        let is_shown = !name.starts_with('.') && !name.chars().any(char::is_control);
        Some((name, entry.path())).filter(|(_, path)| is_shown && is_meeting(path))
    };
    let mut found: Vec<_> = entries.filter_map(folder).collect();
    found.sort();
    found
}

/// A meeting as a list shows it.
pub struct Summary {
    /// The name of its folder.
    pub id: String,
    /// What it is called.
    pub name: String,
    pub meeting: Meeting,
    pub state: State,
    /// Whether it is being recorded at this moment.
    pub is_recorded: bool,
    /// Until when speakers may correct, while that is so.
    pub until: Option<Timestamp>,
    /// What is wrong with its files.
    pub problem: Option<Message>,
}

impl Summary {
    pub fn of(id: String, folder: &Path) -> Self {
        let (meeting, mut problem) = match describe(folder) {
            Ok(meeting) => (meeting, None),
            Err(error) => (Meeting::bare(), Some(error.message())),
        };
        let recording = folder_of(folder);
        let is_recorded = Client::reach(&recording).is_ok();
        let (state, until) = match stands(folder) {
            Ok(Some(life)) => {
                let until = life.deadline().filter(|_| life.state() == State::Correction);
                (life.state(), until)
            }
            Ok(None) => {
                let recorded = is_recorded || matches!(Growth::open(&recording), Ok(Some(_)));
                (if recorded { State::Recording } else { State::Scheduled }, None)
            }
            Err(error) => {
                problem = problem.or(Some(error.message()));
                (State::Transcribing, None)
            }
        };
        Self { name: name(&meeting, &id), id, meeting, state, is_recorded, until, problem }
    }

    /// The key of the sentence that says what is to be done next.
    pub fn next(&self, now: Timestamp) -> String {
        let key = match self.state {
            State::Recording if self.is_recorded => "merekam",
            State::Correction if self.until.is_some_and(|until| until < now) => "koreksi_selesai",
            state => state.key(),
        };
        format!("page.next.{key}")
    }
}

/// What a meeting is called: its own name, else its kind and number.
pub fn name(meeting: &Meeting, id: &str) -> String {
    let named = meeting.name.clone().or_else(|| meeting.kind.map(|kind| Kind::name(kind).to_owned()));
    match (named, meeting.sequence) {
        (Some(name), Some(number)) => format!("{name} ke-{number}"),
        (Some(name), None) => name,
        (None, _) => id.to_owned(),
    }
}

/// The steps of a record; `None` where nothing was recognised yet. The words are not read for it.
fn stands(folder: &Path) -> Result<Option<Life>, meeting_folder::Error> {
    let store = match Store::open_to_read(folder) {
        Err(store::Error::Missing { .. }) => return Ok(None),
        store => store?,
    };
    let versions = store.versions()?;
    let newest = versions.iter().rev().find(|version| version.complete).or(versions.last());
    let Some(newest) = newest else { return Ok(None) };
    let transcript = Transcript { version: newest.clone(), ..Transcript::nothing(newest.created) };
    Ok(Some(Life::read(&store, &transcript)?))
}
