//! Reading the folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::{KindWork, MeetingWork, Period, PersonWork, Sum, Workload};
use crate::common::clock::{Channel, Clock};
use crate::common::message::Explain;
use crate::lifecycle::{Life, State};
use crate::meeting::{Kind, Meeting};
use crate::meeting_folder::{self, describe_unentered, name};
use crate::seal;
use crate::transcript::edit::{Change, Edit, Mark, Source, words};
use crate::transcript::listening::{Heard, Played};
use crate::transcript::store::{self, Store};
use crate::transcript::{Recording, Transcript};

/// What was done with the meetings of a period, each with the name of its folder.
#[must_use]
pub fn measure(meetings: &[(String, PathBuf)], period: Period) -> Workload {
    let mut workload = Workload { period, ..Workload::default() };
    let mut people = BTreeMap::new();
    for (id, folder) in meetings {
        let described = describe_unentered(folder);
        let meeting = match described {
            Ok(meeting) => meeting,
            Err(error) => {
                workload.unreadable.push((id.clone(), error.message()));
                continue;
            }
        };
        if !period.has(meeting.date) {
            workload.undated += usize::from(meeting.date.is_none());
            continue;
        }
        match read(id, folder, &meeting) {
            Ok(Some(read)) => {
                read.of_people(&mut people);
                workload.meetings.push(read.work);
            }
            // Nothing of it was recognised yet.
            Ok(None) => workload.meetings.push(unrecognised(id, &meeting)),
            Err(meeting_folder::Error::Store(store::Error::Seal(seal::Error::Sealed { .. }))) => workload.sealed += 1,
            Err(error) => workload.unreadable.push((id.clone(), error.message())),
        }
    }
    workload.meetings.sort_by(|a, b| (a.date, &a.meeting).cmp(&(b.date, &b.meeting)));
    workload.people = people.into_values().collect();
    workload.total = Sum::of(&workload.meetings);
    workload.kinds = by_kind(&workload.meetings);
    workload
}

/// A meeting and what people did with it.
struct Read {
    work: MeetingWork,
    edits: Vec<Edit>,
    played: Vec<Played>,
    clock: Clock,
}

fn read(id: &str, folder: &Path, meeting: &Meeting) -> Result<Option<Read>, meeting_folder::Error> {
    let store = match Store::open_to_read(folder) {
        Err(store::Error::Missing { .. }) => return Ok(None),
        store => store?,
    };
    let transcript = store.texts()?.current;
    let (edits, played) = (store.edits()?, store.played()?);
    let life = Life::read(&store, &transcript)?;
    let recording = &transcript.recording;
    let seconds = seconds(recording.clock, recording.length);
    let first = |state: State| life.steps().find(|(reached, _)| *reached == state).map(|(_, step)| step.at);
    let work = MeetingWork {
        state: life.state().key(),
        seconds,
        words: transcript.utterances.iter().map(|utterance| words(utterance.said()).count()).sum(),
        corrections: edits.iter().filter(|edit| is_correction(edit)).count(),
        spoken_seconds: spoken(&transcript),
        listened_percent: store.listened(transcript.version.number)?,
        ended: ended(meeting, recording),
        provisional: first(State::Provisional),
        official: first(State::Official),
        ..unrecognised(id, meeting)
    };
    Ok(Some(Read { work, edits, played, clock: recording.clock }))
}

/// When the recording ended: by the start that a person wrote, else by its own.
fn ended(meeting: &Meeting, recording: &Recording) -> Option<Timestamp> {
    let millis = recording.clock.millis(recording.length);
    let civil = || {
        let zone = meeting.zone?.offset().to_time_zone();
        Some(meeting.civil(millis, recording.started)?.to_zoned(zone).ok()?.timestamp())
    };
    let length = SignedDuration::from_millis(i64::try_from(millis).ok()?);
    civil().or_else(|| recording.started?.checked_add(length).ok())
}

/// A meeting of which there is nothing but its description.
fn unrecognised(id: &str, meeting: &Meeting) -> MeetingWork {
    MeetingWork {
        meeting: id.to_owned(),
        name: name(meeting, id),
        date: meeting.date,
        kind: meeting.kind.map(Kind::key),
        state: State::Scheduled.key(),
        seconds: 0.0,
        words: 0,
        corrections: 0,
        spoken_seconds: 0.0,
        listened_percent: 0,
        ended: None,
        provisional: None,
        official: None,
    }
}

fn seconds(clock: Clock, samples: u64) -> f64 {
    samples as f64 / f64::from(clock.rate())
}

fn spoken(transcript: &Transcript) -> f64 {
    let samples = transcript.utterances.iter().map(|utterance| utterance.span.len()).sum();
    seconds(transcript.recording.clock, samples)
}

/// Whether a person changed words or speakers. What was taken back later was work too.
fn is_correction(edit: &Edit) -> bool {
    let by_person = matches!(edit.layer.source, Source::Person | Source::Member);
    by_person && matches!(edit.layer.change, Change::Text { .. } | Change::Speaker { .. } | Change::Passage { .. })
}

impl Read {
    /// Adds what each person did.
    fn of_people(&self, people: &mut BTreeMap<String, PersonWork>) {
        let edits = self.edits.iter().filter(|edit| matches!(edit.layer.source, Source::Person | Source::Member));
        // However somebody writes the name, it is one person.
        let written = edits.clone().map(|edit| &edit.layer.by).chain(self.played.iter().map(|one| &one.by));
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        for by in written {
            names.entry(by.to_lowercase()).or_insert(by);
        }
        for (key, by) in names {
            let person =
                people.entry(key.clone()).or_insert_with(|| PersonWork { by: by.to_owned(), ..PersonWork::default() });
            let own = edits.clone().filter(|edit| edit.layer.by.to_lowercase() == key);
            person.meetings += 1;
            person.seconds += self.work.seconds;
            person.corrections += own.clone().filter(|edit| is_correction(edit)).count();
            person.heard += own.filter(|edit| matches!(edit.layer.change, Change::Mark { mark: Mark::Heard })).count();
            person.played_seconds += self.played_by(&key);
        }
    }

    /// Seconds that somebody has played; what was played twice, or on two microphones, counts once.
    fn played_by(&self, key: &str) -> f64 {
        let own: Vec<Played> = self
            .played
            .iter()
            .filter(|one| one.by.to_lowercase() == key)
            .map(|one| Played { channel: None, ..one.clone() })
            .collect();
        let end = own.iter().map(|one| one.span.end).max().unwrap_or(0);
        let whole = crate::common::clock::Span::new(0, end);
        Channel::new(1).map_or(0.0, |channel| seconds(self.clock, Heard::of(&own).samples(channel, whole)))
    }
}

fn by_kind(meetings: &[MeetingWork]) -> Vec<KindWork> {
    let kinds = Kind::ALL.map(|kind| (Some(kind.key()), Some(kind.name()))).into_iter().chain([(None, None)]);
    kinds
        .filter_map(|(kind, name)| {
            let of_kind: Vec<&MeetingWork> = meetings.iter().filter(|meeting| meeting.kind == kind).collect();
            (!of_kind.is_empty()).then(|| KindWork { kind, name, sum: Sum::of(of_kind) })
        })
        .collect()
}
