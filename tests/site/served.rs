//! A plain file server: it gives out what lies in a folder, and knows nothing of the site.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

/// Nothing but files of the same server.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What was asked for, and how many bytes it had.
pub type Asked = Arc<Mutex<Vec<(String, usize)>>>;

pub struct Server {
    pub address: String,
    pub asked: Asked,
}

impl Server {
    /// It ends with the test.
    pub fn new(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (asked, folder) = (Asked::default(), folder.to_owned());
        let own = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (asked, folder) = (Arc::clone(&own), folder.clone());
                thread::spawn(move || answer(stream, &folder, &asked));
            }
        });
        Self { address, asked }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.address)
    }
}

fn answer(mut stream: TcpStream, folder: &Path, asked: &Asked) -> Option<()> {
    let (mut request, mut piece) = (Vec::new(), [0; 4096]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece).ok()? {
            0 => return None,
            read => request.extend_from_slice(&piece[..read]),
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1)?.split(['?', '#']).next()?.trim_start_matches('/').to_owned();
    let mut file: PathBuf = folder.join(&path);
    if file.is_dir() {
        file = file.join("index.html");
    }
    let content = fs::read(&file).ok();
    let kind = match file.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css",
        "js" => "text/javascript",
        "json" => "application/json",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ogg" => "audio/ogg",
        "vtt" => "text/vtt",
        _ => "application/octet-stream",
    };
    let status = if content.is_some() { "200 OK" } else { "404 Not Found" };
    let content = content.unwrap_or_default();
    asked.lock().expect("a list").push((path, content.len()));
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nContent-Security-Policy: {POLICY}\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        content.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&content)).ok()
}
