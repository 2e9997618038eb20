//! A hub on the loopback interface that does exactly what a test tells it to.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a client asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its first line.
    pub line: String,
    headers: HashMap<String, String>,
}

impl Request {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let line = lines.next()?;
        let headers = lines
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
            .collect();
        Some(Self { line, headers })
    }

    /// A header's value, by lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Where the client wants to go on.
    pub fn start(&self) -> usize {
        let range = self.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
        range.map_or(0, |start| start.parse().expect("a number"))
    }
}

/// What the hub does with one connection.
pub type Reply = Box<dyn FnOnce(&Request, &mut TcpStream) + Send>;

/// A hub that gives each connection its own reply and then closes it.
pub struct Server {
    pub address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        thread::spawn(move || {
            for reply in replies {
                let Ok((mut stream, _)) = listener.accept() else { return };
                let Some(request) = Request::read(&stream) else { return };
                log.lock().expect("the log").push(request.clone());
                reply(&request, &mut stream);
            }
        });
        Self { address, requests }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("the log").clone()
    }
}

/// Sends bytes; a client that has gone away is no failure of the hub.
fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
}

fn head(status: &str, headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

/// Holds the connection open until the client closes it.
fn hold(stream: &mut TcpStream) {
    let _ = stream.read(&mut [0]);
}

/// The whole file, whatever was asked for.
pub fn whole(file: &'static [u8]) -> Reply {
    broken_off(file, file.len())
}

/// The whole file announced, its first bytes sent.
pub fn broken_off(file: &'static [u8], sent: usize) -> Reply {
    Box::new(move |_, stream| {
        send(stream, &head("200 OK", &format!("Content-Length: {}\r\n", file.len())));
        send(stream, &file[..sent]);
    })
}

/// The rest of the file as asked for.
pub fn rest(file: &'static [u8]) -> Reply {
    rest_broken_off(file, file.len())
}

/// The rest of the file announced, at most so many bytes of it sent.
pub fn rest_broken_off(file: &'static [u8], sent: usize) -> Reply {
    Box::new(move |request, stream| {
        let (start, end) = (request.start(), file.len());
        let range = format!("Content-Length: {}\r\nContent-Range: bytes {start}-{}/{end}\r\n", end - start, end - 1);
        send(stream, &head("206 Partial Content", &range));
        send(stream, &file[start..end.min(start + sent)]);
    })
}

/// As [`broken_off`], but the line stays open and silent; `then` is called once the bytes are on
/// their way.
pub fn silent_after(file: &'static [u8], sent: usize, then: impl FnOnce() + Send + 'static) -> Reply {
    Box::new(move |request, stream| {
        broken_off(file, sent)(request, stream);
        then();
        hold(stream);
    })
}

/// A status with headers and a short body.
pub fn answer(status: &'static str, headers: &'static str) -> Reply {
    Box::new(move |_, stream| send(stream, &[head(status, headers).as_slice(), b"<html>no</html>"].concat()))
}

/// A body without an announced length.
pub fn unannounced(body: Vec<u8>) -> Reply {
    Box::new(move |_, stream| send(stream, &[head("200 OK", ""), body].concat()))
}

/// Elsewhere.
pub fn redirect(address: &str) -> Reply {
    let headers = format!("Location: {address}\r\nContent-Length: 0\r\n");
    Box::new(move |_, stream| send(stream, &head("302 Found", &headers)))
}

/// Opens a tunnel as a proxy does, and plays the hub at its other end.
pub fn tunnel(reply: Reply, inner: Arc<Mutex<Vec<Request>>>) -> Reply {
    Box::new(move |_, stream| {
        send(stream, b"HTTP/1.1 200 Connection established\r\n\r\n");
        let request = Request::read(stream).expect("a request through the tunnel");
        inner.lock().expect("the log").push(request.clone());
        reply(&request, stream);
    })
}
