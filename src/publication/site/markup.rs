//! The record as HTML: by hand rather than by a template, because a page has hundreds of speeches
//! and every byte of one counts as often.

use std::collections::HashMap;
use std::fmt::Write;

use super::content::{Block, Content, Spoken};
use super::frame::Frame;
use super::permalink::successor;
use super::state::{Former, Speech};
use crate::document::risalah::{Paragraph, RunKind};

/// A text within an element.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
    out
}

/// The body of a record. `sounds`: the file of each speech's sound; `base`: from the page to them.
pub(super) fn body(content: &Content, frame: &Frame<'_>, sounds: &HashMap<String, String>, base: &str) -> String {
    let speeches: Vec<Speech> = content.speeches().map(|speech| speech.place.clone()).collect();
    let mut moved: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut gone: Vec<&Former> = Vec::new();
    for former in content.former.iter().filter(|former| former.place.is_some()) {
        match successor(former, &speeches) {
            Some(now) => moved.entry(&now.id).or_default().push(&former.id),
            None => gone.push(former),
        }
    }
    let mut gone = gone.into_iter().peekable();
    let mut out = String::new();
    for block in &content.body {
        match block {
            // Writing to a string cannot fail.
            Block::Item(text) => {
                let _ = writeln!(out, "<h3 class=item>{}</h3>", escaped(text));
            }
            Block::Event(text) => {
                let _ = writeln!(out, "<p class=event>{}</p>", escaped(text));
            }
            Block::Speech(speech) => {
                while let Some(former) = gone.next_if(|former| start(former) <= speech.place.start) {
                    tombstone(&mut out, frame, former);
                }
                for id in moved.get(speech.place.id.as_str()).into_iter().flatten() {
                    let _ = write!(out, "<span id={id}></span>");
                }
                spoken(&mut out, speech, sounds.get(&speech.place.id).map(|file| (base, file.as_str())));
            }
        }
    }
    for former in gone {
        tombstone(&mut out, frame, former);
    }
    out
}

fn start(former: &Former) -> u64 {
    former.place.as_ref().map_or(0, |place| place.start)
}

/// What stands where a speech was that is no longer in the record.
fn tombstone(out: &mut String, frame: &Frame<'_>, former: &Former) {
    let text = frame.words.with("site.gone.speech", "edition", former.edition);
    let _ = writeln!(out, "<p id={} class=gone lang={}>{}</p>", former.id, frame.words.code(), escaped(&text));
}

fn spoken(out: &mut String, speech: &Spoken, sound: Option<(&str, &str)>) {
    let (id, time) = (&speech.place.id, &speech.time);
    let _ = write!(out, "<article id={id}><h3>{} <a href=#{id}>{time}</a></h3>", escaped(&speech.label));
    if let Some((base, file)) = sound {
        let _ = write!(out, "<audio controls preload=none src={base}{file}></audio>");
    }
    for paragraph in &speech.paragraphs {
        let _ = write!(out, "<p>{}</p>", words(paragraph));
    }
    out.push_str("</article>\n");
}

fn words(paragraph: &Paragraph) -> String {
    let run = |run: &crate::document::risalah::Run| {
        let text = escaped(&run.text);
        if run.kind == RunKind::Mark { format!("<i>{text}</i>") } else { text }
    };
    paragraph.iter().map(run).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_no_markup() {
        assert_eq!(escaped("<img src=x onerror=a()> & \"b\""), "&lt;img src=x onerror=a()&gt; &amp; \"b\"");
    }
}
