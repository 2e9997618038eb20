//! The programs of `examples/`, run as a user of the library would: one after the other on the
//! shipped meeting.

#[path = "../../examples/compose_document.rs"]
#[allow(dead_code, reason = "a program has a main function")]
mod compose_document;
#[path = "../../examples/read_recording.rs"]
#[allow(dead_code, reason = "a program has a main function")]
mod read_recording;
#[path = "../../examples/transcribe_file.rs"]
#[allow(dead_code, reason = "a program has a main function")]
mod transcribe_file;

use std::fs;
use std::path::{Path, PathBuf};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna")
}

#[test]
fn a_recording_is_read_transcribed_and_composed() {
    let place = tempfile::tempdir().expect("a folder");
    // The first microphone is enough, and speaks of its own for a while.
    let sound = vec![shipped().join("01.ogg")];

    let mut told = Vec::new();
    read_recording::run(&sound, &mut told).expect("read");
    let told = String::from_utf8(told).expect("text");
    assert!(told.starts_with("1 channels, "), "{told}");
    assert!(told.contains("channel 1: peak -"), "{told}");

    let mut told = Vec::new();
    transcribe_file::run(Path::new("risalah-demo"), place.path(), &sound, &mut told).expect("transcribed");
    let told = String::from_utf8(told).expect("text");
    assert!(told.contains("channel 1  "), "{told}");

    fs::copy(shipped().join("rapat.toml"), place.path().join("rapat.toml")).expect("copied");
    for name in ["risalah.pdf", "risalah.docx", "risalah.txt"] {
        let file = place.path().join(name);
        compose_document::run(place.path(), &file).expect(name);
        assert!(fs::metadata(file).expect(name).len() > 500, "{name}");
    }
    let written = fs::read_to_string(place.path().join("risalah.txt")).expect("text");
    assert!(written.contains("RUSDI"), "{written}");
    assert!(compose_document::run(place.path(), &place.path().join("risalah.odt")).is_err());
}
