//! Accounts: signing in and out, and what each role may do.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use e_risalah::accounts::{Accounts, NewAccount, RIGHTS, Right, Role, table};
use e_risalah::common::language::Language;
use serde_json::{Value, json};

use super::chromium::Browser;
use super::meetings::{KNOWN, known};
use super::server::{Answer, Served};

pub const PASSWORD: &str = "rapat yang panjang";

pub fn account(root: &Path, name: &str, roles: &[Role], person: Option<&str>) {
    let new = NewAccount { name, roles: roles.iter().copied().collect(), person, password: PASSWORD };
    Accounts::of(root).add(&new).expect("made");
}

/// An account for each role, with the role's name.
pub fn everybody(root: &Path) {
    for role in Role::ALL {
        account(root, role.key(), &[role], (role == Role::Member).then_some("siti"));
    }
}

pub fn sign_in(served: &Served, name: &str, password: &str) -> Answer {
    let body = json!({ "name": name, "password": password, "program": true }).to_string();
    served.raw("POST", "/api/v1/session", &[("Content-Type", "application/json")], body.as_bytes())
}

/// What a program of this account sends.
pub fn token(served: &Served, name: &str) -> String {
    sign_in(served, name, PASSWORD).good()["token"].as_str().expect("a token").to_owned()
}

/// What a browser of this account sends: its cookie, and what a page has for changes.
fn cookie(served: &Served, name: &str) -> (String, String) {
    let body = json!({ "name": name, "password": PASSWORD }).to_string();
    let answer = served.raw("POST", "/api/v1/session", &[("Content-Type", "application/json")], body.as_bytes());
    let who = answer.good();
    assert!(who.get("token").is_none(), "no script of a page reads it: {who}");
    let set = &answer.headers["set-cookie"];
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && !set.contains("Secure"), "{set}");
    let pair = set.split(';').next().expect("a pair").to_owned();
    (pair, who["csrf"].as_str().expect("a token").to_owned())
}

#[test]
fn as_soon_as_there_is_an_account_everybody_signs_in() {
    let root = known();
    let served = Served::new(root.path());
    assert_eq!(sign_in(&served, "sari", PASSWORD).code(409), "page.error.no_accounts");
    assert_eq!(served.get("/api/v1/session").good()["roles"], json!([]));
    served.get("/api/v1/meetings").good();
    account(root.path(), "Sari", &[Role::Editor], None);
    // The server that runs already notices it, and its secret opens nothing any more.
    assert_eq!(served.get("/api/v1/meetings").code(401), "page.error.signed_out");
    let entered = served.raw("GET", &format!("/?token={}", served.token), &[], b"");
    assert_eq!((entered.status, entered.headers["location"].as_str()), (303, "/sign-in"));
    let page = served.raw("GET", &format!("/meetings/{KNOWN}/state"), &[], b"");
    assert_eq!(page.headers["location"], format!("/sign-in?next=/meetings/{KNOWN}/state"));
    let page = served.raw("GET", "/sign-in", &[], b"").text();
    assert!(page.contains("id=\"sign-in\"") && !page.contains(KNOWN), "{page}");
    let token = token(&served, "sari");
    served.ask_with(&token, "GET", "/api/v1/meetings", None).good();
    // A file that is gone opens nothing.
    fs::remove_file(root.path().join("akun.json")).expect("removed");
    assert_eq!(served.get("/api/v1/meetings").code(401), "page.error.signed_out");
    assert_eq!(served.ask_with(&token, "GET", "/api/v1/meetings", None).code(401), "page.error.signed_out");
    fs::write(root.path().join("akun.json"), "rusak").expect("written");
    assert_eq!(served.get("/api/v1/meetings").code(500), "page.error.accounts");
    // The next start needs no secret of its own.
    fs::remove_file(root.path().join("akun.json")).expect("removed");
    account(root.path(), "Sari", &[Role::Editor], None);
    drop(served);
    assert_eq!(Served::new(root.path()).token, "");
}

