//! JSON lines: one object an event.

use std::io::BufRead;

use serde::Deserialize;

use super::error::{Error, Fault};
use super::event::{Timing, event};
use super::numbered::Numbered;
use super::{Event, Source};

/// One line as it is written. What else a system says in it is passed over.
#[derive(Deserialize)]
struct Written {
    waktu: Option<String>,
    kanal: Option<serde_json::Value>,
    peristiwa: Option<String>,
    orang: Option<String>,
}

/// Events as JSON lines, from a file or a connection.
pub struct Lines<R> {
    text: Numbered<R>,
}

impl<R: BufRead> Lines<R> {
    /// Reads `reader`; `name` stands in errors.
    pub fn new(name: &str, reader: R) -> Self {
        Self { text: Numbered::new(name, reader) }
    }

    /// The form of the times so far.
    pub(super) fn timing(&self) -> Option<Timing> {
        self.text.timing
    }

    /// The error of the line that was read last.
    pub(super) fn wrong(&self, fault: Fault) -> Error {
        self.text.wrong(fault)
    }

    fn event(&mut self) -> Result<Option<Event>, Fault> {
        let Some(text) = self.text.next()? else { return Ok(None) };
        let written: Written = serde_json::from_str(&text).map_err(|error| Fault::Syntax(error.to_string()))?;
        let number = written.kanal.ok_or(Fault::Missing("kanal"))?;
        let number = number.as_str().map_or_else(|| number.to_string(), str::to_owned);
        let word = written.peristiwa.ok_or(Fault::Missing("peristiwa"))?;
        let (channel, said) = event(&number, &word, written.orang.as_deref())?;
        let at = written.waktu.map(|text| self.text.time(&text)).transpose()?;
        Ok(Some(Event { at, channel, said }))
    }
}

impl<R: BufRead> Source for Lines<R> {
    fn next(&mut self) -> Result<Option<Event>, Error> {
        self.event().map_err(|fault| self.text.wrong(fault))
    }
}
