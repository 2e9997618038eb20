//! The page with the record of a whole day: eight hours, nine microphones, 3,000 turns, 81,000
//! words.
//!
//! `cargo bench --bench console` prints a Markdown table (benches/README.md). It starts the program
//! as a user does, asks its API, and drives Chromium (`chromium-driver`). The recording is a sparse
//! file of silence, of 37 GB that take no place. Then one of 64 microphones is recorded and watched.
//! Memory is what Linux tells of the processes.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

#[path = "../tests/console/chromium.rs"]
#[allow(dead_code, reason = "tests use the rest")]
mod chromium;
#[path = "../tests/sample/mod.rs"]
mod sample;
#[path = "../tests/console/server.rs"]
#[allow(dead_code, reason = "tests use the rest")]
mod server;

use chromium::Browser;
use server::Served;

const TURNS: usize = 3_000;
const WORDS_PER_TURN: usize = 27;
const HOURS: u64 = 8;
const CHANNELS: u16 = 9;
const MEETING: &str = "2027-03-09-paripurna";
/// The meeting that is recorded, its microphones, and how long it is watched.
const LIVE: &str = "2027-03-10-komisi";
const SEATS: u16 = 64;
const WATCHED: Duration = Duration::from_secs(20);
/// Keys that are typed, and words that are clicked on.
const TYPED: usize = 100;
const CLICKED: usize = 20;

fn main() {
    let root = tempfile::tempdir().expect("a folder");
    meeting(&root.path().join(MEETING));
    println!("| {TURNS} turns, {} words | |\n|---|--:|", TURNS * WORDS_PER_TURN);
    api(root.path());
    browser(root.path());
    live(root.path());
}

/// A recording of 64 microphones: from the recorder's meter to the screen, and what that costs.
fn live(root: &Path) {
    let folder = root.join(LIVE);
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("rapat.toml"), "[rapat]\njenis = \"komisi\"\n").expect("written");
    let source = root.join("sumber.wav");
    noise(&source);
    let served = Served::with(root, &["--source", source.to_str().expect("text")]);
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.open(&format!("http://{}/meetings/{LIVE}/live", served.host));
    browser.until("document.querySelector('#start:not([hidden])')");
    browser.script(
        "window.seen = []; document.querySelector('#live').addEventListener('shown', (event) => { \
         const level = event.detail.meters[0]?.rms; if (!level) return; \
         requestAnimationFrame(() => { const drawn = new MessageChannel(); \
         drawn.port1.onmessage = () => window.seen.push([level, performance.timeOrigin + performance.now()]); \
         drawn.port2.postMessage(0); }); })",
    );
    browser.click("#start");
    browser.until(&format!("document.querySelectorAll('.level').length === {SEATS}"));
    let recording = e_risalah::recording::folder_of(&folder);
    let mut recorder = e_risalah::record::recorder::Client::reach(&recording).expect("it records");
    let (begun, before) = (Instant::now(), processor(served.id()));
    // When the recorder shows a level for the first time.
    let mut told: Vec<(f32, f64)> = Vec::new();
    while begun.elapsed() < WATCHED {
        let level = recorder.status().expect("its state").meters[0].rms;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64() * 1_000.0;
        if told.last().is_none_or(|(last, _)| last.to_bits() != level.to_bits()) {
            told.push((level, now));
        }
        std::thread::sleep(Duration::from_millis(4));
    }
    let used = (processor(served.id()) - before) / begun.elapsed().as_secs_f64() * 100.0;
    let seen = browser.script("return window.seen");
    let seen: Vec<(f64, f64)> =
        seen.as_array().into_iter().flatten().filter_map(|pair| Some((pair[0].as_f64()?, pair[1].as_f64()?))).collect();
    let shown = |level: f32| seen.iter().find(|(other, _)| (*other as f32).to_bits() == level.to_bits());
    let mut took: Vec<f64> =
        told.iter().skip(1).filter_map(|(level, at)| shown(*level).map(|(_, drawn)| drawn - at)).collect();
    let rate = took.len() as f64 / WATCHED.as_secs_f64();
    row(
        &format!("live: {SEATS} microphones, from the recorder's meter to the screen, median / 95 % (levels a second)"),
        &format!("{} ({rate:.1})", quantiles(&mut took)),
    );
    row("live: the server, of one core", &format!("{used:.1} %"));
    served.ask("POST", &format!("/api/v1/meetings/{LIVE}/recording/stop"), None);
    // The recogniser is left to its end, so that it does not outlive the folder.
    while !folder.join("risalah-sementara.pdf").is_file() && begun.elapsed() < Duration::from_mins(5) {
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Soft noise on every microphone, of which no two moments are equally loud.
fn noise(path: &Path) {
    let format = hound::WavSpec {
        channels: SEATS,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, format).expect("a file");
    let mut state = 7_u32;
    for _ in 0..(WATCHED.as_secs() + 20) * 16_000 * u64::from(SEATS) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        writer.write_sample((state >> 24) as i16).expect("written");
    }
    writer.finalize().expect("written");
}

