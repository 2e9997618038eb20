//! Search in all meetings, through the API.

use std::fs;

use e_risalah::archive::FILE_NAME;

use super::meetings::{KNOWN, known, meeting};
use super::sample;
use super::server::Served;

const SEARCH: &str = "/api/v1/search";

#[test]
fn hits_say_where_they_were_said_and_lead_there() {
    let root = known();
    let served = Served::new(root.path());
    let told = served.get(&format!("{SEARCH}?q=anggaran")).good();
    assert_eq!((told["total"].as_u64(), told["meetings"].as_u64(), told["left"].as_u64()), (Some(1), Some(1), Some(0)));
    let hit = &told["hits"][0];
    assert_eq!((hit["meeting"].as_str(), hit["of"].as_str()), (Some(KNOWN), Some("current")), "{hit}");
    assert_eq!((hit["channel"].as_u64(), hit["time"].as_str()), (Some(2), Some("00:00:20")), "{hit}");
    assert_eq!(hit["page"], format!("/meetings/{KNOWN}#t=00:00:15"));
    assert_eq!(hit["parts"][0], serde_json::json!({ "text": "Anggarannya", "mark": true }));
    assert!(hit["speaker"].as_str().is_some_and(|speaker| speaker.contains("SITI AMINAH")), "{hit}");
    // The sound of the word, and the page.
    let (start, end) = (hit["start"].as_u64().expect("a sample"), hit["end"].as_u64().expect("a sample"));
    let sound = served.get(&format!("/api/v1/meetings/{KNOWN}/audio?channel=2&from={start}&to={end}"));
    assert_eq!(sound.status, 200);
    let decided = served.get(&format!("{SEARCH}?what=decisions&q=sampah")).good();
    assert_eq!(
        (decided["hits"][0]["of"].as_str(), decided["total"].as_u64()),
        (Some("decision"), Some(1)),
        "{decided}"
    );
    let like = served.get(&format!("{SEARCH}?q=rancengan")).good();
    assert_eq!((like["also"][0]["word"].as_str(), like["total"].as_u64()), (Some("rancangan"), Some(0)), "{like}");
    assert_eq!(like["also"][0]["hits"].as_array().map(Vec::len), Some(2));
    assert!(root.path().join(FILE_NAME).is_file());
}

#[test]
fn hits_are_narrowed_down_and_shown_page_by_page() {
    let root = known();
    let served = Served::new(root.path());
    let total = |query: &str| served.get(&format!("{SEARCH}?{query}")).good()["total"].as_u64();
    for (query, expected) in [
        ("q=rancangan", 2),
        ("q=rancangan&member=siti", 1),
        ("q=rancangan&fraksi=F-MLT", 1),
        ("q=rancangan&kind=komisi", 2),
        ("q=rancangan&kind=paripurna", 0),
        ("q=rancangan&from=2026-03-10&until=10-3-2026", 2),
        ("q=rancangan&from=2026-03-11", 0),
        ("q=rancangan&agenda=sampah", 2),
        ("q=rancangan&text=said", 2),
        ("q=rancangan&text=recognised&member=&from=", 2),
        ("q=%22rancangan%20ini%22%20NOT%20apakah", 1),
        ("what=amounts&q=anggaran", 1),
        ("what=items", 1),
        ("what=absent", 0),
    ] {
        assert_eq!(total(query), Some(expected), "{query}");
    }
    let second = served.get(&format!("{SEARCH}?q=rancangan&skip=1&limit=1")).good();
    assert_eq!((second["hits"].as_array().map(Vec::len), second["total"].as_u64()), (Some(1), Some(2)));
    assert!(second["hits"][0]["speaker"].as_str().is_some_and(|speaker| speaker.contains("SITI")), "{second}");
}

