//! Capture from a sound card that is not there: each test starts a sound server of its own, whose
//! room of eight microphones is a sink that a file is played into.
//!
//! The server is found through the environment, which only a process that is yet to start can be
//! given: so each test runs the program, or itself once more, in the room's environment.

use std::f64::consts::TAU;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use e_risalah::record::capture::{DeviceRequest, Error, Microphones, Next, Outlet, Stream, devices, ring};
use e_risalah::record::recorder::{Client, State};
use e_risalah::recording::{Cause, Fact, Format, Growth, folder_of, verify};
use tempfile::TempDir;

/// Set where a test runs within the room.
const INSIDE: &str = "E_RISALAH_TEST_ROOM";

const RATE: u32 = 48_000;

/// The tone of each microphone in hertz; none is a multiple of another.
const TONES: [f64; 8] = [310.0, 470.0, 590.0, 730.0, 1_010.0, 1_270.0, 1_630.0, 1_990.0];

/// ALSA asks the server for these positions; others would be remixed.
const MAP: &str = "front-left,front-right,rear-left,rear-right,front-center,lfe,side-left,side-right";

/// The room's sink.
const SINK: &str = "sink_name=ruang channels=8 rate=48000 format=s16le channel_map=MAP";

/// Far more than anything here takes, on a machine that is busy with something else.
const PATIENCE: Duration = Duration::from_secs(30);

/// A sound server with the room's sink and what is played into it; all ends with it.
struct Room {
    place: TempDir,
    children: Vec<Child>,
}

impl Room {
    fn open() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o700)).expect("made private");
        let pcm = "pcm.ruang { type pulse device \"ruang.monitor\" hint { show on description \"ruang sidang\" } }\n\
                   pcm.stereo { type pulse device \"stereo.monitor\" }\n";
        fs::write(place.path().join(".asoundrc"), pcm).expect("written");
        let mut room = Self { place, children: Vec::new() };
        let sink = format!("module-null-sink {}", SINK.replace("MAP", MAP));
        let mut server = room.command("pulseaudio");
        server.args(["-n", "--daemonize=no", "--exit-idle-time=-1", "-L", "module-native-protocol-unix", "-L", &sink]);
        room.children.push(background(server));
        until("the sound server answers", || {
            room.command("pactl").arg("info").output().expect("pactl").status.success()
        });
        room
    }

    /// A command that finds this server and no other.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let place = self.place.path();
        command.env("HOME", place).env("XDG_RUNTIME_DIR", place).env("RISALAH_LANG", "en").env(INSIDE, place);
        for other in ["PULSE_SERVER", "PULSE_RUNTIME_PATH", "XDG_CONFIG_HOME", "ALSA_CONFIG_PATH"] {
            command.env_remove(other);
        }
        command
    }

    /// Plays a file of eight channels into the sink.
    fn play(&mut self, path: &Path) {
        let mut player = self.command("paplay");
        player.args(["--device=ruang", &format!("--channel-map={MAP}")]).arg(path);
        self.children.push(background(player));
        until("the sink plays", || {
            let sinks = self.command("pactl").args(["list", "short", "sinks"]).output().expect("pactl");
            String::from_utf8_lossy(&sinks.stdout).contains("RUNNING")
        });
    }

    /// Runs one test of this file within the room.
    fn run(&self, test: &str) {
        let this = std::env::current_exe().expect("this program");
        let output = self.command(this).args(["--exact", test, "--nocapture"]).output().expect("it runs");
        assert!(output.status.success(), "{}", text(&output));
    }

    fn risalah(&self, args: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_risalah")).args(args).output().expect("the program runs")
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn background(mut command: Command) -> Child {
    let started = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    started.unwrap_or_else(|error| {
        panic!(
            "{}: {error}; these tests need the Debian packages pulseaudio, pulseaudio-utils and libasound2-plugins",
            command.get_program().display()
        )
    })
}

fn inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

fn text(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        sleep(Duration::from_millis(50));
    }
}

/// A minute of the eight tones, one on each channel.
fn tones(path: &Path) {
    let spec =
        hound::WavSpec { channels: 8, sample_rate: RATE, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).expect("created");
    for n in 0..60 * RATE {
        for tone in TONES {
            let value = 0.25 * (TAU * tone * f64::from(n) / f64::from(RATE)).sin();
            writer.write_sample((value * 32_767.0) as i16).expect("written");
        }
    }
    writer.finalize().expect("finished");
}

