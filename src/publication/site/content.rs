//! What the site has of one meeting: the published record cut into speeches and decisions, each
//! with its name.

use std::collections::HashSet;

use super::permalink;
use super::state::{Answer, Decision, Former, Record, Speech};
use crate::document::risalah::{Entry, Paragraph, Risalah, RunKind, compose_public, who};
use crate::meeting::{EventKind, Meeting, Person};
use crate::meeting_folder;
use crate::publication::Published;
use crate::transcript::Transcript;

/// One meeting, ready to be written.
pub(super) struct Content {
    pub(super) risalah: Risalah,
    /// With an utterance for each passage of one person, as the record's runs name them.
    pub(super) transcript: Transcript,
    pub(super) body: Vec<Block>,
    pub(super) decisions: Vec<Decision>,
    pub(super) former: Vec<Former>,
    /// How many passages were redacted for each reason.
    pub(super) redacted: Vec<(String, usize)>,
}

/// A piece of the record.
pub(super) enum Block {
    /// An item of the agenda begins.
    Item(String),
    /// Something happens.
    Event(String),
    /// Somebody speaks.
    Speech(Spoken),
}

/// A speech with its words.
pub(super) struct Spoken {
    pub(super) place: Speech,
    /// `hh:mm:ss` of the recording.
    pub(super) time: String,
    pub(super) label: String,
    pub(super) name: Option<String>,
    pub(super) group: Option<String>,
    pub(super) item: usize,
    pub(super) paragraphs: Vec<Paragraph>,
    /// Utterances from the first to behind the last.
    pub(super) utterances: std::ops::Range<usize>,
}

impl Spoken {
    pub(super) fn text(&self) -> String {
        let runs = self.paragraphs.iter().flatten().map(|run| run.text.as_str());
        runs.collect::<Vec<_>>().join(" ")
    }
}

impl Content {
    /// `before` is what the site had of the meeting.
    pub(super) fn of(published: &Published, before: Option<&Record>) -> Self {
        let meeting = &published.meeting;
        let transcript = published.transcript.by_speaker();
        let risalah = compose_public(meeting, &published.transcript, &published.public());
        let body = Cutter::new(meeting, &transcript).body(&risalah);
        let speeches: Vec<&Spoken> = body.iter().filter_map(Block::speech).collect();
        let decisions = decisions(meeting, &transcript, &speeches);
        let places: Vec<Speech> = speeches.iter().map(|speech| speech.place.clone()).collect();
        let former = permalink::former(before, &places, &decisions, published.manifest.edition);
        let redacted = published.counts().into_iter().collect();
        Self { risalah, transcript, body, decisions, former, redacted }
    }

    pub(super) fn speeches(&self) -> impl Iterator<Item = &Spoken> {
        self.body.iter().filter_map(Block::speech)
    }
}

impl Block {
    fn speech(&self) -> Option<&Spoken> {
        match self {
            Self::Speech(speech) => Some(speech),
            _ => None,
        }
    }
}

struct Cutter<'a> {
    meeting: &'a Meeting,
    transcript: &'a Transcript,
    taken: HashSet<String>,
}

impl<'a> Cutter<'a> {
    fn new(meeting: &'a Meeting, transcript: &'a Transcript) -> Self {
        Self { meeting, transcript, taken: HashSet::new() }
    }

    fn body(mut self, risalah: &Risalah) -> Vec<Block> {
        let clock = self.transcript.recording.clock;
        let items = Items::of(self.meeting);
        let mut body = Vec::with_capacity(risalah.body.len());
        for entry in &risalah.body {
            let turn = match entry {
                Entry::Item { text } => {
                    body.push(Block::Item(text.clone()));
                    continue;
                }
                Entry::Event { text } => {
                    body.push(Block::Event(text.clone()));
                    continue;
                }
                Entry::Turn(turn) => turn,
            };
            let mut runs = turn.paragraphs.iter().flatten().map(|run| run.utterance);
            let Some(first) = runs.next() else { continue };
            let last = runs.max().unwrap_or(first).max(first);
            let Some(utterance) = self.transcript.utterances.get(first) else { continue };
            // The microphone that carried it, whoever it is said to be now.
            let (channel, start) = (utterance.channel.number(), utterance.span.start);
            let place = Speech { id: self.name(channel, start), channel, start, end: turn.span.end.max(start + 1) };
            let person = who::person(self.meeting, clock, utterance).filter(|_| turn.label != CHORUS);
            body.push(Block::Speech(Spoken {
                time: clock.hms(start),
                label: turn.label.clone(),
                name: person.map(|person| person.name.clone()),
                group: person.and_then(|person| Some(person.group.as_ref()?.code.clone())),
                item: items.at(clock.millis(start)),
                paragraphs: shown(&turn.paragraphs),
                utterances: first..last + 1,
                place,
            }));
        }
        body
    }

