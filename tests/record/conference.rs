//! A conference system that speaks while it is recorded.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use e_risalah::common::clock::Channel;
use e_risalah::conference::Change;
use e_risalah::record::recorder::Reply;
use e_risalah::recording::{Entered, Fact, folder_of};

use crate::room::{Running, closed, recorded, risalah, run, stderr, text, tone};

#[test]
fn what_the_system_says_stands_in_the_ledger_at_its_sample() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 2);
    let folder = place.path().join("rapat");
    let mut desk = Running::start(&mut risalah(&[
        "rekam",
        "--source",
        text(&file),
        "--conference",
        "0",
        "-o",
        text(&folder),
        "--quiet",
    ]));
    recorded(&folder, 8_000);
    let address = fs::read_to_string(folder_of(&folder).join("kendali.json")).expect("an address");
    let address: serde_json::Value = serde_json::from_str(&address).expect("JSON");
    let port = address["conference"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");

    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    let mut answers = BufReader::new(stream.try_clone().expect("a copy"));
    let mut say = |line: &str| -> Reply {
        stream.write_all(line.as_bytes()).and_then(|()| stream.write_all(b"\n")).expect("said");
        let mut answer = String::new();
        answers.read_line(&mut answer).expect("answered");
        serde_json::from_str(&answer).expect("a reply")
    };
    let mut entered = Vec::new();
    for line in [
        "{\"kanal\":2,\"peristiwa\":\"minta\"}",
        "bukan JSON",
        "{\"kanal\":2,\"peristiwa\":\"nyala\",\"waktu\":\"10:00:00\"}",
        "{\"kanal\":99,\"peristiwa\":\"nyala\"}",
        "{\"kanal\":2,\"peristiwa\":\"duduk\",\"orang\":\"surya\"}",
        &"x".repeat(200_000),
        "{\"kanal\":2,\"peristiwa\":\"mati\"}",
    ] {
        match say(line) {
            Reply::Entered { at } => entered.push(at),
            Reply::Refused { reason } => assert!(!line.contains("\"kanal\":2"), "{line:.60}: {reason:?}"),
            other => panic!("{line:.60}: {other:?}"),
        }
    }
    assert_eq!(entered.len(), 4);
    assert!(run(&["rekam", "--stop", "-o", text(&folder)]).status.success());
    assert!(desk.0.wait().expect("the desk ends").success());

    let growth = closed(&folder);
    let facts = growth.ledger().facts.iter();
    let events: Vec<_> = facts
        .filter_map(|fact| match fact {
            Fact::Event { at, entered, .. } => Some((*at, entered.clone())),
            _ => None,
        })
        .collect();
    let channel = Channel::new(2).expect("a channel");
    let changed = |change| Entered::Microphone { channel, change };
    let expected = [
        changed(Change::Requested),
        changed(Change::On),
        Entered::Seated { channel, person: Some("surya".to_owned()) },
        changed(Change::Off),
    ];
    assert_eq!(events, entered.into_iter().zip(expected).collect::<Vec<_>>());
    assert_eq!(growth.ledger().conference(growth.clock()).len(), 3);
}

#[test]
fn a_port_that_is_taken_is_said_before_a_recording_begins() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 5, 1);
    let folder = place.path().join("rapat");
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let output = run(&["rekam", "--source", text(&file), "--conference", &port, "-o", text(&folder)]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains(&port), "{}", stderr(&output));
    assert!(!folder_of(&folder).join("000001.wav").exists());
}
