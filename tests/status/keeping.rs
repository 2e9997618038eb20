//! How long the files of a meeting are kept, and what a person decides of them.

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use e_risalah::common::chained_log::Finding;
use e_risalah::common::message::Explain;
use e_risalah::meeting::FileKind;
use e_risalah::recording::{self, Claim, End, Format, Sample, Start, Writer, folder_of};
use e_risalah::retention::{Decided, Error, FILE_NAME, Item, Log, Plan, Wish, decide, due};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::fixture::{Fixture, NUMBER, SECRETARY, SIGNED, at, done, stderr, stdout};

const SCHEDULE: &str = "
[[retensi]]
jenis = \"komisi\"
berkas = \"rekaman\"
masa = \"5 tahun\"
nasib = \"dinilai\"
dasar = \"JRA 2026\"

[[retensi]]
berkas = \"rekaman\"
masa = \"1 hari\"
nasib = \"musnah\"

[[retensi]]
berkas = \"naskah\"
masa = \"1 hari\"
sesudah = \"rapat\"
nasib = \"musnah\"

[[retensi]]
berkas = \"risalah\"
nasib = \"permanen\"
";

/// After every term of the schedule.
const OVER: &str = "2031-03-16T08:00:00+08:00[Asia/Makassar]";

static GO: AtomicBool = AtomicBool::new(false);

/// Two microphones for half a second.
pub fn record(folder: &Path) {
    let sound: Vec<u8> = (0..16_000).map(|at| (at * 31 % 127) as u8).collect();
    record_as(folder, Sample::I16, &sound);
}

/// The same with this sound.
pub fn record_as(folder: &Path, sample: Sample, sound: &[u8]) {
    let format = Format { rate: NonZeroU32::new(8000).expect("a rate"), channels: 2, sample };
    let start = Start {
        utc: "2026-03-10T02:04:30Z".parse().expect("a moment"),
        zone: TimeZone::get("Asia/Makassar").expect("a zone"),
        format,
        device: "uji".into(),
        names: vec!["Ketua".into(), "Siti".into()],
        seal: None,
    };
    let mut writer = Writer::begin(Claim::take(&folder_of(folder)).expect("a folder"), start).expect("begun");
    writer.append(sound).expect("written");
    writer.finish(End::Asked).expect("closed");
}

/// A record with sound and drafts, official since [`SIGNED`].
pub fn official(schedule: &str) -> Fixture {
    let fixture = provisional(schedule).verified();
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    fixture
}

fn provisional(schedule: &str) -> Fixture {
    let fixture = Fixture::new();
    fs::write(fixture.path("lembaga.toml"), schedule).expect("written");
    fs::write(fixture.path("transkrip.txt"), "naskah").expect("written");
    record(fixture.place.path());
    fixture
}

fn wish(file: FileKind) -> Wish {
    Wish { file, by: " Sari ".to_owned(), reason: "BA 3/2031".to_owned() }
}

fn listed(folder: &Path, on: Date) -> Vec<(FileKind, Date)> {
    let due = due(folder, on).expect("listed");
    assert!(due.unreadable.is_empty(), "{:?}", due.unreadable);
    due.items.iter().map(|item| (item.file, item.due)).collect()
}

fn refused(fixture: &Fixture, file: FileKind, early: bool, now: &str) -> String {
    match Plan::new(fixture.place.path(), wish(file), early, &at(now)) {
        Ok(_) => panic!("{file:?} must not be destroyed"),
        Err(error) => error.message().key,
    }
}

fn destroy(fixture: &Fixture, file: FileKind, early: bool, now: &str) -> Decided {
    let plan = Plan::new(fixture.place.path(), wish(file), early, &at(now)).expect("allowed");
    plan.destroy(&at(now), &GO, &mut |_| {}).expect("destroyed").decision.decided
}

fn segment(fixture: &Fixture) -> PathBuf {
    folder_of(fixture.place.path()).join(recording::segment_name(1))
}

#[test]
fn what_is_due_is_listed_from_its_day_on() {
    let fixture = official(SCHEDULE);
    let folder = fixture.place.path();
    let (drafts, sound) = ((FileKind::Drafts, date(2026, 3, 11)), (FileKind::Recording, date(2031, 3, 16)));
    assert_eq!(listed(folder, date(2026, 3, 10)), []);
    assert_eq!(listed(folder, date(2026, 3, 11)), [drafts]);
    assert_eq!(listed(folder, date(2031, 3, 15)), [drafts]);
    assert_eq!(listed(folder, date(2031, 3, 16)), [drafts, sound]);
    let due = due(folder, date(2040, 1, 1)).expect("listed");
    let Item { files, bytes, official, ref rule, .. } = due.items[1];
    assert_eq!((files, bytes, official), (1, fs::metadata(segment(&fixture)).expect("there").len(), true));
    assert_eq!(rule.to_string(), "rekaman komisi: 5 tahun sesudah resmi, dinilai (JRA 2026)");
    assert_eq!((due.meetings, due.ruleless), (1, 0));
}

