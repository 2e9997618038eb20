//! What the index has of one meeting, read from its folder. Nothing is written there.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::words::{joined, tokens};
use crate::common::clock::Clock;
use crate::common::digest::sha256;
use crate::common::message::{Explain, Message};
use crate::document::risalah::who;
use crate::lifecycle::folder::MEETING;
use crate::meeting::{EventKind, INSTITUTION, Kind, Meeting, Status};
use crate::meeting_folder::{self, describe, name};
use crate::recording::{LEDGER, folder_of, seal_of, stretches_of};
use crate::seal::OPENINGS;
use crate::transcript::edit::Mark;
use crate::transcript::store::{self, FILE_NAME, Store, Texts};

/// A file, its bytes and when it was written, in nanoseconds; neither where it is not there.
pub(super) type Stamp = (PathBuf, Option<(u64, u64)>);

fn stamp(path: PathBuf) -> Stamp {
    let written = |data: fs::Metadata| {
        let time = data.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some((data.len(), u64::try_from(time.as_nanos()).ok()?))
    };
    let found = fs::metadata(&path).ok().and_then(written);
    (path, found)
}

/// Looks whether meetings have changed. What several share is looked at once.
#[derive(Default)]
pub(super) struct Look {
    shared: HashMap<PathBuf, Stamp>,
}

impl Look {
    /// Whether the files of a meeting are as they were when it was read: those that this JSON names.
    pub(super) fn is_unchanged(&mut self, folder: &Path, stamps: &str) -> bool {
        let stamps: Vec<Stamp> = serde_json::from_str(stamps).unwrap_or_default();
        let mut same = |known: &Stamp| {
            if known.0.starts_with(folder) {
                return stamp(known.0.clone()) == *known;
            }
            if !self.shared.contains_key(&known.0) {
                self.shared.insert(known.0.clone(), stamp(known.0.clone()));
            }
            self.shared.get(&known.0) == Some(known)
        };
        !stamps.is_empty() && stamps.iter().all(&mut same)
    }
}

/// The same for a closed meeting, of which no path is kept.
pub(super) fn is_closed_unchanged(root: &Path, folder: &Path, known: &str) -> bool {
    sealed(&stamps(root, folder)) == known
}

/// Stamps that say nothing but whether they are the same.
pub(super) fn sealed(stamps: &[Stamp]) -> String {
    sha256(serde_json::to_string(stamps).unwrap_or_default().as_bytes())
}

fn stamps(root: &Path, folder: &Path) -> Vec<Stamp> {
    let mut log = folder.join(FILE_NAME).into_os_string();
    log.push("-wal");
    let paths = [
        folder.join(MEETING),
        folder.join(FILE_NAME),
        PathBuf::from(log),
        folder_of(folder).join(LEDGER),
        folder.join(OPENINGS),
        root.join(INSTITUTION),
        folder.join(INSTITUTION),
    ];
    paths.map(stamp).into()
}

/// What is said of a meeting beside every hit in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) name: String,
    pub(super) date: Option<Date>,
    pub(super) kind: Option<Kind>,
    /// The clock of its recording, where one is known.
    pub(super) clock: Option<Clock>,
    /// Who speaks in it.
    pub(super) speakers: Vec<Speaker>,
    /// The items of the agenda.
    pub(super) items: Vec<String>,
    /// Whether it is known when each item began.
    pub(super) timed: bool,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Speaker {
    /// As the record names them.
    pub(super) label: String,
    pub(super) name: Option<String>,
    /// Label and name of the party group.
    pub(super) group: Option<(String, String)>,
}

/// What else a meeting has that can be looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FactKind {
    Decision,
    Item,
    Absent,
}

impl FactKind {
    /// As the index writes it.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Decision => 1,
            Self::Item => 2,
            Self::Absent => 3,
        }
    }
}

/// A decision, an item of the agenda, or a member who was absent.
pub(super) struct Fact {
    pub(super) kind: FactKind,
    /// Milliseconds of the recording.
    pub(super) at: Option<u64>,
    pub(super) item: usize,
    pub(super) text: String,
    /// The party group, of a member.
    pub(super) group: Option<String>,
    /// Whether the member was excused.
    pub(super) excused: bool,
}

/// The words of an utterance.
pub(super) struct Turn {
    /// Its number in the store.
    pub(super) id: i64,
    /// Its place among the speakers.
    pub(super) speaker: usize,
    /// The item of the agenda, from 1; 0 where it is not known.
    pub(super) item: usize,
    /// What it says, folded, where that is what was recognised too.
    pub(super) same: String,
    /// What it says now, and what was recognised, where they differ.
    pub(super) differing: Option<(String, String)>,
}

/// What was found in a folder.
pub(super) enum Contents {
    /// The same as is known already.
    Known,
    /// A meeting whose words are in no index.
    Closed,
    /// It cannot be read.
    Unreadable(Message),
    /// A meeting.
    Open(Box<Open>),
}

/// What the index has of a meeting.
pub(super) struct Open {
    pub(super) about: About,
    pub(super) facts: Vec<Fact>,
    pub(super) turns: Vec<Turn>,
    /// Every word of it.
    pub(super) words: BTreeSet<String>,
    /// Differs when anything here does.
    pub(super) digest: String,
}

/// Reads a meeting; `known` is the digest of what the index has of it.
pub(super) fn read(root: &Path, id: &str, folder: &Path, known: Option<&str>) -> (Vec<Stamp>, Contents) {
    // Before the files are read: what is written meanwhile is noticed the next time.
    let before = stamps(root, folder);
    match contents(id, folder, known) {
        Ok((contents, more)) => (before.into_iter().chain(more.into_iter().map(stamp)).collect(), contents),
        Err(error) => (before, Contents::Unreadable(error.message())),
    }
}