#[test]
fn a_session_begins_with_the_password_and_ends_in_every_way() {
    let root = known();
    account(root.path(), "Sari", &[Role::Editor], None);
    let served = Served::new(root.path());
    let list = |token: &str| served.ask_with(token, "GET", "/api/v1/meetings", None).status;
    assert_eq!(sign_in(&served, "Sari", "kata sandi lain").code(401), "page.error.sign_in");
    assert_eq!(sign_in(&served, "Siapa", PASSWORD).code(401), "page.error.sign_in");
    assert_eq!(list(&"0".repeat(64)), 401);
    let first = token(&served, " sari ");
    assert_eq!(list(&first), 200);
    let left = served.ask_with(&first, "DELETE", "/api/v1/session", None);
    assert_eq!((left.status, list(&first)), (204, 401));
    let accounts = Accounts::of(root.path());
    let second = token(&served, "Sari");
    accounts.set_password("Sari", "rapat yang lain lagi").expect("set");
    assert_eq!(list(&second), 401, "another password ends it");
    assert_eq!(sign_in(&served, "Sari", PASSWORD).code(401), "page.error.sign_in");
    accounts.set_password("Sari", PASSWORD).expect("set");
    let third = token(&served, "Sari");
    accounts.set_roles("Sari", &[Role::Reader].into_iter().collect(), None).expect("set");
    assert_eq!(list(&third), 401, "other roles end it");
    let fourth = token(&served, "Sari");
    accounts.set_disabled("Sari", true).expect("set");
    assert_eq!(list(&fourth), 401, "disabling ends it");
    assert_eq!(sign_in(&served, "Sari", PASSWORD).code(403), "page.error.disabled");
    accounts.set_disabled("Sari", false).expect("set");
    assert_eq!(list(&fourth), 401, "it does not come back");
}

#[test]
fn wrong_passwords_make_the_next_attempt_wait_whether_the_name_is_known_or_not() {
    let root = known();
    account(root.path(), "Sari", &[Role::Editor], None);
    let served = Served::new(root.path());
    for name in ["Sari", "Siapa"] {
        for _ in 0..3 {
            assert_eq!(sign_in(&served, name, "kata sandi lain").code(401), "page.error.sign_in");
        }
        // The third was the last without a delay.
        let waits = sign_in(&served, name, PASSWORD);
        assert_eq!(waits.code(429), "page.error.wait", "{name}");
        assert_eq!(waits.headers["retry-after"], waits.json()["wait"].to_string());
    }
}

#[test]
fn a_change_by_cookie_needs_what_the_page_of_that_session_has() {
    let root = known();
    for name in ["Sari", "Dewi"] {
        account(root.path(), name, &[Role::Editor], None);
    }
    let served = Served::new(root.path());
    let (sari, csrf) = cookie(&served, "Sari");
    let (_, other) = cookie(&served, "Dewi");
    let undo = format!("/api/v1/meetings/{KNOWN}/undo");
    let json = ("Content-Type", "application/json");
    let change = |headers: &[(&str, &str)]| {
        let headers: Vec<_> = [("Cookie", sari.as_str()), json].into_iter().chain(headers.iter().copied()).collect();
        served.raw("POST", &undo, &headers, b"{\"edits\":[]}")
    };
    assert_eq!(change(&[]).code(403), "page.error.csrf");
    assert_eq!(change(&[("X-CSRF-Token", &other)]).code(403), "page.error.csrf");
    assert_eq!(change(&[("X-CSRF-Token", &csrf), ("Origin", "http://rapat.example")]).code(403), "page.error.origin");
    assert_eq!(change(&[("X-CSRF-Token", &csrf)]).status, 200);
    let page = served.raw("GET", "/", &[("Cookie", &sari)], b"").text();
    assert!(page.contains(&csrf) && page.contains("data-account=\"Sari\""), "{page}");
    let out = served.raw("DELETE", "/api/v1/session", &[("Cookie", &sari), ("X-CSRF-Token", &csrf)], b"");
    assert!(out.headers["set-cookie"].contains("Max-Age=0"), "{out:?}");
    assert_eq!(served.raw("GET", "/", &[("Cookie", &sari)], b"").status, 303);
}

