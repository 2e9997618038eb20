//! What is not published, and where no site is written.

use std::fs;
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;

use e_risalah::common::clock::Span;
use e_risalah::publication::redaction::{Reason, Wish, add};
use e_risalah::publication::site::Error;

use super::fixture::{Fixture, LATER, RAPAT, at, stderr, stdout};
use super::meetings::{Desk, files, official, on, verified, words};

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(args).env("RISALAH_LANG", "en").output().expect("the program runs")
}

#[test]
fn only_official_records_of_open_meetings_are_published_and_the_others_are_told() {
    let open = official(RAPAT);
    let provisional = verified(&on(11), words());
    let closed = Fixture::with(&on(12).replace("\"terbuka\"", "\"tertutup\""), words(), true);
    let desk = Desk::new();
    let report = desk.publish(&[&open, &provisional, &closed]).expect("published");
    assert_eq!(report.meetings, 1);
    let mut keys: Vec<&str> = report.refused.iter().map(|(_, message)| message.key.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["publication.closed", "publication.provisional"]);
    for (name, content) in files(&desk.site()) {
        let text = String::from_utf8_lossy(&content);
        assert!(!text.contains("2026-03-11") && !text.contains("2026-03-12"), "{name}");
    }
    let nothing = Desk::new();
    let told = nothing.publish(&[&provisional, &closed]);
    assert!(matches!(&told, Err(Error::Nothing { refused }) if refused.len() == 2), "{told:?}");
    assert!(!nothing.site().exists());
    // As a person does it: exit 3, and which folder was left out.
    let site = nothing.place.path().join("situs");
    let path = |fixture: &Fixture| fixture.place.path().to_str().expect("text").to_owned();
    let site = site.to_str().expect("text");
    let output = run(&["publish", &path(&open), &path(&closed), "-o", site, "--no-sound"]);
    assert_eq!(output.status.code(), Some(3), "{}{}", stdout(&output), stderr(&output));
    assert!(
        stderr(&output).contains(&path(&closed)) && stdout(&output).contains("1 meetings, 1 made"),
        "{}",
        stderr(&output)
    );
    let output = run(&["terbitkan", &path(&open), "-o", site, "--no-sound", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let told: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!((&told["made"], &told["unchanged"]), (&0.into(), &1.into()));
    let output = run(&["publish", &path(&closed), "-o", &format!("{site}-2")]);
    assert_eq!(output.status.code(), Some(2), "{}{}", stdout(&output), stderr(&output));
    assert!(stderr(&output).contains("not open"), "{}", stderr(&output));
    assert_eq!(run(&["publish", &format!("{site}-tidak-ada"), "-o", site]).status.code(), Some(2));
    assert_eq!(run(&["publish", &path(&open), "-o", site, "--url", "dprd"]).status.code(), Some(2));
    assert_eq!(run(&["publish", "-o", site, "--withdraw", "x"]).status.code(), Some(2));
}

#[test]
fn a_folder_that_is_no_site_is_left_alone() {
    let meeting = official(RAPAT);
    let desk = Desk::new();
    fs::create_dir(desk.site()).expect("made");
    fs::write(desk.site().join("skripsi.docx"), "milik orang").expect("written");
    assert!(matches!(desk.publish(&[&meeting]), Err(Error::NotASite { .. })));
    assert_eq!(files(&desk.site()).len(), 1);
    fs::remove_file(desk.site().join("skripsi.docx")).expect("removed");
    desk.publish(&[&meeting]).expect("an empty folder is taken");
    let inside = Desk { place: tempfile::tempdir_in(meeting.place.path()).expect("a folder"), ..Desk::new() };
    assert!(matches!(inside.publish(&[&meeting]), Err(Error::Inside { .. })));
    // A newer version may know what this one does not.
    let state = desk.site().join(".risalah/situs.json");
    let text = fs::read_to_string(&state).expect("read").replace("\"format\": 1", "\"format\": 9");
    fs::write(&state, text).expect("written");
    assert!(matches!(desk.publish(&[&meeting]), Err(Error::Newer { .. })));
    fs::write(&state, "{").expect("written");
    assert!(matches!(desk.publish(&[&meeting]), Err(Error::Damaged { .. })));
}

#[test]
fn a_file_that_somebody_removed_from_the_site_is_made_again() {
    let (one, other) = (official(RAPAT), official(&on(11)));
    let desk = Desk::new();
    desk.publish(&[&one, &other]).expect("published");
    let before = files(&desk.site());
    let gone = before.keys().find(|name| name.ends_with("risalah.vtt") && name.contains("03-10")).expect("captions");
    fs::remove_file(desk.site().join(gone)).expect("removed");
    let told = desk.folders(&[other.place.path().to_owned()], &AtomicBool::new(false), &mut |_| {});
    assert!(matches!(told, Err(Error::FileGone { .. })), "{told:?}");
    let report = desk.publish(&[&one, &other]).expect("published");
    assert_eq!((report.made, report.unchanged), (1, 1));
    assert!(before == files(&desk.site()));
}

#[test]
fn what_was_redacted_is_nowhere_in_the_site() {
    let mut meeting = official(RAPAT);
    let desk = Desk::new();
    desk.publish(&[&meeting]).expect("published");
    assert!(desk.text(&desk.page()).contains("sampah sudah dianggarkan"));
    let wish = Wish {
        span: Span::new(150 * 1_600, 300 * 1_600),
        channel: None,
        words: Some("Pengelolaan sampah".to_owned()),
        reason: Reason::Address,
        by: "Sari".to_owned(),
    };
    add(&mut meeting.store, &wish, &at(LATER)).expect("redacted");
    let report = desk.publish(&[&meeting]).expect("published");
    assert_eq!((report.made, report.unchanged), (1, 0), "{report:?}");
    let page = desk.page();
    assert!(desk.text(&page).contains("[dihapus: "), "{}", desk.text(&page));
    for (name, content) in files(&desk.site()) {
        let is_paper = name.ends_with(".pdf");
        let text = if is_paper {
            super::fixture::pages(&desk.site().join(&name)).concat()
        } else {
            String::from_utf8_lossy(&content).into_owned()
        };
        // The agenda has the same words, which nobody has redacted.
        let text = text.replace("Pengelolaan Sampah", "");
        assert!(!text.to_lowercase().contains("pengelolaan sampah"), "{name}");
        let is_index = name.starts_with("cari/") && !name.contains("/teks/");
        assert!(is_index || !text.contains("sampah sudah"), "{name}");
    }
}
