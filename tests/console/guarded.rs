//! Who is let in, and who is not.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use e_risalah::accounts::Role;
use serde_json::json;

use super::accounts::{PASSWORD, account};
use super::chromium::Browser;
use super::meetings::{KNOWN, known};
use super::server::{Served, command};

#[test]
fn it_says_its_address_on_one_line_and_ends_cleanly() {
    let root = known();
    let served = Served::new(root.path());
    assert!(served.host.starts_with("127.0.0.1:"), "{}", served.host);
    assert_eq!(served.token.len(), 64);
    assert_eq!(served.interrupt(), Some(0));
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port().to_string();
    let refused = command(root.path(), &["--port", &port]).output().expect("it runs");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(refused.stdout.is_empty());
}

#[test]
fn without_an_account_nobody_on_the_network_is_let_in() {
    let root = known();
    for address in ["0.0.0.0", "192.168.1.5", "::"] {
        let refused = command(root.path(), &["--listen", address]).output().expect("it runs");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains(address) && said.contains("tanpa akun"), "{said}");
    }
    let one = command(&root.path().join(KNOWN), &[]).output().expect("it runs");
    assert_eq!(one.status.code(), Some(2), "{one:?}");
}

#[test]
fn the_first_address_gives_a_cookie_and_leads_on_without_its_secret() {
    let root = known();
    let served = Served::new(root.path());
    let entered = served.raw("GET", &format!("/?token={}", served.token), &[], b"");
    assert_eq!((entered.status, entered.headers["location"].as_str()), (303, "/"));
    let cookie = &entered.headers["set-cookie"];
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let pair = cookie.split(';').next().expect("a pair");
    let page = served.raw("GET", "/", &[("Cookie", pair)], b"");
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.text().contains(&served.token));
    let policy = &page.headers["content-security-policy"];
    assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
    // A change needs what only the page knows.
    let path = format!("/api/v1/meetings/{KNOWN}/undo");
    let body = br#"{"by":"Sari","edits":[]}"#;
    let json = ("Content-Type", "application/json");
    assert_eq!(served.raw("POST", &path, &[("Cookie", pair), json], body).code(403), "page.error.csrf");
    let text = page.text();
    let csrf = text.split("name=\"csrf\" content=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a token");
    let taken = served.raw("POST", &path, &[("Cookie", pair), json, ("X-CSRF-Token", csrf)], body);
    assert_eq!(taken.status, 200, "{}", taken.text());
}

#[test]
fn without_the_secret_there_is_nothing() {
    let root = known();
    let served = Served::new(root.path());
    let wrong = "f".repeat(64);
    for path in ["/api/v1/meetings", "/api/openapi.json", "/api/v1/gone"] {
        assert_eq!(served.raw("GET", path, &[], b"").code(401), "page.error.token");
        let bearer = format!("Bearer {wrong}");
        assert_eq!(served.raw("GET", path, &[("Authorization", &bearer)], b"").code(401), "page.error.token");
    }
    let page = served.raw("GET", &format!("/?token={wrong}"), &[("Accept-Language", "en")], b"");
    assert_eq!(page.status, 401);
    assert!(page.text().contains("<html lang=\"en\">") && page.text().contains("risalah serve"), "{}", page.text());
}

#[test]
fn a_page_of_another_origin_and_a_rebinding_host_get_nothing() {
    let root = known();
    let served = Served::new(root.path());
    let bearer = format!("Bearer {}", served.token);
    let with = |name, value| served.raw("GET", "/api/v1/meetings", &[("Authorization", &bearer), (name, value)], b"");
    assert_eq!(with("Host", "rapat.example:80").code(403), "page.error.host");
    let other_port = format!("{}1", served.host);
    assert_eq!(with("Host", &other_port).code(403), "page.error.host");
    for origin in ["http://rapat.example", "null", "https://127.0.0.1"] {
        assert_eq!(with("Origin", origin).code(403), "page.error.origin");
    }
    let own = format!("http://{}", served.host);
    assert_eq!(with("Origin", &own).status, 200);
}

#[test]
fn what_is_no_meeting_is_not_found_however_it_is_written() {
    let root = known();
    std::fs::write(root.path().join("rahasia.txt"), "x").expect("written");
    let served = Served::new(root.path());
    for id in
        ["..", "%2e%2e", "..%2F..%2Fetc", "%2Fetc", "rahasia.txt", "", ".", "a%00b", "2026-03-10-komisi-7%2Frekaman"]
    {
        let answer = served.get(&format!("/api/v1/meetings/{id}/turns"));
        assert_eq!(answer.status, 404, "{id}: {}", answer.text());
    }
    for name in ["..%2Frapat.toml", "rapat.toml", "transkrip.db", "%2Fetc%2Fpasswd"] {
        assert_eq!(served.get(&format!("/api/v1/meetings/{KNOWN}/official/{name}")).status, 404);
        assert_eq!(served.get(&format!("/assets/{name}")).status, 404);
    }
}

