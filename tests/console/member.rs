//! A member's link: their own turns, with sound, within the period of correction.

use serde_json::{Value, json};

use super::chromium::Browser;
use super::meetings::{KNOWN, known};
use super::server::{Answer, Served};

fn advance(served: &Served, to: &str) {
    let body = json!({ "to": to, "by": "Sari", "note": "uji" });
    served.ask("POST", &format!("/api/v1/meetings/{KNOWN}/advance"), Some(&body)).good();
}

fn link(served: &Served, person: &str) -> Answer {
    served.ask("POST", &format!("/api/v1/meetings/{KNOWN}/members/{person}/link"), None)
}

/// What a member's browser sends: its cookie, and for a change what the page has.
fn as_member(served: &Served, secret: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
    let port = served.host.rsplit(':').next().expect("a port");
    let cookie = format!("risalah-member-{port}={secret}");
    let page = served.raw("GET", "/member", &[("Cookie", &cookie)], b"").text();
    let csrf = page.split("name=\"csrf\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
    let csrf = csrf.unwrap_or_default().to_owned();
    let headers = [("Cookie", cookie.as_str()), ("X-CSRF-Token", &csrf), ("Content-Type", "application/json")];
    served.raw(method, path, &headers, body.map(Value::to_string).unwrap_or_default().as_bytes())
}

#[test]
fn a_member_corrects_their_own_turns_and_reaches_nothing_else() {
    let root = known();
    let served = Served::new(root.path());
    assert_eq!(link(&served, "siti").code(409), "page.error.no_correction");
    advance(&served, "sementara");
    advance(&served, "koreksi");
    let path = link(&served, "siti").good()["path"].as_str().expect("a path").to_owned();
    assert_eq!(link(&served, "siti").good()["path"], path, "the same each time");
    assert_eq!(link(&served, "tidakada").code(404), "page.error.person");
    let secret = path.split("link=").nth(1).expect("a secret");
    let entered = served.raw("GET", &path, &[], b"");
    assert_eq!((entered.status, entered.headers["location"].as_str()), (303, "/member"));
    assert!(entered.headers["set-cookie"].contains("HttpOnly"));

    let own = as_member(&served, secret, "GET", "/api/v1/member/turns", None).good();
    let turns = own["turns"].as_array().expect("turns");
    assert_eq!(turns.len(), 2, "{own}");
    assert!(turns.iter().all(|turn| turn["speaker"]["id"] == "siti"));
    let id = turns[1]["id"].as_str().expect("an id");
    let sound = as_member(&served, secret, "GET", &format!("/api/v1/member/audio?turn={id}"), None);
    assert_eq!((sound.status, sound.headers["content-type"].as_str()), (200, "audio/wav"));

    // Another's turn, another's sound, the rest of the page.
    let all = served.get(&format!("/api/v1/meetings/{KNOWN}/turns")).good();
    let others = all["turns"][0]["id"].as_str().expect("an id");
    let text = json!({ "revision": 0, "text": "Bukan saya.", "why": "salah" });
    let put = |id: &str, body: &Value| {
        as_member(&served, secret, "PUT", &format!("/api/v1/member/turns/{id}/text"), Some(body))
    };
    assert_eq!(put(others, &text).code(404), "page.error.turn");
    let sound = as_member(&served, secret, "GET", &format!("/api/v1/member/audio?turn={others}"), None);
    assert_eq!(sound.code(404), "page.error.turn");
    for path in ["/api/v1/meetings", "/api/v1/printers", &format!("/api/v1/meetings/{KNOWN}/turns")] {
        assert_eq!(as_member(&served, secret, "GET", path, None).code(401), "page.error.token", "{path}");
    }

    // With a reason, in their own name.
    let revision = &turns[1]["revision"];
    let bare = json!({ "revision": revision, "text": "Kami menyetujui rancangan itu.", "why": " " });
    assert_eq!(put(id, &bare).code(422), "page.error.reason");
    let good = json!({ "revision": revision, "text": "Kami menyetujui rancangan itu.", "why": "salah dengar" });
    let changed = put(id, &good).good();
    assert_eq!(changed["turns"][0]["text"], "Kami menyetujui rancangan itu.");
    assert_eq!(put(id, &good).code(409), "page.error.conflict");
    let history = served.get(&format!("/api/v1/meetings/{KNOWN}/turns/{id}/history")).good();
    let last = &history["edits"][0];
    assert_eq!((last["source"].as_str(), last["why"].as_str()), (Some("member"), Some("salah dengar")), "{history}");
    assert_eq!(last["by"], own["name"]);

    // Over when the period is.
    advance(&served, "verifikasi");
    let late = as_member(&served, secret, "GET", "/api/v1/member/turns", None);
    assert_eq!(late.code(409), "page.error.no_correction");
}

#[test]
fn a_link_that_nobody_made_opens_nothing() {
    let root = known();
    let served = Served::new(root.path());
    for path in ["/member?link=abc", "/member"] {
        assert_eq!(served.raw("GET", path, &[], b"").status, 401, "{path}");
    }
    // Whoever may see all still has no turns of their own.
    assert_eq!(served.get("/api/v1/member/turns").code(401), "page.error.link");
}

#[test]
fn a_member_uses_the_link_in_a_browser() {
    let root = known();
    let served = Served::new(root.path());
    advance(&served, "sementara");
    advance(&served, "koreksi");
    let clerk = Browser::new("id", false);
    clerk.open(&served.address());
    clerk.open(&format!("http://{}/meetings/{KNOWN}/state", served.host));
    clerk.until("!document.querySelector('#links').hidden && document.querySelector('#links select').options.length");
    clerk.script("document.querySelector('#links select').value = 'siti'");
    clerk.click("#links button");
    clerk.until("document.querySelector('#link code')");
    clerk.picture("pengesahan-tautan");
    let address = clerk.script("return document.querySelector('#link a').href");
    let member = Browser::new("id", false);
    member.open(address.as_str().expect("an address"));
    member.until("document.querySelectorAll('.own').length === 2");
    member.click(".own:nth-child(2) textarea");
    member.keys("", " Betul.");
    member.click(".own:nth-child(2) input");
    member.keys("", "kurang lengkap");
    member.click(".own:nth-child(2) button.main");
    member.until("document.querySelector('.own:nth-child(2) .told').textContent");
    member.picture("anggota");
    let told = served.get(&format!("/api/v1/meetings/{KNOWN}/turns")).good();
    assert!(told["turns"][3]["text"].as_str().is_some_and(|text| text.contains("Betul.")), "{}", told["turns"][3]);
}
