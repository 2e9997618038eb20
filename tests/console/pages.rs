//! The pages as they are served.

use std::fs;
use std::path::Path;
use std::process::Command;

use e_risalah::accounts::Role;

use super::accounts::{everybody, token};
use super::meetings::{KNOWN, known};
use super::server::Served;

#[test]
fn every_page_is_there_in_both_languages_without_a_script_of_its_own() {
    let root = known();
    let served = Served::new(root.path());
    let bearer = format!("Bearer {}", served.token);
    for path in [
        "/",
        "/new",
        "/search",
        "/audit",
        &format!("/meetings/{KNOWN}"),
        &format!("/meetings/{KNOWN}/live"),
        &format!("/meetings/{KNOWN}/state"),
        &format!("/meetings/{KNOWN}/distribution"),
        &format!("/meetings/{KNOWN}/prepare"),
        &format!("/meetings/{KNOWN}/soundcheck"),
        "/report",
        "/retention",
        "/doctor",
    ] {
        let mut texts = Vec::new();
        for language in ["id", "en"] {
            let headers = [("Authorization", bearer.as_str()), ("Accept-Language", language)];
            let page = served.raw("GET", path, &headers, b"");
            let text = page.text();
            assert_eq!(page.status, 200, "{path}: {text}");
            assert!(text.contains(&format!("<html lang=\"{language}\">")), "{path}");
            // A key that has no words is shown as it is.
            assert!(!text.replace("data-words", "").split('>').any(|part| part.starts_with("page.")), "{path}: {text}");
            assert!(!text.contains(" onclick=") && !text.contains(" style=") && !text.contains("<style"), "{path}");
            for script in text.split("<script").skip(1) {
                assert!(script.starts_with(" type=\"module\" src=\"/assets/"), "{path}: {script:.60}");
            }
            texts.push(text);
        }
        assert_ne!(texts[0], texts[1], "{path}");
    }
    let gone = served.raw("GET", "/meetings/tidak-ada", &[("Authorization", &bearer)], b"");
    assert_eq!(gone.status, 404);
    assert!(gone.text().contains("tidak-ada"), "{}", gone.text());
}

#[test]
fn what_a_person_wrote_is_text_and_never_markup() {
    let root = known();
    let folder = root.path().join("x");
    fs::create_dir(&folder).expect("made");
    fs::write(folder.join("rapat.toml"), "[rapat]\nnama = \"<img src=x onerror=alert(1)>\"\n").expect("written");
    let served = Served::new(root.path());
    let bearer = format!("Bearer {}", served.token);
    for path in ["/", "/meetings/x", "/meetings/x/state"] {
        let text = served.raw("GET", path, &[("Authorization", &bearer)], b"").text();
        assert!(!text.contains("<img") && text.contains("&#60;img"), "{path}: {text}");
    }
}

#[test]
fn all_files_of_the_pages_together_are_small() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console/assets");
    let root = known();
    let served = Served::new(root.path());
    let mut bytes = 0;
    for entry in fs::read_dir(folder).expect("assets") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        // Nobody's secret: the page that refuses is made of them too.
        let answer = served.raw("GET", &format!("/assets/{name}"), &[], b"");
        assert_eq!(answer.status, 200, "{name}");
        assert!(!answer.text().contains("http://") || name.ends_with(".svg"), "{name} names another host");
        let known = [("If-None-Match", answer.headers["etag"].as_str())];
        assert_eq!(served.raw("GET", &format!("/assets/{name}"), &known, b"").status, 304, "{name}");
        bytes += answer.body.len();
    }
    assert!(bytes < 300_000, "{bytes}");
}

#[test]
#[ignore = "needs the compiler of TypeScript that `make test` fetches"]
fn the_modules_keep_to_the_types_that_they_name() {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/console/tsconfig.json");
    let told = Command::new("tsc").arg("--project").arg(settings).output();
    let told = told.unwrap_or_else(|error| panic!("tsc ({error}): apt-get install node-typescript"));
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stdout));
}

/// Asks the API whatever its description allows and what it does not, with this token.
fn asks(root: &Path, served: &Served, token: &str, more: &[&str]) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/schemathesis");
    let mut run = Command::new(&program);
    run.arg("run").arg(format!("http://{}/api/openapi.json", served.host));
    run.args(["--header", &format!("Authorization: Bearer {token}")]);
    run.env("SCHEMATHESIS_HOOKS", "schemathesis_hooks").env("RISALAH_MEETING", KNOWN);
    run.env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/console"));
    run.args(["--checks", "all", "--exclude-checks"]);
    // Some paths name what a random name never hits, and a check of the computer begins no recording.
    run.arg("positive_data_acceptance,ignored_auth,ensure_resource_availability,use_after_free");
    run.args(["--seed", "1", "--no-color"]).args(more);
    run.args(["--suppress-health-check", "all", "--request-timeout", "30", "--continue-on-failure"]);
    // It does not end the server.
    run.args(["--exclude-path", "/api/v1/quit"]);
    let told = run.current_dir(root).output();
    let told = told.unwrap_or_else(|error| panic!("{} ({error}): run `make test`", program.display()));
    let text = String::from_utf8_lossy(&told.stdout);
    assert!(told.status.success(), "{text}{}", String::from_utf8_lossy(&told.stderr));
    assert_ne!(served.ask_with(token, "GET", "/api/v1/session", None).status, 401, "it still answers");
}

/// Its own phases: what the description names, what stands at its limits, and what is none of it.
#[test]
#[ignore = "needs schemathesis, which `make test` fetches"]
fn whatever_is_asked_is_answered_as_the_description_says() {
    let root = known();
    let served = Served::new(root.path());
    asks(root.path(), &served, &served.token, &["--phases", "examples,coverage,fuzzing", "--max-examples", "12"]);
}

#[test]
#[ignore = "needs schemathesis, which `make test` fetches"]
fn whatever_each_role_asks_is_answered_as_the_description_says() {
    let root = known();
    everybody(root.path());
    let served = Served::new(root.path());
    for role in Role::ALL {
        let token = token(&served, role.key());
        // Nor its own session.
        let more = ["--phases", "examples,fuzzing", "--max-examples", "3", "--exclude-path", "/api/v1/session"];
        asks(root.path(), &served, &token, &more);
    }
}
