//! Several people at one record: what was listened to, passages that are claimed, turns that are
//! joined, words for the lexicon.

use std::fs;

use serde_json::{Value, json};

use super::meetings::{KNOWN, known, meeting, words};
use super::sample;
use super::server::{Answer, Served};

fn ask(served: &Served, method: &str, what: &str, body: Option<&Value>) -> Answer {
    served.ask(method, &format!("/api/v1/meetings/{KNOWN}/{what}"), body)
}

fn turns(served: &Served) -> Vec<Value> {
    ask(served, "GET", "turns", None).good()["turns"].as_array().expect("turns").clone()
}

#[test]
fn what_was_played_is_kept_with_who_and_when() {
    let root = known();
    let served = Served::new(root.path());
    assert_eq!(ask(&served, "GET", "listened", None).good()["percent"], 0);
    let all = turns(&served);
    let (start, end) = (all[1]["start"].as_u64().expect("a start"), all[1]["end"].as_u64().expect("an end"));
    // The first half from its own microphone, the other from all of them.
    let half = u64::midpoint(start, end);
    let body = json!({ "by": "Sari", "passages": [
        { "channel": 2, "from": start, "to": half },
        { "channel": 1, "from": half, "to": end },
    ] });
    let told = ask(&served, "POST", "listened", Some(&body)).good();
    assert_eq!(told["turns"], json!([]), "another microphone is no part of it");
    let rest = json!({ "by": "Budi", "passages": [{ "from": half, "to": end }, { "from": 9, "to": 3 }] });
    let told = ask(&served, "POST", "listened", Some(&rest)).good();
    assert_eq!(told["turns"], json!([all[1]["id"]]), "{told}");
    let length = |turn: &Value| turn["end"].as_u64().expect("an end") - turn["start"].as_u64().expect("a start");
    let expected = length(&all[1]) * 100 / all.iter().map(length).sum::<u64>();
    assert_eq!(told["percent"].as_u64(), Some(expected), "{told}");
    let by: Vec<&str> =
        told["listeners"].as_array().expect("a list").iter().filter_map(|one| one["by"].as_str()).collect();
    assert_eq!(by, ["Sari", "Budi"]);
    // A mark counts as much, and is gone with it.
    let heard = json!({ "by": "Sari", "revision": all[0]["revision"] });
    let path = format!("turns/{}/heard", all[0]["id"].as_str().expect("an id"));
    let changed = ask(&served, "PUT", &path, Some(&heard)).good();
    let more = ask(&served, "GET", "listened", None).good();
    assert_eq!(more["turns"], json!([all[0]["id"], all[1]["id"]]));
    let list = || served.get("/api/v1/meetings").good()["meetings"][0]["listened"].clone();
    assert_eq!(list(), more["percent"], "the list says the same");
    let undo = json!({ "by": "Sari", "edits": changed["edits"] });
    let undone = ask(&served, "POST", "undo", Some(&undo)).good();
    assert_eq!(list(), told["percent"]);
    let again = json!({ "by": "Sari", "edits": undone["edits"] });
    ask(&served, "POST", "undo", Some(&again)).good();
    assert_eq!(list(), more["percent"]);
    // In the history of the turn, and only there.
    let history = |turn: &Value| {
        ask(&served, "GET", &format!("turns/{}/history", turn["id"].as_str().expect("an id")), None).good()
    };
    assert_eq!(history(&all[1])["listened"][0]["by"], "Sari");
    assert_eq!(history(&all[1])["listened"][1]["channel"], Value::Null);
    assert_eq!(history(&all[4])["listened"], json!([]));
    // It outlives the server.
    drop(served);
    let served = Served::new(root.path());
    assert_eq!(ask(&served, "GET", "listened", None).good(), more);
    let none = json!({ "by": " ", "passages": [] });
    assert_eq!(ask(&served, "POST", "listened", Some(&none)).status, 422);
    let nowhere = json!({ "by": "Sari", "passages": [{ "channel": 0, "from": 0, "to": 16_000 }] });
    assert_eq!(ask(&served, "POST", "listened", Some(&nowhere)).code(404), "page.error.channel");
}