    /// Two people may speak into one microphone within one utterance.
    fn name(&mut self, channel: u16, start: u64) -> String {
        let mut start = start;
        while !self.taken.insert(permalink::speech(channel, start)) {
            start += 1;
        }
        permalink::speech(channel, start)
    }
}

/// What members say together, in print.
const CHORUS: &str = "PARA ANGGOTA";

/// Neighbours of one kind as one.
fn shown(paragraphs: &[Paragraph]) -> Vec<Paragraph> {
    let joined = |paragraph: &Paragraph| {
        let mut runs: Paragraph = Vec::new();
        for run in paragraph {
            match runs.last_mut() {
                Some(last) if (last.kind == RunKind::Mark) == (run.kind == RunKind::Mark) => {
                    last.text.push(' ');
                    last.text.push_str(&run.text);
                }
                _ => runs.push(run.clone()),
            }
        }
        runs
    };
    paragraphs.iter().map(joined).collect()
}

/// When the items of the agenda began.
struct Items(Vec<(u64, usize)>);

impl Items {
    fn of(meeting: &Meeting) -> Self {
        let begun = meeting.events.iter().filter_map(|event| match event.kind {
            EventKind::Item(number) => Some((event.at, number as usize)),
            _ => None,
        });
        Self(begun.collect())
    }

    /// The item at this millisecond, from 1; 0 where none is known.
    fn at(&self, millis: u64) -> usize {
        self.0.iter().rev().find(|(at, _)| *at <= millis).map_or(0, |(_, number)| *number)
    }
}

fn decisions(meeting: &Meeting, transcript: &Transcript, speeches: &[&Spoken]) -> Vec<Decision> {
    let clock = transcript.recording.clock;
    let items = Items::of(meeting);
    let mut taken = HashSet::new();
    let decision = |(at, text): (Option<u64>, &str)| {
        // One item alone is what all was about.
        let alone = usize::from(meeting.agenda.len() == 1);
        let item = at.map_or(0, |at| items.at(at)).max(alone);
        let moment = at.map(|at| clock.at_millis(at));
        let before = moment.and_then(|at| speeches.iter().rev().find(|speech| speech.place.start <= at));
        let is_answer =
            |speech: &&&Spoken| item > 0 && speech.item.max(alone) == item && is_guest(meeting, transcript, speech);
        let answers = speeches.iter().filter(is_answer).map(|speech| Answer {
            speech: speech.place.id.clone(),
            speaker: speech.name.clone().unwrap_or_else(|| speech.label.clone()),
        });
        Decision {
            id: permalink::decision(at, text, &mut taken),
            text: crate::document::risalah::printable(text),
            item,
            time: moment.map(|at| clock.hms(at)),
            speech: before.map(|speech| speech.place.id.clone()),
            answers: answers.collect(),
        }
    };
    meeting.resolved().into_iter().map(decision).collect()
}

/// Whether somebody speaks who was invited: of no party group, and neither in the chair nor
/// secretary.
fn is_guest(meeting: &Meeting, transcript: &Transcript, speech: &Spoken) -> bool {
    let Some(utterance) = transcript.utterances.get(speech.utterances.start) else { return false };
    let Some(person) = who::person(meeting, transcript.recording.clock, utterance) else { return false };
    let is = |other: &Option<std::sync::Arc<Person>>| other.as_ref().is_some_and(|other| other.id == person.id);
    let deputies = meeting.deputies.iter().flatten().any(|deputy| deputy.id == person.id);
    person.group.is_none() && !is(&meeting.chair) && !is(&meeting.secretary) && !deputies
}

/// What the meeting is called, on one line.
pub(super) fn title(meeting: &Meeting, id: &str) -> String {
    crate::document::risalah::printable(&meeting_folder::name(meeting, id))
}
