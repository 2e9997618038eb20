//! What the page enters in the audit trail, and how the trail is read.

use std::fs;
use std::path::Path;
use std::process::Command;

use e_risalah::accounts::Role;
use e_risalah::audit::{Action, FILE_NAME, Kind, Line, Trail};
use e_risalah::recording::{Growth, folder_of};
use serde_json::{Value, json};

use super::accounts::{PASSWORD, account, everybody, sign_in, token};
use super::chromium::Browser;
use super::meetings::{KNOWN, known, words};
use super::recording::{ID, scheduled, source};
use super::server::Served;

fn entered(root: &Path) -> Vec<Line> {
    Trail::of(root).read().expect("read")
}

/// The entries that came after this one.
fn since(root: &Path, line: u64) -> Vec<(Action, Option<String>, Option<String>)> {
    let lines = entered(root).into_iter().filter(|known| known.line > line);
    lines.map(|line| (line.entry.action, line.entry.meeting, line.entry.detail)).collect()
}

fn last(root: &Path) -> u64 {
    entered(root).last().map_or(0, |line| line.line)
}

fn of(what: &str) -> String {
    format!("/api/v1/meetings/{KNOWN}/{what}")
}

#[test]
fn every_address_says_what_it_enters() {
    let root = known();
    let served = Served::new(root.path());
    let told = served.get("/api/openapi.json").good();
    for (path, item) in told["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let enters = operation["x-enters"].as_str().unwrap_or_else(|| panic!("{method} {path}"));
            let is_known = ["nothing", "by_handler"].contains(&enters) || Action::by_key(enters).is_some();
            assert!(is_known, "{method} {path}: {enters}");
            // What changes a meeting is entered, but for who works where and what was played.
            let is_of_meeting = path.contains("/meetings/") && method != "get";
            let is_kept_elsewhere = path.contains("/claims/") || path.ends_with("/listened");
            assert!(!is_of_meeting || is_kept_elsewhere || enters != "nothing", "{method} {path}");
        }
    }
}

