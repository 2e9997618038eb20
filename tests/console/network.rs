//! The page on the network: under TLS, with a certificate that is made here or the office's.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use e_risalah::accounts::Role;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;

use super::accounts::{PASSWORD, account};
use super::browser::two_voices;
use super::chromium::Browser;
use super::meetings::{KNOWN, known};
use super::server::{Answer, Served, command};

/// A browser that knows this authority, or none.
fn client(authority: Option<&[u8]>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if let Some(authority) = authority {
        roots.add(CertificateDer::from_pem_slice(authority).expect("a certificate")).expect("an authority");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

type Connection = StreamOwned<ClientConnection, TcpStream>;

fn connect(served: &Served, client: &Arc<ClientConfig>, name: &str) -> Connection {
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let connection = ClientConnection::new(Arc::clone(client), name).expect("a connection");
    StreamOwned::new(connection, TcpStream::connect(local(served)).expect("it listens"))
}

/// The server's port on this computer.
fn local(served: &Served) -> String {
    format!("127.0.0.1:{}", port(served))
}

fn port(served: &Served) -> &str {
    served.host.rsplit(':').next().expect("a port")
}

/// Sends a request to a server of this name; what fails is told.
fn ask(
    served: &Served,
    client: &Arc<ClientConfig>,
    name: &str,
    head: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> std::io::Result<Answer> {
    let mut connection = connect(served, client, name);
    let mut text = format!("{head} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    if headers.iter().all(|(name, _)| *name != "Host") {
        text += &format!("Host: {name}:{}\r\n", port(served));
    }
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    connection.write_all((text + "\r\n" + body).as_bytes())?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer)?;
    Ok(Answer::read(&answer))
}

fn listening(root: &Path, more: &[&str]) -> Served {
    account(root, "Sari", &[Role::Editor, Role::Operator], None);
    Served::with(root, &[&["--listen", "0.0.0.0:0"], more].concat())
}

fn authority(root: &Path) -> Vec<u8> {
    fs::read(root.join(".tls/ca.pem")).expect("an authority")
}

#[test]
fn who_knows_the_authority_signs_in_and_who_does_not_sends_nothing() {
    let root = known();
    let served = listening(root.path(), &["--host-name", "risalah.dprd.example"]);
    let authority = authority(root.path());
    let knows = client(Some(&authority));
    let stranger = ask(&served, &client(None), "127.0.0.1", "GET /sign-in", &[], "");
    let why = stranger.expect_err("not trusted").to_string();
    assert!(why.contains("UnknownIssuer"), "{why}");
    let wrong = ask(&served, &knows, "rapat.example", "GET /sign-in", &[], "").expect_err("another name").to_string();
    assert!(wrong.contains("not valid for name"), "{wrong}");
    for name in ["127.0.0.1", "localhost", "risalah.dprd.example"] {
        let page = ask(&served, &knows, name, "GET /sign-in", &[], "").expect("answered");
        assert_eq!(page.status, 200, "{name}: {}", page.text());
        let transport = page.headers.get("strict-transport-security");
        assert_eq!(transport.is_some(), name.contains("dprd"), "{name}: {transport:?}");
        // The fingerprint is that of the certificate that can be downloaded.
        let told = page.text();
        let told =
            told.split("id=\"fingerprint\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a fingerprint");
        let digest = Command::new("openssl")
            .args(["x509", "-noout", "-fingerprint", "-sha256", "-in"])
            .arg(root.path().join(".tls/ca.pem"))
            .output()
            .expect("openssl runs");
        let digest = String::from_utf8_lossy(&digest.stdout).trim().to_owned();
        assert_eq!(digest.split('=').nth(1), Some(told), "{digest}");
    }
    let download = ask(&served, &knows, "localhost", "GET /certificate", &[], "").expect("answered");
    assert_eq!(download.body, authority);
    // Names that are not in the certificate are not ours.
    for host in ["rapat.example", "risalah.dprd.example:1", "localhost"] {
        let other = ask(&served, &knows, "localhost", "GET /api/v1/meetings", &[("Host", host)], "").expect("answered");
        assert_eq!(other.code(403), "page.error.host", "{host}");
    }
    let body = json!({ "name": "Sari", "password": PASSWORD }).to_string();
    let json = ("Content-Type", "application/json");
    let (port, https) = (port(&served), format!("https://localhost:{}", port(&served)));
    let plain = ("Origin", format!("http://localhost:{port}"));
    let other = ask(&served, &knows, "localhost", "POST /api/v1/session", &[json, (plain.0, &plain.1)], &body);
    assert_eq!(other.expect("answered").code(403), "page.error.origin");
    let entered = ask(&served, &knows, "localhost", "POST /api/v1/session", &[json, ("Origin", &https)], &body);
    let entered = entered.expect("answered");
    let cookie = entered.headers["set-cookie"].clone();
    assert!(cookie.starts_with("__Host-risalah-") && cookie.contains("; Secure"), "{cookie}");
    let pair = cookie.split(';').next().expect("a pair");
    let list = ask(&served, &knows, "localhost", "GET /api/v1/meetings", &[("Cookie", pair)], "").expect("answered");
    assert_eq!(list.good()["meetings"][0]["id"], KNOWN);
    let none = ask(&served, &knows, "localhost", "GET /api/v1/meetings", &[], "").expect("answered");
    assert_eq!(none.code(401), "page.error.signed_out");
    assert_eq!(served.interrupt(), Some(0));
}

#[test]
fn what_is_live_goes_over_tls_too_and_the_end_is_clean() {
    let root = known();
    let served = listening(root.path(), &[]);
    let knows = client(Some(&authority(root.path())));
    let body = json!({ "name": "Sari", "password": PASSWORD, "program": true }).to_string();
    let json = ("Content-Type", "application/json");
    let who = ask(&served, &knows, "localhost", "POST /api/v1/session", &[json], &body).expect("answered").good();
    let token = who["token"].as_str().expect("a token");
    let mut connection = connect(&served, &knows, "localhost");
    let head = format!(
        "GET /api/v1/meetings/{KNOWN}/live HTTP/1.1\r\nHost: localhost:{}\r\nAuthorization: Bearer {token}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        port(&served)
    );
    connection.write_all(head.as_bytes()).expect("sent");
    let mut seen = Vec::new();
    let mut byte = [0; 512];
    while !String::from_utf8_lossy(&seen).contains("\"kind\":\"recording\"") {
        let read = connection.read(&mut byte).expect("it goes on");
        assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&byte[..read]);
    }
    assert!(seen.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&seen));
    // The line of who is disabled is cut.
    e_risalah::accounts::Accounts::of(root.path()).set_disabled("Sari", true).expect("disabled");
    let mut rest = Vec::new();
    let _ = connection.read_to_end(&mut rest);
    assert_eq!(served.interrupt(), Some(0));
}

