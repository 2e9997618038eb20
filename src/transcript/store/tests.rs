use std::num::NonZeroU32;

use super::*;
use crate::common::clock::Clock;
use crate::transcript::edit::{Change, Layer, Mark, Place, Refusal, Source, Speaker};

fn recording() -> Recording {
    Recording {
        clock: Clock::new(NonZeroU32::new(48_000).expect("a rate")),
        channels: 2,
        length: 480_000,
        started: None,
        warnings: vec![Message::new("audio.truncated").with("path", "a.wav")],
    }
}

fn origin(model: &str) -> Origin {
    Origin {
        model: model.into(),
        model_sha256: format!("{model}-hash"),
        model_origin: None,
        language: "id".into(),
        program: "0.1.0".into(),
    }
}

fn utterance(channel: u16, start: u64, text: &str) -> Utterance {
    Utterance {
        channel: Channel::new(channel).expect("a channel"),
        span: Span::new(start, start + 48_000),
        text: text.into(),
        words: vec![Word { text: text.into(), span: Span::new(start, start + 100), probability: 0.5 }],
        confidence: 0.5,
        flags: vec![Flag::LowConfidence],
        corrected: Corrected::default(),
    }
}

fn store(folder: &Path) -> Store {
    let store = Store::create(folder).expect("a store");
    store.bind(&recording(), "one").expect("bound");
    store
}

#[test]
fn what_is_added_comes_back_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(folder.path());
    let version = store.version(&origin("kecil"), jiff::Timestamp::UNIX_EPOCH).expect("a version");
    for (channel, start, text) in [(2, 96_000, "kedua"), (1, 0, "pertama")] {
        store.add(version.number, &utterance(channel, start, text)).expect("added");
    }
    store.complete(version.number).expect("complete");
    drop(store);
    let transcript = Store::open(folder.path()).expect("opened").load().expect("loaded");
    assert_eq!(transcript.recording, recording());
    assert_eq!(transcript.utterances, [utterance(1, 0, "pertama"), utterance(2, 96_000, "kedua")]);
    assert!(transcript.version.complete);
}

#[test]
fn an_interrupted_version_goes_on_and_another_model_begins_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(folder.path());
    let first = store.version(&origin("kecil"), jiff::Timestamp::UNIX_EPOCH).expect("a version");
    store.add(first.number, &utterance(1, 0, "satu")).expect("added");
    let again = store.version(&origin("kecil"), jiff::Timestamp::UNIX_EPOCH).expect("a version");
    assert_eq!(again, first);
    assert_eq!(store.recognised(first.number).expect("spans").len(), 1);
    let other = store.version(&origin("besar"), jiff::Timestamp::UNIX_EPOCH).expect("a version");
    assert_eq!(other.number, first.number + 1);
    assert!(store.recognised(other.number).expect("spans").is_empty());
}

#[test]
fn raw_text_cannot_be_changed_or_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(folder.path());
    let version = store.version(&origin("kecil"), jiff::Timestamp::UNIX_EPOCH).expect("a version");
    store.add(version.number, &utterance(1, 0, "tidak setuju")).expect("added");
    for statement in [
        "UPDATE utterance SET text = 'setuju'",
        "DELETE FROM utterance",
        "UPDATE word SET text = ''",
        "DELETE FROM word",
    ] {
        assert!(store.connection.execute(statement, []).is_err(), "{statement}");
    }
    assert!(store.add(version.number, &utterance(1, 0, "setuju")).is_err());
}

#[test]
fn another_recording_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    assert!(matches!(store.bind(&recording(), "two"), Err(Error::OtherRecording { .. })));
    store.bind(&recording(), "one").expect("the same one");
}

#[test]
fn a_store_of_an_earlier_version_learns_the_content_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let version = store.version(&origin("kecil"), jiff::Timestamp::UNIX_EPOCH).expect("a version");
    let meeting = |store: &Store| store.load().expect("loaded").edition.meeting;
    let before = meeting(&store);
    store.bind(&recording(), "one\nisi aa").expect("the same recording");
    assert_eq!(meeting(&store), before, "documents that were given out still belong to it");
    assert!(matches!(store.bind(&recording(), "one\nisi bb"), Err(Error::OtherRecording { .. })));
    assert!(matches!(store.bind(&recording(), "one"), Err(Error::OtherRecording { .. })));
    store.bind(&recording(), "one\nisi aa").expect("the same recording");
    assert_eq!(version.number, 1);
}

#[test]
fn a_file_that_is_no_store_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FILE_NAME);
    std::fs::write(&path, "bukan basis data, hanya catatan rapat").expect("written");
    assert!(matches!(Store::open(folder.path()), Err(Error::Database { .. })));
    assert_eq!(std::fs::read_to_string(&path).expect("read"), "bukan basis data, hanya catatan rapat");
}

#[test]
fn a_newer_schema_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path()).connection.pragma_update(None, "user_version", 99).expect("set");
    assert!(matches!(Store::open(folder.path()), Err(Error::Newer { found: 99, .. })));
}

