//! The record of a meeting as the API reads it, kept between requests as long as nothing changes.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::api::values::{Doubted, Passage, RaisedPokir, Speaker, Turn, Word};
use super::refused::Refused;
use crate::common::clock::{Channel, Clock, Span};
use crate::common::message::Message;
use crate::conference;
use crate::document::orthography::{self, Doubt, Roster, lexicon};
use crate::document::risalah::who;
use crate::floor::CLOCK;
use crate::lifecycle::folder::MEETING;
use crate::meeting::Meeting;
use crate::meeting_folder::{self, Evidence, corrected_words, describe};
use crate::recording::{Entered, Growth, LEDGER, folder_of, stretches_of};
use crate::transcript::edit::{Edit, Mark, Passage as Words, Place, Speaker as Said};
use crate::transcript::store::{Content, Store};
use crate::transcript::{Transcript, Utterance};

/// Records that are kept; a record of eight hours has some 20 MB.
const KEPT: usize = 3;

/// Milliseconds before the mark *dengar lagi* that it means.
const MARKED: u64 = 15_000;

/// The record of one meeting.
pub struct Record {
    pub meeting: Arc<Meeting>,
    /// Under its corrections.
    pub transcript: Transcript,
    pub edits: Vec<Edit>,
    /// As it was recognised.
    raw: Arc<Transcript>,
    roster: Arc<Roster>,
    /// The last correction of each utterance.
    revisions: HashMap<Place, u64>,
    /// What is in doubt, for each utterance.
    doubts: Vec<Vec<Doubt>>,
    /// Milliseconds of the recording at which somebody asked to listen again.
    marked: Arc<[u64]>,
}

impl Record {
    fn open(folder: &Path, store: &mut Store, mut meeting: Meeting) -> Result<Self, Refused> {
        let (mut raw, edits) = corrected_words(store, &meeting, meeting_folder::lexicon(&[folder])?)?;
        // It looks at who spoke when, which no correction changes.
        if let Some(evidence) = Evidence::find(None, folder, &folder_of(folder))? {
            evidence.consult(&mut meeting, &mut raw);
        }
        let transcript = store.under(&raw, &edits)?;
        let roster = Roster::of(&meeting);
        let doubts = transcript.utterances.iter().map(|utterance| doubts(utterance, &transcript, &roster)).collect();
        Ok(Self {
            meeting: Arc::new(meeting),
            marked: marked(folder),
            raw: Arc::new(raw),
            roster: Arc::new(roster),
            revisions: revisions(&edits),
            transcript,
            edits,
            doubts,
        })
    }

    /// The record after more corrections were laid. Those of a person are no matter for the rules
    /// of writing, so that only what they changed is looked at anew.
    fn after(&self, store: &Store, laid: &[Edit]) -> Result<Self, Refused> {
        let edits = [&self.edits, laid].concat();
        let transcript = store.under_on(&self.transcript, &self.raw, &edits, laid)?;
        let version = transcript.version.number;
        let pairs = transcript.utterances.iter().zip(&self.doubts);
        let doubts = pairs.map(|(utterance, known)| {
            let place = Place::of(version, utterance);
            let is_changed = laid.iter().any(|edit| edit.layer.place == place);
            if is_changed { doubts(utterance, &transcript, &self.roster) } else { known.clone() }
        });
        let doubts = doubts.collect();
        Ok(Self {
            meeting: Arc::clone(&self.meeting),
            marked: Arc::clone(&self.marked),
            raw: Arc::clone(&self.raw),
            roster: Arc::clone(&self.roster),
            revisions: revisions(&edits),
            transcript,
            edits,
            doubts,
        })
    }

    /// As it was recognised.
    pub fn recognised(&self) -> &Transcript {
        &self.raw
    }

    pub fn clock(&self) -> Clock {
        self.transcript.recording.clock
    }

    pub fn place(&self, utterance: &Utterance) -> Place {
        Place::of(self.transcript.version.number, utterance)
    }

    /// The name of a turn.
    pub fn id(&self, utterance: &Utterance) -> String {
        id_of(self.place(utterance))
    }

    /// The number of the last correction of a turn.
    pub fn revision(&self, place: Place) -> u64 {
        self.revisions.get(&place).copied().unwrap_or(0)
    }

    /// The turn of this name.
    pub fn find(&self, id: &str) -> Result<&Utterance, Refused> {
        self.index(id).map(|index| &self.transcript.utterances[index])
    }

    /// The place of the turn of this name among all.
    pub fn index(&self, id: &str) -> Result<usize, Refused> {
        let place = place_of(id).ok_or_else(|| no_turn(id))?;
        let found = self.transcript.utterances.iter().position(|utterance| self.place(utterance) == place);
        found.ok_or_else(|| no_turn(id))
    }

