//! What is taken out of the published copy: by the API, with its rights and its entries in the audit
//! trail, and in the editor.

use std::fs;

use serde_json::{Value, json};

use super::accounts::{everybody, token};
use super::chromium::Browser;
use super::meetings::{KNOWN, meeting, words};
use super::sample;
use super::server::Served;

const RAPAT: &str = include_str!("../status/rapat.toml");

fn of(what: &str) -> String {
    format!("/api/v1/meetings/{KNOWN}/{what}")
}

/// The known meeting, in which somebody says a telephone number.
fn with_number() -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let mut words = words();
    words[1] = sample::utterance(2, 150, 300, "Hubungi saya pada 0812-3456-7890 kapan saja.", &[]);
    meeting(&root.path().join(KNOWN), RAPAT, words);
    root
}

#[test]
fn it_is_proposed_taken_out_and_taken_back() {
    let root = with_number();
    everybody(root.path());
    let served = Served::new(root.path());
    let (editor, auditor, reader) = (token(&served, "editor"), token(&served, "auditor"), token(&served, "reader"));
    let before = served.ask_with(&auditor, "GET", &of("redactions"), None).good();
    let proposal = &before["proposals"][0];
    assert_eq!(before["redactions"], json!([]), "nothing by itself");
    assert_eq!(
        (&proposal["reason"], &proposal["words"], &proposal["time"], &proposal["channel"]),
        (&json!("telepon"), &json!("0812-3456-7890"), &json!("00:00:22"), &json!(2)),
        "{before}"
    );
    let wish = json!({
        "channel": 2, "from": proposal["from"], "until": proposal["until"], "reason": "telepon",
    });
    for who in [&auditor, &reader] {
        let answer = served.ask_with(who, "POST", &of("redactions"), Some(&wish));
        assert_eq!(answer.code(403), "page.error.right");
    }
    let post = |body: &Value| served.ask_with(&editor, "POST", &of("redactions"), Some(body));
    let told = post(&wish).good();
    let one = &told["redactions"][0];
    assert_eq!((&one["id"], &one["printed"], &one["words"]), (&json!(1), &json!("nomor telepon"), &proposal["words"]));
    assert_eq!((&told["proposals"], one["by"].as_str()), (&json!([]), Some("editor")), "{told}");
    assert_eq!(post(&wish).code(422), "redaction.already");
    let more = |name: &str, value: Value| {
        let mut body = wish.clone();
        body[name] = value;
        body
    };
    assert_eq!(post(&more("reason", json!("  "))).code(422), "redaction.no_reason");
    assert_eq!(post(&more("until", json!(0))).code(422), "redaction.no_passage");
    assert_eq!(post(&more("channel", json!(99))).code(422), "page.error.channel");
    // No turn changes.
    let turns = served.ask_with(&reader, "GET", &of("turns"), None).good();
    assert_eq!(turns["turns"][1]["text"], "Hubungi saya pada 0812-3456-7890 kapan saja.");

    let back = |id: u64| served.ask_with(&editor, "POST", &of(&format!("redactions/{id}/withdraw")), Some(&json!({})));
    assert_eq!(back(1).good()["redactions"], json!([]));
    assert_eq!(back(1).code(422), "redaction.withdrawn_before");
    assert_eq!(back(7).code(422), "redaction.unknown");
    let trail = fs::read_to_string(root.path().join("jejak-audit.jsonl")).expect("read");
    assert!(trail.matches("\"redacted\"").count() >= 2 && !trail.contains("0812"), "{trail}");
}

#[test]
fn words_are_chosen_in_the_editor_and_proposals_looked_at() {
    let root = with_number();
    let served = Served::new(root.path());
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.script("localStorage.setItem('risalah-by', 'Sari')");
    browser.open(&format!("http://{}/meetings/{KNOWN}", served.host));
    browser.until("document.querySelector('#turns')?.getAttribute('aria-busy') === 'false'");
    // Two words of the first turn.
    browser.click(".turn:nth-child(1) .text");
    browser.until("document.activeElement === document.querySelector('.turn:nth-child(1) .text')");
    browser.script(
        "const node = document.querySelector('.turn:nth-child(1) .text').firstChild; \
         const at = node.data.indexOf('terbuka untuk'); getSelection().setBaseAndExtent(node, at, node, at + 13)",
    );
    browser.click(".tools [data-do=redact]");
    browser.until("document.querySelector('#redact').open");
    assert_eq!(browser.script("return document.querySelector('#redact .text').textContent"), "terbuka untuk");
    browser.script(
        "const reason = document.querySelector('#redact [name=reason]'); reason.value = ''; \
         reason.dispatchEvent(new Event('change')); document.querySelector('#redact [name=other]').value = 'rahasia dagang'",
    );
    browser.picture("hapus-untuk-publik");
    browser.click("#redact .main");
    browser.until("!document.querySelector('#redact').open && document.querySelector('#saved').textContent !== ''");
    let list = || served.get(&of("redactions")).good();
    let told = list();
    let one = &told["redactions"][0];
    assert_eq!(
        (&one["words"], &one["reason"], &one["channel"], &one["by"]),
        (&json!("terbuka untuk"), &json!("rahasia dagang"), &json!(1), &json!("Sari")),
        "{told}"
    );

    browser.click("#publishing");
    browser.until("document.querySelector('#public').open");
    browser.until("document.querySelector('#public .proposals').textContent.includes('0812-3456-7890')");
    browser.picture("untuk-publik");
    browser.click("#public .proposals button");
    browser.until("document.querySelectorAll('#public .redactions button').length === 2");
    assert_eq!(list()["redactions"].as_array().map(Vec::len), Some(2));
    browser.click("#public .redactions li:nth-child(1) button");
    browser.until("document.querySelectorAll('#public .redactions button').length === 1");
    assert_eq!(list()["redactions"][0]["reason"], "telepon");
    browser.click("#public form button");
    browser.until("!document.querySelector('#public').open");
}
