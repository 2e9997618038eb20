//! What a working copy showed when it was written.

use std::collections::HashMap;
use std::ops::Range;

use crate::document::risalah::{Entry, Numbered, Run, RunKind, compose, turns};
use crate::meeting::Meeting;
use crate::transcript::Transcript;
use crate::transcript::edit::{Edit, Layered, Place, apply, words};

use super::Error;

/// The utterances of a transcript under some layers, by place.
pub(super) struct State<'a> {
    raw: &'a Transcript,
    layered: HashMap<usize, Layered>,
}

impl<'a> State<'a> {
    pub(super) fn new(raw: &'a Transcript, edits: &[Edit]) -> Result<Self, Error> {
        let version = raw.version.number;
        let utterances = raw.utterances.iter().enumerate();
        let places: HashMap<Place, usize> =
            utterances.map(|(index, utterance)| (Place::of(version, utterance), index)).collect();
        let mut state = Self { raw, layered: HashMap::new() };
        for edit in edits.iter().filter(|edit| edit.layer.place.version == version) {
            // A layer that stands nowhere is told by whoever applies all of them.
            let Some(index) = places.get(&edit.layer.place) else { continue };
            let laid = state.utterance(*index).lay(edit.id, &edit.layer.change);
            laid.map_err(|refusal| Error::Damaged { edit: edit.id, refusal })?;
        }
        Ok(state)
    }

    /// An utterance under its layers.
    pub(super) fn utterance(&mut self, index: usize) -> &mut Layered {
        let raw = self.raw;
        self.layered.entry(index).or_insert_with(|| Layered::new(&raw.utterances[index]))
    }
}

/// The document as it was when the last of these layers was the newest.
pub(super) struct Base<'a> {
    pub(super) state: State<'a>,
    pub(super) transcript: Transcript,
    /// The printed runs of each utterance.
    runs: Vec<Vec<Run>>,
    /// Labels by the first utterance of their turn.
    pub(super) labels: HashMap<usize, String>,
    /// Its turns, as they were numbered.
    pub(super) turns: Vec<Numbered>,
    /// The lines of the heads of its pages.
    pub(super) pages: Vec<String>,
}

/// A word, or a whole mark, as it was printed.
pub(super) struct Printed {
    pub(super) text: String,
    pub(super) utterance: usize,
    /// Its place among the words of the utterance; `None` for a mark.
    pub(super) word: Option<usize>,
}

impl<'a> Base<'a> {
    pub(super) fn new(meeting: &Meeting, raw: &'a Transcript, edits: &[Edit]) -> Result<Self, Error> {
        let transcript = apply(raw, edits).map_err(|(edit, refusal)| Error::Damaged { edit, refusal })?;
        let mut runs = vec![Vec::new(); raw.utterances.len()];
        let mut labels = HashMap::new();
        let risalah = compose(meeting, &transcript);
        let turns = turns(&risalah);
        let running = [risalah.running];
        let pages = risalah.marks.into_iter().chain(running).chain(risalah.watermark).collect();
        for entry in risalah.body {
            let Entry::Turn(turn) = entry else { continue };
            if let Some(first) = turn.paragraphs.iter().flatten().next() {
                labels.insert(first.utterance, turn.label);
            }
            for run in turn.paragraphs.into_iter().flatten() {
                runs[run.utterance].push(run);
            }
        }
        Ok(Self { state: State::new(raw, edits)?, transcript, runs, labels, turns, pages })
    }

    /// Whether anything of an utterance was printed.
    pub(super) fn is_printed(&self, utterance: usize) -> bool {
        self.runs.get(utterance).is_some_and(|runs| !runs.is_empty())
    }

    /// What was printed of these utterances.
    pub(super) fn printed(&self, utterances: Range<usize>) -> Vec<Printed> {
        let mut printed = Vec::new();
        for utterance in utterances {
            let mut place = 0..;
            for run in &self.runs[utterance] {
                if run.kind == RunKind::Mark {
                    printed.push(Printed { text: run.text.clone(), utterance, word: None });
                    continue;
                }
                let word = |text: &str| Printed { text: text.to_owned(), utterance, word: place.next() };
                printed.extend(words(&run.text).map(word));
            }
        }
        printed
    }
}
