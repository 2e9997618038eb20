//! The server: where it listens, and how it begins and ends.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use tower_http::catch_panic::CatchPanicLayer;

use super::app::{App, LayOut};
use super::{api, assets, guard, pages};
use crate::common::message::{Explain, Message};
use crate::meeting_folder::is_meeting;

/// More is in no request: the text of the longest turn has some kilobytes.
const LARGEST: usize = 1 << 20;
/// Threads that answer; what takes long has threads of its own.
const WORKERS: usize = 2;
/// How often it is looked whether the server is to end.
const PULSE: Duration = Duration::from_millis(50);
/// How long answers that are under way are waited for at the end.
const ENDS: Duration = Duration::from_secs(1);

/// What a server needs to know.
pub struct Options {
    /// The folder of all meetings.
    pub folder: PathBuf,
    /// Where it listens; this computer only.
    pub address: IpAddr,
    /// The port; 0 for any that is free.
    pub port: u16,
    /// What lets in: that of a page that was killed, so that browsers go on with this one; else a new
    /// one is made.
    pub token: Option<String>,
    /// The file of this program, which is started to record.
    pub program: PathBuf,
    /// Lays out printed documents.
    pub lay_out: Box<LayOut>,
    /// A recording that is taken in place of the microphones.
    pub source: Option<PathBuf>,
}

/// Why the server does not begin.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields fill the sentence of their variant")]
pub enum Error {
    /// Others could reach it.
    #[error("{address} is not of this computer only")]
    NotLoopback { address: IpAddr },
    /// What was given is one meeting.
    #[error("{} is a meeting", path.display())]
    OneMeeting { path: PathBuf },
    /// The folder cannot be made or read.
    #[error("{}: {source}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    /// The address is taken, or the system does not give it.
    #[error("{address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
}

impl Explain for Error {
    fn message(&self) -> Message {
        match self {
            Self::NotLoopback { address } => Message::new("serve.not_loopback").with("address", address),
            Self::OneMeeting { path } => {
                let above = path.canonicalize().ok().and_then(|path| path.parent().map(Path::to_owned));
                let above = above.unwrap_or_else(|| PathBuf::from(".."));
                Message::new("serve.one_meeting").with("path", path.display()).with("above", above.display())
            }
            Self::Folder { path, source } => {
                Message::new("serve.folder").with("path", path.display()).with("detail", source)
            }
            Self::Listen { address, source } => {
                Message::new("serve.listen").with("address", address).with("detail", source)
            }
        }
    }

    fn is_usage(&self) -> bool {
        matches!(self, Self::NotLoopback { .. } | Self::OneMeeting { .. })
    }
}

/// A server that listens already.
pub struct Server {
    listener: TcpListener,
    app: Arc<App>,
    runtime: tokio::runtime::Runtime,
}

impl Server {
    /// Begins to listen. The folder is made where there is none.
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn bind(options: Options) -> Result<Self, Error> {
        if !options.address.is_loopback() {
            return Err(Error::NotLoopback { address: options.address });
        }
        let path = options.folder.clone();
        let of_folder = |source| Error::Folder { path: path.clone(), source };
        fs::create_dir_all(&path).map_err(of_folder)?;
        let root = path.canonicalize().map_err(of_folder)?;
        if is_meeting(&root) {
            return Err(Error::OneMeeting { path });
        }
        let address = SocketAddr::new(options.address, options.port);
        let of_address = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(of_address)?;
        listener.set_nonblocking(true).map_err(of_address)?;
        let bound = listener.local_addr().map_err(of_address)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .enable_all()
            .build()
            .map_err(of_address)?;
        let app = App::new(root, bound, options).map_err(of_address)?;
        Ok(Self { listener, app: Arc::new(app), runtime })
    }

    /// The address that opens the page: it holds what lets in.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}/?token={}", self.app.bound, self.app.token)
    }

    /// The folder of all meetings.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.app.root
    }

    /// Answers until `stop` is set.
    ///
    /// # Errors
    /// [`Error::Listen`] when the system does not let it go on.
    pub fn run(self, stop: &AtomicBool) -> Result<(), Error> {
        let Self { listener, app, runtime } = self;
        let address = app.bound;
        let ended = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let ending = Arc::clone(&app);
            let asked = async move {
                while !stop.load(Ordering::Relaxed) {
                    tokio::time::sleep(PULSE).await;
                }
                ending.end();
            };
            let mut ends = app.ending();
            let late = async move {
                let _ = ends.wait_for(|ends| *ends).await;
                tokio::time::sleep(ENDS).await;
            };
            // The wait for the request to end must not borrow `stop` beyond this call, so both are polled here.
            let serve = axum::serve(listener, router(app)).into_future();
            tokio::select! {
                served = serve => served,
                () = async { asked.await; late.await } => Ok(()),
            }
        });
        // What still reads a recording is not waited for.
        runtime.shutdown_background();
        ended.map_err(|source| Error::Listen { address, source })
    }
}

fn router(app: Arc<App>) -> Router {
    let (api, description) = api::router();
    Router::new()
        .merge(api)
        .merge(api::description(description))
        .merge(pages::router())
        .merge(assets::router())
        .fallback(guard::nothing_there)
        .method_not_allowed_fallback(guard::no_such_method)
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(CatchPanicLayer::custom(guard::failed))
        .layer(from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}
