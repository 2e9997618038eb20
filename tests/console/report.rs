//! The work on the meetings of a period, by the API and on its page.

use std::fs;

use serde_json::json;

use super::chromium::Browser;
use super::meetings::{known, meeting, words};
use super::server::Served;

const RAPAT: &str = include_str!("../status/rapat.toml");

#[test]
fn it_is_asked_for_a_period_and_taken_as_a_file() {
    let root = known();
    meeting(&root.path().join("2026-05-01-lain"), &RAPAT.replace("2026-03-10", "2026-05-01"), words());
    fs::create_dir_all(root.path().join("rusak")).expect("made");
    fs::write(root.path().join("rusak/rapat.toml"), "tanggal = 3\n").expect("written");
    let served = Served::new(root.path());
    let all = served.get("/api/v1/report").good();
    assert_eq!(all["meetings"], 2, "{all}");
    assert!(all["notes"][0]["what"].as_str().is_some_and(|what| what.contains("rusak")), "{all}");
    let march = served.get("/api/v1/report?from=2026-03-01&until=31-3-2026").good();
    assert_eq!(march["meetings"], 1, "{march}");
    assert_eq!(march["tables"].as_array().map(Vec::len), Some(3), "{march}");
    assert_eq!(served.get("/api/v1/report?from=besok").code(422), "search.not_a_date");
    assert_eq!(served.get("/api/v1/report?from=2026-03-02&until=2026-03-01").code(422), "workload.period");
    let figures = served.get("/api/v1/report/json?until=2026-03-31").good();
    assert_eq!((&figures["meetings"][0]["words"], &figures["until"]), (&json!(30), &json!("2026-03-31")), "{figures}");
    assert!(served.get("/api/v1/report/csv").text().starts_with("\u{feff}meeting;"));
    assert!(served.get("/api/v1/report/pdf").body.starts_with(b"%PDF-"));
    assert_eq!(served.get("/api/v1/report/odt").code(404), "page.error.format");
}

#[test]
fn it_is_read_on_its_page() {
    let root = known();
    let served = Served::new(root.path());
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.click("a[href='/report']");
    browser.until("document.querySelector('#tables tr.total')");
    browser.script("document.querySelector('[name=from]').value = '2026-04-01'");
    browser.click("#wanted .main");
    browser.until("document.querySelector('#count').textContent.endsWith(' 0')");
    assert_eq!(browser.script("return document.querySelectorAll('#tables table').length"), json!(0));
    assert_eq!(browser.script("return location.search"), json!("?from=2026-04-01"));
    let file = browser.script("return document.querySelector('#as-csv').href");
    assert!(file.as_str().is_some_and(|link| link.ends_with("/api/v1/report/csv?from=2026-04-01")), "{file}");
    browser.script("history.back()");
    browser.until("document.querySelector('#tables tr.total')");
}
