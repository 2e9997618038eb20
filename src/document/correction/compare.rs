//! The document that came back against what it showed when it was written.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::base::{Base, Printed, State};
use super::difference::hunks;
use super::document::Block;
use super::label::{self, Named};
use super::order::out_of_order;
use super::{Correction, Corrector, Document, Error, Kind, Leftover};
use crate::document::risalah::{Anchor, Holds, Numbered, who};
use crate::meeting::Meeting;
use crate::transcript::Transcript;
use crate::transcript::edit::{Change, Edit, Layer, Mark, Place, Speaker, words};

pub(super) fn compare(
    document: &Document,
    meeting: &Meeting,
    raw: &Transcript,
    edits: &[Edit],
    corrector: &Corrector,
) -> Result<Correction, Error> {
    let blocks = own(document, raw, edits)?;
    let mut bases = BTreeMap::new();
    for anchor in blocks.iter().filter_map(|block| block.anchor.as_ref()) {
        if let Entry::Vacant(entry) = bases.entry(anchor.edit) {
            let before: Vec<Edit> = edits.iter().filter(|edit| edit.id <= anchor.edit).cloned().collect();
            entry.insert(Base::new(meeting, raw, &before)?);
        }
    }
    let mut comparison = Comparison {
        meeting,
        raw,
        edits,
        corrector,
        bases,
        current: State::new(raw, edits)?,
        next: edits.last().map_or(0, |edit| edit.id) + 1,
        numbers: blocks.iter().filter_map(|block| block.anchor.as_ref().map(|anchor| anchor.number)).collect(),
        covered: HashSet::new(),
        elsewhere: blocks
            .iter()
            .filter(|block| block.anchor.is_none())
            .map(|block| words(&block.text).collect::<Vec<_>>().join(" "))
            .collect(),
        time: raw.recording.clock.hms(0),
        out: Correction { tracked: document.tracked.clone(), ..Correction::default() },
    };
    comparison.blocks(&blocks);
    comparison.missing(&blocks);
    comparison.moved(&blocks);
    comparison.beside(document);
    Ok(comparison.out)
}

/// The blocks with those anchors only that are of this transcript.
fn own(document: &Document, raw: &Transcript, edits: &[Edit]) -> Result<Vec<Block>, Error> {
    let meeting = Anchor::meeting_of(raw);
    let anchors = || document.blocks.iter().filter_map(|block| block.anchor.as_ref());
    if !anchors().any(|anchor| anchor.meeting == meeting) {
        return Err(if anchors().next().is_some() { Error::OtherMeeting } else { Error::NoAnchors });
    }
    let version = raw.version.number;
    if let Some(other) = anchors().find(|anchor| anchor.meeting == meeting && anchor.version != version) {
        return Err(Error::OtherVersion { found: other.version, version });
    }
    let last = edits.last().map_or(0, |edit| edit.id);
    if let Some(later) = anchors().find(|anchor| anchor.meeting == meeting && anchor.edit > last) {
        return Err(Error::Later { found: later.edit });
    }
    let fits = |anchor: &Anchor| match anchor.holds {
        Holds::Speech { first, count } | Holds::Label { first, count, .. } => {
            count > 0 && first.checked_add(count).is_some_and(|end| end <= raw.utterances.len())
        }
        Holds::Other { .. } => true,
    };
    let keep = |block: &Block| {
        let anchor = block.anchor.clone().filter(|anchor| anchor.meeting == meeting && fits(anchor));
        Block { anchor, ..block.clone() }
    };
    Ok(document.blocks.iter().map(keep).collect())
}

struct Comparison<'a> {
    meeting: &'a Meeting,
    raw: &'a Transcript,
    edits: &'a [Edit],
    corrector: &'a Corrector,
    /// What the copy showed, by the last layer that it shows.
    bases: BTreeMap<u64, Base<'a>>,
    /// What stands there now, with the layers that were found so far.
    current: State<'a>,
    /// The number that the next layer will have.
    next: u64,
    /// The numbers of the anchors that came back.
    numbers: HashSet<usize>,
    /// Utterances whose paragraph came back.
    covered: HashSet<usize>,
    /// The words of each paragraph without an anchor.
    elsewhere: HashSet<String>,
    /// Where in the recording the comparison is.
    time: String,
    out: Correction,
}

