//! The server is killed again and again, while it records and somebody types.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::recording::{Growth, folder_of};
use e_risalah::transcript::store::Store;
use serde_json::json;

use super::chromium::Browser;
use super::meetings::{KNOWN, known};
use super::recording::{ID, scheduled, sound};
use super::server::Served;
use super::until;

/// How often, where `RISALAH_KILLS` does not say.
const KILLS: u32 = 3;
/// What was typed longer ago is on the disk: two seconds, and what a busy machine needs to write
/// it. How long
/// ago the latest was that was not, is told.
const KEPT: Duration = Duration::from_secs(4);
/// Between two kills.
const TYPED: Duration = Duration::from_secs(6);

#[test]
fn nothing_is_lost_and_the_page_comes_back_by_itself() {
    let kills = std::env::var("RISALAH_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let root = known();
    scheduled(root.path());
    let file = sound(root.path(), 60 + 30 * kills);
    let more = ["--source", file.to_str().expect("a path")];
    let mut served = Served::with(root.path(), &more);
    let recording = folder_of(&root.path().join(ID));
    let begun = served.ask("POST", &format!("/api/v1/meetings/{ID}/recording"), None);
    assert_eq!(begun.status, 201, "{}", begun.text());
    let (browser, watching) = (Browser::new("id", false), Browser::new("id", false));
    for browser in [&browser, &watching] {
        browser.open(&served.address());
        browser.until("document.querySelector('table.meetings')");
        browser.script("localStorage.setItem('risalah-by', 'Sari')");
    }
    watching.open(&format!("http://{}/meetings/{ID}/live", served.host));
    browser.open(&format!("http://{}/meetings/{KNOWN}", served.host));
    browser.until("document.querySelector('#turns').getAttribute('aria-busy') === 'false'");
    browser.click(".turn:nth-child(5) .text");
    browser.until("document.activeElement === document.querySelector('.turn:nth-child(5) .text')");
    browser.keys("", "\u{e010}");
    let folder = root.path().join(KNOWN);
    let stored =
        || Store::open_to_read(&folder).and_then(|store| store.current()).expect("read").utterances[4].text.clone();
    let mut typed: Vec<(String, Instant)> = Vec::new();
    let mut oldest = Duration::ZERO;
    browser.click("#claim");
    let claims = |served: &Served| served.get(&format!("/api/v1/meetings/{KNOWN}/claims")).good()["claims"].clone();
    until("a passage is claimed", || claims(&served)[0]["by"] == "Sari");
    browser.click(".turn:nth-child(5) .text");
    browser.keys("", "\u{e010}");
    for kill in 0..kills {
        let since = Instant::now();
        while since.elapsed() < TYPED {
            let word = format!("kata{}", typed.len());
            browser.keys("", &format!(" {word}"));
            typed.push((word, Instant::now()));
            thread::sleep(Duration::from_millis(150));
        }
        let killed = Instant::now();
        served.kill();
        let text = stored();
        let is_there = |word: &str| text.split_whitespace().any(|one| one == word);
        let unsaved = typed.iter().find(|(word, _)| !is_there(word));
        oldest = oldest.max(unsaved.map_or(Duration::ZERO, |(_, at)| killed.duration_since(*at)));
        let old = typed.iter().filter(|(_, at)| killed.duration_since(*at) > KEPT);
        for (word, at) in old {
            assert!(
                is_there(word),
                "kill {kill}: {word}, typed {:?} before, is not in {text}",
                killed.duration_since(*at)
            );
        }
        // Nobody opens anything: the page goes on with what comes after it.
        served = Served::with(root.path(), &more);
        let last = typed.last().map(|(word, _)| word.clone()).unwrap_or_default();
        until("all that was typed is saved", || stored().ends_with(&last));
        until("the passage is claimed again", || claims(&served)[0]["by"] == "Sari");
        watching.until("document.querySelector('#state').dataset.state === 'perekaman'");
    }
    println!("{kills} kills; the oldest word that was not yet on the disk was typed {oldest:?} before");
    let text = stored();
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.starts_with("kata")).collect();
    assert_eq!(words, typed.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>());
    assert_eq!(browser.script("return document.querySelector('#conflict').open"), json!(false));
    assert_eq!(served.ask("POST", &format!("/api/v1/meetings/{ID}/recording/stop"), None).status, 204);
    until("it is closed", || Growth::open(&recording).ok().flatten().is_some_and(|growth| growth.is_closed()));
    let growth = Growth::open(&recording).expect("read").expect("a recording");
    assert!(growth.gaps().is_empty(), "{:?}", growth.gaps());
    until("its words are there", || root.path().join(ID).join("risalah-sementara.pdf").is_file());
    fs::remove_file(file).expect("removed");
}
