//! `risalah doctor`: what must be right before the chair opens the meeting, looked at while it can
//! still be mended.

mod args;
mod sound_check;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use e_risalah::common::date::day;
use e_risalah::common::message::{Explain, Message};
#[cfg(feature = "print")]
use e_risalah::document::printing::{self, Patience};
use e_risalah::meeting::{Meeting, Zone};
use e_risalah::recognise::models;
use e_risalah::recognise::speech::{self, Engine, Hints, Languages, Loaded, Recogniser as _};
use e_risalah::record::capture::{DeviceRequest, Microphones, Trouble, probe};
use e_risalah::recording::{self, Format, Growth, folder_of};
use jiff::Zoned;

pub use args::Args;

use super::console::{Console, print};
use super::microphone_check::{listen, made_up, trouble_message, troubles};
use super::outcome::{End, Failure};
use super::paper::missing_paper;
use super::progress::watched;

/// Sound that the model is tried on.
const TRIAL: Duration = Duration::from_secs(10);

/// How a check came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Well,
    Doubt,
    Fault,
}

impl Mark {
    fn key(self) -> &'static str {
        match self {
            Self::Well => "doctor.mark.ok",
            Self::Doubt => "doctor.mark.warn",
            Self::Fault => "doctor.mark.fail",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Doubt => "warn",
            Self::Fault => "fail",
        }
    }
}

/// One line of the result.
struct Check {
    mark: Mark,
    message: Message,
}

impl Check {
    fn new(mark: Mark, message: Message) -> Self {
        Self { mark, message }
    }
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
    if args.sound_check {
        return sound_check::run(args, console);
    }
    let meeting = match &args.meeting {
        Some(path) => Meeting::read(path)?,
        None => Meeting::bare(),
    };
    let (device, microphones) = device(args, &meeting);
    let format = microphones.as_ref().map(Microphones::format);
    let mut worst = Mark::Well;
    let mut lines = Vec::new();
    let mut tell = |check: Check| {
        worst = worst.max(check.mark);
        if args.output_args.json {
            let line = serde_json::json!({
                "check": check.message.key,
                "result": check.mark.name(),
                "what": console.sentence(&check.message),
                "hint": check.message.hint(console.language()),
            });
            lines.push(line);
            return;
        }
        print(&format!("{:<10} {}", console.text(check.mark.key()), console.sentence(&check.message)));
        if let Some(hint) = check.message.hint(console.language()).filter(|_| check.mark != Mark::Well) {
            print(&format!("{:<10} {hint}", ""));
        }
    };
    tell(device);
    microphones.iter().flat_map(|microphones| sound(microphones, &meeting)).for_each(&mut tell);
    folder(args).into_iter().for_each(&mut tell);
    tell(disk(args, format));
    tell(model(args, console));
    tell(graphics());
    clock(&meeting).into_iter().for_each(&mut tell);
    power().into_iter().for_each(&mut tell);
    #[cfg(feature = "print")]
    tell(printer());
    missing_paper(meeting.paper).map(|missing| Check::new(Mark::Doubt, missing)).into_iter().for_each(&mut tell);
    if args.output_args.json {
        print(&serde_json::Value::Array(lines).to_string());
    }
    match worst {
        Mark::Well => Ok(End::Done),
        Mark::Doubt => Ok(End::Warned),
        Mark::Fault => Err(Failure::told(false)),
    }
}

fn device(args: &Args, meeting: &Meeting) -> (Check, Option<Microphones>) {
    let seats = meeting.seats.iter().map(|seat| seat.channel.number()).max();
    let wanted = DeviceRequest { device: args.device.clone(), channels: seats, rate: None };
    match Microphones::choose(&wanted) {
        Ok(microphones) => {
            let format = microphones.format();
            let message = Message::new(if seats.is_some() { "doctor.device" } else { "doctor.device_alone" })
                .with("name", microphones.name())
                .with("channels", format.channels)
                .with("rate", format.rate)
                .with("seats", meeting.seats.len());
            (Check::new(if seats.is_some() { Mark::Well } else { Mark::Doubt }, message), Some(microphones))
        }
        Err(error) => (Check::new(Mark::Fault, error.message()), None),
    }
}

