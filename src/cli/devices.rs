//! `risalah devices`: the devices that record, and how their microphones sound.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::{Duration, Instant};

use e_risalah::common::clock::Channel;
use e_risalah::common::message::Message;
use e_risalah::record::capture::{
    self, DeviceRequest, Found, Microphones, Next, Report, Trouble, probe, real_channels, ring,
};
use e_risalah::recording::Format;
use indicatif::ProgressBar;

use super::args::Devices;
use super::show::{Console, print};
use super::{End, Failure, STOP};

/// How long microphones are listened to, in milliseconds.
const LISTENED: u64 = 3_000;

/// How often what the device gave is fetched, and how much of it the ring holds; in milliseconds.
const FETCHED: u64 = 100;
const HELD: u64 = 2_000;

/// How much longer than the sound itself its coming may take.
const LATE: Duration = Duration::from_secs(10);

/// How loud a channel is, a sign for each 7.5 dB below full scale.
const SIGNS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub fn run(args: &Devices, console: Console) -> Result<End, Failure> {
    if args.probe { examine(args, console) } else { list(args.json, console) }
}

fn list(json: bool, console: Console) -> Result<End, Failure> {
    let found = capture::devices()?;
    if json {
        return print_json(&found);
    }
    if found.is_empty() {
        return Err(capture::Error::NoDevice.into());
    }
    let width = found.iter().map(|device| device.id.chars().count()).max().unwrap_or(0);
    for device in &found {
        let mark = if device.is_default { "*" } else { " " };
        print(&format!("{mark} {:<width$}  {:<20}  {}", device.id, offer(device, console), device.name));
    }
    Ok(End::Done)
}

fn print_json(value: &impl serde::Serialize) -> Result<End, Failure> {
    let text = serde_json::to_string(value).map_err(|_| Failure::failed(Message::new("cli.stdout")))?;
    print(&text);
    Ok(End::Done)
}

/// What a device offers, in a few words.
fn offer(device: &Found, console: Console) -> String {
    let counts = || device.configs.iter().map(|config| config.channels);
    match (counts().min(), counts().max()) {
        (Some(least), Some(most)) if least == most => format!("{most} {}", console.text("capture.word.channels")),
        (Some(least), Some(most)) => format!("{least}-{most} {}", console.text("capture.word.channels")),
        _ => console.text("capture.word.unusable"),
    }
}

fn examine(args: &Devices, console: Console) -> Result<End, Failure> {
    let wish = DeviceRequest { device: args.device.clone(), channels: args.channels, rate: None };
    let microphones = Microphones::choose(&wish)?;
    let (name, format) = (microphones.name(), microphones.format());
    let listening = Message::new("capture.listening").with("name", name).with("channels", format.channels);
    console.note(&listening.with("seconds", LISTENED / 1000));
    let bytes = listen(&microphones, args.json)?;
    let reports = probe(format, &bytes);
    if args.json {
        print_json(&serde_json::json!({ "device": name, "format": format, "channels": reports }))?;
    } else {
        for report in &reports {
            print(&line(report, console));
        }
    }
    for (trouble, channels) in troubles(&reports) {
        console.warning(&told(trouble, &channels));
    }
    if let Some(message) = made_up(&reports) {
        console.warning(&message);
    }
    let sound = reports.iter().all(|report| report.troubles.is_empty());
    Ok(if sound { End::Done } else { End::Warned })
}

/// The sound of some seconds, its levels shown while it comes; less of it when the user does not want to wait.
pub fn listen(microphones: &Microphones, hidden: bool) -> Result<Vec<u8>, capture::Error> {
    let format = microphones.format();
    let wanted = format.bytes(format.clock().at_millis(LISTENED)) as usize;
    let (intake, mut outlet) = ring(format, HELD);
    let stream = microphones.start(intake)?;
    let levels = if hidden { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    let deadline = Instant::now() + Duration::from_millis(LISTENED) + LATE;
    let mut bytes = Vec::with_capacity(wanted);
    let mut fault = None;
    while bytes.len() < wanted && fault.is_none() && !STOP.load(Ordering::Relaxed) && Instant::now() < deadline {
        sleep(Duration::from_millis(FETCHED));
        fault = stream.fault();
        let (before, most) = (bytes.len(), format.bytes_a_second() as usize);
        // What was lost in between does not matter here.
        while let Next::Sound(_) | Next::Lost(_) = outlet.take(&mut bytes, most) {}
        levels.set_message(peaks(format, &bytes[before..]).into_iter().map(sign).collect::<String>());
    }
    levels.finish_and_clear();
    match fault {
        Some((why, detail)) => Err(capture::Error::Gone { name: microphones.name().to_owned(), why, detail }),
        None => Ok(bytes),
    }
}

fn sign(peak: f32) -> char {
    let steps = (peak.log10() * 20.0 + 60.0) / 7.5 + 1.0;
    SIGNS[(steps as usize).min(SIGNS.len() - 1)]
}

/// The loudest sample of every channel.
fn peaks(format: Format, bytes: &[u8]) -> Vec<f32> {
    let mut peaks = vec![0.0_f32; usize::from(format.channels)];
    for frame in bytes.chunks_exact(format.frame()) {
        for (peak, sample) in peaks.iter_mut().zip(frame.chunks_exact(format.sample.bytes())) {
            *peak = peak.max(format.sample.value(sample).abs());
        }
    }
    peaks
}

fn line(report: &Report, console: Console) -> String {
    let Report { channel, peak_db, rms_db, troubles } = report;
    let (peak, mean) = (console.text("capture.word.peak"), console.text("capture.word.mean"));
    let words: Vec<String> = match troubles.as_slice() {
        [] => vec![console.text("capture.word.good")],
        troubles => troubles.iter().map(|trouble| word(*trouble, console)).collect(),
    };
    let [peak_db, rms_db] = [*peak_db, *rms_db].map(|level| console.decimal(level, 1));
    format!("{channel}  {peak} {peak_db:>6} dB  {mean} {rms_db:>6} dB  {}", words.join(", "))
}

/// A trouble as a sentence.
pub fn told(trouble: Trouble, channels: &[String]) -> Message {
    let message = Message::new(trouble.key()).with("channels", channels.join(", "));
    match trouble {
        Trouble::SameAs(other) => message.with("other", other),
        Trouble::Mix(one, other) => message.with("other", format!("{one} + {other}")),
        _ => message,
    }
}

fn word(trouble: Trouble, console: Console) -> String {
    let word = console.text(&format!("{}.word", trouble.key()));
    match trouble {
        Trouble::SameAs(other) => format!("{word} {other}"),
        Trouble::Mix(one, other) => format!("{word} {one} + {other}"),
        _ => word,
    }
}

/// That a sound server made channels up, if it seems so.
pub fn made_up(reports: &[Report]) -> Option<Message> {
    let real = real_channels(reports)?;
    Some(Message::new("capture.made_up").with("real", real).with("channels", reports.len()))
}

/// What is wrong, each trouble once with the channels that have it.
pub fn troubles(reports: &[Report]) -> BTreeMap<Trouble, Vec<String>> {
    let mut troubles: BTreeMap<Trouble, Vec<String>> = BTreeMap::new();
    for Report { channel, troubles: found, .. } in reports {
        for trouble in found {
            troubles.entry(*trouble).or_default().push(Channel::to_string(channel));
        }
    }
    troubles
}
