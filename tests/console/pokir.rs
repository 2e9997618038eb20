//! *Pokok pikiran*: marked on a turn, taken back, listed over all meetings.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::browser::ALT;
use super::chromium::Browser;
use super::meetings::{KNOWN, known, meeting, words};
use super::server::Served;

const RAPAT: &str = include_str!("../status/rapat.toml");

fn of(what: &str) -> String {
    format!("/api/v1/meetings/{KNOWN}/{what}")
}

fn listed(places: &[&Path]) -> (Vec<Value>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    let output = command.arg("pokir").args(places).arg("--json").env("RISALAH_LANG", "id").output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let list: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    (list.as_array().expect("a list").clone(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn it_is_marked_changed_taken_back_and_listed_over_all_meetings() {
    let root = known();
    let closed = root.path().join("2026-03-11-tertutup");
    meeting(&closed, &RAPAT.replace("sifat = \"terbuka\"", "sifat = \"tertutup\""), words());
    let served = Served::new(root.path());
    let turns = served.get(&of("turns")).good();
    let id = turns["turns"][1]["id"].as_str().expect("an id").to_owned();
    assert_eq!(turns["turns"][1]["pokir"], Value::Null);
    let put = |of: &str, body: Value| served.ask("PUT", &format!("{of}/turns/{id}/pokir"), Some(&body));
    let known_meeting = format!("/api/v1/meetings/{KNOWN}");
    let mark = |revision: &Value, title: &str, field: Option<&str>| {
        put(&known_meeting, json!({ "by": "Sari", "revision": revision, "title": title, "field": field }))
    };
    let first = mark(&json!(0), "  Perbaikan   jalan =lingkungan ", Some("Pekerjaan umum")).good();
    let turn = &first["turns"][0];
    assert_eq!(turn["pokir"], json!({ "title": "Perbaikan jalan =lingkungan", "field": "Pekerjaan umum" }), "{first}");
    assert_eq!(turn["text"], turns["turns"][1]["text"], "no word changes");
    assert_eq!(mark(&json!(0), "Lain", None).code(409), "page.error.conflict");
    assert_eq!(mark(&turn["revision"], &"a".repeat(201), None).code(422), "page.error.long");
    let same = mark(&turn["revision"], "Perbaikan jalan =lingkungan", Some("Pekerjaan umum")).good();
    assert_eq!(same["edits"], json!([]));
    let second = mark(&turn["revision"], "=Jalan", None).good();
    let turn = &second["turns"][0];
    assert_eq!(turn["pokir"], json!({ "title": "=Jalan", "field": null }));
    // One closed meeting has one as well.
    put("/api/v1/meetings/2026-03-11-tertutup", json!({ "by": "Sari", "revision": 0, "title": "Rahasia" })).good();

    let list = served.get("/api/v1/pokir/json").good();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    let one = &list[0];
    assert_eq!((&one["meeting"], &one["person"], &one["title"]), (&json!(KNOWN), &json!("siti"), &json!("=Jalan")));
    assert_eq!(
        (&one["time"], &one["start"], &one["date"]),
        (&json!("00:00:15"), &json!(240_000), &json!("2026-03-10"))
    );
    assert_eq!(one["item"], Value::Null, "it is not known when the item began: {one}");
    assert!(one["fraksi"].is_string() && one["member"].as_str().is_some_and(|name| name.contains("Siti")), "{one}");
    assert!(one["text"].as_str().is_some_and(|text| text.starts_with("Terima kasih")), "{one}");
    let table = served.get("/api/v1/pokir/csv").text();
    assert!(
        table.starts_with("\u{feff}meeting;") && table.contains(";'=Jalan;") && !table.contains("Rahasia"),
        "{table}"
    );
    assert_eq!(served.get("/api/v1/pokir/odt").code(404), "page.error.format");
    let (all, said) = listed(&[root.path()]);
    assert_eq!((all.len(), &all[0]), (1, one), "{said}");
    assert!(said.contains("1 rapat tertutup"), "{said}");
    assert_eq!(listed(&[&closed]).0[0]["title"], "Rahasia", "asked for alone");

    // Each step is a layer that can be taken back.
    let undo = |edits: &Value| served.ask("POST", &of("undo"), Some(&json!({ "by": "Sari", "edits": edits }))).good();
    assert_eq!(undo(&second["edits"])["turns"][0]["pokir"]["title"], "Perbaikan jalan =lingkungan");
    let gone = undo(&first["edits"]);
    assert_eq!(gone["turns"][0]["pokir"], Value::Null);
    assert_eq!(served.get("/api/v1/pokir/json").good(), json!([]));
    let back = mark(&gone["turns"][0]["revision"], "Jalan", None).good();
    let away = mark(&back["turns"][0]["revision"], "", Some("Pekerjaan umum")).good();
    assert_eq!(away["turns"][0]["pokir"], Value::Null);
    let history = served.get(&of(&format!("turns/{id}/history"))).good();
    let kinds: Vec<_> = history["edits"].as_array().expect("edits").iter().map(|edit| edit["kind"].clone()).collect();
    assert_eq!(kinds, ["pokir", "pokir", "undo", "undo", "pokir", "pokir"], "{history}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    let told = command.arg("riwayat").arg(root.path().join(KNOWN)).env("RISALAH_LANG", "id").output().expect("it runs");
    assert!(String::from_utf8_lossy(&told.stdout).contains("pokok pikiran: =Jalan"), "{told:?}");
    // What the meeting left out raises nothing.
    let omitted = json!({ "by": "Sari", "revision": away["turns"][0]["revision"], "decision": "rapat" });
    let omitted = served.ask("PUT", &of(&format!("turns/{id}/omitted")), Some(&omitted)).good();
    assert_eq!(mark(&omitted["turns"][0]["revision"], "Jalan", None).code(409), "page.error.omitted");
    assert!(
        fs::read_to_string(root.path().join("jejak-audit.jsonl")).expect("read").contains(&format!("turns/{id}/pokir"))
    );
}

#[test]
fn a_key_of_the_editor_marks_it() {
    let root = known();
    let served = Served::new(root.path());
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.script("localStorage.setItem('risalah-by', 'Sari')");
    browser.open(&format!("http://{}/meetings/{KNOWN}", served.host));
    browser.until("document.querySelector('#turns')?.getAttribute('aria-busy') === 'false'");
    browser.click(".turn:nth-child(2) .text");
    browser.until("document.activeElement === document.querySelector('.turn:nth-child(2) .text')");
    browser.keys(ALT, "i");
    browser.until("document.querySelector('#pokir').open");
    browser.script("document.querySelector('#pokir [name=title]').value = 'Pengangkutan sampah'");
    browser.picture("pokok-pikiran");
    browser.click("#pokir .main");
    browser.until("document.querySelector('.turn:nth-child(2) .who').textContent.includes('Pengangkutan sampah')");
    let turns = served.get(&of("turns")).good();
    assert_eq!(turns["turns"][1]["pokir"]["title"], "Pengangkutan sampah");
}