    /// How many turns there are.
    pub fn len(&self) -> usize {
        self.transcript.utterances.len()
    }

    /// Whether somebody has listened to this turn.
    pub fn is_heard(&self, index: usize) -> bool {
        self.transcript.utterances[index].corrected.has(Mark::Heard)
    }

    /// Whether this turn waits to be listened to.
    pub fn is_to_hear(&self, index: usize) -> bool {
        let utterance = &self.transcript.utterances[index];
        let is_settled = utterance.corrected.has(Mark::Heard) || utterance.corrected.has(Mark::Omitted);
        utterance.wants_listening() || !self.doubts[index].is_empty() || (!is_settled && self.is_marked(utterance))
    }

    /// Whether somebody asked, while it was recorded, that this passage be listened to again: it was
    /// said in the seconds before.
    fn is_marked(&self, utterance: &Utterance) -> bool {
        let clock = self.clock();
        let span = (clock.millis(utterance.span.start), clock.millis(utterance.span.end));
        self.marked.iter().any(|at| span.0 <= *at && at.saturating_sub(MARKED) < span.1)
    }

    /// A turn as it is told.
    pub fn turn(&self, index: usize) -> Turn {
        let utterance = &self.transcript.utterances[index];
        let clock = self.clock();
        let span = clock.convert_span(utterance.span, CLOCK);
        let place = self.place(utterance);
        Turn {
            id: id_of(place),
            channel: utterance.channel.number(),
            start: span.start,
            end: span.end,
            time: clock.hms(utterance.span.start),
            speaker: self.speaker(utterance),
            passages: utterance.corrected.passages.iter().map(|passage| self.passage(utterance, passage)).collect(),
            text: utterance.text.clone(),
            words: utterance.words.iter().map(|word| Word::of(word, clock)).collect(),
            confidence: utterance.confidence,
            flags: utterance.flags.clone(),
            to_hear: self.is_to_hear(index),
            doubts: self.doubts[index].iter().map(Doubted::of).collect(),
            heard: utterance.corrected.has(Mark::Heard),
            omitted: utterance.corrected.has(Mark::Omitted),
            joined: utterance.corrected.has(Mark::Joined),
            pokir: utterance.corrected.pokir.as_ref().map(RaisedPokir::of),
            marked: self.is_marked(utterance),
            emptied: utterance.is_emptied(),
            revision: self.revision(place),
        }
    }

    fn passage(&self, utterance: &Utterance, passage: &Words) -> Passage {
        let person = who::said_by(&self.meeting, self.clock(), utterance, &passage.speaker);
        Passage {
            from: passage.words.start,
            until: passage.words.end,
            id: person.map(|person| person.id.clone()),
            label: self.meeting.label_of(person, utterance.channel).to_string(),
        }
    }

    pub fn speaker(&self, utterance: &Utterance) -> Speaker {
        let person = who::person(&self.meeting, self.clock(), utterance);
        Speaker {
            id: person.map(|person| person.id.clone()),
            label: self.meeting.label_of(person, utterance.channel).to_string(),
            name: person.map(|person| person.name.clone()),
            by: match utterance.corrected.speaker {
                Said::Seat => "seat",
                Said::Person(_) => "person",
                Said::Unknown => "unknown",
            },
        }
    }
}

pub fn no_turn(id: &str) -> Refused {
    Refused::not_found(Message::new("page.error.turn").with("name", id))
}

/// What a person must still listen to.
fn doubts(utterance: &Utterance, transcript: &Transcript, roster: &Roster) -> Vec<Doubt> {
    if utterance.corrected.has(Mark::Heard) || utterance.corrected.has(Mark::Omitted) {
        return Vec::new();
    }
    orthography::doubts(orthography::spoken(utterance, transcript.recording.clock, false), roster)
}

/// What was marked in the recording to be listened to again; nothing where there is no ledger.
fn marked(folder: &Path) -> Arc<[u64]> {
    let Ok(Some(growth)) = Growth::open(&folder_of(folder)) else { return Arc::default() };
    let entered = growth.ledger().entered(growth.clock());
    entered.filter(|(_, entered)| **entered == Entered::ListenAgain).map(|(at, _)| at).collect()
}

fn revisions(edits: &[Edit]) -> HashMap<Place, u64> {
    edits.iter().map(|edit| (edit.layer.place, edit.id)).collect()
}

/// Version, microphone and samples of its own clock.
fn id_of(place: Place) -> String {
    format!("{}-{}-{}-{}", place.version, place.channel.number(), place.span.start, place.span.end)
}

