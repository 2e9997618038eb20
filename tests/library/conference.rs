//! Events of a conference system: what is accepted, what is refused with its line, and what follows
//! for the record.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::sample;
use e_risalah::common::clock::{Channel, Span};
use e_risalah::common::flag::Flag;
use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;
use e_risalah::conference::{self, Change, Error, Event, Fault, Lines, Said, Source, Table};
use e_risalah::transcript::store::{Origin, Store};
use proptest::prelude::*;

fn channel(number: u16) -> Channel {
    Channel::new(number).expect("a channel")
}

fn all(mut source: impl Source) -> Result<Vec<Event>, Error> {
    let mut events = Vec::new();
    while let Some(event) = source.next()? {
        events.push(event);
    }
    Ok(events)
}

/// Writes a file of that name and reads it.
fn read(name: &str, content: impl AsRef<[u8]>) -> Result<conference::Events, Error> {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join(name);
    fs::write(&path, content).expect("written");
    conference::read(&path)
}

fn fault(name: &str, content: impl AsRef<[u8]>) -> (u64, Fault) {
    match read(name, content) {
        Err(Error::Line { line, fault, .. }) => (line, fault),
        other => panic!("not a fault of a line: {other:?}"),
    }
}

#[test]
fn a_spreadsheets_table_and_a_programs_lines_say_the_same() {
    let table =
        "\u{feff}Kanal;Peristiwa;Kursi;Waktu;Orang\r\n1;Nyala;A1;10:05:12,250;\r\n;;;;\r\n9;duduk;M;10:06:01;surya\r\n";
    let lines = "{\"waktu\":\"10:05:12.250\",\"kanal\":1,\"peristiwa\":\"nyala\",\"unit\":7}\n\n\
                 {\"waktu\":\"10:06:01\",\"kanal\":\"9\",\"peristiwa\":\"duduk\",\"orang\":\"surya\"}";
    let expected = [
        Event { at: Some(36_312_250), channel: channel(1), said: Said::Microphone(Change::On) },
        Event { at: Some(36_361_000), channel: channel(9), said: Said::Seated(Some("surya".to_owned())) },
    ];
    assert_eq!(all(Table::new("a", table.as_bytes())).expect("read"), expected);
    assert_eq!(all(Lines::new("a", lines.as_bytes())).expect("read"), expected);
    assert_eq!(read("a.csv", table).expect("read"), read("a.jsonl", lines).expect("read"));
}

#[test]
fn a_clock_without_days_passes_midnight() {
    let events = read("a.csv", "waktu,kanal,peristiwa\n23:59:58,1,nyala\n00:00:03,1,mati\n").expect("read");
    assert_eq!(events.len(), 2);
    assert_eq!(events, read("a.csv", "waktu,kanal,peristiwa\n23:59:58,1,nyala\n24:00:03,1,mati\n").expect("read"));
}

#[test]
fn every_refusal_names_its_line_and_is_a_sentence() {
    let head = "waktu,kanal,peristiwa\n10:00:00,1,nyala\n";
    for (name, content, line, expected) in [
        ("a.csv", "waktu,kanal\n".to_owned(), 1, Fault::Missing("peristiwa")),
        ("a.csv", format!("{head}10:00:01,0,mati\n"), 3, Fault::NotAChannel("0".to_owned())),
        ("a.csv", format!("{head}\n10:00:01,65,mati\n"), 4, Fault::NotAChannel("65".to_owned())),
        ("a.csv", format!("{head}10:00:01,1,off\n"), 3, Fault::NotAnEvent("off".to_owned())),
        ("a.csv", format!("{head}kemarin,1,mati\n"), 3, Fault::NotATime("kemarin".to_owned())),
        ("a.csv", format!("{head}2027-03-09,1,mati\n"), 3, Fault::NotATime("2027-03-09".to_owned())),
        ("a.csv", format!("{head}2027-03-09 10:00:01,1,mati\n"), 3, Fault::MixedTimes),
        ("a.csv", format!("{head}10:00:01,1\n"), 3, Fault::Missing("peristiwa")),
        ("a.jsonl", "{\"kanal\":1,\"peristiwa\":\"mati\"}".to_owned(), 1, Fault::Missing("waktu")),
        (
            "a.jsonl",
            "{\"waktu\":\"10:00:00\",\"kanal\":-1,\"peristiwa\":\"mati\"}".to_owned(),
            1,
            Fault::NotAChannel("-1".to_owned()),
        ),
        ("a.jsonl", format!("\n{}", "x".repeat(40_000)), 2, Fault::TooLong(16 << 10)),
    ] {
        assert_eq!(fault(name, &content), (line, expected), "{content:.60}");
    }
    assert_eq!(fault("a.csv", b"waktu,kanal,peristiwa\n10:00:00,1,\xff\n"), (2, Fault::NotUtf8));
    assert!(matches!(fault("a.jsonl", "[1, 2]\n"), (1, Fault::Syntax(_))));
    for error in [read("a.txt", "x").expect_err("refused"), read("a.csv", "x\n").expect_err("refused")] {
        for language in [Language::Indonesian, Language::English] {
            let message = error.message();
            assert!(message.what(language).ends_with('.') && !message.what(language).contains("%{"));
            assert!(message.hint(language).is_some());
        }
    }
    assert!(matches!(conference::read(Path::new("/tidak/ada.csv")), Err(Error::Unreadable { .. })));
}

