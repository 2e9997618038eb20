//! Containers and their kin: tracks, times, joined and cut files, forms that are read or named.
//! `tests/data/make.sh` says what the files hold.

use std::fs;
use std::path::Path;

use e_risalah::audio::{Error, Source, Warning};
use e_risalah::common::clock::Channel;
use e_risalah::common::language::Language;
use e_risalah::common::message::Explain;

use crate::make::{Wav, assert_sentence, chunk, data, drain, folder, i16s, open, read, refusal, write};

/// The amplitude of one frequency on one of several channels, over part of the sound, in seconds.
fn tone(samples: &[f32], channels: usize, channel: usize, hertz: f32, rate: f32, part: (f32, f32)) -> f32 {
    let (start, length) = ((part.0 * rate) as usize, ((part.1 - part.0) * rate) as usize);
    let own = samples.iter().skip(channel).step_by(channels).skip(start).take(length);
    let (mut re, mut im, mut count) = (0.0, 0.0, 0.0_f32);
    for (index, sample) in own.enumerate() {
        let phase = std::f32::consts::TAU * hertz * (start + index) as f32 / rate;
        re += sample * phase.cos();
        im += sample * phase.sin();
        count += 1.0;
    }
    2.0 * re.hypot(im) / count.max(1.0)
}

/// Samples, channels, rate and warnings of a file.
fn sound(path: &Path) -> (Vec<f32>, usize, f32, Vec<Warning>) {
    let mut source = open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let samples = drain(&mut source);
    (samples, usize::from(source.channels()), source.clock().rate() as f32, source.warnings())
}

fn assert_tones(name: &str, samples: &[f32], rate: f32, part: (f32, f32)) {
    for (channel, own, other) in [(0, 440.0, 1_000.0), (1, 1_000.0, 440.0)] {
        let (own, other) = (tone(samples, 2, channel, own, rate, part), tone(samples, 2, channel, other, rate, part));
        assert!((0.38..0.55).contains(&own), "{name}: {own}");
        assert!(other < 0.1, "{name}: {other}");
    }
}

#[test]
fn every_container_gives_its_channels() {
    for (name, rate) in [
        ("tones-opus.ogg", 48_000.0),
        ("tones.webm", 48_000.0),
        ("tones-fragments.mp4", 16_000.0),
        ("tones-fast.m4a", 16_000.0),
        ("tones-alac.m4a", 16_000.0),
        ("tones.aac", 16_000.0),
        ("tones-no-counts.mp3", 16_000.0),
        ("tones.mp2", 16_000.0),
        ("tones-flac.ogg", 16_000.0),
        ("tones-msadpcm.wav", 16_000.0),
    ] {
        let (samples, channels, found, warnings) = sound(&data(name));
        assert_eq!((channels, found), (2, rate), "{name}");
        let seconds = samples.len() as f32 / 2.0 / rate;
        assert!((0.99..1.1).contains(&seconds), "{name}: {seconds} s");
        assert_tones(name, &samples, rate, (0.25, 0.75));
        assert_eq!(warnings, [], "{name}");
    }
    let (samples, _, _, warnings) = sound(&data("tones-alac.caf"));
    assert_eq!((samples.len(), warnings), (8_000, Vec::new()));
    let (flac, _) = read(&data("tones.flac"));
    assert_eq!(samples, flac[..8_000], "lossless is exact");
}

#[test]
fn surround_has_the_order_of_wav() {
    let (samples, channels, rate, warnings) = sound(&data("tones-six.opus"));
    assert_eq!((channels, warnings), (6, Vec::new()));
    let level = |channel, hertz| tone(&samples, 6, channel, hertz, rate, (0.25, 0.75));
    for (channel, hertz) in [(0, 440.0), (1, 1_000.0), (4, 1_000.0), (5, 440.0)] {
        assert!((0.4..0.6).contains(&level(channel, hertz)), "channel {channel}");
    }
    assert!((0.2..0.3).contains(&level(2, 440.0)));
    assert!(level(3, 440.0) < 0.05);
}

