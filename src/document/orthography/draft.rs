//! What the rules have decided so far: which words are taken, what is changed, what is doubted.

use std::ops::Range;

use super::passage::Passage;
use super::{Change, Doubt, Matter, Rule, Written};

/// Below it the recogniser counts as unsure of a word.
pub(super) const UNSURE: f32 = 0.5;

pub(super) struct Draft<'a> {
    pub(super) passage: &'a Passage<'a>,
    /// For each word, whether a rule has decided about it.
    taken: Vec<bool>,
    written: Written,
}

impl<'a> Draft<'a> {
    pub(super) fn new(passage: &'a Passage<'a>) -> Self {
        Self { passage, taken: vec![false; passage.len()], written: Written::default() }
    }

    pub(super) fn is_free(&self, words: Range<usize>) -> bool {
        self.taken.get(words).is_some_and(|taken| !taken.contains(&true))
    }

    /// Nobody may change these words.
    pub(super) fn keep(&mut self, words: Range<usize>) {
        self.taken[words].fill(true);
    }

    /// Writes words otherwise, with a capital where they had one or a sentence begins. The
    /// punctuation around them stays. Words that a rule has decided about stay as they are.
    pub(super) fn change(&mut self, words: Range<usize>, after: &str, rule: Rule) {
        if words.is_empty() || !self.is_free(words.clone()) || !self.passage.is_unbroken(words.clone()) {
            return;
        }
        let bytes = self.core(&words);
        let before = &self.passage.text[bytes.clone()];
        let capital = before.starts_with(char::is_uppercase) || self.passage.opens_sentence(words.start);
        let after = if capital { capitalised(after) } else { after.to_owned() };
        self.keep(words.clone());
        if before != after {
            self.written.changes.push(Change { words, bytes, before: before.to_owned(), after, rule });
        }
    }

    /// Whether some of these words were written otherwise.
    pub(super) fn is_changed(&self, words: &Range<usize>) -> bool {
        self.written.changes.iter().any(|change| change.words.start < words.end && words.start < change.words.end)
    }

    /// Leaves these words as they are after all, with those that were written otherwise together
    /// with them.
    pub(super) fn revert(&mut self, words: &Range<usize>) {
        let covers = |change: &Change| change.words.start < words.end && words.start < change.words.end;
        self.written.changes.retain(|change| !covers(change));
    }

    /// Takes words out together with the space beside them. What follows begins the sentence where
    /// they did.
    pub(super) fn take_out(&mut self, words: Range<usize>, rule: Rule) {
        let tokens = &self.passage.tokens;
        if words.is_empty() || !self.is_free(words.clone()) || words.len() == tokens.len() {
            return;
        }
        let opens = self.passage.opens_sentence(words.start);
        let (covered, bytes, after) = match tokens.get(words.end) {
            Some(next) if opens => {
                if !self.is_free(words.end..words.end + 1) {
                    return;
                }
                let bytes = tokens[words.start].bytes.start..next.core.end;
                let lead = self.passage.lead(words.end);
                let after = format!("{lead}{}", capitalised(self.passage.core(words.end)));
                (words.start..words.end + 1, bytes, after)
            }
            Some(next) => (words.clone(), tokens[words.start].bytes.start..next.bytes.start, String::new()),
            None => {
                let bytes = tokens[words.start - 1].bytes.end..tokens[words.end - 1].bytes.end;
                (words.clone(), bytes, String::new())
            }
        };
        self.keep(covered.clone());
        let before = self.passage.text[bytes.clone()].to_owned();
        self.written.changes.push(Change { words: covered, bytes, before, after, rule });
    }

    /// Marks words for listening; nobody may change them. A proposal that is what stands there
    /// already is none.
    pub(super) fn doubt(&mut self, words: Range<usize>, matter: Matter, proposal: Option<String>) {
        if words.is_empty() || !self.is_free(words.clone()) {
            return;
        }
        let bytes = self.core(&words);
        let proposal = proposal.filter(|proposal| *proposal != self.passage.text[bytes.clone()]);
        self.keep(words.clone());
        self.written.doubts.push(Doubt { words, bytes, matter, proposal });
    }

    fn core(&self, words: &Range<usize>) -> Range<usize> {
        let tokens = &self.passage.tokens;
        tokens[words.start].core.start..tokens[words.end - 1].core.end
    }

    pub(super) fn finish(mut self) -> Written {
        self.written.changes.sort_by_key(|change| change.bytes.start);
        self.written.doubts.sort_by_key(|doubt| doubt.bytes.start);
        self.written
    }
}

/// With its first letter large.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
