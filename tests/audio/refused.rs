//! What is not a recording, each with its own sentence.

use e_risalah::audio::{Error, Input};
use e_risalah::common::clock::Channel;
use e_risalah::common::message::Explain;

use crate::make::{Wav, assert_sentence, folder, open, refusal, write};

#[test]
fn what_is_no_sound_is_not_taken_for_it() {
    let dir = folder();
    let text = write(&dir, "catatan.wav", "Rapat dibuka pukul 10.05 WITA.\n".repeat(40).as_bytes());
    let png = write(&dir, "foto.wav", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0");
    let jpeg = write(&dir, "foto.mp3", &[b"\xFF\xD8\xFF\xE0\0\x10JFIF\0".as_slice(), &[0xFF; 5000]].concat());
    let short = write(&dir, "pendek.wav", b"RI");
    for path in [text, png, jpeg, short] {
        assert!(matches!(refusal(open(&path)), Error::NotAudio { .. }), "{}", path.display());
    }
    let utf16 = write(&dir, "utf16.wav", &[b"\xFF\xFE".as_slice(), &b"R\0a\0p\0a\0t\0".repeat(400)].concat());
    refusal(open(&utf16));
    assert!(matches!(refusal(open(&write(&dir, "kosong.wav", b""))), Error::Empty { .. }));
}

#[test]
fn a_header_is_not_enough() {
    let dir = folder();
    let whole = Wav::pcm16(2, 16_000, &[1; 8]);
    let header = write(&dir, "kepala.wav", &whole.header());
    assert!(matches!(refusal(open(&header)), Error::NoData { .. }));
    let no_data = write(&dir, "tanpa-data.wav", &whole.bytes()[..36]);
    assert!(matches!(refusal(open(&no_data)), Error::NoData { .. }));
    let no_format = write(&dir, "tanpa-format.wav", b"RIFF\0\0\0\0WAVEdata\x04\0\0\0\x01\0\x01\0");
    assert!(matches!(refusal(open(&no_format)), Error::NoFormat { .. }));
    let tags_only = Wav { data: Vec::new(), after: b"LIST\x04\0\0\0INFO".to_vec(), ..whole }.write(&dir, "tag.wav");
    assert!(matches!(refusal(open(&tags_only)), Error::NoData { .. }));
}

#[test]
fn formats_outside_the_limits_are_named() {
    let dir = folder();
    let wav = Wav::pcm16(1, 16_000, &[1; 130]);
    let refused = |wav: Wav| refusal(open(&wav.write(&dir, "a.wav")));
    assert!(matches!(refused(Wav { channels: 0, ..wav.clone() }), Error::NoChannels { .. }));
    assert!(matches!(refused(Wav { channels: 65, ..wav.clone() }), Error::TooManyChannels { channels: 65, .. }));
    for rate in [0, 1_000, 7_999, 192_001, u32::MAX] {
        assert!(matches!(refused(Wav { rate, ..wav.clone() }), Error::Rate { rate: named, .. } if named == rate));
    }
    for (tag, bits) in [(1, 0), (1, 64), (3, 16), (0x55, 0), (0xABCD, 16)] {
        assert!(matches!(refused(Wav { tag, bits, ..wav.clone() }), Error::Encoding { .. }), "{tag:#x} {bits}");
    }
}

#[test]
fn paths_that_mean_nothing_are_the_users_to_mend() {
    let dir = folder();
    let file = Wav::pcm16(1, 16_000, &[1; 8]).write(&dir, "a.wav");
    let inside = dir.path().join("kosong");
    std::fs::create_dir(&inside).expect("a folder");
    write(&dir, "kosong/rapat.toml", b"");
    write(&dir, "kosong/._a.wav", b"");
    let refused = |paths: &[_]| Input::from_paths(paths).expect_err("a refusal");
    let channel = Channel::from_index(0);
    for (error, expected) in [
        (refused(&[]), "audio.nothing"),
        (refused(&[dir.path().join("tiada.wav")]), "audio.missing"),
        (refused(std::slice::from_ref(&inside)), "audio.folder_without_audio"),
        (refused(&[file.clone(), inside]), "audio.folder_among_files"),
        (refused(&vec![file.clone(); 65]), "audio.too_many_files"),
        (
            Input::from_channels(vec![(channel, file.clone()), (channel, file)]).expect_err("a refusal"),
            "audio.channel_twice",
        ),
    ] {
        assert_eq!(error.message().key, expected);
        assert!(error.is_usage());
        assert_sentence(&error);
    }
}