/// Every operation of the API: its method, its address with a meeting that is not there, and what
/// it needs.
fn operations(served: &Served, token: &str) -> Vec<(String, String, String)> {
    let description = served.ask_with(token, "GET", "/api/openapi.json", None).good();
    let mut found = Vec::new();
    for (path, item) in description["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let needs = operation["x-needs"].as_str().unwrap_or_else(|| panic!("{method} {path} needs nothing said"));
            let path = path.replace("{id}", "tidak-ada").replace("{turn}", "1-1-0-1").replace("{person}", "x");
            let path = path.replace("{job}", "1").replace("{format}", "pdf").replace("{file}", "x.pdf");
            let path = path.replace("{passage}", "0").replace("{parcel}", "0").replace("{line}", "1");
            let path = path.replace("{number}", "1");
            assert!(!path.contains('{'), "{path}");
            found.push((method.to_uppercase(), path, needs.to_owned()));
        }
    }
    found
}

#[test]
fn every_cell_of_the_table_of_rights_holds_in_the_api() {
    let root = known();
    everybody(root.path());
    let served = Served::new(root.path());
    let all = operations(&served, &token(&served, "reader"));
    for (right, _) in RIGHTS {
        let is_asked = all.iter().any(|(_, _, needs)| needs == right.key());
        assert!(is_asked, "no operation needs {right:?}");
    }
    for role in Role::ALL {
        let token = token(&served, role.key());
        for (method, path, needs) in &all {
            // What costs time, or ends the server, is asked where it is refused only.
            let Some((right, _)) = RIGHTS.iter().find(|(right, _)| right.key() == needs) else { continue };
            let may = role.has(*right);
            if may && ["/api/v1/doctor", "/api/v1/printers", "/api/v1/quit"].contains(&path.as_str()) {
                continue;
            }
            let answer = served.ask_with(&token, method, path, (method != "GET").then_some(&json!({})));
            let is_refused = answer.status == 403 && answer.json()["code"] == "page.error.right";
            assert_eq!(is_refused, !may, "{role:?} {method} {path}: {} {}", answer.status, answer.text());
            assert_ne!(answer.status, 401, "{role:?} {method} {path}");
            if is_refused {
                let told = answer.json();
                assert!(told["what"].as_str().is_some_and(|what| what.contains(&right.name(Language::Indonesian))));
                assert!(told["hint"].as_str().is_some_and(|hint| hint.contains(&right.held_by(Language::Indonesian))));
            }
        }
    }
}

#[test]
fn nothing_of_the_api_is_answered_to_who_is_not_signed_in() {
    let root = known();
    everybody(root.path());
    let served = Served::new(root.path());
    for (method, path, needs) in operations(&served, &token(&served, "reader")) {
        let answer = served.raw(&method, &path, &[("Content-Type", "application/json")], b"{}");
        let expected = if needs == "nothing" { 422 } else { 401 };
        assert_eq!(answer.status, expected, "{method} {path}: {}", answer.text());
    }
    for path in ["/api/openapi.json", "/api/v1/gone"] {
        assert_eq!(served.raw("GET", path, &[], b"").code(401), "page.error.signed_out");
    }
}

#[test]
fn the_pages_are_those_of_the_role() {
    let root = known();
    everybody(root.path());
    let served = Served::new(root.path());
    let of = |page: &str| format!("/meetings/{KNOWN}{page}");
    let pages = [
        ("/".to_owned(), Right::Read),
        ("/search".to_owned(), Right::Read),
        ("/new".to_owned(), Right::Prepare),
        ("/report".to_owned(), Right::Sign),
        ("/retention".to_owned(), Right::Sign),
        ("/doctor".to_owned(), Right::Record),
        ("/audit".to_owned(), Right::Audit),
        (of(""), Right::Read),
        (of("/live"), Right::Read),
        (of("/state"), Right::Read),
        (of("/prepare"), Right::Prepare),
        (of("/soundcheck"), Right::Record),
        (of("/print"), Right::Print),
        (of("/distribution"), Right::Distribute),
        ("/member".to_owned(), Right::OwnTurns),
    ];
    for role in Role::ALL {
        let (cookie, _) = cookie(&served, role.key());
        for (path, right) in &pages {
            let page = served.raw("GET", path, &[("Cookie", &cookie)], b"");
            let expected = match (role.has(*right), path.as_str(), role) {
                (true, ..) => 200,
                // The member comes to their own page.
                (false, "/", Role::Member) => 303,
                (false, ..) => 403,
            };
            assert_eq!(page.status, expected, "{role:?} {path}: {}", page.text());
            if page.status == 200 {
                let rights = page.text();
                let rights = rights.split("data-rights=\"").nth(1).and_then(|rest| rest.split('"').next());
                let own: Vec<&str> = rights.expect("rights").split(' ').collect();
                let expected: Vec<&str> =
                    RIGHTS.iter().filter(|(right, _)| role.has(*right)).map(|(right, _)| right.key()).collect();
                assert_eq!(own, expected, "{role:?}");
            }
        }
    }
    // What a page hides by a right, the style sheet knows.
    let style = served.raw("GET", "/assets/page.css", &[], b"").text();
    for (right, _) in RIGHTS {
        let hides = format!("body:not([data-rights~=\"{0}\"]) [data-needs=\"{0}\"]", right.key());
        assert!(style.contains(&hides), "{hides}");
    }
}

