//! The site in Chromium, with JavaScript and without.

use serde_json::{Value, json};

use super::chromium::Browser;
use super::fixture::RAPAT;
use super::meetings::{Desk, official, on};
use super::served::Server;

/// Two meetings, one of them with a name of its own.
fn site() -> (Desk, Server) {
    let (one, other) = (official(RAPAT), official(&on(11).replace("rapat_ke = 7", "rapat_ke = 8")));
    let desk = Desk::new();
    desk.publish(&[&one, &other]).expect("published");
    let server = Server::new(&desk.site());
    (desk, server)
}

fn without_scripts(browser: &Browser) {
    let order = json!({ "cmd": "Emulation.setScriptExecutionDisabled", "params": { "value": true } });
    browser.told("POST", "goog/cdp/execute", Some(&order));
}

/// Presses where the browser's player has its button: at the left.
fn press_play(browser: &Browser, selector: &str) {
    let audio = browser.find(selector);
    let width = browser.told("GET", &format!("element/{audio}/rect"), None)["width"].as_f64().expect("a width");
    let origin = json!({ "element-6066-11e4-a52e-4f735466cecf": audio });
    let at = 22 - (width / 2.0) as i64;
    let actions = json!([
        { "type": "pointerMove", "duration": 0, "origin": origin, "x": at, "y": 0 },
        { "type": "pointerDown", "button": 0 },
        { "type": "pointerUp", "button": 0 },
    ]);
    let pointer = json!({ "actions": [{ "type": "pointer", "id": "mouse", "actions": actions }] });
    browser.told("POST", "actions", Some(&pointer));
}

/// The text of an element, as the driver tells it without a script of the page.
fn text(browser: &Browser, selector: &str) -> String {
    let element = browser.find(selector);
    browser.told("GET", &format!("element/{element}/text"), None).as_str().expect("text").to_owned()
}

#[test]
fn it_is_read_and_heard_without_javascript() {
    let (_desk, server) = site();
    let browser = Browser::new("id", false);
    without_scripts(&browser);
    browser.open(&server.url("index.html"));
    assert!(text(&browser, "main").contains("Rapat Komisi ke-8"));
    browser.click(".meetings a");
    let page = text(&browser, "main");
    for part in
        ["Rapat Komisi ke-8", "Pengelolaan Sampah", "Menyetujui Raperda", "4 dari 5 Anggota", "Terima kasih, Pimpinan."]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let link = browser.find("#m02-240000 h3 a");
    let link = browser.told("GET", &format!("element/{link}/property/href"), None);
    assert!(link.as_str().is_some_and(|url| url.ends_with("/index.html#m02-240000")), "{link}");
    browser.open(link.as_str().expect("a link"));
    // The browser's own player, at its own button.
    let asked = || server.asked.lock().expect("a list").iter().any(|(path, _)| path.ends_with("/m02-240000.ogg"));
    let begun = std::time::Instant::now();
    while !asked() {
        assert!(begun.elapsed() < super::chromium::DEADLINE, "the sound is never asked for");
        press_play(&browser, "#m02-240000 audio");
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    browser.open(&server.url("cari.html"));
    assert!(text(&browser, "#tanpa").contains("JavaScript"));
    browser.click("#tanpa a");
    assert!(text(&browser, "h1").contains("Rapat"));
    browser.click("a[hreflang=en]");
    assert!(text(&browser, "h1").contains("Meetings"));
}

#[test]
fn words_are_found_in_all_their_forms_and_lead_to_the_speech() {
    let (_desk, server) = site();
    let browser = Browser::new("id", false);
    browser.open(&server.url("index.html"));
    browser.click("#q");
    browser.keys("", "anggaran\u{e007}");
    browser.until("document.querySelectorAll('#hasil li').length === 2");
    assert_eq!(browser.script("return document.querySelector('#hasil mark').textContent"), "dianggarkan");
    assert!(text(&browser, "#jumlah").starts_with("2 tempat di 2 rapat"), "{}", text(&browser, "#jumlah"));
    browser.click("#hasil li a");
    browser.until("location.hash === '#m02-240000' && document.querySelector(':target h3')");
    // A name, a decision, a word that begins so, one that is nowhere; in English as well.
    for (query, expected) in [
        ("siti setuju", "2 places in 2 meetings."),
        ("menyetujui raperda", "2 places in 2 meetings."),
        ("dianggark", "2 places in 2 meetings."),
        ("jerapah", "No record has: jerapah"),
        ("jerapah%20sampah", "No record has: jerapah"),
        ("setuju%20tutup", "No speech has all of these words."),
        ("sampah&jenis=komisi&tahun=2026", "6 places in 2 meetings."),
        ("sampah&jenis=paripurna", "No speech has all of these words."),
        ("%3Cimg%20src%3Dx%3E", "No record has: img, src, x"),
    ] {
        browser.open(&server.url(&format!("en/cari.html?q={query}")));
        browser.until("!['', 'Searching …'].includes(document.querySelector('#jumlah').textContent)");
        assert_eq!(text(&browser, "#jumlah"), expected, "{query}");
    }
    // The page says what it looked for, and goes back.
    browser.open(&server.url("cari.html?q=kuorum&jenis=komisi"));
    assert_eq!(browser.script("return document.querySelector('#cari select').value"), "komisi");
}

#[test]
fn the_script_takes_words_apart_as_the_index_does() {
    let (_desk, server) = site();
    let browser = Browser::new("id", false);
    for word in ["Rp2.500.000,00", "Jum’at", "ÉLAN", "undang-undang", "10.05", "İzmir"] {
        let query: String = word.bytes().map(|byte| format!("%{byte:02X}")).collect();
        browser.open(&server.url(&format!("cari.html?q={query}")));
        browser.until("document.querySelector('#jumlah').textContent.startsWith('Tidak ada di')");
        let told = text(&browser, "#jumlah");
        let expected = match word {
            "Rp2.500.000,00" => "rp, 2500000,00",
            "Jum’at" => "jumat",
            "ÉLAN" => "elan",
            // Said once, however often it is typed.
            "undang-undang" => "undang",
            "10.05" => "10.05",
            _ => "izmir",
        };
        assert!(told.ends_with(&format!(": {expected}")), "{word}: {told}");
    }
}

#[test]
fn a_speech_plays_with_its_captions_and_the_one_before_stops() {
    let (desk, server) = site();
    let page = super::meetings::files(&desk.site())
        .into_keys()
        .find(|name| super::meetings::is_meeting(name))
        .expect("a page");
    let browser = Browser::new("id", false);
    browser.open(&server.url(&page));
    assert_eq!(browser.script("return document.querySelectorAll('audio').length"), json!(5));
    // Nothing is fetched before somebody wants to hear it.
    assert!(!server.asked.lock().expect("a list").iter().any(|(path, _)| path.ends_with(".ogg")));
    browser.script("document.querySelector('#m01-32000 audio').play()");
    browser.until("document.querySelector('#m01-32000 audio').currentTime > 0.1");
    browser.until("document.querySelector('#m01-32000 .caption').textContent.includes('Rapat komisi')");
    browser.script("document.querySelector('#m02-240000 audio').play()");
    browser.until("document.querySelector('#m02-240000 audio').currentTime > 0.1");
    assert_eq!(browser.script("return document.querySelector('#m01-32000 audio').paused"), json!(true));
    let refused: Value = browser.script("return performance.getEntriesByType('resource').filter((one) => one.responseStatus >= 400).map((one) => one.name)");
    assert_eq!(refused, json!([]));
}
