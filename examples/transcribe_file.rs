//! Transcribes a recording into a folder: who speaks is decided by the levels of the microphones,
//! each turn is recognised, and the store `transkrip.db` gets every utterance.
//!
//! ```sh
//! cargo run --release --example transcribe_file -- MODEL FOLDER PATH…
//! ```
//! MODEL is a name or a file (`risalah-demo` comes with the program).

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use e_risalah::audio::{Input, Source, SpeechStream};
use e_risalah::common::clock::Clock;
use e_risalah::recognise::models::{self, Monitor};
use e_risalah::recognise::pipeline::{Observer, Run};
use e_risalah::recognise::speech::{Engine, Hints, Languages, Loaded};
use e_risalah::transcript::Utterance;
use e_risalah::transcript::store::{Origin, Store};

/// Nothing stops these runs from outside.
static STOP: AtomicBool = AtomicBool::new(false);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(model), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: transcribe_file MODEL FOLDER PATH…".into());
    };
    run(&model, &folder, &arguments.collect::<Vec<_>>(), &mut io::stdout())
}

/// What the program does, with its arguments and where it writes.
pub fn run(
    model: &std::path::Path,
    folder: &std::path::Path,
    paths: &[PathBuf],
    out: &mut dyn Write,
) -> Result<(), Box<dyn Error>> {
    // The model is checked against its SHA-256 before it is used, which takes a while at first.
    let mut watch = Monitor { report: &mut |_| {}, cancel: &STOP };
    let model = models::Store::from_env()?.resolve(Some(model.as_os_str()), &mut watch)?;
    let loaded = Loaded::new(&model, &Languages::parse("id", &[]), &Hints::default(), Engine::default())?;

    // The sound, resampled to the 16 kHz at which speech is recognised.
    let input = Input::from_paths(paths)?;
    let sound = SpeechStream::new(Source::open(&input)?)?;

    // What makes a version of the transcript; a run with another model writes another version.
    let origin = Origin {
        model: model.name.clone(),
        model_sha256: model.sha256.clone(),
        model_origin: model.origin_sha256.clone(),
        language: "id".to_owned(),
        program: "example".to_owned(),
    };
    std::fs::create_dir_all(folder)?;
    let mut store = Store::create(folder)?;
    let run = Run {
        started: sound.source().began(),
        sound,
        room: None,
        given: None,
        // Keeps the transcript of one recording from being continued with another.
        fingerprint: &format!("{paths:?}"),
        origin: &origin,
        recognisers: vec![loaded.recogniser()?],
        preview: None,
        stop: &STOP,
    };
    let outcome = run.go(&mut store, &mut Printer { out })?;
    // The library prints nothing: it returns keys with values, for which `locales/` has the words.
    for warning in &outcome.warnings {
        eprintln!("{warning:?}");
    }
    Ok(())
}

/// Writes each utterance when it is stored. They come nearly in order, as recognisers finish.
struct Printer<'a> {
    out: &'a mut dyn Write,
}

impl Observer for Printer<'_> {
    fn recognised(&mut self, clock: Clock, utterance: &Utterance) {
        let seconds = utterance.span.start as f64 / f64::from(clock.rate());
        // A reader that went away is no reason to stop: the store has the words.
        let _ = writeln!(self.out, "{seconds:8.1} s  channel {}  {}", utterance.channel.number(), utterance.text);
    }

    fn progress(&mut self, _done: u64, _whole: Option<u64>) {}
}
