//! Acronyms and names of institutions, as the lexicon writes them.

use std::collections::HashMap;

use super::draft::Draft;
use super::{Lexicon, Rule};

/// Forms in which a term may be recognised, by their first word; the longest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    forms: HashMap<String, Vec<Form>>,
}

#[derive(Clone, Debug)]
struct Form {
    /// In small letters.
    words: Vec<String>,
    written: String,
}

impl Terms {
    pub(super) fn new<'a>(lexicon: &Lexicon, proper: impl IntoIterator<Item = &'a str>) -> Self {
        let mut terms = Self::default();
        for (written, heard) in lexicon.acronyms() {
            terms.add(written, written);
            for form in heard {
                terms.add(form, written);
            }
            if written.chars().all(|c| c.is_ascii_uppercase()) && written.len() > 1 {
                let letters: Vec<String> = written.chars().map(String::from).collect();
                terms.add(&letters.join(" "), written);
                terms.add(&letters.join("."), written);
            }
        }
        lexicon.names().for_each(|name| terms.add(name, name));
        proper.into_iter().for_each(|name| terms.add(name, name));
        for forms in terms.forms.values_mut() {
            forms.sort_by_key(|form| std::cmp::Reverse(form.words.len()));
        }
        terms
    }

    /// A term in small letters is a common word: it is listed for its spelling and changes nothing.
    fn add(&mut self, heard: &str, written: &str) {
        let words: Vec<String> = heard.to_lowercase().split_whitespace().map(str::to_owned).collect();
        if let Some(first) = words.first().cloned()
            && written.contains(char::is_uppercase)
        {
            self.forms.entry(first).or_default().push(Form { words, written: written.to_owned() });
        }
    }
}

pub(super) fn write(draft: &mut Draft, terms: &Terms) {
    let passage = draft.passage;
    let mut place = 0;
    while place < passage.len() {
        let forms = terms.forms.get(passage.lower(place));
        let found = forms.and_then(|forms| forms.iter().find(|form| passage.reads(place, &form.words)));
        place += match found {
            Some(form) => {
                draft.change(place..place + form.words.len(), &form.written, Rule::Term);
                form.words.len()
            }
            None => 1,
        };
    }
}