/// The amplitude of one tone in a channel (Goertzel).
fn amplitude(format: Format, bytes: &[u8], channel: usize, tone: f64) -> f64 {
    let width = format.sample.bytes();
    let turn = 2.0 * (TAU * tone / f64::from(format.rate.get())).cos();
    let (mut last, mut before, mut count) = (0.0, 0.0, 0.0);
    for frame in bytes.chunks_exact(format.frame()) {
        let value = f64::from(format.sample.value(&frame[channel * width..][..width]));
        (last, before) = (value + turn * last - before, last);
        count += 1.0;
    }
    2.0 * (last * last + before * before - turn * last * before).sqrt() / count
}

/// The room's microphones, recording.
fn started() -> (Microphones, Stream, Outlet) {
    let wish = DeviceRequest { device: Some("ruang".into()), channels: Some(8), rate: None };
    let microphones = Microphones::choose(&wish).expect("chosen");
    let (intake, outlet) = ring(microphones.format(), 2_000);
    let stream = microphones.start(intake).expect("started");
    (microphones, stream, outlet)
}

#[test]
fn every_channel_holds_its_own_tone() {
    if !inside() {
        let mut room = Room::open();
        let path = room.place.path().join("nada.wav");
        tones(&path);
        room.play(&path);
        return room.run("every_channel_holds_its_own_tone");
    }
    let (microphones, stream, mut outlet) = started();
    let format = microphones.format();
    assert_eq!((format.channels, format.rate.get(), microphones.name()), (8, RATE, "ruang sidang"));
    let (mut bytes, wanted) = (Vec::new(), format.bytes_a_second() as usize * 2);
    until("two seconds of sound", || {
        match outlet.take(&mut bytes, usize::MAX) {
            Next::Sound(_) | Next::Nothing => {}
            other => panic!("{other:?}"),
        }
        bytes.len() >= wanted
    });
    assert_eq!(stream.fault(), None);
    // The stream may have begun while the sink was still filling.
    let heard = &bytes[bytes.len() - wanted * 3 / 4..];
    for channel in 0..TONES.len() {
        for (own, tone) in TONES.iter().enumerate() {
            let found = amplitude(format, heard, channel, *tone);
            let right = if own == channel { (0.24..0.26).contains(&found) } else { found < 0.001 };
            assert!(right, "channel {channel}, {tone} Hz: {found}");
        }
    }
}

#[test]
fn a_device_that_is_lost_is_a_fault() {
    if !inside() {
        let room = Room::open();
        return room.run("a_device_that_is_lost_is_a_fault");
    }
    let (_, stream, mut outlet) = started();
    let mut bytes = Vec::new();
    until("some sound", || matches!(outlet.take(&mut bytes, usize::MAX), Next::Sound(_)));
    assert_eq!(stream.fault(), None);
    let unloaded = Command::new("pactl").args(["unload-module", "module-null-sink"]).status().expect("pactl");
    assert!(unloaded.success());
    until("the fault is seen", || stream.fault().is_some());
    drop(stream);
    until("the ring has ended", || outlet.take(&mut bytes, usize::MAX) == Next::Ended);
}

#[test]
fn a_sound_server_that_dies_is_a_fault_and_holds_nobody_up() {
    if !inside() {
        return Room::open().run("a_sound_server_that_dies_is_a_fault_and_holds_nobody_up");
    }
    let (_, stream, mut outlet) = started();
    let mut bytes = Vec::new();
    until("some sound", || matches!(outlet.take(&mut bytes, usize::MAX), Next::Sound(_)));
    assert!(Command::new("pactl").arg("exit").status().expect("pactl").success());
    until("the fault is seen", || stream.fault().is_some());
    let before = Instant::now();
    drop(stream);
    assert!(before.elapsed() < PATIENCE, "{:?}", before.elapsed());
}

