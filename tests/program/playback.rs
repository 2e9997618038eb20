//! Passages of a recording, as files and from a loudspeaker that is not there. Needs pulseaudio,
//! pulseaudio-utils and libasound2-plugins.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use e_risalah::recording::{Claim, End, Format, Sample, Start, Writer};

const RATE: u32 = 8_000;

/// Two channels: in each second its number as a steady level, of the second channel twice that.
fn write(path: &Path, seconds: u32) {
    let spec =
        hound::WavSpec { channels: 2, sample_rate: RATE, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).expect("created");
    for second in 0..seconds {
        for _ in 0..RATE {
            writer.write_sample(second as i16 * 100).expect("written");
            writer.write_sample(second as i16 * 200).expect("written");
        }
    }
    writer.finalize().expect("finished");
}

fn risalah(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_risalah")).args(args).env("RISALAH_LANG", "id").output().expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

/// The samples of a clip, of which the first second and a later one are looked at.
fn samples(path: &Path) -> Vec<i16> {
    let mut reader = hound::WavReader::open(path).expect("a WAV file");
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, RATE, 16));
    reader.samples::<i16>().map(|sample| sample.expect("a sample")).collect()
}

/// As near as 16 bits in and out allow.
fn near(sample: i16, wanted: i16) -> bool {
    (sample - wanted).abs() <= 1
}

#[test]
fn a_passage_of_one_microphone_or_of_all_is_a_file() {
    let place = tempfile::tempdir().expect("a folder");
    let (sound, clip) = (place.path().join("rapat.wav"), place.path().join("klip.wav"));
    write(&sound, 40);
    for (more, length, first) in [
        (&["--channel", "2", "--until", "00:00:05"][..], 2, 600),
        (&["--channel", "1"], 30, 300),
        (&[], 30, 900),
        (&["--until", "00:10:00"], 37, 900),
    ] {
        let output = risalah(&[&["play", text(&sound), "00:00:03", "-o", text(&clip)], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), text(&clip));
        let samples = samples(&clip);
        assert_eq!(samples.len(), length * RATE as usize, "{more:?}");
        assert!(near(samples[0], first), "{more:?}: {}", samples[0]);
        let again = risalah(&["putar", text(&sound), "00:00:03", "-o", text(&clip)]);
        assert_eq!(again.status.code(), Some(2), "a file was written over");
        fs::remove_file(&clip).expect("removed");
    }
    let json = risalah(&["play", text(&sound), "00:00:03", "-o", text(&clip), "--json"]);
    let line: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(line["file"], text(&clip));
}

#[test]
fn what_cannot_be_played_is_a_sentence() {
    let place = tempfile::tempdir().expect("a folder");
    let sound = place.path().join("rapat.wav");
    write(&sound, 2);
    let empty = place.path().join("kosong");
    fs::create_dir(&empty).expect("made");
    for (args, words) in [
        (vec!["play", text(&sound), "00:00:02"], "00:00:02 sudah melewati akhirnya"),
        (vec!["play", text(&sound), "01:00:00"], "berdurasi 00:00:02"),
        (vec!["play", text(&sound), "00:00:01", "--channel", "3"], "tidak memiliki mikrofon 3"),
        (vec!["play", text(&sound), "00:00:01", "--channel", "65"], "1–64"),
        (vec!["play", text(&sound), "00:00:01", "--until", "00:00:01"], "berakhir sebelum dimulai"),
        (vec!["play", text(&sound), "satu"], "'satu'"),
        (vec!["play", "tidak-ada.wav", "00:00:01"], "tidak-ada.wav"),
        (vec!["play", text(&empty), "00:00:01"], "kosong"),
    ] {
        let output = risalah(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(words) && said(&output).contains("petunjuk"), "{args:?}: {}", said(&output));
    }
    let output = risalah(&["play", text(&sound), "00:00:01", "-o", text(&place.path().join("tidak/ada/klip.wav"))]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("tidak dapat ditulis: tidak ada."), "{}", said(&output));
}

