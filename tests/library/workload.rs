//! The work on the meetings of a period.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use e_risalah::common::clock::{Channel, Span};
use e_risalah::common::language::Language;
use e_risalah::meeting_folder::folders;
use e_risalah::transcript::edit::{Change, Layer, Mark, Place, Source};
use e_risalah::transcript::listening::Played;
use e_risalah::transcript::store::{Step, Store};
use e_risalah::workload::{self, Period, Workload, measure, tables};
use tempfile::TempDir;

use super::sample;

/// Two utterances of 10 s and 6 s.
fn meeting(root: &Path, id: &str, rapat: &str) -> PathBuf {
    let folder = root.join(id);
    fs::create_dir_all(&folder).expect("made");
    fs::write(folder.join("rapat.toml"), format!("[rapat]\n{rapat}")).expect("written");
    let said = vec![
        sample::utterance(1, 0, 100, "Rapat saya buka.", &[]),
        sample::utterance(2, 120, 180, "Terima kasih, Pimpinan.", &[]),
    ];
    let mut transcript = sample::transcript(2, said);
    transcript.recording.started = Some("2026-03-10T01:00:00Z".parse().expect("a time"));
    sample::stored(&folder, &transcript, "uji");
    folder
}

fn lay(folder: &Path, by: &str, source: &Source, changes: &[Change]) {
    let mut store = Store::open(folder).expect("a store");
    let transcript = store.load().expect("a transcript");
    let place = Place::of(transcript.version.number, &transcript.utterances[0]);
    let when: jiff::Zoned = "2026-03-11T08:00:00+08:00[Asia/Makassar]".parse().expect("a time");
    for change in changes {
        let layer = Layer {
            place,
            change: change.clone(),
            by: by.to_owned(),
            when: when.clone(),
            why: None,
            source: source.clone(),
        };
        store.lay(&[layer]).expect("laid");
    }
}

fn step(folder: &Path, state: &str, at: &str) {
    let at = at.parse().expect("a time");
    let step = Step { state: state.to_owned(), at, by: "Sari".to_owned(), note: None, until: None, seal: None };
    Store::open(folder).expect("a store").add_step(&step).expect("kept");
}

fn of(root: &TempDir, from: Option<&str>, until: Option<&str>) -> Workload {
    let day = |text: &str| text.parse().expect("a day");
    measure(&folders(root.path()), Period { from: from.map(day), until: until.map(day) })
}

