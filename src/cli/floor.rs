//! `risalah floor`: who speaks when, as the detector alone decides it, and a picture of why.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use e_risalah::audio::{Input, Source, SpeechStream};
use e_risalah::common::clock::{Channel, Clock, Span};
use e_risalah::common::message::{Explain, Message};
use e_risalah::document::risalah::rttm;
use e_risalah::floor::plot::{self, Caption, Trace};
use e_risalah::floor::{self, Turn};
use e_risalah::lifecycle::folder;
use e_risalah::meeting::Meeting;
use e_risalah::meeting_folder::{self, find_description, ledger_words};
use e_risalah::recognise::pipeline::detect;

use super::console::{Console, print};
use super::interrupt::STOP;
use super::outcome::{End, Failure};
use super::output_args::OutputArgs;
use super::piped;
use super::progress::ShareProgress;
use super::recording_time::offset;
use super::seal_args::SealArgs;

#[derive(clap::Args)]
pub struct Args {
    #[arg(required = true, value_name = "INPUT", value_hint = ValueHint::AnyPath)]
    pub input: Vec<PathBuf>,
    #[arg(long, value_name = "RAPAT.TOML", value_hint = ValueHint::FilePath)]
    pub meeting: Option<PathBuf>,
    #[arg(long, value_name = "OUT.PNG", value_hint = ValueHint::FilePath)]
    pub plot: Option<PathBuf>,
    #[arg(long, value_name = "H:MM:SS", requires = "plot", value_parser = offset)]
    pub from: Option<u64>,
    #[arg(long, value_name = "H:MM:SS", requires = "plot", value_parser = offset)]
    pub until: Option<u64>,
    #[command(flatten)]
    pub output_args: OutputArgs,
    #[command(flatten)]
    pub seal_args: SealArgs,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    let picture_format =
        args.plot.as_deref().map(|path| Ok::<_, Failure>((path, PictureFormat::by_name(path)?))).transpose()?;
    let mut meeting = match find_description(args.meeting.as_deref(), &args.input, None) {
        Some(path) => Meeting::read(&path)?,
        None => Meeting::bare(),
    };
    let paths = piped::paths(&args.input, None)?;
    let input = meeting_folder::input(&paths.input, &meeting)?;
    if let Input::Recording(recording) = &input {
        meeting_folder::enter_recorded(&mut meeting, recording)?;
    }
    let source = Source::follow(&input, &STOP)?;
    meeting.check_channels(source.channels())?;
    let (clock, channels) = (source.clock(), usize::from(source.channels()));
    let mut sound = SpeechStream::new(source)?;
    let whole = sound.expected_length().unwrap_or(0).max(1);

    let at = |millis: u64| floor::CLOCK.at_millis(millis);
    let mut picture = Trace::new(channels, Span::new(at(args.from.unwrap_or(0)), args.until.map_or(u64::MAX, at)));
    let mut progress = ShareProgress::new(console, "cli.progress.listening", args.output_args.hides_progress());
    let detector = match meeting_folder::room(&args.input, None)? {
        Some(room) => floor::Floor::with_room(channels, &room.profile),
        None => floor::Floor::new(channels),
    };
    let found = detect(&mut sound, detector, &STOP, &mut |sights| picture.take(sights), &mut |done| {
        progress.report(done.saturating_mul(1000) / whole);
    });
    progress.end();
    let (turns, alarms) = found?;
    for turn in &turns {
        print(&line(&meeting, clock, turn, args.output_args.json));
    }
    if let Some((path, picture_format)) = picture_format {
        let caption = Caption {
            title: title(args, console, &turns),
            names: names(&meeting, channels, floor::CLOCK.millis(picture.stretch().start)),
            language: console.language(),
        };
        picture_format.write(path, &plot::draw(&picture, &turns, &caption))?;
        console.note(&Message::new("floor.plotted").with("path", path.display()));
    }
    let warnings: Vec<Message> =
        sound.warnings().iter().map(Explain::message).chain(alarms.iter().map(Explain::message)).collect();
    let warnings: Vec<Message> = warnings.into_iter().map(|warning| ledger_words::named(warning, &meeting)).collect();
    Ok(End::warned_if(console.warnings(&warnings)))
}

/// The form of a picture, told by the name of its file.
#[derive(Clone, Copy)]
enum PictureFormat {
    Png,
    Svg,
}

impl PictureFormat {
    fn by_name(path: &Path) -> Result<Self, Failure> {
        match path.extension().and_then(|extension| extension.to_str()).map(str::to_lowercase).as_deref() {
            Some("png") => Ok(Self::Png),
            Some("svg") => Ok(Self::Svg),
            _ => Err(Failure::usage(Message::new("floor.picture").with("path", path.display()))),
        }
    }

    fn write(self, path: &Path, svg: &str) -> Result<(), Failure> {
        let content = match self {
            Self::Png => plot::png(svg)?,
            Self::Svg => svg.as_bytes().to_vec(),
        };
        Ok(fs::write(path, content).map_err(|source| folder::Error::Write { path: path.to_owned(), source })?)
    }
}

fn line(meeting: &Meeting, clock: Clock, turn: &Turn, json: bool) -> String {
    let span = floor::CLOCK.convert_span(turn.span, clock);
    if !json {
        return rttm::line(&meeting.session(), clock, turn.channel, span);
    }
    let name = meeting.speaker(turn.channel, clock.millis(span.start)).map(|person| person.name.as_str());
    serde_json::json!({
        "start_time": clock.decimal_seconds(span.start),
        "end_time": clock.decimal_seconds(span.end),
        "speaker": turn.channel.to_string(),
        "name": name,
        "off_microphone": turn.off_microphone,
    })
    .to_string()
}

fn title(args: &Args, console: Console, turns: &[Turn]) -> String {
    let name = |path: &PathBuf| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
    };
    let names: Vec<String> = args.input.iter().map(name).take(3).collect();
    let more = if args.input.len() > names.len() { " …" } else { "" };
    let count = console.sentence(&Message::new("floor.turns").with("count", turns.len()));
    format!("{}{more} · {count} · risalah {}", names.join(" "), env!("CARGO_PKG_VERSION"))
}

/// Who sits at each channel when the picture begins.
fn names(meeting: &Meeting, channels: usize, millis: u64) -> Vec<String> {
    let name = |channel| match meeting.speaker(channel, millis) {
        Some(person) => person.name.clone(),
        None if meeting.seat(channel).is_some() => meeting.label(channel, millis).microphone().unwrap_or_default(),
        None => String::new(),
    };
    (0..channels).map(Channel::from_index).map(name).collect()
}