#[test]
fn what_is_done_stands_under_the_name_of_the_account() {
    let root = known();
    account(root.path(), "Sari Dewi", &[Role::Editor, Role::Signer], None);
    let served = Served::new(root.path());
    let token = token(&served, "sari dewi");
    let ask = |method: &str, path: &str, body: Value| {
        served.ask_with(&token, method, &format!("/api/v1/meetings/{KNOWN}/{path}"), Some(&body)).good()
    };
    let turns = served.ask_with(&token, "GET", &format!("/api/v1/meetings/{KNOWN}/turns"), None).good();
    let turn = turns["turns"][4]["id"].as_str().expect("a turn").to_owned();
    // Whatever name was typed.
    ask("PUT", &format!("turns/{turn}/text"), json!({ "by": "Orang Lain", "revision": 0, "text": "Rapat ditutup." }));
    let history = format!("/api/v1/meetings/{KNOWN}/turns/{turn}/history");
    let history = served.ask_with(&token, "GET", &history, None).good();
    let edits = history["edits"].as_array().expect("edits");
    assert!(!edits.is_empty() && edits.iter().all(|edit| edit["by"] == "Sari Dewi"), "{history}");
    let state = ask("POST", "advance", json!({ "to": "sementara" }));
    assert_eq!(state["steps"][0]["by"], "Sari Dewi", "{state}");
}

#[test]
fn an_account_of_one_person_signs_only_as_that_person() {
    let root = known();
    account(root.path(), "sekwan", &[Role::Signer], Some("bambang"));
    let served = Served::new(root.path());
    let token = token(&served, "sekwan");
    let path = format!("/api/v1/meetings/{KNOWN}/finalize");
    let sign = |by: &str| served.ask_with(&token, "POST", &path, Some(&json!({ "signed_by": by, "number": "1" })));
    assert_eq!(sign("mariana").code(403), "page.error.signs_as");
    // What still hinders the record is another matter.
    assert_eq!(sign("bambang").status, 409);
}

#[test]
fn a_member_signs_in_and_corrects_their_own_turns_only() {
    let root = known();
    account(root.path(), "Siti", &[Role::Member], Some("siti"));
    account(root.path(), "Sari", &[Role::Editor], None);
    let served = Served::new(root.path());
    let (member, editor) = (token(&served, "Siti"), token(&served, "Sari"));
    let own = |path: &str| served.ask_with(&member, "GET", &format!("/api/v1/member/{path}"), None);
    assert_eq!(own("meetings").good()["meetings"], json!([]));
    assert_eq!(own("turns").code(422), "page.error.which_meeting");
    assert_eq!(own(&format!("turns?meeting={KNOWN}")).code(409), "page.error.no_correction");
    for to in ["sementara", "koreksi"] {
        let body = json!({ "to": to, "note": "uji" });
        served.ask_with(&editor, "POST", &format!("/api/v1/meetings/{KNOWN}/advance"), Some(&body)).good();
    }
    assert_eq!(own("meetings").good()["meetings"][0]["id"], KNOWN);
    let turns = own(&format!("turns?meeting={KNOWN}")).good()["turns"].clone();
    assert_eq!(turns.as_array().map(Vec::len), Some(2), "{turns}");
    let id = turns[0]["id"].as_str().expect("an id");
    assert_eq!(own(&format!("audio?meeting={KNOWN}&turn={id}")).status, 200);
    let body = json!({ "revision": 0, "text": "Terima kasih, Pimpinan.", "why": "salah dengar" });
    let path = format!("/api/v1/member/turns/{id}/text?meeting={KNOWN}");
    served.ask_with(&member, "PUT", &path, Some(&body)).good();
    let all = served.ask_with(&editor, "GET", &format!("/api/v1/meetings/{KNOWN}/turns"), None).good();
    let other = all["turns"][0]["id"].as_str().expect("an id");
    let path = format!("/api/v1/member/turns/{other}/text?meeting={KNOWN}");
    assert_eq!(served.ask_with(&member, "PUT", &path, Some(&body)).code(404), "page.error.turn");
    // A link that an editor gives out goes on beside it.
    let link = format!("/api/v1/meetings/{KNOWN}/members/siti/link");
    let link = served.ask_with(&editor, "POST", &link, None).good()["path"].as_str().expect("a path").to_owned();
    let opened = served.raw("GET", &link, &[], b"");
    let cookie = opened.headers["set-cookie"].split(';').next().expect("a pair").to_owned();
    let own = served.raw("GET", "/api/v1/member/turns", &[("Cookie", &cookie)], b"").good();
    assert_eq!(own["turns"].as_array().map(Vec::len), Some(2));
    assert_eq!(served.raw("GET", "/api/v1/meetings", &[("Cookie", &cookie)], b"").status, 401);
}

