//! CSV with a head line, as spreadsheets and conference systems write it.

use std::io::BufRead;

use csv::{ReaderBuilder, StringRecord};

use super::error::{Error, Fault};
use super::event::{Timing, event};
use super::numbered::Numbered;
use super::{Event, Source};

/// Events as a table, one line each. Its columns may stand in any order, and others beside them.
pub struct Table<R> {
    text: Numbered<R>,
    head: Option<Head>,
}

/// What the head line says: what parts the fields, and where each column stands.
#[derive(Clone, Copy)]
struct Head {
    separator: u8,
    time: usize,
    channel: usize,
    event: usize,
    person: Option<usize>,
}

impl<R: BufRead> Table<R> {
    /// Reads `reader`; `name` stands in errors.
    pub fn new(name: &str, reader: R) -> Self {
        Self { text: Numbered::new(name, reader), head: None }
    }

    /// The form of the times so far.
    pub(super) fn timing(&self) -> Option<Timing> {
        self.text.timing
    }

    fn event(&mut self) -> Result<Option<Event>, Fault> {
        let head = if let Some(head) = self.head {
            head
        } else {
            let Some(text) = self.text.next()? else { return Ok(None) };
            *self.head.insert(Head::read(&text)?)
        };
        // A spreadsheet leaves rows of empty fields behind what was deleted.
        let record = loop {
            let Some(text) = self.text.next()? else { return Ok(None) };
            let record = fields(&text, head.separator)?;
            if !record.iter().all(|field| field.trim().is_empty()) {
                break record;
            }
        };
        let field = |place: usize| record.get(place).map(str::trim).filter(|field| !field.is_empty());
        let needed = |place, key| field(place).ok_or(Fault::Missing(key));
        let (channel, word) = (needed(head.channel, "kanal")?, needed(head.event, "peristiwa")?);
        let (channel, said) = event(channel, word, head.person.and_then(field))?;
        let at = Some(self.text.time(needed(head.time, "waktu")?)?);
        Ok(Some(Event { at, channel, said }))
    }
}

impl Head {
    /// The separator is the one that the line has: a semicolon (as spreadsheets write where the
    /// comma is for decimals), a tab, or a comma.
    fn read(text: &str) -> Result<Self, Fault> {
        let separator = [b';', b'\t'].into_iter().find(|separator| text.as_bytes().contains(separator)).unwrap_or(b',');
        let names: Vec<String> = fields(text, separator)?.iter().map(|name| name.trim().to_lowercase()).collect();
        let place = |key: &'static str| names.iter().position(|name| name == key).ok_or(Fault::Missing(key));
        Ok(Self {
            separator,
            time: place("waktu")?,
            channel: place("kanal")?,
            event: place("peristiwa")?,
            person: place("orang").ok(),
        })
    }
}

impl<R: BufRead> Source for Table<R> {
    fn next(&mut self) -> Result<Option<Event>, Error> {
        self.event().map_err(|fault| self.text.wrong(fault))
    }
}

fn fields(text: &str, separator: u8) -> Result<StringRecord, Fault> {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(separator).has_headers(false).flexible(true).buffer_capacity(text.len().max(1));
    let mut record = StringRecord::new();
    let mut reader = builder.from_reader(text.as_bytes());
    reader.read_record(&mut record).map_err(|error| Fault::Syntax(error.to_string()))?;
    Ok(record)
}
