//! A microphone that several people use, from the sound to the record.

use std::fs;
use std::path::Path;
use std::process::Command;

use e_risalah::audio::{Input, Source};

const RATE: usize = 16_000;

/// The chair's first sentences, softer by 8 dB after the pause at 12 s as from another mouth, and a
/// microphone at which nobody speaks.
fn handed_over(place: &Path) -> std::path::PathBuf {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna");
    let channels = ["01.ogg", "08.ogg"].map(|name| fixture.join(name));
    let mut source = Source::open(&Input::from_paths(&channels).expect("a set")).expect("opened");
    let mut frames = vec![0.0; 2 * 23 * RATE];
    let read = source.read(&mut frames).expect("read");
    let path = place.join("petikan.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: RATE as u32,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).expect("created");
    for (place, sample) in frames[..2 * read].iter().enumerate() {
        let gain = if place / 2 < 12 * RATE { 1.0 } else { 0.4 };
        writer.write_sample((sample * gain * 32_767.0) as i16).expect("written");
    }
    writer.finalize().expect("finished");
    path
}

#[test]
fn a_shared_microphone_keeps_its_number_and_a_change_of_speaker_is_proposed() {
    let place = tempfile::tempdir().expect("a folder");
    let (input, folder) = (handed_over(place.path()), place.path().join("hasil"));
    let description = place.path().join("rapat.toml");
    let people = "[[orang]]\nid = \"a\"\nnama = \"Ani\"\njabatan = \"Camat\"\n[[kursi]]\nkanal = 1\nbersama = true\n";
    let run = |args: &[&Path]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
        command.args(args).env("RISALAH_LANG", "id").env("RISALAH_MODELS", "/tidak/ada");
        let output = command.output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read_to_string(folder.join("transkrip.txt")).expect("text")
    };
    let option = Path::new;
    fs::write(&description, people).expect("written");
    let transcribe = [
        option("transkrip"),
        &input,
        option("-o"),
        &folder,
        option("--meeting"),
        &description,
        option("--format"),
        option("txt"),
    ];
    let record = run(&transcribe);
    assert!(record.contains("MIKROFON 01: [dipakai bersama]"), "{record}");
    let body = record.split("JALANNYA RAPAT").nth(1).expect("a body");
    assert_eq!(body.matches("[pembicara lain?]").count(), 1, "{record}");

    // Who listens to it names the speaker; the words stay, and nothing is proposed any more.
    let named = format!("{people}pemakai = [{{ orang = \"a\", dari = \"00:00:00\" }}]\n");
    fs::write(folder.join("rapat.toml"), named).expect("written");
    let record = run(&[option("ekspor"), &folder, option("--format"), option("txt")]);
    assert!(record.contains("CAMAT (ANI):") && !record.contains("MIKROFON 01"), "{record}");
    let body = record.split("JALANNYA RAPAT").nth(1).expect("a body");
    assert!(!body.contains("[pembicara lain?]"), "{record}");
}