#[test]
fn a_reader_signs_in_sees_no_more_than_they_may_and_signs_out() {
    let root = known();
    account(root.path(), "Rina", &[Role::Reader], None);
    account(root.path(), "Sari", &[Role::Editor], None);
    let served = Served::new(root.path());
    let browser = Browser::new("id", false);
    let address = format!("http://{}", served.host);
    let enter = |name: &str, password: &str| {
        browser.until("document.querySelector('#sign-in')");
        browser.script(&format!(
            "const form = document.querySelector('#sign-in').elements; form.name.value = '{name}'; form.password.value = '{password}'"
        ));
        browser.click("#sign-in button");
    };
    browser.open(&format!("{address}/meetings/{KNOWN}"));
    enter("Rina", "kata sandi lain");
    browser.until("document.querySelector('#sign-in .error').textContent.includes('salah')");
    browser.picture("masuk");
    enter("Rina", PASSWORD);
    // Where one wanted to go.
    browser.until("document.querySelector('#turns')?.getAttribute('aria-busy') === 'false'");
    assert_eq!(browser.script("return document.querySelector('.account strong').textContent"), json!("Rina"));
    browser.click(".turn:nth-child(5) .text");
    browser.until("document.querySelector('.turn:nth-child(5)').classList.contains('focus')");
    assert_eq!(browser.script("return document.querySelectorAll('[contenteditable]').length"), json!(0));
    let shown = "return [...document.querySelectorAll('[data-needs]')].filter((one) => one.checkVisibility()).map((one) => one.dataset.needs)";
    let shown = browser.script(shown);
    assert!(shown.as_array().is_some_and(|all| all.iter().all(|needs| needs == "listen")), "{shown}");
    browser.open(&format!("{address}/new"));
    browser.until("document.querySelector('.refused')");
    browser.picture("tanpa-hak");
    browser.open(&address);
    browser.click("#sign-out");
    browser.until("location.pathname === '/sign-in'");
    browser.open(&format!("{address}/search"));
    enter("Sari", PASSWORD);
    browser.until("location.pathname === '/search' && document.querySelector('.account strong')");
    // A correction stands under the account, without a question for the name.
    browser.open(&format!("{address}/meetings/{KNOWN}"));
    browser.until("document.querySelector('#turns')?.getAttribute('aria-busy') === 'false'");
    browser.click(".turn:nth-child(2) .text");
    browser.until("document.activeElement === document.querySelector('.turn:nth-child(2) .text')");
    browser.click(".turn:nth-child(2) [data-do=right]");
    let token = token(&served, "Sari");
    super::until("it is heard", || {
        let turns = served.ask_with(&token, "GET", &format!("/api/v1/meetings/{KNOWN}/turns"), None).good();
        turns["turns"][1]["heard"] == true
    });
}

