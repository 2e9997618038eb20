//! The audit trail: its chain, what is found of changes to it, and who writes at once.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use e_risalah::audit::{Action, FILE_NAME, Filter, Finding, Head, Kept, Kind, Trail, Who, csv, json, verify};
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use tempfile::TempDir;

fn who(name: &str) -> Who {
    Who { by: name.to_owned(), kind: Kind::Account, address: "192.168.1.9".parse().ok() }
}

/// A trail of so many entries, and where it stood after each.
fn entered(count: u64) -> (TempDir, Vec<Head>) {
    let place = tempfile::tempdir().expect("a folder");
    let trail = Trail::of(place.path());
    let enter = |number: u64| {
        let meeting = format!("rapat-{}", number % 3);
        trail.enter(&who("Sari"), Action::Opened, Some(&meeting), Some(&format!("ke-{number}"))).expect("entered")
    };
    let heads = (1..=count).map(enter).collect();
    (place, heads)
}

fn lines(folder: &Path) -> Vec<String> {
    fs::read_to_string(folder.join(FILE_NAME)).expect("read").lines().map(str::to_owned).collect()
}

fn write(folder: &Path, lines: &[String]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(folder.join(FILE_NAME), text).expect("written");
}

fn found(folder: &Path, kept: &[Kept]) -> Vec<Finding> {
    verify(folder, kept).expect("verified").findings
}

fn kept(head: &Head) -> Vec<Kept> {
    vec![Kept { document: "risalah-resmi.pdf".to_owned(), head: head.clone() }]
}

#[test]
fn entries_are_numbered_chained_and_read_again() {
    let (place, heads) = entered(5);
    let verdict = verify(place.path(), &kept(&heads[2])).expect("verified");
    assert_eq!((verdict.lines, verdict.findings, verdict.strangers), (5, vec![], vec![]));
    assert_eq!(verdict.head.as_ref(), heads.last());
    assert!(heads.iter().all(|head| head.trail == heads[0].sha256));
    let read = Trail::of(place.path()).read().expect("read");
    assert_eq!(read.iter().map(|line| line.line).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(read[0].before, "");
    assert_eq!(read[4].before, heads[3].sha256);
    assert_eq!((read[1].entry.meeting.as_deref(), read[1].entry.who.by.as_str()), (Some("rapat-2"), "Sari"));
    // Another program goes on where this one has left it, and this one after that.
    let (mine, other) = (Trail::of(place.path()), Trail::of(place.path()));
    for (trail, line) in [(&mine, 6), (&other, 7), (&mine, 8), (&mine, 9), (&other, 10)] {
        assert_eq!(trail.enter(&who("Budi"), Action::Listened, None, None).expect("entered").line, line);
    }
    assert_eq!(found(place.path(), &kept(&heads[4])), []);
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let (place, _) = entered(1);
    let mode = fs::metadata(place.path().join(FILE_NAME)).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
}

#[test]
fn what_was_changed_removed_or_moved_is_named() {
    let (place, heads) = entered(6);
    let folder = place.path();
    let whole = lines(folder);
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut lines = whole.clone();
        change(&mut lines);
        write(folder, &lines);
        found(folder, &kept(&heads[5]))
    };
    assert_eq!(with(&|_| {}), []);
    assert_eq!(with(&|lines| lines[2] = lines[2].replace("Sari", "Budi")), [Finding::Changed { line: 3 }]);
    assert_eq!(with(&|lines| lines[0] = lines[0].replace("Sari", "Budi")), [Finding::Changed { line: 1 }]);
    assert_eq!(with(&|lines| drop(lines.remove(3))), [Finding::Removed { from: 4, to: 4 }]);
    assert_eq!(with(&|lines| drop(lines.drain(..2))), [Finding::Removed { from: 1, to: 2 }]);
    assert_eq!(with(&|lines| lines.swap(2, 3)), [Finding::Moved { line: 3 }]);
    assert_eq!(with(&|lines| lines.insert(4, lines[1].clone())), [Finding::Twice { line: 2 }]);
    let damaged = with(&|lines| lines[3] = "{".to_owned());
    assert_eq!(damaged, [Finding::Unreadable { place: 4 }, Finding::Removed { from: 4, to: 4 }]);
    // Only a document that carries the head knows of these two.
    let document = || "risalah-resmi.pdf".to_owned();
    let cut = with(&|lines| lines.truncate(4));
    assert_eq!(cut, [Finding::Cut { line: 6, last: 4, document: document() }]);
    let last = with(&|lines| lines[5] = lines[5].replace("Sari", "Budi"));
    assert_eq!(last, [Finding::Other { line: 6, document: document() }]);
    assert_eq!(found(folder, &[]), []);
    fs::remove_file(folder.join(FILE_NAME)).expect("removed");
    assert_eq!(found(folder, &kept(&heads[5])), [Finding::Gone { document: document() }]);
    assert_eq!(found(folder, &[]), []);
}

