//! What is written is what came, and other programs can read it.

use e_risalah::audio::{Input, Source};
use e_risalah::meeting::EventKind;
use e_risalah::recording::{Cause, Claim, End, Entered, Error, Fact, Growth, Ledger, Sample, folder_of, verify};
use proptest::prelude::*;

use crate::make::{begin, bytes, format, segment, small};

fn all(place: &std::path::Path) -> (Vec<f32>, u64) {
    let mut source = Source::open(&Input::from_paths(&[place.to_owned()]).expect("an input")).expect("opened");
    let mut samples = vec![0.0; 3_333 * usize::from(source.channels())];
    let mut out = Vec::new();
    loop {
        let read = source.read(&mut samples).expect("read");
        out.extend_from_slice(&samples[..read * usize::from(source.channels())]);
        if read < 3_333 {
            return (out, source.position());
        }
    }
}

#[test]
fn a_second_program_reads_the_segments() {
    for sample in [Sample::U8, Sample::I16, Sample::I24, Sample::I32, Sample::F32] {
        let place = tempfile::tempdir().expect("a folder");
        let format = format(8_000, 3, sample);
        let mut writer = begin(place.path(), format);
        let sound = bytes(format, 0, 1_001);
        writer.append(&sound).expect("written");
        writer.finish(End::Asked).expect("closed");
        let reader = hound::WavReader::open(segment(place.path(), 1)).expect("hound reads it");
        assert_eq!((reader.spec().channels, reader.spec().sample_rate), (3, 8_000));
        assert_eq!(reader.duration(), 1_001);
        let expected = sound.chunks_exact(sample.bytes()).map(|bytes| sample.value(bytes));
        if sample == Sample::F32 {
            let read: Vec<f32> = reader.into_samples::<f32>().map(|sample| sample.expect("a sample")).collect();
            assert!(read.into_iter().eq(expected));
        } else {
            let scale = f64::from(2u32.pow(sample.bytes() as u32 * 8 - 1));
            let read: Vec<i32> = reader.into_samples::<i32>().map(|sample| sample.expect("a sample")).collect();
            assert!(
                read.into_iter()
                    .zip(expected)
                    .all(|(read, expected)| (f64::from(read) / scale - f64::from(expected)).abs() < 1e-6)
            );
        }
    }
}

#[test]
fn seats_and_time_stand_in_the_head() {
    let place = tempfile::tempdir().expect("a folder");
    let mut writer = begin(place.path(), small());
    writer.append(&bytes(small(), 0, 8_000 * 61)).expect("written");
    writer.finish(End::Asked).expect("closed");
    for (number, second) in [(1, "10:05:00"), (2, "10:06:00")] {
        let source = Source::open(&Input::File(segment(place.path(), number))).expect("opened");
        assert_eq!(source.started().map(|time| time.strftime("%H:%M:%S").to_string()).as_deref(), Some(second));
        assert_eq!(source.name(e_risalah::common::clock::Channel::from_index(0)), Some("Ketua & Wakil"));
        assert_eq!(source.name(e_risalah::common::clock::Channel::from_index(1)), Some("Mimbar <1>"));
    }
}

#[test]
fn a_short_loss_is_silence_and_a_long_one_is_in_no_file() {
    let place = tempfile::tempdir().expect("a folder");
    let format = small();
    let mut writer = begin(place.path(), format);
    writer.append(&bytes(format, 0, 100)).expect("written");
    writer.gap(50, Cause::Disk).expect("counted");
    writer.append(&bytes(format, 150, 100)).expect("written");
    writer.gap(80_000, Cause::Device).expect("counted");
    writer.append(&bytes(format, 80_250, 10)).expect("written");
    assert_eq!(writer.finish(End::Asked).expect("closed"), 80_260);
    let (samples, length) = all(place.path());
    assert_eq!(length, 80_260);
    let expected = |frames: std::ops::Range<u64>| -> Vec<f32> {
        bytes(format, frames.start, frames.end - frames.start)
            .chunks_exact(2)
            .map(|bytes| Sample::I16.value(bytes))
            .collect()
    };
    assert_eq!(samples[..200], expected(0..100));
    assert!(samples[200..300].iter().all(|sample| *sample == 0.0));
    assert_eq!(samples[300..500], expected(150..250));
    assert!(samples[500..160_500].iter().all(|sample| *sample == 0.0));
    assert_eq!(samples[160_500..], expected(80_250..80_260));
    assert!(segment(place.path(), 2).metadata().expect("a second segment").len() < 4_000);
}

