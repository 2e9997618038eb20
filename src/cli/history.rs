//! `risalah history` and `diff`: the layers over the transcript, and what they make of it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::Path;

use e_risalah::common::clock::Clock;
use e_risalah::common::message::Message;
use e_risalah::document::correction::{Difference, difference};
use e_risalah::document::risalah::{compose, turns};
use e_risalah::lifecycle::Stage;
use e_risalah::meeting::Meeting;
use e_risalah::transcript::edit::{Change, Corrected, Edit, Mark, Place, Source, Speaker as Said};
use e_risalah::transcript::store::{Fate, Store};
use e_risalah::transcript::{Transcript, Utterance, Version};

use super::args::{Diff, History};
use super::export::description;
use super::show::{Console, print};
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
        let edits = store.edits()?;
        let current = stage.transcript(folder, store)?;
        let newest = || store.load();
        let raw = store.load_version(current.version.number)?.map_or_else(newest, Ok)?;
        let clock = raw.recording.clock;
        let turn = |(number, turn): (usize, e_risalah::document::risalah::Numbered)| Turn {
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

    /// The utterances of a turn of the recognised text that began at this time, although corrections have left none of it, or joined it to another.
    fn gone(&self, time: &str) -> Option<Range<usize>> {
        let began = |turn: &e_risalah::document::risalah::Numbered| {
            self.clock().hms(self.raw.utterances[turn.utterances.start].span.start) == time
        };
        turns(&compose(&self.meeting, &self.raw)).into_iter().find(began).map(|turn| turn.utterances)
    }

    fn index(&self, place: Place) -> Option<usize> {
        let version = self.raw.version.number;
        self.raw.utterances.iter().position(|utterance| Place::of(version, utterance) == place)
    }

    fn clock(&self) -> Clock {
        self.raw.recording.clock
    }

    fn heading(&self, utterance: usize, console: Console) -> String {
        let Some(turn) = self.turn(utterance) else { return String::new() };
        let message = Message::new("history.turn")
            .with("number", turn.number)
            .with("time", &turn.time)
            .with("label", &turn.label);
        console.sentence(&message)
    }
}

