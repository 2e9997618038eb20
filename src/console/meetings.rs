//! What is to be done next with a meeting.

use std::path::Path;

use jiff::Timestamp;

use crate::common::message::{Explain, Message};
use crate::lifecycle::{Life, State};
use crate::meeting::Meeting;
use crate::meeting_folder::{self, describe, name};
use crate::record::recorder::Client;
use crate::recording::{Growth, folder_of};
use crate::transcript::Transcript;
use crate::transcript::store::{self, Store};

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
    /// Hundredths of what was said that somebody has listened to.
    pub listened: u64,
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
        let mut listened = 0;
        let (state, until) = match stands(folder) {
            Ok(Some((life, percent))) => {
                listened = percent;
                let until = life.deadline().filter(|_| life.state() == State::Correction);
                (life.state(), until)
            }
            Ok(None) => {
                let recorded = is_recorded || matches!(Growth::open(&recording), Ok(Some(_)));
                (if recorded { State::Recording } else { State::Scheduled }, None)
            }
            Err(error) => {
                problem = problem.or(Some(error.message()));
                (if is_recorded { State::Recording } else { State::Transcribing }, None)
            }
        };
        Self { name: name(&meeting, &id), id, meeting, state, is_recorded, until, listened, problem }
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

/// The steps of a record, and how much of it was listened to in hundredths; `None` where nothing was
/// recognised yet. The words are not read for it.
fn stands(folder: &Path) -> Result<Option<(Life, u64)>, meeting_folder::Error> {
    let store = match Store::open_to_read(folder) {
        Err(store::Error::Missing { .. }) => return Ok(None),
        store => store?,
    };
    let versions = store.versions()?;
    let newest = versions.iter().rev().find(|version| version.complete).or(versions.last());
    let Some(newest) = newest else { return Ok(None) };
    let transcript = Transcript { version: newest.clone(), ..Transcript::nothing(newest.created) };
    let listened = store.listened(newest.number)?;
    Ok(Some((Life::read(&store, &transcript)?, listened)))
}