#[test]
fn a_claim_is_told_and_a_save_into_it_is_kept_with_a_warning() {
    let root = known();
    let served = Served::new(root.path());
    let claim = |by: &str, passage: u64, release: bool| {
        let body = json!({ "by": by, "release": release });
        ask(&served, "PUT", &format!("claims/{passage}"), Some(&body))
    };
    let told = claim("Sari", 0, false).good();
    assert_eq!((&told["claims"][0]["by"], &told["claims"][0]["end"]), (&json!("Sari"), &json!(600 * 16_000)));
    assert_eq!(claim("Budi", 0, false).code(409), "page.error.claimed");
    assert_eq!(claim("Budi", 1, false).code(404), "page.error.no_passage", "the recording ends before");
    assert_eq!(claim("Budi", u64::MAX, false).code(404), "page.error.no_passage");
    let turn = turns(&served)[4].clone();
    let path = format!("turns/{}/text", turn["id"].as_str().expect("an id"));
    let save = |by: &str, text: &str, revision: &Value| {
        let body = json!({ "by": by, "revision": revision, "text": text });
        ask(&served, "PUT", &path, Some(&body)).good()
    };
    let changed = save("Budi", "Rapat saya tutup sekarang.", &turn["revision"]);
    assert_eq!(changed["claimed_by"], "Sari");
    assert_eq!(turns(&served)[4]["text"], "Rapat saya tutup sekarang.");
    let own = save("Sari", "Rapat saya tutup.", &changed["turns"][0]["revision"]);
    assert_eq!(own["claimed_by"], Value::Null);
    claim("Budi", 0, true).good();
    assert_eq!(ask(&served, "GET", "claims", None).good()["claims"][0]["by"], "Sari", "nobody else lets it go");
    assert_eq!(claim("Sari", 0, true).good()["claims"], json!([]));
}

#[test]
fn a_turn_is_joined_with_the_one_before_it_and_apart_again() {
    let root = known();
    let folder = root.path().join(KNOWN);
    fs::remove_dir_all(&folder).expect("removed");
    let mut said = words();
    // Three seconds of silence: a new paragraph, as it is recognised.
    said.insert(2, sample::utterance(2, 330, 390, "yang sudah disepakati.", &[]));
    meeting(&folder, include_str!("../status/rapat.toml"), said);
    let served = Served::new(root.path());
    let document = || ask(&served, "GET", "documents/txt", None).text();
    let all = turns(&served);
    let path = |turn: &Value| format!("turns/{}/joined", turn["id"].as_str().expect("an id"));
    let body = |turn: &Value| json!({ "by": "Sari", "revision": turn["revision"] });
    let apart = document();
    let changed = ask(&served, "PUT", &path(&all[2]), Some(&body(&all[2]))).good();
    assert_eq!(changed["turns"][0]["joined"], true, "{changed}");
    assert_eq!(changed["turns"][0]["words"], all[2]["words"], "no word moves");
    let lines = |text: &str| text.lines().filter(|line| !line.trim().is_empty()).count();
    let joined = document();
    assert!(lines(&joined) < lines(&apart), "{joined}");
    // Another microphone, or nothing before it.
    for turn in [&all[0], &all[1], &all[3]] {
        assert_eq!(ask(&served, "PUT", &path(turn), Some(&body(turn))).code(422), "page.error.not_next");
    }
    let undo = json!({ "by": "Sari", "edits": changed["edits"] });
    ask(&served, "POST", "undo", Some(&undo)).good();
    assert_eq!(document(), apart);
}

#[test]
fn a_word_for_the_lexicon_is_shown_with_what_it_changes_and_written_when_it_is_said_so() {
    let root = known();
    let served = Served::new(root.path());
    let path = root.path().join(KNOWN).join("leksikon.toml");
    fs::write(&path, "# daftar kami\nnama = [\n  \"Loa Janan\", # kecamatan\n]\n").expect("written");
    let query = "lexicon?before=rancangan%20ini&after=Rancangan%20Ini";
    let lesson = ask(&served, "GET", query, None).good();
    assert_eq!((&lesson["line"], &lesson["known"]), (&json!("nama = [\"Rancangan Ini\"]"), &json!(false)), "{lesson}");
    assert_eq!(lesson["count"], 2, "{lesson}");
    assert_eq!(lesson["turns"][0]["after"], "Apakah Rancangan Ini dapat disetujui?");
    assert!(!fs::read_to_string(&path).expect("read").contains("Rancangan"), "nothing is written by asking");
    assert_eq!(turns(&served)[2]["text"], "Apakah rancangan ini dapat disetujui?");
    let body = json!({ "by": "Sari", "before": "rancangan ini", "after": "Rancangan Ini" });
    ask(&served, "POST", "lexicon", Some(&body)).good();
    let text = fs::read_to_string(&path).expect("read");
    assert!(text.starts_with("# daftar kami\nnama = [\n  \"Loa Janan\", # kecamatan\n  \"Rancangan Ini\""), "{text}");
    assert_eq!(turns(&served)[2]["text"], "Apakah Rancangan Ini dapat disetujui?");
    assert_eq!(ask(&served, "GET", query, None).good()["known"], true);
    let common = json!({ "by": "Sari", "before": "setuju", "after": "menyetujui" });
    assert_eq!(ask(&served, "POST", "lexicon", Some(&common)).code(422), "page.error.no_lesson");
    fs::write(&path, "nama = 1\n").expect("written");
    assert_eq!(ask(&served, "POST", "lexicon", Some(&body)).status, 422);
    assert_eq!(fs::read_to_string(&path).expect("read"), "nama = 1\n");
}
