//! Lines over a socket, each within its time.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// The longest line; a note is shorter.
const LONGEST: usize = 64 << 10;

/// A socket over which lines go.
#[derive(Debug)]
pub(super) struct Line {
    stream: UnixStream,
    /// What came behind the last line.
    rest: Vec<u8>,
}

impl Line {
    /// Whoever does not read what is said within this time is given up.
    pub fn new(stream: UnixStream, patience: Duration) -> io::Result<Self> {
        stream.set_write_timeout(Some(patience))?;
        Ok(Self { stream, rest: Vec::new() })
    }

    /// Says a line; its end is put to it.
    pub fn say(&mut self, mut text: Vec<u8>) -> io::Result<()> {
        text.push(b'\n');
        self.stream.write_all(&text)
    }

    /// The next line, without its end, if it is whole within this time; `None` where no more will
    /// come.
    pub fn next(&mut self, wait: Duration) -> io::Result<Option<String>> {
        let until = Instant::now() + wait;
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                return Ok(Some(String::from_utf8_lossy(&line[..end]).into_owned()));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            if self.rest.len() > LONGEST {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.stream.set_read_timeout(Some(left))?;
            let mut bytes = [0; 4096];
            match self.stream.read(&mut bytes) {
                Ok(0) => return Ok(None),
                Ok(read) => self.rest.extend_from_slice(&bytes[..read]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(io::ErrorKind::TimedOut.into()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
