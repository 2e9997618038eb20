//! Folders of microphones: which channel a file is, which files are one microphone, and what is
//! told of the rest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use e_risalah::audio::{Double, Error, Input, Seat, Set, Source, Warning, Why};
use e_risalah::common::clock::Channel;
use e_risalah::common::message::Explain;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::make::{Wav, assert_sentence, chunk, drain, folder, i16s, write};

const RATE: u32 = 8_000;

/// A mono recording of so many tenths of a second, all of one value.
fn mono(tenths: usize, value: i16) -> Wav {
    Wav::pcm16(1, RATE, &vec![value; tenths * 800])
}

/// The chunk in which recorders say when a file begins.
fn bext(date: &str, time: &str, samples: u64) -> Vec<u8> {
    let mut content = vec![0; 602];
    content[320..330].copy_from_slice(date.as_bytes());
    content[330..338].copy_from_slice(time.as_bytes());
    content[338..346].copy_from_slice(&samples.to_le_bytes());
    chunk(*b"bext", &content)
}

fn timed(wav: Wav, time: &str, samples: u64) -> Wav {
    Wav { before: bext("2027-03-09", time, samples), ..wav }
}

/// A folder with these files, each of other sound.
fn filled(names: &[&str], tenths: usize) -> TempDir {
    let dir = folder();
    for (place, name) in names.iter().enumerate() {
        mono(tenths, place as i16 + 1).write(&dir, name);
    }
    dir
}

fn seats(channels: std::ops::RangeInclusive<u16>) -> Vec<Seat<'static>> {
    channels.map(|number| Seat { channel: channel(number), file: None }).collect()
}

fn seat(number: u16, file: &str) -> Seat<'_> {
    Seat { channel: channel(number), file: Some(file) }
}

fn channel(number: u16) -> Channel {
    Channel::new(number).expect("a channel")
}

