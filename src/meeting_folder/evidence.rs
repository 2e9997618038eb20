//! The conference system's events, put to a transcript before it is written.

use std::path::Path;

use super::{Error, Notices};
use crate::common::clock::Channel;
use crate::common::message::Message;
use crate::conference::{self, Events, FILES};
use crate::lifecycle::folder::{self, Folder, Written};
use crate::meeting::Meeting;
use crate::recording::Growth;
use crate::transcript::Transcript;
use crate::transcript::consult::{self, Finding};
use crate::transcript::store::Store;

/// Places that are named of many.
const NAMED: usize = 5;

/// Events, and what they are called to the user.
#[derive(Clone, Debug)]
pub struct Evidence {
    name: String,
    events: Events,
}

impl Evidence {
    /// The events of a meeting: of the file that was asked for, else of the one that its folder
    /// keeps, else of its recording's ledger.
    ///
    /// # Errors
    /// When the file or the ledger cannot be read.
    pub fn find(asked: Option<&Path>, folder: &Path, recording: &Path) -> Result<Option<Self>, Error> {
        let kept = FILES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
        if let Some(path) = asked.map(Path::to_owned).or(kept) {
            return Ok(Some(Self { name: path.display().to_string(), events: conference::read(&path)? }));
        }
        let Some(growth) = Growth::open(recording)? else { return Ok(None) };
        let events = growth.ledger().conference(growth.clock());
        Ok(Some(Self { name: recording.display().to_string(), events }).filter(|found| !found.events.is_empty()))
    }

    /// Puts the events to a meeting and its transcript, and says what came of it.
    pub fn consult(&self, meeting: &mut Meeting, transcript: &mut Transcript) -> Notices {
        let Self { name, events } = self;
        let expected = events.expected_origin(meeting, transcript.recording.started);
        let finding = consult::consult(events, expected, meeting, transcript);
        let about = |key: &str| Message::new(key).with("name", name);
        let Finding { alignment, origin, contradicted, unknown } = finding;
        let mut notices = Notices::default();
        match (alignment, origin) {
            (Some(found), _) => notices.notes.push(
                about("conference.aligned")
                    .with("agreeing", found.agreeing)
                    .with("edges", found.edges)
                    .with("origin", events.written(found.origin))
                    .with("spread", format!("{:.1}", found.spread as f64 / 1000.0)),
            ),
            (None, Some(_)) if events.are_recorded() => {}
            (None, Some(origin)) => {
                notices.warnings.push(about("conference.unconfirmed").with("origin", events.written(origin)));
            }
            (None, None) => notices.warnings.push(about("conference.unused")),
        }
        if !unknown.is_empty() {
            notices.warnings.push(about("conference.unknown").with("people", unknown.join(", ")));
        }
        if !contradicted.is_empty() {
            let clock = transcript.recording.clock;
            let place = |(channel, at): &(Channel, u64)| format!("{} {channel}", clock.hms(*at));
            let mut places: Vec<String> = contradicted.iter().take(NAMED).map(place).collect();
            if contradicted.len() > NAMED {
                places.push("…".to_owned());
            }
            let message = about("conference.contradicted").with("count", contradicted.len());
            notices.warnings.push(message.with("places", places.join(", ")));
        }
        notices
    }
}

/// Keeps a copy of the file in the meeting's folder, where later commands find it; one of the other
/// form that was there is set aside. Says what was kept under another name.
///
/// # Errors
/// When the file cannot be read or its copy not be written.
pub fn keep_events(asked: &Path, folder: &Folder, store: &Store) -> Result<Vec<Message>, Error> {
    let content = std::fs::read(asked).map_err(|source| folder::Error::Folder { path: asked.to_owned(), source })?;
    let is_table = asked.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let [table, lines] = FILES;
    let (name, other) = if is_table { (table, lines) } else { (lines, table) };
    let aside = Written { path: folder.path().join(other), kept: folder.set_aside(other)? };
    let written = folder.write(store, name, &content)?;
    Ok([aside, written].iter().filter_map(Written::kept_message).collect())
}
