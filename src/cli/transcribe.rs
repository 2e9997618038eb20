//! `risalah transcribe`: a recording becomes a meeting folder with its transcript and documents.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;

use clap::ValueHint;
use e_risalah::audio::{self, Input, Source, SpeechStream};
use e_risalah::common::lock;
use e_risalah::common::message::{Explain, Message};
use e_risalah::document::orthography::lexicon::FILE_NAME as LEXICON;
use e_risalah::floor::external_turns::Given;
use e_risalah::lifecycle::folder::Folder;
use e_risalah::lifecycle::{Life, State};
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder::ledger_words::named;
use e_risalah::meeting_folder::{self, Documents, Evidence, find_description};
use e_risalah::recognise::models::{self, Model};
use e_risalah::recognise::pipeline::Run;
use e_risalah::recognise::progress_file::ProgressFile;
use e_risalah::recognise::speech::{Hints, Languages, Loaded};
use e_risalah::recording::{Growth, LEDGER, folder_of, stretches_of};
use e_risalah::seal::{self, MeetingKey};
use e_risalah::transcript::store::{FILE_NAME, Origin, Store};
use e_risalah::transcript::{Level, Transcript};

use super::alarms::Alarms;
use super::audio_copy::copy_audio;
use super::console::{Console, print};
use super::corrections::open_corrections;
use super::interrupt::STOP;
use super::layout::lay_out;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::piped;
use super::progress::watched;
use super::recogniser_args::RecogniserArgs;
use super::seal_args::SealArgs;
use super::source_fingerprint::{Context, FileStamps, fingerprint};
use super::transcription_view::TranscriptionView;

#[derive(clap::Args)]
pub struct Args {
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub input: Vec<PathBuf>,
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,
    #[arg(long, value_name = "RAPAT.TOML", value_hint = ValueHint::FilePath)]
    pub meeting: Option<PathBuf>,
    #[command(flatten)]
    pub recogniser_args: RecogniserArgs,
    #[arg(long, value_name = "CODES", default_value = "id")]
    pub language: String,
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub format: Vec<String>,
    #[arg(long)]
    pub copy_audio: bool,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub conference: Option<PathBuf>,
    #[arg(long, value_name = "FILE.RTTM", value_hint = ValueHint::FilePath)]
    pub turns: Option<PathBuf>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub workers: Option<u16>,
    /// In the background, behind a recording.
    #[arg(long, hide = true)]
    pub follow: bool,
    /// The key of a closed meeting comes on stdin.
    #[arg(long, hide = true)]
    pub key_stdin: bool,
    #[command(flatten)]
    pub seal_args: SealArgs,
    #[command(flatten)]
    pub output_args: OutputArgs,
}

