//! A hundred meetings of three hours as a site: how long it takes to make, and to use.
//!
//! `cargo bench --bench site -- 100 20000` makes 100 official records of 20,000 words each in
//! `target/tmp`, publishes them without sound, changes one, publishes again, and searches in
//! Chromium (`chromium-driver`) behind a plain file server. It prints a Markdown table.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use e_risalah::document::risalah::Sheet;
use e_risalah::lifecycle::folder::Folder;
use e_risalah::lifecycle::{self, Life, State, Transition};
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder::LaidOut;
use e_risalah::publication::site::{Report, Request, publish};
use e_risalah::transcript::edit::{Change, Layer, Place, Source};
use e_risalah::transcript::store::Store;
use jiff::Zoned;
use serde_json::{Value, json};

#[path = "../tests/console/chromium.rs"]
#[allow(dead_code, reason = "tests use the rest")]
mod chromium;
#[path = "generated/mod.rs"]
mod generated;
#[path = "../tests/site/served.rs"]
mod served;

use chromium::Browser;
use generated::{Talk, sums, transcript, vocabulary};
use served::Server;

/// What is asked of the search, and how often.
const RUNS: usize = 11;
/// The page of a record as it is with sound, while it is measured.
const HEARD: &str = "dengan-suara.html";
const RAPAT: &str = include_str!("../tests/status/rapat.toml");

fn at(text: &str) -> Zoned {
    text.parse().expect("a time")
}

/// Makes an official record, where it is not there from an earlier run.
fn meeting(folder: &Path, number: usize, words: usize, vocabulary: &[String], sums: &[f64]) {
    if folder.join("siap").exists() {
        return;
    }
    fs::create_dir_all(folder).expect("made");
    let (year, month, day) = (2016 + number / 12, 1 + number % 12, 1 + number % 28);
    let kind = ["komisi", "raker", "pansus", "banggar"][number % 4];
    let text = RAPAT
        .replace("2026-03-10", &format!("{year}-{month:02}-{day:02}"))
        .replace("jenis = \"komisi\"", &format!("jenis = \"{kind}\""));
    fs::write(folder.join("rapat.toml"), &text).expect("written");
    transcript(folder, number, &Talk { words, turn: 220_000, pause: 13_000 }, vocabulary, sums);
    let store = Store::open(folder).expect("a store");
    for (to, now) in [
        (State::Provisional, "2026-03-10T16:00:00+08:00[Asia/Makassar]"),
        (State::Correction, "2026-03-10T16:10:00+08:00[Asia/Makassar]"),
        (State::Verification, "2026-03-15T08:00:00+08:00[Asia/Makassar]"),
    ] {
        let wish = Transition { to, by: "Sari".to_owned(), note: None, days: 4 };
        let life = Life::read(&store, &store.load().expect("a transcript")).expect("its life");
        life.advance(&store, &wish, &at(now)).expect("advanced");
    }
    sign(folder, &store, "2026-03-16T09:00:00+08:00[Asia/Makassar]");
    fs::write(folder.join("siap"), "").expect("written");
}

fn sign(folder: &Path, store: &Store, now: &str) {
    let described = Meeting::read(&folder.join("rapat.toml")).expect("a meeting");
    let request = lifecycle::Request {
        signed_by: "Bambang Wirawan, S.H., M.H.".to_owned(),
        number: Some("170/12/DPRD/2026".to_owned()),
        waive: None,
        audit: None,
    };
    // The signed paper is copied as it is; what it shows costs nothing here.
    let typeset = |_: &Sheet| Ok(b"%PDF-1.7\n".to_vec());
    let folder = Folder::create(folder).expect("the folder");
    lifecycle::finalize(&folder, store, &described, &request, &at(now), &typeset).expect("official");
}

/// Seconds of the processor that this process has used, as Linux tells them.
fn processor() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // The 14th and 15th of all, in hundredths.
    let of = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (of(11) + of(12)) / 100.0
}

