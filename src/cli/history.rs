//! `risalah history` and `diff`: the layers over the transcript, and what they make of it.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;

use e_risalah::clock::Clock;
use e_risalah::correction::{Difference, difference};
use e_risalah::meeting::Meeting;
use e_risalah::message::Message;
use e_risalah::risalah::{compose, turns};
use e_risalah::status::Stage;
use e_risalah::transcript::edit::{Change, Edit, Mark, Place, Source, Speaker as Said};
use e_risalah::transcript::store::Store;
use e_risalah::transcript::{Transcript, Utterance};

use super::args::{Diff, History};
use super::export::description;
use super::show::{Speaker, print};
use super::{End, Failure};

/// A turn as it is numbered in the working copy.
struct Turn {
    number: usize,
    time: String,
    label: String,
    utterances: Range<usize>,
}

struct Shown {
    meeting: Meeting,
    raw: Transcript,
    current: Transcript,
    edits: Vec<Edit>,
    turns: Vec<Turn>,
}

impl Shown {
    /// The record of a folder at a stage.
    fn open(folder: &Path, store: &Store, stage: Stage) -> Result<Self, Failure> {
        let meeting = description(folder)?;
        let (raw, edits) = (store.load()?, store.edits()?);
        let current = stage.transcript(folder, store)?;
        let clock = raw.recording.clock;
        let turn = |(number, turn): (usize, e_risalah::risalah::Numbered)| Turn {
            number,
            time: clock.hms(current.utterances[turn.utterances.start].span.start),
            label: turn.label,
            utterances: turn.utterances,
        };
        let turns = (1..).zip(turns(&compose(&meeting, &current))).map(turn).collect();
        Ok(Self { meeting, raw, current, edits, turns })
    }

    /// The turn of an utterance; one that has no words left belongs to the turn before it.
    fn turn(&self, utterance: usize) -> Option<&Turn> {
        self.turns.iter().rev().find(|turn| turn.utterances.start <= utterance).or_else(|| self.turns.first())
    }

    fn index(&self, place: Place) -> Option<usize> {
        let version = self.raw.version.number;
        self.raw.utterances.iter().position(|utterance| Place::of(version, utterance) == place)
    }

    fn clock(&self) -> Clock {
        self.raw.recording.clock
    }

    fn heading(&self, utterance: usize, speaker: Speaker) -> String {
        let Some(turn) = self.turn(utterance) else { return String::new() };
        let message = Message::new("history.turn")
            .with("number", turn.number)
            .with("time", &turn.time)
            .with("label", &turn.label);
        speaker.sentence(&message)
    }
}

pub fn history(args: &History, speaker: Speaker) -> Result<End, Failure> {
    let shown = Shown::open(&args.folder, &Store::open(&args.folder)?, Stage::Now)?;
    let wanted = match &args.turn {
        None => None,
        Some(text) => {
            let found = shown.turns.iter().rev().find(|turn| turn.number.to_string() == *text || turn.time == *text);
            let unknown = || Failure::usage(Message::new("history.no_turn").with("turn", text));
            Some(found.ok_or_else(unknown)?.utterances.clone())
        }
    };
    let counting: HashSet<u64> =
        shown.current.utterances.iter().flat_map(|utterance| utterance.corrected.edits.iter().copied()).collect();
    for edit in &shown.edits {
        let index = shown.index(edit.layer.place);
        if wanted.as_ref().is_some_and(|wanted| index.is_none_or(|index| !wanted.contains(&index))) {
            continue;
        }
        let counts = counting.contains(&edit.id);
        if args.voice.json {
            let turn = index.and_then(|index| shown.turn(index)).map(|turn| turn.number);
            let mut line = serde_json::json!(edit);
            line["counts"] = counts.into();
            line["turn"] = turn.into();
            print(&line.to_string());
        } else {
            line(&shown, edit, index, counts, speaker);
        }
    }
    if shown.edits.is_empty() && !args.voice.json {
        speaker.note(&Message::new("history.none"));
    }
    Ok(End::Done)
}

fn line(shown: &Shown, edit: &Edit, index: Option<usize>, counts: bool, speaker: Speaker) {
    let layer = &edit.layer;
    let source = match &layer.source {
        Source::Person => speaker.text("history.person"),
        Source::Member => speaker.text("history.member"),
        Source::Machine { rule } => format!("{} {rule}", speaker.text("history.machine")),
    };
    let place = match index {
        Some(index) => shown.heading(index, speaker),
        None => speaker.sentence(&Message::new("history.version").with("version", layer.place.version)),
    };
    let undo = matches!(layer.change, Change::Undo { .. });
    let state = if counts || undo { String::new() } else { format!(" ({})", speaker.text("history.does_not_count")) };
    print(&format!("#{}  {}{state}", edit.id, place));
    let why = layer.why.as_ref().map(|why| format!(" – {why}")).unwrap_or_default();
    print(&format!("    {}", change(shown, &layer.change, index, speaker)));
    print(&format!("    {}, {} ({source}){why}", layer.when.strftime("%d-%m-%Y %H.%M %:z"), layer.by));
}

