//! Several files as one recording.

use std::fs;
use std::path::PathBuf;

use e_risalah::audio::{Error, Input, Source, Warning};
use e_risalah::common::clock::Channel;

use crate::make::{Wav, assert_sentence, drain, folder, i16s, refusal, write};

fn channel(number: u16) -> Channel {
    Channel::new(number).expect("a channel")
}

#[test]
fn files_in_the_given_order_are_the_channels() {
    let dir = folder();
    let left = Wav::pcm16(1, 16_000, &[1, 2, 3]).write(&dir, "z.wav");
    let right = Wav { bits: 8, data: vec![0, 128, 255], ..Wav::pcm16(1, 16_000, &[]) }.write(&dir, "a.wav");
    let input = Input::from_paths(&[left.clone(), right]).expect("a set");
    let mut source = Source::open(&input).expect("a recording");
    assert_eq!((source.channels(), source.expected_length()), (2, Some(3)));
    assert_eq!(source.files()[0].path, left);
    assert_eq!(source.files()[0].bytes, 50);
    assert_eq!(i16s(&drain(&mut source)), [1, -32_768, 2, 0, 3, 32_512]);
    assert_eq!(source.warnings(), []);
}

#[test]
fn a_folder_is_read_by_its_numbers() {
    let dir = folder();
    for seat in [10, 9, 1] {
        Wav::pcm16(1, 16_000, &[seat]).write(&dir, &format!("Mik {seat} – Å.WAV"));
    }
    write(&dir, "catatan.txt", b"bukan audio");
    let input = Input::from_paths(&[dir.path().to_owned()]).expect("a folder");
    assert_eq!(i16s(&drain(&mut Source::open(&input).expect("a recording"))), [1, 0, 0, 0, 0, 0, 0, 0, 9, 10]);
}

#[test]
fn a_folder_with_one_file_is_that_file() {
    let dir = folder();
    let path = Wav::pcm16(3, 16_000, &[1, 2, 3]).write(&dir, "rapat.wav");
    assert_eq!(Input::from_paths(&[dir.path().to_owned()]).expect("a folder"), Input::File(path));
}

#[test]
fn a_channel_without_a_file_is_silent() {
    let dir = folder();
    let path = Wav::pcm16(1, 16_000, &[7, 8]).write(&dir, "a.wav");
    let other = Wav::pcm16(1, 16_000, &[1, 2]).write(&dir, "b.wav");
    let input = Input::from_channels(vec![(channel(4), path), (channel(2), other)]).expect("a set");
    let mut source = Source::open(&input).expect("a recording");
    assert_eq!(source.channels(), 4);
    assert_eq!(i16s(&drain(&mut source)), [0, 1, 0, 7, 0, 2, 0, 8]);
}

#[test]
fn a_short_channel_is_filled_and_named() {
    let dir = folder();
    let long = Wav::pcm16(1, 8_000, &[1; 4_000]).write(&dir, "a.wav");
    let short = Wav::pcm16(1, 8_000, &[2; 1_000]).write(&dir, "b.wav");
    let rounded = Wav::pcm16(1, 8_000, &[3; 3_900]).write(&dir, "c.wav");
    let mut source =
        Source::open(&Input::from_paths(&[long, short.clone(), rounded]).expect("a set")).expect("a recording");
    assert_eq!(source.expected_length(), Some(4_000));
    let samples = i16s(&drain(&mut source));
    assert_eq!(samples.len(), 12_000);
    assert_eq!(samples[2_997..3_003], [1, 2, 3, 1, 0, 3]);
    let warnings = source.warnings();
    assert_eq!(
        warnings,
        [Warning::Shorter { path: short, channel: channel(2), clock: source.clock(), held: 1_000, longest: 4_000 }]
    );
    assert_sentence(&warnings[0]);
}

