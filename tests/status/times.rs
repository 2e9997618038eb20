//! What was entered at times that the recording does not have, and a clock that was set.

use std::fs;

use e_risalah::lifecycle::{Error, Hindrance};
use e_risalah::meeting::{Finding, Meeting, Recorded, checks};

use super::fixture::{Fixture, NUMBER, RAPAT, SECRETARY, SIGNED, run, stderr, stdout, words};

fn with(event: &str) -> Fixture {
    let end = "    { jenis = \"tutup\", pada = \"00:00:59\" },\n";
    Fixture::with(&RAPAT.replace(end, &format!("{end}    {event},\n")), words(), true)
}

/// Words and times of what lies outside.
fn outside(fixture: &Fixture) -> Vec<(&'static str, u64)> {
    let transcript = fixture.store.current().expect("a transcript");
    let recorded = e_risalah::lifecycle::recorded(&transcript);
    let findings = checks(&fixture.meeting, Some(&recorded)).into_iter();
    findings
        .filter_map(|finding| match finding {
            Finding::Outside { what, at, .. } => Some((what, at / 1000)),
            _ => None,
        })
        .collect()
}

#[test]
fn what_lies_outside_the_recording_is_no_fact() {
    for (event, expected) in [
        // Long after its end.
        ("{ jenis = \"setuju\", pada = \"01:30:00\", keputusan = \"Menyetujui.\" }", ("setuju", 5_400)),
        // Before its start at 10.04.30: that is the next day.
        ("{ jenis = \"catatan\", pukul = \"10.01\", isi = \"x\" }", ("catatan", 86_400 - 210)),
        // The day before, or by the clock of Jakarta.
        ("{ jenis = \"catatan\", pukul = \"23.50\", isi = \"x\" }", ("catatan", 49_530)),
        ("{ jenis = \"catatan\", pukul = \"09.05\", isi = \"x\" }", ("catatan", 86_400 - 3_570)),
    ] {
        let fixture = with(event).verified();
        assert_eq!(outside(&fixture), [expected], "{event}");
        match fixture.finalize(SECRETARY, NUMBER, SIGNED) {
            Err(Error::Hindered(found)) => {
                let is_outside = |one: &Hindrance| matches!(one, Hindrance::Meeting(Finding::Outside { .. }));
                assert!(found.iter().any(is_outside), "{event}: {found:?}");
            }
            other => panic!("{event}: {other:?}"),
        }
        let checked = run(&fixture, &["cek"]);
        assert_eq!(checked.status.code(), Some(3), "{event}");
        assert!(stdout(&checked).contains("di luar rekaman"), "{event}: {}", stdout(&checked));
        let exported = run(&fixture, &["ekspor"]);
        assert_eq!(exported.status.code(), Some(3), "{event}");
        assert!(stderr(&exported).contains("di luar rekaman"), "{event}: {}", stderr(&exported));
    }
    for event in [
        "{ jenis = \"catatan\", pada = \"00:00:58\", isi = \"x\" }",
        // Within the minute in which it began, and in which it ended.
        "{ jenis = \"catatan\", pukul = \"10.04\", isi = \"x\" }",
        "{ jenis = \"catatan\", pukul = \"10.05\", isi = \"x\" }",
        "{ jenis = \"catatan\", pukul = \"10.05 WITA\", isi = \"x\" }",
    ] {
        assert_eq!(outside(&with(event)), [], "{event}");
    }
}

#[test]
fn decisions_and_seats_lie_within_the_recording_too() {
    let text = format!("{RAPAT}\n[[keputusan]]\nisi = \"Menyetujui.\"\npada = \"02:00:00\"\n");
    let text = text.replace(
        "{ kanal = 2, orang = \"siti\" }",
        "{ kanal = 2, pemakai = [{ orang = \"siti\", dari = \"03:00:00\" }] }",
    );
    assert_eq!(outside(&Fixture::with(&text, words(), true)), [("keputusan", 7_200), ("kursi", 10_800)]);
}

#[test]
fn a_time_in_another_zone_is_refused() {
    for event in ["pukul = \"09.05 WIB\"", "pukul = \"11.05 wit\""] {
        let text = RAPAT.replace("pada = \"00:00:10\"", event);
        let refused = Meeting::parse(&text, "rapat.toml").expect_err("another zone");
        let what = e_risalah::common::message::Explain::message(&refused)
            .what(e_risalah::common::language::Language::Indonesian);
        assert!(what.contains("zona waktu rapat, WITA"), "{what}");
    }
}

#[test]
fn before_the_meeting_nothing_that_it_brings_is_missed() {
    let text = RAPAT.split("peristiwa = [").next().expect("a beginning").to_owned()
        + "[lembaga]"
        + RAPAT.split("[lembaga]").nth(1).expect("an end");
    let meeting = Meeting::parse(&text, "rapat.toml").expect("a meeting");
    assert_eq!(checks(&meeting, None), []);
    let found = checks(&meeting, Some(&Recorded::default()));
    assert_eq!(found, [Finding::Opened, Finding::Closed]);
}

#[test]
fn a_clock_that_was_set_is_told() {
    let meeting = Meeting::parse(RAPAT, "rapat.toml").expect("a meeting");
    let recorded = Recorded { clock_set: vec![(4_000, -3_600_000), (9_000, 2_000)], ..Recorded::default() };
    let found = checks(&meeting, Some(&recorded));
    assert_eq!(found, [Finding::ClockSet { at: 4_000, by: -3_598_000 }]);
    let message = e_risalah::common::message::Explain::message(&found[0]);
    let what = message.what(e_risalah::common::language::Language::Indonesian);
    assert!(what.contains("00:00:04") && what.contains("-00:59:58"), "{what}");
}

#[test]
fn a_clock_that_was_set_while_recording_stands_in_the_record_and_its_state() {
    use e_risalah::common::clock::Clock;
    use e_risalah::recording::{LEDGER, folder_of};

    let fixture = Fixture::new();
    let recording = folder_of(fixture.place.path());
    fs::create_dir(&recording).expect("made");
    let lines = [
        r#"{"line":1,"before":"","fact":"start","utc":"2026-03-10T02:04:30Z","zone":"Asia/Makassar","sample":"i16","rate":16000,"channels":2,"device":"uji","program":"uji"}"#,
        r#"{"line":2,"before":"","fact":"clock","at":64000,"utc":"2026-03-10T01:04:34Z","ppm":null,"stepped_ms":-3600000}"#,
        r#"{"line":3,"before":"","fact":"clock","at":80000,"utc":"2026-03-10T01:04:35Z","ppm":null,"stepped_ms":300}"#,
        r#"{"line":4,"before":"","fact":"stop","at":928000,"utc":"2026-03-10T01:05:28Z","end":"asked"}"#,
    ];
    fs::write(recording.join(LEDGER), lines.join("\n") + "\n").expect("written");
    let ledger = e_risalah::recording::Ledger::read(&recording.join(LEDGER)).expect("read");
    assert_eq!(ledger.facts.len(), 4, "{ledger:?}");
    let clock = Clock::new(std::num::NonZeroU32::new(16_000).expect("a rate"));
    assert_eq!(ledger.clock_set(clock), [(4_000, -3_600_000)]);
    for command in ["keadaan", "cek"] {
        let output = run(&fixture, &[command]);
        assert!(stdout(&output).contains("Jam komputer disetel"), "{command}: {}", stdout(&output));
    }
}
