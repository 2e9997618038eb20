//! A sound check: of a room in which everything is wrong that can be, and of one that is well, as a
//! user runs it.

use std::f32::consts::TAU;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use e_risalah::audio::{Input, Source};
use e_risalah::common::clock::Channel;
use e_risalah::record::soundcheck::room::Room;
use e_risalah::record::soundcheck::{SoundCheck, Step, Trouble, Verdict};

const RATE: usize = 16_000;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna")
}

/// A sentence of the shipped meeting as its own microphone has it, at a peak of 0.3.
fn sentence() -> Vec<f32> {
    let mut source = Source::open(&Input::File(fixture().join("01.ogg"))).expect("opened");
    source.skip(7 * RATE as u64).expect("skipped");
    let mut voice = vec![0.0; 4 * RATE];
    let read = source.read(&mut voice).expect("read");
    voice.truncate(read);
    let peak = voice.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    voice.iter().map(|sample| sample * 0.3 / peak).collect()
}

/// Samples that a voice takes to the next seat (0.9 m).
const NEIGHBOUR: usize = 40;

/// A room whose microphones hear their own noise, each voice at -20 dB, and what they are told.
struct Chamber {
    channels: Vec<Vec<f32>>,
}

impl Chamber {
    fn new(channels: usize) -> Self {
        let mut chamber = Self { channels: vec![Vec::new(); channels] };
        chamber.silence(1);
        chamber
    }

    fn silence(&mut self, seconds: usize) {
        for (number, channel) in self.channels.iter_mut().enumerate() {
            let mut state = number as u32 * 77 + channel.len() as u32;
            channel.extend((0..seconds * RATE).map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                0.000_4 * ((state >> 8) as f32 / 8_388_608.0 - 1.0)
            }));
        }
    }

    /// The sentence at one microphone with this gain, in all others by this factor of it, in some
    /// by another, and later by the way of a neighbour; then a pause.
    fn speak(&mut self, at: usize, gain: f32, others: f32, except: &[(usize, f32)]) {
        let start = self.channels[0].len();
        self.silence(6);
        for (channel, samples) in self.channels.iter_mut().enumerate() {
            let factor = except.iter().find(|(other, _)| *other == channel).map_or(others, |(_, factor)| *factor);
            let (gain, late) = if channel == at { (gain, 0) } else { (gain * factor, NEIGHBOUR) };
            for (target, voice) in samples[start + late..].iter_mut().zip(sentence()) {
                *target = (*target + gain * voice).clamp(-1.0, 1.0);
            }
        }
    }

    fn check(&self, seats: usize) -> (Vec<Step>, Vec<Verdict>) {
        let mut check = SoundCheck::new(self.channels.len(), (0..seats).map(Channel::from_index).collect());
        let mut steps = Vec::new();
        for start in (0..self.channels[0].len()).step_by(1_234) {
            let end = (start + 1_234).min(self.channels[0].len());
            let block: Vec<&[f32]> = self.channels.iter().map(|channel| &channel[start..end]).collect();
            steps.extend(check.push(&block));
        }
        assert!(check.is_over(), "{steps:?}");
        (steps, check.finish().0)
    }

    fn write(&self, path: &Path) {
        let spec = hound::WavSpec {
            channels: self.channels.len() as u16,
            sample_rate: RATE as u32,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).expect("created");
        for at in 0..self.channels[0].len() {
            for channel in &self.channels {
                writer.write_sample((channel[at] * 32_767.0) as i16).expect("written");
            }
        }
        writer.finalize().expect("finished");
    }
}

fn channel(number: u16) -> Channel {
    Channel::new(number).expect("a channel")
}

#[test]
fn what_is_wrong_is_said_of_each_seat_and_of_no_other() {
    let mut chamber = Chamber::new(8);
    chamber.speak(0, 1.0, 0.1, &[]);
    // The cables of 2 and 3 are exchanged.
    chamber.speak(2, 1.0, 0.1, &[]);
    chamber.speak(1, 1.0, 0.1, &[]);
    chamber.speak(3, 0.01, 0.1, &[]);
    chamber.silence(10);
    chamber.speak(4, 12.0, 0.02, &[]);
    chamber.silence(16);
    chamber.speak(6, 1.0, 0.1, &[(7, 0.85)]);
    chamber.speak(7, 1.0, 0.1, &[]);
    let (steps, verdicts) = chamber.check(8);
    assert_eq!(steps.iter().filter(|step| matches!(step, Step::Asked(_))).count(), 8);
    assert!(steps.contains(&Step::Heard { seat: channel(2), at: channel(3) }));
    assert!(steps.contains(&Step::Missed(channel(6))));
    let troubles: Vec<_> = verdicts.iter().map(|verdict| verdict.troubles.as_slice()).collect();
    assert_eq!(troubles[0], []);
    assert_eq!(troubles[1], [Trouble::SwappedWith { other: channel(3) }]);
    assert_eq!(troubles[2], [Trouble::SwappedWith { other: channel(2) }]);
    assert!(matches!(troubles[3], [Trouble::TooQuiet { above_noise_db: 3..=14 }]), "{:?}", verdicts[3]);
    assert_eq!(troubles[4], [Trouble::Clipped]);
    assert_eq!(troubles[5], [Trouble::Silent]);
    assert!(
        matches!(troubles[6], [Trouble::BleedsInto { other, db: -2..=-1 }] if *other == channel(8)),
        "{:?}",
        verdicts[6]
    );
    assert_eq!(troubles[7], []);
}