#[test]
fn what_is_live_in_a_browser_goes_over_tls_too() {
    let root = known();
    let voices = tempfile::tempdir().expect("a folder");
    let source = voices.path().join("uji.wav");
    two_voices(&source, 1);
    let served = listening(root.path(), &["--source", source.to_str().expect("text")]);
    let browser = Browser::new("id", false);
    browser.open(&format!("https://localhost:{}/", port(&served)));
    browser.until("document.querySelector('#sign-in')");
    browser.keys("", &format!("Sari\u{e004}{PASSWORD}\u{e007}"));
    browser.until("document.querySelector('table.meetings')");
    browser.open(&format!("https://localhost:{}/meetings/{KNOWN}/soundcheck", port(&served)));
    browser.until("document.querySelector('.level')");
    browser.click("#start");
    browser.until("document.querySelector('.level.heard')");
    browser.open(&format!("https://localhost:{}/meetings/{KNOWN}/live", port(&served)));
    browser.until("document.querySelector('#start:not([hidden])')");
}

#[test]
fn who_speaks_without_tls_is_told_so_and_others_go_on() {
    let root = known();
    let served = listening(root.path(), &[]);
    let mut plain = TcpStream::connect(local(&served)).expect("it listens");
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("sent");
    let mut told = String::new();
    plain.read_to_string(&mut told).expect("answered");
    assert!(told.starts_with("HTTP/1.1 400") && told.contains("https://"), "{told}");
    // One who says nothing, or breaks off, holds nobody up.
    let silent = TcpStream::connect(local(&served)).expect("it listens");
    let mut broken = TcpStream::connect(local(&served)).expect("it listens");
    broken.write_all(&[0x16, 3, 1, 0, 5, 1]).expect("sent");
    drop(broken);
    let knows = client(Some(&authority(root.path())));
    assert_eq!(ask(&served, &knows, "localhost", "GET /sign-in", &[], "").expect("answered").status, 200);
    drop(silent);
    assert_eq!(served.interrupt(), Some(0));
}

