//! Processes and recordings for the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use e_risalah::audio::{Input, Source};
use e_risalah::record::recorder::{Client, Status};
use e_risalah::recording::{Growth, folder_of};

/// Far beyond anything that a busy machine needs; reached only when something never happens.
const DEADLINE: Duration = Duration::from_mins(2);

pub fn risalah(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_risalah"));
    command.args(args).env("RISALAH_LANG", "id").env("RISALAH_MODELS", "/tidak/ada");
    command.env("RISALAH_LOG_DIR", env!("CARGO_TARGET_TMPDIR"));
    command.stdin(Stdio::null());
    command
}

pub fn run(args: &[&str]) -> Output {
    risalah(args).output().expect("the program runs")
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

pub fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna")
}

/// Half a minute of two microphones of the shipped meeting, 16 bits.
pub fn excerpt(place: &Path) -> PathBuf {
    let channels = ["01.ogg", "03.ogg"].map(|name| fixture().join(name));
    let mut source = Source::open(&Input::from_paths(&channels).expect("a set")).expect("opened");
    let mut frames = vec![0.0; 2 * 33 * 16_000];
    let read = source.read(&mut frames).expect("read");
    write(&place.join("petikan.wav"), 16_000, 2, frames[..2 * read].iter().map(|sample| (sample * 32_767.0) as i16))
}

/// Two microphones of the shipped meeting, and a third channel that one source feeds with the
/// first; two minutes.
pub fn twins(place: &Path) -> PathBuf {
    let two = samples(&excerpt(place));
    let pairs: Vec<[i16; 2]> =
        two.chunks_exact(2).map(|pair| [pair[0], pair[1]].map(|x| (x * 32_767.0) as i16)).collect();
    let frames = std::iter::repeat_n(&pairs, 4).flatten();
    write(&place.join("kembar.wav"), 16_000, 3, frames.flat_map(|&[first, second]| [first, second, first]))
}

/// A tone that never repeats within the recording: every stretch can be told from every other.
pub fn tone(place: &Path, seconds: u32, channels: u16) -> PathBuf {
    let samples = (0..seconds * 8_000)
        .flat_map(|at| (0..channels).map(move |channel| (at.wrapping_mul(7 + u32::from(channel)) % 30_011) as i16));
    write(&place.join("nada.wav"), 8_000, channels, samples)
}