#[test]
fn everything_that_is_done_is_entered_once_with_who_and_of_which_meeting() {
    let root = known();
    everybody(root.path());
    let served = Served::new(root.path());
    let (editor, reader) = (token(&served, "editor"), token(&served, "reader"));
    let signed_in = entered(root.path());
    let who: Vec<_> = signed_in.iter().map(|line| (line.entry.action, line.entry.who.by.as_str())).collect();
    assert_eq!(who, [(Action::SignedIn, "editor"), (Action::SignedIn, "reader")]);
    assert!(signed_in.iter().all(|line| line.entry.who.kind == Kind::Account && line.entry.who.address.is_some()));

    let turns = served.ask_with(&reader, "GET", &of("turns"), None).good();
    let turn = turns["turns"][4]["id"].as_str().expect("a turn").to_owned();
    let meeting = || Some(KNOWN.to_owned());
    let text = |text: &str| Some(text.to_owned());
    // Asked as the reader, what is entered for it; nothing the second time.
    let reads = [
        ("description".to_owned(), None, None),
        ("audio?channel=1&from=0&to=16000".to_owned(), Some(Action::Listened), text("00:00:00-00:10:00")),
        ("documents/txt".to_owned(), Some(Action::Exported), text("documents/txt")),
        ("claims".to_owned(), None, None),
    ];
    for (what, action, detail) in reads {
        let before = last(root.path());
        assert_eq!(served.ask_with(&reader, "GET", &of(&what), None).status, 200, "{what}");
        let expected: Vec<_> = action.map(|action| (action, meeting(), detail)).into_iter().collect();
        assert_eq!(since(root.path(), before), expected, "{what}");
        if action == Some(Action::Listened) {
            let before = last(root.path());
            served.ask_with(&reader, "GET", &of(&what), None);
            assert_eq!(since(root.path(), before), [], "the same stretch a moment later");
        }
    }
    let before = last(root.path());
    served.ask_with(&reader, "GET", "/api/v1/search?q=anggaran&fraksi=F-MLT", None).good();
    assert_eq!(since(root.path(), before), [(Action::Searched, None, text("anggaran; fraksi=F-MLT"))]);
    let before = last(root.path());
    assert_eq!(served.ask_with(&reader, "GET", &of("lexicon?before=a&after=b"), None).status, 403);
    assert_eq!(since(root.path(), before), [(Action::Refused, meeting(), text("GET lexicon"))]);
    let before = last(root.path());
    assert_eq!(served.ask_with(&reader, "GET", "/api/v1/meetings/tidak-ada/turns", None).status, 404);
    assert_eq!(since(root.path(), before), [], "nothing was read");

    let changes = [
        ("PUT", format!("turns/{turn}/text"), json!({ "revision": 0, "text": "Rapat ditutup." }), Action::Corrected),
        ("PUT", "attendance".to_owned(), json!({}), Action::Described),
        ("POST", "members/siti/link".to_owned(), json!({}), Action::MemberLink),
    ];
    for (method, what, body, action) in changes {
        let before = last(root.path());
        let answer = served.ask_with(&editor, method, &of(&what), Some(&body));
        let found = since(root.path(), before);
        assert_eq!(found[0], (action, meeting(), Some(what.clone())), "{what}");
        if answer.status >= 300 {
            // What was not done says so, with the number of its entry.
            let code = answer.json()["code"].as_str().expect("a code").to_owned();
            assert_eq!(found[1..], [(Action::NotDone, meeting(), Some(format!("{} {code}", before + 1)))], "{what}");
        } else {
            assert_eq!(found.len(), 1, "{found:?}");
        }
    }
    let before = last(root.path());
    let (text_of, again) = (of(&format!("turns/{turn}/text")), json!({ "revision": 2, "text": "Rapat ditutup, ya." }));
    let revision = served.ask_with(&editor, "GET", &of(&format!("turns/{turn}")), None).good()["revision"].clone();
    let again = json!({ "revision": revision, "text": again["text"] });
    served.ask_with(&editor, "PUT", &text_of, Some(&again)).good();
    assert_eq!(since(root.path(), before), [(Action::Opened, meeting(), None)], "a turn is entered once");
    for to in ["sementara", "koreksi"] {
        let before = last(root.path());
        served.ask_with(&editor, "POST", &of("advance"), Some(&json!({ "to": to }))).good();
        assert_eq!(since(root.path(), before), [(Action::Advanced, meeting(), text(to))]);
    }
    let before = last(root.path());
    let new = json!({ "kind": "komisi", "date": "9 Maret 2027" });
    let id = served.ask_with(&editor, "POST", "/api/v1/meetings", Some(&new)).good()["id"].clone();
    assert_eq!(since(root.path(), before), [(Action::MeetingMade, id.as_str().map(str::to_owned), None)]);

    let signer = token(&served, "signer");
    let before = last(root.path());
    let early = json!({ "signed_by": "bambang", "number": "1" });
    assert_eq!(served.ask_with(&signer, "POST", &of("finalize"), Some(&early)).code(409), "status.hindered");
    let not_done = text(&format!("{} status.hindered", before + 1));
    let expected = [(Action::Signed, meeting(), text("by bambang")), (Action::NotDone, meeting(), not_done)];
    assert_eq!(since(root.path(), before), expected);

    // A member by the link that the editor gives, and by an account.
    let link = served.ask_with(&editor, "POST", &of("members/siti/link"), None).good()["path"].clone();
    let opened = served.raw("GET", link.as_str().expect("a path"), &[], b"");
    let cookie = opened.headers["set-cookie"].split(';').next().expect("a pair").to_owned();
    let before = last(root.path());
    let own = served.raw("GET", "/api/v1/member/turns", &[("Cookie", &cookie)], b"").good();
    let own = own["turns"][0]["id"].as_str().expect("a turn");
    assert_eq!(served.raw("GET", &format!("/api/v1/member/audio?turn={own}"), &[("Cookie", &cookie)], b"").status, 200);
    let found: Vec<_> = entered(root.path()).into_iter().filter(|line| line.line > before).collect();
    let found: Vec<_> =
        found.iter().map(|line| (line.entry.action, line.entry.who.by.as_str(), line.entry.who.kind)).collect();
    assert_eq!(found, [(Action::Opened, "siti", Kind::Member), (Action::Listened, "siti", Kind::Member)]);
    let member = token(&served, "member");
    let before = last(root.path());
    served.ask_with(&member, "GET", &format!("/api/v1/member/turns?meeting={KNOWN}"), None).good();
    assert_eq!(since(root.path(), before), [(Action::Opened, meeting(), None)]);
    let before = last(root.path());
    assert_eq!(served.ask_with(&reader, "DELETE", "/api/v1/session", None).status, 204);
    assert_eq!(since(root.path(), before), [(Action::SignedOut, None, None)]);

    // No word that was said stands in it.
    let whole = fs::read_to_string(root.path().join(FILE_NAME)).expect("read");
    for utterance in words() {
        assert!(!whole.contains(&utterance.text), "{}", utterance.text);
    }
    assert!(!whole.contains("Rapat ditutup") && !whole.contains(PASSWORD), "{whole}");
}

