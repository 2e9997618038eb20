//! Corrections of one version, taken over to another that was recognised anew.
//!
//! A correction is taken over where the words agree: those that it replaced stand in the new
//! version too, beside a neighbour that agrees; or the new version already says what it made of
//! them. Everything else is left for a person: nothing is guessed, and the layers of the old
//! version stay where they are.

use std::collections::{HashMap, HashSet};

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::layered::Hunk;
use super::{Change, Edit, Layer, Layered, Mark, Place, Source, Speaker, words};
use crate::common::clock::Span;
use crate::transcript::{Transcript, Utterance};

/// What became of a correction in the new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The layer of this place in [`Carried::layers`].
    Layer(usize),
    /// The new version says it already.
    Already,
    /// The words do not agree: a person must listen.
    Open,
}

/// Corrections for the new version, and what became of each old one.
#[derive(Debug, Default)]
pub struct Carried {
    /// To be laid, in this order.
    pub layers: Vec<Layer>,
    /// By the old layers' numbers.
    pub outcomes: Vec<(u64, Outcome)>,
}

/// Takes over the layers of people in `wanted` from `old` to `new`, both as they were recognised,
/// each with its own layers.
#[must_use]
#[expect(clippy::implicit_hasher, reason = "callers build it with the default one")]
pub fn carry(
    (old, old_edits): (&Transcript, &[Edit]),
    (new, new_edits): (&Transcript, &[Edit]),
    wanted: &HashSet<u64>,
) -> Carried {
    let mut carrier = Carrier { new, layered: HashMap::new(), new_edits, next: 0, carried: Carried::default() };
    carrier.next = new_edits.iter().chain(old_edits).map(|edit| edit.id).max().unwrap_or(0) + 1;
    let version = old.version.number;
    for utterance in &old.utterances {
        let place = Place::of(version, utterance);
        let own: Vec<&Edit> = old_edits.iter().filter(|edit| edit.layer.place == place).collect();
        if own.iter().any(|edit| wanted.contains(&edit.id)) {
            carrier.utterance(utterance, &own, wanted);
        }
    }
    carrier.carried
}

struct Carrier<'a> {
    new: &'a Transcript,
    new_edits: &'a [Edit],
    /// The new utterances that were looked at, under their layers and those that will be laid.
    layered: HashMap<usize, Layered>,
    /// The number of the next layer, as far as it matters here.
    next: u64,
    carried: Carried,
}

