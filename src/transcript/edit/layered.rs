//! One utterance under its layers.
//!
//! Every word there ever was stays in a list: a raw one for ever, an inserted one behind the place
//! where it was put. A word is seen while the layer that brought it counts and no layer that counts
//! takes it out. So taking a layer back only changes which words are seen, in any order, and is
//! exact.

use std::ops::Range;

use super::{Change, Corrected, Mark, Passage, Pokir, Refusal, Speaker, words};
use crate::common::clock::Span;
use crate::transcript::{Utterance, Word};

/// A word's name: the layer that brought it (0 for the recogniser), and its place among the words
/// of that layer.
type Name = (u64, usize);

#[derive(Clone, Debug)]
struct Token {
    name: Name,
    text: String,
    /// The recognised word, where the recogniser gave word times.
    raw: Option<Word>,
    /// Layers that take it out, whether they count or not.
    takers: Vec<u64>,
}

#[derive(Clone, Debug)]
struct Laid {
    id: u64,
    change: Change,
    counts: bool,
    /// For a change of text: what it replaced.
    stretch: Stretch,
}

/// A stretch of seen words, named so that it can be found again when other layers have been laid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    names: Vec<Name>,
    /// The words before and after it.
    beside: (Option<Name>, Option<Name>),
}

/// Recognised words that layers have replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    /// Which, from 0; empty where words were only put in before that place.
    pub(super) words: Range<usize>,
    /// What is seen in their place.
    pub(super) after: String,
    /// The layers that took part.
    pub(super) layers: Vec<u64>,
}

/// An utterance with its layers, in the order in which they were laid.
#[derive(Clone, Debug)]
pub struct Layered {
    tokens: Vec<Token>,
    laid: Vec<Laid>,
}

impl Layered {
    /// The utterance as it was recognised.
    #[must_use]
    pub fn new(raw: &Utterance) -> Self {
        let texts: Vec<&str> = words(&raw.text).collect();
        let timed = raw.words.iter().map(|word| word.text.as_str()).eq(texts.iter().copied());
        let token = |(place, text): (usize, &&str)| Token {
            name: (0, place),
            text: (*text).to_owned(),
            raw: timed.then(|| raw.words[place].clone()),
            takers: Vec::new(),
        };
        Self { tokens: texts.iter().enumerate().map(token).collect(), laid: Vec::new() }
    }

    /// Lays one more layer, whose number is above those of all others.
    ///
    /// # Errors
    /// When it does not fit; then nothing has changed.
    pub fn lay(&mut self, id: u64, change: &Change) -> Result<(), Refusal> {
        let mut stretch = Stretch::default();
        match change {
            Change::Text { at, before, after } => stretch = self.replace(id, *at, before, after)?,
            Change::Speaker { before, after } => {
                if before == after {
                    return Err(Refusal::Unchanged);
                }
                if *before != self.speaker() {
                    return Err(Refusal::Moved);
                }
            }
            Change::Passage { at, words, speaker } => stretch = self.passage(*at, words, speaker)?,
            Change::Mark { mark } => {
                if self.marks().contains(mark) {
                    return Err(Refusal::Unchanged);
                }
            }
            Change::Pokir { pokir } => {
                if *pokir == self.pokir() {
                    return Err(Refusal::Unchanged);
                }
            }
            Change::Undo { edit } => self.count(*edit, false)?,
        }
        self.laid.push(Laid { id, change: change.clone(), counts: true, stretch });
        Ok(())
    }

    /// The words that are said to be another person's.
    fn passage(&self, at: usize, said: &str, speaker: &Speaker) -> Result<Stretch, Refusal> {
        let seen = self.seen();
        let wanted: Vec<&str> = words(said).collect();
        let end = at.saturating_add(wanted.len());
        let stands = !wanted.is_empty()
            && end <= seen.len()
            && seen[at..end].iter().map(|place| self.tokens[*place].text.as_str()).eq(wanted.iter().copied());
        if !stands {
            return Err(Refusal::NotThere { expected: said.to_owned() });
        }
        let speakers = self.speakers();
        if seen[at..end].iter().all(|place| speakers[*place] == *speaker) {
            return Err(Refusal::Unchanged);
        }
        Ok(self.stretch(at, wanted.len()).unwrap_or_default())
    }