#[test]
fn meetings_that_come_and_change_are_found_and_closed_ones_are_not() {
    let root = known();
    let served = Served::new(root.path());
    let total = |query: &str| served.get(&format!("{SEARCH}?q={query}")).good()["total"].as_u64();
    assert_eq!(total("jembatan"), Some(0));
    let said = vec![sample::utterance(1, 20, 90, "Jembatan itu rusak.", &[])];
    meeting(&root.path().join("rapat & lain"), "[rapat]\njenis = \"komisi\"\n", said);
    let told = served.get(&format!("{SEARCH}?q=jembatan")).good();
    assert_eq!(told["hits"][0]["page"], "/meetings/rapat%20%26%20lain#t=00:00:02", "{told}");
    // A correction through the page is found with the next search.
    let turns = served.get(&format!("/api/v1/meetings/{KNOWN}/turns")).good();
    let turn = &turns["turns"][4];
    let body = serde_json::json!({ "by": "Sari", "revision": turn["revision"], "text": "Sidang saya tutup." });
    let path = format!("/api/v1/meetings/{KNOWN}/turns/{}/text", turn["id"].as_str().expect("an id"));
    served.ask("PUT", &path, Some(&body)).good();
    assert_eq!(total("sidang"), Some(1));
    let path = root.path().join("rapat & lain/rapat.toml");
    fs::write(&path, "[rapat]\njenis = \"komisi\"\nsifat = \"tertutup_rahasia\"\n").expect("written");
    let told = served.get(&format!("{SEARCH}?q=jembatan")).good();
    assert_eq!((told["total"].as_u64(), told["closed"].as_u64()), (Some(0), Some(1)));
    fs::write(&path, "[rapat").expect("written");
    let told = served.get(&format!("{SEARCH}?q=jembatan")).good();
    assert!(told["notes"][0]["what"].as_str().is_some_and(|what| what.contains("rapat & lain")), "{told}");
}

#[test]
fn whatever_is_asked_is_answered_with_hits_or_a_sentence() {
    let root = known();
    let served = Served::new(root.path());
    assert_eq!(served.get(SEARCH).code(422), "search.no_words");
    assert_eq!(served.get(&format!("{SEARCH}?q=%22%22%20%2A%20()")).code(422), "search.no_words");
    assert_eq!(served.get(&format!("{SEARCH}?q=NOT%20rapat")).code(422), "search.only_not");
    assert_eq!(served.get(&format!("{SEARCH}?q=ra%2A")).code(422), "search.short_beginning");
    assert_eq!(served.get(&format!("{SEARCH}?q={}", "a".repeat(5_000))).code(422), "search.too_long");
    assert_eq!(served.get(&format!("{SEARCH}?q=rapat&from=kemarin")).code(422), "search.not_a_date");
    for wrong in ["kind=pesta", "what=semua", "limit=-1"] {
        let answer = served.get(&format!("{SEARCH}?q=rapat&{wrong}"));
        assert_eq!((answer.status, answer.json()["code"].as_str()), (422, Some("page.error.query")), "{wrong}");
    }
    assert_eq!(served.get(&format!("{SEARCH}?q=a&what=decisions&member=siti")).code(422), "search.no_speaker");
    // A megabyte does not fit into an address; whoever reads it first says so.
    let huge = served.get(&format!("{SEARCH}?q={}", "a".repeat(1 << 20)));
    assert!((400..500).contains(&huge.status), "{}", huge.status);
    for q in [
        "%22rapat",
        "rapat%00",
        "%00",
        "rapat%22%27%3B--",
        "same%3Arapat",
        "NEAR(a%20b)",
        "(((rapat",
        "%F0%9F%98%80",
        "%FF",
    ] {
        let answer = served.get(&format!("{SEARCH}?q={q}"));
        assert!(answer.status < 500, "{q}: {}", answer.text());
    }
    assert_eq!(served.get(&format!("{SEARCH}?q=rapat&limit=100000&skip=18446744073709551615")).status, 200);
    // An index that somebody damages.
    served.kill();
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(root.path().join(format!("{FILE_NAME}{ending}")));
    }
    fs::write(root.path().join(FILE_NAME), "rusak").expect("written");
    let again = Served::new(root.path());
    let told = again.get(&format!("{SEARCH}?q=rapat")).good();
    assert_eq!(
        (told["total"].as_u64(), told["notes"][0]["code"].as_str()),
        (Some(2), Some("search.damaged")),
        "{told}"
    );
}
