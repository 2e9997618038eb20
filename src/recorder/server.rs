//! Answers requests on this computer's own address.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::Sender;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::{Address, CONTROL, Call, Reply, Request};

/// The longest request; a note is shorter.
const LONGEST: u64 = 64 << 10;

/// A request and where its answer goes.
pub(super) type Asked = (Request, oneshot::Sender<Reply>);

/// A server for one recorder. It ends with the process; its address is taken away when it is dropped.
pub(super) struct Server {
    text: Vec<u8>,
    addresses: Vec<PathBuf>,
}

impl Server {
    /// Begins to answer. Requests go to `requests`; one that is not taken at once is refused. `conference` is told to who may read the
    /// address.
    pub fn begin(folder: &Path, requests: Sender<Asked>, conference: Option<u16>) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let token = token();
        let port = listener.local_addr()?.port();
        let address = folder.join(CONTROL);
        let text = serde_json::to_vec(&Address { port, conference, token: token.clone(), pid: std::process::id() })?;
        write_private(&address, &text)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        thread::Builder::new().name("requests".into()).spawn(move || {
            runtime.block_on(listen(listener, Arc::from(token), requests));
        })?;
        Ok(Self { text, addresses: vec![address] })
    }

    /// Can be reached through another folder too. Where that fails, it cannot.
    pub fn tell(&mut self, folder: &Path) {
        let address = folder.join(CONTROL);
        if write_private(&address, &self.text).is_ok() {
            self.addresses.push(address);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for address in &self.addresses {
            let _ = fs::remove_file(address);
        }
    }
}

async fn listen(listener: std::net::TcpListener, token: Arc<str>, requests: Sender<Asked>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    loop {
        // A caller that went away before it was heard is no reason to stop hearing others.
        if let Ok((caller, _)) = listener.accept().await {
            tokio::spawn(answer(caller, Arc::clone(&token), requests.clone()));
        } else {
            tokio::task::yield_now().await;
        }
    }
}

async fn answer(mut caller: TcpStream, token: Arc<str>, requests: Sender<Asked>) {
    let (reader, mut writer) = caller.split();
    let mut reader = BufReader::new(reader);
    loop {
        let mut line = String::new();
        match (&mut reader).take(LONGEST).read_line(&mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let reply = match serde_json::from_str::<Call>(&line) {
            Ok(call) if call.token == *token => pass_on(call.request, &requests).await,
            Ok(_) => Reply::Refused { reason: "token".into() },
            Err(error) => Reply::Refused { reason: error.to_string() },
        };
        let Ok(mut text) = serde_json::to_vec(&reply) else { return };
        text.push(b'\n');
        if writer.write_all(&text).await.is_err() {
            return;
        }
    }
}

async fn pass_on(request: Request, requests: &Sender<Asked>) -> Reply {
    let (reply, answered) = oneshot::channel();
    let busy = || Reply::Refused { reason: "busy".into() };
    match requests.try_send((request, reply)) {
        Ok(()) => answered.await.unwrap_or_else(|_| busy()),
        Err(_) => busy(),
    }
}

/// 128 bits that nobody can guess: the standard library's hashers are keyed from the system's source of randomness.
fn token() -> String {
    let part = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", part(), part())
}

/// Writes a file that only its owner may read.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::Write::write_all(&mut options.open(path)?, content)
}
