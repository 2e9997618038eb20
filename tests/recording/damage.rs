//! Crashes, cut and changed files: nothing is lost beyond what never reached the disk, and every
//! change is seen.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};

use e_risalah::audio::{Input, Source};
use e_risalah::recording::{
    Cause, End, Error, Fact, Finding, Growth, LEDGER, Ledger, Sample, folder_of, recover, verify,
};
use proptest::prelude::*;

use crate::make::{begin, bytes, format, segment, small};

fn findings(place: &std::path::Path) -> Vec<Finding> {
    verify(&folder_of(place), &mut |_, _| {}).expect("examined").findings
}

/// A recording of two segments that was closed.
fn closed() -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a folder");
    let mut writer = begin(place.path(), small());
    writer.append(&bytes(small(), 0, 8_000 * 70)).expect("written");
    writer.finish(End::Asked).expect("closed");
    assert_eq!(findings(place.path()), []);
    place
}

#[test]
fn what_a_crash_left_open_is_closed_by_its_bytes() {
    let place = tempfile::tempdir().expect("a folder");
    let mut writer = begin(place.path(), small());
    writer.append(&bytes(small(), 0, 8_000 * 70 + 123)).expect("written");
    // As after SIGKILL: no head was brought up to date, no line was written, the lock is gone.
    drop(writer);
    // And half a frame more, as a cut write leaves it.
    let last = segment(place.path(), 2);
    OpenOptions::new().append(true).open(&last).expect("opened").write_all(&[1, 2, 3]).expect("written");
    assert!(findings(place.path()).contains(&Finding::Open));
    let recovered = recover(&folder_of(place.path())).expect("recovered");
    assert_eq!((recovered.frames, recovered.closed), (8_000 * 70 + 123, vec![last.clone()]));
    assert_eq!(findings(place.path()), []);
    assert_eq!(hound::WavReader::open(last).expect("a whole file").duration(), 8_000 * 10 + 123);
    let again = recover(&folder_of(place.path())).expect("nothing to do");
    assert!(again.was_whole && again.closed.is_empty());
}

#[test]
fn an_open_recording_is_read_without_being_closed_and_says_so() {
    let place = tempfile::tempdir().expect("a folder");
    let mut writer = begin(place.path(), small());
    writer.append(&bytes(small(), 0, 9_000)).expect("written");
    drop(writer);
    let mut source = Source::open(&Input::Recording(folder_of(place.path()))).expect("opened");
    assert_eq!(source.read(&mut vec![0.0; 40_000]).expect("read"), 9_000);
    assert!(source.warnings().iter().any(|warning| format!("{warning:?}").starts_with("NotClosed")));
}

#[test]
fn a_living_recording_is_left_alone() {
    let place = tempfile::tempdir().expect("a folder");
    let mut writer = begin(place.path(), small());
    writer.append(&bytes(small(), 0, 100)).expect("written");
    assert!(matches!(recover(&folder_of(place.path())), Err(Error::Busy { .. })));
    assert!(matches!(verify(&folder_of(place.path()), &mut |_, _| {}), Err(Error::Busy { .. })));
}

#[test]
fn a_flipped_bit_is_found() {
    let place = closed();
    let path = segment(place.path(), 2);
    let mut file = OpenOptions::new().read(true).write(true).open(&path).expect("opened");
    file.seek(SeekFrom::End(-5)).expect("there");
    file.write_all(&[0xFF]).expect("written");
    assert_eq!(findings(place.path()), [Finding::Changed(path)]);
}

#[test]
fn a_missing_a_shortened_and_a_strange_segment_are_found() {
    let place = closed();
    fs::copy(segment(place.path(), 1), segment(place.path(), 3)).expect("copied");
    fs::remove_file(segment(place.path(), 1)).expect("removed");
    let second = segment(place.path(), 2);
    let length = second.metadata().expect("there").len();
    OpenOptions::new().write(true).open(&second).expect("opened").set_len(length - 400).expect("cut");
    let expected = [
        Finding::Missing(segment(place.path(), 1)),
        Finding::Changed(second),
        Finding::Unknown(segment(place.path(), 3)),
    ];
    assert_eq!(findings(place.path()), expected);
    // What is there can be heard, at its time.
    let mut source = Source::open(&Input::Recording(folder_of(place.path()))).expect("opened");
    assert_eq!(source.skip(u64::MAX).expect("read"), 8_000 * 70);
}