fn contents(id: &str, folder: &Path, known: Option<&str>) -> Result<(Contents, Vec<PathBuf>), meeting_folder::Error> {
    let mut meeting = describe(folder)?;
    // Its picture is nothing that is looked for.
    meeting.emblem = None;
    let more: Vec<PathBuf> = meeting.sources.iter().chain(&meeting.institution).cloned().collect();
    // What was recorded under seal stays out whatever its description says today.
    if meeting.is_closed() || seal_of(folder).map_or(true, |seal| seal.is_some()) {
        return Ok((Contents::Closed, Vec::new()));
    }
    let store = match Store::open_to_read(folder) {
        Err(store::Error::Missing { .. }) => None,
        store => Some(store?),
    };
    let content = store.as_ref().map(Store::content).transpose()?;
    // What was opened for good by a decision is found from then on.
    let released: Vec<u64> =
        stretches_of(folder)?.iter().filter(|part| part.key().is_some()).map(|part| part.number).collect();
    let digest = sha256(format!("{id} {content:?} {meeting:?} {released:?}").as_bytes());
    if known == Some(digest.as_str()) {
        return Ok((Contents::Known, more));
    }
    let texts = match store.as_ref().map(Store::texts) {
        None | Some(Err(store::Error::Missing { .. })) => None,
        Some(texts) => Some(texts?),
    };
    Ok((Contents::Open(Box::new(open(id, &meeting, texts.as_ref(), digest))), more))
}

fn open(id: &str, meeting: &Meeting, texts: Option<&Texts>, digest: String) -> Open {
    let items = Items::of(meeting);
    let mut about = About {
        name: name(meeting, id),
        date: meeting.date,
        kind: meeting.kind,
        clock: texts.map(|texts| texts.current.recording.clock),
        speakers: Vec::new(),
        items: meeting.agenda.clone(),
        timed: !items.0.is_empty(),
    };
    let mut words = BTreeSet::new();
    let turns = texts.map(|texts| turns(meeting, texts, &items, &mut about.speakers, &mut words));
    Open { about, facts: facts(meeting, &items), turns: turns.unwrap_or_default(), words, digest }
}

/// When the items of the agenda began.
pub(super) struct Items(Vec<(u64, usize)>);

impl Items {
    pub(super) fn of(meeting: &Meeting) -> Self {
        let begun = meeting.events.iter().filter_map(|event| match event.kind {
            EventKind::Item(number) => Some((event.at, number as usize)),
            _ => None,
        });
        Self(begun.collect())
    }

    /// The item at this millisecond, from 1; 0 where none is known.
    pub(super) fn at(&self, millis: u64) -> usize {
        self.0.iter().rev().find(|(at, _)| *at <= millis).map_or(0, |(_, number)| *number)
    }
}

fn turns(
    meeting: &Meeting,
    texts: &Texts,
    items: &Items,
    speakers: &mut Vec<Speaker>,
    words: &mut BTreeSet<String>,
) -> Vec<Turn> {
    let clock = texts.current.recording.clock;
    let mut turns = Vec::with_capacity(texts.ids.len());
    let both = texts.recognised.utterances.iter().zip(&texts.current.utterances);
    for (id, (raw, now)) in texts.ids.iter().zip(both) {
        // The meeting decided that it is in no record.
        if now.corrected.has(Mark::Omitted) {
            continue;
        }
        let person = who::person(meeting, clock, now);
        let speaker = Speaker {
            label: meeting.label_of(person, now.channel).to_string(),
            name: person.map(|person| person.name.clone()),
            group: person
                .and_then(|person| person.group.as_ref())
                .map(|group| (group.code.clone(), group.name.clone())),
        };
        let speaker = speakers.iter().position(|known| *known == speaker).unwrap_or_else(|| {
            speakers.push(speaker);
            speakers.len() - 1
        });
        let mut words_of = |text: &str| {
            let tokens = tokens(text);
            for token in &tokens {
                if !words.contains(&token.text) {
                    words.insert(token.text.clone());
                }
            }
            joined(&tokens)
        };
        let written = words_of(&now.text);
        let recognised = if raw.text == now.text { written.clone() } else { words_of(&raw.text) };
        let differs = written != recognised;
        turns.push(Turn {
            id: *id,
            speaker,
            item: items.at(clock.millis(now.span.start)),
            same: if differs { String::new() } else { written.clone() },
            differing: differs.then_some((written, recognised)),
        });
    }
    turns
}

fn facts(meeting: &Meeting, items: &Items) -> Vec<Fact> {
    let plain =
        |kind, at, item, text: &str| Fact { kind, at, item, text: text.to_owned(), group: None, excused: false };
    let decisions = meeting.resolved().into_iter().map(|(at, text)| {
        let item = at.map_or(0, |at| items.at(at));
        plain(FactKind::Decision, at, item, text)
    });
    let agenda = (1..).zip(&meeting.agenda).map(|(number, text)| {
        let at = items.0.iter().find(|(_, item)| *item == number).map(|(at, _)| *at);
        plain(FactKind::Item, at, number, text)
    });
    let absent = meeting.members.iter().filter(|member| !matches!(member.status, Status::Present(_)));
    let absent = absent.map(|member| Fact {
        group: Some(member.group.clone()),
        excused: member.status == Status::Excused,
        ..plain(FactKind::Absent, None, 0, &member.name)
    });
    decisions.chain(agenda).chain(absent).collect()
}
