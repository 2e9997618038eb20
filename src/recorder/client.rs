//! Speaks to a recorder.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Address, CONTROL, Call, Error, Reply, Request, Status};
use crate::recording::Entered;

/// A recorder on this computer answers within milliseconds, or not at all.
const PATIENCE: Duration = Duration::from_secs(5);

/// A line to the recorder of one folder.
#[derive(Debug)]
pub struct Client {
    folder: PathBuf,
    token: String,
    line: BufReader<TcpStream>,
}

impl Client {
    /// Reaches the recorder that is at work in this recording's folder.
    ///
    /// # Errors
    /// [`Error::NotRunning`] or [`Error::Silent`].
    pub fn reach(folder: &Path) -> Result<Self, Error> {
        let absent = || Error::NotRunning { path: folder.to_owned() };
        let text = fs::read(folder.join(CONTROL)).map_err(|_| absent())?;
        let address: Address = serde_json::from_slice(&text).map_err(|_| absent())?;
        let place = SocketAddr::from((Ipv4Addr::LOCALHOST, address.port));
        // The file of a recorder that was killed stays behind.
        let stream = TcpStream::connect_timeout(&place, PATIENCE).map_err(|_| absent())?;
        let silent = |source| Error::Silent { path: folder.to_owned(), source };
        stream.set_read_timeout(Some(PATIENCE)).map_err(silent)?;
        stream.set_write_timeout(Some(PATIENCE)).map_err(silent)?;
        Ok(Self { folder: folder.to_owned(), token: address.token, line: BufReader::new(stream) })
    }

    /// How it is.
    pub fn status(&mut self) -> Result<Status, Error> {
        match self.ask(Request::Status)? {
            Reply::Status(status) => Ok(*status),
            other => Err(unexpected(other)),
        }
    }

    /// Enters what the operator did so many milliseconds ago; gives the sample.
    pub fn enter(&mut self, entered: Entered, ago_ms: u64) -> Result<u64, Error> {
        match self.ask(Request::Enter { entered, ago_ms })? {
            Reply::Entered { at } => Ok(at),
            other => Err(unexpected(other)),
        }
    }

    /// Closes the recording. It is closed when the recorder lets go of its folder.
    pub fn stop(&mut self) -> Result<(), Error> {
        match self.ask(Request::Stop)? {
            Reply::Stopping => Ok(()),
            other => Err(unexpected(other)),
        }
    }

    fn ask(&mut self, request: Request) -> Result<Reply, Error> {
        let call = Call { token: self.token.clone(), request };
        self.exchange(&call).map_err(|source| Error::Silent { path: self.folder.clone(), source })
    }

    fn exchange(&mut self, call: &Call) -> io::Result<Reply> {
        let mut text = serde_json::to_vec(call)?;
        text.push(b'\n');
        self.line.get_mut().write_all(&text)?;
        let mut answer = String::new();
        if self.line.read_line(&mut answer)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&answer)?)
    }
}

fn unexpected(reply: Reply) -> Error {
    let reason = match reply {
        Reply::Refused { reason } => reason,
        other => format!("{other:?}"),
    };
    Error::Refused { reason }
}
