//! A recording from the page: begun, followed, entered into, heard while it runs, closed; and left
//! alone when the server ends.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::recording::{Growth, folder_of};
use serde_json::{Value, json};

use super::meetings::{known, tone};
use super::server::{Answer, Served};

pub const ID: &str = "latihan";

/// Far beyond anything that a busy machine needs.
const DEADLINE: Duration = Duration::from_mins(2);

fn until<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "it never comes");
        thread::sleep(Duration::from_millis(20));
    }
}

fn ask(served: &Served, method: &str, what: &str, body: Option<&Value>) -> Answer {
    served.ask(method, &format!("/api/v1/meetings/{ID}/{what}"), body)
}

/// A minute of two microphones at 16 kHz.
pub fn source(root: &Path) -> std::path::PathBuf {
    sound(root, 60)
}

/// So many seconds of them.
pub fn sound(root: &Path, seconds: u32) -> std::path::PathBuf {
    let path = root.join("sumber.wav");
    let format = hound::WavSpec {
        channels: 2,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, format).expect("a file");
    for at in 0..seconds * 16_000 {
        writer.write_sample(tone(at, 1)).expect("written");
        writer.write_sample(tone(at, 2)).expect("written");
    }
    writer.finalize().expect("written");
    path
}

pub fn scheduled(root: &Path) {
    let folder = root.join(ID);
    std::fs::create_dir(&folder).expect("made");
    let rapat = "orang = [{ id = \"ani\", nama = \"Ani\" }]\nkursi = [{ kanal = 1, orang = \"ani\" }, { kanal = 2, mimbar = true }]\n[rapat]\njenis = \"komisi\"\nacara = [\"Satu\"]\n";
    std::fs::write(folder.join("rapat.toml"), rapat).expect("written");
}

#[test]
fn it_goes_on_when_the_server_ends_and_takes_what_is_entered() {
    let root = known();
    scheduled(root.path());
    let file = source(root.path());
    let more = ["--source", file.to_str().expect("a path")];
    let served = Served::with(root.path(), &more);
    assert_eq!(ask(&served, "GET", "recording", None).good()["running"], false);
    let none = json!({ "event": "buka" });
    assert_eq!(ask(&served, "POST", "recording/events", Some(&none)).status, 409);
    let begun = ask(&served, "POST", "recording", None);
    assert_eq!(begun.status, 201, "{}", begun.text());
    assert_eq!(ask(&served, "POST", "recording", None).code(409), "record.running");
    let running = until(|| {
        Some(ask(&served, "GET", "recording", None).good()).filter(|told| told["position"].as_u64() > Some(16_000))
    });
    let meters = running["meters"].as_array().expect("meters");
    assert_eq!((meters.len(), meters[0]["name"].as_str()), (2, Some("Ani")), "{running}");
    assert!(meters[0]["rms"].as_f64() > Some(0.01), "{running}");
    for event in ["buka", "palu:3", "acara:1", "catatan:Uji <b>"] {
        ask(&served, "POST", "recording/events", Some(&json!({ "event": event }))).good();
    }
    for (event, code) in [
        ("buka", "record.objection.open"),
        ("acara:7", "record.objection.item"),
        ("interupsi:9", "record.objection.channel"),
    ] {
        assert_eq!(ask(&served, "POST", "recording/events", Some(&json!({ "event": event }))).code(422), code);
    }
    assert_eq!(ask(&served, "POST", "recording/events", Some(&json!({ "event": "pesta" }))).status, 422);
    assert_eq!(ask(&served, "POST", "recording/events", Some(&json!({ "event": "batal" }))).good()["withdrawn"], true);
    let told = ask(&served, "GET", "recording", None).good();
    let kinds: Vec<&str> =
        told["events"].as_array().expect("events").iter().filter_map(|event| event["kind"].as_str()).collect();
    assert_eq!(kinds, ["buka", "ketuk_palu", "acara"], "{told}");
    // What has reached the disk can be heard.
    let heard = ask(&served, "GET", "audio?channel=2&from=4000&to=12000", None);
    let mut reader = hound::WavReader::new(&heard.body[..]).expect("a WAV file");
    let samples: Vec<i16> = reader.samples::<i16>().map(|sample| sample.expect("a sample")).collect();
    assert!(samples == (4_000..12_000).map(|at| tone(at, 2)).collect::<Vec<_>>());
    let position = told["position"].as_u64();
    served.kill();
    // Another server finds it at work.
    let served = Served::with(root.path(), &more);
    until(|| Some(ask(&served, "GET", "recording", None).good()).filter(|told| told["position"].as_u64() > position));
    assert_eq!(ask(&served, "POST", "recording/stop", None).status, 204);
    let recording = folder_of(&root.path().join(ID));
    let growth = until(|| Growth::open(&recording).ok().flatten().filter(Growth::is_closed));
    assert!(growth.gaps().is_empty(), "{:?}", growth.gaps());
    until(|| Some(()).filter(|()| ask(&served, "GET", "recording", None).good()["running"] == false));
    assert_eq!(ask(&served, "POST", "recording", None).code(409), "page.error.recorded");
    // The recogniser of the recording is left to its end, so that it does not outlive the folder.
    until(|| Some(()).filter(|()| root.path().join(ID).join("risalah-sementara.pdf").is_file()));
}