impl Carrier<'_> {
    fn utterance(&mut self, old: &Utterance, own: &[&Edit], wanted: &HashSet<u64>) {
        let mut layered = Layered::new(old);
        if !own.iter().all(|edit| layered.lay(edit.id, &edit.layer.change).is_ok()) {
            return self.all_open(own, wanted);
        }
        let counting = |edit: &&&Edit| wanted.contains(&edit.id) && layered.counts(edit.id);
        let counting: Vec<&Edit> = own.iter().filter(counting).copied().collect();
        let target = self.target(old);
        for hunk in
            layered.hunks().into_iter().filter(|hunk| counting.iter().any(|edit| hunk.layers.contains(&edit.id)))
        {
            let makers: Vec<&Edit> = counting.iter().filter(|edit| hunk.layers.contains(&edit.id)).copied().collect();
            let outcome = target.map_or(Outcome::Open, |index| self.words(old, &hunk, index, &makers));
            self.carried.outcomes.extend(makers.iter().map(|edit| (edit.id, outcome)));
        }
        for edit in &counting {
            let outcome = match &edit.layer.change {
                Change::Speaker { after, .. } if layered.speaker() == *after => self.speaker(old, after, edit),
                // Another person's word came after it.
                Change::Speaker { .. } => Outcome::Already,
                Change::Mark { mark: Mark::Omitted } => self.omitted(old, edit),
                Change::Mark { mark: Mark::Heard } => {
                    target.map_or(Outcome::Open, |index| self.heard(&layered, index, edit))
                }
                Change::Mark { mark: Mark::Joined } => {
                    target.map_or(Outcome::Open, |index| self.joined(old, index, edit))
                }
                Change::Pokir { pokir } if layered.pokir() == *pokir => {
                    target.map_or(Outcome::Open, |index| self.pokir(index, edit))
                }
                // Another one came after it.
                Change::Pokir { .. } => Outcome::Already,
                Change::Undo { edit: undone } => match own.iter().find(|other| other.id == *undone) {
                    Some(rule) if matches!(rule.layer.source, Source::Machine { .. }) => {
                        self.undone(target, rule, edit)
                    }
                    // What it took back does not count, and so was not taken over.
                    _ => Outcome::Already,
                },
                // Which words of another version are the same person's, a person says.
                Change::Passage { .. } => Outcome::Open,
                Change::Text { .. } => continue,
            };
            self.carried.outcomes.push((edit.id, outcome));
        }
        // A change of words that later ones replaced altogether is in what they made.
        let told: HashSet<u64> = self.carried.outcomes.iter().map(|(id, _)| *id).collect();
        let silent = counting.iter().filter(|edit| !told.contains(&edit.id)).map(|edit| (edit.id, Outcome::Already));
        self.carried.outcomes.extend(silent);
    }

    fn all_open(&mut self, own: &[&Edit], wanted: &HashSet<u64>) {
        let open = own.iter().filter(|edit| wanted.contains(&edit.id)).map(|edit| (edit.id, Outcome::Open));
        self.carried.outcomes.extend(open);
    }

    /// The new utterance at the place of an old one: the same, else the one that shares most of its
    /// time.
    fn target(&self, old: &Utterance) -> Option<usize> {
        let shared = |utterance: &Utterance| overlap(utterance.span, old.span);
        let same_channel = self.new.utterances.iter().enumerate().filter(|(_, new)| new.channel == old.channel);
        same_channel.filter(|(_, new)| shared(new) > 0).max_by_key(|(_, new)| shared(new)).map(|(index, _)| index)
    }

    fn layered(&mut self, index: usize) -> &mut Layered {
        let (utterance, version) = (&self.new.utterances[index], self.new.version.number);
        let place = Place::of(version, utterance);
        let new_edits = self.new_edits;
        self.layered.entry(index).or_insert_with(|| {
            let mut layered = Layered::new(utterance);
            for edit in new_edits.iter().filter(|edit| edit.layer.place == place) {
                // The store has laid them before.
                let _ = layered.lay(edit.id, &edit.layer.change);
            }
            layered
        })
    }

    /// Lays a change on the new utterance as the old layer's author did.
    fn lay(&mut self, index: usize, change: Change, as_by: &Edit) -> Outcome {
        let id = self.next;
        if self.layered(index).lay(id, &change).is_err() {
            return Outcome::Open;
        }
        self.next += 1;
        let place = Place::of(self.new.version.number, &self.new.utterances[index]);
        self.carried.layers.push(Layer { place, change, ..as_by.layer.clone() });
        Outcome::Layer(self.carried.layers.len() - 1)
    }

    fn words(&mut self, old: &Utterance, hunk: &Hunk, index: usize, makers: &[&Edit]) -> Outcome {
        let Some(last) = makers.last() else { return Outcome::Open };
        let (was, is) = (plain(&old.text), plain(&self.new.utterances[index].text));
        let agree = agreeing(&was, &is);
        let range = hunk.words.clone();
        let left = if range.start == 0 { Some(0) } else { agree[range.start - 1].map(|place| place + 1) };
        let right = if range.end == was.len() { Some(is.len()) } else { agree[range.end] };
        let first = agree.get(range.start).copied().flatten();
        let is_whole = !range.is_empty()
            && range.clone().enumerate().all(|(step, place)| agree[place] == first.map(|first| first + step));
        let beside = first.is_some_and(|first| left == Some(first) || right == Some(first + range.len()));
        let after: Vec<&str> = words(&hunk.after).collect();
        let stretch = match (left, right) {
            _ if is_whole && beside => first.map(|first| first..first + range.len()),
            (Some(left), Some(right)) if range.is_empty() && left == right => Some(left..right),
            (Some(left), Some(right)) if left < right => {
                let says = is[left..right].iter().eq(plain(&hunk.after).iter());
                says.then_some(left..right)
            }
            _ => None,
        };
        let Some((at, standing)) = stretch.and_then(|stretch| self.layered(index).standing(stretch)) else {
            return Outcome::Open;
        };
        let old_words: Vec<&str> = words(&old.text).collect();
        let after = with_end(&after, old_words[range].last().copied(), standing.last().map(String::as_str));
        if standing.iter().eq(after.iter()) {
            return Outcome::Already;
        }
        self.lay(index, Change::Text { at, before: standing.join(" "), after: after.join(" ") }, last)
    }

    fn speaker(&mut self, old: &Utterance, after: &Speaker, edit: &Edit) -> Outcome {
        let Some(index) = self.target(old) else { return Outcome::Open };
        let span = self.new.utterances[index].span;
        // Most of both: else somebody else may speak in the rest.
        let shared = 5 * overlap(span, old.span);
        if shared < 4 * span.len() || shared < 4 * old.span.len() {
            return Outcome::Open;
        }
        let before = self.layered(index).speaker();
        if before == *after {
            return Outcome::Already;
        }
        self.lay(index, Change::Speaker { before, after: after.clone() }, edit)
    }

    /// What the meeting has decided to leave out stays out, also where the turns are cut otherwise.
    fn omitted(&mut self, old: &Utterance, edit: &Edit) -> Outcome {
        let is_in = |utterance: &Utterance| utterance.channel == old.channel && overlap(utterance.span, old.span) > 0;
        let places: Vec<usize> =
            (0..self.new.utterances.len()).filter(|place| is_in(&self.new.utterances[*place])).collect();
        let is_same = matches!(places[..], [place] if self.new.utterances[place].span == old.span);
        let mut outcome = Outcome::Open;
        for place in places {
            outcome = if self.layered(place).marks().contains(&Mark::Omitted) {
                Outcome::Already
            } else {
                self.lay(place, Change::Mark { mark: Mark::Omitted }, edit)
            };
        }
        if is_same { outcome } else { Outcome::Open }
    }

    /// That somebody has listened holds for the words that were there.
    fn heard(&mut self, old: &Layered, index: usize, edit: &Edit) -> Outcome {
        let new = self.layered(index);
        if new.marks().contains(&Mark::Heard) {
            return Outcome::Already;
        }
        let text = |layered: &Layered| plain(&layered.words().join(" "));
        if text(old) != text(new) {
            return Outcome::Open;
        }
        self.lay(index, Change::Mark { mark: Mark::Heard }, edit)
    }

    /// Where the turns are cut at the same place again, they are joined there again.
    fn joined(&mut self, old: &Utterance, index: usize, edit: &Edit) -> Outcome {
        if self.layered(index).marks().contains(&Mark::Joined) {
            return Outcome::Already;
        }
        if self.new.utterances[index].span.start != old.span.start {
            return Outcome::Open;
        }
        self.lay(index, Change::Mark { mark: Mark::Joined }, edit)
    }

    /// What somebody raised was raised at that time, in whatever words.
    fn pokir(&mut self, index: usize, edit: &Edit) -> Outcome {
        let Change::Pokir { pokir } = &edit.layer.change else { return Outcome::Open };
        if self.layered(index).pokir() == *pokir {
            return Outcome::Already;
        }
        self.lay(index, edit.layer.change.clone(), edit)
    }

    /// A rule that somebody took back is taken back where it wrote the same again.
    fn undone(&mut self, target: Option<usize>, rule: &Edit, edit: &Edit) -> Outcome {
        let Some(index) = target else { return Outcome::Already };
        let place = Place::of(self.new.version.number, &self.new.utterances[index]);
        let texts = |change: &Change| match change {
            Change::Text { before, after, .. } => Some((before.clone(), after.clone())),
            _ => None,
        };
        let is_same = |other: &&Edit| {
            other.layer.place == place
                && matches!(other.layer.source, Source::Machine { .. })
                && texts(&other.layer.change).is_some_and(|found| Some(found) == texts(&rule.layer.change))
        };
        let same: Vec<u64> = self.new_edits.iter().filter(is_same).map(|edit| edit.id).collect();
        match same.into_iter().find(|id| self.layered(index).counts(*id)) {
            Some(id) => self.lay(index, Change::Undo { edit: id }, edit),
            None => Outcome::Already,
        }
    }
}

