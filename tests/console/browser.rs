//! The pages in Chromium, driven as a person does.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::transcript::peaks::Stretch;
use e_risalah::transcript::store::Store;
use serde_json::{Value, json};

use super::chromium::{Browser, DEADLINE};
use super::meetings::{KNOWN, known};
use super::server::Served;

const ENTER: &str = "\u{e007}";
pub const ALT: &str = "\u{e00a}";
const CONTROL: &str = "\u{e009}";
const END: &str = "\u{e010}";

/// A clerk at the editor of the meeting, whose name is known.
fn editor(served: &Served, language: &str) -> Browser {
    let browser = Browser::new(language, false);
    browser.open(&served.address());
    browser.until("document.querySelector('table.meetings')");
    browser.script("localStorage.setItem('risalah-by', 'Sari')");
    browser.click("table.meetings a");
    browser.until("document.querySelector('#turns').getAttribute('aria-busy') === 'false'");
    browser
}

/// Puts the focus into a turn's text, at its end.
fn into(browser: &Browser, turn: u32) {
    browser.click(&format!(".turn:nth-child({turn}) .text"));
    browser.until(&format!("document.activeElement === document.querySelector('.turn:nth-child({turn}) .text')"));
    browser.keys("", END);
}

fn turn(served: &Served, index: usize) -> Value {
    served.get(&format!("/api/v1/meetings/{KNOWN}/turns")).good()["turns"][index].clone()
}

fn until(mut is: impl FnMut() -> bool, what: &str) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < DEADLINE, "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn from_the_list_to_the_printed_record() {
    let root = known();
    let served = Served::new(root.path());
    let browser = editor(&served, "id");
    assert_eq!(browser.script("return document.querySelectorAll('.turn').length"), json!(5));
    // Typed at the end of a turn, saved when one goes on.
    into(&browser, 5);
    browser.keys("", " Terima kasih.");
    browser.keys("", ENTER);
    until(|| turn(&served, 4)["text"] == "Rapat saya tutup. Terima kasih.", "the turn is saved");
    assert_eq!(turn(&served, 4)["words"][0], turn(&served, 4)["words"][0]);
    // Bare letters are text, and a click plays from the word.
    browser.until("!document.querySelector('#sound').paused || document.querySelector('#sound').currentTime > 0");
    assert!(
        browser
            .script("return document.querySelector('#sound').src")
            .as_str()
            .is_some_and(|src| src.contains("channel=1"))
    );
    // Another speaker, by keys alone.
    into(&browser, 4);
    browser.keys(ALT, "s");
    browser.until("document.querySelector('#speaker').open");
    browser.keys("", "mariana");
    browser.keys("", ENTER);
    until(|| turn(&served, 3)["speaker"]["id"] == "mariana", "the speaker is changed");
    browser.until("!document.querySelector('#speaker').open");
    // Undone and done again.
    browser.until("document.activeElement.classList.contains('text')");
    browser.keys(CONTROL, "z");
    until(|| turn(&served, 3)["speaker"]["id"] == "siti", "the speaker is changed back");
    browser.keys(CONTROL, "y");
    until(|| turn(&served, 3)["speaker"]["id"] == "mariana", "the speaker is changed again");
    // From a word on, somebody else speaks.
    into(&browser, 4);
    browser.script(
        "const node = document.querySelector('.turn:nth-child(4) .text').firstChild; getSelection().collapse(node, node.data.indexOf('rancangan'))",
    );
    browser.keys(ALT, "s");
    browser.until("document.querySelector('#speaker').open && !document.querySelector('#only').hidden");
    browser.click("#only input");
    browser.click("#speaker [name=find]");
    browser.keys("", "siti");
    browser.picture("sunting-pembicara");
    browser.keys("", ENTER);
    until(|| turn(&served, 3)["passages"][0]["id"] == "siti", "the passage has its speaker");
    browser.until("document.querySelector('.turn:nth-child(4) .passage')");
    browser.picture("sunting-bagian");
    browser.until("document.activeElement.classList.contains('text')");
    browser.keys(CONTROL, "z");
    until(|| turn(&served, 3)["passages"] == json!([]), "the passage is taken back");
    // The queue, worked off.
    browser.click("#next");
    browser.until("document.activeElement.closest('.turn.to-hear')");
    browser.picture("sunting-antrean");
    browser.keys(ALT, "b");
    until(|| turn(&served, 1)["heard"] == true, "the amount was heard");
    browser.until("document.activeElement.closest('.turn:nth-child(3).to-hear')");
    browser.keys(ALT, "b");
    until(|| turn(&served, 2)["heard"] == true, "the doubtful turn was heard");
    // On to the gate.
    browser.click("nav a[href$='/state']");
    browser.until("document.querySelector('#documents li')");
    for (to, note) in [("sementara", ""), ("koreksi", ""), ("verifikasi", "sudah disetujui")] {
        browser.until(&format!("document.querySelector('#advance option[value={to}]')"));
        browser.script(&format!(
            "const form = document.querySelector('#advance').elements; form.to.value = '{to}'; form.note.value = '{note}'; \
             form.to.dispatchEvent(new Event('change'))"
        ));
        browser.click("#advance button");
        until(|| served.get(&format!("/api/v1/meetings/{KNOWN}/state")).good()["state"] == to, to);
    }
    browser.until("!document.querySelector('#finalize').hidden");
    browser.script(
        "const form = document.querySelector('#finalize').elements; form.number.value = '170/12/DPRD/2026'; \
         form.signed_by.value = 'bambang'",
    );
    browser.click("#finalize button");
    browser.until("document.querySelector('#official li')");
    browser.picture("pengesahan-resmi");
    assert!(root.path().join(KNOWN).join("risalah-resmi.pdf").is_file());
    let path = browser.script("return document.querySelector('#show').dataset.path");
    assert!(served.get(path.as_str().expect("a path")).body.starts_with(b"%PDF"));
}