fn arrange(dir: &TempDir, seats: &[Seat<'_>]) -> Result<Set, Error> {
    let input = Input::with_seats(&[dir.path().to_owned()], seats);
    input.map(|input| match input {
        Input::Set(set) => set,
        Input::File(path) => {
            let member = e_risalah::audio::Member { first: channel(1), parts: vec![e_risalah::audio::Part::new(path)] };
            Set { members: vec![member], least: 0, warnings: Vec::new() }
        }
        other => panic!("{other:?}"),
    })
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// `1: a.wav + b.wav; 3: c.wav`.
fn shown(set: &Set) -> String {
    let member = |member: &e_risalah::audio::Member| {
        let parts: Vec<String> = member.parts.iter().map(|part| name(&part.path)).collect();
        format!("{}: {}", member.first.number(), parts.join(" + "))
    };
    set.members.iter().map(member).collect::<Vec<_>>().join("; ")
}

/// What a folder of these files, all of one length, is read as; every warning is a whole sentence.
fn read(names: &[&str]) -> (String, Vec<&'static str>) {
    let dir = filled(names, 10);
    let set = arrange(&dir, &[]).unwrap_or_else(|error| panic!("{names:?}: {error}"));
    (shown(&set), keys(&set.warnings))
}

fn keys(warnings: &[Warning]) -> Vec<&'static str> {
    let key = |warning: &Warning| {
        assert_sentence(warning);
        &*Box::leak(warning.message().key.into_boxed_str())
    };
    warnings.iter().map(key).collect()
}

fn refused(dir: &TempDir, seats: &[Seat<'_>]) -> Error {
    let error = arrange(dir, seats).expect_err("a refusal");
    assert_sentence(&error);
    assert!(error.is_usage(), "{error}");
    error
}

#[test]
fn a_hole_in_the_numbers_moves_nobody() {
    let dir = filled(&["01.wav", "03.wav", "04.wav"], 1);
    let input = Input::from_paths(&[dir.path().to_owned()]).expect("a folder");
    let mut source = Source::open(&input).expect("a recording");
    assert_eq!(source.channels(), 4);
    assert_eq!(i16s(&drain(&mut source))[..8], [1, 0, 2, 3, 1, 0, 2, 3]);
    assert_eq!(source.warnings(), [Warning::NoFile { channels: vec![channel(2)] }]);
}

#[test]
fn a_seat_behind_the_last_number_lacks_its_file_too() {
    let dir = filled(&["01.wav", "03.wav"], 1);
    let input = Input::with_seats(&[dir.path().to_owned()], &seats(1..=4)).expect("a folder");
    let mut source = Source::open(&input).expect("a recording");
    assert_eq!(source.channels(), 4);
    assert_eq!(i16s(&drain(&mut source))[..8], [1, 0, 2, 0, 1, 0, 2, 0]);
    assert_eq!(source.warnings(), [Warning::NoFile { channels: vec![channel(2), channel(4)] }]);
    // A file without a number may be that of all seats: the seat map does not fit it.
    let dir = filled(&["rapat.wav"], 1);
    let input = Input::with_seats(&[dir.path().to_owned()], &seats(1..=4)).expect("a folder");
    assert_eq!(Source::open(&input).expect("a recording").channels(), 1);
}

#[test]
fn the_number_in_a_name_is_the_channel() {
    for (names, expected) in [
        (vec!["Tr1.wav", "Tr4.wav"], "1: Tr1.wav; 4: Tr4.wav"),
        (vec!["CH01.WAV", "CH12.WAV"], "1: CH01.WAV; 12: CH12.WAV"),
        (vec!["rapat_1.wav", "rapat_3.wav"], "1: rapat_1.wav; 3: rapat_3.wav"),
        (vec!["Track 2.wav", "Track 10.wav"], "2: Track 2.wav; 10: Track 10.wav"),
        (vec!["mic-07.wav", "mic-08.wav"], "7: mic-07.wav; 8: mic-08.wav"),
        (
            vec!["2027-03-09_T002_CH01.wav", "2027-03-09_T002_CH03.wav"],
            "1: 2027-03-09_T002_CH01.wav; 3: 2027-03-09_T002_CH03.wav",
        ),
        (vec!["ZOOM0004_TR1.WAV", "ZOOM0004_TR3.WAV"], "1: ZOOM0004_TR1.WAV; 3: ZOOM0004_TR3.WAV"),
        (vec!["Scene001-T001_Tr2.wav", "Scene001-T001_Tr5.wav"], "2: Scene001-T001_Tr2.wav; 5: Scene001-T001_Tr5.wav"),
        (vec!["S01T02_1.wav", "S01T02_3.wav"], "1: S01T02_1.wav; 3: S01T02_3.wav"),
        (vec!["0001_1.wav", "0001_4.wav"], "1: 0001_1.wav; 4: 0001_4.wav"),
        (
            vec!["01-Ani-270309_1004.wav", "03-Budi-270309_1004.wav"],
            "1: 01-Ani-270309_1004.wav; 3: 03-Budi-270309_1004.wav",
        ),
        (
            vec!["T001_20270309-100430_001_02.wav", "T001_20270309-100430_001_05.wav"],
            "2: T001_20270309-100430_001_02.wav; 5: T001_20270309-100430_001_05.wav",
        ),
        (vec!["A_01.wav", "A_02.wav", "B_03.wav", "B_05.wav"], "1: A_01.wav; 2: A_02.wav; 3: B_03.wav; 5: B_05.wav"),
        (
            vec!["rapat 9 maret ch 2.wav", "rapat 9 maret ch 3.wav"],
            "2: rapat 9 maret ch 2.wav; 3: rapat 9 maret ch 3.wav",
        ),
        (vec!["kanal-03.wav"], "3: kanal-03.wav"),
        (vec!["03.wav"], "3: 03.wav"),
        (vec!["paripurna 7.wav"], "1: paripurna 7.wav"),
    ] {
        assert_eq!(read(&names), (expected.to_owned(), vec![]), "{names:?}");
    }
}

#[test]
fn numbers_may_begin_with_nought() {
    let (shown, told) = read(&["trk00.wav", "trk01.wav", "trk03.wav"]);
    assert_eq!(shown, "1: trk00.wav; 2: trk01.wav; 4: trk03.wav");
    assert_eq!(told, ["audio.from_zero"]);
    // As many seats as files: nothing is in doubt.
    let dir = filled(&["0.wav", "1.wav", "2.wav"], 10);
    let set = arrange(&dir, &seats(1..=3)).expect("read");
    assert_eq!((shown_of(&set), set.warnings), ("1: 0.wav; 2: 1.wav; 3: 2.wav".to_owned(), vec![]));
    // Seats for 1 and 2 only: the file with 0 may be something else.
    let Error::TwoReadings { first, second, .. } = refused(&dir, &seats(1..=2)) else { panic!("another refusal") };
    assert_eq!(first, "ch01 = 0.wav; ch02 = 1.wav; ch03 = 2.wav");
    assert!(second.contains("ch01 = 1.wav"), "{second}");
}

fn shown_of(set: &Set) -> String {
    shown(set)
}

#[test]
fn parts_of_a_microphone_follow_one_another() {
    for (names, expected) in [
        (
            vec!["Tr1_001.wav", "Tr1_002.wav", "Tr2_001.wav", "Tr2_002.wav"],
            "1: Tr1_001.wav + Tr1_002.wav; 2: Tr2_001.wav + Tr2_002.wav",
        ),
        // The first part without a number, as Zoom's recorders name it.
        (
            vec!["ZOOM0001_Tr1.WAV", "ZOOM0001_Tr1-0002.WAV", "ZOOM0001_Tr3.WAV", "ZOOM0001_Tr3-0002.WAV"],
            "1: ZOOM0001_Tr1.WAV + ZOOM0001_Tr1-0002.WAV; 3: ZOOM0001_Tr3.WAV + ZOOM0001_Tr3-0002.WAV",
        ),
        // Nothing but digits: parts are counted with three.
        (
            vec!["01_001.wav", "01_002.wav", "02_001.wav", "02_002.wav"],
            "1: 01_001.wav + 01_002.wav; 2: 02_001.wav + 02_002.wav",
        ),
        (vec!["01 part 1.wav", "01 part 2.wav", "03 part 1.wav"], "1: 01 part 1.wav + 01 part 2.wav; 3: 03 part 1.wav"),
        (
            vec!["Ani_001.wav", "Ani_002.wav", "Budi_001.wav", "Budi_002.wav"],
            "1: Ani_001.wav + Ani_002.wav; 2: Budi_001.wav + Budi_002.wav",
        ),
        (
            vec!["01 - Ani_01.wav", "01 - Ani_02.wav", "02 - Budi_01.wav", "02 - Budi_02.wav"],
            "1: 01 - Ani_01.wav + 01 - Ani_02.wav; 2: 02 - Budi_01.wav + 02 - Budi_02.wav",
        ),
        (
            vec![
                "CH1_20270309_100000.wav",
                "CH1_20270309_100001.wav",
                "CH2_20270309_100000.wav",
                "CH2_20270309_100001.wav",
            ],
            "1: CH1_20270309_100000.wav + CH1_20270309_100001.wav; 2: CH2_20270309_100000.wav + CH2_20270309_100001.wav",
        ),
    ] {
        let (shown, told) = read(&names);
        assert_eq!(shown, expected, "{names:?}");
        assert!(told.iter().all(|key| *key == "audio.in_order"), "{names:?}: {told:?}");
    }
    // Ten and more.
    let names: Vec<String> = (1..=11).map(|part| format!("ch1-{part}.wav")).collect();
    let (shown, _) = read(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(shown.ends_with("ch1-9.wav + ch1-10.wav + ch1-11.wav"), "{shown}");
}

#[test]
fn takes_that_follow_are_joined_and_told() {
    let (shown, told) = read(&["ZOOM0001_Tr1.WAV", "ZOOM0001_Tr2.WAV", "ZOOM0002_Tr1.WAV", "ZOOM0002_Tr2.WAV"]);
    assert_eq!(shown, "1: ZOOM0001_Tr1.WAV + ZOOM0002_Tr1.WAV; 2: ZOOM0001_Tr2.WAV + ZOOM0002_Tr2.WAV");
    assert_eq!(told, ["audio.joined"]);
    let (shown, told) = read(&["0001_1.wav", "0001_2.wav", "0002_1.wav", "0002_2.wav"]);
    assert_eq!(shown, "1: 0001_1.wav + 0002_1.wav; 2: 0001_2.wav + 0002_2.wav");
    assert_eq!(told, ["audio.joined"]);
}

#[test]
fn what_cannot_be_told_apart_is_refused_with_both_readings() {
    for names in [
        // Microphone and part, or part and microphone?
        vec!["1_1.wav", "1_2.wav", "2_1.wav", "2_2.wav"],
        // Two recorders, or parts?
        vec!["A_01.wav", "A_02.wav", "B_01.wav", "B_02.wav"],
        vec!["utara Tr1.wav", "utara Tr2.wav", "selatan Tr1.wav", "selatan Tr2.wav"],
        // Takes of one recorder do not leap.
        vec!["ZOOM0001_Tr1.WAV", "ZOOM0007_Tr1.WAV"],
    ] {
        let dir = filled(&names, 10);
        let Error::TwoReadings { first, second, .. } = refused(&dir, &[]) else { panic!("{names:?}: another refusal") };
        assert_ne!(first, second);
        for reading in [first, second] {
            assert!(reading.contains(names[0]), "{reading}");
        }
    }
    // One number, other lengths: three microphones, or three parts?
    let dir = folder();
    for (name, tenths) in [("rapat_001.wav", 20), ("rapat_002.wav", 20), ("rapat_003.wav", 7)] {
        mono(tenths, 1).write(&dir, name);
    }
    let Error::TwoReadings { first, second, .. } = refused(&dir, &[]) else { panic!("another refusal") };
    assert_eq!(first, "ch01 = rapat_001.wav; ch02 = rapat_002.wav; ch03 = rapat_003.wav");
    assert_eq!(second, "ch01 = rapat_001.wav + rapat_002.wav + rapat_003.wav");
    // Half an hour and less: where a recorder begins another file.
    let dir = folder();
    Wav::pcm16(1, RATE, &vec![1; 60 * 8_000]).write(&dir, "1.wav");
    mono(70, 2).write(&dir, "2.wav");
    assert!(matches!(refused(&dir, &[]), Error::TwoReadings { .. }));
}

#[test]
fn lengths_decide_where_names_do_not() {
    let dir = folder();
    for (name, tenths) in [("1_1.wav", 30), ("1_2.wav", 12), ("2_1.wav", 30), ("2_2.wav", 12)] {
        mono(tenths, 1).write(&dir, name);
    }
    assert_eq!(shown(&arrange(&dir, &[]).expect("read")), "1: 1_1.wav + 1_2.wav; 2: 2_1.wav + 2_2.wav");
    let (shown, told) = read(&["rapat_001.wav", "rapat_002.wav", "rapat_003.wav"]);
    assert_eq!(shown, "1: rapat_001.wav; 2: rapat_002.wav; 3: rapat_003.wav");
    assert_eq!(told, ["audio.read_by_length"]);
    // Takes that ran at the same time are microphones.
    let (shown, told) = read(&["REC001.wav", "REC003.wav", "REC004.wav"]);
    assert_eq!(shown, "1: REC001.wav; 3: REC003.wav; 4: REC004.wav");
    assert_eq!(told, ["audio.read_by_length"]);
}

#[test]
fn a_wide_file_stays_within_the_channels() {
    let dir = folder();
    let path = Wav::pcm16(2, RATE, &[1; 400]).write(&dir, "mimbar.wav");
    let input = Input::with_seats(&[path], &[seat(64, "mimbar.wav")]).expect("an input");
    assert!(matches!(crate::make::refusal(Source::open(&input)), Error::NotMono { channels: 2, .. }));
}

#[test]
fn times_decide_where_names_do_not() {
    // One microphone in parts, whose numbers look like those of microphones.
    let dir = folder();
    timed(mono(20, 1), "10:00:00", 36_000 * 8_000).write(&dir, "01.wav");
    timed(mono(20, 2), "10:00:02", 36_000 * 8_000 + 16_000).write(&dir, "02.wav");
    timed(mono(5, 3), "10:00:04", 36_000 * 8_000 + 32_000).write(&dir, "03.wav");
    let set = arrange(&dir, &[]).expect("read");
    assert_eq!((shown(&set), set.warnings), ("1: 01.wav + 02.wav + 03.wav".to_owned(), vec![]));
    // Three microphones that ran together, although their names may count parts.
    let dir = folder();
    for (name, tenths) in [("rec_001.wav", 20), ("rec_002.wav", 20), ("rec_003.wav", 9)] {
        timed(mono(tenths, 1), "10:00:00", 36_000 * 8_000).write(&dir, name);
    }
    assert_eq!(shown(&arrange(&dir, &[]).expect("read")), "1: rec_001.wav; 2: rec_002.wav; 3: rec_003.wav");
    // Two recorders with the same names, by their times one after the other and by hours: clocks may be
    // wrong.
    let dir = folder();
    timed(mono(20, 1), "10:00:00", 36_000 * 8_000).write(&dir, "1.wav");
    timed(mono(20, 1), "12:00:00", 43_200 * 8_000).write(&dir, "2.wav");
    assert!(matches!(refused(&dir, &[]), Error::TwoReadings { .. }));
}

#[test]
fn the_seat_map_settles_it() {
    // Two recorders whose numbers are the same.
    let dir = filled(&["A_01.wav", "A_02.wav", "B_01.wav", "B_02.wav"], 10);
    let named = [seat(1, "A_01.wav"), seat(2, "A_02.wav"), seat(3, "b_01.WAV"), seat(4, "B_02.wav")];
    let set = arrange(&dir, &named).expect("read");
    assert_eq!(shown(&set), "1: A_01.wav; 2: A_02.wav; 3: B_01.wav; 4: B_02.wav");
    assert_eq!(set.warnings, []);
    // Of two readings, the one that the map bears out; a part stands for its microphone.
    let dir = filled(&["1_1.wav", "1_2.wav", "2_1.wav", "2_2.wav"], 10);
    let set = arrange(&dir, &[seat(5, "1_1.wav"), seat(6, "2_1.wav")]).expect("read");
    assert_eq!(shown(&set), "5: 1_1.wav + 1_2.wav; 6: 2_1.wav + 2_2.wav");
    // Some are named, the others go by their numbers.
    let dir = filled(&["01.wav", "02.wav", "podium.wav"], 10);
    let set = arrange(&dir, &[seat(9, "podium.wav")]).expect("read");
    assert_eq!(shown(&set), "1: 01.wav; 2: 02.wav; 9: podium.wav");
    // A contradiction is refused; a file that is not there is told.
    assert!(matches!(refused(&dir, &[seat(2, "podium.wav")]), Error::ChannelTwice { .. }));
    let set = arrange(&dir, &[seat(1, "01.wav"), seat(2, "02.wav"), seat(3, "mimbar.wav")]).expect("read");
    assert!(
        set.warnings.iter().any(|warning| matches!(warning, Warning::SeatWithoutFile { .. })),
        "{:?}",
        set.warnings
    );
}

#[test]
fn nobodys_place_is_taken_by_a_file_without_a_number() {
    let dir = filled(&["01.wav", "02.wav", "podium.wav"], 10);
    let set = arrange(&dir, &seats(1..=4)).expect("read");
    assert_eq!(shown(&set), "1: 01.wav; 2: 02.wav; 5: podium.wav");
    assert_eq!(keys(&set.warnings), ["audio.no_number"]);
    let (shown, told) = read(&["Budi.wav", "Ani.wav"]);
    assert_eq!(shown, "1: Ani.wav; 2: Budi.wav");
    assert_eq!(told, ["audio.in_order"]);
}

#[test]
fn more_files_than_seats_are_told() {
    let dir = filled(&["01.wav", "02.wav", "03.wav"], 10);
    let set = arrange(&dir, &seats(1..=2)).expect("read");
    assert_eq!(shown(&set), "1: 01.wav; 2: 02.wav; 3: 03.wav");
    assert_eq!(set.warnings, [Warning::NoSeat { path: dir.path().join("03.wav"), channel: channel(3) }]);
}

#[test]
fn of_one_sound_in_two_files_one_is_read() {
    let dir = folder();
    for seat in [1, 3] {
        mono(20, seat).write(&dir, &format!("{seat:02}.wav"));
        // Another format of the same take, here WAV under another ending.
        Wav { data: mono(20, seat).data[..31_000].to_vec(), ..mono(1, 0) }.write(&dir, &format!("{seat:02}.mp3"));
    }
    let set = arrange(&dir, &[]).expect("read");
    assert_eq!(shown(&set), "1: 01.wav; 3: 03.wav");
    assert_eq!(keys(&set.warnings), ["audio.doubled.format"; 2]);
    // A copy that was cut off is not the better one.
    let dir = folder();
    mono(5, 1).write(&dir, "01.wav");
    mono(30, 1).write(&dir, "01.mp3");
    mono(30, 2).write(&dir, "02.wav");
    assert_eq!(shown(&arrange(&dir, &[]).expect("read")), "1: 01.mp3; 2: 02.wav");
    // Copies and links.
    let dir = filled(&["01.wav", "02.wav"], 10);
    fs::copy(dir.path().join("01.wav"), dir.path().join("01 (1).wav")).expect("copied");
    fs::copy(dir.path().join("02.wav"), dir.path().join("02 - Copy.wav")).expect("copied");
    fs::hard_link(dir.path().join("02.wav"), dir.path().join("03.wav")).expect("linked");
    let set = arrange(&dir, &[]).expect("read");
    assert_eq!(shown(&set), "1: 01.wav; 2: 02.wav");
    let left = |why| {
        set.warnings
            .iter()
            .filter(|warning| matches!(warning, Warning::Doubled { why: known, .. } if *known == why))
            .count()
    };
    assert_eq!((left(Double::Copy), left(Double::Link)), (2, 1), "{:?}", set.warnings);
}

#[test]
fn names_that_differ_by_case_or_unicode_form_are_one_name() {
    let dir = filled(&["mik é1.wav", "mik é2.wav"], 10);
    fs::copy(dir.path().join("mik é1.wav"), dir.path().join("MIK e\u{301}1.WAV")).expect("copied");
    let set = arrange(&dir, &[]).expect("read");
    assert_eq!(set.members.len(), 2, "{}", shown(&set));
    assert!(matches!(set.warnings[..], [Warning::Doubled { .. }]));
    mono(10, 99).write(&dir, "Mik É1.wav");
    assert!(matches!(refused(&dir, &[]), Error::OneName { .. }));
}

#[test]
fn what_looks_like_a_microphone_and_is_not_read_is_told_by_name() {
    let dir = filled(&["01.wav", "02.wav"], 10);
    let sound = mono(10, 7).bytes();
    write(&dir, "03.wav.part", &sound);
    write(&dir, ".04.wav.Xy12Zq", &sound);
    write(&dir, "05.wav", b"");
    write(&dir, "06.wav", b"bukan suara sama sekali");
    write(&dir, "07.bak", &sound);
    write(&dir, "08", &sound);
    write(&dir, "dalam/09.wav", &sound);
    write(&dir, "gladi/rekaman/ledger.jsonl", b"{}\n");
    write(&dir, "._01.wav", b"mac");
    write(&dir, "catatan.txt", b"catatan");
    write(&dir, "foto.jpg", b"\xFF\xD8\xFF\xE0\0\x10JFIF\0");
    write(&dir, "rapat.toml", b"");
    write(&dir, "naskah/risalah.docx", b"PK");
    fs::create_dir(dir.path().join("10.wav")).expect("made");
    #[cfg(unix)]
    std::os::unix::fs::symlink("tidak-ada.wav", dir.path().join("11.wav")).expect("linked");
    let set = arrange(&dir, &[]).expect("read");
    assert_eq!(shown(&set), "1: 01.wav; 2: 02.wav");
    let mut told: Vec<(String, Why)> = set
        .warnings
        .iter()
        .map(|warning| match warning {
            Warning::PassedOver { path, why } => (name(path), why.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    let mut expected = vec![
        (".04.wav.Xy12Zq", Why::Unfinished),
        ("03.wav.part", Why::Unfinished),
        ("05.wav", Why::Empty),
        ("06.wav", Why::NoSound),
        ("07.bak", Why::Ending),
        ("08", Why::Ending),
        ("dalam", Why::Folder),
        ("gladi", Why::Folder),
    ];
    if cfg!(unix) {
        expected.insert(6, ("11.wav", Why::DeadLink));
    }
    assert_eq!(told.iter().map(|(name, why)| (name.as_str(), why.clone())).collect::<Vec<_>>(), expected);
    keys(&set.warnings);
}

#[test]
fn a_single_file_among_others_that_cannot_be_read_keeps_its_channel() {
    let dir = filled(&["rapat 2.wav"], 10);
    write(&dir, "rapat 1.wav", b"");
    write(&dir, "rapat 3.wav.part", b"RIFF");
    let set = arrange(&dir, &[]).expect("read");
    assert_eq!(shown(&set), "2: rapat 2.wav");
    assert_eq!(set.warnings.len(), 2);
    let dir = folder();
    write(&dir, "01.wav", b"");
    assert!(matches!(refused(&dir, &[]), Error::NothingRead { .. }));
}

#[test]
fn mixtures_and_films_beside_microphones_are_left_out() {
    let dir = filled(&["ZOOM0001_Tr1.WAV", "ZOOM0001_Tr2.WAV", "MASTER.WAV", "film.mp4"], 10);
    Wav::pcm16(2, RATE, &vec![1; 16_000]).write(&dir, "ZOOM0001_LR.WAV");
    Wav::pcm16(2, RATE, &vec![2; 16_000]).write(&dir, "ruang.wav");
    let set = arrange(&dir, &[]).expect("read");
    assert_eq!(shown(&set), "1: ZOOM0001_Tr1.WAV; 2: ZOOM0001_Tr2.WAV");
    let mut told = keys(&set.warnings);
    told.sort_unstable();
    assert_eq!(told, ["audio.passed.mixture", "audio.passed.mixture", "audio.passed.picture", "audio.passed.stereo"]);
}

#[test]
fn files_with_several_channels_follow_one_another() {
    let dir = folder();
    let wide = |frames: usize, value| Wav::pcm16(4, RATE, &vec![value; 4 * frames]);
    for (name, frames, value) in [("00000001.WAV", 9_000, 1), ("00000002.WAV", 9_000, 2), ("00000003.WAV", 1_000, 3)] {
        wide(frames, value).write(&dir, name);
    }
    let input = Input::from_paths(&[dir.path().to_owned()]).expect("a folder");
    let mut source = Source::open(&input).expect("a recording");
    assert_eq!((source.channels(), source.expected_length()), (4, Some(19_000)));
    let samples = i16s(&drain(&mut source));
    assert_eq!((samples[4 * 9_000 - 1], samples[4 * 9_000], samples[4 * 18_000]), (1, 2, 3));
    assert_eq!(keys(&source.warnings()), ["audio.joined"; 2]);
    // Two takes of a stereo recorder count takes, not channels.
    let dir = folder();
    Wav::pcm16(2, RATE, &vec![1; 16_000]).write(&dir, "STE-000.wav");
    Wav::pcm16(2, RATE, &vec![2; 40_000]).write(&dir, "STE-001.wav");
    let set = arrange(&dir, &[]).expect("read");
    assert_eq!((shown(&set), keys(&set.warnings)), ("1: STE-000.wav + STE-001.wav".to_owned(), vec!["audio.joined"]));
}

#[test]
fn gaps_between_parts_are_counted() {
    let dir = folder();
    let noon = 43_200 * 8_000;
    for (seat, value) in [(1, 10), (2, 20)] {
        timed(mono(10, value), "12:00:00", noon).write(&dir, &format!("Tr{seat}_001.wav"));
        timed(mono(10, value + 1), "12:00:01", noon + 8_000 + 2_400).write(&dir, &format!("Tr{seat}_002.wav"));
    }
    let mut source = Source::open(&Input::from_paths(&[dir.path().to_owned()]).expect("a folder")).expect("opened");
    assert_eq!(source.expected_length(), Some(18_400));
    let samples = i16s(&drain(&mut source));
    assert_eq!(samples[2 * 7_999..][..4], [10, 20, 0, 0]);
    assert_eq!(samples[2 * 10_399..][..4], [0, 0, 11, 21]);
    let warnings = source.warnings();
    assert!(
        matches!(&warnings[..], [Warning::Gap { channels, span, .. }] if channels.len() == 2 && span.len() == 2_400),
        "{warnings:?}"
    );
    keys(&warnings);
    // By the times in names, to the second.
    let names = ["ch1_20270309_100000.wav", "ch1_20270309_100010.wav"];
    let set = arrange(&filled(&names, 10), &[]).expect("read");
    assert_eq!(set.members[0].parts[1].start, Some(80_000));
    assert_eq!(keys(&set.warnings), ["audio.gap"]);
    // Days apart.
    let names = ["ch1_20270308_100000.wav", "ch1_20270309_100000.wav"];
    assert!(matches!(refused(&filled(&names, 10), &[]), Error::FarApart { hours: 23, .. }));
}

#[test]
fn a_part_that_is_missing_or_short_moves_no_other() {
    // The second part of microphone 2 is gone, and its first was cut off: the third still stands where
    // that of microphone 1 does.
    let dir = folder();
    for part in 1..=3 {
        mono(20, part).write(&dir, &format!("ch1_{part:03}.wav"));
    }
    mono(8, 1).write(&dir, "ch2_001.wav");
    mono(20, 3).write(&dir, "ch2_003.wav");
    let set = arrange(&dir, &[]).expect("read");
    let starts = |member: usize| set.members[member].parts.iter().map(|part| part.start).collect::<Vec<_>>();
    assert_eq!(starts(0), [Some(0), Some(16_000), Some(32_000)]);
    assert_eq!(starts(1), [Some(0), Some(32_000)]);
    assert_eq!(keys(&set.warnings), ["audio.gap"]);
    // Nobody has the second part, or the first.
    let (_, told) = read(&["ch1_001.wav", "ch1_003.wav"]);
    assert_eq!(told, ["audio.parts_missing"]);
    let (_, told) = read(&["ch1_002.wav", "ch1_003.wav", "ch2_002.wav", "ch2_003.wav"]);
    assert_eq!(told, ["audio.first_part_missing"]);
}

#[test]
fn a_microphone_that_was_switched_on_later_stands_later() {
    let dir = folder();
    let ten = 36_000 * 8_000;
    timed(mono(30, 1), "10:00:00", ten).write(&dir, "01.wav");
    timed(mono(18, 2), "10:00:01", ten + 9_600).write(&dir, "02.wav");
    let mut source = Source::open(&Input::from_paths(&[dir.path().to_owned()]).expect("a folder")).expect("opened");
    assert!(source.started().is_some());
    let samples = i16s(&drain(&mut source));
    assert_eq!(samples.len(), 2 * 24_000);
    assert_eq!(samples[2 * 9_599..][..4], [1, 0, 1, 2]);
    let warnings = source.warnings();
    assert!(matches!(&warnings[..], [Warning::BeganLater { frames: 9_600, .. }]), "{warnings:?}");
    keys(&warnings);
    // Whole seconds that the lengths contradict move nothing and are told.
    let dir = folder();
    timed(mono(90, 1), "10:00:00", 0).write(&dir, "01.wav");
    timed(mono(90, 2), "10:00:05", 0).write(&dir, "02.wav");
    let set = arrange(&dir, &[]).expect("read");
    assert_eq!((set.members[1].parts[0].start, keys(&set.warnings)), (None, vec!["audio.times_differ"]));
    // Past midnight with the date of the evening.
    let dir = folder();
    timed(mono(10, 1), "23:59:59", 86_399 * 8_000).write(&dir, "ch1_001.wav");
    timed(mono(10, 1), "23:59:59", 1).write(&dir, "ch1_002.wav");
    let set = arrange(&dir, &[]).expect("read");
    assert_eq!((shown(&set), set.warnings), ("1: ch1_001.wav + ch1_002.wav".to_owned(), vec![]));
}

#[test]
fn files_that_are_named_one_by_one_keep_their_order() {
    let dir = filled(&["01.wav", "03.wav", "Tr1_001.wav", "Tr1_002.wav", "Tr2_001.wav"], 10);
    let path = |name: &str| dir.path().join(name);
    let set = |names: &[&str]| {
        let paths: Vec<_> = names.iter().map(|name| path(name)).collect();
        match Input::from_paths(&paths).expect("a set") {
            Input::Set(set) => (shown(&set), keys(&set.warnings)),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(set(&["01.wav", "03.wav"]), ("1: 01.wav; 2: 03.wav".into(), vec!["audio.numbers_ignored"]));
    // Parts are no channels, however they are named.
    let (shown, _) = set(&["Tr1_001.wav", "Tr1_002.wav", "Tr2_001.wav"]);
    assert_eq!(shown, "1: Tr1_001.wav + Tr1_002.wav; 2: Tr2_001.wav");
    let twice = Input::from_paths(&[path("01.wav"), path("01.wav")]).expect_err("a refusal");
    assert!(matches!(twice, Error::NamedTwice { .. }));
    assert_sentence(&twice);
}

#[test]
fn sixty_five_microphones_are_too_many_and_sixty_five_parts_are_not() {
    let names: Vec<String> = (1..=65).map(|number| format!("m{number}.wav")).collect();
    let dir = filled(&names.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    assert!(matches!(refused(&dir, &[]), Error::TooManyFiles { files: 65 }));
    let names: Vec<String> = (0..70).map(|at| format!("ch{}_part{:03}.wav", at % 2 + 1, at / 2 + 1)).collect();
    let dir = filled(&names.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    assert_eq!(arrange(&dir, &[]).expect("read").members.len(), 2);
}

#[test]
fn what_lies_beside_a_recording_is_told() {
    let dir = filled(&["podium.wav"], 1);
    write(&dir, "rekaman/000001.wav", &Wav::pcm16(2, RATE, &[1; 400]).bytes());
    let source = Source::open(&Input::from_paths(&[dir.path().to_owned()]).expect("a folder")).expect("opened");
    assert_eq!(
        source.warnings(),
        [Warning::PassedOver { path: dir.path().join("podium.wav"), why: Why::BesideRecording }]
    );
    keys(&source.warnings());
    // The channels of an archive whose ledger is lost are no parts.
    let dir = folder();
    for seat in [1, 2] {
        write(&dir, &format!("rekaman/kanal-{seat:02}.wav"), &mono(1, seat).bytes());
    }
    assert_eq!(shown(&arrange(&dir, &[]).expect("read")), "1: kanal-01.wav; 2: kanal-02.wav");
}

/// Names of one recorder: the channel and the part stand where they like, with words and separators
/// around them.
fn scheme() -> impl Strategy<Value = (String, String, String, usize)> {
    let before =
        prop_oneof![Just(""), Just("2027-03-09_"), Just("ZOOM0004_"), Just("rapat "), Just("T002-"), Just("S01T02_")];
    let mark = prop_oneof![Just("Tr"), Just("CH"), Just("mic-"), Just("Track "), Just("kanal_"), Just("Input.")];
    let between = prop_oneof![Just("_"), Just("-"), Just("_part"), Just(" (bagian "), Just(".")];
    (before, mark, between, 1_usize..4)
        .prop_map(|(before, mark, between, digits)| (before.to_owned(), mark.to_owned(), between.to_owned(), digits))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_channel_and_part_is_where_its_name_says(
        (before, mark, between, digits) in scheme(),
        channels in proptest::collection::btree_set(1_u16..=64, 1..6),
        parts in 1_usize..4,
    ) {
        let dir = folder();
        let mut expected = BTreeMap::new();
        for number in &channels {
            for part in 1..=parts {
                let tail = if parts > 1 { format!("{between}{part:0digits$}") } else { String::new() };
                let name = format!("{before}{mark}{number:0digits$}{tail}.wav");
                write(&dir, &name, &mono(1, *number as i16).bytes());
                expected.entry(*number).or_insert_with(Vec::new).push(name);
            }
        }
        let set = arrange(&dir, &[]).expect("read");
        let found: BTreeMap<u16, Vec<String>> = set
            .members
            .iter()
            .map(|member| (member.first.number(), member.parts.iter().map(|part| name(&part.path)).collect()))
            .collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(set.warnings, vec![]);
    }

    #[test]
    fn no_file_is_lost_in_silence(
        names in proptest::collection::btree_set("(ch|A|B|rec_|mix|T0)?[0-3]{0,2}(_[0-2]{1,3})?( \\(1\\))?\\.(wav|WAV|mp3|part|txt)", 1..7),
    ) {
        let names: Vec<&String> = names.iter().filter(|name| !name.starts_with('.')).collect();
        let dir = folder();
        for (place, name) in names.iter().enumerate() {
            write(&dir, name, &mono(1 + place % 2, place as i16).bytes());
        }
        match Input::from_paths(&[dir.path().to_owned()]) {
            Ok(input) => {
                let source = Source::open(&input);
                prop_assert!(source.is_ok(), "{:?}", source.err());
                let source = source.unwrap_or_else(|error| panic!("{error}"));
                let told = format!("{:?}", source.warnings());
                for name in names.iter().filter(|name| Path::new(name).extension().is_none_or(|ending| ending != "txt")) {
                    let read = source.files().iter().any(|file| file.path.ends_with(name));
                    prop_assert!(read || told.contains(name.as_str()), "{name} of {names:?}: {told}");
                }
            }
            Err(error) => assert_sentence(&error),
        }
    }
}