#[test]
fn who_fails_to_sign_in_is_entered_and_a_name_that_nobody_has_is_not_kept() {
    let root = known();
    account(root.path(), "Sari", &[Role::Editor], None);
    let served = Served::new(root.path());
    for _ in 0..3 {
        assert_eq!(sign_in(&served, "sari", "kata sandi lain").status, 401);
        assert_eq!(sign_in(&served, "rahasia saya", "x").status, 401);
        assert_eq!(sign_in(&served, "rahasia lain", "x").status, 401);
    }
    assert_eq!(sign_in(&served, "Sari", PASSWORD).status, 429);
    let told: Vec<_> = entered(root.path()).into_iter().map(|line| line.entry).collect();
    let told: Vec<_> =
        told.iter().map(|entry| (entry.action, entry.who.by.as_str(), entry.detail.as_deref().unwrap_or(""))).collect();
    let failed = |by: &'static str, why: &'static str| (Action::SignInFailed, by, why);
    assert_eq!(
        told,
        [failed("Sari", "page.error.sign_in"), failed("", "page.error.sign_in"), failed("Sari", "page.error.wait"),]
    );
}

#[test]
fn without_an_entry_nothing_is_given_and_nothing_done_but_recordings_go_on() {
    let root = known();
    scheduled(root.path());
    let file = source(root.path());
    // Nothing can be written into a folder that has its name.
    fs::create_dir(root.path().join(FILE_NAME)).expect("made");
    let served = Served::with(root.path(), &["--source", file.to_str().expect("a path")]);
    for what in ["turns", "description", "audio?channel=1&from=0&to=16000", "documents/txt", "state"] {
        let answer = served.get(&of(what));
        assert_eq!(answer.code(500), "audit.write", "{what}");
        assert!(answer.text().contains(FILE_NAME), "{}", answer.text());
    }
    assert_eq!(served.get("/api/v1/search?q=anggaran").code(500), "audit.write");
    assert_eq!(served.ask("POST", &of("undo"), Some(&json!({ "by": "Sari", "edits": [] }))).code(500), "audit.write");
    let new = json!({ "kind": "komisi", "date": "9 Maret 2027" });
    assert_eq!(served.ask("POST", "/api/v1/meetings", Some(&new)).code(500), "audit.write");
    assert!(!root.path().join("2027-03-09-komisi").exists());
    let advance = json!({ "to": "sementara", "by": "Sari" });
    assert_eq!(served.ask("POST", &of("advance"), Some(&advance)).code(500), "audit.write");
    served.get("/api/v1/meetings").good();
    let ask = |method: &str, what: &str| served.ask(method, &format!("/api/v1/meetings/{ID}/{what}"), None);
    assert_eq!(ask("POST", "recording").status, 201);
    super::until("it records", || ask("GET", "recording").good()["position"].as_u64() > Some(16_000));
    assert_eq!(ask("POST", "recording/stop").status, 204);
    let recording = folder_of(&root.path().join(ID));
    super::until("it is closed", || Growth::open(&recording).ok().flatten().is_some_and(|growth| growth.is_closed()));
    // The recogniser of the recording is left to its end, so that it does not outlive the folder.
    super::until("it is recognised", || root.path().join(ID).join("risalah-sementara.pdf").is_file());
    fs::remove_dir(root.path().join(FILE_NAME)).expect("removed");
    served.ask("POST", &of("advance"), Some(&advance)).good();
    assert_eq!(entered(root.path()).len(), 1, "what was refused is not entered later");
}

