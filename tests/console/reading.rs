//! Meetings, turns and documents as they are read.

use std::fs;

use super::meetings::{KNOWN, known};
use super::server::Served;

#[test]
fn every_meeting_is_listed_with_what_is_to_be_done_next() {
    let root = known();
    fs::create_dir(root.path().join("kosong")).expect("made");
    let scheduled = root.path().join("rapat lain");
    fs::create_dir(&scheduled).expect("made");
    fs::write(scheduled.join("rapat.toml"), "[rapat]\nnama = \"Rapat <b>Uji</b>\"\ntanggal = 2026-05-01\n")
        .expect("written");
    let broken = root.path().join("rusak");
    fs::create_dir(&broken).expect("made");
    fs::write(broken.join("rapat.toml"), "[rapat\n").expect("written");
    let served = Served::new(root.path());
    let told = served.get("/api/v1/meetings").good();
    let meetings = told["meetings"].as_array().expect("a list");
    let ids: Vec<&str> = meetings.iter().filter_map(|meeting| meeting["id"].as_str()).collect();
    assert_eq!(ids, ["rusak", "rapat lain", KNOWN], "{told}");
    assert!(meetings[0]["problem"]["what"].is_string(), "{told}");
    assert_eq!(meetings[1]["state"], "terjadwal");
    assert_eq!(meetings[2]["state"], "penyuntingan");
    assert!(meetings[2]["next"].as_str().is_some_and(|next| next.contains("Dengarkan")), "{told}");
    let one = served.get("/api/v1/meetings/rapat%20lain").good();
    assert_eq!(one["name"], "Rapat <b>Uji</b>");
    let known = served.get(&format!("/api/v1/meetings/{KNOWN}")).good();
    assert_eq!((known["channels"].as_u64(), known["people"].as_array().map(Vec::len)), (Some(2), Some(4)), "{known}");
}