#[test]
fn what_was_said_is_found_heard_and_opened() {
    let root = known();
    let served = Served::new(root.path());
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.until("document.querySelector('.find input')");
    browser.click(".find input");
    browser.keys("", "setuju");
    browser.keys("", ENTER);
    browser.until("document.querySelectorAll('#hits li').length === 2");
    assert_eq!(browser.script("return document.querySelector('#hits mark').textContent"), json!("disetujui"));
    browser.picture("cari");
    // The microphone of the one who said it, from a second before the word.
    browser.click("#hits li:last-child button");
    browser.until("document.querySelector('#player').src.includes('channel=2')");
    browser.until("document.querySelector('#hits li:last-child button').getAttribute('aria-pressed') === 'true'");
    // Another search from the page itself, and back.
    browser.script("document.querySelector('#q').value = 'rancengan'");
    browser.click("#q");
    browser.keys("", ENTER);
    browser.until("document.querySelector('#also a')?.textContent === 'rancangan'");
    browser.picture("cari-mirip");
    browser.script("history.back()");
    browser.until("document.querySelectorAll('#hits li').length === 2");
    browser.click("#hits li:last-child a");
    browser.until("document.activeElement.closest('.turn')?.querySelector('time')?.textContent.includes('00:00:48')");
}

#[test]
fn what_is_due_is_decided_on_its_page() {
    let root = known();
    fs::write(root.path().join("lembaga.toml"), super::keeping::SCHEDULE).expect("written");
    let served = Served::new(root.path());
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.script("localStorage.setItem('risalah-by', 'Sari')");
    browser.click("a[href='/retention']");
    browser.until("document.querySelector('#items button')");
    browser.click("#items button");
    browser.until("document.querySelector('#decide[open]')");
    // The record is not official: nothing of it is offered to be destroyed.
    assert_eq!(browser.script("return document.querySelector('option[value=destroy]').disabled"), json!(true));
    // Without a reason nothing is decided.
    browser.click("#decide .main");
    assert_eq!(browser.script("return document.querySelector('#decide').open"), json!(true));
    browser.keys("#decide [name=reason]", "masih dipakai");
    browser.click("#decide .main");
    browser.until("document.querySelector('#table').hidden");
    let log = fs::read_to_string(root.path().join(KNOWN).join("keputusan-retensi.jsonl")).expect("kept");
    assert!(log.contains("masih dipakai") && log.contains("\"by\":\"Sari\""), "{log}");
}

