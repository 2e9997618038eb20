//! A closed meeting on disk: what is written of it opens with its key only, and is recovered and
//! verified without.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::thread;

use e_risalah::audio::{Error as AudioError, Input, Source};
use e_risalah::meeting::EventKind;
use e_risalah::recording::{
    Cause, Claim, End, Entered, Error, Fact, Finding, Format, LEDGER, Ledger, Resumed, Sample, Start, Writer,
    folder_of, recover, seal_of, verify,
};
use e_risalah::seal::{self, Chunk, Holder, Identity, MeetingKey, Role, tails_of};

use crate::make::{bytes, format, start};

const NOTE: &str = "Sanksi dijatuhkan kepada terperiksa";

/// A meeting's key, which nobody holds yet.
fn key() -> MeetingKey {
    MeetingKey::generate()
}

pub fn begin(place: &Path, format: Format, key: &MeetingKey) -> Writer {
    let holder = Holder::new("Sari", Role::Sekretaris, &Identity::generate("Sari").recipient()).expect("a holder");
    let start = Start { seal: Some(key.seal(&[holder]).expect("a seal")), ..start(format) };
    Writer::begin(Claim::take(&folder_of(place)).expect("a folder"), start).expect("begun")
}

/// Two minutes and a bit with a loss in them, and what was said of it; left open.
fn write(place: &Path, key: &MeetingKey) -> (Writer, Format, u64) {
    let format = format(16_000, 2, Sample::I16);
    let mut writer = begin(place, format, key);
    let mut at = 0;
    for (frames, lost) in [(1, 0), (700_000, 160), (600_007, 32_000), (640_000, 0), (12_345, 0)] {
        writer.append(&bytes(format, at, frames)).expect("written");
        writer.gap(lost, Cause::Overrun).expect("counted");
        at += frames + lost;
    }
    let note = Entered::Event(EventKind::Note(NOTE.into()));
    writer
        .note(Fact::Event { at: 5, entered: note, key: Some("k".into()), withdraws: None, seal: None })
        .expect("noted");
    (writer, format, at)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// The samples from this one on, as they are heard.
fn heard(input: &Input) -> Vec<f32> {
    static NEVER: AtomicBool = AtomicBool::new(false);
    let mut source = Source::follow(input, &NEVER).expect("opened");
    let (mut all, mut block) = (Vec::new(), vec![0.0; 20_000]);
    loop {
        let frames = source.read(&mut block).expect("read");
        if frames == 0 {
            return all;
        }
        all.extend_from_slice(&block[..2 * frames]);
    }
}

/// What these bytes of 16-bit samples are heard as.
fn samples(bytes: &[u8]) -> Vec<f32> {
    let sample = |pair: &[u8]| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32_768.0;
    bytes.chunks_exact(2).map(sample).collect()
}

fn plain(place: &Path) -> Vec<f32> {
    let format = format(16_000, 2, Sample::I16);
    let mut writer = Writer::begin(Claim::take(&folder_of(place)).expect("a folder"), start(format)).expect("begun");
    let mut at = 0;
    for (frames, lost) in [(1, 0), (700_000, 160), (600_007, 32_000), (640_000, 0), (12_345, 0)] {
        writer.append(&bytes(format, at, frames)).expect("written");
        writer.gap(lost, Cause::Overrun).expect("counted");
        at += frames + lost;
    }
    writer.finish(End::Asked).expect("closed");
    heard(&Input::Recording(folder_of(place)))
}

#[test]
fn it_is_heard_with_its_key_as_it_would_be_in_the_open_and_not_without() {
    let place = tempfile::tempdir().expect("a folder");
    let (sealed, open) = (place.path().join("tertutup"), place.path().join("terbuka"));
    let (key, folder) = (key(), folder_of(&sealed));
    let (writer, format, length) = write(&sealed, &key);
    writer.finish(End::Asked).expect("closed");
    let input = Input::Recording(folder.clone());
    assert!(matches!(Source::open(&input), Err(AudioError::Recording(Error::Seal(seal::Error::Sealed { .. })))));
    let verdict = verify(&folder, &mut |_, _| {}).expect("examined without a key");
    assert_eq!((verdict.findings, verdict.frames), (Vec::new(), length));
    // Neither its words nor a kilobyte of its sound lie in the folder.
    for path in files(&folder) {
        let content = fs::read(&path).expect("read");
        assert!(!content.windows(NOTE.len()).any(|piece| piece == NOTE.as_bytes()), "{}", path.display());
        for first in [0, 100_000, 650_000, 1_500_000] {
            let sound = bytes(format, first, 256);
            assert!(!content.windows(sound.len()).any(|piece| piece == sound), "{}", path.display());
        }
    }
    let entered = |ledger: &Ledger| ledger.standing().map(|(.., entered)| entered.clone()).collect::<Vec<_>>();
    let ledger = || Ledger::read(&folder.join(LEDGER)).expect("read");
    assert_eq!(entered(&ledger()), []);
    assert!(ledger().keys().any(|(key, at)| (key, at) == ("k", 5)));
    seal::hold(key);
    assert_eq!(entered(&ledger()), [Entered::Event(EventKind::Note(NOTE.into()))]);
    assert_eq!(ledger().broken, None);
    assert!(heard(&input) == plain(&open), "the sound differs");
    assert_eq!(verify(&folder, &mut |_, _| {}).expect("examined with its key").findings, []);
}

#[test]
fn a_reader_follows_it_while_it_grows() {
    let place = tempfile::tempdir().expect("a folder");
    let (sealed, open) = (place.path().join("tertutup"), place.path().join("terbuka"));
    let key = key();
    seal::hold(key.clone());
    let format = format(16_000, 2, Sample::I16);
    let mut writer = begin(&sealed, format, &key);
    let input = Input::Recording(folder_of(&sealed));
    let follower = thread::spawn(move || heard(&input));
    let mut at = 0;
    for (frames, lost) in [(1, 0), (700_000, 160), (600_007, 32_000), (640_000, 0), (12_345, 0)] {
        for piece in bytes(format, at, frames).chunks(40_000) {
            writer.append(piece).expect("written");
            writer.sync().expect("synced");
        }
        writer.gap(lost, Cause::Overrun).expect("counted");
        at += frames + lost;
    }
    writer.finish(End::Asked).expect("closed");
    assert!(follower.join().expect("followed") == plain(&open), "the sound differs");
    // No tail is left beside what was closed.
    assert!(files(&folder_of(&sealed)).iter().all(|path| !path.to_string_lossy().ends_with(".ekor.age")));
}

#[test]
fn what_was_synced_is_there_after_a_crash_and_it_goes_on_without_a_key() {
    for (frames, more) in [(10, 0), (40_000, 3), (16_384, 0), (16_385, 40_000), (300_001, 5)] {
        let place = tempfile::tempdir().expect("a folder");
        let (key, folder) = (key(), folder_of(place.path()));
        let format = format(16_000, 2, Sample::I16);
        let mut writer = begin(place.path(), format, &key);
        writer.append(&bytes(format, 0, frames)).expect("written");
        writer.sync().expect("synced");
        assert!(writer.confirmed() <= writer.position());
        writer.append(&bytes(format, frames, more)).expect("written");
        // As a recorder that is killed leaves it: nothing of its memory reaches the disk.
        std::mem::forget(writer);
        fs::remove_file(folder.join("perekam.kunci")).expect("its lock goes with it");
        let Resumed { writer: mut again, .. } = Resumed::begin(&folder, format, Vec::new()).expect("gone on with");
        let held = again.position();
        assert!((frames..=frames + more).contains(&held), "{held} of {frames} and {more}");
        again.append(&bytes(format, held, 50_000)).expect("written");
        again.sync().expect("synced");
        std::mem::forget(again);
        fs::remove_file(folder.join("perekam.kunci")).expect("its lock goes with it");
        // A chunk of which only a part was written.
        let last = files(&folder).into_iter().rfind(|path| path.to_string_lossy().ends_with(".wav.age"));
        let last = last.expect("a segment");
        let mut torn = fs::read(&last).expect("read");
        torn.extend_from_slice(&[7; 1000]);
        fs::write(&last, torn).expect("written");
        let recovered = recover(&folder).expect("recovered without a key");
        assert!(recovered.frames >= held + 50_000, "{} of {held}", recovered.frames);
        assert_eq!(verify(&folder, &mut |_, _| {}).expect("examined").findings, []);
        seal::hold(key);
        assert_eq!(verify(&folder, &mut |_, _| {}).expect("examined with the key").findings, []);
        let sound = heard(&Input::Recording(folder.clone()));
        let expected = samples(&bytes(format, 0, recovered.frames));
        assert!(sound == expected, "{} of {} samples", sound.len(), expected.len());
    }
}

#[test]
fn a_segment_whose_line_was_lost_is_taken_up_again() {
    let place = tempfile::tempdir().expect("a folder");
    let (key, folder) = (key(), folder_of(place.path()));
    let (writer, _, length) = write(place.path(), &key);
    writer.finish(End::Asked).expect("closed");
    let path = folder.join(LEDGER);
    let text = fs::read_to_string(&path).expect("read");
    // Up to the loss behind the second segment.
    let kept: String = text.split_inclusive('\n').take_while(|line| !line.contains("000003.wav.age")).collect();
    fs::write(&path, kept).expect("written");
    let recovered = recover(&folder).expect("recovered");
    assert_eq!((recovered.frames, recovered.found.len()), (length, 1));
    assert_eq!(verify(&folder, &mut |_, _| {}).expect("examined").findings, []);
}

#[test]
fn what_was_done_to_it_is_told_without_a_key_and_named_with_one() {
    let place = tempfile::tempdir().expect("a folder");
    let (key, folder) = (key(), folder_of(place.path()));
    let (writer, ..) = write(place.path(), &key);
    writer.finish(End::Asked).expect("closed");
    let segment = folder.join("000001.wav.age");
    let mut content = fs::read(&segment).expect("read");
    let at = content.len() / 2;
    content[at] ^= 1;
    fs::write(&segment, content).expect("written");
    assert_eq!(verify(&folder, &mut |_, _| {}).expect("examined").findings, [Finding::Changed(segment.clone())]);
    seal::hold(key);
    let findings = verify(&folder, &mut |_, _| {}).expect("examined").findings;
    assert!(
        matches!(&findings[..], [Finding::Changed(_), Finding::Sealed(path, Chunk::Changed { .. })] if *path == segment),
        "{findings:?}"
    );
    fs::write(folder.join("000009.wav.age"), b"lain").expect("written");
    let findings = verify(&folder, &mut |_, _| {}).expect("examined").findings;
    assert!(findings.contains(&Finding::Unknown(folder.join("000009.wav.age"))));
}

#[test]
fn it_moves_to_another_disk_with_all_that_it_holds() {
    let place = tempfile::tempdir().expect("a folder");
    let (key, folder, other) = (key(), folder_of(place.path()), folder_of(&place.path().join("cadangan")));
    let format = format(16_000, 2, Sample::I16);
    let mut writer = begin(place.path(), format, &key);
    writer.append(&bytes(format, 0, 100_000)).expect("written");
    writer.sync().expect("synced");
    // As far as a copy had come.
    let claim = Claim::take(&other).expect("a folder");
    for path in files(&folder) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.contains(".age") {
            fs::copy(&path, other.join(name)).expect("copied");
        }
    }
    writer.append(&bytes(format, 100_000, 30_000)).expect("written");
    assert_eq!(writer.move_to(claim).expect("moved"), 0);
    writer.append(&bytes(format, 130_000, 30_000)).expect("written");
    writer.finish(End::Asked).expect("closed");
    assert_eq!(seal_of(&other).expect("read").expect("sealed").recipient, key.recipient());
    assert_eq!(verify(&other, &mut |_, _| {}).expect("examined").findings, []);
    assert_eq!(tails_of(&other.join("000002.wav.age")).expect("listed"), []);
    seal::hold(key);
    let sound = heard(&Input::Recording(other));
    assert!(sound == samples(&bytes(format, 0, 160_000)), "the sound differs");
}
