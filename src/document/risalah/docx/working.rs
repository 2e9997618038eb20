//! The working copy: the record with numbered turns, an invisible anchor at every paragraph, and
//! comments at its side.

use std::vec::IntoIter;

use super::comments::Comments;
use super::paragraph::{Paragraph, Piece};
use crate::document::risalah::{Anchor, Holds, Numbered, Risalah, Run, turns};
use crate::transcript::Transcript;

pub(super) struct Working<'a> {
    transcript: &'a Transcript,
    comments: Comments,
    /// The turns whose label was not written yet, with their numbers.
    turns: IntoIter<(usize, Numbered)>,
    /// How many paragraphs were written.
    count: usize,
}

impl<'a> Working<'a> {
    pub(super) fn new(risalah: &Risalah, transcript: &'a Transcript) -> Self {
        let turns: Vec<(usize, Numbered)> = (1..).zip(turns(risalah)).collect();
        Self { transcript, comments: Comments::new(risalah.created), turns: turns.into_iter(), count: 0 }
    }

    /// A paragraph that is no speech.
    pub(super) fn other(&mut self, paragraph: &Paragraph) -> String {
        let content: String = paragraph.pieces.iter().map(Piece::xml).collect();
        self.anchored(paragraph, Holds::Other { hash: Anchor::hash_of(&paragraph.text()) }, &content)
    }

    /// A paragraph with a picture.
    pub(super) fn picture(&mut self, paragraph: &Paragraph, picture: &str) -> String {
        self.anchored(paragraph, Holds::Other { hash: Anchor::hash_of("") }, picture)
    }

    /// The label of the next turn, with its number and time.
    pub(super) fn label(&mut self, mut paragraph: Paragraph) -> String {
        let Some((number, turn)) = self.turns.next() else { return self.other(&paragraph) };
        let (first, count) = (turn.utterances.start, turn.utterances.len());
        let time = self.transcript.recording.clock.hms(self.transcript.utterances[first].span.start);
        let mark = |text: String| Piece { text, style: Some("TandaRisalah"), ..Piece::default() };
        paragraph.pieces.insert(0, mark(format!("{number}. ")));
        paragraph.pieces.push(mark(format!(" [{time}]")));
        let content: String = paragraph.pieces.iter().map(Piece::xml).collect();
        self.anchored(&paragraph, Holds::Label { first, count, hash: Anchor::hash_of(&paragraph.text()) }, &content)
    }

    /// A paragraph of speech, which has a piece for each of its runs.
    pub(super) fn speech(&mut self, paragraph: &Paragraph, runs: &[Run]) -> String {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return self.other(paragraph) };
        let holds = Holds::Speech { first: first.utterance, count: last.utterance + 1 - first.utterance };
        let pieces: Vec<String> = paragraph.pieces.iter().map(Piece::xml).collect();
        let content = self.comments.around(runs, &pieces);
        self.anchored(paragraph, holds, &content)
    }

    fn anchored(&mut self, paragraph: &Paragraph, holds: Holds, content: &str) -> String {
        let anchor = Anchor {
            meeting: Anchor::meeting_of(self.transcript),
            edit: self.transcript.edition.last_edit,
            version: self.transcript.version.number,
            number: self.count,
            holds,
        };
        let [around, point] = anchor.names();
        let (a, b) = (2 * self.count + 1, 2 * self.count + 2);
        self.count += 1;
        paragraph.around(&format!(
            r#"<w:bookmarkStart w:id="{a}" w:name="{point}"/><w:bookmarkEnd w:id="{a}"/><w:bookmarkStart w:id="{b}" w:name="{around}"/>{content}<w:bookmarkEnd w:id="{b}"/>"#
        ))
    }

    /// What is in the part of the comments.
    pub(super) fn comments(self) -> String {
        self.comments.xml()
    }
}
