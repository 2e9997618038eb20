//! The body of a record by the items of the agenda.

use super::{Entry, Risalah, Turn};

/// What is said and happens under one item; before the first one, under none.
pub(super) struct Section<'a> {
    /// The heading of the item.
    pub(super) heading: Option<&'a str>,
    /// Turns and events.
    pub(super) entries: Vec<&'a Entry>,
}

/// The sections in their order. The one before the first item is left out where it is empty.
pub(super) fn sections(risalah: &Risalah) -> Vec<Section<'_>> {
    let mut sections = vec![Section { heading: None, entries: Vec::new() }];
    for entry in &risalah.body {
        match entry {
            Entry::Item { text } => sections.push(Section { heading: Some(text), entries: Vec::new() }),
            other => sections.last_mut().into_iter().for_each(|section| section.entries.push(other)),
        }
    }
    if sections.len() > 1 && sections[0].entries.is_empty() {
        sections.remove(0);
    }
    sections
}

/// The turns alone.
pub(super) fn turns(risalah: &Risalah) -> impl Iterator<Item = &Turn> {
    risalah.body.iter().filter_map(|entry| if let Entry::Turn(turn) = entry { Some(turn) } else { None })
}
