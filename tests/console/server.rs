//! The program's server, and one who asks it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A server of the program that ends with the test.
pub struct Served {
    child: Child,
    /// Host and port.
    pub host: String,
    /// What lets in; empty where there are accounts.
    pub token: String,
}

impl Served {
    pub fn new(root: &Path) -> Self {
        Self::with(root, &[])
    }

    pub fn with(root: &Path, more: &[&str]) -> Self {
        let mut child = command(root, more).stdout(Stdio::piped()).spawn().expect("the program runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("an address");
        let (_, rest) = line.trim().split_once("://").unwrap_or_else(|| panic!("an address: {line:?}"));
        let (host, token) = rest.split_once('/').expect("a page");
        let token = token.strip_prefix("?token=").unwrap_or_default();
        Self { host: host.to_owned(), token: token.to_owned(), child }
    }

    /// The address that opens the page.
    pub fn address(&self) -> String {
        format!("http://{}/?token={}", self.host, self.token)
    }

    /// Its process.
    #[allow(dead_code, reason = "the bench asks for it")]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, None)
    }

    /// What a program gets that is let in.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.ask_with(&self.token, method, path, body)
    }

    /// What a program gets that sends this token.
    pub fn ask_with(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut headers = vec![("Authorization", bearer.as_str())];
        if body.is_some() {
            headers.push(("Content-Type", "application/json"));
        }
        self.raw(method, path, &headers, body.map(Value::to_string).unwrap_or_default().as_bytes())
    }

    /// Sends just this.
    pub fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if headers.iter().all(|(name, _)| *name != "Host") {
            head += &format!("Host: {}\r\n", self.host);
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all((head + "\r\n").as_bytes()).expect("sent");
        // One whose head is refused may be closed before its body is taken.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        Answer::read(&answer)
    }

    /// Ends it as Ctrl-C does, and gives its exit code.
    pub fn interrupt(mut self) -> Option<i32> {
        signal(&self.child, "-INT");
        self.child.wait().expect("it ends").code()
    }

    /// Waits until it ends by itself, and gives its exit code.
    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }

    /// Ends it as a loss of power does.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(name).arg(child.id().to_string()).status().expect("kill runs");
    assert!(sent.success());
}

pub fn command(root: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(["serve", "--no-open", "--quiet"]).args(more).arg(root);
    command.env("RISALAH_LANG", "id").env("RISALAH_MODELS", "/tidak/ada").stdin(Stdio::null());
    command.env("RISALAH_TLS", root.join(".tls"));
    command.env("RISALAH_LOG_DIR", env!("CARGO_TARGET_TMPDIR")).env("RISALAH_ROOMS", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("an answer with a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
        let headers: HashMap<String, String> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let body = bytes[end + 4..].to_vec();
        Self { status, body: if headers.contains_key("transfer-encoding") { unchunked(&body) } else { body }, headers }
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// The JSON of an answer that must be one of success.
    pub fn good(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        self.json()
    }

    /// The code of a refusal, which must have its sentence.
    pub fn code(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        let told = self.json();
        assert!(told["what"].as_str().is_some_and(|what| what.ends_with(['.', ':', ')'])), "{told}");
        told["code"].as_str().expect("a code").to_owned()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = String::from_utf8_lossy(&rest[..end]).trim().to_owned();
        let size = usize::from_str_radix(&size, 16).expect("a size");
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    body
}