#[test]
fn files_of_one_set_share_a_rate_and_hold_one_channel_each() {
    let dir = folder();
    let slow = Wav::pcm16(1, 16_000, &[1]).write(&dir, "a.wav");
    let fast = Wav::pcm16(1, 48_000, &[1]).write(&dir, "b.wav");
    let wide = Wav::pcm16(2, 16_000, &[1, 1]).write(&dir, "c.wav");
    let refused = |paths: &[PathBuf]| refusal(Source::open(&Input::from_paths(paths).expect("a set")));
    assert!(matches!(
        refused(&[slow.clone(), fast]),
        Error::RatesDiffer { first_rate: 16_000, second_rate: 48_000, .. }
    ));
    assert!(matches!(refused(&[slow, wide]), Error::NotMono { channels: 2, .. }));
}

/// A meeting folder with these parts.
fn meeting(parts: &[(&str, Vec<u8>)]) -> (tempfile::TempDir, Input) {
    let dir = folder();
    for (name, bytes) in parts {
        write(&dir, &format!("rekaman/{name}"), bytes);
    }
    write(&dir, "rekaman/ledger.jsonl", b"{}\n");
    write(&dir, "contoh.wav", b"");
    let input = Input::from_paths(&[dir.path().to_owned()]).expect("a meeting folder");
    assert_eq!(input, Input::from_paths(&[dir.path().join("rekaman")]).expect("its recording"));
    (dir, input)
}

fn part(samples: &[i16]) -> Vec<u8> {
    Wav::pcm16(2, 16_000, samples).bytes()
}

#[test]
fn parts_follow_one_another_on_one_timeline() {
    let (_dir, input) = meeting(&[
        ("000002.wav", part(&[5, 6])),
        ("000001.wav", part(&[1, 2, 3, 4])),
        ("000003.wav", Wav { claim: Some(0), ..Wav::pcm16(2, 16_000, &[7, 8]) }.bytes()),
    ]);
    let mut source = Source::open(&input).expect("a recording");
    assert_eq!((source.channels(), source.expected_length()), (2, Some(4)));
    assert_eq!(i16s(&drain(&mut source)), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(matches!(&source.warnings()[..], [Warning::Unfinished { path, .. }] if path.ends_with("000003.wav")));

    let mut source = Source::open(&input).expect("a recording");
    assert_eq!(source.skip(3).expect("a leap"), 3);
    assert_eq!(i16s(&drain(&mut source)), [7, 8]);
}

#[test]
fn a_missing_or_unreadable_part_does_not_cost_the_others() {
    let (_dir, input) = meeting(&[
        ("000001.wav", part(&[1, 2])),
        ("000003.wav", part(&[3, 4])),
        ("000004.wav", Vec::new()),
        ("000005.wav", part(&[9, 9])[..20].to_vec()),
    ]);
    let mut source = Source::open(&input).expect("a recording");
    assert_eq!(i16s(&drain(&mut source)), [1, 2, 3, 4]);
    let warnings = source.warnings();
    assert!(
        matches!(
            &warnings[..],
            [
                Warning::PartsMissing { .. },
                Warning::PartSkipped { bytes: 0, .. },
                Warning::PartSkipped { bytes: 20, .. }
            ]
        ),
        "{warnings:?}"
    );
    warnings.iter().for_each(assert_sentence);
}

#[test]
fn parts_of_different_recordings_are_not_joined() {
    let other = |channels, rate| Wav::pcm16(channels, rate, &[1, 2]).bytes();
    let (_dir, input) = meeting(&[("000001.wav", part(&[1, 2])), ("000002.wav", other(1, 16_000))]);
    assert!(matches!(refusal(Source::open(&input)), Error::ChannelsDiffer { .. }));
    let (_dir, input) = meeting(&[("000001.wav", part(&[1, 2])), ("000002.wav", other(2, 48_000))]);
    assert!(matches!(refusal(Source::open(&input)), Error::RatesDiffer { .. }));
    let (_dir, input) = meeting(&[("000001.wav", Vec::new())]);
    assert!(matches!(refusal(Source::open(&input)), Error::Empty { .. }));
}

#[test]
fn a_part_that_vanishes_is_an_error_not_an_end() {
    let (dir, input) = meeting(&[("000001.wav", part(&[1, 2])), ("000002.wav", part(&[3, 4]))]);
    let mut source = Source::open(&input).expect("a recording");
    fs::remove_file(dir.path().join("rekaman/000002.wav")).expect("gone");
    assert!(matches!(source.read(&mut [0.0; 8]), Err(Error::Missing { .. })));
}
