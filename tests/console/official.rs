//! From editing to the signed document.

use std::fs;

use serde_json::{Value, json};

use super::meetings::{KNOWN, known};
use super::server::Served;

fn ask(served: &Served, method: &str, what: &str, body: Option<&Value>) -> super::server::Answer {
    served.ask(method, &format!("/api/v1/meetings/{KNOWN}/{what}"), body)
}

fn heard(served: &Served) {
    let turns = ask(served, "GET", "turns", None).good();
    for turn in turns["turns"].as_array().expect("turns").iter().filter(|turn| turn["to_hear"] == true) {
        let body = json!({ "by": "Sari", "revision": turn["revision"] });
        let path = format!("turns/{}/heard", turn["id"].as_str().expect("an id"));
        ask(served, "PUT", &path, Some(&body)).good();
    }
}

fn advanced(served: &Served) {
    for (to, note) in [("sementara", None), ("koreksi", None), ("verifikasi", Some("semua pembicara sudah setuju"))] {
        let body = json!({ "to": to, "by": "Sari", "note": note });
        assert_eq!(ask(served, "POST", "advance", Some(&body)).good()["state"], to);
    }
}

/// Brings the record of the known meeting to the gate.
pub fn verified(served: &Served) {
    heard(served);
    advanced(served);
}

#[test]
fn what_is_missing_is_told_with_its_place_until_the_record_is_official() {
    let root = known();
    let served = Served::new(root.path());
    let state = ask(&served, "GET", "state", None).good();
    assert_eq!(state["state"], "penyuntingan");
    let missing = state["missing"].as_array().expect("a list");
    let codes: Vec<&str> = missing.iter().filter_map(|one| one["code"].as_str()).collect();
    assert_eq!(codes, ["status.unheard", "status.flagged", "status.not_verified"], "{state}");
    assert_eq!(missing[0]["at"], "00:00:15");
    heard(&served);
    let early = json!({ "signed_by": "bambang", "number": "170/12/DPRD/2026" });
    let refused = ask(&served, "POST", "finalize", Some(&early));
    assert_eq!(refused.code(409), "status.hindered");
    assert_eq!(refused.json()["missing"][0]["code"], "status.not_verified");
    let wrong = json!({ "to": "arsip", "by": "Sari" });
    assert_eq!(ask(&served, "POST", "advance", Some(&wrong)).code(409), "status.no_way");
    advanced(&served);
    let made = ask(&served, "POST", "finalize", Some(&early)).good();
    assert_eq!((made["edition"].as_u64(), made["files"].as_array().map(Vec::len)), (Some(1), Some(5)), "{made}");
    let documents = ask(&served, "GET", "documents", None).good();
    let official = documents["official"].as_array().expect("a list");
    assert_eq!(official.len(), 4, "{documents}");
    for one in official {
        let file = one["file"].as_str().expect("a name");
        let answer = served.get(one["path"].as_str().expect("a path"));
        assert_eq!(answer.body, fs::read(root.path().join(KNOWN).join(file)).expect("read"), "{file}");
    }
    assert_eq!(ask(&served, "GET", "state", None).good()["edition"], 1);
    // One that is no longer what was signed is not given out as such.
    let path = root.path().join(KNOWN).join("risalah-resmi.pdf");
    fs::remove_file(&path).expect("removed");
    fs::write(&path, b"lain").expect("written");
    assert_eq!(ask(&served, "GET", "official/risalah-resmi.pdf", None).status, 409);
}

#[test]
fn a_new_meeting_is_written_as_a_person_would_and_asked_for_what_is_wrong() {
    let root = known();
    let served = Served::new(root.path());
    let new = json!({
        "kind": "komisi", "nature": "terbuka", "date": "9 Maret 2027", "zone": "WITA", "sequence": 3,
        "place": "Ruang \"Komisi\" \\ II", "agenda": ["Satu", "Dua"], "letterhead": ["DPRD"], "city": "Contoh",
        "chair": "Drs. Andi Rahman", "secretary": "Budi", "seats": ["Drs. Andi Rahman", "", "mimbar"],
    });
    let made = served.ask("POST", "/api/v1/meetings", Some(&new));
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["id"].as_str().expect("a name").to_owned();
    assert_eq!(id, "2027-03-09-komisi-3");
    let text = fs::read_to_string(root.path().join(&id).join("rapat.toml")).expect("written");
    assert!(text.contains("# ") && text.contains("2027-03-09"), "{text}");
    let one = served.get(&format!("/api/v1/meetings/{id}")).good();
    assert_eq!(
        (one["agenda"][1].as_str(), one["microphones"].as_array().map(Vec::len)),
        (Some("Dua"), Some(2)),
        "{one}"
    );
    let again = served.ask("POST", "/api/v1/meetings", Some(&new)).good();
    assert_eq!(again["id"], "2027-03-09-komisi-3-2");
    for (wrong, field) in [
        (json!({ "kind": "komisi" }), "date"),
        (json!({ "kind": "komisi", "date": "31-2-2027" }), "date"),
        (json!({ "kind": "pesta", "date": "2027-03-09" }), "kind"),
        (json!({ "kind": "komisi", "date": "2027-03-09", "zone": "UTC" }), "zone"),
        (json!({ "kind": "komisi", "date": "2027-03-09", "nature": "biasa" }), "nature"),
    ] {
        let refused = served.ask("POST", "/api/v1/meetings", Some(&wrong));
        assert_eq!(refused.code(422), format!("page.error.field.{field}"));
        assert_eq!(refused.json()["field"], field);
    }
    let folders = fs::read_dir(root.path()).expect("a folder").flatten().filter(|entry| entry.path().is_dir());
    assert_eq!(folders.count(), 3);
}