#[test]
fn numbers_beyond_all_bounds_are_no_panic() {
    let place = closed();
    let folder = folder_of(place.path());
    let path = folder.join(LEDGER);
    let whole = fs::read_to_string(&path).expect("read");
    for (from, to) in [
        ("\"frames\":480000", format!("\"frames\":{}", u64::MAX)),
        ("\"first\":480000", format!("\"first\":{}", u64::MAX)),
        ("\"at\":560000", format!("\"at\":{}", u64::MAX)),
        ("\"rate\":8000", format!("\"rate\":{}", u32::MAX)),
        ("\"channels\":2", "\"channels\":65535".to_owned()),
        ("\"channels\":2", "\"channels\":0".to_owned()),
    ] {
        assert!(whole.contains(from), "{from}");
        fs::write(&path, whole.replace(from, &to)).expect("written");
        assert!(verify(&folder, &mut |_, _| {}).map_or(true, |verdict| !verdict.findings.is_empty()), "{to}");
        // Two seconds of it are as good as all of what is claimed.
        let source = Source::open(&Input::Recording(folder.clone()));
        let _ = source.map(|mut source| source.read(&mut vec![0.0; 32_000]));
        let _ = recover(&folder);
    }
}

#[test]
fn a_changed_line_is_found() {
    let place = closed();
    let path = folder_of(place.path()).join(LEDGER);
    let text = fs::read_to_string(&path).expect("read").replacen("\"device\":\"uji\"", "\"device\":\"lain\"", 1);
    fs::write(&path, text).expect("written");
    assert_eq!(findings(place.path()), [Finding::Chain { line: 2 }]);
}

/// Cuts the ledger behind its first line.
fn forget_all(place: &std::path::Path) {
    let path = folder_of(place).join(LEDGER);
    let whole = fs::read_to_string(&path).expect("read");
    fs::write(&path, whole.split_inclusive('\n').next().expect("a line")).expect("cut");
}

#[test]
fn segments_that_no_line_names_any_more_are_taken_up_at_their_time() {
    let place = tempfile::tempdir().expect("a folder");
    let mut writer = begin(place.path(), small());
    writer.append(&bytes(small(), 0, 8_000 * 61)).expect("written");
    writer.gap(8_000 * 3, Cause::Device).expect("counted");
    writer.append(&bytes(small(), 8_000 * 64, 8_000 * 60)).expect("written");
    writer.append(&bytes(small(), 8_000 * 124, 77)).expect("written");
    drop(writer);
    let heard = || {
        let mut source = Source::open(&Input::Recording(folder_of(place.path()))).expect("opened");
        let mut all = vec![0.0; 2 * 8_000 * 130];
        let read = source.read(&mut all).expect("read");
        all.truncate(2 * read);
        all
    };
    let before = heard();
    forget_all(place.path());
    let recovered = recover(&folder_of(place.path())).expect("recovered");
    assert_eq!(recovered.frames, 8_000 * 124 + 77);
    assert_eq!(recovered.found, [1, 2, 3, 4].map(|number| segment(place.path(), number)));
    assert_eq!(findings(place.path()), []);
    assert!(heard() == before, "the sound stands elsewhere");
    // The loss and the lines that were lost themselves stay known.
    let ledger = Ledger::read(&folder_of(place.path()).join(LEDGER)).expect("read");
    let gap = Fact::Gap { at: 8_000 * 61, frames: 8_000 * 3, cause: Cause::Unknown };
    assert!(ledger.facts.contains(&gap), "{:?}", ledger.facts);
    assert!(ledger.facts.contains(&Fact::Recovered { at: 8_000 * 124 + 77, found: 4 }));
}

#[test]
fn a_file_that_was_made_before_its_head_was_written_is_a_segment_without_sound() {
    for cut in [0, 3, 12, 40, 600] {
        let place = tempfile::tempdir().expect("a folder");
        let mut writer = begin(place.path(), small());
        writer.append(&bytes(small(), 0, 8_000 * 70)).expect("written");
        drop(writer);
        let heard = || {
            let mut source = Source::open(&Input::Recording(folder_of(place.path()))).expect("opened");
            let mut all = vec![0.0; 2 * 8_000 * 71];
            let read = source.read(&mut all).expect("read");
            all.truncate(2 * read);
            all
        };
        let before = heard();
        let head = fs::read(segment(place.path(), 1)).expect("read");
        fs::write(segment(place.path(), 3), &head[..cut]).expect("written");
        let recovered = recover(&folder_of(place.path())).expect("recovered");
        assert_eq!((recovered.frames, recovered.found), (8_000 * 70, vec![segment(place.path(), 3)]), "{cut}");
        assert_eq!(findings(place.path()), [], "{cut}");
        assert!(heard() == before, "{cut}");
    }
}

