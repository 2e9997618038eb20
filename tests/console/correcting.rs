//! Corrections as layers.

use std::fs;
use std::process::Command;

use e_risalah::transcript::edit::{Change, Layer, Place, Source};
use e_risalah::transcript::store::Store;
use serde_json::{Value, json};

use super::meetings::{KNOWN, known};
use super::server::Served;

fn turns(served: &Served) -> Vec<Value> {
    let told = served.get(&format!("/api/v1/meetings/{KNOWN}/turns")).good();
    told["turns"].as_array().expect("turns").clone()
}

fn path(turn: &Value, what: &str) -> String {
    format!("/api/v1/meetings/{KNOWN}/turns/{}/{what}", turn["id"].as_str().expect("an id"))
}

#[test]
fn words_that_were_not_touched_keep_their_times() {
    let root = known();
    let served = Served::new(root.path());
    let before = turns(&served)[0].clone();
    let text = before["text"].as_str().expect("text").replace("nyatakan", "nyatakan resmi").replace("umum.", "publik.");
    let body = json!({ "by": "Sari", "revision": before["revision"], "text": text });
    let changed = served.ask("PUT", &path(&before, "text"), Some(&body)).good();
    assert_eq!(changed["edits"].as_array().map(Vec::len), Some(2), "{changed}");
    let after = &changed["turns"][0];
    assert_eq!(after["text"], text);
    let time = |turn: &Value, word: &str| {
        let words = turn["words"].as_array().expect("words");
        words.iter().find(|one| one["text"] == word).map(|one| (one["start"].clone(), one["end"].clone()))
    };
    for word in ["Rapat", "komisi", "saya", "nyatakan", "dibuka", "dan", "terbuka", "untuk"] {
        assert_eq!(time(&before, word), time(after, word), "{word}");
    }
    assert!(time(after, "publik.").is_some());
    // Nothing new is nothing laid.
    let again = json!({ "by": "Sari", "revision": after["revision"], "text": format!("  {text} ") });
    assert_eq!(served.ask("PUT", &path(&before, "text"), Some(&again)).good()["edits"], json!([]));
    let history = served.get(&path(&before, "history")).good();
    let last = &history["edits"].as_array().expect("edits")[0];
    assert_eq!((last["by"].as_str(), last["counts"].as_bool()), (Some("Sari"), Some(true)), "{history}");
    // Taken back, it is as it was recognised.
    let undo = json!({ "by": "Sari", "edits": changed["edits"] });
    let back = served.ask("POST", &format!("/api/v1/meetings/{KNOWN}/undo"), Some(&undo)).good();
    assert_eq!((&back["turns"][0]["text"], &back["turns"][0]["words"]), (&before["text"], &before["words"]));
}

#[test]
fn two_who_correct_the_same_state_are_shown_both_texts() {
    let root = known();
    let served = Served::new(root.path());
    let turn = turns(&served)[3].clone();
    let send = |text: &str| {
        let body = json!({ "by": "Sari", "revision": turn["revision"], "text": text });
        served.ask("PUT", &path(&turn, "text"), Some(&body))
    };
    assert_eq!(send("Kami menyetujui rancangan itu.").status, 200);
    let refused = send("Kami menolak rancangan ini.");
    assert_eq!(refused.code(409), "page.error.conflict");
    let told = refused.json();
    assert_eq!(told["current"]["text"], "Kami menyetujui rancangan itu.");
    assert_eq!(told["yours"], "Kami menolak rancangan ini.");
    assert_eq!(turns(&served)[3]["text"], "Kami menyetujui rancangan itu.");
}

#[test]
fn a_speaker_is_changed_here_or_everywhere() {
    let root = known();
    let served = Served::new(root.path());
    let all = turns(&served);
    let body = json!({ "by": "Sari", "revision": all[0]["revision"], "speaker": "mariana", "everywhere": true });
    let changed = served.ask("PUT", &path(&all[0], "speaker"), Some(&body)).good();
    assert_eq!(changed["edits"].as_array().map(Vec::len), Some(3), "{changed}");
    let now = turns(&served);
    let ids: Vec<&str> = now.iter().map(|turn| turn["speaker"]["id"].as_str().unwrap_or_default()).collect();
    assert_eq!(ids, ["mariana", "siti", "mariana", "siti", "mariana"]);
    let body = json!({ "by": "Sari", "revision": now[1]["revision"], "speaker": "tidakada" });
    assert_eq!(served.ask("PUT", &path(&now[1], "speaker"), Some(&body)).code(422), "record.objection.unknown");
    let body = json!({ "by": "Sari", "revision": now[1]["revision"], "speaker": "unknown" });
    served.ask("PUT", &path(&now[1], "speaker"), Some(&body)).good();
    assert_eq!(turns(&served)[1]["speaker"]["by"], "unknown");
}