#[test]
fn a_line_that_is_not_understood_does_not_end_a_source() {
    let long = "a".repeat(100_000);
    let text = format!("?\n{long}\n\u{1F3A4}\n{{\"kanal\":3,\"peristiwa\":\"nyala\"}}\n");
    let mut lines = Lines::new("langsung", text.as_bytes());
    for line in 1..=3 {
        assert!(matches!(lines.next(), Err(Error::Line { line: at, .. }) if at == line), "line {line}");
    }
    let said = Said::Microphone(Change::On);
    assert_eq!(lines.next().expect("understood"), Some(Event { at: None, channel: channel(3), said }));
    assert_eq!(lines.next().expect("the end"), None);
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..400), form in 0..2) {
        let name = ["a.csv", "a.jsonl"][form as usize];
        let lines = bytes.split(|byte| *byte == b'\n').count() as u64;
        if let Err(Error::Line { line, .. }) = read(name, &bytes) {
            prop_assert!((1..=lines).contains(&line), "line {line} of {lines}");
        }
    }

    #[test]
    fn nearly_right_text_is_refused_or_read(text in "(waktu|kanal|peristiwa|orang|[,;\t\n\"]|[0-9:.]{1,9}|nyala|mati|duduk){0,40}") {
        let _ = (read("a.csv", &text), read("a.jsonl", &text));
    }

    #[test]
    fn what_is_written_is_read(events in prop::collection::vec((0u64..86_400_000, 1u16..=64, 0usize..4), 1..40)) {
        let words = ["nyala", "mati", "minta", "batal"];
        let (mut table, mut lines) = ("peristiwa,orang,waktu,kanal\n".to_owned(), String::new());
        for (at, number, word) in &events {
            let seconds = at / 1000;
            let (hour, minute) = (seconds / 3600, seconds / 60 % 60);
            let time = format!("2027-03-09T{hour:02}:{minute:02}:{:02}.{:03}+08:00", seconds % 60, at % 1000);
            let _ = writeln!(table, "{},,\"{time}\",{number}", words[*word]);
            let line = serde_json::json!({ "waktu": time, "kanal": number, "peristiwa": words[*word] });
            let _ = writeln!(lines, "{line}");
        }
        let (table, lines) = (read("a.csv", &table).expect("a table"), read("a.jsonl", &lines).expect("lines"));
        prop_assert_eq!(table.len(), events.len());
        prop_assert_eq!(table, lines);
    }
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_risalah")).args(args).env("RISALAH_LANG", "id").output().expect("the program runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna")
}

/// What was spoken in the shipped meeting: channel, tenths of a second, words.
fn spoken() -> Vec<(u16, u64, u64, String)> {
    let json = fs::read_to_string(fixture().join("referensi.seglst.json")).expect("the reference");
    let turns: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    let field = |turn: &serde_json::Value, key: &str| turn[key].as_str().expect("a text").to_owned();
    let tenths = |turn: &serde_json::Value, key: &str| (turn[key].as_f64().expect("seconds") * 10.0) as u64;
    let mut spoken: Vec<_> = turns
        .iter()
        .map(|turn| {
            let number = field(turn, "speaker").trim_start_matches("ch").parse().expect("a channel");
            (number, tenths(turn, "start_time"), tenths(turn, "end_time"), field(turn, "words"))
        })
        .collect();
    spoken.sort_by_key(|turn| turn.1);
    spoken
}

/// A meeting's folder with the shipped meeting as it was spoken, without recognising it.
fn folder(place: &Path) -> PathBuf {
    let folder = place.join("rapat «uji»");
    fs::create_dir(&folder).expect("made");
    fs::copy(fixture().join("rapat.toml"), folder.join("rapat.toml")).expect("copied");
    let mut store = Store::create(&folder).expect("a store");
    let utterances: Vec<_> = spoken()
        .iter()
        .map(|(number, from, until, words)| sample::utterance(*number, *from, *until, words, &[]))
        .collect();
    store.bind(&sample::transcript(9, utterances.clone()).recording, "uji").expect("bound");
    let origin = Origin {
        model: "m".into(),
        model_sha256: "00".into(),
        model_origin: None,
        language: "id".into(),
        program: "0".into(),
    };
    let version = store.version(&origin, jiff::Timestamp::UNIX_EPOCH).expect("a version");
    for utterance in &utterances {
        store.add(version.number, utterance).expect("added");
    }
    store.complete(version.number).expect("complete");
    folder
}

