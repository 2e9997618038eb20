//! The server: where it listens, and how it begins and ends.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use tower_http::catch_panic::CatchPanicLayer;

use super::app::{App, LayOut};
use super::tls::{self, Certificate, Tls};
use super::{api, assets, guard, pages, sign_on};
use crate::accounts::{self, Accounts, SignOn, SignOnError};
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
/// How often it is looked whether the certificate is still good.
const RENEWED: Duration = Duration::from_mins(1);
/// How long the head of a request may take that comes from the network.
const HEAD: Duration = Duration::from_secs(20);

/// What a server needs to know.
pub struct Options {
    /// The folder of all meetings.
    pub folder: PathBuf,
    /// Where it listens; beyond this computer, under TLS and to people with an account.
    pub address: IpAddr,
    /// The port; 0 for any that is free.
    pub port: u16,
    /// What it shows beyond this computer; on it only where it is the office's.
    pub certificate: Certificate,
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
    /// Others could reach it, and nobody has an account.
    #[error("{address} is not of this computer only")]
    NoAccount { address: IpAddr, folder: PathBuf },
    /// The accounts cannot be read.
    #[error(transparent)]
    Accounts(#[from] accounts::Error),
    /// The provider of sign-on is not named as it should be.
    #[error(transparent)]
    SignOn(#[from] SignOnError),
    /// There is no certificate.
    #[error(transparent)]
    Tls(#[from] tls::Error),
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
            Self::NoAccount { address, folder } => {
                Message::new("serve.no_account").with("address", address).with("path", folder.display())
            }
            Self::Accounts(error) => error.message(),
            Self::SignOn(error) => error.message(),
            Self::Tls(error) => error.message(),
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
        match self {
            Self::NoAccount { .. } | Self::OneMeeting { .. } => true,
            Self::Accounts(error) => error.is_usage(),
            Self::Tls(error) => error.is_usage(),
            Self::SignOn(_) | Self::Folder { .. } | Self::Listen { .. } => false,
        }
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
        let path = options.folder.clone();
        let of_folder = |source| Error::Folder { path: path.clone(), source };
        fs::create_dir_all(&path).map_err(of_folder)?;
        let root = path.canonicalize().map_err(of_folder)?;
        if is_meeting(&root) {
            return Err(Error::OneMeeting { path });
        }
        let is_for_all = !options.address.is_loopback();
        if is_for_all && Accounts::of(&root).read()?.iter().all(|account| account.disabled) {
            return Err(Error::NoAccount { address: options.address, folder: path });
        }
        let sign_on = SignOn::of(&root)?;
        let is_given = matches!(options.certificate, Certificate::Given { .. });
        let tls = if is_for_all || is_given {
            Some(Arc::new(Tls::new(&options.certificate, options.address)?))
        } else {
            None
        };
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
        let app = App::new(root, bound, tls, sign_on, options).map_err(of_address)?;
        Ok(Self { listener, app: Arc::new(app), runtime })
    }

    /// The address that opens the page. Where nobody has an account, it holds what lets in.
    #[must_use]
    pub fn address(&self) -> String {
        let app = &self.app;
        let begin = format!("{}://{}/", app.scheme(), self.host());
        match app.has_accounts() {
            Ok(false) => format!("{begin}?token={}", app.token),
            _ => begin,
        }
    }

    /// The SHA-256 of the certificate that is compared, and where that can be downloaded; `None`
    /// where the page is not under TLS.
    #[must_use]
    pub fn certificate(&self) -> Option<(String, Option<String>)> {
        let tls = self.app.tls.as_ref()?;
        let download = tls.authority().map(|_| format!("https://{}/certificate", self.host()));
        Some((tls.fingerprint(), download))
    }

    /// Name and port by which others reach it.
    fn host(&self) -> String {
        let bound = self.app.bound;
        if !bound.ip().is_unspecified() {
            return bound.to_string();
        }
        let name = Tls::names(bound.ip()).into_iter().next().unwrap_or_else(|| "localhost".to_owned());
        let is_version_6 = name.parse::<std::net::Ipv6Addr>().is_ok();
        if is_version_6 { format!("[{name}]:{}", bound.port()) } else { format!("{name}:{}", bound.port()) }
    }

    /// The folder of all meetings.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.app.root
    }

    /// Answers until `stop` is set, or somebody closes the program from the page.
    ///
    /// # Errors
    /// [`Error::Listen`] when the system does not let it go on.
    pub fn run(self, stop: &AtomicBool) -> Result<(), Error> {
        let Self { listener, app, runtime } = self;
        let address = app.bound;
        let ended = runtime.block_on(async {
            let ending = Arc::clone(&app);
            let over = async move {
                let ends = ending.ending();
                while !stop.load(Ordering::Relaxed) && !*ends.borrow() {
                    ending.close_left(Instant::now());
                    tokio::time::sleep(PULSE).await;
                }
                ending.end();
                tokio::time::sleep(ENDS).await;
            };
            // The wait for the request to end must not borrow `stop` beyond this call, so all are polled here.
            tokio::select! {
                served = serve(listener, Arc::clone(&app)) => served,
                () = renew(app.tls.clone()) => Ok(()),
                () = over => Ok(()),
            }
        });
        // What still reads a recording is not waited for.
        runtime.shutdown_background();
        ended.map_err(|source| Error::Listen { address, source })
    }
}

/// Answers as long as the system lets it.
async fn serve(listener: TcpListener, app: Arc<App>) -> io::Result<()> {
    let tls = app.tls.clone();
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let Some(tls) = tls else {
        return axum::serve(tokio::net::TcpListener::from_std(listener)?, service).await;
    };
    let mut server = axum_server::from_tcp(listener)?.acceptor(tls.acceptor()).first_request_timeout(HEAD);
    server.http_builder().http1().header_read_timeout(HEAD);
    server.serve(service).await
}

/// Looks after the certificate; without one it only waits.
async fn renew(tls: Option<Arc<Tls>>) {
    let Some(tls) = tls else { return std::future::pending().await };
    loop {
        tokio::time::sleep(RENEWED).await;
        let tls = Arc::clone(&tls);
        let renewed = tokio::task::spawn_blocking(move || tls.renew()).await;
        if !matches!(renewed, Ok(Ok(()))) {
            tracing::warn!("certificate not renewed");
        }
    }
}

fn router(app: Arc<App>) -> Router {
    let (api, description) = api::router();
    Router::new()
        .merge(api)
        .merge(api::description(description))
        .merge(pages::router())
        .merge(sign_on::router())
        .merge(assets::router())
        .fallback(guard::nothing_there)
        .method_not_allowed_fallback(guard::no_such_method)
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(CatchPanicLayer::custom(guard::failed))
        .layer(from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}
