//! A recording played as if it came from the microphones: for rehearsal, training and tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Error, Intake};
use crate::audio::{Input, Source};
use crate::recording::{Format, Sample};

/// Frames that come at once, in a share of a second: as a sound card gives them.
const PERIODS: u32 = 50;

/// A file, or a folder of files, that stands for the room.
#[derive(Debug)]
pub struct Rehearsal {
    path: PathBuf,
    format: Format,
    /// How many seconds of it pass in one second.
    speed: f64,
}

/// A rehearsal that runs; it ends when it is dropped.
#[derive(Debug)]
pub struct Playing {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Rehearsal {
    /// Opens the recording. `speed` 1 is real time.
    pub fn open(path: &Path, speed: f64) -> Result<Self, Error> {
        let source = open(path).map_err(Error::rehearsal(path))?;
        let format = Format { rate: source.clock().rate_nonzero(), channels: source.channels(), sample: Sample::I24 };
        Ok(Self { path: path.to_owned(), format, speed: speed.max(0.01) })
    }

    /// The form in which it comes.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// How many seconds of it pass in one second.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Plays it into the ring from the frame `from` on. A fault of the file ends it there.
    pub fn start(&self, mut intake: Intake, from: u64) -> Result<Playing, Error> {
        let mut source = open(&self.path).map_err(Error::rehearsal(&self.path))?;
        source.skip(from).map_err(Error::rehearsal(&self.path))?;
        let stop = Arc::new(AtomicBool::new(false));
        let halted = Arc::clone(&stop);
        let frames = (self.format.rate.get() / PERIODS).max(1) as usize;
        let period = Duration::from_secs_f64(frames as f64 / f64::from(self.format.rate.get()) / self.speed);
        let channels = usize::from(self.format.channels);
        let hurried = self.speed > 1.0;
        let thread = thread::spawn(move || {
            let mut samples = vec![0.0; frames * channels];
            let mut bytes = Vec::with_capacity(samples.len() * 4);
            let mut due = Instant::now();
            while !halted.load(Ordering::Relaxed) {
                let Ok(read) = source.read(&mut samples) else { break };
                bytes.clear();
                bytes.extend(samples[..read * channels].iter().flat_map(|sample| packed(*sample)));
                // A device does not wait; a file that is played faster than time can.
                while hurried && !intake.has_room(bytes.len()) && !halted.load(Ordering::Relaxed) {
                    thread::sleep(period);
                }
                intake.push(&bytes);
                if read < frames {
                    break;
                }
                due += period;
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
        });
        Ok(Playing { stop, thread: Some(thread) })
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// 24 bits, as an audio interface gives them: every 16- and 24-bit file passes unchanged.
fn packed(sample: f32) -> [u8; 3] {
    let [a, b, c, _] = ((sample * 8_388_608.0).round() as i32).clamp(-8_388_608, 8_388_607).to_le_bytes();
    [a, b, c]
}

fn open(path: &Path) -> Result<Source, crate::audio::Error> {
    Source::open(&Input::from_paths(&[path.to_owned()])?)
}