/// What a conference system would have written, its clock at 10:05:07.400 when the recording began;
/// of `but` it knows one switch, at the end.
fn table(but: u16) -> String {
    let time = |tenths: u64| {
        let millis = 36_307_400 + tenths * 100;
        format!("{}:{:02}:{:02}.{:03}", millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60, millis % 1000)
    };
    let mut events = vec![(2500, but, "nyala")];
    for (number, from, until, _) in spoken().into_iter().filter(|turn| turn.0 != but) {
        events.extend([(from.saturating_sub(4), number, "nyala"), (until + 6, number, "mati")]);
    }
    events.sort_unstable();
    events.iter().fold("waktu,kanal,peristiwa\n".to_owned(), |mut table, (at, number, word)| {
        let _ = writeln!(table, "{},{number},{word}", time(*at));
        table
    })
}

#[test]
fn what_the_sound_contradicts_is_flagged_and_no_word_is_lost() {
    let place = tempfile::tempdir().expect("a folder");
    let (folder, file) = (folder(place.path()), place.path().join("sistem.csv"));
    fs::write(&file, table(4)).expect("written");
    let output = run(&["ekspor", text(&folder), "--conference", text(&file)]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let said = stderr(&output);
    assert!(said.contains("menunjukkan 10:05:07.") && said.contains("ch04"), "{said}");

    let json = fs::read_to_string(folder.join("transkrip.json")).expect("written");
    let record: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let utterances = record["utterances"].as_array().expect("utterances");
    let words: Vec<&str> = utterances.iter().filter_map(|utterance| utterance["text"].as_str()).collect();
    let expected: Vec<String> = spoken().into_iter().map(|turn| turn.3).collect();
    assert_eq!(words.len(), expected.len());
    for utterance in utterances {
        let flagged = utterance["flags"].as_array().expect("flags").contains(&"microphone_off".into());
        assert_eq!(flagged, utterance["channel"] == 4, "{utterance}");
    }

    // The folder keeps the file: the same follows again.
    let again = run(&["ekspor", text(&folder)]);
    assert_eq!(again.status.code(), Some(3), "{}", stderr(&again));
    assert_eq!(fs::read_to_string(folder.join("transkrip.json")).expect("written"), json);
}

#[test]
fn the_events_of_another_meeting_are_not_used() {
    let place = tempfile::tempdir().expect("a folder");
    let (folder, file) = (folder(place.path()), place.path().join("lain.csv"));
    let other = (0..40).fold("waktu,kanal,peristiwa\n".to_owned(), |mut table, place| {
        let _ = writeln!(table, "{}:00:{:02},{},nyala", 8 + place / 20, place * 37 % 60, place % 9 + 1);
        table
    });
    fs::write(&file, other).expect("written");
    let output = run(&["ekspor", text(&folder), "--conference", text(&file)]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("tidak dipakai"), "{}", stderr(&output));
    assert!(!fs::read_to_string(folder.join("transkrip.json")).expect("written").contains("microphone_off"));
}

#[test]
fn a_mistake_in_the_file_is_told_before_anything_is_done() {
    let place = tempfile::tempdir().expect("a folder");
    let (file, folder) = (place.path().join("salah.csv"), place.path().join("hasil"));
    fs::write(&file, "waktu,kanal,peristiwa\n10:00:00,satu,nyala\n").expect("written");
    let output = run(&["transkrip", text(&fixture()), "-o", text(&folder), "--conference", text(&file)]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("baris 2"), "{}", stderr(&output));
    assert!(!folder.exists());
}

#[test]
fn seats_change_hands_by_events() {
    let mut meeting = sample::meeting();
    let mut transcript = sample::plenary();
    let turns = transcript.utterances.clone();
    let millis = |span: Span| (span.start / 16, span.end / 16);
    let mut lines = String::new();
    for turn in &turns {
        let (from, until) = millis(turn.span);
        for (at, word) in [(from + 5_000, "nyala"), (until + 5_600, "mati")] {
            let time = format!("0:{:02}:{:02}.{:03}", at / 60_000, at / 1000 % 60, at % 1000);
            let line = serde_json::json!({"waktu": time, "kanal": turn.channel.number(), "peristiwa": word});
            let _ = writeln!(lines, "{line}");
        }
    }
    lines.push_str("{\"waktu\":\"0:02:30\",\"kanal\":9,\"peristiwa\":\"duduk\",\"orang\":\"hendra\"}\n");
    lines.push_str("{\"waktu\":\"0:02:40\",\"kanal\":9,\"peristiwa\":\"duduk\",\"orang\":\"entah\"}\n");
    let events = read("a.jsonl", lines).expect("read");
    let finding = e_risalah::transcript::consult::consult(&events, None, &mut meeting, &mut transcript);
    let origin = finding.origin.expect("found");
    assert!(origin.abs_diff(5_300) < 800, "{finding:?}");
    let at =
        |seconds: i64| meeting.speaker(channel(9), (seconds * 1000 - origin).unsigned_abs()).map(|person| &*person.id);
    assert_eq!((at(149), at(151), at(161)), (Some("surya"), Some("hendra"), None));
    assert_eq!(finding.unknown, ["entah"]);
    assert!(transcript.utterances.iter().all(|utterance| !utterance.flags.contains(&Flag::MicrophoneOff)));
}