#[test]
fn a_trail_that_was_written_anew_is_not_the_one_that_a_document_names() {
    let (_, heads) = entered(4);
    let (place, _) = entered(4);
    let verdict = verify(place.path(), &kept(&heads[3])).expect("verified");
    assert_eq!((verdict.findings, verdict.strangers), (vec![], vec!["risalah-resmi.pdf".to_owned()]));
}

#[test]
fn a_line_that_a_crash_has_left_incomplete_is_mended_and_told() {
    let (place, heads) = entered(3);
    let path = place.path().join(FILE_NAME);
    let whole = fs::read(&path).expect("read");
    let third = lines(place.path())[2].len();
    for cut in [1, third / 2, third - 1] {
        fs::write(&path, &whole[..whole.len() - 1 - cut]).expect("cut");
        assert_eq!(found(place.path(), &[]), [Finding::Torn], "{cut}");
        let head = Trail::of(place.path()).enter(&who("Budi"), Action::Opened, None, None).expect("entered");
        assert_eq!(head.line, 4, "the mended one is entered too");
        let read = Trail::of(place.path()).read().expect("read");
        assert_eq!(read[2].entry.action, Action::Mended);
        assert_eq!(read[2].entry.detail, Some(format!("{} B", third - cut)));
        assert_eq!(found(place.path(), &kept(&heads[1])), []);
    }
    // Only the line break is missing: nothing is lost.
    fs::write(&path, &whole[..whole.len() - 1]).expect("cut");
    assert_eq!(Trail::of(place.path()).enter(&who("Budi"), Action::Opened, None, None).expect("entered").line, 4);
    assert_eq!(found(place.path(), &kept(&heads[2])), []);
    // A whole file of a line that never was.
    fs::write(&path, "{\"line\":1").expect("written");
    assert_eq!(Trail::of(place.path()).enter(&who("Budi"), Action::Opened, None, None).expect("entered").line, 2);
    assert_eq!(found(place.path(), &[]), []);
}

#[test]
fn a_program_that_runs_tells_that_the_trail_is_shorter_than_it_left_it() {
    let (place, _) = entered(0);
    let trail = Trail::of(place.path());
    let heads: Vec<Head> =
        (0..4).map(|_| trail.enter(&who("Sari"), Action::Opened, None, None).expect("entered")).collect();
    let whole = lines(place.path());
    write(place.path(), &whole[..2]);
    assert_eq!(trail.enter(&who("Budi"), Action::Opened, None, None).expect("entered").line, 4);
    let was = format!("4 {}", heads[3].sha256);
    assert_eq!(found(place.path(), &[]), [Finding::Shortened { line: 3, was }]);
    // And that it is gone.
    fs::remove_file(place.path().join(FILE_NAME)).expect("removed");
    assert_eq!(trail.enter(&who("Budi"), Action::Opened, None, None).expect("entered").line, 2);
    assert!(matches!(found(place.path(), &[])[..], [Finding::Shortened { line: 1, .. }]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_without_room_is_told_and_leaves_no_half_line() {
    let place = tempfile::tempdir().expect("a folder");
    // A device that takes nothing stands for a full disk.
    std::os::unix::fs::symlink("/dev/full", place.path().join(FILE_NAME)).expect("linked");
    let told = Trail::of(place.path()).enter(&who("Sari"), Action::Signed, None, None).expect_err("no room");
    assert!(matches!(told, e_risalah::audit::Error::Write { .. }), "{told}");
    let gone = Trail::of(&place.path().join("tidak/ada")).enter(&who("Sari"), Action::Signed, None, None);
    assert!(matches!(gone, Err(e_risalah::audit::Error::Write { .. })), "{gone:?}");
}

/// The same test as another process: it enters what it is told to.
const WRITER: &str = "RISALAH_TEST_TRAIL";
const EACH: u64 = 40;

#[test]
fn one_of_many_writers() {
    let Some(folder) = std::env::var_os(WRITER) else { return };
    let trail = Trail::of(Path::new(&folder));
    let name = std::process::id().to_string();
    for number in 1..=EACH {
        let detail = number.to_string();
        trail.enter(&who(&name), Action::Listened, Some("rapat"), Some(&detail)).expect("entered");
    }
}

#[test]
fn programs_that_write_at_once_write_one_after_the_other() {
    let place = tempfile::tempdir().expect("a folder");
    let program = std::env::current_exe().expect("this test");
    let start = |_| {
        let mut command = Command::new(&program);
        command.args(["audit::one_of_many_writers", "--exact", "--quiet"]).env(WRITER, place.path());
        command.stdout(std::process::Stdio::null()).spawn().expect("it runs")
    };
    let writers: Vec<_> = (0..4).map(start).collect();
    let own = Trail::of(place.path());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..EACH {
                    own.enter(&who("Sari"), Action::Opened, None, None).expect("entered");
                }
            });
        }
    });
    for mut writer in writers {
        assert!(writer.wait().expect("it ends").success());
    }
    let verdict = verify(place.path(), &[]).expect("verified");
    assert_eq!((verdict.lines, verdict.findings), (7 * EACH, vec![]));
    // Each program's own entries stand in their order.
    let mut last = std::collections::HashMap::new();
    for line in own.read().expect("read") {
        if let Some(number) = line.entry.detail.and_then(|detail| detail.parse::<u64>().ok()) {
            let before = last.insert(line.entry.who.by.clone(), number).unwrap_or(0);
            assert_eq!(number, before + 1, "{}", line.entry.who.by);
        }
    }
}