fn published(root: &Path, site: &Path) -> (Report, String) {
    let lay_out = |_: &Sheet, _, _: Option<&Path>| Ok(LaidOut::default());
    let folders = [root.to_owned()];
    let request = Request {
        folders: &folders,
        out: site,
        address: Some("https://risalah.dprd.example".to_owned()),
        no_sound: true,
        withdraw: None,
        republish: false,
        lay_out: &lay_out,
    };
    let (begun, used) = (Instant::now(), processor());
    let report = publish(&request, &AtomicBool::new(false), &mut |_| {}).expect("published");
    let (wall, used) = (begun.elapsed().as_secs_f64(), processor() - used);
    (report, format!("{wall:.1} s, {used:.1} s of the processor"))
}

fn main() {
    // What the test runner and cargo add is no number.
    let mut given = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let (meetings, words) = (given.next().unwrap_or(100), given.next().unwrap_or(20_000));
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/tmp/site-{meetings}-{words}"));
    let (root, site) = (place.join("rapat"), place.join("situs"));
    let (vocabulary, sums) = (vocabulary(), sums());
    for number in 0..meetings {
        meeting(&root.join(format!("rapat-{number:05}")), number, words, &vocabulary, &sums);
    }
    let _ = fs::remove_dir_all(&site);
    println!("| {meetings} meetings of three hours, {words} words each | | aim |\n|---|--:|--:|");
    let (report, first) = published(&root, &site);
    assert_eq!(report.made, meetings, "{report:?}");
    println!("| first publication, without sound | {first} | 600 s |");
    let (report, unchanged) = published(&root, &site);
    assert_eq!(report.unchanged, meetings, "{report:?}");
    println!("| nothing changed | {unchanged} | |");
    change(&root.join("rapat-00007"));
    let (report, one) = published(&root, &site);
    assert_eq!((report.made, report.unchanged), (1, meetings - 1), "{report:?}");
    println!("| one meeting changed | {one} | 5 s |");
    sizes(&site);
    used(&site, &vocabulary);
}

/// A correction, and the edition with it.
fn change(folder: &Path) {
    let mut store = Store::open(folder).expect("a store");
    let transcript = store.current().expect("a transcript");
    let utterance = &transcript.utterances[3];
    let before = utterance.text.split(' ').next().expect("a word").to_owned();
    let edition = transcript.edition.last_edit + 1;
    let layer = Layer {
        place: Place::of(transcript.version.number, &store.load().expect("a transcript").utterances[3]),
        change: Change::Text { at: 0, before, after: format!("koreksi{edition}") },
        by: "Sari".to_owned(),
        when: at("2026-03-17T09:00:00+08:00[Asia/Makassar]"),
        why: None,
        source: Source::Person,
    };
    store.lay(&[layer]).expect("corrected");
    sign(folder, &store, "2026-03-20T09:00:00+08:00[Asia/Makassar]");
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, u64)>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { walk(&path, found) } else { found.push((path, entry.metadata().expect("a file").len())) }
    }
}

fn sizes(site: &Path) {
    let mut files = Vec::new();
    walk(site, &mut files);
    let all: u64 = files.iter().map(|(_, size)| size).sum();
    println!("| files | {} | |\n| bytes | {:.0} MB | |", files.len(), all as f64 / 1e6);
    for (name, folder) in [("page of a record", "rapat"), ("the same in English", "en/rapat")] {
        let pages =
            files.iter().filter(|(path, _)| path.starts_with(site.join(folder)) && path.ends_with("index.html"));
        let largest = pages.map(|(_, size)| *size).max().unwrap_or(0);
        let assets = files
            .iter()
            .filter(|(path, _)| ["gaya.css", "putar.js", "ikon.svg"].iter().any(|name| path.ends_with(name)));
        let assets: u64 = assets.map(|(_, size)| size).sum();
        println!("| {name}, with style and script, largest | {:.0} kB | 400 kB |", (largest + assets) as f64 / 1e3);
    }
}