#[test]
fn every_refusal_is_json_with_a_code_and_a_sentence() {
    let root = known();
    let served = Served::new(root.path());
    let bearer = format!("Bearer {}", served.token);
    let json = ("Content-Type", "application/json");
    let undo = format!("/api/v1/meetings/{KNOWN}/undo");
    let (turns, live) = (format!("/api/v1/meetings/{KNOWN}/turns?from=-1"), format!("/api/v1/meetings/{KNOWN}/live"));
    let large = " ".repeat(3 << 20);
    let undo = undo.as_str();
    for (method, path, headers, body, status) in [
        ("GET", "/api/v1/nothing", vec![], "", 404),
        ("DELETE", "/api/v1/meetings", vec![], "", 405),
        ("POST", undo, vec![json], "{", 400),
        ("POST", undo, vec![json], "{}", 422),
        ("POST", undo, vec![], "{}", 415),
        ("POST", undo, vec![json], large.as_str(), 413),
        ("GET", turns.as_str(), vec![], "", 422),
        ("GET", live.as_str(), vec![], "", 400),
    ] {
        let headers: Vec<(&str, &str)> = [("Authorization", bearer.as_str())].into_iter().chain(headers).collect();
        let answer = served.raw(method, path, &headers, body.as_bytes());
        let told = answer.json();
        assert_eq!(answer.status, status, "{method} {path}: {told}");
        assert!(told["code"].is_string() && told["what"].is_string(), "{method} {path}: {told}");
    }
}

/// The address of a page of somebody else with this link in it, on another site than 127.0.0.1.
fn letter(link: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    let page = format!("<a href=\"{link}\">rapat</a>");
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}", page.len());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let asked = stream.read(&mut [0; 4096]);
            let _ = asked.and_then(|_| stream.write_all(answer.as_bytes()));
        }
    });
    format!("http://localhost:{port}/")
}

#[test]
fn a_link_in_a_letter_leads_where_it_says() {
    let root = known();
    let served = Served::new(root.path());
    let advance = |to: &str| {
        let body = json!({ "to": to, "by": "Sari" });
        served.ask("POST", &format!("/api/v1/meetings/{KNOWN}/advance"), Some(&body)).good();
    };
    advance("sementara");
    advance("koreksi");
    let link = served.ask("POST", &format!("/api/v1/meetings/{KNOWN}/members/siti/link"), None).good();
    let own = format!("http://{}{}", served.host, link["path"].as_str().expect("a path"));
    let browser = Browser::new("id", false);
    let follow = |link: &str| {
        browser.open(&letter(link));
        browser.click("a");
    };
    follow(&own);
    browser.until("document.querySelectorAll('.own').length === 2");
    follow(&served.address());
    browser.until("location.pathname === '/' && !location.search && document.querySelector('main h1')");
    // The cookie that is there already counts too, and what was searched is kept.
    follow(&format!("http://{}/search?q=pasar", served.host));
    browser.until("location.search === '?q=pasar' && document.querySelector('#q').value === 'pasar'");
}

#[test]
fn a_link_in_a_letter_finds_who_is_signed_in() {
    let root = known();
    account(root.path(), "Sari", &[Role::Editor], None);
    let served = Served::new(root.path());
    let editor = format!("http://{}/meetings/{KNOWN}", served.host);
    let browser = Browser::new("id", false);
    browser.open(&letter(&editor));
    browser.click("a");
    browser.until("location.pathname === '/sign-in' && document.querySelector('#sign-in')");
    browser.keys("", &format!("Sari\u{e004}{PASSWORD}\u{e007}"));
    browser.until("location.pathname.startsWith('/meetings/')");
    browser.open(&letter(&editor));
    browser.click("a");
    browser.until("location.pathname.startsWith('/meetings/') && document.querySelector('.account strong')");
}

#[test]
fn the_page_closes_the_program() {
    let root = known();
    let served = Served::new(root.path());
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.until("document.querySelector('#quit')");
    browser.click("#quit");
    browser.until("document.querySelector('#sure').open");
    browser.click("#sure button[value='']");
    browser.until("!document.querySelector('#sure').open");
    assert_eq!(served.get("/api/v1/meetings").status, 200, "it was not wished");
    browser.click("#quit");
    browser.until("document.querySelector('#sure').open");
    browser.picture("tutup");
    browser.click("#sure button.danger");
    browser.until("document.querySelector('main').textContent.includes('sudah ditutup')");
    browser.picture("sudah-ditutup");
    assert_eq!(served.wait(), Some(0));
}

#[test]
fn a_page_for_this_computer_does_not_stand_in_for_one_for_all() {
    let root = known();
    let served = Served::new(root.path());
    account(root.path(), "Sari", &[Role::Editor], None);
    let refused = command(root.path(), &["--listen", "0.0.0.0:0"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains(&served.host) && said.contains("Tutup E-Risalah"), "{said}");
    assert!(refused.stdout.is_empty());
    let again = command(root.path(), &[]).output().expect("it runs");
    assert_eq!(again.status.code(), Some(0), "the same page is shown");
}