impl Comparison<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        let mut seen: HashSet<usize> = HashSet::new();
        let mut rest = blocks;
        while let Some((block, after)) = rest.split_first() {
            rest = after;
            self.come_to(block);
            for aside in &block.asides {
                self.left(aside.kind, &aside.author, &aside.text);
            }
            if words(&block.hidden).next().is_some() {
                self.left(Kind::Hidden, "", &block.hidden);
            }
            let Some(anchor) = &block.anchor else {
                self.unanchored(block);
                continue;
            };
            if !seen.insert(anchor.number) {
                self.left(Kind::Copied, "", &block.text);
                continue;
            }
            match &anchor.holds {
                Holds::Other { hash } => {
                    if !is_as_written(hash, block) {
                        self.left(Kind::Outside, "", &changed(block));
                    }
                }
                Holds::Label { first, count, hash } => {
                    if !is_as_written(hash, block) {
                        self.label(anchor.edit, *first..first + count, &block.text);
                    }
                }
                Holds::Speech { first, count } => {
                    // An office program may repeat the anchor of a paragraph that was split.
                    let following = rest.iter().take_while(|block| {
                        let repeated = block.anchor.as_ref().is_some_and(|other| other.number == anchor.number);
                        (block.anchor.is_none() && !block.table) || repeated
                    });
                    let following: Vec<&Block> = following.collect();
                    if self.speech(anchor, *first..first + count, block, &following) {
                        rest = &rest[following.len()..];
                    }
                }
            }
        }
    }

    /// Goes to the time of a paragraph, where it has one.
    fn come_to(&mut self, block: &Block) {
        if let Some(Anchor { holds: Holds::Speech { first, .. } | Holds::Label { first, .. }, .. }) = &block.anchor {
            self.time = self.raw.recording.clock.hms(self.raw.utterances[*first].span.start);
        }
    }

    fn unanchored(&mut self, block: &Block) {
        if words(&block.text).next().is_some() {
            self.left(if block.table { Kind::Table } else { Kind::New }, "", &block.text);
        }
    }

    /// Compares a paragraph of speech; whether the paragraphs that follow it without an anchor were
    /// taken as a part of it.
    fn speech(&mut self, anchor: &Anchor, utterances: Range<usize>, block: &Block, following: &[&Block]) -> bool {
        if utterances.clone().any(|utterance| self.covered.contains(&utterance)) {
            self.left(Kind::Copied, "", &block.text);
            return false;
        }
        self.covered.extend(utterances.clone());
        let Some(base) = self.bases.get(&anchor.edit) else { return false };
        let printed = base.printed(utterances);
        let old: Vec<&str> = printed.iter().map(|printed| printed.text.as_str()).collect();
        let new = Self::shown(block, &printed);
        let new: Vec<&str> = new.iter().map(String::as_str).collect();
        if old == new {
            return false;
        }
        if new.is_empty() && self.elsewhere.contains(&old.join(" ")) {
            // Its words stand in a paragraph without an anchor: they were moved, not taken out.
            self.left(Kind::Moved, "", &old.join(" "));
            return false;
        }
        let hunks = hunks(&old, &new);
        let (Some((first, _)), Some((tail, put))) = (hunks.first(), hunks.last()) else { return false };
        // Where the end is gone and paragraphs without an anchor follow, it may stand there: the paragraph
        // was split.
        let follows = following.iter().any(|block| words(&block.text).next().is_some());
        if follows && tail.end == old.len() && !tail.is_empty() {
            let text: Vec<&str> =
                std::iter::once(block.text.as_str()).chain(following.iter().map(|block| block.text.as_str())).collect();
            self.left(Kind::Split, &old.join(" "), &text.join("\n"));
            return true;
        }
        // Where words were put in at the edge towards a paragraph that is gone, they may be that
        // paragraph's: both were joined.
        let gone = |number: Option<usize>| number.is_some_and(|number| !self.numbers.contains(&number));
        let newest = self.numbers.iter().max().copied().unwrap_or(0);
        let behind = anchor.number < newest && gone(Some(anchor.number + 1));
        let at_tail = tail.end == old.len() && !put.is_empty() && behind;
        let at_head = first.start == 0 && !hunks[0].1.is_empty() && gone(anchor.number.checked_sub(1));
        if at_tail || at_head {
            self.left(Kind::Merged, &old.join(" "), &block.text);
            return false;
        }
        let found: Vec<(Range<usize>, String)> =
            hunks.iter().map(|(range, put)| (range.clone(), new[put.clone()].join(" "))).collect();
        for (range, after) in found {
            self.hunk(anchor.edit, &printed, range, &after);
        }
        false
    }

    /// The words of a paragraph: with those that are hidden where that is nearer to what was
    /// printed, so that hiding takes nothing out and hidden words are not taken over.
    fn shown(block: &Block, printed: &[Printed]) -> Vec<String> {
        let visible = tokens(&block.text, printed);
        if block.hidden.is_empty() {
            return visible;
        }
        let whole = tokens(&block.whole, printed);
        let missing = |new: &[String]| printed.len().abs_diff(new.len());
        if missing(&whole) < missing(&visible) { whole } else { visible }
    }

    /// One difference: these printed words became those.
    fn hunk(&mut self, edit: u64, printed: &[Printed], range: Range<usize>, after: &str) {
        let old = &printed[range.clone()];
        let was: Vec<&str> = old.iter().map(|printed| printed.text.as_str()).collect();
        let was = was.join(" ");
        if old.iter().any(|printed| printed.word.is_none()) {
            match old {
                [mark] if self.is_unheard(edit, mark.utterance) => self.unheard(edit, mark.utterance, &was, after),
                _ => self.left(Kind::Mark, &was, after),
            }
            return;
        }
        let mut pieces: Vec<(usize, usize, usize)> = Vec::new();
        for printed in old {
            let Some(word) = printed.word else { continue };
            match pieces.last_mut() {
                Some((utterance, _, count)) if *utterance == printed.utterance => *count += 1,
                _ => pieces.push((printed.utterance, word, 1)),
            }
        }
        if pieces.is_empty() {
            let before = range.start.checked_sub(1).map(|last| &printed[last]);
            let place = before
                .and_then(|printed| Some((printed.utterance, printed.word? + 1)))
                .or_else(|| printed.get(range.start).and_then(|printed| Some((printed.utterance, printed.word?))));
            match place {
                Some((utterance, at)) => pieces.push((utterance, at, 0)),
                None => return self.left(Kind::Mark, &was, after),
            }
        }
        if pieces.iter().any(|(utterance, ..)| !self.is_own(edit, *utterance)) {
            return self.left(Kind::NotOwn, &was, after);
        }
        for (index, (utterance, at, count)) in pieces.into_iter().enumerate() {
            self.text(edit, utterance, at, count, if index == 0 { after } else { "" });
        }
    }

    /// Whether all that was printed of an utterance is that nothing was understood.
    fn is_unheard(&self, edit: u64, utterance: usize) -> bool {
        let base = self.bases.get(&edit);
        let current = base.and_then(|base| base.transcript.utterances.get(utterance));
        current
            .is_some_and(|utterance| words(&utterance.text).next().is_none() && !utterance.corrected.has(Mark::Omitted))
    }

    /// The mark of something that was not understood was replaced by words, or taken out because
    /// there is nothing to hear.
    fn unheard(&mut self, edit: u64, utterance: usize, was: &str, after: &str) {
        if !self.is_own(edit, utterance) {
            self.left(Kind::NotOwn, was, after);
        } else if !after.is_empty() {
            self.text(edit, utterance, 0, 0, after);
        } else if self.was_said(edit, utterance, &Change::Mark { mark: Mark::Heard }) {
            self.out.known += 1;
        } else {
            self.lay(utterance, Change::Mark { mark: Mark::Heard }, was, after);
        }
    }

    /// Words of one utterance, which the copy showed at this place, replaced.
    fn text(&mut self, edit: u64, utterance: usize, at: usize, count: usize, after: &str) {
        let Some(base) = self.bases.get_mut(&edit) else { return };
        let on = base.state.utterance(utterance);
        let was = on.words().get(at..at + count).unwrap_or_default().join(" ");
        let Some(stretch) = on.stretch(at, count) else { return self.left(Kind::Conflict, &was, after) };
        let current = self.current.utterance(utterance);
        if current.replaced(&stretch, after).is_some() {
            self.out.known += 1;
            return;
        }
        match current.find(&stretch) {
            Some(at) => {
                let change = Change::Text { at, before: was.clone(), after: after.to_owned() };
                self.lay(utterance, change, &was, after);
            }
            None => self.left(Kind::Conflict, &was, after),
        }
    }

    /// A label that is not as it was written.
    fn label(&mut self, edit: u64, utterances: Range<usize>, text: &str) {
        let Some(base) = self.bases.get(&edit) else { return };
        let was = base.labels.get(&utterances.start).cloned().unwrap_or_default();
        let clock = self.raw.recording.clock;
        let turn: Vec<usize> = utterances.filter(|utterance| base.is_printed(*utterance)).collect();
        let person = |utterance: &usize| {
            let person = who::person(self.meeting, clock, &base.transcript.utterances[*utterance]);
            person.map(|person| person.id.clone())
        };
        let wanted = match label::who(self.meeting, text) {
            Named::Nobody => return self.left(Kind::Label, &was, text),
            Named::Several => return self.left(Kind::SeveralNamed, &was, text),
            _ if label::interjects(text) != label::interjects(&was) => return self.left(Kind::Label, &was, text),
            Named::Person(id) => Some(id),
            Named::Unknown => None,
        };
        let turn: Vec<usize> = turn.into_iter().filter(|utterance| person(utterance) != wanted).collect();
        if self.corrector.member.is_some() && !turn.is_empty() {
            return self.left(Kind::NotOwn, &was, text);
        }
        let after = wanted.map_or(Speaker::Unknown, Speaker::Person);
        for utterance in turn {
            let showed = base_speaker(&self.bases, edit, utterance);
            let before = self.current.utterance(utterance).speaker();
            let said = Change::Speaker { before: before.clone(), after: after.clone() };
            if before == after || self.was_said(edit, utterance, &said) {
                self.out.known += 1;
            } else if before == showed {
                self.lay(utterance, said, &was, text);
            } else {
                self.left(Kind::Conflict, &was, text);
            }
        }
    }

    /// Whether a layer that came after the copy says the same of an utterance, even if it was taken
    /// back.
    fn was_said(&self, edit: u64, utterance: usize, change: &Change) -> bool {
        let place = Place::of(self.raw.version.number, &self.raw.utterances[utterance]);
        let same = |other: &Change| match (other, change) {
            (Change::Speaker { after, .. }, Change::Speaker { after: wanted, .. }) => after == wanted,
            (other, wanted) => other == wanted,
        };
        self.edits
            .iter()
            .rev()
            .take_while(|other| other.id > edit)
            .any(|other| other.layer.place == place && same(&other.layer.change))
    }

    /// Whether whoever corrects may correct this utterance.
    fn is_own(&self, edit: u64, utterance: usize) -> bool {
        let Some(member) = &self.corrector.member else { return true };
        let base = self.bases.get(&edit);
        let utterance = base.and_then(|base| base.transcript.utterances.get(utterance));
        let person = utterance.and_then(|utterance| who::person(self.meeting, self.raw.recording.clock, utterance));
        person.is_some_and(|person| person.id == *member)
    }

    fn lay(&mut self, utterance: usize, change: Change, was: &str, text: &str) {
        if self.current.utterance(utterance).lay(self.next, &change).is_err() {
            return self.left(Kind::Conflict, was, text);
        }
        self.next += 1;
        self.out.layers.push(Layer {
            place: Place::of(self.raw.version.number, &self.raw.utterances[utterance]),
            change,
            by: self.corrector.by.clone(),
            when: self.corrector.when.clone(),
            why: self.corrector.why.clone(),
            source: self.corrector.source(),
        });
    }

    fn left(&mut self, kind: Kind, was: &str, text: &str) {
        let leftover = Leftover { kind, time: self.time.clone(), was: was.to_owned(), text: text.trim().to_owned() };
        self.out.leftovers.push(leftover);
    }

    /// Whether a turn was deleted as a whole: its label and all of its paragraphs are gone, what
    /// stood before and behind them is as it was, and its words stand nowhere else.
    fn is_deleted(&self, turn: &Numbered, blocks: &[Block]) -> bool {
        let Range { start, end } = turn.utterances;
        let is_of = |anchor: &Anchor| match anchor.holds {
            Holds::Speech { first, .. } | Holds::Label { first, .. } => (start..end).contains(&first),
            Holds::Other { .. } => false,
        };
        let anchors = || blocks.iter().filter_map(|block| block.anchor.as_ref());
        let speech = |anchor: &&Anchor| match anchor.holds {
            Holds::Speech { first, .. } => Some(first),
            _ => None,
        };
        let (before, after) = (
            anchors().any(|anchor| speech(&anchor).is_some_and(|first| first < start)),
            anchors().any(|anchor| speech(&anchor).is_some_and(|first| first >= end)),
        );
        let Some(base) = self.bases.values().next_back() else { return false };
        let gone: Vec<String> = base.printed(turn.utterances.clone()).into_iter().map(|printed| printed.text).collect();
        let merged = self.out.leftovers.iter().any(|leftover| matches!(leftover.kind, Kind::Merged | Kind::Split));
        let copied = self.elsewhere.iter().any(|text| text.contains(&gone.join(" ")));
        before && after && !merged && !copied && !anchors().any(is_of)
    }

    /// Takes all words of an utterance out, or the mark that it was not understood.
    fn take_out(&mut self, edit: u64, utterance: usize) {
        let start = self.raw.utterances[utterance].span.start;
        self.time = self.raw.recording.clock.hms(start);
        let Some(base) = self.bases.get(&edit) else { return };
        let printed = base.printed(utterance..utterance + 1);
        let count = printed.iter().filter(|printed| printed.word.is_some()).count();
        let was: Vec<&str> = printed.iter().map(|printed| printed.text.as_str()).collect();
        let was = was.join(" ");
        if !self.is_own(edit, utterance) {
            self.left(Kind::NotOwn, &was, "");
        } else if count > 0 {
            self.text(edit, utterance, 0, count, "");
        } else if self.is_unheard(edit, utterance) {
            self.unheard(edit, utterance, &was, "");
        } else {
            self.left(Kind::Deleted, &was, "");
        }
    }

    /// Paragraphs that came back at another place.
    fn moved(&mut self, blocks: &[Block]) {
        let mut seen = HashSet::new();
        let anchored: Vec<(usize, &Block)> = blocks
            .iter()
            .filter_map(|block| Some((block.anchor.as_ref()?.number, block)))
            .filter(|(number, _)| seen.insert(*number))
            .collect();
        let numbers: Vec<usize> = anchored.iter().map(|(number, _)| *number).collect();
        for place in out_of_order(&numbers) {
            self.come_to(anchored[place].1);
            self.left(Kind::Moved, "", &anchored[place].1.text);
        }
    }

    /// What stands beside the text: heads and feet of the pages, and what belongs to no paragraph.
    fn beside(&mut self, document: &Document) {
        self.time = self.raw.recording.clock.hms(0);
        let written = |line: &String| self.bases.values().any(|base| base.pages.contains(line));
        let changed: Vec<&String> =
            document.pages.iter().filter(|line| !written(line) && !is_page_number(line)).collect();
        for line in changed {
            self.left(Kind::Page, "", line);
        }
        for aside in &document.asides {
            self.left(aside.kind, &aside.author, &aside.text);
        }
    }

    /// Paragraphs that did not come back.
    fn missing(&mut self, blocks: &[Block]) {
        let Some(base) = self.bases.values().next_back() else { return };
        let clock = self.raw.recording.clock;
        let gone = |utterance: &usize| !self.covered.contains(utterance) && base.is_printed(*utterance);
        let missing: Vec<usize> = (0..self.raw.utterances.len()).filter(gone).collect();
        let turns = base.turns.clone();
        let (deleted, missing): (Vec<usize>, Vec<usize>) = missing.into_iter().partition(|utterance| {
            let turn = turns.iter().find(|turn| turn.utterances.contains(utterance));
            turn.is_some_and(|turn| self.is_deleted(turn, blocks))
        });
        let edit = self.bases.keys().next_back().copied().unwrap_or(0);
        for utterance in &deleted {
            self.take_out(edit, *utterance);
        }
        let Some(base) = self.bases.values().next_back() else { return };
        let mut left = Vec::new();
        for run in missing.chunk_by(|a, b| a + 1 == *b) {
            let words: Vec<String> = run
                .iter()
                .flat_map(|utterance| base.printed(*utterance..utterance + 1))
                .map(|printed| printed.text)
                .collect();
            let time = clock.hms(self.raw.utterances[run[0]].span.start);
            left.push(Leftover { kind: Kind::Deleted, time, was: words.join(" "), text: String::new() });
        }
        // A number that is missing where all speech came back was a label, an event or a field.
        let mut speeches: BTreeMap<usize, Range<usize>> = BTreeMap::new();
        for anchor in blocks.iter().filter_map(|block| block.anchor.as_ref()) {
            if let Holds::Speech { first, count } = anchor.holds {
                speeches.insert(anchor.number, first..first + count);
            }
        }
        let newest = self.numbers.iter().max().copied().unwrap_or(0);
        let numbers: Vec<usize> = (0..newest).filter(|number| !self.numbers.contains(number)).collect();
        for run in numbers.chunk_by(|a, b| a + 1 == *b) {
            let before = speeches.range(..run[0]).next_back().map_or(0, |(_, speech)| speech.end);
            let after = speeches.range(run[0]..).next().map_or(self.raw.utterances.len(), |(_, speech)| speech.start);
            if missing.iter().chain(&deleted).any(|utterance| (before..after).contains(utterance)) {
                continue;
            }
            let place = self.raw.utterances.get(after).map_or(self.raw.recording.length, |next| next.span.start);
            let lines = run.len().to_string();
            left.push(Leftover { kind: Kind::DeletedLine, time: clock.hms(place), was: lines, text: String::new() });
        }
        self.out.leftovers.extend(left);
    }
}

