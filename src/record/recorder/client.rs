//! Speaks to a recorder.

use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::line::Line;
use super::{Address, Answer, CONTROL, Call, Error, Reply, Request, SOCKET, Status};
use crate::common::runtime;
use crate::recording::Entered;
use crate::seal::Holder;

/// A recorder on this computer answers within milliseconds, or not at all.
const PATIENCE: Duration = Duration::from_secs(3);

/// A line to the recorder of one folder.
#[derive(Debug)]
pub struct Client {
    folder: PathBuf,
    line: Option<Line>,
    /// Requests so far.
    asked: u64,
}

impl Client {
    /// Reaches the recorder that is at work in this recording's folder, or that went on elsewhere
    /// from there.
    ///
    /// # Errors
    /// [`Error::NotRunning`] or [`Error::Silent`].
    pub fn reach(folder: &Path) -> Result<Self, Error> {
        let mut client = Self { folder: folder.to_owned(), line: None, asked: 0 };
        client.line()?;
        Ok(client)
    }

    /// How it is.
    pub fn status(&mut self) -> Result<Status, Error> {
        match self.ask(&Request::Status)? {
            Reply::Status(status) => Ok(*status),
            other => Err(unexpected(other)),
        }
    }

    /// Enters what the operator did so many milliseconds ago; gives the sample. However often it
    /// must be asked for, it is entered once.
    pub fn enter(&mut self, entered: Entered, ago_ms: u64) -> Result<u64, Error> {
        self.enter_for(entered, ago_ms, &[])
    }

    /// The same of what may close the meeting: then `holders` may open what follows.
    pub fn enter_for(&mut self, entered: Entered, ago_ms: u64, holders: &[Holder]) -> Result<u64, Error> {
        let holders = if entered.turns_sealed() == Some(true) { holders.to_vec() } else { Vec::new() };
        match self.ask(&Request::Enter { entered, ago_ms, key: Some(key()?), holders })? {
            Reply::Entered { at } | Reply::Taken { at } => Ok(at),
            other => Err(unexpected(other)),
        }
    }

    /// Takes back the last thing that a person entered; gives its sample and what it was.
    pub fn withdraw(&mut self) -> Result<(u64, Entered), Error> {
        self.take_back(None)
    }

    /// The same of what was entered in this line of the ledger.
    pub fn withdraw_line(&mut self, line: u64) -> Result<(u64, Entered), Error> {
        self.take_back(Some(line))
    }

    fn take_back(&mut self, line: Option<u64>) -> Result<(u64, Entered), Error> {
        match self.ask(&Request::Withdraw { line, key: Some(key()?) })? {
            Reply::Withdrawn { at, entered } => Ok((at, entered)),
            other => Err(unexpected(other)),
        }
    }

    /// Closes the recording. It is closed when the recorder lets go of its folder.
    pub fn stop(&mut self) -> Result<(), Error> {
        match self.ask(&Request::Stop)? {
            Reply::Stopping => Ok(()),
            other => Err(unexpected(other)),
        }
    }

    /// Asks, and once more over a fresh line where no answer came: it may belong to a recorder that
    /// was started again.
    fn ask(&mut self, request: &Request) -> Result<Reply, Error> {
        let mut failed = None;
        for _ in 0..2 {
            self.asked += 1;
            let id = self.asked;
            let line = self.line()?;
            match exchange(line, id, request) {
                Ok(reply) => return Ok(reply),
                Err(error) => failed = Some(error),
            }
            // What still comes over the old line is the answer to a question that was given up.
            self.line = None;
        }
        let source = failed.unwrap_or_else(|| io::ErrorKind::TimedOut.into());
        Err(Error::Silent { path: self.folder.clone(), source })
    }

    fn line(&mut self) -> Result<&mut Line, Error> {
        let line = match self.line.take() {
            Some(line) => line,
            None => connect(&self.folder)?,
        };
        Ok(self.line.insert(line))
    }
}

/// Through what the folder says; else, where it or its disk is gone, through the name that follows
/// from its own.
fn connect(folder: &Path) -> Result<Line, Error> {
    let said = fs::read(folder.join(CONTROL)).ok().and_then(|text| serde_json::from_slice::<Address>(&text).ok());
    let sockets = said.map(|address| address.socket).into_iter().chain(runtime::path_of(folder, SOCKET).ok());
    // The file of a recorder that was killed stays behind.
    let stream = sockets.into_iter().find_map(|socket| UnixStream::connect(socket).ok());
    let stream = stream.ok_or_else(|| Error::NotRunning { path: folder.to_owned() })?;
    Line::new(stream, PATIENCE).map_err(|source| Error::Silent { path: folder.to_owned(), source })
}

fn exchange(line: &mut Line, id: u64, request: &Request) -> io::Result<Reply> {
    line.say(serde_json::to_vec(&Call { id, request: request.clone() })?)?;
    let until = Instant::now() + PATIENCE;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let text = line.next(left)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let answer: Answer = serde_json::from_str(&text)?;
        // What could not be understood or heard has no number.
        if answer.id == id || answer.id == 0 {
            return Ok(answer.reply);
        }
    }
}

/// 128 random bits: no other request has the same.
fn key() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::NoKey { source: error.into() })?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

fn unexpected(reply: Reply) -> Error {
    match reply {
        Reply::Refused { reason } => Error::Refused(reason),
        other => Error::Refused(super::Refusal::NotUnderstood(format!("{other:?}"))),
    }
}
