//! Fetching an official model over a line that may stall, break off or lie.
//!
//! What came so far lies in a `.part` file. Every attempt asks for the rest of it (`Range`, RFC
//! 9110 section 14), and the SHA-256 over the whole decides in the end, so a mirror need not be
//! trusted.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use sha2::{Digest, Sha256};
use ureq::http::StatusCode;
use ureq::http::header::{CONTENT_RANGE, RANGE};
use ureq::{Agent, Body, Proxy};

use crate::common::message::Explain;

use super::file::hash_file;
use super::manifest::{Official, revision};
use super::{Error, Monitor, Progress, Stage};
use crate::common::digest::hex;

const CHUNK: usize = 256 << 10;
/// So many new bytes make an attempt count as progress.
const PROGRESS: u64 = 1 << 20;
/// How soon a stop takes effect while nothing comes.
const TICK: Duration = Duration::from_millis(100);

/// Where official models are published, and how patiently it is asked.
#[derive(Clone, Debug)]
pub struct Hub {
    base: String,
    proxy: Option<Proxy>,
    stall: Duration,
    pause: Duration,
}

impl Hub {
    /// Attempts without progress before it is given up.
    const ATTEMPTS: u32 = 5;
    const LONGEST_PAUSE: Duration = Duration::from_secs(30);

    /// The Hugging Face hub, or the mirror that `RISALAH_MODEL_HUB` names by its address (`https://mirror.example`), through
    /// the proxy that `ALL_PROXY`, `HTTPS_PROXY` or `HTTP_PROXY` names except for hosts in
    /// `NO_PROXY`.
    #[must_use]
    pub fn from_env() -> Self {
        let base = std::env::var("RISALAH_MODEL_HUB").ok().filter(|base| !base.is_empty());
        Self::mirror(base.as_deref().unwrap_or("https://huggingface.co"))
    }

    /// The same, at the address of this mirror.
    #[must_use]
    pub fn mirror(base: &str) -> Self {
        Self { proxy: Proxy::try_from_env(), ..Self::at(base) }
    }

    /// The hub at this address, asked without a proxy.
    #[must_use]
    pub fn at(base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            proxy: None,
            stall: Duration::from_secs(30),
            pause: Duration::from_secs(1),
        }
    }

    /// The same with other patience: the longest wait for the next byte (30 s), and the pause
    /// before the second attempt (1 s), which doubles up to 30 s.
    #[must_use]
    pub fn with_patience(self, stall: Duration, pause: Duration) -> Self {
        Self { stall, pause, ..self }
    }

    /// The address of an official file.
    #[must_use]
    pub fn url(&self, official: &Official) -> String {
        format!("{}/ggerganov/whisper.cpp/resolve/{}/{}", self.base, revision(), official.file_name())
    }

    fn agent(&self) -> Agent {
        Agent::config_builder()
            .proxy(self.proxy.clone())
            .http_status_as_error(false)
            // The bytes of the file itself are wanted and counted, so no compression on the way.
            .accept_encoding("identity")
            .user_agent(concat!("e-risalah/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(self.stall))
            .timeout_connect(Some(self.stall))
            .timeout_per_read(Some(self.stall))
            .timeout_per_write(Some(self.stall))
            .build()
            .new_agent()
    }
}

/// Downloads `official` into `part`, going on from what is there, and returns once the content was
/// found right. A part that can never become the file is removed.
pub(super) fn download(hub: &Hub, official: &Official, part: &Path, watch: &mut Monitor) -> Result<(), Error> {
    let url = hub.url(official);
    let mut part = Part::open(part, official.bytes, watch)?;
    let agent = hub.agent();
    let cancel = watch.cancel;
    thread::scope(|scope| {
        let (done, is_done) = bounded::<()>(0);
        let blocked = agent.clone();
        // A read that waits for a silent server is woken by closing its connection.
        scope.spawn(move || {
            while is_done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                if cancel.load(std::sync::atomic::Ordering::Relaxed) {
                    return blocked.shutdown();
                }
            }
        });
        let fetched = Fetch { hub, official, url: &url, agent: &agent, reached: false }.all(&mut part, watch);
        drop(done);
        fetched
    })?;
    part.finish(official, url)
}