fn overlap(one: Span, other: Span) -> u64 {
    one.end.min(other.end).saturating_sub(one.start.max(other.start))
}

/// The words without case and punctuation, in which recognisers differ where they hear the same.
fn plain(text: &str) -> Vec<String> {
    let letters = |word: &str| {
        let kept: String = word.chars().filter(|letter| letter.is_alphanumeric()).collect();
        if kept.is_empty() { word.to_owned() } else { kept.to_lowercase() }
    };
    words(text).map(letters).collect()
}

/// For each old word the new one that is the same.
fn agreeing(old: &[String], new: &[String]) -> Vec<Option<usize>> {
    let mut agree = vec![None; old.len()];
    for operation in capture_diff_slices(Algorithm::Myers, old, new) {
        if let (DiffTag::Equal, from, to) = operation.as_tag_tuple() {
            from.zip(to).for_each(|(from, to)| agree[from] = Some(to));
        }
    }
    agree
}

/// The punctuation at the end of a word.
fn end_of(word: &str) -> &str {
    &word[word.trim_end_matches(|letter: char| !letter.is_alphanumeric()).len()..]
}

/// A correction's words; where it left the punctuation behind the last one alone, with that of the
/// new version.
fn with_end(after: &[&str], was: Option<&str>, is: Option<&str>) -> Vec<String> {
    let mut after: Vec<String> = after.iter().map(|word| (*word).to_owned()).collect();
    if let (Some(last), Some(was), Some(is)) = (after.last_mut(), was, is)
        && end_of(last) == end_of(was)
    {
        last.truncate(last.len() - end_of(was).len());
        last.push_str(end_of(is));
    }
    after
}

#[cfg(test)]
mod tests;
