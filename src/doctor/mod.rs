//! What must be right before the chair opens the meeting, looked at while it can still be mended:
//! the computer ([`examine`]), its microphones one by one ([`microphones`]), and each seat in turn
//! ([`seats`]).

pub mod microphones;
pub mod seats;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use jiff::Zoned;

use crate::common::date::day;
use crate::common::message::{Explain, Message};
#[cfg(feature = "print")]
use crate::document::printing::{self, Patience};
use crate::meeting::{Meeting, Zone};
use crate::recognise::models::{self, Model};
use crate::recognise::speech::{self, Engine, Hints, Languages, Loaded, Recogniser as _};
use crate::record::capture::{DeviceRequest, Microphones, Trouble, probe};
use crate::recording::{self, Format, Growth, folder_of};
use microphones::{listen, made_up, trouble_message, troubles};

/// Sound that the model is tried on.
const TRIAL: Duration = Duration::from_secs(10);

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// All is well.
    Well,
    /// A person should look.
    Doubt,
    /// The meeting cannot be recorded so.
    Fault,
}

impl Mark {
    /// The key of its word.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Well => "doctor.mark.ok",
            Self::Doubt => "doctor.mark.warn",
            Self::Fault => "doctor.mark.fail",
        }
    }

    /// Its name for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Doubt => "warn",
            Self::Fault => "fail",
        }
    }
}

/// One line of the result.
#[derive(Clone, Debug)]
pub struct Check {
    /// How it came out.
    pub mark: Mark,
    /// What it says, with its remedy.
    pub message: Message,
}

impl Check {
    fn new(mark: Mark, message: Message) -> Self {
        Self { mark, message }
    }
}

/// What is to be looked at.
pub struct Examination<'a> {
    /// The meeting that is to be held; a bare one where none is known.
    pub meeting: &'a Meeting,
    /// The name of the device; without one, the system's own choice.
    pub device: Option<String>,
    /// The folder that is to hold the recording.
    pub folder: &'a Path,
    /// How long the meeting may take, in hours.
    pub hours: u64,
    /// Set by who does not want to wait.
    pub stop: &'a AtomicBool,
}

/// Looks at everything in turn. `find_model` gives the model that will recognise the meeting.
pub fn examine(
    of: &Examination,
    find_model: impl FnOnce() -> Result<Model, models::Error>,
    tell: &mut dyn FnMut(Check),
) {
    let (found, microphones) = device(of);
    let format = microphones.as_ref().map(Microphones::format);
    tell(found);
    if let Some(microphones) = &microphones {
        sound(microphones, of).into_iter().for_each(&mut *tell);
    }
    folder(of.folder).into_iter().for_each(&mut *tell);
    tell(disk(of, format));
    tell(model(find_model()));
    tell(graphics());
    clock(of.meeting).into_iter().for_each(&mut *tell);
    power().into_iter().for_each(&mut *tell);
    #[cfg(feature = "print")]
    {
        tell(printer());
        let missing = printing::missing_paper(of.meeting.paper);
        missing.map(|missing| Check::new(Mark::Doubt, missing.message())).into_iter().for_each(&mut *tell);
    }
}

fn device(of: &Examination) -> (Check, Option<Microphones>) {
    let meeting = of.meeting;
    let seats = meeting.seats.iter().map(|seat| seat.channel.number()).max();
    let wanted = DeviceRequest { device: of.device.clone(), channels: seats, rate: None };
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
fn sound(microphones: &Microphones, of: &Examination) -> Vec<Check> {
    let meeting = of.meeting;
    let bytes = match listen(microphones, of.stop, &mut |_| {}) {
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
fn folder(wanted: &Path) -> Option<Check> {
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
fn disk(of: &Examination, format: Option<Format>) -> Check {
    let rate = format.map_or(16 * 3 * 48_000, Format::bytes_a_second);
    let folder = existing(of.folder);
    let Ok(free) = fs4::available_space(&folder) else {
        return Check::new(Mark::Fault, Message::new("doctor.no_disk").with("path", folder.display()));
    };
    let hours = free / rate.max(1) / 3600;
    let mark = match hours {
        hours if hours >= of.hours.saturating_mul(3) / 2 => Mark::Well,
        hours if hours >= of.hours => Mark::Doubt,
        _ => Mark::Fault,
    };
    let message = Message::new(if format.is_some() { "doctor.disk" } else { "doctor.disk_reckoned" })
        .with("path", folder.display())
        .with("hours", hours)
        .with("wanted", of.hours)
        .with("gigabytes", free / 1_000_000_000);
    Check::new(mark, message)
}

/// The folder, or the nearest above it that exists.
fn existing(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.ancestors().find(|path| path.is_dir()).unwrap_or(&path).to_owned()
}

fn model(found: Result<Model, models::Error>) -> Check {
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
fn speed(model: &Model) -> Result<(f64, String), speech::Error> {
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
