//! `risalah floor` as a user runs it: the turns on stdout, the picture in a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(args).env("RISALAH_LANG", "id").output().expect("the program runs")
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

#[test]
fn the_turns_of_the_shipped_meeting_are_those_that_were_spoken_and_stand_in_the_picture() {
    let place = tempfile::tempdir().expect("a folder");
    let picture = place.path().join("gambar «uji».svg");
    let output = run(&["giliran", text(&fixture()), "--json", "--plot", text(&picture)]);
    assert!(output.status.success(), "{}", stderr(&output));
    let turns: Vec<serde_json::Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let seconds = |turn: &serde_json::Value, key: &str| turn[key].as_str().and_then(|text| text.parse::<f64>().ok());
    let reference = fs::read_to_string(fixture().join("referensi.rttm")).expect("the reference");
    let (mut spoken, mut found) = (0.0, 0.0);
    for line in reference.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (start, length): (f64, f64) = (fields[3].parse().expect("a start"), fields[4].parse().expect("a length"));
        spoken += length;
        for turn in turns.iter().filter(|turn| turn["speaker"] == fields[7]) {
            let (from, until) = (seconds(turn, "start_time"), seconds(turn, "end_time"));
            let (from, until) = (from.expect("a start"), until.expect("an end"));
            found += (until.min(start + length) - from.max(start)).max(0.0);
        }
    }
    assert!(found > 0.9 * spoken, "{found} of {spoken} s");
    assert!(turns.iter().any(|turn| turn["name"] == "Siti Aminah, S.Pd."));

    let picture = fs::read_to_string(picture).expect("the picture");
    assert!(picture.contains("Siti Aminah, S.Pd.") && picture.contains("giliran bicara"));
    assert!(picture.matches("<rect").count() > turns.len(), "every turn is a bar");
}

#[test]
fn a_picture_of_a_part_is_a_png() {
    let place = tempfile::tempdir().expect("a folder");
    let picture = place.path().join("gambar.png");
    let files = ["01.ogg", "03.ogg"].map(|name| fixture().join(name));
    let part = ["--plot", text(&picture), "--from", "0:00:10", "--until", "0:00:20,5"];
    let output = run(&[&["floor", text(&files[0]), text(&files[1])], part.as_slice()].concat());
    // Two files named one by one keep their order, which their numbers contradict: told.
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).lines().all(|line| line.starts_with("SPEAKER rapat ")));
    let image = fs::read(picture).expect("the picture");
    assert!(image.starts_with(b"\x89PNG") && image.len() > 10_000, "{} bytes", image.len());
}

#[test]
fn what_cannot_be_drawn_is_said_before_anything_is_heard() {
    let place = tempfile::tempdir().expect("a folder");
    let input = fixture().join("01.ogg");
    for args in [
        ["floor", text(&input), "--plot", text(&place.path().join("gambar.docx"))].as_slice(),
        &["floor", text(&input), "--from", "0:00:10"],
        &["floor", text(&input), "--plot", text(&place.path().join("a.png")), "--from", "sepuluh"],
        &["floor", text(&place.path().join("tidak-ada.wav"))],
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty() && stderr(&output).contains("galat"), "{args:?}: {}", stderr(&output));
    }
    assert_eq!(fs::read_dir(place.path()).expect("listed").count(), 0);
}