#[test]
fn a_recording_is_entered_in_the_name_of_who_asks() {
    let root = known();
    scheduled(root.path());
    let file = source(root.path());
    let served = Served::with(root.path(), &["--source", file.to_str().expect("a path")]);
    let ask = |method: &str, what: &str, body: Option<&Value>| {
        served.ask(method, &format!("/api/v1/meetings/{ID}/{what}"), body)
    };
    assert_eq!(ask("POST", "recording", None).status, 201);
    super::until("it records", || ask("GET", "recording", None).good()["position"].as_u64() > Some(16_000));
    ask("POST", "recording/events", Some(&json!({ "event": "buka" }))).good();
    assert_eq!(ask("POST", "recording/stop", None).status, 204);
    let recording = folder_of(&root.path().join(ID));
    super::until("it is closed", || Growth::open(&recording).ok().flatten().is_some_and(|growth| growth.is_closed()));
    super::until("it is recognised", || root.path().join(ID).join("risalah-sementara.pdf").is_file());
    let of_recording = |line: &Line| line.entry.action.is_of_recording();
    super::until("all are entered", || entered(root.path()).iter().filter(|line| of_recording(line)).count() >= 3);
    let told: Vec<_> = entered(root.path()).into_iter().filter(of_recording).map(|line| line.entry).collect();
    let mut actions: Vec<_> = told.iter().map(|entry| entry.action.key()).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["recording_begun", "recording_ended", "recording_event"], "the recorder's own are not added");
    assert!(told.iter().all(|entry| entry.who.kind == Kind::Computer && entry.meeting.as_deref() == Some(ID)));
}

fn verify(folder: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    let output = command.arg("periksa").arg(folder).env("RISALAH_LANG", "id").output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn the_official_record_carries_the_head_so_that_nothing_is_cut_off_unseen() {
    let root = known();
    let folder = root.path().join(KNOWN);
    let served = Served::new(root.path());
    let ask = |method: &str, what: &str, body: Value| served.ask(method, &of(what), Some(&body)).good();
    let turns = served.get(&of("turns")).good();
    for turn in turns["turns"].as_array().expect("turns").iter().filter(|turn| turn["to_hear"] == true) {
        let path = format!("turns/{}/heard", turn["id"].as_str().expect("an id"));
        ask("PUT", &path, json!({ "by": "Sari", "revision": turn["revision"] }));
    }
    for to in ["sementara", "koreksi", "verifikasi"] {
        ask("POST", "advance", json!({ "to": to, "by": "Sari", "note": "semua setuju" }));
    }
    ask("POST", "finalize", json!({ "signed_by": "bambang", "number": "170/12/DPRD/2026" }));
    let manifest = fs::read_to_string(folder.join("risalah-resmi.manifest.json")).expect("read");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    let signed = entered(root.path()).into_iter().rfind(|line| line.entry.action == Action::Signed).expect("signed");
    assert_eq!(manifest["audit"]["line"], signed.line, "{manifest}");
    let text = served.get(&of("official/risalah-resmi.docx")).body;
    let archive = std::io::Cursor::new(text);
    let mut archive = zip::ZipArchive::new(archive).expect("a document");
    let document = std::io::read_to_string(archive.by_name("word/document.xml").expect("its text")).expect("read");
    let sha256 = manifest["audit"]["sha256"].as_str().expect("a hash");
    assert!(
        document.contains(&format!("entri nomor {}", signed.line)) && document.contains(&sha256[..8]),
        "{document}"
    );
    served.get(&of("turns")).good();
    let check = || served.get("/api/v1/audit/check").good();
    assert_eq!((check()["findings"].clone(), check()["strangers"].clone()), (json!([]), json!([])));
    for place in [root.path(), &folder] {
        let (code, said) = verify(place);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("Jejak audit masih sama"), "{said}");
    }
    drop(served);
    let path = root.path().join(FILE_NAME);
    let whole = fs::read_to_string(&path).expect("read");
    let lines: Vec<&str> = whole.lines().collect();
    let with = |lines: &[&str]| fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>());
    with(&lines[..lines.iter().position(|line| line.contains("signed")).expect("it")]).expect("cut");
    for place in [root.path(), &folder] {
        let (code, said) = verify(place);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("menyebut entri {}", signed.line)), "{said}");
    }
    let changed = lines[1].replace("corrected", "described");
    with(&[&[lines[0], &changed], &lines[2..]].concat()).expect("changed");
    let (code, said) = verify(&folder);
    assert!(code == Some(1) && said.contains("entri 2 tidak sama"), "{said}");
    // Another trail altogether: the record may come from elsewhere.
    fs::remove_file(&path).expect("removed");
    let served = Served::new(root.path());
    served.get(&of("turns")).good();
    let told = served.get("/api/v1/audit/check").good();
    assert_eq!(
        (told["findings"].as_array().map(Vec::len), told["strangers"][0]["code"].as_str()),
        (Some(0), Some("audit.stranger"))
    );
    let (code, said) = verify(&folder);
    assert!(code == Some(3) && said.contains("jejak audit lain"), "{code:?} {said}");
}

