//! What is due by the retention schedule, and what is decided of it through the page.

use std::fs;

use serde_json::{Value, json};

use super::meetings::{KNOWN, known};
use super::server::{Answer, Served};

pub const SCHEDULE: &str = "
[[retensi]]
berkas = \"rekaman\"
masa = \"1 hari\"
sesudah = \"rapat\"
nasib = \"dinilai\"

[[retensi]]
berkas = \"naskah\"
masa = \"1 hari\"
sesudah = \"rapat\"
nasib = \"musnah\"
";

fn ask(served: &Served, method: &str, what: &str, body: &Value) -> Answer {
    served.ask(method, &format!("/api/v1/meetings/{KNOWN}/{what}"), Some(body))
}

fn decide(served: &Served, file: &str, decision: &str, more: &Value) -> Answer {
    let mut body = json!({ "file": file, "decision": decision, "by": "Sari", "reason": "BA 3" });
    for (key, value) in more.as_object().expect("fields") {
        body[key] = value.clone();
    }
    ask(served, "POST", "retention", &body)
}

/// Kinds of files that are due, and whether they may be destroyed.
fn listed(served: &Served) -> Vec<(String, bool)> {
    let due = served.get("/api/v1/retention?on=2026-04-01").good();
    let item = |item: &Value| {
        assert_eq!((&item["meeting"], &item["due"]), (&KNOWN.into(), &"2026-03-11".into()));
        (item["file"].as_str().expect("a kind").to_owned(), item["may_be_destroyed"] == true)
    };
    due["items"].as_array().expect("items").iter().map(item).collect()
}

fn make_official(served: &Served) {
    let turns = served.get(&format!("/api/v1/meetings/{KNOWN}/turns")).good();
    for turn in turns["turns"].as_array().expect("turns").iter().filter(|turn| turn["to_hear"] == true) {
        let path = format!("turns/{}/heard", turn["id"].as_str().expect("an id"));
        ask(served, "PUT", &path, &json!({ "by": "Sari", "revision": turn["revision"] })).good();
    }
    for (to, note) in [("sementara", None), ("koreksi", None), ("verifikasi", Some("setuju"))] {
        ask(served, "POST", "advance", &json!({ "to": to, "by": "Sari", "note": note })).good();
    }
    ask(served, "POST", "finalize", &json!({ "signed_by": "bambang", "number": "170/12/DPRD/2026" })).good();
}

#[test]
fn what_is_due_is_decided_by_a_person_and_kept() {
    let root = known();
    fs::write(root.path().join("lembaga.toml"), SCHEDULE).expect("written");
    let folder = root.path().join(KNOWN);
    fs::write(folder.join("transkrip.txt"), "naskah").expect("written");
    let served = Served::new(root.path());
    let kind = |kind: &str, may| (kind.to_owned(), may);
    assert_eq!(served.get("/api/v1/retention?on=2026-03-10").good()["items"], json!([]));
    assert_eq!(listed(&served), [kind("rekaman", false), kind("naskah", false)]);
    assert_eq!(decide(&served, "naskah", "destroy", &json!({})).code(409), "retention.not_official");

    make_official(&served);
    assert_eq!(listed(&served), [kind("rekaman", true), kind("naskah", true)]);
    assert_eq!(decide(&served, "naskah", "destroy", &json!({ "reason": " " })).code(422), "retention.no_reason");
    assert_eq!(decide(&served, "naskah", "destroy", &json!({ "by": null })).code(422), "status.nameless");
    assert_eq!(decide(&served, "suara", "keep", &json!({})).code(422), "page.error.file_kind");
    assert_eq!(decide(&served, "risalah", "destroy", &json!({})).code(409), "retention.record_kept");
    assert_eq!(decide(&served, "naskah", "keep", &json!({ "until": "kelak" })).code(422), "search.not_a_date");

    let kept = decide(&served, "rekaman", "keep", &json!({ "until": "2199-01-01" })).good();
    assert_eq!(kept["decision"], "keep");
    assert_eq!(listed(&served), [kind("naskah", true)]);
    assert_eq!(decide(&served, "rekaman", "destroy", &json!({})).code(409), "retention.not_due");
    assert!(folder.join("rekaman/000001.wav").is_file());

    let gone = decide(&served, "naskah", "destroy", &json!({})).good();
    assert!(gone["destroyed"].as_u64().is_some_and(|count| count >= 1), "{gone}");
    assert!(!folder.join("transkrip.txt").exists() && folder.join("risalah-resmi.pdf").is_file());
    assert_eq!(listed(&served), []);
    let log = fs::read_to_string(folder.join("keputusan-retensi.jsonl")).expect("kept");
    assert_eq!(log.lines().count(), 2);
    assert!(log.contains("\"by\":\"Sari\"") && log.contains("transkrip.txt"), "{log}");
}