#[test]
fn turns_have_words_with_times_and_what_is_to_be_heard() {
    let root = known();
    let served = Served::new(root.path());
    let told = served.get(&format!("/api/v1/meetings/{KNOWN}/turns")).good();
    assert_eq!((told["total"].as_u64(), told["complete"].as_bool()), (Some(5), Some(true)));
    let turns = told["turns"].as_array().expect("turns");
    let money = &turns[1];
    assert_eq!(money["speaker"]["id"], "siti");
    assert_eq!(
        (money["start"].as_u64(), money["end"].as_u64(), money["time"].as_str()),
        (Some(240_000), Some(480_000), Some("00:00:15"))
    );
    let words = money["words"].as_array().expect("words");
    assert_eq!(words.len(), money["text"].as_str().expect("text").split_whitespace().count());
    assert_eq!(money["doubts"][0]["matter"], "money", "{money}");
    assert!(money["to_hear"].as_bool() == Some(true) && turns[2]["to_hear"].as_bool() == Some(true));
    assert_eq!(turns[2]["flags"][0], "low_confidence");
    assert_eq!((told["to_hear"].as_u64(), told["heard"].as_u64()), (Some(2), Some(0)));
    let page = served.get(&format!("/api/v1/meetings/{KNOWN}/turns?from=1&limit=2")).good();
    let ids = |list: &serde_json::Value| {
        list["turns"].as_array().expect("turns").iter().map(|turn| turn["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&page), ids(&told)[1..3]);
    let one = served.get(&format!("/api/v1/meetings/{KNOWN}/turns/{}", money["id"].as_str().expect("an id"))).good();
    assert_eq!(one, *money);
    assert_eq!(served.get(&format!("/api/v1/meetings/{KNOWN}/turns/1-1-2-3")).code(404), "page.error.turn");
}

#[test]
fn every_format_can_be_had() {
    let root = known();
    let served = Served::new(root.path());
    let told = served.get(&format!("/api/v1/meetings/{KNOWN}/documents")).good();
    let documents = told["documents"].as_array().expect("a list");
    assert_eq!(documents.len(), 16, "{told}");
    for document in documents {
        let answer = served.get(document["path"].as_str().expect("a path"));
        assert_eq!(answer.status, 200, "{document}: {}", answer.text());
        assert!(answer.body.len() > 100 || document["format"] == "rttm", "{document}");
    }
    assert!(served.get(&format!("/api/v1/meetings/{KNOWN}/documents/pdf")).body.starts_with(b"%PDF"));
    assert_eq!(served.get(&format!("/api/v1/meetings/{KNOWN}/documents/odt")).code(404), "page.error.format");
}

#[test]
fn of_a_closed_meeting_nothing_is_given_out_for_publication() {
    let root = known();
    let path = root.path().join(KNOWN).join("rapat.toml");
    let text = fs::read_to_string(&path).expect("read").replace("sifat = \"terbuka\"", "sifat = \"tertutup\"");
    fs::write(&path, text).expect("written");
    let served = Served::new(root.path());
    for format in ["akn", "tei", "srt", "vtt"] {
        assert_eq!(served.get(&format!("/api/v1/meetings/{KNOWN}/documents/{format}")).status, 403, "{format}");
    }
    assert_eq!(served.get(&format!("/api/v1/meetings/{KNOWN}/documents/txt")).status, 200);
}

#[test]
fn the_description_has_every_route_and_the_routes_are_those_of_the_description() {
    let root = known();
    let served = Served::new(root.path());
    let told = served.get("/api/openapi.json").good();
    let paths = told["paths"].as_object().expect("paths");
    assert!(paths.len() >= 19, "{}", paths.len());
    for (path, methods) in paths {
        let filled = path
            .replace("{id}", KNOWN)
            .replace("{turn}", "1-1-2-3")
            .replace("{format}", "txt")
            .replace("{job}", "1")
            .replace("{passage}", "0")
            .replace("{parcel}", "0")
            .replace("{number}", "1")
            .replace("{line}", "1")
            .replace("{person}", "siti")
            .replace("{file}", "tidak-ada");
        for method in methods.as_object().expect("methods").keys() {
            // It needs nothing but to be asked, and then begins to record.
            if method == "post" && path.ends_with("/recording") {
                continue;
            }
            let answer = served.ask(&method.to_uppercase(), &filled, None);
            // It is there: whatever it says of an empty request, it is not that there is no such address or
            // method.
            assert_ne!(answer.status, 405, "{method} {path}");
            assert!(answer.status < 500, "{method} {path}: {}", answer.text());
            let code = if answer.status >= 400 {
                answer.json()["code"].as_str().unwrap_or_default().to_owned()
            } else {
                String::new()
            };
            assert!(code != "page.error.nothing" || path.ends_with("{file}"), "{method} {path}");
        }
        let undescribed =
            ["get", "post", "put", "delete", "patch"].into_iter().filter(|method| methods.get(method).is_none());
        for method in undescribed {
            let answer = served.ask(&method.to_uppercase(), &filled, None);
            assert_eq!(answer.status, 405, "{method} {path} is not described");
        }
    }
    // Every handler of the sources is among them.
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console/api");
    let files = fs::read_dir(sources).expect("sources");
    let texts: Vec<String> =
        files.map(|entry| fs::read_to_string(entry.expect("a file").path()).expect("text")).collect();
    let described: usize = texts.iter().map(|text| text.matches("#[utoipa::path(").count()).sum();
    // Of two schemas of one name the description would have one.
    let derived = texts.iter().flat_map(|text| text.split("ToSchema)]").skip(1));
    let declared = derived.filter_map(|text| {
        let line = text.lines().find(|line| line.contains("struct ") || line.contains("enum "))?;
        line.split_once("struct ").or_else(|| line.split_once("enum ")).map(|(_, name)| name)
    });
    let names: Vec<&str> =
        declared.map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()).collect();
    for name in &names {
        assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "two schemas are called {name}");
    }
    let methods: usize = paths.values().map(|methods| methods.as_object().map_or(0, serde_json::Map::len)).sum();
    assert_eq!(described, methods);
}
