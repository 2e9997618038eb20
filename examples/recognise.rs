//! Recognises WAV files of one utterance each, and tells what each cost.
//!
//! ```sh
//! cargo run --release --example recognise -- [--engine cpu|cpu-f32|whisper-cpp] [--names FILE] [--language CODES] MODEL.bin LIST
//! ```
//! LIST holds a path a line (mono, 16 kHz). A line of JSON comes for each: its words, the language
//! where it is not the first of the codes, and the CPU seconds of recognition alone. FILE holds
//! names that may be said, one a line.

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use e_risalah::audio::{Input, Source};
use e_risalah::recognise::models::{Monitor, Store};
use e_risalah::recognise::speech::{Engine, Hints, Languages, Loaded, Recogniser};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (mut engine, mut hints, mut languages) = (Engine::default(), Hints::default(), "id".to_owned());
    let mut plain = Vec::new();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--engine" => engine = Engine::by_name(&value()?).ok_or("an engine is cpu, cpu-f32 or whisper-cpp")?,
            "--names" => hints.names = std::fs::read_to_string(value()?)?.lines().map(str::to_owned).collect(),
            "--language" => languages = value()?,
            _ => plain.push(argument),
        }
    }
    let [model, list] = plain.as_slice() else { return Err("[OPTION…] MODEL LIST".into()) };
    let mut watch = Monitor { report: &mut |_| {}, cancel: &AtomicBool::new(false) };
    let model = Store::from_env()?.resolve(Some(model.as_ref()), &mut watch)?;
    let loaded = Loaded::new(&model, &Languages::parse(&languages, &[]), &hints, engine)?;
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
        println!("{}", serde_json::json!({ "text": heard.text(), "language": heard.language, "cpu": cpu }));
    }
    Ok(())
}

/// Processor time of this thread, which other work on the machine does not change.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