#[test]
fn what_was_heard_waits_no_longer_and_what_is_left_out_has_no_words() {
    let root = known();
    let served = Served::new(root.path());
    let all = turns(&served);
    let body = json!({ "by": "Sari", "revision": all[1]["revision"] });
    served.ask("PUT", &path(&all[1], "heard"), Some(&body)).good();
    let told = served.get(&format!("/api/v1/meetings/{KNOWN}/turns")).good();
    assert_eq!((told["to_hear"].as_u64(), told["heard"].as_u64()), (Some(1), Some(1)));
    let nameless = json!({ "by": " ", "revision": all[2]["revision"] });
    assert_eq!(served.ask("PUT", &path(&all[2], "heard"), Some(&nameless)).code(422), "status.nameless");
    let undecided = json!({ "by": "Sari", "revision": all[2]["revision"], "decision": "" });
    assert_eq!(served.ask("PUT", &path(&all[2], "omitted"), Some(&undecided)).status, 409);
    let decided = json!({ "by": "Sari", "revision": all[2]["revision"], "decision": "Keputusan rapat" });
    let changed = served.ask("PUT", &path(&all[2], "omitted"), Some(&decided)).good();
    let turn = &changed["turns"][0];
    assert_eq!((turn["omitted"].as_bool(), turn["text"].as_str()), (Some(true), Some("")));
    let body = json!({ "by": "Sari", "revision": turn["revision"], "text": "Lain." });
    assert_eq!(served.ask("PUT", &path(&all[2], "text"), Some(&body)).code(409), "page.error.omitted");
    let since = served
        .get(&format!("/api/v1/meetings/{KNOWN}/turns?since={}", changed["edits"][0].as_u64().expect("a number") - 1))
        .good();
    assert_eq!(since["turns"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_nobody_typed_is_no_correction() {
    let root = known();
    let served = Served::new(root.path());
    let turn = turns(&served)[4].clone();
    let long = "a ".repeat(150_000);
    for (body, status) in [
        (json!({ "by": "Sari", "revision": turn["revision"], "text": long }), 422),
        (json!({ "by": "S".repeat(600), "revision": turn["revision"], "text": "x" }), 422),
        (json!({ "by": "Sari", "revision": turn["revision"], "text": "x", "lain": 1 }), 422),
        (json!({ "by": "Sari", "revision": -1, "text": "x" }), 422),
        (json!({ "by": "Sari", "revision": 99, "text": "x" }), 409),
    ] {
        assert_eq!(served.ask("PUT", &path(&turn, "text"), Some(&body)).status, status, "{body:.80}");
    }
    let body = json!({ "by": "Sari", "revision": turn["revision"], "text": "Rapat\u{0} saya\n<b>tutup</b>\u{7}." });
    let changed = served.ask("PUT", &path(&turn, "text"), Some(&body)).good();
    assert_eq!(changed["turns"][0]["text"], "Rapat saya <b>tutup</b>.");
    let undo = json!({ "by": "Sari", "edits": [4711] });
    assert_eq!(served.ask("POST", &format!("/api/v1/meetings/{KNOWN}/undo"), Some(&undo)).code(404), "edit.no_edit");
}

#[test]
fn words_of_another_person_stand_under_their_name() {
    let root = known();
    let served = Served::new(root.path());
    let turn = turns(&served)[1].clone();
    let text = turn["text"].as_str().expect("a text");
    let range = json!({ "from": 3, "until": 8 });
    let body = json!({ "by": "Sari", "revision": turn["revision"], "speaker": "mariana", "words": range });
    let changed = served.ask("PUT", &path(&turn, "speaker"), Some(&body)).good();
    let told = &changed["turns"][0];
    assert_eq!((told["text"].as_str(), &told["speaker"]["id"]), (Some(text), &turn["speaker"]["id"]));
    assert_eq!(told["passages"][0]["id"], "mariana", "{told}");
    // In the record it is a turn of its own; the words before it stay with who sits there.
    let record = served.get(&format!("/api/v1/meetings/{KNOWN}/documents/txt")).text();
    let place = |what: &str| record.find(what).unwrap_or_else(|| panic!("no {what} in {record}"));
    assert!(place("Terima kasih, Pimpinan.") < place("Anggarannya"), "{record}");
    let between = &record[place("Terima kasih, Pimpinan.")..place("Anggarannya")];
    assert!(between.to_lowercase().contains("mariana"), "{between}");
    let outside = json!({ "by": "Sari", "revision": told["revision"], "speaker": "unknown", "words": { "from": 3, "until": 99 } });
    assert_eq!(served.ask("PUT", &path(&turn, "speaker"), Some(&outside)).code(422), "page.error.words");
    let undo = json!({ "by": "Sari", "edits": changed["edits"] });
    let back = served.ask("POST", &format!("/api/v1/meetings/{KNOWN}/undo"), Some(&undo)).good();
    assert_eq!(back["turns"][0]["passages"], json!([]));
}

#[test]
fn what_is_kept_between_requests_is_what_a_new_server_reads() {
    let root = known();
    let served = Served::new(root.path());
    let same = |served: &Served| {
        // Of a copy, as one folder has one page.
        let copy = tempfile::tempdir().expect("a folder");
        let copied = Command::new("cp").arg("-r").arg(root.path().join(".")).arg(copy.path()).status();
        assert!(copied.is_ok_and(|copied| copied.success()));
        let fresh = Served::new(copy.path());
        let path = format!("/api/v1/meetings/{KNOWN}/turns");
        assert_eq!(served.get(&path).good(), fresh.get(&path).good());
    };
    let all = turns(&served);
    let put = |turn: &Value, what: &str, mut body: Value| {
        body["by"] = json!("Sari");
        body["revision"] =
            turns(&served)[all.iter().position(|one| one["id"] == turn["id"]).unwrap()]["revision"].clone();
        served.ask("PUT", &path(turn, what), Some(&body)).good()
    };
    let text = put(&all[1], "text", json!({ "text": "Terima kasih. Anggarannya Rp25 miliar untuk lima pasal dua." }));
    same(&served);
    put(&all[0], "speaker", json!({ "speaker": "mariana", "everywhere": true }));
    put(&all[2], "heard", json!({}));
    put(&all[3], "omitted", json!({ "decision": "Keputusan pimpinan" }));
    same(&served);
    let undo = json!({ "by": "Sari", "edits": text["edits"] });
    served.ask("POST", &format!("/api/v1/meetings/{KNOWN}/undo"), Some(&undo)).good();
    same(&served);
}

#[test]
fn what_others_change_is_seen_at_the_next_request() {
    let root = known();
    let folder = root.path().join(KNOWN);
    let served = Served::new(root.path());
    let before = turns(&served);
    // Another program corrects.
    let mut store = Store::open(&folder).expect("the store");
    let current = store.current().expect("its words");
    let layer = Layer {
        place: Place::of(current.version.number, &current.utterances[4]),
        change: Change::Text { at: 2, before: "tutup.".to_owned(), after: "tutup dengan hamdalah.".to_owned() },
        by: "Budi".to_owned(),
        when: "2026-03-10T12:00:00+08:00[Asia/Makassar]".parse().expect("a time"),
        why: None,
        source: Source::Person,
    };
    store.lay(&[layer]).expect("laid");
    drop(store);
    assert_eq!(turns(&served)[4]["text"], "Rapat saya tutup dengan hamdalah.");
    // A correction of ours stands on theirs.
    let body = json!({ "by": "Sari", "revision": before[4]["revision"], "text": "Rapat saya buka." });
    assert_eq!(served.ask("PUT", &path(&before[4], "text"), Some(&body)).code(409), "page.error.conflict");
    // Somebody changes the description, and gives the office a lexicon.
    let rapat = fs::read_to_string(folder.join("rapat.toml")).expect("read");
    let name = before[1]["speaker"]["name"].as_str().expect("a name");
    fs::write(folder.join("rapat.toml"), rapat.replace(name, "Siti Rahmah Baru")).expect("written");
    assert_eq!(turns(&served)[1]["speaker"]["name"], "Siti Rahmah Baru");
    fs::write(folder.join("leksikon.toml"), "nama = [\"Rapat Komisi\"]\n").expect("written");
    assert!(turns(&served)[0]["text"].as_str().is_some_and(|text| text.starts_with("Rapat Komisi saya")));
}