#[test]
fn the_sound_of_a_record_is_found_where_it_was() {
    let place = tempfile::tempdir().expect("a folder");
    let (sound, folder) = (place.path().join("rapat.wav"), place.path().join("hasil"));
    write(&sound, 2);
    let transcribed = risalah(&["transcribe", text(&sound), "-o", text(&folder), "--quiet"]);
    assert!(matches!(transcribed.status.code(), Some(0 | 3)), "{}", said(&transcribed));
    let clip = place.path().join("klip.wav");
    let output = risalah(&["play", text(&folder), "00:00:01", "-o", text(&clip)]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(near(samples(&clip)[0], 300));
    fs::rename(&sound, place.path().join("lain.wav")).expect("moved");
    let output = risalah(&["play", text(&folder), "00:00:01"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("rapat.wav"), "{}", said(&output));
}

#[test]
fn a_meeting_that_is_being_recorded_is_played_as_far_as_it_is() {
    let place = tempfile::tempdir().expect("a folder");
    let format = Format { rate: RATE.try_into().expect("a rate"), channels: 1, sample: Sample::I16 };
    let claim = Claim::take(&place.path().join("rekaman")).expect("a free folder");
    let start = Start {
        utc: jiff::Timestamp::UNIX_EPOCH,
        zone: jiff::tz::TimeZone::UTC,
        format,
        device: "uji".into(),
        names: Vec::new(),
        seal: None,
    };
    let mut writer = Writer::begin(claim, start).expect("begun");
    let second: Vec<u8> = std::iter::repeat_n(500_i16.to_le_bytes(), RATE as usize).flatten().collect();
    for _ in 0..3 {
        writer.append(&second).expect("written");
    }
    writer.sync().expect("synced");
    let clip = place.path().join("klip.wav");
    // Of a recorder that is at work the folder is locked; nothing waits for what it has not written.
    let output = risalah(&["play", text(place.path()), "00:00:01", "--until", "00:01:00", "-o", text(&clip)]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let samples = samples(&clip);
    assert_eq!(samples.len(), 2 * RATE as usize);
    assert!(samples.iter().all(|sample| near(*sample, 500)));
    writer.finish(End::Asked).expect("closed");
}

/// A child that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_loudspeaker_plays_it_from_beginning_to_end() {
    let place = tempfile::tempdir().expect("a folder");
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o700)).expect("made private");
    fs::write(place.path().join(".asoundrc"), "pcm.!default { type pulse }\nctl.!default { type pulse }\n")
        .expect("written");
    let sound = place.path().join("rapat.wav");
    write(&sound, 40);
    let command = |program: &str| {
        let mut command = Command::new(program);
        command.env("HOME", place.path()).env("XDG_RUNTIME_DIR", place.path()).env("RISALAH_LANG", "id");
        for other in ["PULSE_SERVER", "PULSE_RUNTIME_PATH", "XDG_CONFIG_HOME", "ALSA_CONFIG_PATH"] {
            command.env_remove(other);
        }
        command
    };
    let mut server = command("pulseaudio");
    let sink = "module-null-sink sink_name=pengeras rate=8000 channels=1 format=s16le";
    server.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "-L", "module-native-protocol-unix", "-L", sink]);
    server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _server = Running(server.spawn().expect("pulseaudio: apt-get install pulseaudio"));
    let begun = Instant::now();
    while !command("pactl").arg("info").output().expect("pactl: apt-get install pulseaudio-utils").status.success() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the sound server does not answer");
        sleep(Duration::from_millis(50));
    }
    let heard = place.path().join("terdengar.wav");
    let mut ear = command("parec");
    ear.args(["--device=pengeras.monitor", "--rate=8000", "--channels=1", "--format=s16le", "--file-format=wav"]);
    ear.arg(&heard).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut ear = Running(ear.spawn().expect("parec: apt-get install pulseaudio-utils"));
    let output = command(env!("CARGO_BIN_EXE_risalah"))
        .args(["putar", text(&sound), "00:00:30", "--until", "00:00:32", "--channel", "1", "--json"])
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&line["start_time"], &line["end_time"]), (&"30.000".into(), &"32.000".into()));
    // `parec` closes its file when it is asked to end.
    let ended = Command::new("kill").args(["-INT", &ear.0.id().to_string()]).status().expect("kill");
    assert!(ended.success());
    let _ = ear.0.wait();
    let bytes = fs::read(&heard).expect("what was heard");
    let levels = bytes[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
    let loud = levels.filter(|level| (2_900..=3_200).contains(level)).count();
    assert!(loud > RATE as usize, "heard {loud} samples of {}", 2 * RATE);
}