fn write(path: &Path, rate: u32, channels: u16, samples: impl Iterator<Item = i16>) -> PathBuf {
    let spec =
        hound::WavSpec { channels, sample_rate: rate, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::create(path, spec).expect("created");
    samples.for_each(|sample| writer.write_sample(sample).expect("written"));
    writer.finalize().expect("finished");
    path.to_owned()
}

pub fn samples(input: &Path) -> Vec<f32> {
    let mut source = Source::open(&Input::from_paths(&[input.to_owned()]).expect("an input")).expect("opened");
    let mut all = vec![0.0; 8_000_000];
    let read = source.read(&mut all).expect("read");
    all.truncate(read * usize::from(source.channels()));
    all
}

/// Looks again and again until there is an answer.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < DEADLINE, "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

pub fn status(folder: &Path) -> Option<Status> {
    Client::reach(&folder_of(folder)).ok()?.status().ok()
}

/// Waits until so many samples are on the disk.
pub fn recorded(folder: &Path, samples: u64) -> Status {
    until("so many samples", || status(folder).filter(|status| status.position >= samples))
}

/// A recording whose recorder has gone.
pub fn closed(folder: &Path) -> Growth {
    until("a closed recording", || {
        Growth::open(&folder_of(folder)).ok().flatten().filter(|growth| growth.is_closed() && !growth.is_live())
    })
}

/// The sound is that of the file of one channel, but silence where the ledger counts a gap.
pub fn is_true(folder: &Path, file: &Path) {
    let (original, found) = (samples(file), samples(folder));
    let growth = Growth::open(&folder_of(folder)).expect("read").expect("a ledger");
    let gaps = growth.gaps();
    assert_eq!(growth.length(), Some(found.len() as u64));
    for (at, (original, found)) in original.iter().zip(&found).enumerate() {
        let lost = gaps.iter().any(|gap| (gap.start..gap.end).contains(&(at as u64)));
        assert!(found.to_bits() == if lost { 0 } else { original.to_bits() }, "sample {at}, lost: {lost}");
    }
}

/// A process that does not outlive its test.
pub struct Running(pub Child);

impl Running {
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started"))
    }

    pub fn signal(&self, signal: &str) {
        signal_to(self.0.id(), signal);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn signal_to(pid: u32, signal: &str) {
    let sent = Command::new("kill").args([signal, &pid.to_string()]).status().expect("kill runs");
    assert!(sent.success(), "{signal} to {pid}");
}

/// The recorder of a folder, by what it says of itself.
pub fn recorder_pid(folder: &Path) -> u32 {
    let text = fs::read_to_string(folder_of(folder).join("kendali.json")).expect("an address");
    let address: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    address["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok()).expect("a process")
}

/// A recorder by itself, which plays a file.
pub fn recorder(place: &Path, folder: &Path, mirror: Option<&Path>, file: &Path, speed: f64) -> Command {
    ordered(place, folder, mirror, file, speed, false)
}

/// A recorder that goes on with a recording.
pub fn resuming(place: &Path, folder: &Path, file: &Path, speed: f64) -> Command {
    ordered(place, folder, None, file, speed, true)
}

fn ordered(place: &Path, folder: &Path, mirror: Option<&Path>, file: &Path, speed: f64, resume: bool) -> Command {
    let order = serde_json::json!({
        "folder": folder_of(folder), "mirror": mirror.map(folder_of), "device": null, "channels": null,
        "source": file, "speed": speed, "names": [], "resume": resume,
    });
    let path = place.join("perintah.json");
    fs::write(&path, order.to_string()).expect("written");
    let mut command = risalah(&["recorder"]);
    command.stdin(fs::File::open(path).expect("opened"));
    command
}

/// The same numbers for the same seed (xorshift).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// The words of a transcript: who, when and what.
pub fn words(folder: &Path) -> Vec<(String, String, String)> {
    let json = fs::read_to_string(folder.join("transkrip.seglst.json")).expect("seglst");
    let turns: Vec<serde_json::Value> = serde_json::from_str(&json).expect("JSON");
    let field = |turn: &serde_json::Value, name: &str| turn[name].to_string();
    turns.iter().map(|turn| (field(turn, "speaker"), field(turn, "start_time"), field(turn, "words"))).collect()
}

/// Transcribes to the end, and gives the words.
pub fn transcribed(input: &Path, folder: &Path) -> Vec<(String, String, String)> {
    let output = run(&["transkrip", text(input), "-o", text(folder), "--format", "seglst", "--quiet"]);
    assert!(output.status.success(), "{}", stderr(&output));
    words(folder)
}

fn done(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// An ext4 file system in a file, which can be stalled and broken as a disk is.
pub struct Volume {
    pub path: PathBuf,
    place: tempfile::TempDir,
}

impl Volume {
    pub fn mount() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let (path, image) = (place.path().join("cakram"), place.path().join("citra"));
        fs::create_dir(&path).expect("made");
        fs::File::create(&image).and_then(|file| file.set_len(64 << 20)).expect("an image");
        assert!(done(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image)), "mkfs.ext4 (Debian package e2fsprogs)");
        let mounted = done(Command::new("mount").args(["-o", "loop,errors=remount-ro"]).arg(&image).arg(&path));
        assert!(mounted, "a file system in a file is mounted, which only root may");
        Self { path, place }
    }

    /// Every byte of it, with what was deleted, once nothing is mounted any more.
    pub fn content(self) -> Vec<u8> {
        assert!(done(Command::new("umount").arg(&self.path)), "it is left");
        fs::read(self.place.path().join("citra")).expect("read")
    }

    /// From now on it is read-only, as a disk becomes with its first fault.
    pub fn fail(&self) {
        let device = Command::new("findmnt").args(["-n", "-o", "SOURCE"]).arg(&self.path).output().expect("findmnt");
        let device = String::from_utf8_lossy(&device.stdout);
        let device = device.trim().trim_start_matches("/dev/");
        fs::write(format!("/sys/fs/ext4/{device}/trigger_fs_error"), "1").expect("a fault");
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = done(Command::new("umount").arg("-l").arg(&self.path));
    }
}

/// A file system of so many kibibytes, taken away when it is dropped.
pub struct Disk {
    pub path: PathBuf,
    _place: tempfile::TempDir,
}

impl Disk {
    pub fn mount(kibibytes: u32) -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("cakram kecil");
        fs::create_dir(&path).expect("made");
        let size = format!("size={kibibytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).status();
        assert!(mounted.is_ok_and(|status| status.success()), "a small disk is mounted, which only root may");
        Self { path, _place: place }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}