/// Seconds of a processor that a process has used.
fn processor(process: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let behind = text.rsplit_once(')').map_or("", |(_, behind)| behind);
    let fields: Vec<f64> = behind.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    fields.iter().sum::<f64>() / 100.0
}

fn api(root: &Path) {
    let served = Served::new(root);
    served.get("/api/v1/meetings").good();
    let before = memory(served.id());
    let base = format!("/api/v1/meetings/{MEETING}");
    let first = timed(|| served.get(&format!("{base}/turns?limit=60")).good());
    row("API: first 60 turns, record not yet read", &millis(first.0));
    let whole = timed(|| served.get(&format!("{base}/turns")));
    row("API: all turns", &format!("{}, {:.1} MB", millis(whole.0), whole.1.body.len() as f64 / 1e6));
    let turns = whole.1.good()["turns"].clone();
    let mut saves: Vec<Duration> = (0..20).map(|place| save(&served, &base, &turns[1_000 + place])).collect();
    row("API: a correction, median / slowest of 20", &spread(&mut saves));
    let mut parts: Vec<Duration> = (0..20)
        .map(|place| {
            let from = place * HOURS * 3_600 * 16_000 / 20;
            let query = format!("{base}/audio?channel=7&from={from}&to={}", from + 600 * 16_000);
            let headers = [("Authorization", format!("Bearer {}", served.token)), ("Range", "bytes=0-".to_owned())];
            let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
            let (took, answer) = timed(|| served.raw("GET", &query, &headers, b""));
            assert_eq!(answer.status, 206, "{}", answer.text());
            took
        })
        .collect();
    row("API: eight seconds of sound, median / slowest of 20", &spread(&mut parts));
    row("server's memory above an idle one", &megabytes(memory(served.id()).saturating_sub(before)));
}

fn save(served: &Served, base: &str, turn: &Value) -> Duration {
    let text = format!("{} Terima kasih.", turn["text"].as_str().expect("a text"));
    let body = json!({ "by": "Sari", "revision": turn["revision"], "text": text });
    let id = turn["id"].as_str().expect("a name");
    timed(|| served.ask("PUT", &format!("{base}/turns/{id}/text"), Some(&body)).good()).0
}

fn browser(root: &Path) {
    let served = Served::new(root);
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.script("localStorage.setItem('risalah-by', 'Sari')");
    let begun = Instant::now();
    browser.open(&format!("http://{}/meetings/{MEETING}", served.host));
    browser.until("document.querySelector('#turns').getAttribute('aria-busy') === 'false'");
    let seen = begun.elapsed();
    let marks = browser.script(
        "const at = (name) => performance.getEntriesByName(name)[0]?.startTime ?? null; \
         return [at('first-turns'), at('all-turns')]",
    );
    let at = |place: usize| marks[place].as_f64().map_or("–".to_owned(), |millis| format!("{millis:.0} ms"));
    row("page: first turns there, from the start of the navigation", &at(0));
    row("page: all turns there", &format!("{} (seen from outside {})", at(1), millis(seen)));
    let count = browser.script("return document.querySelectorAll('.turn').length");
    assert_eq!(count, json!(TURNS));
    let mut keys = keys(&browser);
    row("page: a key until it is drawn, median / 95 %", &quantiles(&mut keys));
    let mut clicks = clicks(&browser);
    row("page: a click on a word until its sound, median / 95 %", &quantiles(&mut clicks));
    let metrics = browser.told("POST", "goog/cdp/execute", Some(&json!({ "cmd": "Performance.enable", "params": {} })));
    drop(metrics);
    let metrics = json!({ "cmd": "Performance.getMetrics", "params": {} });
    let metrics = browser.told("POST", "goog/cdp/execute", Some(&metrics));
    let heap = metrics["metrics"].as_array().and_then(|list| list.iter().find(|one| one["name"] == "JSHeapUsedSize"));
    let heap = heap.and_then(|one| one["value"].as_f64()).unwrap_or_default();
    let tab = renderers(browser.process()).into_iter().map(memory).max().unwrap_or(0);
    row("page: memory of the tab (of it JavaScript's)", &format!("{} ({:.0} MB)", megabytes(tab), heap / 1e6));
}

