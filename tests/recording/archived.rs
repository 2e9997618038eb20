//! FLAC in place of the segments, and not a sample otherwise.

use std::sync::atomic::AtomicBool;

use e_risalah::audio::{Input, Source};
use e_risalah::meeting::Meeting;
use e_risalah::record::flac::{Error, archive};
use e_risalah::recording::{self, Cause, End, Finding, Format, Sample, folder_of, verify};

use crate::make::{begin, bytes, format, segment};

fn recorded(format: Format, sound: &[u8]) -> tempfile::TempDir {
    let place = tempfile::tempdir().expect("a folder");
    let mut writer = begin(place.path(), format);
    writer.append(sound).expect("written");
    writer.gap(40_000, Cause::Device).expect("counted");
    writer.append(&sound[..format.bytes(5) as usize]).expect("written");
    writer.finish(End::Asked).expect("closed");
    place
}

fn heard(place: &std::path::Path) -> Vec<u32> {
    let mut source = Source::open(&Input::from_paths(&[place.to_owned()]).expect("an input")).expect("opened");
    let mut samples = vec![0.0; 1_000_000];
    let read = source.read(&mut samples).expect("read");
    samples[..read * usize::from(source.channels())].iter().map(|sample: &f32| (sample + 0.0).to_bits()).collect()
}

#[test]
fn every_form_that_flac_can_hold_comes_back_exactly() {
    static STOP: AtomicBool = AtomicBool::new(false);
    for sample in [Sample::U8, Sample::I16, Sample::I24, Sample::I32, Sample::F32] {
        let format = format(16_000, 3, sample);
        let mut sound = bytes(format, 0, 9_001);
        match sample {
            // As a device gives 24 bits in 32.
            Sample::I32 => sound.chunks_exact_mut(4).for_each(|bytes| bytes[0] = 0),
            Sample::F32 => {
                let value = |at: i32| (f64::from(at % 4_001 - 2_000) / 8_388_608.0) as f32;
                sound = (0..9_001 * 3).flat_map(|at| value(at).to_le_bytes()).collect();
            }
            _ => {}
        }
        let place = recorded(format, &sound);
        let before = heard(place.path());
        let archived = archive(&folder_of(place.path()), &Meeting::bare(), &STOP, &mut |_| {}).expect("archived");
        assert_eq!(archived.files.len(), 3);
        assert!(!segment(place.path(), 1).exists());
        assert!(heard(place.path()) == before, "{sample:?} differs");
        assert_eq!(verify(&folder_of(place.path()), &mut |_, _| {}).expect("examined").findings, []);
        assert!(
            archive(&folder_of(place.path()), &Meeting::bare(), &STOP, &mut |_| {}).expect("once more").was_archived
        );
        std::fs::write(&archived.files[1], b"lain").expect("changed");
        let findings = verify(&folder_of(place.path()), &mut |_, _| {}).expect("examined").findings;
        assert_eq!(findings, [Finding::Changed(archived.files[1].clone())]);
    }
}

#[test]
fn another_program_sees_seat_meeting_and_time() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let format = format(16_000, 3, Sample::I16);
    let place = recorded(format, &bytes(format, 0, 9_001));
    let description = "
[rapat]
sifat = \"terbuka\"
jenis = \"paripurna\"
tempat = \"Ruang Sidang Utama\"

[[orang]]
id = \"dewi\"
nama = \"Hj. Dewi Anggraini, S.H.\"

[[kursi]]
kanal = 3
orang = \"dewi\"
";
    let meeting = Meeting::parse(description, "rapat.toml").expect("a meeting");
    let archived = archive(&folder_of(place.path()), &meeting, &STOP, &mut |_| {}).expect("archived");
    let told = |index: usize| {
        let output = std::process::Command::new("metaflac")
            .args(["--export-tags-to=-", "--no-utf8-convert"])
            .arg(&archived.files[index])
            .output()
            .expect("metaflac runs (Debian package flac)");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let first = told(0);
    for tag in [
        "TITLE=Ketua & Wakil",
        "TRACKNUMBER=1",
        "TRACKTOTAL=3",
        "DATE=2027-03-09T10:05:00+08:00",
        "ALBUM=Rapat Paripurna",
        "LOCATION=Ruang Sidang Utama",
    ] {
        assert!(first.iter().any(|line| line == tag), "{tag}: {first:?}");
    }
    let third = told(2);
    assert!(third.contains(&"TITLE=Hj. Dewi Anggraini, S.H.".to_owned()), "{third:?}");
    assert!(third.contains(&"PERFORMER=Hj. Dewi Anggraini, S.H.".to_owned()), "{third:?}");
    // And finds its sum of the sound right.
    let tested = std::process::Command::new("flac").args(["--test", "--silent"]).args(&archived.files).output();
    assert!(tested.expect("flac runs").status.success());
}