    /// Who says each word, seen or not.
    fn speakers(&self) -> Vec<Speaker> {
        let mut speakers = vec![self.speaker(); self.tokens.len()];
        for laid in self.laid.iter().filter(|laid| laid.counts) {
            let Change::Passage { speaker, .. } = &laid.change else { continue };
            let place = |name: Option<&Name>| self.tokens.iter().position(|token| Some(&token.name) == name);
            let (Some(first), Some(last)) = (place(laid.stretch.names.first()), place(laid.stretch.names.last()))
            else {
                continue;
            };
            // What was put in place of its last word stands behind it, and what was put in place of
            // that.
            let mut makers: Vec<u64> = self.taker(&self.tokens[last]).into_iter().collect();
            let mut end = last;
            for place in (last + 1..self.tokens.len()).take_while(|place| self.tokens[*place].name.0 != 0) {
                if makers.contains(&self.tokens[place].name.0) {
                    end = place;
                    makers.extend(self.taker(&self.tokens[place]));
                }
            }
            speakers[first..=end].fill(speaker.clone());
        }
        speakers
    }

    /// The seen words that another person says than the rest.
    fn passages(&self) -> Vec<Passage> {
        let (whole, speakers) = (self.speaker(), self.speakers());
        let mut passages: Vec<Passage> = Vec::new();
        for (place, token) in self.seen().into_iter().enumerate() {
            let speaker = &speakers[token];
            match passages.last_mut() {
                _ if *speaker == whole => {}
                Some(last) if last.words.end == place && last.speaker == *speaker => last.words.end = place + 1,
                _ => passages.push(Passage { words: place..place + 1, speaker: speaker.clone() }),
            }
        }
        passages
    }

    fn replace(&mut self, id: u64, at: usize, before: &str, after: &str) -> Result<Stretch, Refusal> {
        let (old, new): (Vec<&str>, Vec<&str>) = (words(before).collect(), words(after).collect());
        let seen = self.seen();
        let end = at.saturating_add(old.len());
        let stands = end <= seen.len()
            && seen[at..end].iter().map(|place| self.tokens[*place].text.as_str()).eq(old.iter().copied());
        if !stands {
            return Err(Refusal::NotThere { expected: before.to_owned() });
        }
        if old == new {
            return Err(Refusal::Unchanged);
        }
        let stretch = self.stretch(at, old.len()).unwrap_or_default();
        for place in &seen[at..end] {
            self.tokens[*place].takers.push(id);
        }
        let behind = end.checked_sub(1).map_or(0, |last| seen[last] + 1);
        let inserted = new.iter().enumerate().map(|(place, text)| Token {
            name: (id, place),
            text: (*text).to_owned(),
            raw: None,
            takers: Vec::new(),
        });
        self.tokens.splice(behind..behind, inserted);
        Ok(stretch)
    }

