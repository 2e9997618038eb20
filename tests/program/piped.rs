//! Sound from a pipe: `-` in place of a file.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Output, Stdio};

use crate::room::{excerpt, risalah, run, stderr, text};

/// Runs the program with a file as what comes through the pipe.
fn piped(args: &[&str], file: &Path) -> Output {
    let file = File::open(file).expect("a file");
    risalah(args).stdin(Stdio::from(file)).output().expect("the program runs")
}

#[test]
fn the_floor_of_piped_sound_is_that_of_the_file() {
    let place = tempfile::tempdir().expect("a folder");
    let input = excerpt(place.path());
    let expected = run(&["giliran", text(&input)]);
    let output = piped(&["giliran", "-"], &input);
    assert_eq!((output.status.code(), &output.stdout), (Some(0), &expected.stdout), "{}", stderr(&output));

    // A program that writes to a pipe cannot know the length, and leaves it at its highest.
    let mut bytes = fs::read(&input).expect("a file");
    bytes[40..44].fill(0xFF);
    let open = place.path().join("tanpa-panjang.wav");
    fs::write(&open, bytes).expect("written");
    let output = piped(&["giliran", "-"], &open);
    assert_eq!((output.status.code(), &output.stdout), (Some(0), &expected.stdout), "{}", stderr(&output));
}

#[test]
fn piped_sound_is_kept_with_the_meeting() {
    let place = tempfile::tempdir().expect("a folder");
    let input = excerpt(place.path());
    let folder = place.path().join("hasil");
    for _ in 0..2 {
        let output = piped(&["transkrip", "-", "-o", text(&folder), "--format", "txt", "--quiet"], &input);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let kept = folder.join("rekaman/masukan.wav");
        assert_eq!(fs::read(&kept).expect("kept"), fs::read(&input).expect("a file"));
    }
    // Another sound never takes its place.
    let other = place.path().join("lain.wav");
    let mut bytes = fs::read(&input).expect("a file");
    bytes[100] ^= 1;
    fs::write(&other, bytes).expect("written");
    let output = piped(&["transkrip", "-", "-o", text(&folder), "--quiet"], &other);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("sudah berisi suara lain"), "{}", stderr(&output));
    let names: Vec<_> = fs::read_dir(folder.join("rekaman")).expect("a folder").flatten().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn a_pipe_without_sound_is_told() {
    let place = tempfile::tempdir().expect("a folder");
    let empty = place.path().join("kosong");
    fs::write(&empty, b"").expect("written");
    let folder = place.path().join("hasil");
    for args in [&["giliran", "-"][..], &["transkrip", "-", "-o", text(&folder)]] {
        let output = piped(args, &empty);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("Tidak ada yang datang melalui pipa"), "{}", stderr(&output));
        let output = piped(args, Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md").as_path());
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("bukan berkas audio"), "{}", stderr(&output));
        assert_eq!(fs::read_dir(folder.join("rekaman")).map_or(0, Iterator::count), 0);
    }
    let output = piped(&["giliran", "-", text(&excerpt(place.path()))], &empty);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}