#[test]
fn a_meeting_is_prepared_by_keys_and_mouse() {
    let root = known();
    let served = Served::new(root.path());
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.until("document.querySelector('table.meetings')");
    browser.open(&format!("http://{}/meetings/{KNOWN}/prepare", served.host));
    browser.until("document.querySelector('#prepare').getAttribute('aria-busy') === 'false'");
    let described = || served.get(&format!("/api/v1/meetings/{KNOWN}/description")).good()["description"].clone();
    browser.click("[name='rapat.tempat']");
    browser.keys("", END);
    browser.keys("", " II");
    browser.keys("", ENTER);
    until(|| described()["rapat"]["tempat"] == "Ruang Rapat Komisi II", "the room is saved");
    // Somebody new, who takes a seat.
    browser.until("document.querySelector('#saved').textContent === 'Tersimpan'");
    browser.click("[data-add=orang]");
    browser.until("document.activeElement.dataset.key === 'nama'");
    browser.keys("", "Dr. Tamu Baru, S.E.");
    browser.script(
        "document.activeElement.blur(); const count = document.querySelector('#microphones'); count.value = '3'; \
         count.dispatchEvent(new Event('change'))",
    );
    browser.until("document.querySelector('#room [data-seat=\"3\"] option[value=tamu]')");
    // Dragged to the wrong seat, then to the right one.
    browser.script("document.querySelector('#f-kursi').scrollIntoView()");
    browser.drag("#unseated li:last-child", "#room .seat:nth-child(2) .number");
    browser.until("document.querySelector('#room [data-seat=\"2\"]').value === 'tamu'");
    browser.drag("#room .seat:nth-child(2) .number", "#room .seat:nth-child(3) .number");
    browser.until("document.querySelector('#room [data-seat=\"3\"]').value === 'tamu'");
    assert_ne!(browser.script("return document.querySelector('#room [data-seat=\"2\"]').value"), json!("tamu"));
    browser.picture("persiapan-kursi");
    // By keys, somebody whom the drag has put aside.
    browser.script(
        "const seat = document.querySelector('#room [data-seat=\"2\"]'); seat.value = 'siti'; \
         seat.dispatchEvent(new Event('change'))",
    );
    browser.click("#save");
    until(
        || described()["kursi"].as_array().is_some_and(|seats| seats.iter().any(|seat| seat["orang"] == "tamu")),
        "the seat is saved",
    );
    // What somebody else changes meanwhile is shown, and both stay.
    browser.until("document.querySelector('#saved').textContent === 'Tersimpan'");
    let path = root.path().join(KNOWN).join("rapat.toml");
    let text = fs::read_to_string(&path).expect("read").replace("Pengelolaan Sampah\"]", "Pengelolaan Air\"]");
    fs::write(&path, text).expect("written");
    browser.script("document.querySelector('[name=\"rapat.tempat\"]').focus()");
    browser.keys("", END);
    browser.keys("", "I");
    browser.click("#save");
    browser.until("document.querySelector('#conflict').open");
    browser.picture("persiapan-bentrok");
    browser.click("#conflict button[value=mine]");
    until(|| described()["rapat"]["tempat"] == "Ruang Rapat Komisi III", "the room is saved again");
    assert_eq!(described()["rapat"]["acara"], json!(["Pengelolaan Air"]));
}