#[test]
fn the_auditor_reads_filters_pages_and_takes_the_trail_away() {
    let root = known();
    everybody(root.path());
    let served = Served::new(root.path());
    let (reader, auditor) = (token(&served, "reader"), token(&served, "auditor"));
    served.ask_with(&reader, "GET", &of("turns"), None).good();
    for number in 0..5 {
        served.ask_with(&reader, "GET", &format!("/api/v1/search?q=anggaran{number}"), None).good();
    }
    let ask = |query: &str| served.ask_with(&auditor, "GET", &format!("/api/v1/audit{query}"), None);
    let numbers = |told: &Value| -> Vec<u64> {
        told["entries"].as_array().expect("entries").iter().filter_map(|entry| entry["line"].as_u64()).collect()
    };
    let first = ask("?action=searched&limit=2").good();
    assert_eq!((numbers(&first), &first["total"], &first["next"]), (vec![8, 7], &json!(5), &json!(7)), "{first}");
    let second = ask("?action=searched&limit=3&before=7").good();
    assert_eq!((numbers(&second), &second["next"]), (vec![6, 5, 4], &Value::Null), "{second}");
    assert_eq!(first["entries"][0]["detail"], "anggaran4");
    assert_eq!(numbers(&ask(&format!("?meeting={KNOWN}")).good()), [3]);
    assert_eq!(ask("?by=AUDITOR&action=signed_in").good()["total"], 1);
    assert_eq!(ask("?until=2026-01-01").good()["total"], 0);
    assert_eq!(ask("?action=menari").code(422), "audit.filter");
    assert_eq!(ask("?from=kemarin").code(422), "audit.filter");
    let read = ask("?action=trail_read").good();
    assert_eq!(read["total"], 1, "it is read once in a while: {read}");
    let table = ask("/export/csv?by=reader");
    assert!(table.headers["content-disposition"].contains("jejak-audit.csv"), "{table:?}");
    assert_eq!(table.text().lines().count(), 1 + 7, "{}", table.text());
    let list = ask("/export/json").good();
    assert_eq!(list[0]["action"], "signed_in");
    assert_eq!(ask("/export/odt").code(404), "page.error.format");
    let exported = ask("?action=exported").good();
    assert_eq!(exported["entries"][0]["detail"], "audit/export/json", "{exported}");
}

#[test]
fn the_auditor_looks_through_the_trail_in_the_browser() {
    let root = known();
    everybody(root.path());
    let served = Served::new(root.path());
    let reader = token(&served, "reader");
    served.ask_with(&reader, "GET", &of("turns"), None).good();
    let browser = Browser::new("id", false);
    browser.open(&format!("http://{}/audit", served.host));
    browser.until("document.querySelector('#sign-in')");
    browser.script(&format!(
        "const form = document.querySelector('#sign-in').elements; form.name.value = 'auditor'; form.password.value = '{PASSWORD}'"
    ));
    browser.click("#sign-in button");
    browser.until("document.querySelector('#trail')?.getAttribute('aria-busy') === 'false'");
    let rows = "return document.querySelectorAll('#trail tbody tr').length";
    assert_eq!(browser.script(rows), json!(3));
    browser.script("document.querySelector('#wanted').elements.action.value = 'opened'");
    browser.click("#wanted .main");
    browser.until("location.search === '?action=opened' && document.querySelectorAll('#trail tbody tr').length === 1");
    let shown = browser.script("return document.querySelector('#trail tbody tr').textContent");
    assert!(shown.as_str().is_some_and(|shown| shown.contains("reader") && shown.contains(KNOWN)), "{shown}");
    browser.click("#check");
    browser.until("document.querySelector('#verdict .good')");
    browser.picture("jejak-audit");
    browser.open(&format!("http://{}/", served.host));
    browser.until("document.querySelector('a[href=\"/audit\"]').checkVisibility()");
}

