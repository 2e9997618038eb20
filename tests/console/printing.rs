//! Onto paper, from the page.

use std::fs;

use serde_json::{Value, json};

use super::chromium::Browser;
use super::meetings::{KNOWN, known};
use super::office::NetworkPrinter;
use super::server::Served;
use super::until;

fn path(rest: &str) -> String {
    format!("/api/v1/meetings/{KNOWN}/print{rest}")
}

/// Waits until a job is over.
fn ended(served: &Served, job: &Value) -> Value {
    let mut state = Value::Null;
    until("the job is over", || {
        state = served.get(&path(&format!("/{}", job["job"]))).good();
        state["over"] == true
    });
    state
}

#[test]
fn the_record_goes_to_a_printer_and_its_progress_is_told() {
    let network = NetworkPrinter::start("exit 0");
    let root = known();
    let served = Served::new(root.path());
    let wish = json!({ "document": "risalah", "printer": network.address, "paper": "A4" });
    let answer = served.ask("POST", &path(""), Some(&wish));
    assert_eq!(answer.status, 202, "{}", answer.text());
    let state = ended(&served, &answer.json());
    assert_eq!(state["stage"], "printed", "{state}");
    assert!(state["told"]["what"].as_str().is_some_and(|what| what.starts_with("Tercetak di")), "{state}");
    let received = network.received();
    assert!(received.len() == 1 && received[0].starts_with(b"%PDF"), "{} documents", received.len());
    // The list of who is present is printed without any words.
    let wish = json!({ "document": "hadir", "printer": network.address, "paper": "A4", "copies": 1 });
    let job = served.ask("POST", &path(""), Some(&wish)).good();
    assert_eq!(ended(&served, &job)["stage"], "printed");
    assert_eq!(network.received().len(), 2);
}

#[test]
fn a_job_that_waits_for_paper_says_so_and_can_be_cancelled() {
    let network = NetworkPrinter::start("echo 'STATE: +media-empty' >&2; until [ -e isi ]; do sleep 0.1; done; exit 0");
    let root = known();
    let served = Served::new(root.path());
    let wish = json!({ "document": "risalah", "printer": network.address, "paper": "A4" });
    let job = served.ask("POST", &path(""), Some(&wish)).good();
    let place = path(&format!("/{}", job["job"]));
    until("it wants paper", || {
        let state = served.get(&place).good();
        state["troubles"].as_array().is_some_and(|troubles| !troubles.is_empty())
    });
    served.ask("DELETE", &place, None).good();
    assert_eq!(ended(&served, &job)["told"]["code"], "print.withdrawn");
    fs::write(network.place.path().join("isi"), "").expect("paper");
}

#[test]
fn what_cannot_be_printed_is_refused_before_anything_is_sent() {
    let network = NetworkPrinter::start("exit 0");
    let root = known();
    let served = Served::new(root.path());
    let refused = |wish: Value, status: u16| served.ask("POST", &path(""), Some(&wish)).code(status);
    let to = &network.address;
    assert_eq!(refused(json!({ "document": "surat", "printer": to }), 422), "page.error.printed");
    assert_eq!(refused(json!({ "document": "risalah", "printer": to, "paper": "A3" }), 422), "page.error.paper");
    assert_eq!(refused(json!({ "document": "risalah", "printer": to, "copies": 0 }), 422), "page.error.copies");
    assert_eq!(refused(json!({ "document": "risalah", "printer": "ipp://" }), 422), "printing.bad_address");
    // It has no F4.
    assert_eq!(
        refused(json!({ "document": "risalah", "printer": to, "paper": "F4" }), 409),
        "printing.no_paper_but_a4"
    );
    let gone = format!("ipp://127.0.0.1:{}/ipp/print", super::office::free_port());
    assert_eq!(refused(json!({ "document": "risalah", "printer": gone }), 409), "printing.unreachable");
    assert!(network.received().is_empty());
    assert_eq!(served.get(&path("/7")).code(404), "page.error.job");
}

#[test]
fn a_clerk_prints_from_the_page() {
    let network = NetworkPrinter::start("exit 0");
    let root = known();
    let served = Served::new(root.path());
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.open(&format!("http://{}/meetings/{KNOWN}/print", served.host));
    browser.until("document.querySelector('#print').elements.printer.options.length > 0");
    browser.script("const printer = document.querySelector('#print').elements.printer; printer.value = ''; printer.dispatchEvent(new Event('change'))");
    browser.click("[name=address]");
    browser.keys("", &network.address);
    browser.script("document.querySelector('#print').elements.paper.value = 'A4'");
    browser.click("#print button");
    browser.until("document.querySelector('#told').textContent.startsWith('Tercetak')");
    browser.picture("cetak");
    assert_eq!(network.received().len(), 1);
}
