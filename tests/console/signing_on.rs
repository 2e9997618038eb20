//! Signing on by a provider of the office: a real one, started by the test.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use e_risalah::accounts::{Role, SIGN_ON_FILE};
use serde_json::json;
use tempfile::TempDir;

use super::accounts::{PASSWORD, account};
use super::chromium::Browser;
use super::meetings::{KNOWN, known};
use super::server::{Served, command};
use super::until;

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// The office's provider, which ends with the test.
struct Provider {
    child: Child,
    port: u16,
}

impl Provider {
    /// Another test may take the port that was free a moment ago: then another one is tried.
    fn start() -> Self {
        let begun = (0..5).find_map(|_| Self::on(free_port()));
        begun.expect("the provider listens on one of five ports")
    }

    fn on(port: u16) -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/oidc-provider-mock");
        let mut run = Command::new(&program);
        run.args(["--port", &port.to_string(), "--require-nonce", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
        for (sub, name, groups) in [
            ("u1", "Sari Wulandari", json!(["SEKRETARIAT", "RISALAH-SUNTING"])),
            ("u2", "Tamu", json!(["SEKRETARIAT"])),
            ("u3", "Admin", json!("RISALAH-SUNTING")),
            ("u4", " ", json!(["RISALAH-SUNTING"])),
            ("u5", "Siti Aminah", json!(["ANGGOTA"])),
        ] {
            let claims = json!({ "sub": sub, "name": name, "groups": groups, "kode_orang": "siti" });
            run.args(["--user-claims", &claims.to_string()]);
        }
        let child = run.spawn().unwrap_or_else(|error| panic!("{} ({error}): run `make test`", program.display()));
        let mut provider = Self { child, port };
        let mut is_gone = false;
        until("the provider listens", || {
            is_gone = provider.child.try_wait().is_ok_and(|end| end.is_some());
            is_gone || provider.answers()
        });
        (!is_gone).then_some(provider)
    }

    /// Whether it is the provider that listens there.
    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let asked = stream.write_all(b"GET /.well-known/openid-configuration HTTP/1.0\r\nHost: localhost\r\n\r\n");
        let mut told = Vec::new();
        asked.and_then(|()| stream.shutdown(Shutdown::Write)).and_then(|()| stream.read_to_end(&mut told)).is_ok()
            && String::from_utf8_lossy(&told).contains("authorization_endpoint")
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder of meetings whose office has this provider, and the port of its page. The provider is
/// on
/// another site, as it is in an office.
fn office(provider: u16, more: &str) -> (TempDir, u16) {
    let (root, port) = (known(), free_port());
    account(root.path(), "Admin", &[Role::Operator], None);
    let text = format!(
        "penerbit = \"http://localhost:{provider}\"\nklien = \"risalah\"\nrahasia = \"rahasia\"\n\
         alamat = \"http://127.0.0.1:{port}\"\norang = \"kode_orang\"\n{more}\n\
         [peran]\nRISALAH-SUNTING = \"editor\"\nANGGOTA = \"member\"\n"
    );
    fs::write(root.path().join(SIGN_ON_FILE), text).expect("written");
    (root, port)
}

/// Somebody chooses the office's account, and who they are at the provider.
fn sign_on(browser: &Browser, served: &Served, path: &str, sub: &str) {
    browser.open(&format!("http://{}{path}", served.host));
    browser.until("document.querySelector('#sign-on')");
    browser.click("#sign-on");
    browser.until(&format!("document.querySelector('button[value={sub}]')"));
    browser.click(&format!("button[value={sub}]"));
}

#[test]
#[ignore = "needs the provider that `make test` fetches"]
fn whoever_the_provider_knows_has_the_roles_of_their_groups() {
    let provider = Provider::start();
    // Once with what it says of itself, once with each end point named.
    let at = format!("http://localhost:{}", provider.port);
    let named = format!(
        "titik = {{ otorisasi = \"{at}/oauth2/authorize\", token = \"{at}/oauth2/token\", kunci = \"{at}/jwks\" }}"
    );
    for more in ["", &named] {
        let (root, port) = office(provider.port, more);
        let served = Served::with(root.path(), &["--port", &port.to_string()]);
        let browser = Browser::new("id", false);
        let path = format!("/meetings/{KNOWN}");
        sign_on(&browser, &served, &path, "u1");
        browser.until(&format!("location.pathname === '{path}' && document.querySelector('.account strong')"));
        assert_eq!(browser.script("return document.querySelector('.account strong').textContent"), "Sari Wulandari");
        browser.picture("masuk-kantor");
        // An editor corrects, in their own name, and does not sign.
        browser.until("document.querySelector('#turns').getAttribute('aria-busy') === 'false'");
        let who = "const done = arguments[0]; fetch('/api/v1/session').then((told) => told.json()).then(done)";
        let who = browser.later(who);
        assert_eq!((&who["name"], &who["roles"]), (&json!("Sari Wulandari"), &json!(["editor"])), "{who}");
        // An account of the same name ends it: two people of one name cannot be told apart.
        account(root.path(), "Sari Wulandari", &[Role::Reader], None);
        browser.open(&format!("http://{}/", served.host));
        browser.until("location.pathname === '/sign-in'");
    }
}

#[test]
#[ignore = "needs the provider that `make test` fetches"]
fn whoever_has_no_role_or_the_name_of_another_is_told_so() {
    let provider = Provider::start();
    let (root, port) = office(provider.port, "");
    let served = Served::with(root.path(), &["--port", &port.to_string()]);
    let browser = Browser::new("id", false);
    for (sub, told) in
        [("u2", "tidak termasuk kelompok"), ("u3", "sudah mempunyai akun"), ("u4", "tidak memberitahukan nama")]
    {
        sign_on(&browser, &served, "/", sub);
        browser.until(&format!("document.querySelector('.refused')?.textContent.includes('{told}')"));
        browser.picture(&format!("masuk-ditolak-{sub}"));
    }
    // A member has their own page.
    sign_on(&browser, &served, "/", "u5");
    browser.until("location.pathname === '/member' && document.querySelector('.account strong')");
    // Whoever refuses at the provider comes back with a sentence.
    let other = Browser::new("id", false);
    other.open(&format!("http://{}/sign-in", served.host));
    other.click("#sign-on");
    other.until("document.querySelector('button[value=deny]')");
    other.click("button[value=deny]");
    other.until("document.querySelector('.refused')?.textContent.includes('menolak')");
}

#[test]
#[ignore = "needs the provider that `make test` fetches"]
fn what_comes_back_in_another_browser_or_twice_lets_nobody_in() {
    let provider = Provider::start();
    let (root, port) = office(provider.port, "");
    let served = Served::with(root.path(), &["--port", &port.to_string()]);
    let begun = served.raw("GET", "/sign-on?next=//example.org/", &[], b"");
    assert_eq!(begun.status, 303, "{}", begun.text());
    let leads = &begun.headers["location"];
    assert!(leads.contains("code_challenge=") && leads.contains("nonce="), "{leads}");
    let cookie = begun.headers["set-cookie"].split(';').next().expect("a cookie").to_owned();
    let state = leads.split("state=").nth(1).and_then(|rest| rest.split('&').next()).expect("a state");
    let back = |state: &str, cookie: &str| {
        let path = format!("/sign-on/return?state={state}&code=karangan");
        served.raw("GET", &path, &[("Cookie", cookie), ("Accept-Language", "id")], b"")
    };
    for (state, cookie) in [(state, ""), ("", ""), ("x", cookie.as_str()), (state, "risalah-sign-on-1=x")] {
        let told = back(state, cookie);
        assert_eq!(told.status, 401, "{}", told.text());
        assert!(!told.headers.contains_key("set-cookie"));
    }
    // A code that the provider has not given, and the same once more.
    assert_eq!(back(state, &cookie).status, 502);
    assert_eq!(back(state, &cookie).status, 401);
}

#[test]
fn a_provider_that_does_not_answer_and_a_mistake_in_its_file_are_told() {
    let (root, port) = office(free_port(), "");
    let served = Served::with(root.path(), &["--port", &port.to_string()]);
    let told = served.raw("GET", "/sign-on", &[("Accept-Language", "id")], b"");
    assert_eq!(told.status, 502);
    assert!(told.text().contains("Layanan akun kantor"), "{}", told.text());
    // The house's own accounts go on.
    let body = json!({ "name": "Admin", "password": PASSWORD }).to_string();
    let json = ("Content-Type", "application/json");
    assert_eq!(served.raw("POST", "/api/v1/session", &[json], body.as_bytes()).status, 200);
    drop(served);
    let path = root.path().join(SIGN_ON_FILE);
    let text = fs::read_to_string(&path).expect("read").replace("http://localhost", "http://sso.example");
    fs::write(&path, text).expect("written");
    let refused = command(root.path(), &[]).output().expect("it runs");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains(SIGN_ON_FILE) && said.contains("penerbit"), "{said}");
    assert_eq!(
        fs::read_dir(root.path()).expect("read").filter_map(Result::ok).filter(|one| one.path().is_dir()).count(),
        1
    );
}

#[test]
fn without_a_provider_nothing_is_offered() {
    let root = known();
    account(root.path(), "Admin", &[Role::Operator], None);
    let served = Served::new(root.path());
    assert!(!served.raw("GET", "/sign-in", &[], b"").text().contains("sign-on"));
    assert_eq!(served.raw("GET", "/sign-on", &[], b"").status, 404);
}
