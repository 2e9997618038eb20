//! A recording that runs is steered by subcommands; what is missing for its record is said in time.

use e_risalah::meeting::EventKind;
use e_risalah::recording::{Entered, Fact};

use crate::room::{Running, closed, recorded, recorder, risalah, run, stderr, text, tone};

fn json(output: &std::process::Output) -> serde_json::Value {
    let line = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(line.trim()).unwrap_or_else(|_| panic!("{line}{}", stderr(output)))
}

#[test]
fn a_recording_is_steered_by_subcommands() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("rapat");
    let mut running = Running::start(&mut recorder(place.path(), &folder, None, &tone(place.path(), 60, 2), 1.0));
    recorded(&folder, 8_000);

    let status = run(&["rekam", "keadaan", text(&folder), "--json"]);
    assert_eq!(json(&status)["format"]["channels"], 2);
    let entered = run(&["record", "event", text(&folder), "palu:3", "--json"]);
    assert_eq!(entered.status.code(), Some(0), "{}", stderr(&entered));
    let told = json(&entered);
    assert_eq!((&told["entered"], &told["value"]["gavel"]), (&"event".into(), &3.into()), "{told}");
    assert!(told["at"].as_u64().is_some_and(|at| at > 0) && told["time"].is_string(), "{told}");
    assert!(run(&["rekam", "peristiwa", text(&folder), "catatan:salah"]).status.success());
    let withdrawn = json(&run(&["rekam", "peristiwa", text(&folder), "batal", "--json"]));
    assert_eq!(withdrawn["value"]["note"], "salah", "{withdrawn}");
    let list = json(&run(&["record", "event", text(&folder), "help", "--json"]));
    assert!(list["events"].as_array().is_some_and(|events| events.len() > 10), "{list}");

    let wrong = run(&["record", "event", text(&folder), "tutub"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        stderr(&wrong).contains("Apakah maksud Anda 'tutup'?") && stderr(&wrong).contains("palu[:KALI]"),
        "{}",
        stderr(&wrong)
    );

    let mut attached = Running::start(&mut risalah(&["rekam", "tampilkan", text(&folder), "-q"]));
    let stopped = run(&["record", "stop", text(&folder), "--json"]);
    assert_eq!(stopped.status.code(), Some(0), "{}", stderr(&stopped));
    let told = json(&stopped);
    let growth = closed(&folder);
    assert_eq!((told["frames"].as_u64(), &told["end"]), (growth.length(), &serde_json::json!("asked")), "{told}");
    assert_eq!((&told["lost"], &told["warnings"]), (&serde_json::json!(0), &serde_json::json!([])), "{told}");
    assert!(attached.0.wait().expect("it ends").code().is_some());
    assert!(running.0.wait().expect("it ends").success());
    let is_gavel = |fact: &Fact| matches!(fact, Fact::Event { entered: Entered::Event(EventKind::Gavel(3)), .. });
    assert!(growth.ledger().facts.iter().any(is_gavel));
}

#[test]
fn the_flags_and_subcommands_exclude_each_other() {
    for args in [
        vec!["record", "--stop", "--status", "-o", "."],
        vec!["record", "-o", ".", "stop", "."],
        vec!["record", "--stop", "--conference", "7000"],
        vec!["record", "event", "."],
    ] {
        assert_eq!(run(&args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn before_an_error_nothing_is_said_of_a_missing_description() {
    let place = tempfile::tempdir().expect("a folder");
    let refused = run(&["rekam", "--source", "/tidak/ada.wav", "-o", text(&place.path().join("rapat"))]);
    assert!(!refused.status.success());
    let told = stderr(&refused);
    assert!(told.contains("/tidak/ada.wav") && !told.contains("risalah baru"), "{told}");
}