/// How the microphones of the seats sound, or all where no seats are known. The room may still be
/// empty: silence is a fault, the want of a voice is not.
fn sound(microphones: &Microphones, meeting: &Meeting) -> Vec<Check> {
    let bytes = match listen(microphones, true) {
        Ok(bytes) => bytes,
        Err(error) => return vec![Check::new(Mark::Fault, error.message())],
    };
    let mut reports = probe(microphones.format(), &bytes);
    let made_up = made_up(&reports);
    if !meeting.seats.is_empty() {
        reports.retain(|report| meeting.seat(report.channel).is_some());
    }
    let troubles = troubles(&reports).into_iter().filter(|(trouble, _)| *trouble != Trouble::Weak);
    let mut checks: Vec<Check> =
        troubles.map(|(trouble, channels)| Check::new(Mark::Doubt, trouble_message(trouble, &channels))).collect();
    checks.extend(made_up.map(|message| Check::new(Mark::Fault, message)));
    if checks.is_empty() {
        checks.push(Check::new(Mark::Well, Message::new("doctor.sound").with("channels", reports.len())));
    }
    checks
}

/// What would keep a recording from being begun in the folder.
fn folder(args: &Args) -> Option<Check> {
    let wanted = args.output.as_deref().unwrap_or(Path::new("."));
    let recording = folder_of(wanted);
    match Growth::open(&recording) {
        Ok(None) => {}
        Ok(Some(_)) => return Some(Check::new(Mark::Fault, recording::Error::Taken { path: recording }.message())),
        Err(error) => return Some(Check::new(Mark::Fault, error.message())),
    }
    let folder = existing(wanted);
    let error = tempfile(&folder).err()?;
    let message = Message::new("doctor.not_writable").with("path", folder.display()).with("detail", error);
    Some(Check::new(Mark::Fault, message))
}

/// Makes a file and takes it away.
fn tempfile(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".risalah-uji-{}", std::process::id()));
    File::create(&path)?;
    fs::remove_file(path)
}

/// Room for the whole meeting; without a device, reckoned with 16 channels of 24 bits at 48 kHz.
fn disk(args: &Args, format: Option<Format>) -> Check {
    let rate = format.map_or(16 * 3 * 48_000, Format::bytes_a_second);
    let folder = existing(args.output.as_deref().unwrap_or(Path::new(".")));
    let Ok(free) = fs4::available_space(&folder) else {
        return Check::new(Mark::Fault, Message::new("doctor.no_disk").with("path", folder.display()));
    };
    let hours = free / rate.max(1) / 3600;
    let mark = match hours {
        hours if hours >= args.hours.saturating_mul(3) / 2 => Mark::Well,
        hours if hours >= args.hours => Mark::Doubt,
        _ => Mark::Fault,
    };
    let message = Message::new(if format.is_some() { "doctor.disk" } else { "doctor.disk_reckoned" })
        .with("path", folder.display())
        .with("hours", hours)
        .with("wanted", args.hours)
        .with("gigabytes", free / 1_000_000_000);
    Check::new(mark, message)
}

/// The folder, or the nearest above it that exists.
fn existing(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.ancestors().find(|path| path.is_dir()).unwrap_or(&path).to_owned()
}

fn model(args: &Args, console: Console) -> Check {
    let found = models::Store::from_env().and_then(|store| {
        watched(console, args.output_args.hides_progress(), |watch| store.resolve(args.model.as_deref(), watch))
    });
    let model = match found {
        Ok(model) => model,
        Err(error) => return Check::new(Mark::Fault, error.message()),
    };
    match speed(&model) {
        Err(error) => Check::new(Mark::Fault, error.message()),
        Ok((speed, engine)) => {
            // One member speaks at a time; now and then two.
            let (key, mark) = match speed {
                // However fast it is, it must not be used.
                _ if model.properties.synthetic => ("doctor.model_demonstration", Mark::Doubt),
                _ if speed < 1.0 => ("doctor.model_slow", Mark::Fault),
                _ if speed < 1.5 => ("doctor.model_slow", Mark::Doubt),
                _ => ("doctor.model", Mark::Well),
            };
            Check::new(
                mark,
                Message::new(key).with("name", &model.name).with("speed", format!("{speed:.1}")).with("engine", engine),
            )
        }
    }
}