#[expect(clippy::too_many_lines, reason = "the steps of a transcription, one after the other")]
pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let formats = meeting_folder::formats(&args.format)?;
    if args.key_stdin {
        hold_key()?;
    }
    let output = output(args)?;
    let paths = sound(args, &output)?;
    let description = find_description(args.meeting.as_deref(), &args.input, Some(&output));
    let mut meeting = description.as_deref().map_or_else(|| Ok(Meeting::bare()), Meeting::read)?;
    let office = description.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let lexicon = meeting_folder::lexicon(&[office, &output])?;
    let paths = piped::paths(&paths, Some(&output))?;
    let input = meeting_folder::input(&paths.input, &meeting)?;
    let sealed = sealed(args, &input, &output)?;
    let is_sealed = sealed == Sealed::Whole;
    let source = Source::follow(&input, &STOP)?;
    meeting.check_channels(source.channels())?;
    if let Some(path) = &args.conference {
        // Read again at the end; a mistake in it must be known before hours of work.
        e_risalah::conference::read(path)?;
    }
    let given = args.turns.as_deref().map(|path| Given::read(path, source.channels())).transpose()?;
    let model = model(args.recogniser_args.model.as_deref(), console, args.output_args.hides_progress())?;

    let folder = Folder::create(&output)?;
    let progress_file = match ProgressFile::take(folder.path()) {
        // The store has locks of its own: two that work on it at once would waste time, and harm
        // nothing.
        Err(error @ lock::Error::Unsupported { .. }) => {
            console.warning(&error.message());
            None
        }
        Err(lock::Error::Held { .. }) => {
            return Err(Failure::usage(Message::new("cli.transcribing").with("path", folder.path().display())));
        }
        file => Some(file?),
    };
    if args.follow {
        stand_back();
    }
    let mut store = Store::create(folder.path())?;
    let languages = Languages::parse(&args.language, &meeting.languages);
    let hints = Hints { names: meeting.people.iter().map(|person| person.name.clone()).collect() };
    let loaded = Loaded::new(&model, &languages, &hints, args.recogniser_args.engine())?;
    let origin = Origin {
        model: model.name.clone(),
        model_sha256: model.sha256.clone(),
        model_origin: model.origin_sha256.clone(),
        language: args.language.clone(),
        program: format!("{} ({})", env!("CARGO_PKG_VERSION"), loaded.describe()),
    };
    refuse_official(&store, &origin, folder.path())?;
    let workers = args.workers.map_or_else(cores, usize::from);
    let recognisers = (0..workers).map(|_| loaded.recogniser()).collect::<Result<Vec<_>, _>>()?;
    let files = source.files().to_vec();
    let started = started(&meeting, &source);
    let room = meeting_folder::room(&args.input, Some(folder.path()))?;
    keep_place(&mut store, &paths.input, folder.path())?;
    let stamps = FileStamps::of(&files);
    let context = Context { meeting: &meeting, room: room.as_ref(), given: given.as_ref() };
    let fingerprint = fingerprint(&input, &files, &context, console, args.output_args.hides_progress())?;
    let run = Run {
        given,
        room: room.map(|room| room.profile),
        started,
        sound: SpeechStream::new(source)?,
        fingerprint: &fingerprint,
        origin: &origin,
        recognisers,
        // Where there is no memory for it, there is only no preview.
        preview: args.follow.then(|| loaded.recogniser().ok()).flatten(),
        stop: &STOP,
    };
    let alarms = Alarms::of(&input).filter(|_| args.follow);
    let turns = TranscriptionView::new(&meeting, console, args.output_args).telling(progress_file).warning(alarms);
    // Who follows a meeting wants each turn at once; of a finished recording they come in the order
    // of time.
    let mut turns = if is_growing(&input)? { turns.at_once() } else { turns };
    let outcome = run.go(&mut store, &mut turns);
    turns.end();
    let outcome = outcome?;
    let mut mistaken = !matches!(input, Input::Recording(_)) && stamps.tell_changed(&files, console);

    // What follows is written in the open: of a part that is closed nothing is read any more.
    if sealed != Sealed::Whole {
        seal::let_go();
    }
    if let Input::Recording(recording) = &input {
        // Only now is it known what was entered, and a person may have gone on writing the
        // description. With a mistake in it, it counts as it was.
        match description.as_deref().map(Meeting::read) {
            Some(Ok(read)) => meeting = read,
            Some(Err(error)) => {
                console.warning(&error.message());
                mistaken = true;
            }
            None => {}
        }
        meeting_folder::enter_recorded(&mut meeting, recording)?;
    }
    if args.copy_audio {
        copy_audio(&input, folder.path())?;
    }
    if let Some(path) = &description {
        console.notices(&meeting_folder::keep_description(&folder, &store, path, &meeting)?);
    }
    let words = office.join(LEXICON);
    if words.is_file()
        && let Some(kept) = meeting_folder::keep_file(&folder, &store, &words, LEXICON)?
    {
        console.warning(&kept);
    }
    if let Some(path) = &args.conference {
        console.warnings(&meeting_folder::keep_events(path, &folder, &store)?);
    }
    let recording = if let Input::Recording(recording) = &input { recording } else { &folder_of(folder.path()) };
    let mut transcript = meeting_folder::current_words(&mut store, &meeting, lexicon)?;
    let evidence = Evidence::find(None, folder.path(), recording)?;
    let mut warned = evidence.is_some_and(|found| console.notices(&found.consult(&mut meeting, &mut transcript)));
    warned |= console.warnings(&meeting_folder::outside_recording(&meeting, &transcript));
    // Of a sealed meeting documents are written where somebody asks for them, by `export -o`.
    let formats = if is_sealed { Vec::new() } else { formats };
    let (formats, withheld) = meeting_folder::publishable(&formats, &meeting);
    // That they are withheld is as it should be.
    console.warnings(&withheld);
    let templates = meeting_folder::templates(&meeting, folder.path());
    let documents = Documents {
        folder: &folder,
        store: &store,
        meeting: &meeting,
        transcript: &transcript,
        level: Level::Clean,
        templates: templates.as_deref(),
        lay_out: &lay_out,
    };
    for format in formats {
        let output = documents.write(format)?;
        warned |= console.warnings(&output.warnings);
        console.written(&output.written);
    }
    for warning in &outcome.warnings {
        console.warning(&named(warning.clone(), &meeting));
    }
    let list = (!is_sealed).then_some(&folder);
    let open = tell_open(folder.path(), list, &store, &transcript, &meeting, console)?;
    if model.properties.synthetic {
        console.note(&Message::new("cli.demonstration"));
    }
    let done = Message::new("cli.transcribed").with("count", outcome.utterances).with("new", outcome.new);
    console.note(&done);
    if args.output_args.json {
        let warnings: Vec<_> = outcome.warnings.iter().map(|warning| console.as_json(warning)).collect();
        let line = serde_json::json!({ "utterances": outcome.utterances, "new": outcome.new, "warnings": warnings });
        print(&line.to_string());
    }
    Ok(End::warned_if(warned || mistaken || open || !outcome.warnings.is_empty()))
}