/// Why an attempt ended.
enum Failure {
    /// The next attempt may do better.
    Passing(Error),
    /// It will not.
    Final(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

struct Fetch<'a> {
    hub: &'a Hub,
    official: &'a Official,
    url: &'a str,
    agent: &'a Agent,
    /// Whether the hub answered once: before that a failure to connect means that there is no way
    /// to it.
    reached: bool,
}

impl Fetch<'_> {
    fn all(mut self, part: &mut Part, watch: &mut Monitor) -> Result<(), Error> {
        let (mut furthest, mut failures) = (part.length, 0);
        while part.length < self.official.bytes {
            let error = match self.attempt(part, watch) {
                Ok(()) => continue,
                Err(_) if watch.is_cancelled() => return Err(Error::Cancelled),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(error)) => error,
            };
            // Measured from the furthest point ever reached: a server that ignores `Range` and breaks off makes
            // none.
            if part.length >= furthest + PROGRESS {
                (furthest, failures) = (part.length, 0);
            }
            failures += 1;
            if failures == Hub::ATTEMPTS {
                return Err(error);
            }
            let pause = (self.hub.pause * 2_u32.pow(failures - 1)).min(Hub::LONGEST_PAUSE);
            (watch.report)(Progress::Retry {
                cause: error.message(),
                seconds: pause.as_millis().div_ceil(1000) as u64,
            });
            wait(pause, watch)?;
        }
        Ok(())
    }

    fn attempt(&mut self, part: &mut Part, watch: &mut Monitor) -> Result<(), Failure> {
        let asked = part.length;
        let mut request = self.agent.get(self.url);
        if asked > 0 {
            request = request.header(RANGE, format!("bytes={asked}-"));
        }
        let response = request.call().map_err(|error| self.not_connected(error))?;
        self.reached = true;
        let (head, body) = response.into_parts();
        let expected = self.official.bytes;
        match head.status {
            StatusCode::OK => part.restart()?,
            StatusCode::PARTIAL_CONTENT => {
                let range = head.headers.get(CONTENT_RANGE).and_then(|range| range.to_str().ok()).unwrap_or_default();
                if asked == 0 || range != format!("bytes {asked}-{}/{expected}", expected - 1) {
                    return Err(Error::WrongRange { url: self.url.to_owned(), asked, got: range.to_owned() }.into());
                }
            }
            StatusCode::RANGE_NOT_SATISFIABLE => {
                part.restart()?;
                return Err(Failure::Passing(self.refused(head.status)));
            }
            status if status.is_server_error() || [408, 425, 429].contains(&status.as_u16()) => {
                return Err(Failure::Passing(self.refused(status)));
            }
            status => return Err(self.refused(status).into()),
        }
        if let Some(announced) = body.content_length().filter(|length| part.length + length != expected) {
            return Err(self.wrong_length(part.length + announced).into());
        }
        self.receive(body, part, watch)
    }

    fn receive(&self, body: Body, part: &mut Part, watch: &mut Monitor) -> Result<(), Failure> {
        let mut reader = body.into_reader();
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = match reader.read(&mut chunk) {
                Ok(0) if part.length == self.official.bytes => return Ok(()),
                Ok(0) => return Err(Failure::Passing(self.broken("end of the answer"))),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(Failure::Passing(self.interrupted(&ureq::Error::from(error)))),
            };
            let length = part.length + count as u64;
            if length > self.official.bytes {
                part.restart()?;
                return Err(self.wrong_length(length).into());
            }
            part.append(&chunk[..count])?;
            watch.bytes(Stage::Downloading, part.length, self.official.bytes)?;
        }
    }

    fn not_connected(&self, error: ureq::Error) -> Failure {
        let unreachable = Error::Unreachable { url: self.url.to_owned(), reason: error.to_string() };
        match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => Error::BadHub(self.hub.base.clone()).into(),
            ureq::Error::Tls(_)
            | ureq::Error::Rustls(_)
            | ureq::Error::TooManyRedirects
            | ureq::Error::InvalidProxyUrl => unreachable.into(),
            ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::ConnectProxyFailed(_) => {
                self.no_way(unreachable)
            }
            ureq::Error::Io(ref io)
                if matches!(
                    io.kind(),
                    ErrorKind::ConnectionRefused
                        | ErrorKind::HostUnreachable
                        | ErrorKind::NetworkUnreachable
                        | ErrorKind::AddrNotAvailable
                ) =>
            {
                self.no_way(unreachable)
            }
            error => Failure::Passing(self.interrupted(&error)),
        }
    }

    fn no_way(&self, error: Error) -> Failure {
        if self.reached { Failure::Passing(error) } else { Failure::Final(error) }
    }

    fn interrupted(&self, error: &ureq::Error) -> Error {
        match error {
            ureq::Error::Timeout(_) => {
                Error::Stalled { url: self.url.to_owned(), seconds: self.hub.stall.as_millis().div_ceil(1000) as u64 }
            }
            error => self.broken(&error.to_string()),
        }
    }

    fn broken(&self, reason: &str) -> Error {
        Error::Broken { url: self.url.to_owned(), reason: reason.to_owned() }
    }

    fn refused(&self, status: StatusCode) -> Error {
        Error::Refused { url: self.url.to_owned(), status: status.as_u16() }
    }

    fn wrong_length(&self, found: u64) -> Error {
        Error::WrongLength { url: self.url.to_owned(), expected: self.official.bytes, found }
    }
}

/// The `.part` file and the SHA-256 of what is in it.
struct Part {
    path: PathBuf,
    file: File,
    length: u64,
    hash: Sha256,
}

impl Part {
    fn open(path: &Path, total: u64, watch: &mut Monitor) -> Result<Self, Error> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = file.map_err(Error::at(path))?;
        let length = file.metadata().map_err(Error::at(path))?.len();
        let hash = hash_file(&mut file, path, length, watch)?;
        let mut part = Self { path: path.to_owned(), file, length, hash };
        if length > total {
            part.restart()?;
        }
        Ok(part)
    }

    fn restart(&mut self) -> Result<(), Error> {
        self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0))).map_err(Error::at(&self.path))?;
        self.length = 0;
        self.hash = Sha256::new();
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(Error::at(&self.path))?;
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn finish(self, official: &Official, url: String) -> Result<(), Error> {
        let found = hex(self.hash);
        if found != official.sha256 {
            std::fs::remove_file(&self.path).map_err(Error::at(&self.path))?;
            return Err(Error::WrongContent { url, expected: official.sha256.clone(), found });
        }
        self.file.sync_all().map_err(Error::at(&self.path))
    }
}

fn wait(pause: Duration, watch: &Monitor) -> Result<(), Error> {
    let mut left = pause;
    while !left.is_zero() {
        if watch.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let step = left.min(TICK);
        thread::sleep(step);
        left -= step;
    }
    Ok(())
}