    /// Lets a layer count or not.
    fn count(&mut self, id: u64, counts: bool) -> Result<(), Refusal> {
        let laid = self.laid.iter().find(|laid| laid.id == id).ok_or(Refusal::NoEdit(id))?;
        if laid.counts == counts {
            return Err(Refusal::Undone(id));
        }
        let obstacle = match &laid.change {
            Change::Undo { edit } => {
                self.count(*edit, !counts)?;
                None
            }
            Change::Text { .. } if counts => {
                self.tokens.iter().filter(|token| token.takers.contains(&id)).find_map(|token| {
                    let brought = Some(token.name.0).filter(|layer| *layer != 0 && !self.counts(*layer));
                    brought.or_else(|| self.taker(token))
                })
            }
            Change::Text { .. } => {
                self.tokens.iter().filter(|token| token.name.0 == id).find_map(|token| self.taker(token))
            }
            Change::Speaker { .. } => self.later(id, |change| matches!(change, Change::Speaker { .. })),
            Change::Passage { .. } | Change::Pokir { .. } => None,
            // A mark counts once.
            Change::Mark { .. } if counts => {
                let same = |other: &&Laid| other.counts && other.id != id && other.change == laid.change;
                self.laid.iter().find(same).map(|other| other.id)
            }
            Change::Mark { .. } => None,
        };
        if let Some(on) = obstacle {
            return Err(Refusal::Depends { edit: id, on });
        }
        if let Some(laid) = self.laid.iter_mut().find(|laid| laid.id == id) {
            laid.counts = counts;
        }
        Ok(())
    }

    /// Lets these layers no longer count, ascending as they are given; those on which others stand
    /// go on counting.
    pub(super) fn forget(&mut self, layers: impl DoubleEndedIterator<Item = u64>) {
        for layer in layers.rev() {
            // Refused, nothing has changed.
            let _ = self.count(layer, false);
        }
    }

    /// The seen words that a layer brought, none where it only took words out; `None` where it no
    /// longer counts or another layer has changed what it brought.
    pub(super) fn brought(&self, id: u64) -> Option<Range<usize>> {
        let taken = self.tokens.iter().position(|token| token.takers.contains(&id)).filter(|_| self.counts(id))?;
        let seen = self.seen();
        let start = seen.partition_point(|place| *place < taken);
        let is_own = |token: &&Token| token.name.0 == id;
        let own = self.tokens.iter().filter(is_own).count();
        let standing = seen[start..].iter().map(|place| &self.tokens[*place]).take_while(is_own).count();
        (own == standing).then_some(start..start + own)
    }

    /// The layer that counts and takes this word out.
    fn taker(&self, token: &Token) -> Option<u64> {
        token.takers.iter().copied().find(|layer| self.counts(*layer))
    }

    fn later(&self, id: u64, same: impl Fn(&Change) -> bool) -> Option<u64> {
        self.laid.iter().find(|laid| laid.counts && laid.id > id && same(&laid.change)).map(|laid| laid.id)
    }

    /// Whether this layer counts.
    #[must_use]
    pub fn counts(&self, id: u64) -> bool {
        self.laid.binary_search_by_key(&id, |laid| laid.id).is_ok_and(|place| self.laid[place].counts)
    }

    /// Places of the words that are seen.
    fn seen(&self) -> Vec<usize> {
        let is_seen = |token: &Token| (token.name.0 == 0 || self.counts(token.name.0)) && self.taker(token).is_none();
        (0..self.tokens.len()).filter(|place| is_seen(&self.tokens[*place])).collect()
    }

