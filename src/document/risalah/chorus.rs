//! Members who agree with the same word at the same time stand in print as one block, `PARA
//! ANGGOTA: Setuju.`

use std::collections::HashSet;

use crate::common::clock::Clock;
use crate::transcript::edit::words;

use super::compose::{CUT_OFF, SIMULTANEOUS};
use super::{Entry, Legend, Risalah, Run, RunKind, Turn};

const LABEL: &str = "PARA ANGGOTA";
/// The fewest members that make a chorus.
const LEAST: usize = 3;
/// The most words that they say.
const MOST_WORDS: usize = 3;
/// The longest time from the beginning of one to the beginning of the next.
const WITHIN_MS: u64 = 2_000;

/// The record with one block for each chorus. The working copy, the transcript and the formats for
/// archives keep every one by itself.
pub(super) fn joined(mut risalah: Risalah, clock: Clock) -> Risalah {
    let mut body = Vec::with_capacity(risalah.body.len());
    let mut any = false;
    let mut rest = &risalah.body[..];
    while let Some(entry) = rest.first() {
        let turns = chorus(rest, clock);
        if turns.len() < 2 {
            body.push(entry.clone());
            rest = &rest[1..];
            continue;
        }
        any = true;
        rest = &rest[turns.len()..];
        body.push(Entry::Turn(one(&turns)));
    }
    risalah.body = body;
    if any {
        let meaning = "kata yang sama, diucapkan serentak oleh beberapa anggota pada mikrofon masing-masing".to_owned();
        risalah.legend.push(Legend { mark: LABEL.to_owned(), kind: RunKind::Mark, meaning });
    }
    risalah
}

/// The turns of a chorus with which these entries begin; none where they begin with no chorus.
fn chorus(entries: &[Entry], clock: Clock) -> Vec<&Turn> {
    let mut turns: Vec<&Turn> = Vec::new();
    let mut text = None;
    for entry in entries {
        let Entry::Turn(turn) = entry else { break };
        let said = said(turn);
        let soon = turns.last().is_none_or(|last| turn.span.start <= last.span.start + clock.at_millis(WITHIN_MS));
        if said.is_none() || !soon || (text.is_some() && text != said) {
            break;
        }
        text = said;
        turns.push(turn);
    }
    let members: HashSet<&str> = turns.iter().map(|turn| turn.label.as_str()).collect();
    if members.len() < LEAST { Vec::new() } else { turns }
}

/// The few words that are all of a member's turn, without regard to their capitals and signs.
fn said(turn: &Turn) -> Option<Vec<String>> {
    let [paragraph] = &turn.paragraphs[..] else { return None };
    let expected = |run: &&Run| run.kind != RunKind::Mark || [SIMULTANEOUS, CUT_OFF].contains(&run.text.as_str());
    if !turn.member || !paragraph.iter().all(|run| expected(&run)) {
        return None;
    }
    let spoken = paragraph.iter().filter(|run| run.kind != RunKind::Mark);
    let said: Vec<String> = spoken
        .flat_map(|run| words(&run.text))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .collect();
    (1..=MOST_WORDS).contains(&said.len()).then_some(said)
}

fn one(turns: &[&Turn]) -> Turn {
    let first = turns[0];
    let runs = turns.iter().flat_map(|turn| &turn.paragraphs).flatten();
    let doubtful = runs.clone().any(|run| run.kind == RunKind::Doubtful);
    let spoken = first.paragraphs.iter().flatten().filter(|run| run.kind != RunKind::Mark).cloned();
    let kind = if doubtful { RunKind::Doubtful } else { RunKind::Spoken };
    Turn {
        label: LABEL.to_owned(),
        microphone: None,
        continued: false,
        span: crate::common::clock::Span::new(
            first.span.start,
            turns.iter().map(|turn| turn.span.end).max().unwrap_or(first.span.end),
        ),
        paragraphs: vec![spoken.map(|run| Run { kind, ..run }).collect()],
        ..first.clone()
    }
}