#[test]
fn what_flac_cannot_hold_stays_as_it_is() {
    static STOP: AtomicBool = AtomicBool::new(false);
    for (sample, sound) in [
        (Sample::I32, vec![1; 4 * 3 * 100]),
        (Sample::F32, (0..300).flat_map(|_| 0.1f32.to_le_bytes()).collect::<Vec<u8>>()),
        (Sample::F32, (0..300).flat_map(|_| 1.5f32.to_le_bytes()).collect()),
    ] {
        let place = recorded(format(16_000, 3, sample), &sound);
        let refused = archive(&folder_of(place.path()), &Meeting::bare(), &STOP, &mut |_| {});
        assert!(matches!(refused, Err(Error::Recording(recording::Error::Unarchivable { .. }))), "{refused:?}");
        assert_eq!(verify(&folder_of(place.path()), &mut |_, _| {}).expect("examined").findings, []);
        let left = folder_of(place.path()).read_dir().expect("a folder").flatten();
        assert!(left.into_iter().all(|entry| !entry.file_name().to_string_lossy().contains("flac")));
    }
}

#[test]
fn a_damaged_recording_is_not_archived() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let format = format(16_000, 3, Sample::I16);
    let place = recorded(format, &bytes(format, 0, 1_000));
    let path = segment(place.path(), 1);
    let length = path.metadata().expect("there").len();
    std::fs::OpenOptions::new().write(true).open(&path).expect("opened").set_len(length - 6).expect("cut");
    let refused = archive(&folder_of(place.path()), &Meeting::bare(), &STOP, &mut |_| {});
    assert!(matches!(refused, Err(Error::Recording(recording::Error::NotWhole { .. }))));
    assert!(path.exists());
}

/// A copy of a recording before and after it was archived: its samples, and the lines that name the
/// archive.
fn archived_twin() -> (tempfile::TempDir, Vec<u32>, tempfile::TempDir) {
    static STOP: AtomicBool = AtomicBool::new(false);
    let format = format(16_000, 3, Sample::I16);
    let sound = bytes(format, 0, 9_001);
    let (place, twin) = (recorded(format, &sound), tempfile::tempdir().expect("a folder"));
    std::fs::create_dir(folder_of(twin.path())).expect("made");
    for entry in folder_of(place.path()).read_dir().expect("a folder").flatten() {
        std::fs::copy(entry.path(), folder_of(twin.path()).join(entry.file_name())).expect("copied");
    }
    let before = heard(place.path());
    archive(&folder_of(twin.path()), &Meeting::bare(), &STOP, &mut |_| {}).expect("archived");
    (place, before, twin)
}

#[test]
fn an_archiving_that_was_interrupted_anywhere_goes_on() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let whole = ["kanal-01.flac", "kanal-02.flac", "kanal-03.flac"];
    // After so many renamed files, so many lines, and so many segments that were let go.
    for (renamed, lines, gone) in
        [(1, 0, 0), (2, 0, 0), (3, 0, 0), (3, 1, 0), (3, 2, 0), (3, 3, 0), (3, 3, 1), (3, 3, 2)]
    {
        let (place, before, twin) = archived_twin();
        let (folder, twin) = (folder_of(place.path()), folder_of(twin.path()));
        for name in &whole[..renamed] {
            std::fs::copy(twin.join(name), folder.join(name)).expect("copied");
        }
        let ledger = std::fs::read_to_string(twin.join("ledger.jsonl")).expect("read");
        let kept: Vec<&str> = ledger.lines().collect();
        let kept = kept[..kept.len() - (3 - lines)].join("\n") + "\n";
        std::fs::write(folder.join("ledger.jsonl"), kept).expect("written");
        for number in 1..=gone {
            std::fs::remove_file(segment(place.path(), number)).expect("removed");
        }
        let archived = archive(&folder, &Meeting::bare(), &STOP, &mut |_| {});
        let archived = archived.unwrap_or_else(|error| panic!("{renamed} {lines} {gone}: {error}"));
        assert_eq!(archived.files.len(), 3);
        assert!(!segment(place.path(), 1).exists() && !segment(place.path(), 2).exists());
        assert!(heard(place.path()) == before, "{renamed} {lines} {gone}");
        assert_eq!(verify(&folder, &mut |_, _| {}).expect("examined").findings, [], "{renamed} {lines} {gone}");
    }
}

#[test]
fn segments_are_not_let_go_where_an_archive_is_not_as_its_line_says() {
    static STOP: AtomicBool = AtomicBool::new(false);
    let (place, _, twin) = archived_twin();
    let (folder, twin) = (folder_of(place.path()), folder_of(twin.path()));
    for name in ["kanal-01.flac", "kanal-02.flac", "kanal-03.flac", "ledger.jsonl"] {
        std::fs::copy(twin.join(name), folder.join(name)).expect("copied");
    }
    std::fs::write(folder.join("kanal-02.flac"), b"lain").expect("changed");
    let refused = archive(&folder, &Meeting::bare(), &STOP, &mut |_| {});
    assert!(matches!(refused, Err(Error::Recording(recording::Error::NotWhole { .. }))), "{refused:?}");
    assert!(segment(place.path(), 1).exists());
}
