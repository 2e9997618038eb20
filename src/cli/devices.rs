//! `risalah devices`: the devices that record, and how their microphones sound.

use e_risalah::common::message::Message;
use e_risalah::doctor::microphones::{LISTENED, made_up, trouble_message, troubles};
use e_risalah::record::capture::{self, DeviceRequest, Found, Microphones, Report, Trouble, probe};

use super::console::{Console, print};
use super::microphone_check::listen;
use super::outcome::{End, Failure};

#[derive(clap::Args)]
pub struct Args {
    #[arg(long)]
    pub probe: bool,
    #[arg(long, value_name = "NAME", requires = "probe")]
    pub device: Option<String>,
    #[arg(long, value_name = "N", requires = "probe", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub channels: Option<u16>,
    #[arg(long)]
    pub json: bool,
}

pub fn run(args: &Args, console: Console) -> Result<End, Failure> {
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

fn examine(args: &Args, console: Console) -> Result<End, Failure> {
    let wanted = DeviceRequest { device: args.device.clone(), channels: args.channels, rate: None };
    let microphones = Microphones::choose(&wanted)?;
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
        console.warning(&trouble_message(trouble, &channels));
    }
    if let Some(message) = made_up(&reports) {
        console.warning(&message);
    }
    let sound = reports.iter().all(|report| report.troubles.is_empty());
    Ok(End::warned_if(!sound))
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

fn word(trouble: Trouble, console: Console) -> String {
    let word = console.text(&format!("{}.word", trouble.key()));
    match trouble {
        Trouble::SameAs(other) => format!("{word} {other}"),
        Trouble::Mix(one, other) => format!("{word} {one} + {other}"),
        _ => word,
    }
}
