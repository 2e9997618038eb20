//! What all requests share.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, watch};

use super::claims::Claims;
use super::member_links::MemberLinks;
#[cfg(feature = "print")]
use super::print_jobs::PrintJobs;
use super::record::Watched;
use super::records::Records;
use super::refused::Refused;
use super::server::Options;
use crate::archive::Archive;
use crate::common::digest::sha256;
use crate::common::message::Message;
use crate::document::risalah::{self, Format, Sheet};
use crate::meeting_folder::{LaidOut, folders};

/// Lays a sheet out by the templates of this folder, or by those that are built in.
pub type LayOut = dyn Fn(&Sheet, Format, Option<&Path>) -> Result<LaidOut, risalah::Error> + Send + Sync;

/// Requests that may work on files at a time; others wait.
const WORKING: usize = 8;

pub struct App {
    /// The folder of all meetings.
    pub root: PathBuf,
    /// Where it listens.
    pub bound: SocketAddr,
    /// What lets in.
    pub token: String,
    /// What a page must send with every change.
    pub csrf: String,
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
    #[cfg(feature = "print")]
    pub print_jobs: PrintJobs,
    /// One who changes a meeting has it alone.
    changing: Mutex<HashMap<String, Arc<Mutex<()>>>>,
    working: Arc<Semaphore>,
    ends: watch::Sender<bool>,
}

impl App {
    pub fn new(root: PathBuf, bound: SocketAddr, options: Options) -> io::Result<Self> {
        let token = options.token.map_or_else(random, Ok)?;
        Ok(Self {
            root,
            bound,
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
            #[cfg(feature = "print")]
            print_jobs: PrintJobs::default(),
            changing: Mutex::default(),
            working: Arc::new(Semaphore::new(WORKING)),
            ends: watch::Sender::new(false),
        })
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
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work(&app)
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

    /// Tells everybody who waits that the server ends.
    pub fn end(&self) {
        self.ends.send_replace(true);
    }

    /// Whether the server ends.
    pub fn ending(&self) -> watch::Receiver<bool> {
        self.ends.subscribe()
    }
}

/// 256 random bits.
pub fn random() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::from)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