/// Milliseconds from a key to the frame that shows it, in the middle turn.
fn keys(browser: &Browser) -> Vec<f64> {
    browser.script(
        "const text = document.querySelectorAll('.turn .text')[1500]; text.scrollIntoView({ block: 'center' }); \
         text.focus(); window.took = []; \
         text.addEventListener('input', (event) => requestAnimationFrame(() => { const drawn = new MessageChannel(); \
         drawn.port1.onmessage = () => window.took.push(performance.now() - event.timeStamp); \
         drawn.port2.postMessage(0); }))",
    );
    for _ in 0..TYPED {
        browser.keys("", "a");
    }
    browser.until(&format!("window.took.length >= {TYPED}"));
    numbers(&browser.script("return window.took"))
}

/// Milliseconds from a click on a turn to the sound.
fn clicks(browser: &Browser) -> Vec<f64> {
    browser.script(
        "window.took = []; let clicked = 0; \
         addEventListener('click', (event) => { clicked = event.timeStamp; }, true); \
         addEventListener('playing', () => { if (clicked) window.took.push(performance.now() - clicked); clicked = 0; }, true)",
    );
    for place in 1..=CLICKED {
        let turn = place * TURNS / (CLICKED + 1);
        browser.script(&format!(
            "document.querySelectorAll('.turn')[{turn}].scrollIntoView({{ block: 'center' }}); getSelection().empty()"
        ));
        // Turns that come into view for the first time find their height.
        browser.until(&format!(
            "(() => {{ const text = document.querySelectorAll('.turn .text')[{turn}]; const box = text.getBoundingClientRect(); \
             const still = window.stood === box.top && box.top > 120 && box.bottom < innerHeight; window.stood = box.top; \
             if (!still) text.scrollIntoView({{ block: 'center' }}); return still; }})()"
        ));
        browser.click(&format!(".turn:nth-child({}) .text", turn + 1));
        browser.until(&format!("window.took.length >= {place}"));
    }
    numbers(&browser.script("return window.took"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let done = work();
    (begun.elapsed(), done)
}

fn row(what: &str, figure: &str) {
    println!("| {what} | {figure} |");
}

fn millis(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    format!("{} / {}", millis(times[times.len() / 2]), millis(times[times.len() - 1]))
}

fn quantiles(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    format!("{:.0} / {:.0} ms", times[times.len() / 2], times[times.len() * 95 / 100])
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

/// The memory that a process shares with no other, in bytes.
fn memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) * 1024
}

/// Chromium's processes that show pages.
fn renderers(driver: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let number = |entry: fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
    let is_shown = |process: &u32| {
        let command = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
        command.contains("--type=renderer") && is_below(*process, driver)
    };
    processes.filter_map(number).filter(is_shown).collect()
}

fn is_below(mut process: u32, above: u32) -> bool {
    while process > 1 {
        if process == above {
            return true;
        }
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        process = parent.and_then(|parent| parent.trim().parse().ok()).unwrap_or(0);
    }
    false
}

fn meeting(folder: &Path) {
    fs::create_dir_all(folder.join("rekaman")).expect("made");
    fs::write(folder.join("rapat.toml"), include_str!("../tests/sample/rapat.toml")).expect("written");
    // Of each turn it makes two utterances.
    let transcript = sample::generated(TURNS / 2, WORDS_PER_TURN * 2);
    sample::stored(folder, &transcript, "small-q8_0");
    silence(&folder.join("rekaman").join("000001.wav"));
}

/// A recording of 48 kHz and 24 bits as RF64, of nothing but zeros that the disk does not keep.
fn silence(path: &Path) {
    let frame = u64::from(CHANNELS) * 3;
    let frames = HOURS * 3_600 * 48_000;
    let data = frames * frame;
    let mut header = Vec::new();
    header.extend(b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0");
    header.extend((data + 72).to_le_bytes());
    header.extend(data.to_le_bytes());
    header.extend(frames.to_le_bytes());
    header.extend([0; 4]);
    header.extend(b"fmt \x10\0\0\0\x01\0");
    header.extend(CHANNELS.to_le_bytes());
    header.extend(48_000u32.to_le_bytes());
    header.extend((48_000 * frame as u32).to_le_bytes());
    header.extend((frame as u16).to_le_bytes());
    header.extend(24u16.to_le_bytes());
    header.extend(b"data\xff\xff\xff\xff");
    let mut file = fs::File::create(path).expect("a file");
    file.write_all(&header).expect("written");
    file.set_len(header.len() as u64 + data).expect("room");
}
