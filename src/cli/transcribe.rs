//! `risalah transcribe`: a recording becomes a meeting folder with its transcript and documents.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

use e_risalah::audio::{self, Input, Set, Source, SpeechStream};
use e_risalah::common::atomic_file;
use e_risalah::common::lock;
use e_risalah::common::message::{Explain, Message};
use e_risalah::document::orthography::lexicon::FILE_NAME as LEXICON;
use e_risalah::floor::external_turns::Given;
use e_risalah::lifecycle::folder::{self, Folder, MEETING};
use e_risalah::lifecycle::{Life, State};
use e_risalah::meeting::{INSTITUTION, Meeting};
use e_risalah::recognise::models::{self, Model};
use e_risalah::recognise::pipeline::Run;
use e_risalah::recognise::speech::{Engine, Hints, Languages, Loaded};
use e_risalah::recording::{Growth, LEDGER, folder_of};
use e_risalah::transcript::store::{FILE_NAME, Origin, Store};
use e_risalah::transcript::{Level, Transcript};

use super::alarms::{Alarms, named};
use super::args::Transcribe;
use super::fingerprint::{Beside, Stamps, fingerprint};
use super::follower::Place;
use super::models::watched;
use super::show::{Console, Turns, print};
use super::{End, Failure, STOP, conference, export, given, history, piped};

pub fn run(args: &Transcribe, console: Console) -> Result<End, Failure> {
    let formats = export::formats(&args.format)?;
    let output = output(args)?;
    let paths = sound(args, &output)?;
    let description = given::description(args.meeting.as_ref(), &args.input, Some(&output));
    let mut meeting = description.as_deref().map_or_else(|| Ok(Meeting::bare()), Meeting::read)?;
    let office = description.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let lexicon = export::lexicon(&[office, &output])?;
    let paths = piped::paths(&paths, Some(&output))?;
    let input = given::input(&paths.input, &meeting)?;
    let source = Source::follow(&input, &STOP)?;
    meeting.check_channels(source.channels())?;
    if let Some(path) = &args.conference {
        // Read again at the end; a mistake in it must be known before hours of work.
        e_risalah::conference::read(path)?;
    }
    let given = args.turns.as_deref().map(|path| Given::read(path, source.channels())).transpose()?;
    let model = model(args.model.as_deref(), console, args.output_args.quiet || args.output_args.json)?;

    let folder = Folder::create(&output)?;
    let place = match Place::take(folder.path()) {
        // The store has locks of its own: two that work on it at once would waste time, and harm nothing.
        Err(error @ lock::Error::Unsupported { .. }) => {
            console.warning(&error.message());
            None
        }
        Err(lock::Error::Held { .. }) => {
            return Err(Failure::usage(Message::new("cli.transcribing").with("path", folder.path().display())));
        }
        place => Some(place?),
    };
    if args.follow {
        stand_back();
    }
    let mut store = Store::create(folder.path())?;
    let languages = Languages::parse(&args.language, &meeting.languages);
    let hints = Hints { names: meeting.people.iter().map(|person| person.name.clone()).collect() };
    let loaded = Loaded::new(&model, &languages, &hints, Engine::by_name(&args.engine).unwrap_or_default())?;
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
    let room = given::room(&args.input, Some(folder.path()))?;
    keep_place(&mut store, &paths.input, folder.path())?;
    let stamps = Stamps::of(&files);
    let beside = Beside { meeting: &meeting, room: room.as_ref(), given: given.as_ref() };
    let fingerprint = fingerprint(&input, &files, &beside, console, args.output_args.quiet || args.output_args.json)?;
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
    let turns = Turns::new(&meeting, console, args.output_args).telling(place).warning(alarms);
    // Who follows a meeting wants each turn at once; of a finished recording they come in the order of time.
    let mut turns = if is_growing(&input)? { turns.at_once() } else { turns };
    let outcome = run.go(&mut store, &mut turns);
    turns.end();
    let outcome = outcome?;
    let mut mistaken = !matches!(input, Input::Recording(_)) && stamps.tell_changed(&files, console);

    if let Input::Recording(recording) = &input {
        // Only now is it known what was entered, and a person may have gone on writing the description. With a mistake in it, it counts
        // as it was.
        match description.as_deref().map(Meeting::read) {
            Some(Ok(read)) => meeting = read,
            Some(Err(error)) => {
                console.warning(&error.message());
                mistaken = true;
            }
            None => {}
        }
        export::enter_recorded(&mut meeting, recording)?;
    }
    if args.copy_audio {
        copy_audio(&input, folder.path())?;
    }
    if let Some(path) = &description {
        keep_description(&folder, &store, path, &meeting, console)?;
    }
    let words = office.join(LEXICON);
    if words.is_file() {
        keep(&folder, &store, &words, LEXICON, console)?;
    }
    if let Some(path) = &args.conference {
        conference::keep(path, &folder, &store, console)?;
    }
    let recording = if let Input::Recording(recording) = &input { recording } else { &folder_of(folder.path()) };
    let mut transcript = export::current(&mut store, &meeting, lexicon)?;
    let evidence = conference::find(None, folder.path(), recording)?;
    let mut doubted = evidence.is_some_and(|found| conference::consult(&found, &mut meeting, &mut transcript, console));
    doubted |= export::outside(&meeting, &transcript, console);
    let formats = export::publishable(&formats, &meeting, console);
    let level = Level::Clean;
    let work = export::Work { folder: &folder, store: &store, meeting: &meeting, transcript: &transcript, level };
    let written = work.write(&formats, export::templates(&meeting, folder.path()).as_deref(), console)?;
    for warning in &outcome.warnings {
        console.warning(&named(warning.clone(), &meeting));
    }
    let open = tell_open(&folder, &store, &transcript, &meeting, console)?;
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
    Ok(if outcome.warnings.is_empty() && !mistaken && !doubted && !open { written } else { End::Warned })
}