#[test]
fn a_folder_with_a_recording_takes_no_other() {
    let place = tempfile::tempdir().expect("a folder");
    let writer = begin(place.path(), small());
    assert!(matches!(Claim::take(&folder_of(place.path())), Err(Error::Busy { .. })));
    writer.finish(End::Asked).expect("closed");
    assert!(matches!(Claim::take(&folder_of(place.path())), Err(Error::Taken { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn however_it_is_cut_the_same_sound_is_on_the_disk(
        pieces in prop::collection::vec((1u64..70_000, 0u64..12_000), 1..14),
        channels in 1u16..5,
    ) {
        let place = tempfile::tempdir().expect("a folder");
        let format = format(1_000, channels, Sample::I16);
        let mut writer = begin(place.path(), format);
        let mut at = 0;
        let mut expected = Vec::new();
        for (frames, lost) in pieces {
            let sound = bytes(format, at, frames);
            writer.append(&sound).expect("written");
            expected.extend(sound.chunks_exact(2).map(|bytes| Sample::I16.value(bytes)));
            writer.gap(lost, Cause::Overrun).expect("counted");
            expected.resize(expected.len() + (lost * u64::from(channels)) as usize, 0.0);
            at += frames + lost;
        }
        prop_assert_eq!(writer.finish(End::Asked).expect("closed"), at);
        let growth = Growth::open(&folder_of(place.path())).expect("read").expect("a ledger");
        prop_assert!(growth.is_closed() && growth.ledger().broken.is_none());
        let whole = (0..).map_while(|index| growth.part(index)).all(|part| part.frames.is_some_and(|frames| frames <= 60_000));
        prop_assert!(whole);
        let lost: u64 = growth.ledger().facts.iter().map(|fact| match fact { Fact::Gap { frames, .. } => *frames, _ => 0 }).sum();
        prop_assert_eq!(lost, growth.gaps().iter().map(|gap| gap.len()).sum::<u64>());
        let verdict = verify(&folder_of(place.path()), &mut |_, _| {}).expect("examined");
        prop_assert!(verdict.findings.is_empty());
        // Rates below 8 kHz are for this test only: read the bytes, not the sound.
        let mut heard = Vec::new();
        for part in (0..).map_while(|index| growth.part(index)) {
            heard.resize((part.first * u64::from(channels)) as usize, 0.0);
            let reader = hound::WavReader::open(part.path).expect("a segment");
            heard.extend(reader.into_samples::<i16>().map(|sample| f32::from(sample.expect("a sample")) / 32_768.0));
        }
        heard.resize((at * u64::from(channels)) as usize, 0.0);
        prop_assert_eq!(heard, expected);
    }
}

#[test]
fn where_a_move_fails_what_was_recorded_stays_known() {
    let (place, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let mut writer = begin(place.path(), small());
    writer.append(&bytes(small(), 0, 9_000)).expect("written");
    let target = folder_of(second.path());
    let claim = Claim::take(&target).expect("held");
    std::fs::remove_dir_all(&target).expect("its disk is taken away");
    assert!(writer.move_to(claim).is_err());
    assert_eq!((writer.position(), writer.folder()), (9_000, &*folder_of(place.path())));
    writer.append(&bytes(small(), 9_000, 10)).expect("it goes on here");
    assert_eq!(writer.finish(End::Disk).expect("closed"), 9_010);
    assert_eq!(verify(&folder_of(place.path()), &mut |_, _| {}).expect("examined").findings, []);
}

#[test]
fn what_the_copy_is_not_certain_to_have_is_written_from_memory_when_it_moves() {
    // The copy is missing, short, whole, or holds something else behind what the disk had confirmed.
    for (copied, garbage, lost) in
        [(None, false, 6_000), (Some(4_000), false, 2_000), (Some(9_000), false, 0), (Some(9_000), true, 0)]
    {
        let (place, second) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let mut writer = begin(place.path(), small());
        writer.append(&bytes(small(), 0, 6_000)).expect("written");
        writer.sync().expect("confirmed");
        writer.append(&bytes(small(), 6_000, 3_000)).expect("written");
        assert_eq!((writer.confirmed(), writer.position()), (6_000, 9_000));
        let claim = Claim::take(&folder_of(second.path())).expect("held");
        if let Some(frames) = copied {
            let mut copy = std::fs::read(segment(place.path(), 1)).expect("read");
            copy.truncate(copy.len() - small().bytes(9_000 - frames) as usize);
            if garbage {
                let end = copy.len();
                copy[end - 400..].fill(0x55);
            }
            std::fs::write(segment(second.path(), 1), copy).expect("copied");
        }
        assert_eq!(writer.move_to(claim).expect("moved"), lost, "{copied:?}");
        writer.append(&bytes(small(), 9_000, 10)).expect("written");
        assert_eq!(writer.finish(End::Asked).expect("closed"), 9_010);
        assert_eq!(verify(&folder_of(second.path()), &mut |_, _| {}).expect("examined").findings, [], "{copied:?}");
        let (found, length) = all(second.path());
        assert_eq!(length, 9_010);
        let growth = Growth::open(&folder_of(second.path())).expect("read").expect("a ledger");
        let sound = bytes(small(), 0, 9_010);
        for (at, sample) in sound.chunks_exact(2).enumerate() {
            let is_lost = growth.gaps().iter().any(|gap| (gap.start..gap.end).contains(&(at as u64 / 2)));
            let expected = if is_lost { 0.0 } else { small().sample.value(sample) };
            assert!((found[at] - expected).abs() < 1e-9, "{copied:?}: sample {at}");
        }
    }
}

#[test]
fn what_is_taken_back_does_not_stand_and_an_older_program_reads_a_note() {
    let place = tempfile::tempdir().expect("a folder");
    let mut writer = begin(place.path(), small());
    writer.append(&bytes(small(), 0, 9_000)).expect("written");
    let event =
        |kind, withdraws| Fact::Event { at: 8_000, entered: Entered::Event(kind), key: None, withdraws, seal: None };
    writer.note(event(EventKind::Opened, None)).expect("entered");
    writer.note(event(EventKind::Closed, None)).expect("entered");
    let (line, at, _) = writer.ledger().last_entered().expect("the closing");
    assert_eq!(at, 8_000);
    writer.note(event(EventKind::Note("dibatalkan".into()), Some(line))).expect("taken back");
    let (_, _, left) = writer.ledger().last_entered().expect("the opening");
    assert_eq!(left, &Entered::Event(EventKind::Opened));
    writer.finish(End::Asked).expect("closed");
    let path = folder_of(place.path()).join("ledger.jsonl");
    let ledger = Ledger::read(&path).expect("read");
    let standing: Vec<&Entered> = ledger.entered(small().clock()).map(|(_, entered)| entered).collect();
    assert_eq!(standing, [&Entered::Event(EventKind::Opened)]);
    let last = std::fs::read_to_string(path).expect("read");
    let line = last.lines().find(|line| line.contains("withdraws")).expect("the line");
    let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(
        (&line["fact"], &line["entered"], &line["value"]["note"]),
        (&"event".into(), &"event".into(), &"dibatalkan".into())
    );
}