#[test]
fn the_certificate_stays_over_a_new_start() {
    let root = known();
    let first = listening(root.path(), &[]);
    let (authority, server) = (authority(root.path()), fs::read(root.path().join(".tls/server.pem")).expect("there"));
    assert_eq!(first.interrupt(), Some(0));
    let second = Served::with(root.path(), &["--listen", "0.0.0.0:0"]);
    assert_eq!(fs::read(root.path().join(".tls/ca.pem")).expect("there"), authority);
    assert_eq!(fs::read(root.path().join(".tls/server.pem")).expect("there"), server);
    drop(second);
    let third = Served::with(root.path(), &["--listen", "0.0.0.0:0", "--host-name", "rapat.example"]);
    assert_ne!(fs::read(root.path().join(".tls/server.pem")).expect("there"), server, "a name is new");
    let knows = client(Some(&authority));
    assert_eq!(ask(&third, &knows, "rapat.example", "GET /sign-in", &[], "").expect("answered").status, 200);
}

/// A certificate and its key as an office has them, made by another program.
fn office(folder: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("kantor.pem"), folder.join("kantor.key"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=kantor.example",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-addext",
        ])
        .args(["subjectAltName=DNS:kantor.example,DNS:*.kota.example", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .stderr(Stdio::null())
        .status();
    assert!(made.is_ok_and(|made| made.success()), "openssl makes a certificate");
    (certificate, key)
}

#[test]
fn the_offices_own_certificate_is_shown() {
    let root = known();
    account(root.path(), "Sari", &[Role::Editor], None);
    let (certificate, key) = office(root.path());
    let (certificate, key) = (certificate.to_str().expect("a path"), key.to_str().expect("a path"));
    let served = Served::with(root.path(), &["--certificate", certificate, "--key", key]);
    let knows = client(Some(&fs::read(certificate).expect("there")));
    for name in ["kantor.example", "risalah.kota.example"] {
        let page = ask(&served, &knows, name, "GET /sign-in", &[], "").expect("answered");
        assert_eq!(page.status, 200, "{name}: {}", page.text());
    }
    assert_eq!(ask(&served, &knows, "kantor.example", "GET /certificate", &[], "").expect("answered").status, 404);
    drop(served);
    let refused = |certificate: &str, key: &str, what: &str| {
        let output = command(root.path(), &["--certificate", certificate, "--key", key]).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(what), "{said}");
    };
    refused(key, key, "BEGIN CERTIFICATE");
    refused(certificate, certificate, "BEGIN PRIVATE KEY");
    let other = root.path().join("lain");
    fs::create_dir(&other).expect("made");
    let (_, wrong) = office(&other);
    refused(certificate, wrong.to_str().expect("a path"), certificate);
}

#[test]
fn what_cannot_be_listened_on_is_told() {
    let root = known();
    let refused = |args: &[&str], what: &str| {
        let output = command(root.path(), args).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(what), "{args:?}: {said}");
    };
    refused(&["--listen", "0.0.0.0"], "risalah akun add");
    account(root.path(), "Sari", &[Role::Editor], None);
    e_risalah::accounts::Accounts::of(root.path()).set_disabled("Sari", true).expect("disabled");
    refused(&["--listen", "0.0.0.0"], "risalah akun add");
    e_risalah::accounts::Accounts::of(root.path()).set_disabled("Sari", false).expect("enabled");
    refused(&["--listen", "rumah"], "rumah");
    refused(&["--listen", "127.0.0.1:80800"], "80800");
    refused(&["--listen", "0.0.0.0:0", "--port", "80"], "dua kali");
    refused(&["--listen", "0.0.0.0:0", "--host-name", "a b"], "a b");
    refused(&["--certificate", "x.pem"], "--key");
}
