//! Text by lines that are counted and never longer than they should be, whoever writes them.

use std::io::{BufRead, Read};

use super::error::{Error, Fault};
use super::event::{Timing, time};

/// The longest line in bytes; an event is far shorter.
const LONGEST: u64 = 16 << 10;

/// Lines, and what is known of them.
pub(super) struct Numbered<R> {
    name: String,
    reader: R,
    line: u64,
    /// The form of the times so far.
    pub timing: Option<Timing>,
}

impl<R: BufRead> Numbered<R> {
    /// Reads `reader`; `name` stands in errors.
    pub fn new(name: &str, reader: R) -> Self {
        Self { name: name.to_owned(), reader, line: 0, timing: None }
    }

    /// The next line that is not empty, without what surrounds it; `None` at the end.
    pub fn next(&mut self) -> Result<Option<String>, Fault> {
        loop {
            let Some(text) = self.read()? else { return Ok(None) };
            let text = text.trim_start_matches('\u{feff}').trim_matches(['\r', '\n', ' ']);
            if !text.is_empty() {
                return Ok(Some(text.to_owned()));
            }
        }
    }

    fn read(&mut self) -> Result<Option<String>, Fault> {
        let broken = |error: std::io::Error| Fault::Broken(error.to_string());
        let mut bytes = Vec::new();
        self.line += 1;
        (&mut self.reader).take(LONGEST + 1).read_until(b'\n', &mut bytes).map_err(broken)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.len() as u64 > LONGEST {
            // Its rest is no line of its own.
            while !bytes.is_empty() && bytes.last() != Some(&b'\n') {
                bytes.clear();
                (&mut self.reader).take(LONGEST).read_until(b'\n', &mut bytes).map_err(broken)?;
            }
            return Err(Fault::TooLong(LONGEST));
        }
        String::from_utf8(bytes).map(Some).map_err(|_| Fault::NotUtf8)
    }

    /// A time, of the same form as those before it.
    pub fn time(&mut self, text: &str) -> Result<i64, Fault> {
        let (timing, millis) = time(text)?;
        if *self.timing.get_or_insert(timing) == timing { Ok(millis) } else { Err(Fault::MixedTimes) }
    }

    /// The error of the line that was read last.
    pub fn wrong(&self, fault: Fault) -> Error {
        Error::Line { name: self.name.clone(), line: self.line, fault }
    }
}
