//! A sealed meeting on the page: that it is there and nothing of it, until somebody opens it.

use std::fs;
use std::path::Path;

use e_risalah::meeting::EventKind;
use e_risalah::recording::{Claim, End, Entered, Fact, Format, Sample, Start, Writer, folder_of};
use e_risalah::seal::{self, Holder, Identity, MeetingKey, Role, Seal, openings};
use serde_json::{Value, json};

use super::accounts::{everybody, token};
use super::chromium::Browser;
use super::meetings::known;
use super::sample;
use super::server::Served;

const ID: &str = "2026-03-11-bk-2";
const PHRASE: &str = "kata sandi untuk uji";
const SAID: &str = "Terperiksa membantah seluruh tuduhan.";

/// Who holds the key of a sealed meeting, and the file of it.
struct Holding {
    identity: Identity,
    file: std::path::PathBuf,
}

impl Holding {
    fn new(root: &Path) -> (Self, Holder) {
        let identity = Identity::generate("Sari");
        let file = root.join(".kunci-sari.age");
        identity.write(&file, &PHRASE.to_owned().into()).expect("written");
        let holder = Holder::new("Sari", Role::Sekretaris, &identity.recipient()).expect("a holder");
        (Self { identity, file }, holder)
    }

    /// What a page sends to open a meeting.
    fn opening(&self, phrase: &str, reason: &str) -> Value {
        let digits: String = fs::read(&self.file).expect("read").iter().map(|byte| format!("{byte:02x}")).collect();
        json!({ "identity": digits, "passphrase": phrase, "reason": reason })
    }
}

fn start(seal: Option<Seal>) -> Start {
    Start {
        utc: "2026-03-11T02:00:00Z".parse().expect("a moment"),
        zone: jiff::tz::TimeZone::UTC,
        format: format(),
        device: "uji".into(),
        names: Vec::new(),
        seal,
    }
}

fn format() -> Format {
    Format { rate: 16_000.try_into().expect("a rate"), channels: 2, sample: Sample::I16 }
}

fn sound(writer: &mut Writer, seconds: u64) {
    let bytes = format().bytes(seconds * 16_000) as usize;
    let sample = |at: usize| if at.is_multiple_of(2) { (at / 2 * 7 % 251) as u8 } else { 1 };
    writer.append(&(0..bytes).map(sample).collect::<Vec<u8>>()).expect("written");
}

fn described(root: &Path) -> std::path::PathBuf {
    let folder = root.join(ID);
    fs::create_dir(&folder).expect("made");
    fs::write(folder.join("rapat.toml"), include_str!("../status/rapat.toml")).expect("written");
    folder
}

/// A meeting that was recorded closed and recognised.
fn closed(root: &Path) -> Holding {
    let folder = described(root);
    let (holding, holder) = Holding::new(root);
    let key = MeetingKey::generate();
    let seal = key.seal(&[holder]).expect("a seal");
    let mut writer =
        Writer::begin(Claim::take(&folder_of(&folder)).expect("a folder"), start(Some(seal))).expect("begun");
    sound(&mut writer, 60);
    writer.finish(End::Asked).expect("closed");
    seal::hold(key);
    let transcript = sample::transcript(2, vec![sample::utterance(1, 20, 90, SAID, &[])]);
    drop(sample::stored(&folder, &transcript, "small-q8_0"));
    holding
}

/// One of which a part was closed, from the 20th second to the 40th.
fn closed_midway(root: &Path) -> Holding {
    let folder = described(root);
    let (holding, holder) = Holding::new(root);
    let mut writer = Writer::begin(Claim::take(&folder_of(&folder)).expect("a folder"), start(None)).expect("begun");
    for (kind, key) in [(EventKind::Private, Some(MeetingKey::generate())), (EventKind::Public, None)] {
        sound(&mut writer, 20);
        let seal = key.map(|key| Box::new(key.seal(std::slice::from_ref(&holder)).expect("a seal")));
        let entered = Entered::Event(kind);
        let at = writer.position();
        writer.turn(Fact::Event { at, entered, key: None, withdraws: None, seal }).expect("turned");
    }
    sound(&mut writer, 20);
    writer.finish(End::Asked).expect("closed");
    let said = |start, end, text| sample::utterance(1, start, end, text, &[]);
    let words = vec![
        said(20, 90, "Rapat saya buka."),
        said(210, 290, SAID),
        said(420, 500, "Rapat terbuka kembali untuk umum."),
    ];
    drop(sample::stored(&folder, &sample::transcript(2, words), "small-q8_0"));
    holding
}