#[test]
fn meetings_kinds_and_people_are_added_up() {
    let root = tempfile::tempdir().expect("a folder");
    let first = meeting(root.path(), "a", "jenis = \"paripurna\"\ntanggal = 2026-03-10\n");
    meeting(root.path(), "b", "jenis = \"paripurna\"\ntanggal = 2026-03-12\n");
    meeting(root.path(), "c", "jenis = \"rdp\"\ntanggal = 2026-04-01\n");
    meeting(root.path(), "d", "");
    fs::create_dir_all(root.path().join("e")).expect("made");
    fs::write(root.path().join("e/rapat.toml"), "[rapat]\ntanggal = 2026-03-12\n").expect("written");
    fs::create_dir_all(root.path().join("f")).expect("made");
    fs::write(root.path().join("f/rapat.toml"), "[rapat]\ntanggal = \"kemarin\"\n").expect("written");
    let text = |before: &str, after: &str| Change::Text { at: 0, before: before.to_owned(), after: after.to_owned() };
    lay(&first, "Sari", &Source::Person, &[text("Rapat", "Sidang"), Change::Mark { mark: Mark::Heard }]);
    lay(&first, "sari", &Source::Member, &[text("Sidang", "Rapat")]);
    lay(&first, "aturan", &Source::Machine { rule: "angka".to_owned() }, &[text("Rapat", "Sidang")]);
    let played = |channel: Option<u16>, start: u64, end: u64| Played {
        by: "Budi".to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
        channel: channel.and_then(Channel::new),
        span: Span::new(start * 16_000, end * 16_000),
    };
    let listened = [played(Some(1), 0, 4), played(Some(1), 2, 8), played(Some(2), 0, 4), played(None, 20, 21)];
    Store::open(&first).expect("a store").add_played(&listened).expect("kept");
    let ended = of(&root, None, None).meetings.iter().find(|work| work.meeting == "a").and_then(|work| work.ended);
    let after = |hours: i64| (ended.expect("known") + jiff::SignedDuration::from_hours(hours)).to_string();
    step(&first, "sementara", &after(30));
    step(&first, "koreksi", &after(31));
    step(&first, "sementara", &after(40));

    let all = of(&root, None, None);
    assert_eq!((all.meetings.len(), all.undated, all.unreadable.len()), (5, 0, 1), "{:?}", all.unreadable);
    let march = of(&root, Some("2026-03-01"), Some("2026-03-31"));
    let names: Vec<&str> = march.meetings.iter().map(|work| work.meeting.as_str()).collect();
    assert_eq!((names.as_slice(), march.undated), (&["a", "b", "e"][..], 1));
    let work = &march.meetings[0];
    assert_eq!((work.words, work.corrections, work.state), (6, 2, "sementara"));
    assert!((work.spoken_seconds - 16.0).abs() < 1e-9, "{work:?}");
    assert_eq!(work.listened_percent, 62, "the first was marked as heard, the second was not played: 10 of 16 s");
    assert_eq!(work.provisional.map(|moment| moment.to_string()), Some(after(30)), "the first time counts");
    assert_eq!((work.official, march.meetings[2].seconds), (None, 0.0));
    assert_eq!((march.total.meetings, march.total.provisional, march.total.hours_to_provisional), (3, 1, Some(30.0)));
    let kinds: BTreeMap<_, usize> = march.kinds.iter().map(|kind| (kind.kind, kind.sum.meetings)).collect();
    assert_eq!(kinds, BTreeMap::from([(None, 1), (Some("paripurna"), 2)]));
    let people: Vec<_> = march.people.iter().map(|one| (one.by.as_str(), one.corrections, one.heard)).collect();
    assert_eq!(people, [("Budi", 0, 0), ("Sari", 2, 1)], "a rule is nobody");
    assert!((march.people[0].played_seconds - 9.0).abs() < 1e-9, "{:?}", march.people[0]);
    assert_eq!(march.people[1].meetings, 1, "one meeting, however the name is written");
}

#[test]
fn the_same_is_written_as_table_json_and_texts() {
    let root = tempfile::tempdir().expect("a folder");
    meeting(root.path(), "a", "nama = \"=1+1\"\njenis = \"komisi\"\ntanggal = 2026-03-10\n");
    let workload = of(&root, Some("2026-01-01"), None);
    let table = String::from_utf8(workload::csv(&workload).expect("a table")).expect("text");
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 2, "{table}");
    assert!(rows[1].starts_with("a;'=1+1;2026-03-10;komisi;penyuntingan;"), "{table}");
    let json = serde_json::to_value(&workload).expect("JSON");
    assert_eq!((&json["from"], &json["meetings"][0]["words"]), (&"2026-01-01".into(), &6.into()));
    for language in [Language::Indonesian, Language::English] {
        for table in tables(&workload, language) {
            assert!(table.rows.iter().all(|row| row.len() == table.head.len()), "{table:?}");
            assert!(!table.title.contains('.') && table.head.iter().all(|name| !name.contains('_')), "{table:?}");
        }
    }
}

#[cfg(feature = "pdf")]
#[test]
fn the_report_is_laid_out_on_paper() {
    use e_risalah::document::risalah::Templates;
    use e_risalah::meeting::Meeting;

    let root = tempfile::tempdir().expect("a folder");
    for day in 1..=28 {
        meeting(root.path(), &format!("{day:02}"), &format!("jenis = \"pansus\"\ntanggal = 2026-03-{day:02}\n"));
    }
    let workload = of(&root, None, None);
    let created = jiff::Timestamp::UNIX_EPOCH;
    let institution = Meeting::parse_institution(
        "[lembaga]\nkop = [\"DEWAN PERWAKILAN RAKYAT DAERAH\", \"KOTA UJI\"]",
        "lembaga.toml",
    )
    .expect("an institution");
    let pdf = |institution: &Meeting| workload::pdf(&workload, institution, &Templates::built_in(), created);
    let first = pdf(&institution).expect("a PDF");
    assert!(first.starts_with(b"%PDF-"));
    assert_eq!(first, pdf(&institution).expect("a PDF"), "the same input gives the same bytes");
    pdf(&Meeting::default()).expect("without an institution");
}