#[test]
fn a_hum_is_nobody() {
    let mut chamber = Chamber::new(2);
    chamber.silence(34);
    for (at, sample) in chamber.channels[0].iter_mut().enumerate().skip(2 * RATE) {
        let time = at as f32 / RATE as f32;
        *sample += 0.05 * (TAU * 50.0 * time).sin() + 0.01 * (TAU * 150.0 * time).sin();
    }
    let (_, verdicts) = chamber.check(2);
    assert!(verdicts.iter().all(|verdict| verdict.troubles == [Trouble::Silent]), "{verdicts:?}");
}

fn run(rooms: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(args).env("RISALAH_LANG", "id").env("RISALAH_MODELS", "/tidak/ada").env("RISALAH_ROOMS", rooms);
    command.output().expect("the program runs")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

#[test]
fn a_room_that_was_checked_is_known_to_its_next_recording() {
    let place = tempfile::tempdir().expect("a folder");
    let (rooms, description) = (place.path().join("ruang"), place.path().join("rapat.toml"));
    let people = "[rapat]\ntempat = \"Ruang Komisi II\"\n[[orang]]\nid = \"a\"\nnama = \"Ani\"\n\
                  [[kursi]]\nkanal = 1\norang = \"a\"\n[[kursi]]\nkanal = 2\nmimbar = true\n";
    fs::write(&description, people).expect("written");
    let mut chamber = Chamber::new(2);
    chamber.speak(0, 1.0, 0.1, &[]);
    chamber.speak(1, 0.5, 0.2, &[]);
    let file = place.path().join("uji.wav");
    chamber.write(&file);

    let check = ["diagnosa", "--sound-check", "--source", text(&file), "--meeting", text(&description)];
    let output = run(&rooms, &check);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("baik") && said.contains("ch01 Ani") && said.contains("ch02 mimbar"), "{said}");
    assert!(stderr(&output).contains("ch01 Ani: silakan ucapkan satu kalimat."), "{}", stderr(&output));

    // A recording of this room begins with what was learned; one of another room does not.
    let folder = place.path().join("rapat");
    let record = ["rekam", "--source", text(&file), "--speed", "8", "--quiet", "--meeting", text(&description)];
    let output = run(&rooms, &[record.as_slice(), &["-o", text(&folder)]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let known = Room::read(&folder.join("ruang.json")).expect("read").expect("a room");
    assert_eq!((known.name.as_str(), known.profile.channels()), ("Ruang Komisi II", 2));
    let bleed = known.profile.bleed_db(0, 1).expect("heard");
    assert!((-24.0..-14.0).contains(&bleed), "{bleed}");

    fs::write(&description, people.replace("Komisi II", "Komisi I")).expect("written");
    let other = place.path().join("lain");
    let output = run(&rooms, &[record.as_slice(), &["-o", text(&other)]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(!other.join("ruang.json").exists());
}

#[test]
fn a_seat_that_is_not_heard_is_a_fault() {
    let place = tempfile::tempdir().expect("a folder");
    let mut chamber = Chamber::new(2);
    chamber.speak(0, 1.0, 0.1, &[]);
    let file = place.path().join("uji.wav");
    chamber.write(&file);
    let (rooms, description) = (place.path().join("ruang"), place.path().join("rapat.toml"));
    fs::write(&description, "[rapat]\ntempat = \"Ruang Komisi II\"\n").expect("written");
    let check = ["doctor", "--sound-check", "--source", text(&file), "--meeting", text(&description), "--json"];
    let output = run(&rooms, &check);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("tidak disimpan") && !rooms.exists(), "{}", stderr(&output));
    let verdicts: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(verdicts[0]["troubles"], serde_json::json!([]));
    assert_eq!(verdicts[1]["troubles"], serde_json::json!([{ "trouble": "silent" }]));
}