pub fn history(args: &History, console: Console) -> Result<End, Failure> {
    let store = Store::open_to_read(&args.folder)?;
    let shown = Shown::open(&args.folder, &store, Stage::Now)?;
    let versions = store.versions()?;
    if versions.len() > 1 {
        for version in &versions {
            tell_version(version, &shown, args.output_args.json, console);
        }
    }
    let fates = store.fates(shown.raw.version.number, &shown.edits)?;
    let wanted = match &args.turn {
        None => None,
        Some(text) => {
            let found = shown.turns.iter().rev().find(|turn| turn.number.to_string() == *text || turn.time == *text);
            let found = found.map(|turn| turn.utterances.clone()).or_else(|| shown.gone(text));
            Some(found.ok_or_else(|| Failure::usage(Message::new("history.no_turn").with("turn", text)))?)
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
        if args.output_args.json {
            let turn = index.and_then(|index| shown.turn(index)).map(|turn| turn.number);
            let mut line = serde_json::json!(edit);
            line["counts"] = counts.into();
            line["turn"] = turn.into();
            if let Some(fate) = fates.get(&edit.id) {
                line["carried"] = serde_json::json!(fate);
            }
            print(&line.to_string());
        } else {
            line(&shown, edit, index, counts, fates.get(&edit.id).copied(), console);
        }
    }
    if shown.edits.is_empty() && !args.output_args.json {
        console.note(&Message::new("history.none"));
    }
    Ok(End::Done)
}

/// A version of the transcript, and whether it is the one that counts.
fn tell_version(version: &Version, shown: &Shown, json: bool, console: Console) {
    let is_current = version.number == shown.raw.version.number;
    if json {
        let mut line = serde_json::json!(version);
        line["current"] = is_current.into();
        return print(&line.to_string());
    }
    let state = match (is_current, version.complete) {
        (true, _) => "history.current",
        (false, true) => "history.earlier",
        (false, false) => "history.unfinished",
    };
    let message = Message::new("history.one_version")
        .with("number", version.number)
        .with("model", &version.model)
        .with("at", version.created.strftime("%d-%m-%Y %H.%M UTC"))
        .with("state", console.text(state));
    print(&console.sentence(&message));
}

/// What a correction of an earlier version waits for: one sentence for each, with where it was and what it said.
pub fn open(transcript: &Transcript, edits: &[Edit], meeting: &Meeting, console: Console) -> Vec<Message> {
    let clock = transcript.recording.clock;
    let sentence = |edit: &Edit| {
        let place = edit.layer.place;
        Message::new("history.not_carried")
            .with("edit", edit.id)
            .with("time", clock.hms(place.span.start))
            .with("channel", place.channel)
            .with("change", change(meeting, clock, &edit.layer.change, None, console))
            .with("by", &edit.layer.by)
    };
    edits.iter().map(sentence).collect()
}

fn line(shown: &Shown, edit: &Edit, index: Option<usize>, counts: bool, fate: Option<Fate>, console: Console) {
    let layer = &edit.layer;
    let source = match &layer.source {
        Source::Person => console.text("history.person"),
        Source::Member => console.text("history.member"),
        Source::Machine { rule } => format!("{} {rule}", console.text("history.machine")),
    };
    let place = match index {
        Some(index) => shown.heading(index, console),
        None => console.sentence(&Message::new("history.version").with("version", layer.place.version)),
    };
    let undo = matches!(layer.change, Change::Undo { .. });
    // Whether one of an earlier version counts is a matter of what became of it.
    let state = if counts || undo || index.is_none() {
        String::new()
    } else {
        format!(" ({})", console.text("history.does_not_count"))
    };
    print(&format!("#{}  {}{state}", edit.id, place));
    let why = layer.why.as_ref().map(|why| format!(" – {why}")).unwrap_or_default();
    let utterance = index.and_then(|index| shown.raw.utterances.get(index));
    print(&format!("    {}", change(&shown.meeting, shown.clock(), &layer.change, utterance, console)));
    print(&format!("    {}, {} ({source}){why}", console.moment(&layer.when), layer.by));
    let fate = fate.map(|fate| match fate {
        Fate::Carried(edit) => Message::new("history.carried").with("edit", edit),
        Fate::Already => Message::new("history.already"),
        Fate::Open => Message::new("history.left_open"),
        Fate::Settled => Message::new("history.settled"),
    });
    if let Some(fate) = fate {
        print(&format!("    {}", console.sentence(&fate)));
    }
}

/// What a layer says, in words.
pub fn change(
    meeting: &Meeting,
    clock: Clock,
    change: &Change,
    utterance: Option<&Utterance>,
    console: Console,
) -> String {
    match change {
        Change::Text { before, after, .. } => format!("“{before}” → “{after}”"),
        Change::Speaker { before, after } => {
            let name = |said: &Said| name(meeting, clock, said, utterance, console);
            format!("{} → {}", name(before), name(after))
        }
        Change::Mark { mark: Mark::Heard } => console.text("history.heard"),
        Change::Mark { mark: Mark::Omitted } => console.text("history.omitted"),
        Change::Undo { edit } => console.sentence(&Message::new("history.undo").with("edit", edit)),
    }
}

fn name(meeting: &Meeting, clock: Clock, said: &Said, utterance: Option<&Utterance>, console: Console) -> String {
    let known = match said {
        Said::Person(id) => return meeting.person(id).map_or_else(|| id.clone(), |person| person.name.clone()),
        Said::Unknown => None,
        Said::Seat => {
            utterance.and_then(|utterance| meeting.speaker(utterance.channel, clock.millis(utterance.span.start)))
        }
    };
    known.map_or_else(|| console.text("history.unknown"), |person| person.name.clone())
}

pub fn diff(args: &Diff, console: Console) -> Result<End, Failure> {
    let (from, to) = (args.from.parse::<Stage>()?, args.to.parse::<Stage>()?);
    let store = Store::open_to_read(&args.folder)?;
    let before = from.transcript(&args.folder, &store)?;
    let shown = Shown::open(&args.folder, &store, to)?;
    let differ = |before: &Utterance, after: &Utterance| {
        let (old, new) = (&before.corrected, &after.corrected);
        before.text != after.text || old.speaker != new.speaker || old.marks != new.marks
    };
    let different: Vec<_> =
        pairs(&before, &shown.current).into_iter().filter(|(_, before, after)| differ(before, after)).collect();
    if different.is_empty() && !args.output_args.json {
        console.note(&Message::new("history.same").with("from", from).with("to", to));
    }
    let mut last = None;
    for (index, before, after) in &different {
        let index = *index;
        let turn = shown.turn(index).map(|turn| turn.number);
        let who = |utterance: &Utterance| {
            name(&shown.meeting, shown.clock(), &utterance.corrected.speaker, Some(utterance), console)
        };
        let (was, is) = (who(before), who(after));
        let (old, new) = (&before.corrected, &after.corrected);
        if args.output_args.json {
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
            print(&shown.heading(index, console));
            last = Some(turn);
        }
        if was != is {
            print(&format!("    [-{was}-] {{+{is}+}}"));
        }
        let mark =
            |mark: &Mark| change(&shown.meeting, shown.clock(), &Change::Mark { mark: *mark }, Some(after), console);
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

/// The utterances of two transcripts side by side, with their place in the second. Those of two versions are the same where channel and
/// time are; one that only one of them has stands beside one without words.
fn pairs(before: &Transcript, after: &Transcript) -> Vec<(usize, Utterance, Utterance)> {
    let both = |index: usize, one: &Utterance, other: &Utterance| (index, one.clone(), other.clone());
    if before.version.number == after.version.number {
        let pairs = before.utterances.iter().zip(&after.utterances).enumerate();
        return pairs.map(|(index, (one, other))| both(index, one, other)).collect();
    }
    let silent = |utterance: &Utterance| Utterance {
        text: String::new(),
        words: Vec::new(),
        corrected: Corrected::default(),
        ..utterance.clone()
    };
    let key = |utterance: &Utterance| (utterance.channel, utterance.span.start, utterance.span.end);
    let mut old: HashMap<_, &Utterance> =
        before.utterances.iter().map(|utterance| (key(utterance), utterance)).collect();
    let mut pairs = Vec::new();
    for (index, new) in after.utterances.iter().enumerate() {
        match old.remove(&key(new)) {
            Some(one) => pairs.push(both(index, one, new)),
            None => pairs.push((index, silent(new), new.clone())),
        }
    }
    for gone in old.into_values() {
        let index = after.utterances.partition_point(|new| new.span.start <= gone.span.start).saturating_sub(1);
        pairs.push((index, gone.clone(), silent(gone)));
    }
    pairs.sort_by_key(|(index, one, other)| (*index, one.span.start.max(other.span.start), one.channel));
    pairs
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