#[test]
fn each_track_of_a_container_is_heard() {
    for name in ["tracks.mp4", "tracks.mkv"] {
        let (samples, channels, rate, warnings) = sound(&data(name));
        assert_eq!((channels, warnings), (2, Vec::new()), "{name}");
        assert_tones(name, &samples, rate, (0.25, 0.75));
    }
    let source = open(&data("tracks.mkv")).expect("a recording");
    let names: Vec<_> = (0..2).map(|index| source.name(Channel::from_index(index))).collect();
    assert_eq!(names, [Some("Ketua"), Some("Sekretaris")]);
}

#[test]
fn a_track_that_is_not_read_is_named() {
    let (samples, channels, rate, warnings) = sound(&data("tracks-ac3.mkv"));
    assert_eq!(channels, 1);
    assert!(tone(&samples, 1, 0, 440.0, rate, (0.25, 0.75)) > 0.4);
    let [warning @ Warning::TrackLeftOut { track: 2, tracks: 2, form, .. }] = &warnings[..] else {
        panic!("{warnings:?}")
    };
    assert!(form.contains("AC-3"), "{form}");
    assert_sentence(warning);
}

#[test]
fn sound_that_begins_after_the_picture_stands_at_its_time() {
    for name in ["late.mp4", "late.mkv"] {
        let (samples, channels, rate, warnings) = sound(&data(name));
        assert_eq!((channels, warnings), (2, Vec::new()), "{name}");
        let first = samples.iter().position(|sample| sample.abs() > 0.1).expect("sound") as f32 / 2.0 / rate;
        assert!((0.70..0.85).contains(&first), "{name} begins at {first} s");
        let seconds = samples.len() as f32 / 2.0 / rate;
        assert!((1.70..1.90).contains(&seconds), "{name} has {seconds} s");
    }
}

#[test]
fn files_that_were_joined_are_read_to_the_end() {
    let dir = folder();
    for name in [
        "tones.mp3",
        "tones-no-counts.mp3",
        "tones.flac",
        "tones.ogg",
        "tones-opus.ogg",
        "tones-flac.ogg",
        "tones.aac",
        "tones.mp2",
        "tones.webm",
    ] {
        let bytes = fs::read(data(name)).expect(name);
        let (once, _, rate, _) = sound(&data(name));
        let (twice, channels, found, warnings) = sound(&write(&dir, name, &[bytes.clone(), bytes].concat()));
        assert_eq!((channels, found, warnings), (2, rate, Vec::new()), "{name}");
        assert!(twice.len().abs_diff(2 * once.len()) <= 2 * 1_200, "{name}: {} of {}", twice.len(), 2 * once.len());
        for part in [(0.25, 0.75), (1.25, 1.75)] {
            assert_tones(name, &twice, rate, part);
        }
    }
}

#[test]
fn tags_between_joined_files_are_passed_over() {
    let dir = folder();
    let tag = [b"ID3\x04\0\x10\0\0\x10\0".as_slice(), &[0xFF; 2_048], b"3DI\x04\0\x10\0\0\x10\0"].concat();
    let old = [b"TAG".as_slice(), &[b' '; 125]].concat();
    let ape = [b"APETAGEX\xD0\x07\0\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".as_slice()].concat();
    for name in ["tones.mp3", "tones.flac"] {
        let bytes = fs::read(data(name)).expect(name);
        let (once, _, _, _) = sound(&data(name));
        let joined = [&tag[..], &bytes, &old, &tag, &bytes, &ape[..32], &old].concat();
        let (twice, _, rate, warnings) = sound(&write(&dir, name, &joined));
        assert_eq!(warnings, [], "{name}");
        assert!(twice.len().abs_diff(2 * once.len()) <= 2 * 1_200, "{name}");
        assert_tones(name, &twice, rate, (1.25, 1.75));
    }
}

