//! Utterances of two people as one for each, for documents and lists.

use std::ops::Range;

use super::{Corrected, Passage, Rewritten, Said, Speaker, words};
use crate::common::clock::Span;
use crate::transcript::{Transcript, Utterance, Word};

impl Transcript {
    /// The same, with an utterance for each passage that one person says. Without word times a
    /// passage gets the share of the time that it has of the words.
    #[must_use]
    pub fn by_speaker(&self) -> Self {
        let parts = self.utterances.iter().flat_map(|utterance| {
            if utterance.corrected.passages.is_empty() { vec![utterance.clone()] } else { divided(utterance) }
        });
        let mut utterances: Vec<Utterance> = parts.collect();
        utterances.sort_by_key(|utterance| (utterance.span.start, utterance.channel));
        Self { utterances, ..self.clone() }
    }
}

/// Who says which words, all of them.
fn speakers(passages: &[Passage], whole: &Speaker, count: usize) -> Vec<(Range<usize>, Speaker)> {
    let mut parts = Vec::new();
    let mut place = 0;
    for passage in passages {
        if passage.words.start > place {
            parts.push((place..passage.words.start, whole.clone()));
        }
        place = passage.words.end;
        parts.push((passage.words.clone(), passage.speaker.clone()));
    }
    if place < count {
        parts.push((place..count, whole.clone()));
    }
    parts
}

fn divided(utterance: &Utterance) -> Vec<Utterance> {
    let texts: Vec<&str> = words(&utterance.text).collect();
    let parts = speakers(&utterance.corrected.passages, &utterance.corrected.speaker, texts.len());
    let said = utterance.corrected.said.as_ref().map(|said| {
        let texts: Vec<&str> = words(&said.text).collect();
        (speakers(&said.passages, &utterance.corrected.speaker, texts.len()), texts, said)
    });
    // Where a rule took out all that one of them said, the clean text has fewer parts.
    let said = said
        .filter(|(others, ..)| others.iter().map(|(_, speaker)| speaker).eq(parts.iter().map(|(_, speaker)| speaker)));
    let timed = utterance.words.len() == texts.len();
    let cut = |place: usize| {
        if place == 0 {
            utterance.span.start
        } else if place == texts.len() {
            utterance.span.end
        } else if timed {
            utterance.words[place].span.start.clamp(utterance.span.start, utterance.span.end)
        } else {
            utterance.span.start + utterance.span.len() * place as u64 / texts.len() as u64
        }
    };
    let part = |(index, (range, speaker)): (usize, &(Range<usize>, Speaker))| {
        let written = utterance
            .corrected
            .written
            .iter()
            .filter(|rewritten| range.contains(&rewritten.words.start) && rewritten.words.end <= range.end);
        let moved = |rewritten: &Rewritten| Rewritten {
            words: rewritten.words.start - range.start..rewritten.words.end - range.start,
            ..rewritten.clone()
        };
        let own_said = said.as_ref().map(|(others, texts, said)| {
            let own = others[index].0.clone();
            let is_timed = said.words.len() == texts.len();
            Said {
                text: texts[own.clone()].join(" "),
                words: if is_timed { said.words[own].to_vec() } else { Vec::new() },
                passages: Vec::new(),
            }
        });
        Utterance {
            span: Span::new(cut(range.start), cut(range.end).max(cut(range.start))),
            text: texts[range.clone()].join(" "),
            words: if timed { utterance.words[range.clone()].to_vec() } else { Vec::<Word>::new() },
            corrected: Corrected {
                speaker: speaker.clone(),
                passages: Vec::new(),
                written: written.map(moved).collect(),
                said: own_said,
                ..utterance.corrected.clone()
            },
            ..utterance.clone()
        }
    };
    parts.iter().enumerate().map(part).collect()
}