/// Whether a graphics processor can help.
fn graphics() -> Check {
    let message = match speech::graphics() {
        Some(name) => Message::new("doctor.graphics").with("name", name),
        None => Message::new("doctor.no_graphics"),
    };
    Check::new(Mark::Well, message)
}

/// How many seconds of sound one worker recognises in a second. Tried on a buzz with the rhythm of
/// syllables, which makes the model look as hard as it can: speech is not slower.
fn speed(model: &models::Model) -> Result<(f64, String), e_risalah::recognise::speech::Error> {
    let languages = Languages::parse("id", &[]);
    let loaded = Loaded::new(model, &languages, &Hints::default(), Engine::default())?;
    let mut recogniser = loaded.recogniser()?;
    let samples = TRIAL.as_secs() as u32 * 16_000;
    let buzz = |at: u32| {
        let time = f64::from(at) / 16_000.0;
        let syllable = (time * 4.0 * std::f64::consts::TAU).sin().max(0.0);
        let voice =
            (1..12).map(|harmonic| (time * 130.0 * f64::from(harmonic) * std::f64::consts::TAU).sin()).sum::<f64>();
        (0.02 * syllable * voice) as f32
    };
    let sound: Vec<f32> = (0..samples).map(buzz).collect();
    let begun = Instant::now();
    recogniser.recognise(&sound)?;
    Ok((TRIAL.as_secs_f64() / begun.elapsed().as_secs_f64().max(0.001), loaded.describe()))
}

fn clock(meeting: &Meeting) -> Vec<Check> {
    let now = Zoned::now();
    let shown = |key: &str| {
        Message::new(key).with("time", now.strftime("%d-%m-%Y %H.%M")).with("zone", now.strftime("%Z (%:z)"))
    };
    let mut checks = Vec::new();
    match meeting.zone {
        Some(zone) if zone.offset() != now.offset() => {
            let message = shown("doctor.zone").with("wanted", zone).with("name", zone_name(zone));
            checks.push(Check::new(Mark::Fault, message));
        }
        _ => checks.push(Check::new(Mark::Well, shown("doctor.clock"))),
    }
    if told_by("timedatectl", &["show", "--property=NTPSynchronized", "--value"]).as_deref() == Some("no") {
        checks.push(Check::new(Mark::Doubt, shown("doctor.unset")));
    }
    if let Some(date) = meeting.date.filter(|date| *date != now.date()) {
        checks.push(Check::new(Mark::Doubt, shown("doctor.date").with("wanted", day(date))));
    }
    checks
}

/// What the system calls a zone.
fn zone_name(zone: Zone) -> &'static str {
    match zone {
        Zone::Wib => "Asia/Jakarta",
        Zone::Wita => "Asia/Makassar",
        Zone::Wit => "Asia/Jayapura",
    }
}

/// What another program of this computer says in one line; `None` where it is not there.
fn told_by(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).env("LC_ALL", "C").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a portable computer lives on its battery.
fn power() -> Option<Check> {
    let supplies = fs::read_dir("/sys/class/power_supply").ok()?.flatten();
    let read = |path: PathBuf| fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let mut on_battery = false;
    for supply in supplies.map(|entry| entry.path()) {
        match (&*read(supply.join("type")), &*read(supply.join("online")), &*read(supply.join("status"))) {
            ("Mains" | "USB", "1", _) => return None,
            ("Battery", _, "Discharging") => on_battery = true,
            _ => {}
        }
    }
    on_battery.then(|| Check::new(Mark::Doubt, Message::new("doctor.battery")))
}

/// The printer that prints when none is named.
#[cfg(feature = "print")]
fn printer() -> Check {
    let patience = Patience { answer: Duration::from_secs(5), ..Patience::default() };
    match printing::find(None, patience) {
        Err(error) => Check::new(Mark::Doubt, error.message()),
        Ok(printer) if !printer.is_accepting() => {
            Check::new(Mark::Doubt, Message::new("printing.refused.not_accepting").with("printer", printer.name()))
        }
        Ok(printer) => match printer.troubles().iter().find(|trouble| **trouble != printing::Trouble::Connecting) {
            Some(trouble) => Check::new(Mark::Doubt, trouble.message()),
            None => Check::new(Mark::Well, Message::new("doctor.printer").with("name", printer.name())),
        },
    }
}
