//! What all requests share.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::{Semaphore, watch};

use super::claims::Claims;
use super::cookies::Cookies;
use super::entering::Entering;
use super::member_links::MemberLinks;
use super::opened::{self, Opened};
#[cfg(feature = "print")]
use super::print_jobs::PrintJobs;
use super::record::Watched;
use super::records::Records;
use super::refused::Refused;
use super::server::Options;
use super::tls::Tls;
use super::visitor::Visitor;
use crate::accounts::{Attempts, Cached, Sessions, SignOn};
use crate::archive::Archive;
use crate::common::digest::sha256;
use crate::common::message::Message;
use crate::common::secret::random;
use crate::document::risalah::{self, Format, Sheet};
use crate::meeting_folder::{LaidOut, folders};
use crate::seal::with_keys;

/// Lays a sheet out by the templates of this folder, or by those that are built in.
pub type LayOut = dyn Fn(&Sheet, Format, Option<&Path>) -> Result<LaidOut, risalah::Error> + Send + Sync;

/// Requests that may work on files at a time; others wait.
const WORKING: usize = 8;

pub struct App {
    /// The folder of all meetings.
    pub root: PathBuf,
    /// Where it listens.
    pub bound: SocketAddr,
    /// What lets in where nobody has an account.
    pub token: String,
    /// What a page of somebody who is not signed in must send with every change.
    pub csrf: String,
    pub cookies: Cookies,
    pub tls: Option<Arc<Tls>>,
    pub accounts: Cached,
    pub sessions: Sessions,
    pub attempts: Attempts,
    /// The office's provider of sign-on.
    pub sign_on: Option<SignOn>,
    /// Whether there was an account since the server began: a file that is gone opens nothing.
    had_accounts: AtomicBool,
    pub program: PathBuf,
    pub lay_out: Box<LayOut>,
    pub source: Option<PathBuf>,
    /// Recordings that are watched, by the meeting's name.
    pub watched: Mutex<HashMap<String, Watched>>,
    /// The index of all meetings, once somebody has searched.
    pub archive: Mutex<Option<Archive>>,
    pub records: Records,
    pub member_links: MemberLinks,
    pub claims: Claims,
    /// Sealed meetings that somebody has opened.
    pub opened: Opened,
    /// What is entered in the audit trail.
    pub entering: Entering,
    #[cfg(feature = "print")]
    pub print_jobs: PrintJobs,
    /// One who changes a meeting has it alone.
    changing: Mutex<HashMap<String, Arc<Mutex<()>>>>,
    working: Arc<Semaphore>,
    ends: watch::Sender<bool>,
}

impl App {
    pub fn new(
        root: PathBuf,
        bound: SocketAddr,
        tls: Option<Arc<Tls>>,
        sign_on: Option<SignOn>,
        options: Options,
    ) -> io::Result<Self> {
        let token = options.token.map_or_else(random, Ok)?;
        let entering = Entering::of(&root);
        Ok(Self {
            accounts: Cached::of(&root),
            root,
            bound,
            cookies: Cookies::new(bound.port(), tls.is_some()),
            sessions: Sessions::default(),
            attempts: Attempts::default(),
            sign_on,
            had_accounts: AtomicBool::new(tls.is_some()),
            tls,
            // Made of the other, so that a page that outlives the server goes on with the next.
            csrf: sha256(format!("csrf {token}").as_bytes()),
            token,
            program: options.program,
            lay_out: options.lay_out,
            source: options.source,
            watched: Mutex::default(),
            archive: Mutex::default(),
            records: Records::default(),
            member_links: MemberLinks::default(),
            claims: Claims::default(),
            opened: Opened::default(),
            entering,
            #[cfg(feature = "print")]
            print_jobs: PrintJobs::default(),
            changing: Mutex::default(),
            working: Arc::new(Semaphore::new(WORKING)),
            ends: watch::Sender::new(false),
        })
    }

