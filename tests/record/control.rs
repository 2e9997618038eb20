//! The line to a recorder: it keeps step, and nobody who takes all of it harms the recording.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;
use std::thread;

use e_risalah::meeting::EventKind;
use e_risalah::record::recorder::Client;
use e_risalah::recording::{Entered, Fact, folder_of};

use crate::room::{Running, closed, recorded, recorder, recorder_pid, samples, status, tone, until};

fn socket(folder: &Path) -> std::path::PathBuf {
    let address = fs::read_to_string(folder_of(folder).join("kendali.json")).expect("an address");
    let address: serde_json::Value = serde_json::from_str(&address).expect("JSON");
    address["socket"].as_str().expect("a socket").into()
}

fn end(recorder: &mut Running) -> Option<i32> {
    recorder.signal("-TERM");
    recorder.0.wait().expect("it ends").code()
}

#[test]
fn an_answer_that_comes_late_is_not_taken_for_that_of_the_next_question() {
    let place = tempfile::tempdir().expect("a folder");
    let (path, folder) = (place.path().join("soket"), place.path().join("rekaman"));
    fs::create_dir(&folder).expect("made");
    fs::write(folder.join("kendali.json"), serde_json::json!({ "socket": path, "pid": 1 }).to_string())
        .expect("written");
    let listener = UnixListener::bind(&path).expect("bound");
    let recorder = thread::spawn(move || {
        let mut keys = Vec::new();
        for caller in 0..2 {
            let (stream, _) = listener.accept().expect("a caller");
            let mut lines = BufReader::new(stream.try_clone().expect("a copy"));
            let mut line = String::new();
            while lines.read_line(&mut line).unwrap_or(0) > 0 {
                let call: serde_json::Value = serde_json::from_str(&line).expect("JSON");
                line.clear();
                keys.push(call["key"].clone());
                let id = call["id"].as_u64().expect("a number");
                // The first caller gets no answer in time. The second first gets one to a question of long ago.
                let said = if caller == 0 {
                    String::new()
                } else {
                    format!(
                        "{{\"id\":{},\"reply\":\"stopping\"}}\n{{\"id\":{id},\"reply\":\"entered\",\"at\":{id}}}\n",
                        id + 77
                    )
                };
                if (&stream).write_all(said.as_bytes()).is_err() {
                    break;
                }
            }
        }
        keys
    });
    let mut client = Client::reach(&folder).expect("reached");
    let entered = || Entered::Event(EventKind::Gavel(3));
    // Asked twice, once over each line, under one key; then a question of its own.
    assert_eq!(client.enter(entered(), 0).expect("entered"), 2);
    assert_eq!(client.enter(entered(), 0).expect("entered"), 3);
    drop(client);
    let keys = recorder.join().expect("joined");
    assert_eq!(keys.len(), 3);
    assert!(keys[0].is_string() && keys[0] == keys[1] && keys[1] != keys[2], "{keys:?}");
}

#[test]
fn what_is_asked_for_twice_under_one_key_is_entered_once_even_by_a_recorder_that_was_started_again() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 120, 1);
    let folder = place.path().join("rapat");
    let mut first = Running::start(&mut recorder(place.path(), &folder, None, &file, 1.0));
    recorded(&folder, 8_000);
    let say = |line: &str| {
        let mut stream = UnixStream::connect(socket(&folder)).expect("reached");
        stream.write_all(line.as_bytes()).expect("said");
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).expect("answered");
        serde_json::from_str::<serde_json::Value>(&answer).expect("JSON")
    };
    let gavel = "{\"id\":5,\"request\":\"enter\",\"entered\":\"event\",\"value\":{\"gavel\":3},\"key\":\"k-1\"}\n";
    let answers = [say(gavel), say(gavel)];
    assert_eq!(answers[0]["reply"], "entered");
    assert_eq!(answers[0], answers[1]);
    first.signal("-KILL");
    first.0.wait().expect("gone");
    let mut second = Running::start(&mut crate::room::resuming(place.path(), &folder, &file, 1.0));
    until("the second", || status(&folder));
    assert_eq!(say(gavel)["at"], answers[0]["at"]);
    recorded(&folder, status(&folder).expect("it answers").received + 8_000);
    end(&mut second);
    let growth = closed(&folder);
    let events = growth.ledger().facts.iter().filter(|fact| matches!(fact, Fact::Event { .. })).count();
    assert_eq!(events, 1);
}

#[test]
fn callers_that_say_nothing_take_neither_the_recorder_nor_its_files() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 60, 1);
    let folder = place.path().join("rapat");
    let mut recorder = Running::start(&mut recorder(place.path(), &folder, None, &file, 1.0));
    recorded(&folder, 4_000);
    let silent: Vec<UnixStream> = (0..60).map(|_| UnixStream::connect(socket(&folder)).expect("reached")).collect();
    // Those for whom there is no place are sent away at once.
    let mut refused = String::new();
    BufReader::new(silent.last().expect("one")).read_line(&mut refused).expect("answered");
    assert!(refused.contains("busy"), "{refused}");
    let files = fs::read_dir(format!("/proc/{}/fd", recorder_pid(&folder))).expect("its files").count();
    assert!(files < 50, "{files} files are open");
    // The others after a while: somebody is heard again while they all still hold on.
    until("an answer", || status(&folder));
    let mut rest = String::new();
    BufReader::new(&silent[0]).read_to_string(&mut rest).expect("ended");
    assert_eq!(rest, "");
    assert_eq!(end(&mut recorder), Some(0));
}

#[test]
fn without_a_file_to_spare_for_callers_the_next_segment_is_begun() {
    let place = tempfile::tempdir().expect("a folder");
    let file = tone(place.path(), 200, 1);
    let folder = place.path().join("rapat");
    let usual = recorder(place.path(), &folder, None, &file, 20.0);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 20 && exec \"$0\" recorder"]).arg(usual.get_program());
    limited.stdin(fs::File::open(place.path().join("perintah.json")).expect("opened"));
    let mut recorder = Running::start(&mut limited);
    recorded(&folder, 8_000);
    let path = socket(&folder);
    let done = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut held = Vec::new();
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                held.extend(UnixStream::connect(&path));
                if held.len() > 200 {
                    held.clear();
                }
                thread::sleep(std::time::Duration::from_millis(2));
            }
        });
        let code = recorder.0.wait().expect("it ends").code();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(code, Some(0));
    });
    assert_eq!(samples(&folder), samples(&file));
}
