//! `risalah diff`: where two states of a record differ.

use std::collections::HashMap;

use e_risalah::common::message::Message;
use e_risalah::document::correction::{Difference, difference};
use e_risalah::lifecycle::Stage;
use e_risalah::transcript::edit::{Change, Corrected, Mark};
use e_risalah::transcript::store::Store;
use e_risalah::transcript::{Transcript, Utterance};

use super::console::{Console, print};
use super::corrections::{NumberedRecord, describe_change, speaker_name};
use super::outcome::{End, Failure};
use super::output_args::FolderArgs;
use super::seal_args::SealArgs;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub folder_args: FolderArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
    #[arg(long, value_name = "STATE", default_value = "mentah", hide_default_value = true)]
    pub from: String,
    #[arg(long, value_name = "STATE", default_value = "kini", hide_default_value = true)]
    pub to: String,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let (from, to) = (args.from.parse::<Stage>()?, args.to.parse::<Stage>()?);
    let store = Store::open_to_read(&args.folder_args.folder)?;
    let before = from.transcript(&args.folder_args.folder, &store)?;
    let shown = NumberedRecord::open(&args.folder_args.folder, &store, to)?;
    let differ = |before: &Utterance, after: &Utterance| {
        let (old, new) = (&before.corrected, &after.corrected);
        before.text != after.text || old.speaker != new.speaker || old.marks != new.marks
    };
    let different: Vec<_> =
        pairs(&before, &shown.current).into_iter().filter(|(_, before, after)| differ(before, after)).collect();
    if different.is_empty() && !args.folder_args.output_args.json {
        console.note(&Message::new("history.same").with("from", from).with("to", to));
    }
    let mut last = None;
    for (index, before, after) in &different {
        let index = *index;
        let turn = shown.turn(index).map(|turn| turn.number);
        let who = |utterance: &Utterance| {
            speaker_name(&shown.meeting, shown.clock(), &utterance.corrected.speaker, Some(utterance), console)
        };
        let (was, is) = (who(before), who(after));
        let (old, new) = (&before.corrected, &after.corrected);
        if args.folder_args.output_args.json {
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
        let mark = |mark: &Mark| {
            describe_change(&shown.meeting, shown.clock(), &Change::Mark { mark: *mark }, Some(after), console)
        };
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

/// The utterances of two transcripts side by side, with their place in the second. Those of two
/// versions are the same where channel and time are; one that only one of them has stands beside
/// one without words.
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