    /// Whether everybody signs in.
    pub fn has_accounts(&self) -> Result<bool, Refused> {
        let unread = |_| Refused::failed(Message::new("page.error.accounts"));
        if !self.accounts.read().map_err(unread)?.is_empty() {
            self.had_accounts.store(true, Ordering::Relaxed);
        }
        Ok(self.had_accounts.load(Ordering::Relaxed))
    }

    /// Whether somebody who was let in may still be answered; where a page is watched, that keeps
    /// their session open.
    pub fn is_still_in(&self, visitor: &Visitor, is_watched: bool) -> bool {
        let Some(session) = visitor.session() else { return !self.has_accounts().unwrap_or(true) };
        let now = Instant::now();
        if is_watched {
            self.sessions.keep(session, now);
        }
        self.sessions.is_open(session, now) && self.accounts.read().is_ok_and(|accounts| session.holds(&accounts))
    }

    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Whether a name with its port is one of this server's.
    pub fn is_own_host(&self, host: &str) -> bool {
        let port = self.bound.port();
        let own = [self.bound.to_string(), format!("localhost:{port}"), format!("127.0.0.1:{port}")];
        if own.iter().any(|own| own.eq_ignore_ascii_case(host)) {
            return true;
        }
        let Some(tls) = &self.tls else { return false };
        // The usual port is not written.
        let name =
            if port == 443 && !host.ends_with(":443") { Some(host) } else { host.strip_suffix(&format!(":{port}")) };
        name.is_some_and(|name| tls.is_for(name.trim_matches(['[', ']'])))
    }

    /// The folder of a meeting. Its name is looked for among those that are there, and is never
    /// made into a path.
    pub fn folder(&self, id: &str) -> Result<PathBuf, Refused> {
        folders(&self.root)
            .into_iter()
            .find(|(name, _)| name == id)
            .map(|(_, path)| path)
            .ok_or_else(|| Refused::not_found(Message::new("page.error.meeting").with("name", id)))
    }

    /// Does work that may wait for a disk, apart from those who answer.
    pub async fn work<T, F>(self: &Arc<Self>, work: F) -> Result<T, Refused>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T, Refused> + Send + 'static,
    {
        let stopped = || Refused::failed(Message::new("page.error.stopped"));
        let place = Arc::clone(&self.working).acquire_owned().await.map_err(|_| stopped())?;
        let app = Arc::clone(self);
        let keys = opened::lent();
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            with_keys(&keys, || work(&app))
        });
        done.await.map_err(|_| stopped())?
    }

    /// The same to change a meeting: nobody else changes it meanwhile through this server.
    pub async fn change<T, F>(self: &Arc<Self>, id: String, work: F) -> Result<T, Refused>
    where
        T: Send + 'static,
        F: FnOnce(&Self, &Path) -> Result<T, Refused> + Send + 'static,
    {
        self.work(move |app| {
            let folder = app.folder(&id)?;
            let alone = {
                let mut changing = app.changing.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(changing.entry(id).or_default())
            };
            let _alone = alone.lock().unwrap_or_else(PoisonError::into_inner);
            work(app, &folder)
        })
        .await
    }

    /// Closes the sealed meetings that were left open, and forgets what was read of them.
    pub fn close_left(&self, now: Instant) {
        for meeting in self.opened.purge(&self.sessions, now) {
            self.forget(&meeting);
        }
    }

    /// Closes the sealed meetings that somebody has opened who signs out.
    pub fn close_all(&self, visitor: &Visitor) {
        for meeting in self.opened.end(visitor) {
            self.forget(&meeting);
        }
    }

    fn forget(&self, meeting: &str) {
        if let Ok(folder) = self.folder(meeting) {
            self.records.forget(&folder);
        }
    }

    /// Tells everybody who waits that the server ends.
    pub fn end(&self) {
        self.ends.send_replace(true);
    }

    /// Whether the server ends.
    pub fn ending(&self) -> watch::Receiver<bool> {
        self.ends.subscribe()
    }
}
