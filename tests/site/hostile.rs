//! Texts and names that try to be something else.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde_json::Value;

use super::fixture::{NUMBER, RAPAT, SECRETARY, SIGNED, said};
use super::meetings::{Desk, files, official, verified};

const EVIL: &str = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & \\\" ' ]]> {{ 7*7 }}";

/// The description with these texts in it.
fn hostile() -> String {
    RAPAT
        .replace("acara = [\"Pengelolaan Sampah\"]", &format!("acara = [\"{EVIL}\"]\nnama = \"Rapat {EVIL}\""))
        .replace("Menyetujui Raperda tentang Pengelolaan Sampah.", EVIL)
        .replace("Ruang Rapat Komisi", EVIL)
        .replace("Siti Aminah, S.Pd.", &format!("Siti {EVIL}"))
        .replace("KOTA TANJUNG CONTOH", &format!("KOTA {EVIL}"))
}

#[test]
fn hostile_texts_are_texts_in_every_page_feed_and_file() {
    let spoken = EVIL.replace('\\', "");
    let meeting = verified(&hostile(), vec![said(1, 20, 90, &spoken, &[]), said(2, 150, 600, &spoken, &[])]);
    meeting.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    let desk = Desk::new();
    desk.publish(&[&meeting]).expect("published");
    for (name, content) in files(&desk.site()) {
        let ending = Path::new(&name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending {
            "html" => {
                let text = String::from_utf8(content).expect("text");
                assert!(!text.contains("<script>") && !text.contains("<img src=x"), "{name}");
                // Its own scripts, and what it says of itself to other programs.
                for script in text.split("<script").skip(1) {
                    let (attributes, rest) = script.split_once('>').expect("an end");
                    let body = rest.split("</script>").next().expect("a body");
                    match attributes.trim() {
                        "type=\"application/ld+json\"" => {
                            serde_json::from_str::<Value>(body).unwrap_or_else(|error| panic!("{name}: {error}"));
                        }
                        module => assert!(module.starts_with("type=\"module\" src=\"") && body.is_empty(), "{name}"),
                    }
                }
            }
            "xml" => {
                let text = String::from_utf8(content).expect("text");
                roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            }
            "json" => drop(serde_json::from_slice::<Value>(&content).unwrap_or_else(|error| panic!("{name}: {error}"))),
            _ => {}
        }
    }
    let told: Value = serde_json::from_str(&desk.text("keputusan.json")).expect("JSON");
    assert_eq!(told["decisions"][0]["text"], spoken);
    assert_eq!(told["themes"][0]["theme"], spoken);
}

#[test]
fn hostile_names_of_folders_are_in_no_page() {
    let place = tempfile::tempdir().expect("a folder");
    let name = "..%2f<b>\"'&#;\u{202e}\n rapat";
    let meeting = official(RAPAT);
    let folder = place.path().join(name);
    std::fs::create_dir(&folder).expect("made");
    for (name, content) in files(meeting.place.path()) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, content).expect("copied");
    }
    let desk = Desk { no_sound: true, ..Desk::new() };
    let report = desk.folders(&[folder], &AtomicBool::new(false), &mut |_| {});
    let Ok(report) = report else { panic!("{report:?}") };
    assert_eq!(report.meetings, 1, "{report:?}");
    for (name, content) in files(&desk.site()) {
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-./".contains(&byte)), "{name}");
        let text = String::from_utf8_lossy(&content);
        assert!(!text.contains("..%2f") && !text.contains(place.path().to_str().expect("text")), "{name}");
    }
}
