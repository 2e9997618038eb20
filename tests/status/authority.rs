//! A certificate authority of its own, a time-stamp server, and a server that answers as the client
//! libraries of an e-sign service expect: all by `openssl`, all in a folder that is thrown away.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;

pub const PASSPHRASE: &str = "frasa sandi – rahasia";
pub const SIGNER: &str = "BAMBANG WIRAWAN, S.H., M.H.";

pub struct Authority {
    pub place: TempDir,
}

impl Authority {
    pub fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let authority = Self { place };
        authority.write("tsa.cnf", TSA);
        authority.write(
            "ext.cnf",
            "[signer]\nkeyUsage=digitalSignature,nonRepudiation\n[tsa]\nextendedKeyUsage=critical,timeStamping\n",
        );
        authority.openssl("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650", "/C=ID/CN=CA Uji");
        authority.openssl("req -x509 -newkey rsa:2048 -nodes -keyout lain.key -out lain.pem -days 3650", "/CN=CA Lain");
        authority.issue("signer", &format!("/C=ID/O=DPRD Kota Tanjung Contoh/CN={SIGNER}"), &[]);
        authority.issue("tsa", "/C=ID/CN=TSA Uji", &[]);
        authority
    }

    /// A certificate with its key, and both as PKCS#12.
    pub fn issue(&self, name: &str, subject: &str, validity: &[&str]) {
        self.openssl(&format!("req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr"), subject);
        let days = if validity.is_empty() { vec!["-days", "3650"] } else { validity.to_vec() };
        let section = if name == "tsa" { "tsa" } else { "signer" };
        let words = format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile ext.cnf -extensions {section} -out {name}.pem"
        );
        self.run(&words.split(' ').chain(days).collect::<Vec<&str>>());
        let words =
            format!("pkcs12 -export -in {name}.pem -inkey {name}.key -certfile ca.pem -out {name}.p12 -passout");
        let passphrase = format!("pass:{PASSPHRASE}");
        self.run(&words.split(' ').chain([passphrase.as_str()]).collect::<Vec<&str>>());
    }

    fn openssl(&self, words: &str, subject: &str) {
        self.run(&words.split(' ').chain(["-utf8", "-subj", subject]).collect::<Vec<&str>>());
    }

    pub fn run(&self, args: &[&str]) -> Vec<u8> {
        let output = Command::new("openssl").args(args).current_dir(self.place.path()).output().expect("openssl");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        fs::write(self.path(name), content).expect("written");
        self.path(name)
    }

    /// A time-stamp server at an address of its own.
    pub fn stamps(&self) -> Server {
        let place = self.place.path().to_owned();
        Server::new(move |request| {
            fs::write(place.join("query"), &request.body).expect("written");
            let args = "ts -reply -config tsa.cnf -queryfile query -signer tsa.pem -inkey tsa.key -out answer";
            let done = Command::new("openssl").args(args.split(' ')).current_dir(&place).output().expect("openssl");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            Reply::new(200, "application/timestamp-reply", fs::read(place.join("answer")).expect("an answer"))
        })
    }
}

const TSA: &str = "[tsa]
default_tsa = uji
[uji]
serial = tsa.serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
";

pub struct Request {
    pub line: String,
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    /// A part of a form, by its name.
    pub fn part(&self, name: &str) -> Option<Vec<u8>> {
        let boundary = self.head.split("boundary=").nth(1)?.lines().next()?.trim().to_owned();
        let mark = format!("--{boundary}");
        let mut rest = &self.body[..];
        while let Some(at) = find(rest, mark.as_bytes()) {
            rest = &rest[at + mark.len()..];
            let end = find(rest, mark.as_bytes())?;
            let (piece, blank) = (&rest[..end], b"\r\n\r\n");
            let head = find(piece, blank)?;
            if String::from_utf8_lossy(&piece[..head]).contains(&format!("name=\"{name}\"")) {
                return Some(piece[head + 4..end - 2].to_vec());
            }
        }
        None
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.part(name).unwrap_or_default()).expect("text")
    }
}

pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

pub struct Reply {
    pub status: u16,
    pub kind: &'static str,
    pub body: Vec<u8>,
    /// Says how much comes, and sends no more than that it has begun.
    pub hangs: bool,
}

impl Reply {
    pub fn new(status: u16, kind: &'static str, body: Vec<u8>) -> Self {
        Self { status, kind, body, hangs: false }
    }

    pub fn json(status: u16, text: &str) -> Self {
        Self::new(status, "application/json", text.as_bytes().to_vec())
    }
}

/// A small HTTP server: one answer for each connection.
pub struct Server {
    pub address: String,
    /// The first line of each request.
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn new(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (heard, answer) = (Arc::clone(&asked), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (heard, answer) = (Arc::clone(&heard), Arc::clone(&answer));
                thread::spawn(move || {
                    let Some(request) = read(&stream) else { return };
                    heard.lock().expect("heard").push(request.line.clone());
                    send(stream, &answer(&request));
                });
            }
        });
        Self { address, asked }
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("heard").clone()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut head, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut line).ok()?;
    loop {
        let mut text = String::new();
        reader.read_line(&mut text).ok()?;
        if text.trim().is_empty() {
            break;
        }
        if let Some(given) = text.to_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().ok()?;
        }
        head += &text;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { line: line.trim().to_owned(), head, body })
}

fn send(mut stream: TcpStream, reply: &Reply) {
    let head = format!(
        "HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        reply.status,
        reply.kind,
        reply.body.len()
    );
    let _ = stream.write_all(head.as_bytes());
    if reply.hangs {
        // Until the other side has had enough.
        let _ = stream.read(&mut [0]);
    } else {
        let _ = stream.write_all(&reply.body);
    }
}

/// What `pdfsig` says of a document, which trusts these roots.
pub fn pdfsig(path: &Path) -> String {
    let output = Command::new("pdfsig").args(["-nocert".as_ref(), path.as_os_str()]).output();
    let output = output.expect("pdfsig: apt-get install poppler-utils");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