/// Runs a command of the program; its exit code, and what it said.
fn run(root: &Path, args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    let output = command.args(args).current_dir(root).env("RISALAH_LANG", "id").output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn commands_enter_what_they_do_where_the_meeting_lies_among_others() {
    let root = known();
    let root = root.path();
    assert_eq!(run(root, &["riwayat", KNOWN]).0, Some(0));
    assert!(!root.join(FILE_NAME).exists(), "a meeting that lies somewhere has no trail");
    let (code, said) = run(root, &["jejak", "."]);
    assert!(code == Some(2) && said.contains("tidak memiliki jejak audit"), "{said}");
    // The page or an account begins one.
    account(root, "Sari", &[Role::Editor], None);
    let meeting = || Some(KNOWN.to_owned());
    let text = |text: &str| Some(text.to_owned());
    let inside = root.join(KNOWN);
    for (args, code, action, of, detail) in [
        (&["riwayat", KNOWN][..], 0, Action::Opened, meeting(), text("history")),
        (&["ekspor", KNOWN, "--format", "txt", "-o", "luar"], 0, Action::Exported, meeting(), text("txt -> luar")),
        (
            &["lanjutkan", KNOWN, "--to", "sementara", "--by", "Sari"],
            0,
            Action::Advanced,
            meeting(),
            text("sementara by Sari"),
        ),
        (
            &["didengar", KNOWN, "00:00:15", "--by", "Sari"],
            0,
            Action::Corrected,
            meeting(),
            text("heard 00:00:15 by Sari"),
        ),
        (
            &["hapus-untuk-publik", KNOWN, "00:00:15", "--reason", "nik", "--by", "Sari"],
            0,
            Action::Redacted,
            meeting(),
            text("00:00:15 by Sari"),
        ),
        (&["hapus-untuk-publik", KNOWN, "--list"], 0, Action::Opened, meeting(), text("redact")),
        (&["batal", KNOWN, "1", "--by", "Sari"], 0, Action::Corrected, meeting(), text("undo 1 by Sari")),
        (
            &["putar", KNOWN, "00:00:10", "--until", "00:00:20", "-o", "suara.wav"],
            0,
            Action::Listened,
            meeting(),
            text("00:00:10-00:00:20"),
        ),
        (&["cari", "anggaran", "--folder", "."], 0, Action::Searched, None, text("anggaran")),
        (&["pokir", "."], 0, Action::Exported, None, text("pokir")),
        (&["laporan", "."], 0, Action::Exported, None, text("report")),
        (&["akun", "disable", "Sari", "--folder", "."], 0, Action::AccountChanged, None, text("disable Sari")),
    ] {
        let before = last(root);
        let (ended, said) = run(root, args);
        assert_eq!(ended, Some(code), "{args:?}: {said}");
        assert_eq!(since(root, before), [(action, of, detail)], "{args:?}");
    }
    assert!(entered(root).iter().all(|line| line.entry.who.kind == Kind::CommandLine && !line.entry.who.by.is_empty()));
    // Where one stands, and what was not done.
    let before = last(root);
    let (code, _) = run(&inside, &["resmikan", "--signed-by", "bambang", "--number", "1"]);
    let not_done = text(&format!("{} status.hindered", before + 1));
    let expected = [(Action::Signed, meeting(), text("by bambang")), (Action::NotDone, meeting(), not_done)];
    assert_eq!((code, since(root, before)), (Some(1), expected.to_vec()));
    let before = last(root);
    assert_eq!(run(root, &["keadaan", KNOWN]).0, Some(0));
    assert_eq!(since(root, before), [], "it tells nothing that was said");

    let (code, said) = run(root, &["jejak", ".", "--by", "siapa"]);
    assert!(code == Some(0) && said.contains("Tidak ada entri"), "{said}");
    let (_, said) = run(root, &["jejak", KNOWN, "--action", "advanced"]);
    assert!(
        said.contains("mengubah status") && said.contains("sementara by Sari") && said.lines().count() == 1,
        "{said}"
    );
    let (_, said) = run(root, &["jejak", ".", "--json", "--action", "searched"]);
    assert_eq!(serde_json::from_str::<Value>(&said).expect("JSON")[0]["detail"], "anggaran");
    let (_, said) = run(root, &["jejak", ".", "--csv", "--until", "2026-01-01"]);
    assert_eq!(said.lines().count(), 1, "{said}");

    // Without an entry nothing is done.
    fs::remove_file(root.join(FILE_NAME)).expect("removed");
    fs::create_dir(root.join(FILE_NAME)).expect("made");
    for args in [&["ekspor", KNOWN, "--format", "srt", "-o", "luar"][..], &["akun", "enable", "Sari", "--folder", "."]]
    {
        let (code, said) = run(root, args);
        assert!(code == Some(1) && said.contains("maka tidak ada yang dikerjakan"), "{args:?}: {said}");
    }
    assert!(!root.join("luar/transkrip.srt").exists());
}
