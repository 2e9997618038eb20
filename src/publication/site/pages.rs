//! The pages.

use std::collections::BTreeMap;

use askama::Template;

use super::Error;
use super::content::Content;
use super::frame::Frame;
use super::state::{Decision, Record};
use crate::document::risalah::INTERJECTION;

/// A link with its text, and whether it is the page itself.
pub(super) type Chip = (String, String, bool);

/// Meetings, by month, newest first.
#[derive(Template)]
#[template(path = "site/meetings.html")]
pub(super) struct Meetings<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) heading: String,
    pub(super) is_first: bool,
    pub(super) years: Vec<Chip>,
    pub(super) kinds: Vec<Chip>,
    pub(super) level: &'static str,
    pub(super) months: Vec<(String, Vec<&'a Record>)>,
}

/// A file to take away.
pub(super) struct Download {
    pub(super) file: String,
    pub(super) name: String,
    pub(super) size: String,
}

/// Somebody who spoke.
pub(super) struct Speaker {
    pub(super) label: String,
    pub(super) count: usize,
    pub(super) duration: String,
    /// Their first speech.
    pub(super) first: String,
    pub(super) time: String,
}

#[derive(Template)]
#[template(path = "site/meeting.html")]
pub(super) struct Meeting<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) record: &'a Record,
    pub(super) content: &'a Content,
    /// From the page to its files.
    pub(super) base: String,
    pub(super) edition: String,
    pub(super) fields: Vec<(String, Vec<String>)>,
    pub(super) invitees: Vec<String>,
    pub(super) speakers: &'a [Speaker],
    pub(super) redacted: String,
    pub(super) body: String,
    pub(super) downloads: Vec<Download>,
    /// Media types and files.
    pub(super) alternates: Vec<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "site/decision.html")]
pub(super) struct DecisionPage<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) record: &'a Record,
    pub(super) decision: &'a Decision,
    pub(super) theme: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "site/decisions.html")]
pub(super) struct Decisions<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) years: Vec<(String, Vec<&'a Record>)>,
}

/// What stands where something was.
#[derive(Template)]
#[template(path = "site/gone.html")]
pub(super) struct Gone<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) record: &'a Record,
    pub(super) what: String,
    pub(super) reason: String,
}

#[derive(Template)]
#[template(path = "site/search.html")]
pub(super) struct Search<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) kinds: Vec<(&'static str, String)>,
    pub(super) years: Vec<String>,
}

#[derive(Template)]
#[template(path = "site/about.html")]
pub(super) struct About<'a> {
    pub(super) frame: &'a Frame<'a>,
    pub(super) redacted: String,
}

/// The page as a file.
pub(super) fn written(page: &impl Template) -> Result<Vec<u8>, Error> {
    page.render().map(String::into_bytes).map_err(Error::page)
}

/// Who spoke, in the order of their first word, and for how long.
pub(super) fn speakers(content: &Content) -> Vec<Speaker> {
    let clock = content.transcript.recording.clock;
    let mut order: Vec<Speaker> = Vec::new();
    let mut samples: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for speech in content.speeches() {
        let length = speech.place.end.saturating_sub(speech.place.start);
        // Whoever breaks in is who they are.
        let label = speech.label.strip_prefix(INTERJECTION).unwrap_or(&speech.label);
        let entry = samples.entry(label.to_owned()).or_insert_with(|| {
            let (first, time) = (speech.place.id.clone(), speech.time.clone());
            order.push(Speaker { label: label.to_owned(), count: 0, duration: String::new(), first, time });
            (order.len() - 1, 0)
        });
        entry.1 += length;
        order[entry.0].count += 1;
    }
    for (place, length) in samples.values() {
        order[*place].duration = clock.hms(*length);
    }
    order
}