fn change(shown: &Shown, change: &Change, index: Option<usize>, speaker: Speaker) -> String {
    let utterance = index.and_then(|index| shown.raw.utterances.get(index));
    match change {
        Change::Text { before, after, .. } => format!("“{before}” → “{after}”"),
        Change::Speaker { before, after } => {
            let name = |said: &Said| name(shown, said, utterance, speaker);
            format!("{} → {}", name(before), name(after))
        }
        Change::Mark { mark: Mark::Heard } => speaker.text("history.heard"),
        Change::Mark { mark: Mark::Omitted } => speaker.text("history.omitted"),
        Change::Undo { edit } => speaker.sentence(&Message::new("history.undo").with("edit", edit)),
    }
}

fn name(shown: &Shown, said: &Said, utterance: Option<&Utterance>, speaker: Speaker) -> String {
    let known = match said {
        Said::Person(id) => return shown.meeting.person(id).map_or_else(|| id.clone(), |person| person.name.clone()),
        Said::Unknown => None,
        Said::Seat => utterance
            .and_then(|utterance| shown.meeting.speaker(utterance.channel, shown.clock().millis(utterance.span.start))),
    };
    known.map_or_else(|| speaker.text("history.unknown"), |person| person.name.clone())
}

pub fn diff(args: &Diff, speaker: Speaker) -> Result<End, Failure> {
    let (from, to) = (args.from.parse::<Stage>()?, args.to.parse::<Stage>()?);
    let store = Store::open(&args.folder)?;
    let before = from.transcript(&args.folder, &store)?;
    let shown = Shown::open(&args.folder, &store, to)?;
    let differ = |before: &Utterance, after: &Utterance| {
        let (old, new) = (&before.corrected, &after.corrected);
        before.text != after.text || old.speaker != new.speaker || old.marks != new.marks
    };
    let pairs = before.utterances.iter().zip(&shown.current.utterances).enumerate();
    let different: Vec<_> = pairs.filter(|(_, (before, after))| differ(before, after)).collect();
    if different.is_empty() && !args.voice.json {
        speaker.note(&Message::new("history.same").with("from", from).with("to", to));
    }
    let mut last = None;
    for (index, (before, after)) in different {
        let turn = shown.turn(index).map(|turn| turn.number);
        let who = |utterance: &Utterance| name(&shown, &utterance.corrected.speaker, Some(utterance), speaker);
        let (was, is) = (who(before), who(after));
        let (old, new) = (&before.corrected, &after.corrected);
        if args.voice.json {
            let line = serde_json::json!({
                "turn": turn,
                "channel": after.channel,
                "start": after.span.start,
                "end": after.span.end,
                "before": before.text,
                "after": after.text,
                "speaker_before": was,
                "speaker_after": is,
                "marks_before": old.marks,
                "marks": new.marks,
                "edits": without(&new.edits, &old.edits),
                "undone": without(&old.edits, &new.edits),
            });
            print(&line.to_string());
            continue;
        }
        if last != Some(turn) {
            print(&shown.heading(index, speaker));
            last = Some(turn);
        }
        if was != is {
            print(&format!("    [-{was}-] {{+{is}+}}"));
        }
        let mark = |mark: &Mark| change(&shown, &Change::Mark { mark: *mark }, Some(index), speaker);
        for gone in without(&old.marks, &new.marks) {
            print(&format!("    [-({})-]", mark(gone)));
        }
        for set in without(&new.marks, &old.marks) {
            print(&format!("    ({})", mark(set)));
        }
        if before.text != after.text {
            print(&format!("    {}", marked(&before.text, &after.text)));
        }
    }
    Ok(End::Done)
}

/// The items of one list that are not in the other.
fn without<'a, T: PartialEq>(list: &'a [T], other: &[T]) -> Vec<&'a T> {
    list.iter().filter(|item| !other.contains(item)).collect()
}

/// Both texts as one, with what was taken out and put in between marks.
fn marked(before: &str, after: &str) -> String {
    let part = |part: &Difference| match part {
        Difference::Same(text) => text.clone(),
        Difference::Taken(text) => format!("[-{text}-]"),
        Difference::Put(text) => format!("{{+{text}+}}"),
    };
    difference(before, after).iter().map(part).collect::<Vec<_>>().join(" ")
}
