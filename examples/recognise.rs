//! Recognises WAV files of one utterance each, and tells what each cost.
//!
//! ```sh
//! cargo run --release --example recognise -- [--engine cpu|cpu-f32|whisper-cpp] MODEL.bin LIST
//! ```
//! LIST holds a path a line (mono, 16 kHz). A line of JSON comes for each: its words and the CPU seconds of recognition alone.

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use e_risalah::audio::{Input, Source};
use e_risalah::recognise::models::{Monitor, Store};
use e_risalah::recognise::speech::{Engine, Hints, Languages, Loaded, Recogniser};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut engine = Engine::default();
    if arguments.first().is_some_and(|first| first == "--engine") && arguments.len() > 1 {
        engine = Engine::by_name(&arguments[1]).ok_or("an engine is cpu, cpu-f32 or whisper-cpp")?;
        arguments.drain(..2);
    }
    let [model, list] = arguments.as_slice() else { return Err("[--engine NAME] MODEL LIST".into()) };
    let mut watch = Monitor { report: &mut |_| {}, cancel: &AtomicBool::new(false) };
    let model = Store::from_env()?.resolve(Some(model.as_ref()), &mut watch)?;
    let loaded = Loaded::new(&model, &Languages::parse("id", &[]), &Hints::default(), engine)?;
    eprintln!("{} by {}", model.name, loaded.describe());
    let mut recogniser = loaded.recogniser()?;
    for path in std::fs::read_to_string(list)?.lines() {
        let mut source = Source::open(&Input::from_paths(&[PathBuf::from(path)])?)?;
        let mut sound = Vec::new();
        let mut block = vec![0.0; 16_000];
        loop {
            let read = source.read(&mut block)?;
            if read == 0 {
                break;
            }
            sound.extend_from_slice(&block[..read]);
        }
        let begun = cpu_seconds();
        let heard = recogniser.recognise(&sound)?;
        let cpu = cpu_seconds() - begun;
        println!("{}", serde_json::json!({ "text": heard.text(), "cpu": cpu }));
    }
    Ok(())
}

/// Processor time of this thread, which other work on the machine does not change.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
