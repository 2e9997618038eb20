//! `risalah models bench`: how long a model takes for the speech of one channel, on this machine.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use e_risalah::audio::{Input, Source, SpeechStream};
use e_risalah::common::clock::Clock;
use e_risalah::common::message::Message;
use e_risalah::lifecycle::folder::{self, Folder};
use e_risalah::recognise::models::{Effort, Store};
use e_risalah::recognise::pipeline::{self, Observer, Run};
use e_risalah::recognise::speech::{Engine, Hints, Languages, Loaded};
use e_risalah::transcript::Utterance;
use e_risalah::transcript::store::{self, Origin};

use crate::cli::console::{Console, megabytes, print};
use crate::cli::interrupt::STOP;
use crate::cli::outcome::{End, Failure};
use crate::cli::output_args::OutputArgs;
use crate::cli::progress::watched;

/// The chair's microphone of the shipped meeting.
const SPEECH: &[u8] = include_bytes!("../../../fixtures/paripurna/01.ogg");
/// Seconds of speech that are enough.
const ENOUGH: f64 = 20.0;

pub fn run(store: &Store, wanted: Option<&OsStr>, output_args: OutputArgs, console: Console) -> Result<End, Failure> {
    let model = watched(console, output_args.hides_progress(), |watch| store.resolve(wanted, watch))?;
    let header = model.header()?;
    let temporary = TemporaryFolder::new()?;
    let sound = temporary.0.join("kanal-01.ogg");
    fs::write(&sound, SPEECH).map_err(|source| folder::Error::Write { path: sound.clone(), source })?;
    let languages = Languages::parse("id", &[]);
    let loaded = Loaded::new(&model, &languages, &Hints::default(), Engine::default())?;
    let recogniser = loaded.recogniser()?;
    let origin = Origin {
        model: model.name.clone(),
        model_sha256: model.sha256.clone(),
        model_origin: model.origin_sha256.clone(),
        language: "id".to_owned(),
        program: format!("{} ({})", env!("CARGO_PKG_VERSION"), loaded.describe()),
    };
    let stop = AtomicBool::new(false);
    let run = Run {
        sound: SpeechStream::new(Source::open(&Input::File(sound))?)?,
        started: None,
        room: None,
        given: None,
        fingerprint: "",
        origin: &origin,
        recognisers: vec![recogniser],
        preview: None,
        stop: &stop,
    };
    let mut transcript = store::Store::create(&temporary.0)?;
    // The floor and the store are part of what a channel costs.
    let mut heard = Heard { effort: Effort::start(), speech: 0.0, work: 0.0, stop: &stop };
    match run.go(&mut transcript, &mut heard) {
        Err(pipeline::Error::Interrupted) if !STOP.load(Ordering::Relaxed) => {}
        outcome => drop(outcome?),
    }
    let factor = heard.work / heard.speech.max(1.0);
    let measured = store.keep_measurement(&model.sha256, &header, factor, &origin.program)?;
    if output_args.json {
        print(&serde_json::json!({ "name": model.name, "measured": measured }).to_string());
    } else {
        let message = Message::new("cli.models.bench")
            .with("name", &model.name)
            .with("seconds", format!("{:.1}", 10.0 * factor))
            .with("factor", console.decimal(factor, 2))
            .with("memory", measured.memory.map_or_else(|| "?".to_owned(), megabytes));
        print(&console.sentence(&message));
    }
    Ok(End::Done)
}

/// What was recognised until it was enough.
struct Heard<'a> {
    effort: Effort,
    /// Seconds of the utterances.
    speech: f64,
    /// Seconds of work by the last of them.
    work: f64,
    stop: &'a AtomicBool,
}

impl Observer for Heard<'_> {
    fn recognised(&mut self, clock: Clock, utterance: &Utterance) {
        if self.speech >= ENOUGH {
            self.stop.store(true, Ordering::Relaxed);
        } else {
            self.speech += clock.millis(utterance.span.len()) as f64 / 1000.0;
            self.work = self.effort.seconds();
        }
    }

    fn progress(&mut self, _done: u64, _whole: Option<u64>) {
        if STOP.load(Ordering::Relaxed) {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// A folder for the time of the measurement.
struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn new() -> Result<Self, folder::Error> {
        let path = std::env::temp_dir().join(format!("risalah-bench-{}", std::process::id()));
        Folder::create(Path::new(&path))?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What stays is in a folder that the system empties.
        let _ = fs::remove_dir_all(&self.0);
    }
}
