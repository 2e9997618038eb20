//! The conference system's events, put to a transcript before it is written.

use std::path::Path;

use e_risalah::common::clock::Channel;
use e_risalah::common::message::Message;
use e_risalah::conference::{self, Events, FILES};
use e_risalah::lifecycle::folder::{self, Folder};
use e_risalah::meeting::Meeting;
use e_risalah::recording::Growth;
use e_risalah::transcript::Transcript;
use e_risalah::transcript::consult::{self, Finding};
use e_risalah::transcript::store::Store;

use super::Failure;
use super::show::Console;

/// Places that are named of many.
const NAMED: usize = 5;

/// Events, and what they are called to the user.
pub struct Evidence {
    name: String,
    events: Events,
}

/// The events of a meeting: of the file that was asked for, else of the one that its folder keeps, else of its recording's ledger.
pub fn find(asked: Option<&Path>, folder: &Path, recording: &Path) -> Result<Option<Evidence>, Failure> {
    let kept = FILES.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    if let Some(path) = asked.map(Path::to_owned).or(kept) {
        return Ok(Some(Evidence { name: path.display().to_string(), events: conference::read(&path)? }));
    }
    let Some(growth) = Growth::open(recording)? else { return Ok(None) };
    let events = growth.ledger().conference(growth.clock());
    Ok(Some(Evidence { name: recording.display().to_string(), events }).filter(|found| !found.events.is_empty()))
}

/// Keeps a copy of the file in the meeting's folder, where later commands find it; one of the other form that was there is set aside.
pub fn keep(asked: &Path, folder: &Folder, store: &Store, console: Console) -> Result<(), Failure> {
    let content = std::fs::read(asked).map_err(|source| folder::Error::Folder { path: asked.to_owned(), source })?;
    let is_table = asked.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let [table, lines] = FILES;
    let (name, other) = if is_table { (table, lines) } else { (lines, table) };
    let aside = folder.set_aside(other)?.map(|kept| (folder.path().join(other), kept));
    let written = folder.write(store, name, &content)?;
    let kept = written.kept.map(|kept| (written.path, kept));
    for (path, kept) in aside.into_iter().chain(kept) {
        console.warning(&Message::new("folder.kept").with("path", path.display()).with("kept", kept.display()));
    }
    Ok(())
}

/// Puts events to a meeting and its transcript and says what came of it; whether a person must look.
pub fn consult(evidence: &Evidence, meeting: &mut Meeting, transcript: &mut Transcript, console: Console) -> bool {
    let Evidence { name, events } = evidence;
    let expected = events.expected_origin(meeting, transcript.recording.started);
    let finding = consult::consult(events, expected, meeting, transcript);
    let say = |key: &str| Message::new(key).with("name", name);
    let Finding { alignment, origin, contradicted, unknown } = finding;
    let mut warned = false;
    let mut warn = |message: Message| {
        console.warning(&message);
        warned = true;
    };
    match (alignment, origin) {
        (Some(found), _) => console.note(
            &say("conference.aligned")
                .with("agreeing", found.agreeing)
                .with("edges", found.edges)
                .with("origin", events.written(found.origin))
                .with("spread", format!("{:.1}", found.spread as f64 / 1000.0)),
        ),
        (None, Some(_)) if events.are_recorded() => {}
        (None, Some(origin)) => warn(say("conference.unconfirmed").with("origin", events.written(origin))),
        (None, None) => warn(say("conference.unused")),
    }
    if !unknown.is_empty() {
        warn(say("conference.unknown").with("people", unknown.join(", ")));
    }
    if !contradicted.is_empty() {
        let clock = transcript.recording.clock;
        let place = |(channel, at): &(Channel, u64)| format!("{} {channel}", clock.hms(*at));
        let mut places: Vec<String> = contradicted.iter().take(NAMED).map(place).collect();
        if contradicted.len() > NAMED {
            places.push("…".to_owned());
        }
        warn(say("conference.contradicted").with("count", contradicted.len()).with("places", places.join(", ")));
    }
    warned
}