#[test]
fn another_rate_and_width_on_the_way_are_read_and_told() {
    let dir = folder();
    let stereo = fs::read(data("tones-no-counts.mp3")).expect("stereo");
    let mono = fs::read(data("tones-mono.mp3")).expect("mono");
    let path = write(&dir, "sambung.mp3", &[stereo.clone(), mono.clone(), stereo].concat());
    let (samples, channels, rate, warnings) = sound(&path);
    assert_eq!((channels, rate), (2, 16_000.0));
    let [warning @ Warning::ChannelsChange { first, from: 2, to: 1, .. }] = &warnings[..] else {
        panic!("{warnings:?}")
    };
    assert!((16_000..17_700).contains(first), "{first}");
    assert_sentence(warning);
    let seconds = samples.len() as f32 / 2.0 / rate;
    assert!((3.0..3.4).contains(&seconds), "{seconds}");
    // The one channel carries both tones, at half of their level, and is heard on both.
    for channel in [0, 1] {
        for hertz in [440.0, 1_000.0] {
            let level = tone(&samples, 2, channel, hertz, rate, (1.35, 1.85));
            assert!((0.2..0.4).contains(&level), "{level}");
        }
    }
    assert_tones("the third part", &samples, rate, (2.5, 2.9));
    // The other way round all is heard on the one channel.
    let stereo = fs::read(data("tones-no-counts.mp3")).expect("stereo");
    let (samples, channels, rate, warnings) = sound(&write(&dir, "sebaliknya.mp3", &[mono, stereo].concat()));
    assert_eq!((channels, rate), (1, 24_000.0));
    assert!(matches!(warnings[..], [Warning::ChannelsChange { from: 1, to: 2, .. }]), "{warnings:?}");
    for hertz in [440.0, 1_000.0] {
        assert!((0.2..0.4).contains(&tone(&samples, 1, 0, hertz, rate, (1.35, 1.85))));
    }
}