fn path(of: &str) -> String {
    format!("/api/v1/meetings/{ID}{of}")
}

fn texts(told: &Value) -> Vec<String> {
    let turns = told["turns"].as_array().expect("turns");
    turns.iter().map(|turn| turn["text"].as_str().expect("a text").to_owned()).collect()
}

#[test]
fn a_sealed_meeting_is_open_to_the_session_that_opened_it_and_to_no_other() {
    let root = known();
    let holding = closed(root.path());
    everybody(root.path());
    let served = Served::new(root.path());
    let (editor, reader) = (token(&served, "editor"), token(&served, "reader"));
    let ask =
        |token: &str, method: &str, of: &str, body: Option<&Value>| served.ask_with(token, method, &path(of), body);
    let told = ask(&editor, "GET", "/seal", None).good();
    assert_eq!((told["sealed"].as_bool(), told["open"].as_bool()), (Some(true), Some(false)), "{told}");
    let before = fs::read_to_string(root.path().join("jejak-audit.jsonl")).unwrap_or_default();
    for (body, code) in [
        (holding.opening("kata sandi yang salah", "koreksi"), "seal.passphrase"),
        (holding.opening(PHRASE, "  "), "page.error.no_reason"),
        (json!({ "identity": "00ff", "passphrase": PHRASE, "reason": "koreksi" }), "seal.not_identity"),
        (json!({ "identity": "xyz", "passphrase": PHRASE, "reason": "koreksi" }), "page.error.not_identity"),
    ] {
        assert_eq!(ask(&editor, "POST", "/seal", Some(&body)).code(422), code);
    }
    assert!(!root.path().join(ID).join("pembukaan-segel.jsonl").exists(), "nothing was opened");
    let after = fs::read_to_string(root.path().join("jejak-audit.jsonl")).unwrap_or_default();
    assert_eq!(before.matches("unsealed").count(), after.matches("unsealed").count());
    let told = ask(&editor, "POST", "/seal", Some(&holding.opening(PHRASE, "koreksi risalah"))).good();
    assert_eq!((told["open"].as_bool(), told["by"].as_str()), (Some(true), Some("Sari")), "{told}");
    // Words, sound, search and corrections are there.
    let turns = ask(&editor, "GET", "/turns", None);
    assert_eq!(turns.headers["cache-control"], "no-store");
    let turns = turns.good();
    assert_eq!(texts(&turns), [SAID]);
    let heard = ask(&editor, "GET", "/audio?channel=1&from=0&to=16000", None);
    assert_eq!((heard.status, heard.headers["cache-control"].as_str()), (200, "no-store"));
    assert_eq!(ask(&editor, "GET", "/search?q=TUDUHAN%20terperiksa", None).good()["total"], 1);
    assert_eq!(ask(&editor, "GET", "/search?q=tidak%20ada", None).good()["total"], 0);
    let turn = turns["turns"][0]["id"].as_str().expect("an id").to_owned();
    let revision = &turns["turns"][0]["revision"];
    let correction = json!({ "text": "Terperiksa membantah semua tuduhan.", "revision": revision });
    ask(&editor, "PUT", &format!("/turns/{turn}/text"), Some(&correction)).good();
    assert_eq!(texts(&ask(&editor, "GET", "/turns", None).good()), ["Terperiksa membantah semua tuduhan."]);
    assert!(ask(&editor, "GET", "/documents/docx", None).body.starts_with(b"PK"));
    // To another session it is closed, and it is in no index.
    for of in ["/turns", "/audio?channel=1&from=0&to=16000", "/search?q=tuduhan", "/documents/docx"] {
        assert_eq!(ask(&reader, "GET", of, None).code(422), "seal.sealed", "{of}");
    }
    assert_eq!(ask(&token(&served, "editor"), "GET", "/turns", None).code(422), "seal.sealed");
    let found = served.ask_with(&editor, "GET", "/api/v1/search?q=tuduhan", None).good();
    assert_eq!(found["total"].as_u64(), Some(0), "{found}");
    // Who opened it and why is kept twice.
    let (openings, broken) = openings(&root.path().join(ID)).expect("read");
    assert_eq!((openings.len(), broken), (1, None));
    assert_eq!((openings[0].by.as_str(), openings[0].reason.as_str()), ("Sari", "koreksi risalah"));
    assert_eq!(openings[0].key, holding.identity.recipient());
    let trail = fs::read_to_string(root.path().join("jejak-audit.jsonl")).expect("a trail");
    assert!(trail.contains("serve: koreksi risalah (Sari)"), "{trail}");
    assert!(!trail.contains("TUDUHAN"), "what is looked for in it stands in no trail");
    // Closed again, and closed when the session ends.
    assert_eq!(ask(&editor, "DELETE", "/seal", None).status, 204);
    assert_eq!(ask(&editor, "GET", "/turns", None).code(422), "seal.sealed");
    ask(&editor, "POST", "/seal", Some(&holding.opening(PHRASE, "lagi"))).good();
    ask(&editor, "GET", "/turns", None).good();
    assert_eq!(served.ask_with(&editor, "DELETE", "/api/v1/session", None).status, 204);
    assert_eq!(ask(&editor, "GET", "/turns", None).code(401), "page.error.signed_out");
    let again = token(&served, "editor");
    assert_eq!(ask(&again, "GET", "/turns", None).code(422), "seal.sealed");
    // Neither words nor phrase lie anywhere.
    for entry in walk(root.path()) {
        let content = fs::read(&entry).expect("read");
        for secret in ["membantah", PHRASE] {
            let lies = content.windows(secret.len()).any(|piece| piece == secret.as_bytes());
            assert!(!lies, "{secret} in {}", entry.display());
        }
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn of_a_meeting_that_was_closed_midway_the_open_part_is_there_for_all() {
    let root = known();
    let holding = closed_midway(root.path());
    everybody(root.path());
    let served = Served::new(root.path());
    let (editor, reader) = (token(&served, "editor"), token(&served, "reader"));
    let ask =
        |token: &str, method: &str, of: &str, body: Option<&Value>| served.ask_with(token, method, &path(of), body);
    let open = ["Rapat saya buka.", "Rapat terbuka kembali untuk umum."];
    assert_eq!(texts(&ask(&reader, "GET", "/turns", None).good()), open);
    let told = ask(&reader, "GET", "/seal", None).good();
    assert_eq!(told["whole"], false);
    assert_eq!(told["parts"], json!([{ "number": 1, "from": "00:00:20", "until": "00:00:40", "released": false }]));
    // What is closed of it is silence.
    let heard = |token: &str| ask(token, "GET", "/audio?channel=1&from=400000&to=416000", None).body[44..].to_vec();
    assert!(heard(&reader).iter().all(|byte| *byte == 0));
    ask(&editor, "POST", "/seal", Some(&holding.opening(PHRASE, "koreksi"))).good();
    let all = texts(&ask(&editor, "GET", "/turns", None).good());
    assert_eq!(all, [open[0], SAID, open[1]]);
    assert!(heard(&editor).iter().any(|byte| *byte != 0));
    let closed = ask(&editor, "GET", "/turns", None).good()["turns"][1].clone();
    let turn = closed["id"].as_str().expect("an id").to_owned();
    let correction = json!({ "text": "Terperiksa membantah semua tuduhan.", "revision": closed["revision"] });
    ask(&editor, "PUT", &format!("/turns/{turn}/text"), Some(&correction)).good();
    // What one has opened, and corrected, is closed to the others still, whoever asked last.
    assert_eq!(texts(&ask(&reader, "GET", "/turns", None).good()), open);
    assert_eq!(texts(&ask(&editor, "GET", "/turns", None).good())[1], "Terperiksa membantah semua tuduhan.");
    assert_eq!(texts(&ask(&reader, "GET", "/turns", None).good()), open);
    let refused = ask(&token(&served, "editor"), "PUT", &format!("/turns/{turn}/text"), Some(&correction));
    assert_eq!(refused.code(404), "page.error.turn");
    let found = |words: &str| {
        let told = served.ask_with(&editor, "GET", &format!("/api/v1/search?q={words}"), None).good();
        told["hits"].as_array().map_or(0, |hits| hits.iter().filter(|hit| hit["meeting"] == ID).count())
    };
    assert_eq!((found("tuduhan"), found("kembali")), (0, 1));
    for entry in walk(root.path()) {
        let content = fs::read(&entry).expect("read");
        assert!(!content.windows(9).any(|piece| piece == b"membantah"), "{}", entry.display());
    }
}

#[test]
fn a_clerk_opens_a_sealed_meeting_in_the_browser_and_closes_it_again() {
    let root = known();
    let holding = closed(root.path());
    let served = Served::new(root.path());
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.until("document.querySelector('table.meetings')");
    browser.script("localStorage.setItem('risalah-by', 'Sari')");
    browser.open(&format!("http://{}/meetings/{ID}", served.host));
    browser.until("!document.querySelector('#sealed').hidden && !document.querySelector('#unseal').hidden");
    assert_eq!(browser.script("return document.querySelectorAll('.turn').length"), json!(0));
    let fill = |phrase: &str| {
        browser.until("document.querySelector('#unsealing').open");
        let file = browser.find("#unsealing [name=identity]");
        let path = holding.file.to_str().expect("a path");
        browser.told("POST", &format!("element/{file}/value"), Some(&json!({ "text": path })));
        browser.script(&format!(
            "const form = document.querySelector('#unsealing form').elements; form.passphrase.value = '{phrase}'; \
             form.reason.value = 'koreksi risalah'"
        ));
        browser.picture("segel-buka");
        browser.click("#unsealing .main");
    };
    browser.click("#unseal");
    fill("kata sandi yang salah");
    browser.until("!document.querySelector('#unsealing .error').hidden && document.querySelector('#unsealing').open");
    fill(PHRASE);
    browser.until("document.querySelectorAll('.turn').length === 1 && !document.querySelector('#reseal').hidden");
    browser.until("document.querySelector('.turn .text').textContent.includes('tuduhan')");
    // The sound is there, and the words are found.
    browser.click("#play");
    browser
        .until("document.querySelector('#sound').currentTime > 0 || document.querySelector('#sound').readyState > 1");
    browser.click("#find input");
    browser.keys("", "seluruh TUDUHAN\u{e007}");
    browser.until("document.querySelector('#found').textContent.startsWith('1 ')");
    browser.picture("segel-terbuka");
    browser.click("#reseal");
    browser.until("document.querySelectorAll('.turn').length === 0 && !document.querySelector('#unseal').hidden");
    assert!(!browser.script("return document.body.innerText").to_string().contains("tuduhan"));
    let (openings, _) = openings(&root.path().join(ID)).expect("read");
    assert_eq!(openings.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>(), ["koreksi risalah"]);
}

#[test]
fn of_a_sealed_meeting_it_is_told_that_it_is_sealed_and_nothing_else() {
    let root = known();
    closed(root.path());
    let folder = root.path().join(ID);
    assert!(folder.join("transkrip.db.age").is_file() && !folder.join("transkrip.db").exists());

    let served = Served::new(root.path());
    let list = served.get("/api/v1/meetings").good();
    let told =
        list["meetings"].as_array().into_iter().flatten().find(|told| told["id"] == ID).expect("it is in the list");
    assert!(told["problem"].to_string().contains("seal.sealed"), "{told}");
    for of in ["turns", "audio?channel=1&from=0&to=16000"] {
        let refused = served.get(&format!("/api/v1/meetings/{ID}/{of}"));
        assert_eq!(refused.status, 422, "{of}: {}", refused.text());
        assert!(refused.text().contains("seal.sealed"), "{of}: {}", refused.text());
    }
    // The audit trail keeps what was searched for, and so another word of the sentence is looked
    // for below.
    let found = served.get("/api/v1/search?q=tuduhan").good();
    assert_eq!(found["total"].as_u64(), Some(0), "{found}");
    assert!(!served.get(&format!("/meetings/{ID}")).text().contains("membantah"));
    for entry in fs::read_dir(root.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let content = if path.is_file() { fs::read(&path).expect("read") } else { Vec::new() };
        assert!(!content.windows(9).any(|word| word == b"membantah"), "{}", path.display());
    }
}
