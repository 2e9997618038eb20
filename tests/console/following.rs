//! The page of a recording that runs: entered by key, corrected, heard from the disk, previews.

use e_risalah::common::clock::{Channel, Span};
use e_risalah::recognise::pipeline::Preview;
use e_risalah::recognise::preview_file;
use e_risalah::recording::{Fact, Growth, folder_of};
use serde_json::{Value, json};

use super::browser::two_voices;
use super::chromium::Browser;
use super::meetings::known;
use super::recording::{ID, scheduled, source};
use super::server::{Answer, Served};
use super::until;

const ALT: &str = "\u{e00a}";

fn ask(served: &Served, method: &str, what: &str, body: Option<&Value>) -> Answer {
    served.ask(method, &format!("/api/v1/meetings/{ID}/{what}"), body)
}

fn events(served: &Served) -> Vec<Value> {
    ask(served, "GET", "recording", None).good()["events"].as_array().expect("events").clone()
}

fn kinds(served: &Served) -> Vec<String> {
    events(served).iter().filter_map(|event| event["kind"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_clerk_follows_and_corrects_without_leaving_the_page() {
    let root = known();
    scheduled(root.path());
    let folder = root.path().join(ID);
    let file = source(root.path());
    let served = Served::with(root.path(), &["--source", file.to_str().expect("a path")]);
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.until("document.querySelector('table.meetings')");
    browser.open(&format!("http://{}/meetings/{ID}/live", served.host));
    browser.until("document.querySelector('#start:not([hidden])')");
    browser.click("#start");
    browser.until("document.querySelector('#stop:not([hidden])')");
    browser.until("document.querySelectorAll('.level').length === 2");
    // What was written is heard, one microphone or all of them.
    browser.until("document.querySelector('#elapsed').textContent > '00:00:05'");
    browser.click("#hear");
    browser.until("Number(document.querySelector('#monitor').dataset.peak) > 1000");
    browser.until("document.querySelector('#behind').textContent.includes('detik')");
    browser.script("scrollTo(0, 0)");
    browser.picture("rekam-dengar");
    browser.click("#hear");
    browser.until("document.querySelector('#behind').textContent === ''");
    // Entered by keys, also with the focus elsewhere.
    browser.keys(ALT, "b");
    until("it is opened", || kinds(&served) == ["buka"]);
    browser.keys(ALT, "3");
    until("the gavel fell", || kinds(&served) == ["buka", "ketuk_palu"]);
    browser.keys(ALT, "d");
    until("a passage is marked", || kinds(&served) == ["buka", "ketuk_palu", "dengar"]);
    browser.keys(ALT, "n");
    browser.until("document.activeElement.name === 'text'");
    browser.keys("", "Bu Ani datang\u{e007}");
    until("the note is there", || kinds(&served).len() == 4);
    // The ledger's last line, and how far the recogniser is.
    browser.until("document.querySelector('#last').textContent.includes('Bu Ani datang')");
    browser.until("document.querySelector('#recogniser').textContent.includes('detik')");
    // What was entered a second too late is put right; the ledger keeps both.
    browser.click("#entered li:first-child button");
    browser.until("document.querySelector('#correct').open");
    browser.script("document.querySelector('#correct [name=time]').value = '00:00:02'");
    browser.picture("rekam-koreksi");
    browser.click("#correct button[value=save]");
    until("the time is right", || events(&served).iter().any(|one| one["kind"] == "buka" && one["time"] == "00:00:02"));
    browser.until("!document.querySelector('#correct').open");
    let gavel = "[...document.querySelectorAll('#entered li')].find((one) => one.textContent.includes('palu'))";
    browser.until(gavel);
    browser.script(&format!("{gavel}.querySelector('button').click()"));
    browser.until("document.querySelector('#correct').open");
    browser.click("#correct button[value=remove]");
    until("the gavel is gone", || !kinds(&served).contains(&"ketuk_palu".to_owned()));
    let growth = Growth::open(&folder_of(&folder)).expect("read").expect("a recording");
    let lines = growth.ledger().facts.iter().filter(|fact| matches!(fact, Fact::Event { .. })).count();
    assert_eq!(lines, 7, "four entered, two taken back, one entered again");
    // What is being said stands below, and is none of the words.
    let position = ask(&served, "GET", "recording", None).good()["position"].as_u64().expect("a position");
    let said = Preview {
        channel: Channel::new(1).expect("a channel"),
        span: Span::new(position.saturating_sub(16_000), position),
        text: "Sidang dewan".to_owned(),
    };
    preview_file::show(&folder, &said);
    browser.until("document.querySelector('#preview:not([hidden])')?.textContent.includes('Ani: Sidang dewan')");
    browser.picture("rekam-pratinjau");
    browser.script("scrollTo(0, 0)");
    browser.picture("rekam-berjalan");
    browser.click("#stop");
    browser.until("document.querySelector('#sure').open");
    browser.click("#sure button[value=yes]");
    until("it is closed", || Growth::open(&folder_of(&folder)).ok().flatten().is_some_and(|one| one.is_closed()));
    until("its words are there", || folder.join("risalah-sementara.pdf").is_file());
    // How loud each microphone was, for the lanes of the editor.
    let peaks = ask(&served, "GET", "peaks?from=5", None).good();
    let loud = |channel: usize| peaks["minutes"][0]["channels"][channel][3].as_u64().expect("a level");
    assert_eq!((peaks["step"].as_u64(), peaks["minutes"][0]["from"].as_u64()), (Some(4_000), Some(0)));
    assert!((170..=200).contains(&loud(0)) && (170..=200).contains(&loud(1)), "{} {}", loud(0), loud(1));
    assert_eq!(ask(&served, "GET", "peaks?from=96000000", None).good()["minutes"], json!([]));
    // The mark leads the editor to what was said before it.
    let turns = ask(&served, "GET", "turns", None).good();
    for turn in turns["turns"].as_array().expect("turns") {
        let marked = events(&served).iter().any(|one| {
            let at = one["at"].as_u64().expect("a time") * 16;
            let (start, end) = (turn["start"].as_u64().expect("a start"), turn["end"].as_u64().expect("an end"));
            one["kind"] == "dengar" && start <= at && at.saturating_sub(15 * 16_000) < end
        });
        assert_eq!(turn["marked"], marked, "{turn}");
    }
}

#[test]
fn what_cannot_be_true_leaves_what_was_entered() {
    let root = known();
    scheduled(root.path());
    let file = source(root.path());
    let served = Served::with(root.path(), &["--source", file.to_str().expect("a path")]);
    assert_eq!(ask(&served, "POST", "recording", None).status, 201);
    until("it records", || ask(&served, "GET", "recording", None).good()["position"].as_u64() > Some(32_000));
    for event in ["buka", "acara:1"] {
        ask(&served, "POST", "recording/events", Some(&json!({ "event": event }))).good();
    }
    let item = events(&served)[1].clone();
    assert_eq!(item["word"], "acara:1");
    let put = |line: &Value, event: &str, at: u64| {
        ask(&served, "PUT", &format!("recording/events/{line}"), Some(&json!({ "event": event, "at": at })))
    };
    assert_eq!(put(&item["line"], "acara:7", 1_000).code(422), "record.objection.item");
    assert_eq!(put(&item["line"], "pesta", 1_000).status, 422);
    assert_eq!(put(&item["line"], "acara:1", 86_400_000).code(422), "page.error.later");
    assert_eq!(events(&served)[1], item, "it stands where it stood");
    assert_eq!(put(&json!(1), "buka", 0).status, 409, "the first line is no entry");
    assert_eq!(ask(&served, "DELETE", "recording/events/99999", None).status, 409);
    let line = events(&served)[1]["line"].clone();
    assert_eq!(ask(&served, "DELETE", &format!("recording/events/{line}"), None).good()["withdrawn"], true);
    assert_eq!(ask(&served, "DELETE", &format!("recording/events/{line}"), None).status, 409, "it is gone already");
    assert_eq!(kinds(&served), ["buka"]);
    assert_eq!(ask(&served, "POST", "recording/stop", None).status, 204);
    until("its words are there", || root.path().join(ID).join("risalah-sementara.pdf").is_file());
}

#[test]
fn who_has_the_floor_is_shown_in_the_room() {
    let root = known();
    scheduled(root.path());
    let file = root.path().join("suara.wav");
    two_voices(&file, 6);
    let served = Served::with(root.path(), &["--source", file.to_str().expect("a path")]);
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.until("document.querySelector('table.meetings')");
    browser.open(&format!("http://{}/meetings/{ID}/live", served.host));
    browser.until("document.querySelector('#start:not([hidden])')");
    browser.click("#start");
    browser.until("document.querySelectorAll('.room .level').length === 2");
    browser.until("document.querySelector('.level.heard')?.dataset.channel === '1'");
    browser.until("document.querySelector('#floor').textContent === 'Ani'");
    browser.picture("rekam-bicara");
    browser.until("document.querySelector('.level.heard')?.dataset.channel === '2'");
    assert_eq!(ask(&served, "POST", "recording/stop", None).status, 204);
    until("its words are there", || root.path().join(ID).join("risalah-sementara.pdf").is_file());
    assert_eq!(ask(&served, "GET", "recording", None).good()["floor"], json!([]));
}
