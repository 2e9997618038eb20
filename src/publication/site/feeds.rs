//! What other programs read: Atom feeds, the map of the site, decisions by theme.

use std::collections::BTreeMap;
use std::fmt::Write;

use atom_syndication::{Entry, Feed, FixedDateTime, Generator, Link, Person, Text};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Error;
use super::frame::House;
use super::state::{Decision, Record};
use crate::common::digest::sha256;

/// Entries of a feed.
const ENTRIES: usize = 50;

/// A name that stays, whatever the address of the site: a UUID made of a hash.
fn urn(of: &str) -> String {
    let hash = sha256(of.as_bytes());
    // Version 8 of RFC 9562: its bits are the program's own.
    format!("urn:uuid:{}-{}-8{}-8{}-{}", &hash[..8], &hash[8..12], &hash[13..16], &hash[17..20], &hash[20..32])
}

fn moment(at: Timestamp) -> Result<FixedDateTime, Error> {
    FixedDateTime::parse_from_rfc3339(&at.to_string()).map_err(Error::page)
}

/// Meetings, newest first.
pub(super) fn meetings(house: &House, records: &[&Record]) -> Result<Vec<u8>, Error> {
    let entries = records.iter().take(ENTRIES).map(|record| {
        let agenda = record.agenda.join("; ");
        let path = format!("{}/index.html", record.folder());
        entry(house, &record.recording, &record.title, &agenda, &path, record.signed)
    });
    feed(house, "rapat", "Risalah rapat", entries.collect::<Result<_, _>>()?)
}

/// Decisions, newest meeting first.
pub(super) fn decisions(house: &House, records: &[&Record]) -> Result<Vec<u8>, Error> {
    let all = records.iter().flat_map(|record| record.decisions.iter().map(move |decision| (record, decision)));
    let entries = all.take(ENTRIES).map(|(record, decision)| {
        let path = format!("{}/{}.html", record.folder(), decision.id);
        let id = format!("{} {}", record.recording, decision.id);
        entry(house, &id, &decision.text, &record.title, &path, record.signed)
    });
    feed(house, "keputusan", "Keputusan rapat", entries.collect::<Result<_, _>>()?)
}

fn entry(house: &House, id: &str, title: &str, summary: &str, path: &str, at: Timestamp) -> Result<Entry, Error> {
    let href = house.url(path).unwrap_or_else(|| path.to_owned());
    let link = Link { href, rel: "alternate".to_owned(), mime_type: Some("text/html".to_owned()), ..Link::default() };
    Ok(Entry {
        id: urn(id),
        title: Text::plain(title),
        updated: moment(at)?,
        links: vec![link],
        summary: Some(Text::plain(summary)),
        ..Entry::default()
    })
}

fn feed(house: &House, name: &str, title: &str, entries: Vec<Entry>) -> Result<Vec<u8>, Error> {
    let file = format!("{name}.atom.xml");
    let mut links = Vec::new();
    if let (Some(own), Some(home)) = (house.url(&file), house.url("")) {
        let of = |href: String, rel: &str| Link { href, rel: rel.to_owned(), ..Link::default() };
        links.extend([of(own, "self"), of(home, "alternate")]);
    }
    let updated = entries.iter().map(|entry| entry.updated).max();
    let feed = Feed {
        id: urn(&format!("{} {name}", house.name)),
        title: Text::plain(format!("{title} – {}", house.name)),
        updated: updated.map_or_else(|| moment(Timestamp::UNIX_EPOCH), Ok)?,
        authors: vec![Person { name: house.name.clone(), ..Person::default() }],
        generator: Some(Generator { value: "E-Risalah".to_owned(), uri: None, version: None }),
        lang: Some("id".to_owned()),
        links,
        entries,
        ..Feed::default()
    };
    let mut bytes = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_vec();
    let text = feed.to_string();
    bytes.extend(text.strip_prefix("<?xml version=\"1.0\"?>").unwrap_or(&text).trim_start().as_bytes());
    Ok(bytes)
}

/// Decisions and answers by theme, for systems that follow what citizens asked for.
pub(super) fn decisions_json(house: &House, records: &[&Record]) -> Result<Vec<u8>, Error> {
    let mut themes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut all = Vec::new();
    for record in records {
        for decision in &record.decisions {
            let id = format!("{}/{}", record.id, decision.id);
            if let Some(theme) = record.theme(decision.item) {
                themes.entry(theme).or_default().push(id.clone());
            }
            all.push(told(house, record, decision, &id));
        }
    }
    let themes: Vec<Value> =
        themes.into_iter().map(|(theme, decisions)| json!({ "theme": theme, "decisions": decisions })).collect();
    let whole = json!({ "version": 1, "institution": house.name, "themes": themes, "decisions": all });
    serde_json::to_vec_pretty(&whole).map_err(Error::page)
}

fn told(house: &House, record: &Record, decision: &Decision, id: &str) -> Value {
    let place = |path: String| house.url(&path).unwrap_or(path);
    let page = place(format!("{}/index.html", record.folder()));
    let speech = |speech: &str| format!("{page}#{speech}");
    let answers =
        decision.answers.iter().map(|answer| json!({ "speaker": answer.speaker, "url": speech(&answer.speech) }));
    json!({
        "id": id,
        "url": place(format!("{}/{}.html", record.folder(), decision.id)),
        "text": decision.text,
        "theme": record.theme(decision.item),
        "date": record.date,
        "meeting": record.title,
        "meeting_url": page,
        "number": record.number,
        "edition": record.edition,
        "agreed_at": decision.speech.as_deref().map(speech),
        "answers": answers.collect::<Vec<_>>(),
    })
}

/// The map of the site: every page, with the day of its edition.
pub(super) fn sitemap(house: &House, pages: &[(String, Option<Timestamp>)]) -> Option<Vec<u8>> {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (path, at) in pages {
        let url = super::markup::escaped(&house.url(path)?);
        let day = at.map(|at| format!("<lastmod>{}</lastmod>", at.to_zoned(jiff::tz::TimeZone::UTC).date()));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "<url><loc>{url}</loc>{}</url>", day.unwrap_or_default());
    }
    out.push_str("</urlset>\n");
    Some(out.into_bytes())
}

pub(super) fn robots(house: &House) -> Vec<u8> {
    let map = house.url("sitemap.xml").map(|url| format!("Sitemap: {url}\n")).unwrap_or_default();
    format!("User-agent: *\nDisallow: /.risalah/\nAllow: /\n{map}").into_bytes()
}