#[test]
fn without_a_rule_everything_is_kept_for_ever() {
    let fixture = official("");
    let due = due(fixture.place.path(), date(2999, 1, 1)).expect("listed");
    assert_eq!((due.items.len(), due.ruleless), (0, 1));
    assert_eq!(refused(&fixture, FileKind::Recording, false, OVER), "retention.never_due");
}

#[test]
fn the_schedule_of_today_holds_for_meetings_that_keep_an_older_copy() {
    let root = tempfile::tempdir().expect("a folder");
    let fixture = official("");
    let folder = root.path().join("komisi-7");
    let copied = Command::new("cp").arg("-r").arg(fixture.place.path()).arg(&folder).status().expect("cp");
    assert!(copied.success());
    assert_eq!(listed(root.path(), date(2026, 4, 1)), []);
    fs::write(root.path().join("lembaga.toml"), SCHEDULE).expect("written");
    assert_eq!(listed(root.path(), date(2026, 4, 1)), [(FileKind::Drafts, date(2026, 3, 11))]);
    fs::write(root.path().join("lembaga.toml"), "[[retensi]]\nberkas = \"suara\"\n").expect("written");
    assert!(matches!(due(root.path(), date(2026, 4, 1)), Err(Error::Meeting(_))));
}

#[test]
fn a_decision_to_keep_holds_until_its_day() {
    let fixture = official(SCHEDULE);
    let folder = fixture.place.path();
    let is_listed = |on| listed(folder, on).iter().any(|(file, _)| *file == FileKind::Recording);
    let until = date(2035, 1, 1);
    decide(folder, &wish(FileKind::Recording), Some(until), false, &at(OVER)).expect("decided");
    assert!(!is_listed(date(2034, 12, 31)) && is_listed(until));
    assert_eq!(refused(&fixture, FileKind::Recording, false, OVER), "retention.not_due");
    decide(folder, &wish(FileKind::Recording), None, true, &at(OVER)).expect("decided");
    assert!(!is_listed(date(2999, 1, 1)));
    let log = Log::read(folder).expect("read");
    assert_eq!((log.decisions().len(), log.decisions()[0].by.as_str()), (2, "Sari"));
    let nameless = Wish { by: " ".to_owned(), ..wish(FileKind::Recording) };
    assert!(matches!(decide(folder, &nameless, None, false, &at(OVER)), Err(Error::Nameless)));
    let past = Some(date(2031, 3, 16));
    assert!(matches!(decide(folder, &wish(FileKind::Drafts), past, false, &at(OVER)), Err(Error::Passed { .. })));
}

#[test]
fn what_was_destroyed_leaves_its_name_length_and_hash() {
    let fixture = official(SCHEDULE);
    let folder = fixture.place.path();
    let (path, before) = (segment(&fixture), fs::read(segment(&fixture)).expect("there"));
    let Decided::Destroy { early, whole, files } = destroy(&fixture, FileKind::Recording, false, OVER) else {
        panic!("destroyed")
    };
    assert_eq!((early, whole, files.len()), (false, Some(true), 1));
    assert_eq!((files[0].file.as_str(), files[0].bytes), ("rekaman/000001.wav", before.len() as u64));
    assert_eq!(files[0].sha256, e_risalah::common::digest::sha256(&before));
    assert!(!path.exists() && folder_of(folder).join("ledger.jsonl").is_file());
    // The ledger misses it, and the decision says why.
    let findings = recording::verify(&folder_of(folder), &mut |_, _| {}).expect("examined").findings;
    assert_eq!(findings, [recording::Finding::Missing(path.clone())]);
    let log = Log::read(folder).expect("read");
    assert_eq!(log.destroyed(folder, &path).map(|decision| decision.by.as_str()), Some("Sari"));
    assert_eq!(log.destroyed(folder, &folder.join("rekaman/000002.wav")), None);
    assert_eq!(listed(folder, date(2040, 1, 1)), [(FileKind::Drafts, date(2026, 3, 11))]);
    assert_eq!(refused(&fixture, FileKind::Recording, false, OVER), "retention.nothing");
    // Official documents and words are as they were.
    let verdict = e_risalah::lifecycle::verify(folder, &fixture.store).expect("examined");
    assert_eq!((verdict.editions, verdict.findings), (1, Vec::new()));
}

#[test]
fn a_recording_that_was_changed_is_destroyed_as_one() {
    let fixture = official(SCHEDULE);
    let mut sound = fs::read(segment(&fixture)).expect("there");
    *sound.last_mut().expect("samples") ^= 1;
    fs::write(segment(&fixture), sound).expect("changed");
    let decided = destroy(&fixture, FileKind::Recording, false, OVER);
    assert!(matches!(decided, Decided::Destroy { whole: Some(false), .. }), "{decided:?}");
}