fn layer(place: Place, change: Change) -> Layer {
    Layer {
        place,
        change,
        by: "Bambang Wirawan".into(),
        when: "2027-03-09T13:00:00+08:00[+08:00]".parse().expect("a time"),
        why: Some("salah dengar".into()),
        source: Source::Person,
    }
}

fn text(at: usize, before: &str, after: &str) -> Change {
    Change::Text { at, before: before.into(), after: after.into() }
}

#[test]
fn corrections_come_back_and_raw_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(folder.path());
    let version = store.version(&origin("kecil"), jiff::Timestamp::UNIX_EPOCH).expect("a version").number;
    let said = utterance(1, 0, "setuju");
    store.add(version, &said).expect("added");
    let place = Place::of(version, &said);
    let speaker = Change::Speaker { before: Speaker::Seat, after: Speaker::Person("siti".into()) };
    let laid = [text(0, "", "tidak"), speaker].map(|change| layer(place, change));
    let edits = store.lay(&laid).expect("laid");
    assert_eq!(edits.iter().map(|edit| edit.id).collect::<Vec<_>>(), [1, 2]);
    drop(store);

    let mut store = Store::open(folder.path()).expect("opened");
    assert_eq!(store.edits().expect("read"), edits);
    let current = store.current().expect("read");
    assert_eq!(current.utterances[0].text, "tidak setuju");
    assert_eq!(current.utterances[0].corrected.speaker, Speaker::Person("siti".into()));
    assert_eq!(current.edition.last_edit, 2);
    assert_eq!(store.load().expect("read").utterances, std::slice::from_ref(&said));

    store.lay(&[1, 2].map(|edit| layer(place, Change::Undo { edit }))).expect("undone");
    assert_eq!(store.current().expect("read").utterances, [said]);
    for statement in ["UPDATE edit SET by = 'lain'", "DELETE FROM edit"] {
        assert!(store.connection.execute(statement, []).is_err(), "{statement}");
    }
}

#[test]
fn one_correction_that_does_not_fit_keeps_all_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(folder.path());
    let version = store.version(&origin("kecil"), jiff::Timestamp::UNIX_EPOCH).expect("a version").number;
    let said = utterance(1, 0, "setuju");
    store.add(version, &said).expect("added");
    let place = Place::of(version, &said);
    let laid = [layer(place, text(0, "setuju", "Setuju.")), layer(place, text(0, "setuju", "sepakat"))];
    assert!(matches!(store.lay(&laid), Err(Error::Refused(Refusal::NotThere { .. }))));
    let nowhere = Place { span: Span::new(1, 2), ..place };
    assert!(matches!(store.lay(&[layer(nowhere, text(0, "", "a"))]), Err(Error::Refused(Refusal::NoUtterance))));
    assert!(store.edits().expect("read").is_empty());
}

#[test]
fn corrections_stay_with_the_version_that_they_stand_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(folder.path());
    let said = utterance(1, 0, "setuju");
    for (model, version) in [("kecil", 1), ("besar", 2)] {
        let made = store.version(&origin(model), jiff::Timestamp::UNIX_EPOCH).expect("a version").number;
        assert_eq!(made, version);
        store.add(version, &said).expect("added");
        store.complete(version).expect("complete");
        if version == 1 {
            store.lay(&[layer(Place::of(1, &said), text(0, "setuju", "Setuju."))]).expect("laid");
            assert_eq!(store.current().expect("read").utterances[0].text, "Setuju.");
        }
    }
    assert_eq!(store.current().expect("read").utterances[0].text, "setuju");
    assert_eq!(store.edits().expect("read").len(), 1);
}

/// A store as the first release wrote it.
fn first_schema(folder: &Path) {
    let store = store(folder);
    store.connection.execute_batch("DROP TABLE withdrawal; DROP TABLE redaction; DROP TABLE played; DROP TABLE peaks; DROP TABLE carried; DROP TABLE sound; DROP TABLE step; DROP TABLE edit; ALTER TABLE version DROP COLUMN model_origin; PRAGMA user_version = 1;").expect("as it was");
}

#[test]
fn a_store_of_the_first_schema_is_upgraded_with_what_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    first_schema(folder.path());
    let mut store = Store::open(folder.path()).expect("opened");
    let version = store.version(&origin("kecil"), jiff::Timestamp::UNIX_EPOCH).expect("a version").number;
    let said = utterance(1, 0, "setuju");
    store.add(version, &said).expect("added");
    store.lay(&[layer(Place::of(version, &said), text(0, "setuju", "Setuju."))]).expect("laid");
    assert_eq!(Store::open(folder.path()).expect("opened").current().expect("read").utterances[0].text, "Setuju.");
}

