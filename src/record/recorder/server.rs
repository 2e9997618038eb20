//! Answers requests.

use std::fs;
use std::io;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::line::Line;
use super::{Address, Answer, CONTROL, Call, Refusal, Reply, Request, SOCKET};
use crate::common::{atomic_file, runtime};

/// Callers at a time. A screen is one; each takes a thread and a descriptor, and the next segment
/// needs one too.
const CALLERS: usize = 16;
/// A caller says what it wants within this time, or makes room for another.
const SAID: Duration = Duration::from_secs(5);
/// And may then be silent for so long.
const SILENT: Duration = Duration::from_mins(1);
/// After a caller could not be taken, nobody is for so long: the reason may last.
const REST: Duration = Duration::from_millis(100);
/// How long an event that was taken is waited for to be on the disk before its caller is told so
/// much.
const WRITTEN: Duration = Duration::from_secs(1);

/// A request, and where its answers go. What must be written has two: that it was taken, and that
/// it is on the disk.
pub(super) type Asked = (Request, Sender<Reply>);

/// A server for one recorder. It ends with the process; where it could be found is taken away when
/// it is dropped.
pub(super) struct Server {
    requests: Sender<Asked>,
    conference: Option<u16>,
    files: Mutex<Vec<PathBuf>>,
}

impl Server {
    /// Begins to answer for a folder. Requests go to `requests`; one that is not taken at once is
    /// refused. The port of the conference system is told to who may read the address.
    pub fn begin(folder: &Path, requests: Sender<Asked>, conference: Option<u16>) -> io::Result<Self> {
        let server = Self { requests, conference, files: Mutex::default() };
        server.tell(folder)?;
        Ok(server)
    }

    /// Can be reached through this folder too.
    pub fn tell(&self, folder: &Path) -> io::Result<()> {
        let socket = runtime::path_of(folder, SOCKET)?;
        // Whoever holds the folder is its recorder: what lies there is of one that was killed.
        match fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&socket)?;
        let requests = self.requests.clone();
        thread::Builder::new().name("requests".into()).spawn(move || listen(&listener, &requests))?;
        let control = folder.join(CONTROL);
        let address = Address { socket: socket.clone(), conference: self.conference, pid: std::process::id() };
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.push(socket);
        // Without it the recorder is still found by the name of the folder.
        if atomic_file::write(&control, &serde_json::to_vec(&address)?).is_ok() {
            files.push(control);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for file in self.files.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = fs::remove_file(file);
        }
    }
}

fn listen(listener: &UnixListener, requests: &Sender<Asked>) {
    // Every caller holds one; what is left says how many there are.
    let place = Arc::new(());
    loop {
        let Ok((caller, _)) = listener.accept() else {
            thread::sleep(REST);
            continue;
        };
        if Arc::strong_count(&place) > CALLERS {
            let busy = Reply::Refused { reason: Refusal::Busy };
            let _ = Line::new(caller, REST).and_then(|mut line| say(&mut line, 0, busy));
            continue;
        }
        let (held, requests) = (Arc::clone(&place), requests.clone());
        let begun = thread::Builder::new().name("caller".into()).spawn(move || {
            let _ = Line::new(caller, SAID).and_then(|line| answer(line, &requests));
            drop(held);
        });
        if begun.is_err() {
            thread::sleep(REST);
        }
    }
}

/// Answers one caller until it goes, or says nothing in time.
fn answer(mut caller: Line, requests: &Sender<Asked>) -> io::Result<()> {
    let mut wait = SAID;
    while let Some(text) = caller.next(wait)? {
        match serde_json::from_str::<Call>(&text) {
            Ok(Call { id, request }) => {
                say(&mut caller, id, pass_on(request, requests))?;
                wait = SILENT;
            }
            Err(error) => say(&mut caller, 0, Reply::Refused { reason: Refusal::NotUnderstood(error.to_string()) })?,
        }
    }
    Ok(())
}

fn say(caller: &mut Line, id: u64, reply: Reply) -> io::Result<()> {
    caller.say(serde_json::to_vec(&Answer { id, reply })?)
}

/// Hands a request to the `capture_loop` and waits for what came of it.
pub(super) fn pass_on(request: Request, requests: &Sender<Asked>) -> Reply {
    let (reply, answers) = bounded(2);
    match requests.try_send((request, reply)) {
        Ok(()) => answered(&answers),
        Err(_) => Reply::Refused { reason: Refusal::Busy },
    }
}

fn answered(answers: &Receiver<Reply>) -> Reply {
    match answers.recv() {
        Ok(Reply::Taken { at }) => match answers.recv_timeout(WRITTEN) {
            Ok(reply) => reply,
            Err(RecvTimeoutError::Timeout) => Reply::Taken { at },
            Err(RecvTimeoutError::Disconnected) => Reply::Refused { reason: Refusal::Ended },
        },
        Ok(reply) => reply,
        Err(_) => Reply::Refused { reason: Refusal::Ended },
    }
}