/// On a telephone: four times slower, 1.6 Mbit/s, 150 ms (what Lighthouse calls mobile).
fn used(site: &Path, vocabulary: &[String]) {
    let server = Server::new(site);
    let page = fs::read_dir(site.join("rapat")).expect("pages").flatten().map(|entry| entry.file_name()).next();
    let page = format!("rapat/{}/index.html", page.expect("a page").to_str().expect("text"));
    let heard = with_sound(&site.join(&page));
    for (name, page) in [("without sound", page.clone()), ("with sound", page.replace("index.html", HEARD))] {
        let mut paints = Vec::new();
        for _ in 0..5 {
            let browser = Browser::new("id", false);
            slow(&browser);
            browser.open(&server.url(&page));
            browser.until("performance.getEntriesByName('first-contentful-paint').length");
            let paint = browser.script("return performance.getEntriesByName('first-contentful-paint')[0].startTime");
            paints.push(paint.as_f64().expect("a time"));
        }
        paints.sort_by(f64::total_cmp);
        println!("| first paint on a throttled telephone, {name}, median of 5 | {:.0} ms | 1000 ms |", paints[2]);
    }
    println!("| page of a record with the players of its speeches | {:.0} kB | 400 kB |", heard as f64 / 1e3);
    fs::remove_file(site.join(page.replace("index.html", HEARD))).expect("removed");
    // A common word, one in a hundred turns, a rare one, two together, the beginning of one.
    let words = [&vocabulary[3], &vocabulary[400], &vocabulary[30_000]];
    let queries = [
        ("common word", words[0].clone()),
        ("word of some turns", words[1].clone()),
        ("rare word", words[2].clone()),
        ("two common words", format!("{} {}", vocabulary[3], vocabulary[5])),
        ("beginning of a word", words[1].chars().take(4).collect()),
    ];
    for (name, query) in queries {
        let (mut times, mut bytes, mut count) = (Vec::new(), 0, Value::Null);
        for _ in 0..RUNS {
            let browser = Browser::new("id", false);
            browser.open(&server.url("cari.html"));
            browser.until("document.querySelector('#tanpa').hidden");
            server.asked.lock().expect("a list").clear();
            browser.script(&format!("document.querySelector('#q').value = {}", json!(query)));
            let took = browser.later(
                "const done = arguments[arguments.length - 1]; const begun = performance.now(); \
                 new MutationObserver(() => done(performance.now() - begun)).observe(document.querySelector('#hasil'), { attributes: true }); \
                 document.querySelector('#cari button').click()",
            );
            times.push(took.as_f64().expect("a time"));
            bytes = server.asked.lock().expect("a list").iter().map(|(_, bytes)| bytes).sum::<usize>();
            count = browser.script("return document.querySelector('#jumlah').textContent");
        }
        times.sort_by(f64::total_cmp);
        let (median, most) = (times[RUNS / 2], times[RUNS - 1]);
        println!("| search, {name} ({count}): median, most of {RUNS} | {median:.0} / {most:.0} ms | 300 ms |");
        println!("| bytes of it | {:.0} kB | 1000 kB |", bytes as f64 / 1e3);
    }
}

/// Writes the page with a player for each speech beside it, as it is where sound is published;
/// encoding that of a hundred meetings takes hours. How many bytes it has.
fn with_sound(page: &Path) -> usize {
    let text = fs::read_to_string(page).expect("a page");
    let mut parts = text.split("<article id=");
    let mut heard = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let id = part.split('>').next().unwrap_or_default();
        let player = format!("</h3><audio controls preload=none src={id}.ogg></audio>");
        heard.push_str(&format!("<article id={}", part.replacen("</h3>", &player, 1)));
    }
    fs::write(page.with_file_name(HEARD), &heard).expect("written");
    heard.len()
}

fn slow(browser: &Browser) {
    let order = |cmd: &str, params: Value| {
        browser.told("POST", "goog/cdp/execute", Some(&json!({ "cmd": cmd, "params": params })));
    };
    order(
        "Emulation.setDeviceMetricsOverride",
        json!({ "width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": true }),
    );
    order("Emulation.setCPUThrottlingRate", json!({ "rate": 4 }));
    order("Network.enable", json!({}));
    let bytes = 1.6e6 / 8.0;
    order(
        "Network.emulateNetworkConditions",
        json!({ "offline": false, "latency": 150, "downloadThroughput": bytes, "uploadThroughput": bytes / 2.0 }),
    );
}