/// Two seats that say a sentence of the shipped meeting one after the other, so many times in ten
/// seconds each.
pub fn two_voices(path: &Path, times: usize) {
    use e_risalah::audio::{Input, Source};
    const RATE: usize = 16_000;
    let voice = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna/01.ogg");
    let mut source = Source::open(&Input::File(voice)).expect("opened");
    source.skip(7 * RATE as u64).expect("skipped");
    let mut sentence = vec![0.0; 3 * RATE];
    let read = source.read(&mut sentence).expect("read");
    sentence.truncate(read);
    let peak = sentence.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    let format = hound::WavSpec {
        channels: 2,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, format).expect("a file");
    let mut state = 7_u32;
    for at in 0..(10 * times + 1) * RATE {
        for seat in 0..2 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = 0.000_4 * ((state >> 8) as f32 / 8_388_608.0 - 1.0);
            let said =
                (at % (10 * RATE)).checked_sub(RATE + seat * 5 * RATE).and_then(|at| sentence.get(at)).unwrap_or(&0.0);
            writer.write_sample(((noise + said * 0.3 / peak) * 32_767.0) as i16).expect("written");
        }
    }
    writer.finalize().expect("written");
}

#[test]
fn the_seat_that_speaks_lights_up() {
    let root = known();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let source = elsewhere.path().join("uji.wav");
    two_voices(&source, 1);
    let served = Served::with(root.path(), &["--source", source.to_str().expect("text")]);
    let browser = Browser::new("id", false);
    browser.open(&served.address());
    browser.until("document.querySelector('table.meetings')");
    let check = format!("http://{}/meetings/{KNOWN}/soundcheck", served.host);
    browser.open(&check);
    browser.until("document.querySelector('.level')");
    browser.click("#start");
    browser.until("document.querySelector('.level.heard')");
    assert_eq!(browser.script("return document.querySelector('.level.heard').dataset.channel"), json!("1"));
    // It ends with the page, and another can begin.
    browser.open(&check);
    browser.until("document.querySelector('.level')");
    until(
        || {
            browser.script("document.querySelector('#start').click()");
            thread::sleep(Duration::from_millis(300));
            browser.script("return document.querySelector('.error').hidden") == json!(true)
        },
        "the first check has ended",
    );
    browser.until("document.querySelector('.level.heard')?.dataset.channel === '2'");
    browser.picture("uji-suara-berjalan");
    browser.until("!document.querySelector('#results').hidden");
    assert_eq!(
        browser.script("return [...document.querySelectorAll('#lines li')].map((line) => line.dataset.result)"),
        json!(["ok", "ok"])
    );
    browser.picture("uji-suara-hasil");
}

#[test]
fn lanes_show_what_each_microphone_heard_and_play_it() {
    let root = known();
    let levels = (0..240).flat_map(|step| [if step < 60 { 190 } else { 40 }, 150]).collect();
    let mut store = Store::open(&root.path().join(KNOWN)).expect("a store");
    store.add_peaks(&[Stretch { number: 0, levels }]).expect("kept");
    drop(store);
    let served = Served::new(root.path());
    let browser = editor(&served, "id");
    browser.click("#lanes-shown");
    // Pixels of a lane that are not transparent, in the first and the last quarter of a minute.
    let pixels = |lane: u32, share: f64| {
        let script = format!(
            "const canvas = document.querySelector('#lanes canvas'), ratio = devicePixelRatio; \
             const x = 110 + (canvas.clientWidth - 110) * {share}; \
             return [...canvas.getContext('2d').getImageData(x * ratio, {lane} * 18 * ratio, 8 * ratio, 17 * ratio).data] \
             .filter((value, place) => place % 4 === 3 && value > 0).length"
        );
        browser.script(&script).as_u64().expect("a number")
    };
    until(|| pixels(0, 0.15) > 60, "the levels are drawn");
    assert!(pixels(0, 0.95) < pixels(0, 0.15) / 3 && pixels(1, 0.95) > 30);
    browser.picture("sunting-lajur");
    browser.script(
        "const canvas = document.querySelector('#lanes canvas'), box = canvas.getBoundingClientRect(); \
         const at = { clientX: box.left + box.width / 2, clientY: box.top + 27 }; \
         canvas.dispatchEvent(new MouseEvent('click', at))",
    );
    browser.until("document.querySelector('#sound').src.includes('channel=2')");
    assert_eq!(browser.script("return document.querySelector('#source').value"), json!("2"));
    browser.keys(ALT, "p");
    browser.until("document.querySelector('#lanes').hidden");
}