/// Where the meeting is written: as asked for, else the folder of a meeting that is given.
fn output(args: &Args) -> Result<PathBuf, Failure> {
    if let Some(output) = &args.output {
        return Ok(output.clone());
    }
    match &args.input[..] {
        [folder] if is_meeting(folder) => Ok(folder.clone()),
        input => {
            let path = input.first().map_or_else(String::new, |path| path.display().to_string());
            Err(Failure::usage(Message::new("cli.no_output").with("path", path)))
        }
    }
}

fn is_meeting(folder: &Path) -> bool {
    folder.join(FILE_NAME).is_file() || folder_of(folder).join(LEDGER).is_file()
}

/// The paths of the sound: those that are given, or for the folder of a meeting that holds none,
/// those of the last time.
fn sound(args: &Args, output: &Path) -> Result<Vec<PathBuf>, Failure> {
    let is_bare = matches!(
        Input::from_paths(&args.input),
        Err(audio::Error::FolderWithoutAudio { .. } | audio::Error::NothingRead { .. })
    );
    if is_bare && args.input == [output] && output.join(FILE_NAME).is_file() {
        let known = Store::open(output)?.sound()?;
        if !known.is_empty() {
            return Ok(known);
        }
    }
    Ok(args.input.clone())
}

/// Holds the key that whoever started this process hands it.
fn hold_key() -> Result<(), Failure> {
    let mut secret = String::new();
    let read = io::stdin().lock().take(1024).read_to_string(&mut secret);
    let key = read.ok().and_then(|_| MeetingKey::parse(&secret));
    seal::hold(key.ok_or_else(|| Failure::usage(Message::new("seal.no_key")))?);
    Ok(())
}

/// How much of a recording is under seal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sealed {
    Nothing,
    Parts,
    Whole,
}