#[test]
fn an_upgrade_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    first_schema(folder.path());
    let path = folder.path().join(FILE_NAME);
    let connection = Connection::open(&path).expect("opened");
    connection.execute_batch("CREATE TABLE edit_of_utterance (in_the_way INTEGER);").expect("made");
    assert!(matches!(Store::open(folder.path()), Err(Error::Database { .. })));
    let schema: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("read");
    assert_eq!(schema, 1);
    let left: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_master WHERE name IN ('edit', 'edit_stays')", [], |row| row.get(0))
        .expect("read");
    assert_eq!(left, 0);
}

#[test]
fn a_store_that_was_tampered_with_is_damaged_and_no_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let version = store.version(&origin("kecil"), jiff::Timestamp::UNIX_EPOCH).expect("a version").number;
    let mut store = store;
    store.add(version, &utterance(1, 0, "setuju")).expect("added");
    let edit = r#"INSERT INTO edit VALUES (1, 1, '{"kind":"undo","edit":7}', 'x', '2027-03-09T13:00:00+08:00[+08:00]', NULL, '"person"')"#;
    store.connection.execute(edit, []).expect("tampered");
    assert!(matches!(store.current(), Err(Error::Damaged { .. })));
}

/// A version of these words, complete.
fn recognised(store: &mut Store, model: &str, texts: &[&str]) -> Vec<Place> {
    let version = store.version(&origin(model), jiff::Timestamp::UNIX_EPOCH).expect("a version").number;
    let mut places = Vec::new();
    for (start, text) in (0..).step_by(96_000).zip(texts) {
        let mut said = utterance(1, start, text);
        said.words.clear();
        store.add(version, &said).expect("added");
        places.push(Place::of(version, &said));
    }
    store.complete(version).expect("complete");
    places
}

#[test]
fn corrections_go_from_version_to_version_and_none_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(folder.path());
    let first = recognised(&mut store, "kecil", &["kami setujuh", "tuan rusli hadir"]);
    let laid = [layer(first[0], text(1, "setujuh", "setuju")), layer(first[1], text(1, "rusli", "Rusdi"))];
    store.lay(&laid).expect("laid");
    let texts = |store: &Store| -> Vec<String> {
        store.current().expect("read").utterances.into_iter().map(|utterance| utterance.text).collect()
    };

    // An unfinished version changes nothing of what counts.
    let half = store.version(&origin("sedang"), jiff::Timestamp::UNIX_EPOCH).expect("a version").number;
    store.add(half, &utterance(1, 0, "lain")).expect("added");
    store.carry(&store.load().expect("a version")).expect("nothing to do");
    assert_eq!(texts(&store), ["kami setuju", "tuan Rusdi hadir"]);

    let second = recognised(&mut store, "besar", &["Kami setuju.", "Tuan Gusti hadir."]);
    store.carry(&store.load().expect("a version")).expect("carried");
    store.carry(&store.load().expect("a version")).expect("and not twice");
    assert_eq!(texts(&store), ["Kami setuju.", "Tuan Gusti hadir."]);
    let edits = store.edits().expect("read");
    let fates = store.fates(second[0].version, &edits).expect("read");
    assert_eq!(fates.into_iter().collect::<Vec<_>>(), [(1, Fate::Already), (2, Fate::Open)]);
    let open = store.open_corrections(&store.current().expect("read")).expect("read");
    assert_eq!(open.iter().map(|edit| edit.id).collect::<Vec<_>>(), [2]);

    // The next model hears as the first one did: what the second said by itself is corrected again, and
    // so is what was open.
    let third = recognised(&mut store, "lain", &["kami setujuh", "tuan rusli hadir"]);
    store.carry(&store.load().expect("a version")).expect("carried");
    assert_eq!(texts(&store), ["kami setuju", "tuan Rusdi hadir"]);
    assert!(store.open_corrections(&store.current().expect("read")).expect("read").is_empty());
    let edits = store.edits().expect("read");
    assert_eq!((edits.len(), edits[2].layer.by.as_str()), (4, "Bambang Wirawan"));
    assert_eq!(store.versions().expect("read").len(), 4);

    // Somebody works where one is open: it waits no longer.
    let fourth = recognised(&mut store, "terakhir", &["kami setujuh", "tuan Gusti pulang"]);
    store.carry(&store.load().expect("a version")).expect("carried");
    let is_open = |store: &Store| store.open_corrections(&store.current().expect("read")).expect("read").len();
    assert_eq!(is_open(&store), 1);
    store.lay(&[layer(fourth[1], Change::Mark { mark: Mark::Heard })]).expect("laid");
    assert_eq!(is_open(&store), 0);
    for statement in ["UPDATE carried SET outcome = 'already'", "DELETE FROM carried"] {
        assert!(store.connection.execute(statement, []).is_err(), "{statement}");
    }
    assert_eq!(third[0].version + 1, fourth[0].version);
}

#[test]
fn the_place_of_the_sound_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = store(folder.path());
    assert!(store.sound().expect("read").is_empty());
    for paths in [&["/a/satu.wav", "/a/dua.wav"][..], &["/b/rapat.flac"]] {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        store.set_sound(&paths).expect("kept");
        assert_eq!(store.sound().expect("read"), paths);
    }
}