fn place_of(id: &str) -> Option<Place> {
    let parts: Vec<&str> = id.split('-').collect();
    let [version, channel, start, end] = parts[..] else { return None };
    let (start, end) = (start.parse().ok()?, end.parse().ok()?);
    Some(Place {
        version: version.parse().ok()?,
        channel: Channel::new(channel.parse().ok()?)?,
        span: Span::new(start, end),
    })
}

/// The records that were asked for last.
#[derive(Default)]
pub struct Records {
    /// By folder, the one that was asked for last at the end.
    kept: Mutex<Vec<(PathBuf, Slot)>>,
}

/// Where a record is kept; who reads it has the place to itself.
type Slot = Arc<Mutex<Option<Kept>>>;

/// A record, and what it was read from.
struct Kept {
    record: Arc<Record>,
    files: Vec<File>,
    content: Content,
    /// Which closed parts of the meeting it was read with.
    opened: Vec<u64>,
}

/// A file, with its size and when it was changed last; `None` where there is none.
type File = (PathBuf, Option<(u64, Option<SystemTime>)>);

impl Records {
    /// The record of a meeting as it stands now. Who asks for one that is being read waits for it,
    /// rather than read it too.
    pub fn open(&self, folder: &Path) -> Result<Arc<Record>, Refused> {
        let place = self.place(folder);
        let mut kept = place.lock().unwrap_or_else(PoisonError::into_inner);
        let mut store = Store::open_to_read(folder)?;
        let before = store.content()?;
        let opened = opened(folder)?;
        if let Some(known) = kept.as_ref()
            && known.content == before
            && known.opened == opened
            && known.files == files(folder, &known.record.meeting)
        {
            return Ok(Arc::clone(&known.record));
        }
        *kept = None;
        let meeting = describe(folder)?;
        let files = files(folder, &meeting);
        let record = Arc::new(Record::open(folder, &mut store, meeting)?);
        let content = store.content()?;
        // What somebody else has added meanwhile is read the next time.
        if content == before.with_edits_up_to(record.transcript.edition.last_edit) {
            *kept = Some(Kept { record: Arc::clone(&record), files, content, opened });
        }
        Ok(record)
    }

    /// Takes over the corrections that were laid on this record, and gives it as it stands then.
    pub fn laid(&self, folder: &Path, record: &Record, store: &Store, laid: &[Edit]) -> Result<Arc<Record>, Refused> {
        let place = self.place(folder);
        let mut kept = place.lock().unwrap_or_else(PoisonError::into_inner);
        let last_edit = record.transcript.edition.last_edit + laid.len() as u64;
        let content = store.content()?;
        let is_next = |known: &Kept| {
            std::ptr::eq(Arc::as_ptr(&known.record), record)
                && laid.last().is_some_and(|edit| edit.id == last_edit)
                && content == known.content.clone().with_edits_up_to(last_edit)
        };
        let Some(known) = kept.take().filter(is_next) else {
            drop(kept);
            return self.open(folder);
        };
        let record = Arc::new(record.after(store, laid)?);
        *kept = Some(Kept { record: Arc::clone(&record), content, ..known });
        Ok(record)
    }

    /// Keeps nothing of a meeting any more.
    pub fn forget(&self, folder: &Path) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).retain(|(path, _)| path != folder);
    }

    fn place(&self, folder: &Path) -> Slot {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().position(|(path, _)| path == folder);
        let entry = found.map_or_else(|| (folder.to_owned(), Arc::default()), |index| kept.remove(index));
        let place = Arc::clone(&entry.1);
        kept.push(entry);
        if kept.len() > KEPT {
            kept.remove(0);
        }
        place
    }
}

/// The closed parts of a meeting that this thread may read.
fn opened(folder: &Path) -> Result<Vec<u64>, Refused> {
    let parts = stretches_of(folder)?;
    Ok(parts.iter().filter(|part| part.key().is_some()).map(|part| part.number).collect())
}

/// The files that a record is read from, but for its store.
fn files(folder: &Path, meeting: &Meeting) -> Vec<File> {
    let named = [MEETING, lexicon::FILE_NAME].into_iter().chain(conference::FILES).map(|name| folder.join(name));
    let recording = folder_of(folder).join(LEDGER);
    let institution = Meeting::institution_of(folder).into_iter().chain(meeting.institution.clone());
    let paths = named.chain([recording]).chain(institution).chain(meeting.sources.iter().cloned());
    let state = |path: &Path| fs::metadata(path).ok().map(|file| (file.len(), file.modified().ok()));
    paths.map(|path| (path.clone(), state(&path))).collect()
}