/// Whether a line that is no speech says what was written, hidden or not.
fn is_as_written(hash: &str, block: &Block) -> bool {
    [&block.text, &block.whole].iter().any(|text| hash == Anchor::hash_of(text))
}

/// What is left of a line that is no speech, and what of it was struck through.
fn changed(block: &Block) -> String {
    if words(&block.struck).next().is_none() {
        return block.text.clone();
    }
    format!("{} [-{}-]", block.text.trim(), block.struck.trim())
}

/// `Halaman 3 dari 27`, whatever the numbers.
fn is_page_number(line: &str) -> bool {
    let parts: Vec<&str> = words(line).collect();
    let number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    matches!(parts[..], ["Halaman", "dari"])
        || matches!(parts[..], ["Halaman", page, "dari", pages] if number(page) && number(pages))
}

fn base_speaker(bases: &BTreeMap<u64, Base<'_>>, edit: u64, utterance: usize) -> Speaker {
    let base = bases.get(&edit).and_then(|base| base.transcript.utterances.get(utterance));
    base.map(|utterance| utterance.corrected.speaker.clone()).unwrap_or_default()
}

/// The words of a paragraph, with each mark that was printed in it as one.
fn tokens(text: &str, printed: &[Printed]) -> Vec<String> {
    let mut marks: Vec<Vec<&str>> =
        printed.iter().filter(|printed| printed.word.is_none()).map(|mark| words(&mark.text).collect()).collect();
    marks.sort_unstable();
    marks.dedup();
    let texts: Vec<&str> = words(text).collect();
    let mut tokens = Vec::with_capacity(texts.len());
    let mut rest = &texts[..];
    while !rest.is_empty() {
        let count = marks.iter().find(|mark| rest.starts_with(mark)).map_or(1, Vec::len);
        tokens.push(rest[..count].join(" "));
        rest = &rest[count..];
    }
    tokens
}
