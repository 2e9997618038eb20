//! The working copy: the record with numbered turns, an invisible anchor at every paragraph, and comments at its side.

use std::fmt::Write;

use roxmltree::{Document, Node};

use super::comments::Comments;
use crate::risalah::{Anchor, Entry, Error, Holds, Numbered, Paragraph, Risalah, Run, turns};
use crate::transcript::Transcript;

/// A paragraph of speech or a label.
struct Place<'a> {
    first: usize,
    count: usize,
    /// For a label: what stands before and after it.
    numbered: Option<(String, String)>,
    /// For speech: what it consists of.
    runs: &'a [Run],
}

/// The document's XML with anchors and numbers, and the comments that it refers to.
pub(super) fn anchored(
    document: &[u8],
    risalah: &Risalah,
    transcript: &Transcript,
) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let text = String::from_utf8_lossy(document);
    let parsed = Document::parse(&text).map_err(|error| Error::Docx(error.to_string()))?;
    let places = places(risalah, transcript);
    let (mut labels, mut speeches) = (
        places.iter().filter(|place| place.numbered.is_some()),
        places.iter().filter(|place| place.numbered.is_none()),
    );
    let mut comments = Comments::new(risalah.created);
    let mut out = String::with_capacity(text.len() * 2);
    let mut copied = 0;
    let mut number = 0;
    for paragraph in parsed.descendants().filter(|node| node.tag_name().name() == "p") {
        let Some((begin, end)) = inside(paragraph, &text) else { continue };
        let place = match style(paragraph) {
            Some("Label") => labels.next(),
            Some("Ucapan") => speeches.next(),
            _ => None,
        };
        let (before, after) = place.and_then(|place| place.numbered.as_ref()).map_or(("", ""), |(a, b)| (a, b));
        let written = format!("{before}{}{after}", content(paragraph));
        let holds = match place {
            None => Holds::Other { hash: Anchor::hash_of(&written) },
            Some(&Place { first, count, numbered: None, .. }) => Holds::Speech { first, count },
            Some(&Place { first, count, .. }) => Holds::Label { first, count, hash: Anchor::hash_of(&written) },
        };
        let anchor = Anchor {
            meeting: Anchor::meeting_of(transcript),
            edit: transcript.edition.last_edit,
            version: transcript.version.number,
            number,
            holds,
        };
        out.push_str(&text[copied..begin]);
        let [around, point] = anchor.names();
        let (a, b) = (2 * number + 1_000_000, 2 * number + 1_000_001);
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            r#"<w:bookmarkStart w:id="{a}" w:name="{point}"/><w:bookmarkEnd w:id="{a}"/><w:bookmarkStart w:id="{b}" w:name="{around}"/>"#
        );
        let content = match place {
            Some(Place { runs, .. }) if !runs.is_empty() => comments.around(runs, &elements(paragraph, &text)),
            _ => text[begin..end].to_owned(),
        };
        let _ = write!(out, r#"{}{content}{}<w:bookmarkEnd w:id="{b}"/>"#, run(before), run(after));
        copied = end;
        number += 1;
    }
    out.push_str(&text[copied..]);
    Ok((out.into_bytes(), comments.part().into_bytes()))
}

fn places<'a>(risalah: &'a Risalah, transcript: &Transcript) -> Vec<Place<'a>> {
    let clock = transcript.recording.clock;
    let label = |(number, turn): (usize, Numbered)| {
        let time = clock.hms(transcript.utterances[turn.utterances.start].span.start);
        Place {
            first: turn.utterances.start,
            count: turn.utterances.len(),
            numbered: Some((format!("{number}. "), format!(" [{time}]"))),
            runs: &[],
        }
    };
    let paragraphs = risalah.body.iter().filter_map(|entry| match entry {
        Entry::Turn(turn) => Some(&turn.paragraphs),
        Entry::Event { .. } | Entry::Item { .. } => None,
    });
    let speech = |runs: &'a Paragraph| {
        let (first, last) = (runs.first()?.utterance, runs.last()?.utterance);
        Some(Place { first, count: last + 1 - first, numbered: None, runs })
    };
    (1..).zip(turns(risalah)).map(label).chain(paragraphs.flatten().filter_map(speech)).collect()
}

fn style<'a>(paragraph: Node<'a, '_>) -> Option<&'a str> {
    let style = paragraph.descendants().find(|node| node.tag_name().name() == "pStyle")?;
    style.attributes().find(|attribute| attribute.name() == "val").map(|attribute| attribute.value())
}

fn content(paragraph: Node<'_, '_>) -> String {
    paragraph
        .descendants()
        .filter_map(|node| match node.tag_name().name() {
            "t" => node.text(),
            "tab" | "br" if node.parent().is_some_and(|parent| parent.tag_name().name() == "r") => Some(" "),
            _ => None,
        })
        .collect()
}

/// A paragraph's runs, as they are written.
fn elements<'a>(paragraph: Node<'_, '_>, text: &'a str) -> Vec<&'a str> {
    paragraph.children().filter(|node| node.tag_name().name() == "r").map(|run| &text[run.range()]).collect()
}

/// From behind a paragraph's properties to its end.
fn inside(paragraph: Node<'_, '_>, text: &str) -> Option<(usize, usize)> {
    let whole = paragraph.range();
    let end = whole.start + text[whole.clone()].rfind("</w:p>")?;
    let properties = paragraph.children().find(|node| node.tag_name().name() == "pPr");
    let begin =
        properties.map(|properties| properties.range().end).or_else(|| Some(paragraph.first_child()?.range().start));
    Some((begin.unwrap_or(end), end))
}

fn run(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!(r#"<w:r><w:rPr><w:rStyle w:val="TandaRisalah"/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}
