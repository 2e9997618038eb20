//! What the sound of a published copy costs: the nine microphones of the shipped meeting and their
//! mix, by each codec; seconds of one core for an hour of one channel, and bytes.
//!
//! ```sh
//! cargo bench --bench encode
//! ```

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use e_risalah::audio::{Input, SPEECH_RATE};
use e_risalah::publication::sound::{Codec, Sound};
use rustix::time::{ClockId, clock_gettime};

/// Seconds that this process has computed.
fn computed() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/paripurna");
    let files: Vec<PathBuf> = (1..=9).map(|number| folder.join(format!("{number:02}.ogg"))).collect();
    let codecs = [
        #[cfg(feature = "opus")]
        Codec::Opus,
        Codec::Flac,
    ];
    for codec in codecs {
        let input = Input::from_paths(&files).expect("the shipped meeting");
        let sound = Sound::of(input, 0, Vec::new()).expect("opened");
        let (cpu, clock) = (computed(), Instant::now());
        let never = AtomicBool::new(false);
        let made = sound.encode_all(codec, &mut |_| Ok(Cursor::new(Vec::new())), &never, &mut |_| {});
        let made = made.expect("encoded");
        let (cpu, clock) = (computed() - cpu, clock.elapsed().as_secs_f64());
        let hours = sound.length() as f64 / f64::from(SPEECH_RATE) / 3_600.0;
        let bytes: usize = made.iter().map(|file| file.get_ref().len()).sum();
        let channels = made.len() as f64;
        println!(
            "{}: {:.1} s of a core and {:.1} MB an hour of a channel ({channels} channels of {:.0} s in {clock:.1} s)",
            codec.ending(),
            cpu / hours / channels,
            bytes as f64 / 1e6 / hours / channels,
            hours * 3_600.0,
        );
    }
}
