//! Whether the trail is as it was entered.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Action, Error, Head, Line, Trail};
use crate::common::digest::sha256;
use crate::common::message::{Explain, Message};

/// A head that was written down elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where, for people.
    pub document: String,
    /// What stands there.
    pub head: Head,
}

/// What is not as it was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Finding {
    /// The line at this place of the file is none.
    Unreadable { place: u64 },
    /// A line was changed: the next one holds another hash of it.
    Changed { line: u64 },
    /// Lines are gone from the middle or the beginning.
    Removed { from: u64, to: u64 },
    /// A line does not stand where it was entered.
    Moved { line: u64 },
    /// A number stands twice.
    Twice { line: u64 },
    /// The last line is incomplete, as a crash leaves it; the next entry mends it.
    Torn,
    /// A program that ran found the trail shorter than it had left it.
    Shortened { line: u64, was: String },
    /// A document names a line that is behind the last one.
    Cut { line: u64, last: u64, document: String },
    /// A document names another hash of a line.
    Other { line: u64, document: String },
    /// There is no trail, and a document names one.
    Gone { document: String },
}

impl Explain for Finding {
    fn message(&self) -> Message {
        match self {
            Self::Unreadable { place } => Message::new("audit.found.unreadable").with("line", place),
            Self::Changed { line } => Message::new("audit.found.changed").with("line", line).with("next", line + 1),
            Self::Removed { from, to } => Message::new("audit.found.removed").with("from", from).with("to", to),
            Self::Moved { line } => Message::new("audit.found.moved").with("line", line),
            Self::Twice { line } => Message::new("audit.found.twice").with("line", line),
            Self::Torn => Message::new("audit.found.torn"),
            Self::Shortened { line, was } => Message::new("audit.found.shortened").with("line", line).with("was", was),
            Self::Cut { line, last, document } => {
                Message::new("audit.found.cut").with("line", line).with("last", last).with("document", document)
            }
            Self::Other { line, document } => {
                Message::new("audit.found.other").with("line", line).with("document", document)
            }
            Self::Gone { document } => Message::new("audit.found.gone").with("document", document),
        }
    }
}

/// What an examination of the trail came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Lines that can be read.
    pub lines: u64,
    /// Where the trail stands; `None` for one without a line.
    pub head: Option<Head>,
    /// What is not as it was entered; empty where all is.
    pub findings: Vec<Finding>,
    /// Documents that name another trail: they came from elsewhere, or the trail was replaced.
    pub strangers: Vec<String>,
}

/// Looks through the trail of a folder of meetings, and compares it with the heads that documents
/// carry.
///
/// # Errors
/// Any [`Error`].
pub fn verify(folder: &Path, kept: &[Kept]) -> Result<Verdict, Error> {
    let Some(text) = Trail::of(folder).text()? else {
        let gone = kept.first().map(|kept| Finding::Gone { document: kept.document.clone() });
        return Ok(Verdict { findings: gone.into_iter().collect(), ..Verdict::default() });
    };
    let mut verdict = Verdict::default();
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    let mut known: BTreeMap<u64, (Line, String)> = BTreeMap::new();
    let mut highest = 0;
    for (line, place) in text[..whole].split_inclusive(|byte| *byte == b'\n').zip(1..) {
        let bytes = &line[..line.len() - 1];
        let Ok(line) = serde_json::from_slice::<Line>(bytes) else {
            verdict.findings.push(Finding::Unreadable { place });
            // It takes the place of the one that stood there.
            highest += 1;
            continue;
        };
        let number = line.line;
        if let Action::Shortened = line.entry.action {
            let was = line.entry.detail.clone().unwrap_or_default();
            verdict.findings.push(Finding::Shortened { line: number, was });
        }
        if known.contains_key(&number) {
            verdict.findings.push(Finding::Twice { line: number });
            continue;
        }
        if number < highest {
            verdict.findings.push(Finding::Moved { line: number });
        }
        highest = highest.max(number);
        known.insert(number, (line, sha256(bytes)));
    }
    verdict.lines = known.len() as u64;
    verdict.findings.extend(links(&known));
    let first = known.first_key_value().map(|(_, (_, hash))| hash.clone());
    let last = known.last_key_value().map(|(number, (_, hash))| (*number, hash.clone()));
    if let (Some(trail), Some((line, sha256))) = (first, last) {
        verdict.head = Some(Head { trail, line, sha256 });
    }
    if whole < text.len() {
        verdict.findings.push(Finding::Torn);
    }
    for one in kept {
        compare(one, &known, &mut verdict);
    }
    Ok(verdict)
}

/// What is wrong between each line and the one before it by number.
fn links(known: &BTreeMap<u64, (Line, String)>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut before: (u64, &str) = (0, "");
    for (number, (line, hash)) in known {
        if *number > before.0 + 1 {
            findings.push(Finding::Removed { from: before.0 + 1, to: number - 1 });
        } else if line.before != before.1 {
            findings.push(Finding::Changed { line: before.0.max(1) });
        }
        before = (*number, hash);
    }
    findings
}

fn compare(kept: &Kept, known: &BTreeMap<u64, (Line, String)>, verdict: &mut Verdict) {
    let (head, document) = (&kept.head, kept.document.clone());
    let last = known.last_key_value().map_or(0, |(number, _)| *number);
    match known.get(&head.line) {
        Some((_, hash)) if *hash == head.sha256 => {}
        // Its first line is another, and not only changed: the second one fits it.
        _ if verdict.head.as_ref().is_some_and(|own| own.trail != head.trail) && !is_changed(known) => {
            verdict.strangers.push(document);
        }
        Some(_) => verdict.findings.push(Finding::Other { line: head.line, document }),
        None if head.line > last => verdict.findings.push(Finding::Cut { line: head.line, last, document }),
        // That it is gone was told.
        None => {}
    }
}

/// Whether the first line is not as it was entered.
fn is_changed(known: &BTreeMap<u64, (Line, String)>) -> bool {
    !known.contains_key(&1) || links(known).contains(&Finding::Changed { line: 1 })
}