#[test]
fn what_may_not_be_destroyed_is_not() {
    let young = provisional(SCHEDULE);
    for early in [false, true] {
        assert_eq!(refused(&young, FileKind::Recording, early, OVER), "retention.not_official");
        assert_eq!(refused(&young, FileKind::Drafts, early, OVER), "retention.not_official");
    }
    let permanent = official(&SCHEDULE.replace("dinilai", "permanen"));
    for early in [false, true] {
        assert_eq!(refused(&permanent, FileKind::Recording, early, OVER), "retention.permanent");
        assert_eq!(refused(&permanent, FileKind::Record, early, OVER), "retention.record_kept");
    }
    let fixture = official(SCHEDULE);
    assert_eq!(refused(&fixture, FileKind::Recording, false, SIGNED), "retention.not_due");
    let stopped = AtomicBool::new(true);
    let plan = Plan::new(fixture.place.path(), wish(FileKind::Recording), true, &at(SIGNED)).expect("early");
    assert!(matches!(plan.destroy(&at(SIGNED), &stopped, &mut |_| {}), Err(Error::Interrupted)));
    assert!(segment(&fixture).is_file() && !fixture.path(FILE_NAME).exists());
    assert!(matches!(destroy(&fixture, FileKind::Recording, true, SIGNED), Decided::Destroy { early: true, .. }));
    // A record that was opened again is not official until its next edition is.
    fixture.advance(e_risalah::lifecycle::State::Editing, Some("salah"), OVER).expect("opened");
    assert_eq!(refused(&fixture, FileKind::Drafts, true, OVER), "retention.not_official");
    let nowhere = tempfile::tempdir().expect("a folder");
    assert!(matches!(Plan::new(nowhere.path(), wish(FileKind::Drafts), true, &at(OVER)), Err(Error::NoMeeting { .. })));
}

/// Runs the program; nobody sits at a terminal.
pub fn risalah(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_risalah")).args(args).env("RISALAH_LANG", "id").output().expect("the program runs")
}

#[test]
fn a_clerk_sees_what_is_due_decides_and_can_prove_it() {
    let fixture = official(&SCHEDULE.replace("5 tahun", "1 hari"));
    let folder = fixture.place.path().to_str().expect("a readable path");
    let list = done(&risalah(&["retensi", folder, "--on", "1-4-2026"]));
    assert!(list.contains("rekaman: 1 berkas") && list.contains("jatuh tempo 17-03-2026"), "{list}");
    let json = stdout(&risalah(&["retention", folder, "--json", "--on", "2026-04-01"]));
    let lines: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((&lines[1]["file"], &lines[1]["fate"]), (&"rekaman".into(), &"dinilai".into()), "{json}");
    assert_eq!((&lines[2]["total"], &lines[2]["meetings"]), (&2.into(), &1.into()), "{json}");

    let decide = ["retensi", "putuskan", folder, "--file", "rekaman", "--destroy", "--by", "Sari", "--reason", "BA 3"];
    let unasked = risalah(&decide);
    assert_eq!(unasked.status.code(), Some(2));
    assert!(stderr(&unasked).contains("--yes") && segment(&fixture).is_file(), "{}", stderr(&unasked));
    done(&risalah(&[&decide[..], &["--yes"]].concat()));
    assert!(!segment(&fixture).exists());

    let verified = done(&risalah(&["periksa", folder]));
    assert!(verified.contains("Dimusnahkan atas keputusan Sari") && verified.contains("masih utuh"), "{verified}");
    let json: serde_json::Value = serde_json::from_str(&done(&risalah(&["verify", folder, "--json"]))).expect("JSON");
    assert_eq!((&json["sound"], &json["destroyed"][0]["reason"]), (&true.into(), &"BA 3".into()));

    let path = fixture.path(FILE_NAME);
    let text = fs::read_to_string(&path).expect("read");
    fs::write(&path, text.replace("\"line\":1", "\"line\":2")).expect("changed");
    let changed = risalah(&["verify", folder, "--json"]);
    assert_eq!(changed.status.code(), Some(1));
    assert!(stdout(&changed).contains("chained_log.chain"), "{}", stdout(&changed));
    assert_eq!(
        Log::read(fixture.place.path()).expect("read").finding(),
        Some(&Finding::Chain { file: FILE_NAME.to_owned(), line: 1 })
    );

    let both = risalah(&[
        "retensi",
        "putuskan",
        folder,
        "--file",
        "rekaman",
        "--keep",
        "--destroy",
        "--by",
        "x",
        "--reason",
        "y",
    ]);
    assert_eq!(both.status.code(), Some(2));
}
