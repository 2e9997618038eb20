//! `risalah recorder`: the process that `risalah record` starts to bring the sound to the disk. Nothing else runs in it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use e_risalah::capture::{Microphones, Rehearsal, Wish};
use e_risalah::message::Message;
use e_risalah::recorder::{self, Outcome, Plan, Sound};
use e_risalah::recording::End as Ending;
use serde::{Deserialize, Serialize};

use super::show::Speaker;
use super::{End, Failure};

/// What the recorder reads on stdin, as JSON.
#[derive(Serialize, Deserialize)]
pub struct Order {
    pub folder: PathBuf,
    pub mirror: Option<PathBuf>,
    pub device: Option<String>,
    /// The highest channel that has a seat.
    pub channels: Option<u16>,
    pub source: Option<PathBuf>,
    pub speed: f64,
    pub names: Vec<String>,
    /// The port on which the conference system is heard.
    pub conference: Option<u16>,
}

pub fn run(speaker: Speaker) -> Result<End, Failure> {
    let order: Order = serde_json::from_reader(io::stdin())
        .map_err(|error| Failure::usage(Message::new("record.order").with("detail", error)))?;
    // Its own session: the terminal may close, the screen may die.
    let _ = rustix::process::setsid();
    // When memory ends, others go first. Only the system's administrator may ask for that; without the right it stays as it was.
    let _ = std::fs::write("/proc/self/oom_score_adj", "-900");
    let stop = Arc::new(AtomicBool::new(false));
    let ignored = Arc::new(AtomicBool::new(false));
    for (signal, flag) in [
        (signal_hook::consts::SIGTERM, &stop),
        (signal_hook::consts::SIGINT, &ignored),
        (signal_hook::consts::SIGHUP, &ignored),
    ] {
        if signal_hook::flag::register(signal, Arc::clone(flag)).is_err() {
            speaker.note(&Message::new("cli.no_interrupt"));
        }
    }
    let sound = if let Some(path) = &order.source {
        Sound::Rehearsal(Rehearsal::open(path, order.speed)?)
    } else {
        let wish = Wish { device: order.device, channels: order.channels, rate: None };
        Sound::Microphones(Box::new(Microphones::choose(&wish)?), wish)
    };
    let zone = jiff::tz::TimeZone::system();
    let plan = Plan {
        folder: order.folder,
        mirror: order.mirror,
        sound,
        names: order.names,
        conference: order.conference,
        zone,
    };
    let Outcome { lost, end, .. } = recorder::run(plan, &stop)?;
    Ok(if lost > 0 || end == Ending::Disk { End::Warned } else { End::Done })
}