/// Where the meeting is written: as asked for, else the folder of a meeting that is given.
fn output(args: &Transcribe) -> Result<PathBuf, Failure> {
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

/// The paths of the sound: those that are given, or for the folder of a meeting that holds none, those of the last time.
fn sound(args: &Transcribe, output: &Path) -> Result<Vec<PathBuf>, Failure> {
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
    folder: &Folder,
    store: &Store,
    transcript: &Transcript,
    meeting: &Meeting,
    console: Console,
) -> Result<bool, Failure> {
    let open = store.open_corrections(transcript)?;
    if open.is_empty() {
        return Ok(false);
    }
    let messages = history::open(transcript, &open, meeting, console);
    for message in &messages {
        console.warning(message);
    }
    let lines: String = messages.iter().map(|message| format!("- {}\n", console.sentence(message))).collect();
    let name = format!("koreksi-belum-terbawa-versi-{}.txt", transcript.version.number);
    let list = folder.write(store, &name, lines.as_bytes())?;
    let path = folder.path().display();
    console.warning(&Message::new("history.open").with("count", open.len()).with("path", path));
    console.note(&Message::new("history.open_list").with("path", list.path.display()));
    Ok(true)
}

/// Whether more of the recording may come.
fn is_growing(input: &Input) -> Result<bool, Failure> {
    let Input::Recording(folder) = input else { return Ok(false) };
    Ok(Growth::open(folder)?.is_some_and(|growth| !growth.is_closed()))
}

/// When the recording began: as its ledger says, else as the meeting's description does, else as its head does. Of the last two
/// nobody knows it without a zone.
fn started(meeting: &Meeting, source: &Source) -> Option<jiff::Timestamp> {
    if let Some(began) = source.began() {
        return Some(began);
    }
    let civil = meeting.start.or_else(|| source.started())?;
    let zone = meeting.zone?.offset().to_time_zone();
    Some(civil.to_zoned(zone).ok()?.timestamp())
}

fn model(wish: Option<&OsStr>, console: Console, hidden: bool) -> Result<Model, models::Error> {
    let store = models::Store::from_env()?;
    watched(console, hidden, |watch| store.resolve(wish, watch))
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// The recorder comes first: this process runs when nothing else wants to, and is the first to go when memory ends.
fn stand_back() {
    let _ = rustix::process::setsid();
    let _ = rustix::process::nice(10);
    // Only Linux has it; elsewhere the system chooses for itself.
    let _ = fs::write("/proc/self/oom_score_adj", "900");
}

/// Copies the sound to where [`Input::from_paths`] finds it again: parts of one timeline into `rekaman`, a set of channels beside the
/// other files, under names that keep their channels.
fn copy_audio(input: &Input, folder: &Path) -> Result<(), folder::Error> {
    let recording = folder.join("rekaman");
    let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
    let copies: Vec<(PathBuf, PathBuf)> = match input {
        Input::File(path) => vec![(path.clone(), recording.join(name(path)))],
        Input::Parts(paths) => paths.iter().map(|path| (path.clone(), recording.join(name(path)))).collect(),
        Input::Recording(source) => fs::read_dir(source)
            .map_err(|error| folder::Error::Folder { path: source.clone(), source: error })?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .map(|path| (path.clone(), recording.join(name(&path))))
            .collect(),
        Input::Set(set) => copies_of(set, folder),
    };
    for (source, target) in copies {
        let failed = |source| folder::Error::Write { path: target.clone(), source };
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        let bytes = fs::metadata(&source).map_err(failed)?.len();
        match fs::metadata(&target) {
            Ok(present) if present.len() == bytes => continue,
            Ok(_) => return Err(failed(io::ErrorKind::AlreadyExists.into())),
            Err(_) => {}
        }
        let partial = atomic_file::part(&target);
        fs::copy(&source, &partial).and_then(|_| atomic_file::rename(&partial, &target)).map_err(failed)?;
    }
    Ok(())
}

/// Where the files of a set go. Files alone are named by their channel; of parts, the names and the times in them say where each stands.
fn copies_of(set: &Set, folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    let files = || set.members.iter().flat_map(|member| member.parts.iter().map(move |part| (member, part)));
    let mut names: Vec<_> = files().map(|(_, part)| part.path.file_name()).collect();
    names.sort();
    names.dedup();
    let placed = files().any(|(member, part)| member.parts.len() > 1 || part.start.is_some_and(|start| start > 0));
    let keep_names = placed && names.len() == files().count();
    files()
        .map(|(member, part)| {
            let ending = part.path.extension().unwrap_or_default().to_string_lossy();
            let channel = member.first.number();
            let name = match member.parts.iter().position(|other| other == part) {
                _ if keep_names => part.path.file_name().unwrap_or_default().to_owned(),
                Some(place) if member.parts.len() > 1 => {
                    format!("kanal-{channel:02}_part{:03}.{ending}", place + 1).into()
                }
                _ => format!("kanal-{channel:02}.{ending}").into(),
            };
            (part.path.clone(), folder.join(name))
        })
        .collect()
}

/// Copies of the description and of the lists that it names.
fn keep_description(
    folder: &Folder,
    store: &Store,
    path: &Path,
    meeting: &Meeting,
    console: Console,
) -> Result<(), Failure> {
    keep(folder, store, path, MEETING, console)?;
    for source in given::needed(meeting, folder.path()) {
        let name = source.file_name().unwrap_or_default().to_string_lossy();
        let is_new = !folder.path().join(&*name).exists();
        keep(folder, store, &source, &name, console)?;
        if is_new && name == INSTITUTION {
            let message = Message::new("cli.copied").with("path", source.display());
            console.note(&message.with("folder", folder.path().display()));
        }
    }
    Ok(())
}

/// A copy of the description, or of a file that it names, so that the folder holds the whole meeting. A list that does not exist yet
/// is looked for again the next time.
fn keep(folder: &Folder, store: &Store, path: &Path, name: &str, console: Console) -> Result<(), Failure> {
    let content = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read.map_err(|source| folder::Error::Folder { path: path.to_owned(), source })?,
    };
    let written = folder.write(store, name, &content)?;
    if let Some(kept) = written.kept {
        let message = Message::new("folder.kept").with("path", written.path.display()).with("kept", kept.display());
        console.warning(&message);
    }
    Ok(())
}
