//! What is wrong with microphones is told while it is recorded: by the recogniser to the recorder,
//! and by that to everybody.

use e_risalah::common::alarm::Alarm;
use e_risalah::common::clock::Channel;
use e_risalah::record::recorder::Client;
use e_risalah::recording::{Entered, folder_of};

use crate::room::{Running, closed, recorded, risalah, run, status, stderr, text, twins, until};

#[test]
fn two_identical_channels_are_told_while_it_is_recorded_and_stand_in_the_ledger_once() {
    let place = tempfile::tempdir().expect("a folder");
    let file = twins(place.path());
    let folder = place.path().join("rapat");
    let mut desk = Running::start(&mut risalah(&["rekam", "--source", text(&file), "-o", text(&folder), "--quiet"]));
    recorded(&folder, 16_000);
    let told = until("an alarm", || status(&folder).map(|status| status.alarms).filter(|alarms| !alarms.is_empty()));
    let channel = |number| Channel::new(number).expect("a channel");
    let twin = Alarm::Identical { channel: channel(1), copy: channel(3) };
    assert_eq!(told, [twin]);
    // A recogniser that was started again finds it once more.
    let mut client = Client::reach(&folder_of(&folder)).expect("reached");
    client.enter(Entered::Alarm(twin), 0).expect("taken");
    let stopped = run(&["rekam", "--stop", "-o", text(&folder)]);
    assert_eq!(stopped.status.code(), Some(3), "{}", stderr(&stopped));
    assert!(stderr(&stopped).contains("Kanal ch01 dan ch03 berisi suara yang sama"), "{}", stderr(&stopped));
    assert_eq!(desk.0.wait().expect("the desk ends").code(), Some(3));

    let growth = closed(&folder);
    assert_eq!(growth.ledger().alarms().collect::<Vec<_>>(), [twin]);
    let (at, _) = growth.ledger().entered(growth.clock()).next().expect("the alarm");
    assert!(at > 1_500 && at <= growth.clock().millis(growth.length().expect("a length")), "{at} ms");
    assert!(run(&["periksa", text(&folder)]).status.success());
}