#[test]
fn the_documentation_has_the_table_of_rights_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, language) in
        [("docs/guide/accounts.md", Language::English), ("docs/panduan/akun.md", Language::Indonesian)]
    {
        let text = fs::read_to_string(root.join(path)).expect(path);
        let table = table(language);
        assert!(text.contains(&table), "{path} has not this table:\n{table}");
    }
}

fn accounts(root: &Path, args: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.arg("akun").args(args).arg("--folder").arg(root).env("RISALAH_LANG", "id");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

#[test]
fn the_command_makes_lists_and_disables_accounts() {
    let root = tempfile::tempdir().expect("a folder");
    let root = root.path();
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let run = |args: &[&str], input: &str, code: i32, what: &str| {
        let output = accounts(root, args, input);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(what), "{args:?}: {}", said(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    run(&["list"], "", 0, "belum mempunyai akun");
    let add = ["add", "Sari Dewi", "--role", "editor,operator", "--password-stdin"];
    run(&add, "sandi yang panjang\n", 0, "harus masuk");
    run(&add, "sandi yang panjang\n", 2, "sudah ada");
    run(&["add", "Siti", "--role", "member", "--password-stdin"], "sandi yang panjang\n", 2, "--person");
    run(&["add", "Siti", "--role", "raja", "--password-stdin"], "x", 2, "operator");
    run(&["add", "Siti", "--role", "reader", "--password-stdin"], "pendek\n", 2, "12");
    run(&["add", "Siti", "--role", "reader", "--password-stdin"], "", 2, "--password-stdin");
    run(&["add", "Siti", "--role", "reader"], "sandi yang panjang\n", 2, "--password-stdin");
    run(&["add", "<b>", "--role", "reader", "--password-stdin"], "sandi yang panjang\n", 2, "<b>");
    run(&["passwd", "Siapa", "--password-stdin"], "sandi yang panjang\n", 2, "Sari Dewi");
    run(&["passwd", "sari dewi", "--password-stdin"], "sandi yang baru sekali\n", 0, "Sari Dewi");
    run(&["disable", "sari dewi"], "", 0, "tidak dapat masuk lagi");
    let list: Value = serde_json::from_str(&run(&["list", "--json"], "", 0, "")).expect("JSON");
    assert_eq!((&list[0]["name"], &list[0]["disabled"]), (&json!("Sari Dewi"), &json!(true)));
    assert_eq!(list[0]["roles"], json!(["operator", "editor"]));
    assert!(list[0].get("password").is_none(), "{list}");
    run(&["enable", "sari dewi"], "", 0, "masuk kembali");
    run(&["roles", "Sari Dewi", "--role", "signer,member", "--person", "sari"], "", 0, "Ketua atau sekretaris");
    let listed = run(&["list"], "", 0, "");
    assert!(listed.contains("Ketua atau sekretaris, Anggota  (sari)"), "{listed}");
}

/// Types into the program at a terminal of its own, as a person does, and gives what was shown.
const TERMINAL: &str = r#"
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
shown = b""
for prompt, typed in ((b"sandi", b"sandi yangX\x7f panjang\r"), (b"lagi", os.environ["SECOND"].encode() + b"\r")):
    while prompt not in shown.split(b"\r\n")[-1]:
        shown += os.read(terminal, 1000)
    os.write(terminal, typed)
try:
    while part := os.read(terminal, 1000):
        shown += part
except OSError:
    pass
print(shown.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

#[test]
fn at_a_terminal_the_password_is_asked_for_twice_and_not_shown() {
    let root = tempfile::tempdir().expect("a folder");
    for (second, code) in [("sandi yang lain", 2), ("sandi yang panjang", 0)] {
        let output = Command::new("python3")
            .args([
                "-c",
                TERMINAL,
                env!("CARGO_BIN_EXE_risalah"),
                "akun",
                "add",
                "Sari",
                "--role",
                "editor",
                "--folder",
            ])
            .arg(root.path())
            .env("RISALAH_LANG", "id")
            .env("SECOND", second)
            .output()
            .expect("python3 runs");
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(code), "{shown}{}", String::from_utf8_lossy(&output.stderr));
        assert!(!shown.contains("panjang") && !shown.contains("yang lain"), "{shown}");
    }
    let served = Served::new(root.path());
    sign_in(&served, "Sari", "sandi yang panjang").good();
}