#[test]
fn keys_are_chosen_in_the_help_and_kept_in_the_browser() {
    let root = known();
    let served = Served::new(root.path());
    let browser = editor(&served, "id");
    into(&browser, 5);
    browser.keys("", "\u{e031}");
    browser.until("document.querySelector('#keys').open");
    let row = "[...document.querySelectorAll('#keys tr')].find((one) => one.textContent.includes('tidak jelas'))";
    let choose = || browser.script(&format!("{row}.querySelector('button').click()"));
    let told = || {
        browser
            .script("return document.querySelector('#keys-told').textContent")
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    choose();
    // One that is taken is told, and so is one that is text.
    browser.keys(ALT, "n");
    assert!(told().contains("Alt+N sudah dipakai"), "{}", told());
    choose();
    browser.keys("", "x");
    assert!(told().contains("mengetik"), "{}", told());
    choose();
    browser.keys("", "\u{e037}");
    browser.until(&format!("{row}.querySelector('kbd').textContent === 'F7'"));
    browser.picture("sunting-tombol");
    browser.click("#keys .main");
    browser.until("!document.querySelector('#keys').open");
    into(&browser, 5);
    browser.keys("", "\u{e037}");
    until(
        || turn(&served, 4)["text"].as_str().is_some_and(|text| text.ends_with("[tidak jelas]")),
        "the new key works",
    );
    // Another page of this browser has it too, until it is put back.
    browser.told("POST", "refresh", None);
    browser.until("document.querySelector('#turns').getAttribute('aria-busy') === 'false'");
    browser.click("#help");
    browser.until(&format!("{row}?.querySelector('kbd').textContent === 'F7'"));
    browser.click("#keys-reset");
    browser.until(&format!("{row}.querySelector('kbd').textContent === 'Alt+U'"));
}

#[test]
fn one_listens_claims_joins_and_teaches_by_keys() {
    let root = known();
    let folder = root.path().join(KNOWN);
    fs::remove_dir_all(&folder).expect("removed");
    let mut said = super::meetings::words();
    said.insert(2, super::sample::utterance(2, 330, 390, "yang sudah disepakati.", &[]));
    super::meetings::meeting(&folder, include_str!("../status/rapat.toml"), said);
    let served = Served::new(root.path());
    let (first, second) = (editor(&served, "id"), editor(&served, "id"));
    second.script("localStorage.setItem('risalah-by', 'Budi')");
    // Two turns of one microphone are one.
    into(&first, 2);
    first.keys(ALT, "g");
    until(|| turn(&served, 2)["joined"] == true, "the turns are joined");
    first.until("document.querySelector('.turn:nth-child(3).joined')");
    first.keys(CONTROL, "z");
    until(|| turn(&served, 2)["joined"] == false, "they are apart again");
    // The other one sees who is at work, and may save all the same.
    into(&first, 2);
    first.keys(ALT, "c");
    second.until("document.querySelector('.turn:nth-child(2) .claimed')?.textContent.includes('Sari')");
    first.until("document.querySelector('#claim').textContent.includes('Selesaikan')");
    first.picture("sunting-bagian-dikerjakan");
    into(&second, 6);
    second.keys("", " Selesai.");
    second.keys("", ENTER);
    until(|| turn(&served, 5)["text"] == "Rapat saya tutup. Selesai.", "it is saved");
    second.until("document.querySelector('#notice').textContent.includes('Sari')");
    first.keys(ALT, "c");
    second.until("!document.querySelector('.claimed')");
    // What was played is kept: the last turn has three seconds.
    first.script("document.querySelector('#speed').value = '2'; document.querySelector('#lead').value = '0'");
    first.click(".turn:nth-child(6) .text");
    first.script("getSelection().empty()");
    let listened = || served.get(&format!("/api/v1/meetings/{KNOWN}/listened")).good();
    first.until("document.querySelector('#sound').currentTime > 3.2");
    first.keys(ALT, "k");
    until(|| listened()["percent"].as_u64() > Some(0), "what was played is kept");
    first.until("document.querySelector('#listened').textContent.includes('%')");
    // A word of a name is offered elsewhere and for the lexicon; nothing is written before it is said so.
    into(&first, 4);
    let text = "Apakah Rancangan Sampah dapat disetujui?";
    first.script(&format!(
        "const text = document.activeElement; text.textContent = '{text}'; text.dispatchEvent(new Event('input'))"
    ));
    until(|| turn(&served, 3)["text"] == text, "the correction is saved");
    first.until("!document.querySelector('#offer-lexicon').hidden");
    first.keys(ALT, "t");
    first.until("document.querySelector('#lexicon').open");
    first.picture("sunting-leksikon");
    assert!(!folder.join("leksikon.toml").exists());
    first.click("#lexicon button[value=yes]");
    until(
        || {
            fs::read_to_string(folder.join("leksikon.toml"))
                .is_ok_and(|text| text.contains("nama = [\"Rancangan Sampah\"]"))
        },
        "it is written",
    );
}

#[test]
fn two_browsers_at_one_turn_lose_neither_text() {
    let root = known();
    let served = Served::new(root.path());
    let (first, second) = (editor(&served, "id"), editor(&served, "id"));
    // What the second one saves is held on its way until the first one has saved.
    second.script(
        "const send = window.fetch; window.fetch = (...what) => what[1]?.method === 'PUT' && !window.free \
         ? new Promise((done) => { window.go = () => { window.free = true; done(send(...what)); }; }) : send(...what)",
    );
    into(&second, 5);
    second.keys("", " Dua.");
    second.until("window.go");
    into(&first, 5);
    first.keys("", " Satu.");
    first.keys("", ENTER);
    let text = || turn(&served, 4)["text"].as_str().unwrap_or_default().to_owned();
    until(|| text() == "Rapat saya tutup. Satu.", "the first one has saved");
    second.script("window.go()");
    second.until("document.querySelector('#conflict').open");
    let shown = second.script("return document.querySelector('#conflict').innerText");
    let shown = shown.as_str().expect("a text");
    assert!(shown.contains("Satu.") && shown.contains("Dua."), "{shown}");
    second.picture("bentrok");
    second.click("#conflict button[value=mine]");
    until(|| text() == "Rapat saya tutup. Dua.", "the chosen text is saved");
    // The other page shows it without being loaded again.
    first.until("document.querySelector('.turn:nth-child(5) .text').textContent === 'Rapat saya tutup. Dua.'");
    let id = turn(&served, 4)["id"].as_str().expect("an id").to_owned();
    let history = served.get(&format!("/api/v1/meetings/{KNOWN}/turns/{id}/history")).good().to_string();
    assert!(history.contains("Satu.") && history.contains("Dua."), "{history}");
}

#[test]
fn what_was_typed_longer_ago_than_two_seconds_outlives_the_server() {
    let root = known();
    let served = Served::new(root.path());
    let browser = editor(&served, "id");
    into(&browser, 5);
    // Without a rest: each word less than a second after the one before.
    let begun = Instant::now();
    let mut words = 0;
    while begun.elapsed() < Duration::from_secs(4) {
        words += 1;
        browser.keys("", &format!(" kata{words}"));
        thread::sleep(Duration::from_millis(200));
    }
    let kept = words;
    until(|| turn(&served, 4)["text"].as_str().is_some_and(|text| text.contains("kata1")), "saved while one types");
    served.kill();
    browser.keys("", " sesudahnya");
    browser.until("document.querySelector('#trouble:not([hidden])')");
    // The next one has its place and its secret: the page goes on by itself.
    let again = Served::new(root.path());
    until(
        || {
            let text = turn(&again, 4)["text"].as_str().unwrap_or_default().to_owned();
            text.ends_with("sesudahnya") && text.contains(&format!("kata{kept} "))
        },
        "all that was typed is saved",
    );
}

#[test]
#[ignore = "needs the accessibility checker that `make test` fetches"]
fn the_accessibility_checker_finds_nothing_on_any_page_in_either_language() {
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/lib");
    let axe = fs::read_dir(axe)
        .expect(".venv; run `make test`")
        .map(|entry| entry.expect("an entry").path().join("site-packages/axe_core_python/axe.min.js"))
        .find(|path| path.is_file())
        .expect("axe-core-python; run `make test`");
    let axe = fs::read_to_string(axe).expect("read");
    let root = known();
    fs::write(root.path().join("lembaga.toml"), super::keeping::SCHEDULE).expect("written");
    let served = Served::new(root.path());
    let base = format!("/api/v1/meetings/{KNOWN}");
    for to in ["sementara", "koreksi"] {
        served.ask("POST", &format!("{base}/advance"), Some(&json!({ "to": to, "by": "Sari" }))).good();
    }
    let link = served.ask("POST", &format!("{base}/members/siti/link"), None).good();
    let member = link["path"].as_str().expect("a path");
    let mut found = Vec::new();
    for language in ["id", "en"] {
        for dark in [false, true] {
            let browser = Browser::new(language, dark);
            browser.open(&served.address());
            browser.script("localStorage.setItem('risalah-by', 'Sari')");
            for (name, path, ready) in [
                ("daftar", "/".to_owned(), "document.querySelector('table.meetings')"),
                ("baru", "/new".to_owned(), "document.querySelector('#new')"),
                ("cari", "/search?q=rancangan&kind=komisi".to_owned(), "document.querySelector('#hits mark')"),
                ("beban-kerja", "/report".to_owned(), "document.querySelector('tr.total')"),
                ("retensi", "/retention".to_owned(), "document.querySelector('#items tr')"),
                (
                    "sunting",
                    format!("/meetings/{KNOWN}"),
                    "document.querySelector('#turns').getAttribute('aria-busy') === 'false'",
                ),
                (
                    "persiapan",
                    format!("/meetings/{KNOWN}/prepare"),
                    "document.querySelector('#prepare').getAttribute('aria-busy') === 'false'",
                ),
                (
                    "pemeriksaan",
                    format!("/doctor?meeting={KNOWN}"),
                    "document.querySelector('#doctor').getAttribute('aria-busy') === 'false'",
                ),
                ("uji-suara", format!("/meetings/{KNOWN}/soundcheck"), "document.querySelector('.level')"),
                ("jejak", "/audit".to_owned(), "document.querySelector('tbody tr')"),
                ("rekam", format!("/meetings/{KNOWN}/live"), "document.querySelector('#state').textContent"),
                ("pengesahan", format!("/meetings/{KNOWN}/state"), "document.querySelector('#documents li')"),
                ("edaran", format!("/meetings/{KNOWN}/distribution"), "document.querySelector('#count').textContent"),
                ("cetak", format!("/meetings/{KNOWN}/print"), "document.querySelector('#printer-state').textContent"),
                ("anggota", member.to_owned(), "document.querySelector('.own')"),
                ("tolak", "/meetings/tidak-ada".to_owned(), "document.querySelector('.refused')"),
            ] {
                browser.open(&format!("http://{}{path}", served.host));
                browser.until(ready);
                assert_eq!(browser.script("return document.documentElement.lang"), json!(language));
                if name == "sunting" {
                    browser.click(".turn:nth-child(2) .text");
                }
                browser.picture(&format!("{name}-{language}{}", if dark { "-gelap" } else { "" }));
                let told = browser.later(&format!(
                    "const done = arguments[arguments.length - 1]; {axe}; \
                     axe.run().then((told) => done(told.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.html + ' ' + node.failureSummary).join(' | '))))"
                ));
                found.extend(
                    told.as_array().expect("a list").iter().map(|one| format!("{name} {language} {dark}: {one}")),
                );
                let wide = browser
                    .script("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
                if wide.as_i64() > Some(0) {
                    found.push(format!("{name} {language}: wider than the window by {wide}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
