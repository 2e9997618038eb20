//! Reads a recording: its channels and length, how loud each channel gets, and what happened to it.
//!
//! ```sh
//! cargo run --release --example read_recording -- PATH…
//! ```
//! PATH is a file with all channels, a file for each microphone, a folder of microphones, or the
//! folder of a meeting that `risalah record` made.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use e_risalah::audio::{Input, Source};
use e_risalah::recording::Growth;

fn main() -> Result<(), Box<dyn Error>> {
    run(&std::env::args_os().skip(1).map(PathBuf::from).collect::<Vec<_>>(), &mut io::stdout())
}

/// What the program does, with its arguments and where it writes.
pub fn run(paths: &[PathBuf], out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    // Which file is which channel follows from the names; what they leave open is an error.
    let input = Input::from_paths(paths)?;
    let mut source = Source::open(&input)?;
    let (channels, rate) = (usize::from(source.channels()), source.clock().rate());

    // Samples come interleaved, in floating point from -1 to 1, a second at a time.
    let mut block = vec![0.0; channels * rate as usize];
    let mut peaks = vec![0.0_f32; channels];
    let mut frames = 0;
    loop {
        let read = source.read(&mut block)?;
        if read == 0 {
            break;
        }
        frames += read as u64;
        for frame in block[..read * channels].chunks_exact(channels) {
            for (peak, sample) in peaks.iter_mut().zip(frame) {
                *peak = peak.max(sample.abs());
            }
        }
    }

    writeln!(out, "{channels} channels, {rate} Hz, {:.1} s", frames as f64 / f64::from(rate))?;
    for (index, peak) in peaks.iter().enumerate() {
        writeln!(out, "channel {}: peak {:.1} dBFS", index + 1, 20.0 * peak.max(1e-9).log10())?;
    }

    // A recording that was made here has a ledger beside its sound.
    if let Input::Recording(folder) = &input
        && let Some(recording) = Growth::open(folder)?
    {
        writeln!(out, "began {}", recording.started())?;
        for line in &recording.ledger().facts {
            writeln!(out, "{}", serde_json::to_string(line)?)?;
        }
    }
    Ok(())
}