#[test]
fn entries_are_chosen_by_person_action_meeting_and_day() {
    let (place, _) = entered(3);
    let trail = Trail::of(place.path());
    trail.enter(&who("=Budi"), Action::Signed, Some("rapat-9"), Some("170/1")).expect("entered");
    let lines = trail.read().expect("read");
    let chosen = |filter: &Filter| lines.iter().filter(|line| filter.takes(&line.entry)).count();
    let all = Filter::default;
    assert_eq!(chosen(&all()), 4);
    assert_eq!(chosen(&Filter { by: Some("sari".to_owned()), ..all() }), 3);
    assert_eq!(chosen(&Filter { action: Some(Action::Signed), ..all() }), 1);
    assert_eq!(chosen(&Filter { meeting: Some("RAPAT-1".to_owned()), ..all() }), 1);
    let today = jiff::Timestamp::now().to_zoned(TimeZone::UTC).date();
    assert_eq!(chosen(&all().between(Some(today), Some(today), &TimeZone::UTC)), 4);
    assert_eq!(chosen(&all().between(None, Some(date(2026, 1, 1)), &TimeZone::UTC)), 0);
    assert_eq!(chosen(&all().between(Some(date(2999, 1, 1)), None, &TimeZone::UTC)), 0);
    let table = String::from_utf8(csv(&lines).expect("a table")).expect("text");
    assert!(table.starts_with("\u{feff}line;at;by;") && table.lines().count() == 5, "{table}");
    assert!(table.contains(";'=Budi;account;192.168.1.9;signed;rapat-9;170/1;"), "{table}");
    let list: serde_json::Value = serde_json::from_slice(&json(&lines).expect("a list")).expect("JSON");
    assert_eq!((&list[3]["action"], &list[3]["line"]), (&"signed".into(), &4.into()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Whatever byte is changed, something is found, by the head if by nothing else.
    #[test]
    fn no_byte_can_be_changed_unseen(place in 0usize..10_000, put in 0u8..=255) {
        let (folder, heads) = entered(4);
        let path = folder.path().join(FILE_NAME);
        let mut text = fs::read(&path).expect("read");
        let place = place % text.len();
        prop_assume!(text[place] != put);
        text[place] = put;
        fs::write(&path, text).expect("written");
        let verdict = verify(folder.path(), &kept(&heads[3])).expect("verified");
        prop_assert!(!verdict.findings.is_empty() || !verdict.strangers.is_empty());
    }
}

#[test]
fn what_is_no_line_harms_nobody() {
    let (place, _) = entered(2);
    let mut file = OpenOptions::new().append(true).open(place.path().join(FILE_NAME)).expect("opened");
    file.write_all(b"\xff\xfe\n\n{}\n").expect("written");
    assert!(found(place.path(), &[]).contains(&Finding::Unreadable { place: 3 }));
    assert_eq!(Trail::of(place.path()).read().expect("read").len(), 2);
    assert!(Trail::of(place.path()).enter(&who("Sari"), Action::Opened, None, None).is_ok());
}