/// How much of the sound is under seal. Then its words go into the store of its own folder and
/// nowhere else, and no copy of the sound is made.
fn sealed(args: &Args, input: &Input, output: &Path) -> Result<Sealed, Failure> {
    let Input::Recording(recording) = input else { return Ok(Sealed::Nothing) };
    let found = stretches_of(recording)?;
    let Some(first) = found.first() else { return Ok(Sealed::Nothing) };
    let same = |one: &Path, other: &Path| matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other);
    if args.copy_audio || !same(recording, &folder_of(output)) {
        return Err(Failure::usage(Message::new("seal.elsewhere").with("path", recording.display())));
    }
    Ok(if first.whole { Sealed::Whole } else { Sealed::Parts })
}

/// Keeps where the sound lies, unless the folder itself holds it.
fn keep_place(store: &mut Store, paths: &[PathBuf], folder: &Path) -> Result<(), Failure> {
    if paths == [folder] {
        return Ok(());
    }
    let absolute = paths.iter().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()));
    Ok(store.set_sound(&absolute.collect::<Vec<_>>())?)
}

/// A record that is official stays as it was recognised.
fn refuse_official(store: &Store, origin: &Origin, folder: &Path) -> Result<(), Failure> {
    let Ok(before) = store.load() else { return Ok(()) };
    let is_official = Life::read(store, &before)?.state() == State::Official;
    if is_official && store.known_version(origin)?.is_none() {
        return Err(Failure::usage(Message::new("cli.official").with("path", folder.display())));
    }
    Ok(())
}

/// Lists the corrections of an earlier version that could not be taken over; whether there are any.
fn tell_open(
    path: &Path,
    list: Option<&Folder>,
    store: &Store,
    transcript: &Transcript,
    meeting: &Meeting,
    console: Console,
) -> Result<bool, Failure> {
    let open = store.open_corrections(transcript)?;
    if open.is_empty() {
        return Ok(false);
    }
    let messages = open_corrections(transcript, &open, meeting, console);
    console.warnings(&messages);
    console.warning(&Message::new("history.open").with("count", open.len()).with("path", path.display()));
    let Some(folder) = list else { return Ok(true) };
    let lines: String = messages.iter().map(|message| format!("- {}\n", console.sentence(message))).collect();
    let name = format!("koreksi-belum-terbawa-versi-{}.txt", transcript.version.number);
    let list = folder.write(store, &name, lines.as_bytes())?;
    console.note(&Message::new("history.open_list").with("path", list.path.display()));
    Ok(true)
}

/// Whether more of the recording may come.
fn is_growing(input: &Input) -> Result<bool, Failure> {
    let Input::Recording(folder) = input else { return Ok(false) };
    Ok(Growth::open(folder)?.is_some_and(|growth| !growth.is_closed()))
}

/// When the recording began: as its ledger says, else as the meeting's description does, else as
/// its head does. Of the last two nobody knows it without a zone.
fn started(meeting: &Meeting, source: &Source) -> Option<jiff::Timestamp> {
    if let Some(began) = source.began() {
        return Some(began);
    }
    let civil = meeting.start.or_else(|| source.started())?;
    let zone = meeting.zone?.offset().to_time_zone();
    Some(civil.to_zoned(zone).ok()?.timestamp())
}

fn model(wanted: Option<&OsStr>, console: Console, hidden: bool) -> Result<Model, models::Error> {
    let store = models::Store::from_env()?;
    watched(console, hidden, |watch| store.resolve(wanted, watch))
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The recorder comes first: this process runs when nothing else wants to, and is the first to go
/// when memory ends.
fn stand_back() {
    let _ = rustix::process::setsid();
    let _ = rustix::process::nice(10);
    // Only Linux has it; elsewhere the system chooses for itself.
    let _ = fs::write("/proc/self/oom_score_adj", "900");
}