#[test]
fn a_device_that_goes_and_comes_back_leaves_a_counted_gap() {
    let room = Room::open();
    let folder = room.place.path().join("rapat");
    let path = folder.to_str().expect("a path");
    fs::write(room.place.path().join("rapat.toml"), "[[kursi]]\nkanal = 8\n").expect("written");
    let seats = room.place.path().join("rapat.toml");
    let mut desk = room.command(env!("CARGO_BIN_EXE_risalah"));
    desk.args(["record", "--quiet", "--device", "ruang", "-o", path, "--meeting"]).arg(seats);
    desk.env("RISALAH_MODELS", "/none");
    let mut desk = background(desk);
    let is = |state: State| {
        let status = Client::reach(&folder_of(&folder)).and_then(|mut client| client.status());
        status.is_ok_and(|status| status.state == state)
    };
    let pactl = |args: &[&str]| assert!(room.command("pactl").args(args).status().expect("pactl").success());
    until("it records", || is(State::Recording));
    pactl(&["unload-module", "module-null-sink"]);
    until("the device is missed", || is(State::DeviceLost));
    pactl(&["load-module", "module-null-sink", &SINK.replace("MAP", MAP)]);
    until("it records again", || is(State::Recording));
    let growth = Growth::open(&folder_of(&folder)).expect("read").expect("a ledger");
    let status = Client::reach(&folder_of(&folder)).and_then(|mut client| client.status()).expect("a status");
    let elapsed = jiff::Timestamp::now().duration_since(growth.started()).as_secs_f64();
    let position = status.position as f64 / f64::from(RATE);
    assert!((elapsed - position).abs() < 2.0, "{position} s stand for {elapsed} s");
    let stopped = room.risalah(&["record", "--stop", "-o", path]);
    assert_eq!(stopped.status.code(), Some(3), "{}", text(&stopped));
    assert_eq!(desk.wait().expect("the desk ends").code(), Some(3));
    let growth = Growth::open(&folder_of(&folder)).expect("read").expect("a ledger");
    let facts = &growth.ledger().facts;
    assert!(facts.iter().any(|fact| matches!(fact, Fact::Lost { .. })));
    assert!(facts.iter().any(|fact| matches!(fact, Fact::Gap { cause: Cause::Device, .. })));
    assert!(facts.iter().any(|fact| matches!(fact, Fact::Returned { .. })));
    assert_eq!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings, []);
}

/// By how many seconds the recording's length differs from the time that passed while it was made.
fn off_clock(growth: &Growth, asleep: f64) -> f64 {
    let stop = growth.ledger().facts.iter().find_map(|fact| match fact {
        Fact::Stop { at, utc, .. } => Some((*at, *utc)),
        _ => None,
    });
    let (at, utc) = stop.expect("closed");
    let passed = utc.duration_since(growth.started()).as_secs_f64() + asleep;
    at as f64 / f64::from(RATE) - passed
}