    /// The words that are seen.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        self.seen().into_iter().map(|place| self.tokens[place].text.as_str()).collect()
    }

    /// Who speaks.
    #[must_use]
    pub fn speaker(&self) -> Speaker {
        let said = self.laid.iter().rev().filter(|laid| laid.counts).find_map(|laid| match &laid.change {
            Change::Speaker { after, .. } => Some(after.clone()),
            _ => None,
        });
        said.unwrap_or_default()
    }

    /// The *pokok pikiran* that it raises.
    #[must_use]
    pub fn pokir(&self) -> Option<Pokir> {
        let said = self.laid.iter().rev().filter(|laid| laid.counts).find_map(|laid| match &laid.change {
            Change::Pokir { pokir } => Some(pokir.clone()),
            _ => None,
        });
        said.flatten()
    }

    /// What was noted, ascending.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        let marks = self.laid.iter().filter(|laid| laid.counts).filter_map(|laid| match laid.change {
            Change::Mark { mark } => Some(mark),
            _ => None,
        });
        let mut marks: Vec<Mark> = marks.collect();
        marks.sort_unstable();
        marks
    }

    /// `count` seen words from the place `at`; with 0, the gap before that place. `None` when there
    /// are not as many.
    #[must_use]
    pub fn stretch(&self, at: usize, count: usize) -> Option<Stretch> {
        let seen = self.seen();
        let end = at.checked_add(count).filter(|end| *end <= seen.len())?;
        let name = |place: &usize| self.tokens[*place].name;
        let before = at.checked_sub(1).map(|last| name(&seen[last]));
        Some(Stretch { names: seen[at..end].iter().map(name).collect(), beside: (before, seen.get(end).map(name)) })
    }

    /// Where a stretch of an earlier state stands now: the place of its first word. `None` when
    /// other layers have changed it, so that nobody can say where it is.
    #[must_use]
    pub fn find(&self, stretch: &Stretch) -> Option<usize> {
        let names: Vec<Name> = self.seen().into_iter().map(|place| self.tokens[place].name).collect();
        let place = |name: &Name| names.iter().position(|other| other == name);
        if let Some(first) = stretch.names.first() {
            let at = place(first)?;
            return names[at..].starts_with(&stretch.names).then_some(at);
        }
        match &stretch.beside {
            (Some(before), after) => place(before).map(|at| at + 1).or_else(|| place(after.as_ref()?)),
            (None, Some(after)) => place(after),
            (None, None) => names.is_empty().then_some(0),
        }
    }

    /// What the layers that count made of the recognised words, in their order. Changes of words
    /// side by side are one only where one layer stands on the other.
    pub(super) fn hunks(&self) -> Vec<Hunk> {
        let mut hunks: Vec<Hunk> = Vec::new();
        let mut is_open = false;
        let mut place = 0;
        for token in &self.tokens {
            let (is_raw, own) = (token.name.0 == 0, token.name.0);
            if !is_raw && !self.counts(own) {
                continue;
            }
            let taker = self.taker(token);
            let layers: Vec<u64> = [Some(own).filter(|_| !is_raw), taker].into_iter().flatten().collect();
            let goes_on = is_open && hunks.last().is_some_and(|hunk| self.are_joined(&hunk.layers, &layers));
            if layers.is_empty() {
                is_open = false;
            } else if !goes_on {
                hunks.push(Hunk { words: place..place, after: String::new(), layers: Vec::new() });
                is_open = true;
            }
            if let Some(hunk) = hunks.last_mut().filter(|_| is_open) {
                hunk.layers.extend(layers.iter().filter(|layer| !hunk.layers.contains(layer)).collect::<Vec<_>>());
                if is_raw {
                    hunk.words.end = place + 1;
                } else if taker.is_none() {
                    let space = if hunk.after.is_empty() { "" } else { " " };
                    hunk.after = format!("{}{space}{}", hunk.after, token.text);
                }
            }
            place += usize::from(is_raw);
        }
        hunks
    }

    /// Whether one of these layers is among the others, or took out words that one of the others
    /// brought.
    fn are_joined(&self, some: &[u64], others: &[u64]) -> bool {
        let shared = |token: &Token| {
            let taker = self.taker(token);
            let is = |layers: &[u64], layer: u64| layers.contains(&layer);
            taker.is_some_and(|taker| {
                is(some, taker) && is(others, token.name.0) || is(others, taker) && is(some, token.name.0)
            })
        };
        some.iter().any(|layer| others.contains(layer)) || self.tokens.iter().any(shared)
    }

    /// Where recognised words stand now, and what is seen in their place. `None` where a layer has
    /// made one of them and of words outside.
    pub(super) fn standing(&self, recognised: Range<usize>) -> Option<(usize, Vec<String>)> {
        let raw: Vec<usize> = (0..self.tokens.len()).filter(|place| self.tokens[*place].name.0 == 0).collect();
        let list = |place: usize| raw.get(place).copied().unwrap_or(self.tokens.len());
        let (begin, end) = (list(recognised.start), list(recognised.end));
        let inside = begin..end;
        let is_split = self.laid.iter().filter(|laid| laid.counts).any(|laid| {
            let takes = |place: &usize| self.tokens[*place].takers.contains(&laid.id);
            (begin..end).any(|place| takes(&place))
                && (0..self.tokens.len()).any(|place| !inside.contains(&place) && takes(&place))
        });
        let seen = self.seen();
        let at = seen.partition_point(|place| *place < begin);
        let standing = seen[at..].iter().take_while(|place| **place < end);
        (!is_split).then(|| (at, standing.map(|place| self.tokens[*place].text.clone()).collect()))
    }

    /// The layer that replaced this stretch of an earlier state by these words, whether it still
    /// counts or not.
    #[must_use]
    pub fn replaced(&self, stretch: &Stretch, after: &str) -> Option<u64> {
        let same_place = |laid: &Stretch| {
            let beside = |one: Option<Name>, other: Option<Name>| one == other && one.is_some();
            laid.names == stretch.names
                && (!laid.names.is_empty()
                    || laid.beside == stretch.beside
                    || beside(laid.beside.0, stretch.beside.0)
                    || beside(laid.beside.1, stretch.beside.1))
        };
        let same = |laid: &&Laid| {
            matches!(&laid.change, Change::Text { after: said, .. } if words(said).eq(words(after)))
                && same_place(&laid.stretch)
        };
        self.laid.iter().find(same).map(|laid| laid.id)
    }

    /// The utterance as it stands under its layers. An omitted one has no words.
    #[must_use]
    pub fn utterance(&self, raw: &Utterance) -> Utterance {
        let says = |laid: &&Laid| laid.counts && !matches!(laid.change, Change::Undo { .. });
        let edits: Vec<u64> = self.laid.iter().filter(says).map(|laid| laid.id).collect();
        let seen: Vec<&Token> = self.seen().into_iter().map(|place| &self.tokens[place]).collect();
        let recognised = self.tokens.iter().filter(|token| token.name.0 == 0).count();
        let emptied = seen.is_empty() && recognised > 0;
        let corrected = Corrected {
            speaker: self.speaker(),
            passages: self.passages(),
            marks: self.marks(),
            pokir: self.pokir(),
            edits,
            emptied,
            written: Vec::new(),
            said: None,
        };
        let mut utterance = Utterance { corrected, ..raw.clone() };
        let is_raw = seen.len() == recognised && seen.iter().all(|token| token.name.0 == 0);
        if utterance.corrected.has(Mark::Omitted) {
            utterance.text = String::new();
            utterance.words = Vec::new();
            utterance.corrected.passages = Vec::new();
        } else if !is_raw {
            let texts: Vec<&str> = seen.iter().map(|token| token.text.as_str()).collect();
            utterance.text = texts.join(" ");
            let timed = self.tokens.iter().all(|token| token.name.0 != 0 || token.raw.is_some());
            utterance.words = if timed { timed_words(&seen, raw.span) } else { Vec::new() };
        }
        utterance
    }
}

/// The words with times: those put in share the time between the recognised ones around them
/// evenly.
fn timed_words(seen: &[&Token], span: Span) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::with_capacity(seen.len());
    let mut rest = seen;
    while let Some(token) = rest.first() {
        if let Some(word) = &token.raw {
            words.push(word.clone());
            rest = &rest[1..];
            continue;
        }
        let count = rest.iter().position(|token| token.raw.is_some()).unwrap_or(rest.len());
        let start = words.last().map_or(span.start, |word| word.span.end);
        let end =
            rest.get(count).and_then(|token| token.raw.as_ref()).map_or(span.end, |word| word.span.start).max(start);
        let edge = |place: usize| start + (end - start) * place as u64 / count as u64;
        words.extend(rest[..count].iter().enumerate().map(|(place, token)| Word {
            text: token.text.clone(),
            span: Span::new(edge(place), edge(place + 1)),
            probability: 1.0,
        }));
        rest = &rest[count..];
    }
    words
}
