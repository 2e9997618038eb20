//! Utterances with their sound, for research on speech.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use e_risalah::audio::{Input, Source};
use e_risalah::common::clock::Span;
use e_risalah::publication::Error;
use e_risalah::publication::corpus::{Corpus, make};
use e_risalah::publication::redaction::{Reason, Wish, add};
use serde_json::Value;

use super::fixture::{Fixture, LATER, NUMBER, RAPAT, SECRETARY, SIGNED, at};
use super::meetings::{files, official, verified, words};

/// An official record of an institution that has named a licence.
fn allowed() -> Fixture {
    let fixture = verified(RAPAT, words());
    fs::write(fixture.place.path().join("lembaga.toml"), "[situs]\nkorpus = \"CC-BY-4.0\"\n").expect("written");
    fixture.finalize(SECRETARY, NUMBER, SIGNED).expect("official");
    fixture
}

fn packed(meetings: &[&Fixture], out: &std::path::Path) -> Result<Corpus, Error> {
    let folders: Vec<PathBuf> = meetings.iter().map(|one| one.place.path().to_owned()).collect();
    make(&folders, out, &AtomicBool::new(false), &mut |_| {})
}

fn lines(out: &std::path::Path) -> Vec<Value> {
    let text = fs::read_to_string(out.join("ujaran.jsonl")).expect("a list");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn each_utterance_has_its_words_its_speaker_and_its_sound() {
    let meeting = allowed();
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("korpus");
    let corpus = packed(&[&meeting], &out).expect("a corpus");
    assert_eq!((corpus.meetings, corpus.utterances, corpus.refused.len()), (1, 5, 0), "{corpus:?}");
    let all = lines(&out);
    let first = &all[0];
    assert_eq!(first["text"], "Rapat komisi saya nyatakan dibuka dan terbuka untuk umum.");
    assert_eq!(
        (&first["channel"], &first["start"], &first["licence"]),
        (&1.into(), &32_000.into(), &"CC-BY-4.0".into())
    );
    assert!(all.iter().any(|line| line["role"] == "anggota" && line["fraksi"].is_string()), "{all:?}");
    for line in &all {
        let path = out.join(line["audio"].as_str().expect("a path"));
        let source = Source::open(&Input::File(path)).expect("FLAC");
        let seconds = source.expected_length().expect("known") as f64 / 16_000.0;
        assert!((seconds - line["duration"].as_f64().expect("a number")).abs() < 1e-6, "{line}");
    }
    let before = files(&out);
    packed(&[&meeting], &out).expect("a corpus");
    assert!(before == files(&out), "the same input gives the same bytes");
    assert!(String::from_utf8_lossy(&before["LICENSE.txt"]).contains("spdx.org/licenses/CC-BY-4.0"));
}

#[test]
fn nothing_is_in_it_that_was_redacted_or_not_allowed() {
    let mut meeting = allowed();
    let place = tempfile::tempdir().expect("a folder");
    let out = place.path().join("korpus");
    packed(&[&meeting], &out).expect("a corpus");
    let wish = Wish {
        span: Span::new(150 * 1_600, 300 * 1_600),
        channel: None,
        words: Some("Pengelolaan sampah".to_owned()),
        reason: Reason::Address,
        by: "Sari".to_owned(),
    };
    add(&mut meeting.store, &wish, &at(LATER)).expect("redacted");
    let corpus = packed(&[&meeting], &out).expect("a corpus");
    assert_eq!((corpus.utterances, corpus.redacted), (4, 1));
    let sounds = files(&out).into_keys().filter(|name| name.ends_with(".flac")).count();
    assert_eq!(sounds, 4, "what an earlier corpus had is removed");
    assert!(lines(&out).iter().all(|line| !line["text"].as_str().expect("text").contains("sampah")));

    let silent = official(RAPAT);
    let told = packed(&[&silent], &place.path().join("lain"));
    assert!(
        matches!(&told, Err(Error::NoCorpus { refused }) if refused[0].1.key == "publication.not_opted_in"),
        "{told:?}"
    );
    assert!(!place.path().join("lain").exists(), "nothing was made");
    let other = place.path().join("milik-orang");
    fs::create_dir(&other).expect("made");
    fs::write(other.join("skripsi.docx"), "x").expect("written");
    assert!(matches!(packed(&[&meeting], &other), Err(Error::NotEmpty { .. })));
    let stopped = make(&[meeting.place.path().to_owned()], &out, &AtomicBool::new(true), &mut |_| {});
    assert!(matches!(stopped, Err(Error::Interrupted)));
    assert!(!out.join("ujaran.jsonl").exists(), "half a corpus is none");

    let run = |folders: &[&Fixture]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
        command.arg("korpus").args(folders.iter().map(|one| one.place.path())).arg("-o").arg(&out);
        let output = command.env("RISALAH_LANG", "id").output().expect("the program runs");
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, said) = run(&[&meeting, &silent]);
    assert!(code == Some(3) && said.contains("4 ujaran dari 1 rapat") && said.contains("[situs] korpus"), "{said}");
    assert_eq!(run(&[&silent]).0, Some(2));
}
