//! Recording under seal, against the same in the open: what it takes of a core, and how long it
//! takes until a passage is heard.
//!
//! `cargo bench --locked --bench seal`

use std::fs;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::{Duration, Instant};

use e_risalah::audio::Input;
use e_risalah::common::clock::Channel;
use e_risalah::record::playback::Clip;
use e_risalah::recording::{Claim, End, Format, Sample, Start, Writer, folder_of};
use e_risalah::seal::{self, Holder, Identity, MeetingKey, Role};
use jiff::tz::TimeZone;

/// Seconds that are recorded of a full room.
const SECONDS: u64 = 60;
/// Seconds of the long recording that is listened to.
const LONG: u64 = 4 * 3600;
/// Passages that are listened to.
const PASSAGES: u64 = 100;

fn main() {
    let place = tempfile::tempdir_in(std::env::var_os("RISALAH_BENCH").unwrap_or_else(|| std::env::temp_dir().into()));
    let place = place.expect("a folder");
    let room = Format { rate: NonZeroU32::new(48_000).expect("a rate"), channels: 64, sample: Sample::I24 };
    for sealed in [false, true] {
        let folder = place.path().join(format!("ruang-{sealed}"));
        let spent = processor();
        let began = Instant::now();
        record(&folder, room, SECONDS, sealed);
        let spent = processor().saturating_sub(spent).as_secs_f64();
        let (name, took) = (if sealed { "sealed" } else { "open" }, began.elapsed().as_secs_f64());
        println!(
            "64 x 48 kHz x 24 bit, {name}: {:.1} % of a core, written {:.0} times as fast as it comes",
            100.0 * spent / SECONDS as f64,
            SECONDS as f64 / took
        );
        listen(&folder, SECONDS, name);
        fs::remove_dir_all(&folder).expect("removed");
    }
    let two = Format { rate: NonZeroU32::new(16_000).expect("a rate"), channels: 2, sample: Sample::I16 };
    for sealed in [false, true] {
        let folder = place.path().join(format!("panjang-{sealed}"));
        record(&folder, two, LONG, sealed);
        listen(
            &folder,
            LONG,
            if sealed { "four hours of 2 x 16 kHz, sealed" } else { "four hours of 2 x 16 kHz, open" },
        );
        fs::remove_dir_all(&folder).expect("removed");
    }
}

/// Writes as a recorder does: what comes in a hundredth of a second, and synced each second.
fn record(folder: &Path, format: Format, seconds: u64, sealed: bool) {
    let seal = sealed.then(|| {
        let key = MeetingKey::generate();
        let holder = Holder::new("Sari", Role::Sekretaris, &Identity::generate("Sari").recipient()).expect("a holder");
        seal::hold(key.clone());
        key.seal(&[holder]).expect("a seal")
    });
    let start = Start {
        utc: jiff::Timestamp::UNIX_EPOCH,
        zone: TimeZone::UTC,
        format,
        device: "uji".into(),
        names: Vec::new(),
        seal,
    };
    let mut writer = Writer::begin(Claim::take(&folder_of(folder)).expect("a folder"), start).expect("begun");
    let frames = u64::from(format.rate.get()) / 100;
    let piece: Vec<u8> = (0..format.bytes(frames)).map(|at| (at.wrapping_mul(0x9E37_79B9) >> 13) as u8).collect();
    for at in 0..seconds * 100 {
        writer.append(&piece).expect("written");
        if at % 100 == 99 {
            writer.sync().expect("synced");
        }
    }
    writer.finish(End::Asked).expect("closed");
}

/// How long it takes until a second of one microphone is there, from places all over the recording.
fn listen(folder: &Path, seconds: u64, name: &str) {
    let input = Input::Recording(folder_of(folder));
    let mut took: Vec<Duration> = (0..PASSAGES)
        .map(|one| {
            let from = one.wrapping_mul(0x9E37_79B9_7F4A_7C15) % ((seconds - 1) * 1000);
            let began = Instant::now();
            let clip = Clip::of(&input, from, from + 1000, Channel::new(1)).expect("a passage");
            assert!(!clip.samples.is_empty());
            began.elapsed()
        })
        .collect();
    took.sort();
    let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)].as_secs_f64() * 1000.0;
    println!("{name}: a second from anywhere is there after {:.0} ms, 95 % {:.0} ms", at(50), at(95));
}

/// What this process has used of the processors.
fn processor() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = text.rsplit(')').next().expect("a line").split_whitespace().collect();
    let ticks = |field: usize| fields[field].parse::<u64>().expect("a number");
    // A hundred ticks are a second.
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}