#[test]
fn a_strange_file_is_not_taken_up() {
    let place = closed();
    let other = tempfile::tempdir().expect("a folder");
    let mut writer = begin(other.path(), format(16_000, 2, Sample::I16));
    writer.append(&bytes(small(), 0, 100)).expect("written");
    drop(writer);
    forget_all(place.path());
    let strange = [3, 4, 5, 6].map(|number| segment(place.path(), number));
    fs::copy(segment(other.path(), 1), &strange[0]).expect("of another rate");
    fs::copy(segment(place.path(), 1), &strange[1]).expect("of a time that is there already");
    fs::write(&strange[2], b"RIFF\0\0\0\0WAVEbext\xff\xff\xff\xff").expect("no head of ours");
    fs::write(&strange[3], b"").expect("nothing");
    let recovered = recover(&folder_of(place.path())).expect("recovered");
    assert_eq!((recovered.frames, recovered.found.len()), (8_000 * 70, 2));
    assert_eq!(findings(place.path()), strange.map(Finding::Unknown));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_ledger_that_is_cut_anywhere_loses_no_sound(share in 0.0f64..1.0) {
        let place = closed();
        let folder = folder_of(place.path());
        let path = folder.join(LEDGER);
        let whole = fs::read(&path).expect("read");
        let first = whole.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
        let cut = first + ((whole.len() - first) as f64 * share) as usize;
        fs::write(&path, &whole[..cut]).expect("cut");
        let growth = Growth::open(&folder).expect("read").expect("a ledger");
        let known = growth.ledger().segments().len();
        let recovered = recover(&folder).expect("recovered");
        // Segments of which the ledger lost every line are taken up again by their bytes.
        prop_assert_eq!(recovered.frames, 8_000 * 70);
        prop_assert_eq!(recovered.found.len(), 2 - known);
        prop_assert_eq!(findings(place.path()), []);
        prop_assert_eq!(recovered.torn.is_some(), whole[cut - 1] != b'\n');
    }

    #[test]
    fn a_ledger_of_anything_is_refused_or_read_and_never_a_panic(
        first in any::<bool>(),
        text in "(\\{\"line\":[0-9]{1,20},\"before\":\"\",\"fact\":\"(start|open|segment|gap|stop)\"[^\n]{0,40}\\}?\n?){0,4}",
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let place = closed();
        let folder = folder_of(place.path());
        let path = folder.join(LEDGER);
        let whole = fs::read(&path).expect("read");
        let line = whole.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
        let mut content = if first { whole[..line].to_vec() } else { Vec::new() };
        content.extend_from_slice(text.as_bytes());
        content.extend_from_slice(&noise);
        fs::write(&path, content).expect("written");
        let _ = verify(&folder, &mut |_, _| {});
        let _ = Input::from_paths(&[place.path().to_owned()]).map(|input| Source::open(&input).map(|mut source| source.skip(10)));
        let recovered = recover(&folder);
        prop_assert_eq!(recovered.is_ok(), first);
        prop_assert!(segment(place.path(), 1).exists() && segment(place.path(), 2).exists());
    }

    #[test]
    fn a_segment_that_is_cut_anywhere_keeps_what_is_there(share in 0.0f64..1.0) {
        let place = tempfile::tempdir().expect("a folder");
        let mut writer = begin(place.path(), small());
        writer.append(&bytes(small(), 0, 5_000)).expect("written");
        drop(writer);
        let path = segment(place.path(), 1);
        let length = path.metadata().expect("there").len();
        let head = length - 20_000;
        let cut = (length as f64 * share) as u64;
        OpenOptions::new().write(true).open(&path).expect("opened").set_len(cut).expect("cut");
        let recovered = recover(&folder_of(place.path())).expect("recovered");
        prop_assert_eq!(recovered.frames, cut.saturating_sub(head) / 4);
        prop_assert!(path.exists());
    }
}
