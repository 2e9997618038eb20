//! WAV and its kin: every format exactly, and whatever the header claims.

use std::fs::File;
use std::io::{Cursor, Seek, SeekFrom, Write};
use std::path::Path;

use e_risalah::audio::Warning;
use e_risalah::audio::wav::WavReader;
use e_risalah::common::clock::Channel;
use proptest::prelude::*;

use crate::make::{Wav, assert_sentence, chunk, drain, folder, i16s, open, read};

const SAMPLES: [i16; 8] = [0, 1, -1, 32_767, -32_768, 256, -12_345, 12_345];

fn samples_of(wav: &Wav) -> Vec<f32> {
    let mut reader = WavReader::new(Cursor::new(wav.bytes()), Path::new("memory.wav")).expect("a header");
    let mut out = vec![0.0; reader.frames() as usize * usize::from(reader.format().channels)];
    assert_eq!(reader.read(&mut out).expect("samples"), reader.frames() as usize);
    assert_eq!(reader.read(&mut out).expect("an end"), 0);
    out
}

proptest! {
    #[test]
    fn sixteen_bits_are_exact(samples in prop::collection::vec(any::<i16>(), 1..300)) {
        prop_assert_eq!(i16s(&samples_of(&Wav::pcm16(1, 16_000, &samples))), samples);
    }

    #[test]
    fn eight_bits_are_exact(data in prop::collection::vec(any::<u8>(), 1..300)) {
        let back: Vec<u8> = samples_of(&Wav { bits: 8, data: data.clone(), ..Wav::pcm16(1, 8_000, &[]) })
            .iter().map(|sample| (sample * 128.0 + 128.0) as u8).collect();
        prop_assert_eq!(back, data);
    }

    #[test]
    fn twenty_four_bits_are_exact(samples in prop::collection::vec(-8_388_608i32..8_388_608, 1..300)) {
        let data = samples.iter().flat_map(|sample| sample.to_le_bytes().into_iter().take(3)).collect();
        let back: Vec<i32> = samples_of(&Wav { bits: 24, data, ..Wav::pcm16(1, 96_000, &[]) })
            .iter().map(|sample| (sample * 8_388_608.0) as i32).collect();
        prop_assert_eq!(back, samples);
    }

    #[test]
    fn thirty_two_bits_keep_what_a_float_can(samples in prop::collection::vec(any::<i32>(), 1..300)) {
        let data = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        for (value, sample) in samples_of(&Wav { bits: 32, data, ..Wav::pcm16(1, 192_000, &[]) }).iter().zip(&samples) {
            prop_assert!((f64::from(*value) - f64::from(*sample) / 2_147_483_648.0).abs() <= f64::from(f32::EPSILON));
            prop_assert!(value.abs() <= 1.0);
        }
    }

    #[test]
    fn floats_are_exact(samples in prop::collection::vec(-4.0f32..4.0, 1..300)) {
        prop_assert_eq!(samples_of(&Wav::float(1, 48_000, &samples)), samples.clone());
        let data = samples.iter().flat_map(|sample| f64::from(*sample).to_le_bytes()).collect();
        prop_assert_eq!(samples_of(&Wav { tag: 3, bits: 64, data, ..Wav::pcm16(1, 48_000, &[]) }), samples);
    }

    #[test]
    fn a_corrupt_header_is_refused_or_read_within_its_bytes(
        wounds in prop::collection::vec((0usize..120, any::<u8>()), 1..12),
        cut in 0usize..200,
        wide in any::<bool>(),
    ) {
        let ds64 = chunk(*b"ds64", &[0x5A; 28]);
        let mut bytes = Wav {
            id: if wide { b"RF64" } else { b"RIFF" },
            before: if wide { ds64 } else { Vec::new() },
            after: chunk(*b"iXML", b"<BWFXML><TRACK_LIST/></BWFXML>"),
            ..Wav::pcm16(2, 48_000, &SAMPLES)
        }.bytes();
        for (at, value) in wounds {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        bytes.truncate(bytes.len() - cut.min(bytes.len()));
        let held = bytes.len();
        if let Ok(mut reader) = WavReader::new(Cursor::new(bytes), Path::new("memory.wav")) {
            let channels = usize::from(reader.format().channels);
            prop_assert!(reader.frames() as usize * channels <= held);
            let mut out = vec![0.0; 64 * channels];
            let mut frames = 0;
            while let Ok(count @ 1..) = reader.read(&mut out) {
                frames += count as u64;
            }
            prop_assert_eq!(frames, reader.frames());
        }
    }

    #[test]
    fn a_cut_file_gives_every_whole_frame(cut in 1usize..16) {
        let dir = folder();
        let mut bytes = Wav::pcm16(2, 8_000, &SAMPLES).bytes();
        bytes.truncate(bytes.len() - cut);
        let path = crate::make::write(&dir, "potong.wav", &bytes);
        let frames = (16 - cut) / 4;
        if frames == 0 {
            prop_assert!(open(&path).is_err());
        } else {
            let (samples, warnings) = read(&path);
            prop_assert_eq!(&i16s(&samples)[..], &SAMPLES[..frames * 2]);
            let truncated = matches!(&warnings[..], [Warning::Truncated { claimed: 4, held, .. }] if *held == frames as u64);
            prop_assert!(truncated, "{:?}", warnings);
        }
    }
}

#[test]
fn a_header_that_was_never_completed_hides_nothing() {
    let dir = folder();
    for claim in [0, 4, u32::MAX, 0x7FFF_F000, 0x8000_0000] {
        let path = Wav { claim: Some(claim), ..Wav::pcm16(1, 16_000, &SAMPLES) }.write(&dir, "mati listrik.wav");
        let (samples, warnings) = read(&path);
        assert_eq!(i16s(&samples), SAMPLES, "{claim:#x}");
        assert!(matches!(warnings[..], [Warning::Unfinished { held: 8, .. }]), "{claim:#x}: {warnings:?}");
        assert_sentence(&warnings[0]);
    }
}

#[test]
fn chunks_after_the_sound_are_no_sound() {
    let dir = folder();
    let after = [chunk(*b"LIST", b"INFOodd"), chunk(*b"id3 ", &[7; 33])].concat();
    let path = Wav { after, ..Wav::pcm16(1, 16_000, &SAMPLES) }.write(&dir, "a.wav");
    let (samples, warnings) = read(&path);
    assert_eq!(i16s(&samples), SAMPLES);
    assert_eq!(warnings, []);
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_truncated() {
    let dir = folder();
    let path = Wav::pcm16(1, 8_000, &vec![5; 40_000]).write(&dir, "a.wav");
    let mut source = open(&path).expect("a recording");
    File::options().write(true).open(&path).expect("the file").set_len(44 + 2000).expect("shorter");
    assert_eq!(drain(&mut source).len(), 1000);
    assert!(matches!(source.warnings()[..], [Warning::Truncated { held: 1000, claimed: 40_000, .. }]));
}

#[test]
fn an_extensible_header_names_its_format_in_the_guid() {
    let mut format = Vec::new();
    format.extend(0xFFFE_u16.to_le_bytes());
    format.extend(1_u16.to_le_bytes());
    format.extend(48_000_u32.to_le_bytes());
    format.extend(192_000_u32.to_le_bytes());
    // 24 bits in a container of 4 bytes.
    format.extend([4, 0, 24, 0, 22, 0, 24, 0, 4, 0, 0, 0]);
    format.extend([1, 0, 0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]);
    let data = chunk(*b"data", &0x4000_0000_i32.to_le_bytes());
    let bytes = [b"RIFF\0\0\0\0WAVE".to_vec(), chunk(*b"fmt ", &format), data].concat();
    let mut reader = WavReader::new(Cursor::new(bytes), Path::new("memory.wav")).expect("a header");
    let mut out = [0.0];
    assert_eq!(reader.read(&mut out).expect("a sample"), 1);
    assert!((out[0] - 0.5).abs() < f32::EPSILON);
}

#[test]
fn rf64_is_read_beyond_four_gibibytes() {
    const FRAMES: u64 = 36_000_000;
    let dir = folder();
    let bytes = FRAMES * 128;
    let mut ds64 = Vec::new();
    ds64.extend((bytes + 100).to_le_bytes());
    ds64.extend(bytes.to_le_bytes());
    ds64.extend(FRAMES.to_le_bytes());
    ds64.extend(0_u32.to_le_bytes());
    for id in [b"RF64", b"BW64"] {
        let wav = Wav {
            id,
            before: chunk(*b"ds64", &ds64),
            claim: Some(u32::MAX),
            after: chunk(*b"LIST", b"INFO"),
            ..Wav::pcm16(64, 48_000, &[])
        };
        let header = wav.header();
        let path = dir.path().join("delapan jam.wav");
        // A sparse file: only its header and its last frame take room on the disk.
        let mut file = File::create(&path).expect("a file");
        file.write_all(&Wav { claim: Some(u32::MAX), after: Vec::new(), ..wav.clone() }.bytes()).expect("a header");
        file.seek(SeekFrom::Start(header.len() as u64 + bytes - 2)).expect("far away");
        file.write_all(&(-16_384_i16).to_le_bytes()).expect("the last sample");
        file.write_all(&wav.after).expect("a chunk behind it");
        drop(file);

        let mut source = open(&path).expect("a recording");
        assert_eq!(source.channels(), 64);
        assert_eq!(source.expected_length(), Some(FRAMES));
        assert_eq!(source.skip(FRAMES - 2).expect("a leap"), FRAMES - 2);
        let mut out = vec![0.0; 64 * 10];
        assert_eq!(source.read(&mut out).expect("the end"), 2);
        assert!((out[127] + 0.5).abs() < f32::EPSILON);
        assert_eq!(source.position(), FRAMES);
        assert_eq!(source.warnings(), []);
    }
}

#[test]
fn broadcast_recorders_tell_when_and_what() {
    let dir = folder();
    let mut bext = vec![0; 602];
    bext[320..338].copy_from_slice(b"2027-03-0910:05:17");
    let ixml = "<?xml version=\"1.0\"?><BWFXML><TRACK_LIST><TRACK_COUNT>2</TRACK_COUNT>\
        <TRACK><CHANNEL_INDEX>9</CHANNEL_INDEX><INTERLEAVE_INDEX>2</INTERLEAVE_INDEX><NAME>Kursi 2 &amp; mimbar</NAME></TRACK>\
        <TRACK><CHANNEL_INDEX>4</CHANNEL_INDEX><INTERLEAVE_INDEX>77</INTERLEAVE_INDEX><NAME>?</NAME></TRACK>\
        </TRACK_LIST></BWFXML>";
    let wav = Wav {
        before: chunk(*b"bext", &bext),
        after: chunk(*b"iXML", ixml.as_bytes()),
        ..Wav::pcm16(2, 48_000, &SAMPLES)
    };
    let source = open(&wav.write(&dir, "a.wav")).expect("a recording");
    assert_eq!(source.started(), Some(jiff::civil::date(2027, 3, 9).at(10, 5, 17, 0)));
    assert_eq!(source.name(Channel::from_index(1)), Some("Kursi 2 & mimbar"));
    assert_eq!(source.name(Channel::from_index(0)), None);

    bext[320..330].copy_from_slice(b"2027-13-09");
    let source = open(&Wav { before: chunk(*b"bext", &bext), ..wav }.write(&dir, "b.wav")).expect("a recording");
    assert_eq!(source.started(), None);
}

#[test]
fn samples_that_are_no_numbers_become_silence() {
    let dir = folder();
    let samples = [0.5, f32::NAN, f32::INFINITY, 0.25, f32::NEG_INFINITY, 0.125, 1.0e30, 0.0];
    let (read, warnings) = read(&Wav::float(2, 16_000, &samples).write(&dir, "a.wav"));
    assert_eq!(read, [0.5, 0.0, 0.0, 0.25, 0.0, 0.125, 0.0, 0.0]);
    let faults = |channel, samples| Warning::NotNumbers { channel: Channel::from_index(channel), samples };
    assert_eq!(warnings, [faults(0, 3), faults(1, 1)]);
    assert_sentence(&warnings[0]);
}