/// A recorder by itself in the room; or what runs it, with these arguments before its name.
fn recorder(room: &Room, folder: &Path, before: Option<(&str, &[&str])>) -> Command {
    let order = serde_json::json!({
        "folder": folder_of(folder), "mirror": null, "device": "ruang", "channels": 8, "source": null, "speed": 1.0, "names": [],
    });
    let path = room.place.path().join("perintah.json");
    fs::write(&path, order.to_string()).expect("written");
    let program = env!("CARGO_BIN_EXE_risalah");
    let mut command = room.command(before.map_or(program, |(program, _)| program));
    if let Some((_, args)) = before {
        command.args(args).arg(program);
    }
    command.arg("recorder").stdin(fs::File::open(&path).expect("opened"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn what_the_computer_slept_is_a_counted_gap() {
    let room = Room::open();
    let (folder, uptime) = (room.place.path().join("rapat"), room.place.path().join("uptime"));
    // A computer that sleeps shows in one place only: its time since the start goes on. The recorder
    // sees another file there.
    fs::copy("/proc/uptime", &uptime).expect("copied");
    let seen = Command::new("unshare").args(["-m", "mount", "--bind"]).arg(&uptime).arg("/proc/uptime").status();
    assert!(seen.is_ok_and(|status| status.success()), "a file is mounted over /proc/uptime, which only root may");
    let mount = "mount --bind \"$0\" /proc/uptime && exec \"$@\"";
    let before: [&str; 4] = ["-m", "sh", "-c", mount];
    let before = [&before[..], &[uptime.to_str().expect("a path")]].concat();
    let mut recorder = recorder(&room, &folder, Some(("unshare", &before))).spawn().expect("started");
    let status = || Client::reach(&folder_of(&folder)).and_then(|mut client| client.status()).ok();
    until("it records", || status().is_some_and(|status| status.state == State::Recording));
    let since_start: f64 = fs::read_to_string("/proc/uptime")
        .expect("read")
        .split(' ')
        .next()
        .expect("a number")
        .parse()
        .expect("seconds");
    // An hour passes.
    fs::write(&uptime, format!("{:.2} 0.00\n", since_start + 3_600.0)).expect("written");
    until("the hour is missed", || status().is_some_and(|status| status.lost > 0));
    let position = status().expect("a status").position;
    until("it goes on", || status().is_some_and(|status| status.position > position + u64::from(RATE)));
    let stopped = room.risalah(&["record", "--stop", "-o", folder.to_str().expect("a path")]);
    assert_eq!(stopped.status.code(), Some(3), "{}", text(&stopped));
    recorder.wait().expect("it ends");
    let growth = Growth::open(&folder_of(&folder)).expect("read").expect("a ledger");
    let lost = growth.gaps().iter().map(|gap| gap.len()).sum::<u64>() as f64 / f64::from(RATE);
    assert!((3_590.0..3_610.0).contains(&lost), "{lost} s");
    assert!(off_clock(&growth, lost).abs() < 2.0, "{} s", off_clock(&growth, lost));
    assert_eq!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings, []);
}

#[test]
#[ignore = "mounts a file system, which only root may"]
fn a_disk_that_stalls_under_a_device_moves_the_timeline_by_nothing() {
    let room = Room::open();
    let (disk, image) = (room.place.path().join("cakram"), room.place.path().join("citra"));
    fs::create_dir(&disk).expect("made");
    fs::File::create(&image).and_then(|file| file.set_len(256 << 20)).expect("an image");
    let run = |program: &str, args: &[&str], path: &[&Path]| {
        Command::new(program).args(args).args(path).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    assert!(run("mkfs.ext4", &["-q", "-F"], &[&image]), "mkfs.ext4 (Debian package e2fsprogs)");
    assert!(run("mount", &["-o", "loop"], &[&image, &disk]), "a file system in a file is mounted, which only root may");
    let folder = disk.join("rapat");
    let mut recorder = recorder(&room, &folder, None).spawn().expect("started");
    let status = || Client::reach(&folder_of(&folder)).and_then(|mut client| client.status()).ok();
    until("it records", || status().is_some_and(|status| status.state == State::Recording));
    let frozen = run("fsfreeze", &["--freeze"], &[&disk]);
    sleep(Duration::from_secs(13));
    let thawed = run("fsfreeze", &["--unfreeze"], &[&disk]);
    until("it goes on", || status().is_some_and(|status| status.position > 16 * u64::from(RATE)));
    let stopped = room.risalah(&["record", "--stop", "-o", folder.to_str().expect("a path")]);
    recorder.wait().expect("it ends");
    let growth = Growth::open(&folder_of(&folder)).expect("read").expect("a ledger");
    let found = verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings;
    assert!(run("umount", &[], &[&disk]) && frozen && thawed);
    // The recorder keeps in memory what the disk does not take for so long.
    assert_eq!(stopped.status.code(), Some(0), "{}", text(&stopped));
    assert_eq!(found, []);
    let causes: Vec<Cause> = growth
        .ledger()
        .facts
        .iter()
        .filter_map(|fact| if let Fact::Gap { cause, .. } = fact { Some(*cause) } else { None })
        .collect();
    assert_eq!(causes, [], "nothing is lost");
    assert!(off_clock(&growth, 0.0).abs() < 1.0, "{} s", off_clock(&growth, 0.0));
}

#[test]
fn channels_that_the_server_makes_up_are_told() {
    let mut room = Room::open();
    let pactl = |args: &[&str]| {
        assert!(room.command("pactl").args(args).stdout(Stdio::null()).status().expect("pactl").success());
    };
    pactl(&["load-module", "module-null-sink", "sink_name=stereo", "channels=2", "rate=48000", "format=s16le"]);
    let path = room.place.path().join("nada.wav");
    tones(&path);
    let mut player = room.command("paplay");
    // Only the first two of the eight are heard: the server does not put the others together.
    player.args(["--device=stereo", &format!("--channel-map={MAP}"), "--no-remix"]).arg(&path);
    room.children.push(background(player));
    let args = ["devices", "--probe", "--device", "stereo", "--channels", "8"];
    until("two channels and their copies are heard", || {
        let probed = room.risalah(&args);
        assert!(matches!(probed.status.code(), Some(0 | 3)), "{}", text(&probed));
        text(&probed).contains("Only 2 of 8 channels have a sound of their own")
    });
}

#[test]
fn a_device_that_is_unplugged_in_its_first_second_is_waited_for() {
    let room = Room::open();
    let folder = room.place.path().join("rapat");
    let mut recorder = recorder(&room, &folder, None).spawn().expect("started");
    let status = || Client::reach(&folder_of(&folder)).and_then(|mut client| client.status()).ok();
    until("the first sample", || status().is_some_and(|status| status.position > 0));
    let unloaded = room.command("pactl").args(["unload-module", "module-null-sink"]).status().expect("pactl");
    assert!(unloaded.success());
    until("the device is missed", || status().is_some_and(|status| status.state == State::DeviceLost));
    let known = status().expect("a status").position;
    assert!(known > 0);
    let stopped = room.risalah(&["record", "--stop", "-o", folder.to_str().expect("a path")]);
    assert!(stopped.status.success(), "{}", text(&stopped));
    recorder.wait().expect("it ends");
    let growth = Growth::open(&folder_of(&folder)).expect("read").expect("a ledger");
    // What had been received and not yet been confirmed is kept too.
    assert!(growth.length() >= Some(known) && growth.length() < Some(known + u64::from(RATE)), "{:?}", growth.length());
    assert_eq!(verify(&folder_of(&folder), &mut |_, _| {}).expect("examined").findings, []);
}

#[test]
fn a_device_with_fewer_channels_than_seats_is_refused() {
    let room = Room::open();
    let (folder, seats) = (room.place.path().join("rapat"), room.place.path().join("rapat.toml"));
    fs::write(&seats, "[[kursi]]\nkanal = 64\n").expect("written");
    let (folder, seats) = (folder.to_str().expect("a path"), seats.to_str().expect("a path"));
    let refused = room.risalah(&["record", "--quiet", "--device", "ruang", "-o", folder, "--meeting", seats]);
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused));
    assert!(text(&refused).contains("but 64 are needed") && text(&refused).contains("hint"), "{}", text(&refused));
    assert!(!Path::new(folder).join("rekaman/ledger.jsonl").exists());
}

#[test]
fn a_device_is_found_by_its_name_or_a_part_of_it() {
    if !inside() {
        return Room::open().run("a_device_is_found_by_its_name_or_a_part_of_it");
    }
    let found = devices().expect("devices");
    assert!(found.iter().any(|device| device.id == "ruang" && !device.configs.is_empty()), "{found:?}");
    assert!(found.iter().all(|device| device.id != "null"), "{found:?}");
    let choose = |device: &str, channels| {
        let wish = DeviceRequest { device: Some(device.into()), channels, rate: None };
        Microphones::choose(&wish).map(|microphones| microphones.format().channels)
    };
    assert_eq!(choose("ruang", Some(8)).expect("by its id"), 8);
    assert_eq!(choose("ruang sidang", Some(3)).expect("by its name"), 3);
    assert_eq!(choose("SIDANG", Some(8)).expect("by a part of it"), 8);
    assert!(
        matches!(choose("balai", None), Err(Error::Unknown { others, .. }) if others.iter().any(|id| id == "ruang"))
    );
    assert!(matches!(choose("ruang", Some(64)), Err(Error::TooFewChannels { wanted: 64, channels: 8.., .. })));
}

#[test]
fn the_program_lists_devices_and_says_what_is_wrong() {
    let mut room = Room::open();
    let listed = room.risalah(&["devices", "--json"]);
    assert!(listed.status.success(), "{}", text(&listed));
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert!(listed.as_array().expect("a list").iter().any(|device| device["id"] == "ruang"), "{listed}");

    // What ALSA has to say of devices that are not there is nobody's concern.
    let table = room.risalah(&["devices"]);
    assert!(table.status.success() && table.stderr.is_empty(), "{}", text(&table));

    let probe = ["perangkat", "--probe", "--device", "ruang", "--channels", "8"];
    let silent = room.risalah(&probe);
    assert_eq!(silent.status.code(), Some(3), "{}", text(&silent));
    let out = String::from_utf8_lossy(&silent.stdout);
    assert_eq!(out.lines().filter(|line| line.contains("SILENT")).count(), 8, "{out}");
    assert!(text(&silent).contains("ch01, ch02, ch03"), "{}", text(&silent));

    let path = room.place.path().join("nada.wav");
    tones(&path);
    room.play(&path);
    let sound = room.risalah(&[&probe[..], &["--json"]].concat());
    assert!(sound.status.success(), "{}", text(&sound));
    let sound: serde_json::Value = serde_json::from_slice(&sound.stdout).expect("JSON");
    let peaks: Vec<f64> = (0..8).filter_map(|index| sound["channels"][index]["peak_db"].as_f64()).collect();
    assert!(peaks.len() == 8 && peaks.iter().all(|peak| (peak + 12.0).abs() < 0.5), "{sound}");

    let missing = room.risalah(&["devices", "--probe", "--device", "balai"]);
    assert_eq!(missing.status.code(), Some(2), "{}", text(&missing));
}