#[test]
fn a_copy_that_broke_off_is_told_in_every_format() {
    let dir = folder();
    let mut wrong = Vec::new();
    for name in [
        "tones.flac",
        "tones.mp3",
        "tones.ogg",
        "tones-opus.ogg",
        "tones-flac.ogg",
        "tones.webm",
        "tones-fragments.mp4",
        "tones-fast.m4a",
        "tones.aac",
        "tones-no-counts.mp3",
        "tones.mp2",
        "tones-msadpcm.wav",
        "tracks.mkv",
    ] {
        let bytes = fs::read(data(name)).expect(name);
        let (whole, _, _, warnings) = sound(&data(name));
        assert_eq!(warnings, [], "{name} is whole");
        let (cut, _, _, warnings) = sound(&write(&dir, name, &bytes[..bytes.len() * 3 / 4]));
        let told = matches!(warnings[..], [Warning::Truncated { .. } | Warning::EndMissing { .. }]);
        warnings.iter().for_each(assert_sentence);
        let same = cut.len().min(whole.len() / 6);
        if !told || cut.len() < whole.len() / 6 || cut.len() >= whole.len() || cut[..same] != whole[..same] {
            wrong.push(format!("{name}: {} of {}, {warnings:?}", cut.len(), whole.len()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_recording_without_its_index_is_said_to_be_one() {
    let dir = folder();
    let bytes = fs::read(data("tones.m4a")).expect("a file");
    let error = refusal(open(&write(&dir, "terputus.m4a", &bytes[..bytes.len() / 2])));
    assert!(matches!(error, Error::NoIndex { .. }), "{error}");
    let bytes = fs::read(data("tones-alac.caf")).expect("a file");
    let error = refusal(open(&write(&dir, "terputus.caf", &bytes[..bytes.len() / 2])));
    assert!(matches!(error, Error::NoIndex { .. }), "{error}");
}

#[test]
fn sound_that_an_edit_hides_is_told() {
    let dir = folder();
    let mut bytes = fs::read(data("tones.m4a")).expect("a file");
    let place = bytes.windows(4).position(|four| four == b"elst").expect("an edit list");
    // One edit: version and count, its length, and from where in the track it comes.
    bytes[place + 16..place + 20].copy_from_slice(&12_288_u32.to_be_bytes());
    let (samples, _, _, warnings) = sound(&write(&dir, "dipangkas.m4a", &bytes));
    let (whole, _, _, _) = sound(&data("tones.m4a"));
    assert_eq!(samples.len(), whole.len() - 2 * (12_288 - 1_024));
    let [warning @ Warning::Hidden { frames: 8_000..=8_192, .. }] = &warnings[..] else { panic!("{warnings:?}") };
    assert_sentence(warning);
}

#[test]
fn a_picture_of_any_size_stands_before_the_sound() {
    let dir = folder();
    let mp3 = fs::read(data("tones.mp3")).expect("a file");
    for mebibytes in [1, 3] {
        let size = mebibytes * (1 << 20) + 77;
        let digits = [size >> 21, size >> 14, size >> 7, size].map(|digit| (digit & 0x7F) as u8);
        // Within the picture stand what look like frames.
        let picture: Vec<u8> = mp3.iter().copied().cycle().skip(300).take(size).collect();
        let tagged = [b"ID3\x03\0\0".as_slice(), &digits, &picture, &mp3].concat();
        let (samples, _, _, warnings) = sound(&write(&dir, "sampul.mp3", &tagged));
        assert_eq!((samples, warnings), (sound(&data("tones.mp3")).0, Vec::new()));
    }
}

#[test]
fn what_stands_before_the_first_frame_does_not_hide_it() {
    let dir = folder();
    for name in ["tones-no-counts.mp3", "tones.mp2", "tones.aac"] {
        let bytes = fs::read(data(name)).expect(name);
        // The end of a frame that was cut through, and a false sync.
        let before = [&bytes[bytes.len() - 50..], b"\xFF\xFB\x90\x64 rapat paripurna \0\0\0"].concat();
        let (samples, _, rate, _) = sound(&write(&dir, name, &[before, bytes].concat()));
        assert_tones(name, &samples, rate, (0.3, 0.7));
    }
}

#[test]
fn a_name_says_nothing() {
    let dir = folder();
    for (name, lie) in
        [("tones.flac", "a.wav"), ("tones.m4a", "a.mp3"), ("tones.webm", "a.m4a"), ("tones-opus.ogg", "a.aac")]
    {
        let bytes = fs::read(data(name)).expect(name);
        assert_eq!(sound(&write(&dir, lie, &bytes)).0, sound(&data(name)).0);
    }
}

/// The samples of the files that are written byte by byte.
const RAMP: [i16; 6] = [0, 1_000, -1_000, 32_767, -32_768, 5];

fn big(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_be_bytes()).collect()
}

fn little(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

fn big_chunk(id: &[u8], content: &[u8]) -> Vec<u8> {
    let mut out = [id, &(content.len() as u32).to_be_bytes(), content].concat();
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

/// AIFF of two channels at 16 kHz; AIFF-C with a kind of compression.
fn aiff(kind: Option<&[u8; 4]>, sound: &[u8], bits: u16) -> Vec<u8> {
    let frames = (sound.len() / usize::from(bits / 8) / 2) as u32;
    let mut common = [&2_u16.to_be_bytes()[..], &frames.to_be_bytes(), &bits.to_be_bytes()].concat();
    common.extend([0x40, 0x0C, 0xFA, 0, 0, 0, 0, 0, 0, 0]);
    if let Some(kind) = kind {
        common.extend([&kind[..], b"\x03abc"].concat());
    }
    let form: &[u8] = if kind.is_some() { b"AIFC" } else { b"AIFF" };
    let data = big_chunk(b"SSND", &[&[0; 8], sound].concat());
    big_chunk(b"FORM", &[form, &big_chunk(b"NAME", b"rapat"), &big_chunk(b"COMM", &common), &data].concat())
}

fn caf(flags: u32, sound: &[u8], size: i64) -> Vec<u8> {
    let mut out = b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20".to_vec();
    out.extend(16_000_f64.to_be_bytes());
    out.extend(b"lpcm");
    for field in [flags, 4, 1, 2, 16] {
        out.extend(field.to_be_bytes());
    }
    out.extend(b"data");
    out.extend(size.to_be_bytes());
    out.extend([0; 4]);
    out.extend(sound);
    out
}

fn au(kind: u32, sound: &[u8], size: u32) -> Vec<u8> {
    let mut out = b".snd".to_vec();
    for field in [24, size, kind, 16_000, 2] {
        out.extend(field.to_be_bytes());
    }
    [&out[..], sound].concat()
}

fn w64(sound: &[u8]) -> Vec<u8> {
    let rest = *b"\xF3\xAC\xD3\x11\x8C\xD1\x00\xC0\x4F\x8E\xDB\x8A";
    let piece = |id: &[u8; 4], content: &[u8]| {
        let mut out = [&id[..], &rest, &(content.len() as u64 + 24).to_le_bytes(), content].concat();
        out.resize(out.len().next_multiple_of(8), 0);
        out
    };
    let format = [
        &1_u16.to_le_bytes()[..],
        &2_u16.to_le_bytes(),
        &16_000_u32.to_le_bytes(),
        &64_000_u32.to_le_bytes(),
        &4_u16.to_le_bytes(),
        &16_u16.to_le_bytes(),
    ]
    .concat();
    let body =
        [&b"wave"[..], &rest, &piece(b"fmt ", &format), &piece(b"fact", &[0; 4]), &piece(b"data", sound)].concat();
    let head = b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\x00\x00";
    [&head[..], &(body.len() as u64 + 24).to_le_bytes(), &body].concat()
}

#[test]
fn uncompressed_sound_in_other_houses_is_exact() {
    let dir = folder();
    let float: Vec<u8> = RAMP.iter().flat_map(|sample| (f32::from(*sample) / 32_768.0).to_be_bytes()).collect();
    let wide: Vec<u8> = RAMP.iter().flat_map(|sample| [&sample.to_be_bytes()[..], &[0]].concat()).collect();
    let rifx = {
        let mut bytes = Wav::pcm16(2, 16_000, &RAMP).bytes();
        bytes.truncate(12);
        bytes[..4].copy_from_slice(b"RIFX");
        let format = [0, 1, 0, 2, 0, 0, 0x3E, 0x80, 0, 0, 0xFA, 0, 0, 4, 0, 16];
        [bytes, big_chunk(b"fmt ", &format), big_chunk(b"data", &big(&RAMP))].concat()
    };
    for (name, bytes) in [
        ("a.aiff", aiff(None, &big(&RAMP), 16)),
        ("a.aif", aiff(None, &wide, 24)),
        ("twos.aifc", aiff(Some(b"twos"), &big(&RAMP), 16)),
        ("sowt.aifc", aiff(Some(b"sowt"), &little(&RAMP), 16)),
        ("fl32.aifc", aiff(Some(b"fl32"), &float, 32)),
        ("big.caf", caf(0, &big(&RAMP), 16)),
        ("little.caf", caf(2, &little(&RAMP), 16)),
        ("open.caf", caf(2, &little(&RAMP), -1)),
        ("a.au", au(3, &big(&RAMP), 12)),
        ("open.au", au(3, &big(&RAMP), u32::MAX)),
        ("a.w64", w64(&little(&RAMP))),
        ("a.wav", rifx),
    ] {
        let (samples, channels, rate, warnings) = sound(&write(&dir, name, &bytes));
        assert_eq!((channels, rate, warnings), (2, 16_000.0, Vec::new()), "{name}");
        assert_eq!(i16s(&samples), RAMP, "{name}");
    }
    // Cut copies of the same.
    for (name, bytes) in [
        ("a.aiff", aiff(None, &big(&RAMP), 16)),
        ("a.caf", caf(0, &big(&RAMP), 16)),
        ("a.au", au(3, &big(&RAMP), 12)),
        ("a.w64", w64(&little(&RAMP))),
    ] {
        let end = if name == "a.w64" { bytes.len() - 8 } else { bytes.len() - 4 };
        let (samples, _, _, warnings) = sound(&write(&dir, name, &bytes[..end]));
        assert_eq!(i16s(&samples), RAMP[..4], "{name}");
        assert!(matches!(warnings[..], [Warning::Truncated { held: 2, claimed: 3, .. }]), "{name}: {warnings:?}");
    }
}

#[test]
fn telephone_sound_is_read() {
    let dir = folder();
    // Silence, the smallest and the largest values (ITU-T G.711).
    for (tag, bytes, expected) in [
        (6, [0xD5, 0x55, 0xAA, 0x2A], [8, -8, 32_256, -32_256]),
        (7, [0xFF, 0x7F, 0x80, 0x00], [0, 0, 32_124, -32_124]),
    ] {
        let wav = Wav { tag, bits: 8, data: bytes.to_vec(), ..Wav::pcm16(1, 8_000, &[]) };
        let (samples, _) = read(&wav.write(&dir, "telepon.wav"));
        assert_eq!(i16s(&samples), expected, "{tag}");
    }
}

#[test]
fn a_chunk_of_odd_length_without_its_padding_hides_nothing() {
    let dir = folder();
    let odd = b"LIST\x05\0\0\0INFOx".to_vec();
    for before in [odd.clone(), [odd.clone(), chunk(*b"bext", &[0; 16])].concat()] {
        let wav = Wav { before, ..Wav::pcm16(2, 16_000, &RAMP) };
        let (samples, warnings) = read(&wav.write(&dir, "ganjil.wav"));
        assert_eq!((i16s(&samples), warnings), (RAMP.to_vec(), Vec::new()));
    }
}

/// Replaces the configuration in a small M4A file.
fn with_configuration(configuration: &[u8]) -> Vec<u8> {
    let mut bytes = fs::read(data("tones.m4a")).expect("a file");
    let before = b"\x05\x80\x80\x80\x05\x14\x10\x56\xE5\x00";
    let place = bytes.windows(before.len()).position(|window| window == before).expect("the configuration");
    bytes[place + 5..place + 10].copy_from_slice(configuration);
    bytes
}

#[test]
fn high_efficiency_aac_is_read_as_far_as_speech_needs() {
    let dir = folder();
    let (plain, _, _, _) = sound(&data("tones.m4a"));
    // Object type 5 in front, and the same said behind.
    for configuration in [b"\x2C\x12\x88\x00\x00", b"\x14\x10\x56\xE5\xA8"].map(<[u8; 5]>::as_slice) {
        let (samples, channels, rate, warnings) = sound(&write(&dir, "he.m4a", &with_configuration(configuration)));
        assert_eq!((channels, rate, warnings), (2, 16_000.0, Vec::new()));
        assert_eq!(samples, plain);
    }
}

#[test]
fn forms_that_are_not_read_are_named_with_the_way_out() {
    let dir = folder();
    let gsm: Vec<u8> = (0..330).map(|place| if place % 33 == 0 { 0xD2 } else { place as u8 }).collect();
    let transport: Vec<u8> = (0..188 * 5).map(|place| if place % 188 == 0 { 0x47 } else { 0 }).collect();
    let speex = {
        let mut page = b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\x01\x50Speex   ".to_vec();
        page.resize(28 + 80, 0);
        let crc = page.iter().fold(0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
                if crc & 0x8000_0000 == 0 { crc << 1 } else { crc << 1 ^ 0x04C1_1DB7 }
            })
        });
        page[22..26].copy_from_slice(&crc.to_le_bytes());
        page
    };
    let wav = |tag, bits| Wav { tag, bits, ..Wav::pcm16(1, 8_000, &[1; 400]) }.bytes();
    for (bytes, name) in [
        (b"#!AMR\n<\x91\x17\x16".repeat(20), "AMR"),
        (b"#!AMR-WB\n\x04".repeat(20), "AMR-WB"),
        (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9".repeat(20), "WMA"),
        (b"\x0B\x77\x11\x22\x14\x40\x2F\x84".repeat(20), "AC-3"),
        (b"\x7F\xFE\x80\x01\xFC\x3C\x7D\xB0".repeat(20), "DTS"),
        (gsm, "GSM"),
        (transport, "MPEG Transport Stream"),
        (b"RIFF\x10\0\0\0AVI LIST\0\0\0\0".to_vec(), "AVI"),
        (b"\x02dss\0\0\0\0".repeat(20), "DSS"),
        (speex, "Speex"),
        (wav(0x31, 0), "GSM"),
        (wav(0x161, 16), "Windows Media Audio"),
        (wav(0x2000, 0), "AC-3"),
        (with_configuration(b"\x14\x30\x00\x00\x00"), "AAC, 6 ch"),
        (with_configuration(b"\xB8\x50\x00\x00\x00"), "AAC-LD"),
    ] {
        let path = write(&dir, "rekaman.bin", &bytes);
        let error = refusal(open(&path));
        let Error::Encoding { encoding, .. } = &error else { panic!("{name}: {error}") };
        assert!(encoding.contains(name), "{name}: {encoding}");
        let hint = error.message().hint(Language::English).expect("a way out");
        assert!(hint.contains(&format!("ffmpeg -i '{}'", path.display())), "{hint}");
    }
}

#[test]
fn damage_in_a_container_leaves_the_rest_in_its_place() {
    let dir = folder();
    for name in ["tones.ogg", "tones.mp3", "tones.mp2", "tones.aac", "tones-flac.ogg"] {
        let mut bytes = fs::read(data(name)).expect(name);
        // The headers of Vorbis fill most of its file.
        let place = bytes.len() * if name == "tones.ogg" { 9 } else { 7 } / 10;
        bytes[place..place + 200].fill(0x5A);
        let (whole, _, _, _) = sound(&data(name));
        let (damaged, _, rate, warnings) = sound(&write(&dir, name, &bytes));
        assert!(damaged.len().abs_diff(whole.len()) <= whole.len() / 5, "{name}: {} of {}", damaged.len(), whole.len());
        assert!(matches!(warnings[..], [Warning::Damaged { .. }, ..]), "{name}: {warnings:?}");
        assert_tones(name, &damaged, rate, (0.1, 0.4));
    }
}

#[test]
fn no_damage_to_a_container_is_a_panic() {
    let dir = folder();
    for name in [
        "tones-opus.ogg",
        "tones.webm",
        "tones-fragments.mp4",
        "tones-alac.caf",
        "tones.aac",
        "tones-no-counts.mp3",
        "tones-flac.ogg",
        "tracks.mp4",
        "tracks.mkv",
        "late.mp4",
    ] {
        let original = fs::read(data(name)).expect(name);
        for start in (0..original.len()).step_by(211) {
            let mut bytes = original.clone();
            let end = (start + 3).min(bytes.len());
            bytes[start..end].fill(start as u8 ^ 0xA5);
            let Ok(mut source) = open(&write(&dir, name, &bytes)) else { continue };
            read_within(&mut source, &format!("{name} at {start}"));
        }
    }
}

/// Reads to the end, which must come within hours.
fn read_within(source: &mut Source, what: &str) {
    let mut block = vec![0.0; 4_096 * usize::from(source.channels())];
    let mut frames = 0;
    while let Ok(count @ 1..) = source.read(&mut block) {
        frames += count as u64;
        assert!(frames < 3 * 3_600 * u64::from(source.clock().rate()), "{what} does not end");
    }
    source.warnings().iter().for_each(assert_sentence);
}
